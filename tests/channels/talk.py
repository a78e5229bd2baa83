"""A desk of few words for the tests of the wire: what it decides is as plain as can be."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.desk.change import (
    Answered,
    CloseCase,
    DeskChange,
    EraseCase,
    Mute,
    ReopenCase,
    Reword,
    SendReply,
    Take,
    TakeBack,
)
from bot.desk.event import Ordered, StaffEvent, Tapped, Wrote
from bot.desk.turn import NOTHING, TAKEN, Note, StaffTurn
from bot.desk.view import Figures, View, Waiting, Wants
from bot.dialogue.address import Address, read_address
from bot.dialogue.case import TEAM, Case, Claim, Letter, Moment
from bot.dialogue.screen import Button, Document, Row
from bot.i18n.language import Language
from bot.i18n.text import Label, Spoken

ROUTED = ("card", "news", "said", "file", "prompt")


def said(words: str) -> Spoken:
    return Spoken(words)


@dataclass
class Talk:
    """`undo`: how long a reply waits. `seen`: every view that was decided on."""

    undo: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        self.seen: list[tuple[StaffEvent, View]] = []

    def wants(self, event: StaffEvent) -> Wants:
        match event:
            case Wrote():
                return Wants(case=event.edited or event.spot.answers is not None, roles=True)
            case Ordered(name="open"):
                return Wants(queue=True, figures=True, doctor=True, roles=True)
            case Ordered(argument=argument) if argument[:5].isupper():
                return Wants(argument[:5], case=True, roles=True, letters=True)
        return Wants(case=True, roles=True, letters=True)

    def respond(
        self, event: StaffEvent, view: View, language: Language, moment: Moment
    ) -> StaffTurn:
        self.seen.append((event, view))
        if not view.member:
            return StaffTurn()
        match event:
            case Wrote():
                return self._wrote(event, view, moment)
            case Ordered(name="open"):
                return StaffTurn(notes=tuple(_line(one) for one in view.queue))
            case Ordered(name=name, argument=words):
                return self._done(name, words, event, view, moment)
            case Tapped(data=data):
                address = read_address(data)
                name = "" if address is None else address.detail.partition(".")[0]
                turn = self._done(name, "", event, view, moment)
                return replace(turn, toast=Label(f"toast {name}"))

    def _wrote(self, event: Wrote, view: View, moment: Moment) -> StaffTurn:
        if view.unknown:
            return StaffTurn(notes=(Note(said("goes nowhere")),))
        case = view.case
        if case is None:
            return StaffTurn()
        if event.edited:
            letter = self._letter(event, event.words, moment, event.kind)
            return StaffTurn((Reword(case.number, replace(letter, edited=moment.now)),))
        if view.link is None or not view.link.what.startswith(ROUTED):
            return StaffTurn()
        letter = self._letter(event, event.words, moment, event.kind, event.album)
        return StaffTurn((SendReply(case.number, letter, moment.now + self.undo),), reaction=TAKEN)

    def _letter(
        self,
        event: StaffEvent,
        words: str,
        moment: Moment,
        kind: str = "text",
        album: str | None = None,
    ) -> Letter:
        spot = event.spot
        return Letter(
            TEAM, spot.group, spot.message, moment.now, kind, words, album, answers=spot.answers
        )

    def _done(
        self, name: str, words: str, event: StaffEvent, view: View, moment: Moment
    ) -> StaffTurn:
        case = view.case
        if case is None:
            return StaffTurn(notes=(Note(said("no case")),))
        number, member = case.number, event.member
        words = words.removeprefix(number).strip()
        changes: dict[str, DeskChange] = {
            "claim": Take(number, Claim(member.id, member.name)),
            "answered": Answered(number, "phone"),
            "close": CloseCase(number, "done"),
            "reopen": ReopenCase(number, moment.now + timedelta(hours=24)),
            "block": Mute(number, not case.muted),
            "erase": EraseCase(number, case.language),
        }
        if name == "reply":
            if not words:
                prompt = Note(said(f"answer this for {number}"), what="prompt", force=True)
                return StaffTurn(notes=(prompt,))
            letter = self._letter(event, words, moment)
            return StaffTurn((SendReply(number, letter, moment.now + self.undo),), reaction=TAKEN)
        if name == "undo":
            chosen = max(view.pending, default=None)
            if chosen is None:
                return StaffTurn(notes=(Note(said("too late")),))
            return StaffTurn((TakeBack(number, chosen),), reaction=NOTHING, on=chosen[1])
        if name == "export":
            file = Document("case.txt", b"all of it")
            return StaffTurn(notes=(Note(said("a copy")),), documents=(file,))
        if name == "break":
            raise RuntimeError("a fault of ours")
        if name in changes:
            return StaffTurn((changes[name],), (Note(said(f"{name} done")),))
        return StaffTurn(edit=Note(said(f"edited: {name}"), _keys(case, "again")))

    def keys(self, case: Case, language: Language) -> tuple[Row, ...]:
        name = "claim" if case.claim is None else f"claimed by {case.claim.name}"
        return _keys(case, name)

    def digest(
        self, found: Figures, waiting: tuple[Waiting, ...], language: Language, now: datetime, /
    ) -> Note:
        numbers = ", ".join(one.number for one in waiting)
        return Note(said(f"Digest: {found.open_now} open, {found.late_now} late: {numbers}"))


def _keys(case: Case, name: str) -> tuple[Row, ...]:
    what = name.partition(" ")[0]
    return ((Button(Label(name), Address("en", "desk", f"{what}.{case.number}")),),)


def _line(one: Waiting) -> Note:
    return Note(said(f"{one.number} {one.state} {one.claimed or 'nobody'} {one.link}"))
