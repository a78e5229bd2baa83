"""The command list and the descriptions, in every language that is offered.

Telegram takes two-letter language codes here, so of several scripts of one language only the
one that most readers of that code use is registered; who chose another one gets their own list
for their chat (Bot API, setMyCommands, BotCommandScope).
"""

import logging

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from bot.i18n.language import Language, Languages
from bot.i18n.text import text

log = logging.getLogger(__name__)

COMMANDS = (
    "start",
    "menu",
    "consult",
    "mycase",
    "language",
    "privacy",
    "mydata",
    "emergency",
    "help",
    "cancel",
)
"""What a patient can type, in the order of the list in Telegram."""


def commands(language: Language) -> tuple[BotCommand, ...]:
    """The command list as `language` describes it."""
    return tuple(BotCommand(name, language.label(text(f"command.{name}"))) for name in COMMANDS)


class Profile:
    """Keeps the bot's face in Telegram in step with the catalogs; writes only what differs."""

    def __init__(self, bot: Bot, languages: Languages) -> None:
        self._bot = bot
        self.languages = languages

    def codes(self) -> dict[str, Language]:
        """Telegram's code -> the language registered under it; "" is for everybody else."""
        found = {"": self.languages.default}
        for language in self.languages.offered:
            code = language.tag.partition("-")[0]
            if len(code) == 2 and self.languages.match(code).language is language:
                found[code] = language
        return found

    async def publish(self) -> None:
        """Brings commands and descriptions up to date. A failure is logged; the bot works on."""
        for code, language in self.codes().items():
            try:
                await self._publish(code or None, language)
            except TelegramError as error:
                log.warning("the profile in %r is not up to date (%s)", code, type(error).__name__)

    async def _publish(self, code: str | None, language: Language) -> None:
        scope = BotCommandScopeAllPrivateChats()
        wanted = commands(language)
        if await self._bot.get_my_commands(scope, code) != wanted:
            await self._bot.set_my_commands(wanted, scope, code)
        description = language.label(text("bot.description"))
        if (await self._bot.get_my_description(code)).description != description:
            await self._bot.set_my_description(description, code)
        short = language.label(text("bot.short-description"))
        if (await self._bot.get_my_short_description(code)).short_description != short:
            await self._bot.set_my_short_description(short, code)

    async def follow(self, chat_id: int, tag: str | None) -> None:
        """The command list of one chat in the language chosen there; None: Telegram's own again."""
        language = self.languages.get(tag) if tag else None
        scope = BotCommandScopeChat(chat_id)
        try:
            if language is None:
                await self._bot.delete_my_commands(scope)
            else:
                await self._bot.set_my_commands(commands(language), scope)
        except TelegramError as error:
            log.info("a chat's command list was not changed (%s)", type(error).__name__)
