"""Updates by webhook: in order in a chat, side by side between chats, until the bot says 200."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Api


@dataclass
class Hook:
    """A bot that listens; `answers` are given in turn, then 200."""

    url: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    gates: dict[int, asyncio.Event] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.Response:
        update = await request.json()
        gate = self.gates.get(update["message"]["chat"]["id"])
        if gate is not None:
            await gate.wait()
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.heard.append(update)
        return self.answers.pop(0) if self.answers else web.Response()

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.heard]


@pytest.fixture
async def hook(sandbox: Sandbox) -> AsyncIterator[Hook]:
    sandbox.delivery.retry_seconds = 0.02
    listening = Hook()
    app = web.Application()
    app.router.add_post("/hook", listening.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    listening.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield listening
    for gate in listening.gates.values():
        gate.set()
    await sandbox.stop()
    await runner.cleanup()


async def until(ready: Any) -> None:
    """Wait until `ready()` is true, two seconds at most."""
    async with asyncio.timeout(2):
        while not ready():
            await asyncio.sleep(0.005)


async def test_updates_are_brought_with_the_secret(
    sandbox: Sandbox, api: Api, maria: User, hook: Hook
) -> None:
    """What waited and what comes is POSTed in order, with the secret; polling is shut out."""
    sandbox.people.say(maria.id, maria.id, "before")
    await api.call("setWebhook", url=hook.url, secret_token="s-3_cret", max_connections=3)
    sandbox.people.say(maria.id, maria.id, "after")
    await until(lambda: len(hook.heard) == 2)
    assert hook.texts == ["before", "after"]
    assert hook.secrets == ["s-3_cret"] * 2
    info = await api.call("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == (hook.url, 0)
    assert info["max_connections"] == 3
    assert (await api.answer("getUpdates"))["description"] == (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete"
        " the webhook first"
    )
    await api.call("deleteWebhook")
    assert (await api.call("getWebhookInfo"))["url"] == ""
    assert await api.updates() == []


async def test_a_failure_is_offered_again_and_holds_its_chat(
    sandbox: Sandbox, api: Api, maria: User, hook: Hook
) -> None:
    """Anything but 2xx is retried until it works; later words of that chat wait behind it."""
    hook.answers = [web.Response(status=500), web.Response(status=404)]
    await api.call("setWebhook", url=hook.url, allowed_updates=["message"])
    sandbox.people.say(maria.id, maria.id, "one")
    sandbox.people.say(maria.id, maria.id, "two")
    await until(lambda: len(hook.heard) == 4)
    assert hook.texts == ["one", "one", "one", "two"]
    info = await api.call("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 404")
    assert info["allowed_updates"] == ["message"]


async def test_a_slow_chat_holds_up_no_other(
    sandbox: Sandbox, api: Api, maria: User, hook: Hook
) -> None:
    """While one patient's update is being handled, another's is brought."""
    other = sandbox.add_person("Wang Fang", "zh-hans", started=True)
    hook.gates[maria.id] = asyncio.Event()
    await api.call("setWebhook", url=hook.url)
    sandbox.people.say(maria.id, maria.id, "slow 1")
    sandbox.people.say(maria.id, maria.id, "slow 2")
    sandbox.people.say(other.id, other.id, "quick")
    await until(lambda: hook.texts == ["quick"])
    hook.gates[maria.id].set()
    await until(lambda: len(hook.heard) == 3)
    assert hook.texts == ["quick", "slow 1", "slow 2"]


async def test_an_answer_can_carry_a_call(
    sandbox: Sandbox, api: Api, maria: User, hook: Hook
) -> None:
    """A method in the response body is carried out; nonsense and refused calls hurt nobody.

    Each is counted as a call, and as one that had no request of its own.
    """
    call = {"method": "sendMessage", "chat_id": maria.id, "text": "at once"}
    hook.answers = [
        web.json_response(call),
        web.json_response({**call, "text": ""}),
        web.json_response({"method": "setWebhook", "url": ""}),
        web.Response(body=b"{"),
        web.json_response({"method": 5}),
    ]
    await api.call("setWebhook", url=hook.url)
    for number in range(5):
        sandbox.people.say(maria.id, maria.id, str(number))
    await until(lambda: len(hook.heard) >= 3 and sandbox.faults.calls_of("sendMessage"))
    said = [message.text for message in sandbox.world.chats[maria.id].messages.values()]
    assert said.count("at once") == 1
    refused = sandbox.faults.calls_of("sendMessage")[1]
    assert (refused.code, refused.description) == (400, "Bad Request: message text is empty")
    assert sandbox.faults.rides == sandbox.faults.counts.total() - 1  # all but the first


async def test_a_bot_that_is_not_there_yet(sandbox: Sandbox, api: Api, maria: User) -> None:
    """Nobody listens: the update waits, and the reason is told."""
    sandbox.delivery.retry_seconds = 0.02
    await api.call("setWebhook", url="http://127.0.0.1:9/hook")
    sandbox.people.say(maria.id, maria.id, "hello?")
    await asyncio.sleep(0.1)
    info = await api.call("getWebhookInfo")
    assert info["last_error_message"] == "Connection refused"
    assert info["pending_update_count"] == 1
    await api.call("deleteWebhook", drop_pending_updates=True)
    assert await api.updates() == []


async def test_a_webhook_ends_a_waiting_poll(sandbox: Sandbox, api: Api, hook: Hook) -> None:
    """Who polls while a webhook is set gets 409; dropping what waits drops it."""
    poll = asyncio.create_task(api.answer("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    sandbox_answer = await api.call("setWebhook", url=hook.url, drop_pending_updates=True)
    assert sandbox_answer is True
    conflict = await asyncio.wait_for(poll, 2)
    assert conflict["description"] == "Conflict: terminated by setWebhook request"
    await api.call("setWebhook", url="")
    assert json.dumps((await api.call("getWebhookInfo"))["url"]) == '""'
