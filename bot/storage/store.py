"""What is kept, and for how long: the inbox of updates, and what people chose.

The inbox: an update is confirmed to Telegram only after `take` returned, and its words are gone
when its turn has ended. One writer gathers what happens at the same moment into one transaction
(group commit), so that a busy bot pays for the disk once and not once a tap.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.dialogue.event import NOBODY, Person
from bot.storage.crypto import Cipher
from bot.storage.database import NO_ANSWER
from bot.storage.tables import inbox, persons

log = logging.getLogger(__name__)

KEEP_SEEN = 2 * 24 * 3600.0
"""Seconds for which a handled update's number is kept. Telegram repeats none after 24 hours."""

KEEP_UNREADABLE = 7 * 24 * 3600.0
"""Seconds for which an update that could not be read is kept (encrypted) for whoever looks."""

CLOSING_SECONDS = 2.0
"""How long a closing store waits for a database that does not answer."""

P = ParamSpec("P")
T = TypeVar("T")

Raw = Mapping[str, Any]
"""An update as Telegram sent it: parsed JSON."""


def _to_its_end(
    method: Callable[Concatenate["Store", P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate["Store", P], Coroutine[Any, Any, T]]:
    """The method, which goes on to its end when who asked for it is cancelled.

    A transaction cut off in the middle would keep SQLite locked, for aiosqlite then leaves its
    connection open (omnilib/aiosqlite #259).
    """

    @wraps(method)
    async def asked(self: "Store", /, *args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.create_task(method(self, *args, **kwargs))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    return asked


class Store:
    """All reading and writing. `engine` is already migrated.

    Every method that asks the database raises one of database.NO_ANSWER when it does not answer.
    """

    def __init__(self, engine: AsyncEngine, cipher: Cipher) -> None:
        self._engine = engine
        self._cipher = cipher
        insert = postgresql_insert if engine.dialect.name == "postgresql" else sqlite_insert
        self._take = (
            insert(inbox)
            .on_conflict_do_nothing(index_elements=["update_id"])
            .returning(inbox.c.update_id)
        )
        remember = insert(persons)
        self._remember = remember.on_conflict_do_update(
            index_elements=["chat_id"], set_={"memory": remember.excluded.memory}
        )
        self._ended: list[int] = []
        self._flushing: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    # ── the inbox ───────────────────────────────────────────────────────────────────────────────

    @_to_its_end
    async def take(self, updates: Sequence[Raw], now: float) -> list[Raw]:
        """Stores updates in one transaction; returns those not seen before, in order.

        When it raises, they are not stored: confirm none of them.
        """
        first = {raw["update_id"]: raw for raw in reversed(updates)}
        rows = [
            {"update_id": number, "body": self._seal(raw), "received": now}
            for number, raw in sorted(first.items())
        ]
        if not rows:
            return []
        async with self._engine.begin() as connection:
            fresh = set((await connection.execute(self._take, rows)).scalars())
        return [raw for number, raw in sorted(first.items()) if number in fresh]

    @_to_its_end
    async def waiting(self) -> list[Raw]:
        """The updates whose turn never ended, in Telegram's order: a restart begins with these.

        Raises WrongKey.
        """
        query = (
            select(inbox.c.body)
            .where(inbox.c.outcome.is_(None), inbox.c.body.is_not(None))
            .order_by(inbox.c.update_id)
        )
        async with self._engine.connect() as connection:
            return [
                json.loads(self._cipher.open(row[0])) for row in await connection.execute(query)
            ]

    def ended(self, update_id: int) -> None:
        """The turn has ended: the body goes with the next group commit.

        Lost in a crash before that, the turn is taken again, which shows the same screen again.
        """
        self._ended.append(update_id)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush_soon())

    async def _flush_soon(self) -> None:
        pause = 0.05  # gather what ends in the same moment
        while self._ended:
            await asyncio.sleep(pause)
            try:
                await self.flush()
            except NO_ANSWER:
                log.error("ended turns cannot be written; trying again")
                pause = min(pause * 2, 10.0)

    @_to_its_end
    async def flush(self) -> None:
        """Writes what has ended. When it raises, it forgets none of it."""
        numbers, self._ended = self._ended, []
        if not numbers:
            return
        try:
            async with self._engine.begin() as connection:
                await connection.execute(
                    update(inbox)
                    .where(inbox.c.update_id.in_(numbers))
                    .values(body=None, outcome="done")
                )
        except BaseException:
            self._ended += numbers
            raise

    @_to_its_end
    async def set_aside(self, update_id: int) -> None:
        """This update cannot be read: kept for a week, never tried again."""
        async with self._engine.begin() as connection:
            await connection.execute(
                update(inbox).where(inbox.c.update_id == update_id).values(outcome="unreadable")
            )

    @_to_its_end
    async def tidy(self, now: float) -> None:
        """Deletes the numbers of old updates, and unreadable ones after a week."""
        async with self._engine.begin() as connection:
            await connection.execute(
                delete(inbox).where(inbox.c.outcome == "done", inbox.c.received < now - KEEP_SEEN)
            )
            await connection.execute(
                delete(inbox).where(
                    inbox.c.outcome == "unreadable", inbox.c.received < now - KEEP_UNREADABLE
                )
            )

    # ── people ──────────────────────────────────────────────────────────────────────────────────

    @_to_its_end
    async def person(self, chat_id: int) -> Person:
        """What is remembered of the person in this private chat. Raises WrongKey."""
        query = select(persons.c.memory).where(persons.c.chat_id == chat_id)
        async with self._engine.connect() as connection:
            sealed = (await connection.execute(query)).scalar()
        if sealed is None:
            return NOBODY
        memory = json.loads(self._cipher.open(sealed))
        return Person(memory.get("language"), memory.get("country"))

    @_to_its_end
    async def remember(self, chat_id: int, person: Person) -> None:
        """Stores what a person chose; remembering nobody deletes the row."""
        async with self._engine.begin() as connection:
            if person == NOBODY:
                await connection.execute(delete(persons).where(persons.c.chat_id == chat_id))
                return
            memory = {"language": person.language, "country": person.country}
            sealed = self._cipher.seal(json.dumps(memory).encode())
            await connection.execute(self._remember, {"chat_id": chat_id, "memory": sealed})

    async def close(self) -> None:
        """Writes what has ended and closes the connections."""
        if self._flushing is not None:
            self._flushing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._flushing
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await asyncio.gather(*self._under_way, return_exceptions=True)
                await self.flush()
        except NO_ANSWER:
            log.error("ended turns could not be written; the next start shows their screens again")
        await self._engine.dispose()

    def _seal(self, raw: Raw) -> bytes:
        return self._cipher.seal(
            json.dumps(raw, ensure_ascii=False).encode("utf-8", "surrogatepass")
        )
