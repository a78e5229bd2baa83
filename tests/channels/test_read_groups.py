"""Reading what happens in groups: which are ours, which are left, and which became another."""

import pytest
import telegram

from bot.channels.telegram.read import Incoming, moved
from bot.dialogue.event import Invited
from tests.channels.test_read import GROUP, OUR_STAFF, said, taken
from tests.channels.updates import PERSON, PRIVATE, Json, delivered, fields


def membership(chat: Json, status: str) -> Json:
    user = {"id": 7, "is_bot": True, "first_name": "Bot"}
    rights = dict.fromkeys(
        name
        for name, (hint, needed) in fields(telegram.ChatMemberRestricted).items()
        if hint is bool and needed
    )
    state = {"user": user, "status": status, "until_date": 0, "can_react_to_messages": True}
    if status == "administrator":
        rights = dict.fromkeys(fields(telegram.ChatMemberAdministrator))
    new = {name: False for name in rights if name not in {"user", "until_date"}} | state
    if status not in {"restricted", "administrator"}:
        new = state if status == "kicked" else {"user": user, "status": status}
    old = {"user": user, "status": "left"}
    change = {"chat": chat, "from": PERSON, "date": 1, "old_chat_member": old}
    return {"my_chat_member": change | {"new_chat_member": new}}


@pytest.mark.parametrize("status", ["member", "administrator", "restricted", "left", "kicked"])
@pytest.mark.parametrize("kind", ["private", "group", "supergroup", "channel"])
def test_the_bot_leaves_where_it_was_let_in(kind: str, status: str) -> None:
    """Groups are told why, channels are left in silence; going out is nothing."""
    chat = {"id": -5 if kind != "private" else 5, "type": kind, "title": "x"}
    incoming = taken(membership(chat, status))
    if kind == "private" or status in {"left", "kicked"}:
        assert incoming is None
    else:
        assert incoming == Incoming(-5, Invited(silent=kind == "channel"))
    assert taken(membership(chat | {"id": OUR_STAFF}, status)) is None


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "sender_chat": GROUP},
        {
            "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
            "sender_chat": {"id": -1009, "type": "channel", "title": "News"},
            "is_automatic_forward": True,
        },
        {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}},
        {"from": None},
        {"message_thread_id": 3, "is_topic_message": True},
    ],
    ids=["member", "anonymous", "linked channel", "as a channel", "nobody", "topic"],
)
def test_whoever_speaks_in_a_foreign_group_the_bot_leaves_it(parts: Json) -> None:
    """Members, anonymous administrators, linked channels; in the staff's groups nobody does."""
    message = said(text="/start", **{**parts, "chat": GROUP})
    assert taken({"message": message}) == Incoming(-1007, Invited())
    assert taken({"edited_message": message}) == Incoming(-1007, Invited())
    staff = message | {"chat": GROUP | {"id": OUR_STAFF}}
    assert taken({"message": staff}) is None


@pytest.mark.parametrize(
    "parts",
    [
        {"migrate_to_chat_id": -1008},
        {"migrate_from_chat_id": -8},
        {"new_chat_members": [PERSON]},
        {"left_chat_member": PERSON},
        {"pinned_message": {"message_id": 1, "date": 0, "chat": GROUP}},
        {"group_chat_created": True},
    ],
)
def test_lines_that_telegram_writes_in_a_group_are_left_alone(parts: Json) -> None:
    """my_chat_member has told already that the bot came in."""
    assert taken({"message": said(chat=GROUP, **parts)}) is None


def test_a_post_in_a_channel_is_left_in_silence() -> None:
    """Should one come as a message, the bot does not broadcast its farewell."""
    news = {"id": -1009, "type": "channel", "title": "News"}
    assert taken({"message": said(chat=news, text="hello")}) == Incoming(
        -1009, Invited(silent=True)
    )


# ── a group becomes a supergroup ────────────────────────────────────────────────────────────────

OLD = {"id": -8, "type": "group", "title": "Staff"}
NEW = {"id": -1008, "type": "supergroup", "title": "Staff"}


def test_either_message_tells_that_a_group_has_become_a_supergroup() -> None:
    """One comes in the old group and one in the new; each names the other."""
    assert moved(delivered({"message": said(chat=OLD, migrate_to_chat_id=-1008)})) == (-8, -1008)
    assert moved(delivered({"message": said(chat=NEW, migrate_from_chat_id=-8)})) == (-8, -1008)


@pytest.mark.parametrize(
    "forged",
    [
        {"chat": PRIVATE, "migrate_to_chat_id": -1008},
        {"chat": PRIVATE, "migrate_from_chat_id": OUR_STAFF},
        {"chat": {"id": 42, "type": "supergroup"}, "migrate_from_chat_id": OUR_STAFF},
        {"chat": OLD, "migrate_to_chat_id": 42},
        {"chat": OLD, "migrate_to_chat_id": None},
        {"chat": OLD, "migrate_to_chat_id": "-1008"},
        {"chat": OLD, "migrate_to_chat_id": -(2**63)},
        {"chat": OLD, "migrate_to_chat_id": True},
        {"chat": OLD, "migrate_from_chat_id": -1008},
        {"chat": NEW, "migrate_to_chat_id": -1009},
        {"chat": NEW, "migrate_from_chat_id": [-8]},
        {"chat": {"id": "-8", "type": "group"}, "migrate_to_chat_id": -1008},
        {"chat": None, "migrate_to_chat_id": -1008},
    ],
    ids=str,
)
def test_what_cannot_be_a_move_is_none(forged: Json) -> None:
    """In a private chat, to a person, the wrong way round, or with nonsense for an id."""
    assert moved(delivered({"message": said(**forged)})) is None
    assert moved(delivered({"edited_message": said(chat=OLD, migrate_to_chat_id=-1008)})) is None
