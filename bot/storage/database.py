"""The database: an engine for SQLite or PostgreSQL, and bringing it up to date under a lock."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

NO_ANSWER = (SQLAlchemyError, OSError)
"""What a database that is away, locked, full or too slow is known by. The network's own errors
(refused, timed out) come out of asyncpg as they are, and SQLAlchemy lets them through."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x43415221
"""Any number, as long as every release uses the same one for pg_advisory_lock."""


def async_url(url: str) -> str:
    """`sqlite:///path`, `postgres://` or `postgresql://` with the driver that we use.

    Raises ValueError in plain words for anything else.
    """
    parsed = make_url(url)
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgres": "postgresql+asyncpg",
        "postgresql": "postgresql+asyncpg",
    }
    driver = drivers.get(
        parsed.get_backend_name() if "+" in parsed.drivername else parsed.drivername
    )
    if driver is None:
        raise ValueError("must start with sqlite:/// or postgresql://")
    if "sslmode" in parsed.query and driver.endswith("asyncpg"):
        # libpq's name for it, as hosters write it; asyncpg takes the same words as `ssl`.
        mode = parsed.query["sslmode"]
        parsed = parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
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
            # up, a quarter of an hour later.
            connect_args={"timeout": 10, "command_timeout": 60},
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(full, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def tune(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        # WAL: readers never wait for the writer. FULL: a commit survives a power cut, because
        # an update counts as received from the moment it is stored. secure_delete: what was
        # deleted is overwritten, not only unlinked.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=10000",
            "secure_delete=ON",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def revisions() -> list[str]:
    """Every revision of the schema that this release knows, oldest first."""
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
    """Brings the schema to this release. Of several instances starting at once, one does it."""
    if engine.dialect.name == "sqlite":
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade_sqlite)
    else:
        async with engine.connect() as connection:
            await connection.execute(
                text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK}
            )
            try:
                await connection.run_sync(_upgrade)
                await connection.commit()
            finally:
                await connection.rollback()
                await connection.execute(
                    text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK}
                )
                await connection.commit()


def _upgrade_sqlite(connection: Connection) -> None:
    # BEGIN IMMEDIATE takes SQLite's write lock before anything is read, so that a second
    # instance waits (busy_timeout) and then finds the work done.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    _upgrade(connection)
    connection.commit()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
