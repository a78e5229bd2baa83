"""What the staff see of a case."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.card import MESSAGE, away, card, line, news, readable, title
from bot.dialogue.case import CLOSED, THEIRS, WITHDRAWN, Case, Claim, File, Value
from bot.i18n.language import Language
from bot.i18n.markup import parse, visible_length
from bot.i18n.text import Text, text
from tests.desk.cases import AGREED, NOW, case, consent
from tests.dialogue.words import words

FORM = words().form
EN, ZH = words().languages["en"], words().languages["zh_Hans"]

FAMILY = case(
    language="zh-Hans",
    told={
        "who": "family",
        "country": "CN",
        "age": "under-14",
        "diagnosis": "胃癌 <b>晚期</b>",
        "name": "小王",
        "reply": "email",
        "email": "wang@example.org",
        "stage": "spread",
        "treatments": ("chemo", "car-t", "paclitaxel, 2 cycles"),
        "cell-when": "2025-03",
        "hospital": "yes",
        "soon": "week",
        "reports": "sent",
        "question": "第一行\n第二行",
        "aware": "no",
    },
    consents=(*AGREED, consent("c4", agreed=False), consent("c5")),
    files=(File(7, "document"), File(8, "picture")),
)


def shown(case: Case = FAMILY, language: Language = EN, *marks: Text) -> str:
    (said,) = card(case, FORM, language, NOW, *marks)
    return parse(said).text


def head(said: str) -> str:
    """The card itself: what stands before the first block of answers."""
    return said.partition("\n\n")[0]


# ── the card ────────────────────────────────────────────────────────────────────────────────────


def test_the_card_says_what_a_coordinator_needs_first() -> None:
    """Number, deadline on two clocks, language, country, age, illness, wish, way of reply."""
    said = head(shown(case(told={"country": "CN"}, language="zh-Hans")))
    assert said.splitlines() == [
        "Case K7PQ2",
        "⏰ Reply by November 23, 2026, 6:00\u202fPM (UTC)",
        "On their clock: November 24, 2026, 2:00\u202fAM (China Time (Shanghai))",
        "Language: Chinese",
        "Country or region: China",
        "Age group: 40–64",
        "Diagnosis: Multiple myeloma",
        "Help wanted: Trials and centres; Costs and insurance",
        "Reply by: Here in Telegram",
        "✅ Agreed: Use of health information; Storing and reading in other countries",
    ]


def test_the_card_speaks_the_language_of_the_staff() -> None:
    """The same case in Chinese; the person's own words are the same in both."""
    english, chinese = shown(), shown(language=ZH)
    assert chinese.startswith("咨询 K7PQ2\n")
    assert "国家或地区：中国" in chinese
    assert "Country" not in chinese
    for own in ("胃癌 <b>晚期</b>", "小王", "paclitaxel, 2 cycles", "第一行\n第二行"):
        assert own in english
        assert own in chinese


def test_the_card_alone_shows_no_name_and_no_own_words() -> None:
    """P14: not the name, and no words in which there could be one."""
    said = head(shown())
    assert "Diagnosis: in their own words" in said
    for own in ("小王", "胃癌", "wang@example.org", "paclitaxel", "第一行"):
        assert own not in said
    assert "小王" not in title(FAMILY, FORM, EN)


def test_what_cannot_wait_and_what_needs_care_stands_at_the_top() -> None:
    """In hospital, this week, a child under 14, somebody who asks for the patient."""
    lines = shown().splitlines()[1:7]
    assert lines[:2] == ["🔴 Urgent. In hospital now: Yes", "🔴 Urgent. How soon: This week"]
    assert lines[2].startswith("👥 Asked by: Family or friend. Speak with the patient")
    assert lines[3] == "Does the patient know of this enquiry? No"
    assert lines[4].startswith("🟠 A child under 14")
    calm = shown(case())
    assert not any(mark in calm for mark in "🔴👥🟠")


def test_a_relative_who_did_not_say_whether_the_patient_knows() -> None:
    """The question is optional: that it is open is said, too."""
    said = shown(case(told={"who": "other"}))
    assert "Does the patient know of this enquiry? not said" in said


def test_a_card_that_comes_too_late_says_so() -> None:
    """After an outage of more than a day the first thing staff see is that they are late."""
    due = case().due
    assert "overdue" not in parse(card(case(), FORM, EN, due)[0]).text
    assert "overdue" in parse(card(case(), FORM, EN, due + timedelta(seconds=1))[0]).text


def test_the_zone_that_a_person_chose_is_the_one_of_the_deadline() -> None:
    """In a country with several; without a choice only UTC is said."""
    chosen = shown(case(told={"country": "US", "zone": "America/New_York"}))
    assert "1:00\u202fPM (Eastern Time (New York))" in chosen
    for unknown in ({"country": "US"}, {"country": "US", "zone": "Asia/Tokyo"}):
        assert "On their clock" not in shown(case(told=unknown))


