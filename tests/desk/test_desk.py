"""What staff do in their group, and what that does: by decisions alone, without Telegram."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.desk.acting import Ground, state_of
from bot.desk.change import (
    Answered,
    CloseCase,
    EraseCase,
    Mute,
    NoteCopy,
    ReopenCase,
    Reword,
    SendReply,
    Take,
    TakeBack,
)
from bot.desk.closing import REASONS
from bot.desk.desk import Desk
from bot.desk.event import Member, Ordered, Spot, StaffEvent, Tapped, Wrote
from bot.desk.replies import UNDO
from bot.desk.turn import NOTHING, TAKEN, Note, StaffTurn
from bot.desk.view import Figures, Link, View, Waiting, Wants
from bot.dialogue.address import read_address
from bot.dialogue.case import CLOSED, OURS, THEIRS, WITHDRAWN, Case, Claim, Letter, Moment
from bot.dialogue.screen import columns
from bot.dialogue.screens import Operator, Screens
from bot.i18n.markup import visible_length
from bot.i18n.text import text
from bot.settings import ROOT
from tests.desk.cases import NOW, case
from tests.dialogue.words import words

GROUP, TOPIC = -1001, 7
COMMANDS = {
    *("open", "case", "claim", "reply", "undo", "note", "template", "answered", "close", "reopen"),
    *("block", "erase", "export", "stats", "doctor", "help"),
}
"""What staff can type (contract.md)."""
ANNA = Member(11, "Anna")
BEN = Member(12, "Ben")
HIDDEN = Member(GROUP, "Desk", anonymous=True)
MOMENT = Moment(NOW, "AB2CD")
ENGLISH = words().languages["en"]


def desk() -> Desk:
    read = words()
    screens = Screens(read.languages, read.library, read.helplines, Operator())
    return Desk(Ground(screens, read.form, read.templates))


DESK = desk()


def spot(message: int = 50, answers: int | None = None) -> Spot:
    return Spot(GROUP, message, TOPIC, answers)


def waiting(**changes: Any) -> Case:
    return replace(case(), state=OURS, waiting=NOW, **changes)


def does(event: StaffEvent, view: View | None = None) -> StaffTurn:
    """The answer; every message and button of it fits Telegram."""
    turn = DESK.respond(event, view or View(waiting()), ENGLISH, MOMENT)
    notes: list[Note] = [*turn.notes, *([turn.edit] if turn.edit else [])]
    for note in notes:
        assert 0 < visible_length(note.words) <= 4096
        for row in note.rows:
            for key in row:
                assert columns(key.label) <= 34
                assert key.to is None or read_address(key.to.data()) == key.to
    return turn


def writes(
    words: str, what: str | None = "said 12", member: Member = ANNA, **view: Any
) -> StaffTurn:
    """A reply to a message of the bot that is this."""
    link = None if what is None else Link("K7PQ2", what)
    event = Wrote(member, spot(answers=40), words)
    return does(event, View(**{"case": waiting(), "link": link, **view}))


def orders(name: str, argument: str = "", member: Member = ANNA, **view: Any) -> StaffTurn:
    return does(Ordered(member, spot(), name, argument), View(**{"case": waiting(), **view}))


def taps(data: str, member: Member = ANNA, **view: Any) -> StaffTurn:
    return does(Tapped(member, spot(), f"v1:en:desk:{data}"), View(**{"case": waiting(), **view}))


def said(turn: StaffTurn) -> str:
    """All that is shown."""
    notes = [*turn.notes, *([turn.edit] if turn.edit else [])]
    return "\n".join([*(note.words for note in notes), turn.toast or ""])


# ── the conversation ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("what", ["card 1 2", "news", "said 12", "file 12", "prompt"])
def test_a_reply_to_what_shows_their_words_goes_to_the_person(what: str) -> None:
    """After a few seconds in which it can be taken back; a reaction says that it was taken."""
    turn = writes("We can help.", what)
    letter = Letter("team", GROUP, 50, NOW, "text", "We can help.", answers=40)
    assert turn.changes == (SendReply("K7PQ2", letter, NOW + UNDO),)
    assert turn.reaction == TAKEN
    assert turn.notes == ()


@pytest.mark.parametrize("what", ["note", "note away", "reply 9", "topic"])
def test_anything_else_stays_in_the_group(what: str) -> None:
    """W5: staff may talk about a case; not even a reply to a line of the bot's own goes out, but
    then they are told so."""
    turn = writes("Poor woman.", what)
    assert not turn.changes
    assert turn.reaction is None
    assert "This stayed here" in said(turn)
    assert does(Wrote(ANNA, spot(), "I will call her")) == StaffTurn()
    assert does(Wrote(ANNA, spot(answers=39), "ok"), View(None)) == StaffTurn()
    assert orders("note", "she called again") == StaffTurn()


def test_a_reply_that_can_reach_nobody_is_told_so() -> None:
    """W12: silence would look as if it was sent."""
    assert "not sent" in said(writes("Hello", None, case=None, unknown=True))
    assert "deleted" in said(writes("Hello", case=None))
    for over in (CLOSED, WITHDRAWN):
        turn = writes("Hello", case=replace(case(), state=over))
        assert not turn.changes
        assert turn.reaction is None
        assert "Nothing was done" in said(turn)


def test_reply_commands_go_out_and_a_bare_one_asks() -> None:
    """`/reply words` in the topic, or with the number elsewhere; alone, a message to answer."""
    for argument in ("Dear Maria", "K7PQ2 Dear Maria", "k7pq2  Dear Maria"):
        (change,) = orders("reply", argument).changes
        assert isinstance(change, SendReply)
        assert change.letter.words == "Dear Maria"
    (asked,) = orders("reply").notes
    assert asked.what == "prompt"
    assert asked.force
    assert taps("reply.K7PQ2").notes == (asked,)
    assert "closed" in said(taps("reply.K7PQ2", case=replace(case(), state=CLOSED)))


def test_a_reply_in_another_script_is_sent_with_a_warning() -> None:
    """The person reads Chinese: the staff are asked whether they meant it."""
    chinese = waiting(language="zh-Hans")
    turn = writes("We can help.", case=chinese)
    assert len(turn.changes) == 1
    assert "This person reads Chinese" in said(turn)
    assert writes("我们可以帮助您。", case=chinese).notes == ()
    assert writes("123", case=chinese).notes == ()
    assert writes("Bonjour", case=replace(chinese, language="xx")).notes == ()


def test_a_former_member_reaches_nobody() -> None:
    """W8: checked when something is done; what they write is nobody's, what they ask is refused."""
    link = Link("K7PQ2", "said 12")
    gone = View(waiting(), link, member=False)
    assert does(Wrote(BEN, spot(answers=40), "Hello"), gone) == StaffTurn()
    assert "Only members" in said(does(Ordered(BEN, spot(), "claim"), gone))
    tapped = does(Tapped(BEN, spot(), "v1:en:desk:claim.K7PQ2"), gone)
    assert tapped == StaffTurn(toast=tapped.toast)
    assert tapped.toast


