"""`make bench`: taps through the sandbox's server, this bot beside a bare python-telegram-bot.

Both run as processes of their own against the same server, in turns, at 0 and at 40 ms of API
latency. 64 taps are under way at any moment: each of 64 phones goes round among 8 people, so that
nobody taps faster than Telegram lets a chat change. Trust the ratios: machines are shared.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bot.sandbox.server import Sandbox
from bot.settings import ROOT
from bot.storage.crypto import new_key

PHONES = 64
PEOPLE = 8
TAPS = {0.0: 40, 0.04: 20}
"""API latency in seconds -> taps a phone."""

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """One run: taps a second; milliseconds of processor a tap; tap to edit in ms; MB; calls."""

    rate: float
    processor: float
    median: float
    slowest: float
    memory: float
    calls: float
    start_up: float


class Screens:
    """Lets a person wait for the next edit of their chat."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._waiting: dict[int, asyncio.Future[None]] = {}
        sandbox.world.listeners.append(self._heard)

    def _heard(self, kind: str, what: dict[str, Any]) -> None:
        if kind == "message" and what["message"].sender.is_bot:
            waiting = self._waiting.pop(what["chat"].id, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(None)

    def next(self, chat_id: int) -> asyncio.Future[None]:
        self._waiting[chat_id] = asyncio.get_running_loop().create_future()
        return self._waiting[chat_id]


async def measure(command: list[str], latency: float) -> Figures:
    """Starts a bot, lets everybody tap, stops it."""
    sandbox = Sandbox()
    await sandbox.start()
    screens = Screens(sandbox)
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "BOT_TOKEN": sandbox.token,
            "BOT_API_URL": sandbox.url,
            "ENCRYPTION_KEYS": new_key(),
            "DATABASE_URL": f"sqlite:///{folder}/bot.db",
        }
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
        )
        try:
            while not sandbox.faults.calls_of("getUpdates"):
                await asyncio.sleep(0.005)
            start_up = time.perf_counter() - began
            figures = await _taps(sandbox, screens, process.pid, latency)
            figures.start_up = start_up
            return figures
        finally:
            process.terminate()
            await asyncio.get_running_loop().run_in_executor(None, process.wait)
            await sandbox.stop()


async def _taps(sandbox: Sandbox, screens: Screens, pid: int, latency: float) -> Figures:
    people = [sandbox.add_person(f"P{number}", "en").id for number in range(PHONES * PEOPLE)]
    for one in people:
        first = screens.next(one)
        sandbox.people.start(one)
        await first
    sandbox.faults.latency = latency
    sandbox.faults.counts.clear()
    took: list[float] = []
    each = TAPS[latency]

    async def phone(owners: list[int]) -> None:
        for number in range(each):
            owner = owners[number % PEOPLE]
            message_id = max(sandbox.world.chats[owner].messages)
            shown = screens.next(owner)
            began = time.perf_counter()
            place = "costs" if number // PEOPLE % 2 == 0 else "limits"
            sandbox.people.press(owner, owner, message_id, f"v1:en:{place}")
            await shown
            took.append((time.perf_counter() - began) * 1000)

    before, began = _processor(pid), time.perf_counter()
    await asyncio.gather(*(phone(people[number::PHONES]) for number in range(PHONES)))
    seconds, used = time.perf_counter() - began, _processor(pid) - before
    number = PHONES * each
    calls = sum(n for name, n in sandbox.faults.counts.items() if name != "getUpdates")
    return Figures(
        number / seconds,
        used / number * 1000,
        statistics.median(took),
        statistics.quantiles(took, n=100)[98],
        _memory(pid),
        calls / number,
        0.0,
    )


def _processor(pid: int) -> float:
    """Seconds of processor that a process has used (proc(5), stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


BOTS = {"this bot": ["-m", "bot", "run"], "bare PTB": ["-m", "tests.bare_bot"]}


@click.command()
@click.option("--rounds", default=2, show_default=True, help="How often each bot takes its turn.")
def main(rounds: int) -> None:
    """Prints the table.  Example: make bench"""
    turns = [(latency, name) for latency in TAPS for _ in range(rounds) for name in BOTS]
    seen: dict[tuple[float, str], list[Figures]] = {}
    with click.progressbar(turns, label="taps", file=sys.stderr) as bar:
        for latency, name in bar:
            found = asyncio.run(measure(BOTS[name], latency))
            seen.setdefault((latency, name), []).append(found)
    click.echo("| latency | bot | taps/s | CPU ms/tap | p50, p99 ms | calls/tap | MB | up in s |")
    click.echo("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for latency in TAPS:
        best = {name: max(seen[latency, name], key=lambda one: one.rate) for name in BOTS}
        for name, one in best.items():
            click.echo(
                f"| {latency * 1000:.0f} ms | {name} | {one.rate:.0f} | {one.processor:.2f} | "
                f"{one.median:.0f}, {one.slowest:.0f} | {one.calls:.2f} | {one.memory:.0f} | "
                f"{one.start_up:.1f} |"
            )
        ours, bare = best["this bot"], best["bare PTB"]
        click.echo(
            f"| {latency * 1000:.0f} ms | ratio | {ours.rate / bare.rate:.2f} | "
            f"{ours.processor / bare.processor:.2f} | {ours.median / bare.median:.2f}, "
            f"{ours.slowest / bare.slowest:.2f} | | {ours.memory / bare.memory:.2f} | |"
        )


if __name__ == "__main__":
    main()
