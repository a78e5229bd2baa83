"""How fast letters go to the staff: `python -m tests.bench.relay`.

64 people with a case each write to a running bot through the sandbox's server, each the next letter
as soon as the last one stands in its topic; encryption, outbox and the real process are on. With
`--real-pace` 40 of them write once, at the pace that Telegram allows a group (STAFF_GROUP_PACE).
"""

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from bot.dialogue.case import OpenCase
from bot.health import Part
from bot.sandbox.server import Sandbox
from bot.storage.cases import REFERENCE
from bot.storage.crypto import Cipher, new_key
from bot.storage.database import connect, migrate
from bot.storage.store import Store
from tests.bench.bots import GaveUp, Running
from tests.desk.cases import case

_UNPACED = """
from functools import partial
from bot import app
from bot.__main__ import main
app.Pacer = partial(app.Pacer, every=1e-4, minute=1e-3)
main(["run"])
"""
"""`bot run` at a Telegram whose groups take any number of messages."""


class Desk:
    """Notes when the copy of a letter stands in the staff's group."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._group = sandbox.staff_chat_id
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self.there: set[str] = set()
        sandbox.world.listeners.append(self._heard)

    def _heard(self, kind: str, what: dict[str, Any]) -> None:
        if kind != "message" or what["chat"].id != self._group:
            return
        words = what["message"].text or ""
        self.there.add(words)
        if words in self._waiting:
            self._waiting.pop(words).set_result(None)

    def copied(self, words: str) -> "asyncio.Future[None]":
        self._waiting[words] = waiting = asyncio.get_running_loop().create_future()
        return waiting


async def _open(sandbox: Sandbox, file: Path, key: str, people: int) -> list[int]:
    """A case for each of so many people; their chats."""
    engine = connect(f"sqlite:///{file}")
    await migrate(engine)
    store = Store(engine, Cipher([key]), Part("storage", 1.0))
    await store.begin()
    chats = [sandbox.add_person(f"P{n}", "en", started=True).id for n in range(people)]
    letters = REFERENCE
    for n, chat in enumerate(chats):
        number = f"AA{letters[n // 28 % 28]}{letters[n % 28]}A"
        opened = case(number, chat, created=sandbox.clock.now())
        await store.commit(chat, 10**9 + n, None, [OpenCase(opened)], sandbox.clock.now())
    await store.close()
    return chats


async def _relay(people: int, messages: int, real_pace: bool) -> str:
    sandbox = Sandbox()
    await sandbox.start()
    desk = Desk(sandbox)
    with TemporaryDirectory() as folder:
        key = new_key()
        chats = await _open(sandbox, Path(folder) / "bot.db", key, people)
        program = ("-m", "bot", "run") if real_pace else ("-c", _UNPACED)
        environment = {
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "BOT_TOKEN": sandbox.token,
            "BOT_API_URL": sandbox.url,
            "ENCRYPTION_KEYS": key,
            "DATABASE_URL": f"sqlite:///{folder}/bot.db",
            "STAFF_CHAT_ID": str(sandbox.staff_chat_id),
            "OPERATOR_NAME": "Bench",
            "OPERATOR_CONTACT": "bench@example.org",
            "OPERATOR_COUNTRY": "SG",
            "STAFF_COUNTRIES": "SG",
            "COMMERCIAL_TIES": "none",
        }
        said = Path(folder) / "said"
        with said.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, *program, cwd=folder, env=environment, stdout=log, stderr=log
            )
        bot = Running("this bot", process, 0.0, said)
        try:
            group = sandbox.world.chats[sandbox.staff_chat_id or 0]
            while len(group.topics) < people or sum("Case" in one for one in desk.there) < people:
                if process.returncode is not None:
                    raise await bot.ended()
                await asyncio.sleep(0.1)
            await asyncio.sleep(70.0 if real_pace else 2.0)  # cards are pinned; the pace is free
            before, began = bot.processor(), time.perf_counter()
            each = 1 if real_pace else messages // people

            async def person(n: int) -> None:
                for turn in range(each):
                    words = f"letter {turn} of {n}"
                    arrived = desk.copied(words)
                    sandbox.people.say(chats[n], chats[n], words)
                    await asyncio.wait_for(arrived, 300)

            await asyncio.gather(*(person(n) for n in range(people)))
            took, used = time.perf_counter() - began, bot.processor() - before
            count, memory = each * people, bot.memory()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
            await sandbox.stop()
    return (
        f"{count} letters of {people} people in {took:.1f} s: {count / took:.0f} a second, "
        f"{1000 * used / count:.1f} ms of the processor each, {memory:.0f} MB"
    )


@click.command()
@click.option("--people", type=click.IntRange(1, 700), default=64, show_default=True)
@click.option("--messages", type=click.IntRange(1), default=640, show_default=True)
@click.option("--real-pace", is_flag=True, help="40 people, once, at the pace of a real group.")
def main(people: int, messages: int, real_pace: bool) -> None:
    """Letters a second, processor and memory for each."""
    try:
        click.echo(asyncio.run(_relay(40 if real_pace else people, messages, real_pace)))
    except GaveUp as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
