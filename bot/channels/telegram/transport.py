"""How calls reach Telegram: python-telegram-bot's request interface on aiohttp.

It keeps connections for 75 seconds (httpx: 5), stays quick with many calls in flight, tells a call
that surely never left from one whose fate is unknown, and lets no address out, for the address of
every call holds the bot's token.
"""

import asyncio
import io
import json
import logging
import os
import re
import urllib.request
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from ssl import SSLContext
from typing import IO, Any
from urllib.parse import quote, urlsplit
from weakref import WeakSet

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

log = logging.getLogger(__name__)

_KEEP_ALIVE = 75.0
_REPEATABLE = ("GET", "get", "edit", "answerCallbackQuery", "set", "delete")
"""Downloads, and methods that leave the same state when done twice, by the start of their name."""

# Numbers and objects go as they are, not as strings of JSON: Telegram takes both
# (td/net/HttpReader.cpp: parse_json_parameters), and this is 8 times quicker than a form and a
# third of its size for Chinese.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_JSON = {"Content-Type": "application/json"}

_SECRET = re.compile(r"/bot([^/]+)/")


class NotSent(NetworkError):  # noqa: N818 - it says what the caller has to know
    """The request surely never left this machine: repeating it cannot do anything twice."""

    __slots__ = ()


@dataclass(slots=True)
class _Journey:
    """What is known about one call's way: written by the connector, read when a call failed."""

    departed: bool = False
    """A connection was handed over, so bytes may have left. Never taken back."""
    reused: bool = False
    """The connection had carried a call before."""
    fresh: bool = False
    """From now on only a connection that never carried a call will do."""


_journey: ContextVar[_Journey] = ContextVar("journey")


