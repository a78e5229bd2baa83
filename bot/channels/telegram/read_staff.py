"""From a Telegram update to what a member of staff did in their group, and who came or went.

As in read.py, updates are read as the JSON they came as, and nothing here raises.
"""

from dataclasses import dataclass
from typing import NamedTuple

from bot.channels.telegram.read import COMMAND, Raw, answered, event_of, is_chat
from bot.desk.event import Member, Ordered, Spot, StaffEvent, Tapped, Wrote
from bot.dialogue.event import Commanded, Said, Sent

_PRESENT = ("creator", "administrator", "member", "restricted")
"""Bot API, ChatMember, status. (Who is restricted may also be outside: `is_member`.)"""


class Self(NamedTuple):
    """The bot's own id, and its name without the @."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Act:
    """What a member of staff did. `to_bot`: it answers a message of the bot."""

    event: StaffEvent
    to_bot: bool = False


class Came(NamedTuple):
    """Somebody came into a chat or left it, or became another kind of member there. The bot
    itself, if `user` is its id: in a private chat that means that it was blocked, or is not any
    more."""

    chat_id: int
    user: int
    present: bool


def read_staff(raw: Raw, groups: frozenset[int], me: Self) -> Act | None:
    """What was done in one of the staff's `groups`; None for anything else, and for what is
    nobody's word: service messages, other bots, channels, commands for another bot."""
    match raw:
        case {"callback_query": {"message": {"chat": {"id": group}, **pressed}, **query}}:
            return _tap(group, query, pressed) if _is_one(group, groups) else None
        case {"message": {"chat": {"id": group}, **message}}:
            edited = False
        case {"edited_message": {"chat": {"id": group}, **message}}:
            edited = True
        case _:
            return None
    return _message(group, message, edited=edited, me=me) if _is_one(group, groups) else None


def read_came(raw: Raw) -> Came | None:
    """Who came into a chat or left it."""
    match raw:
        case {"chat_member": {**change}} | {"my_chat_member": {**change}}:
            pass
        case _:
            return None
    match change:
        case {
            "chat": {"id": chat_id},
            "new_chat_member": {"status": str(status), "user": {"id": user}, **more},
        } if is_chat(chat_id) and is_chat(user):
            present = status in _PRESENT and more.get("is_member") is not False
            return Came(chat_id, user, present)
    return None


def _is_one(group: object, groups: frozenset[int]) -> bool:
    return is_chat(group) and group in groups


def _tap(group: int, query: Raw, pressed: Raw) -> Act | None:
    # Of an anonymous administrator, too, Telegram names the person who pressed.
    member = _person(query)
    message_id = pressed.get("message_id")
    if member is None or type(message_id) is not int:
        return None
    data, query_id = query.get("data"), query.get("id")
    return Act(
        Tapped(
            member,
            Spot(group, message_id, _topic(pressed)),
            data if isinstance(data, str) else "",
            query_id if isinstance(query_id, str) else "",
        )
    )


def _message(group: int, message: Raw, *, edited: bool, me: Self) -> Act | None:
    member, event = _writer(group, message), event_of(message)
    message_id = message.get("message_id")
    if member is None or event is None or type(message_id) is not int:
        return None
    spot = Spot(group, message_id, _topic(message), answered(message))
    said = _said(event, member, spot, message, edited=edited, me=me)
    return None if said is None else Act(said, _is_from(message.get("reply_to_message"), me.id))


def _said(
    event: object, member: Member, spot: Spot, message: Raw, *, edited: bool, me: Self
) -> StaffEvent | None:
    match event:
        case Commanded() if not _is_for(me, message["text"]):
            return None
        case Commanded(argument=words) if edited:
            # Nothing is done twice; but what was told to a person may read otherwise now.
            return Wrote(member, spot, words, edited=True)
        case Commanded(name, argument):
            return Ordered(member, spot, name, argument)
        case Said(words):
            return Wrote(member, spot, words, edited=edited)
        case Sent(kind, words) if not (edited and kind == "place"):
            album = message.get("media_group_id")
            album = album if isinstance(album, str) else None
            return Wrote(member, spot, words, kind, album, edited)
    return None  # a live location edits itself every few seconds


def _is_for(me: Self, words: str) -> bool:
    """In a group with several bots commands can name one of them."""
    command = COMMAND.fullmatch(words)
    return command is None or (command[2] or me.name).lower() == me.name.lower()


def _writer(group: int, message: Raw) -> Member | None:
    """A member by their own name, or an administrator who speaks as the group. Whoever speaks as a
    channel is nobody whose rights could be looked up."""
    match message:
        case {"sender_chat": {"id": speaker, **chat}}:
            if speaker != group or message.get("is_automatic_forward"):
                return None
            title = chat.get("title")
            return Member(group, title if isinstance(title, str) else "", anonymous=True)
    return _person(message)


def _person(part: Raw) -> Member | None:
    match part:
        case {"from": {"id": id, **user}} if is_chat(id) and not user.get("is_bot"):
            names = (user.get("first_name"), user.get("last_name"))
            return Member(id, " ".join(one for one in names if isinstance(one, str) and one))
    return None


def _topic(message: Raw) -> int | None:
    """In a group without topics, too, answers have a thread (Bot API, is_topic_message)."""
    topic = message.get("message_thread_id")
    return topic if type(topic) is int and message.get("is_topic_message") is True else None


def _is_from(message: object, id: int) -> bool:
    match message:
        case {"from": {"id": author}}:
            return bool(author == id)
    return False
