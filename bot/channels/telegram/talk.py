"""What is asked of the desk's talk (bot/desk/desk.py): it decides, and words everything."""

from datetime import datetime
from typing import Protocol

from bot.desk.event import StaffEvent
from bot.desk.turn import Note, StaffTurn
from bot.desk.view import Figures, View, Waiting, Wants
from bot.dialogue.case import Case, Moment
from bot.dialogue.screen import Row
from bot.i18n.language import Language


class StaffTalk(Protocol):
    """Pure: the same question has the same answer."""

    def wants(self, event: StaffEvent) -> Wants:
        """What the answer depends on."""

    def respond(
        self, event: StaffEvent, view: View, language: Language, moment: Moment
    ) -> StaffTurn:
        """What is changed and shown."""

    def keys(self, case: Case, language: Language) -> tuple[Row, ...]:
        """The buttons below a card."""

    def digest(
        self, found: Figures, waiting: tuple[Waiting, ...], language: Language, now: datetime, /
    ) -> Note:
        """What a group is told once a day."""
