"""When a call may go: Telegram's flood limits, kept before Telegram has to say 429.

The limits are those of the Bots FAQ (a message a second to a person, 20 a minute to a group, 30 a
second altogether), with a margin. Edits count like messages, and so does making a topic
(tdlib/td #2592); answers to presses are free (tdlib/telegram-bot-api #648). Every chat waits for
itself alone: a 429 is a deadline for its own chat, and only when several chats get one together
is it taken for a pause of everything.
"""

import asyncio
import datetime as dt
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

log = logging.getLogger(__name__)

Answer = bool | dict[str, Any] | list[dict[str, Any]]

_FREE = ("get", "set", "delete", "answer", "leave", "sendChatAction")
"""Methods that use up nobody's messages, by the start of their name."""
_MANY = {"sendMediaGroup": "media", "copyMessages": "message_ids", "forwardMessages": "message_ids"}
"""Methods that send several messages, and the parameter that lists them."""
_NEVER = -math.inf


class Bucket:
    """`burst` at once, then one every `every` seconds: in any span, burst + span / every."""

    __slots__ = ("_burst", "_every", "_full")

    def __init__(self, burst: int, every: float) -> None:
        self._burst = burst
        self._every = every
        self._full = _NEVER  # when everything allowed at once will be allowed again

    def ready(self, cost: int = 1) -> float:
        """From when on `cost` messages may go."""
        return self._full - (self._burst - min(cost, self._burst)) * self._every

    def take(self, now: float, cost: int = 1) -> float:
        """Let `cost` messages go now or as soon as they may; when that is."""
        start = max(now, self.ready(cost))
        self._full = max(self._full, start) + cost * self._every
        return start

    def at_rest(self, now: float) -> bool:
        """Nothing that was taken matters any more."""
        return self._full <= now


class Window:
    """At most `most` in any span of `seconds`. What was taken for later can be given back."""

    __slots__ = ("_most", "_seconds", "_starts")

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._starts: deque[float] = deque()  # in order

    def ready(self, cost: int = 1) -> float:
        """From when on `cost` messages may go: all at once, and not before those taken already."""
        starts, room = self._starts, self._most - min(cost, self._most)
        if not starts:
            return _NEVER
        if len(starts) <= room:
            return starts[-1]
        return max(starts[-1], starts[-1 - room] + self._seconds)

    def take(self, now: float, cost: int = 1) -> float:
        """Let `cost` messages go now or as soon as they may; when that is."""
        starts = self._starts
        start = max(now, self.ready(cost))
        while starts and starts[0] + self._seconds <= now:
            starts.popleft()
        starts.extend((start,) * cost)
        return start

    def give_back(self, start: float, cost: int = 1) -> None:
        """What was taken for `start` will not go. (Long past, it is forgotten already.)"""
        for _ in range(self._starts.count(start) and cost):
            self._starts.remove(start)

    def at_rest(self, now: float) -> bool:
        """Nothing that was taken matters any more."""
        return not self._starts or self._starts[-1] + self._seconds <= now