def test_a_reply_can_be_taken_back_while_it_waits() -> None:
    """The one that is answered, else the last; of another group none; later there is nothing."""
    pending = frozenset({(GROUP, 30), (GROUP, 31), (-1, 99)})
    turn = orders("undo", pending=pending)
    assert turn.changes == (TakeBack("K7PQ2", (GROUP, 31)),)
    assert (turn.reaction, turn.on) == (NOTHING, 31)
    first = does(Ordered(ANNA, spot(answers=30), "undo"), View(waiting(), pending=pending))
    assert first.changes == (TakeBack("K7PQ2", (GROUP, 30)),)
    assert "has been sent" in said(orders("undo", pending=frozenset({(-1, 99)})))


def test_an_edited_reply_says_something_else_from_then_on() -> None:
    """Also one that was written with /reply; of a case that is over it changes nothing."""
    for written in ("Dear Anna", "/reply Dear Anna", "/reply@care_bot Dear Anna"):
        turn = does(Wrote(ANNA, spot(), written, edited=True))
        letter = Letter("team", GROUP, 50, NOW, "text", "Dear Anna", edited=NOW)
        assert turn.changes == (Reword("K7PQ2", letter),)
    assert does(Wrote(ANNA, spot(), "x", edited=True), View(None)) == StaffTurn()
    over = View(replace(case(), state=CLOSED))
    assert does(Wrote(ANNA, spot(), "x", edited=True), over) == StaffTurn()


# ── claim, answered elsewhere, closing ──────────────────────────────────────────────────────────


def test_a_case_is_claimed_handed_over_and_handed_back() -> None:
    """By command or by button; all of it shows on the card."""
    assert taps("claim.K7PQ2").changes == (Take("K7PQ2", Claim(11, "Anna")),)
    annas = waiting(claim=Claim(11, "Anna"))
    assert "already" in said(orders("claim", case=annas))
    assert orders("claim", member=BEN, case=annas).changes == (Take("K7PQ2", Claim(12, "Ben")),)
    assert "Ben" in said(orders("claim", member=BEN, case=annas))
    assert taps("unclaim.K7PQ2", case=annas).changes == (Take("K7PQ2", None),)
    assert not taps("unclaim.K7PQ2").changes
    assert not orders("claim", case=replace(case(), state=CLOSED)).changes


