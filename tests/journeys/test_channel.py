"""The channel: nothing lost, order kept, one person's trouble never another's."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.people import Page
from tests.process import Process


async def calls(sandbox: Sandbox, method: str, number: int) -> list[Any]:
    """Waits until the bot has made `number` calls of a method."""
    for _ in range(1000):
        found = sandbox.faults.calls_of(method)
        if len(found) >= number:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"{method}: {len(sandbox.faults.calls_of(method))} of {number}")


async def test_the_edit_and_the_answer_go_out_together(sandbox: Sandbox, page: Page) -> None:
    """At 300 ms a call, a tap costs one round trip, not two."""
    maria = await page.patient()
    await maria.says("/start")
    await maria.sees("What would you like to know?")
    sandbox.faults.latency = 0.3
    await maria.taps("Costs")
    answer = (await calls(sandbox, "answerCallbackQuery", 1))[0]
    edit = (await calls(sandbox, "editMessageText", 1))[0]
    assert abs(edit.at - answer.at) < 0.15
    await maria.sees("Sources")


async def test_a_double_tap_and_a_late_answer_are_nothing(
    sandbox: Sandbox, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    """“Not modified” and “query is too old” leave no trace and no warning."""
    maria = await page.patient()
    await maria.says("/start")
    menu = await maria.sees("What would you like to know?")
    await maria.taps("Costs", menu)
    shown = await maria.sees("Sources")
    sandbox.faults.script(
        "refuse",
        method="answerCallbackQuery",
        code=400,
        description="Bad Request: query is too old and response timeout expired or query ID is "
        "invalid",
    )
    for _ in range(2):
        await maria.forges("v1:en:costs")
    await calls(sandbox, "editMessageText", 3)
    assert "not modified" in (await calls(sandbox, "editMessageText", 3))[2].description
    assert (await maria.sees("Sources"))["text"] == shown["text"]
    assert await maria.count() == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_message_that_is_gone_is_sent_anew(sandbox: Sandbox, page: Page) -> None:
    """A tap under a message that can no longer be edited still shows its screen."""
    maria = await page.patient()
    await maria.says("/start")
    await maria.sees("What would you like to know?")
    sandbox.faults.script(
        "refuse", method="editMessageText", description="Bad Request: message can't be edited"
    )
    await maria.taps("Costs")
    await maria.sees("Sources")
    assert await maria.count() == 2


async def test_an_outage_delays_the_screen_and_loses_nothing(sandbox: Sandbox, page: Page) -> None:
    """Through 500, 502, half a JSON and dropped connections the screen arrives by itself."""
    maria = await page.patient()
    for outcome in ("500", "502", "drop_before", "half"):
        sandbox.faults.script(outcome, method="sendMessage")
    await maria.says("/start")
    await maria.sees("What would you like to know?")


async def test_polling_survives_whatever_getupdates_answers(sandbox: Sandbox, page: Page) -> None:
    """The bot goes on listening after every kind of failed poll."""
    maria = await page.patient()
    for outcome in ("500", "502", "half", "drop_before", "drop_after", "429"):
        sandbox.faults.script(outcome, method="getUpdates")
    await maria.says("/start")
    await maria.sees("What would you like to know?")


async def test_one_slow_chat_never_delays_another(sandbox: Sandbox, page: Page) -> None:
    """While one person's chat must wait three seconds (429), another is answered at once."""
    slow, quick = await page.patient("Slow"), await page.patient("Quick")
    sandbox.faults.script("429", chat_id=slow.chat, retry_after=3)
    await slow.says("/start")
    await calls(sandbox, "sendMessage", 1)
    await quick.says("/start")
    await quick.sees("What would you like to know?")
    assert await slow.count() == 0
    await slow.sees("What would you like to know?")


async def test_order_is_kept_in_a_chat(sandbox: Sandbox, page: Page) -> None:
    """Many people tap fast; each sees the screens in the order of their own taps."""
    people = [await page.patient(f"P{number}") for number in range(8)]
    for one in people:
        await one.says("/start")
    for one in people:
        await one.sees("What would you like to know?")
    sandbox.faults.latency = 0.02
    pages = ["basics", "how", "costs", "limits"]
    for place in pages:
        for one in people:
            await one.forges(f"v1:en:{place}")
    edits = await calls(sandbox, "editMessageText", len(pages) * len(people))
    titles: dict[int, list[str]] = {}
    for edit in edits:
        titles.setdefault(int(edit.params["chat_id"]), []).append(edit.params["text"][:30])
    assert len({tuple(seen) for seen in titles.values()}) == 1
    assert all(len(seen) == len(pages) for seen in titles.values())


