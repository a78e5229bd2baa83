"""What the doctor says of the database, its disk and the keys, in SQLite and PostgreSQL."""

import asyncio
import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event, insert
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

import bot.storage.condition
from bot import doctor
from bot.doctor.finding import Finding
from bot.doctor.storage import FULL, SHORT, Stored, about_keys, about_storage
from bot.settings import Settings
from bot.storage.condition import Condition, Place
from bot.storage.crypto import Cipher, new_key
from bot.storage.database import connect
from bot.storage.tables import persons
from tests.conftest import skip_or_fail
from tests.doctor.findings import but, examine, filled, key_of, of, rows, sqlite_url, the


async def test_a_database_that_is_not_there_yet_is_not_made(
    settings: Settings, tmp_path: Path
) -> None:
    """Fine, because `run` makes it; the doctor does not even make its folder."""
    url = SecretStr(f"sqlite:///{tmp_path / 'new' / 'deep' / 'bot.db'}")
    findings = await examine(but(settings, database_url=url))
    assert the(findings, "Database").mark == the(findings, "Disk").mark == "ok"
    assert "not there yet" in the(findings, "Database").said
    assert not (tmp_path / "new").exists()


async def test_an_older_release_is_brought_up_to_date_by_run(settings: Settings) -> None:
    """Empty, or of an earlier release: fine. Of a later one: bad."""
    path = sqlite_url(settings).removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert "makes its tables" in the(await examine(settings), "Database").said
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        connection.commit()
        older = the(await examine(settings), "Database")
        assert (older.mark, "up to date first" in older.said) == ("ok", True)
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        newer = await examine(settings)
        assert the(newer, "Database").mark == "bad"
        assert the(newer, "Keys").mark == "look"


async def test_a_file_that_is_no_database(settings: Settings) -> None:
    """Told as that, and the file stays as it is."""
    path = Path(sqlite_url(settings).removeprefix("sqlite:///"))
    path.write_text("dear diary, " * 1000, encoding="utf-8")
    findings = await examine(settings)
    assert (the(findings, "Database").mark, the(findings, "Keys").mark) == ("bad", "look")
    assert "no SQLite database" in the(findings, "Database").said
    assert path.read_text(encoding="utf-8") == "dear diary, " * 1000


async def test_a_folder_that_is_a_file(settings: Settings, tmp_path: Path) -> None:
    """A database cannot be made there."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    url = SecretStr(f"sqlite:///{tmp_path / 'file' / 'bot.db'}")
    told = the(await examine(but(settings, database_url=url)), "Database")
    assert (told.mark, "folder" in told.said) == ("bad", True)


async def test_a_database_in_memory_is_bad(settings: Settings) -> None:
    """What people were told is received would be gone with a restart."""
    for url in ("sqlite://", "sqlite:///:memory:"):
        findings = await examine(but(settings, database_url=SecretStr(url)))
        assert the(findings, "Database").mark == "bad"
        assert not of(findings, "Disk")


async def test_a_locked_database_is_told(settings: Settings) -> None:
    """Another program holds the lock to write: bad, while what can be read was read."""
    await filled(sqlite_url(settings), key_of(settings))
    path = sqlite_url(settings).removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        findings = await examine(settings)
    assert (the(findings, "Database").mark, the(findings, "Keys").mark) == ("bad", "ok")
    assert "locked" in the(findings, "Database").said


@pytest.mark.parametrize(
    "code", ["SQLITE_READONLY", "SQLITE_FULL", "25006", "42501", "53300", "57P03", "XX000", ""]
)
def test_whatever_keeps_it_from_writing_has_a_remedy(code: str) -> None:
    """Known or unknown, and in whatever the database's words are."""
    stored = Stored(Place("server", "bot on db"), Condition("current", unwritable=code))
    (told,) = about_storage(stored)
    assert told.mark == "bad"
    assert told.remedy


@pytest.mark.parametrize(
    ("free", "mark"), [(FULL - 1, "bad"), (FULL, "look"), (SHORT - 1, "look"), (SHORT, "ok")]
)
def test_little_room_on_the_disk(free: int, mark: str) -> None:
    """Below 500 MB worth a look, below 50 MB bad."""
    _, disk = about_storage(Stored(Place("file", "/x/bot.db", free=free), Condition("current")))
    assert disk.mark == mark


