"""What it means that a call failed: a table of Telegram's words, and what is to be done.

Only two kinds of failure say that surely nothing happened: the request never left this machine
(transport.NotSent), or Telegram refused it in so many words (400, 403, 429). Everything else may
have been carried out: a time-out, a lost connection, half an answer, and also 500 and 502, which
come from servers in front of the one that acts. Taking those for harmless would double messages in
silence; taking them for unsure marks some messages as possible repeats that are none. We mark.
"""

from dataclasses import dataclass
from enum import Enum

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.channels.telegram.transport import NotSent


class Outcome(Enum):
    """What a failed call comes to."""

    NOT_SENT = "no connection"
    """Surely nothing happened; the network may be back soon."""
    WAIT = "flood limit"
    """Telegram says when to come back."""
    UNSURE = "no answer"
    """It may have happened."""
    MOVED = "group moved"
    """The group has become a supergroup with another id."""
    TOPIC_GONE = "topic deleted"
    TOPIC_CLOSED = "topic closed"
    NO_TOPICS = "no topics"
    """The group has none, or the bot may not make them."""
    SHUT_OUT = "shut out of the group"
    """The bot is not in the group, or may not write there."""
    PERSON_AWAY = "person away"
    """They blocked the bot, or their account is gone."""
    SOURCE_GONE = "nothing to copy"
    """The message to copy was deleted by who sent it."""
    NO_COPY = "cannot be copied"
    """Telegram copies nothing of this kind."""
    MARKUP = "markup"
    """Telegram cannot read the HTML."""
    DONE = "done already"
    """It is as it should be: nothing to change, nothing left to delete."""
    KEPT = "cannot be deleted"
    """The message is too old for a bot without the right to delete."""
    REFUSED = "refused"
    """None of these: for somebody to look at."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """`words` (small letters) in a refusal of this kind mean `outcome`; `staff`: only there, only
    to a person (False), or anywhere (None)."""

    words: str
    kind: type[TelegramError]
    outcome: Outcome
    staff: bool | None = None


_RULES = (
    # Topics. Of a deleted one there are three wordings (tdlib/telegram-bot-api #693).
    _Rule("message thread not found", BadRequest, Outcome.TOPIC_GONE, True),
    _Rule("topic_deleted", BadRequest, Outcome.TOPIC_GONE, True),
    _Rule("topic_id_invalid", BadRequest, Outcome.TOPIC_GONE, True),
    _Rule("topic_closed", BadRequest, Outcome.TOPIC_CLOSED, True),
    _Rule("topic_not_modified", BadRequest, Outcome.DONE, True),
    _Rule("not a forum", BadRequest, Outcome.NO_TOPICS, True),
    _Rule("channel_forum_missing", BadRequest, Outcome.NO_TOPICS, True),
    _Rule("not enough rights to create a topic", BadRequest, Outcome.NO_TOPICS, True),
    _Rule("not enough rights to manage chat topics", BadRequest, Outcome.NO_TOPICS, True),
    _Rule("forum topic creation is disabled", BadRequest, Outcome.NO_TOPICS, True),
    # The group.
    _Rule("bot was kicked", Forbidden, Outcome.SHUT_OUT, True),
    _Rule("bot is not a member", Forbidden, Outcome.SHUT_OUT, True),
    _Rule("group chat was deleted", Forbidden, Outcome.SHUT_OUT, True),
    _Rule("chat not found", BadRequest, Outcome.SHUT_OUT, True),
    _Rule("chat_write_forbidden", BadRequest, Outcome.SHUT_OUT, True),
    _Rule("chat_restricted", BadRequest, Outcome.SHUT_OUT, True),
    _Rule("_forbidden", BadRequest, Outcome.SHUT_OUT, True),  # CHAT_SEND_PLAIN_FORBIDDEN
    _Rule("have no rights to send", BadRequest, Outcome.SHUT_OUT, True),
    _Rule("not enough rights to send", BadRequest, Outcome.SHUT_OUT, True),
    _Rule("need administrator rights", BadRequest, Outcome.SHUT_OUT, True),
    # The person. A 403 with other words is not taken for a block (desk.md, S2).
    _Rule("bot was blocked by the user", Forbidden, Outcome.PERSON_AWAY, False),
    _Rule("user is deactivated", Forbidden, Outcome.PERSON_AWAY, False),
    _Rule("can't initiate conversation", Forbidden, Outcome.PERSON_AWAY, False),
    _Rule("chat not found", BadRequest, Outcome.PERSON_AWAY, False),
    _Rule("peer_id_invalid", BadRequest, Outcome.PERSON_AWAY, False),
    # Copies.
    _Rule("message to copy not found", BadRequest, Outcome.SOURCE_GONE),
    _Rule("there are no messages to", BadRequest, Outcome.SOURCE_GONE),
    _Rule("message can't be copied", BadRequest, Outcome.NO_COPY),
    # Words, edits, deletions.
    _Rule("can't parse entities", BadRequest, Outcome.MARKUP),
    _Rule("not modified", BadRequest, Outcome.DONE),
    _Rule("message to delete not found", BadRequest, Outcome.DONE),
    _Rule("message to edit not found", BadRequest, Outcome.DONE),
    _Rule("message can't be deleted", BadRequest, Outcome.KEPT),
    _Rule("message can't be edited", BadRequest, Outcome.KEPT),
    _Rule("no text in the message to edit", BadRequest, Outcome.KEPT),
    _Rule("not enough rights to delete", BadRequest, Outcome.KEPT, True),
)


_KINDS: tuple[tuple[type[TelegramError], Outcome], ...] = (
    (NotSent, Outcome.NOT_SENT),
    (RetryAfter, Outcome.WAIT),
    (ChatMigrated, Outcome.MOVED),
    # Said before anything is done. Whoever runs the bot can mend it while it waits.
    (InvalidToken, Outcome.NOT_SENT),
    (Conflict, Outcome.NOT_SENT),
)


def outcome(error: TelegramError, *, staff: bool) -> Outcome:
    """What this failure of a call comes to. `staff`: it was to the staff's group, not a person."""
    if isinstance(error, BadRequest | Forbidden):
        said = error.message.lower()
        fitting = (
            rule.outcome
            for rule in _RULES
            if isinstance(error, rule.kind) and rule.words in said and rule.staff in (None, staff)
        )
        return next(fitting, Outcome.REFUSED)
    return next((found for kind, found in _KINDS if isinstance(error, kind)), Outcome.UNSURE)
