"""A running sandbox with one patient, a clock to turn, and two ways to call it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import telegram

from bot.sandbox.model import User
from bot.sandbox.server import Sandbox


@dataclass
class Clock:
    """The time in seconds; tests set it."""

    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Api:
    """The Bot API as a program without any library calls it."""

    sandbox: Sandbox
    session: aiohttp.ClientSession

    def address(self, method: str) -> str:
        return f"{self.sandbox.url}/bot{self.sandbox.token}/{method}"

    async def answer(self, method: str, **params: Any) -> dict[str, Any]:
        """The whole answer, good or bad; its `http` is the status of the response."""
        async with self.session.post(self.address(method), json=params) as response:
            whole: dict[str, Any] = await response.json()
            return {**whole, "http": response.status}

    async def call(self, method: str, **params: Any) -> Any:
        """The result; the call must succeed."""
        answer = await self.answer(method, **params)
        assert answer["ok"], answer
        assert answer["http"] == 200
        return answer["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """The description of a refusal; the call must fail, with its code in body and status."""
        answer = await self.answer(method, **params)
        assert not answer["ok"], answer
        assert answer["http"] == answer["error_code"]
        return str(answer["description"])

    async def updates(self, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.call("getUpdates", **params)
        return found

    async def page(self, what: str, **body: Any) -> Any:
        """POST /sandbox/<what>, as the page does; the status must be 200."""
        async with self.session.post(f"{self.sandbox.url}/sandbox/{what}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[Sandbox]:
    async with Sandbox(now=clock) as running:
        yield running


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(sandbox, session)


@pytest.fixture
def maria(sandbox: Sandbox) -> User:
    """A patient who has pressed Start before."""
    return sandbox.add_person("Maria", "en", started=True)


@pytest.fixture
def staff(sandbox: Sandbox) -> int:
    """The id of the staff group."""
    assert sandbox.staff_chat_id is not None
    return sandbox.staff_chat_id


@pytest.fixture
def anna(sandbox: Sandbox) -> User:
    """A member of staff."""
    return next(user for user in sandbox.world.users.values() if user.name == "Anna")


@pytest.fixture
async def ptb(sandbox: Sandbox) -> AsyncIterator[telegram.Bot]:
    """python-telegram-bot's own Bot with its default HTTPXRequest."""
    async with telegram.Bot(
        sandbox.token,
        base_url=f"{sandbox.url}/bot",
        base_file_url=f"{sandbox.url}/file/bot",
    ) as bot:
        yield bot
