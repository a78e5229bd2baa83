"""The log: places and outcomes at every level, and never a word of a person or a secret."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Literal

import pytest
import uvloop

from bot.log import set_up
from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.channels.many import many
from tests.channels.updates import PLANTED
from tests.journeys.beside import by_webhook, until
from tests.journeys.seen import answers
from tests.process import Logged

# ── the last line of defence ────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What stands in the log of a bot that logs everything, in either style."""
    out, root = io.StringIO(), logging.getLogger()
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    set_up("DEBUG", request.param)
    yield out.getvalue
    root.setLevel(level)


def test_a_traceback_keeps_the_words_of_its_exception_to_itself(
    written: Callable[[], str],
) -> None:
    """Where it happened and its kind are logged; a person's words and a token never are."""
    words, token = PLANTED, "123456:" + "a" * 35
    try:
        raise ValueError(f"{words} {token}")
    except ValueError:
        logging.getLogger("asyncio").exception("failed with %s", token)
    assert "test_log.py" in written()
    assert "ValueError" in written()
    assert "token\u00bb" in written() or "token\\u00bb" in written()
    assert PLANTED not in written()
    assert token not in written()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_what_asyncio_tells_of_a_failure_holds_no_values(
    written: Callable[[], str], run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    """A task whose failure nobody hears of, a callback that fails, a task cut off: their kind and
    place are told, not what they were given and not what they gave."""

    async def story() -> None:
        loop = asyncio.get_running_loop()

        async def fail(words: str) -> None:
            raise ValueError(words)

        def call(words: str) -> None:
            raise KeyError(words)

        task = asyncio.create_task(fail(PLANTED))
        await asyncio.wait({task})
        del task
        loop.call_soon(call, PLANTED)
        loop.call_exception_handler(
            {"message": "Future was never awaited", "future": PLANTED, "handle": (PLANTED,)}
        )
        await asyncio.sleep(0)

    run(story())
    assert "never retrieved" in written()
    assert "ValueError" in written()
    assert "Exception in callback" in written()
    assert "KeyError" in written()
    assert PLANTED not in written().replace(f"fail({PLANTED})", "")


# ── the process ─────────────────────────────────────────────────────────────────────────────────

_FAULTY = """
from bot.__main__ import main
from bot.channels.telegram import receive
from bot.dialogue.respond import Dialogue
sound = Dialogue.respond
def respond(bot, person, event, *rest):
    if "FAULT" in str(event):
        raise ValueError(str(event))
    return sound(bot, person, event, *rest)
Dialogue.respond = respond
receive.DRAIN_SECONDS = 0.5
main(["run"])
"""


@pytest.mark.parametrize(("way", "style"), [("polling", "text"), ("webhook", "json")])
async def test_nothing_that_anybody_wrote_and_no_secret_is_in_the_log_at_debug(
    sandbox: Sandbox,
    settings: Settings,
    tmp_path: Path,
    way: str,
    style: Literal["text", "json"],
) -> None:
    """Names, texts, captions, buttons, files, links, titles, polls, the token, the webhook's
    secret and the keys: through every kind of use, of failure and of nonsense, to the end."""
    if way == "webhook":
        settings = by_webhook(settings)
    process = Logged(settings, _FAULTY, tmp_path / "log")
    process.environment |= {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": style}
    secrets = [PLANTED, sandbox.token, sandbox.token.partition(":")[2]]
    secrets += [key.get_secret_value() for key in settings.encryption_keys]
    if settings.webhook_url is not None:
        process.environment |= {
            "WEBHOOK_URL": settings.webhook_url,
            "PORT": str(settings.port),
            "WEBHOOK_SECRET": f"{PLANTED}-secret",
        }
    sandbox.delivery.retry_seconds = 0.1
    people, world, faults = sandbox.people, sandbox.world, sandbox.faults
    maria, wang, joao = (sandbox.add_person(f"{PLANTED} {n}", "en") for n in range(3))
    maria.username = wang.username = PLANTED
    expected = {maria.id: 0, wang.id: 0, joao.id: 0}

    async def answered(who: User, more: int = 1) -> None:
        expected[who.id] += more
        await until(lambda: answers(sandbox, [who.id])[who.id] >= expected[who.id], "answers", 60.0)

    process.start()
    try:
        # Use, of every kind.
        people.start(maria.id, f"{PLANTED}_costs")
        await answered(maria)
        screen = list(world.chats[maria.id].messages)[-1]
        said = people.say(maria.id, maria.id, f"{PLANTED} I want to die")
        people.edit(maria.id, maria.id, said.message_id, f"{PLANTED} again")
        await answered(maria, 2)
        for kind in ("photo", "document", "voice", "video", "contact", "poll", "location"):
            fields = {"question": PLANTED} if kind == "poll" else {"title": PLANTED}
            sent = people.send(
                maria.id,
                maria.id,
                kind,
                file_name=f"{PLANTED}.pdf",
                caption=f"{PLANTED} caption",
                fields=fields if kind in {"poll", "location"} else None,
            )
            secrets += _file_ids(sent.api())
        await answered(maria, 7)
        for data in (f"v1:{PLANTED}", f"v1:en:{PLANTED.lower()}:{PLANTED}!", "v1:zh-Hans:menu!"):
            people.press(maria.id, maria.id, screen, data)
        people.invite_bot(f"{PLANTED} family")
        # Failure, of every kind.
        people.start(wang.id)
        await answered(wang)
        screen = list(world.chats[wang.id].messages)[-1]
        for number, outcome in enumerate(("500", "502", "half", "drop_before", "drop_after")):
            for method in ("sendMessage", "getUpdates", "answerCallbackQuery", "editMessageText"):
                faults.script(outcome, method=method)
            people.say(wang.id, wang.id, f"{PLANTED} FAULT")
            people.press(wang.id, wang.id, screen, f"FAULT{PLANTED}")
            await until(lambda: process.log().count("(ValueError") == 2 * number + 2, "faults")  # noqa: B023
            await answered(wang, 2)
        faults.clear()
        people.block(wang.id, True)
        people.block(wang.id, False)
        # Nonsense, of every kind.
        for update in many(300, seed=5):
            sandbox.queue_update(update)
        people.start(joao.id)
        await answered(joao)
        # The end, in the middle of something.
        faults.script("slow", chat_id=joao.id, delay=30, times=None)
        before = faults.counts["sendMessage"]
        people.say(joao.id, joao.id, f"{PLANTED} once more")
        await until(lambda: faults.counts["sendMessage"] > before, "the last call")
    finally:
        code, log = await asyncio.to_thread(process.stop)
    assert code == 0
    assert "ready: " in log
    assert way == "webhook" or "DEBUG" in log  # a press is answered with the webhook's 200
    assert log.count("(ValueError") == 10
    assert "Traceback" not in log
    for number, secret in enumerate(secrets):
        assert secret not in log, f"secret {number} is in the log"
    if style == "json":
        assert all("message" in json.loads(line) for line in log.splitlines())


def _file_ids(message: Any) -> list[str]:
    """The ids of the files in a message."""
    if isinstance(message, dict):
        own = [message["file_id"]] if "file_id" in message else []
        return own + [one for part in message.values() for one in _file_ids(part)]
    if isinstance(message, list):
        return [one for part in message for one in _file_ids(part)]
    return []
