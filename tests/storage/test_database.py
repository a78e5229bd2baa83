"""Bringing a database up to date: only where there is something to do."""

import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.settings import ROOT
from bot.storage.database import (
    NewerDatabase,
    WrongUrl,
    async_url,
    migrate,
    revision,
    revisions,
)
from bot.storage.upgrade import MIGRATIONS, upgrade

A_START = """
import asyncio, sys
import bot.app
from bot.storage.database import connect, migrate

async def start():
    engine = connect(sys.argv[1])
    await migrate(engine)
    await engine.dispose()

asyncio.run(start())
print("alembic" in sys.modules)
"""


async def at(engine: AsyncEngine) -> str | None:
    async with engine.connect() as connection:
        return await connection.run_sync(revision)


async def bring_to(engine: AsyncEngine, older: str) -> None:
    """As an older release left it."""
    async with engine.connect() as connection:
        await connection.run_sync(upgrade, older)
        await connection.commit()


def test_the_names_of_the_files_tell_what_alembic_tells() -> None:
    """The revisions read from the files' names are Alembic's, in its order, with one head."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert revisions() == [script.revision for script in scripts.walk_revisions()][::-1]
    assert scripts.get_heads() == [revisions()[-1]]


@pytest.mark.parametrize("older", [None, *revisions()])
async def test_any_older_schema_is_brought_to_this_release(
    engine: AsyncEngine, older: str | None
) -> None:
    """From nothing, from each release before, and from this one: all end in the same place."""
    if older is not None:
        await bring_to(engine, older)
    assert await at(engine) == older
    await migrate(engine)
    assert await at(engine) == revisions()[-1]


async def test_a_start_that_finds_all_done_goes_without_alembic(
    database_url: str, engine: AsyncEngine
) -> None:
    """Nearly every start finds the schema up to date, and loads nothing to migrate with."""
    await migrate(engine)
    done = subprocess.run(
        [sys.executable, "-c", A_START, database_url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("False", "")


async def test_a_database_of_a_newer_release_is_left_alone(engine: AsyncEngine) -> None:
    """An older release does not know what its columns mean: it stops, and says so."""
    await migrate(engine)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabase):
        await migrate(engine)
    assert await at(engine) == "9999"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://x/y",
        "bot.db",
        "http://x",
        "sqlite",
        "",
        "://",
        "postgresql://name:SECRET@host:SECRET/x",
        "postgresql://host/x?nonsense=SECRET",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(url: str) -> None:
    """DATABASE_URL names SQLite or PostgreSQL; the sentence holds nothing of it."""
    with pytest.raises(WrongUrl) as wrong:
        async_url(url)
    assert "SECRET" not in str(wrong.value)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/x", "postgresql+asyncpg://u:p@h/x"),
        ("postgresql://h/x?sslmode=require", "postgresql+asyncpg://h/x?ssl=require"),
        (
            "postgresql://h/x?sslmode=require&channel_binding=require&application_name=a",
            "postgresql+asyncpg://h/x?ssl=require",
        ),
        ("postgresql+asyncpg://h/x", "postgresql+asyncpg://h/x"),
        ("sqlite:///data/bot.db", "sqlite+aiosqlite:///data/bot.db"),
    ],
)
def test_an_address_as_hosters_write_it_is_used(given: str, used: str) -> None:
    """libpq's options that change nothing here are left out."""
    assert async_url(given) == used