class _Connections(aiohttp.TCPConnector):
    """aiohttp's connections, which also note whether a call got a new one or a used one.

    aiohttp's tracing would tell the same, but it adds a fifth to the cost of a whole call.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._have_carried: WeakSet[object] = WeakSet()

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the signature is aiohttp's
    ) -> Connection:
        journey = _journey.get()
        while True:
            connection = await super().connect(req, traces, timeout)
            reused = connection.protocol in self._have_carried
            if not (reused and journey.fresh):
                break
            # One idle connection turned out to be dead: the other idle ones are not trusted.
            connection.close()
        self._have_carried.add(connection.protocol)
        journey.reused, journey.departed = reused, True
        return connection


class _Watched(io.BytesIO):
    """A file on its way out: aiohttp reads a piece when the one before it has been written."""

    def __init__(self, content: bytes, moved: Callable[[bool], None]) -> None:
        super().__init__(content)
        self._moved = moved

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self._moved(bool(piece))
        return piece


class AiohttpRequest(BaseRequest):
    """Calls to the Bot API over aiohttp: one instance for calls, another one for getUpdates.

    Timeouts are in seconds, None for none. `read`: between two arrivals of data; `write`: for each
    256 KiB of an upload; `connect`: for name, TCP, TLS and proxy together; `pool`: for one of the
    `connections` to become free. An answer of more than `largest` bytes is refused. The proxy
    comes from the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), read once for each server.

    A call raises NotSent when it never left, TimedOut or another NetworkError when it may have
    arrived. Neither they nor their causes nor any log line hold an address.
    """

    def __init__(
        self,
        connections: int = 64,
        *,
        read_timeout: float | None = 15.0,
        write_timeout: float | None = 20.0,
        connect_timeout: float | None = 10.0,
        pool_timeout: float | None = 10.0,
        largest: int = 32 * 1024 * 1024,
        tls: SSLContext | None = None,
    ) -> None:
        self._connections = connections
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._largest = largest
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(connections)
        self._proxies: dict[str, str | None] = {}

    @property
    def read_timeout(self) -> float | None:
        """Seconds. `Bot.get_updates` adds the time of its long poll to it."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the pool. When it is open: nothing. After `shutdown`: anew."""
        if self._session is None:
            self._slots = asyncio.Semaphore(self._connections)
            self._session = aiohttp.ClientSession(
                # `_slots` is the limit instead, so that waiting for a place has its own timeout.
                connector=_Connections(
                    limit=0, keepalive_timeout=_KEEP_ALIVE, ssl=self._tls or True
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                # trust_env stays off: it costs every call two trips through a thread, which is
                # four times the rest of the call. `_proxy` reads the environment once.
            )

    async def shutdown(self) -> None:
        """Close every connection. When that is done: nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def warm(self, url: str) -> bool:
        """Open a connection to the server of `url` and keep it; False if there is none to have.

        It asks for the path "/", whatever the answer: no token is sent.
        """
        try:
            await self.do_request(f"{_origin(url)}/", "GET")
        except NetworkError as error:
            log.info("no connection could be opened in advance: %s", error)
            return False
        return True

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body of the answer.

        Raises NotSent, TimedOut or another NetworkError.
        """
        session, slots = self._session, self._slots
        if session is None:
            raise NotSent("AiohttpRequest is not initialized")
        body: bytes | RequestData | None = request_data
        if request_data is not None and not request_data.contains_files:
            # Half an emoji (a lone surrogate) must not cost the message.
            body = _encode(request_data.parameters).encode("utf-8", "replace")
        arguments: dict[str, Any] = {
            "allow_redirects": False,  # it would carry the token to wherever it points
            "headers": _JSON if isinstance(body, bytes) else None,
            "proxy": self._proxy(url),
            "timeout": _timeout(
                _seconds(connect_timeout, self._connect_timeout),
                _seconds(read_timeout, self._read_timeout),
            ),
        }
        patience = _seconds(write_timeout, self._write_timeout)
        await _take(slots, _seconds(pool_timeout, self._pool_timeout))
        try:
            return await self._exchange(session, method, url, body, patience, arguments)
        finally:
            slots.release()

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: str,
        body: bytes | RequestData | None,
        patience: float | None,
        arguments: dict[str, Any],
    ) -> tuple[int, bytes]:
        """One call, and once more where that is safe and of use."""
        journey = _Journey()
        _journey.set(journey)
        name = url.rpartition("/")[2] if method == "POST" else method
        # Methods with files are few and rare: none is repeated.
        repeatable = name.startswith(_REPEATABLE) and not isinstance(body, RequestData)
        while True:
            again = False
            try:
                async with asyncio.timeout(None) as stalled:
                    data: bytes | aiohttp.FormData | None
                    if isinstance(body, RequestData):
                        data = await _form(body, _mover(stalled, patience))
                    else:
                        data = body
                    async with session.request(method, url, data=data, **arguments) as response:
                        payload = await self._read(response)
                        return _settle(method, url, response, payload)
            except NetworkError:
                raise
            except Exception as error:  # whatever it is, its text could hold the address
                failure = _failure(error, journey)
                if repeatable and journey.reused and not journey.fresh:
                    again = _was_closed(error)
            if not again:
                # Raised outside the handler, so that what aiohttp said is not even its context.
                raise failure
            log.debug("%s: an idle connection was gone; once more on a new one", name)
            journey.fresh = True

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        pieces: list[bytes] = []
        size = 0
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > self._largest:
                raise NetworkError(f"the answer is larger than {self._largest} bytes")
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as an object with the fields python-telegram-bot looks at, of their types.

        Unlike the original it logs nothing: an answer holds what people wrote.
        Raises TelegramError for anything that is no answer of the Bot API.
        """
        answer = _object(payload)
        if answer is None:
            raise TelegramError("Invalid server response")
        said, given = answer.get("description"), answer.get("parameters")
        known: dict[str, int] = {}
        if isinstance(given, dict):
            for name in ("retry_after", "migrate_to_chat_id"):
                if type(given.get(name)) is int:
                    known[name] = given[name]
        if "retry_after" in known:
            known["retry_after"] = min(max(known["retry_after"], 1), 10**6)
        fields = {"description": said if isinstance(said, str) else "", "parameters": known}
        return fields | {"result": answer["result"]} if "result" in answer else fields

    def _proxy(self, url: str) -> str | None:
        """The proxy for a server, as the environment says. Raises NotSent for SOCKS."""
        origin = _origin(url)
        if origin not in self._proxies:
            self._proxies[origin] = _environment_proxy(origin)
        proxy = self._proxies[origin]
        if proxy is not None and not proxy.lower().startswith(("http://", "https://")):
            raise NotSent("the proxy in the environment is not an HTTP proxy")
        return proxy


def _environment_proxy(origin: str) -> str | None:
    try:
        server = urlsplit(origin)
    except ValueError:
        return None  # no address at all: aiohttp will refuse it
    proxy = urllib.request.getproxies().get(server.scheme)
    if proxy is None or urllib.request.proxy_bypass(server.hostname or ""):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _origin(url: str) -> str:
    """`https://host:port` of an address."""
    return "/".join(url.split("/", 3)[:3])


def _seconds(given: object, default: float | None) -> float | None:
    if given is BaseRequest.DEFAULT_NONE:
        return default
    return given if isinstance(given, int | float) else None


@lru_cache(maxsize=64)
def _timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect, sock_read=read)


async def _take(slots: asyncio.Semaphore, patience: float | None) -> None:
    """One of the slots. Raises NotSent when none became free in time."""
    if not slots.locked():
        await slots.acquire()
        return
    try:
        async with asyncio.timeout(patience):
            await slots.acquire()
    except TimeoutError:
        raise NotSent("every connection was busy; the request was not sent") from None


async def _form(request_data: RequestData, moved: Callable[[bool], None]) -> aiohttp.FormData:
    # Telegram takes a file's name byte for byte, percent signs and all (td/net/HttpReader.cpp:
    # parse_multipart_form_data), so it must not be quoted.
    form = aiohttp.FormData(quote_fields=False)
    for field, value in request_data.json_parameters.items():
        form.add_field(field, value.encode("utf-8", "replace").decode())
    for field, (name, given, mime) in request_data.multipart_data.items():
        content = given if isinstance(given, bytes) else await asyncio.to_thread(_whole, given)
        form.add_field(field, _Watched(content, moved), filename=name, content_type=mime)
    return form


def _whole(file: IO[bytes]) -> bytes:
    # A call that is repeated after a 429 hands over the same file, read to its end.
    if file.seekable():
        file.seek(0)
    return file.read()


def _was_closed(error: Exception) -> bool:
    """The other side had closed the connection, or no longer knew of it."""
    gone = isinstance(error, aiohttp.ServerDisconnectedError | OSError)
    return gone and not isinstance(error, TimeoutError)


def _failure(error: Exception, journey: _Journey) -> NetworkError:
    """What went wrong, in words that hold no address."""
    reason = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError):
        detail = error.os_error.strerror or type(error.os_error).__name__
        reason = f"{reason}: {error.host}:{error.port}: {detail}"
    elif isinstance(error, aiohttp.ClientResponseError):
        reason = f"{reason}: status {error.status}"
    elif isinstance(error, OSError) and error.errno is not None:
        reason = f"{reason}: {os.strerror(error.errno)}"
    if not journey.departed and isinstance(
        error, aiohttp.ClientConnectionError | aiohttp.ClientHttpProxyError | OSError
    ):
        return NotSent(reason)
    if isinstance(error, TimeoutError):
        return TimedOut(reason)
    return NetworkError(reason)


def _settle(
    method: str, url: str, response: aiohttp.ClientResponse, payload: bytes
) -> tuple[int, bytes]:
    """The answer, fit to be quoted in an exception: BaseRequest quotes what it cannot use.

    A proxy's error page may repeat the address, or what a person wrote.
    """
    status = response.status
    fine = 200 <= status < 300
    if fine and (method == "GET" or b'"result"' in payload[:100]):
        return status, payload
    answer = _object(payload)
    if answer is None:
        payload = f"<{len(payload)} bytes of {response.content_type}>".encode()
    elif fine and "result" not in answer:
        status = 502  # not the Bot API: that has a result, or a status that says why not
    if (secret := _SECRET.search(url)) is not None:
        for form in (secret[1], quote(secret[1], safe=""), quote(secret[1], safe="").lower()):
            payload = payload.replace(form.encode(), b"(token)")
    return status, payload


def _object(payload: bytes) -> dict[str, Any] | None:
    """A JSON object, or None for anything else."""
    try:
        found = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _mover(stalled: asyncio.Timeout, patience: float | None) -> Callable[[bool], None]:
    """Each piece of a file that goes out moves the deadline on; the last one ends it."""
    clock = asyncio.get_running_loop().time

    def moved(more: bool) -> None:
        stalled.reschedule(clock() + patience if more and patience is not None else None)

    return moved
