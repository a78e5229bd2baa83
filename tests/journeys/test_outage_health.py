"""Outages, seen from outside: health turns red with the reason, nothing is lost, and everything is
well again by itself, without a storm of calls."""

import asyncio
import math
import time

import pytest

from bot.health import Health, Part
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.journeys.beside import (
    begun,
    by_webhook,
    free_port,
    healthz,
    locked,
    running,
    until,
    until_green,
    until_red,
)
from tests.storm.crowd import Crowd

pytestmark = pytest.mark.usefixtures("hurried", "nothing_escapes")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Red after half a second, and what is looked at each minute is looked at all the time."""

    def health() -> Health:
        quick = {part.name: Part(part.name, patience=0.5) for part in Health().parts}
        return Health(quick["intake"], quick["storage"], quick["delivery"], quick["desk"])

    monkeypatch.setattr("bot.app.Health", health)
    monkeypatch.setattr("bot.health.TELL_SECONDS", 0.05)
    for name in ("webhook.LOOK_SECONDS", "webhook.LOOK_AGAIN_SECONDS"):
        monkeypatch.setattr(f"bot.channels.telegram.{name}", 0.2)
    for name in ("client.WARM_SECONDS", "client.AWAY_SECONDS"):
        monkeypatch.setattr(f"bot.channels.telegram.{name}", 0.1)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings for a bot that polls, with a port for its health."""
    return settings.model_copy(update={"port": free_port()})


def chosen(way: str, settings: Settings) -> Settings:
    return settings if way == "polling" else by_webhook(settings)


@pytest.mark.parametrize(
    ("way", "outcome"), [("polling", "drop_before"), ("polling", "502"), ("webhook", "500")]
)
async def test_telegram_away_is_red_until_it_is_back(
    sandbox: Sandbox,
    settings: Settings,
    way: str,
    outcome: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Both ways in and out, without a flicker; then everybody sees their screen, once."""
    settings = chosen(way, settings)
    crowd = Crowd(sandbox, 10)
    async with running(sandbox, settings):
        crowd.ask_all()
        await until(lambda: not crowd.waiting, "every screen")
        away = sandbox.faults.script(outcome, times=None)
        crowd.ask_all()
        await until_red(
            settings, intake="Telegram cannot be reached", delivery="calls to Telegram fail"
        )
        for _ in range(20):  # connections can be opened all the time
            status, said = await healthz(settings)
            assert (status, said["storage"]) == (503, "ok")
            assert said["intake"] != "ok"
            assert said["delivery"] != "ok"
            await asyncio.sleep(0.05)
        sandbox.faults.scripts.remove(away)
        await until_green(settings)
        await until(lambda: not crowd.waiting, "every screen")
        for part in ("intake", "delivery"):
            assert f"{part} is in trouble: " in caplog.text
            await until(lambda: f"{part} works again" in caplog.text, "the end in the log")  # noqa: B023 - at once
    assert crowd.sights.again.total() == crowd.sights.overtaken == 0


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_a_start_without_telegram_waits_for_it(
    sandbox: Sandbox, settings: Settings, way: str
) -> None:
    """Red with the reason, and at work as soon as there is a Telegram."""
    settings = chosen(way, settings)
    crowd = Crowd(sandbox, 3)
    await sandbox.stop()
    crowd.ask_all()
    async with begun(settings):
        async with asyncio.timeout(20):
            while True:
                try:
                    await until_red(settings, intake="Telegram cannot be reached (NotSent)")
                    break
                except OSError:  # it does not listen yet
                    await asyncio.sleep(0.05)
        await sandbox.start()
        await until_green(settings)
        await until(lambda: not crowd.waiting, "every screen")
    assert crowd.sights.again.total() == crowd.sights.overtaken == 0


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_a_locked_database_is_red_until_it_answers(
    sandbox: Sandbox, settings: Settings, way: str
) -> None:
    """What comes meanwhile is confirmed to nobody, and answered once when it can be stored."""
    settings = chosen(way, settings)
    sandbox.delivery.retry_seconds = 0.1
    crowd = Crowd(sandbox, 10)
    async with running(sandbox, settings):
        async with locked(settings):
            crowd.ask_all()
            await until_red(settings, storage="the database does not answer (OperationalError)")
            assert crowd.waiting == 10
        await until_green(settings)
        await until(lambda: not crowd.waiting, "every screen")
    assert crowd.sights.again.total() == crowd.sights.overtaken == 0


async def test_a_turn_that_hangs_is_red_until_it_ends(
    sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even while everybody else is answered."""
    monkeypatch.setattr("bot.health.STUCK_SECONDS", 0.5)
    crowd = Crowd(sandbox, 2)
    slow, other = crowd.askers
    async with running(sandbox, settings):
        sandbox.faults.script("slow", chat_id=slow.id, delay=3.0)
        crowd.ask(slow, tap=False)
        crowd.ask(other, tap=False)
        await until_red(settings, delivery="one turn has been under way for")
        assert (slow.waiting, other.waiting) == (1, 0)
        await until_green(settings)
        assert crowd.waiting == 0


async def test_an_answer_that_cannot_be_read_is_no_answer(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Half a JSON may come from anybody on the way: the call is made again, for a screen shown
    twice does less harm than one that never came."""
    crowd = Crowd(sandbox, 1)
    async with running(sandbox, settings):
        sandbox.faults.script("half", method="sendMessage", times=2)
        crowd.ask_all()
        await until(lambda: sandbox.faults.counts["sendMessage"] == 3, "the third attempt")
        await until_green(settings)
    assert crowd.sights.again == {1: 2}


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_an_outage_brings_no_storm_of_retries(
    sandbox: Sandbox, settings: Settings, way: str
) -> None:
    """Fifty people wait: each one's screen is tried after pauses that double, and so are polls.

    The first pause is 0.3 s (0.2 s between polls), so T seconds see a call, one more, and one for
    each doubling: 3 + log2(T / 0.3) at most, until the pauses have grown to half a minute.
    """
    settings = chosen(way, settings)
    crowd = Crowd(sandbox, 50)
    counts = sandbox.faults.counts
    async with running(sandbox, settings):
        crowd.ask_all()
        await until(lambda: not crowd.waiting, "every screen")
        await until(lambda: counts["setMyShortDescription"] >= 2, "the profile")
        before, began = counts.copy(), time.monotonic()
        away = sandbox.faults.script("500", times=None)
        crowd.ask_all()
        await asyncio.sleep(2)
        seconds = time.monotonic() - began
        made = counts - before
        sandbox.faults.scripts.remove(away)
        await until(lambda: not crowd.waiting, "every screen")
    looked = made.pop("getWebhookInfo", 0)
    assert looked <= 2 + seconds / 0.2  # one a look, and looks are quick here
    assert made.pop("answerCallbackQuery", 0) <= 25  # once a tap
    assert made.pop("getUpdates", 0) <= 3 + math.log2(seconds / 0.2)
    assert made["sendMessage"] <= 25 * (3 + math.log2(seconds / 0.3))
    assert made["editMessageText"] <= 25 * (3 + math.log2(seconds / 0.3))
    assert set(made) == {"sendMessage", "editMessageText"}
