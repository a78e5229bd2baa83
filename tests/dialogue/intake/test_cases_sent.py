"""Before and after sending: the review, the case, what is added to it, /mycase."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.case import (
    CLOSED,
    THEIRS,
    WITHDRAWN,
    Case,
    ChangeCase,
    DropDraft,
    OpenCase,
    RaiseAlarm,
)
from bot.dialogue.intake.form import Form
from bot.dialogue.screens import Operator
from bot.i18n.text import text
from tests.dialogue.intake.talk import DIALOGUE, HOSPITAL, OPEN, Talk, core, sent
from tests.dialogue.words import CLOSED as SHUT
from tests.dialogue.words import dialogue, make, words

ENGLISH = words().languages["en"]


def with_case(talk: Talk, **changes: object) -> Talk:
    """The newest case, otherwise than it was."""
    case = replace(talk.case, **changes)  # type: ignore[arg-type]  # fields by their names
    talk.session = replace(talk.session, cases=(*talk.session.cases[:-1], case))
    return talk


# ── the review ──────────────────────────────────────────────────────────────────────────────────


def test_any_answer_can_be_changed_from_the_review() -> None:
    """One question, and back to the review; what the change makes needed is asked, no more."""
    talk = core(Talk()).taps("✏️ Change").sees("Which answer").taps("Reply by").misses("of 10")
    talk.taps("By phone").sees("Which phone number").says("+49 30 901820").sees("Your request")
    assert talk.draft.answers["phone"] == "+4930901820"
    talk.taps("✏️ Change", "Reply by", "Here in Telegram").sees("Your request")
    assert "phone" not in talk.draft.answers  # pointless now, so it is gone
    talk.taps("✏️ Change", "↩ Back to my request").sees("Your request")
    talk.taps("✏️ Change", "Name", "◀ Back").sees("Your request")


def test_back_from_what_a_change_made_needed_leads_to_the_change() -> None:
    """Who chose e-mail by mistake is not held there."""
    talk = core(Talk()).taps("✏️ Change", "Reply by", "By e-mail", "◀ Back")
    talk.sees("How may we reply").taps("Here in Telegram").sees("Your request")


def test_changing_an_answer_asks_what_hangs_on_it() -> None:
    """CAR-T among the treatments brings its two questions, but not the rest of the part."""
    talk = core(Talk()).taps("➕ Add details", "The illness · 6 questions", "Skip").taps("Skip")
    talk.taps("☐ Surgery", "Done ▶", "Skip this part")
    talk.taps("✏️ Change", "Treatments so far", "☐ CAR-T", "Done ▶").sees("When was the CAR-T")
    talk.taps("Not sure").sees("Did the CAR-T").taps("Partly").sees("Your request")
    talk.taps("✏️ Change", "Confirmed by biopsy", "Yes").sees("Your request")


def test_a_part_that_is_answered_is_ticked_and_can_be_walked_again() -> None:
    """Its name with a tick leads to its first question."""
    talk = core(Talk()).taps("➕ Add details", "Plans and travel · 3 questions", "Not sure")
    talk.taps("This month").taps("Skip").taps("➕ Add details", "✓ Plans and travel")
    talk.sees("1 of 3", "Which place")


def test_a_long_review_is_told_in_pages() -> None:
    """However much was written, each screen fits, and nothing is left out."""
    talk = core(Talk())
    long = {one.id: f"{one.id} " + "字" * 1000 for one in words().form.steps if one.kind == "text"}
    many = tuple("其他" * 100 + str(number) for number in range(20))
    answers = {**talk.draft.answers, **long, "treatments": many, "other-ill": many}
    talk.session = replace(talk.session, draft=replace(talk.draft, answers=answers))
    talk.presses(f"v1:en:ask:{talk.draft.reference}.-review").sees("…")
    form = enlarged(words().form)
    talk = core(Talk(by=make(replace(words(), form=form), HOSPITAL, OPEN)))
    more = {one.id: "字" * 200 for one in form.steps if one.id.startswith("more")}
    draft = replace(talk.draft, answers={**talk.draft.answers, **more})
    talk.session = replace(talk.session, draft=draft)
    talk.presses(f"v1:en:ask:{draft.reference}.-review").sees("18 or older").misses("more-29")
    talk.taps("More ▶").misses("18 or older")
    while "More ▶" in talk.labels:
        talk.taps("More ▶")
    talk.sees("<b>Your question:</b>").taps("✅ Send now")
    talk.presses(f"v1:en:ask:{draft.reference}.-review.page.99").sees("Thank you.")


def enlarged(form: Form) -> Form:
    """The form with thirty more questions for words."""
    question = next(one for one in form.steps if one.id == "question")
    more = tuple(replace(question, id=f"more-{number}", fact="") for number in range(30))
    worded = {
        code: {**own, **{one.id: own["question"] for one in more}}
        for code, own in form.words.items()
    }
    return replace(form, steps=(*form.steps, *more), words=worded)


def test_a_form_with_a_core_alone_offers_no_details() -> None:
    """Then there is nothing to add, and the review says so by its buttons."""
    form = words().form
    blocks = tuple(block for block in form.blocks if block.core)
    steps = tuple(one for one in form.steps if one.core)
    small = replace(form, blocks=blocks, steps=steps)
    talk = core(Talk(by=make(replace(words(), form=small), HOSPITAL, OPEN)))
    assert "➕ Add details" not in talk.labels
    talk.taps("✅ Send now").misses("Add a message")
    talk.says("hello").sees(talk.case.number)
    talk.presses(f"v1:en:ask:add.{talk.case.number}").sees("What would you like to add")


# ── sending ─────────────────────────────────────────────────────────────────────────────────────


def test_a_consent_whose_text_has_changed_is_asked_again_before_sending() -> None:
    """Another operator, another text: what was agreed to is not this (P5)."""
    talk = core(Talk())
    talk.dialogue = dialogue(replace(HOSPITAL, name="Another Hospital"), OPEN)
    talk.taps("✅ Send now").sees("we need your answer to this", "Another Hospital")
    assert not talk.session.cases
    talk.taps("Yes, I agree").sees("Your request").taps("✅ Send now")
    assert [one.id for one in talk.case.consents] == ["c1", "c2", "c4", "c1"]


def test_a_consent_in_a_language_that_is_gone_is_asked_again() -> None:
    """What nobody can read any more cannot be shown to be the same text."""
    talk = core(Talk())
    consents = tuple(replace(one, language="eo") for one in talk.draft.consents)
    talk.session = replace(talk.session, draft=replace(talk.draft, consents=consents))
    talk.taps("✅ Send now").sees("Do you agree")


def test_a_withdrawn_or_refused_consent_does_not_count() -> None:
    """Whatever else the stored draft says, nothing is sent without a yes that stands."""
    for change in ({"withdrawn": core(Talk()).now}, {"agreed": False}, {"id": "c9"}):
        talk = core(Talk())
        first, *rest = talk.draft.consents
        consents = (replace(first, **change), *rest)
        talk.session = replace(talk.session, draft=replace(talk.draft, consents=consents))
        talk.taps("✅ Send now").sees("we need your answer", "health information")
        assert not talk.session.cases


@pytest.mark.parametrize(
    ("country", "zone", "time"),
    [
        ("China", None, "8:00 PM (China Time)"),
        ("Singapore", None, "8:00 PM (Singapore Time)"),
        ("Canada", "Eastern Time (Toronto)", "7:00 AM (Eastern Time)"),
    ],
)
def test_the_reply_time_stands_on_the_patients_own_clock(
    country: str, zone: str | None, time: str
) -> None:
    """The chosen zone, or the country's only one."""
    talk = Talk().types("consult").taps("I have read this, begin", "Yes", "I am the patient")
    talk.taps(country, "Yes, I agree", "Yes, I agree", "No", "40–64", "Multiple myeloma")
    talk.taps("☐ Costs and insurance", "Done ▶").says("Anna").taps("Here in Telegram")
    if zone:
        talk.taps(zone)
    talk.taps("✅ Send now")
    assert time in talk.body.replace("\u202f", " ")


