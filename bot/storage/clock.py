"""The clock of those who wait for an answer.

A row for each time that a person waits: for the answer to their case, and after each answer from
the first letter that it did not answer. Times are seconds since 1970, so a day is 86,400 of them
whatever the clocks on the walls do. A row that ended late stays late.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.view import Figures
from bot.dialogue.case import WITHDRAWN, Case
from bot.storage.asking import Found, moment, to_its_end
from bot.storage.cases import Cases
from bot.storage.owed import CLOCK, LATE, Detail
from bot.storage.tables import cases, marks, ratings, topics, waits

STAGES = (12, 20, 24)
"""Hours after which the staff are reminded; at the last one people are named, and the person is
told that the answer is late."""

REPLIED, EMAIL, PHONE = "reply", "email", "phone"
"""How a wait can end: a reply was delivered, or the staff say that they answered another way."""

ENDED = "closed"
"""Or the case was closed (or "withdrawn", "erased", "purged")."""

_ANSWERS = (REPLIED, EMAIL, PHONE)

_HOUR = 3600.0

_CODE = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*", re.ASCII)


@dataclass(slots=True)
class _Share:
    """Of one language: cases, answered in time, late."""

    cases: int = 0
    in_time: int = 0
    late: int = 0


class Clock(Cases):
    """Begins and ends waits, sees to it that none is forgotten, and counts them."""

    @to_its_end
    async def sweep(self, now: datetime) -> None:
        """Owes what is due of those who wait: reminders at 12 and 20 hours; at 24 the escalation,
        and a word to the person. Each once; after a pause only the latest."""
        at = now.timestamp()
        reached = case(
            *((waits.c.began <= at - hours * _HOUR, hours) for hours in reversed(STAGES)), else_=0
        )
        query = (
            select(waits.c.id, waits.c.number, reached.label("hours"))
            .join(cases, cases.c.number == waits.c.number)
            .where(waits.c.ended.is_(None), waits.c.stage < reached)
            .order_by(waits.c.number)
        )
        async with self._engine.connect() as connection:  # nearly always nothing: nobody is held up
            if (await connection.execute(query.limit(1))).first() is None:
                return
        async with self._transaction() as connection:
            for row in (await connection.execute(query.with_for_update())).all():
                await connection.execute(
                    update(waits).where(waits.c.id == row.id).values(stage=row.hours)
                )
                await self._drop(connection, row.number, CLOCK)
                await self._owe(connection, row.number, CLOCK, at, Detail(hours=row.hours))
                if row.hours == STAGES[-1]:
                    await self._owe(connection, row.number, LATE, at)
        self.owing.set()

    # ── figures ─────────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def figures(self, since: datetime, now: datetime) -> Figures:
        """How it went with the cases that came since then, and how it stands now. Cases that are
        deleted count on."""
        begin, end = since.timestamp(), now.timestamp()
        came = select(waits).where(waits.c.first, waits.c.began >= begin).order_by(waits.c.id)
        stand = select(
            func.count(),
            func.count(cases.c.waiting),
            func.count(case((cases.c.due < end, cases.c.waiting))),
        ).where(cases.c.closed.is_(None))
        stars = select(ratings.c.stars).where(ratings.c.at >= begin).order_by(ratings.c.id)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(came)).all()
            open_now, waiting_now, late_now = (await connection.execute(stand)).one()
            rated = tuple((await connection.execute(stars)).scalars())
        answered = [row for row in rows if row.how in _ANSWERS]
        return Figures(
            since=since,
            opened=len(rows),
            open_now=open_now,
            waiting_now=waiting_now,
            late_now=late_now,
            first=tuple(timedelta(seconds=row.ended - row.began) for row in answered),
            by_language=_by_language(rows, end),
            ratings=rated,
        )

    # ── marks ───────────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def mark(self, name: str) -> datetime | None:
        """When this was done last ("digest"); None before the first time."""
        async with self._engine.connect() as connection:
            query = select(marks.c.at).where(marks.c.name == name)
            found = (await connection.execute(query)).scalar()
        return None if found is None else moment(found)

    @to_its_end
    async def set_mark(self, name: str, at: datetime) -> None:
        """It was done then."""
        put = self._upsert(marks)
        put = put.on_conflict_do_update(index_elements=["name"], set_={"at": put.excluded.at})
        async with self._transaction() as connection:
            await connection.execute(put, {"name": name, "at": at.timestamp()})

    # ── for the other parts of the store, in their transactions ─────────────────────────────────

    async def _settle(
        self, connection: AsyncConnection, before: Case, after: Case, at: float, how: str = ENDED
    ) -> None:
        """The next version of a case whose row is locked, and its wait with it: `waiting` says
        whether there is one. `how`: what ended the one before. Owes the card what is new on it."""
        if after.waiting != before.waiting:
            if before.waiting is not None:
                await self._end_wait(connection, before.number, at, how)
            if after.waiting is not None:
                await self._begin_wait(connection, after)
        await self._put_case(connection, after)
        if before.closed is not None and after.closed is None:
            placed = select(topics.c.number).where(topics.c.number == after.number)
            if (await connection.execute(placed)).first() is None:
                await self._owe_again(connection, [after.number])
        if after.state != WITHDRAWN and _shown(before) != _shown(after):
            await self._owe_card(connection, after.number, at)

    async def _begin_wait(
        self, connection: AsyncConnection, waits_now: Case, *, first: bool = False
    ) -> None:
        """Since `waiting`, until `due`."""
        if waits_now.waiting is None:
            return
        row = {
            "number": waits_now.number,
            "language": counted_as(waits_now.language),
            "first": first,
            "began": waits_now.waiting.timestamp(),
            "due": waits_now.due.timestamp(),
            "stage": 0,
        }
        await connection.execute(insert(waits), row)

    async def _end_wait(
        self, connection: AsyncConnection, number: str, at: float, how: str
    ) -> None:
        """Nobody is to be reminded any more, and the person not told that it is late."""
        open_wait = waits.c.number == number, waits.c.ended.is_(None)
        await connection.execute(update(waits).where(*open_wait).values(ended=at, how=how))
        await self._drop(connection, number, CLOCK, LATE)

    async def _purge_waits(self, connection: AsyncConnection, before: float) -> None:
        await connection.execute(delete(waits).where(waits.c.began < before))
        await connection.execute(delete(ratings).where(ratings.c.at < before))


def counted_as(language: str) -> str:
    """The code by which a language is counted; "" for what is none, for it stands in the clear."""
    return language.replace("-", "_") if _CODE.fullmatch(language) else ""


def _shown(one: Case) -> tuple[object, ...]:
    """What the card says of where a case is."""
    return one.state, one.due, one.waiting, one.claim, one.muted, one.reason, one.away


def _by_language(rows: Sequence[Found], now: float) -> Mapping[str, tuple[int, int, int]]:
    """Late is also who was never answered, whatever became of the case after its time."""
    found: dict[str, _Share] = {}
    for row in rows:
        share = found.setdefault(row.language, _Share())
        share.cases += 1
        late = (now if row.ended is None else row.ended) > row.due
        share.late += late
        share.in_time += not late and row.how in _ANSWERS
    return {code: (one.cases, one.in_time, one.late) for code, one in found.items()}
