"""What every act of a member of staff starts from: the event, what is known, and how to say it."""

from dataclasses import dataclass

from bot.desk.event import Member, StaffEvent, Tapped
from bot.desk.templates import Templates
from bot.desk.turn import Note, StaffTurn
from bot.desk.view import View
from bot.dialogue.address import Address
from bot.dialogue.case import CLOSED, WITHDRAWN, Case, Moment
from bot.dialogue.intake.form import Form
from bot.dialogue.screen import Button, Row
from bot.dialogue.screens import Screens
from bot.i18n.language import Language
from bot.i18n.text import Text, Value, text

PLACE = "desk"
"""Where the buttons of the staff lead: `desk:<what>.<number>.<more>`."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What does not change from event to event."""

    screens: Screens
    form: Form
    templates: Templates


@dataclass(frozen=True, slots=True)
class Act:
    """One event, and all that is known at that moment. `language`: the group's."""

    ground: Ground
    event: StaffEvent
    view: View
    language: Language
    moment: Moment

    def note(self, id: str, *rows: Row, what: str | None = None, **values: Value) -> Note:
        return Note(self.language.say(Text(id, values)), rows, what)

    def told(self, id: str, **values: Value) -> StaffTurn:
        return StaffTurn(notes=(Note(self.language.say(Text(id, values))),))

    def refused(self, id: str, **values: Value) -> StaffTurn:
        """A no: on the button where there was one, else as a message."""
        if isinstance(self.event, Tapped):
            return StaffTurn(toast=self.language.label(Text(id, values)))
        return self.told(id, **values)

    def key(self, label: Text, what: str, *detail: str, style: str | None = None) -> Button:
        address = to(self.language, what, *detail)
        return Button(self.language.label(label), address, style=style)

    @property
    def member(self) -> Member:
        return self.event.member

    def over(self, case: Case) -> StaffTurn | None:
        """The no to what needs an open case; None where it is one."""
        if case.state == WITHDRAWN:
            return self.refused("desk.is-withdrawn", ref=case.number)
        return self.refused("desk.is-closed", ref=case.number) if case.state == CLOSED else None


def to(language: Language, what: str, *detail: str) -> Address:
    """A button of the desk."""
    return Address(language.tag, PLACE, ".".join((what, *detail)))


def state_of(case: Case) -> Text:
    """How it stands with a case, for the staff."""
    if case.state in {CLOSED, WITHDRAWN}:
        return text(f"desk.state-{case.state}", ref=case.number)
    if case.waiting is None:
        return text("desk.state-theirs", ref=case.number)
    return text("desk.state-ours", ref=case.number, since=case.waiting, due=case.due)
