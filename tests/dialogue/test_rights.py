"""/privacy and /mydata: what is kept is said, shown, copied, corrected, withdrawn and deleted."""

import json
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.dialogue.case import (
    CLOSED,
    WITHDRAWN,
    Case,
    ChangeCase,
    Consent,
    Draft,
    DropDraft,
    EraseEverything,
    NoteExport,
    PassOn,
)
from bot.dialogue.event import Person
from bot.dialogue.rights import reminder
from bot.dialogue.screens import Operator
from bot.i18n.markup import parse
from tests.dialogue.intake.talk import HOSPITAL, Talk, core, fits, sent
from tests.dialogue.words import CLOSED as SHUT
from tests.dialogue.words import dialogue, words


def with_case(talk: Talk, **changes: object) -> Talk:
    """The newest case, otherwise than it was."""
    case = replace(talk.case, **changes)  # type: ignore[arg-type]  # fields by their names
    talk.session = replace(talk.session, cases=(*talk.session.cases[:-1], case))
    return talk


def copies(talk: Talk) -> tuple[str, dict[str, Any]]:
    """The two files of a copy: the readable one and the other."""
    readable, structured = talk.turn.documents
    assert readable.name.endswith(".txt")
    assert structured.name.endswith(".json")
    return readable.content.decode("utf-8-sig"), json.loads(structured.content)


# ── what is kept of anybody ─────────────────────────────────────────────────────────────────────


def test_privacy_names_operator_countries_and_every_clock() -> None:
    """Who, where, from where, how long, which rights, in both languages (P1)."""
    talk = Talk().types("privacy")
    talk.sees("Hope &lt;Hospital&gt;", "stored encrypted in Germany", "Germany and", "China")
    talk.sees("24 hours after", "90 days", "30 days", "7 days", "1 year", "3 years", "authority")
    chinese = Talk("zh-hans").types("privacy")
    chinese.sees("加密保存在德国", "保存90天", "保存7天", "/mydata")


def test_while_closed_privacy_promises_nothing_about_requests() -> None:
    """Only what the settings make true is said."""
    shut = dialogue(Operator(), SHUT)
    talk = Talk(by=shut).types("privacy").misses("If you send a request")
    talk.sees("has not given a name")


def test_who_told_nothing_is_offered_nothing_to_delete() -> None:
    """Then /mydata says so, and old buttons do no harm."""
    talk = Talk().types("mydata").misses("🗑", "Take a copy", "See all")
    for old in ("see", "see.7", "copy", "correct.AB2CD", "stop.AB2CD", "stopped", "refuse.A.c4"):
        talk.presses(f"v1:en:mydata:{old}")
        assert all(isinstance(one, NoteExport) for one in talk.turn.changes)
    talk.presses("v1:en:mydata:see").sees("nothing that we keep")
    talk.presses("v1:en:mydata:deleted").sees("deleted")
    assert talk.turn.changes == ()
    assert talk.turn.remember is None


# ── seeing ──────────────────────────────────────────────────────────────────────────────────────


def test_one_tap_shows_every_answer_in_full() -> None:
    """What was told to a form on its way, and to a case, with the person's own words as written."""
    talk = sent(Talk())
    with_case(talk, answers={**talk.case.answers, "message": "Line <one>\nline two"})
    core(talk.types("consult"))
    talk.types("mydata").sees("A request you have begun", f"Request {talk.case.number}")
    talk.misses("Multiple myeloma", "line two")
    talk.taps("👁 See all of it").sees(
        "not sent", "waiting for our reply", "Line &lt;one&gt;\nline two"
    )
    talk.sees("agreed on")


def test_what_is_long_is_told_on_several_screens() -> None:
    """Each fits Telegram, none repeats or leaves out anything."""
    talk = sent(Talk())
    said = "\n\n".join(f"{n}. " + "word " * 150 for n in range(20))
    with_case(talk, answers={**talk.case.answers, "message": said})
    talk.types("mydata").taps("👁 See all of it")
    seen = [talk.body]
    while any("More" in one for one in talk.labels):
        talk.taps("More ▶")
        seen.append(talk.body)
    assert len(seen) > 3
    assert all(sum(f"{n}. word" in one for one in seen) == 1 for n in range(10, 20))
    talk.taps("◀ Previous")
    assert talk.body == seen[-2]
    talk.presses("v1:en:mydata:see.99")
    assert talk.body == seen[-1]


def test_answers_and_consents_of_an_earlier_form_are_shown_too() -> None:
    """Nothing that is stored is hidden because the form has changed."""
    talk = sent(Talk())
    old = Consent("c9", False, "0" * 64, "en", talk.now)
    reports = {"reports": "sent", "old-question": "told long ago"}
    with_case(talk, answers={**talk.case.answers, **reports}, consents=(*talk.case.consents, old))
    talk.types("help").types("mydata").taps("👁 See all of it")
    talk.sees("told long ago", "old-question", "0 files", "c9", "declined on")


