"""Killed at any moment, or asked to go while nothing works: every update is answered, in order."""

import asyncio
import contextlib
import random
import sqlite3
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.journeys.beside import arrivals, begun, by_webhook, locked, running, sqlite, until
from tests.process import Process
from tests.storm.crowd import Crowd

KILLS = 5
ASKS = 250


@pytest.mark.parametrize(
    ("way", "database_url"),
    [("polling", "sqlite"), ("webhook", "sqlite"), ("webhook", "postgresql")],
    indirect=["database_url"],
)
async def test_killed_five_times_among_hundreds_of_taps_and_texts_it_loses_none(
    sandbox: Sandbox, stored: Settings, way: str
) -> None:
    """Twelve people never stop asking; each screen comes, in the order of the asks. A kill between
    a screen and the note that it was shown shows that one screen again, and never an older one."""
    chance = random.Random(7)  # noqa: S311 - the same moments in every run
    sandbox.delivery.retry_seconds = 0.1
    process = Process(stored if way == "polling" else by_webhook(stored))
    crowd = Crowd(sandbox, 12)
    logs = []
    async with crowd.talking(chance, 0.1, 0.5):
        for life in range(KILLS + 1):
            before = arrivals(sandbox)
            process.start()
            if life != 2:  # that one dies while it starts
                await until(lambda: arrivals(sandbox) > before, "the bot")  # noqa: B023 - at once
            await asyncio.sleep(chance.uniform(0, 0.6))
            if life < KILLS:
                logs.append(process.kill())
        await until(lambda: crowd.asked >= ASKS, "people to ask")
    try:
        await until(lambda: not crowd.waiting, "every screen", 60)
    finally:
        code, log = await asyncio.to_thread(process.stop)
    assert code == 0
    assert not [log for log in (*logs, log) if "Traceback" in log]
    assert crowd.sights.overtaken == 0
    assert set(crowd.sights.again) <= {1}


@pytest.mark.usefixtures("nothing_escapes")
async def test_only_the_latest_screen_comes_once_more_after_a_power_cut(
    sandbox: Sandbox, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten messages at once: whatever the disk holds after the tenth screen, the nine before it
    are over, even if nothing else came that would have been written with them."""
    monkeypatch.setattr("bot.storage.store.GATHER_SECONDS", 60.0)
    crowd = Crowd(sandbox, 1)
    after_it = tmp_path / "after.db"
    async with running(sandbox, settings):
        for _ in range(10):
            crowd.ask(crowd.askers[0], tap=False)
        await until(lambda: not crowd.waiting, "every screen")
        with sqlite(settings) as disk, contextlib.closing(sqlite3.connect(after_it)) as copy:
            disk.backup(copy)
    assert crowd.sights.again.total() == crowd.sights.overtaken == 0
    url = SecretStr(f"sqlite:///{after_it}")
    async with running(sandbox, settings.model_copy(update={"database_url": url})):
        await until(lambda: crowd.sights.again, "the tenth screen once more")
    assert crowd.sights.again == {1: 1}


@pytest.mark.parametrize("way", ["polling", "webhook"])
@pytest.mark.usefixtures("nothing_escapes")
async def test_a_tap_too_old_to_be_answered_still_shows_its_screen(
    sandbox: Sandbox, settings: Settings, way: str
) -> None:
    """The bot was away for longer than Telegram lets a press wait: its answer is refused, in a
    call or riding in a response, and the person sees what they tapped on."""
    settings = settings if way == "polling" else by_webhook(settings)
    sandbox.world.answer_lifetime = 0.2
    crowd = Crowd(sandbox, 2)
    async with running(sandbox, settings):
        crowd.ask_all()
        await until(lambda: not crowd.waiting, "every screen")
    for one in crowd.askers:
        crowd.ask(one, tap=True)
    await asyncio.sleep(0.4)
    async with running(sandbox, settings):
        await until(lambda: not crowd.waiting, "every screen")
        await until(lambda: len(sandbox.faults.calls_of("answerCallbackQuery")) == 2, "answers")
    answers = sandbox.faults.calls_of("answerCallbackQuery")
    assert all("query is too old" in answer.description for answer in answers)
    assert sandbox.faults.rides == (2 if way == "webhook" else 0)
    assert crowd.sights.again.total() == crowd.sights.overtaken == 0


async def test_asked_to_go_while_nothing_works_it_goes_within_ten_seconds(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Telegram takes half a minute for every call, and the database is locked: exit 0, and the
    next start shows what was left."""
    sandbox.delivery.retry_seconds = 0.1
    process = Process(by_webhook(settings))
    crowd = Crowd(sandbox, 10)
    process.start()
    await until(lambda: arrivals(sandbox), "the bot")
    crowd.ask_all()
    await until(lambda: not crowd.waiting, "every screen")
    hanging = sandbox.faults.script("slow", delay=30.0, times=None)
    crowd.ask_all()
    await until(lambda: len(sandbox.faults.calls_of("editMessageText")) >= 5, "the calls that hang")
    async with locked(settings):
        crowd.ask_all()
        code, seconds, log = await goes(process)
    assert (code, "Traceback" in log) == (0, False)
    assert seconds < 10
    sandbox.faults.scripts.remove(hanging)
    process.start()
    try:
        await until(lambda: not crowd.waiting, "every screen")
    finally:
        code, _, log = await goes(process)
    assert (code, "Traceback" in log) == (0, False)
    assert crowd.sights.overtaken == 0
    assert set(crowd.sights.again) <= {1}


@pytest.mark.usefixtures("nothing_escapes")
async def test_asked_to_go_while_it_waits_for_its_database_it_goes(settings: Settings) -> None:
    """A first start that a locked database holds up is over when nobody wants it any more."""
    with sqlite(settings) as database:
        database.execute("BEGIN EXCLUSIVE")
        async with begun(settings):
            await asyncio.sleep(0.5)
            began = time.monotonic()
        assert time.monotonic() - began < 9
        database.execute("ROLLBACK")


async def goes(process: Process) -> tuple[int, float, str]:
    """SIGTERM; the exit code, the seconds it took and what stood in the log."""
    began = time.monotonic()
    code, log = await asyncio.to_thread(process.stop)
    return code, time.monotonic() - began, log
