"""What goes wrong in a storm: a shuffled deck of faults, one after the other and side by side."""

import asyncio
import resource
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from random import Random

import aiohttp
import psutil

from bot.sandbox.server import Sandbox
from tests.storm.crowd import Crowd
from tests.storm.lives import POLLING, WEBHOOK, Lives

MOST = 3
"""How many faults go on at the same time."""

Told = Callable[[str, float], None]
"""Hears what happens, and which share of the storm has passed (0 to 1)."""

METHODS = ("sendMessage", "editMessageText", "answerCallbackQuery", "getUpdates")
"""What a fault may be about; or it is about every method."""


class Weather:
    """Storms over one sandbox, one bot and its SQLite file."""

    def __init__(
        self, sandbox: Sandbox, crowd: Crowd, lives: Lives, database: Path, chance: Random
    ) -> None:
        self._sandbox = sandbox
        self._crowd = crowd
        self._lives = lives
        self._database = database
        self._chance = chance
        self.struck: Counter[str] = Counter()
        """How often each fault came."""
        self.deck: dict[str, Callable[[], Awaitable[None]]] = {
            "429 for one person": self._one_refused,
            "429 for everybody": lambda: self._calls("429", 0.3, 1.5),
            "500": lambda: self._calls("500", 0.3, 1.5),
            "502 in HTML": lambda: self._calls("502", 0.3, 1.5),
            "half of the JSON": lambda: self._calls("half", 0.3, 1.5),
            "dropped before acting": lambda: self._calls("drop_before", 0.3, 1.5),
            "dropped after acting": lambda: self._calls("drop_after", 0.3, 1.5),
            "slow answers": lambda: self._calls("slow", 1, 3, delay=0.5),
            "Telegram away": lambda: self._calls("drop_before", 1, 5, every=True),
            "Telegram hangs": lambda: self._calls("drop_before", 1, 2, every=True, delay=3.0),
            "another poller (409)": self._another,
            "database locked": lambda: self._lock(0.5, 3),
            "database slow": self._crawl,
            "disk full": self._fill,
            "kill -9": lambda: self._lives.kill(self._way()),
            "SIGTERM": lambda: self._lives.stop(self._other_way()),
        }
        if not hasattr(resource, "prlimit"):
            del self.deck["disk full"]  # only Linux can take a disk away from a running process

    async def blow(self, seconds: float, pause: float, told: Told) -> None:
        """Lets a fault strike every `pause` seconds; returns when the last one is over."""
        began = time.monotonic()
        under_way: set[asyncio.Task[None]] = set()
        deck: list[str] = []
        while (passed := time.monotonic() - began) < seconds:
            deck = deck or self._chance.sample(sorted(self.deck), len(self.deck))
            name = deck.pop()
            self.struck[name] += 1
            told(name, passed / seconds)
            under_way.add(asyncio.ensure_future(self.deck[name]()))
            await asyncio.sleep(pause)
            while len([one for one in under_way if not one.done()]) >= MOST:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                under_way = {one for one in under_way if not one.done() or one.result()}
        await asyncio.gather(*under_way)
        self._sandbox.faults.clear()

    # ── Telegram ────────────────────────────────────────────────────────────────────────────────

    async def _one_refused(self) -> None:
        person = self._chance.choice(self._crowd.askers)
        seconds = self._chance.randint(1, 3)
        self._sandbox.faults.script(
            "429", chat_id=person.id, times=self._chance.randint(1, 3), retry_after=seconds
        )

    async def _calls(
        self, outcome: str, least: float, most: float, *, every: bool = False, delay: float = 0.0
    ) -> None:
        """Calls of one method, or `every` call, go wrong for a while."""
        method = None if every else self._chance.choice((None, *METHODS))
        script = self._sandbox.faults.script(outcome, method=method, times=None, delay=delay)
        await asyncio.sleep(self._chance.uniform(least, most))
        self._sandbox.faults.scripts.remove(script)

    async def _another(self) -> None:
        """A second instance asks for updates once; beside a webhook Telegram refuses that."""
        url = f"{self._sandbox.url}/bot{self._sandbox.token}/getUpdates"
        try:
            async with aiohttp.ClientSession() as session, session.post(url) as answer:
                await answer.read()
        except aiohttp.ClientError:
            pass  # another fault hit this call

    # ── the database ────────────────────────────────────────────────────────────────────────────

    async def _lock(self, least: float, most: float) -> None:
        """Another process has the write lock for a while; unless a third one has it already."""
        with closing(sqlite3.connect(self._database, check_same_thread=False)) as other:
            try:
                await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return
            await asyncio.sleep(self._chance.uniform(least, most))

    async def _crawl(self) -> None:
        """The lock is rarely free, for two seconds."""
        for _ in range(12):
            await self._lock(0.1, 0.2)
            await asyncio.sleep(0.02)

    async def _fill(self) -> None:
        """The process may write no byte into any file: for SQLite, that is a disk that fails."""
        pid = self._lives.pid
        if pid is None:
            return
        try:
            process = psutil.Process(pid)
            _, most = process.rlimit(psutil.RLIMIT_FSIZE)
            process.rlimit(psutil.RLIMIT_FSIZE, (0, most))
            await asyncio.sleep(self._chance.uniform(0.5, 3))
            process.rlimit(psutil.RLIMIT_FSIZE, (most, most))
        except psutil.NoSuchProcess:
            pass  # it was killed meanwhile

    # ── the process ─────────────────────────────────────────────────────────────────────────────

    def _way(self) -> str:
        return self._chance.choice((POLLING, WEBHOOK))

    def _other_way(self) -> str:
        return WEBHOOK if self._lives.lives[-1].way == POLLING else POLLING