def test_without_a_country_the_time_is_utc_and_says_so() -> None:
    """No clock is guessed from a language."""
    talk = Talk().types("consult").taps("I have read this, begin", "Yes", "I am the patient")
    talk.says("xyzzy").says("xyzzy").taps("Skip", "Yes, I agree", "Yes, I agree", "No", "40–64")
    talk.taps("Multiple myeloma", "☐ Costs and insurance", "Done ▶").says("Anna")
    talk.taps("Here in Telegram", "✅ Send now").sees("12:00", "(UTC, world time)")


# ── /mycase ─────────────────────────────────────────────────────────────────────────────────────


def test_my_case_tells_each_case_with_its_number_state_and_reply_time() -> None:
    """And, quietly, whether the team's group surely has it; never what was told."""
    talk = sent(Talk()).types("mycase")
    talk.sees(talk.case.number, "waiting for our reply", "on its way", "Reply by November 23")
    talk.misses("myeloma", "Anna")
    with_case(talk, delivered=talk.now).types("mycase").sees("Our team's group has it.")
    talk.waits(25).types("mycase").sees("we have missed our 24-hour promise")
    with_case(talk, state=THEIRS).types("mycase").sees("our team has answered")
    talk.misses("Reply by", "missed")
    for state, said in ((WITHDRAWN, "withdrawn"), (CLOSED, "closed")):
        with_case(talk, state=state).types("mycase").sees(said).misses("Add a message", "group")
    with_case(talk, state=THEIRS, closed=talk.now).types("mycase").sees("closed")


