"""The world as the page sees it: JSON for /sandbox/state and for events."""

from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.files import file_of, opened_as
from bot.sandbox.model import Chat, Json, Message, User
from bot.sandbox.people import CLIENT_LANGUAGES
from bot.sandbox.world import World

_PLAIN = ("location", "contact", "poll", "venue", "dice")
_WITH_FILE = ("document", "video", "video_note", "animation", "voice", "audio")


def bot(world: World) -> Json:
    return {
        "id": world.bot.id,
        "username": world.bot.username,
        "name": world.bot.name,
        "names": world.profile.names,
        "descriptions": world.profile.descriptions,
        "short_descriptions": world.profile.short_descriptions,
    }


def commands(world: World) -> list[Json]:
    return [
        {"scope": _scope(whom), "language_code": language, "commands": listed}
        for (whom, language), listed in world.profile.commands.items()
    ]


def _scope(whom: tuple[str, ...]) -> Json:
    ids = dict(zip(("chat_id", "user_id"), map(int, whom[1:]), strict=False))
    return {"type": whom[0], **ids}


def user(person: User) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "language_code": person.language_code,
        "staff": person.staff,
        "deactivated": person.deactivated,
    }


def chat(place: Chat) -> Json:
    shape: Json = {
        "id": place.id,
        "type": "private" if place.is_private else "supergroup",
        "title": place.title,
        "topics": [
            {"id": each.id, "name": each.name, "closed": each.closed}
            for each in place.topics.values()
        ],
        "is_forum": place.is_forum,
        "blocked": place.user.blocked if place.user else False,
        "bot_status": place.bot_status,
        "members": [
            {"user_id": each, "rank": rank, "anonymous": each in place.anonymous}
            for each, rank in place.members.items()
        ],
    }
    if place.user is not None:
        shape["user_id"] = place.user.id
    return shape


def message(said: Message) -> Json:
    shape: Json = {
        "message_id": said.message_id,
        "date": said.date,
        "from": _sender(said),
        "reactions": list(dict.fromkeys(said.reactions.values())),
        "reacted": {str(who): emoji for who, emoji in said.reactions.items()},
    }
    optional = {
        "edit_date": said.edit_date,
        "text": said.text,
        "entities": said.entities or None,
        "caption": said.caption,
        "caption_entities": said.caption_entities or None,
        "service": said.service_line,
        "media_group_id": said.media_group_id,
        "author_id": said.author.id if said.author else None,
        **_answered(said),
        "message_thread_id": said.thread_id,
        "inline_keyboard": [[_button(each) for each in row] for row in said.keyboard or ()] or None,
        "pinned": said.pinned or None,
        **_media(said.media),
    }
    return shape | {name: value for name, value in optional.items() if value is not None}


def _sender(said: Message) -> Json:
    if said.author is not None:
        return {"id": said.chat.id, "name": said.chat.title, "is_bot": False}
    return {"id": said.sender.id, "name": said.sender.name, "is_bot": said.sender.is_bot}


def _answered(said: Message) -> Json:
    """What it answers: in this chat by its id, elsewhere in words that a reader can see."""
    other = said.reply_to
    if other is None:
        return {}
    quote = said.quote["text"] if said.quote else None
    if other.chat is said.chat:
        return {"reply_to_message_id": other.message_id, "quote": quote}
    text = quote or other.text or other.caption or ""
    return {"external_reply": {"from": _sender(other), "text": text}}


def _button(button: Json) -> Json:
    copied = button.get("copy_text")
    return {**button, "copy_text": copied["text"]} if copied else button


def _media(shape: Json) -> Json:
    url = f"/sandbox/files/{file_of(shape)}"
    shown: Json = {kind: shape[kind] for kind in _PLAIN if kind in shape}
    if "photo" in shape:
        whole = shape["photo"][-1]
        shown["photo"] = {"url": url, "width": whole["width"], "height": whole["height"]}
    for kind in _WITH_FILE:
        if kind in shape:
            shown[kind] = {
                "url": url,
                "file_name": shape[kind].get("file_name", kind),
                "size": shape[kind].get("file_size", 0),
                "opens": opened_as(shape[kind].get("mime_type", "")) is not None,
                "duration": shape[kind].get("duration", 0),
            }
    if "sticker" in shape:
        shown["sticker"] = {"emoji": shape["sticker"].get("emoji", "")}
    return shown


def time_of(clock: Clock) -> Json:
    """The time there: seconds since 1970, and how far that is ahead of the real time."""
    return {"now": int(clock()), "ahead": int(clock.ahead)}


def state(world: World, staff_chat_id: int | None, clock: Json) -> Json:
    return {
        "bot": bot(world),
        "commands": commands(world),
        "client_languages": list(CLIENT_LANGUAGES),
        "users": [user(each) for each in world.users.values()],
        "chats": [
            {**chat(place), "messages": [message(each) for each in place.messages.values()]}
            for place in world.chats.values()
        ],
        "staff_chat_id": staff_chat_id,
        "toasts": list(world.toasts),
        **clock,
    }


def event(world: World, kind: str, what: Json) -> Json:  # noqa: PLR0911 - one shape a kind
    """One change as the page is told of it."""
    match kind:
        case "message":
            return {
                "kind": kind,
                "chat_id": what["chat"].id,
                "message": message(what["message"]),
            }
        case "chat":
            return {"kind": kind, "chat": chat(what["chat"])}
        case "user":
            return {"kind": kind, "user": user(what["user"])}
        case "commands":
            return {"kind": kind, "commands": commands(world)}
        case "bot":
            return {"kind": kind, "bot": bot(world)}
        case "typing":
            thread: Any = what["thread_id"]
            place = {"message_thread_id": thread} if thread else {}
            return {"kind": kind, "chat_id": what["chat_id"], **place}
        case "answered":
            return {
                "kind": kind,
                "user_id": what["user_id"],
                "callback_query_id": what["query_id"],
            }
        case _:
            return {"kind": kind, **what}
