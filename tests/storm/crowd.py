"""People who ask for one page after another, by text and by tap, and what they get to see."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bot.dialogue.event import Pressed
from bot.i18n.markup import parse
from bot.sandbox.server import Sandbox
from tests.dialogue.words import screen, words

BACK = 19
"""How many asks back a screen is recognised as shown once more."""

PATIENCE = 12
"""How many screens somebody waits for before they ask no more."""


@dataclass
class Asker:
    """One person. Each ask is for the next of `pages`, round and round, so that a screen tells
    which ask it answers."""

    id: int
    pages: list[str]
    asked: list[float] = field(default_factory=list)
    """When each ask was made (monotonic seconds)."""
    seen: int = 0
    """How many of them were answered, but for those in `missing`."""
    missing: set[int] = field(default_factory=set)
    """Asks that a later one overtook."""
    home: int | None = None
    """The bot's first message, whose buttons are pressed."""

    @property
    def waiting(self) -> int:
        return len(self.asked) - self.seen + len(self.missing)


@dataclass
class Sights:
    """What all of them saw."""

    again: Counter[int] = field(default_factory=Counter)
    """Screens shown once more, by how far they went back: 1 is the latest one."""
    overtaken: int = 0
    """Screens that came before one that was asked for earlier."""
    waits: list[float] = field(default_factory=list)
    """Seconds from each ask to its screen."""


class Crowd:
    """People beside `sandbox`, whom the bot may write to."""

    def __init__(self, sandbox: Sandbox, people: int) -> None:
        self._people = sandbox.people
        pages = sorted(words().library.pages["en"])
        self._page = {first_line(page): page for page in pages}
        self.sights = Sights()
        self.askers: list[Asker] = []
        self._by_chat: dict[int, Asker] = {}
        for number in range(people):
            user = sandbox.add_person(f"P{number}", "en", started=True)
            start = number % len(pages)
            self.askers.append(Asker(user.id, pages[start:] + pages[:start]))
            self._by_chat[user.id] = self.askers[-1]
        sandbox.world.listeners.append(self._heard)

    @property
    def asked(self) -> int:
        return sum(len(one.asked) for one in self.askers)

    @property
    def waiting(self) -> int:
        """Asks whose screen has not come."""
        return sum(one.waiting for one in self.askers)

    def ask(self, one: Asker, *, tap: bool) -> None:
        """For their next page: by a link's text, or by a tap on the first message. Nothing, when
        they wait for too many already."""
        if one.waiting >= PATIENCE:
            return
        page = one.pages[len(one.asked) % len(one.pages)]
        one.asked.append(time.monotonic())
        if tap and one.home is not None:
            self._people.press(one.id, one.id, one.home, f"v1:en:{page}")
        else:
            self._people.start(one.id, f"en_{page}")

    @asynccontextmanager
    async def talking(self, chance: Random, least: float, most: float) -> AsyncIterator[None]:
        """Meanwhile everybody asks again and again, after pauses of `least` to `most` seconds."""

        async def talk(one: Asker) -> None:
            while True:
                await asyncio.sleep(chance.uniform(least, most))
                self.ask(one, tap=chance.random() < 0.5)

        tasks = [asyncio.create_task(talk(one)) for one in self.askers]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            talked = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in talked), talked

    def ask_all(self) -> None:
        """Everybody asks once, half of them by a tap."""
        for number, one in enumerate(self.askers):
            self.ask(one, tap=number % 2 == 0)

    def _heard(self, kind: str, what: dict[str, Any]) -> None:
        message = what.get("message")
        if kind != "message" or message is None or not message.sender.is_bot:
            return
        one = self._by_chat.get(message.chat.id)
        page = self._page.get((message.text or "").partition("\n")[0])
        if one is not None and page is not None:
            one.home = one.home or message.message_id
            self._saw(one, page)

    def _saw(self, one: Asker, page: str) -> None:
        ahead = (one.pages.index(page) - one.seen) % len(one.pages)
        back = len(one.pages) - ahead
        if back <= BACK:
            place = one.seen - back
            if place not in one.missing:
                self.sights.again[back] += 1
                return
            one.missing.discard(place)
        else:
            place = one.seen + ahead
            self.sights.overtaken += bool(ahead)
            one.missing |= {*range(one.seen, place)}
            one.seen = place + 1
        self.sights.waits.append(time.monotonic() - one.asked[place])


def first_line(page: str) -> str:
    """What the screen of a page begins with, in English: no two begin alike."""
    return parse(screen(Pressed(f"v1:en:{page}")).body).text.partition("\n")[0]