def test_consents_are_told_as_they_were_given() -> None:
    """Agreed, and not agreed; one that was taken back counts as not agreed."""
    back = case(consents=(*AGREED, consent("c4", withdrawn=NOW), consent("c9")))
    said = shown(back)
    assert "🚫 Not agreed: Follow-up messages" in said
    assert "c9" not in said


# ── the answers ─────────────────────────────────────────────────────────────────────────────────


def test_every_answer_is_there_by_blocks() -> None:
    """In the form's order, each once; options as options, own words marked as such."""
    said = shown()
    _, told, illness, plans, papers = said.split("\n\n")
    assert told.splitlines()[1:] == [
        "18 or older: Yes",
        "Who is asking: Family or friend",
        "Diagnosis: “胃癌 <b>晚期</b>”",
        "Name: 小王",
        "E-mail: wang@example.org",
    ]
    assert "Treatments so far: Chemotherapy; CAR-T\npaclitaxel, 2 cycles\n" in illness
    assert "March 2025" in illness
    assert "How soon: This week" in plans
    assert "Reports: 2 files, copied here" in papers
    assert "Your question:\n第一行\n第二行" in papers


def test_an_answer_of_another_form_is_shown_as_it_was_told() -> None:
    """A draft begun before an update: nothing of it is lost."""
    old: dict[str, Value] = {"pets": "two cats", "places": ("here", "there" * 30)}
    said = shown(case(told=old))
    assert "earlier question “pets”: “two cats”" in said
    assert "earlier question “places”:\nhere\n" + "there" * 30 in said


def test_reports_that_come_another_way_are_told() -> None:
    """Not now, or by a link: an option like others."""
    said = shown(case(told={"reports": "not-now"}))
    assert "Reports: " in said
    assert "copied" not in said


def test_an_answer_in_a_few_words_stays_on_its_line() -> None:
    """Longer ones, and those of several lines, stand in a quote of their own."""
    (short,) = card(case(told={"question": "How long?"}), FORM, EN, NOW)
    assert "<b>Your question:</b> How long?" in short
    (long,) = card(case(told={"question": "How long? " * 9}), FORM, EN, NOW)
    assert "<blockquote>How long? How long?" in long


# ── marks, messages ─────────────────────────────────────────────────────────────────────────────


def test_marks_stand_below_the_number() -> None:
    """A possible repeat is the first thing one reads of it."""
    said = shown(FAMILY, EN, text("desk.repeat"))
    assert said.splitlines()[1].startswith("🔁 Possible repeat")


def test_what_does_not_fit_into_one_message_comes_in_numbered_parts() -> None:
    """L18: each part begins with the number and carries the marks; nothing is lost."""
    question = "\n".join(f"{n} " + "words " * 60 for n in range(40))
    long = case(told={"question": question, "treatments": ("chemo", "x" * 2500)})
    parts = card(long, FORM, EN, NOW, text("desk.repeat"))
    assert len(parts) > 3
    seen = ""
    for number, part in enumerate(parts, start=1):
        said = parse(part).text
        assert said.startswith(f"Case K7PQ2 (part {number} of {len(parts)})\n🔁")
        assert visible_length(part) <= MESSAGE
        seen += said
    assert "x" * 900 in seen
    for row in question.splitlines():
        assert row.strip()[:40] in seen


def test_blanks_at_the_ends_of_words_count() -> None:
    """Between other words they take their room, although a message of them alone would be empty."""
    told: dict[str, Value] = {f"field{n}": "x" + " " * 900 for n in range(12)}
    parts = card(case(told=told), FORM, EN, NOW)
    assert len(parts) > 2
    assert all(visible_length(part) <= MESSAGE for part in parts)


def test_words_that_end_with_empty_lines_leave_no_empty_quote() -> None:
    """A long text is cut where a line ends; behind the last one there is nothing to say."""
    (said,) = card(case(told={"question": "x" * 999 + "\n" * 9}), FORM, EN, NOW)
    assert said.count("<blockquote>") == 1


HOSTILE = st.text(
    st.one_of(
        st.sampled_from("<>&\"'\\{}\n\r\t \u202e\u2066\u2069\u200b\u0301שלوم，。😀\ud83d"),
        st.characters(),
    ),
    min_size=1,
    max_size=3000,
)


