"""Order where it matters, speed where it does not: one lane a chat, all lanes side by side."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]


class Lanes:
    """Runs the work of one key in order, that of different keys at the same time.

    Work must not raise: what can go wrong is its own business. `full` is how much work there may
    be altogether before `room` makes the source wait.
    """

    def __init__(self, full: int = 10_000) -> None:
        self._full = full
        self._lanes: dict[int, deque[Work]] = {}
        self._began: dict[int, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()
        self.pending = 0

    @property
    def full(self) -> bool:
        return not self._room.is_set()

    def busy(self, key: int) -> bool:
        """Whether work of this key waits or is under way."""
        return key in self._lanes

    def oldest(self, held: Callable[[int], float] = lambda _: 0.0) -> float:
        """For how many seconds the oldest work has been under way. `held`: until when (monotonic)
        a key is held up on purpose, which does not count."""
        now = time.monotonic()
        began = (max(at, held(key)) for key, at in self._began.items())
        return max(0.0, now - min(began, default=now))

    def cut_in(self, key: int, work: Work) -> None:
        """Adds work before all that waits under this key, however much that is."""
        lane = self._lanes.get(key)
        if lane is None:
            self.push(key, work)
        else:
            self.pending += 1
            lane.appendleft(work)

    def push(self, key: int, work: Work, most: int = 100) -> bool:
        """Adds work behind what waits under this key; False, and it is not added, if `most` does.

        Without that, one key that is fed faster than it drains would use up everybody's room.
        """
        lane = self._lanes.get(key)
        if lane is not None and len(lane) >= most:
            return False
        self.pending += 1
        if self.pending >= self._full:
            self._room.clear()
        if lane is not None:
            lane.append(work)
            return True
        self._lanes[key] = deque([work])
        task = asyncio.create_task(self._drain(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _drain(self, key: int) -> None:
        lane = self._lanes[key]
        try:
            while lane:
                work = lane.popleft()
                self._began[key] = time.monotonic()
                try:
                    await work()
                except Exception as error:
                    # It broke its promise; what waits behind it must not pay for that.
                    log.error("work failed (%s); its lane goes on", type(error).__name__)
                finally:
                    self.pending -= 1
                    if self.pending < self._full:
                        self._room.set()
        finally:
            del self._lanes[key]
            self._began.pop(key, None)

    async def room(self) -> None:
        """Waits until more work may come."""
        await self._room.wait()

    async def drain(self, seconds: float) -> bool:
        """Waits for all work; what is not done in time is cancelled. True when all was done."""
        if not self._tasks:
            return True
        _, late = await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
        return not late
