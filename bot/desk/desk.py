"""(StaffEvent, View) -> StaffTurn: the one place that decides what staff can do in their group."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.desk import figures, queue
from bot.desk.acting import PLACE, Act, Ground
from bot.desk.event import Ordered, StaffEvent, Tapped, Wrote
from bot.desk.handling import Handling, keys
from bot.desk.replies import Replies
from bot.desk.turn import Note, StaffTurn
from bot.desk.view import Figures, View, Waiting, Wants
from bot.dialogue.address import read_address
from bot.dialogue.case import Case, Moment
from bot.dialogue.screen import Row
from bot.i18n.language import Language

_NUMBER = re.compile(r"\b([23456789ABCDEFGHJKMNPQRSTUVWXYZ]{5})\b", re.IGNORECASE)
"""The number of a case, wherever it stands in what was written behind a command."""

_ALONE = frozenset({"open", "stats", "doctor", "help"})
"""Commands that are about no case."""


@dataclass(slots=True)
class Desk:
    """Decides; sends and stores nothing. Another `ground` may be given to it between two events."""

    ground: Ground

    # ── what there is to know ──

    def wants(self, event: StaffEvent) -> Wants:
        """What a decision about this event depends on."""
        match event:
            case Wrote(edited=True):
                return Wants(case=True, roles=True)
            case Wrote():
                return Wants(case=event.spot.answers is not None, roles=True)
            case Ordered():
                return self._wants(event.name, event.argument)
            case Tapped():
                address = read_address(event.data)
                if address is None or address.place != PLACE:
                    return Wants(roles=True)
                what, *rest = address.detail.split(".")
                return self._wants(what, rest[0] if rest else "")
        raise TypeError(event)

    def _wants(self, name: str, argument: str) -> Wants:
        named = _NUMBER.search(argument)
        return Wants(
            number=named[1].upper() if named and name not in _ALONE else None,
            case=name not in _ALONE,
            roles=True,
            queue=name == "open",
            figures=name == "stats",
            letters=name == "export",
            doctor=name == "doctor",
        )

    # ── what is done ──

    def respond(
        self, event: StaffEvent, view: View, language: Language, moment: Moment
    ) -> StaffTurn:
        """What changes, and what the group sees. `language`: the group's."""
        known = self.ground, event, view, language, moment
        if isinstance(event, Wrote):
            return Replies(*known).wrote(event)
        if not view.member:
            return Act(*known).refused("desk.members-only")
        asked = _Asked(*known)
        return asked.ordered(event) if isinstance(event, Ordered) else asked.tapped(event)

    @staticmethod
    def digest(
        found: Figures, waiting: tuple[Waiting, ...], language: Language, now: datetime
    ) -> Note:
        """What a group is told once a day."""
        return Note(figures.digest(found, waiting, language, now), answers=False)

    @staticmethod
    def keys(case: Case, language: Language) -> tuple[Row, ...]:
        """The buttons below a card."""
        return keys(case, language)


@dataclass(frozen=True, slots=True)
class _Asked(Act):
    """A command or a button: which act it is."""

    def ordered(self, event: Ordered) -> StaffTurn:
        """A command; one that is not ours belongs to somebody else."""
        alone: dict[str, Callable[[], StaffTurn]] = {
            "open": lambda: self._queue(0),
            "stats": self._figures,
            "doctor": self._doctor,
            "help": lambda: self.told("desk.help"),
        }
        if event.name in alone:
            return alone[event.name]()
        replies, handling = self._acts()
        about: dict[str, Callable[[Case, str], StaffTurn]] = {
            "case": lambda case, _: handling.where(case),
            "claim": lambda case, _: handling.claim(case),
            "reply": replies.told_to_reply,
            "undo": lambda case, _: replies.undo(case),
            "note": lambda _case, _: StaffTurn(),
            "template": lambda case, _: replies.offered(case),
            "answered": handling.answered,
            "close": handling.close,
            "reopen": lambda case, _: handling.reopen(case),
            "block": lambda case, _: handling.block(case),
            "erase": lambda case, _: handling.erase(case),
            "export": lambda case, _: handling.export(case),
        }
        if event.name not in about:
            return StaffTurn()
        case = self.view.case
        if case is None:
            return self.told("desk.which-case", command=f"/{event.name}")
        named = _NUMBER.match(event.argument)
        rest = event.argument
        if named and named[1].upper() == case.number:
            rest = event.argument[named.end() :]
        return about[event.name](case, rest.strip())

    def _acts(self) -> tuple[Replies, Handling]:
        known = self.ground, self.event, self.view, self.language, self.moment
        return Replies(*known), Handling(*known)

    def _queue(self, page: int) -> StaffTurn:
        found = queue.page(self.view.queue, self.moment.now, self.language, page)
        if isinstance(self.event, Tapped):
            return StaffTurn(edit=found)
        return StaffTurn(notes=(found,))

    def _figures(self) -> StaffTurn:
        found = self.view.figures
        if found is None:
            return StaffTurn()
        said = Note(figures.told(found, self.language))
        return StaffTurn(notes=(said,), chart=figures.chart(found, self.language))

    def _doctor(self) -> StaffTurn:
        findings = "\n".join(self.view.findings)
        return self.told("desk.findings", findings=findings)

    def tapped(self, event: Tapped) -> StaffTurn:
        """A button of the desk, of any age; what is none gets a word on the button."""
        address = read_address(event.data)
        if address is None or address.place != PLACE:
            return self.refused("desk.old-button")
        what, *rest = address.detail.split(".")
        if what == "open":
            page = rest[0] if rest else ""
            return self._queue(int(page) if page.isascii() and page.isdecimal() else 0)
        case = self.view.case
        if case is None:
            return self.refused("desk.case-gone")
        more = rest[1] if len(rest) > 1 else ""
        replies, handling = self._acts()
        acts: dict[str, Callable[[], StaffTurn]] = {
            "reply": lambda: replies.prompt(case),
            "claim": lambda: handling.claim(case),
            "unclaim": lambda: handling.unclaim(case),
            "answered": lambda: handling.answered(case, ""),
            "email": lambda: handling.by(case, "email"),
            "phone": lambda: handling.by(case, "phone"),
            "close": lambda: handling.close(case, more),
            "reopen": lambda: handling.reopen(case),
            "template": lambda: replies.preview(case, more) if more else replies.offered(case),
            "templates": lambda: replies.offered(case, here=True),
            "send": lambda: replies.send(case, more),
            "erase": lambda: handling.erase(case, sure=more == "yes"),
        }
        return acts[what]() if what in acts else self.refused("desk.old-button")
