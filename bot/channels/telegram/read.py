"""From a Telegram update to an Event: the only place that knows what updates look like.

Updates are read as the JSON they came as (Bot API, Update): a library's classes refuse a whole
update for one field that is missing or new, and whoever sent it would get no answer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from mimetypes import guess_extension
from typing import Any

from bot.dialogue.event import Commanded, Event, Invited, Pressed, Said, Sent

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")
"""The kinds of update we ask Telegram for (Bot API, getUpdates, allowed_updates). `chat_member`
comes only where the bot is an administrator: who leaves the staff loses access at once."""

_KINDS = {
    "photo": "picture",
    "document": "document",
    "voice": "voice",
    "audio": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "sticker",
    "sticker": "sticker",
    "dice": "sticker",
    "location": "place",
    "venue": "place",
    "contact": "contact",
}
# In this order: an animation also carries a document, a venue also carries a location.
_ORDER = ("animation", "venue", *(kind for kind in _KINDS if kind not in {"animation", "venue"}))

_CONTENT = (
    "story",
    "game",
    "invoice",
    "checklist",
    "poll",
    "paid_media",
    "giveaway",
    "giveaway_winners",
    "live_photo",
    "rich_message",
)
"""Further things that a person sends; whatever else a message without words holds is a service
message."""

_WRITTEN = frozenset(
    {"text", "question", "title", "description", "explanation", "caption", "summary"}
)
"""Where words stand in what is made of parts: polls, checklists, rich messages (Bot API)."""

_MOST_WRITTEN = 8192
"""Characters of such words that are read. Messages hold half of that; a rich message may hold
32,768, which no person types, and looking through them would keep others waiting."""

FIRST_SUPERGROUP = -(10**12)
"""Ids of supergroups and channels lie below this, those of basic groups between it and 0."""

Raw = Mapping[Any, Any]
"""An update, or a part of one: parsed JSON."""

_ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})\Z")
"""The end of a file's name."""

COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]*))?(?:\s+(.*))?", re.DOTALL)
"""A command, perhaps the bot that it is for, and what was written behind it."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event with what is needed to answer it: the chat, and for a tap the pressed message.

    `client` is the language tag of the person's Telegram, None when it says nothing. `album` is
    the same for all the pictures and files that were sent together.
    """

    chat_id: int
    event: Event
    client: str | None = None
    message_id: int | None = None
    query_id: str | None = None
    album: str | None = None


def read(raw: Raw, staff: frozenset[int]) -> Incoming | None:
    """What happened, or None when there is nothing to answer. `staff`: the staff groups' ids.

    Never raises: of an update with missing or wrong fields, what can be understood is answered.
    """
    match raw:
        case {"callback_query": {**query}}:
            return _tap(query)
        case {"my_chat_member": {**change}}:
            return _membership(change, staff)
        case {"message": {**message}}:
            return _message(message, staff, edited=False)
        case {"edited_message": {**message}}:
            return _message(message, staff, edited=True)
    return None


def moved(raw: Raw) -> tuple[int, int] | None:
    """The old and the new id of a group that became a supergroup (Bot API, migrate_to_chat_id)."""
    match raw:
        case {"message": {"chat": {"id": old, "type": "group"}, "migrate_to_chat_id": new}}:
            pass
        case {"message": {"chat": {"id": new, "type": "supergroup"}, "migrate_from_chat_id": old}}:
            pass
        case _:
            return None
    return (old, new) if is_chat(old) and is_chat(new) and old < 0 and new < 0 else None


def _tap(query: Raw) -> Incoming | None:
    match query:
        case {"data": data, "message": {"chat": {"id": chat_id, "type": "private"}, **message}}:
            pass
        case _:
            return None
    if not is_chat(chat_id):
        return None
    # An inaccessible message (deleted, or very old) has date 0 and cannot be edited.
    message_id = message.get("message_id") if message.get("date") else None
    query_id = query.get("id")
    message_id = message_id if type(message_id) is int else None
    return Incoming(
        chat_id,
        Pressed(data if isinstance(data, str) else "", message_id),
        _tongue(query),
        message_id,
        query_id if isinstance(query_id, str) else None,
    )


def _membership(change: Raw, staff: frozenset[int]) -> Incoming | None:
    match change:
        case {"chat": {"id": chat_id, "type": str(kind)}, "new_chat_member": {"status": status}}:
            present = status in ("member", "administrator", "restricted")
            if is_chat(chat_id) and chat_id not in staff and kind != "private" and present:
                return Incoming(chat_id, Invited(silent=kind == "channel"))
    return None


