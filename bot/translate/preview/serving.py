"""The preview on loopback, made anew whenever a file changes."""

import asyncio
import webbrowser
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from bot.i18n.problem import BrokenWords
from bot.translate.preview.drawing import draw
from bot.translate.preview.making import Preview
from bot.translate.watching import changes


class Watched:
    """The newest page that could be made, and what keeps a newer one from being made."""

    def __init__(self, make: Callable[[], Preview]) -> None:
        self._make = make
        self.page = ""
        self.version = 0
        self.problems: list[str] = []
        self.port = 0

    async def look(self) -> None:
        """Makes the page anew; where the words are broken, the last one stays."""
        try:
            self.page = await asyncio.to_thread(lambda: draw(self._make(), watched=True))
        except BrokenWords as broken:
            self.problems = [str(problem) for problem in broken.problems]
        else:
            self.version += 1
            self.problems = []

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text=self.page, content_type="text/html")

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response({"version": self.version, "problems": self.problems})

    async def start(self, port: int) -> web.AppRunner:
        """Listens on 127.0.0.1, `port` 0 being a free one. Raises OSError when it is taken."""
        app = web.Application(middlewares=[_local])
        app.add_routes([web.get("/", self._page), web.get("/state", self._state)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError:
            await runner.cleanup()
            raise
        self.port = runner.addresses[0][1]
        return runner


@web.middleware
async def _local(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuses other names for this machine: another site's page could otherwise read along."""
    if request.url.host not in ("127.0.0.1", "localhost"):
        raise web.HTTPForbidden
    answer = await handler(request)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def serve(
    make: Callable[[], Preview],
    folders: tuple[Path, ...],
    port: int,
    tell: Callable[[str], None],
    *,
    browse: bool = False,
) -> None:
    """Serves until it is cancelled. Raises BrokenWords where not even a first page can be made, and
    OSError when the port is taken."""
    watched = Watched(make)
    watched.page = draw(await asyncio.to_thread(make), watched=True)
    runner = await watched.start(port)
    try:
        url = f"http://127.0.0.1:{watched.port}/"
        tell(f"The preview is at {url}  (Ctrl-C closes it)")
        if browse:
            webbrowser.open(url)
        async for _ in changes(*folders):
            await watched.look()
    finally:
        await runner.cleanup()
