"""The transport, against servers on loopback that answer well, badly, late or not at all."""

import asyncio
import contextlib
import gc
import gzip
import io
import ipaddress
import json
import logging
import os
import socket
import ssl
import struct
import traceback
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram.transport import AiohttpRequest, NotSent

TOKEN = "123456789:PLANTED-token_0123456789abcdefghij"
WORD = "Mrs-Personal-Name"
GOOD = b'{"ok":true,"result":{"fine":1}}'


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of this machine; RetryAfter without its deprecation warning."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@dataclass
class Asked:
    """One request as it arrived."""

    connection: int
    nth: int
    """Of its connection, from 1."""
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Handler = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """A server that reads whole requests and leaves the answer to `handler`."""

    handler: Handler
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    read_body: bool = True
    read_tls: bool = True
    """False: answer the hello of TLS with plain words, as web servers do."""
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> "Server":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.connections += 1
        number, nth = self.connections, 0
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
                if not self.read_tls:
                    await reader.readexactly(1)
                    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    return
                while not writer.is_closing():
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                    first, *lines = head.split("\r\n")
                    headers = {
                        name.strip().lower(): value.strip()
                        for name, _, value in (line.partition(":") for line in lines if line)
                    }
                    body = b""
                    if self.read_body:
                        body = await reader.readexactly(int(headers.get("content-length", 0)))
                    method, path, _ = first.split(" ")
                    nth += 1
                    asked = Asked(number, nth, method, path, headers, body)
                    self.asked.append(asked)
                    await self.handler(asked, writer)
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    @property
    def base(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def url(self, method: str = "sendMessage") -> str:
        return f"{self.base}/bot{TOKEN}/{method}"


def answer(
    writer: asyncio.StreamWriter,
    body: bytes = GOOD,
    status: int = 200,
    kind: str = "application/json",
    *more: str,
) -> None:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    writer.write("\r\n".join([*lines, *more, "", ""]).encode() + body)


def always(body: bytes = GOOD, status: int = 200, kind: str = "application/json") -> Handler:
    async def handler(_: Asked, writer: asyncio.StreamWriter) -> None:
        answer(writer, body, status, kind)

    return handler


async def hang_up(_: Asked, writer: asyncio.StreamWriter) -> None:
    """Read the request, say nothing, close."""
    writer.close()


async def silence(_: Asked, __: asyncio.StreamWriter) -> None:
    """Read the request, say nothing, stay."""
    await asyncio.sleep(3600)


@contextlib.asynccontextmanager
async def calling(*args: Any, **options: Any) -> AsyncIterator[AiohttpRequest]:
    request = AiohttpRequest(*args, **options)
    await request.initialize()
    try:
        yield request
    finally:
        await request.shutdown()


def parameters(**given: Any) -> RequestData:
    return RequestData([RequestParameter.from_input(key, value) for key, value in given.items()])


def unused_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


# What is sent


async def test_a_call_goes_as_json_and_its_result_comes_back() -> None:
    """Numbers stay numbers, objects objects, and Chinese is not blown up."""
    async with Server(always()) as server, calling() as request:
        result = await request.post(
            server.url(),
            parameters(
                chat_id=5,
                text="细胞",
                reply_markup=InlineKeyboardMarkup(
                    [[InlineKeyboardButton("是", callback_data="v1")]]
                ),
            ),
        )
        await request.post(server.url("getMe"), parameters())
    assert result == {"fine": 1}
    sent, empty = server.asked
    assert sent.method == "POST"
    assert sent.headers["content-type"] == "application/json"
    assert sent.json == {
        "chat_id": 5,
        "text": "细胞",
        "reply_markup": {"inline_keyboard": [[{"text": "是", "callback_data": "v1"}]]},
    }
    assert "细胞".encode() in sent.body
    assert empty.json == {}


async def test_half_an_emoji_does_not_cost_the_message() -> None:
    """A lone surrogate is sent as a question mark instead of failing (or being printed)."""
    async with Server(always()) as server, calling() as request:
        await request.post(server.url(), parameters(text=f"{WORD} \ud83d"))
        await request.post(server.url(), parameters(text=f"{WORD} \ud83d", photo=InputFile(b"x")))
    assert server.asked[0].json["text"] == f"{WORD} ?"
    assert f"{WORD} ?".encode() in server.asked[1].body


async def test_a_whole_bot_works_on_it() -> None:
    """python-telegram-bot's Bot, with polling and calls on separate instances."""

    async def telegram(asked: Asked, writer: asyncio.StreamWriter) -> None:
        results = {
            "getMe": {"id": 1, "is_bot": True, "first_name": "B", "username": "b"},
            "getUpdates": [{"update_id": 7}],
            "getFile": {"file_id": "f", "file_unique_id": "u", "file_path": "docs/a.pdf"},
        }
        if asked.method == "GET":
            answer(writer, bytes(range(256)), 200, "application/pdf")
        else:
            body = {"ok": True, "result": results[asked.path.rpartition("/")[2]]}
            answer(writer, json.dumps(body).encode())

    async with Server(telegram) as server:
        bot = Bot(
            TOKEN,
            base_url=f"{server.base}/bot",
            base_file_url=f"{server.base}/file/bot",
            request=AiohttpRequest(),
            get_updates_request=AiohttpRequest(connections=1),
        )
        async with bot:
            assert [update.update_id for update in await bot.get_updates(timeout=1)] == [7]
            file = await bot.get_file("f")
            assert bytes(await file.download_as_bytearray()) == bytes(range(256))
    assert server.asked[-1].path == f"/file/bot{TOKEN}/docs/a.pdf"
    assert server.connections == 2, "one for getUpdates, one for all the rest"


async def test_files_go_as_multipart_with_their_own_names() -> None:
    """A picture with a Chinese name, a large one without warning, and the fields beside them."""
    large = os.urandom(3 * 1024 * 1024)
    async with Server(always()) as server, calling() as request:
        await request.post(
            server.url("sendDocument"),
            parameters(chat_id=5, caption="图", document=InputFile(large, filename="细胞 1.png")),
        )
    (asked,) = server.asked
    assert asked.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert "content-length" in asked.headers
    assert large in asked.body
    assert 'filename="细胞 1.png"'.encode() in asked.body
    assert b"image/png" in asked.body
    assert b'name="chat_id"' in asked.body


async def test_a_file_handle_can_be_sent_twice() -> None:
    """A call repeated after a 429 sends the file again, not its end; the handle stays open."""
    with io.BytesIO(b"content of the file") as handle:
        file = InputFile(handle, filename="a.txt", read_file_handle=False)
        async with Server(always()) as server, calling() as request:
            for _ in range(2):
                await request.post(server.url("sendDocument"), parameters(document=file))
        assert [b"content of the file" in asked.body for asked in server.asked] == [True, True]
        assert not handle.closed


async def test_a_redirect_is_not_followed() -> None:
    """The token goes to nobody but the server it was meant for."""

    async def elsewhere(_: Asked, writer: asyncio.StreamWriter) -> None:
        answer(writer, b"moved", 307, "text/plain", f"Location: {other.url()}")

    async with (
        Server(always()) as other,
        Server(elsewhere) as server,
        calling() as request,
    ):
        with pytest.raises(NetworkError, match="Temporary Redirect"):
            await request.post(server.url(), parameters())
    assert other.connections == 0


# Connections


async def test_a_connection_is_kept_and_used_again() -> None:
    """Ten calls in a row need one connection."""
    async with Server(always()) as server, calling() as request:
        for _ in range(10):
            await request.post(server.url(), parameters())
    assert server.connections == 1


async def test_no_more_connections_than_allowed() -> None:
    """Fifty calls at once share four connections, and all are done."""

    async def slowly(_: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.002)
        answer(writer)

    async with Server(slowly) as server, calling(4) as request:
        await asyncio.gather(*(request.post(server.url(), parameters()) for _ in range(50)))
    assert len(server.asked) == 50
    assert server.connections == 4


async def test_a_connection_the_server_closed_while_idle_is_not_used() -> None:
    """After the server's own time for idle connections, even a send simply takes a new one."""

    async def close_soon(_: Asked, writer: asyncio.StreamWriter) -> None:
        answer(writer)
        asyncio.get_running_loop().call_later(0.02, writer.close)

    async with Server(close_soon) as server, calling() as request:
        for _ in range(3):
            await request.post(server.url("sendMessage"), parameters())
            await asyncio.sleep(0.1)
    assert [(asked.connection, asked.nth) for asked in server.asked] == [(1, 1), (2, 1), (3, 1)]


async def second_call_hangs_up(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """As when the server closed an idle connection just as the next request was on its way."""
    if asked.nth == 1:
        await asyncio.sleep(0.01)
        answer(writer)
    else:
        writer.close()


@pytest.mark.parametrize(
    "method",
    ["editMessageText", "getUpdates", "answerCallbackQuery", "setMyCommands", "deleteMessage"],
)
async def test_a_dead_idle_connection_costs_a_repeatable_call_nothing(method: str) -> None:
    """It is done once more, on a connection that is new for sure."""
    async with Server(second_call_hangs_up) as server, calling() as request:
        # Five idle connections, every one of them dead.
        await asyncio.gather(*(request.post(server.url("getMe"), parameters()) for _ in range(5)))
        assert server.connections == 5
        assert await request.post(server.url(method), parameters(a=1)) == {"fine": 1}
    assert [asked.nth for asked in server.asked[5:]] == [2, 1]
    assert [asked.json for asked in server.asked[5:]] == [{"a": 1}, {"a": 1}]


async def test_a_connection_that_is_reset_is_dead_too() -> None:
    """As when a router in between has forgotten it."""

    async def second_call_is_reset(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await (always() if asked.nth == 1 else reset)(asked, writer)

    async with Server(second_call_is_reset) as server, calling() as request:
        await request.post(server.url("getMe"), parameters())
        assert await request.post(server.url("editMessageText"), parameters()) == {"fine": 1}
    assert [asked.nth for asked in server.asked] == [1, 2, 1]


@pytest.mark.parametrize(
    "method", ["sendMessage", "copyMessage", "forwardMessage", "pinChatMessage"]
)
async def test_a_send_is_never_repeated(method: str) -> None:
    """It may have arrived: the caller learns that, and nobody reads a message twice."""
    async with Server(second_call_hangs_up) as server, calling() as request:
        await request.post(server.url("getMe"), parameters())
        with pytest.raises(NetworkError) as caught:
            await request.post(server.url(method), parameters())
    assert not isinstance(caught.value, NotSent)
    assert len(server.asked) == 2


async def test_a_file_is_never_sent_twice() -> None:
    """Also where the method's name would allow it."""
    async with Server(second_call_hangs_up) as server, calling() as request:
        await request.post(server.url("getMe"), parameters())
        with pytest.raises(NetworkError):
            await request.post(server.url("setChatPhoto"), parameters(photo=InputFile(b"x")))
    assert len(server.asked) == 2


async def test_a_new_connection_that_fails_is_not_tried_again() -> None:
    """A server that hangs up on new connections has a reason."""
    async with Server(hang_up) as server, calling() as request:
        with pytest.raises(NetworkError) as caught:
            await request.post(server.url("editMessageText"), parameters())
    assert not isinstance(caught.value, NotSent)
    assert len(server.asked) == 1


async def test_a_call_is_repeated_once_at_most() -> None:
    """The new connection failed as well: that is for the caller."""

    async def only_the_first(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.connection == asked.nth == 1:
            answer(writer)
        else:
            writer.close()

    async with Server(only_the_first) as server, calling() as request:
        await request.post(server.url("getMe"), parameters())
        with pytest.raises(NetworkError):
            await request.post(server.url("getMe"), parameters())
    assert len(server.asked) == 3


async def test_an_answer_that_breaks_off_is_not_asked_for_again() -> None:
    """The server was at work on it: that is not a dead idle connection."""

    async def half(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.nth == 1:
            answer(writer)
        else:
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok":true,"result"')
            writer.close()

    async with Server(half) as server, calling() as request:
        await request.post(server.url("getMe"), parameters())
        with pytest.raises(NetworkError) as caught:
            await request.post(server.url("getMe"), parameters())
    assert not isinstance(caught.value, NotSent)
    assert len(server.asked) == 2


async def test_a_repetition_that_cannot_connect_may_still_have_been_done() -> None:
    """The first try left the machine, so the call is not one that surely never left."""

    async def go_away(_: Asked, writer: asyncio.StreamWriter) -> None:
        server._server.close()
        writer.close()

    async with Server(always()) as server, calling() as request:
        await request.post(server.url("getMe"), parameters())
        server.handler = go_away
        with pytest.raises(NetworkError) as caught:
            await request.post(server.url("editMessageText"), parameters())
    assert "ClientConnectorError" in str(caught.value)
    assert not isinstance(caught.value, NotSent)


async def test_a_warm_connection_is_there_for_the_first_call() -> None:
    """The first patient does not wait for TCP and TLS; no token is sent for it."""
    async with Server(always(b"<html>", 302, "text/html")) as server, calling() as request:
        assert await request.warm(server.url())
        server.handler = always()
        await request.post(server.url(), parameters())
    assert server.connections == 1
    assert (server.asked[0].method, server.asked[0].path) == ("GET", "/")


async def test_no_warm_connection_is_no_reason_to_stop() -> None:
    """Telegram out of reach at start: said, and tried again by the first call."""
    async with calling() as request:
        assert not await request.warm(f"http://127.0.0.1:{unused_port()}/bot{TOKEN}/")


async def test_a_cancelled_call_leaves_no_trace() -> None:
    """Its place is free again and its half-used connection is not."""
    async with Server(silence) as server, calling(1) as request:
        call = asyncio.create_task(request.post(server.url(), parameters()))
        while not server.asked:
            await asyncio.sleep(0.001)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        server.handler = always()
        await request.post(server.url(), parameters())
    assert server.connections == 2


# Opening and closing


async def test_opening_and_closing_twice_is_nothing() -> None:
    """And after closing it can be opened anew; nothing is left unclosed behind."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        request = AiohttpRequest()
        await request.shutdown()
        async with Server(always()) as server:
            for _ in range(2):
                await request.initialize()
                await request.initialize()
                await request.post(server.url(), parameters())
                await request.shutdown()
                await request.shutdown()
        del request
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
    assert server.connections == 2


async def test_a_closed_one_sends_nothing() -> None:
    """Before it is opened and after it was closed, a call is one that never left."""
    request = AiohttpRequest()
    with pytest.raises(NotSent):
        await request.post("http://127.0.0.1:1/", parameters())
    async with request:
        pass
    with pytest.raises(NotSent):
        await request.post("http://127.0.0.1:1/", parameters())


async def test_closing_ends_the_calls_under_way() -> None:
    """Nobody waits for an answer on a closed connection."""
    async with Server(silence) as server, calling() as request:
        call = asyncio.create_task(request.post(server.url(), parameters()))
        while not server.asked:
            await asyncio.sleep(0.001)
        await request.shutdown()
        with pytest.raises(NetworkError):
            await call


# Time


async def test_the_read_timeout_of_a_call_counts() -> None:
    """getUpdates waits longer than other calls; None waits as long as it takes."""

    async def late(_: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        answer(writer)

    async with Server(late) as server, calling(read_timeout=0.05) as request:
        assert request.read_timeout == 0.05
        for patience in (5, None):
            await request.post(server.url(), parameters(), read_timeout=patience)
        with pytest.raises(TimedOut):
            await request.post(server.url(), parameters())
    async with Server(late) as server, calling() as request:
        with pytest.raises(TimedOut):
            await request.post(server.url("getMe"), parameters(), read_timeout=0.05)
    assert len(server.asked) == 1


async def test_a_timeout_is_not_a_dead_connection() -> None:
    """A server that is slow on a used connection is not asked once more."""
    async with Server(always()) as server, calling() as request:
        await request.post(server.url("getMe"), parameters())
        server.handler = silence
        with pytest.raises(TimedOut):
            await request.post(server.url("getMe"), parameters(), read_timeout=0.05)
    assert len(server.asked) == 2


async def test_waiting_for_a_connection_has_its_own_time() -> None:
    """All are busy: the call was surely not sent, and the server saw nothing of it."""
    async with Server(silence) as server, calling(1, read_timeout=0.4) as request:
        first = asyncio.create_task(request.post(server.url(), parameters()))
        while not server.asked:
            await asyncio.sleep(0.001)
        with pytest.raises(NotSent, match="not sent"):
            await request.post(server.url(), parameters(), pool_timeout=0.05)
        with pytest.raises(TimedOut):
            await first
    assert len(server.asked) == 1


async def test_connecting_has_its_own_time() -> None:
    """A handshake that nobody answers: not sent."""
    async with Server(silence) as deaf, calling(connect_timeout=0.05) as request:
        with pytest.raises(NotSent, match="Timeout"):
            await request.post(deaf.url().replace("http://", "https://"), parameters())
    assert deaf.connections == 1


async def test_an_upload_that_stalls_is_given_up() -> None:
    """A server that stops reading holds a file for the write timeout, not for ever."""
    async with Server(silence, read_body=False) as server, calling(write_timeout=0.1) as request:
        document = InputFile(os.urandom(30_000_000), filename="a.bin")
        with pytest.raises(TimedOut):
            await asyncio.wait_for(
                request.post(server.url("sendDocument"), parameters(document=document)), 20
            )


async def test_an_upload_that_moves_may_take_its_time() -> None:
    """The write timeout is for each piece; after the last one the read timeout counts."""

    async def sip(asked: Asked, writer: asyncio.StreamWriter) -> None:
        reader = writer._reader  # type: ignore[attr-defined] # the other half of the stream
        left = int(asked.headers["content-length"])
        while left:
            left -= len(await reader.read(min(left, 500_000)))
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.6)
        answer(writer)

    async with Server(sip, read_body=False) as server, calling(write_timeout=0.5) as request:
        document = InputFile(os.urandom(20_000_000), filename="a.bin")
        start = asyncio.get_running_loop().time()
        await request.post(server.url("sendDocument"), parameters(document=document))
        assert asyncio.get_running_loop().time() - start > 1.0


# What never left


async def test_a_refused_connection_was_not_sent() -> None:
    """Nobody listens there."""
    async with calling() as request:
        with pytest.raises(NotSent, match=r"127\.0\.0\.1"):
            await request.post(f"http://127.0.0.1:{unused_port()}/bot{TOKEN}/x", parameters())


async def test_an_unknown_name_was_not_sent() -> None:
    """No such server."""
    async with calling() as request:
        with pytest.raises(NotSent, match=r"nowhere\.invalid"):
            await request.post(f"http://nowhere.invalid/bot{TOKEN}/x", parameters())


async def test_an_address_that_is_none_is_an_error_but_not_one_to_repeat() -> None:
    """A wrong setting would otherwise be tried for ever."""
    async with calling() as request:
        for address in ("http://", "ftp://127.0.0.1", "http://127.0.0.1:99999"):
            with pytest.raises(NetworkError) as caught:
                await request.post(f"{address}/bot{TOKEN}/x", parameters())
            assert not isinstance(caught.value, NotSent)


# TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def served(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


async def test_it_speaks_tls(served: ssl.SSLContext, trusted: ssl.SSLContext) -> None:
    """With a certificate it trusts; connections are kept; a dead idle one is replaced."""
    async with Server(always(), served) as server, calling(tls=trusted) as request:
        await request.warm(server.base)
        for _ in range(3):
            await request.post(server.url("sendMessage"), parameters())
        server.handler = second_call_hangs_up
        await request.post(server.url("editMessageText"), parameters())
    assert [asked.connection for asked in server.asked] == [1, 1, 1, 1, 1, 2]


async def test_a_certificate_it_does_not_trust_gets_nothing(served: ssl.SSLContext) -> None:
    """Not sent, said with the reason, and the server did not see the token."""
    async with Server(always(), served) as server, calling() as request:
        with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
            await request.post(server.url(), parameters())
    assert server.asked == []


async def test_a_server_without_tls_gets_nothing() -> None:
    """https to a plain server: not sent."""
    async with Server(always(), read_tls=False) as server, calling() as request:
        with pytest.raises(NotSent, match="SSL"):
            await request.post(server.url().replace("http://", "https://"), parameters())
    assert server.asked == []


# The proxy


async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its password, and not for what NO_PROXY names."""
    async with Server(always()) as proxy, Server(always()) as direct, calling() as request:
        monkeypatch.setenv("http_proxy", f"http://user:hidden@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        for _ in range(2):
            await request.post(f"http://telegram.invalid/bot{TOKEN}/getMe", parameters())
        await request.post(direct.url(), parameters())
    assert [asked.path for asked in proxy.asked] == [
        f"http://telegram.invalid/bot{TOKEN}/getMe"
    ] * 2
    assert proxy.asked[0].headers["proxy-authorization"].startswith("Basic ")
    assert proxy.connections == 1
    assert len(direct.asked) == 1


async def test_a_proxy_that_refuses_was_not_told_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """https goes through a tunnel: none dug, nothing sent."""
    async with Server(always(b"who are you", 407, "text/plain")) as proxy, calling() as request:
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{proxy.port}")
        with pytest.raises(NotSent, match="407"):
            await request.post(f"https://telegram.invalid/bot{TOKEN}/getMe", parameters())
    assert [asked.method for asked in proxy.asked] == ["CONNECT"]
    assert TOKEN not in str(proxy.asked)


async def test_a_tunnel_through_a_proxy_carries_calls(
    monkeypatch: pytest.MonkeyPatch, served: ssl.SSLContext, trusted: ssl.SSLContext
) -> None:
    """TLS reaches from here to the server; the proxy sees neither path nor token."""

    async def dig(asked: Asked, writer: asyncio.StreamWriter) -> None:
        near = writer._reader  # type: ignore[attr-defined] # the other half of the stream
        far, out = await asyncio.open_connection(*asked.path.split(":"))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

        async def pump(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                while piece := await source.read(65536):
                    to.write(piece)
            to.close()

        await asyncio.gather(pump(near, out), pump(far, writer))

    async with (
        Server(always(), served) as server,
        Server(dig) as proxy,
        calling(tls=trusted) as request,
    ):
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        for _ in range(3):
            await request.post(server.url(), parameters())
    assert (len(server.asked), proxy.connections) == (3, 1)
    assert TOKEN not in str(proxy.asked)


async def test_a_proxy_it_does_not_speak_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """SOCKS needs another tool; the operator is told, without the proxy's password."""
    monkeypatch.setenv("https_proxy", "socks5://user:hidden@127.0.0.1:1080")
    async with calling() as request:
        with pytest.raises(NetworkError, match="not an HTTP proxy") as caught:
            await request.post(f"https://telegram.invalid/bot{TOKEN}/getMe", parameters())
    assert "hidden" not in str(caught.value)


# What comes back


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"description": "Bad Request: message is not modified"}, BadRequest),
        (401, {"description": "Unauthorized"}, InvalidToken),
        (403, {"description": "Forbidden: bot was blocked by the user"}, Forbidden),
        (404, {"description": "Not Found"}, InvalidToken),
        (409, {"description": "Conflict: terminated by other getUpdates request"}, Conflict),
        (429, {"description": "Too Many", "parameters": {"retry_after": 7}}, RetryAfter),
        (429, {"description": "Too Many", "parameters": {"retry_after": 10**30}}, RetryAfter),
        (429, {"description": "Too Many", "parameters": {"retry_after": -1}}, RetryAfter),
        (400, {"description": "x", "parameters": {"migrate_to_chat_id": -100}}, ChatMigrated),
        (500, {"description": "Internal Server Error"}, NetworkError),
        (200, {"description": "said with the wrong status", "ok": False}, NetworkError),
    ],
)
async def test_telegrams_errors_keep_their_meaning(
    status: int, body: dict[str, Any], expected: type[TelegramError]
) -> None:
    """python-telegram-bot's own exceptions, with Telegram's words."""
    async with Server(always(json.dumps(body).encode(), status)) as server, calling() as request:
        with pytest.raises(expected) as caught:
            await request.post(server.url(), parameters())
    assert type(caught.value) is expected
    if isinstance(caught.value, RetryAfter):
        wanted = body["parameters"]["retry_after"]
        assert caught.value.retry_after == timedelta(seconds=min(max(wanted, 1), 1_000_000))
    if isinstance(caught.value, ChatMigrated):
        assert caught.value.new_chat_id == -100


async def test_a_proxys_error_page_is_a_network_error() -> None:
    """As python-telegram-bot has it, but without the page."""
    page = f"<html>{WORD} 502</html>".encode()
    async with Server(always(page, 502, "text/html")) as server, calling() as request:
        with pytest.raises(NetworkError, match=r"Bad Gateway \(502\)") as caught:
            await request.post(server.url(), parameters())
    assert f"{len(page)} bytes of text/html" in str(caught.value)


@pytest.mark.parametrize(
    "body", [b"", b"<html>log in</html>", GOOD[:-3], b"[1]", b"[" * 100_000, b'{"result":1' * 2]
)
async def test_an_answer_that_is_none_is_an_invalid_one(body: bytes) -> None:
    """Status 200, but not of the Bot API."""
    async with Server(always(body)) as server, calling() as request:
        with pytest.raises(TelegramError, match="Invalid server response"):
            await request.post(server.url(), parameters())


async def test_a_small_zip_of_a_huge_answer_is_refused_too() -> None:
    """What counts is what would lie in memory."""

    async def bomb(_: Asked, writer: asyncio.StreamWriter) -> None:
        packed = gzip.compress(b'{"ok":true,"result":"' + b"0" * 20_000_000)
        answer(writer, packed, 200, "application/json", "Content-Encoding: gzip")

    async with Server(bomb) as server, calling(largest=1_000_000) as request:
        with pytest.raises(NetworkError, match="larger than 1000000 bytes"):
            await request.post(server.url(), parameters())
        server.handler = always(b'{"result":"' + b"0" * 1_000_000 + b'"}')
        with pytest.raises(NetworkError, match="larger"):
            await request.post(server.url(), parameters())
        server.handler = always()
        await request.post(server.url(), parameters())


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "ok": values,
        "result": values,
        "error_code": values,
        "description": values,
        "parameters": values
        | st.fixed_dictionaries({}, optional={"retry_after": values, "migrate_to_chat_id": values}),
    },
)
bodies = st.binary(max_size=60) | (values | fields).map(lambda value: json.dumps(value).encode())


@settings(deadline=None, max_examples=300)
@given(status=st.integers(200, 599), body=bodies)
def test_whatever_comes_back_is_a_result_or_telegrams_error(
    runner: asyncio.Runner, status: int, body: bytes
) -> None:
    """No answer of a stranger between us and Telegram breaks the caller in another way."""

    async def call() -> None:
        async with Server(always(body, status)) as server, calling() as request:
            with contextlib.suppress(TelegramError):
                result = await request.post(server.url("getUpdates"), parameters())
                assert result == json.loads(body)["result"] or "NaN" in body.decode()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of python-telegram-bot, about its own RetryAfter
        runner.run(call())


# The token


def all_of(error: BaseException) -> str:
    """Everything that can be printed of an exception, its causes and contexts."""
    seen: list[str] = []
    queue: list[BaseException | None] = [error]
    while queue:
        one = queue.pop()
        if one is None or len(seen) > 50:
            continue
        seen += [str(one), repr(one), repr(one.args), repr(getattr(one, "__dict__", ""))]
        seen += traceback.format_exception(one)
        queue += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            queue += one.exceptions
    return "\n".join(seen)


def echo(status: int, *, quoted: bool = False, as_json: bool = False) -> Handler:
    """An error page that repeats the address it was asked for, as Squid's does, and the body."""

    async def handler(asked: Asked, writer: asyncio.StreamWriter) -> None:
        address = quote(asked.path, safe="/") if quoted else asked.path
        if as_json:
            body = json.dumps({"ok": False, "description": f"cannot reach {address}"})
        else:
            body = f"<html>cannot reach {address} {asked.body.decode()}"
        answer(writer, body.encode(), status, "application/json" if as_json else "text/html")

    return handler


async def cut(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"ok":true,"result')
    writer.close()


async def no_http(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    writer.close()


async def reset(_: Asked, writer: asyncio.StreamWriter) -> None:
    linger = struct.pack("ii", 1, 0)  # close with RST
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def half_a_json(asked: Asked, writer: asyncio.StreamWriter) -> None:
    answer(writer, b'{"ok":true,"result":[' + asked.path.encode() + asked.body)


@pytest.mark.parametrize(
    "handler",
    [
        hang_up,
        silence,
        cut,
        no_http,
        reset,
        half_a_json,
        second_call_hangs_up,
        echo(200),
        echo(302),
        echo(404, as_json=True),
        echo(502),
        echo(502, quoted=True),
        echo(502, quoted=True, as_json=True),
    ],
)
@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_no_failure_shows_the_token_or_a_word(
    handler: Handler, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong, with every logger at DEBUG: neither in logs nor in exceptions."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    errors: list[BaseException] = []
    async with Server(handler) as server, calling(read_timeout=0.1) as request:
        for data in (parameters(text=WORD), parameters(text=WORD, photo=InputFile(b"x"))):
            for _ in range(2):
                try:
                    await request.post(server.url(method), data)
                except TelegramError as error:
                    errors.append(error)
        with contextlib.suppress(TelegramError):
            await request.retrieve(f"{server.base}/file/bot{TOKEN}/a.pdf")
    assert errors
    gc.collect()
    shown = "\n".join(all_of(error) for error in errors) + caplog.text
    assert server.asked
    assert_hidden(shown)


@pytest.mark.parametrize(
    "address",
    [
        "http://nowhere.invalid",
        "http://127.0.0.1:{closed}",
        "https://127.0.0.1:{plain}",
        "http://",
        "http://[::1",
        "ftp://127.0.0.1",
        "http://127.0.0.1:99999",
        "not an address",
    ],
)
async def test_no_failed_connection_shows_the_token(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the call never left, and where the address itself is wrong."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    async with Server(always(), read_tls=False) as server, calling() as request:
        url = address.format(closed=unused_port(), plain=server.port) + f"/bot{TOKEN}/sendMessage"
        with pytest.raises(TelegramError) as caught:
            await request.post(url, parameters(text=WORD))
        await request.warm(url)
    gc.collect()
    assert_hidden(all_of(caught.value) + caplog.text + repr(request))


async def test_neither_proxy_nor_timeouts_show_the_token(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor the proxy's password."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    errors: list[BaseException] = []
    for handler in (hang_up, no_http, silence, always(b"no", 407)):
        async with Server(handler) as proxy, calling(read_timeout=0.1, connect_timeout=0.1) as one:
            for scheme in ("http", "https"):
                monkeypatch.setenv(f"{scheme}_proxy", f"http://me:{WORD}@127.0.0.1:{proxy.port}")
                with pytest.raises(TelegramError) as caught:
                    await one.post(f"{scheme}://telegram.invalid/bot{TOKEN}/getMe", parameters())
                errors.append(caught.value)
    gc.collect()
    assert_hidden("\n".join(all_of(error) for error in errors) + caplog.text)


def assert_hidden(shown: str) -> None:
    secret = TOKEN.partition(":")[2]
    assert secret not in shown
    assert WORD not in shown
