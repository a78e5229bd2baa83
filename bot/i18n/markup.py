"""Telegram's HTML: what a message will look like, or why Telegram would refuse it.

The grammar is TDLib's own (td/telegram/MessageEntity.cpp: parse_html), with its words for what is
wrong, so that a broken sentence is found before a patient could meet it.
"""

import re
from dataclasses import dataclass

from bot.i18n.entities import Entity, Marked, MarkupError, tidy, units
from bot.i18n.links import checked_link, mentioned_user

__all__ = ["TAGS", "Entity", "Marked", "MarkupError", "escape", "parse", "units", "visible_length"]

TAGS = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
"""The 17 tags Telegram knows, and the entity each makes."""


def escape(text: str) -> str:
    """`text` so that it shows as typed, between tags and inside a quoted attribute."""
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def visible_length(html: str) -> int:
    """UTF-16 units of what is left when the tags are read. Raises MarkupError."""
    return units(parse(html).text)


def parse(html: str) -> Marked:
    """Read `html` as Telegram does: decoded, cleaned, trimmed. Raises MarkupError.

    Offsets and lengths of the entities are in UTF-16 code units.
    """
    return tidy(*_Reader(html).read())


# What nearly all formatting is made of, in one look; the rest goes the long way.
_COMMON = re.compile(
    r"<(b|i|u|s|code|blockquote)>"
    r"|</(b|i|u|s|a|code|blockquote)>"
    r'|<a href="([^"&\0]*)">'
    r"|&(lt|gt|amp|quot);"
)
_REFERENCE = re.compile("&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([a-zA-Z]*));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPACES = re.compile(r"[ \t\r\n\v]*")
_TAG_NAME = re.compile(r"[^ \t\r\n\v\0>]*")
_ATTRIBUTE_NAME = re.compile(r"[^ \t\r\n\v\0=>/\"']*")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_DATE_FORMAT = re.compile("[rR]|[tTdDwW]*")


@dataclass(slots=True)
class _Open:
    """A tag that waits for its end: where its text begins, and what its attributes said."""

    tag: str
    offset: int
    part: int
    argument: str = ""
    unix_time: int = 0


class _Reader:
    """One pass over the source. A final NUL stands for the end, as in TDLib's C strings."""

    def __init__(self, html: str) -> None:
        if "\0" in html:
            raise MarkupError("Can't parse entities: Text must not contain null bytes")
        self.source = html + "\0"
        self.plain = units(html) == len(html)
        self.parts: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []
        self.surrogate = False

    def read(self) -> tuple[str, list[Entity]]:
        source, end, at = self.source, len(self.source) - 1, 0
        tag = reference = -1
        while at < end:
            if tag < at:
                tag = _find("<", source, at, end)
            if reference < at:
                reference = _find("&", source, at, end)
            stop = min(tag, reference)
            if stop > at:
                text = source[at:stop]
                self.parts.append(text)
                self.offset += len(text) if self.plain else units(text)
                at = stop
            else:
                at = self._mark(at)
        self._finish()
        return "".join(self.parts), self.entities

    def _mark(self, at: int) -> int:
        """Take the tag or reference at this place; says the place behind it."""
        found = _COMMON.match(self.source, at)
        if found is None:
            return self._rare(at)
        match found.lastindex:
            case 1:
                self.open.append(_Open(found[1], self.offset, len(self.parts)))
            case 2:
                self._close(found[2], at)
            case 3:
                self.open.append(_Open("a", self.offset, len(self.parts), found[3]))
            case _:
                self.parts.append(_NAMED[found[4]])
                self.offset += 1
        return found.end()

    def _rare(self, at: int) -> int:
        if self.source[at] == "&":
            character, at = _reference(self.source, at)
            self.surrogate = self.surrogate or "\ud800" <= character <= "\udfff"
            self.parts.append(character)
            self.offset += units(character)
            return at
        return self._end(at) if self.source[at + 1] == "/" else self._start(at)

    def _finish(self) -> None:
        if self.open:
            raise MarkupError(
                "Can't parse entities: Can't find end tag corresponding to start tag "
                f'"{self.open[-1].tag}"'
            )
        if self.surrogate:
            raise MarkupError(
                "Can't parse entities: Text contains invalid Unicode characters after decoding HTML"
                " entities, check for unmatched surrogate code units"
            )
        # A language was only wanted while a <pre> could still close around its <code>.
        self.entities = [
            Entity("code", entity.offset, entity.length)
            if entity.language is not None and entity.type == "code"
            else entity
            for entity in self.entities
        ]

    def _fail(self, reason: str, begin: int, tail: str = "") -> MarkupError:
        place = len(self.source[:begin].encode("utf-8", "surrogatepass"))
        return MarkupError(f"Can't parse entities: {reason} at byte offset {place}{tail}", place)

    def _start(self, begin: int) -> int:
        source = self.source
        at = _skip(_TAG_NAME, source, begin + 1)
        if source[at] == "\0":
            raise self._fail("Unclosed start tag", begin)
        tag = source[begin + 1 : at].translate(_LOWER)
        if tag not in TAGS:
            raise self._fail(f'Unsupported start tag "{tag}"', begin)
        opened = _Open(tag, self.offset, len(self.parts))
        while source[at] != ">":
            at = _skip(_SPACES, source, at)
            if source[at] == ">":
                break
            at = self._attribute(opened, begin, at)
        if tag == "span" and opened.argument != "spoiler":
            raise self._fail('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(opened)
        return at + 1

    def _attribute(self, opened: _Open, begin: int, at: int) -> int:
        source, tag = self.source, opened.tag
        end = _skip(_ATTRIBUTE_NAME, source, at)
        name = source[at:end]
        if not name:
            raise self._fail(f'Empty attribute name in the tag "{tag}"', begin)
        at = _skip(_SPACES, source, end)
        if source[at] != "=":
            if source[at] == "\0":
                raise self._fail(f'Unclosed start tag "{tag}"', begin)
            if tag == "blockquote" and name == "expandable":
                opened.argument = "1"
            return at
        at = _skip(_SPACES, source, at + 1)
        if source[at] == "\0":
            raise self._fail(f'Unclosed start tag "{tag}"', begin)
        if source[at] in "'\"":
            value, at = _quoted(source, at)
        else:
            end = _skip(_TOKEN, source, at)
            value = source[at:end].translate(_LOWER)
            if source[end] not in " \t\r\n\v\0>":
                raise self._fail("Unexpected end of name token", at)
            at = end
        if source[at] == "\0":
            raise self._fail("Unclosed start tag", begin)
        _take(opened, name, value)
        return at

    def _end(self, begin: int) -> int:
        source = self.source
        if not self.open:
            raise self._fail("Unexpected end tag", begin)
        name = _skip(_TAG_NAME, source, begin + 2)
        at = _skip(_SPACES, source, name)
        if source[at] != ">":
            raise self._fail("Unclosed end tag", begin)
        self._close(source[begin + 2 : name].translate(_LOWER), begin)
        return at + 1

    def _close(self, tag: str, begin: int) -> None:
        if not self.open:
            raise self._fail("Unexpected end tag", begin)
        opened = self.open.pop()
        if tag and tag != opened.tag:
            raise self._fail(
                "Unmatched end tag", begin, f', expected "</{opened.tag}>", found "</{tag}>"'
            )
        offset, length = opened.offset, self.offset - opened.offset
        if length == 0:
            return
        match opened.tag:
            case "a":
                self._link(opened, length)
            case "code" | "pre" | "tg-emoji" | "tg-time":
                self._special(opened, length)
            case "blockquote" if opened.argument:
                self.entities.append(Entity("expandable_blockquote", offset, length))
            case simple:
                self.entities.append(Entity(TAGS[simple], offset, length))

    def _link(self, opened: _Open, length: int) -> None:
        """A link to nowhere is dropped in silence: the words stay, the link does not."""
        address = opened.argument or "".join(self.parts[opened.part :])
        user = mentioned_user(address)
        if user is not None:
            self.entities.append(Entity("text_mention", opened.offset, length, user_id=user))
        elif url := checked_link(address):
            self.entities.append(Entity("text_link", opened.offset, length, url=url))

    def _special(self, opened: _Open, length: int) -> None:
        offset, argument = opened.offset, opened.argument
        match opened.tag:
            case "tg-emoji":
                if not re.fullmatch("-?[0-9]{1,19}", argument) or int(argument) == 0:
                    raise MarkupError(
                        "Can't parse entities: Invalid custom emoji identifier specified"
                    )
                entity = Entity("custom_emoji", offset, length, custom_emoji_id=argument)
            case "tg-time":
                if not _DATE_FORMAT.fullmatch(argument):
                    raise MarkupError("Can't parse entities: Invalid date format used")
                if opened.unix_time <= 0:
                    return
                entity = Entity(
                    "date_time",
                    offset,
                    length,
                    unix_time=opened.unix_time,
                    date_time_format=argument or None,
                )
            case tag:
                self._code(tag, offset, length, argument)
                return
        self.entities.append(entity)

    def _code(self, tag: str, offset: int, length: int, argument: str) -> None:
        """`<pre><code class="language-x">` around the same text, either way in, is one block."""
        other = "code" if tag == "pre" else "pre"
        last = self.entities[-1] if self.entities else None
        language = argument or (last and last.language)
        if last and language and (last.type, last.offset, last.length) == (other, offset, length):
            self.entities[-1] = Entity("pre", offset, length, language=language)
        else:
            self.entities.append(Entity(tag, offset, length, language=argument or None))


def _find(sign: str, source: str, at: int, end: int) -> int:
    """Where `sign` stands next; `end` if nowhere."""
    found = source.find(sign, at, end)
    return end if found < 0 else found


def _skip(pattern: re.Pattern[str], source: str, at: int) -> int:
    found = pattern.match(source, at)
    return at if found is None else found.end()


def _reference(source: str, at: int) -> tuple[str, int]:
    """The character a reference stands for and the place behind it; `&` itself if it is unknown."""
    found = _REFERENCE.match(source, at)
    hexadecimal, decimal, name = found.groups() if found else (None, None, "")
    if found is None or name is not None:
        character = _NAMED.get(name)
        return (character, found.end()) if found and character else ("&", at + 1)
    digits, base = (decimal, 10) if hexadecimal is None else (hexadecimal, 16)
    size = found.end() - at - found[0].endswith(";")
    code = int(digits, base) if digits and size < 10 else 0
    return (chr(code), found.end()) if 0 < code < 0x10FFFF else ("&", at + 1)


def _quoted(source: str, at: int) -> tuple[str, int]:
    """The value of a quoted attribute and the place behind its closing quote."""
    end = source.find(source[at], at + 1)
    at, end = at + 1, len(source) - 1 if end < 0 else end
    value: list[str] = []
    while (amp := source.find("&", at, end)) >= 0:
        value.append(source[at:amp])
        character, at = _reference(source, amp)
        value.append(character)
    value.append(source[at:end])
    return "".join(value), end + (source[end] != "\0")


def _take(opened: _Open, name: str, value: str) -> None:
    """Keep an attribute that means something in its tag; the others Telegram ignores, too."""
    match opened.tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "format"):
            opened.argument = value
        case ("code", "class") if value.startswith("language-"):
            opened.argument = value[9:]
        case ("span", "class") if value.startswith("tg-"):
            opened.argument = value[3:]
        case ("blockquote", "expandable"):
            opened.argument = "1"
        case ("tg-time", "unix"):
            digits = re.match("[0-9]{1,10}", value)
            opened.unix_time = int(digits[0]) if digits else 0
        case _:
            pass
