"""What Telegram refuses, in Telegram's words.

Limits from the Bot API's documentation; sentences from the source of the Bot API server
(tdlib/telegram-bot-api: Client.cpp) and of TDLib, whose first letter the server lowers.
"""

import re
from functools import lru_cache
from typing import Any

from bot.i18n.entities import Entity, Marked, MarkupError, tidy, units
from bot.i18n.markup import parse
from bot.sandbox.detection import detect
from bot.sandbox.model import Json

TEXT_BYTES = 1 << 15
TEXT_UNITS = 4096
CAPTION_UNITS = 1024
ENTITIES = 100
ANSWER_UNITS = 200
COMMANDS = 100
COMMAND_UNITS = 256
COMMANDS_TOTAL_UNITS = 4096
DESCRIPTION_UNITS = 512
SHORT_DESCRIPTION_UNITS = 120
NAME_UNITS = 64
TOPIC_UNITS = 128
ALBUM = range(2, 11)
MANY_IDS = 100
PHOTO_BYTES = 10 << 20
FILE_BYTES = 50 << 20
DOWNLOAD_BYTES = 20 << 20
DELETE_SECONDS = EDIT_SECONDS = 48 * 3600
"""How long a bot may delete a message, and a person edit one of theirs."""
CAPTIONED = frozenset({"photo", "document", "voice", "audio", "video", "animation"})
"""What a message may hold to have a caption."""

REACTIONS = frozenset(
    "❤👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻"
    "👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡"
) | {"❤\u200d🔥", "👨\u200d💻", "🤷\u200d♂", "🤷\u200d♀"}
"""The emoji Telegram accepts as a reaction (Bot API: ReactionTypeEmoji)."""

CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


class Refused(Exception):  # noqa: N818 - what happened to the call, as Telegram would say it
    """A call that fails: HTTP code, description, and `parameters` such as retry_after."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(reason: str, parameters: Json | None = None) -> Refused:
    """400, worded as the server does: the first letter small unless it is a CODE_LIKE_THIS."""
    if reason[1:2] != "_" and not reason[1:2].isupper():
        reason = reason[:1].lower() + reason[1:]
    return Refused(400, f"Bad Request: {reason}", parameters)


def stricter(reason: str) -> Refused:
    """400 for what Telegram would let pass and the sandbox does not."""
    return Refused(400, f"Bad Request: {reason} (the sandbox is stricter than Telegram)")


def whole(value: Any) -> int:
    """A number however it was written; 0 for what is none, as the server reads it."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


# Text -------------------------------------------------------------------------------------------

_INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u2800\u3164"
    "\ufeff\uffa0]*"
)
_EXPLICIT = {
    "bold": (),
    "italic": (),
    "underline": (),
    "strikethrough": (),
    "spoiler": (),
    "code": (),
    "blockquote": (),
    "expandable_blockquote": (),
    "pre": ("language",),
    "text_link": ("url",),
    "custom_emoji": ("custom_emoji_id",),
    "date_time": ("unix_time", "date_time_format"),
    "text_mention": (),
}
_FOUND_ALONE = frozenset(
    {
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bank_card_number",
    }
)


_parse = lru_cache(maxsize=256)(parse)
"""A bot shows the same screens to everybody, and reading HTML is a third of an edit's cost."""


def formatted(text: str, parse_mode: str, entities: Any) -> Marked:
    """The text as it will show. `entities` is the Bot API's list of MessageEntity, or None."""
    if len(text) * 4 > TEXT_BYTES and len(text.encode("utf-8", "replace")) > TEXT_BYTES:
        raise bad("Text is too long")
    mode = parse_mode.lower()
    try:
        if text and mode and mode != "none":
            if mode == "html":
                return _parse(text)
            if mode in {"markdown", "markdownv2"}:
                raise stricter(f"parse_mode {parse_mode} is not used here, only HTML")
            raise bad("Unsupported parse_mode")
        return tidy(text, [_explicit(each) for each in _list(entities)])
    except MarkupError as error:
        raise bad(error.description) from error


def _list(entities: Any) -> list[Any]:
    if not isinstance(entities, list):
        return []
    return [each for each in entities if _kind(each) not in _FOUND_ALONE]


def _kind(entity: Any) -> str | None:
    kind = entity.get("type") if isinstance(entity, dict) else None
    return kind if isinstance(kind, str) else None