def _message(message: Raw, staff: frozenset[int], *, edited: bool) -> Incoming | None:
    match message:
        case {"chat": {"id": chat_id, "type": str(kind)}} if is_chat(chat_id):
            event = event_of(message)
        case _:
            return None
    if event is None:
        return None  # a line that Telegram writes; of groups, my_chat_member has told already
    if kind != "private":
        return None if chat_id in staff else Incoming(chat_id, Invited(silent=kind == "channel"))
    match message:
        case {"from": {"is_bot": True}}:
            return None
    if edited:
        live = isinstance(event, Sent) and event.kind == "place"
        # A live location edits itself every few seconds.
        return (
            None
            if live
            else Incoming(chat_id, _placed(event, message, edited=True), _tongue(message))
        )
    album = message.get("media_group_id")
    return Incoming(
        chat_id,
        _placed(event, message),
        _tongue(message),
        album=album if isinstance(album, str) else None,
    )


def _placed(event: Event, message: Raw, *, edited: bool = False) -> Event:
    """The event with where it stands in the chat, and of a file what Telegram tells about it."""
    number = message.get("message_id")
    message_id = number if type(number) is int else None
    answers = answered(message)
    if isinstance(event, Said):
        return replace(event, message_id=message_id, edited=edited, answers=answers)
    if not isinstance(event, Sent):
        return event
    album = message.get("media_group_id")
    ending, size = _file(message)
    return replace(
        event,
        message_id=message_id,
        edited=edited,
        answers=answers,
        album=album if isinstance(album, str) else None,
        ending=ending,
        size=size,
    )


def answered(message: Raw) -> int | None:
    """The message of the same chat, and of the same topic, that this one is a reply to. Telegram
    names the service message with which a topic begins, too, and that is none."""
    match message:
        case {"reply_to_message": {"message_id": number, **other}} if type(number) is int:
            begins = "forum_topic_created" in other or number == message.get("message_thread_id")
            return None if begins and message.get("is_topic_message") is True else number
    return None


def _file(message: Raw) -> tuple[str, int]:
    """How the name of a picture or document ends (`pdf`), and its bytes; "" and 0 if not told."""
    match message:
        case {"document": {**file}}:
            name, kind = file.get("file_name"), file.get("mime_type")
            ending = _ENDING.search(name) if isinstance(name, str) else None
            guessed = guess_extension(kind) if isinstance(kind, str) else None
            found = ending[1] if ending else (guessed or "").removeprefix(".")
        case {"photo": [*_, {**file}]}:
            found = "jpg"  # whatever was sent: Telegram makes it one
        case _:
            return "", 0
    size = file.get("file_size")
    return found.lower(), size if type(size) is int else 0


def is_chat(chat_id: object) -> bool:
    """Telegram's ids have 52 bits (Bot API, Chat, id); the database has room for 63."""
    return type(chat_id) is int and abs(chat_id) < 2**63


def _tongue(part: Raw) -> str | None:
    match part:
        case {"from": {"language_code": str(code)}}:
            return code
    return None


def event_of(message: Raw) -> Event | None:
    """What a message says or holds; None for a line that Telegram writes."""
    words = message.get("text")
    if isinstance(words, str):
        return _words(words)
    caption = message.get("caption")
    said = caption if isinstance(caption, str) else ""
    for name in _ORDER:
        if message.get(name) is not None:
            return Sent(_KINDS[name], said)
    parts = [message[name] for name in _CONTENT if message.get(name) is not None]
    if parts or words is not None or caption is not None:  # words: of a kind that nobody knows yet
        return Sent("other", " ".join([said, *_written(parts)]).strip()[:_MOST_WRITTEN])
    return None


def _written(parts: object) -> list[str]:
    """All words that somebody wrote in these parts, in their order."""
    found: list[str] = []
    waiting: list[tuple[object, bool]] = [(parts, False)]
    while waiting:
        part, written = waiting.pop()
        if isinstance(part, str):
            if written:
                found.append(part)
        elif isinstance(part, list):
            waiting.extend((one, written) for one in reversed(part))
        elif isinstance(part, dict):
            waiting.extend((part[name], name in _WRITTEN) for name in reversed(part))
    return found


def _words(words: str) -> Event:
    command = COMMAND.fullmatch(words)
    if command is None:
        return Said(words)
    return Commanded(command[1].lower(), (command[3] or "").strip())
