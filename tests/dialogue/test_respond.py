"""What a patient sees next: language, deep links, safety first, and a kind answer to anything."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.event import KINDS, NOBODY, Commanded, Invited, Person, Pressed, Said, Sent
from bot.dialogue.respond import Dialogue
from bot.dialogue.screens import Operator
from bot.i18n.markup import parse, visible_length
from bot.i18n.text import text
from tests.dialogue.words import answer, dialogue, labels, screen, words

ENGLISH, CHINESE = words().languages["en"], words().languages["zh_Hans"]
SW4_START = {"en": "Thank you for telling us.", "zh": "谢谢您愿意告诉我们。"}


# ── the language a person gets ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("client", ["en", "en-GB", "zh", "zh-hans", "zh-CN", "zh-SG"])
def test_a_client_we_surely_speak_goes_straight_to_the_menu(client: str) -> None:
    """No question is asked of somebody whose language is certain, and nothing is stored."""
    turn = answer(Commanded("start"), client=client)
    language = CHINESE if client.startswith("zh") else ENGLISH
    assert turn.screen is not None
    assert turn.screen.body.startswith(language.say(text("menu.welcome")))
    assert turn.remember is None


@pytest.mark.parametrize("client", [None, "", "pt-br", "zh-hant", "zh-TW", "ar", "xx", "☃"])
def test_anybody_else_chooses_at_the_first_start_and_keeps_the_place(client: str | None) -> None:
    """The picker shows every language in its own name and leads on to the page one came for."""
    turn = answer(Commanded("start", "costs"), client=client)
    assert turn.screen is not None
    assert labels(turn.screen) == ["English", "简体中文"]
    chosen = turn.screen.rows[0][1].to
    assert chosen is not None
    after = answer(Pressed(chosen.data()), client=client)
    assert after.remember == Person("zh-Hans")
    assert after.screen is not None
    page = words().library.read("costs", "zh_Hans").page
    assert CHINESE.say(page.title) in after.screen.body


def test_the_choice_outlives_the_clients_language() -> None:
    """Once chosen, a change of the client's language changes nothing."""
    shown = screen(Commanded("menu"), Person("zh-Hans"), client="en")
    assert shown.body.startswith(CHINESE.say(text("menu.welcome")))


def test_a_choice_that_is_gone_falls_back_without_a_fault() -> None:
    """A stored language that this release does not have is as good as none."""
    shown = screen(Commanded("menu"), Person("eo"), client="zh-hans")
    assert shown.body.startswith(CHINESE.say(text("menu.welcome")))


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("中文", CHINESE),
        ("简体中文", CHINESE),
        ("Chinese", CHINESE),
        ("english", ENGLISH),
        (" 英语 ", ENGLISH),
        ("zh-hans", CHINESE),
    ],
)
def test_the_name_of_a_language_typed_alone_switches_to_it(typed: str, language: object) -> None:
    """`English` typed by somebody lost in Chinese brings English, and it stays."""
    turn = answer(Said(typed), Person("zh-Hans" if language is ENGLISH else "en"))
    assert turn.remember is not None
    assert turn.remember.language == getattr(language, "tag", None)


def test_who_never_chose_is_answered_in_the_script_they_write() -> None:
    """A Chinese question on an English client gets a Chinese answer; a choice stays a choice.

    Latin letters decide nothing: OK and PD-1 are written by everybody.
    """
    for words_typed in ("请问CAR-NK多少钱？", "CAR-T和CAR-NK哪个好", "CAR-NK是什么"):
        assert "谢谢您的留言" in screen(Said(words_typed), client="en").body
    for words_typed in ("OK", "PD-1", "how much is it"):
        assert "谢谢您的留言" in screen(Said(words_typed), client="zh-hans").body
    assert "Thank you" in screen(Said("请问多少钱？"), Person("en"), client="zh-hans").body


def test_in_danger_the_script_written_wins_over_the_choice() -> None:
    """Who once chose English and now writes despair in Chinese reads the answer in Chinese."""
    assert SW4_START["zh"] in screen(Said("我不想活了"), Person("en"), "en").body
    assert "急诊" in screen(Said("妈妈喘不上气，WBC 0.3"), Person("en"), "en").body


# ── deep links ──────────────────────────────────────────────────────────────────────────────────


