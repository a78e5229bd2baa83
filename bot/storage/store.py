"""The store: one object for all that is kept, and its inbox of updates.

The inbox: an update is confirmed to Telegram only after `take` returned, and its words are gone
when its turn has ended.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Now, utc_now
from bot.health import Part
from bot.storage.asking import to_its_end
from bot.storage.crypto import Cipher, WrongKey
from bot.storage.database import NO_ANSWER
from bot.storage.retention import Retention
from bot.storage.tables import inbox, moved_groups
from bot.storage.turns import COMMITTED

log = logging.getLogger(__name__)

KEEP_SEEN = 2 * 24 * 3600.0
"""Seconds for which a handled update's number is kept. Telegram repeats none after 24 hours."""

KEEP_UNREADABLE = 7 * 24 * 3600.0
"""Seconds for which an update that could not be read is kept (encrypted) for whoever looks."""

GATHER_SECONDS = 0.05
"""How long an ended turn waits for others to be written with, when nothing else is written."""

CLOSING_SECONDS = 1.0
"""How long a closing store waits for a database that does not answer."""

Raw = Mapping[str, Any]
"""An update as Telegram sent it: parsed JSON."""


@dataclass(frozen=True, slots=True)
class _Taking:
    """Somebody waits for these rows to be stored; `done`: which of them are theirs to begin."""

    rows: list[dict[str, Any]]
    done: asyncio.Future[set[int]]


