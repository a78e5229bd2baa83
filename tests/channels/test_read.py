"""Reading updates: whatever comes in is an event, is nothing, or is refused; never half of each."""

import json
from dataclasses import replace
from typing import Any

import pytest
import telegram
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Message, Update

from bot.channels.telegram.present import keyboard
from bot.channels.telegram.read import Incoming, read
from bot.dialogue.address import read_address
from bot.dialogue.event import KINDS, NOBODY, Commanded, Invited, Person, Pressed, Said, Sent
from bot.dialogue.respond import Dialogue
from bot.dialogue.screens import (
    DESPAIR,
    EMERGENCY,
    HELP,
    LANGUAGE,
    MENU,
    MY_CASE,
    MY_DATA,
    ONWARD,
    PRIVACY,
    REST,
    Operator,
)
from bot.i18n.language import Language, Languages
from bot.i18n.markup import parse
from bot.i18n.text import Label
from tests.channels.updates import (
    CONTENT,
    PERSON,
    PRIVATE,
    TRICKS,
    Json,
    broken,
    content,
    delivered,
    fields,
    messages,
    taps,
    updates,
    words,
)
from tests.dialogue.words import answer, dialogue, make
from tests.dialogue.words import words as shipped

OUR_STAFF = -1001
GROUP = {"id": -1007, "type": "supergroup", "title": "Family"}
DIALOGUE = dialogue()
PEOPLE = st.sampled_from([NOBODY, Person("en", "US"), Person("xx", "QQ"), Person("zh-Hans")])


def taken(update: Json) -> Incoming | None:
    return read(delivered(update), frozenset({OUR_STAFF}))


def said(**parts: Any) -> Json:
    return {"message_id": 5, "date": 1, "chat": PRIVATE, "from": PERSON, **parts}


# ── anything at all ─────────────────────────────────────────────────────────────────────────────


def fits_telegram(incoming: Incoming, person: Person, answering: Dialogue = DIALOGUE) -> None:
    """The dialogue answers, and Telegram will take the answer."""
    turn = answer(incoming.event, person, incoming.client, by=answering)
    assert turn.screen is not None or turn.leave
    if turn.screen is None:
        return
    marked = parse(turn.screen.body)
    assert 0 < len(marked.text.encode("utf-16-le")) // 2 <= 4096
    rows = keyboard(turn.screen)
    for row in json.loads(rows)["inline_keyboard"] if rows else ():
        assert len(row) <= 8
        for button in row:
            assert button["text"].strip()
            if "url" not in button:
                data = button["callback_data"]
                assert len(data.encode()) <= 64
                assert read_address(data) is not None, data
    if turn.remember is not None:
        ours = (one.tag for one in answering.screens.languages.values())
        assert turn.remember.language in {None, person.language, *ours}
        assert turn.remember.country in {None, person.country, *shipped().helplines.countries}


@settings(max_examples=250, deadline=None)
@given(updates(), PEOPLE)
def test_every_well_formed_update_is_answered_or_needs_no_answer(
    update: Json, person: Person
) -> None:
    """Of any kind that the Bot API has, none is refused, and each event has its screen."""
    incoming = taken(update)
    if incoming is not None:
        fits_telegram(incoming, person)


@settings(max_examples=250, deadline=None)
@given(broken(updates()))
def test_a_broken_update_is_an_event_or_is_refused(update: Json) -> None:
    """Fields that are gone or of another type never make an event that cannot be stored."""
    try:
        incoming = taken(update)
    except Exception:  # what the receiver sets aside
        return
    if incoming is not None:
        assert type(incoming.chat_id) is int
        assert -(2**63) < incoming.chat_id < 2**63
        assert isinstance(incoming.event, Pressed | Commanded | Said | Sent | Invited)


@settings(max_examples=150, deadline=None)
@given(messages(), PEOPLE)
def test_whatever_a_person_sends_is_an_event_of_their_chat(message: Json, person: Person) -> None:
    """Every kind of content, with any words, new or edited, is answered in its own chat."""
    incoming = taken({"message": message})
    assert incoming is not None
    assert incoming.chat_id == PRIVATE["id"]
    assert incoming.client == "zh-hans"
    assert not isinstance(incoming.event, Sent) or incoming.event.kind in KINDS
    fits_telegram(incoming, person)
    again = taken({"edited_message": message})
    if isinstance(incoming.event, Said | Sent):
        incoming = replace(incoming, event=replace(incoming.event, edited=True), album=None)
    assert again == incoming or {"location", "venue"} & message.keys()