def test_a_deep_link_opens_its_page_in_its_language() -> None:
    """`zh-Hans_costs` is the costs in Chinese; kept as the choice of who has no other."""
    turn = answer(Commanded("start", "zh-Hans_costs"), client="pt")
    page = words().library.read("costs", "zh_Hans").page
    assert turn.screen is not None
    assert CHINESE.say(page.title) in turn.screen.body
    assert turn.remember == Person("zh-Hans")
    for person, client in ((Person("zh-Hans"), "pt"), (NOBODY, "en")):
        assert answer(Commanded("start", "zh-Hans_costs"), person, client).remember is None


@pytest.mark.parametrize("page", sorted(words().library.nodes))
def test_every_page_has_its_deep_link(page: str) -> None:
    """`/start <page>` works for every page id, none of which holds an underscore."""
    assert "_" not in page
    shown = screen(Commanded("start", page))
    assert ENGLISH.say(words().library.read(page, "en").page.title) in shown.body


@given(st.text(max_size=64) | st.from_regex(r"[A-Za-z0-9_-]{0,64}", fullmatch=True))
def test_any_other_deep_link_opens_the_menu(payload: str) -> None:
    """Whatever stands behind /start, somebody sees a page or the menu."""
    shown = screen(Commanded("start", payload))
    assert shown.rows
    parse(shown.body)


@pytest.mark.parametrize(
    ("command", "id"),
    [
        ("menu", "menu.welcome"),
        ("consult", "consult.closed"),
        ("mycase", "my-case.none"),
        ("language", "language-page.choose"),
        ("privacy", "privacy.short"),
        ("mydata", "my-data.kept"),
        ("emergency", "safety.sw3"),
        ("help", "help.what"),
        ("cancel", "cancel.nothing"),
        ("nonsense", "unknown.command"),
    ],
)
def test_every_command_has_its_screen(command: str, id: str) -> None:
    """What a patient can type leads to its place, in their language."""
    for client, language in (("en", ENGLISH), ("zh-hans", CHINESE)):
        assert language.say(text(id)) in screen(Commanded(command), client=client).body


# ── safety before anything else ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("client", ["en", "zh-hans", "pt", None])
@pytest.mark.parametrize("person", [NOBODY, Person("en"), Person("zh-Hans")])
def test_despair_is_heard_in_every_language_whatever_was_chosen(
    client: str | None, person: Person
) -> None:
    """Both languages' words are heard always, and nothing else stands on the screen."""
    for said in ("I want to die", "我不想活了", "I don't want to live 不想活了"):
        shown = screen(Said(said), person, client)
        assert SW4_START["en"] in shown.body or SW4_START["zh"] in shown.body
        assert "findahelpline.com" in shown.body


def test_despair_in_a_caption_a_poll_or_an_unknown_command_is_heard() -> None:
    """Every door for words leads past the same ear."""
    for event in (
        Sent("picture", "I want to kill myself"),
        Sent("other", "不想活了"),
        Commanded("bye", "I want to end my life"),
    ):
        shown = screen(event).body
        assert SW4_START["en"] in shown or SW4_START["zh"] in shown


def test_an_emergency_stands_above_the_normal_answer() -> None:
    """SW3 first, then the answer that the message would have got anyway."""
    shown = screen(Said("my mother has chest pain and can't breathe"))
    assert shown.body.startswith(ENGLISH.say(text("safety.sw3")))
    assert ENGLISH.say(text("said.topics")) in shown.body


def test_despair_and_emergency_together() -> None:
    """Who took an overdose to die reads the emergency text and the kind one."""
    shown = screen(Said("I want to die, I took an overdose"))
    assert shown.body.startswith(ENGLISH.say(text("safety.sw3")))
    assert SW4_START["en"] in shown.body


def test_an_emergency_in_a_caption_stands_above_the_answer_to_the_picture() -> None:
    """Whatever words come with, they are heard first."""
    shown = screen(Sent("picture", "chest pain, she can't breathe"))
    assert shown.body.startswith(ENGLISH.say(text("safety.sw3")))
    assert ENGLISH.say(text("sent.picture")) in shown.body


def test_confusion_about_the_cost_is_neither() -> None:
    """The words of everyday worry are answered like any other message."""
    for said in ("I'm confused about the cost", "我对费用有点糊涂"):
        assert screen(Said(said)).body == screen(Said("hello" if said[0] == "I" else "你好")).body


