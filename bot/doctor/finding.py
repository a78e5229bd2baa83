"""What the doctor says of one thing."""

import textwrap
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from bot.i18n.formatting import clean

Mark = Literal["ok", "look", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `look`: the bot works, but less well or less openly than it
    could; `bad`: it could not do its job. Who reads it is an operator: plain words, in English."""

    mark: Mark
    subject: str
    said: str
    remedy: str = ""
    """What to do; empty only where all is well."""

    def lines(self, width: int | None = None) -> list[str]:
        """The finding as one line, or as lines of at most `width` columns on a terminal."""
        head = f"{self.mark:<4}  {self.subject:<11}  "
        if width is None:
            return [f"{head}{self.said} {self.remedy}".rstrip()]
        indent = " " * len(head)
        room = max(width, len(head) + 30)
        told = textwrap.wrap(self.said, room, initial_indent=head, subsequent_indent=indent)
        return told + textwrap.wrap(
            self.remedy, room, initial_indent=f"{indent}> ", subsequent_indent=f"{indent}  "
        )


def host(url: str) -> str:
    """`name:port` of an address; never its path or user, which may hold a secret."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return "an address that is none"


def plain(words: str, most: int = 100) -> str:
    """Somebody else's words, fit for one line."""
    line = " ".join(clean(words).split())
    return line if len(line) <= most else f"{line[:most]}…"


def listed(items: list[str], last: str = "and") -> str:
    """`A, B and C`."""
    return f" {last} ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))
