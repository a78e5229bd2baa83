"""What the failure of a call comes to, row by row, and that nothing else is taken for it."""

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.calls import Refusal
from bot.channels.telegram.refusals import Outcome, outcome
from bot.channels.telegram.transport import NotSent

STAFF, PERSON = True, False

ROWS = (
    # Surely nothing happened.
    (NotSent("ClientConnectorError"), STAFF, Outcome.NOT_SENT),
    (InvalidToken("Unauthorized"), STAFF, Outcome.NOT_SENT),
    (Conflict("terminated by other getUpdates"), STAFF, Outcome.NOT_SENT),
    (RetryAfter(7), STAFF, Outcome.WAIT),
    (ChatMigrated(-100), STAFF, Outcome.MOVED),
    # It may have happened.
    (TimedOut(), STAFF, Outcome.UNSURE),
    (NetworkError("ServerDisconnectedError"), STAFF, Outcome.UNSURE),
    (NetworkError("Internal Server Error"), PERSON, Outcome.UNSURE),
    (NetworkError("Bad Gateway"), STAFF, Outcome.UNSURE),
    (TelegramError("Invalid server response"), STAFF, Outcome.UNSURE),
    # Topics.
    (BadRequest("Bad Request: message thread not found"), STAFF, Outcome.TOPIC_GONE),
    (BadRequest("Bad Request: TOPIC_DELETED"), STAFF, Outcome.TOPIC_GONE),
    (BadRequest("Bad Request: TOPIC_ID_INVALID"), STAFF, Outcome.TOPIC_GONE),
    (BadRequest("Bad Request: TOPIC_CLOSED"), STAFF, Outcome.TOPIC_CLOSED),
    (BadRequest("Bad Request: TOPIC_NOT_MODIFIED"), STAFF, Outcome.DONE),
    (BadRequest("Bad Request: the chat is not a forum"), STAFF, Outcome.NO_TOPICS),
    (BadRequest("Bad Request: not enough rights to create a topic"), STAFF, Outcome.NO_TOPICS),
    # The group.
    (Forbidden("Forbidden: bot was kicked from the supergroup chat"), STAFF, Outcome.SHUT_OUT),
    (Forbidden("Forbidden: bot is not a member of the group chat"), STAFF, Outcome.SHUT_OUT),
    (BadRequest("Bad Request: chat not found"), STAFF, Outcome.SHUT_OUT),
    (BadRequest("Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"), STAFF, Outcome.SHUT_OUT),
    (BadRequest("Bad Request: have no rights to send a message"), STAFF, Outcome.SHUT_OUT),
    # The person.
    (Forbidden("Forbidden: bot was blocked by the user"), PERSON, Outcome.PERSON_AWAY),
    (Forbidden("Forbidden: user is deactivated"), PERSON, Outcome.PERSON_AWAY),
    (BadRequest("Bad Request: chat not found"), PERSON, Outcome.PERSON_AWAY),
    # The same words elsewhere mean nothing (desk.md, S2).
    (Forbidden("Forbidden: bot was blocked by the user"), STAFF, Outcome.REFUSED),
    (Forbidden("Forbidden: bot was kicked from the group chat"), PERSON, Outcome.REFUSED),
    (BadRequest("Bad Request: bot was kicked from the group chat"), STAFF, Outcome.REFUSED),
    (Forbidden("Forbidden: who knows why"), PERSON, Outcome.REFUSED),
    # Copies, words, edits, deletions.
    (BadRequest("Bad Request: message to copy not found"), STAFF, Outcome.SOURCE_GONE),
    (BadRequest("Bad Request: there are no messages to forward"), STAFF, Outcome.SOURCE_GONE),
    (BadRequest("Bad Request: can't parse entities: x"), STAFF, Outcome.MARKUP),
    (BadRequest("Bad Request: message is not modified: x"), PERSON, Outcome.DONE),
    (BadRequest("Bad Request: message to delete not found"), STAFF, Outcome.DONE),
    (BadRequest("Bad Request: message can't be deleted for everyone"), STAFF, Outcome.KEPT),
    (BadRequest("Bad Request: message is too long"), STAFF, Outcome.REFUSED),
)


@pytest.mark.parametrize(
    ("error", "staff", "meant"), ROWS, ids=[f"{n}-{row[2].name}" for n, row in enumerate(ROWS)]
)
def test_a_failure_is_read_by_its_words_and_its_place(
    error: TelegramError, staff: bool, meant: Outcome
) -> None:
    """Telegram's descriptions, as they were seen, into a group and to a person."""
    assert outcome(error, staff=staff) is meant


def test_a_refusal_says_what_an_operator_needs() -> None:
    """Telegram's words where nobody knows what they mean; else a phrase of ours."""
    unknown = Refusal(-5, BadRequest("Bad Request: FROBNICATED"))
    assert unknown.why == "refused: Frobnicated"
    assert Refusal(-5, TimedOut()).why == "no answer"
    # Ids of groups are negative: the place is told by the chat.
    assert Refusal(5, Forbidden("bot was blocked by the user")).outcome is Outcome.PERSON_AWAY
    assert Refusal(-5, Forbidden("bot was blocked by the user")).outcome is Outcome.REFUSED
