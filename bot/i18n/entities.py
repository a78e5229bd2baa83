"""Formatted text as Telegram keeps it: entities sorted, cut where they cross, text cleaned.

The rules are TDLib's (td/telegram/MessageEntity.cpp: fix_formatted_text, fix_entities).
Offsets and lengths are in UTF-16 code units, as everywhere in Telegram.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted stretch of text; `offset` and `length` in UTF-16 code units.

    `type` is the Bot API's name (bold, text_link, expandable_blockquote ...).
    """

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    unix_time: int | None = None
    date_time_format: str | None = None
    user_id: int | None = None

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Marked:
    """Text as a person sees it, with its formatting in Telegram's order."""

    text: str
    entities: tuple[Entity, ...] = ()


class MarkupError(ValueError):
    """Telegram would refuse this text. `description` says why in Telegram's words.

    `offset` is the place in bytes of UTF-8 from the start, or None where Telegram names none.
    """

    def __init__(self, description: str, offset: int | None = None) -> None:
        super().__init__(description)
        self.description = description
        self.offset = offset


def units(text: str) -> int:
    """Length in UTF-16 code units: what Telegram counts (an emoji is usually two)."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) >> 1


def tidy(text: str, entities: Iterable[Entity] = ()) -> Marked:
    """What Telegram keeps of a text and its formatting.

    Control characters become spaces, white space around the text goes, entities are sorted, cut
    where they cross and merged where they touch. Raises MarkupError if it is not valid Unicode.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise MarkupError("Strings must be encoded in UTF-8") from error
    kept = [entity for entity in entities if entity.length > 0]
    if _DIRTY.search(text):
        text, kept = _clean(text, kept)
    if kept:
        kept.sort(key=_order)
        if not _consistent(kept):
            kept = _mend(kept)
    return _trim(text, kept)


_SPACED = "\0-\t\v\f\x0e-\x1f"
_DROPPED = "\r\u030a\u0333\u033f\u2028-\u202e"
_DIRTY = re.compile(f"[{_SPACED}{_DROPPED}\u200e\u200f]")
_SPACE_FOR = re.compile(f"[{_SPACED}]")
_GONE = re.compile(f"[{_DROPPED}]")
_MARKS = re.compile("[\u200e\u200f]{2,}")

_SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
_QUOTES = ("blockquote", "expandable_blockquote")
_PRE = ("pre", "code")
_PRIORITY = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "date_time": 30,
    "text_link": 49,
    "text_mention": 49,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}


def _order(entity: Entity) -> tuple[int, int, int]:
    return entity.offset, -entity.length, _PRIORITY.get(entity.type, 50)


def _clean(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Characters Telegram replaces (controls) or drops (line and direction overrides, bars)."""
    text = _SPACE_FOR.sub(" ", text)
    text = _MARKS.sub(lambda run: "\u200c" * (len(run[0]) - 1) + run[0][-1], text)
    gone = [units(text[: found.start()]) for found in _GONE.finditer(text)]
    if not gone:
        return text, entities
    moved = []
    for entity in entities:
        offset = entity.offset - bisect_left(gone, entity.offset)
        length = entity.end - bisect_left(gone, entity.end) - offset
        if length > 0:
            moved.append(replace(entity, offset=offset, length=length))
    return _GONE.sub("", text), moved


def _consistent(entities: list[Entity]) -> bool:
    """True if nothing crosses, repeats, touches its like, or stands where it may not."""
    ends: dict[str, int] = {}
    nest: list[Entity] = []
    for entity in entities:
        while nest and entity.offset >= nest[-1].end:
            nest.pop()
        kind = entity.type
        if nest and not _may_nest(entity, nest):
            return False
        if kind in _SPLITTABLE:
            if ends.get(kind, -1) >= entity.offset:
                return False
            ends[kind] = entity.end
        nest.append(entity)
    return True


def _may_nest(entity: Entity, nest: list[Entity]) -> bool:
    kind, around = entity.type, [outer.type for outer in nest]
    if entity.end > nest[-1].end or kind in around or around[-1] in _PRE:
        return False
    if any(outer in _SPLITTABLE for outer in around):
        return False
    if kind in _SPLITTABLE:
        return True
    return kind not in _QUOTES and all(outer in _QUOTES for outer in around)


def _mend(entities: list[Entity]) -> list[Entity]:
    """Cut and merge until consistent (TDLib: fix_entities). `entities` must be sorted."""
    quotes = _apart([entity for entity in entities if entity.type in _QUOTES])
    solid = _apart([e for e in entities if e.type not in _QUOTES and e.type not in _SPLITTABLE])
    solid = [entity for entity in solid if not any(_crosses(entity, quote) for quote in quotes)]
    fixed = sorted([*quotes, *solid], key=_order)
    loose = _split([entity for entity in entities if entity.type in _SPLITTABLE], fixed)
    return sorted([*fixed, *loose], key=_order)


def _apart(entities: list[Entity]) -> list[Entity]:
    """Only those that overlap none before them."""
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _crosses(entity: Entity, quote: Entity) -> bool:
    overlap = entity.offset < quote.end and quote.offset < entity.end
    return overlap and not (quote.offset <= entity.offset and entity.end <= quote.end)


def _split(loose: list[Entity], fixed: list[Entity]) -> list[Entity]:
    """Cut bold, italic and their like at the borders of all else; inside code they vanish."""
    result: list[Entity] = []
    running: dict[str, tuple[int, int]] = {}
    waiting = iter(loose)
    coming = next(waiting, None)

    def flush(at: int) -> None:
        for kind in _SPLITTABLE:
            begin, end = running.get(kind, (at, at))
            if begin < at:
                result.append(Entity(kind, begin, min(end, at) - begin))
                if end <= at:
                    del running[kind]
                else:
                    running[kind] = (at, end)

    def advance(at: int) -> None:
        nonlocal coming
        while coming is not None and coming.offset < at:
            begin, end = running.get(coming.type, (0, -1))
            if coming.offset <= end:
                running[coming.type] = (begin, max(end, coming.end))
            else:
                flush(coming.offset)
                running[coming.type] = (coming.offset, coming.end)
            coming = next(waiting, None)
        flush(at)

    def leave(at: int) -> None:
        while nest and at >= nest[-1].end:
            mark = len(result)
            advance(nest[-1].end)
            if nest.pop().type in _PRE:
                del result[mark:]
        advance(at)

    nest: list[Entity] = []
    for entity in fixed:
        leave(entity.offset)
        nest.append(entity)
    leave(1 << 31)
    return sorted(result, key=_order)


def _trim(text: str, entities: list[Entity]) -> Marked:
    """White space at the end goes, at the start only as far as the first entity reaches."""
    text = text.rstrip(" \n")
    if not entities:
        return Marked(text.lstrip(" \n"))
    end = units(text)
    kept = [
        replace(entity, length=min(entity.end, end) - entity.offset) if entity.end > end else entity
        for entity in entities
        if entity.offset < end
    ]
    if kept and kept != entities:
        kept.sort(key=_order)
    first = kept[0].offset if kept else end
    spaces = len(text) - len(text.lstrip(" \n"))
    cut = min(spaces, first)
    if cut:
        text = text[cut:]
        kept = [replace(entity, offset=entity.offset - cut) for entity in kept]
    return Marked(text, tuple(kept))
