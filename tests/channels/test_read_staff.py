"""Reading what happens in the staff's groups: who did what, where, in answer to what."""

from typing import Any

import pytest
from hypothesis import given, settings

from bot.channels.telegram.read_staff import Act, Came, Self, read_came, read_staff
from bot.desk.event import Member, Ordered, Spot, Tapped, Wrote
from bot.dialogue.event import KINDS
from tests.channels.updates import Json, broken, delivered, updates

STAFF = {"id": -1001, "type": "supergroup", "title": "Staff", "is_forum": True}
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna", "last_name": "Berg"}
ME = Self(99, "CarNkBot")
BOT = {"id": 99, "is_bot": True, "first_name": "CAR-NK", "username": "CarNkBot"}
GROUPS = frozenset({-1001})
MEMBER = Member(7, "Anna Berg")


def taken(update: Json) -> Act | None:
    return read_staff(delivered(update), GROUPS, ME)


def said(**parts: Any) -> Json:
    return {"message_id": 5, "date": 1, "chat": STAFF, "from": ANNA, **parts}


def in_topic(**parts: Any) -> Json:
    """As Telegram tells it: even what answers nothing names the beginning of its topic."""
    beginning = {
        "message_id": 3,
        "date": 1,
        "chat": STAFF,
        "message_thread_id": 3,
        "is_topic_message": True,
        "forum_topic_created": {"name": "K7PQ2", "icon_color": 7322096},
    }
    topic = {"message_thread_id": 3, "is_topic_message": True, "reply_to_message": beginning}
    return said(**{**topic, **parts})


def event(update: Json) -> object:
    act = taken(update)
    return None if act is None else act.event


# ── anything at all ─────────────────────────────────────────────────────────────────────────────


def sound(act: Act | None) -> None:
    if act is None:
        return
    spot = act.event.spot
    assert spot.group == -1001
    assert {type(spot.message), type(spot.topic), type(spot.answers)} <= {int, type(None)}
    assert type(act.event.member.id) is int
    assert not isinstance(act.event, Wrote) or act.event.kind in KINDS | {"text"}


@settings(max_examples=100)
@given(updates(), broken(updates()))
def test_nothing_that_comes_is_refused(update: Json, damaged: Json) -> None:
    """Of any kind, in any chat, with fields that are gone or of another type."""
    for raw in (update, damaged):
        for part in raw.values():
            if isinstance(part, dict):
                for holder in (part, part.get("message")):
                    if isinstance(holder, dict) and isinstance(holder.get("chat"), dict):
                        holder["chat"]["id"] = -1001
        sound(read_staff(delivered(raw), GROUPS, ME))
        read_came(delivered(raw))


# ── words ───────────────────────────────────────────────────────────────────────────────────────


def test_words_with_their_place() -> None:
    """In a topic, in General, edited; files with what stands below them."""
    assert event({"message": in_topic(text="hello")}) == Wrote(MEMBER, Spot(-1001, 5, 3), "hello")
    assert event({"message": said(text="hello")}) == Wrote(MEMBER, Spot(-1001, 5), "hello")
    edited = event({"edited_message": in_topic(text="hallo", edit_date=2)})
    assert edited == Wrote(MEMBER, Spot(-1001, 5, 3), "hallo", edited=True)
    photo = [{"file_id": "x", "file_unique_id": "y", "width": 1, "height": 1}]
    sent = event({"message": said(photo=photo, caption="see", media_group_id="a")})
    assert sent == Wrote(MEMBER, Spot(-1001, 5), "see", "picture", "a")


def test_what_is_answered_is_never_the_beginning_of_the_topic() -> None:
    """Telegram names that, too, and it would make every word in a topic a reply."""
    answered = {"message_id": 4, "date": 1, "chat": STAFF, "from": BOT, "text": "card"}
    act = taken({"message": in_topic(text="hello", reply_to_message=answered)})
    assert act is not None
    assert act.event.spot.answers == 4
    assert act.to_bot
    # Without topics the thread has the number of the first message, and that one is meant.
    plain = said(text="hello", reply_to_message=answered | {"message_id": 3}, message_thread_id=3)
    act = taken({"message": plain})
    assert act is not None
    assert act.event.spot == Spot(-1001, 5, None, 3)


