"""The database: an engine for SQLite or PostgreSQL, and bringing it up to date under a lock."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random

NO_ANSWER = (SQLAlchemyError, OSError)
"""What a database that is away, locked, full or too slow is known by. The network's own errors
(refused, timed out) come out of asyncpg as they are, and SQLAlchemy lets them through."""

_MIGRATION_LOCK = 0x43415221
"""Any number, as long as every release uses the same one for pg_advisory_lock."""
_PATIENCE = 10.0
"""Seconds for which a start waits for a SQLite file that others keep locked."""


class WrongUrl(ValueError):  # noqa: N818 - it reads as the operator will say it
    """DATABASE_URL cannot be used; the text says why, without repeating any of its values."""


class NewerDatabase(Exception):  # noqa: N818 - it reads as the operator will say it
    """The database was brought up to date by a release that this one does not know."""


_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
_KEPT = {"host", "password", "port", "ssl", "target_session_attrs", "user"}
"""Options of a PostgreSQL address that asyncpg takes."""
_NOT_NEEDED = {
    "application_name",
    "channel_binding",
    "connect_timeout",
    "gssencmode",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "sslnegotiation",
}
"""Options that hosters write for libpq, and that change nothing here."""


def async_url(url: str) -> str:
    """`sqlite:///path`, `postgres://` or `postgresql://` with the driver that we use.

    Raises WrongUrl in plain words for anything else.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name() if "+" in parsed.drivername else parsed.drivername
    except (ValueError, SQLAlchemyError):
        backend = ""
    driver = _DRIVERS.get(backend)
    if driver is None:
        raise WrongUrl("must start with sqlite:/// or postgresql://.")
    if driver.endswith("asyncpg"):
        query = {name: value for name, value in parsed.query.items() if name not in _NOT_NEEDED}
        if "sslmode" in query:
            query["ssl"] = query.pop("sslmode")  # libpq's name; asyncpg takes the same words
        if not query.keys() <= _KEPT:
            raise WrongUrl("has an option behind the ? that is not known. Leave it out.")
        parsed = parsed.set(query=query)
    return parsed.set(drivername=driver).render_as_string(hide_password=False)


def connect(url: str) -> AsyncEngine:
    """An engine for DATABASE_URL; a SQLite file's folder is made if it is missing."""
    full = async_url(url)
    parsed = make_url(full)
    if parsed.get_backend_name() != "sqlite":
        return create_async_engine(
            full,
            pool_size=4,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
            # Without a limit, a server that vanished without a word is waited for until TCP gives
            # up, a quarter of an hour later; what we ask takes milliseconds.
            connect_args={"timeout": 10, "command_timeout": 15},
        )
    pool: dict[str, Any] = {}
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # Each connection is a thread with a cache of its own; one writes at a time anyway, and
        # what is read is read in no time.
        pool = {"pool_size": 3, "max_overflow": 0}
    # Python keeps 128 prepared statements for each connection, each with the memory that it once
    # needed. With 16, twenty thousand taps make a bot of 120 MB 5 MB larger instead of 11 MB.
    engine = create_async_engine(
        full, hide_parameters=True, connect_args={"cached_statements": 16}, **pool
    )

    @event.listens_for(engine.sync_engine, "connect")
    def tune(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        # WAL: readers never wait for the writer. FULL: a commit survives a power cut, because
        # an update counts as received from the moment it is stored. secure_delete: what was
        # deleted is overwritten, not only unlinked. busy_timeout: whoever asks asks again, and a
        # statement that waits for a lock holds up the end of the process. cache_size: 512 KiB a
        # connection rather than 2 MB; the kernel holds the file anyway.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=2000",
            "secure_delete=ON",
            "foreign_keys=ON",
            "cache_size=-512",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def revisions() -> list[str]:
    """Every revision of the schema that this release knows, oldest first.

    Alembic would tell the same; the names of the files begin with it, and a test compares.
    """
    files = (Path(__file__).parent / "migrations" / "versions").glob("*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def revision(connection: Connection) -> str | None:
    """The revision that a database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the schema is this release's: neither older, nor newer, nor missing."""
    async with engine.connect() as connection:
        return await connection.run_sync(revision) == revisions()[-1]


async def migrate(engine: AsyncEngine) -> None:
    """Brings the schema to this release. Of several instances starting at once, one does it.

    Raises NewerDatabase.
    """
    # Who turns WAL on at the same moment as another is refused at once, whatever busy_timeout says.
    async for attempt in AsyncRetrying(
        retry=retry_if_exception(_locked),
        wait=wait_random(0.05, 0.2),
        stop=stop_after_delay(_PATIENCE),
        reraise=True,
    ):
        with attempt:
            await _migrate(engine)


def _locked(error: BaseException) -> bool:
    """Whether somebody else has SQLite's file for themselves just now."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    # The low byte is the kind of an error (sqlite.org/rescode.html).
    return isinstance(code, int) and code & 0xFF == sqlite3.SQLITE_BUSY


async def _migrate(engine: AsyncEngine) -> None:
    sqlite = engine.dialect.name == "sqlite"
    async with engine.connect() as connection:
        if sqlite:  # a file that cannot be written is told now, not when a person has tapped
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        found, known = await connection.run_sync(revision), revisions()
    if found == known[-1]:
        return
    if found is not None and found not in known:
        raise NewerDatabase
    # Nearly every start has returned by now, without Alembic's hundred modules.
    from bot.storage.upgrade import upgrade  # noqa: PLC0415

    async with engine.connect() as connection:
        if sqlite:
            # The write lock is taken before anything is read, so that a second instance waits
            # (busy_timeout) and then finds the work done.
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
            await connection.run_sync(upgrade)
            await connection.commit()
            return
        await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        try:
            await connection.run_sync(upgrade)
            await connection.commit()
        finally:
            await connection.rollback()
            await connection.execute(
                text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK}
            )
            await connection.commit()
