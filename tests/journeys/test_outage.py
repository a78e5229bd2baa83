"""Telegram or the database is away, at the start or later: all waits, and nothing is lost."""

import asyncio
import contextlib
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import make_url
from telegram.error import InvalidToken

from bot.app import run
from bot.retry import until_done
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.storage.database import NO_ANSWER, connect
from tests.conftest import empty
from tests.journeys.beside import PATIENCE, begun, running, until
from tests.journeys.seen import HELP, MENU, people, rows, waits
from tests.people import Page
from tests.process import Process

pytestmark = pytest.mark.usefixtures("quick", "nothing_escapes")

# ── Telegram ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A starting bot tries again after milliseconds, and after a 401 too."""

    async def at_once(
        call: Callable[[], Awaitable[Any]], *how: Callable[[BaseException], Any], **_: float
    ) -> Any:
        return await until_done(call, *how, first=0.01, most=0.05)

    monkeypatch.setattr("bot.app.until_done", at_once)
    monkeypatch.setattr("bot.channels.telegram.poll.REVOKED_SECONDS", 0.05)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("outcome", ["500", "502", "half", "drop_before", "drop_after", "429"])
async def test_a_start_waits_until_telegram_is_itself_again(
    sandbox: Sandbox, settings: Settings, outcome: str
) -> None:
    """Errors, half of a JSON, lost connections and flood limits, at the first call and at the
    last one before work begins: who wrote meanwhile is answered."""
    for method in ("getMe", "deleteWebhook"):
        sandbox.faults.script(outcome, method=method, times=1 if outcome == "429" else 3)
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        await maria.says("/start")
        async with running(sandbox, settings) as app:
            await maria.sees(MENU)
            assert app.health.intake.trouble() is None
    assert len(sandbox.faults.calls_of("getMe")) > 1


async def test_a_start_that_is_asked_to_pause_can_be_stopped(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Telegram is away for good: nothing ends the bot but who started it, and that in time."""
    sandbox.faults.script("429", method="getMe", times=None, retry_after=200)
    async with begun(settings) as app:
        await waits(sandbox, "getMe", 2)
        app.health.intake.patience = 0.0
        await until(app.health.intake.trouble, "the reason")
        assert "Telegram" in app.health.intake.reason
        began = time.monotonic()
    assert time.monotonic() - began < 10  # then supervisors kill


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook"])
@pytest.mark.parametrize("code", [401, 404])
async def test_a_token_that_was_never_valid_ends_the_start(
    sandbox: Sandbox, settings: Settings, method: str, code: int
) -> None:
    """Waiting would not help; every connection is closed, and what waits at Telegram stays."""
    refusal = sandbox.faults.script(
        "refuse", method=method, times=None, code=code, description="Unauthorized"
    )
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        await maria.says("/start")
        with pytest.raises(InvalidToken):
            await asyncio.wait_for(run(settings, asyncio.Event()), PATIENCE)
        sandbox.faults.scripts.remove(refusal)
        async with running(sandbox, settings):
            await maria.sees(MENU)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("code", [401, 404])
async def test_a_token_revoked_later_is_waited_for(
    sandbox: Sandbox, settings: Settings, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Health and the log say so; whoever wrote gets their screens when it works again."""
    async with Page(sandbox.url) as page, running(sandbox, settings) as app:
        maria, wang = await people(page, 2)
        app.health.intake.patience = 0.0
        refused = {
            method: sandbox.faults.script(
                "refuse", method=method, times=None, code=code, description="PLANTED"
            )
            for method in ("sendMessage", "getUpdates")
        }
        await maria.says("/start")  # a poll was under way when the token was revoked
        await waits(sandbox, "sendMessage", 2)
        await wang.says("/start")
        await until(app.health.intake.trouble, "trouble")
        assert "(401)" in app.health.intake.reason
        assert "does not know this BOT_TOKEN any more" in caplog.text
        assert app.health.delivery.reason
        for script in refused.values():
            sandbox.faults.scripts.remove(script)
        await wang.sees(MENU)
        await maria.sees(MENU)
        assert app.health.intake.trouble() is None
        assert await maria.count() == 1


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


# ── the database ────────────────────────────────────────────────────────────────────────────────


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
        async with running(sandbox, settings):
            await maria.says("/start")
            await maria.sees(MENU)
            await line.cut()
            await maria.says("/help")
            await until(lambda: "does not answer" in caplog.text, "the outage")
            began = time.monotonic()
        assert time.monotonic() - began < 10  # then supervisors kill
        with pytest.raises(NO_ANSWER):
            await run(settings, asyncio.Event())
        await line.mend()
        async with running(sandbox, settings):
            await maria.sees(HELP)


async def test_a_database_that_is_not_there_is_told_in_one_sentence(
    sandbox: Sandbox, settings: Settings
) -> None:
    """With the remedy, without a traceback, and never with the password."""
    async with contextlib.AsyncExitStack() as servers:
        ports = [
            await servers.enter_async_context(refusing_postgresql(code))
            for code in ("28P01", "3D000", "57P03", "53300", "28000")
        ]
        urls = [f"postgresql://bot:PLANTED-secret@127.0.0.1:{port}/PLANTED" for port in ports]
        for url in urls[1:]:
            with pytest.raises(NO_ANSWER):
                await run(
                    settings.model_copy(update={"database_url": SecretStr(url)}), asyncio.Event()
                )
        for url in (urls[0], "postgresql://bot:PLANTED-secret@127.0.0.1:1/x?sslmode=prefer"):
            process = Process(settings)
            process.environment |= {"DATABASE_URL": url, "LOG_LEVEL": "DEBUG"}
            process.start()
            assert process.running is not None
            _, log = await asyncio.to_thread(process.running.communicate)
            assert process.running.returncode == 1
            assert "Check DATABASE_URL" in log.decode()
            for never in ("Traceback", "PLANTED", "secret", "--port"):
                assert never not in log.decode()


@contextlib.asynccontextmanager
async def refusing_postgresql(code: str) -> AsyncIterator[int]:
    """The port of a PostgreSQL that refuses everybody with this SQLSTATE: a wrong password, no
    such database, still starting, too many connections, not allowed from here."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            while True:
                (size,) = struct.unpack("!I", await reader.readexactly(4))
                if await reader.readexactly(size - 4) != struct.pack("!I", 80877103):
                    break
                writer.write(b"N")  # no TLS here
            fields = f"SFATAL\0VFATAL\0C{code}\0MPLANTED words\0\0".encode()
            writer.write(b"E" + struct.pack("!I", len(fields) + 4) + fields)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
