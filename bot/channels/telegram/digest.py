"""Once a day each staff group is told how it stands, and who waits."""

import logging
from datetime import UTC, datetime, timedelta

from bot.channels.telegram.calls import Calls, Refusal
from bot.channels.telegram.places import Places, link_to
from bot.channels.telegram.present import keyboard
from bot.channels.telegram.refusals import Outcome
from bot.channels.telegram.talk import StaffTalk
from bot.desk.view import Waiting
from bot.storage.desk import Queued
from bot.storage.store import Store

log = logging.getLogger(__name__)

HOUR = 7
"""Of the day (UTC): the morning in Europe, the afternoon in China."""

DAY = timedelta(days=1)

LINES = 500
"""Open cases that are looked at."""


class Digest:
    """`tell` at any time: whoever was told today is not told again."""

    def __init__(self, calls: Calls, places: Places, store: Store, talk: StaffTalk) -> None:
        self._calls = calls
        self._places = places
        self._store = store
        self._talk = talk

    async def tell(self, now: datetime) -> None:
        """Tells every group whose hour has come. Raises one of NO_ANSWER; WrongKey."""
        for group in sorted(self._places.groups):
            name = f"digest {group}"
            last = await self._store.mark(name)
            # On the first day there is nothing to look back at.
            due = last is not None and last < _hour_before(now)
            if last is None or (due and await self._told(group, now)):
                await self._store.set_mark(name, now)

    async def _told(self, group: int, now: datetime) -> bool:
        """Whether it is not to be tried again today."""
        figures = await self._store.figures(now - DAY, now)
        queue = await waiting(self._store, now, LINES)
        theirs = tuple(one for one in queue if self._places.group_for(one.language) == group)
        note = self._talk.digest(figures, theirs, self._places.speaker(group), now)
        try:
            await self._calls.send(
                group, note.words, reply_markup=keyboard(note.rows), protect_content=True
            )
        except Refusal as refusal:
            log.warning("group %d: no digest: %s", group, refusal.why)
            return refusal.outcome is Outcome.UNSURE  # rather none than two
        return True


async def waiting(store: Store, now: datetime, limit: int) -> tuple[Waiting, ...]:
    """The queue with the way to each case. Raises one of NO_ANSWER; WrongKey."""
    return tuple(_line(one) for one in await store.queue(now, 0, limit))


def _line(one: Queued) -> Waiting:
    place, link = one.topic, None
    if place is not None and one.card is not None:
        link = link_to(place.group, place.id, one.card)
    return Waiting(one.number, one.language, one.state, one.since, one.due, one.claimed, link)


def _hour_before(now: datetime) -> datetime:
    """When the hour struck last."""
    today = now.astimezone(UTC).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return today if today <= now else today - DAY
