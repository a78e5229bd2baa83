"""Calls to Telegram, each of which ends well or in a Refusal that says what it comes to."""

import logging
from typing import Any

from telegram.error import TelegramError

from bot.channels.telegram.client import Client
from bot.channels.telegram.refusals import Outcome, outcome
from bot.i18n.markup import MarkupError, parse
from bot.i18n.text import Spoken

log = logging.getLogger(__name__)


class Refusal(Exception):  # noqa: N818 - it says what happened to a call
    """A call that failed: into which chat, what that comes to, and what Telegram raised."""

    def __init__(self, chat_id: int, error: TelegramError) -> None:
        super().__init__(error.message)
        self.chat_id = chat_id
        self.error = error
        # Ids of groups are negative (Bot API, Chat, id).
        self.outcome = outcome(error, staff=chat_id < 0)

    @property
    def why(self) -> str:
        """For operators. Telegram's words never repeat what a person wrote."""
        if self.outcome is Outcome.REFUSED:
            return f"refused: {self.error.message}"
        return str(self.outcome.value)


class Calls:
    """Every method raises Refusal."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def call(self, method: str, chat_id: int, **parameters: Any) -> Any:
        """One call; its result as JSON."""
        try:
            return await self._client.call(method, chat_id=chat_id, **parameters)
        except TelegramError as error:
            raise Refusal(chat_id, error) from None

    async def room(self, chat_id: int, cost: int = 1) -> None:
        """Returns when a call of `cost` messages into this chat would go at once."""
        try:
            await self._client.room(chat_id, cost)
        except TelegramError as error:
            raise Refusal(chat_id, error) from None

    async def send(self, chat_id: int, said: Spoken, **how: Any) -> int:
        """A message; as plain words where Telegram cannot read its HTML (desk.md, L17). Its id."""
        made = await self._words("sendMessage", chat_id, said, **how)
        return int(made["message_id"])

    async def edit(self, chat_id: int, message_id: int, said: Spoken, **how: Any) -> None:
        """Other words, and other buttons, for a message of the bot; none given, it has none."""
        await self._words("editMessageText", chat_id, said, message_id=message_id, **how)

    async def _words(self, method: str, chat_id: int, said: Spoken, **how: Any) -> Any:
        how["link_preview_options"] = {"is_disabled": True}
        try:
            return await self.call(method, chat_id, text=said, parse_mode="HTML", **how)
        except Refusal as refusal:
            if refusal.outcome is not Outcome.MARKUP:
                raise
        log.error("Telegram could not read a message's HTML: it goes as plain words")
        return await self.call(method, chat_id, text=plain(said), **how)


def plain(said: Spoken) -> str:
    """What is read of it, without the marks."""
    try:
        words = parse(said).text
    except MarkupError:
        words = said
    return words
