"""A staff group on a Telegram of its own, with the deliverer at work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.telegram import deliver, receive
from bot.sandbox.faults import Faults, Script
from bot.sandbox.server import Sandbox
from bot.storage.crypto import new_key
from bot.storage.database import connect, migrate
from tests.channels.office import Office


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails is tried again after hundredths of a second instead of seconds."""
    monkeypatch.setattr(deliver, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(receive, "MOVING_SECONDS", 0.1)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Calls that are to be slow are not carried out before it is set."""
    opened = asyncio.Event()

    async def wait(_: Faults, script: Script | None) -> None:
        if script is not None and script.outcome == "slow":
            await opened.wait()

    monkeypatch.setattr(Faults, "wait", wait)
    return opened


@pytest.fixture
async def office(telegram: Sandbox, tmp_path: Path) -> AsyncIterator[Office]:
    """With a store in SQLite."""
    engine = connect(f"sqlite:///{tmp_path / 'bot.db'}")
    await migrate(engine)
    async with at_work(Office(telegram, engine, new_key())) as office:
        yield office
    await engine.dispose()


@pytest.fixture
async def each_office(telegram: Sandbox, engine: AsyncEngine) -> AsyncIterator[Office]:
    """With a store in SQLite, then in PostgreSQL."""
    await migrate(engine)
    async with at_work(Office(telegram, engine, new_key())) as office:
        yield office


@pytest.fixture
async def desk(telegram: Sandbox, tmp_path: Path) -> AsyncIterator[Office]:
    """That also listens, with a store in SQLite."""
    engine = connect(f"sqlite:///{tmp_path / 'bot.db'}")
    await migrate(engine)
    async with at_work(Office(telegram, engine, new_key(), listening=True)) as office:
        yield office
    await engine.dispose()


@pytest.fixture
async def each_desk(telegram: Sandbox, engine: AsyncEngine) -> AsyncIterator[Office]:
    """That also listens, with a store in SQLite, then in PostgreSQL."""
    await migrate(engine)
    async with at_work(Office(telegram, engine, new_key(), listening=True)) as office:
        yield office


@asynccontextmanager
async def at_work(office: Office) -> AsyncIterator[Office]:
    await office.start()
    try:
        yield office
    finally:
        await office.stop()