def test_an_answer_without_the_bot_stops_the_clock() -> None:
    """By e-mail or phone, and by whom; only while somebody waits."""
    for told, how in (("email", "email"), ("E-Mail", "email"), ("phone", "phone")):
        assert orders("answered", told).changes == (Answered("K7PQ2", how),)
    (asked,) = orders("answered").notes
    assert [key.to and key.to.detail for key in asked.rows[0]] == ["email.K7PQ2", "phone.K7PQ2"]
    assert taps("answered.K7PQ2").notes == (asked,)
    assert taps("phone.K7PQ2").changes == (Answered("K7PQ2", "phone"),)
    assert taps("email.K7PQ2").changes == (Answered("K7PQ2", "email"),)
    assert "Nobody waits" in said(taps("email.K7PQ2", case=replace(case(), state=THEIRS)))


def test_closing_asks_why_and_warns_when_somebody_waits() -> None:
    """Each reason is a button; spam is closed without a word to the person."""
    (asked,) = orders("close").notes
    assert "still waits" in asked.words
    assert sum(len(row) for row in asked.rows) == len(REASONS)
    idle = replace(case(), state=THEIRS, waiting=None)
    assert "still waits" not in said(orders("close", case=idle))
    assert taps("close.K7PQ2.answered").changes == (CloseCase("K7PQ2", "answered"),)
    assert orders("close", "K7PQ2 spam").changes == (CloseCase("K7PQ2", "spam", quiet=True),)
    muted = taps("close.K7PQ2.answered", case=waiting(muted=True))
    assert muted.changes == (CloseCase("K7PQ2", "answered", quiet=True),)
    assert not taps("close.K7PQ2.answered", case=replace(case(), state=CLOSED)).changes


def test_reopening_starts_a_day() -> None:
    """Only what was closed; what was withdrawn stays so."""
    closed = replace(case(), state=CLOSED)
    due = NOW + timedelta(hours=24)
    assert taps("reopen.K7PQ2", case=closed).changes == (ReopenCase("K7PQ2", due),)
    assert "is open" in said(orders("reopen"))
    assert "withdrawn" in said(orders("reopen", case=replace(case(), state=WITHDRAWN)))


def test_spam_is_muted_quietly_and_back() -> None:
    """The same command ends it."""
    assert orders("block").changes == (Mute("K7PQ2", True),)
    assert orders("block", case=waiting(muted=True)).changes == (Mute("K7PQ2", False),)


# ── who may do what ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["erase", "export"])
def test_what_cannot_be_undone_is_for_named_administrators(name: str) -> None:
    """W6, W7: members and hidden administrators are told why not."""
    assert "Only administrators" in said(orders(name))
    assert "with a name" in said(orders(name, member=HIDDEN, admin=True))
    assert not orders(name, member=HIDDEN, admin=True).changes
    assert orders("claim", member=HIDDEN).changes  # this is not among it


def test_erasing_is_asked_twice_and_checked_twice() -> None:
    """The command asks; the button is for an administrator, too."""
    asked = orders("erase", admin=True)
    assert not asked.changes
    (yes,) = asked.notes[0].rows[0]
    assert yes.to is not None
    assert yes.to.detail == "erase.K7PQ2.yes"
    assert "Only administrators" in said(taps("erase.K7PQ2.yes"))
    gone = taps("erase.K7PQ2.yes", admin=True)
    assert gone.changes == (EraseCase("K7PQ2", "en"),)
    assert gone.edit is not None


def test_an_export_holds_the_case_and_its_letters() -> None:
    """Two files, noted in the trail."""
    letter = Letter("person", 5, 12, NOW, "text", "What now?")
    turn = orders("export", admin=True, letters=(letter,))
    assert turn.changes == (NoteCopy("K7PQ2"),)
    readable, structured = turn.documents
    assert "What now?" in readable.content.decode("utf-8-sig")
    assert b'"What now?"' in structured.content
    assert DESK.wants(Ordered(ANNA, spot(), "export")).letters


# ── templates ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_template_is_chosen_previewed_and_sent_in_the_persons_language(language: str) -> None:
    """Filled in with name and number; a reply to the preview sends what it says instead."""
    theirs = waiting(language=language)
    (listed,) = orders("template", case=theirs).notes
    first = listed.rows[0][0].to
    assert first is not None
    shown = taps(first.detail, case=theirs).edit
    assert shown is not None
    assert shown.what == "prompt"
    send, back = shown.rows[0][0].to, shown.rows[1][0].to
    assert send is not None
    assert back is not None
    turn = taps(send.detail, case=theirs)
    (change,) = turn.changes
    assert isinstance(change, SendReply)
    assert "{" not in change.letter.words
    assert turn.edit is not None
    again = taps(back.detail, case=theirs)
    assert again.edit == listed
    for gone in ("template.K7PQ2.no-such-one", "send.K7PQ2.no-such-one"):
        assert taps(gone, case=theirs).edit == listed