async def test_what_no_key_opens_is_counted(
    settings: Settings, database_url: str, engine: AsyncEngine
) -> None:
    """In SQLite and PostgreSQL: with the old key at the end all is well, without it it is bad."""
    old, new = key_of(settings), new_key()
    await filled(database_url, old)
    async with engine.begin() as connection:
        sealed = Cipher([new]).seal(b"later")
        await connection.execute(insert(persons).values(chat_id=43, memory=sealed))
    only_new = but(
        settings, database_url=SecretStr(database_url), encryption_keys=(SecretStr(new),)
    )
    findings = await examine(only_new)
    told = the(findings, "Keys")
    assert the(findings, "Database").mark == "ok"
    assert told.mark == "bad"
    assert "2 of 3 " in told.said
    assert "1 in inbox and 1 in persons" in told.said
    both = but(only_new, encryption_keys=(SecretStr(new), SecretStr(old)))
    told = the(await examine(both), "Keys")
    assert (told.mark, "2 keys" in told.said) == ("ok", True)


def test_keys_before_the_first_start() -> None:
    """There is nothing yet that they would have to open."""
    told = about_keys(2, Stored(Place("file", "/x", exists=False)))
    assert (told.mark, "2 keys" in told.said) == ("ok", True)


async def test_a_database_keeps_its_rows(
    settings: Settings, database_url: str, engine: AsyncEngine
) -> None:
    """What was written to see whether it can be is gone again; before the first `run`, too."""
    settings = but(settings, database_url=SecretStr(database_url))
    told = the(await examine(settings), "Database")
    assert told.mark == "ok"
    assert "`run` makes it" in told.said
    await filled(database_url, key_of(settings))
    before = await rows(database_url)
    told = the(await examine(settings), "Database")
    assert (told.mark, "up to date" in told.said) == ("ok", True)
    assert await rows(database_url) == before


async def test_a_server_that_is_away(settings: Settings) -> None:
    """Nobody listens on the port."""

    async def told(url: str) -> Finding:
        return the(await examine(but(settings, database_url=SecretStr(url))), "Database")

    away = await told("postgresql://me:hidden@127.0.0.1:9/bot")
    assert (away.mark, "cannot be reached" in away.said) == ("bad", True)
    assert "“bot” on 127.0.0.1" in away.said
    assert "hidden" not in repr(away)


async def test_a_database_that_the_server_has_not(settings: Settings) -> None:
    """The name is wrong: to be made, or corrected."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        skip_or_fail("TEST_DATABASE_URL names no PostgreSQL database")
    missing = make_url(url).set(database="no_such_database").render_as_string(hide_password=False)
    told = the(await examine(but(settings, database_url=SecretStr(missing))), "Database")
    assert (told.mark, "does not exist" in told.said) == ("bad", True)
    assert "Create it" in told.remedy


async def test_a_database_that_only_reads(
    settings: Settings, database_url: str, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a standby or a read-only disk: told, and the keys were tried all the same."""
    await filled(database_url, key_of(settings))

    def only_reading(url: str) -> AsyncEngine:
        made = connect(url)

        @event.listens_for(made.sync_engine, "connect")
        def forbid(connection: Any, _: object) -> None:
            words = {"sqlite": "PRAGMA query_only=ON"}
            default = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
            connection.cursor().execute(words.get(made.dialect.name, default))
            connection.commit()

        return made

    monkeypatch.setattr(bot.storage.condition, "connect", only_reading)
    findings = await examine(but(settings, database_url=SecretStr(database_url)))
    assert (the(findings, "Database").mark, the(findings, "Keys").mark) == ("bad", "ok")
    assert "read but not written" in the(findings, "Database").said


async def test_a_database_that_hangs_is_not_waited_for(settings: Settings) -> None:
    """It takes the connection and never answers: told, with everything else looked at."""
    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = SecretStr(f"postgresql://me@127.0.0.1:{port}/bot?ssl=disable")
    try:
        findings = await examine(but(settings, database_url=url), patience=1.0)
    finally:
        server.close()
        for writer in held:
            writer.close()
        if doctor._late:
            await asyncio.wait(doctor._late, timeout=15)
    assert (the(findings, "Database").mark, the(findings, "Keys").mark) == ("bad", "look")
    assert "in time" in the(findings, "Database").said
    assert the(findings, "Words").mark == "ok"
    assert not doctor._late
