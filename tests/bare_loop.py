"""The same two calls with no framework at all: the speed limit that the bench compares with.

What a good engineer writes on aiohttp when nothing has to be kept, ordered, checked or repeated:
a task for each update, both calls at once; by webhook the answer to the press rides back in the
response.
"""

import asyncio
import os
from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import uvloop
from aiohttp import web

from tests.bench.screens import KEYBOARD, SCREENS, wanted

Json = dict[str, Any]


class Loop:
    """One bot; `api` is the address of its methods. `begin` keeps a task until it is done."""

    def __init__(self, session: aiohttp.ClientSession, api: str) -> None:
        self._session = session
        self._api = api
        self._tasks: set[asyncio.Task[Any]] = set()

    async def call(self, method: str, **params: Any) -> Any:
        async with self._session.post(f"{self._api}/{method}", json=params) as response:
            return (await response.json())["result"]

    def begin(self, *calls: Awaitable[Any]) -> None:
        for call in calls:
            task = asyncio.ensure_future(call)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def show(self, update: Json) -> Awaitable[Any]:
        """The screen that an update asks for."""
        pressed = update.get("callback_query")
        if pressed is None:
            chat_id = update["message"]["chat"]["id"]
            return self._screen("sendMessage", SCREENS["limits"], chat_id=chat_id)
        message = pressed["message"]
        place = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
        return self._screen("editMessageText", wanted(pressed["data"]), **place)

    def _screen(self, method: str, text: str, **place: int) -> Awaitable[Any]:
        return self.call(method, text=text, parse_mode="HTML", reply_markup=KEYBOARD, **place)

    async def poll(self) -> None:
        offset = 0
        while True:
            for update in await self.call("getUpdates", offset=offset, timeout=30):
                offset = update["update_id"] + 1
                self.begin(self.show(update))
                if "callback_query" in update:
                    query_id = update["callback_query"]["id"]
                    self.begin(self.call("answerCallbackQuery", callback_query_id=query_id))

    async def hear(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.begin(self.show(update))
        if "callback_query" not in update:
            return web.Response()
        query_id = update["callback_query"]["id"]
        return web.json_response({"method": "answerCallbackQuery", "callback_query_id": query_id})

    async def listen(self, url: str, port: int) -> None:
        app = web.Application()
        app.router.add_post(urlsplit(url).path, self.hear)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await self.call("setWebhook", url=url)
        await asyncio.Event().wait()


async def main() -> None:
    """Runs until it is killed; settings as for the bot itself."""
    api = f"{os.environ['BOT_API_URL']}/bot{os.environ['BOT_TOKEN']}"
    connector = aiohttp.TCPConnector(keepalive_timeout=75)
    async with aiohttp.ClientSession(connector=connector) as session:
        loop, webhook = Loop(session, api), os.environ.get("WEBHOOK_URL")
        await (loop.poll() if webhook is None else loop.listen(webhook, int(os.environ["PORT"])))


if __name__ == "__main__":
    uvloop.run(main())
