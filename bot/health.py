"""Whether the bot does its job: what works, what fails and since when, and figures to watch.

Four things must work: `intake` (updates come in), `storage` (they can be kept), `delivery`
(screens go out) and `desk` (the staff's groups get what they are owed). Each is told by whoever
does it; `/healthz`, the log and `doctor` only ask.
"""

import asyncio
import logging
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)


EDGES = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds: the buckets in which turns are counted."""

STUCK_SECONDS = 300.0
"""A turn takes milliseconds; the longest flood limit that is waited out is two minutes."""

TELL_SECONDS = 5.0
"""How often the log is told of what changed."""


@dataclass(slots=True)
class Part:
    """One of the things that must work.

    It is in trouble when it has failed for `patience` seconds without working once, or, where
    `silence` is set, when nobody has said for that many seconds that it works.
    """

    name: str
    patience: float
    silence: float | None = None
    now: Callable[[], float] = time.monotonic
    reason: str = ""
    _failing: float | None = None
    _worked: float | None = None
    _told: bool = False

    def works(self) -> None:
        self._worked = self.now()
        self._failing = None

    def fails(self, reason: str) -> None:
        """`reason`: one phrase without a name, a word or an address of anybody."""
        self.reason = reason
        if self._failing is None:
            self._failing = self.now()

    def trouble(self) -> str | None:
        """Why this part is not well, None when it is."""
        now = self.now()
        if self._failing is not None and now - self._failing >= self.patience:
            return f"{self.reason}, for {now - self._failing:.0f} s"
        if self.silence is not None and self._worked is not None:
            quiet = now - self._worked
            if quiet >= self.silence:
                return f"no sign of life for {quiet:.0f} s"
        return None

    def tell(self) -> None:
        """Writes a line to the log when trouble begins and when it is over."""
        trouble = self.trouble()
        if trouble is not None and not self._told:
            log.error("%s is in trouble: %s", self.name, trouble)
        elif trouble is None and self._told:
            log.warning("%s works again", self.name)
        self._told = trouble is not None


def _intake() -> Part:
    # A long poll is answered after 30 s at the latest, and its own limit is ten more.
    return Part("intake", patience=30.0, silence=100.0)


@dataclass(slots=True)
class Health:
    """The parts, and counts since the start. `waiting` and `oldest` are asked for when needed:
    turns not ended yet, and for how many seconds the oldest one has been under way."""

    intake: Part = field(default_factory=_intake)
    storage: Part = field(default_factory=lambda: Part("storage", patience=5.0))
    delivery: Part = field(default_factory=lambda: Part("delivery", patience=20.0))
    desk: Part = field(default_factory=lambda: Part("desk", patience=20.0))
    waiting: Callable[[], int] = lambda: 0
    oldest: Callable[[], float] = lambda: 0.0
    taken: int = 0
    repeated: int = 0
    shown: int = 0
    dropped: int = 0
    set_aside: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(EDGES) + 1))

    def shown_after(self, seconds: float) -> None:
        """A turn ended on somebody's screen, so long after it began."""
        self.shown += 1
        self.seconds += seconds
        self.buckets[bisect_left(EDGES, seconds)] += 1

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.intake, self.storage, self.delivery, self.desk

    def troubles(self) -> dict[str, str]:
        """Part -> what is wrong with it; empty when all is well."""
        found = {part.name: said for part in self.parts if (said := part.trouble())}
        stuck = self.oldest()
        if stuck > STUCK_SECONDS:
            found.setdefault("delivery", f"one turn has been under way for {stuck:.0f} s")
        return found

    async def watch(self) -> None:
        """Goes on until it is cancelled: the log is the alarm where nobody asks `/healthz`."""
        while True:
            for part in self.parts:
                part.tell()
            await asyncio.sleep(TELL_SECONDS)
