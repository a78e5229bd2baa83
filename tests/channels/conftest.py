"""A staff group on a Telegram of its own, with the deliverer at work."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.telegram import deliver
from bot.sandbox.server import Sandbox
from bot.storage.crypto import new_key
from bot.storage.database import connect, migrate
from tests.channels.office import Office


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def office(
    telegram: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    """What fails is tried again after hundredths of a second instead of seconds."""
    monkeypatch.setattr(deliver, "FIRST_PAUSE", 0.02)
    engine = connect(f"sqlite:///{tmp_path / 'bot.db'}")
    await migrate(engine)
    office = Office(telegram, engine, new_key())
    await office.start()
    yield office
    await office.stop()
    await engine.dispose()
