"""A word in every field of the form: only the staff ever see it, and in the end nobody does."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random

import aiohttp
from sqlalchemy import LargeBinary

from bot.sandbox.command import open_for_consultations
from bot.sandbox.model import Message
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.storage.crypto import Cipher
from bot.storage.database import connect
from bot.storage.tables import metadata
from tests.applicants import Applicant, Applicants, Report
from tests.channels.updates import PLANTED
from tests.dialogue.words import words
from tests.journeys.beside import free_port, sqlite, until
from tests.process import CONSULTING, Logged
from tests.storage.told import everything

_FAULTY = CONSULTING.replace(
    "main([",
    """
from bot.channels.telegram import cards
from bot.dialogue.respond import Dialogue
sound, respond, failed = cards.card, Dialogue.respond, []
def card(case, *rest):
    if case.number not in failed:
        failed.append(case.number)
        raise ValueError(str(case))
    return sound(case, *rest)
def fails(bot, session, event, *rest):
    if "FAULT" in str(event):
        raise ValueError(f"{session} {event}")
    return respond(bot, session, event, *rest)
cards.card, Dialogue.respond = card, fails
main([""",
)
"""Each card fails at first, and so does whatever answers “FAULT”: with all they know as the words
of the exception."""

MARKS = (PLANTED, PLANTED.lower(), "标记", "\\u6807", "+4930901820", "901820")
"""What nobody may find: words, as JSON writes them, and a telephone number."""

CHOSEN = ("donor-cells", "to-300k", "b-lymphoma", "under-14", "some-help", "elsewhere")
"""Options that somebody chooses: they tell as much as words."""

MINE = f"{PLANTED} 标记"


def maria() -> dict[str, str | tuple[str, ...]]:
    return {
        "adult": "yes",
        "who": "family",
        "country": "US",
        "age": "under-14",
        "diagnosis": f"lymphoma {MINE}",
        "help": ("costs", "second"),
        "name": MINE,
        "reply": "email",
        "email": f"{PLANTED.lower()}@example.org",
        "zone": "America/Chicago",
        "stage": f"III {MINE}",
        "treatments": ("chemo", "donor-cells", f"drug {MINE}"),
        "cell-when": "2025-03",
        "cell-helped": "partly",
        "activity": "some-help",
        "hospital": "yes",
        "other-ill": ("heart", f"gout {MINE}"),
        "place": "elsewhere",
        "soon": "month",
        "travel": ("passport",),
        "budget-usd": "to-50k",
        "insurance": "private",
        "question": f"{MINE}? " * 20,
        "aware": "no",
    }


def wang() -> dict[str, str | tuple[str, ...]]:
    return {
        "adult": "yes",
        "who": "patient",
        "country": "CN",
        "age": "40-64",
        "diagnosis": "solid",
        "tumour": f"胃癌 {MINE}",
        "help": ("costs",),
        "name": f"小芳 {MINE}",
        "reply": "phone",
        "phone": "+49 30 901820",
        "budget-cny": "to-300k",
        "reports": "not-now",
    }


def draft() -> dict[str, str | tuple[str, ...]]:
    """Of somebody who never gets past their name, which is too long."""
    return {**wang(), "diagnosis": "b-lymphoma", "name": f"{MINE} " * 9}


def test_every_question_that_takes_words_is_planted() -> None:
    """A question that is added to the form is planted, too, or this fails."""
    for step in words().form.steps:
        told = [str(answers.get(step.id, "")) for answers in (maria(), wang())]
        if step.kind == "phone":
            assert any("901820" in one for one in told)
        elif step.most or step.kind in {"text", "email"}:
            assert any(PLANTED in one or PLANTED.lower() in one for one in told), step.id


async def test_what_people_tell_is_nowhere_but_with_the_staff_and_then_nowhere(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    """Through every step of the form, the files, what fails meanwhile, and the time after: not in
    the log at DEBUG, in what is told of health and figures, in the database, its journal or its
    backup. Two taps later it is deleted, and stands with the staff no longer either."""
    settings = open_for_consultations(settings)
    settings = settings.model_copy(update={"port": free_port(), "staff_group_pace": 60})
    process = Logged(settings, _FAULTY, tmp_path / "log")
    process.environment |= {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "text"}
    people = Applicants(sandbox, words().form, Random(1))  # noqa: S311
    files = [Report("photo", f"{MINE}.jpg", f"scan {n} {MINE}", album="1") for n in (1, 2)]
    report = Report("document", f"{MINE}.pdf", f"report {MINE}")
    first = people.add(MINE, "en", maria(), reports=(*files, report))
    second = people.add(MINE, "zh-hans", wang())
    third = people.add(MINE, "en", draft())
    for one in people.all:
        one.user.username = PLANTED
        people.begins(one)
    for number, outcome in enumerate(("500", "502", "half", "drop_before", "drop_after")):
        for method in ("editMessageText", "sendMessage", "copyMessages", "getUpdates"):
            sandbox.faults.script(outcome, method=method, skip=5 * number)
    process.start()
    try:
        await until(lambda: first.numbers and second.numbers, "the numbers", 60)
        sandbox.faults.clear()
        await until(lambda: third.step == "name", "the draft")
        await until(lambda: len(copies(sandbox)) == 3 and delivered(first, second), "the group", 60)
        for one in people.all:
            people.leaves(one)
            for said in (f"{MINE} FAULT", f"{MINE} and one thing more"):
                before = len(one.read)
                sandbox.people.say(one.user.id, one.user.id, said)
                await until(lambda: len(one.read) > before, "an answer")  # noqa: B023 - at once
        assert MINE in shown_to_staff(sandbox)
        assert "901820" in shown_to_staff(sandbox)
        sealed = await seals(settings)
        assert {"cases", "drafts", "owed", "consents"} <= sealed.keys()
        assert any(MINE in opened for opened in unsealed(settings, sealed["cases"]))
        assert any(MINE in opened for opened in unsealed(settings, sealed["drafts"]))
        seen = on_disk(settings, tmp_path / "backup.db")
        assert all(one in seen for one in sealed["cases"])
        nowhere(seen, process.log(), await told_to_operators(settings))
        for one in people.all:
            await deletes(sandbox, one)
        await until(lambda: not copies(sandbox), "the group to be emptied", 60)
        await until_settled(settings)
        left = await seals(settings)
        assert not {"cases", "drafts", "persons"} & left.keys()
        for name, values in left.items():
            for opened in unsealed(settings, values):
                nowhere(opened.encode(), name)
        seen = on_disk(settings, tmp_path / "later.db")
        gone = [one for name in ("inbox", "cases", "drafts", "owed") for one in sealed[name]]
        assert not [one for one in gone if one in seen]
        nowhere(seen, process.log(), await told_to_operators(settings), shown_by_the_bot(sandbox))
    finally:
        code, log = await asyncio.to_thread(process.stop)
    assert code == 0
    assert log.count("ValueError") >= 5  # each card once, and each answer to FAULT
    assert "Traceback" not in log
    nowhere(log)


# ── acts ────────────────────────────────────────────────────────────────────────────────────────


async def deletes(sandbox: Sandbox, one: Applicant) -> None:
    """Two taps, as under /mydata."""
    for way in ("delete", "deleted"):
        before = len(one.read)
        message = one.read[-1]
        was = message.text
        sandbox.people.press(one.user.id, one.user.id, message.message_id, f"v1:en:mydata:{way}")
        await until(lambda: len(one.read) > before or message.text != was, "an answer")  # noqa: B023


async def until_settled(settings: Settings) -> None:
    """Nothing is owed any more, and every turn has ended."""
    left = (
        "SELECT (SELECT count(*) FROM owed WHERE state IN ('queued', 'sending'))"
        " + (SELECT count(*) FROM inbox WHERE body IS NOT NULL)"
    )
    with sqlite(settings) as database:
        await until(lambda: not database.execute(left).fetchone()[0], "what is left", 60)


# ── looks ───────────────────────────────────────────────────────────────────────────────────────


def nowhere(*places: str | bytes) -> None:
    """None of the marks, and no option that was chosen, stands in any of these."""
    for place in places:
        found = place if isinstance(place, bytes) else place.encode()
        assert [mark for mark in (*MARKS, *CHOSEN) if mark.encode() in found] == []


def posted(sandbox: Sandbox) -> list[Message]:
    """What the bot wrote into the staff's group."""
    group = sandbox.world.chats[sandbox.staff_chat_id or 0]
    return [one for one in group.messages.values() if one.sender is sandbox.world.bot]


def shown_to_staff(sandbox: Sandbox) -> str:
    return "\n".join(f"{one.text} {one.caption} {one.media}" for one in posted(sandbox))


def copies(sandbox: Sandbox) -> list[Message]:
    return [one for one in posted(sandbox) if one.media]


def delivered(*people: Applicant) -> bool:
    """Each has read of their number twice: it is received, and it has reached the team."""
    return all(
        sum((one.number or "-") in (said.text or "") for said in one.read) > 1 for one in people
    )


def shown_by_the_bot(sandbox: Sandbox) -> str:
    """Everything that the bot wrote to the staff, as it stands now. In the person's own chat a
    screen that Telegram did not confirm may stand twice; who deletes is told how to clear that."""
    said = [
        one
        for chat in sandbox.world.chats.values()
        if chat.id < 0
        for one in chat.messages.values()
        if one.sender is sandbox.world.bot
    ]
    return "\n".join(f"{one.text} {one.caption} {one.media} {one.service_line}" for one in said)


async def told_to_operators(settings: Settings) -> str:
    """What /healthz and /metrics say."""
    said = []
    async with aiohttp.ClientSession() as session:
        for path in ("healthz", "metrics"):
            async with session.get(f"http://127.0.0.1:{settings.port}/{path}") as answer:
                said.append(await answer.text())
    return "\n".join(said)


def on_disk(settings: Settings, backup: Path) -> bytes:
    """The file, its journal, its shared memory, and a backup that is made now."""
    with sqlite(settings) as database:
        database.execute(f"VACUUM INTO '{backup}'")
        (_, _, path) = database.execute("PRAGMA database_list").fetchone()
    seen = b"".join(one.read_bytes() for one in sorted(Path(path).parent.glob("bot.db*")))
    assert b"SQLite format 3" in seen
    return seen + backup.read_bytes()


async def seals(settings: Settings) -> dict[str, list[bytes]]:
    """Every sealed value, by its table."""
    engine = connect(settings.database_url.get_secret_value())
    try:
        rows = await everything(engine)
    finally:
        await engine.dispose()
    found = {
        name: [
            row[column.name]
            for row in rows[name]
            for column in table.columns
            if isinstance(column.type, LargeBinary) and row[column.name]
        ]
        for name, table in metadata.tables.items()
    }
    return {name: values for name, values in found.items() if values}


def unsealed(settings: Settings, sealed: list[bytes]) -> Iterator[str]:
    """What whoever has the keys reads."""
    cipher = Cipher([one.get_secret_value() for one in settings.encryption_keys])
    for one in sealed:
        yield cipher.open(one).decode("utf-8", "replace")
