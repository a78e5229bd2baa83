"""What goes wrong in a storm: a shuffled deck of faults, one after the other and side by side."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from random import Random

import aiohttp

from bot.sandbox.server import Sandbox
from tests.storm.databases import Database
from tests.storm.lives import POLLING, WEBHOOK, Lives

MOST = 3
"""How many faults go on at the same time."""

Told = Callable[[str, float], None]
"""Hears what happens, and which share of the storm has passed (0 to 1)."""

METHODS = ("sendMessage", "editMessageText", "answerCallbackQuery", "getUpdates")
"""What a fault may be about; or it is about every method."""

FOR_THE_GROUP = ("429", "500", "502", "half", "drop_before", "drop_after", "slow")

KILLS = 4
"""How often the process is killed for each time that any other fault strikes."""


class Weather:
    """Storms over one sandbox, its people (by their chats), one bot and its database."""

    def __init__(
        self,
        sandbox: Sandbox,
        people: Sequence[int],
        lives: Lives,
        database: Database,
        chance: Random,
    ) -> None:
        self._sandbox = sandbox
        self._people = people
        self._lives = lives
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
            "the staff's group fails": self._group,
            **database.faults,
            "kill -9": lambda: self._lives.kill(self._way()),
            "SIGTERM": lambda: self._lives.stop(self._other_way()),
        }

    @property
    def hands(self) -> int:
        """How many faults strike before the deck is dealt anew."""
        return len(self.deck) + KILLS - 1

    async def blow(self, seconds: float, pause: float, told: Told) -> None:
        """Lets a fault strike every `pause` seconds, and each once at least, however short the
        storm is; returns when the last one is over."""
        began = time.monotonic()
        under_way: set[asyncio.Task[None]] = set()
        deck: list[str] = []
        while (passed := time.monotonic() - began) < seconds or (
            deck and self.struck.total() < self.hands
        ):
            if not deck:
                deck = sorted(self.deck) + ["kill -9"] * (KILLS - 1)
                self._chance.shuffle(deck)
            name = deck.pop()
            self.struck[name] += 1
            told(name, min(passed / seconds, 1.0))
            under_way.add(asyncio.ensure_future(self.deck[name]()))
            await asyncio.sleep(pause)
            while len([one for one in under_way if not one.done()]) >= MOST:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                under_way = {one for one in under_way if not one.done() or one.result()}
        await asyncio.gather(*under_way)
        self._sandbox.faults.clear()

    # ── Telegram ────────────────────────────────────────────────────────────────────────────────

    async def _one_refused(self) -> None:
        person = self._chance.choice(self._people)
        seconds = self._chance.randint(1, 3)
        self._sandbox.faults.script(
            "429", chat_id=person, times=self._chance.randint(1, 3), retry_after=seconds
        )

    async def _calls(
        self, outcome: str, least: float, most: float, *, every: bool = False, delay: float = 0.0
    ) -> None:
        """Calls of one method, or `every` call, go wrong for a while."""
        method = None if every else self._chance.choice((None, *METHODS))
        script = self._sandbox.faults.script(outcome, method=method, times=None, delay=delay)
        await asyncio.sleep(self._chance.uniform(least, most))
        self._sandbox.faults.scripts.remove(script)

    async def _group(self) -> None:
        """Calls into the staff's group go wrong, one after the other, some while they wait."""
        for outcome in self._chance.sample(FOR_THE_GROUP, 3):
            self._sandbox.faults.script(
                outcome,
                chat_id=self._sandbox.staff_chat_id,
                skip=self._chance.randint(0, 4),
                times=self._chance.randint(1, 2),
                # Time enough to be killed before anybody knows what came of it.
                delay=self._chance.uniform(0.0, 0.5),
            )

    async def _another(self) -> None:
        """A second instance asks for updates once; beside a webhook Telegram refuses that."""
        url = f"{self._sandbox.url}/bot{self._sandbox.token}/getUpdates"
        try:
            async with aiohttp.ClientSession() as session, session.post(url) as answer:
                await answer.read()
        except aiohttp.ClientError:
            pass  # another fault hit this call

    # ── the process ─────────────────────────────────────────────────────────────────────────────

    def _way(self) -> str:
        return self._chance.choice((POLLING, WEBHOOK))

    def _other_way(self) -> str:
        return WEBHOOK if self._lives.lives[-1].way == POLLING else POLLING
