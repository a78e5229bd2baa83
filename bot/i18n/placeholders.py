"""`{name}` in a sentence: found by reading, never by `str.format`.

`str.format` would evaluate what a translator wrote (`{name.__class__}`), so a sentence is taken
apart once, into words and slots, and put together by joining. Braces mean nothing else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value. `verbatim`: no marks may be put round it there.

    That is so inside a tag's attribute, inside code (people copy it) and where the value is all.
    """

    name: str
    verbatim: bool = False


Parts = tuple[str | Slot, ...]
"""A sentence taken apart: words as they are, and slots."""

_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VERBATIM_TAG = re.compile(r"<(/?)(?:code|pre)\b", re.IGNORECASE)
_INSIDE_TAG = re.compile(r"<[^<>]*\Z")
_INSIDE_ATTRIBUTE = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*="[^"<>]*\Z')


def names_in(words: str) -> frozenset[str]:
    """The names of the slots, those that are written well."""
    if "{" not in words:
        return frozenset()
    return frozenset(m[1] for m in _BRACES.finditer(words) if m[1] and _NAME.fullmatch(m[1]))


def unreadable(words: str, html: bool) -> Iterator[str]:
    """Braces that are no slot (`{}`, `{a.b}`, a lone `{`), or stand where no value can."""
    for match in _BRACES.finditer(words):
        slot = match[1] and _NAME.fullmatch(match[1])
        if not slot or (html and _broken_place(words[: match.start()])):
            yield match[0]


def take_apart(words: str, html: bool) -> Parts:
    """The words and slots of a sentence; braces that are no slot stay as they are."""
    if "{" not in words:
        return (words,)
    parts: list[str | Slot] = []
    end = 0
    for match in _BRACES.finditer(words):
        if not match[1] or not _NAME.fullmatch(match[1]):
            continue
        if match.start() > end:
            parts.append(words[end : match.start()])
        parts.append(Slot(match[1], html and _verbatim(words[: match.start()])))
        end = match.end()
    if end < len(words):
        parts.append(words[end:])
    if len(parts) == 1 and isinstance(parts[0], Slot):
        return (Slot(parts[0].name, verbatim=True),)
    return tuple(parts)


def filled(words: str, sample: str) -> str:
    """`words` with `sample` in every slot, to try what comes of it."""
    return "".join(
        part if isinstance(part, str) else sample for part in take_apart(words, html=False)
    )


def _broken_place(before: str) -> bool:
    """Whether a value here would be the name of a tag or of an attribute."""
    inside_tag = _INSIDE_TAG.search(before) is not None
    return inside_tag and _INSIDE_ATTRIBUTE.search(before) is None


def _verbatim(before: str) -> bool:
    depth = sum(-1 if m[1] else 1 for m in _VERBATIM_TAG.finditer(before))
    return depth > 0 or _INSIDE_TAG.search(before) is not None
