"""Asking the database: what every part of the store needs to read, write, seal and name people."""

import asyncio
import hashlib
import hmac
import secrets as chance
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Row, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.health import Part
from bot.storage.crypto import Cipher, WrongPlace
from bot.storage.database import NO_ANSWER
from bot.storage.tables import audit, secrets

A = TypeVar("A", bound="Asking")
P = ParamSpec("P")
T = TypeVar("T")

BOT = "bot"
"""Who did what nobody asked for, in the audit trail."""


Found = Row[*tuple[Any, ...]]
"""A row of whatever columns were asked for."""


_SHAPES: dict[Any, TypeAdapter[Any]] = {}


def _shape(kind: Any) -> TypeAdapter[Any]:
    if kind not in _SHAPES:
        _SHAPES[kind] = TypeAdapter(kind)
    return _SHAPES[kind]


def moment(seconds: float) -> datetime:
    """A column's moment (seconds since 1970) as Talk knows it: UTC, aware."""
    return datetime.fromtimestamp(seconds, UTC)


def to_its_end(
    method: Callable[Concatenate[A, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[A, P], Coroutine[Any, Any, T]]:
    """The method, which goes on to its end when who asked for it is cancelled.

    A transaction cut off in the middle would keep SQLite locked, for aiosqlite then leaves its
    connection open (omnilib/aiosqlite #259).
    """

    @wraps(method)
    async def asked(self: A, /, *args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.create_task(method(self, *args, **kwargs))
        self._under_way.add(task)
        task.add_done_callback(self._over)
        try:
            found = await asyncio.shield(task)
        except NO_ANSWER as error:
            self._health.fails(f"the database does not answer ({type(error).__name__})")
            raise
        self._health.works()
        return found

    return asked


class Asking:
    """The engine (already migrated), the keys, and what is needed to use both."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher, health: Part) -> None:
        self._engine = engine
        self._cipher = cipher
        self._health = health
        self._under_way: set[asyncio.Task[Any]] = set()
        self._sqlite = engine.dialect.name == "sqlite"
        # SQLite lets one write, and whoever else wants to asks again and again, in no order, for
        # two seconds at most (busy_timeout). Among ourselves we stand in line.
        self._one_writes: AbstractAsyncContextManager[object] = (
            asyncio.Lock() if self._sqlite else nullcontext()
        )
        self._salt: bytes | None = None
        self._traces = False
        """Something was deleted that SQLite's journal may still hold."""

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # who asked may be gone: then it is nobody's, and no fault either

    def _upsert(self, table: Table) -> Any:
        """An INSERT that knows ON CONFLICT, of which both databases mean the same; of the two
        dialects one is loaded."""
        if self._sqlite:
            from sqlalchemy.dialects.sqlite import insert as sqlite  # noqa: PLC0415

            return sqlite(table)
        from sqlalchemy.dialects.postgresql import insert as postgresql  # noqa: PLC0415

        return postgresql(table)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which what was read stays true until it is written."""
        async with self._one_writes, self._engine.begin() as connection:
            if self._sqlite:
                # The driver begins nothing before the first write. IMMEDIATE waits for the write
                # lock now (busy_timeout); taken only after a read it would not be waited for.
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def _sealed(self, place: str, value: object) -> bytes:
        """A dataclass, sealed for the row at `place`. A field that is added to it is stored too."""
        plain = _shape(type(value)).dump_python(value, mode="json", warnings=False)
        return self._cipher.seal_in(place, plain)

    def _opened(self, kind: type[T], place: str, sealed: bytes) -> T:
        """What was sealed for the row at `place`. Raises WrongKey, WrongPlace."""
        plain = self._cipher.open_in(place, sealed)
        try:
            found: T = _shape(kind).validate_python(plain)
        except ValidationError:  # its words hold what a person told
            raise WrongPlace("a stored value is not of a shape that this release knows") from None
        return found

    async def _ready(self) -> None:
        """Makes or reads the salt of pseudonyms, once. Raises WrongKey.

        In a transaction of its own: what another one rolls back must not be used. It is not
        derived from a key, for keys change and a pseudonym must not.
        """
        if self._salt is not None:
            return
        fresh = self._cipher.seal_in("secrets/salt", chance.token_hex(32))
        async with self._transaction() as connection:
            await connection.execute(
                self._upsert(secrets).on_conflict_do_nothing(), {"name": "salt", "body": fresh}
            )
        query = select(secrets.c.body).where(secrets.c.name == "salt")
        async with self._engine.connect() as connection:
            sealed = (await connection.execute(query)).scalar_one()
        self._salt = bytes.fromhex(self._cipher.open_in("secrets/salt", sealed))

    def _pseudonym(self, who: int) -> str:
        """A person or member of staff, by Telegram's number, as consents and audit name them:
        HMAC-SHA-256 under the salt, so that nobody without the keys can tell whose it is."""
        if self._salt is None:
            raise RuntimeError("the salt of pseudonyms was not read")
        return hmac.new(self._salt, str(who).encode(), hashlib.sha256).hexdigest()

    async def _audit(
        self,
        connection: AsyncConnection,
        at: float,
        who: str,
        what: str,
        number: str | None = None,
        result: str = "done",
    ) -> None:
        row = {"at": at, "who": who, "what": what, "number": number, "result": result}
        await connection.execute(insert(audit), row)

    @to_its_end
    async def leave_no_trace(self) -> None:
        """Takes what was deleted out of SQLite's journal, which else keeps old pages until it is
        used again; the file's own are overwritten at once (secure_delete). Where somebody reads
        at this moment, the next time does it. Nothing to do for PostgreSQL."""
        if not self._sqlite or not self._traces:
            return
        async with self._engine.connect() as connection:
            patience = (await connection.exec_driver_sql("PRAGMA busy_timeout")).scalar()
            # A reader is not waited for: meanwhile nobody else could write.
            await connection.exec_driver_sql("PRAGMA busy_timeout=0")
            try:
                busy = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                self._traces = bool(busy.scalar())
            finally:
                await connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
