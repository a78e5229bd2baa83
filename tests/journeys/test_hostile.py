"""Strangers, crashes and outages: whatever happens, the next message is answered."""

import asyncio
import contextlib
import gc
import io
import json
import logging
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as tuned
from pydantic import SecretStr
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from telegram.error import InvalidToken, TelegramError

from bot.app import run
from bot.channels.telegram.lanes import Lanes
from bot.health import Health
from bot.log import set_up
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.storage.crypto import Cipher, WrongKey, new_key
from bot.storage.database import NO_ANSWER, connect, migrate
from bot.storage.store import Store
from bot.storage.tables import inbox, persons
from tests.channels.updates import PLANTED, Json, broken, updates
from tests.conftest import empty
from tests.dialogue.words import words
from tests.journeys.test_channel import Process
from tests.people import Page, Patient

MENU = "What would you like to know?"
HELP = "How to use this bot"


# ── a bot to start, stop and break ──────────────────────────────────────────────────────────────


@contextlib.asynccontextmanager
async def running(sandbox: Sandbox, settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The bot, listening; setting the event stops it. A fault in it fails the test."""
    before = sandbox.faults.counts["getUpdates"]
    stop = asyncio.Event()
    task = asyncio.create_task(run(settings, stop))
    while not task.done() and sandbox.faults.counts["getUpdates"] == before:
        await asyncio.sleep(0.01)
    try:
        if not task.done():
            yield stop
    finally:
        stop.set()
        await asyncio.wait_for(task, 15)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starts and stops are many here: the words are read once, and nobody drains for long."""
    monkeypatch.setattr("bot.app.read_words", lambda *_: words())
    monkeypatch.setattr("bot.channels.telegram.receive.DRAIN_SECONDS", 0.5)


@pytest.fixture(autouse=True)
def nothing_escapes(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No test may leave a traceback in the log, a planted word, or a task that failed unheard."""
    logging.getLogger("bot").setLevel(logging.DEBUG)
    yield
    gc.collect()
    assert not [record for record in caplog.records if record.exc_info]
    assert "Traceback" not in caplog.text
    assert "never retrieved" not in caplog.text
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("bot.sandbox")]
    assert PLANTED not in "\n".join(ours)


async def people(page: Page, number: int) -> list[Patient]:
    return [await page.patient(f"P{each}") for each in range(number)]


async def waits(sandbox: Sandbox, method: str, number: int = 1) -> list[Any]:
    """Waits for the bot's calls of a method."""
    async with asyncio.timeout(10):
        while len(found := sandbox.faults.calls_of(method)) < number:
            await asyncio.sleep(0.01)
    return found


async def rows(settings: Settings) -> tuple[dict[int, str | None], list[int]]:
    """What the database holds: the outcome of each update, and whom it remembers."""
    engine = connect(settings.database_url.get_secret_value())
    try:
        async with engine.connect() as connection:
            found = (await connection.execute(select(inbox.c.update_id, inbox.c.outcome))).all()
            known = (await connection.execute(select(persons.c.chat_id))).scalars().all()
    finally:
        await engine.dispose()
    return {row[0]: row[1] for row in found}, list(known)


def said_in(sandbox: Sandbox, chat_id: int) -> list[str]:
    calls = sandbox.faults.calls_of("sendMessage")
    return [c.params["text"] for c in calls if str(c.params["chat_id"]) == str(chat_id)]


# ── hostile updates ─────────────────────────────────────────────────────────────────────────────


def some(number: int, kind: Any) -> list[Json]:
    """The same examples in every run."""
    found: list[Json] = []

    @tuned(
        max_examples=number,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(kind)
    def gather(update: Json) -> None:
        found.append(update)

    gather()
    return found


async def test_hundreds_of_hostile_updates_at_once_leave_nobody_unanswered(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Of every kind, well formed and broken; everybody's next message is answered."""
    hostile = some(150, updates()) + some(150, broken(updates()))
    async with Page(sandbox.url) as page:
        maria, wang = await people(page, 2)
        sandbox.people.start(wang.id)
        for number, update in enumerate(hostile):
            sandbox.queue_update(update)
            if number == 150:
                await maria.says("/start")
        async with running(sandbox, settings):
            await maria.sees(MENU)
            await wang.says("/help")
            await wang.sees(HELP)
            await maria.says("/help")
            await maria.sees(HELP)
    outcomes, known = await rows(settings)
    assert len(outcomes) == len(hostile) + 4
    assert maria.chat not in known
    assert wang.chat not in known


async def test_forged_buttons_store_nothing_of_anybody(sandbox: Sandbox, page: Page) -> None:
    """Other people's data, unknown languages and countries, and format strings: all lead home."""
    maria = await page.patient()
    await maria.says("/start")
    await maria.sees(MENU)
    for data in (
        "v1:en:mydata:deleted",
        "v1:xx:menu!",
        "v1:en:emergency:XX",
        "v1:en:emergency:" + "A" * 40,
        "{0.__class__}%s",
        "v1:en:menu:\ud800",
    ):
        sandbox.people.press(maria.id, maria.chat, 1 + await first(maria), data)
    await maria.says("/mydata")
    await maria.sees("Your language: not stored", "emergency numbers: not stored")


async def first(person: Patient) -> int:
    return int((await person.messages())[0]["message_id"])


async def test_one_who_presses_a_thousand_times_keeps_nobody_waiting(
    sandbox: Sandbox, page: Page
) -> None:
    """What comes faster than a chat can be answered is dropped there, and only there."""
    maria, flood = await people(page, 2)
    await flood.says("/start")
    menu = await flood.sees(MENU)
    for number in range(1500):
        sandbox.people.press(flood.id, flood.chat, menu["message_id"], f"v1:en:costs:{number % 2}")
    for command, seen in (("/start", MENU), ("/help", HELP), ("/menu", MENU)):
        await maria.says(command)
        await maria.sees(seen)
    edits = sandbox.faults.calls_of("editMessageText")
    assert {str(edit.params["chat_id"]) for edit in edits} == {str(flood.chat)}
    assert len(edits) < 60  # at one a second, the rest would have come first


# ── groups ──────────────────────────────────────────────────────────────────────────────────────


async def left(sandbox: Sandbox, chat_id: int, times: int = 1) -> None:
    async with asyncio.timeout(10):
        while times > sum(
            str(c.params["chat_id"]) == str(chat_id) for c in sandbox.faults.calls_of("leaveChat")
        ):
            await asyncio.sleep(0.01)


async def test_a_group_is_left_each_time_the_bot_is_put_into_it(
    sandbox: Sandbox, page: Page
) -> None:
    """Removed and added again: told again, left again."""
    group = sandbox.people.invite_bot("Family")
    await left(sandbox, group.id)
    sandbox.people.place_bot(group.id, "kicked")
    sandbox.people.place_bot(group.id, "member")
    await left(sandbox, group.id, 2)
    sandbox.people.place_bot(group.id, "administrator")
    await left(sandbox, group.id, 3)
    assert group.bot_status == "left"
    assert len(said_in(sandbox, group.id)) == 3


async def test_a_group_that_moved_while_the_bot_was_away_is_left_where_it_is_now(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Invited as a group, found as a supergroup."""
    old = sandbox.people.invite_bot("Family", "group")
    new = sandbox.people.upgrade_group(old.id)
    async with running(sandbox, settings):
        await left(sandbox, new.id)
    assert new.bot_status == "left"


async def test_a_channel_is_left_without_a_word(sandbox: Sandbox, page: Page) -> None:
    """Nothing is broadcast, whatever is posted there."""
    channel = {"id": -1009, "type": "channel", "title": "News"}
    user = {"id": 7, "is_bot": False, "first_name": "Stranger"}
    change = {"chat": channel, "from": user, "date": 1}
    change["old_chat_member"] = {"user": user, "status": "left"}
    change["new_chat_member"] = {"user": user, "status": "member"}
    sandbox.queue_update({"my_chat_member": change})
    sandbox.queue_update({"channel_post": {"message_id": 1, "date": 1, "chat": channel}})
    await left(sandbox, -1009)
    assert not said_in(sandbox, -1009)


async def test_a_crowd_shouting_in_a_foreign_group_costs_one_farewell(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Hundreds of lines before the bot could leave take nobody's place, and bring few calls."""
    group = sandbox.people.invite_bot("Crowd")
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "Group"}
    linked = {"sender_chat": {"id": -1009, "type": "channel", "title": "News"}}
    for number in range(600):
        message: Json = {"message_id": number, "date": 1, "chat": group.api(), "from": anonymous}
        message |= linked if number % 2 else {"sender_chat": group.api()}
        sandbox.queue_update({"message": message | {"text": "/start"}})
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        await maria.says("/start")
        async with running(sandbox, settings):
            await maria.sees(MENU)
            await left(sandbox, group.id)
    assert len(said_in(sandbox, group.id)) <= 7  # batches of updates, not updates


# ── crashes ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_restart_with_a_full_inbox_answers_everybody(
    sandbox: Sandbox, settings: Settings
) -> None:
    """What was stored and not answered comes first, each person's in their order."""
    async with Page(sandbox.url) as page:
        everybody = await people(page, 40)
        for command in ("/help", "/start"):
            for one in everybody:
                await one.says(command)
        engine = connect(settings.database_url.get_secret_value())
        await migrate(engine)
        keys = [key.get_secret_value() for key in settings.encryption_keys]
        store = Store(engine, Cipher(keys), Health().storage)
        await store.take([json.loads(each.body) for each in sandbox.world.queue], time.time())
        await store.close()
        sandbox.world.queue.clear()
        async with running(sandbox, settings):
            for one in everybody:
                await one.sees(MENU)
                assert await one.count() == 2


async def test_killed_between_storing_and_showing_the_turn_is_taken_again(
    sandbox: Sandbox, settings: Settings
) -> None:
    """What was chosen is remembered, and the screen comes after the restart."""
    async with Page(sandbox.url) as page:
        maria = await page.patient("Maria", "pt-br")
        await maria.says("/start")
        async with running(sandbox, settings):
            await maria.sees("Please choose your language")
        bot = asyncio.create_task(run(settings, asyncio.Event()))
        script = sandbox.faults.script("slow", method="editMessageText", delay=30, times=None)
        await maria.taps("English")
        await waits(sandbox, "editMessageText")
        bot.cancel()
        with pytest.raises(asyncio.CancelledError):
            await bot
        outcomes, known = await rows(settings)
        assert None in outcomes.values()
        assert known == [maria.chat]
        sandbox.faults.scripts.remove(script)
        async with running(sandbox, settings):
            await maria.sees(MENU)
    assert None not in (await rows(settings))[0].values()


async def test_two_instances_at_once_answer_each_message_once(
    sandbox: Sandbox, settings: Settings
) -> None:
    """The inbox gives an update to one of them only, whoever fetched it."""
    async with Page(sandbox.url) as page:
        everybody = await people(page, 6)
        async with running(sandbox, settings), running(sandbox, settings):
            for one in everybody:
                await one.says("/start")
            for one in everybody:
                await one.sees(MENU)
            await asyncio.sleep(0.3)
            assert [await one.count() for one in everybody] == [1] * 6


async def test_a_batch_taken_twice_at_the_same_moment_is_new_once(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Of two that store the same updates, one gets each."""
    engine = connect(settings.database_url.get_secret_value())
    await migrate(engine)
    store = Store(engine, Cipher([new_key()]), Health().storage)
    batch = [{"update_id": number} for number in range(50)]
    taken = await asyncio.gather(*(store.take(batch, 1.0) for _ in range(6)))
    assert sorted(raw["update_id"] for one in taken for raw in one) == [*range(50)]
    await store.close()


async def test_who_is_cut_off_in_the_middle_of_a_transaction_locks_out_nobody(
    settings: Settings,
) -> None:
    """Cancelled at any moment, storing goes on to its end, and the next one has not to wait."""
    engine = connect(settings.database_url.get_secret_value())
    await migrate(engine)
    store = Store(engine, Cipher([new_key()]), Health().storage)
    numbers = iter(range(10_000))
    for moment in range(30):
        batch = [{"update_id": next(numbers)} for _ in range(50)]
        storing = asyncio.create_task(store.take(batch, 1.0))
        await asyncio.sleep(moment * 0.0003)
        storing.cancel()
        await asyncio.gather(storing, return_exceptions=True)
        began = time.monotonic()
        assert await store.take([{"update_id": next(numbers)}], 1.0)
        assert time.monotonic() - began < 5  # SQLite waits ten seconds for a lock
    await store.close()


async def test_stopping_needs_neither_telegram_nor_room(
    sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full and with Telegram down, the bot stops in time, and the next start answers."""
    monkeypatch.setattr("bot.channels.telegram.receive.Lanes", partial(Lanes, 3))
    async with Page(sandbox.url) as page:
        everybody = await people(page, 8)
        for one in everybody:
            await one.says("/start")
        script = sandbox.faults.script("500", method="sendMessage", times=None)
        async with running(sandbox, settings) as stop:
            await waits(sandbox, "sendMessage", 3)
            stop.set()
            began = time.monotonic()
        assert time.monotonic() - began < 3
        sandbox.faults.scripts.remove(script)
        async with running(sandbox, settings):
            for one in everybody:
                await one.sees(MENU)


# ── the database ────────────────────────────────────────────────────────────────────────────────


async def test_a_database_locked_for_two_seconds_delays_and_loses_nothing(
    sandbox: Sandbox, settings: Settings, page: Page
) -> None:
    """Another process holds SQLite's write lock; the answer comes when it lets go."""
    maria = await page.patient()
    path = make_url(settings.database_url.get_secret_value()).database
    assert path is not None
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    await maria.says("/start")
    await asyncio.sleep(2)
    assert await maria.count() == 0
    other.execute("ROLLBACK")
    other.close()
    await maria.sees(MENU)
    assert await maria.count() == 1


class Wire:
    """A way to PostgreSQL that can be cut, and mended on the same port."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, on = await asyncio.open_connection(*self._there)
        self._ends |= {writer, on}
        await asyncio.gather(self._copy(reader, on), self._copy(there, writer))

    @staticmethod
    async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
        writer.close()

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()
        await asyncio.sleep(0.05)


@pytest.fixture
async def wire(database_url: str, settings: Settings) -> AsyncIterator[tuple[Wire, Settings]]:
    """An empty PostgreSQL behind a wire, and settings for a bot that reaches it by the wire."""
    url = make_url(database_url)
    wire = Wire(url.host or "127.0.0.1", url.port or 5432)
    await wire.mend()
    engine = connect(database_url)
    await empty(engine)
    by_wire = url.set(host="127.0.0.1", port=wire.port).render_as_string(hide_password=False)
    try:
        yield wire, settings.model_copy(update={"database_url": SecretStr(by_wire)})
    finally:
        await wire.cut()
        await empty(engine)
        await engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_gone_and_back_delays_and_loses_nothing(
    sandbox: Sandbox, wire: tuple[Wire, Settings], database_url: str
) -> None:
    """Connections ended by the server, then a server that refuses: every message is answered."""
    line, settings = wire
    admin = connect(database_url)
    end_all = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    async with Page(sandbox.url) as page, running(sandbox, settings):
        maria, joao = await people(page, 2)
        await maria.says("/start")
        await maria.sees(MENU)
        async with admin.begin() as connection:
            await connection.execute(text(end_all))
        await maria.says("/help")
        await maria.sees(HELP)
        await line.cut()
        await maria.says("/menu")
        await joao.says("/start")
        await asyncio.sleep(0.5)
        assert await joao.count() == 0
        await line.mend()
        await joao.sees(MENU)
        await maria.sees(MENU)
        await maria.taps("简体中文")
        await maria.sees("您想了解什么")
    await admin.dispose()
    outcomes, known = await rows(settings)
    assert set(outcomes.values()) == {"done"}
    assert known == [maria.chat]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_bot_stops_while_its_database_is_gone(
    sandbox: Sandbox, wire: tuple[Wire, Settings], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is confirmed to Telegram, so the next start answers what came meanwhile."""
    line, settings = wire
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        async with running(sandbox, settings) as stop:
            await maria.says("/start")
            await maria.sees(MENU)
            await line.cut()
            await maria.says("/help")
            while "does not answer" not in caplog.text:
                await asyncio.sleep(0.01)
            stop.set()
            began = time.monotonic()
        assert time.monotonic() - began < 3
        with pytest.raises(NO_ANSWER):
            await run(settings, asyncio.Event())
        await line.mend()
        async with running(sandbox, settings):
            await maria.sees(HELP)


async def test_a_database_that_is_not_there_is_told_in_one_sentence(
    sandbox: Sandbox, settings: Settings
) -> None:
    """With the remedy, without a traceback, and never with the password."""
    process = Process(settings)
    process.environment["DATABASE_URL"] = "postgresql://bot:secret@127.0.0.1:1/x?sslmode=prefer"
    process.start()
    assert process.running is not None
    _, log = await asyncio.to_thread(process.running.communicate)
    assert process.running.returncode == 1
    assert "Check DATABASE_URL" in log.decode()
    for never in ("Traceback", "secret", "--port"):
        assert never not in log.decode()


# ── keys ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_wrong_key_ends_the_start_while_something_waits_and_silences_nobody_else(
    sandbox: Sandbox, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """A waiting update that cannot be opened is told at once; a choice that cannot is left out."""
    other = settings.model_copy(update={"encryption_keys": (SecretStr(new_key()),)})
    async with Page(sandbox.url) as page:
        maria = await page.patient("Maria", "en")
        async with running(sandbox, settings):
            await maria.says("简体中文")
            await maria.sees("您想了解什么")
        async with running(sandbox, other):
            await maria.says("I want to die")
            await maria.sees("Thank you for telling us.")
        assert "key that is not configured" in caplog.text
        engine = connect(settings.database_url.get_secret_value())
        await Store(engine, Cipher([new_key()]), Health().storage).take(
            [{"update_id": 5}], time.time()
        )
        await engine.dispose()
        with pytest.raises(WrongKey):
            await run(other, asyncio.Event())


# ── the log ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_traceback_keeps_the_words_of_its_exception_to_itself(
    style: Literal["text", "json"], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it happened and its kind are logged; a person's words and a token never are."""
    out, root = io.StringIO(), logging.getLogger()
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    words, token = PLANTED, "123456:" + "a" * 35
    try:
        set_up("INFO", style)
        raise ValueError(f"{words} {token}")
    except ValueError:
        logging.getLogger("asyncio").exception("failed with %s", token)
    finally:
        root.setLevel(level)
    assert "test_hostile.py" in out.getvalue()
    assert "ValueError" in out.getvalue()
    assert "token\u00bb" in out.getvalue() or "token\\u00bb" in out.getvalue()
    assert PLANTED not in out.getvalue()
    assert token not in out.getvalue()


# ── Telegram's first words ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook"])
@pytest.mark.parametrize("outcome", ["500", "502", "half", "drop_before", "429", "refuse"])
async def test_a_start_that_telegram_refuses_ends_cleanly(
    sandbox: Sandbox, settings: Settings, method: str, outcome: str
) -> None:
    """Every connection is closed, nothing is lost, and the next start works."""
    sandbox.faults.script(
        outcome, method=method, times=None, code=401, description="Unauthorized", retry_after=200
    )
    kind = InvalidToken if outcome == "refuse" else TelegramError
    with pytest.raises(kind) as failed:
        await asyncio.wait_for(run(settings, asyncio.Event()), 10)
    assert outcome == "refuse" or not isinstance(failed.value, InvalidToken)


async def test_a_refused_first_screen_is_not_the_end_of_a_conversation(
    sandbox: Sandbox, page: Page
) -> None:
    """The very first message is refused for good; the next one is answered."""
    sandbox.faults.script("refuse", method="sendMessage", description="Bad Request: chat not found")
    maria = await page.patient()
    await maria.says("/start")
    await waits(sandbox, "sendMessage")
    await maria.says("/help")
    await maria.sees(HELP)


async def test_a_token_that_is_revoked_ends_the_bot_and_keeps_what_waits(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    """The message that could not be answered is answered when the bot has its new token."""
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        bot = asyncio.create_task(run(settings, asyncio.Event()))
        await waits(sandbox, "getUpdates")
        revoked = [
            sandbox.faults.script("refuse", method=method, times=None, code=401, description="x")
            for method in ("sendMessage", "getUpdates")
        ]
        await maria.says("/start")
        with pytest.raises(InvalidToken):
            await asyncio.wait_for(bot, 10)
        for script in revoked:
            sandbox.faults.scripts.remove(script)
        async with running(sandbox, settings):
            await maria.sees(MENU)