def test_more_cases_than_buttons() -> None:
    """The newest have buttons; the others are counted, and shown with everything."""
    talk = sent(Talk())
    first = talk.case
    six = tuple(replace(first, number=f"AB2C{n}") for n in range(2, 8))
    talk.session = replace(talk.session, cases=six)
    talk.types("mydata").sees("AB2C7", "And 2 older ones").misses("AB2C3")
    talk.taps("👁 See all of it").sees("AB2C7")


# ── a copy ──────────────────────────────────────────────────────────────────────────────────────


def test_a_copy_holds_every_stored_field_and_is_noted() -> None:
    """Two files after one tap: readable in their language, and JSON with every field by name."""
    talk = sent(Talk())
    talk.session = replace(talk.session, person=Person("zh-Hans", "CN"))
    number = talk.case.number
    talk.types("consult").types("mydata").taps("💾 下载一份副本").sees("两个文件")
    assert talk.turn.changes == (NoteExport(),)
    readable, structured = copies(talk)
    assert number in readable
    assert "简体中文" in readable
    assert "<" not in readable
    assert structured["person"] == {"language": "zh-Hans", "country": "CN"}
    assert structured["form"] is None
    (told,) = structured["requests"]
    assert set(told) == {"letters", *(one.name for one in fields(Case))}
    for id, value in talk.case.answers.items():
        kept = told["answers"][id]
        assert kept["stored"] == (list(value) if isinstance(value, tuple) else value)
        assert all(one in readable for one in kept["answer"])
        assert kept["asked"] in readable
    assert [one["id"] for one in structured["consents"]] == ["c1", "c2", "c4"]


def test_a_form_on_its_way_is_in_the_copy() -> None:
    """Also what was not sent, with what was ticked and typed so far."""
    talk = core(Talk()).types("mydata").taps("💾 Take a copy")
    _, structured = copies(talk)
    form = structured["form"]
    assert isinstance(form, dict)
    assert set(form) == {one.name for one in fields(Draft)}
    assert form["answers"]["diagnosis"]["answer"]
    assert structured["requests"] == []


def test_the_names_of_the_files_say_nothing() -> None:
    """A phone shows the names of files to whoever looks over a shoulder."""
    talk = sent(Talk()).types("mydata").taps("💾 Take a copy")
    names = [one.name for one in talk.turn.documents]
    assert names == ["my-data-2026-11-22.txt", "my-data-2026-11-22.json"]


# ── correcting ──────────────────────────────────────────────────────────────────────────────────


def test_two_taps_lead_to_the_question_whose_answer_is_wrong() -> None:
    """Every answer of an open request can be given anew; the staff get it as changed (P9)."""
    talk = sent(Talk())
    number = talk.case.number
    talk.types("mydata").taps(f"✏️ Correct {number}").sees("Which answer")
    talk.taps("Age group").sees("age group").taps("75 or older", "✅ Send now")
    assert talk.case.answers["age"] == "75-plus"
    assert talk.news == [("age",)]


def test_while_closed_nothing_can_be_corrected_but_all_else_works() -> None:
    """Rights do not depend on whether we take requests."""
    talk = sent(Talk())
    core(talk.types("consult"))
    talk.dialogue = dialogue(HOSPITAL, SHUT)
    talk.types("mydata").misses("Correct").sees("A request you have begun")
    talk.taps("👁 See all of it").sees("not sent").misses("Back to my request")
    talk.taps("What you keep about me", "🗑 Delete everything", "🗑 Yes, delete now")
    assert talk.turn.changes == (EraseEverything("en"),)


def test_an_answer_that_was_typed_can_be_mended_by_editing_the_message() -> None:
    """The edit of a sent answer goes to the staff as a correction (F4)."""
    talk = sent(Talk())
    named = talk.case.typed["name"]
    talk.edits(named, "Maria José").sees("added to your request")
    assert talk.case.answers["name"] == "Maria José"
    assert talk.news == [("name",)]
    talk.edits(named, "x" * 50).sees("Our team still has the one you sent before")
    talk.edits(named + 1000, "nothing of the kind")
    assert [type(one) for one in talk.turn.changes] == [PassOn]
    assert talk.case.answers["name"] == "Maria José"
    core(talk.types("consult")).edits(named, "Maria").sees("added to your request")
    assert talk.session.draft is not None
    with_case(talk, typed={"gone": named}).edits(named, "Anna").sees("Nothing in the form")
    with_case(talk, typed={"name": named}, state=CLOSED, closed=talk.now)
    talk.edits(named, "Anna").sees("Nothing in the form has changed")


