"""The bot's database in a storm, SQLite's file or PostgreSQL, and what goes wrong with it."""

import asyncio
import resource
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from random import Random

import psutil
from sqlalchemy import func, select, text

from bot.storage.database import NO_ANSWER, connect
from bot.storage.tables import metadata, owed
from tests.conftest import empty

_CUT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)

Fault = Callable[[], Awaitable[None]]


class Database:
    """`url`: as the bot is given it. `pid`: which process the bot is now."""

    def __init__(self, url: str, chance: Random, pid: Callable[[], int | None]) -> None:
        self._engine = connect(url)
        self._chance = chance
        self._pid = pid
        self.faults: dict[str, Fault] = {
            "database locked": lambda: self._lock(0.5, 3),
            "database slow": self._crawl,
        }
        if self._engine.dialect.name == "postgresql":
            self.faults["database cut off"] = self._cut
        elif hasattr(resource, "prlimit"):
            # Only Linux can take a disk away from a running process.
            self.faults["disk full"] = self._fill

    async def begin(self) -> None:
        """Nothing of an earlier storm is left in it."""
        await empty(self._engine)

    async def end(self) -> None:
        await empty(self._engine)
        await self._engine.dispose()

    async def owes(self) -> int:
        """How many things are owed to the staff and to patients."""
        waits = select(func.count()).where(owed.c.state.in_(("queued", "sending")))
        async with self._engine.connect() as connection:
            return int(await connection.scalar(waits) or 0)

    # ── what goes wrong ──

    async def _lock(self, least: float, most: float) -> None:
        """Somebody else keeps everything to themselves for a while; unless a third one does."""
        seconds = self._chance.uniform(least, most)
        if self._engine.dialect.name == "sqlite":
            await self._lock_file(seconds)
            return
        tables = ", ".join(sorted(metadata.tables))
        try:
            async with self._engine.connect() as other:
                await other.execute(text(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))
                await asyncio.sleep(seconds)
                await other.rollback()
        except NO_ANSWER:
            pass  # another fault hit this one, or the tables are not there yet

    async def _lock_file(self, seconds: float) -> None:
        path = self._engine.url.database
        assert path is not None
        with closing(sqlite3.connect(path, check_same_thread=False)) as other:
            try:
                await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return
            await asyncio.sleep(seconds)

    async def _crawl(self) -> None:
        """The lock is rarely free, for two seconds."""
        for _ in range(12):
            await self._lock(0.1, 0.2)
            await asyncio.sleep(0.02)

    async def _cut(self) -> None:
        """An administrator ends every connection."""
        try:
            async with self._engine.connect() as other:
                await other.execute(_CUT)
        except NO_ANSWER:
            pass  # its own was one of those that another fault cut

    async def _fill(self) -> None:
        """The process may write no byte into any file: for SQLite, that is a disk that fails."""
        pid = self._pid()
        if pid is None:
            return
        try:
            process = psutil.Process(pid)
            _, most = process.rlimit(psutil.RLIMIT_FSIZE)
            process.rlimit(psutil.RLIMIT_FSIZE, (0, most))
            await asyncio.sleep(self._chance.uniform(0.5, 3))
            process.rlimit(psutil.RLIMIT_FSIZE, (most, most))
        except psutil.NoSuchProcess:
            pass  # it was killed meanwhile