def test_helplines_follow_the_country_named_and_never_the_language() -> None:
    """Chinese words alone show no Chinese number; a named or remembered country shows its own."""
    assert "12356" not in screen(Said("我不想活了"), client="zh-hans").body
    assert "12356" in screen(Said("我不想活了，我在中国"), client="zh-hans").body
    in_canada = screen(Said("I want to die. I live in Canada")).body
    assert "988" in in_canada
    assert "911" in in_canada
    assert "1925" in screen(Said("我不想活了"), Person("zh-Hans", "TW"), "zh-hans").body
    assert "1925" in screen(Said("我在台灣，不想活了"), client="zh-hans").body
    assert "12356" in screen(Said("我在成都，不想活了"), client="zh-hans").body
    in_britain = screen(Said("I want to die. I am in London")).body
    assert "116 123" in in_britain
    assert "999" in in_britain
    assert "NHS" not in in_britain
    both = screen(Said("I want to die, I am in Canada not in Singapore"))
    assert "988" not in both.body


def test_help_lines_are_never_replaced_by_what_comes_after() -> None:
    """Going on, or stopping for today, is a new message: the numbers stay in the chat."""
    shown = screen(Said("I want to die"), Person("en", "CA"))
    assert "988" in shown.body
    assert "911" in shown.body
    targets = {key.to.place: key.to for row in shown.rows for key in row if key.to is not None}
    for place in ("onward", "rest"):
        turn = answer(Pressed(targets[place].data()), Person("en", "CA"))
        assert not turn.in_place
        assert turn.screen is not None
    rested = screen(Pressed("v1:en:rest"), Person("en", "CA"))
    assert "988" in rested.body


def test_in_despair_a_country_is_chosen_without_losing_the_words() -> None:
    """The numbers of a place are two taps away, and SW4 stays above them."""
    asked = answer(Pressed("v1:en:despair:choose"))
    assert asked.in_place
    assert asked.screen is not None
    assert SW4_START["en"] in asked.screen.body
    assert "Singapore" in labels(asked.screen)
    chosen = answer(Pressed("v1:en:despair:SG"))
    assert chosen.remember == Person(None, "SG")
    assert chosen.screen is not None
    assert "1771" in chosen.screen.body
    assert "995" in chosen.screen.body


def test_while_nobody_reads_the_chat_despair_is_told_so() -> None:
    """SW4 alone would sound as if somebody read it later; at the moment nobody does."""
    assert "nobody reads this chat" in screen(Said("I want to die")).body


def test_the_country_chosen_on_the_emergency_page_is_remembered() -> None:
    """Choosing a country shows its numbers and is stored; a country nobody knows is not."""
    turn = answer(Pressed("v1:en:emergency:SG"))
    assert turn.remember == Person(None, "SG")
    assert turn.screen is not None
    assert "1771" in turn.screen.body
    assert answer(Pressed("v1:en:emergency:XX")).remember is None


# ── everything else a person may send ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_message_gets_a_kind_answer_and_a_way_on(kind: str) -> None:
    """Pictures, voices, stickers and the rest: a sentence, and the topics."""
    for client, language in (("en", ENGLISH), ("zh-hans", CHINESE)):
        shown = screen(Sent(kind), client=client)
        assert shown.body == language.say(text(f"sent.{kind}"))
        assert len(labels(shown)) > 10


@given(st.text(max_size=4096), st.sampled_from(["en", "zh-hans", None]))
def test_any_words_get_an_answer(said: str, client: str | None) -> None:
    """No text a stranger can type makes the bot fail, or leaks into the answer as HTML."""
    shown = screen(Said(said), client=client)
    parse(shown.body)
    assert shown.rows


@given(st.text(max_size=200) | st.from_regex(r"v1:[A-Za-z-]{1,9}:[a-z-]{1,12}(:[\w.-]{0,9})?!?"))
def test_any_button_leads_somewhere(data: str) -> None:
    """Forged, old or foreign data shows a page or the menu and stores only what is valid."""
    turn = answer(Pressed(data))
    assert turn.screen is not None
    parse(turn.screen.body)
    if turn.remember is not None:
        assert turn.remember.language in {None, "en", "zh-Hans"}
        assert turn.remember.country in {None, *words().helplines.countries}


