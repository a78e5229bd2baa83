"""What is built from what: the whole bot on one page."""

import asyncio
import logging
import signal
from functools import partial

from bot.channels.telegram.client import Client
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.profile import Profile
from bot.channels.telegram.receive import Receiver
from bot.dialogue.event import Person
from bot.dialogue.respond import Dialogue
from bot.dialogue.screens import Operator, Screens
from bot.settings import Settings
from bot.storage.crypto import Cipher
from bot.storage.database import connect, migrate
from bot.storage.store import Store
from bot.words import Words, read_words

log = logging.getLogger(__name__)


def make_dialogue(words: Words, settings: Settings) -> Dialogue:
    """The pure half: words, and what the settings say about who runs this."""
    operator = Operator(settings.operator_name, settings.operator_contact, settings.commercial_ties)
    screens = Screens(words.languages, words.library, words.helplines, operator)
    return Dialogue(screens, words.check)


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """The bot, by long polling, until `stop` is set.

    Raises BrokenWords, storage.crypto.WrongKey, telegram.error.TelegramError or one of
    storage.database.NO_ANSWER when it cannot start, telegram.error.InvalidToken also later.
    """
    words = read_words(settings.locales_dir, settings.content_dir)
    for notice in words.notices:
        log.warning("shown in English instead: %s", notice)
    keys = [key.get_secret_value() for key in settings.encryption_keys]
    engine = connect(settings.database_url.get_secret_value())
    store = Store(engine, Cipher(keys))
    client = Client(settings.bot_token.get_secret_value(), settings.bot_api_url)
    try:
        await migrate(engine)
        await client.initialize()
        profile = Profile(client, words.languages)
        following = Lanes()

        async def remembered(chat_id: int, before: Person, after: Person) -> None:
            # The screen must not wait for the command list; the last choice must win.
            if before.language != after.language:
                following.push(chat_id, partial(profile.follow, chat_id, after.language))

        # A webhook left from elsewhere would make every getUpdates fail; what it had not yet
        # delivered stays with Telegram and comes by polling.
        await client.delete_webhook(drop_pending_updates=False)
        publishing = asyncio.create_task(profile.publish())
        receiver = Receiver(
            client, store, make_dialogue(words, settings), settings.groups, remembered
        )
        log.info("ready: %s", ", ".join(one.tag for one in words.languages.offered))
        try:
            await receiver.poll(stop)
        finally:
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
            await following.drain(1.0)
    finally:
        await store.close()
        await client.shutdown()


async def run_until_signal(settings: Settings) -> None:
    """`run`, until SIGTERM or SIGINT asks it to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, stop)
