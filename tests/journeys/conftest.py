"""The whole bot beside a Telegram of its own, over real HTTP, for every journey."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import make_app
from bot.sandbox.command import sandbox_settings
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.storage.database import connect
from tests.channels.updates import PLANTED
from tests.conftest import empty
from tests.dialogue.words import read_once
from tests.journeys.beside import open_to_people
from tests.people import Page


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A Telegram on a free port of loopback."""
    sandbox = Sandbox()
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.stop()


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Path) -> Settings:
    """Settings for a bot beside it."""
    return sandbox_settings(sandbox, tmp_path)


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot in this process reads the words that an earlier one has read."""
    monkeypatch.setattr("bot.app.read_words", read_once)


@pytest.fixture
async def stored(settings: Settings, database_url: str) -> AsyncIterator[Settings]:
    """Settings for a bot that stores in this database, which is empty."""
    engine = connect(database_url)
    await empty(engine)
    yield settings.model_copy(update={"database_url": SecretStr(database_url)})
    await empty(engine)
    await engine.dispose()


@pytest.fixture
async def bot(sandbox: Sandbox, settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The bot, listening, by the sandbox's clock; setting the event stops it. A fault in it fails
    the test."""
    stop = asyncio.Event()
    app = make_app(settings, now=sandbox.clock.now)
    sandbox.clock.moved.append(app.wake)
    task = asyncio.create_task(app.run(stop))
    while not task.done() and not sandbox.faults.calls_of("getUpdates"):
        await asyncio.sleep(0.01)
    try:
        if not task.done():
            yield stop
    finally:
        stop.set()
        await asyncio.wait_for(task, 15)


@pytest.fixture
async def page(sandbox: Sandbox, bot: asyncio.Event) -> AsyncIterator[Page]:
    """The page, with the bot behind it."""
    async with Page(sandbox.url) as page:
        yield page


@pytest.fixture
async def consulting(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Page]:
    """The page, with a bot behind it that is open for consultations."""
    async with open_to_people(sandbox, settings), Page(sandbox.url) as page:
        yield page


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """For stories of many starts and stops: nobody drains for long."""
    monkeypatch.setattr("bot.channels.telegram.receive.DRAIN_SECONDS", 0.5)


@pytest.fixture
def nothing_escapes(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The story leaves no traceback in the log, no planted word, and no failure unheard."""
    logger = logging.getLogger("bot")
    level = logger.level
    logger.setLevel(logging.DEBUG)
    yield
    gc.collect()
    logger.setLevel(level)
    records = [one for when in ("setup", "call", "teardown") for one in caplog.get_records(when)]
    ours = [one for one in records if not one.name.startswith("bot.sandbox")]
    assert not [one.getMessage() for one in ours if one.exc_info]
    for message in (one.getMessage() for one in ours):
        assert "Traceback" not in message
        assert "never retrieved" not in message
        assert PLANTED not in message
