"""The whole bot beside a Telegram of its own, over real HTTP, for every journey."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import run
from bot.sandbox.command import sandbox_settings
from bot.sandbox.server import Sandbox
from bot.settings import Settings
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


@pytest.fixture
async def bot(sandbox: Sandbox, settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The bot, listening; setting the event stops it. A fault in it fails the test."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(settings, stop))
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
