"""The people who tap, and how long each tap takes until its screen is there."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from bot.sandbox.server import Sandbox
from tests.bench.bots import PATIENCE, GaveUp, Running

PEOPLE = 8
"""How many people a phone goes round among."""


class Crowd:
    """`phones` taps are under way at any moment, by `people` times as many people."""

    def __init__(self, sandbox: Sandbox, bot: Running, phones: int, people: int = PEOPLE) -> None:
        self._sandbox = sandbox
        self._bot = bot
        self._waiting: dict[int, asyncio.Future[float]] = {}
        self._phones = [
            [sandbox.add_person(f"P{phone}", "en").id for _ in range(people)]
            for phone in range(phones)
        ]
        self._turns = [0] * phones
        self.took: list[float] = []
        """Seconds from each tap to its edit."""
        sandbox.world.listeners.append(self._heard)

    def _heard(self, kind: str, what: dict[str, Any]) -> None:
        """The bot has said or changed something: whoever waits in that chat sees it now."""
        if kind == "message" and what["message"].sender.is_bot:
            waiting = self._waiting.pop(what["chat"].id, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(time.perf_counter())

    def _shown(self, person: int) -> asyncio.Future[float]:
        waiting = self._waiting[person] = asyncio.get_running_loop().create_future()
        return waiting

    async def arrive(self) -> None:
        """Everybody presses Start, then one person of each phone taps once: nothing is cold."""

        async def phone(owners: list[int]) -> None:
            for person in owners:
                shown = self._shown(person)
                self._sandbox.people.start(person)
                await shown

        await self._watched([phone(owners) for owners in self._phones])
        await self.tap(lambda: False)
        await self.settled()
        self.took.clear()

    async def tap(self, more: Callable[[], bool]) -> None:
        """Every phone taps once, and again while `more()`."""

        async def phone(number: int) -> None:
            while True:
                await self._one(number)
                if not more():
                    return

        await self._watched([phone(number) for number in range(len(self._phones))])

    async def alone(self, times: int) -> list[float]:
        """One phone after the other taps, so many times; seconds from each tap to its edit."""

        async def one_by_one() -> None:
            for number in range(times):
                await self._one(number % len(self._phones))

        await self._watched([one_by_one()])
        await self.settled()
        took, self.took = self.took, []
        return took

    async def _one(self, phone: int) -> None:
        owners = self._phones[phone]
        turn = self._turns[phone]
        self._turns[phone] += 1
        person = owners[turn % len(owners)]
        place = "limits" if turn // len(owners) % 2 else "costs"
        message_id = max(self._sandbox.world.chats[person].messages)
        shown = self._shown(person)
        began = time.perf_counter()
        self._sandbox.people.press(person, person, message_id, f"v1:en:{place}")
        self.took.append(await shown - began)

    async def _watched(self, phones: list[Coroutine[Any, Any, None]]) -> None:
        """Does it all. Raises GaveUp when the bot ends, or when nothing more comes from it."""
        work: asyncio.Future[Any] = asyncio.gather(*phones)
        ended: asyncio.Future[Any] = asyncio.ensure_future(self._bot.ended())
        try:
            while True:
                seen = len(self.took)
                counted = self._sandbox.faults.counts.total()
                await asyncio.wait(
                    (work, ended), timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED
                )
                if work.done():
                    work.result()
                    return
                if ended.done():
                    raise ended.result()
                if seen == len(self.took) and counted == self._sandbox.faults.counts.total():
                    raise GaveUp(f"{self._bot.name} left a tap unanswered for {PATIENCE:.0f} s")
        finally:
            for task in (work, ended):
                task.cancel()
            await asyncio.gather(work, ended, return_exceptions=True)

    async def settled(self) -> None:
        """Until every press has its answer and the bot calls no more."""
        faults, end = self._sandbox.faults, time.perf_counter() + PATIENCE
        before = -1
        while time.perf_counter() < end:
            now = faults.counts.total() - faults.counts["getUpdates"]
            if now == before and not self._sandbox.world.asked:
                return
            before = now
            await asyncio.sleep(0.1)
        raise GaveUp(f"{self._bot.name} does not come to rest")
