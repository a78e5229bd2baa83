"""Receives updates by long polling, stores them, and only then lets Telegram forget them.

The order of things, for each update: stored (encrypted) in the inbox; confirmed to Telegram by
the next getUpdates; answered in its chat's lane; its body deleted. A crash at any point leaves it
either at Telegram or in the inbox, and the next start goes on from there.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential_jitter

from bot.channels.telegram.client import Client
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.pacing import seconds
from bot.channels.telegram.present import Presenter
from bot.channels.telegram.read import Incoming, read
from bot.dialogue.event import NOBODY, Invited, Person
from bot.dialogue.respond import Dialogue
from bot.dialogue.screen import Turn
from bot.storage.crypto import WrongKey
from bot.storage.database import NO_ANSWER
from bot.storage.store import Raw, Store

log = logging.getLogger(__name__)

T = TypeVar("T")

DRAIN_SECONDS = 8.0
"""How long a stopping bot finishes what it has begun; supervisors kill after ten."""


class Receiver:
    """Takes updates in and sees each through to its screen.

    `remembered(chat_id, before, after)` is told when somebody's choices changed.
    """

    def __init__(
        self,
        client: Client,
        store: Store,
        dialogue: Dialogue,
        staff: frozenset[int],
        remembered: Callable[[int, Person, Person], Awaitable[None]],
    ) -> None:
        self._client = client
        self._store = store
        self._dialogue = dialogue
        self._staff = staff
        self._remembered = remembered
        self._presenter = Presenter(client)
        self._lanes = Lanes()

    async def poll(self, stop: asyncio.Event) -> None:
        """Runs until `stop` is set, then finishes what has begun.

        Raises InvalidToken when Telegram does not know the token any more: nothing will help.
        """
        for raw in await self._store.waiting():
            self._accept(raw)
        polling = asyncio.create_task(self._poll())
        others = [asyncio.create_task(stop.wait()), asyncio.create_task(self._tidy())]
        try:
            await asyncio.wait({polling, others[0]}, return_when=asyncio.FIRST_COMPLETED)
            if polling.done():
                polling.result()
        finally:
            # Wherever polling stands, it may end there: what it holds is with Telegram still, or
            # in the inbox already.
            for task in (polling, *others):
                task.cancel()
            await asyncio.gather(polling, *others, return_exceptions=True)
            if not await self._lanes.drain(DRAIN_SECONDS):
                log.warning("stopping with work unfinished; the next start goes on with it")

    async def _poll(self) -> None:
        offset: int | None = None
        failures = 0
        while True:
            await self._lanes.room()
            try:
                updates = await self._client.raw_updates(offset)
            except InvalidToken:
                raise
            except TelegramError as error:
                failures += 1
                await asyncio.sleep(_pause(error, failures))
                continue
            failures = 0
            if updates:
                for raw in await _patiently(partial(self._store.take, updates, time.time())):
                    self._accept(raw)
                offset = max(raw["update_id"] for raw in updates) + 1

    def _accept(self, raw: Raw) -> None:
        """Reads one stored update and puts it into its chat's lane."""
        number: int = raw["update_id"]
        try:
            incoming = read(Update.de_json(dict(raw), self._client), self._staff)
        except Exception as error:
            log.error("update %d cannot be read (%s); set aside", number, type(error).__name__)
            self._lanes.push(number, lambda: self._set_aside(number))
            return
        if incoming is None:
            self._store.ended(number)
            return
        # A group is left once, however much is said there until then.
        most = 1 if isinstance(incoming.event, Invited) else 100
        if not self._lanes.push(incoming.chat_id, lambda: self._turn(number, incoming), most):
            log.debug("update %d is not answered: too many of its chat are waiting", number)
            self._store.ended(number)

    async def _set_aside(self, number: int) -> None:
        try:
            await self._store.set_aside(number)
        except NO_ANSWER:
            log.error("update %d could not be set aside; the next start tries again", number)

    async def _turn(self, number: int, incoming: Incoming) -> None:
        """From event to screen. Remembered before it is shown; ended after."""
        try:
            turn = await self._decide(incoming)
            await self._presenter.show(incoming, turn)
        except InvalidToken:
            return  # polling ends for the same reason; the next start shows it
        except Exception as error:
            # Only names: a message could hold what the person wrote.
            trace = error.__traceback__
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            place = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"
            log.error("update %d failed (%s in %s)", number, type(error).__name__, place)
            await self._set_aside(number)
            return
        self._store.ended(number)

    async def _decide(self, incoming: Incoming) -> Turn:
        today = datetime.now(UTC).date()
        person = NOBODY
        if self._dialogue.needs_person(incoming.event):
            try:
                person = await _patiently(lambda: self._store.person(incoming.chat_id))
            except WrongKey:
                # Somebody may need help now: without their choices is better than not at all.
                log.error("a person's choices were sealed with a key that is not configured")
        turn = self._dialogue.respond(person, incoming.event, incoming.client, today)
        after = turn.remember
        if after is not None:
            await _patiently(lambda: self._store.remember(incoming.chat_id, after))
            await self._remembered(incoming.chat_id, person, after)
        return turn

    async def _tidy(self) -> None:
        """Forgets old update numbers, at start and once an hour."""
        while True:
            try:
                await self._store.tidy(time.time())
            except NO_ANSWER:
                log.error("old updates could not be deleted; trying again in an hour")
            await asyncio.sleep(3600)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Asks the database until it answers. Until then nothing is confirmed, shown or lost."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(NO_ANSWER),
        wait=wait_exponential_jitter(multiplier=0.2, max=10),
        before_sleep=lambda _: log.error("the database does not answer; trying again"),
        reraise=True,
    ):
        with attempt:
            return await call()
    raise AssertionError("the loop above ends by return or raise")


def _pause(error: TelegramError, failures: int) -> float:
    """Seconds before the next getUpdates. The first failure is normal: connections are closed
    after about 40 s by Telegram's front ends."""
    if isinstance(error, RetryAfter):
        # Asking once a minute does no harm; being deaf for long does.
        return min(seconds(error), 60.0)
    if isinstance(error, Conflict):
        log.error("another instance is polling with the same token (409): stop one of them")
        return 5.0
    if failures == 1:
        return 0.0
    log.warning("Telegram cannot be reached (%s), attempt %d", type(error).__name__, failures)
    return float(min(0.2 * 2 ** min(failures, 10), 30.0))
