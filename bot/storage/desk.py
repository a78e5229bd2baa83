"""What the staff's desk reads and changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk.change import DeskChange
from bot.desk.view import Figures, Link
from bot.dialogue.case import Letter
from bot.storage.cases import Consultations
from bot.storage.owed import Posted, Topic


@dataclass(frozen=True, slots=True)
class Queued:
    """An open case in the queue: nothing that a person told. `since`: when they began to wait, or
    were answered if they do not. `late`: they wait, and the time is over. `card`: its message."""

    number: str
    language: str
    state: str
    since: datetime
    due: datetime
    late: bool
    claimed: str | None
    topic: Topic | None
    card: int | None


class Desk(Consultations):
    """Skeleton: signatures only; the bodies follow."""

    async def commit_desk(
        self, update_id: int, who: int | None, changes: Sequence[DeskChange], now: datetime
    ) -> bool:
        """All that a staff's turn changes, in one transaction with its update's number.

        `who`: the member (None: the bot itself). False and repetitions as `commit`. Raises
        Outdated when a case is gone or withdrawn, or a reply to be taken back is on its way;
        WrongKey.
        """
        raise NotImplementedError

    async def link(self, chat_id: int, message_id: int) -> Link | None:
        """The case that this message of the bot belongs to, and which part of it that is."""
        raise NotImplementedError

    async def by_topic(self, group: int, topic_id: int) -> str | None:
        """The number of the case that is talked about there."""
        raise NotImplementedError

    async def counterpart(self, chat_id: int, message_id: int) -> tuple[int, int] | None:
        """The same on the other side: of what was written, its copy; of a copy, what was written.
        (chat, message)."""
        raise NotImplementedError

    async def link_posted(self, number: str, posted: Sequence[Posted], now: datetime) -> bool:
        """These messages belong to the case. False: it is gone; then they are owed their
        deletion."""
        raise NotImplementedError

    async def letters(self, number: str) -> tuple[Letter, ...]:
        """What was written about a case since it was sent, oldest first. Raises WrongKey."""
        raise NotImplementedError

    async def letters_of(self, chat_id: int) -> Mapping[str, tuple[Letter, ...]]:
        """The same for each case of a person, by number. Raises WrongKey."""
        raise NotImplementedError

    async def pending(self, number: str) -> frozenset[tuple[int, int]]:
        """Replies (chat, message) that can be taken back: their sending has not begun."""
        raise NotImplementedError

    async def queue(self, now: datetime, offset: int = 0, limit: int = 10) -> list[Queued]:
        """Open cases: who waits first, by the time they were promised; then who was answered."""
        raise NotImplementedError

    async def figures(self, since: datetime, now: datetime) -> Figures:
        """How it went since then, and how it stands now."""
        raise NotImplementedError

    async def mark(self, name: str) -> datetime | None:
        """When this was done last."""
        raise NotImplementedError

    async def set_mark(self, name: str, at: datetime) -> None:
        """It was done then."""
        raise NotImplementedError

    async def set_away(self, chat_id: int, away: bool, now: datetime) -> tuple[str, ...]:
        """The person blocked the bot, or can be written to again: the numbers of their open cases
        for which that is new. Each is owed its card."""
        raise NotImplementedError

    async def sweep(self, now: datetime) -> None:
        """Owes what is due of those who wait: reminders at 12 and 20 hours, at 24 the escalation
        and a word to the person. Each once; after a pause only the latest."""
        raise NotImplementedError

    async def auto_close(self, now: datetime, silent: timedelta) -> tuple[str, ...]:
        """Closes, without a word, cases whose person has not answered for so long."""
        raise NotImplementedError
