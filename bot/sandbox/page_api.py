"""What the sandbox's page talks to: /sandbox/*, its files, and the stream of events.

Errors are 400 with {"error": one sentence}.
"""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox import views
from bot.sandbox.files import opened_as
from bot.sandbox.members import NotPossible
from bot.sandbox.model import BotStatus, Json, Rank
from bot.sandbox.people import People

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

PAGE = Path(__file__).parent / "page"
_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "style-src 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
_KEEP_ALIVE_SECONDS = 15.0
_LONGEST_MOVE = 366 * 24 * 3600


class PageApi:
    """The page's side of one sandbox."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.people: People = sandbox.people
        self._watching: set[asyncio.Queue[Json | None]] = set()
        self._posts: dict[str, Callable[[Json], Json]] = {
            "people": self._people,
            "say": self._say,
            "album": self._album,
            "tap": self._tap,
            "edit": self._edit,
            "delete": self._delete,
            "pin": self._pin,
            "block": self._block,
            "deactivate": self._deactivate,
            "member": self._member,
            "topic": self._topic,
            "clock": self._clock,
            "react": self._react,
            "join": self._join,
            "faults": self._faults,
            "update": self._update,
        }

    async def handle(self, request: web.BaseRequest, path: str) -> web.StreamResponse | None:
        """Answer, or None if this address is not the page's."""
        if request.method == "GET":
            return await self._get(request, path)
        if not path.startswith("/sandbox/"):
            return None
        name = path.removeprefix("/sandbox/")
        try:
            if name == "send":
                return web.json_response(await self._send(request))
            handler = self._posts.get(name)
            if handler is None:
                return None
            return web.json_response(handler(await _body(request)))
        except NotPossible as reason:
            return web.json_response({"error": str(reason)}, status=400)

    async def _get(self, request: web.BaseRequest, path: str) -> web.StreamResponse | None:
        if path == "/":
            return self._static("index.html")
        if path.startswith("/page/"):
            return self._static(path.removeprefix("/page/"))
        if path == "/sandbox/state":
            time = views.time_of(self.sandbox.clock)
            whole = views.state(self.sandbox.world, self.sandbox.staff_chat_id, time)
            return web.json_response(whole)
        if path == "/sandbox/events":
            return await self._events(request)
        if path.startswith("/sandbox/files/"):
            return self._stored(path.removeprefix("/sandbox/files/"))
        return None

    def _static(self, name: str) -> web.StreamResponse | None:
        if not _NAME.fullmatch(name) or not (PAGE / name).is_file():
            return None
        headers = {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        return web.FileResponse(PAGE / name, headers=headers)

    def _stored(self, file_id: str) -> web.StreamResponse | None:
        stored = self.sandbox.world.files.get(file_id)
        if stored is None:
            return None
        kind = opened_as(stored.mime)
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if kind is None:
            headers["Content-Disposition"] = "attachment"
        charset = "utf-8" if kind == "text/plain" else None
        return web.Response(
            body=stored.data,
            content_type=kind or "application/octet-stream",
            charset=charset,
            headers=headers,
        )

    # Events

    async def _events(self, request: web.BaseRequest) -> web.StreamResponse:
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        waiting: asyncio.Queue[Json | None] = asyncio.Queue()
        if not self._watching:
            self.sandbox.world.listeners.append(self._hear)
        self._watching.add(waiting)
        try:
            await stream.write(b": hello\n\n")
            while (event := await _next(waiting)) is not None:
                line = f"data: {json.dumps(event)}\n\n" if event else ": still here\n\n"
                await stream.write(line.encode())
        except ConnectionError:
            pass  # the page was closed
        finally:
            self._watching.discard(waiting)
            if not self._watching:
                self.sandbox.world.listeners.remove(self._hear)
        return stream

    def _hear(self, kind: str, what: Json) -> None:
        event = views.event(self.sandbox.world, kind, what)
        for waiting in self._watching:
            waiting.put_nowait(event)

    def close(self) -> None:
        """End every stream."""
        for waiting in self._watching:
            waiting.put_nowait(None)

    # What people do

    def _people(self, body: Json) -> Json:
        name = _text(body, "name").strip()
        if not name:
            raise NotPossible("A person needs a name.")
        language, staff = body.get("language_code") or None, body.get("staff") is True
        rank = _rank(body) if body.get("rank") else "administrator"
        user = self.sandbox.add_person(name, language and str(language), staff=staff, rank=rank)
        chat_id = self.sandbox.staff_chat_id if staff else user.id
        return {"user": views.user(user), "chat_id": chat_id}

    def _say(self, body: Json) -> Json:
        said = self.people.say(
            _number(body, "user_id"),
            _number(body, "chat_id"),
            _text(body, "text"),
            reply_to_message_id=_optional(body, "reply_to_message_id"),
            message_thread_id=_optional(body, "message_thread_id"),
        )
        return {"message_id": said.message_id}

    def _album(self, body: Json) -> Json:
        """Several sample files as one message."""
        kinds = body.get("kinds")
        if not isinstance(kinds, list) or not all(isinstance(each, str) for each in kinds):
            raise NotPossible("“kinds” must be a list of texts.")
        album = self.people.send_album(
            _number(body, "user_id"),
            _number(body, "chat_id"),
            kinds,
            str(body.get("caption", "")),
            reply_to_message_id=_optional(body, "reply_to_message_id"),
            message_thread_id=_optional(body, "message_thread_id"),
        )
        return {"message_ids": [each.message_id for each in album]}

    def _tap(self, body: Json) -> Json:
        place = _message(body)
        if "data" in body:
            query_id = self.people.press(*place, _text(body, "data"))
        else:
            query_id = self.people.tap(*place, _number(body, "row"), _number(body, "column"))
        return {"callback_query_id": query_id}

    def _edit(self, body: Json) -> Json:
        edited = self.people.edit(*_message(body), _text(body, "text"))
        return {"message_id": edited.message_id}

    def _delete(self, body: Json) -> Json:
        self.people.delete(*_message(body))
        return {}

    def _pin(self, body: Json) -> Json:
        self.people.pin(*_message(body))
        return {}

    def _deactivate(self, body: Json) -> Json:
        self.people.deactivate(_number(body, "user_id"))
        return {}

    def _member(self, body: Json) -> Json:
        """Somebody goes, is removed, comes back, or gets another rank; `by` whom, where it needs
        an administrator. Or the bot gets another place."""
        if body.get("act") == "bot":
            self.people.place_bot(_number(body, "chat_id"), _bot_status(body))
            return {}
        place = _number(body, "user_id"), _number(body, "chat_id")
        match body.get("act"):
            case "leave":
                self.people.leave_group(*place)
            case "remove":
                self.people.remove(*place, _number(body, "by"))
            case "join":
                self.people.come_back(*place)
            case "promote":
                anonymous = body.get("anonymous") is True
                by = _number(body, "by")
                self.people.promote(*place, _rank(body), by, anonymous=anonymous)
            case _:
                raise NotPossible("A member leaves, is removed, joins, or is promoted.")
        return {}

    def _topic(self, body: Json) -> Json:
        place = _number(body, "user_id"), _number(body, "chat_id")
        if body.get("act") == "open":
            return {"topic_id": self.people.open_topic(*place, _text(body, "name")).id}
        topic_id = _number(body, "topic_id")
        match body.get("act"):
            case "close":
                self.people.close_topic(*place, topic_id)
            case "reopen":
                self.people.close_topic(*place, topic_id, closed=False)
            case "delete":
                self.people.delete_topic(*place, topic_id)
            case _:
                raise NotPossible("A topic is opened, closed, reopened or deleted.")
        return {}

    def _clock(self, body: Json) -> Json:
        """Moves the time forward by `seconds`, or back to the real time."""
        clock = self.sandbox.clock
        if body.get("real") is True:
            clock.to_real()
        else:
            seconds = _number(body, "seconds")
            if not 0 <= seconds <= _LONGEST_MOVE:
                raise NotPossible("The time moves forward, by a year at most.")
            clock.move(seconds)
        moved = views.time_of(clock)
        self.sandbox.world.tell("clock", **moved)
        return moved

    def _block(self, body: Json) -> Json:
        self.people.block(_number(body, "user_id"), body.get("blocked") is True)
        return {}

    def _react(self, body: Json) -> Json:
        self.people.react(*_message(body), _text(body, "emoji") if body.get("emoji") else None)
        return {}

    def _join(self, body: Json) -> Json:
        title = _text(body, "title").strip() or "A group"
        return {"chat_id": self.people.invite_bot(title, str(body.get("type", "supergroup"))).id}

    def _update(self, body: Json) -> Json:
        return {"update_id": self.sandbox.queue_update(body)}

    def _faults(self, body: Json) -> Json:
        faults = self.sandbox.faults
        if body.get("clear"):
            faults.clear()
        try:
            if "latency" in body:
                faults.latency = max(0.0, float(body["latency"]))
            if "group_pace" in body:
                faults.group_pace = None if body["group_pace"] is None else int(body["group_pace"])
            for script in body.get("scripts", ()):
                faults.script(**script)
        except (TypeError, ValueError) as error:
            raise NotPossible(f"This fault cannot be arranged: {error}.") from error
        return {
            "latency": faults.latency,
            "group_pace": faults.group_pace,
            "scripts": len(faults.scripts),
            "counts": dict(faults.counts),
        }

    async def _send(self, request: web.BaseRequest) -> Json:
        try:
            form = await request.post()
        except ValueError as error:
            raise NotPossible("The form cannot be read.") from error
        body = {name: value for name, value in form.items() if isinstance(value, str)}
        upload = form.get("file")
        kept: dict[str, Any] = {}
        if isinstance(upload, web.FileField) and upload.filename:
            kept = {
                "data": upload.file.read(),
                "file_name": upload.filename,
                "mime": upload.content_type,
            }
        said = self.people.send(
            _number(body, "user_id"),
            _number(body, "chat_id"),
            _text(body, "kind"),
            caption=str(body.get("caption", "")),
            media_group_id=body.get("media_group_id") or None,
            reply_to_message_id=_optional(body, "reply_to_message_id"),
            message_thread_id=_optional(body, "message_thread_id"),
            **kept,
        )
        return {"message_id": said.message_id}


async def _next(waiting: asyncio.Queue[Json | None]) -> Json | None:
    """The next event; an empty one after a while without any; None at the end."""
    try:
        return await asyncio.wait_for(waiting.get(), _KEEP_ALIVE_SECONDS)
    except TimeoutError:
        return {}


async def _body(request: web.BaseRequest) -> Json:
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise NotPossible("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise NotPossible("The body is not a JSON object.")
    return body


def _number(body: Json, name: str) -> int:
    try:
        return int(body[name])
    except (KeyError, TypeError, ValueError):
        raise NotPossible(f"“{name}” must be a number.") from None


def _message(body: Json) -> tuple[int, int, int]:
    return _number(body, "user_id"), _number(body, "chat_id"), _number(body, "message_id")


def _rank(body: Json) -> Rank:
    match body.get("rank"):
        case "creator":
            return "creator"
        case "administrator":
            return "administrator"
        case "member":
            return "member"
        case _:
            raise NotPossible("A rank is “creator”, “administrator” or “member”.")


def _bot_status(body: Json) -> BotStatus:
    match body.get("status"):
        case "administrator":
            return "administrator"
        case "member":
            return "member"
        case "kicked":
            return "kicked"
        case _:
            raise NotPossible("The bot becomes “administrator” or “member”, or is “kicked”.")


def _optional(body: Json, name: str) -> int | None:
    return _number(body, name) if body.get(name) else None


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise NotPossible(f"“{name}” must be text.")
    return value
