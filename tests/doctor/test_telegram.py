"""What the doctor says of Telegram: the account, the way of updates, the address."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.channels.telegram.client import Client
from bot.channels.telegram.standing import Hook, Standing, Trouble, _in_short
from bot.doctor.telegram import about_telegram, about_updates
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.doctor.findings import NOW, but, examine, of, the


async def test_a_wrong_token_is_told(settings: Settings) -> None:
    """Telegram does not know it: that line is bad, and the rest was looked at all the same."""
    findings = await examine(but(settings, bot_token=SecretStr("123456789:" + "x" * 35)))
    assert the(findings, "Telegram").mark == "bad"
    assert "BOT_TOKEN" in the(findings, "Telegram").said
    assert "@BotFather" in the(findings, "Telegram").remedy
    assert the(findings, "Database").mark == the(findings, "Words").mark == "ok"


async def test_a_telegram_that_is_away_is_told(sandbox: Sandbox, settings: Settings) -> None:
    """Nobody listens there: told with where, and nothing else was asked of Telegram."""
    await sandbox.stop()
    findings = await examine(settings)
    told = the(findings, "Telegram")
    assert told.mark == "bad"
    assert sandbox.url.removeprefix("http://") in told.said
    assert "BOT_API_URL" in told.remedy
    assert not of(findings, "Updates")
    assert the(findings, "Staff group").mark == "look"
    assert the(findings, "Keys").mark == "ok"


@pytest.mark.parametrize("outcome", ["500", "502", "half", "drop_before", "drop_after"])
async def test_a_telegram_in_trouble_is_told(
    sandbox: Sandbox, settings: Settings, outcome: str
) -> None:
    """Whatever comes instead of an answer, it is a line with a remedy."""
    sandbox.faults.script(outcome, times=None)
    told = the(await examine(settings), "Telegram")
    assert told.mark == "bad"
    assert told.remedy


async def test_a_telegram_that_hangs_is_not_waited_for(
    sandbox: Sandbox, settings: Settings
) -> None:
    """No answer in time is told as such."""
    sandbox.faults.script("slow", times=None, delay=3600.0)
    told = the(await examine(settings, patience=1.0), "Telegram")
    assert told.mark == "bad"
    assert "in time" in told.said


async def test_one_question_without_an_answer_leaves_the_others(
    sandbox: Sandbox, settings: Settings
) -> None:
    """An error about updates and about one group: these lines say so, the other group is fine."""
    other = sandbox.world.add_group("Other", forum=True, bot_status="administrator")
    sandbox.faults.script("500", method="getWebhookInfo")
    sandbox.faults.script("500", method="getChat", chat_id=other.id)
    findings = await examine(but(settings, staff_groups={"en": other.id}))
    assert the(findings, "Telegram").mark == "ok"
    assert the(findings, "Updates").mark == "look"
    marks = {
        finding.said.partition(" (")[0]: finding.mark for finding in of(findings, "Staff group")
    }
    assert marks.pop("STAFF_CHAT_ID") == "ok"
    assert list(marks.values()) == ["bad"]


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("reason", ["token", "away", "late", "refused", "failed"])
def test_every_silence_has_a_remedy(settings: Settings, reason: Any, own: bool) -> None:
    """Telegram's own server or one's own: what to do is said for each kind of failure."""
    if not own:
        settings = but(settings, bot_api_url="https://api.telegram.org")
    first, *_ = about_telegram(Standing(Trouble(reason, "because")), settings, {}, NOW)
    assert first.mark == "bad"
    assert first.remedy
    assert ("BOT_API_URL" in first.remedy) == own


@pytest.mark.parametrize("answer", [b"hello", b'{"ok":true,"result":"hello"}', b"[]"])
async def test_a_server_that_is_no_telegram(settings: Settings, answer: bytes) -> None:
    """BOT_API_URL leads to some other server: told, with that setting in the remedy."""

    async def other(_: web.BaseRequest) -> web.Response:
        return web.Response(body=answer)

    runner = web.ServerRunner(web.Server(other), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api = f"http://127.0.0.1:{runner.addresses[0][1]}"
    told = the(await examine(but(settings, bot_api_url=api)), "Telegram")
    await runner.cleanup()
    assert (told.mark, "BOT_API_URL" in told.remedy) == ("bad", True)


async def test_a_proxy_that_is_not_spoken_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SOCKS in the environment: said as that, without the proxy's password."""
    monkeypatch.setenv("https_proxy", "socks5://user:hidden@127.0.0.1:1080")
    monkeypatch.setenv("no_proxy", "")
    findings = await examine(but(settings, bot_api_url="https://api.telegram.org"))
    assert "not an HTTP proxy" in the(findings, "Telegram").said
    assert "HTTPS_PROXY" in the(findings, "Telegram").remedy
    assert "hidden" not in repr(findings)


