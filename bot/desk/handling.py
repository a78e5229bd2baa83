"""What happens to a case: who has it, whether its clock runs, whether it is open, and its end."""

from dataclasses import dataclass

from bot.desk.acting import Act, state_of, to
from bot.desk.change import Answered, CloseCase, EraseCase, Mute, NoteCopy, ReopenCase, Take
from bot.desk.closing import REASONS
from bot.desk.event import Tapped
from bot.desk.turn import Note, StaffTurn
from bot.dialogue.case import CLOSED, WITHDRAWN, Case, Claim
from bot.dialogue.dossier import Dossier
from bot.dialogue.intake.sheet import PROMISE
from bot.dialogue.screen import Button, Row, in_rows
from bot.i18n.language import Language
from bot.i18n.text import Text, text

HOW = ("email", "phone")
"""Ways of answering without the bot."""


@dataclass(frozen=True, slots=True)
class Handling(Act):
    """Each change shows on the card, for all to see."""

    def where(self, case: Case) -> StaffTurn:
        """How it stands with a case, and its buttons."""
        said = self.language.say(state_of(case))
        return StaffTurn(notes=(Note(said, keys(case, self.language)),))

    def claim(self, case: Case) -> StaffTurn:
        if (no := self.over(case)) is not None:
            return no
        mine = Claim(self.member.id, self.member.name)
        if case.claim == mine:
            return self.refused("desk.yours-already", ref=case.number)
        said = text("desk.claimed", ref=case.number, name=mine.name)
        return self._done(Take(case.number, mine), said)

    def unclaim(self, case: Case) -> StaffTurn:
        if case.claim is None:
            return self.refused("desk.nobodys", ref=case.number)
        return self._done(Take(case.number, None), text("desk.nobodys", ref=case.number))

    def _done(
        self, change: Take | Answered | ReopenCase | Mute | CloseCase, said: Text
    ) -> StaffTurn:
        """A change that the card shows to all: whoever tapped reads it on the button."""
        if isinstance(self.event, Tapped):
            return StaffTurn((change,), toast=self.language.label(said))
        return StaffTurn((change,), (Note(self.language.say(said)),))

    def answered(self, case: Case, how: str) -> StaffTurn:
        ways = {"email": "email", "e-mail": "email", "mail": "email", "phone": "phone"}
        found = ways.get(how.casefold())
        if found is None:
            keys = [self.key(text(f"button.desk-by-{one}"), one, case.number) for one in HOW]
            return StaffTurn(
                notes=(self.note("desk.answered-how", *in_rows(keys), ref=case.number),)
            )
        return self.by(case, found)

    def by(self, case: Case, how: str) -> StaffTurn:
        if case.waiting is None:
            return self.refused("desk.nobody-waits", ref=case.number)
        named = text(f"desk.by-{how}", ref=case.number, name=self.member.name)
        return self._done(Answered(case.number, how), named)

    def close(self, case: Case, reason: str) -> StaffTurn:
        if (no := self.over(case)) is not None:
            return no
        if reason not in REASONS:
            keys = [
                self.key(text(f"desk.reason.{one}"), "close", case.number, one) for one in REASONS
            ]
            waits = "desk.close-waiting" if case.waiting is not None else "desk.close-why"
            return StaffTurn(notes=(self.note(waits, *in_rows(keys), ref=case.number),))
        why = text(f"desk.reason.{reason}")
        quiet = case.muted or reason == "spam"
        said = text("desk.closed", ref=case.number, name=self.member.name, reason=why)
        return self._done(CloseCase(case.number, reason, quiet), said)

    def reopen(self, case: Case) -> StaffTurn:
        if case.state == WITHDRAWN:
            return self.refused("desk.is-withdrawn", ref=case.number)
        if case.state != CLOSED:
            return self.refused("desk.is-open", ref=case.number)
        change = ReopenCase(case.number, self.moment.now + PROMISE)
        return self._done(change, text("desk.reopened", ref=case.number, name=self.member.name))

    def block(self, case: Case) -> StaffTurn:
        """Quiet, and reversible by the same command."""
        said = "desk.unmuted" if case.muted else "desk.muted"
        return self._done(Mute(case.number, not case.muted), text(said, ref=case.number))

    def erase(self, case: Case, sure: bool = False) -> StaffTurn:
        if (no := self._not_allowed()) is not None:
            return no
        if not sure:
            yes = self.key(
                text("button.desk-erase", ref=case.number),
                "erase",
                case.number,
                "yes",
                style="danger",
            )
            return StaffTurn(notes=(self.note("desk.erase-sure", (yes,), ref=case.number),))
        gone = self.note("desk.erasing", ref=case.number)
        return StaffTurn((EraseCase(case.number, case.language),), edit=gone)

    def export(self, case: Case) -> StaffTurn:
        if (no := self._not_allowed()) is not None:
            return no
        ground = self.ground
        letters = {case.number: self.view.letters}
        dossier = Dossier(
            ground.screens, ground.form, self.language, cases=(case,), letters=letters
        )
        note = self.note("desk.exported", ref=case.number)
        files = dossier.files(f"case-{case.number}", self.moment)
        return StaffTurn((NoteCopy(case.number),), (note,), documents=files)

    def _not_allowed(self) -> StaffTurn | None:
        """What cannot be undone, or leaves the group, is for administrators under their own name
        (desk.md, W6, W7)."""
        if self.member.anonymous:
            return self.refused("desk.by-name")
        return None if self.view.admin else self.refused("desk.admins-only")


def keys(case: Case, language: Language) -> tuple[Row, ...]:
    """The buttons below a card."""

    def key(id: str, what: str) -> Button:
        return Button(language.label(text(id)), to(language, what, case.number))

    if case.state == WITHDRAWN:
        return ()
    if case.state == CLOSED:
        return ((key("button.desk-reopen", "reopen"),),)
    claim = "button.desk-claim" if case.claim is None else "button.desk-hand-back"
    first = [key("button.desk-reply", "reply"), key("button.desk-template", "template")]
    second = [
        key(claim, "claim" if case.claim is None else "unclaim"),
        key("button.desk-answered", "answered"),
        key("button.desk-close", "close"),
    ]
    return (*in_rows(first), *in_rows(second))