@dataclass(slots=True)
class _Chat:
    """What has to be remembered of one chat."""

    pace: Bucket | Window
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the call that waits or is under way, so that calls of one chat stay in order."""
    calls: int = 0
    """Calls that wait or are under way."""
    deadline: float = _NEVER
    """Nothing may go before: Telegram said so."""

    def at_rest(self, now: float) -> bool:
        return self.calls == 0 and self.deadline <= now and self.pace.at_rest(now)


class Pacer(BaseRateLimiter[int]):
    """Lets calls go as fast as Telegram takes them, in order for each chat.

    A person: `burst` messages at once, then one every `every` seconds. A group: `group` in any
    `minute`. All together: `overall` in any `second`. Methods that send nothing never wait.

    A call that got a 429 is repeated after its time, up to `retries` times (or as often as
    `rate_limit_args` says); then, or when the time is longer than `patience` seconds, RetryAfter
    is raised, and also for every other call to that chat until the time is near. `together`
    different chats refused within `within` seconds mean the bot: then all wait, but no longer
    than the least of them was told.

    `now` and `sleep` are the clock, in seconds. Up to `room` chats at rest are remembered.
    """

    def __init__(
        self,
        *,
        burst: int = 5,
        every: float = 1.0,
        group: int = 18,
        minute: float = 60.0,
        overall: int = 28,
        second: float = 1.0,
        retries: int = 3,
        patience: float = 120.0,
        together: int = 3,
        within: float = 5.0,
        margin: float = 0.25,
        room: int = 1024,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._person = (burst, every)
        self._group = (group, minute)
        self._overall = Window(overall, second)
        self._retries = retries
        self._patience = patience
        self._together = together
        self._within = within
        self._margin = margin  # Telegram rounds to whole seconds
        self._room = self._full_at = room
        self._now = now
        self._sleep = sleep
        self._chats: dict[int | str, _Chat] = {}
        self._pause = _NEVER
        self._refusals: deque[tuple[float, int | str, float]] = deque(maxlen=64)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Answer:
        """Make the call when it may go. Raises RetryAfter, and whatever the call raises."""
        retries = self._retries if rate_limit_args is None else rate_limit_args
        chat_id = data.get("chat_id")
        if chat_id is None or endpoint.startswith(_FREE):
            return await self._unpaced(callback, args, kwargs, retries)
        key = chat_id if type(chat_id) is int else _key(chat_id)
        chat = self._chats.get(key) or self._meet(key)
        cost = 1 if endpoint not in _MANY else _length(data.get(_MANY[endpoint]))
        chat.calls += 1
        try:
            # The turn is the chat's own, and kept until the call is done: a message that was
            # refused must not be overtaken by the next one.
            async with chat.turn:
                while True:
                    await self._admit(chat, cost)
                    try:
                        return await callback(*args, **kwargs)
                    except RetryAfter as error:
                        wait = seconds(error)
                        self._refused(key, chat, wait)
                        if retries <= 0:
                            raise
                        retries -= 1
                        log.warning("%s was refused for %g s", endpoint, wait)
        finally:
            chat.calls -= 1

    def held(self, chat_id: int) -> float:
        """Until when, by `now`, Telegram has asked to leave this chat alone."""
        chat = self._chats.get(chat_id)
        return max(chat.deadline, self._pause) if chat is not None else self._pause

    async def room(self, chat_id: int, cost: int = 1) -> None:
        """Return when a call of `cost` messages into this chat would go at once.

        For whoever has to write down beforehand that a call is under way, and would else have to
        say so for as long as it only waits. Raises RetryAfter like the call itself.
        """
        chat = self._chats.get(chat_id) or self._meet(chat_id)
        while (ready := max(self._told(chat), chat.pace.ready(cost))) > self._now():
            await self._sleep_until(ready)

    async def _unpaced(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        retries: int,
    ) -> Answer:
        while True:
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                wait = seconds(error)
                if retries <= 0 or wait > self._patience:
                    raise
                retries -= 1
            await self._sleep(wait + self._margin)

    async def _admit(self, chat: _Chat, cost: int) -> None:
        """Return when the call may go, with its place taken."""
        while True:
            ready = max(self._told(chat), chat.pace.ready(cost))
            now = self._now()
            if ready > now:
                await self._sleep_until(ready)
                continue
            # Only a chat that may go itself takes a place among all: first come, first served,
            # and every caller sleeps once, until the time of its own place.
            start = self._overall.take(now, cost)
            if start > now:
                try:
                    await self._sleep_until(start)
                except BaseException:
                    self._overall.give_back(start, cost)
                    raise
                now = self._now()
                if max(chat.deadline, self._pause) > now:
                    continue
            chat.pace.take(now, cost)
            return

    def _told(self, chat: _Chat) -> float:
        """Until when Telegram wants to be left alone. Raises RetryAfter when that is too long."""
        told = max(chat.deadline, self._pause)
        left = told - self._now()
        if left > self._patience:
            raise RetryAfter(dt.timedelta(seconds=math.ceil(left)))
        return told

    async def _sleep_until(self, then: float) -> None:
        while (left := then - self._now()) > 0:
            await self._sleep(max(left, 0.001))

    def _refused(self, key: int | str, chat: _Chat, wait: float) -> None:
        """Telegram said 429 to a call of this chat."""
        now = self._now()
        chat.deadline = max(chat.deadline, now + wait + self._margin)
        refusals = self._refusals
        refusals.append((now, key, wait))
        while refusals[0][0] + self._within < now:
            refusals.popleft()
        if len({refused for _, refused, _ in refusals}) >= self._together:
            least = min(wait for _, _, wait in refusals)
            self._pause = max(self._pause, now + least + self._margin)
            log.warning("several chats were refused together: everything pauses for %g s", least)

    def _meet(self, key: int | str) -> _Chat:
        """A chat not remembered. Those at rest are forgotten when there are many."""
        if len(self._chats) >= self._full_at:
            now = self._now()
            self._chats = {k: chat for k, chat in self._chats.items() if not chat.at_rest(now)}
            self._full_at = max(self._room, 2 * len(self._chats))
        person = isinstance(key, int) and key > 0
        chat = _Chat(Bucket(*self._person) if person else Window(*self._group))
        self._chats[key] = chat
        return chat


def _key(chat_id: object) -> int | str:
    """The chat, however it was given; a @name can only be a group's or a channel's."""
    try:
        return int(str(chat_id))
    except ValueError:
        return str(chat_id)


def _length(listed: object) -> int:
    return max(1, len(listed)) if isinstance(listed, Sequence) else 1


def seconds(error: RetryAfter) -> float:
    """How long Telegram told us to wait."""
    span = error.retry_after
    return span.total_seconds() if isinstance(span, dt.timedelta) else float(span)
