"""Thirty consultations while everything fails and the bot is killed: each arrives whole."""

import asyncio
from random import Random

import pytest

from bot.sandbox.command import open_for_consultations
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.applicants import Applicants
from tests.dialogue.words import words
from tests.journeys.beside import arrivals, by_webhook, until
from tests.process import CONSULTING, Process
from tests.storm.databases import Database
from tests.storm.desk import Desk
from tests.storm.submissions import submit

SUBMISSIONS = 30

KILLS = (0, 4, 14)
"""How many cases have reached the group, at least, when the process is killed."""

FAULTS = ("429", "500", "502", "half", "drop_before", "drop_after")


def trouble(sandbox: Sandbox, chance: Random) -> None:
    """Each fault hits the bot's talk with people, and four of them its calls into the group: not
    in a row, for it would rightly leave a group alone that fails again and again."""
    sandbox.faults.clear()
    for outcome in FAULTS:
        for method in ("editMessageText", "answerCallbackQuery", "getUpdates"):
            sandbox.faults.script(outcome, method=method, skip=chance.randint(0, 60))
    for place, outcome in enumerate(chance.sample(FAULTS, 4)):
        sandbox.faults.script(
            outcome, chat_id=sandbox.staff_chat_id, skip=4 * place + chance.randint(1, 3)
        )


async def start(sandbox: Sandbox, process: Process) -> None:
    before = arrivals(sandbox)
    process.start()
    await until(lambda: arrivals(sandbox) > before, "the bot")


async def in_the_middle_of_a_card(sandbox: Sandbox) -> None:
    """Returns when Telegram has got one, has not posted it yet, and will: the worst moment to be
    killed, for nobody can know then whether it is there."""
    group = sandbox.staff_chat_id
    slow = sandbox.faults.script("slow", method="sendMessage", chat_id=group, delay=0.3)
    await until(lambda: slow not in sandbox.faults.scripts, "a card", 120)


@pytest.mark.parametrize(
    ("way", "database_url"),
    [("polling", "sqlite"), ("webhook", "postgresql")],
    indirect=["database_url"],
)
async def test_thirty_consultations_arrive_whatever_fails(
    sandbox: Sandbox, stored: Settings, way: str
) -> None:
    """429, 500, 502, half an answer, connections lost before and after acting, and three times
    `kill -9`, twice at the worst moment: every case is in the group with each of its answers and
    files, none has another's, each person is told so, and what may be there twice says so."""
    chance = Random(3)  # noqa: S311 - the same trouble in every run
    sandbox.delivery.retry_seconds = 0.1
    settings = open_for_consultations(stored).model_copy(update={"staff_group_pace": 60})
    process = Process(settings if way == "polling" else by_webhook(settings), CONSULTING)
    people = Applicants(sandbox, words().form, chance, pause=0.05)
    for number in range(SUBMISSIONS):
        people.begins(submit(people, words().form, number, parts=1))
    database = Database(settings.database_url.get_secret_value(), chance, lambda: None)
    group = sandbox.world.chats[sandbox.staff_chat_id or 0]
    logs = []
    try:
        for there in KILLS:
            trouble(sandbox, chance)
            await start(sandbox, process)
            await until(lambda: len(group.topics) >= there, f"{there} cases", 120)  # noqa: B023
            if there:
                await in_the_middle_of_a_card(sandbox)
            else:
                await asyncio.sleep(chance.uniform(0.0, 1.0))
            logs.append(process.kill())
        trouble(sandbox, chance)
        await start(sandbox, process)
        await until(lambda: not people.waiting, "every number", 120)
        sandbox.faults.clear()
        async with asyncio.timeout(120):
            while await database.owes():
                await asyncio.sleep(0.05)
    finally:
        code, log = await asyncio.to_thread(process.stop)
        await database.end()
    desk = Desk(sandbox, words(), people.all)
    assert desk.wrong == []
    assert desk.cases == SUBMISSIONS
    assert desk.repeats > 0
    assert code == 0
    assert not [log for log in (*logs, log) if "Traceback" in log]
    sees_what_is_wrong(sandbox, people)


def sees_what_is_wrong(sandbox: Sandbox, people: Applicants) -> None:
    """The look at the group that found nothing is not blind: each thing that is spoilt in it, one
    after the other, is told."""
    group, bot = sandbox.world.chats[sandbox.staff_chat_id or 0], sandbox.world.bot

    def told(what: str) -> bool:
        return any(what in one for one in Desk(sandbox, words(), people.all).wrong)

    said = [one for one in group.messages.values() if one.sender is bot and not one.service]
    # Of a case that stands there twice, marked, one card may go and nothing is missing.
    twice = " ".join(one.text for one in said if one.text and "Possible repeat" in one.text)
    first = next(one for one in said if one.text and one.text.split("\n")[0] not in twice)
    other = next(one for one in said if one.text and one.thread_id != first.thread_id)
    again = sandbox.world.post(group, bot, text=first.text, thread_id=first.thread_id)
    assert told("stands there twice, unmarked")
    sandbox.world.delete(group, [again.message_id])
    first.thread_id, other.thread_id = other.thread_id, first.thread_id
    assert told("holds words of others")
    first.thread_id, other.thread_id = other.thread_id, first.thread_id
    whole = first.text or ""
    first.text = "\n".join(line for line in whole.split("\n") if not line.startswith("Age group"))
    assert told("lacks “Age group")
    first.text = whole.replace("18 or older: Yes", "18 or older: No")
    assert told("which nobody told")
    first.text = whole
    sandbox.world.delete(group, [next(one.message_id for one in said if one.media)])
    assert told("files")
    sandbox.world.delete(group, [first.message_id])
    assert told("stands in 0 topics") or told("has 0 of 1 parts")
