"""Seals everything that is stored anew, under the newest key, while the bot may run.

The order of a change of keys: the new key is put first in ENCRYPTION_KEYS, before the old one; the
bot is started again; `rotate`; the old key is taken out; the bot is started again.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.crypto import Cipher, WrongKey
from bot.storage.tables import metadata

BATCH = 100
"""Rows a transaction: each holds SQLite's write lock for a few milliseconds."""


@dataclass(slots=True)
class Rotated:
    """What became of a table's sealed values. `shut`: no key opens them; they stay as they are."""

    table: str
    anew: int = 0
    already: int = 0
    shut: int = 0


async def rotate(engine: AsyncEngine, cipher: Cipher) -> AsyncGenerator[Rotated, None]:
    """Goes through every sealed column, table by table. What it is interrupted in, it does the
    next time: what has the newest key already is left alone."""
    for table in metadata.sorted_tables:
        sealed = [one for one in table.columns if isinstance(one.type, LargeBinary)]
        if sealed:
            counted = Rotated(table.name)
            for column in sealed:
                await _rotate(engine, cipher, table, column, counted)
            yield counted
    if engine.dialect.name == "sqlite":
        # The journal holds old pages, and on them what the old key opens.
        async with engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


async def _rotate(
    engine: AsyncEngine, cipher: Cipher, table: Table, column: Column[Any], counted: Rotated
) -> None:
    key = list(table.primary_key.columns)
    query = select(*key, column).where(column.is_not(None)).order_by(*key).limit(BATCH)
    last: tuple[Any, ...] | None = None
    while True:
        after = query if last is None else query.where(_beyond(key, last))
        async with engine.connect() as connection:
            rows = (await connection.execute(after)).all()
        if not rows:
            return
        last = tuple(rows[-1][:-1])
        fresh = []
        for row in rows:
            try:
                anew = cipher.reseal(row[-1])
            except WrongKey:
                counted.shut += 1
                continue
            if anew is None:
                counted.already += 1
            else:
                fresh.append((row, anew))
        if fresh:
            counted.anew += len(fresh)
            async with engine.begin() as connection:
                for row, anew in fresh:
                    same = [one == value for one, value in zip(key, row[:-1], strict=True)]
                    # What the bot has written meanwhile has the newest key, and must stay.
                    await connection.execute(
                        update(table).where(*same, column == row[-1]).values({column.name: anew})
                    )


def _beyond(key: list[Column[Any]], last: tuple[Any, ...]) -> Any:
    """Rows after the last one, in the order of the primary key."""
    return or_(
        *(
            and_(
                *(one == value for one, value in zip(key[:n], last[:n], strict=True)),
                key[n] > last[n],
            )
            for n in range(len(key))
        )
    )
