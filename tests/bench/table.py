"""Figures and ratios as a table in Markdown, for the README."""

import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version

from bot.channels.telegram.client import OVERALL
from tests.bench.bots import OURS
from tests.bench.turns import Course, Figures, Silence

HEAD = (
    "updates by",
    "latency",
    "bot",
    "taps/s",
    "CPU ms/tap",
    "p50 ms",
    "p99 ms",
    "alone ms",
    "calls/tap",
    "busy % bot, sandbox",
    "MB",
    "up in s",
)
BUSY = 0.85
"""From this share of a core on, a process is taken for what limits the taps a second."""

Results = dict[Course, dict[str, Figures]]


def machine() -> str:
    """When, where and with what."""
    libraries = ("python-telegram-bot", "aiohttp")
    return ", ".join(
        (
            f"{datetime.now(UTC).date()}",
            f"{platform.system()} {platform.machine()}",
            f"{os.cpu_count()} cores",
            f"Python {platform.python_version()}",
            *(f"{name} {version(name)}" for name in libraries),
        )
    )


def table(results: Results) -> Iterator[str]:
    """The lines of the table: a row for each bot, and one for each ratio to this bot's own."""
    yield from head(HEAD)
    for course, found in results.items():
        place = (course.way, f"{1000 * course.latency:.0f} ms")
        for name, one in found.items():
            mark = "*" if _held_up(course, name, one) else ""
            yield row(*place, name, *_figures(one, mark))
        ours = found.get(OURS)
        for name, other in found.items():
            if ours is not None and other is not ours:
                yield row(*place, f"{OURS} : {name}", *_ratios(ours, other))


def _figures(one: Figures, mark: str) -> list[str]:
    rides = f" + {one.rides:.2f}" if one.rides else ""
    return [
        f"{one.rate:.0f}{mark}",
        f"{one.processor:.2f}",
        f"{one.half:.0f}",
        f"{one.most:.0f}",
        f"{one.alone:.1f}",
        f"{one.calls:.2f}{rides}",
        f"{100 * one.bot:.0f}, {100 * one.sandbox:.0f}",
        f"{one.memory:.0f}",
        f"{one.up:.1f}",
    ]


def _ratios(ours: Figures, other: Figures) -> list[str]:
    pairs = [
        (ours.rate, other.rate),
        (ours.processor, other.processor),
        (ours.half, other.half),
        (ours.most, other.most),
        (ours.alone, other.alone),
        (ours.calls, other.calls),
        None,
        (ours.memory, other.memory),
        (ours.up, other.up),
    ]
    return [f"{pair[0] / pair[1]:.2f}" if pair and pair[1] else "" for pair in pairs]


def _paced(name: str, one: Figures) -> bool:
    """This bot goes as fast as it lets itself."""
    return name == OURS and one.rate > 0.9 * OVERALL


def _held_up(course: Course, name: str, one: Figures) -> bool:
    """Something other than the bot, its own pace and the latency sets the taps a second."""
    idle = one.bot < BUSY and not _paced(name, one)
    return one.sandbox > BUSY or (course.latency == 0 and idle)


def notes(results: Results, first_start: float | None) -> Iterator[str]:
    """What has to be known to read the table rightly."""
    turns = [
        (course, name, one) for course, found in results.items() for name, one in found.items()
    ]
    yield (
        "CPU is the bot's process, all threads. p50 and p99 are from tap to edit while everybody "
        "taps; `alone` is the median when one person does."
    )
    if first_start is not None:
        yield f"This bot's first start, on no database at all: {first_start:.1f} s."
    if any(one.rides for _, _, one in turns):
        yield "`1.00 + 1.00` calls: the second rode back in the webhook's own response."
    if any(_paced(name, one) for _, name, one in turns):
        yield (
            f"This bot lets at most {OVERALL} calls a second go that show something (`OVERALL` in "
            "bot/channels/telegram/client.py): near that, its taps/s, p50 and p99 are that limit's."
        )
    if any(_held_up(*turn) for turn in turns):
        yield (
            "`*` Here not the bot is the limit, but the sandbox, which shares a process with the "
            "people who tap, or other programs. Compare the processor time instead."
        )
    most = max((one.others for _, _, one in turns), default=0.0)
    yield f"Other programs used up to {most:.0%} of the machine meanwhile."


def silences(found: dict[tuple[str, str], Silence], seconds: float) -> Iterator[str]:
    """A row for each bot and way."""
    after = f"after {seconds:.0f} s of silence, ms"
    yield from head(("updates by", "bot", "a tap before, ms", after, "connections opened"))
    for (way, name), one in found.items():
        yield row(way, name, f"{one.before:.1f}", f"{one.after:.1f}", str(one.opened))


def head(names: tuple[str, ...]) -> Iterator[str]:
    yield row(*names)
    yield row(*["---"] * len(names))


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
