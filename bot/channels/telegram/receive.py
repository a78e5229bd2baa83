"""Takes updates in, stores them, and sees each through to its screen.

The order of things, for each update: stored (encrypted) in the inbox; confirmed to Telegram, by
the next getUpdates or by a 200; answered in its chat's lane; its body deleted. A crash at any
point leaves it either at Telegram or in the inbox, and the next start goes on from there.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from bot.channels.telegram.client import Client
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.patience import patiently, report
from bot.channels.telegram.present import Presenter
from bot.channels.telegram.read import FIRST_SUPERGROUP, Incoming, Raw, moved, read
from bot.channels.telegram.read_staff import read_came, read_staff
from bot.channels.telegram.receipts import Receipts
from bot.channels.telegram.receive_staff import StaffReceiver
from bot.clock import Now, utc_now
from bot.dialogue.case import Moment, Session
from bot.dialogue.event import Invited, Person, Said, Sent
from bot.dialogue.respond import Dialogue
from bot.dialogue.screen import Turn
from bot.health import Health
from bot.storage.cases import Outdated, reference
from bot.storage.crypto import WrongKey
from bot.storage.database import NO_ANSWER
from bot.storage.store import Store

log = logging.getLogger(__name__)

MOVING_SECONDS = 3.0
"""How long a supergroup is not left yet while one of our groups may be becoming it."""

DRAIN_SECONDS = 5.0
"""How long a stopping bot finishes what it has begun; supervisors kill after ten, and the web
server, the command lists and the database take their second too."""

MOST_WAITING = 100
"""Updates of one chat that may wait for their turn. Who sends faster than a chat can be answered
is told so once; the rest of that flood is not answered."""

_DECISIONS = 5
"""How often a turn is decided anew because what it was decided on has changed meanwhile."""

_ALBUMS = 1000
"""Albums remembered, so that ten pictures sent together get one answer."""


class Receiver:
    """What every update passes through, however it came.

    `staff`: the staff groups' ids; `desk` gets what is done there. `remembered(chat_id, before,
    after)` is told when somebody's choices changed. `now`: the time.
    """

    def __init__(
        self,
        client: Client,
        store: Store,
        dialogue: Dialogue,
        staff: frozenset[int],
        desk: StaffReceiver,
        receipts: Receipts,
        remembered: Callable[[int, Person, Person], Awaitable[None]],
        health: Health,
        now: Now = utc_now,
    ) -> None:
        self._store = store
        self._desk = desk
        self._receipts = receipts
        self._now = now
        self.dialogue = dialogue
        self._staff = staff
        self._remembered = remembered
        self._health = health
        self._presenter = Presenter(client, health.delivery)
        self._lanes = Lanes()
        self._flooding: set[int] = set()
        self._albums: OrderedDict[tuple[int, str], None] = OrderedDict()
        self._taking: set[asyncio.Task[list[Raw]]] = set()
        health.waiting = lambda: self._lanes.pending + desk.pending
        # One who was flooding may have to wait for hours: no reason to restart the bot.
        health.oldest = lambda: max(self._lanes.oldest(client.held), desk.oldest)

    @property
    def full(self) -> bool:
        """More is waiting than should: Telegram can keep what comes for a while."""
        return self._lanes.full

    async def room(self) -> None:
        """Waits until more may come."""
        await self._lanes.room()

    async def resume(self) -> None:
        """Goes on with what an earlier run left behind, in Telegram's order."""
        for old, new in (await patiently(self._store.moved)).items():
            self._move(old, new)
        for raw in await patiently(self._store.waiting):
            self._accept(raw)

    async def take(self, updates: Sequence[Raw], *, answered: bool = False) -> list[Raw]:
        """Stores updates, and begins those not seen before; returns these.

        `answered`: whoever brings them answers the presses among them. When this raises (one of
        database.NO_ANSWER), Telegram must not forget them. What is stored is also begun, even if
        who asked for it is cancelled meanwhile.
        """
        task = asyncio.create_task(self._take(updates, answered))
        self._taking.add(task)
        task.add_done_callback(self._taken)
        return await asyncio.shield(task)

    async def _take(self, updates: Sequence[Raw], answered: bool) -> list[Raw]:
        fresh = await self._store.take(updates, self._now().timestamp())
        self._health.taken += len(fresh)
        self._health.repeated += len(updates) - len(fresh)
        for raw in fresh:
            self._accept(raw, answered=answered)
        return fresh

    def _taken(self, task: asyncio.Task[list[Raw]]) -> None:
        self._taking.discard(task)
        if not task.cancelled():
            task.exception()  # who asked may be gone: Telegram brings these updates again

    async def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Finishes what has begun; what takes too long is left to the next start."""
        if self._taking:
            await asyncio.wait(set(self._taking), timeout=1.0)
        drained = await asyncio.gather(self._lanes.drain(seconds), self._desk.drain(seconds))
        if not all(drained):
            log.warning("stopping with work unfinished; the next start goes on with it")

    def _accept(self, raw: Raw, *, answered: bool = False) -> None:
        """Puts one stored update into its chat's lane."""
        number: int = raw["update_id"]
        try:
            self._place(number, raw, answered)
        except Exception as error:
            # A fault of ours: it must not take the neighbours with it, now or at the next start.
            report(f"update {number} could not be read", error)
            self._lanes.push(number, partial(self._set_aside, number))

    def _place(self, number: int, raw: Raw, answered: bool) -> None:
        went = moved(raw)
        if went is not None and went[0] in self._staff and went[1] not in self._staff:
            self._move(*went)
            self._lanes.push(went[0], lambda: self._moved(number, *went))
            return
        act = read_staff(raw, self._staff, self._desk.me)
        if act is not None:
            self._desk.accept(number, act)
            return
        came = read_came(raw)
        if came is not None and (came.chat_id > 0 or came.chat_id in self._staff):
            self._desk.came(number, came)
            return
        incoming = read(raw, self._staff)
        if incoming is None:
            self._store.ended(number)
            return
        if answered:
            incoming = replace(incoming, query_id=None)
        if incoming.album is not None:
            incoming = self._in_album(incoming, incoming.album)
        chat_id = incoming.chat_id
        # A group is left once, however much is said there until then.
        invited = isinstance(incoming.event, Invited)
        if not self._lanes.busy(chat_id):
            self._flooding.discard(chat_id)
        work = partial(self._go_away if invited else self._turn, number, incoming)
        if self._lanes.push(chat_id, work, 1 if invited else MOST_WAITING):
            return
        self._health.dropped += 1
        self._store.ended(number)
        if not invited and chat_id not in self._flooding:
            log.warning("a chat sends faster than it can be answered; the rest is not answered")
            self._flooding.add(chat_id)
            self._lanes.cut_in(chat_id, partial(self._slow_down, incoming))

    def _in_album(self, incoming: Incoming, album: str) -> Incoming:
        """Of an album, what follows the first piece is marked as such."""
        key = incoming.chat_id, album
        if key in self._albums and isinstance(incoming.event, Sent):
            return replace(incoming, event=replace(incoming.event, follows=True))
        self._albums[key] = None
        if len(self._albums) > _ALBUMS:
            self._albums.popitem(last=False)
        return incoming

    def _move(self, old: int, new: int) -> None:
        if old in self._staff and new not in self._staff:
            log.warning(
                "staff group %d is a supergroup now: set it to %d in the settings", old, new
            )
            self._staff |= {new}

    async def _moved(self, number: int, old: int, new: int) -> None:
        await patiently(lambda: self._store.group_moved(old, new))
        self._store.ended(number)

    async def _go_away(self, number: int, incoming: Incoming) -> None:
        """Leaves a group, unless it turns out to be one of ours under its new id.

        Of that, Telegram tells by an invitation and by two messages, in no certain order
        (tdlib/telegram-bot-api #266).
        """
        if incoming.chat_id < FIRST_SUPERGROUP < max(self._staff, default=FIRST_SUPERGROUP):
            await asyncio.sleep(MOVING_SECONDS)
        if incoming.chat_id in self._staff:
            self._store.ended(number)
        else:
            await self._turn(number, incoming)

    async def _slow_down(self, incoming: Incoming) -> None:
        try:
            session = await self._stored(incoming.chat_id)
            await self._presenter.show(
                replace(incoming, query_id=None), self.dialogue.too_fast(session, incoming.client)
            )
        except Exception as error:
            report("a chat could not be asked to slow down", error)

    async def _turn(self, number: int, incoming: Incoming) -> None:
        """From event to screen. Remembered before it is shown; ended after."""
        began = time.monotonic()
        if self._store.owes(incoming.chat_id):
            # A crash shows again what is not written as shown. Without this, a person who sent
            # ten messages at once would then be led ten screens back.
            await patiently(self._store.settle)
        try:
            turn = await self._decide(number, incoming)
        except Exception as error:
            # A fault of ours must not leave anybody without an answer.
            report(f"update {number} failed", error)
            await self._stumble(number, incoming)
            return
        if turn.reaction is not None and isinstance(incoming.event, Said | Sent):
            self._receipts.put(incoming.chat_id, incoming.event.message_id or 0, turn.reaction)
        try:
            await self._presenter.show(incoming, turn)
        except Exception as error:
            report(f"update {number} was not shown", error)
            await self._set_aside(number)
            return
        self._store.ended(number, incoming.chat_id)
        self._health.shown_after(time.monotonic() - began)

    async def _stumble(self, number: int, incoming: Incoming) -> None:
        session = Session(chat_id=incoming.chat_id)
        try:
            session = await self._stored(incoming.chat_id)
        except Exception as error:  # perhaps this was the fault
            report(f"who is to be told of update {number} is not known", error)
        try:
            await self._presenter.show(incoming, self.dialogue.stumbled(session, incoming.client))
        except Exception as error:
            report(f"update {number} was not answered", error)
        await self._set_aside(number)

    async def _set_aside(self, number: int) -> None:
        self._health.set_aside += 1
        try:
            await self._store.set_aside(number)
        except NO_ANSWER:
            log.error("update %d could not be set aside; the next start tries again", number)

    async def _decide(self, number: int, incoming: Incoming) -> Turn:
        """What to show, once all that it changes is stored."""
        for _ in range(_DECISIONS):
            moment = Moment(self._now(), reference())
            session = await self._session(incoming)
            turn = self.dialogue.respond(session, incoming.event, incoming.client, moment)
            after = turn.remember
            try:
                fresh = await patiently(partial(self._keep, number, incoming.chat_id, turn, moment))
            except Outdated:
                continue
            if not fresh:
                # An earlier run stored it and was stopped before it was shown.
                session = await self._session(incoming, anyhow=True)
                return self.dialogue.standing(session, incoming.client, moment)
            if after is not None:
                await self._remembered(incoming.chat_id, session.person, after)
            return turn
        raise Outdated("again and again")

    async def _keep(self, number: int, chat_id: int, turn: Turn, moment: Moment) -> bool:
        """Stores what the turn changes; False when an earlier run has."""
        if turn.changes:
            commit = self._store.commit
            return await commit(chat_id, number, turn.remember, turn.changes, moment.now)
        if turn.remember is not None:
            # A choice alone is set, not added to, and needs no key that consultations need.
            await self._store.remember(chat_id, turn.remember)
        return True

    async def _session(self, incoming: Incoming, *, anyhow: bool = False) -> Session:
        """What is stored of the person, where the answer depends on it."""
        chat_id = incoming.chat_id
        needed = self.dialogue.needs_person(incoming.event) or chat_id in self._store.drafting
        if not (needed or anyhow):
            return Session(chat_id=chat_id)
        session = await self._stored(chat_id)
        if self.dialogue.needs_proofs(incoming.event):
            session = await self._all_of(session)
        return session

    async def _all_of(self, session: Session) -> Session:
        """With the decisions about consents, and the letters."""
        chat_id, store = session.chat_id, self._store
        try:
            proofs = await patiently(lambda: store.proofs(chat_id))
            letters = await patiently(lambda: store.letters_of(chat_id))
        except WrongKey:
            return session  # `_stored` said so
        return replace(session, proofs=proofs, letters=letters)

    async def _stored(self, chat_id: int) -> Session:
        try:
            return await patiently(lambda: self._store.session(chat_id))
        except WrongKey:
            # Somebody may need help now: without their choices is better than not at all.
            log.error("what is kept of a person was sealed with a key that is not configured")
            return Session(chat_id=chat_id)