@pytest.mark.parametrize(
    ("message", "short"),
    [
        ("ClientConnectorDNSError: api.telegram.org:443: Name not known", "Name not known"),
        ("ClientConnectorError: h:1: Connect call failed ('::1', 1)", "no connection"),
        ("ConnectionTimeoutError", "no connection"),
        (
            "ClientConnectorCertificateError: h:443: [SSL: CERTIFICATE_VERIFY_FAILED] certificate "
            "verify failed: self-signed certificate (_ssl.c:1006)",
            "certificate verify failed: self-signed certificate",
        ),
        ("the proxy is not an HTTP proxy", "the proxy is not an HTTP proxy"),
    ],
)
def test_reasons_are_told_without_names_of_classes(message: str, short: str) -> None:
    """Of what the transport says, the part that an operator understands."""
    assert _in_short(message) == short


def test_a_certificate_that_is_not_telegrams_has_its_own_remedy(settings: Settings) -> None:
    """A proxy that opens encrypted connections is a matter of that proxy, not of the network."""
    trouble = Trouble("away", "certificate verify failed: self-signed certificate")
    first, *_ = about_telegram(Standing(trouble), settings, {}, NOW)
    assert "proxy" in first.remedy
    assert "clock" in first.remedy


HOOK = "https://bot.example.org/telegram-secret"


@pytest.mark.parametrize(
    ("hook", "wanted", "mark", "fragment"),
    [
        (Hook("", 0), None, "ok", "long polling"),
        (Hook("", 1), None, "look", "1 update waits"),
        (Hook("", 30), None, "look", "30 updates wait"),
        (Hook(HOOK, 0), None, "look", "bot.example.org"),
        (Hook(HOOK, 0), HOOK, "ok", "webhook"),
        (Hook("", 0), HOOK, "look", "not deliver to WEBHOOK_URL yet"),
        (Hook("https://other.example.org/x", 0), HOOK, "look", "other.example.org"),
        (Hook(HOOK, 0, NOW - 10, "Connection refused"), HOOK, "ok", "none is waiting"),
        (Hook(HOOK, 4, NOW - 10, "Connection refused"), HOOK, "bad", "“Connection refused”"),
        (Hook(HOOK, 4, NOW - 3600, "Connection refused"), HOOK, "look", "4 updates wait"),
        (Hook(HOOK, 4), HOOK, "look", "4 updates wait"),
    ],
)
def test_the_way_of_updates(hook: Hook, wanted: str | None, mark: str, fragment: str) -> None:
    """Bad only where a webhook fails now and something waits; a path never shows."""
    told = about_updates(hook, wanted, NOW)
    assert (told.mark, fragment in told.said) == (mark, True), told
    assert bool(told.remedy) == (mark != "ok")
    assert "secret" not in told.said + told.remedy


async def test_a_webhook_of_somebody_else_is_noticed(sandbox: Sandbox, settings: Settings) -> None:
    """Telegram delivers elsewhere: the doctor says where to, and leaves it as it is."""
    async with asyncio.timeout(30):
        client = client_of(settings)
        await client.initialize()
        await client.set_webhook("http://127.0.0.1:9/telegram-secret")
        told = the(await examine(settings), "Updates")
        info = await client.get_webhook_info()
        await client.shutdown()
    assert told.mark == "look"
    assert "127.0.0.1:9" in told.said
    assert info.url == "http://127.0.0.1:9/telegram-secret"


def client_of(settings: Settings) -> Client:
    return Client(settings.bot_token.get_secret_value(), settings.bot_api_url)


async def test_what_waits_at_telegram_is_counted(sandbox: Sandbox, settings: Settings) -> None:
    """Two people wrote while no bot ran."""
    for name in ("Maria", "Ivan"):
        sandbox.people.start(sandbox.add_person(name, "en").id)
    assert "2 updates wait" in the(await examine(settings), "Updates").said
