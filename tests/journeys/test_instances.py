"""One token, several bots: one after the other on purpose, or at once by mistake."""

import asyncio
import random
from typing import Any

import aiohttp
import pytest

from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.journeys.beside import by_webhook, free_port, running, until, until_green, until_red
from tests.storm.crowd import Crowd

pytestmark = pytest.mark.usefixtures("hurried", "nothing_escapes")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a bot does each minute, it does three times a second here."""
    monkeypatch.setattr("bot.channels.telegram.webhook.LOOK_SECONDS", 0.3)
    monkeypatch.setattr("bot.channels.telegram.webhook.LOOK_AGAIN_SECONDS", 0.3)
    monkeypatch.setattr("bot.channels.telegram.poll.CONFLICT_SECONDS", 0.3)


async def call(sandbox: Sandbox, method: str, **parameters: Any) -> None:
    """Somebody else who has the token calls Telegram."""
    url = f"{sandbox.url}/bot{sandbox.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=parameters) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("thief", ["deleteWebhook", "setWebhook"])
async def test_a_webhook_that_is_taken_away_is_noticed_and_set_again(
    sandbox: Sandbox, settings: Settings, caplog: pytest.LogCaptureFixture, thief: str
) -> None:
    """Health and the log say what happened, and what people wrote meanwhile is answered."""
    settings = by_webhook(settings)
    crowd = Crowd(sandbox, 5)
    async with running(sandbox, settings) as app:
        app.health.intake.patience = 0.0
        elsewhere = f"http://127.0.0.1:{free_port()}/"
        await call(sandbox, thief, **({"url": elsewhere} if thief == "setWebhook" else {}))
        crowd.ask_all()
        await until_red(settings, intake="another instance with the same token has changed")
        await until_green(settings)
        await until(lambda: not crowd.waiting, "every screen")
    assert "the webhook was changed by somebody else" in caplog.text
    assert crowd.sights.again.total() == crowd.sights.overtaken == 0


async def test_a_webhook_that_leads_nowhere_is_told_in_telegrams_words(
    sandbox: Sandbox, settings: Settings
) -> None:
    """A proxy that is not there: updates wait, and health says why they do not come in."""
    leads_nowhere = by_webhook(settings)
    listens = leads_nowhere.model_copy(update={"port": free_port()})
    crowd = Crowd(sandbox, 1)
    async with running(sandbox, listens) as app:
        app.health.intake.patience = 0.0
        crowd.ask_all()
        await until_red(listens, intake="Telegram cannot deliver: Connection refused")
        assert crowd.waiting == 1


async def test_two_that_poll_notice_each_other(
    sandbox: Sandbox, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Both say so (409); everybody is answered once; when one has gone, the other is well."""
    crowd = Crowd(sandbox, 5)
    settings = settings.model_copy(update={"port": free_port()})
    reason = "another instance is polling with the same token (409)"
    async with running(sandbox, settings) as one:
        one.health.intake.patience = 0.0
        async with running(sandbox, settings.model_copy(update={"port": None})) as other:
            await until(lambda: one.health.intake.reason == reason, "the first to notice")
            await until(lambda: other.health.intake.reason == reason, "the second to notice")
            await until_red(settings, intake=reason)
            crowd.ask_all()
            await until(lambda: not crowd.waiting, "every screen")
        await until_green(settings)
        crowd.ask_all()
        await until(lambda: not crowd.waiting, "every screen")
    assert f"{reason}: stop one of the two" in caplog.text
    assert crowd.sights.again.total() == crowd.sights.overtaken == 0


async def test_one_that_polls_beside_a_webhook_notices_it(
    sandbox: Sandbox, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """It says that a webhook is set, and the one with the webhook goes on answering."""
    crowd = Crowd(sandbox, 5)
    async with running(sandbox, settings) as polling:
        polling.health.intake.patience = 0.0
        async with running(sandbox, by_webhook(settings)):
            await until(lambda: "a webhook is set" in str(polling.health.intake.trouble()), "409")
            crowd.ask_all()
            await until(lambda: not crowd.waiting, "every screen")
    assert "a webhook is set with the same token (409): stop one of the two" in caplog.text
    assert crowd.sights.again.total() == crowd.sights.overtaken == 0


async def test_switching_between_polling_and_webhook_loses_nothing(
    sandbox: Sandbox, settings: Settings
) -> None:
    """People write all the time: to a bot that works, that stops, that is gone and that starts."""
    crowd = Crowd(sandbox, 10)
    sandbox.delivery.retry_seconds = 0.1
    hooked = by_webhook(settings)
    # The same pauses in every run.
    async with crowd.talking(random.Random(5), 0.02, 0.2):  # noqa: S311
        for way in (settings, hooked, settings, hooked):
            async with running(sandbox, way):
                asked = crowd.asked
                await until(lambda: crowd.asked > asked + 20, "people to ask")  # noqa: B023 - at once
            await asyncio.sleep(0.2)
    async with running(sandbox, settings):
        await until(lambda: not crowd.waiting, "every screen")
    assert crowd.asked > 100
    assert crowd.sights.again.total() == crowd.sights.overtaken == 0
