"""python-telegram-bot's Bot on our transport, with calls whose answers stay as they came."""

import asyncio
from typing import Any

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.read import ALLOWED
from bot.channels.telegram.transport import AiohttpRequest
from bot.health import Part

POLL_SECONDS = 30
"""How long Telegram may hold a getUpdates open (Bot API, getUpdates, timeout)."""

BURST = 20
"""Calls that show something, at once, to one person."""

OVERALL = 2000
"""Calls that show something, a second, to everybody together."""

WARM_SECONDS = 45.0
"""Connections that rest are closed after about a minute, on either side."""

AWAY_SECONDS = 5.0
"""How often a connection is tried while there is none to have."""


class Client(ExtBot[int]):
    """Every call to Telegram goes through this; `api` is the Bot API server's address."""

    def __init__(self, token: str, api: str, pacer: Pacer | None = None) -> None:
        self._calls = AiohttpRequest()
        self._api = api
        # What goes out answers a person's own tap: they may turn pages as fast as they read, and
        # the thirty a second of Telegram's FAQ are about writing to many at once. Should Telegram
        # see it otherwise, its 429 sets the pace.
        self._pacer = pacer or Pacer(burst=BURST, overall=OVERALL)
        super().__init__(
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=self._calls,
            get_updates_request=AiohttpRequest(connections=1),
            rate_limiter=self._pacer,
        )

    def held(self, chat_id: int) -> float:
        """Until when (time.monotonic) Telegram has asked to leave this chat alone."""
        return self._pacer.held(chat_id)

    async def room(self, chat_id: int, cost: int = 1) -> None:
        """Returns when `cost` messages may go into this chat at once (Pacer.room)."""
        await self._pacer.room(chat_id, cost)

    async def call(self, method: str, **parameters: Any) -> Any:
        """A method of the Bot API by its own name; its result as parsed JSON.

        For the calls that every tap makes: building python-telegram-bot's objects for a keyboard,
        and a Message of what comes back, which nobody reads, costs more than the call itself.
        Raises telegram.error.TelegramError.
        """
        return await self._post(method, parameters)

    async def raw_updates(
        self, offset: int | None, wait: int = POLL_SECONDS
    ) -> list[dict[str, Any]]:
        """The next updates as parsed JSON, oldest first; waits up to `wait` seconds for one.

        `Bot.get_updates` parses the whole batch, and one update that it cannot parse would take
        its neighbours with it, again and again. Raises telegram.error.TelegramError.
        """
        arguments: dict[str, Any] = {"timeout": wait, "allowed_updates": list(ALLOWED)}
        if offset is not None:
            arguments["offset"] = offset
        result: Any = await self._post("getUpdates", arguments, read_timeout=wait + 10)
        listed = result if isinstance(result, list) else []
        found = [raw for raw in listed if isinstance(raw, dict) and is_number(raw.get("update_id"))]
        if not found and result != []:
            # Nothing of it can be confirmed: asked again at once, it would come at once, for ever.
            raise TelegramError("the answer to getUpdates holds no update")
        return found

    async def keep_warm(self, delivery: Part) -> None:
        """Goes on until it is cancelled: after a silence the next tap finds an open connection,
        and an outage is noticed before somebody taps."""
        away = False
        while True:
            if not await self._calls.warm(self._api):
                away = True
                delivery.fails("no connection to Telegram can be opened")
            elif away:
                # Of calls that fail on an open connection, this says nothing.
                away = False
                delivery.works()
            await asyncio.sleep(AWAY_SECONDS if away else WARM_SECONDS)


def is_number(update_id: object) -> bool:
    """Whether this can be an update's number: positive, and of no more than Telegram's 52 bits.

    Whoever asks for updates behind a number that is none may never get another one.
    """
    return type(update_id) is int and 0 < update_id < 2**52
