"""One turn of a bot; a long run of one; a tap after a minute of silence."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

import psutil

from bot.sandbox.server import Sandbox
from tests.bench.bots import OURS, Database, running
from tests.bench.crowd import Crowd


@dataclass(frozen=True)
class Course:
    """What is measured: how updates come, and how long every call takes (seconds)."""

    way: str
    latency: float


@dataclass(frozen=True)
class Figures:
    """What one turn showed. Times in milliseconds, `up` in seconds, memory in MB."""

    rate: float
    """Taps a second."""
    processor: float
    """Of the bot's process, a tap."""
    half: float
    """Half of the taps had their edit within this (p50)."""
    most: float
    """All but one in a hundred had (p99)."""
    alone: float
    """Half of the taps had it within this when nobody else tapped."""
    calls: float
    """A tap; getUpdates is not counted, nor what rode back in a webhook's response."""
    rides: float
    """Calls that rode back in a webhook's response, a tap."""
    memory: float
    up: float
    bot: float
    """How much of a core the bot's process used, 0 to 1."""
    sandbox: float
    """The same of the bench's own process: the sandbox, and the people who tap."""
    others: float
    """How much of the machine other programs used meanwhile, 0 to 1."""


async def turn(
    name: str, course: Course, prepared: Database | None, *, phones: int, seconds: float
) -> Figures:
    """Starts a bot, lets everybody tap for so long, stops it. Raises GaveUp."""
    async with Sandbox() as sandbox:
        sandbox.faults.latency = course.latency
        async with running(name, course.way, sandbox, prepared) as bot:
            sandbox.faults.latency = 0.0
            crowd = Crowd(sandbox, bot, phones)
            await crowd.arrive()
            sandbox.faults.latency = course.latency
            alone = await crowd.alone(20)
            calls, rides = _counts(sandbox)
            used, own, machine = bot.processor(), time.process_time(), _machine()
            began = time.perf_counter()
            end = began + seconds
            await crowd.tap(lambda: time.perf_counter() < end)
            elapsed, own = time.perf_counter() - began, time.process_time() - own
            busy = bot.processor() - used
            others = _others(machine, busy + own)
            await crowd.settled()
            used = bot.processor() - used
            calls, rides = _counts(sandbox)[0] - calls, _counts(sandbox)[1] - rides
            took = sorted(crowd.took)
            taps = len(took)
            return Figures(
                rate=taps / elapsed,
                processor=1000 * used / taps,
                half=1000 * median(took),
                most=1000 * took[taps * 99 // 100],
                alone=1000 * median(alone),
                calls=(calls - rides) / taps,
                rides=rides / taps,
                memory=bot.memory(),
                up=bot.up,
                bot=busy / elapsed,
                sandbox=own / elapsed,
                others=others,
            )


def better(one: Figures, other: Figures) -> Figures:
    """The turn with more taps a second; what was measured before the crowd came, at its best."""
    quicker = max(one, other, key=lambda figures: figures.rate)
    return replace(quicker, alone=min(one.alone, other.alone), up=min(one.up, other.up))


async def first_start() -> float:
    """Seconds until this bot is up, by long polling, when there is no database yet."""
    async with Sandbox() as sandbox, running(OURS, "polling", sandbox, None) as bot:
        return bot.up


async def long_run(
    way: str,
    taps: int,
    prepared: Database | None,
    *,
    phones: int,
    tapped: Callable[[int], None],
    told: Callable[[int, float, float], None],
) -> None:
    """This bot for many taps without latency. Raises GaveUp.

    `tapped(n)`: so many more; `told(taps, MB, taps a second)`: ten times, at the start and between.
    """
    every = max(taps // 10, 1)
    async with Sandbox() as sandbox, running(OURS, way, sandbox, prepared) as bot:
        # Many people, so that each of them is slower than Telegram's limit for a chat.
        crowd = Crowd(sandbox, bot, phones, people=32)
        await crowd.arrive()
        told(0, bot.memory(), 0.0)
        done, began = 0, time.perf_counter()

        def more() -> bool:
            nonlocal done, began
            tapped(1)
            done += 1
            crowd.took.clear()
            if done % every == 0:
                now = time.perf_counter()
                told(done, bot.memory(), every / (now - began))
                began = now
            return done <= taps - phones

        await crowd.tap(more)


@dataclass(frozen=True)
class Silence:
    """A tap just before and one after silence, in milliseconds; connections opened for it."""

    before: float
    after: float
    opened: int


async def silence(
    name: str, way: str, prepared: Database | None, seconds: float, alone: asyncio.Barrier
) -> Silence:
    """One tap after so many seconds without any. Raises GaveUp.

    Every bot is silent at the same time; `alone` is passed when all of them are up.
    """
    async with Sandbox() as sandbox, running(name, way, sandbox, prepared) as bot:
        crowd = Crowd(sandbox, bot, phones=1, people=1)
        await crowd.arrive()
        turn_of_this_one = await alone.wait()
        await asyncio.sleep(turn_of_this_one)  # so that they do not tap into each other's way
        before = median(await crowd.alone(3))
        opened = sandbox.connections_opened
        await asyncio.sleep(seconds)
        (after,) = await crowd.alone(1)
        return Silence(1000 * before, 1000 * after, sandbox.connections_opened - opened)


def _counts(sandbox: Sandbox) -> tuple[int, int]:
    """All calls but getUpdates, and how many of them rode back in a webhook's response."""
    faults = sandbox.faults
    return faults.counts.total() - faults.counts["getUpdates"], faults.rides


def _machine() -> tuple[float, float]:
    """Seconds of processor that the machine has used, and those it had."""
    times = psutil.cpu_times()
    everything = sum(times[:8])  # guests are within user and nice
    idle = times.idle + getattr(times, "iowait", 0.0)
    return everything - idle, everything


def _others(machine: tuple[float, float], ours: float) -> float:
    used, had = (now - then for now, then in zip(_machine(), machine, strict=True))
    return max(used - ours, 0.0) / had if had else 0.0
