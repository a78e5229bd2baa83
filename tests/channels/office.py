"""A staff group on a Telegram of its own, patients who send cases and write on; between them the
deliverer and the receiver."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.telegram.client import Client
from bot.channels.telegram.deliver import Deliverer
from bot.channels.telegram.digest import Digest
from bot.channels.telegram.outgoing import Outgoing
from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.poll import poll
from bot.channels.telegram.receipts import Receipts
from bot.channels.telegram.receive import Receiver
from bot.channels.telegram.receive_staff import StaffReceiver
from bot.channels.telegram.roles import Roles
from bot.clock import Now
from bot.desk.desks import Desks
from bot.dialogue.case import Case, Change, File, OpenCase
from bot.dialogue.event import Person
from bot.dialogue.screens import Opening
from bot.health import Health
from bot.sandbox.faults import Recorded
from bot.sandbox.model import Chat, Message, User
from bot.sandbox.server import Sandbox
from bot.storage.crypto import Cipher
from bot.storage.store import Store
from bot.storage.tables import owed
from tests.channels.talk import Talk
from tests.desk.cases import case
from tests.dialogue.words import dialogue, words

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
        listening: bool = False,
        admins: tuple[int, ...] = (),
    ) -> None:
        self.sandbox = sandbox
        self.talk = Talk()
        self.listening = listening
        """Whether updates are asked for, too."""
        self.admins = admins
        self.engine = engine
        self.groups = dict(groups or {})
        self.updates = itertools.count(1000)
        self._key = key
        self._pacer = pacer
        self._tasks: list[asyncio.Task[None]] = []

    # ── the bot ──

    async def start(self) -> None:
        """As the bot starts: whatever an earlier run was sending is unsure now."""
        self.health = Health()
        self.store = Store(self.engine, Cipher([self._key]), self.health.storage)
        await self.store.begin()
        self.client = Client(self.sandbox.token, self.sandbox.url, self._pacer())
        await self.client.initialize()
        form, now = words().form, self.sandbox.clock.now
        desks = Desks(words().languages, self.sandbox.staff_chat_id, self.groups)
        self.roles = Roles(self.client, self.admins)
        self.receipts = Receipts(self.client)
        self.outgoing = Outgoing(
            self.client,
            self.store,
            form,
            desks,
            self.talk,
            self.roles,
            self.receipts,
            "clinic@example.org",
            now,
        )
        digest = Digest(self.outgoing.calls, self.outgoing.places, self.store, self.talk)
        self.deliverer = Deliverer(self.outgoing, digest, self.store, self.health.desk, now=now)
        self._tasks = [asyncio.create_task(self.deliverer.run())]
        self.receiver = self._receiver(now)
        if self.listening:
            await self.receiver.resume()
            asking = poll(self.client, self.receiver, self.health.intake)
            self._tasks.append(asyncio.create_task(asking))
        self.sandbox.clock.moved[:] = [self.store.owing.set]

    def _receiver(self, now: Now) -> Receiver:
        desk = StaffReceiver(
            self.client,
            self.store,
            self.talk,
            self.outgoing,
            self.roles,
            self.receipts,
            self.health,
            self._doctor,
            now,
        )
        return Receiver(
            self.client,
            self.store,
            dialogue(opening=Opening(())),
            self.outgoing.places.groups,
            desk,
            self.receipts,
            self._remembered,
            self.health,
            now,
        )

    @staticmethod
    async def _doctor() -> tuple[str, ...]:
        return ("all is well",)

    @staticmethod
    async def _remembered(chat_id: int, before: Person, after: Person) -> None:
        """Nobody follows who chooses what."""

    async def stop(self, patience: float = PATIENCE) -> None:
        """As the bot stops: what is under way is finished."""
        if not self._tasks:
            return
        await self._end_of_run()
        await asyncio.gather(self.receiver.drain(patience), self.deliverer.drain(patience))
        await self.receipts.drain(patience)
        await self.client.shutdown()
        await self.store.close()

    async def kill(self) -> None:
        """As a power cut does it: calls are cut off wherever they are."""
        await self.stop(0.0)

    async def _end_of_run(self) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    # ── people ──

    def person(self, name: str = "Maria", language: str = "en") -> User:
        return self.sandbox.add_person(name, language, started=True)

    async def changes(self, chat_id: int, *changes: Change) -> None:
        """A turn of this person that changes something."""
        number = next(self.updates)
        assert await self.store.commit(chat_id, number, None, changes, self.sandbox.clock.now())

    async def sends(
        self, number: str, who: User | None = None, **more: object
    ) -> tuple[User, Case]:
        """Somebody sends a case; `more` as in tests.desk.cases.case."""
        person = who or self.person()
        made = case(number, person.id, **{"created": self.sandbox.clock.now(), **more})  # type: ignore[arg-type] # a test says what fits
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

    def member(self, name: str = "Anna") -> User:
        """Somebody of the staff: Dr Li owns the group, Anna is an administrator, Tom a member,
        Ruth an administrator who remains anonymous."""
        users = self.sandbox.world.users.values()
        return next(one for one in users if one.staff and one.name == name)

    def writes(self, who: User, words: str, to: Message | None = None) -> Message:
        """A person writes to the bot."""
        reply = None if to is None else to.message_id
        return self.sandbox.people.say(who.id, who.id, words, reply_to_message_id=reply)

    def says(
        self,
        who: User,
        words: str,
        to: Message | None = None,
        topic: int | None = None,
        chat: Chat | None = None,
    ) -> Message:
        """A member writes in the group."""
        reply = None if to is None else to.message_id
        group = (chat or self.group).id
        return self.sandbox.people.say(
            who.id, group, words, reply_to_message_id=reply, message_thread_id=topic
        )

    def presses(self, who: User, on: Message, label: str) -> str:
        """A member presses a button; the number of the press."""
        for r, row in enumerate(on.keyboard or ()):
            for c, key in enumerate(row):
                if label in key["text"]:
                    return self.sandbox.people.tap(who.id, on.chat.id, on.message_id, r, c)
        raise AssertionError(f"no button {label}")

    async def card(self, number: str, chat: Chat | None = None) -> Message:
        """The card, once it is there."""
        await until_so(lambda: bool(self._cards(number, chat)))
        card = self._cards(number, chat)[-1]
        await self.linked(card)
        return card

    async def linked(self, message: Message) -> None:
        """Waits until the store knows whose message of the bot this is. People need longer than
        that to answer it."""

        async def look() -> bool:
            return await self.number_of(message.chat.id, message.message_id) is not None

        await until(look)

    async def replies(self, who: User, words: str, to: Message) -> Message:
        """A member answers a message of the bot that belongs to a case."""
        await self.linked(to)
        return self.says(who, words, to, chat=to.chat)

    def _cards(self, number: str, chat: Chat | None) -> list[Message]:
        return [one for one in self.about(number, chat) if "Language:" in (one.text or "")]

    async def sees(self, words: str, times: int = 1, chat: Chat | None = None) -> Message:
        """Waits for so many messages of the bot in the group with these words; the last one."""
        await until_so(lambda: len(self._with(words, chat or self.group)) >= times)
        return self._with(words, chat or self.group)[-1]

    async def reads(self, who: User, words: str, times: int = 1) -> Message:
        """The same in a person's own chat."""
        return await self.sees(words, times, self.sandbox.world.private_chat(who))

    def _with(self, words: str, chat: Chat) -> list[Message]:
        return [one for one in self.messages(chat) if words in (one.text or one.caption or "")]

    async def answers(self, message: Message) -> Message:
        """Waits for an answer of the bot to a message."""
        chat = message.chat
        await until_so(lambda: any(one.reply_to is message for one in self.messages(chat)))
        return next(one for one in self.messages(chat) if one.reply_to is message)

    async def is_now(self, number: str) -> Case:
        """A case as it is stored."""
        found = await self.store.case(number)
        assert found is not None
        return found

    async def reacted(self, message: Message, emoji: str | None) -> None:
        """Waits until the bot's reaction to a message is this one."""
        bot = self.sandbox.world.bot.id
        await until_so(lambda: message.reactions.get(bot) == emoji)

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

    async def number_of(self, chat_id: int, message_id: int) -> str | None:
        """The case that this message of the bot belongs to."""
        link = await self.store.link(chat_id, message_id)
        return None if link is None else link.number

    async def stored(self, number: str, count: int) -> None:
        """Waits until so many letters of a case are stored."""

        async def look() -> bool:
            return len(await self.store.letters(number)) == count

        await until(look)

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


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Waits for something to become true."""
    end = time.monotonic() + PATIENCE
    while not await true():
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        await asyncio.sleep(0.02)


async def until_so(true: Callable[[], bool]) -> None:
    """The same for what needs no waiting to be looked at."""

    async def look() -> bool:
        return true()

    await until(look)


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
