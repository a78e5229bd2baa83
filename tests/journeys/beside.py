"""A bot beside the sandbox, by polling or by webhook, for the stories about how updates come."""

import asyncio
import contextlib
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator

import aiohttp
from sqlalchemy.engine import make_url

from bot.app import App, run
from bot.sandbox.clock import Clock
from bot.sandbox.command import open_for_consultations
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.dialogue.words import words

PATIENCE = 20.0
"""Seconds that anything awaited may take on a slow machine; when all is well, nothing does."""


def free_port() -> int:
    """One that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def by_webhook(settings: Settings) -> Settings:
    """The same bot, to which Telegram brings updates on a free port of loopback."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/telegram"
    return settings.model_copy(update={"webhook_url": url, "port": port})


async def until(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Waits; fails with `what` was waited for."""
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < end, f"waited in vain for {what}"
        await asyncio.sleep(0.01)


def arrivals(sandbox: Sandbox) -> int:
    """How often a bot has begun, or gone on, to take updates."""
    hooked = sum(call.code == 200 for call in sandbox.faults.calls_of("setWebhook"))
    return hooked + sandbox.faults.counts["getUpdates"]


@contextlib.asynccontextmanager
async def begun(settings: Settings, clock: Clock | None = None) -> AsyncIterator[App]:
    """The bot in this process, however far it gets. A fault in it fails the test.

    `clock`: the sandbox's. When the test moves it, the bot's own time moves too.
    """
    clock = clock or Clock()
    app, stop = App(settings, words(), clock.now), asyncio.Event()
    clock.moved.append(app.wake)
    task = asyncio.create_task(app.run(stop))
    try:
        yield app
    finally:
        clock.moved.remove(app.wake)
        stop.set()
        await asyncio.wait_for(task, 20)


@contextlib.asynccontextmanager
async def running(sandbox: Sandbox, settings: Settings) -> AsyncIterator[App]:
    """The bot in this process, taking updates, by the sandbox's clock. A fault fails the test."""
    before = arrivals(sandbox)
    async with begun(settings, sandbox.clock) as app:
        await until(lambda: arrivals(sandbox) > before, "the bot")
        yield app


async def healthz(settings: Settings) -> tuple[int, dict[str, str]]:
    """What whoever watches the bot gets to hear: the status, and a word about each part."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{settings.port}/healthz") as answer,
    ):
        return answer.status, await answer.json()


async def until_red(settings: Settings, **reasons: str) -> None:
    """Waits until each of these parts is in trouble, with these words in its reason."""
    said: object = None
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                status, said = await healthz(settings)
                if status == 503 and all(words in said[part] for part, words in reasons.items()):
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {reasons}, saw {said}") from None


async def until_green(settings: Settings) -> None:
    """Waits until all is well."""
    said: object = None
    try:
        async with asyncio.timeout(2 * PATIENCE):  # pauses between attempts have grown
            while (found := await healthz(settings))[0] != 200:
                said = found[1]
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"waited in vain for health, saw {said}") from None


@contextlib.contextmanager
def sqlite(settings: Settings) -> Iterator[sqlite3.Connection]:
    """A second way to the bot's database."""
    path = make_url(settings.database_url.get_secret_value()).database
    assert path is not None
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@contextlib.asynccontextmanager
async def locked(settings: Settings) -> AsyncIterator[None]:
    """Somebody else holds SQLite's write lock.

    Asked for again and again rather than waited for: a bot in this very process could not end its
    transaction meanwhile.
    """
    with sqlite(settings) as database:
        database.execute("PRAGMA busy_timeout=0")
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    database.execute("BEGIN IMMEDIATE")
                    break
                except sqlite3.OperationalError:
                    await asyncio.sleep(0.01)
        try:
            yield
        finally:
            database.execute("ROLLBACK")


@contextlib.asynccontextmanager
async def open_to_people(sandbox: Sandbox, settings: Settings) -> AsyncIterator[None]:
    """A bot of its own words, open for consultations. A fault in it fails the test."""
    before, stop = arrivals(sandbox), asyncio.Event()
    task = asyncio.create_task(run(open_for_consultations(settings), stop))
    try:
        await until(lambda: task.done() or arrivals(sandbox) > before, "the bot")
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)