def test_no_template_goes_to_a_closed_case() -> None:
    """Neither the list nor an old preview's button."""
    closed = replace(case(), state=CLOSED)
    assert "closed" in said(orders("template", case=closed))
    assert not taps("send.K7PQ2.received", case=closed).changes


# ── the queue, figures, the rest ────────────────────────────────────────────────────────────────


def test_the_queue_and_the_figures_are_shown() -> None:
    """/open by pages, /stats, /doctor, /help, /case."""
    one = Waiting("K7PQ2", "en", OURS, NOW - timedelta(hours=30), NOW - timedelta(hours=6))
    assert "K7PQ2" in said(orders("open", queue=(one,)))
    paged = taps("open.1", queue=(one,) * 11)
    assert paged.edit is not None
    assert taps("open.x", queue=(one,)).edit is not None
    figures = Figures(NOW, 3, 1, 1, 0, (timedelta(hours=2),))
    assert said(orders("stats", figures=figures))
    assert orders("stats") == StaffTurn()
    assert "&lt;ok&gt;" in said(orders("doctor", findings=("<ok> all well",)))
    assert "/undo" in said(orders("help"))
    assert "waiting for our answer" in said(orders("case"))
    for over in (CLOSED, WITHDRAWN, THEIRS):
        assert said(orders("case", case=replace(case(), state=over)))


def test_what_nobody_knows_changes_nothing() -> None:
    """Commands of other bots, buttons of other versions, forged ones, cases that are gone."""
    assert orders("ban", "everybody") == StaffTurn()
    assert "Which case" in said(orders("claim", case=None))
    for data in ("v1:en:desk:explode.K7PQ2", "v1:en:costs", "x", "v9:en:desk:claim"):
        turn = does(Tapped(ANNA, spot(), data))
        assert turn == StaffTurn(toast=turn.toast)
        assert turn.toast
    assert "deleted" in said(taps("claim.K7PQ2", case=None))


def test_only_what_is_needed_is_asked_of_the_store() -> None:
    """Words that are nobody's reply cost nothing; a number in a command names its case."""
    assert DESK.wants(Wrote(ANNA, spot(), "hi")) == Wants(roles=True)
    assert DESK.wants(Wrote(ANNA, spot(answers=3), "hi")).case
    assert DESK.wants(Wrote(ANNA, spot(), "hi", edited=True)).case
    assert DESK.wants(Ordered(ANNA, spot(), "claim", "k7pq2")).number == "K7PQ2"
    assert DESK.wants(Ordered(ANNA, spot(), "open", "THERE")).number is None
    assert DESK.wants(Ordered(ANNA, spot(), "open")).queue
    assert DESK.wants(Ordered(ANNA, spot(), "stats")).figures
    assert DESK.wants(Ordered(ANNA, spot(), "doctor")).doctor
    assert DESK.wants(Tapped(ANNA, spot(), "v1:en:desk:claim.K7PQ2")).number == "K7PQ2"
    assert DESK.wants(Tapped(ANNA, spot(), "v1:en:desk:open")).queue
    assert DESK.wants(Tapped(ANNA, spot(), "nonsense")) == Wants(roles=True)
    with pytest.raises(TypeError):
        DESK.wants("something else")  # type: ignore[arg-type]  # on purpose


def test_the_card_offers_what_can_be_done() -> None:
    """Claim or hand back; only reopening when closed; nothing when withdrawn."""

    def whats(one: Case) -> list[str]:
        rows = DESK.keys(one, ENGLISH)
        return [key.to.detail.split(".")[0] for row in rows for key in row if key.to]

    assert whats(waiting()) == ["reply", "template", "claim", "answered", "close"]
    assert "unclaim" in whats(waiting(claim=Claim(11, "Anna")))
    assert whats(replace(case(), state=CLOSED)) == ["reopen"]
    assert whats(replace(case(), state=WITHDRAWN)) == []
    assert state_of(waiting()).id == "desk.state-ours"


def test_the_digest_is_one_note() -> None:
    """Answered to nobody."""
    note = DESK.digest(Figures(NOW, 0, 0, 0, 0, ()), (), ENGLISH, NOW)
    assert not note.answers
    assert note.words


def test_the_page_for_staff_names_every_command_and_the_seconds_of_undo() -> None:
    """docs/staff.md and /help say what the desk does, and nothing else."""
    page = (ROOT / "docs" / "staff.md").read_text(encoding="utf-8")
    told = set(re.findall(r"/([a-z]+)", page.partition("## Commands")[2]))
    assert told == COMMANDS
    helped = set(re.findall(r"^/([a-z]+) ", ENGLISH.say(text("desk.help")), re.MULTILINE))
    assert helped == COMMANDS - {"help"}
    assert f"after {int(UNDO.total_seconds())} seconds" in page
