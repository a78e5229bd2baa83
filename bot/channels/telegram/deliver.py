"""Works off what is owed to the staff's groups and to patients, until Telegram has confirmed it.

At the start, whenever something new is owed, and on a timer. Each chat has its own worker, so that
one that must wait (a flood limit, a group that threw the bot out) holds up no other; in a chat the
most urgent thing goes first, one call after another. What fails is owed on, and tried again with
growing pauses; what may have arrived is marked as a possible repeat.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from telegram.error import RetryAfter

from bot.channels.telegram.calls import Refusal
from bot.channels.telegram.digest import Digest
from bot.channels.telegram.outgoing import Outgoing
from bot.channels.telegram.pacing import seconds
from bot.channels.telegram.patience import patiently
from bot.channels.telegram.posting import NotYet
from bot.channels.telegram.refusals import Outcome
from bot.health import Part
from bot.log import place
from bot.storage.crypto import WrongKey
from bot.storage.database import NO_ANSWER
from bot.storage.owed import ALARM, CARD, CLOCK, ERASE, FILES, PIN, Owed
from bot.storage.store import Store

log = logging.getLogger(__name__)

TICK_SECONDS = 30.0
"""How often the store is asked without a reason. Whatever is put off has its own alarm clock."""

AT_ONCE = 500
"""How much of what is owed is looked at: more than any group takes in a quarter of an hour."""

FIRST_PAUSE = 1.0
"""Seconds until a failed call is tried again; twice as long each time after."""

LONGEST_PAUSE = 60.0
"""For a chat that nothing reaches: it is only asked whether it is back."""

LONGEST_REFUSAL = 6 * 3600.0
"""For what Telegram refuses again and again. It stays owed: somebody may find out why."""

_URGENCY = {ALARM: 0, CLOCK: 1, FILES: 3, PIN: 4, CARD: 5}
_USUAL = 2
"""An alarm goes first, then the clock; then what is owed to the staff about each case, in its
order; files, pins and what a card says now when nothing else waits, so that of forty cases at once
each is there as soon as can be."""

SILENT = timedelta(days=14)
"""For so long the person may leave an answer without one; then nobody waits for them any more."""

_HARMLESS = {PIN, ERASE, CARD}
"""Done twice, they leave what they leave when done once."""


def _pause(attempts: int, most: float) -> float:
    return float(min(FIRST_PAUSE * 2 ** min(attempts, 20), most))


class Deliverer:
    """`run` until it is cancelled, then `drain`. `part`: the health of the desk. `now`: the time.

    Failures of chats and of single things are told to `part` by their
    reason, without any word of a person.
    """

    def __init__(
        self,
        outgoing: Outgoing,
        digest: Digest,
        store: Store,
        part: Part,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._part = part
        self._now = now
        self._outgoing = outgoing
        self._digest = digest
        self._telling: asyncio.Task[None] | None = None
        """The digest, which waits for the groups' pace."""
        self._looked = datetime.min.replace(tzinfo=UTC)
        """When the clocks were looked at last."""
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._calling: set[int] = set()
        """Chats into which a call is under way, or noted in the store to be."""
        self._resting: dict[int, float] = {}
        """Chats that are left alone, and until when (time.monotonic)."""
        self._failures: dict[int, int] = {}
        """Calls into a chat that failed in a row, for reasons that are the chat's."""
        self._chats: dict[int, int] = {}
        """The chat of what is owed, by the number of the row."""
        self._troubles: dict[tuple[str, int], tuple[str, float]] = {}
        """Why something is not well, by what it is, and until when (time.monotonic) that is said
        without being seen again."""
        self._stopping = False

    # ── who works when ──

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        while True:
            self._store.owing.clear()
            try:
                await self._look_at_clocks()
                await self._wake_workers()
            except NO_ANSWER as error:
                log.error("what is owed cannot be read (%s)", type(error).__name__)
                self._later(LONGEST_PAUSE / 10)
            except WrongKey:
                self._note(("seal", 0), _SEALED, 2 * TICK_SECONDS)
            self._judge()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(await self._rest_of_tick()):
                    await self._store.owing.wait()

    async def _rest_of_tick(self) -> float:
        """Seconds until there is something to do: replies wait until they cannot be taken back."""
        try:
            then = await self._store.owed_at(self._now())
        except NO_ANSWER:
            then = None
        left = TICK_SECONDS if then is None else (then - self._now()).total_seconds()
        return min(max(left, 0.01), TICK_SECONDS)

    async def drain(self, seconds: float) -> None:
        """Ends: whoever only waits at once, whoever calls when the call is over, or in `seconds`.

        A call that is cut off is a possible repeat after the next start.
        """
        self._stopping = True
        if self._telling is not None:
            self._telling.cancel()
        for chat_id, task in self._workers.items():
            if chat_id not in self._calling:
                task.cancel()
        if self._workers:
            _, late = await asyncio.wait(self._workers.values(), timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _look_at_clocks(self) -> None:
        """What time alone makes owed: reminders, the end of long silences, the day's digest."""
        now = self._now()
        if abs((now - self._looked).total_seconds()) < TICK_SECONDS:
            return
        await self._outgoing.places.refresh()
        await self._store.sweep(now)
        await self._store.auto_close(now, SILENT)
        self._looked = now
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell(now))

    async def _tell(self, now: datetime) -> None:
        try:
            await self._digest.tell(now)
        except (*NO_ANSWER, WrongKey) as error:
            log.error("the day's digest was not told (%s)", type(error).__name__)

    async def _wake_workers(self) -> None:
        await self._outgoing.places.refresh()
        owed = await self._store.owed_next(self._now(), AT_ONCE)
        known = {one.id for one in owed}
        self._chats = {id: chat for id, chat in self._chats.items() if id in known}
        for one in owed:
            chat_id = await self._chat(one)
            if chat_id is None:
                continue
            if chat_id not in self._workers and not self._rests(chat_id):
                task = asyncio.create_task(self._work(chat_id))
                self._workers[chat_id] = task
                task.add_done_callback(partial(self._ended, chat_id))

    def _ended(self, chat_id: int, task: asyncio.Task[None]) -> None:
        del self._workers[chat_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a delivery failed (%s in %s)", type(error).__name__, place(error))
        if not self._stopping:
            self._store.owing.set()  # something may have come when it had looked already

    async def _chat(self, owed: Owed) -> int | None:
        """The chat it goes to; None while there is none."""
        if owed.id not in self._chats:
            try:
                chat_id = await self._outgoing.chat_of(owed)
            except WrongKey:
                self._note(("seal", owed.id), _SEALED, 2 * TICK_SECONDS)
                return None
            if chat_id is None:
                reason = "no staff group is set for somebody's language"
                self._note(("group", 0), reason, 2 * TICK_SECONDS)
                return None
            self._chats[owed.id] = chat_id
        return self._chats[owed.id]

    def _later(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._store.owing.set)

    # ── one chat ──

    async def _work(self, chat_id: int) -> None:
        """One thing after another, until there is nothing left or the chat must rest."""
        while not (self._stopping or self._rests(chat_id)):
            try:
                await self._outgoing.calls.room(chat_id)
                owed = await self._next(chat_id)
            except Refusal as refusal:
                self._rest(refusal)
                return
            except (*NO_ANSWER, WrongKey):
                return  # whoever woke this worker finds the same, and says so
            if owed is None:
                return
            self._calling.add(chat_id)
            try:
                if await self._outgoing.begin(owed):
                    await self._deliver(chat_id, owed)
            finally:
                self._calling.discard(chat_id)

    async def _next(self, chat_id: int) -> Owed | None:
        """The most urgent thing for this chat, the oldest of these."""
        found = [
            one
            for one in await self._store.owed_next(self._now(), AT_ONCE)
            if await self._chat(one) == chat_id
        ]
        return min(found, key=lambda one: (_URGENCY.get(one.kind, _USUAL), one.id), default=None)

    async def _deliver(self, chat_id: int, owed: Owed) -> None:
        try:
            await self._outgoing.hand_over(owed)
        except Refusal as refusal:
            await self._refused(owed, refusal)
        except NotYet:
            await self._put_off(owed, _pause(owed.attempts, LONGEST_REFUSAL), "not yet")
        except (*NO_ANSWER, WrongKey) as error:
            # It was asked before the call; what comes after a call is asked until it answers.
            pause = _pause(owed.attempts, LONGEST_PAUSE)
            await self._put_off(owed, pause, type(error).__name__)
        except Exception as error:
            # A fault of ours; nobody knows how far it got.
            name = type(error).__name__
            log.error("something owed failed (%s in %s)", name, place(error))
            pause = _pause(owed.attempts, LONGEST_REFUSAL)
            self._note(("row", owed.id), f"a delivery fails ({name})", 2 * pause)
            await self._put_off(owed, pause, name, unsure=True)
        else:
            self._failures.pop(chat_id, None)
            self._troubles.pop(("chat", chat_id), None)
            self._troubles.pop(("row", owed.id), None)
            self._store.owing.set()  # something for another chat may have waited for it
        self._judge()

    # ── what failures mean ──

    async def _refused(self, owed: Owed, refusal: Refusal) -> None:
        """What is to be done about a call that failed (refusals.py)."""
        try:
            if await self._mended(owed, refusal):
                # At once, but not for ever.
                pause = 0.0 if owed.attempts < 3 else _pause(owed.attempts, LONGEST_PAUSE)
                await self._put_off(owed, pause, refusal.why)
                return
        except Refusal as another:
            refusal = another
        unsure = refusal.outcome is Outcome.UNSURE and owed.kind not in _HARMLESS
        if refusal.outcome in _THE_CHATS:
            self._rest(refusal)
            pause = _pause(owed.attempts, LONGEST_PAUSE)
        else:
            pause = _pause(owed.attempts + 3, LONGEST_REFUSAL)
            log.error("case %s: Telegram %s", owed.number, refusal.why)
            self._note(("row", owed.id), f"Telegram {refusal.why}", 2 * pause)
        await self._put_off(owed, pause, refusal.why, unsure=unsure)

    async def _mended(self, owed: Owed, refusal: Refusal) -> bool:
        """Whether the reason is gone, and the same can be sent again. Raises Refusal."""
        match refusal.outcome:
            case Outcome.MOVED:
                await self._group_moved(refusal)
            case Outcome.TOPIC_GONE:
                log.warning("case %s: its topic is gone; it gets another one", owed.number)
                await self._outgoing.places.topic_gone(owed.number)
            case Outcome.TOPIC_CLOSED:
                await self._outgoing.places.reopen(owed.number)
            case _:
                return False
        return True

    async def _group_moved(self, refusal: Refusal) -> None:
        old, new = refusal.chat_id, getattr(refusal.error, "new_chat_id", refusal.chat_id)
        log.warning("staff group %d is a supergroup now: set it to %d in the settings", old, new)
        await patiently(lambda: self._store.group_moved(old, new))
        await patiently(self._outgoing.places.refresh)
        self._chats.clear()

    def _rest(self, refusal: Refusal) -> None:
        """Leaves a chat alone for a while: as long as Telegram says, else longer each time."""
        chat_id = refusal.chat_id
        failures = self._failures[chat_id] = self._failures.get(chat_id, 0) + 1
        pause = _pause(failures - 1, LONGEST_PAUSE)
        if isinstance(refusal.error, RetryAfter):
            pause = seconds(refusal.error)
        elif chat_id < 0:
            self._note(("chat", chat_id), refusal.why, 2 * LONGEST_PAUSE)
        self._resting[chat_id] = time.monotonic() + pause
        self._later(pause)

    def _rests(self, chat_id: int) -> bool:
        if self._resting.get(chat_id, 0.0) <= time.monotonic():
            self._resting.pop(chat_id, None)
        return chat_id in self._resting

    async def _put_off(
        self, owed: Owed, pause: float, reason: str, *, unsure: bool = False
    ) -> None:
        then = self._now() + timedelta(seconds=pause)
        await patiently(lambda: self._store.put_off(owed.id, then, reason, unsure=unsure))
        if pause:
            self._later(pause)

    # ── health ──

    def _note(self, key: tuple[str, int], reason: str, lasts: float) -> None:
        if key[0] == "chat" and key not in self._troubles:
            log.error("staff group %d: %s; what it is owed is kept", key[1], reason)
        self._troubles[key] = reason, time.monotonic() + lasts

    def _judge(self) -> None:
        """Tells the health how it stands. Trouble that is not seen again is over."""
        now = time.monotonic()
        self._troubles = {key: one for key, one in self._troubles.items() if one[1] > now}
        if self._troubles:
            self._part.fails(next(iter(self._troubles.values()))[0])
        else:
            self._part.works()


_THE_CHATS = {Outcome.NOT_SENT, Outcome.WAIT, Outcome.UNSURE, Outcome.SHUT_OUT}
"""Failures that the next call into the same chat would meet, too."""

_SEALED = "something owed was sealed with a key that is not there"
