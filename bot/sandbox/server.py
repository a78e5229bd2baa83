"""A Telegram of one's own on loopback: the Bot API, and the page to chat in.

sandbox = Sandbox()
await sandbox.start()
maria = sandbox.add_person("Maria", "en")
sandbox.people.start(maria.id)      # the bot at sandbox.url, sandbox.token hears /start
await sandbox.stop()
"""

import asyncio
import inspect
import json
import logging
import re
import time
from collections.abc import Callable
from secrets import compare_digest, token_urlsafe
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from bot.sandbox import changing, groups, profile, sending
from bot.sandbox.call import METHODS, Call, Method, RawJson, Upload
from bot.sandbox.clock import Clock
from bot.sandbox.delivery import Delivery
from bot.sandbox.faults import Faults, Recorded, Script
from bot.sandbox.model import Json, Rank, User
from bot.sandbox.page_api import PageApi
from bot.sandbox.people import People
from bot.sandbox.rules import FILE_BYTES, Refused, bad
from bot.sandbox.world import World

log = logging.getLogger(__name__)

BOT_ID = 7_000_000_001
STAFF: tuple[tuple[str, str, Rank], ...] = (
    ("Dr Li", "zh-hans", "creator"),
    ("Anna", "en", "administrator"),
    ("Tom", "en", "member"),
    ("Ruth", "en", "administrator"),
)
"""Who sits in the staff group from the start."""
REMAIN_ANONYMOUS = ("Ruth",)
"""Administrators of them who speak as the group."""
METHOD_MODULES = (sending, changing, groups, profile)
"""Importing them registers their methods."""

_LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?")
_TOKEN = re.compile("[0-9]+:[A-Za-z0-9_-]+")
_JSON = {"Content-Type": "application/json"}
_BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>"
)


class Sandbox:
    """One bot's Telegram. `port` 0 takes any free one; `now` gives seconds since 1970.

    `world`, `people`, `faults`, `delivery` and `clock` are there for tests to act and look.
    """

    def __init__(
        self,
        port: int = 0,
        token: str | None = None,
        *,
        staff_group: bool = True,
        now: Callable[[], float] = time.time,
        answer_lifetime: float = 15.0,
    ) -> None:
        self.token = token or f"{BOT_ID}:{token_urlsafe(26)}"
        bot_id = int(self.token.partition(":")[0])
        self.clock = Clock(now)
        self.world = World(bot_id=bot_id, now=self.clock, real=now, answer_lifetime=answer_lifetime)
        self.people = People(self.world)
        self.faults = Faults(self.world.now)
        self.delivery = Delivery(self.world, self._invoke)
        self.page = PageApi(self)
        self.staff_chat_id: int | None = None
        self._methods: dict[str, Method] = {**METHODS, **self.delivery.methods()}
        self._port = port
        self._server: _Server | None = None
        self._runner: web.ServerRunner | None = None
        self._running: set[asyncio.Future[Any]] = set()
        if staff_group:
            self._found_staff_group()

    def _found_staff_group(self) -> None:
        group = self.world.add_group("Staff", forum=True, bot_status="administrator")
        self.staff_chat_id = group.id
        for name, language, rank in STAFF:
            member = self.people.add(name, language, staff=True)
            group.members[member.id] = rank
            if name in REMAIN_ANONYMOUS:
                group.anonymous.add(member.id)

    # Life

    @property
    def url(self) -> str:
        """Where it listens: http://127.0.0.1:PORT, no slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen on 127.0.0.1. Raises OSError if the port is taken."""
        self._server = _Server(self._handle, request_factory=_request, access_log=None)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]

    @property
    def connections_opened(self) -> int:
        """How many TCP connections have been made to it since `start`."""
        return self._server.opened if self._server else 0

    async def stop(self) -> None:
        """Answer who still waits, and close everything."""
        self.delivery.release()
        self.page.close()
        await self.delivery.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "Sandbox":
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    # For tests and the command

    def add_person(
        self,
        name: str,
        language_code: str | None,
        *,
        staff: bool = False,
        started: bool = False,
        rank: Rank = "administrator",
    ) -> User:
        """A new patient, or a new member of the staff group with this rank. `started`: the bot may
        write first."""
        user = self.people.add(name, language_code, staff=staff, started=started)
        if staff and self.staff_chat_id is not None:
            self.people.join_group(user, self.world.chats[self.staff_chat_id], rank)
        return user

    def queue_update(self, update: Json, key: int = 0) -> int:
        """Let the bot have this update, however hostile; says its id. `key` keeps its order."""
        return self.world.queue.add_raw(
            {name: value for name, value in update.items() if name != "update_id"}, key
        )

    # Requests

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        refusal = _foreign(request)
        if refusal:
            return _failure(Refused(403, f"Forbidden: {refusal}"))
        path = unquote(request.rel_url.raw_path)
        if path.startswith("/bot"):
            token, _, name = path[4:].partition("/")
            return self._stranger(token) or await self._answer(request, name)
        if path.startswith("/file/bot"):
            token, _, name = path[9:].partition("/")
            return self._stranger(token) or self._download(name)
        page = await self.page.handle(request, path)
        return page or _failure(Refused(404, "Not Found"))

    def _stranger(self, token: str) -> web.Response | None:
        if compare_digest(token.encode(), self.token.encode()):
            return None
        if _TOKEN.fullmatch(token):
            return _failure(Refused(401, "Unauthorized"))
        return _failure(Refused(404, "Not Found"))

    def _download(self, path: str) -> web.Response:
        stored = self.world.files.at(path)
        if stored is None:
            return _failure(Refused(404, "Not Found"))
        return web.Response(body=stored.data, content_type=stored.mime.partition(";")[0])

    async def _answer(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        found = self._methods.get(name.lower())
        try:
            call = await _read(request, found.name if found else name)
        except Refused as refused:
            return _failure(refused)
        recorded, script = self.faults.record(call), self.faults.next(call)
        if script or self.faults.latency:
            await self.faults.wait(script)
        if script and script.outcome == "drop_before":
            return _drop(request, recorded)
        try:
            _fail(script)
            response = web.Response(body=await self._run(found, call), headers=_JSON)
        except Refused as refused:
            response = self._refuse(call, refused, recorded)
        except Exception:
            log.exception("the sandbox itself failed in %s", call.method)
            response = _failure(Refused(500, "Internal Server Error"))
        recorded.code = response.status
        return _spoil(request, response, script, recorded) if script else response

    async def _run(self, found: Method | None, call: Call) -> bytes:
        result = self._start(found, call)
        if inspect.isawaitable(result):
            result = await result
        whole = result if isinstance(result, RawJson) else json.dumps(result).encode()
        return b'{"ok":true,"result":' + whole + b"}"

    def _start(self, found: Method | None, call: Call) -> Any:
        if found is None:
            raise Refused(404, "Not Found")
        found.check(call)
        return found.handler(self.world, call)

    def _invoke(self, call: Call) -> object:
        """Carry out a method that came in a webhook's answer."""
        recorded = self.faults.record(call)
        self.faults.rides += 1
        found = self._methods.get(call.method.lower())
        recorded.code = 200
        try:
            result = self._start(found, call)
        except Refused as refused:
            self._refuse(call, refused, recorded)
            raise
        if inspect.isawaitable(result):
            task = asyncio.ensure_future(result)
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return result

    def _refuse(self, call: Call, refused: Refused, recorded: Recorded) -> web.Response:
        recorded.code, recorded.description = refused.code, refused.description
        self.world.tell("refused", method=call.method, description=refused.description)
        return _failure(refused)


class _Server(web.Server):
    """Counts the connections that are made to it."""

    opened = 0

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        self.opened += 1
        super().connection_made(handler, transport)


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    size = FILE_BYTES + (1 << 20)
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=size)