def _explicit(given: Any) -> Entity:
    if not isinstance(given, dict):
        raise bad("Can't parse MessageEntity: expected an Object")
    for name in ("offset", "length"):
        if not isinstance(given.get(name), int):
            raise bad(f"Can't parse MessageEntity: Can't find field \"{name}\"")
    kind = _kind(given)
    if kind not in _EXPLICIT:
        raise bad("Can't parse MessageEntity: Unsupported type specified")
    values = {name: given.get(name) for name in _EXPLICIT[kind]}
    if kind == "text_mention":
        user = given.get("user")
        values["user_id"] = whole(user.get("id")) if isinstance(user, dict) else 0
    return Entity(kind, given["offset"], given["length"], **values)


def entity_json(entity: Entity) -> Json:
    """The Bot API's MessageEntity."""
    shape: Json = {"offset": entity.offset, "length": entity.length, "type": entity.type}
    for name in ("url", "language", "custom_emoji_id", "unix_time", "date_time_format"):
        value = getattr(entity, name)
        if value is not None:
            shape[name] = value
    if entity.user_id is not None:
        shape["user"] = {"id": entity.user_id, "is_bot": False, "first_name": ""}
    return shape


def shown(marked: Marked) -> list[Json]:
    """The entities of a message: the first hundred given, then what Telegram finds by itself."""
    given = marked.entities[:ENTITIES]
    found = detect(marked.text, given)
    both = sorted([*given, *found], key=lambda entity: (entity.offset, -entity.length))
    return [entity_json(entity) for entity in both] if found else [*map(entity_json, given)]


def message_text(
    text: str, parse_mode: str, entities: Any, *, too_long: str = "Message is too long"
) -> Marked:
    """Text of a message of its own: never empty, at most 4096 units."""
    if not text:
        raise bad("Message text is empty")
    marked = formatted(text, parse_mode, entities)
    if _INVISIBLE.fullmatch(marked.text):
        raise bad("Text must be non-empty")
    if len(marked.text) * 2 > TEXT_UNITS and units(marked.text) > TEXT_UNITS:
        raise bad(too_long)
    return marked


def caption(
    text: str,
    parse_mode: str,
    entities: Any,
    *,
    too_long: str = "Message caption is too long",
) -> Marked:
    """Text below a picture or file: may be empty, at most 1024 units."""
    marked = formatted(text, parse_mode, entities)
    if units(marked.text) > CAPTION_UNITS:
        raise bad(too_long)
    return marked


# Commands and profile ---------------------------------------------------------------------------

_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


def language_code(code: str | None) -> str:
    """Two letters of ISO 639-1, or nothing for everybody."""
    if code and not re.fullmatch("[a-z]{2}", code):
        raise bad("Invalid language code specified")
    return code or ""


def scope(given: Any) -> tuple[str, ...]:
    """A BotCommandScope as (type, chat_id, user_id)."""
    if not given:
        return ("default",)
    if not isinstance(given, dict):
        raise bad("Can't parse BotCommandScope: BotCommandScope must be an Object")
    kind = given.get("type")
    if not isinstance(kind, str) or kind not in _SCOPES:
        raise bad("Can't parse BotCommandScope: Unsupported type specified")
    for name in _SCOPES[kind]:
        if not given.get(name):
            raise bad(f"Can't parse BotCommandScope: Can't find field \"{name}\"")
    return (kind, *(str(given[name]) for name in _SCOPES[kind]))


def commands(given: Any) -> list[Json]:
    """A list of BotCommand. Together their descriptions may not be too long either (seen live)."""
    if not isinstance(given, list):
        raise bad("Expected an Array of BotCommand")
    checked: list[Json] = []
    for each in given:
        if not isinstance(each, dict):
            raise bad("Can't parse BotCommand: expected an Object")
        for name in ("command", "description"):
            if not isinstance(each.get(name), str):
                raise bad(f"Can't parse BotCommand: Can't find field \"{name}\"")
        command, description = each["command"].strip(), each["description"].strip()
        if not re.fullmatch("/?[a-z0-9_]{1,32}", command):
            raise bad("BOT_COMMAND_INVALID")
        if not description:
            raise bad("command description must be non-empty")
        if units(description) > COMMAND_UNITS:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        checked.append({**each, "command": command.removeprefix("/"), "description": description})
    total = sum(units(each["description"]) for each in checked)
    if len(checked) > COMMANDS or total > COMMANDS_TOTAL_UNITS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    return checked


def bounded(text: str, limit: int, code: str) -> str:
    """`text` if it has at most `limit` UTF-16 units; else the server's error code."""
    if units(text) > limit:
        raise bad(code)
    return text
