"""In what condition the storage is: can it be read and written, is it this release's, do the keys
fit. Looking changes nothing: what is written to see whether it can be is rolled back.
"""

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, LargeBinary, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.crypto import Cipher, WrongKey
from bot.storage.database import async_url, connect, revision, revisions
from bot.storage.tables import inbox, metadata, moved_groups

SAMPLE = 1000
"""Of each kind of what is stored, how many (those with the highest numbers, which are the newest
updates) are opened."""

Schema = Literal["empty", "older", "current", "unknown"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database lies, as far as can be said without asking it."""

    kind: Literal["file", "server", "memory"]
    name: str
    """The absolute path of a file; the name and the host of a database on a server."""
    exists: bool = True
    writable: bool = True
    """False when the folder of a file is not there and cannot be made, or cannot be written."""
    free: int | None = None
    """Bytes free on the disk of a file."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found in a database that answers."""

    schema: Schema
    """`unknown`: of a release that is not this one or an older one."""
    unwritable: str | None = None
    """None when it can be written; else the code that `code` says."""
    stored: int = 0
    """Sealed values that were looked at."""
    shut: dict[str, int] = field(default_factory=dict)
    """Table -> how many of them no key opens."""
    moved: dict[int, int] = field(default_factory=dict)
    """Staff group in the settings -> the supergroup that the bot saw it become."""


def place(url: str) -> Place:
    """Of DATABASE_URL. Raises OSError when its disk cannot be asked."""
    parsed = make_url(async_url(url))
    if parsed.get_backend_name() != "sqlite":
        return Place("server", f"“{parsed.database}” on {parsed.host or 'this machine'}")
    if parsed.database in {None, "", ":memory:"}:
        return Place("memory", "")
    file = Path(str(parsed.database)).absolute()
    folder = file.parent
    while not folder.exists():
        folder = folder.parent  # the rest is made with the database
    writable = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return Place("file", str(file), file.exists(), writable, shutil.disk_usage(folder).free)


async def condition(url: str, cipher: Cipher) -> Condition:
    """Connects and looks. Raises one of database.NO_ANSWER."""
    engine = connect(url)
    try:
        async with engine.connect() as connection:
            sqlite = engine.dialect.name == "sqlite"
            schema = await connection.run_sync(_schema)
            sealed: dict[str, Sequence[bytes]] = {}
            moved: dict[int, int] = {}
            if schema == "current":
                sealed = await _sealed(connection)
                groups = select(moved_groups.c.old_id, moved_groups.c.new_id)
                moved = {row.old_id: row.new_id for row in await connection.execute(groups)}
            await connection.rollback()
            unwritable = await _unwritable(connection, sqlite, schema)
        shut = await asyncio.to_thread(_shut, sealed, cipher)
        return Condition(schema, unwritable, sum(map(len, sealed.values())), shut, moved)
    finally:
        await engine.dispose()


def _schema(connection: Connection) -> Schema:
    found, known = revision(connection), revisions()
    if found is None:
        return "empty"
    if found == known[-1]:
        return "current"
    return "older" if found in known else "unknown"


async def _sealed(connection: AsyncConnection) -> dict[str, Sequence[bytes]]:
    """A sample of each column that crypto.Cipher has sealed: every binary one."""
    found = {}
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                newest = [key.desc() for key in table.primary_key]
                query = select(column).where(column.is_not(None)).order_by(*newest).limit(SAMPLE)
                found[f"{table.name}.{column.name}"] = (await connection.scalars(query)).all()
    return found


def _shut(sealed: dict[str, Sequence[bytes]], cipher: Cipher) -> dict[str, int]:
    counted: dict[str, int] = {}
    for name, values in sealed.items():
        table = name.partition(".")[0]
        for value in values:
            try:
                cipher.open(value)
            except WrongKey:
                counted[table] = counted.get(table, 0) + 1
    return counted


async def _unwritable(connection: AsyncConnection, sqlite: bool, schema: Schema) -> str | None:
    try:
        if sqlite:
            # The driver begins nothing before a CREATE, which would then stay.
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        if schema == "current":
            # Telegram's numbers are positive.
            await connection.execute(insert(inbox).values(update_id=-1, received=0.0))
        else:
            await connection.exec_driver_sql("CREATE TABLE may_tables_be_made (answer INTEGER)")
    except DBAPIError as error:
        return code(error)
    finally:
        await connection.rollback()
    return None


def code(error: BaseException) -> str:
    """The database's own word for what is wrong: an SQLSTATE (`3D000`), or a name of SQLite's
    without its details (`SQLITE_BUSY`). "" when it has none."""
    original = getattr(error, "orig", None)
    for name in ("sqlstate", "sqlite_errorname"):
        found = getattr(original, name, None)
        if isinstance(found, str):
            return "_".join(found.split("_")[:2])
    return ""
