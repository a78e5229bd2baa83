"""What is built from what: the whole bot on one page."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.telegram.client import BURST, OVERALL, Client
from bot.channels.telegram.deliver import Deliverer
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.poll import poll
from bot.channels.telegram.profile import Profile
from bot.channels.telegram.receive import DRAIN_SECONDS, Receiver
from bot.channels.telegram.webhook import set_webhook, watch
from bot.desk.desks import Desks
from bot.dialogue.event import Person
from bot.dialogue.intake.intake import Intake
from bot.dialogue.respond import Dialogue
from bot.dialogue.screens import Opening, Operator, Screens
from bot.health import Health, Part
from bot.retry import until_done
from bot.settings import Settings
from bot.storage.crypto import Cipher
from bot.storage.database import connect, migrate
from bot.storage.store import Store
from bot.words import Words, read_words

if TYPE_CHECKING:
    from bot.web import Web

log = logging.getLogger(__name__)

PORT = 8080
"""Where the webhook listens when PORT is not set."""


def make_dialogue(words: Words, settings: Settings) -> Dialogue:
    """The pure half: words, and what the settings say about who runs this."""
    operator = Operator(
        settings.operator_name,
        settings.operator_contact,
        settings.commercial_ties,
        settings.operator_country,
        settings.staff_countries,
    )
    opening = Opening(settings.missing)
    screens = Screens(words.languages, words.library, words.helplines, operator, opening)
    return Dialogue(screens, words.check, Intake(screens, words.form))


class App:
    """One bot: everything it is made of, built but not begun."""

    def __init__(self, settings: Settings, words: Words) -> None:
        self.settings = settings
        self.words = words
        self.health = Health()
        keys = [key.get_secret_value() for key in settings.encryption_keys]
        self.engine = connect(settings.database_url.get_secret_value())
        self.store = Store(self.engine, Cipher(keys), self.health.storage)
        pacer = Pacer(burst=BURST, overall=OVERALL, group=settings.staff_group_pace)
        self.client = Client(settings.bot_token.get_secret_value(), settings.bot_api_url, pacer)
        self.profile = Profile(self.client, words.languages)
        self.receiver = Receiver(
            self.client,
            self.store,
            make_dialogue(words, settings),
            settings.groups,
            self._remembered,
            self.health,
        )
        desks = Desks(words.languages, settings.staff_chat_id, settings.staff_groups)
        self.deliverer = Deliverer(self.client, self.store, words.form, desks, self.health.desk)
        self.web = _web(settings, self.health)
        self._following = Lanes()
        self._beside: list[asyncio.Task[None]] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, then finishes what it has begun, within ten seconds.

        Raises InvalidToken or one of NO_ANSWER when it cannot start. Once it runs, it waits for
        whatever is away to come back.
        """
        stopped = asyncio.create_task(stop.wait())
        try:
            await migrate(self.engine)
            await self.store.begin()
            if self.web is not None:
                await self.web.start(self.settings.host, self.settings.port or PORT)
            self._beside += [
                asyncio.create_task(self.health.watch()),
                asyncio.create_task(self.store.keep_tidy()),
                working := asyncio.create_task(self._work()),
            ]
            await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
        finally:
            stopped.cancel()
            await self._finish()

    async def _work(self) -> None:
        """Whatever needs Telegram: begins when it can be reached, and goes on for good."""
        intake, url, secret = self.health.intake, self.settings.webhook_url, self.settings.secret
        await _reach(self.client.initialize, intake)
        await self.receiver.resume()
        self._beside.append(asyncio.create_task(self.profile.publish()))
        self._beside.append(asyncio.create_task(self.client.keep_warm(self.health.delivery)))
        self._beside.append(asyncio.create_task(self.deliverer.run()))
        if self.web is not None:
            self.web.open(self.receiver)
        # What Telegram has not delivered yet it keeps, whichever way it is fetched from now on.
        if url is None:
            await _reach(self.client.delete_webhook, intake)
        else:
            await _reach(partial(set_webhook, self.client, url, secret), intake)
        log.info("ready: %s", ", ".join(one.tag for one in self.words.languages.offered))
        if self.settings.missing:
            missing = ", ".join(self.settings.missing)
            log.warning("consultations are closed until these settings are there: %s", missing)
        if url is None:
            await poll(self.client, self.receiver, intake)
        else:
            await watch(self.client, url, secret, intake)

    async def _finish(self) -> None:
        # Wherever the tasks stand, they may end there: what they hold is with Telegram still, or
        # in the inbox already.
        if self.web is not None:
            await self.web.stop()
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        await asyncio.gather(self.receiver.drain(), self.deliverer.drain(DRAIN_SECONDS))
        await self._following.drain(0.5)
        await self.store.close()
        await self.client.shutdown()

    async def _remembered(self, chat_id: int, before: Person, after: Person) -> None:
        # The screen must not wait for the command list; the last choice must win.
        if before.language != after.language:
            self._following.push(chat_id, partial(self.profile.follow, chat_id, after.language))


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """The bot, by long polling, or by webhook when WEBHOOK_URL is set, until `stop` is set.

    Raises BrokenWords, and what App.run raises.
    """
    words = read_words(settings.locales_dir, settings.content_dir)
    for notice in words.notices:
        log.warning("shown in English instead: %s", notice)
    await App(settings, words).run(stop)


async def _reach(call: Callable[[], Awaitable[object]], intake: Part) -> None:
    """Makes a call that everything waits for, as often as it takes. Raises InvalidToken."""

    def not_yet(error: BaseException) -> None:
        # Telegram's own words about a webhook's address help; those of a network name only it.
        said = error.message if isinstance(error, BadRequest) else type(error).__name__
        intake.fails(f"Telegram cannot be reached ({said})")
        log.error("Telegram cannot be reached (%s); trying again", said)

    await until_done(
        call,
        lambda error: isinstance(error, TelegramError) and not isinstance(error, InvalidToken),
        not_yet,
        first=0.5,
        most=30.0,
    )
    intake.works()


def _web(settings: Settings, health: Health) -> "Web | None":
    """What listens, if anything is to: imported here, for a bot that polls does not need it."""
    if settings.webhook_url is None and settings.port is None:
        return None
    from bot.web import Web  # noqa: PLC0415 - its server and its metrics cost memory

    url = settings.webhook_url
    return Web(health, None if url is None else urlsplit(url).path or "/", settings.secret)


async def run_until_signal(settings: Settings) -> None:
    """`run`, until SIGTERM or SIGINT asks it to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, stop)
