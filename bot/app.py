"""What is built from what: the whole bot on one page."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.telegram.client import BURST, OVERALL, Client
from bot.channels.telegram.deliver import Deliverer
from bot.channels.telegram.digest import Digest
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.outgoing import Outgoing
from bot.channels.telegram.pacing import Pacer
from bot.channels.telegram.poll import poll
from bot.channels.telegram.profile import Profile
from bot.channels.telegram.receipts import Receipts
from bot.channels.telegram.receive import DRAIN_SECONDS, Receiver
from bot.channels.telegram.receive_staff import StaffReceiver
from bot.channels.telegram.roles import Roles
from bot.channels.telegram.webhook import set_webhook, watch
from bot.clock import Now, utc_now
from bot.desk.acting import Ground
from bot.desk.desk import Desk
from bot.desk.desks import Desks
from bot.dialogue.event import Person
from bot.dialogue.respond import Dialogue, dialogue
from bot.dialogue.screens import Opening, Operator, Screens
from bot.health import Health, Part
from bot.retry import until_done
from bot.settings import PortTaken, Settings
from bot.storage.crypto import Cipher
from bot.storage.database import connect, migrate
from bot.storage.store import Store
from bot.words import Words, read_words

if TYPE_CHECKING:
    from bot.web import Web

log = logging.getLogger(__name__)

PORT = 8080
"""Where the webhook listens when PORT is not set."""

STOP_SECONDS = 6.5
"""How long a stopping bot may take: supervisors kill after ten, and a database that does not
answer holds up the very end for two or three more (database.py, busy_timeout)."""


def make_dialogue(words: Words, settings: Settings) -> Dialogue:
    """The pure half: words, and what the settings say about who runs this."""
    return dialogue(_screens(words, settings), words.check, words.form)


def _screens(words: Words, settings: Settings) -> Screens:
    operator = Operator(
        settings.operator_name,
        settings.operator_contact,
        settings.commercial_ties,
        settings.operator_country,
        settings.staff_countries,
    )
    opening = Opening(settings.missing)
    return Screens(words.languages, words.library, words.helplines, operator, opening)


def _ground(words: Words, settings: Settings) -> Ground:
    return Ground(_screens(words, settings), words.form, words.templates)


def _desks(words: Words, settings: Settings) -> Desks:
    return Desks(words.languages, settings.staff_chat_id, settings.staff_groups)


class App:
    """One bot: everything it is made of, built but not begun.

    `now`: the time, for all of it. Where that can jump, `wake` is to be called when it has.
    """

    def __init__(
        self,
        settings: Settings,
        words: Words,
        now: Now = utc_now,
    ) -> None:
        self.now = now
        self.settings = settings
        self.words = words
        self.health = Health()
        keys = [key.get_secret_value() for key in settings.encryption_keys]
        self.engine = connect(settings.database_url.get_secret_value())
        self.store = Store(self.engine, Cipher(keys), self.health.storage)
        pacer = Pacer(burst=BURST, overall=OVERALL, group=settings.staff_group_pace)
        self.client = Client(settings.bot_token.get_secret_value(), settings.bot_api_url, pacer)
        self.profile = Profile(self.client, words.languages)
        roles, self.receipts = Roles(self.client, settings.staff_admins), Receipts(self.client)
        self._desk = desk = Desk(_ground(words, settings))
        self._outgoing = outgoing = Outgoing(
            self.client,
            self.store,
            words.form,
            _desks(words, settings),
            desk,
            roles,
            self.receipts,
            settings.operator_contact,
            now,
        )
        digest = Digest(outgoing.calls, outgoing.places, self.store, desk)
        self.deliverer = Deliverer(outgoing, digest, self.store, self.health.desk, now=now)
        staff = StaffReceiver(
            self.client,
            self.store,
            desk,
            outgoing,
            roles,
            self.receipts,
            self.health,
            partial(_findings, settings),
            now,
        )
        self.receiver = Receiver(
            self.client,
            self.store,
            make_dialogue(words, settings),
            settings.groups,
            staff,
            self.receipts,
            self._remembered,
            self.health,
            now,
        )
        self.web = _web(settings, self.health)
        self._following = Lanes()
        self._beside: list[asyncio.Task[None]] = []
        self.woken: list[Callable[[], None]] = [self.store.owing.set, self.store.untidy.set]
        """Who sleeps until a moment of `now`."""

    def wake(self) -> None:
        """The time has jumped: whoever sleeps until a moment looks again."""
        for look in self.woken:
            look()

    def speak(self, words: Words) -> None:
        """From now on everything is said in these words; what is on its way stays as it was."""
        self.words = words
        self.receiver.dialogue = make_dialogue(words, self.settings)
        self._desk.ground = _ground(words, self.settings)
        self._outgoing.speak(words.form, _desks(words, self.settings))
        self.profile.languages = words.languages

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, then finishes what it has begun, within ten seconds.

        Raises PortTaken, InvalidToken or one of NO_ANSWER when it cannot start. Once it runs, it
        waits for whatever is away to come back.
        """
        stopped = asyncio.create_task(stop.wait())
        working = asyncio.create_task(self._work())
        self._beside.append(working)
        try:
            await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
        finally:
            stopped.cancel()
            await self._finish()

    async def _work(self) -> None:
        """From the database to the first update, and on for good."""
        await migrate(self.engine)
        await self.store.begin()
        if self.web is not None:
            await self._listen(self.web)
        self._beside.append(asyncio.create_task(self.health.watch()))
        self._beside.append(asyncio.create_task(self.store.keep_tidy(self.now)))
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
            log.warning("consultations are closed; what is missing: %s", missing)
        if url is None:
            await poll(self.client, self.receiver, intake)
        else:
            await watch(self.client, url, secret, intake)

    async def _listen(self, web: "Web") -> None:
        port = self.settings.port or PORT
        try:
            await web.start(self.settings.host, port)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            raise PortTaken(
                f"The bot cannot listen on port {port} ({reason}). Choose another one with PORT, "
                "or stop what uses it."
            ) from None

    async def _finish(self) -> None:
        # Wherever the tasks stand, they may end there: what they hold is with Telegram still, or
        # in the inbox already.
        try:
            async with asyncio.timeout(STOP_SECONDS):
                if self.web is not None:
                    await self.web.stop()
                for task in self._beside:
                    task.cancel()
                await asyncio.wait(self._beside)
                await asyncio.gather(self.receiver.drain(), self.deliverer.drain(DRAIN_SECONDS))
                await self.receipts.drain(0.5)
                await self._following.drain(0.5)
                await self.store.close()
        except TimeoutError:
            log.error("stopping without an answer of the database; the next start goes on")
        finally:
            await self.client.shutdown()

    async def _remembered(self, chat_id: int, before: Person, after: Person) -> None:
        # The screen must not wait for the command list; the last choice must win.
        if before.language != after.language:
            self._following.push(chat_id, partial(self.profile.follow, chat_id, after.language))


