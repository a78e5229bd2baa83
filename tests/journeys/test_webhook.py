"""The webhook's door: who may come in, and when Telegram may forget what it brought."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import count
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram.lanes import Lanes
from bot.health import Health
from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.storage.crypto import Cipher
from bot.storage.database import connect, migrate
from bot.storage.store import Store
from bot.web import LARGEST, SECRET_HEADER
from tests.journeys.beside import begun, by_webhook, locked, running, sqlite, until
from tests.storm.crowd import first_line
from tests.test_health import metrics, values

Json = dict[str, Any]


pytestmark = pytest.mark.usefixtures("nothing_escapes")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings for a bot to which Telegram brings updates."""
    return by_webhook(settings)


@dataclass
class Telegram:
    """Brings updates to the bot, as Telegram does, or as somebody does who pretends to be it."""

    session: aiohttp.ClientSession
    url: str
    port: int
    secret: str
    numbers: "count[int]"

    async def brings(self, update: object, **headers: str) -> tuple[int, Any]:
        """The status of the answer, and what rode in it."""
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        given = {SECRET_HEADER: self.secret} | headers
        async with self.session.post(self.url, data=BytesIO(body), headers=given) as answer:
            said = await answer.read()
            return answer.status, json.loads(said) if said.startswith(b"{") else None

    async def writes(self, said: bytes, *, answered: bool = True) -> int:
        """Bytes as they are, for what no client sends; the status of the answer, or 0 for none.
        Unless `answered`, it goes away without waiting for one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(said)
        await writer.drain()
        status = await asyncio.wait_for(reader.readline(), 10) if answered else b""
        writer.close()
        return int(status.split()[1]) if status else 0

    def says(self, person: User, text: str) -> Json:
        """An update: this person has written."""
        message = {"message_id": 1, "date": 1, "chat": {"id": person.id, "type": "private"}}
        return {
            "update_id": next(self.numbers),
            "message": message | {"from": person.api(), "text": text},
        }

    def taps(self, person: User, data: str, query_id: object = "1") -> Json:
        """An update: this person has pressed a button, of a message too old to be edited."""
        chat = {"id": person.id, "type": "private"}
        message = {"message_id": 1, "date": 0, "chat": chat}
        query = {"id": query_id, "from": person.api(), "message": message, "data": data}
        return {"update_id": next(self.numbers), "callback_query": query}


@asynccontextmanager
async def telegram(settings: Settings) -> AsyncIterator[Telegram]:
    assert settings.webhook_url is not None
    assert settings.port is not None
    numbers = count(800_000_001)
    async with aiohttp.ClientSession() as session:
        yield Telegram(session, settings.webhook_url, settings.port, settings.secret, numbers)


@pytest.fixture
async def door(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Telegram]:
    """The way in to a bot that is ready."""
    async with running(sandbox, settings), telegram(settings) as brought:
        yield brought


@pytest.fixture
def maria(sandbox: Sandbox) -> User:
    return sandbox.add_person("Maria", "en", started=True)


def stored(settings: Settings) -> list[int]:
    """The numbers of the updates in the database."""
    with sqlite(settings) as database:
        return [row[0] for row in database.execute("SELECT update_id FROM inbox ORDER BY 1")]


def seen(sandbox: Sandbox, person: User) -> list[str]:
    """The first lines of the bot's messages to this person."""
    messages = sandbox.world.private_chat(person).messages.values()
    ours = (each for each in messages if each.sender is sandbox.world.bot)
    return [(each.text or "").partition("\n")[0] for each in ours]


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log warns of, but for what is missing to open consultations: the bot says that once
    it has heard that Telegram will bring updates, which may be a moment after the test knows."""
    said = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    return [one for one in said if not one.startswith("consultations are closed")]


# ── who may come in ─────────────────────────────────────────────────────────────────────────────


async def test_without_the_secret_nothing_comes_in(
    sandbox: Sandbox, settings: Settings, door: Telegram, maria: User
) -> None:
    """Missing, wrong, almost right or no text at all: 403, nothing stored, nobody answered."""
    update = door.says(maria, "/start")
    right = door.secret
    for wrong in ("", "x", right[:-1], right + "x", right.upper(), f"{right}, {right}", "\u00e9"):
        assert await door.brings(update, **{SECRET_HEADER: wrong}) == (403, None)
    body = json.dumps(update).encode()
    start = b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % len(body)
    for header in (b"", b"\xff\xfe\x80", b"\xe2\x80", right.encode() + b"\xff"):
        line = SECRET_HEADER.encode() + b": " + header + b"\r\n" if header else b""
        assert await door.writes(start + line + b"\r\n" + body) == 403
    assert stored(settings) == []
    assert (await door.brings(update))[0] == 200
    await until(lambda: seen(sandbox, maria), "the menu")
    assert stored(settings) == [update["update_id"]]


async def test_other_doors_are_closed(settings: Settings, door: Telegram) -> None:
    """Only POST, and only on the webhook's own path; health and metrics may only be read."""
    request = partial(door.session.request, headers={SECRET_HEADER: door.secret}, json={})
    root = f"http://127.0.0.1:{settings.port}"
    for method, path, status in (
        ("GET", "/telegram", 405),
        ("PUT", "/telegram", 405),
        ("POST", "/healthz", 405),
        ("POST", "/metrics", 405),
        ("POST", "/", 404),
        ("POST", "/telegram/", 404),
        ("POST", "/telegram/x", 404),
        ("GET", "/", 404),
    ):
        async with request(method, root + path) as answer:
            assert (method, path, answer.status) == (method, path, status)
    assert stored(settings) == []