def test_several_cases_one_after_the_other() -> None:
    """The newest first, and of many only the newest few; the form says that there is one."""
    talk = sent(Talk()).types("consult").sees("You already have a request", talk_number := "22")
    assert talk_number
    core(talk).taps("✅ Send now").taps("📄 My request")
    first, second = (case.number for case in talk.session.cases)
    assert talk.body.index(second) < talk.body.index(first)
    many = tuple(
        replace(talk.case, number=f"AAA{number}2", created=talk.now + timedelta(hours=number))
        for number in range(9)
    )
    talk.session = replace(talk.session, cases=many)
    talk.types("mycase").sees("AAA82", "And 3 older ones.").misses("AAA02")


def test_while_closed_a_case_is_shown_and_takes_nothing() -> None:
    """What is there can be seen; the other contact is named."""
    talk = sent(Talk())
    talk.dialogue = dialogue(HOSPITAL, SHUT)
    talk.types("mycase").sees(talk.case.number, "not open yet").misses("Add a message")
    talk.says("hello").misses("Add a message")


# ── adding ──────────────────────────────────────────────────────────────────────────────────────


def test_a_message_is_added_to_a_case() -> None:
    """One question, one look, sent: the staff are owed it, and earlier words stay."""
    talk = sent(Talk()).taps("✉️ Add a message")
    talk.sees("What would you like to ask us?").misses("Skip", "of 4")
    talk.says("Is there a trial?").sees("What you are adding", "Is there a trial?")
    talk.misses("myeloma").taps("✅ Send now").sees("This is added to your request")
    assert talk.news == [("question",)]
    assert talk.session.draft is None
    talk.taps("📄 My request", "✉️ Add a message").misses("Is there a trial?")
    talk.says("And what does it cost?").taps("✅ Send now")
    assert talk.case.answers["question"] == "Is there a trial?\n\nAnd what does it cost?"
    assert talk.case.answers["diagnosis"] == "myeloma"
    assert talk.turn.changes[-1] == DropDraft()


def test_details_are_added_to_a_case_without_showing_what_was_told() -> None:
    """Its open parts, one question after the other; only what is new is shown and sent."""
    talk = sent(Talk()).taps("➕ Add details").sees("What would you like to add")
    talk.taps("Plans and travel · 3 questions").sees("1 of 3").taps("Not sure", "This month")
    talk.taps("◀ Back").sees("How soon").taps("✓ This month")
    talk.taps("☐ A visa", "Done ▶").sees("What you are adding", "This month")
    talk.misses("myeloma").taps("➕ Add details", "Costs, reports, more · 4 questions")
    talk.taps("Skip").taps("Skip").sends("document", "pdf").taps("Done ▶", "Skip this part")
    talk.taps("✅ Send now")
    assert talk.news == [("place", "soon", "travel", "reports", "files")]
    case = talk.case
    assert (case.answers["soon"], case.answers["age"]) == ("month", "40-64")
    assert len(case.files) == 1
    assert case.skipped == {"budget-usd", "insurance"}
    talk.taps("📄 My request", "➕ Add details").misses("Plans and travel")


def test_an_answer_can_be_corrected_after_sending() -> None:
    """The question alone, with the answer as it is; what hangs on it is asked too."""
    talk = sent(Talk())
    number = talk.case.number
    talk.presses(f"v1:en:ask:add.{number}.reply").sees("How may we reply")
    assert "✓ Here in Telegram" in talk.labels
    talk.taps("By e-mail").says("anna@example.com").sees("What you are adding")
    talk.taps("✅ Send now")
    assert (talk.case.answers["reply"], talk.case.answers["email"]) == ("email", "anna@example.com")
    talk.presses(f"v1:en:ask:add.{number}.reply").taps("Here in Telegram", "✅ Send now")
    assert "email" not in talk.case.answers
    talk.presses(f"v1:en:ask:add.{number}.country").says("Canada").sees("time zone")
    talk.taps("Eastern Time (Toronto)", "✅ Send now")
    assert talk.case.answers["zone"] == "America/Toronto"


def test_what_an_older_form_was_told_stays_in_the_case() -> None:
    """Adding to a case never drops what this form does not know."""
    talk = sent(Talk())
    with_case(talk, answers={**talk.case.answers, "long-gone": "kept"})
    talk.types("mycase").taps("✉️ Add a message").says("Hello").taps("✅ Send now")
    assert talk.case.answers["long-gone"] == "kept"


