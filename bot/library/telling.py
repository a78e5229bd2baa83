"""How a part of a page is told on a phone: Telegram HTML, tables as text, trials as links."""

import re
import unicodedata
from collections.abc import Iterable

from bot.i18n import markup
from bot.i18n.strict import Block

TRIALS = "https://clinicaltrials.gov/study/"
"""Where a registry number leads."""

_TRIAL = re.compile(r"(?<![A-Za-z0-9])NCT\d{8}(?![A-Za-z0-9])")
"""Not “\\b”: a Chinese character before the number is a letter to it, and there is no blank."""


def tell(part: object) -> str:
    """A part as Telegram HTML: tables told as text, registry numbers made links."""
    if isinstance(part, Block):
        lines = [part["text"].rstrip()] if part.get("text") else []
        table = part.get("table")
        if table:
            lines.append(_table(table["columns"], table["rows"]))
        told = "\n\n".join(lines)
    else:
        told = str(part).strip()
    return _TRIAL.sub(_registry_link, told)


def _registry_link(found: re.Match[str]) -> str:
    return f'<a href="{TRIALS}{found[0]}">{found[0]}</a>'


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Telegram has no tables: a row becomes its label, then a line a column."""
    heads = list(columns)
    told = []
    for label, *cells in rows:
        lines = [f"<b>{markup.escape(label)}</b>"]
        colon = "：" if _wide(label, *cells) else ": "
        lines += [
            f"{markup.escape(head)}{colon}{cell}" for head, cell in zip(heads, cells, strict=True)
        ]
        told.append("\n".join(lines))
    return "\n\n".join(told)


def _wide(*words: str) -> bool:
    """Whether a row is written in wide characters; its label alone may be “CRS” in any language."""
    return any(unicodedata.east_asian_width(char) in "WF" for word in words for char in word)
