"""Strangers: whatever they send, nothing breaks, nobody's choices change, the next is answered."""

import asyncio
from typing import Any

import pytest

from bot.channels.telegram.read import Incoming, read
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.channels.many import many
from tests.channels.updates import PLANTED, TRICKS, Json, delivered
from tests.dialogue.words import answer
from tests.journeys.beside import by_webhook, running, until
from tests.journeys.seen import HELP, MENU, answers, people, rows, waits
from tests.people import Page

pytestmark = pytest.mark.usefixtures("quick", "nothing_escapes")

NUMBER = 1600


# ── hostile updates ─────────────────────────────────────────────────────────────────────────────


def addressed(update: Json, person: int) -> Incoming | None:
    """Makes this person the sender, where somebody in particular is; what is to be answered."""
    for kind in ("callback_query", "message", "edited_message"):
        match update.get(kind):
            case {"message": {"chat": {"type": "private"} as chat}}:
                chat["id"] = person
            case {"chat": {"type": "private"} as chat}:
                chat["id"] = person
    incoming = read(delivered(update), frozenset())
    return incoming if incoming is not None and incoming.chat_id == person else None


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_hundreds_of_strangers_at_once_are_all_answered_and_nobody_else_notices(
    sandbox: Sandbox, settings: Settings, way: str
) -> None:
    """Updates of every kind, well formed and broken, each from somebody else: whoever sent
    something is answered, only what was chosen is stored, and everybody's next message is
    answered too."""
    if way == "webhook":
        settings = by_webhook(settings)
    expected: dict[int, Incoming] = {}
    for update in many(NUMBER, seed=2 if way == "webhook" else 3):
        person = sandbox.add_person("Stranger", "en", started=True)
        incoming = addressed(update, person.id)
        sandbox.queue_update(update, person.id)
        if incoming is not None:
            expected[person.id] = incoming
    assert len(expected) > NUMBER / 10
    others = {sandbox.add_person(name, "en").id: 0 for name in ("Maria", "Wang")}
    async with running(sandbox, settings) as app:

        async def others_are_answered(command: str) -> None:
            for one in others:
                sandbox.people.say(one, one, command)
                others[one] += 1
            await until(lambda: answers(sandbox, others) == others, "the next in line")

        await others_are_answered("/start")
        await until(lambda: all(answers(sandbox, expected).values()), "an answer for each", 60.0)
        await others_are_answered("/help")
        assert app.health.taken == NUMBER + 4
        assert not app.health.set_aside
    chose = {
        chat_id
        for chat_id, incoming in expected.items()
        if answer(incoming.event, client=incoming.client).remember
    }
    outcomes, known = await rows(settings)
    assert set(known) == chose
    assert set(outcomes.values()) <= {"done", None}
    refused = [
        call
        for call in sandbox.faults.calls_of("sendMessage")
        if int(call.params["chat_id"]) in expected and call.code != 200
    ]
    assert not refused


async def test_forged_buttons_store_nothing_of_anybody(sandbox: Sandbox, page: Page) -> None:
    """Other people's data, unknown languages and countries, and format strings: all lead home."""
    maria = await page.patient()
    await maria.says("/start")
    shown = await maria.sees(MENU)
    forged = (
        "v1:en:mydata:deleted",
        "v1:xx:menu!",
        "v1:en:emergency:XX",
        "v1:en:emergency:" + "A" * 40,
        "{0.__class__}%s",
        "v1:en:menu:\ud800",
    )
    for data in forged:
        sandbox.people.press(maria.id, maria.chat, shown["message_id"], data)
    await waits(sandbox, "answerCallbackQuery", len(forged))
    await maria.says("/mydata")
    await maria.sees("Your language: not stored", "emergency numbers: not stored")


async def test_a_press_without_a_message_or_with_nonsense_for_one_disturbs_nobody(
    sandbox: Sandbox, page: Page
) -> None:
    """Out of reach, deleted, of a group, of nowhere: where the chat is known there is a new
    screen, and elsewhere nothing happens."""
    maria, wang = await people(page, 2)
    await maria.says("/start")
    await maria.sees(MENU)
    query: Json = {"id": "1", "from": {"id": wang.id}, "chat_instance": "1", "data": "v1:en:costs"}
    private = {"id": maria.chat, "type": "private"}
    nowhere: tuple[Any, ...] = (
        None,
        7,
        "x",
        [],
        {},
        {"chat": None},
        {"chat": {"id": str(maria.chat), "type": "private"}, "message_id": 1, "date": 1},
        {"chat": {"id": -5, "type": "group"}, "message_id": 1, "date": 1},
        {"chat": {"id": 2**63, "type": "private"}, "message_id": 1, "date": 1},
    )
    for message in nowhere:
        sandbox.queue_update({"callback_query": query | {"message": message}})
    sandbox.queue_update({"callback_query": query | {"inline_message_id": PLANTED}})
    sandbox.queue_update({"callback_query": query})
    await maria.says("/help")
    await maria.sees(HELP)
    assert await maria.count() == 2
    here: tuple[Json, ...] = (
        {"chat": private},
        {"chat": private, "message_id": "1", "date": 1},
        {"chat": private, "message_id": 2**62, "date": 1},
        {"chat": private, "message_id": -1, "date": PLANTED},
        {"chat": private, "message_id": 1, "date": 0},
        {"chat": private, "message_id": None, "date": None},
    )
    for message in here:
        sandbox.queue_update({"callback_query": query | {"message": message}}, maria.chat)
    await until(lambda: answers(sandbox, [maria.chat]) == {maria.chat: 2 + len(here)}, "screens")
    assert await wang.count() == 0
    await wang.says("/start")
    await wang.sees(MENU)


