"""Starting a bot in a process of its own beside a sandbox, and what it uses meanwhile."""

import asyncio
import os
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bot.sandbox.server import Sandbox
from bot.settings import ROOT
from bot.storage.crypto import new_key

OURS = "this bot"
BOTS = {
    OURS: ("-m", "bot", "run"),
    "bare PTB": ("-m", "tests.bare_bot"),
    "bare loop": ("-m", "tests.bare_loop"),
}
"""Name -> how Python starts it."""

WAYS = ("polling", "webhook")
"""How updates reach a bot."""

PATIENCE = 60.0
"""Seconds that a bot may take to come up, or to answer a tap, before the bench gives up."""


class GaveUp(Exception):  # noqa: N818 - it reads as what happened
    """A bot ended, or fell silent; the text says which and what it said last."""


@dataclass
class Running:
    """A bot that is up; `up` is how long it took from its process's start, in seconds."""

    name: str
    process: asyncio.subprocess.Process
    up: float
    said: Path

    def processor(self) -> float:
        """Seconds of processor it has used, in all its threads."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def memory(self) -> float:
        """What it holds in memory now (resident), in MB."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20

    async def ended(self) -> GaveUp:
        """Waits until the process ends by itself; that is always a failure."""
        await self.process.wait()
        return GaveUp(f"{self.name} ended by itself. It said: {_last(self.said)}")


@dataclass(frozen=True)
class Database:
    """An up-to-date database without anybody in it, to give each turn a copy of, and its key."""

    file: Path
    key: str


@asynccontextmanager
async def database(names: Collection[str]) -> AsyncIterator[Database | None]:
    """One made by `python -m bot migrate`; none if this bot is not among `names`."""
    if OURS not in names:
        yield None
        return
    with TemporaryDirectory() as folder:
        made = Database(Path(folder) / "bot.db", new_key())
        environment = _environment(Path(folder), made.key) | {"BOT_TOKEN": f"100:{'x' * 30}"}
        with (Path(folder) / "said").open("wb") as said:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "migrate"),
                cwd=folder,
                env=environment,
                stdout=said,
                stderr=said,
            )
        if await process.wait():
            raise GaveUp(f"`python -m bot migrate` failed: {_last(Path(folder) / 'said')}")
        yield made


@asynccontextmanager
async def running(
    name: str, way: str, sandbox: Sandbox, prepared: Database | None
) -> AsyncIterator[Running]:
    """The bot of this name beside this sandbox; without a database it begins with none.

    Raises GaveUp if it does not come up.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        environment = _environment(folder, prepared.key if prepared else new_key())
        environment |= {"BOT_TOKEN": sandbox.token, "BOT_API_URL": sandbox.url}
        if prepared:
            shutil.copy(prepared.file, folder / "bot.db")
        port = _free_port() if way == "webhook" else None
        if port is not None:
            environment |= {
                "WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram",
                "WEBHOOK_SECRET": "a-secret-of-the-bench",
                "PORT": str(port),
            }
        with (folder / "said").open("wb") as said:
            began = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable, *BOTS[name], cwd=folder, env=environment, stdout=said, stderr=said
            )
        bot = Running(name, process, 0.0, folder / "said")
        try:
            await _until_up(bot, sandbox, port)
            bot.up = time.perf_counter() - began
            yield bot
        finally:
            await _stop(process)


def _environment(folder: Path, key: str) -> dict[str, str]:
    """Nothing of the caller's own settings: they may name a real token."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "ENCRYPTION_KEYS": key,
        "DATABASE_URL": f"sqlite:///{folder}/bot.db",
    }


async def _until_up(bot: Running, sandbox: Sandbox, port: int | None) -> None:
    """Until its first getUpdates, or until it set its webhook and listens there."""
    end = time.perf_counter() + PATIENCE
    while not (await _listens(sandbox, port) if port else sandbox.faults.counts["getUpdates"]):
        if bot.process.returncode is not None:
            raise await bot.ended()
        if time.perf_counter() > end:
            raise GaveUp(f"{bot.name} did not come up. It said: {_last(bot.said)}")
        await asyncio.sleep(0.002)


async def _listens(sandbox: Sandbox, port: int) -> bool:
    if not any(call.code == 200 for call in sandbox.faults.calls_of("setWebhook")):
        return False
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _stop(process: asyncio.subprocess.Process) -> None:
    """As a supervisor does: politely, then not."""
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(20):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _last(said: Path) -> str:
    """The last lines that a bot wrote."""
    return said.read_text(encoding="utf-8", errors="replace").strip()[-600:] or "nothing"
