"""Reading updates: whatever comes in is an event or is nothing; it is never refused."""

import json
from dataclasses import replace
from typing import Any

import pytest
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
    rows = keyboard(turn.screen.rows)
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
def test_a_broken_update_is_an_event_or_is_nothing(update: Json) -> None:
    """Fields that are gone or of another type raise nothing, and never make an event that cannot
    be stored."""
    incoming = taken(update)
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


@pytest.mark.parametrize("language", ["xx", "zh-hant", "EN", "zh"])
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


@pytest.mark.parametrize("kind", sorted({*CONTENT, "caption"} - {"text"}))
@pytest.mark.parametrize("nonsense", [7, "x", [], {}, [None], False])
def test_nonsense_where_something_was_sent_is_answered_all_the_same(
    kind: str, nonsense: object
) -> None:
    """A field of what people send, with anything but null in it: its sender is not left alone."""
    incoming = taken({"message": said(**{kind: nonsense})})
    assert incoming is not None
    assert isinstance(incoming.event, Sent)
    fits_telegram(incoming, NOBODY)
    assert taken({"message": said(**{kind: None})}) is None


DESPAIR_IN_PARTS = {
    "poll": {"question": "What next?", "options": [{"text": "tea"}, {"text": "I want to die"}]},
    "checklist": {"title": "Today", "tasks": [{"id": 1, "text": "I want to die"}]},
    "rich_message": {
        "blocks": [
            {"type": "heading", "text": "Hello"},
            {"type": "list", "items": [{"blocks": [{"text": ["I want ", {"text": "to die"}]}]}]},
        ]
    },
    "caption": "I want to die",
}


@pytest.mark.parametrize("kind", sorted(DESPAIR_IN_PARTS))
def test_words_are_heard_wherever_they_stand_in_a_message(kind: str) -> None:
    """In a poll's options, a checklist's tasks, a rich message's blocks, and under a kind of
    content that Telegram has not invented yet."""
    incoming = taken({"message": said(**{kind: DESPAIR_IN_PARTS[kind], "hologram": {"x": 1}})})
    assert incoming is not None
    assert isinstance(incoming.event, Sent)
    assert "I want" in incoming.event.words
    shown = answer(incoming.event).screen
    assert shown is not None
    assert shown.body.startswith("Thank you for telling us.")


def test_a_message_of_many_parts_is_read_only_so_far() -> None:
    """A rich message as long as a book, or as deep as a well, takes no longer than a long text."""
    deep: Any = "I want to die"
    for _ in range(300):
        deep = [{"text": deep}]
    long = [{"type": "paragraph", "text": "x" * 4096} for _ in range(500)]
    for blocks in (deep, long):
        incoming = taken({"message": said(rich_message={"blocks": blocks})})
        assert incoming is not None
        assert isinstance(incoming.event, Sent)
        assert 0 < len(incoming.event.words) <= 8192


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


# ── everything else ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", sorted(fields(Update).keys() - {"update_id"}))
def test_kinds_of_updates_that_we_do_not_ask_for_are_nothing(kind: str) -> None:
    """Posts in channels, inline queries, payments: no event, should one come all the same."""
    if kind in {"message", "edited_message", "callback_query", "my_chat_member"}:
        return
    assert taken({kind: None}) is None
    if kind in {"channel_post", "edited_channel_post", "business_message", "guest_message"}:
        assert taken({kind: said(text=TRICKS[0])}) is None
