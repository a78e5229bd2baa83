"""Stopped, killed or started with another key: the next start goes on where this one was."""

import asyncio
import json
import time
from functools import partial

import pytest
from pydantic import SecretStr

from bot.app import run
from bot.channels.telegram.lanes import Lanes
from bot.health import Health
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.storage.crypto import Cipher, new_key
from bot.storage.database import connect, migrate
from bot.storage.store import Store
from tests.journeys.beside import running
from tests.journeys.seen import HELP, MENU, people, rows, waits
from tests.people import Page

pytestmark = pytest.mark.usefixtures("quick", "nothing_escapes")


async def test_a_restart_with_a_full_inbox_answers_everybody(
    sandbox: Sandbox, settings: Settings
) -> None:
    """What was stored and not answered comes first, each person's in their order."""
    async with Page(sandbox.url) as page:
        everybody = await people(page, 40)
        for command in ("/help", "/start"):
            for one in everybody:
                await one.says(command)
        await leave_in_the_inbox(sandbox, settings)
        async with running(sandbox, settings):
            for one in everybody:
                await one.sees(MENU)
                assert await one.count() == 2


async def test_killed_between_storing_and_showing_the_turn_is_taken_again(
    sandbox: Sandbox, settings: Settings
) -> None:
    """What was chosen is remembered, and the screen comes after the restart."""
    async with Page(sandbox.url) as page:
        maria = await page.patient("Maria", "pt-br")
        await maria.says("/start")
        async with running(sandbox, settings):
            await maria.sees("Please choose your language")
        bot = asyncio.create_task(run(settings, asyncio.Event()))
        script = sandbox.faults.script("slow", method="editMessageText", delay=30, times=None)
        await maria.taps("English")
        await waits(sandbox, "editMessageText")
        bot.cancel()
        with pytest.raises(asyncio.CancelledError):
            await bot
        outcomes, known = await rows(settings)
        assert None in outcomes.values()
        assert known == [maria.chat]
        sandbox.faults.scripts.remove(script)
        async with running(sandbox, settings):
            await maria.sees(MENU)
    assert None not in (await rows(settings))[0].values()


async def test_stopping_needs_neither_telegram_nor_room(
    sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full and with Telegram down, the bot stops in time, and the next start answers."""
    monkeypatch.setattr("bot.channels.telegram.receive.Lanes", partial(Lanes, 3))
    async with Page(sandbox.url) as page:
        everybody = await people(page, 8)
        for one in everybody:
            await one.says("/start")
        script = sandbox.faults.script("500", method="sendMessage", times=None)
        async with running(sandbox, settings):
            await waits(sandbox, "sendMessage", 3)
            began = time.monotonic()
        assert time.monotonic() - began < 10  # then supervisors kill
        sandbox.faults.scripts.remove(script)
        async with running(sandbox, settings):
            for one in everybody:
                await one.sees(MENU)


# ── keys ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_lost_key_stops_neither_the_start_nor_anybody_who_writes(
    sandbox: Sandbox, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """What waits and cannot be opened is told of and left alone; a choice that cannot be opened
    is left out; a start with the old key answers what had waited."""
    other = settings.model_copy(update={"encryption_keys": (SecretStr(new_key()),)})
    both = settings.model_copy(
        update={"encryption_keys": (*other.encryption_keys, *settings.encryption_keys)}
    )
    async with Page(sandbox.url) as page:
        maria, wang = await people(page, 2)
        async with running(sandbox, settings):
            await maria.says("简体中文")
            await maria.sees("您想了解什么")
        await wang.says("/help")
        await leave_in_the_inbox(sandbox, settings)
        async with running(sandbox, other):
            await maria.says("I want to die")
            await maria.sees("Thank you for telling us.")
        assert "key that is not configured" in caplog.text
        assert "1 waiting updates were sealed with a key that is not in" in caplog.text
        assert await wang.count() == 0
        assert [*(await rows(settings))[0].values()].count(None) == 1
        async with running(sandbox, both):
            await wang.sees(HELP)
            await maria.says("/menu")
            await maria.sees("您想了解什么")
    assert set((await rows(settings))[0].values()) == {"done"}


async def leave_in_the_inbox(sandbox: Sandbox, settings: Settings) -> None:
    """What waits at Telegram is stored as a bot stores it that dies at once."""
    engine = connect(settings.database_url.get_secret_value())
    await migrate(engine)
    keys = [key.get_secret_value() for key in settings.encryption_keys]
    store = Store(engine, Cipher(keys), Health().storage)
    await store.take([json.loads(each.body) for each in sandbox.world.queue], time.time())
    await store.close()
    sandbox.world.queue.clear()