def test_a_reply_from_another_topic_answers_nothing() -> None:
    """Telegram only outlines it (external_reply): which person is meant would be a guess."""
    outline = {"origin": {"type": "user", "date": 1, "sender_user": ANNA}, "message_id": 4}
    act = taken({"message": in_topic(text="hello", external_reply=outline | {"chat": STAFF})})
    assert act is not None
    assert act.event.spot.answers is None


# ── commands and buttons ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "name", "argument"),
    [
        ("/open", "open", ""),
        ("/Close K7PQ2", "close", "K7PQ2"),
        ("/reply@carnkbot Good\nmorning", "reply", "Good\nmorning"),
    ],
)
def test_commands(words: str, name: str, argument: str) -> None:
    """With and without the bot's own name."""
    assert event({"message": said(text=words)}) == Ordered(MEMBER, Spot(-1001, 5), name, argument)


def test_commands_for_other_bots_are_theirs() -> None:
    """Several bots may sit in a group."""
    assert event({"message": said(text="/close@other_bot K7PQ2")}) is None


def test_an_edited_command_is_not_done_again() -> None:
    """What was told to a person may read otherwise; nothing is closed twice."""
    found = event({"edited_message": said(text="/reply Good evening", edit_date=2)})
    assert found == Wrote(MEMBER, Spot(-1001, 5), "Good evening", edited=True)


def test_a_press_below_a_message() -> None:
    """The message is where it was pressed; one that is out of reach, too."""
    card = {"message_id": 4, "date": 1, "chat": STAFF, "from": BOT, "text": "card"}
    card |= {"message_thread_id": 3, "is_topic_message": True}
    query = {"id": "11", "from": ANNA, "chat_instance": "1", "message": card, "data": "v1:en:desk"}
    pressed = event({"callback_query": query})
    assert pressed == Tapped(MEMBER, Spot(-1001, 4, 3), "v1:en:desk")
    assert isinstance(pressed, Tapped)
    assert pressed.query_id == "11"
    far = {"message_id": 4, "date": 0, "chat": STAFF}
    assert event({"callback_query": query | {"message": far}}) == Tapped(
        MEMBER, Spot(-1001, 4), "v1:en:desk"
    )


# ── who ─────────────────────────────────────────────────────────────────────────────────────────


def test_who_speaks_as_the_group_is_of_the_group() -> None:
    """W6: an anonymous administrator has the group's name and number."""
    hidden = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    found = event({"message": said(text="hello", **{"from": hidden}, sender_chat=STAFF)})
    assert found == Wrote(Member(-1001, "Staff", anonymous=True), Spot(-1001, 5), "hello")


@pytest.mark.parametrize(
    "parts",
    [
        {"from": {"id": 8, "is_bot": True, "first_name": "Bot"}},
        {"from": None},
        {"sender_chat": {"id": -1009, "type": "channel", "title": "News"}},
        {"sender_chat": STAFF, "is_automatic_forward": True},
        {"text": None, "pinned_message": {"message_id": 4, "date": 0, "chat": STAFF}},
        {"text": None, "new_chat_members": [ANNA]},
        {"text": None, "forum_topic_closed": {}},
        {"chat": {**STAFF, "id": -1002}},
        {"chat": {"id": 7, "type": "private", "first_name": "Anna"}},
    ],
    ids=str,
)
def test_nobodys_words(parts: Json) -> None:
    """Other bots, channels, what Telegram writes, and every other chat."""
    message = {name: one for name, one in {**said(text="hi"), **parts}.items() if one is not None}
    assert taken({"message": message}) is None


@pytest.mark.parametrize(
    ("status", "more", "present"),
    [
        ("member", {}, True),
        ("administrator", {}, True),
        ("restricted", {"is_member": True}, True),
        ("restricted", {"is_member": False}, False),
        ("left", {}, False),
        ("kicked", {}, False),
    ],
)
@pytest.mark.parametrize("kind", ["chat_member", "my_chat_member"])
def test_who_comes_and_goes(kind: str, status: str, more: Json, present: bool) -> None:
    """Members of a group, and the bot in a person's favour."""
    new = {"user": ANNA, "status": status, **more}
    raw = {kind: {"chat": STAFF, "from": ANNA, "date": 1, "new_chat_member": new}}
    assert read_came(raw) == Came(-1001, 7, present)
    assert read_came({kind: {"chat": {"id": "x"}, "new_chat_member": new}}) is None
    assert read_came({"message": said(text="hi")}) is None
