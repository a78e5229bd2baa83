"""Floods and albums: one person's many messages are that person's matter, and answered kindly."""

import asyncio

import pytest

from bot.i18n.text import text
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.dialogue.words import words
from tests.journeys.beside import running, until
from tests.journeys.seen import HELP, MENU, answers, people, rows, said_in, waits
from tests.people import Page

pytestmark = pytest.mark.usefixtures("quick", "nothing_escapes")

SLOWER = {code: one.say(text("too-fast")) for code, one in words().languages.items()}
PICTURES = "cannot look at pictures"


def asked_to_slow_down(sandbox: Sandbox, chat_id: int) -> list[str]:
    """In which languages, as often as it was said."""
    said = said_in(sandbox, chat_id)
    return [code for one in said for code, slower in SLOWER.items() if one == slower]


async def test_who_presses_a_thousand_times_is_told_once_and_keeps_nobody_waiting(
    sandbox: Sandbox, page: Page
) -> None:
    """What comes faster than a chat can be answered is dropped there, and only there; whoever
    sent it reads one kind sentence, in the language they chose."""
    maria, flood = await people(page, 2)
    await flood.says("简体中文")
    menu = await flood.sees("您想了解什么")
    for number in range(1500):
        sandbox.people.press(flood.id, flood.chat, menu["message_id"], f"v1:en:costs:{number % 2}")
    for command, seen in (("/start", MENU), ("/help", HELP), ("/menu", MENU)):
        await maria.says(command)
        await maria.sees(seen)
    edits = sandbox.faults.calls_of("editMessageText")
    assert {str(edit.params["chat_id"]) for edit in edits} == {str(flood.chat)}
    assert len(edits) < 60  # at one a second, the rest would have come first
    await until(lambda: asked_to_slow_down(sandbox, flood.chat), "the sentence")
    await until(lambda: not len(sandbox.world.queue), "all of the flood")
    await maria.says("/help")
    await maria.sees(HELP)
    assert asked_to_slow_down(sandbox, flood.chat) == ["zh_Hans"]
    assert not asked_to_slow_down(sandbox, maria.chat)


async def test_a_second_flood_is_told_so_again(
    sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once all of the first was answered or dropped, the next one gets its own sentence; words,
    pictures and presses alike. What was dropped is not kept either."""
    monkeypatch.setattr("bot.channels.telegram.receive.MOST_WAITING", 3)
    async with Page(sandbox.url) as page, running(sandbox, settings) as app:
        flood = await page.patient()
        for floods in (1, 2):
            slow = sandbox.faults.script("slow", chat_id=flood.chat, delay=2.0, times=None)
            before = app.health.dropped
            for number in range(40):
                if number % 2:
                    sandbox.people.say(flood.id, flood.chat, f"PLANTED {number}")
                else:
                    sandbox.people.send(flood.id, flood.chat, "photo")
            await until(lambda: app.health.dropped - before >= 30, "the flood")  # noqa: B023
            sandbox.faults.scripts.remove(slow)
            await until(lambda: not app.health.waiting(), "an idle chat")
            assert asked_to_slow_down(sandbox, flood.chat) == ["en"] * floods
        await flood.says("/help")
        await flood.sees(HELP)
    outcomes, _ = await rows(settings)
    assert set(outcomes.values()) == {"done"}


async def test_whom_telegram_shuts_out_for_hours_does_not_make_the_bot_look_ill(
    sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one person's flood would have the bot restarted again and again. A turn that hangs for
    no such reason is told."""
    monkeypatch.setattr("bot.health.STUCK_SECONDS", 0.5)
    async with Page(sandbox.url) as page, running(sandbox, settings) as app:
        flood, maria, wang = await people(page, 3)
        sandbox.faults.script("429", chat_id=flood.chat, retry_after=4000, times=None)
        await flood.says("/start")
        await waits(sandbox, "sendMessage")
        await asyncio.sleep(1.0)
        await maria.says("/start")
        await maria.sees(MENU)
        assert app.health.waiting() == 1
        assert not app.health.troubles()
        sandbox.faults.script("slow", chat_id=wang.chat, delay=30)
        await wang.says("/start")
        await until(app.health.troubles, "trouble")
        assert "one turn has been under way" in app.health.troubles()["delivery"]


# ── albums ──────────────────────────────────────────────────────────────────────────────────────


async def test_an_album_of_ten_pictures_gets_one_answer(sandbox: Sandbox, page: Page) -> None:
    """And the next picture, sent by itself or in another album, its own."""
    maria, wang = await people(page, 2)
    for _ in range(10):
        for one in (maria, wang):  # two people's albums may well have the same id
            sandbox.people.send(one.id, one.chat, "photo", media_group_id="1")
    for one in (maria, wang):
        await one.sees(PICTURES)
        await one.says("/help")
        await one.sees(HELP)
        assert await one.count() == 2
    sandbox.people.send(maria.id, maria.chat, "photo")
    sandbox.people.send(maria.id, maria.chat, "document", media_group_id="2")
    await until(lambda: answers(sandbox, [maria.chat]) == {maria.chat: 4}, "two more answers")


async def test_a_cry_for_help_anywhere_in_an_album_is_answered(
    sandbox: Sandbox, page: Page
) -> None:
    """Under the third of ten pictures: the album's answer, and the words that are needed now."""
    maria = await page.patient()
    for number in range(10):
        caption = "I want to die" if number == 2 else f"PLANTED {number}"
        sandbox.people.send(maria.id, maria.chat, "photo", media_group_id="1", caption=caption)
    await maria.sees("Thank you for telling us.")
    await maria.says("/help")
    await maria.sees(HELP)
    assert await maria.count() == 3
