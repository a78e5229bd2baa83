"""The bot as a process: one life after the other, how much memory each took, what they logged."""

import asyncio
import json
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

import psutil

from bot.sandbox.server import Sandbox
from bot.settings import ROOT, Settings
from tests.journeys.beside import arrivals, by_webhook, free_port
from tests.process import CONSULTING, Process

POLLING, WEBHOOK = "polling", "webhook"

START_SECONDS = 3.0
"""How long a start is left alone; it may take longer when Telegram is away."""

NO_DATABASE = b"The database cannot be used"
"""How a bot says that it cannot begin; whoever runs it starts it again."""

END_SECONDS = 10.0
"""How long a process may go on after SIGTERM: supervisors kill it then, and so does this."""


@dataclass
class Life:
    """One process, from its start to its end."""

    way: str
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    how: str = ""
    """`kill -9`, `SIGTERM`, `no database` (it could not begin), or `by itself` with its code."""
    memory: list[float] = field(default_factory=list)
    """MB (resident) twice a second, from the moment that it took updates."""

    @property
    def lasted(self) -> float:
        return (self.ended or time.monotonic()) - self.began


class Lives:
    """Starts the bot beside `sandbox`, and starts it again however it ends."""

    def __init__(self, sandbox: Sandbox, settings: Settings) -> None:
        self._sandbox = sandbox
        self._settings = {
            POLLING: settings.model_copy(update={"port": free_port()}),
            WEBHOOK: by_webhook(settings),
        }
        self._process: asyncio.subprocess.Process | None = None
        self._change = asyncio.Lock()
        self._reading: list[asyncio.Task[None]] = []
        self.lives: list[Life] = []
        self.said: Counter[str] = Counter()
        """Lines of the log by level, and under `faults` what should never stand there."""
        self.faults: list[str] = []
        self.longest_end = 0.0
        """Seconds from SIGTERM to the end, at most."""

    @property
    def settings(self) -> Settings:
        """Of the process that lives now."""
        return self._settings[self.lives[-1].way]

    @property
    def pid(self) -> int | None:
        """Of the process that lives now, if one does."""
        living = self._process is not None and self._process.returncode is None
        return self._process.pid if living and self._process else None

    @property
    def _code(self) -> int:
        return self._process.returncode or 0 if self._process else 0

    async def watch(self) -> None:
        """Goes on until it is cancelled: measures, and is there when the process ends by itself."""
        while True:
            await asyncio.sleep(0.5)
            if self._change.locked():
                continue
            if self.pid is None:
                async with self._change:
                    await self.heard()
                    self._ended(self.lives[-1].how or f"by itself ({self._code})")
                    await self._start(self.lives[-1].way)
                continue
            try:
                used = psutil.Process(self.pid).memory_info().rss
            except psutil.NoSuchProcess:
                continue
            self.lives[-1].memory.append(used / 2**20)

    async def begin(self, way: str) -> None:
        async with self._change:
            await self._start(way)

    async def kill(self, way: str) -> None:
        """SIGKILL, and the next life is to be of this way."""
        async with self._change:
            await self._end(signal.SIGKILL)
            await self._start(way)

    async def stop(self, way: str | None = None) -> None:
        """SIGTERM, and the next life is to be of this way; None: there is to be none."""
        async with self._change:
            began = time.monotonic()
            await self._end(signal.SIGTERM)
            self.longest_end = max(self.longest_end, time.monotonic() - began)
            if way is not None:
                await self._start(way)

    async def _start(self, way: str) -> None:
        before = arrivals(self._sandbox)
        process = Process(self._settings[way], CONSULTING)
        self._process = await asyncio.create_subprocess_exec(
            *process.command,
            cwd=ROOT,
            env=process.environment | {"LOG_FORMAT": "json"},
            stderr=asyncio.subprocess.PIPE,
        )
        self.lives.append(Life(way))
        reading = self._read(self._process, self.lives[-1])
        self._reading.append(asyncio.create_task(reading))
        end = time.monotonic() + START_SECONDS
        while arrivals(self._sandbox) == before and time.monotonic() < end and self.pid:
            await asyncio.sleep(0.02)

    async def _end(self, number: signal.Signals) -> None:
        process = self._process
        assert process is not None
        if self.pid is not None:
            process.send_signal(number)
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        by = {(signal.SIGKILL, -signal.SIGKILL): "kill -9", (signal.SIGTERM, 0): "SIGTERM"}
        # Before Python runs any line of ours, SIGTERM ends it.
        by[signal.SIGTERM, -signal.SIGTERM] = "SIGTERM"
        self._ended(by.get((number, self._code), f"by itself ({self._code})"))

    def _ended(self, how: str) -> None:
        self.lives[-1].ended, self.lives[-1].how = time.monotonic(), how

    async def _read(self, process: asyncio.subprocess.Process, life: Life) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            if line.startswith(NO_DATABASE):
                life.how = "no database"
                continue
            try:
                said = json.loads(line)
                level, fault = said["level"], "exc_info" in said
            except (ValueError, KeyError, TypeError):
                # Of a process that was killed, the last line may be cut off.
                level, fault = "not JSON", line.endswith(b"\n")
            self.said[level] += 1
            if fault:
                self.faults.append(line.decode("utf-8", "replace").rstrip())

    async def heard(self) -> None:
        """Everything that was logged has been read."""
        await asyncio.gather(*self._reading)
