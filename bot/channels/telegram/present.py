"""Shows a Turn: the edit of the pressed message and the answer to the press go out together.

What Telegram refuses is understood here: an edit that changes nothing and an answer that comes
too late are fine; what cannot be edited is sent anew; a person who blocked the bot is left in
peace; a network that is away is tried again, with growing pauses, until it is back.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    RetryAfter,
    TelegramError,
)

from bot.channels.telegram.client import Client
from bot.channels.telegram.read import Incoming
from bot.dialogue.screen import Button, Document, Row, Screen, Turn
from bot.health import Part
from bot.retry import until_done

log = logging.getLogger(__name__)


def transient(error: BaseException) -> bool:
    """Whether trying again may help: the network, Telegram's own errors, an answer that cannot be
    read, a flood limit, a token that is refused (for the moment: whoever runs the bot can mend
    that while it waits). A refusal of this very call will not get better.
    """
    if isinstance(error, BadRequest | Forbidden | ChatMigrated):
        return False
    return isinstance(error, TelegramError)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NO_PREVIEW = _encode({"is_disabled": True})


def keyboard(rows: Sequence[Row]) -> str | None:
    """Buttons (Bot API, InlineKeyboardMarkup), as JSON.

    As a string, because python-telegram-bot looks at every button of a structure once more.
    """
    if not rows:
        return None
    return _encode({"inline_keyboard": [[_button(one) for one in row] for row in rows]})


def _button(button: Button) -> dict[str, str]:
    """Bot API, InlineKeyboardButton."""
    made: dict[str, str] = {"text": button.label}
    if button.to is not None:
        made["callback_data"] = button.to.data()
    if button.url is not None:
        made["url"] = button.url
    if button.style is not None:
        made["style"] = button.style
    return made


class Presenter:
    """Puts turns on people's screens through `client`; tells `delivery` how that goes."""

    def __init__(self, client: Client, delivery: Part) -> None:
        self._client = client
        self._delivery = delivery

    async def show(self, incoming: Incoming, turn: Turn) -> None:
        """Returns when the person can see the screen, or never will. Waits out an outage."""
        calls: list[Awaitable[None]] = []
        if incoming.query_id is not None:
            calls.append(self._answer(incoming.query_id))
        if turn.screen is not None:
            calls.append(self._screen(incoming, turn.screen, turn.in_place))
        try:
            await asyncio.gather(*calls)
            for document in turn.documents:
                await self._quietly(partial(self._document, incoming.chat_id, document))
            if turn.leave:
                await self._quietly(lambda: self._client.leave_chat(incoming.chat_id))
        except ChatMigrated as error:
            await self.show(replace(incoming, chat_id=error.new_chat_id), turn)

    async def _answer(self, query_id: str) -> None:
        """Stops the button's spinner. Nothing depends on it, so it is tried once."""
        try:
            # Fewer than no repetitions: python-telegram-bot 22.8 takes a 0 for “not given”.
            await self._client.answer_callback_query(query_id, rate_limit_args=-1)
        except TelegramError as error:
            log.debug("a press was not answered: %s", type(error).__name__)

    async def _screen(self, incoming: Incoming, screen: Screen, in_place: bool) -> None:
        if in_place and incoming.message_id is not None:
            message_id = incoming.message_id
            if await self._quietly(lambda: self._edit(incoming.chat_id, message_id, screen)):
                return
        await self._quietly(lambda: self._send(incoming.chat_id, screen))

    async def _document(self, chat_id: int, document: Document) -> object:
        return await self._client.send_document(
            chat_id, document.content, filename=document.name, disable_content_type_detection=True
        )

    async def _edit(self, chat_id: int, message_id: int, screen: Screen) -> object:
        return await self._show("editMessageText", screen, chat_id=chat_id, message_id=message_id)

    async def _send(self, chat_id: int, screen: Screen) -> object:
        return await self._show("sendMessage", screen, chat_id=chat_id)

    async def _show(self, method: str, screen: Screen, **where: int) -> object:
        return await self._client.call(
            method,
            **where,
            text=screen.body,
            parse_mode="HTML",
            link_preview_options=_NO_PREVIEW,
            reply_markup=keyboard(screen.rows),
        )

    async def _quietly(self, call: Callable[[], Awaitable[object]]) -> bool:
        """Makes the call, again and again while the network is away.

        False when Telegram refused it: an edit is then worth sending as a message. Raises
        ChatMigrated.
        """
        try:
            await until_done(call, transient, self._not_delivered, first=0.3, most=30.0)
        except Forbidden:
            log.info("a chat has closed its door to the bot")
        except BadRequest as error:
            self._delivery.works()
            if "not modified" in error.message.lower():
                return True
            # The words of Telegram's own description; it never repeats what a person wrote.
            log.warning("Telegram refused a call: %s", error.message)
            return False
        self._delivery.works()
        return True

    def _not_delivered(self, error: BaseException) -> None:
        if not isinstance(error, RetryAfter):
            self._delivery.fails(f"calls to Telegram fail ({type(error).__name__})")
