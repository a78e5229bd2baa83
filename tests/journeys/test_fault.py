"""A fault of ours: whoever met it is told so kindly, what they sent is kept, everybody goes on."""

import time
from typing import Any

import pytest
from sqlalchemy import insert

from bot.channels.telegram.read import read
from bot.dialogue.case import Session
from bot.dialogue.event import Event, Pressed, Said
from bot.dialogue.respond import Dialogue
from bot.dialogue.screen import Turn
from bot.health import Health
from bot.i18n.text import text
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.storage.crypto import Cipher
from bot.storage.database import connect, migrate
from bot.storage.store import Store
from bot.storage.tables import persons
from tests.dialogue.words import words
from tests.journeys.beside import running, until
from tests.journeys.seen import HELP, MENU, people, rows
from tests.people import Page

pytestmark = pytest.mark.usefixtures("quick", "nothing_escapes")

FAULTY = "PLANTED fault"
SORRY = {code: one.say(text("stumbled")) for code, one in words().languages.items()}


class OfOurs(Exception):  # noqa: N818 - a name to look for in the log
    pass


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialogue that fails at one text and at one button."""
    sound = Dialogue.respond

    def respond(bot: Dialogue, session: Session, event: Event, *rest: Any) -> Turn:
        if event in {Said(FAULTY), Pressed(FAULTY)}:
            raise OfOurs(FAULTY)
        return sound(bot, session, event, *rest)

    monkeypatch.setattr(Dialogue, "respond", respond)


@pytest.mark.usefixtures("faulty")
async def test_whoever_meets_a_fault_is_told_so_and_answered_the_next_time(
    sandbox: Sandbox, page: Page, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """A kind sentence in their language, with every topic and the emergency page under it. The
    log says where it broke, and not what was said."""
    maria, wang = await people(page, 2)
    await wang.says("简体中文")
    await wang.sees("您想了解什么")
    for one, language, after in ((maria, "en", MENU), (wang, "zh_Hans", "您想了解什么")):
        await one.says(FAULTY)
        await one.sees(SORRY[language])
        keys = await one.keys()
        assert any("🆘" in key or "mergency" in key or "紧急" in key for key in keys), keys
        assert len(keys) > 10
        await one.says("/menu")
        await one.sees(after)
    outcomes, _ = await rows(settings)
    assert sorted(str(each) for each in outcomes.values()).count("unreadable") == 2
    assert caplog.text.count("failed (OfOurs in faulty.<locals>.respond:") == 2


@pytest.mark.usefixtures("faulty")
async def test_a_press_that_meets_a_fault_stops_spinning(sandbox: Sandbox, page: Page) -> None:
    """The screen that was pressed stays, the sentence comes below it."""
    maria = await page.patient()
    await maria.says("/start")
    await maria.sees(MENU)
    await maria.forges(FAULTY)
    await maria.sees(SORRY["en"])
    assert await maria.count() == 2
    await until(lambda: not sandbox.world.asked, "the answer to the press")
    await maria.says("/help")
    await maria.sees(HELP)


@pytest.mark.usefixtures("faulty")
async def test_what_met_a_fault_is_kept_and_not_tried_again_by_the_next_start(
    sandbox: Sandbox, settings: Settings
) -> None:
    """One who looks for the fault finds it, encrypted; nobody reads the sentence twice."""
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        async with running(sandbox, settings):
            await maria.says(FAULTY)
            await maria.sees(SORRY["en"])
        async with running(sandbox, settings):
            await maria.says("/help")
            await maria.sees(HELP)
        assert await maria.count() == 2
    assert sorted((await rows(settings))[0].values(), key=str) == ["done", "unreadable"]


async def test_a_fault_in_the_apology_leaves_the_chat_open(
    sandbox: Sandbox, page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Then there is silence, once, and a line in the log; the next message is answered."""

    def broken(*_: object) -> Turn:
        raise OfOurs(FAULTY)

    maria, wang = await people(page, 2)
    with monkeypatch.context() as fault:
        for name in ("respond", "stumbled"):
            fault.setattr(Dialogue, name, broken)
        await maria.says("/start")
        await until(lambda: "was not answered (OfOurs" in caplog.text, "the fault")
    for one in (maria, wang):
        await one.says("/help")
        await one.sees(HELP)
        assert await one.count() == 1


async def test_an_update_that_our_own_reading_stumbles_over_harms_nobody_else(
    sandbox: Sandbox,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Alone, in a batch, or left over from an earlier run: it is set aside, and the bot goes on."""

    def faulty(raw: Any, staff: frozenset[int]) -> Any:
        if FAULTY in str(raw):
            raise OfOurs(FAULTY)
        return read(raw, staff)

    monkeypatch.setattr("bot.channels.telegram.receive.read", faulty)
    engine = connect(settings.database_url.get_secret_value())
    await migrate(engine)
    keys = [key.get_secret_value() for key in settings.encryption_keys]
    store = Store(engine, Cipher(keys), Health().storage)
    await store.take([{"update_id": 5, "message": FAULTY}], time.time())
    await store.close()
    async with Page(sandbox.url) as page:
        maria, wang = await people(page, 2)
        await maria.says("/start")
        await maria.says(FAULTY)
        await wang.says("/start")
        async with running(sandbox, settings) as app:
            for one in (maria, wang):
                await one.sees(MENU)
            await maria.says(FAULTY)
            await maria.says("/help")
            await maria.sees(HELP)
            assert await maria.count() == 2
            await until(lambda: app.health.set_aside == 3, "all three set aside")
        async with running(sandbox, settings):
            await wang.says("/help")
            await wang.sees(HELP)
    outcomes, _ = await rows(settings)
    assert [*outcomes.values()].count("unreadable") == 3
    assert caplog.text.count("could not be read (OfOurs in ") == 3


async def test_choices_that_cannot_be_read_do_not_silence_a_person(
    sandbox: Sandbox, settings: Settings
) -> None:
    """What is stored of somebody is damaged: they are told that something went wrong, and pages,
    which need no choices, open as ever."""
    engine = connect(settings.database_url.get_secret_value())
    await migrate(engine)
    keys = [key.get_secret_value() for key in settings.encryption_keys]
    async with Page(sandbox.url) as page:
        maria, wang = await people(page, 2)
        async with engine.begin() as connection:
            memory = Cipher(keys).seal(b"[]")
            await connection.execute(insert(persons).values(chat_id=maria.chat, memory=memory))
        await engine.dispose()
        async with running(sandbox, settings):
            await maria.says("/start")
            await maria.sees(SORRY["en"])
            await maria.taps("Costs")
            await maria.sees("Sources")
            await wang.says("/start")
            await wang.sees(MENU)
