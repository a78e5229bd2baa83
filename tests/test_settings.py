"""The settings about the webhook: what is taken, what is refused, and what nobody gets to see."""

import asyncio
import errno
import os
import socket
from pathlib import Path

import pytest

from bot.sandbox.command import sandbox_settings
from bot.sandbox.server import Sandbox
from bot.settings import Settings, WrongSettings, read_settings
from bot.storage.crypto import new_key
from tests.process import Process

TOKEN = "123456789:" + "A" * 35


def settings(**given: object) -> Settings:
    needed: dict[str, object] = {"bot_token": TOKEN, "encryption_keys": new_key()}
    return read_settings(_env_file=None, **needed | given)


def refusal(**given: object) -> str:
    """What is said to these settings."""
    with pytest.raises(WrongSettings) as wrong:
        settings(**given)
    return str(wrong.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://bot.example.org",
        "https://bot.example.org/",
        "https://bot.example.org/telegram",
        "https://my-bot.example.org:8443/a/b_c.d-e~f",
        "https://bot.example.org:443/telegram",
        "https://203.0.113.7:88/telegram",
    ],
)
def test_a_public_address_is_https_and_the_bot_listens_everywhere(url: str) -> None:
    """On one of the four ports Telegram delivers to; a proxy or a router stands in front."""
    taken = settings(webhook_url=url)
    assert taken.webhook_url == url
    assert taken.host is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8080/telegram", "127.0.0.1"),
        ("http://localhost:8080", "localhost"),
        ("http://[::1]:8080/x", "::1"),
    ],
)
def test_plain_http_is_for_loopback_and_nobody_else_is_listened_to(url: str, host: str) -> None:
    """The bot listens where a Bot API server of the same machine delivers, and only there."""
    taken = settings(webhook_url=url)
    assert taken.webhook_url == url
    assert taken.host == host


@pytest.mark.parametrize(
    "url",
    [
        "http://bot.example.org/telegram",
        "http://10.0.0.1/telegram",
        "http://127.0.0.1.example.org/",
        "http://127.0.0.1@example.org/",
        "http://127.0.0.1:80@example.org/",
        "http://localhost.example.org/",
        "http://127.0.0.1/a?b",
        "http://127.0.0.1/\n",
        "ftp://bot.example.org/",
        "bot.example.org/telegram",
        "8080",
    ],
)
def test_what_patients_write_never_travels_in_the_clear(url: str) -> None:
    """Anything else than https is refused, whatever its beginning looks like."""
    said = refusal(webhook_url=url)
    assert said.startswith("WEBHOOK_URL must start with https://")
    assert url not in said


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https:///telegram",
        "https://bot.example.org:8080/telegram",
        "https://bot.example.org:0/telegram",
        "https://bot.example.org:x/telegram",
        "https://bot.example.org:/telegram",
        "https://bot.example.org/telegram?key=1",
        "https://bot.example.org/telegram?",
        "https://bot.example.org/telegram#x",
        "https://user:password@bot.example.org/",
        "https://bot.example.org\\@example.com/",
        "https://bot..example.org/",
        "https://bot example.org/",
        "https://bot.example.org/tele gram",
        "https://bot.example.org/telegram\n",
        "https://bot.example.org/{path}",
        "https://bot.example.org/{",
        "https://bot.example.org/%zz",
        "https://[::1/telegram",
        "https://bot.example.org/\u00e9",
    ],
)
def test_an_address_telegram_cannot_deliver_to_is_told_at_the_start(url: str) -> None:
    """With an example of a right one, and without repeating the wrong one."""
    said = refusal(webhook_url=url)
    assert said.startswith("WEBHOOK_URL is not an address that Telegram delivers to.")
    assert "https://bot.example.org/telegram" in said
    assert "password" not in said


@pytest.mark.parametrize("port", ["0", "-1", "65536", "eighty", "80.5", "8080 8081"])
def test_a_port_is_a_whole_number_up_to_65535(port: str) -> None:
    """Anything else is one sentence about PORT."""
    said = refusal(port=port)
    assert said.startswith("PORT must be ")
    assert "\n" not in said
    assert port not in said.replace("from 1 to 65535", "")


@pytest.mark.parametrize("secret", ["two words", "naïve", "a/b", "x" * 257, "a\n", "ü", "a,b"])
def test_a_secret_telegram_would_not_send_is_refused_and_not_repeated(secret: str) -> None:
    """Letters, digits, _ and -, up to 256 of them (Bot API, setWebhook)."""
    said = refusal(webhook_secret=secret)
    assert said.startswith("WEBHOOK_SECRET may hold")
    assert secret not in said


def test_every_problem_is_told_at_once() -> None:
    """One line each, in one go."""
    said = refusal(webhook_url="http://x", port="0", webhook_secret="?", bot_token="x")
    names = [line.partition(" ")[0] for line in said.splitlines()]
    assert names == ["BOT_TOKEN", "PORT", "WEBHOOK_SECRET", "WEBHOOK_URL"]


def test_the_derived_secret_is_stable_and_does_not_give_the_token_away() -> None:
    """The same after a restart, another one for another bot, and fit for Telegram."""
    first, again = settings(), settings(encryption_keys=new_key(), port=8081)
    other = settings(bot_token="123456789:" + "B" * 35)
    assert first.secret == again.secret != other.secret
    assert settings(webhook_secret=first.secret).secret == first.secret  # only what is allowed
    assert len(first.secret) >= 32
    assert TOKEN not in first.secret
    assert TOKEN.partition(":")[2] not in first.secret
    assert settings(webhook_secret="my-own_1").secret == "my-own_1"


def test_no_secret_is_printed() -> None:
    """Neither by str nor by repr: not the token, not a key, not what was set or derived."""
    key = new_key()
    taken = settings(encryption_keys=key, webhook_secret="my-own-secret")
    for shown in (str(taken), repr(taken), f"{taken.model_dump()}"):
        for secret in (TOKEN, key, "my-own-secret", settings().secret):
            assert secret not in shown


@pytest.mark.parametrize("webhook", [False, True], ids=["health alone", "webhook"])
async def test_a_port_that_is_taken_is_told_with_the_remedy(webhook: bool, tmp_path: Path) -> None:
    """One sentence about PORT, nothing about the database, and an exit code that is not 0."""
    async with Sandbox() as sandbox:
        process = Process(sandbox_settings(sandbox, tmp_path))
        with socket.socket() as other:
            other.bind(("127.0.0.1" if webhook else "", 0))
            other.listen()
            port = str(other.getsockname()[1])
            process.environment["PORT"] = port
            if webhook:
                process.environment["WEBHOOK_URL"] = f"http://127.0.0.1:{port}/telegram"
            process.start()
            assert process.running is not None
            _, log = await asyncio.to_thread(process.running.communicate)
    assert process.running.returncode == 1
    assert log.decode().strip() == (
        f"The bot cannot listen on port {port} ({os.strerror(errno.EADDRINUSE)}). "
        "Choose another one with PORT, or stop what uses it."
    )