def test_a_foreign_group_hears_one_sentence_and_a_channel_none() -> None:
    """In a group that is not its own the bot says why and leaves; it never posts to a channel."""
    group = answer(Invited())
    assert group.leave
    assert group.screen is not None
    assert not group.screen.rows
    assert answer(Invited(silent=True)).screen is None


# ── rights ──────────────────────────────────────────────────────────────────────────────────────


def test_my_data_shows_and_deletes_in_two_taps() -> None:
    """/mydata says what is kept; two taps later nothing is."""
    someone = Person("zh-Hans", "CN")
    shown = screen(Commanded("mydata"), someone, client="en")
    assert "简体中文" in shown.body
    assert "中国大陆" in shown.body
    ask = shown.rows[1][0].to
    assert ask is not None
    asked = answer(Pressed(ask.data()), someone).screen
    assert asked is not None
    sure = asked.rows[0][0].to
    assert sure is not None
    assert answer(Pressed(sure.data()), someone).remember == NOBODY
    keep = asked.rows[1][0].to
    assert keep is not None
    assert answer(Pressed(keep.data()), someone).remember is None


def test_privacy_and_consult_say_only_what_the_settings_make_true() -> None:
    """Operator, contact and ties appear when they are set; else the bot says that they are not."""
    bare, full = dialogue(), dialogue(Operator("Hope <Hospital>", "help@example.org", "none"))

    def body(one: Dialogue, event: Commanded) -> str:
        shown = answer(event, by=one).screen
        assert shown is not None
        return shown.body

    assert "has not given a name" in body(bare, Commanded("privacy"))
    assert "Hope &lt;Hospital&gt;" in body(full, Commanded("privacy"))
    assert "not open yet" in body(bare, Commanded("consult"))
    assert "help@example.org" not in body(bare, Commanded("consult"))
    assert "help@example.org" in body(full, Commanded("consult"))
    assert "not yet stated" in body(bare, Commanded("start", "centre-zhejiang"))
    assert "no business ties" in body(full, Commanded("start", "centre-zhejiang"))


def test_a_page_past_its_review_says_so() -> None:
    """After 90 days a page on prices tells that it is due; the day before it does not."""
    page = words().library.read("costs", "en").page
    due = "due for review"
    on_time = answer(Commanded("start", "costs"), today=page.due)
    late = answer(Commanded("start", "costs"), today=date(2027, 12, 1))
    assert on_time.screen is not None
    assert late.screen is not None
    assert due not in on_time.screen.body
    assert due in late.screen.body


# ── every screen, in every language ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tag", [language.tag for language in words().languages.offered])
def test_every_button_can_be_walked_and_fits_telegram(tag: str) -> None:
    """From the menu every page is reached within three taps; no dead end, no screen too long."""
    language = words().languages[tag]
    start = f"v1:{tag}:menu"
    depth = {start: 0}
    waiting = [start]
    while waiting:
        data = waiting.pop(0)
        shown = screen(Pressed(data))
        assert visible_length(shown.body) <= 4096, data
        assert len(parse(shown.body).entities) <= 100, data
        assert sum(len(row) for row in shown.rows) <= 100, data
        assert len(set(labels(shown))) == len(labels(shown)), data
        targets = []
        for row in shown.rows:
            assert 1 <= len(row) <= 8
            for button in row:
                assert button.label.strip()
                assert (button.to is None) != (button.url is None)
                if button.to is not None:
                    assert len(button.to.data().encode()) <= 64
                    targets.append(button.to)
        if data != start:
            assert any(to.place == "menu" or to.chosen for to in targets), data
        assert any(to.chosen and to.language != tag for to in targets) or ":language" in data, data
        assert any(to.place == "emergency" for to in targets) or ":emergency" in data, data
        for to in targets:
            if to.language == tag and to.data() not in depth:
                depth[to.data()] = depth[data] + 1
                waiting.append(to.data())
    reached = {data.split(":")[2]: taps for data, taps in reversed(depth.items())}
    for page in words().library.nodes:
        assert reached.get(page, 99) <= 3, page
        parts = len(words().library.read(page, language.code).page.parts)
        for part in range(1, parts):
            assert f"v1:{tag}:{page}:{part}" in depth
