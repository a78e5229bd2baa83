"""Long words on several screens."""

from collections.abc import Iterable, Iterator

from bot.i18n.markup import visible_length
from bot.i18n.text import Spoken

CHUNK = 1000
"""Characters of somebody's own words in one paragraph. Even if each of them is an emoji on a line
of its own that has to be isolated, so many fit into a message."""


def chunks(words: str, most: int = CHUNK) -> Iterator[str]:
    """Long words in pieces of at most `most` characters, cut where a line or at least a word
    ends."""
    while len(words) > most:
        cut = max(words.rfind("\n", 1, most), 0) or max(words.rfind(" ", 1, most), 0) or most
        yield words[:cut]
        words = words[cut:].lstrip("\n ")
    if words:
        yield words


def pages(paragraphs: Iterable[Spoken], room: int) -> list[list[Spoken]]:
    """The paragraphs in order, on as few screens of `room` UTF-16 units as they need; at least
    one screen. A paragraph that is longer has one of its own."""
    found: list[list[Spoken]] = [[]]
    left = room
    for one in paragraphs:
        length = visible_length(one) + 2  # and the blank line
        if length > left and found[-1]:
            found.append([])
            left = room
        found[-1].append(one)
        left -= length
    return found