async def test_nonsense_for_an_updates_number_stops_nobody(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Alone and among others: what cannot be an update's number is passed over, and the bot does
    not ask Telegram for it again and again."""
    nonsense: tuple[object, ...] = ("x", 1.5, None, True, [], {}, 2**63, -(2**70), -5, 2**62, 0)
    message = {"message_id": 1, "date": 1, "text": "/help"}
    async with Page(sandbox.url) as page, running(sandbox, settings):
        maria, wang, joao = await people(page, 3)
        sandbox.world.users[joao.id].started = True
        private = {"chat": {"id": joao.chat, "type": "private"}}
        asked = sandbox.faults.counts["getUpdates"]
        for number in nonsense:
            sandbox.world.queue.add_raw({"update_id": number, "message": message | private})
        await asyncio.sleep(0.5)
        assert sandbox.faults.counts["getUpdates"] - asked < 10
        await maria.says("/start")
        await maria.sees(MENU)
        for number in nonsense:
            sandbox.world.queue.add_raw({"update_id": number, "message": PLANTED})
        await wang.says("/start")
        await wang.sees(MENU)
        assert await joao.count() == 0


async def test_a_telegram_that_takes_no_confirmation_is_not_asked_all_the_time(
    sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It repeats what it brought, for ever: that is answered once, and so is whoever comes new."""
    monkeypatch.setattr(sandbox.world.queue, "confirm", lambda _: None)
    async with Page(sandbox.url) as page, running(sandbox, settings):
        everybody = await people(page, 3)
        for one in everybody:
            asked = sandbox.faults.counts["getUpdates"]
            await one.says("/start")
            await one.sees(MENU)
            await asyncio.sleep(0.3)
            assert sandbox.faults.counts["getUpdates"] - asked < 30
        assert [await one.count() for one in everybody] == [1, 1, 1]


async def test_updates_in_any_order_and_twice_are_each_answered_once(
    sandbox: Sandbox, settings: Settings
) -> None:
    """A batch that comes backwards, with each update in it twice, with and without sense."""
    async with Page(sandbox.url) as page:
        everybody = await people(page, 5)
        for one in everybody:
            sandbox.world.users[one.id].started = True
        for number, one in reversed([*enumerate(everybody)]):
            private = {"chat": {"id": one.chat, "type": "private"}, "message_id": 1, "date": 1}
            private |= {"from": {"id": one.id, "language_code": "en"}}
            for text in ("/start", PLANTED):
                update = {"update_id": 10 + number, "message": private | {"text": text}}
                sandbox.world.queue.add_raw(update)
        async with running(sandbox, settings):
            for one in everybody:
                await one.sees(MENU)
            await everybody[0].says("/help")
            await everybody[0].sees(HELP)
        assert [await one.count() for one in everybody] == [2, 1, 1, 1, 1]


async def test_every_trick_in_every_place_where_words_stand_is_answered(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Names, texts, captions, file names, deep links, language codes and polls that hold markup,
    format strings, formulas, halves of characters or 4,096 of anything."""
    tricks = (*TRICKS, '=HYPERLINK("http://x","y")', "@SUM(1+1)*cmd|' /C calc'!A0", "-1+1|PLANTED")
    waiting: dict[int, int] = {}
    async with running(sandbox, settings):
        for trick in tricks:
            one = sandbox.add_person(trick or "x", "en", started=True)
            name = {"first_name": trick, "last_name": trick, "username": trick}
            sender = {"id": one.id, "is_bot": False, "language_code": trick, **name}
            common = {"message_id": 1, "date": 1, "from": sender}
            common["chat"] = {"id": one.id, "type": "private", **name}
            for part in (
                {"text": trick, "entities": [{"type": trick, "offset": -5, "length": 2**62}]},
                {"text": f"/start {trick}"},
                {"caption": trick, "document": {"file_id": trick, "file_name": trick}},
                {"poll": {"question": trick, "options": [{"text": trick}] * 10}},
                {"contact": {"first_name": trick, "vcard": trick, "phone_number": trick}},
            ):
                sandbox.queue_update({"message": common | part}, one.id)
            waiting[one.id] = 5
        await until(lambda: answers(sandbox, waiting) == waiting, "an answer to each", 60.0)
        maria = sandbox.add_person("Maria", "en")
        sandbox.people.start(maria.id)
        await until(lambda: answers(sandbox, [maria.id]) == {maria.id: 1}, "the next person")
    assert all(call.code == 200 for call in sandbox.faults.calls_of("sendMessage"))