def test_adding_nothing_sends_nothing() -> None:
    """Without an answer there is no button, and its data changes nothing."""
    talk = sent(Talk()).taps("✉️ Add a message", "◀ Back").sees("There is nothing here yet.")
    assert "✅ Send now" not in talk.labels
    before = talk.session
    talk.presses(f"v1:en:ask:{talk.draft.reference}.-review.-send")
    assert talk.session == before
    talk.presses(f"v1:en:ask:{talk.draft.reference}.-review.-back").sees("Before we begin")


def test_a_file_alone_can_be_added() -> None:
    """A report that comes while something is added belongs to the case."""
    talk = sent(Talk()).taps("✉️ Add a message").sends("document", "pdf").taps("◀ Back")
    talk.sees("1 file").taps("✅ Send now")
    assert talk.news == [("reports", "files")]


def test_one_thing_after_the_other() -> None:
    """Adding waits for the form that is on its way; nothing of it is lost."""
    talk = sent(Talk()).types("consult").taps("I have read this, begin", "Yes")
    draft = talk.draft
    talk.presses(f"v1:en:ask:add.{talk.case.number}.question").sees(
        "Please send or delete it first"
    )
    assert talk.draft == replace(draft, touched=talk.now)


@pytest.mark.parametrize("detail", ["add.22222", "add", "add.22222.question", "add.{ref}.c1"])
def test_adding_to_what_is_not_there_changes_nothing(detail: str) -> None:
    """Another person's case, none at all, a consent: what there is is shown."""
    talk = sent(Talk())
    before = talk.session
    talk.presses("v1:en:ask:" + detail.format(ref=talk.case.number))
    talk.sees(talk.case.number)
    assert talk.session == before


def test_what_is_added_to_a_case_that_was_closed_meanwhile_is_dropped_and_said() -> None:
    """The decisions stay with the case that they were made for."""
    talk = sent(Talk()).taps("✉️ Add a message").says("Hello")
    with_case(talk, state=CLOSED).taps("✅ Send now").sees("is closed")
    assert talk.session.draft is None
    assert talk.proof == []


def test_deleting_what_is_added_leaves_the_case_alone() -> None:
    """The draft goes; the case and its proof stay where they are."""
    talk = sent(Talk()).taps("✉️ Add a message").says("Hello").types("cancel")
    case = talk.case
    talk.taps("🗑 Yes, delete now")
    assert talk.session.draft is None
    assert talk.case == case
    assert talk.proof == []


def test_a_consent_that_changed_is_asked_again_before_adding() -> None:
    """And refusing it drops what was being added, not the case."""
    talk = sent(Talk()).taps("✉️ Add a message").says("Hello")
    talk.dialogue = dialogue(Operator("New", "new@example.org", "none", "DE", ("DE",)), OPEN)
    talk.taps("✅ Send now").sees("I agree that New uses").taps("◀ Back").sees(
        "What you are adding"
    )
    talk.taps("✅ Send now", "No").sees("That is all right.")
    assert talk.session.draft is None
    assert [(one.id, one.agreed) for one in talk.proof] == [("c1", False)]
    assert talk.case.state == "new"


# ── alarms after sending ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "kind"), [("I want to die", "despair"), ("chest pain, can't breathe", "emergency")]
)
def test_after_sending_a_cry_for_help_reaches_the_staff_as_a_line(said: str, kind: str) -> None:
    """The number and the kind, no word of it; the person is told so, and to call all the same."""
    talk = sent(Talk()).says(said).sees("sending our team an urgent line", "112")
    assert talk.alarms == [RaiseAlarm(talk.case.number, kind)]
    talk.types(f"foo {said}")
    assert len(talk.alarms) == 2
    with_case(talk, state=CLOSED).says(said)
    assert len(talk.alarms) == 2


def test_the_helplines_are_those_of_the_country_answered() -> None:
    """The country of the form, of the case, or the one chosen on the emergency page; never the
    language's."""
    talk = Talk().types("consult").taps("I have read this, begin", "Yes", "I am the patient")
    talk.taps("Canada").says("I want to die").sees("988", "911")
    talk.presses("v1:en:emergency:SG").says("I want to die").sees("1771").misses("988")
    after = sent(Talk()).says("I want to die").sees("112")
    after.presses("v1:en:despair:choose").sees("112", "urgent line")
    assert ENGLISH.say(text("despair.nobody")) not in after.body


def test_open_case_carries_what_was_told_and_nothing_else() -> None:
    """The case is the draft: its number, its answers, its decisions."""
    talk = core(Talk())
    draft = talk.draft
    talk.taps("✅ Send now")
    (change,) = talk.turn.changes
    assert isinstance(change, OpenCase)
    assert change.case == Case(
        number=draft.reference,
        chat_id=7,
        form=DIALOGUE.intake.form.version,
        language="en",
        state="new",
        created=talk.now,
        typed=draft.typed,
        due=talk.now + timedelta(hours=24),
        answers=draft.answers,
        consents=draft.consents,
    )
    assert not isinstance(change, ChangeCase)
