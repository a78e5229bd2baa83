"""A staff group on a Telegram of its own, patients who send cases, and the deliverer between."""

import asyncio
import itertools
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.telegram.client import Client
from bot.channels.telegram.deliver import Deliverer
from bot.channels.telegram.pacing import Pacer
from bot.desk.desks import Desks
from bot.dialogue.case import Case, Change, File, OpenCase
from bot.health import Health
from bot.sandbox.faults import Recorded
from bot.sandbox.model import Chat, Message, User
from bot.sandbox.server import Sandbox
from bot.storage.crypto import Cipher
from bot.storage.store import Store
from bot.storage.tables import owed
from tests.desk.cases import case
from tests.dialogue.words import words

PATIENCE = 60.0
"""Seconds that a story waits for what must happen. Nothing takes that long when all is well."""

REPEAT = "🔁 Possible repeat"


class Clock:
    """Time that passes `times` as fast as ours."""

    def __init__(self, times: float = 1.0) -> None:
        self._times = times
        self._begin = time.monotonic()

    def now(self) -> float:
        return (time.monotonic() - self._begin) * self._times

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._times)


class Office:
    """`start`, `stop`, `kill`: the deliverer with a store, a client and a health of its own."""

    def __init__(
        self,
        sandbox: Sandbox,
        engine: AsyncEngine,
        key: str,
        *,
        groups: Mapping[str, int] | None = None,
        pacer: Callable[[], Pacer] = lambda: Pacer(burst=100, group=10_000, retries=0, margin=0.01),
    ) -> None:
        self.sandbox = sandbox
        self.engine = engine
        self.groups = dict(groups or {})
        self.updates = itertools.count(1000)
        self._key = key
        self._pacer = pacer
        self._task: asyncio.Task[None] | None = None

    # ── the bot ──

    async def start(self) -> None:
        """As the bot starts: whatever an earlier run was sending is unsure now."""
        self.health = Health()
        self.store = Store(self.engine, Cipher([self._key]), self.health.storage)
        await self.store.begin()
        self.client = Client(self.sandbox.token, self.sandbox.url, self._pacer())
        await self.client.initialize()
        self.deliverer = Deliverer(
            self.client,
            self.store,
            words().form,
            Desks(words().languages, self.sandbox.staff_chat_id, self.groups),
            self.health.desk,
        )
        self._task = asyncio.create_task(self.deliverer.run())

    async def stop(self, patience: float = PATIENCE) -> None:
        """As the bot stops: what is under way is finished."""
        if self._task is None:
            return
        await self._end_of_run()
        await self.deliverer.drain(patience)
        await self.client.shutdown()
        await self.store.close()

    async def kill(self) -> None:
        """As a power cut does it: calls are cut off wherever they are."""
        await self.stop(0.0)

    async def _end_of_run(self) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    # ── people ──

    def person(self, name: str = "Maria", language: str = "en") -> User:
        return self.sandbox.add_person(name, language, started=True)

    async def changes(self, chat_id: int, *changes: Change) -> None:
        """A turn of this person that changes something."""
        number = next(self.updates)
        assert await self.store.commit(chat_id, number, None, changes, datetime.now(UTC))

    async def sends(
        self, number: str, who: User | None = None, **more: object
    ) -> tuple[User, Case]:
        """Somebody sends a case; `more` as in tests.desk.cases.case."""
        person = who or self.person()
        made = case(number, person.id, **{"created": datetime.now(UTC), **more})  # type: ignore[arg-type] # a test says what fits
        await self.changes(person.id, OpenCase(made))
        return person, made

    async def calls(self, method: str, times: int = 1) -> Recorded:
        """Waits until the bot has made this call so often; the last of them."""
        await until_so(lambda: len(self.sandbox.faults.calls_of(method)) >= times)
        return self.sandbox.faults.calls_of(method)[-1]

    def uploads(self, who: User, kind: str, album: str | None = None, caption: str = "") -> File:
        """A report that the person sends into their own chat."""
        sent = self.sandbox.people.send(who.id, who.id, kind, caption=caption, media_group_id=album)
        return File(sent.message_id, kind, album)

    # ── what can be seen ──

    @property
    def group(self) -> Chat:
        assert self.sandbox.staff_chat_id is not None
        return self.sandbox.world.chats[self.sandbox.staff_chat_id]

    def messages(self, chat: Chat | None = None) -> list[Message]:
        """What the bot posted into the group, oldest first, without service lines."""
        bot = self.sandbox.world.bot
        found = (chat or self.group).messages.values()
        return [one for one in found if one.sender is bot and not one.service]

    def texts(self, chat: Chat | None = None) -> list[str]:
        return [one.text or "" for one in self.messages(chat)]

    def about(self, number: str, chat: Chat | None = None) -> list[Message]:
        """Messages of the group that begin with this case's number."""
        return [one for one in self.messages(chat) if f"Case {number}" in (one.text or "")[:20]]

    def owned_up(self, person: User) -> int:
        """How often this person was told that something could not be deleted."""
        return sum("delete the rest by hand" in one for one in self.told(person))

    def told(self, who: User) -> list[str]:
        """What the person was told in their own chat."""
        return self.texts(self.sandbox.world.private_chat(who))

    async def owes(self) -> list[tuple[str, str, str]]:
        """(number, kind, reason) of what is not out yet."""
        query = select(owed.c.number, owed.c.kind, owed.c.reason).where(
            owed.c.state.in_(("queued", "sending"))
        )
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(query.order_by(owed.c.id))]

    async def settled(self) -> None:
        """Returns when nothing is owed any more; fails when it does not become less."""
        left = await self.owes()
        end = time.monotonic() + PATIENCE
        while left:
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain: {left}")
            await asyncio.sleep(0.05)
            before, left = left, await self.owes()
            if len(left) < len(before):
                end = time.monotonic() + PATIENCE


async def until_so(true: Callable[[], bool]) -> None:
    """Waits for something to become true."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        await asyncio.sleep(0.02)


def later(made: Case, **changes: object) -> Case:
    """The case after a turn."""
    return replace(made, **changes)  # type: ignore[arg-type] # a test says what fits


def cards(office: Office, number: str) -> list[str]:
    """Every card of this case, wherever in the group."""
    return [one.text or "" for one in office.about(number) if "Language:" in (one.text or "")]


def all_troubles(office: Office) -> str | None:
    """What the health says, without its patience."""
    office.health.desk.patience = 0.0
    return office.health.desk.trouble()


def delete_topic(office: Office) -> None:
    """Staff delete the only topic, in their own messenger."""
    group = office.group
    (topic,) = group.topics
    del group.topics[topic]
    gone = [each for each, one in group.messages.items() if one.thread_id == topic]
    office.sandbox.world.delete(group, gone)
