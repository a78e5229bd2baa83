"""What can be wrong with one item of content/: told with its line and the remedy."""

import re
from datetime import date
from typing import TypeGuard

from bot.i18n import markup
from bot.i18n.strict import Block, Items
from bot.library.facts import Facts
from bot.library.telling import TRIALS, tell

SOURCE = "en"
_KEYS = frozenset(
    {
        "title",
        "button",
        "parts",
        "facts",
        "sources",
        "evidence",
        "reviewed",
        "note",
        "from",
        "ignore",
    }
)
_REFERENCE_KEYS = frozenset({"title", "note", "from", "ignore"})

Fault = tuple[int, str, str]


def faults_of_shape(entry: Block, source: Block, language: str) -> list[Fault]:
    """What every item needs, and that a translation has the shape of its English."""
    faults = [
        *_unknown(entry, _KEYS),
        *_plain(entry, "title"),
        *_plain(entry, "button"),
        *_faults_of_parts(entry, source),
        *_faults_of_review(entry),
    ]
    if language != SOURCE and not entry.get("from"):
        faults.append(
            (
                entry.line,
                "“from” is missing: the English text this was made from.",
                "Copy the hash that `check` prints for this page.",
            )
        )
    return faults


def faults_of_reference(entry: Block) -> list[Fault]:
    """What the short label of a source needs."""
    return [*_unknown(entry, _REFERENCE_KEYS), *_plain(entry, "title")]


def _unknown(entry: Block, known: frozenset[str]) -> list[Fault]:
    remedy = f"Known are: {', '.join(sorted(known))}."
    return [
        (entry.at(key), f"“{key}” is not a known entry.", remedy)
        for key in entry
        if key not in known
    ]


def _plain(entry: Block, key: str) -> list[Fault]:
    """Titles and labels are plain words on one line."""
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        what, remedy = f"“{key}” is missing.", f"Add {key}: and the words in double quotes."
    elif any(char in value.strip() for char in "<>{}\n"):
        what, remedy = (
            f"“{key}” has a tag, a brace or a line break.",
            "Write plain words on one line; round brackets are fine.",
        )
    else:
        return []
    return [(entry.at(key), what, remedy)]


def _faults_of_parts(entry: Block, source: Block) -> list[Fault]:
    parts, others = entry.get("parts"), source.get("parts")
    if not isinstance(parts, Items) or not parts:
        remedy = "Add parts: with at least one text."
        return [(entry.at("parts"), "There is no text (parts).", remedy)]
    faults = [
        fault
        for line, part in zip(parts.lines, parts, strict=True)
        for fault in _faults_of_part(line, part)
    ]
    if not isinstance(others, Items):
        return faults
    if len(parts) != len(others):
        faults.append(
            (
                entry.at("parts"),
                f"There are {len(parts)} parts here and {len(others)} in English.",
                "Make as many parts as the English has.",
            )
        )
    for line, own, other in zip(parts.lines, parts, others, strict=False):
        if _table_shape(own) not in {(), _table_shape(other)}:
            faults.append(
                (
                    line,
                    "This table has other rows or columns than the English one.",
                    "Give it the same number of rows and columns.",
                )
            )
    return faults


def _faults_of_part(line: int, part: object) -> list[Fault]:
    if isinstance(part, str):
        return (
            [] if part.strip() else [(line, "This part is empty.", "Write its text, or drop it.")]
        )
    if not isinstance(part, Block):
        return [(line, "This part is a list.", "Write its text below “|”.")]
    faults = _unknown(part, frozenset({"text", "table"}))
    if not part.get("text") and not part.get("table"):
        faults.append((line, "This part has neither text nor a table.", "Add text: or table:."))
    if not isinstance(part.get("text", ""), str):
        faults.append(
            (part.at("text"), "The text of this part is not text.", "Write it below “|”.")
        )
    if _table_shape(part) == ():
        faults.append(
            (
                line,
                "The rows of this table do not fit its columns.",
                "Give each row its label and one cell a column, all of them text.",
            )
        )
    return faults


def _table_shape(part: object) -> tuple[int, ...] | None:
    """(columns, rows) of a part's table; None without a table; () if it is not rectangular."""
    table = part.get("table") if isinstance(part, Block) else None
    if table is None:
        return None
    columns, rows = (
        (table.get("columns"), table.get("rows")) if isinstance(table, Block) else (None, None)
    )
    if not _texts(columns) or not isinstance(rows, Items) or not rows:
        return ()
    fits = all(_texts(row) and len(row) == len(columns) + 1 for row in rows)
    return (len(columns), len(rows)) if fits else ()


def _texts(value: object) -> TypeGuard[Items]:
    return isinstance(value, Items) and all(isinstance(item, str) for item in value)


def _faults_of_review(entry: Block) -> list[Fault]:
    reviewed = entry.get("reviewed")
    if isinstance(reviewed, Block) and isinstance(reviewed.get("by"), str) and reviewed["by"]:
        try:
            date.fromisoformat(str(reviewed.get("on")))
        except ValueError:
            pass
        else:
            return _unknown(reviewed, frozenset({"on", "by"}))
    return [
        (
            entry.at("reviewed"),
            "The review date is missing or not a date.",
            "Write reviewed: {on: 2026-11-22, by: none}.",
        )
    ]


def faults_of_prose(entry: Block) -> list[tuple[str, Fault]]:
    """Words that Telegram would refuse, or that would be read as a placeholder; each with the code
    of the mistake."""
    faults: list[tuple[str, Fault]] = []
    parts = entry.get("parts")
    for line, part in zip(parts.lines, parts, strict=True) if isinstance(parts, Items) else ():
        if _faults_of_part(line, part):
            continue
        told = tell(part)
        if "{" in told or "}" in told:
            remedy = "Write round brackets instead."
            faults.append(("page.braces", (line, "There are braces in the text.", remedy)))
        if _ADDRESS.search(told.replace(f'<a href="{TRIALS}', "")):
            remedy = "Take it out; addresses belong in content/structure.yaml."
            faults.append(("page.address", (line, "There is a web address in the text.", remedy)))
        try:
            markup.parse(told)
        except markup.MarkupError as error:
            what = f"Telegram would refuse this text: {error.description}."
            remedy = "Close each tag you open; write &lt; for a plain “<”."
            faults.append(("html", (line, what, remedy)))
    return faults


_ADDRESS = re.compile(r"https?:|(?<![a-z0-9])www\.|<a\s+href=\"[^\"]", re.IGNORECASE)


def faults_of_credentials(entry: Block, facts: Facts) -> list[Fault]:
    """What an English page must rest on: known facts, known sources, a confidence."""
    faults: list[Fault] = []
    for key, known, example in (
        ("facts", facts.facts, "[F1, F2]"),
        ("sources", facts.references, "[R1]"),
    ):
        named = entry.get(key)
        if not _texts(named) or not named:
            faults.append((entry.at(key), f"“{key}” is missing.", f"Add {key}: {example}."))
            continue
        faults += [
            (entry.at(key), f"Nobody knows {name}.", "Take an id of content/facts.yaml.")
            for name in named
            if name not in known
        ]
    if entry.get("evidence") not in ("H", "M", "L"):
        faults.append(
            (entry.at("evidence"), "“evidence” is not H, M or L.", "Write one of the three.")
        )
    return faults