def make_app(settings: Settings, now: Now = utc_now) -> App:
    """The bot with the words it says. Raises BrokenWords."""
    words = read_words(settings.locales_dir, settings.content_dir)
    for notice in words.notices:
        log.warning("shown in English instead: %s", notice)
    return App(settings, words, now)


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """The bot, by long polling, or by webhook when WEBHOOK_URL is set, until `stop` is set.

    Raises BrokenWords, and what App.run raises.
    """
    await make_app(settings).run(stop)


async def _reach(call: Callable[[], Awaitable[object]], intake: Part) -> None:
    """Makes a call that everything waits for, as often as it takes. Raises InvalidToken."""

    def not_yet(error: BaseException) -> None:
        if isinstance(error, BadRequest):
            # Only of an address to deliver to. Telegram's own words help, and name nobody.
            intake.fails(f"Telegram refuses WEBHOOK_URL: {error.message}")
            log.error("Telegram refuses WEBHOOK_URL: %s; trying again", error.message)
        else:
            reason = type(error).__name__
            intake.fails(f"Telegram cannot be reached ({reason})")
            log.error("Telegram cannot be reached (%s); trying again", reason)

    await until_done(
        call,
        lambda error: isinstance(error, TelegramError) and not isinstance(error, InvalidToken),
        not_yet,
        first=0.5,
        most=30.0,
    )
    intake.works()


async def _findings(settings: Settings) -> tuple[str, ...]:
    """What the doctor says, line by line: imported here, for few ask."""
    from bot.doctor import examine  # noqa: PLC0415 - as said above

    return tuple(line for one in await examine(settings) for line in one.lines())


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
