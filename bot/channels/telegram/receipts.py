"""Reactions as receipts: ✍ it will go out, 👌 it has arrived. No message, no sound, no language."""

import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.telegram.client import Client
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.present import transient
from bot.desk.turn import NOTHING, SENT
from bot.retry import until_done

log = logging.getLogger(__name__)

_REMEMBERED = 1000
"""Messages of which it is known that they carry the last receipt."""

_MOST_WAITING = 1000
"""Receipts of one chat that wait while Telegram is away."""


class Receipts:
    """Puts them beside everything else, those of one chat in order, and again while the network is
    away. `instead(chat, message)` is asked to say SENT in words where a group allows no such
    reaction; it raises nothing."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.instead: Callable[[int, int], Awaitable[None]] | None = None
        self._lanes = Lanes()
        self._last: OrderedDict[tuple[int, int], None] = OrderedDict()

    def put(self, chat_id: int, message_id: int, emoji: str) -> None:
        """The bot's reaction to this message is `emoji` from now on (NOTHING: none). Nothing that
        is decided later makes “it has arrived” untrue."""
        key = chat_id, message_id
        if key in self._last and emoji != SENT:
            return
        if emoji == SENT:
            self._last[key] = None
            if len(self._last) > _REMEMBERED:
                self._last.popitem(last=False)
        self._lanes.push(chat_id, partial(self._put, *key, emoji), _MOST_WAITING)

    async def drain(self, seconds: float) -> bool:
        """Finishes what has begun; what takes too long is left. Whether all was done."""
        return await self._lanes.drain(seconds)

    async def _put(self, chat_id: int, message_id: int, emoji: str) -> None:
        reaction = [] if emoji == NOTHING else [{"type": "emoji", "emoji": emoji}]
        call = partial(
            self._client.call,
            "setMessageReaction",
            chat_id=chat_id,
            message_id=message_id,
            reaction=json.dumps(reaction, ensure_ascii=False),
        )
        try:
            await until_done(call, transient, _away, first=0.3, most=30.0)
        except (BadRequest, Forbidden) as error:
            log.info("a receipt was refused: %s", error.message)
            refused = "reaction_invalid" in error.message.lower()
            if refused and emoji == SENT and chat_id < 0 and self.instead is not None:
                await self.instead(chat_id, message_id)
        except TelegramError as error:
            log.warning("a receipt was not put (%s)", type(error).__name__)


def _away(_: BaseException) -> None:
    """The screens and deliveries that fail at the same time tell the health."""