@settings(max_examples=300, deadline=None)
@given(taps(words() | st.from_regex(r"v1:[a-zA-Z-]{2,7}:[a-z]{2,9}(:[A-Za-z0-9.-]*)?!?")), PEOPLE)
def test_a_forged_button_leads_somewhere_and_stores_nothing_new(tap: Json, person: Person) -> None:
    """Only a language or a country that we have is remembered, whatever the data say."""
    incoming = taken({"callback_query": tap})
    if incoming is None:
        assert "message" not in tap
        return
    fits_telegram(incoming, person)
    turn = answer(incoming.event, person, incoming.client, by=DIALOGUE)
    if read_address(tap["data"]) is None:
        assert turn.remember is None


@pytest.mark.parametrize("language", ["xx", "zh-Hant", "EN", "zh"])
def test_a_language_that_we_do_not_have_is_not_remembered(language: str) -> None:
    """`v1:xx:menu!` shows the menu and leaves the person's choice alone."""
    for person in (NOBODY, Person("zh-Hans", "CN")):
        assert answer(Pressed(f"v1:{language}:menu!"), person).remember is None


ODD = ("9" * 40, "A" * 40, "language.language.emergency.CA", ".", "menu." + "1" * 30, "deleted")


@pytest.mark.parametrize("chosen", ["", "!"])
@pytest.mark.parametrize("tag", ["zh-Hans", "zh-Hant-HK"])
def test_with_more_than_two_languages_every_button_still_fits(tag: str, chosen: str) -> None:
    """The way back from the list of languages has room for every place, forged ones too."""
    read_once = shipped()
    english = read_once.languages["en"]
    third = Language(
        code="zh_Hant_HK",
        name=Label("繁體中文"),
        direction="ltr",
        status="published",
        messages=english.messages,
        formats=english.formats,
    )
    languages = Languages([*read_once.languages.values(), third])
    many = make(replace(read_once, languages=languages), Operator())
    makers = {MENU, LANGUAGE, EMERGENCY, DESPAIR, MY_DATA, PRIVACY, MY_CASE, HELP, REST, ONWARD}
    for place in (*read_once.library.nodes, *makers, "nowhere"):
        for detail in ("", "1", "CA", "delete", *ODD):
            data = f"v1:{tag}:{place}:{detail}{chosen}"
            if len(data) <= 64:
                fits_telegram(Incoming(1, Pressed(data)), Person("en", "US"), many)


# ── what a person sends ─────────────────────────────────────────────────────────────────────────

_EXPECTED = {
    "animation": "sticker",
    "audio": "voice",
    "contact": "contact",
    "dice": "sticker",
    "document": "document",
    "location": "place",
    "photo": "picture",
    "sticker": "sticker",
    "venue": "place",
    "video": "video",
    "video_note": "video",
    "voice": "voice",
}


@pytest.mark.parametrize("kind", sorted(set(CONTENT) - {"text"}))
def test_each_kind_of_content_has_its_answer(kind: str) -> None:
    """Everything that a person can send is told apart, or is “other”."""
    found = []

    @settings(max_examples=1, database=None, derandomize=True, deadline=None)
    @given(content(kind))
    def one(message: Json) -> None:
        found.append(taken({"message": message}))

    one()
    assert found[0] is not None
    assert isinstance(found[0].event, Sent)
    assert found[0].event.kind == _EXPECTED.get(kind, "other")


def test_what_carries_two_kinds_is_the_one_that_a_person_sees() -> None:
    """An animation also comes as a document, a venue also as a location."""
    file = {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1, "duration": 1}
    place = {"longitude": 1.0, "latitude": 1.0}
    venue = {"location": place, "title": "x", "address": "y"}
    for parts, kind in (
        ({"animation": file, "document": file}, "sticker"),
        ({"venue": venue, "location": place}, "place"),
        ({"rich_message": {"blocks": []}}, "other"),
    ):
        incoming = taken({"message": said(**parts)})
        assert incoming is not None
        assert incoming.event == Sent(kind)


_NOT_SERVICE = {
    *CONTENT,
    *("message_id", "date", "chat", "from", "caption", "giveaway_winners"),
}