# ── withdrawing ─────────────────────────────────────────────────────────────────────────────────


def test_two_taps_withdraw_a_request() -> None:
    """It is closed, the staff are told, the deletion is dated; each consent ends (P7)."""
    talk = sent(Talk())
    number = talk.case.number
    talk.types("mydata").taps(f"✋ Withdraw {number}").sees("within 7 days")
    talk.taps(f"✋ Yes, withdraw {number}").sees("is withdrawn", "(withdrawn)")
    assert (talk.case.state, talk.case.closed) == (WITHDRAWN, talk.now)
    assert talk.news == [(WITHDRAWN,)]
    assert all(one.withdrawn == talk.now for one in talk.case.consents if one.agreed)
    talk.misses("✋ Withdraw").taps("👁 See all of it").sees("withdrawn on")
    again = talk.presses(f"v1:en:mydata:stopped.{number}")
    assert again.turn.changes == ()


def test_what_was_being_added_goes_with_the_request() -> None:
    """Another form on its way does not."""
    talk = sent(Talk())
    number = talk.case.number
    talk.taps("✉️ Add a message").says("One more thing")
    talk.presses(f"v1:en:mydata:stopped.{number}")
    kinds = [type(one) for one in talk.turn.changes]
    assert kinds == [ChangeCase, DropDraft]
    talk = core(sent(Talk()).types("consult"))
    talk.presses(f"v1:en:mydata:stopped.{talk.case.number}")
    assert talk.session.draft is not None


def test_follow_up_messages_can_be_refused_alone() -> None:
    """A consent that the request does not need ends, and nobody asks for it again."""
    talk = sent(Talk())
    number = talk.case.number
    given = next(one for one in talk.case.consents if one.id == "c4")
    kept = tuple(replace(one, agreed=True) if one is given else one for one in talk.case.consents)
    with_case(talk, consents=kept).types("mydata").taps(f"✋ Withdraw {number}")
    talk.taps("Only this: Follow-up messages").sees("Nothing else changes")
    assert [one.agreed for one in talk.case.consents if one.id == "c4"] == [True, False]
    assert talk.case.consents[-2].withdrawn == talk.now or talk.case.consents[-1].agreed is False
    assert talk.news == [("c4",)]
    assert talk.case.state not in {WITHDRAWN, CLOSED}
    talk.presses(f"v1:en:mydata:refuse.{number}.c1")
    assert talk.turn.changes == ()  # the request rests on it: that is withdrawing
    talk.taps(f"✋ Withdraw {number}").misses("Only this")
    talk.presses(f"v1:en:ask:add.{number}.age").taps("75 or older").sees("What you are adding")


# ── deleting ────────────────────────────────────────────────────────────────────────────────────


def test_two_taps_delete_everything_and_say_what_cannot_be() -> None:
    """Honest before, done after; afterwards nothing is known of this person (P10)."""
    talk = sent(Talk(person=Person("en", "US")))
    talk.types("mydata").taps("🗑 Delete everything")
    talk.sees("We cannot delete what Telegram keeps", "cannot be undone", "stays as proof")
    talk.taps("No, keep it").sees("What we keep about you")
    talk.taps("🗑 Delete everything", "🗑 Yes, delete now").sees("Everything you told us is deleted")
    assert talk.turn.changes == (EraseEverything("en"),)
    assert talk.session == replace(talk.session, person=Person(), draft=None, cases=())


def test_a_choice_alone_is_forgotten_without_touching_anything_else() -> None:
    """Who told nothing has nothing erased from the staff's group."""
    talk = Talk(person=Person("zh-Hans", "CN")).types("mydata").taps("🗑 全部删除", "🗑 确认删除")
    assert talk.turn.changes == ()
    assert talk.turn.remember == Person()


# ── the reminder ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["en", "zh_Hans"])
def test_the_reminder_leads_back_and_to_deletion(code: str) -> None:
    """It says that it is the only one."""
    shown = reminder(words().languages[code])
    fits(shown)
    assert [row[0].to and row[0].to.place for row in shown.rows] == ["ask", "mydata"]
    assert parse(shown.body).text


def test_only_who_agreed_may_be_reminded() -> None:
    """C4, given and not withdrawn."""
    talk = core(Talk())
    given = next(one for one in talk.draft.consents if one.id == "c4")
    assert not given.agreed
    assert not talk.draft.remindable
    yes = replace(given, agreed=True)
    assert replace(talk.draft, consents=(given, yes)).remindable
    taken = replace(yes, withdrawn=talk.now + timedelta(hours=1))
    assert not replace(talk.draft, consents=(taken,)).remindable