@settings(max_examples=150, deadline=None)
@given(own=HOSTILE, name=HOSTILE, language=st.sampled_from([EN, ZH]))
def test_no_words_break_a_message(own: str, name: str, language: Language) -> None:
    """L17: whatever people write, Telegram can read it, and every message is short enough."""
    told: dict[str, Value] = {"name": name, "question": own, "treatments": ("chemo", own)}
    hostile = case(told=told, language="xx")
    said = (*card(hostile, FORM, language, NOW), *news(hostile, tuple(told), FORM, language))
    for part in said:
        assert 0 < visible_length(part) <= MESSAGE
        assert all(entity.type != "text_link" for entity in parse(part).entities)


def test_right_to_left_words_stay_in_their_place() -> None:
    """An Arabic name does not turn the line that it stands in."""
    said = card(case(told={"name": "مريم"}), FORM, EN, NOW)[0]
    assert "<b>Name:</b> \u2068مريم\u2069" in said


# ── changes ─────────────────────────────────────────────────────────────────────────────────────


def test_news_tell_the_new_answers() -> None:
    """Each field with what it says now; that the old ones still stand above is said."""
    (said,) = news(FAMILY, ("reply", "soon", "phone", "files"), FORM, EN)
    assert parse(said).text.splitlines() == [
        "Case K7PQ2",
        "✏️ The person changed or added something. The earlier answers stay above as they were.",
        "🔴 Urgent. How soon: This week",
        "Reply by: By e-mail",
        "How soon: This week",
        "Phone: no longer answered",
    ]


def test_news_of_a_consent_tell_all_of_them() -> None:
    """Whoever reads on must know what is agreed to now."""
    (said,) = news(case(consents=(*AGREED, consent("c4", agreed=False))), ("c4",), FORM, EN)
    assert "🚫 Not agreed: Follow-up messages" in said


def test_news_of_an_unknown_field_name_it() -> None:
    """It was asked by another version of the form."""
    (said,) = news(case(), ("pets",), FORM, EN)
    assert "<b>earlier question “pets”:</b> no longer answered" in said


def test_files_alone_are_no_news() -> None:
    """They are copied, and need no line."""
    assert news(case(), ("files",), FORM, EN) == ()


# ── consent ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "withheld",
    [
        case(consents=()),
        case(consents=(consent("c2"),)),
        case(consents=(consent("c1", agreed=False), consent("c2"))),
        case(consents=(consent("c1", withdrawn=NOW), consent("c2"))),
        case(consents=(consent("c1"), consent("c2", agreed=False))),
        case(consents=(consent("c1"), consent("c2"), consent("c1", agreed=False))),
        case(state=WITHDRAWN),
    ],
)
def test_without_consent_there_is_nothing_to_read(withheld: Case) -> None:
    """Refused, withdrawn, or never asked: no card, no news."""
    assert not readable(withheld, FORM)
    assert card(withheld, FORM, EN, NOW) == ()
    assert news(withheld, ("name",), FORM, EN) == ()


def test_a_consent_that_is_free_may_be_refused() -> None:
    """C4 changes nothing else; and a yes after a no counts."""
    assert readable(case(consents=(*AGREED, consent("c4", agreed=False))), FORM)
    assert readable(case(consents=(consent("c1", agreed=False), *AGREED)), FORM)


# ── names and lines ─────────────────────────────────────────────────────────────────────────────


def test_a_topic_is_named_by_number_place_and_illness() -> None:
    """Nothing by which one could tell who it is."""
    assert title(case(), FORM, EN) == "K7PQ2 · Germany · Multiple myeloma"
    assert title(FAMILY, FORM, ZH) == "K7PQ2 · 中国 · 自行描述"
    bare = replace(case(), answers={})
    assert title(bare, FORM, EN) == "K7PQ2 · not said · not said"


def test_a_line_begins_with_the_number() -> None:
    """Of several cases in one chat, one must know which it is about."""
    said = line("K7PQ2", EN, text("desk.repeat"), text("desk.withdrawn"))
    assert said.startswith("<b>Case K7PQ2</b>\n🔁")
    assert "Withdrawn" in said


def test_who_cannot_be_written_to_may_be_reached_another_way() -> None:
    """The line names the way of reply that they chose."""
    mail = case(told={"reply": "email"})
    assert "By e-mail" in EN.say(away(mail, FORM, EN))


def test_a_language_that_is_not_ours_is_named_by_its_code() -> None:
    """A case outlives a language that is taken out."""
    assert "Language: xx" in shown(case(language="xx"))


def test_the_card_says_whose_turn_it_is_and_who_has_it() -> None:
    """Answered, closed, muted, claimed: the staff see it without asking."""
    taken = replace(case(), state=THEIRS, claim=Claim(1, "Anna"), muted=True)
    told = "".join(card(taken, words().form, words().languages["en"], NOW))
    assert "Anna takes care of this" in told
    assert "Muted" in told
    assert "for the person to write" in told
    over = "".join(card(replace(case(), state=CLOSED), words().form, words().languages["en"], NOW))
    assert "is closed" in over
    assert "UTC" not in over
