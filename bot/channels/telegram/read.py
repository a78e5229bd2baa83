"""From a Telegram update to an Event: the only place that knows what updates look like."""

import re
from dataclasses import dataclass

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Update

from bot.dialogue.event import Commanded, Event, Invited, Pressed, Said, Sent

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update we ask Telegram for (Bot API, getUpdates, allowed_updates)."""

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

_CONTENT = frozenset(
    {
        "story",
        "game",
        "invoice",
        "checklist",
        "paid_media",
        "giveaway",
        "giveaway_winners",
        "live_photo",
        "rich_message",
    }
)
"""Further things that a person sends; whatever else a message holds is a service message."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]*)?(?:\s+(.*))?", re.DOTALL)
"""A command, perhaps addressed to a bot, and what was written behind it."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event with what is needed to answer it: the chat, and for a tap the pressed message.

    `client` is the language tag of the person's Telegram, None when it says nothing.
    """

    chat_id: int
    event: Event
    client: str | None = None
    message_id: int | None = None
    query_id: str | None = None

    def __post_init__(self) -> None:
        # No parser has looked at it so far. An id that is none would be asked of the database
        # for ever; Telegram's have 52 bits (Bot API, Chat, id).
        if type(self.chat_id) is not int or abs(self.chat_id) >= 2**63:
            raise ValueError("the id of the chat is no number of Telegram's")


def read(update: Update, staff: frozenset[int]) -> Incoming | None:
    """What happened, or None when there is nothing to answer. `staff`: the staff groups' ids."""
    if update.callback_query is not None:
        return _tap(update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, staff)
    if update.message is not None:
        return _message(update.message, staff, edited=False)
    if update.edited_message is not None:
        return _message(update.edited_message, staff, edited=True)
    return None


def _tap(query: CallbackQuery) -> Incoming | None:
    message = query.message
    if message is None or message.chat.type != Chat.PRIVATE or query.data is None:
        return None
    # An inaccessible message (deleted, or very old) has date 0 and cannot be edited. Its class
    # does not tell: python-telegram-bot 22.8 makes a Message of it in callback queries.
    message_id = message.message_id if message.date.timestamp() else None
    return Incoming(
        message.chat.id,
        Pressed(query.data),
        query.from_user.language_code,
        message_id,
        query.id,
    )


def _membership(change: ChatMemberUpdated, staff: frozenset[int]) -> Incoming | None:
    present = change.new_chat_member.status in {"member", "administrator", "restricted"}
    if change.chat.type == Chat.PRIVATE or change.chat.id in staff or not present:
        return None
    return Incoming(change.chat.id, Invited(silent=change.chat.type == Chat.CHANNEL))


def _message(message: Message, staff: frozenset[int], *, edited: bool) -> Incoming | None:
    if message.chat.type != Chat.PRIVATE:
        # Service messages are left alone: my_chat_member has told already that the bot came in.
        if message.chat.id in staff or _event(message) is None:
            return None
        return Incoming(message.chat.id, Invited())
    sender = message.from_user
    if sender is None or sender.is_bot:
        return None
    event = _event(message)
    if event is None or (edited and isinstance(event, Sent) and event.kind == "place"):
        return None  # a live location edits itself every few seconds
    return Incoming(message.chat.id, event, sender.language_code)


def _event(message: Message) -> Event | None:
    if message.text is not None:
        return _words(message.text)
    for attribute in _ORDER:
        if getattr(message, attribute):
            return Sent(_KINDS[attribute], message.caption or "")
    if message.poll is not None:
        options = " ".join(option.text for option in message.poll.options)
        return Sent("other", f"{message.poll.question} {options}")
    if (
        any(getattr(message, name, None) for name in _CONTENT)
        or _CONTENT & message.api_kwargs.keys()
    ):
        return Sent("other", message.caption or "")
    return None


def _words(words: str) -> Event:
    command = _COMMAND.fullmatch(words)
    if command is None:
        return Said(words)
    return Commanded(command[1].lower(), (command[2] or "").strip())