async def test_passers_by_leave_no_trace_in_the_log(
    door: Telegram, maria: User, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Scanners, broken requests, a TLS greeting: no line, no traceback, and the bot works on."""
    get = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    post = b"POST /telegram HTTP/1.1\r\nHost: x\r\n"
    for said in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%ff%zz?a=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        get + b"A: " + b"x" * 20_000 + b"\r\n\r\n",
        get + b"Content-Length: -1\r\n\r\n",
        post + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        post + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    ):
        assert 400 <= await door.writes(said) < 500, said[:40]
    await door.writes(post + b"Content-Length: 500\r\n\r\nhello", answered=False)
    assert (await door.brings(door.says(maria, "/start")))[0] == 200
    await until(lambda: seen(sandbox, maria), "the menu")
    assert not warned(caplog)


NONSENSE: list[bytes] = [
    b"",
    b"\xff\xfe",
    b"hello",
    b"null",
    b"5",
    b"[]",
    b'"update_id"',
    b"{}",
    b'{"update_id": "5"}',
    b'{"update_id": 5.0}',
    b'{"update_id": true}',
    b'{"update_id": null}',
    b'{"update_id": [5]}',
    b'{"update_id": 9223372036854775808}',
    b'{"update_id": ' + b"9" * 5000 + b"}",
    b'{"update_id": 5',
    b"[" * 100_000,
    b'{"update_id": 5, "message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
]


async def test_nonsense_from_who_knows_the_secret_is_refused(
    sandbox: Sandbox,
    settings: Settings,
    door: Telegram,
    maria: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No JSON, too deep, of the wrong type, too large: refused, nothing stored, no traceback, and
    the next update is taken."""
    for body in NONSENSE:
        assert (body[:40], await door.brings(body)) == (body[:40], (400, None))
    large = json.dumps(door.says(maria, "x" * LARGEST)).encode()
    assert (await door.brings(large))[0] == 413
    assert (await door.brings(b"not gzip", **{"Content-Encoding": "gzip"}))[0] == 400
    secret = f"{SECRET_HEADER}: {door.secret}\r\n".encode()
    start = b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n" + secret + b"\r\n"
    await door.writes(start + large[:500], answered=False)  # the network broke off
    assert stored(settings) == []
    assert (await door.brings(door.says(maria, "/start")))[0] == 200
    await until(lambda: seen(sandbox, maria), "the menu")
    assert not warned(caplog)


async def test_json_of_any_depth_is_refused_or_taken_and_never_a_fault(
    settings: Settings, door: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    """What can be read can also be stored."""
    taken = 0
    for depth in (10, 100, *range(600, 1000, 20), 1100, 3000):
        number = next(door.numbers)
        body = b'{"update_id": %d, "message": %b%b}' % (number, b"[" * depth, b"]" * depth)
        status, _ = await door.brings(body)
        assert status in {200, 400}, depth
        taken += status == 200
    assert len(stored(settings)) == taken > 1
    assert not warned(caplog)


async def test_the_metrics_count_what_became_of_each_update(
    sandbox: Sandbox, door: Telegram, maria: User
) -> None:
    """Two read, one of them brought three times, one that says nothing to anybody, and refusals,
    which are no updates at all."""
    page = door.says(maria, "/start en_costs")
    for update in (page, page, page, door.taps(maria, "v1:en:limits")):
        assert (await door.brings(update))[0] == 200
    await door.brings({"update_id": next(door.numbers), "poll_answer": {}})
    await door.brings(b"hello")
    await door.brings(page, **{SECRET_HEADER: "wrong"})
    await until(lambda: len(seen(sandbox, maria)) == 2, "both screens")
    root = f"http://127.0.0.1:{door.port}"
    async with asyncio.timeout(20):
        while (found := await metrics(root))["carnk_waiting"].samples[0].value:
            await asyncio.sleep(0.02)
    counts = {"taken": 3, "repeated": 2, "shown": 2, "dropped": 0, "set_aside": 0}
    assert values(found["carnk_updates"]) == counts
    assert values(found["carnk_healthy"]) == {"intake": 1, "storage": 1, "delivery": 1, "desk": 1}
    took = {each.name: each.value for each in found["carnk_turn_seconds"].samples}
    assert took["carnk_turn_seconds_count"] == 2
    assert took["carnk_turn_seconds_sum"] > 0


# ── when Telegram may forget ────────────────────────────────────────────────────────────────────


async def test_what_cannot_be_stored_is_not_confirmed_and_taken_once_afterwards(
    sandbox: Sandbox, settings: Settings, maria: User
) -> None:
    """503 while the database is locked; of Telegram's repetitions one is answered."""
    sandbox.delivery.retry_seconds = 0.1
    async with running(sandbox, settings), telegram(settings) as brought:
        update = brought.says(maria, "/help")
        async with locked(settings):
            sandbox.people.start(maria.id)
            answers = await asyncio.gather(*(brought.brings(update) for _ in range(3)))
            assert answers == [(503, None)] * 3
            assert not seen(sandbox, maria)
        for _ in range(3):
            assert (await brought.brings(update))[0] == 200
        await until(lambda: len(seen(sandbox, maria)) == 2, "both screens")
        await until(lambda: not len(sandbox.world.queue), "nothing left at Telegram")
    assert len(seen(sandbox, maria)) == 2
    assert len(stored(settings)) == 2


async def test_back_pressure_instead_of_an_endless_queue(
    sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When too much waits, Telegram is told to come again, and in the end everybody is answered."""
    monkeypatch.setattr("bot.channels.telegram.receive.Lanes", partial(Lanes, 3))
    sandbox.delivery.retry_seconds = 0.1
    people = [sandbox.add_person(f"P{number}", "en") for number in range(12)]
    async with running(sandbox, settings) as app, telegram(settings) as brought:
        slow = sandbox.faults.script("slow", method="sendMessage", delay=1.0, times=None)
        for one in people:
            sandbox.people.start(one.id)
        await until(lambda: app.receiver.full, "the lanes to be full")
        stranger = sandbox.add_person("Stranger", "en", started=True)
        assert await brought.brings(brought.says(stranger, "/start")) == (503, None)
        assert app.health.waiting() <= 3 + 40  # what came in at the same moment
        sandbox.faults.scripts.remove(slow)
        await until(lambda: all(seen(sandbox, one) for one in people), "everybody's menu")
    assert [len(seen(sandbox, one)) for one in people] == [1] * len(people)
    assert not seen(sandbox, stranger)


async def test_what_an_earlier_run_left_behind_goes_first(
    sandbox: Sandbox, settings: Settings, maria: User
) -> None:
    """Until a starting bot has begun with that, Telegram is told to come again."""
    away = sandbox.faults.script("500", method="getMe", times=None)
    async with telegram(settings) as brought:
        engine = connect(settings.database_url.get_secret_value())
        await migrate(engine)
        keys = [key.get_secret_value() for key in settings.encryption_keys]
        store = Store(engine, Cipher(keys), Health().storage)
        left = [brought.says(maria, "/start en_costs"), brought.says(maria, "/start en_limits")]
        await store.take(left, time.time())
        await store.close()
        newer = brought.says(maria, "/start en_basics")
        async with begun(settings):
            await until(lambda: len(sandbox.faults.calls_of("getMe")) > 2, "the bot")
            assert await brought.brings(newer) == (503, None)
            sandbox.faults.scripts.remove(away)
            await until(lambda: len(seen(sandbox, maria)) >= 2, "what was left behind")
            while (await brought.brings(newer))[0] == 503:
                await asyncio.sleep(0.05)
            await until(lambda: len(seen(sandbox, maria)) == 3, "the newer screen")
    assert seen(sandbox, maria) == [first_line(page) for page in ("costs", "limits", "basics")]


async def test_an_update_brought_many_times_at_once_is_answered_once(
    sandbox: Sandbox, door: Telegram, maria: User
) -> None:
    """Every time with 200, and one screen."""
    update = door.says(maria, "/help")
    answers = await asyncio.gather(*(door.brings(update) for _ in range(20)))
    answers.append(await door.brings(update))
    assert {status for status, _ in answers} == {200}
    tap = door.taps(maria, "v1:en:costs")
    answers = await asyncio.gather(*(door.brings(tap) for _ in range(20)))
    assert {status for status, _ in answers} == {200}
    assert len([ride for _, ride in answers if ride]) == 1
    await until(lambda: len(seen(sandbox, maria)) == 2, "both screens")
    await asyncio.sleep(0.3)
    assert len(seen(sandbox, maria)) == 2


async def test_the_answer_to_a_press_rides_in_the_response(
    sandbox: Sandbox, door: Telegram, maria: User
) -> None:
    """To a fresh one only; no call is made for it, and messages carry nothing back."""
    assert await door.brings(door.says(maria, "/help")) == (200, None)
    tap = door.taps(maria, "v1:en:costs", "4711")
    ride = {"method": "answerCallbackQuery", "callback_query_id": "4711"}
    assert await door.brings(tap) == (200, ride)
    assert await door.brings(tap) == (200, None)
    assert await door.brings(door.taps(maria, "v1:en:limits", 4711)) == (200, None)
    assert await door.brings(door.taps(maria, "v1:en:menu", {"a": []})) == (200, None)
    await until(lambda: len(seen(sandbox, maria)) == 4, "every screen")
    assert not sandbox.faults.calls_of("answerCallbackQuery")


async def test_a_press_of_the_staff_is_answered_in_words(sandbox: Sandbox, door: Telegram) -> None:
    """The response carries nothing back: the first answer to a press is the only one that is
    shown, and theirs says what became of it."""
    anna = next(one for one in sandbox.world.users.values() if one.name == "Anna")
    group = sandbox.world.chats[sandbox.staff_chat_id or 0]
    message = {"message_id": 1, "date": 0, "chat": group.api()}
    query = {"id": "4711", "from": anna.api(), "message": message, "data": "v9:of:another:age"}
    update = {"update_id": next(door.numbers), "callback_query": query}
    assert await door.brings(update) == (200, None)
    await until(lambda: bool(sandbox.faults.calls_of("answerCallbackQuery")), "the answer")
    (answer,) = sandbox.faults.calls_of("answerCallbackQuery")
    assert answer.params["text"]


async def test_updates_of_one_chat_keep_their_order(
    sandbox: Sandbox, door: Telegram, maria: User
) -> None:
    """One behind the other, however slowly Telegram takes the screens, beside other chats."""
    others = [sandbox.add_person(f"P{number}", "en", started=True) for number in range(5)]
    sandbox.faults.latency = 0.05
    pages = ["basics", "how", "costs", "limits", "evidence", "safety"]

    async def walk(person: User) -> None:
        for page in pages:
            assert (await door.brings(door.says(person, f"/start en_{page}")))[0] == 200

    everybody = [maria, *others]
    await asyncio.gather(*map(walk, everybody))
    await until(lambda: all(len(seen(sandbox, one)) == 6 for one in everybody), "every screen")
    for one in everybody:
        assert seen(sandbox, one) == [first_line(page) for page in pages]