class Store(Retention):
    """All reading and writing. `engine` is already migrated. This file is the inbox; each
    file that it is built on adds one noun: asking.py, owed.py, links.py, cases.py, clock.py,
    outbox.py, people.py, conversation.py, turns.py, desk.py, retention.py.

    Every method that asks the database raises one of database.NO_ANSWER when it does not answer.
    """

    def __init__(self, engine: AsyncEngine, cipher: Cipher, health: Part) -> None:
        super().__init__(engine, cipher, health)
        self._take = (
            self._upsert(inbox)
            .on_conflict_do_nothing(index_elements=["update_id"])
            .returning(inbox.c.update_id)
        )
        # Not a list: the drivers keep a prepared statement for each length they have seen.
        one = inbox.c.update_id == bindparam("number")
        self._end = update(inbox).where(one).values(body=None, outcome="done")
        these = inbox.c.update_id.in_(bindparam("numbers", expanding=True))
        self._unended = select(inbox.c.update_id).where(these, _waiting())
        self.untidy = asyncio.Event()
        """Set when something may have become old all at once."""
        self._taking: list[_Taking] = []
        self._ended: list[int] = []
        self._unwritten: dict[int, int] = {}
        """Lane -> the last turn that ended there, as long as that is not written."""
        self._open: set[int] = set()
        """Updates handed out to be seen through, and not written as ended yet."""
        self._committed: set[int] = set()
        self._writing: asyncio.Task[None] | None = None
        self._soon: asyncio.TimerHandle | None = None
        self._pause = GATHER_SECONDS

    # ── the inbox ───────────────────────────────────────────────────────────────────────────────

    async def take(self, updates: Sequence[Raw], now: float) -> list[Raw]:
        """Stores updates; returns those that are to be seen through now, in order.

        What is taken at the same moment, and what has ended until then, shares a transaction.
        When this raises, the updates may not be stored: confirm none of them.
        """
        first = {raw["update_id"]: raw for raw in reversed(updates)}
        numbers = sorted(first)
        rows = [
            {"update_id": number, "body": self._seal(first[number]), "received": now}
            for number in numbers
        ]
        if not rows:
            return []
        taking = _Taking(rows, asyncio.get_running_loop().create_future())
        self._taking.append(taking)
        self._write_now()
        fresh = await taking.done
        return [first[number] for number in numbers if number in fresh]

    def ended(self, update_id: int, lane: int | None = None) -> None:
        """The turn has ended: the body goes with the next transaction.

        Lost in a crash before that, the turn is taken again, which shows the same screen again.
        `lane`: whose turn it was, for `owes`.
        """
        self._ended.append(update_id)
        if lane is not None:
            self._unwritten[lane] = update_id
        if self._writing is None and self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(self._pause, self._write_now)

    def owes(self, lane: int) -> bool:
        """Whether the last turn that ended in this lane is not written yet."""
        return lane in self._unwritten

    async def settle(self) -> None:
        """Returns when every turn that has ended until now is written."""
        nothing = _Taking([], asyncio.get_running_loop().create_future())
        self._taking.append(nothing)
        self._write_now()
        await nothing.done

    def _write_now(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """The one writer of the inbox: everything that is owed, in one transaction after another.

        Group commit: a busy bot pays for the disk once and not once a tap.
        """
        try:
            while True:
                try:
                    await self.flush()
                except Exception as error:  # whoever waits for it was told
                    self._pause = min(self._pause * 2, 10.0)
                    log.error("the inbox was not written (%s)", type(error).__name__)
                else:
                    self._pause = GATHER_SECONDS
                if not self._taking:
                    return
        finally:
            self._writing = None
            if self._ended:
                self._soon = asyncio.get_running_loop().call_later(self._pause, self._write_now)

    async def flush(self) -> None:
        """Writes what was taken and what has ended. When it raises, whoever waits is told so,
        and what has ended is kept for the next time."""
        taking, self._taking = self._taking, []
        ended, self._ended = self._ended, []
        rows = {row["update_id"]: row for one in reversed(taking) for row in one.rows}
        try:
            fresh = await self._commit(list(rows.values()), ended)
        except BaseException as error:
            self._ended += ended
            for one in taking:
                if not one.done.done():
                    one.done.set_exception(error)
            raise
        self._open.difference_update(ended)
        self._committed.difference_update(ended)
        self._open |= fresh
        written = set(ended)
        self._unwritten = {
            lane: last for lane, last in self._unwritten.items() if last not in written
        }
        for one in taking:
            own = {row["update_id"] for row in one.rows} & fresh
            fresh -= own  # of two that brought the same update, the first sees it through
            if not one.done.done():
                one.done.set_result(own)

    @to_its_end
    async def _commit(self, rows: list[dict[str, Any]], ended: list[int]) -> set[int]:
        """One transaction; the numbers of the rows that nobody sees through yet."""
        if not rows and not ended:
            return set()
        async with self._transaction() as connection:
            if ended:
                await connection.execute(self._end, [{"number": number} for number in ended])
            if not rows:
                return set()
            rows.sort(key=lambda row: int(row["update_id"]))
            fresh = set((await connection.execute(self._take, rows)).scalars())
            others = [row["update_id"] for row in rows if row["update_id"] not in fresh]
            if others:
                # Known already. But when an earlier answer of the database was lost on its way,
                # the row is there and nobody has begun with it.
                begun = self._open
                found = await connection.execute(self._unended, {"numbers": others})
                fresh |= {number for number in found.scalars() if number not in begun}
            return fresh

    @to_its_end
    async def waiting(self) -> list[Raw]:
        """The updates whose turn never ended, in Telegram's order: a restart begins with these.

        `committed` tells of which of them the changes are stored. What was sealed with a key that
        is not configured any more stays where it is.
        """
        query = (
            select(inbox.c.update_id, inbox.c.body, inbox.c.outcome)
            .where(_waiting(), inbox.c.body.is_not(None))
            .order_by(inbox.c.update_id)
        )
        found: list[Raw] = []
        sealed = 0
        async with self._engine.connect() as connection:
            for number, body, outcome in await connection.execute(query):
                try:
                    found.append(json.loads(self._cipher.open(body)))
                except WrongKey:
                    sealed += 1
                else:
                    self._open.add(number)
                    if outcome == COMMITTED:
                        self._committed.add(number)
        if sealed:
            log.error(
                "%d waiting updates were sealed with a key that is not in ENCRYPTION_KEYS; "
                "add it and start again",
                sealed,
            )
        return found

    def committed(self, update_id: int) -> bool:
        """Of an update among those `waiting`: an earlier run stored what its turn changed, and
        may not have shown it. It is not to be decided again: show where the person stands."""
        return update_id in self._committed

    @to_its_end
    async def set_aside(self, update_id: int) -> None:
        """This update cannot be read: kept for a week, never tried again."""
        async with self._transaction() as connection:
            await connection.execute(
                update(inbox).where(inbox.c.update_id == update_id).values(outcome="unreadable")
            )
        self._open.discard(update_id)
        self._committed.discard(update_id)

    @to_its_end
    async def tidy(self, now: float) -> None:
        """Deletes the numbers of old updates, and unreadable ones after a week."""
        async with self._transaction() as connection:
            await connection.execute(
                delete(inbox).where(inbox.c.outcome == "done", inbox.c.received < now - KEEP_SEEN)
            )
            await connection.execute(
                delete(inbox).where(
                    inbox.c.outcome == "unreadable", inbox.c.received < now - KEEP_UNREADABLE
                )
            )

    async def keep_tidy(self, now: Now = utc_now) -> None:
        """Goes on until it is cancelled: forgets old update numbers, and what was kept for long
        enough, now and once an hour, and when it is `untidy`."""
        while True:
            pause = 3600.0
            self.untidy.clear()
            try:
                await self.tidy(now().timestamp())
                await self.purge(now())
                await self.remind(now())
                await self.leave_no_trace()
            except (*NO_ANSWER, WrongKey) as error:
                # Soon: in a quiet night nobody else would notice that the database is back.
                pause = 60.0
                kind = type(error).__name__
                log.error("what is old could not be deleted (%s); trying again in a minute", kind)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.untidy.wait()

    # ── groups ──────────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def group_moved(self, old: int, new: int) -> None:
        """A group of ours goes on under another id; its open cases are owed their cards there."""
        async with self._transaction() as connection:
            await connection.execute(delete(moved_groups).where(moved_groups.c.old_id == old))
            await connection.execute(insert(moved_groups).values(old_id=old, new_id=new))
            await self._group_moved(connection, old)
        self.owing.set()

    @to_its_end
    async def moved(self) -> dict[int, int]:
        """Old id -> new id of groups that became supergroups."""
        query = select(moved_groups.c.old_id, moved_groups.c.new_id)
        async with self._engine.connect() as connection:
            found = (await connection.execute(query)).all()
        return {row.old_id: row.new_id for row in found}

    async def close(self) -> None:
        """Writes what has ended and closes the connections."""
        if self._soon is not None:
            self._soon.cancel()
        under_way = {*self._under_way, *([self._writing] if self._writing else [])}
        if under_way:
            await asyncio.wait(under_way, timeout=CLOSING_SECONDS)
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self.flush()
        except NO_ANSWER:
            log.error("ended turns could not be written; the next start shows their screens again")
        if self._soon is not None:
            self._soon.cancel()
        if self._under_way:
            # A connection that is in use cannot be closed; SQLite waits 2 s for a lock.
            await asyncio.wait(set(self._under_way), timeout=2.5 * CLOSING_SECONDS)
        await self._engine.dispose()

    def _seal(self, raw: Raw) -> bytes:
        return self._cipher.seal(
            json.dumps(raw, ensure_ascii=False).encode("utf-8", "surrogatepass")
        )


def _waiting() -> ColumnElement[bool]:
    """Its turn has not ended, whether what it changed is stored or not."""
    return or_(inbox.c.outcome.is_(None), inbox.c.outcome == COMMITTED)
