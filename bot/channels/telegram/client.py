"""python-telegram-bot's Bot on our transport, with one addition: updates as they came."""

from typing import Any

from telegram.ext import ExtBot

from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.read import ALLOWED
from bot.channels.telegram.transport import AiohttpRequest

POLL_SECONDS = 30
"""How long Telegram may hold a getUpdates open (Bot API, getUpdates, timeout)."""


class Client(ExtBot[int]):
    """Every call to Telegram goes through this; `api` is the Bot API server's address."""

    def __init__(self, token: str, api: str) -> None:
        super().__init__(
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=AiohttpRequest(),
            get_updates_request=AiohttpRequest(connections=1),
            # What goes out answers a person's own tap: they may turn pages as fast as they read,
            # and the thirty a second of Telegram's FAQ are about writing to many at once. Should
            # Telegram see it otherwise, its 429 sets the pace.
            rate_limiter=Pacer(burst=20, overall=500),
        )

    async def raw_updates(self, offset: int | None) -> list[dict[str, Any]]:
        """The next updates as parsed JSON, oldest first; waits up to POLL_SECONDS for one.

        `Bot.get_updates` parses the whole batch, and one update that it cannot parse would take
        its neighbours with it, again and again. Raises telegram.error.TelegramError.
        """
        arguments: dict[str, Any] = {"timeout": POLL_SECONDS, "allowed_updates": list(ALLOWED)}
        if offset is not None:
            arguments["offset"] = offset
        result: Any = await self._post("getUpdates", arguments, read_timeout=POLL_SECONDS + 10)
        if not isinstance(result, list):
            return []
        return [
            raw for raw in result if isinstance(raw, dict) and type(raw.get("update_id")) is int
        ]