@pytest.mark.parametrize("name", sorted(fields(Message).keys() - _NOT_SERVICE))
def test_a_service_message_is_not_answered(name: str) -> None:
    """Whatever a message holds beside what a person sends, it alone brings no screen."""
    some: Any = {"entities": [], "caption_entities": [], "photo": [], "new_chat_photo": []}
    incoming = taken({"message": said(**{name: some.get(name)})})
    assert incoming is None
    hint = str(fields(Message)[name][0])
    if hint.startswith(("bool", "int", "str")):
        assert taken({"message": said(**{name: 7})}) is None


def test_a_live_location_is_answered_once() -> None:
    """It edits itself every few seconds; only its beginning is an event."""
    place = {"longitude": 1.0, "latitude": 1.0, "live_period": 60, "heading": 90}
    assert taken({"message": said(location=place)}) is not None
    assert taken({"edited_message": said(location=place)}) is None


@pytest.mark.parametrize(
    ("typed", "event"),
    [
        ("/start", Commanded("start")),
        ("/START zh-Hans_costs", Commanded("start", "zh-Hans_costs")),
        ("/start\nzh-Hans_costs", Commanded("start", "zh-Hans_costs")),
        ("/help@Any_Bot  now\n", Commanded("help", "now")),
        ("/", Said("/")),
        ("//", Said("//")),
        ("/@x", Said("/@x")),
        ("/我想死", Said("/我想死")),
        ("/help-me", Said("/help-me")),
        ("/" + "a" * 33, Said("/" + "a" * 33)),
        (" /start", Said(" /start")),
        ("", Said("")),
        ("\ud800", Said("\ud800")),
        ("{0.__class__} %s", Said("{0.__class__} %s")),
    ],
)
def test_a_command_is_what_telegram_calls_one(typed: str, event: Said | Commanded) -> None:
    """Letters, digits and _ after a slash (Bot API, BotCommand); all else is what was said."""
    incoming = taken({"message": said(text=typed)})
    assert incoming is not None
    assert incoming.event == event


@pytest.mark.parametrize(
    "event",
    [
        Commanded("start", "I want to die"),
        Commanded("help", "I want to die"),
        Commanded("cancel", "我想死"),
        Commanded("nonsense", "I want to die"),
        Commanded("i_want_to_die"),
        Said("/我想死"),
        *(Sent(kind, "I want to die") for kind in sorted(KINDS)),
    ],
)
def test_despair_is_heard_in_every_kind_of_message(event: Commanded | Said | Sent) -> None:
    """Behind a command, in one, and under whatever is sent: it is answered before all else."""
    shown = answer(event).screen
    assert shown is not None
    assert shown.body.startswith(("Thank you for telling us.", "谢谢您愿意告诉我们"))


# ── taps ────────────────────────────────────────────────────────────────────────────────────────


def test_a_tap_says_which_message_can_be_edited() -> None:
    """One that is out of reach (date 0) is answered by a new message; an inline one not at all."""
    query: Json = {"id": "9", "from": PERSON, "chat_instance": "1", "data": "v1:en:costs"}
    message = {"message_id": 5, "chat": PRIVATE}
    within = taken({"callback_query": query | {"message": message | {"date": 1}}})
    assert within == Incoming(42, Pressed("v1:en:costs"), "zh-hans", 5, "9")
    beyond = taken({"callback_query": query | {"message": message | {"date": 0}}})
    assert beyond == Incoming(42, Pressed("v1:en:costs"), "zh-hans", None, "9")
    assert taken({"callback_query": query | {"inline_message_id": "x"}}) is None
    assert taken({"callback_query": query | {"message": message | {"date": 1, "chat": GROUP}}}) is (
        None
    )
    game = {name: value for name, value in query.items() if name != "data"}
    assert taken({"callback_query": game | {"message": message | {"date": 1}}}) is None


# ── groups ──────────────────────────────────────────────────────────────────────────────────────


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


@pytest.mark.parametrize("kind", sorted(fields(Update).keys() - {"update_id"}))
def test_kinds_of_updates_that_we_do_not_ask_for_are_nothing(kind: str) -> None:
    """Posts in channels, inline queries, payments: no event, should one come all the same."""
    if kind in {"message", "edited_message", "callback_query", "my_chat_member"}:
        return
    assert taken({kind: None}) is None
    if kind in {"channel_post", "edited_channel_post", "business_message", "guest_message"}:
        assert taken({kind: said(text=TRICKS[0])}) is None