def _foreign(request: web.BaseRequest) -> str:
    """Why this request is not from here, or "": another host's name, or another site's page."""
    headers = request.headers
    host = headers.get("Host", "")
    if not _LOOPBACK.fullmatch(host):
        return "the sandbox answers only on loopback"
    origin = headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        return "the sandbox answers only its own page"
    site = headers.get("Sec-Fetch-Site", "none")
    if site not in {"none", "same-origin"} and headers.get("Sec-Fetch-Mode") != "navigate":
        return "the sandbox answers only its own page"
    return ""


async def _read(request: web.BaseRequest, method: str) -> Call:
    """The call, wherever its parameters stand: address, form, multipart body or JSON."""
    params: Json = dict(request.query) if request.rel_url.raw_query_string else {}
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    files: dict[str, Upload] = {}
    try:
        if kind == "multipart/form-data":
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    data = value.file.read()
                    files[name] = Upload(value.filename, value.content_type, data)
                else:
                    params[name] = value
        else:
            body = await request.read()
            if body and kind == "application/json":
                given = json.loads(body)
                if not isinstance(given, dict):
                    raise bad("can't parse JSON object")
                params.update(given)
            elif body and kind == "application/x-www-form-urlencoded":
                params.update(parse_qsl(body.decode(), keep_blank_values=True))
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "Request Entity Too Large") from None
    except ValueError:
        raise bad("can't parse the request") from None
    kept = {name: value for name, value in params.items() if value is not None}
    return Call(method, kept, files)


def _failure(refused: Refused) -> web.Response:
    shape: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        shape["parameters"] = refused.parameters
    return web.Response(body=json.dumps(shape).encode(), status=refused.code, headers=_JSON)


def _fail(script: Script | None) -> None:
    """Faults that end a call before it does anything."""
    match script.outcome if script else None:
        case "429":
            after = script.retry_after if script else 1
            text = f"Too Many Requests: retry after {after}"
            raise Refused(429, text, {"retry_after": after})
        case "500":
            raise Refused(500, "Internal Server Error")
        case "502":
            raise Refused(502, "Bad Gateway")
        case "refuse" if script:
            raise Refused(script.code, script.description)
        case _:
            pass


def _spoil(
    request: web.BaseRequest, response: web.Response, script: Script, recorded: Recorded
) -> web.StreamResponse:
    """Faults that strike when the call has been carried out."""
    match script.outcome:
        case "502":
            return web.Response(body=_BAD_GATEWAY, status=502, content_type="text/html")
        case "half":
            body = response.body if isinstance(response.body, bytes) else b""
            return web.Response(body=body[: len(body) // 2], headers=_JSON)
        case "drop_after":
            return _drop(request, recorded)
        case _:
            return response


def _drop(request: web.BaseRequest, recorded: Recorded) -> web.StreamResponse:
    """Cut the connection, as a network does; the response then goes nowhere."""
    recorded.code = 0
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
