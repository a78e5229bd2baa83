"""The time of the sandbox's world, which the page and tests move forward.

clock.moved.append(app.wake)    # who sleeps until a moment must look again
clock.move(12 * 3600)
App(settings, words, now=clock.now)
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """`real` gives seconds since 1970; this one runs as fast, `ahead` seconds before it."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self.ahead = 0.0
        self.moved: list[Callable[[], None]] = []
        """Called after each move."""

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self._real() + self.ahead

    def now(self) -> datetime:
        """The same as a moment: aware, in UTC."""
        return datetime.fromtimestamp(self(), UTC)

    def move(self, seconds: float) -> None:
        """Goes forward by so much; backward is for `to_real` alone."""
        if seconds < 0:
            raise ValueError("time goes forward")
        self._set(self.ahead + seconds)

    def to_real(self) -> None:
        """Back to the real time. What was said meanwhile keeps its date, which is now to come."""
        self._set(0.0)

    def _set(self, ahead: float) -> None:
        self.ahead = ahead
        for tell in self.moved:
            tell()