async def test_an_unreadable_update_is_set_aside_and_its_neighbours_are_answered(
    sandbox: Sandbox, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    """Updates that no parser accepts harm nobody; what they held is in no log line."""
    maria = await page.patient()
    for odd in (
        {"message": {"text": "PLANTED"}},
        {"message": {"message_id": "x", "date": "PLANTED", "chat": 5}},
        {"callback_query": {"id": 1}},
        {"message": None, "edited_message": 7},
        {"new_kind_of_update": {"PLANTED": True}},
        {},
    ):
        sandbox.queue_update(odd)
    await maria.says("/start")
    await maria.sees("What would you like to know?")
    assert "PLANTED" not in caplog.text


async def test_a_patient_who_blocked_the_bot_disturbs_nobody(sandbox: Sandbox, page: Page) -> None:
    """403 is the end of that answer and of nothing else; who comes back is answered again."""
    gone, other = await page.patient("Gone"), await page.patient("Other")
    await gone.says("/start")
    await gone.sees("What would you like to know?")
    sandbox.faults.script(
        "refuse",
        chat_id=gone.chat,
        times=3,
        code=403,
        description="Forbidden: bot was blocked by the user",
    )
    await gone.says("hello")
    await gone.blocks()
    await other.says("/start")
    await other.sees("What would you like to know?")
    await gone.blocks(False)
    sandbox.faults.clear()
    await gone.says("/help")
    await gone.sees("How to use this bot")


async def test_in_a_foreign_group_one_sentence_and_away(sandbox: Sandbox, page: Page) -> None:
    """The bot leaves groups that are not its own, and stays silent in the staff's."""
    made = await page.post("join", title="Family", type="supergroup")
    left = (await calls(sandbox, "leaveChat", 1))[0]
    assert int(left.params["chat_id"]) == made["chat_id"]
    said = [
        c
        for c in sandbox.faults.calls_of("sendMessage")
        if int(c.params["chat_id"]) == made["chat_id"]
    ]
    assert len(said) == 1
    assert "I only talk in private" in said[0].params["text"]
    staff = sandbox.staff_chat_id
    state = await page.state()
    anna = next(user for user in state["users"] if user["staff"])
    await page.post("say", user_id=anna["id"], chat_id=staff, text="shall we?")
    maria = await page.patient()
    await maria.says("/start")
    await maria.sees("What would you like to know?")
    assert staff not in {int(c.params["chat_id"]) for c in sandbox.faults.calls_of("sendMessage")}


async def test_commands_and_descriptions_stand_in_each_language(
    sandbox: Sandbox, page: Page
) -> None:
    """Chinese clients see Chinese commands, all others English; a choice brings its own list."""
    await calls(sandbox, "setMyShortDescription", 2)
    state = await page.state()
    lists = {one["language_code"]: one["commands"] for one in state["commands"]}
    assert {"", "en", "zh"} <= set(lists)
    assert [one["command"] for one in lists["zh"]][:2] == ["start", "menu"]
    assert any("所有主题" in one["description"] for one in lists["zh"])
    assert "不构成医疗建议" in state["bot"]["descriptions"]["zh"]
    wang = await page.patient("王芳", "en")
    await wang.says("/language")
    await wang.taps("简体中文", await wang.sees("Please choose your language"))
    await wang.sees("您想了解什么")
    for _ in range(500):
        state = await page.state()
        own = [one for one in state["commands"] if one["scope"].get("chat_id") == wang.chat]
        if own:
            break
        await asyncio.sleep(0.01)
    assert any("所有主题" in one["description"] for one in own[0]["commands"])


async def test_no_log_line_holds_a_word_a_name_or_the_token(
    sandbox: Sandbox, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    """With our loggers at DEBUG, markers planted everywhere a person can put them stay out."""
    logging.getLogger("bot").setLevel(logging.DEBUG)
    someone = await page.patient("NAMEMARK", "en")
    sandbox.faults.script("500", method="sendMessage")
    await someone.says("/start")
    await someone.sees("What would you like to know?")
    await someone.says("TEXTMARK want to die")
    await someone.sees("What you feel matters")
    await someone.sends("photo", "CAPTIONMARK")
    await someone.sees("cannot look at pictures")
    await someone.forges("v1:FORGEMARK")
    await someone.sees("older version")
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("bot.channels"))
    for marker in ("NAMEMARK", "TEXTMARK", "CAPTIONMARK", "FORGEMARK", sandbox.token):
        assert marker not in ours


# ── the process, killed for real ────────────────────────────────────────────────────────────────


async def test_sigterm_finishes_what_has_begun(sandbox: Sandbox, settings: Settings) -> None:
    """A stopping bot shows the screens of the taps it has taken, and goes within ten seconds."""
    process = Process(settings)
    process.start()
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        await maria.says("/start")
        await maria.sees("What would you like to know?")
        sandbox.faults.latency = 1.0
        await maria.taps("Costs")
        await calls(sandbox, "editMessageText", 1)
        began = time.monotonic()
        loop = asyncio.get_running_loop()
        code, log = await loop.run_in_executor(None, process.stop)
        assert code == 0
        assert time.monotonic() - began < 10
        assert "Traceback" not in log
        sandbox.faults.latency = 0
        await maria.sees("Sources")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"BOT_TOKEN": "", "ENCRYPTION_KEYS": "x"}, ["BOT_TOKEN is missing", "ENCRYPTION_KEYS"]),
        ({"BOT_TOKEN": "123456:" + "a" * 30}, ["does not know this BOT_TOKEN"]),
        ({"DATABASE_URL": "mysql://secret@host/x"}, ["DATABASE_URL must start with"]),
        ({"CONTENT_DIR": "/nowhere"}, ["CONTENT_DIR is not a folder"]),
        ({"STAFF_GROUPS": "en:5", "LOG_LEVEL": "LOUD"}, ["STAFF_GROUPS is not like", "LOG_LEVEL"]),
    ],
)
async def test_wrong_settings_are_told_all_at_once_and_never_repeated(
    sandbox: Sandbox, settings: Settings, wrong: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """One line each with the remedy, no traceback, no secret, and a code that is not 0."""
    process = Process(settings)
    process.environment |= wrong
    process.start()
    assert process.running is not None
    running = process.running
    _, log = await asyncio.get_running_loop().run_in_executor(None, running.communicate)
    text = log.decode()
    assert running.returncode in {1, 2}
    for one in said:
        assert one in text
    assert "Traceback" not in text
    assert "secret" not in text
