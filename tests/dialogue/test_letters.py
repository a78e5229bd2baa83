"""Whoever has sent a request and writes on writes to the staff, and sees that it was taken."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.case import (
    CLOSED,
    OURS,
    PERSON,
    THEIRS,
    WITHDRAWN,
    PassOn,
    RaiseAlarm,
    Rate,
)
from bot.dialogue.letters import STORED, farewell, frame, heading, late
from tests.dialogue.intake.talk import HOSPITAL, Talk, core, fits, sent
from tests.dialogue.words import CLOSED as SHUT
from tests.dialogue.words import dialogue, words

DAY = timedelta(days=1)


def with_case(talk: Talk, **changes: object) -> Talk:
    """The newest case, otherwise than it was."""
    case = replace(talk.case, **changes)  # type: ignore[arg-type]  # fields by their names
    talk.session = replace(talk.session, cases=(*talk.session.cases[:-1], case))
    return talk


def passed(talk: Talk) -> PassOn:
    """What was passed on by the last turn, and nothing else was changed."""
    (change,) = talk.turn.changes
    assert isinstance(change, PassOn)
    return change


def test_what_is_written_goes_to_the_staff_with_a_promise() -> None:
    """The first letter is answered in words, on the person's clock; the promise is a day."""
    talk = with_case(sent(Talk()), state=THEIRS, waiting=None).says("Is there news?")
    talk.sees(talk.case.number, "goes to our team", "November 23, 2026, 1:00")
    change = passed(talk)
    assert change.number == talk.case.number
    assert change.due == talk.now + DAY
    letter = change.letter
    assert (letter.side, letter.words, letter.kind) == (PERSON, "Is there news?", "text")
    assert (letter.chat_id, letter.message_id) == (7, talk.last_message)
    assert talk.turn.reaction == STORED


def test_an_earlier_promise_stands() -> None:
    """Who writes again while they wait reads the time that was promised before."""
    talk = sent(Talk())
    with_case(talk, waiting=talk.now).waits(5).says("And one more thing")
    talk.sees("November 23, 2026, 1:00")


def test_one_who_writes_much_is_not_answered_each_time() -> None:
    """From the second letter on, a reaction says that it is stored."""
    talk = sent(Talk())
    with_case(talk, state=OURS, waiting=talk.now, heard=1).says("More")
    assert talk.turn.screen is None
    assert talk.turn.reaction == STORED
    assert passed(talk).letter.words == "More"


@pytest.mark.parametrize("kind", ["picture", "document", "voice", "video", "sticker", "place"])
def test_anything_else_is_passed_on_too(kind: str) -> None:
    """Of whatever kind, with the words below it; the pieces of an album one by one."""
    talk = sent(Talk()).sends(kind, words="see this", album="9")
    assert (passed(talk).letter.kind, passed(talk).letter.words) == (kind, "see this")
    talk.sends(kind, album="9", follows=True)
    assert passed(talk).letter.album == "9"
    assert talk.turn.screen is None


def test_an_edit_is_passed_on_as_one() -> None:
    """Without words; the letter says when it was edited."""
    talk = sent(Talk()).says("Tomorow").edits(107, "Tomorrow")
    assert passed(talk).letter.edited == talk.now
    assert talk.turn.screen is None


def test_a_cry_for_help_is_answered_first_and_passed_on() -> None:
    """The staff get the line and the words."""
    talk = sent(Talk()).says("I want to die").sees("What you feel matters")
    kinds = {type(one) for one in talk.turn.changes}
    assert kinds == {PassOn, RaiseAlarm}


def test_a_form_on_its_way_comes_first() -> None:
    """There, words are answers."""
    talk = core(sent(Talk()).types("consult")).says("an answer?")
    assert not any(isinstance(one, PassOn) for one in talk.turn.changes)


def test_writing_opens_a_closed_request_again_for_a_month() -> None:
    """Later a new one is offered; one that was withdrawn stays so (S12)."""
    talk = sent(Talk())
    with_case(talk, state=CLOSED, closed=talk.now).waits(29 * 24).says("Hello again")
    assert passed(talk).number == talk.case.number
    talk.waits(2 * 24).says("Hello?").sees("nobody reads this chat")
    assert talk.turn.changes == ()
    with_case(talk, state=WITHDRAWN, closed=talk.now).says("Hello").sees("nobody reads this chat")


def test_the_newest_open_request_is_meant() -> None:
    """Before one that was closed, however new."""
    talk = sent(Talk())
    first = talk.case
    second = replace(first, number="AB2CD", state=CLOSED, closed=talk.now)
    talk.session = replace(talk.session, cases=(first, second))
    assert passed(talk.says("Hello")).number == first.number


def test_while_closed_nobody_is_told_that_somebody_reads() -> None:
    """Without a staff group nothing is passed on."""
    talk = sent(Talk())
    talk.dialogue = dialogue(HOSPITAL, SHUT)
    talk.says("Hello").sees("nobody reads this chat")
    assert talk.turn.changes == ()


def test_a_rating_is_one_tap() -> None:
    """Of one's own request, one to five; anything else changes nothing."""
    talk = sent(Talk())
    talk.presses(f"v1:en:rate:{talk.case.number}.5").sees("Thank you")
    assert talk.turn.changes == (Rate(talk.case.number, 5),)
    for forged in ("AB2CD.5", f"{talk.case.number}.6", f"{talk.case.number}.", "", "x.y.z"):
        assert not talk.presses(f"v1:en:rate:{forged}").turn.changes


@pytest.mark.parametrize("code", ["en", "zh_Hans"])
def test_what_the_deliverer_says_is_short_and_fits(code: str) -> None:
    """The staff's words in their frame, the late word with the other way, the farewell."""
    talk = sent(Talk())
    language = words().languages[code]
    assert "&lt;b&gt;" in frame("K7PQ2", "<b>", language)
    assert "K7PQ2" in heading("K7PQ2", language)
    apology = late(talk.case, "help@example.org", language)
    fits(apology)
    assert "help@example.org" in apology.body
    fits(late(talk.case, None, language))
    over = farewell("K7PQ2", language)
    fits(over)
    assert [one.to and one.to.detail for one in over.rows[0]] == [f"K7PQ2.{n}" for n in range(1, 6)]


def test_letters_are_shown_and_copied() -> None:
    """/mydata has both sides of the conversation, in full."""
    talk = sent(Talk()).says("May I <bring> my brother?")
    number = talk.case.number
    asked = passed(talk).letter
    answered = replace(asked, side="team", words="Of course.\n" + "word " * 500)
    picture = replace(asked, kind="picture", words="")
    talk.session = replace(talk.session, letters={number: (asked, answered, picture)})
    talk.types("mydata").taps("👁 See all of it").sees("May I &lt;bring&gt; my brother?")
    seen = talk.body
    while any("More" in one for one in talk.labels):
        talk.taps("More ▶")
        seen += talk.body
    assert "our team:" in seen
    assert "a picture or file" in seen
    talk.types("mydata").taps("💾 Take a copy")
    assert "May I <bring> my brother?" in talk.turn.documents[0].content.decode("utf-8-sig")
    assert "Of course." in talk.turn.documents[1].content.decode()
