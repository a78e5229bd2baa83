"""Shows a Turn: the edit of the pressed message and the answer to the press go out together.

What Telegram refuses is understood here: an edit that changes nothing and an answer that comes
too late are fine; what cannot be edited is sent anew; a person who blocked the bot is left in
peace; a network that is away is tried again, with growing pauses, until it is back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot
from tenacity import AsyncRetrying, retry_if_exception, wait_exponential_jitter

from bot.channels.telegram.read import Incoming
from bot.dialogue.screen import Screen, Turn

log = logging.getLogger(__name__)

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def transient(error: BaseException) -> bool:
    """Whether trying again may help: the network, Telegram's own errors, a flood limit.

    BadRequest is a NetworkError in python-telegram-bot, but it will not get better.
    """
    return isinstance(error, NetworkError | RetryAfter) and not isinstance(error, BadRequest)


def keyboard(screen: Screen) -> InlineKeyboardMarkup | None:
    """The screen's buttons as Telegram wants them."""
    if not screen.rows:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    button.label,
                    callback_data=button.to.data() if button.to else None,
                    url=button.url,
                    style=button.style,
                )
                for button in row
            ]
            for row in screen.rows
        ]
    )


class Presenter:
    """Puts turns on people's screens through `bot`. Keeps nothing."""

    def __init__(self, bot: ExtBot[int]) -> None:
        self._bot = bot

    async def show(self, incoming: Incoming, turn: Turn) -> None:
        """Returns when the person can see the screen, or never will. Waits out an outage.

        Raises InvalidToken: then nobody has seen anything.
        """
        calls: list[Awaitable[None]] = []
        if incoming.query_id is not None:
            calls.append(self._answer(incoming.query_id))
        if turn.screen is not None:
            calls.append(self._screen(incoming, turn.screen, turn.in_place))
        try:
            await asyncio.gather(*calls)
            if turn.leave:
                await self._quietly(lambda: self._bot.leave_chat(incoming.chat_id))
        except ChatMigrated as error:
            await self.show(replace(incoming, chat_id=error.new_chat_id), turn)

    async def _answer(self, query_id: str) -> None:
        """Stops the button's spinner. Nothing depends on it, so it is tried once."""
        try:
            # Fewer than no repetitions: python-telegram-bot 22.8 takes a 0 for “not given”.
            await self._bot.answer_callback_query(query_id, rate_limit_args=-1)
        except TelegramError as error:
            log.debug("a press was not answered: %s", type(error).__name__)

    async def _screen(self, incoming: Incoming, screen: Screen, in_place: bool) -> None:
        if in_place and incoming.message_id is not None:
            message_id = incoming.message_id
            if await self._quietly(lambda: self._edit(incoming.chat_id, message_id, screen)):
                return
        await self._quietly(lambda: self._send(incoming.chat_id, screen))

    async def _edit(self, chat_id: int, message_id: int, screen: Screen) -> object:
        return await self._bot.edit_message_text(
            screen.body,
            chat_id=chat_id,
            message_id=message_id,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=keyboard(screen),
        )

    async def _send(self, chat_id: int, screen: Screen) -> object:
        return await self._bot.send_message(
            chat_id,
            screen.body,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=keyboard(screen),
        )

    async def _quietly(self, call: Callable[[], Awaitable[object]]) -> bool:
        """Makes the call, again and again while the network is away.

        False when Telegram refused it: an edit is then worth sending as a message.
        """
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception(transient),
                wait=wait_exponential_jitter(multiplier=0.3, max=30, jitter=0.3),
                reraise=True,
            ):
                with attempt:
                    await call()
        except Forbidden:
            log.info("a chat has closed its door to the bot")
        except BadRequest as error:
            if "not modified" in error.message.lower():
                return True
            # The words of Telegram's own description; it never repeats what a person wrote.
            log.warning("Telegram refused a call: %s", error.message)
            return False
        except (ChatMigrated, InvalidToken):
            raise
        except TelegramError as error:
            log.error("a call failed for good: %s", type(error).__name__)
        return True
