"""How long what is kept, by a clock of the test's own: a second less, and it is still there."""

import asyncio
import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from bot.dialogue.case import (
    CLOSED,
    WITHDRAWN,
    ChangeCase,
    Consent,
    DropDraft,
    EraseEverything,
    KeepDraft,
    OpenCase,
    RaiseAlarm,
    Session,
)
from bot.storage.database import migrate
from bot.storage.owed import Detail, Posted
from bot.storage.store import Store
from bot.storage.tables import cases, drafts
from tests.storage.told import (
    GROUP,
    KEY,
    MARIA,
    NOW,
    TOPIC,
    WANG,
    Telegram,
    case,
    consent,
    counted,
    deliver,
    draft,
    everything,
    first,
    kinds,
)

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


async def purged(store: Store, at: datetime) -> dict[str, int]:
    """What went, without what did not."""
    return {kind: count for kind, count in (await store.purge(at)).items() if count}


@pytest.mark.parametrize("consents", [(), (consent(),)])
async def test_a_draft_goes_a_day_after_it_was_last_touched(
    store: Store, telegram: Telegram, engine: AsyncEngine, consents: tuple[()]
) -> None:
    """Whether anything was agreed to or not; the proof of what was decided stays."""
    await telegram.says(KeepDraft(draft(consents=consents)))
    await telegram.says(KeepDraft(draft(consents=consents, touched=NOW + timedelta(hours=5))))
    await telegram.says(KeepDraft(draft("WW2WW", touched=NOW + 3 * DAY)), chat=WANG)
    end = NOW + timedelta(hours=5) + DAY
    assert await purged(store, end - SECOND) == {}
    assert await purged(store, end + SECOND) == {"drafts": 1}
    assert await store.session(MARIA) == Session(chat_id=MARIA)
    assert store.drafting == {WANG}
    assert (await counted(engine))["drafts"] == 1
    assert await store.proofs(MARIA) == consents


async def test_a_draft_takes_its_alarm_with_it(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """What is owed of a number that means nothing any more is not sent."""
    await telegram.says(KeepDraft(draft()))
    await telegram.says(RaiseAlarm("AB2CD", "despair"))
    assert await purged(store, NOW + DAY + SECOND) == {"drafts": 1}
    assert "owed" not in await counted(engine)


@pytest.mark.parametrize(("state", "days"), [(CLOSED, 90), (WITHDRAWN, 7)])
async def test_a_case_goes_ninety_days_after_it_was_closed_and_seven_after_it_was_withdrawn(
    store: Store, telegram: Telegram, engine: AsyncEngine, state: str, days: int
) -> None:
    """All of it: the person's data, and by what is owed then, the staff's topic."""
    await telegram.sends_case(files=())
    await store.set_topic("AB2CD", GROUP, TOPIC, NOW)
    await deliver(store, 1)
    closed = NOW + 5 * DAY
    await telegram.says(ChangeCase(case(files=(), state=state, closed=closed)))
    end = closed + days * DAY
    assert await purged(store, end - SECOND) == {}
    assert await purged(store, end + SECOND) == {"cases": 1}
    assert await store.case("AB2CD") is None
    one = await first(store, end + SECOND)
    assert (one.kind, one.number, one.detail.topic) == ("erase", "AB2CD", (GROUP, TOPIC))
    left = await counted(engine)
    assert left["owed"] == 1
    assert "cases" not in left
    assert "links" not in left
    assert "topics" not in left
    assert left["consents"] == 1


async def test_any_case_goes_after_a_year(store: Store, telegram: Telegram) -> None:
    """Also one that nobody ever closed."""
    await telegram.sends_case()
    assert await purged(store, NOW + 365 * DAY - SECOND) == {}
    assert await purged(store, NOW + 365 * DAY + SECOND) == {"cases": 1}
    assert (await store.session(MARIA)).cases == ()


async def test_reports_go_thirty_days_after_the_case_was_closed(
    store: Store, telegram: Telegram
) -> None:
    """Their copies in the group, and the note of where they lie; the rest of the case stays."""
    sent = await telegram.sends_case()
    await deliver(store, 1)
    await deliver(store)
    files = await first(store)
    await store.sending(files.id)
    posted = [Posted(GROUP, 2, TOPIC, "file 31"), Posted(GROUP, 3, TOPIC, "file note")]
    await store.sent(files.id, posted, NOW)
    told = await first(store)
    await store.sending(told.id)
    await store.sent(told.id, [Posted(MARIA, 2, None, "tell")], NOW)
    closed = NOW + DAY
    await telegram.says(ChangeCase(replace(sent, state=CLOSED, closed=closed)))
    end = closed + 30 * DAY
    assert await purged(store, end - SECOND) == {}
    assert await purged(store, end + SECOND) == {"files": 2}
    assert await purged(store, end + SECOND) == {}
    assert (await first(store, end)).detail == Detail(messages=((GROUP, 2), (GROUP, 3)))
    over = replace(sent, state=CLOSED, closed=closed, waiting=None)
    kept = replace(over, delivered=NOW, files=())
    assert await store.case("AB2CD") == kept
    assert [(one.chat_id, one.message_id) for one in await store.posted("AB2CD")] == [
        (GROUP, 1),
        (MARIA, 2),
    ]


async def test_a_proof_goes_three_years_after_the_consent_ended(
    store: Store, telegram: Telegram
) -> None:
    """Refused: after the refusal. Given: after it was withdrawn, or given if it never was."""
    refused = consent("c4", agreed=False)
    await telegram.says(DropDraft((consent(), refused)))
    await telegram.sends_case("WW2WW", WANG)
    await telegram.says(EraseEverything("en"), chat=WANG, at=NOW + 100 * DAY)
    years = 1096 * DAY
    assert await purged(store, NOW + years - SECOND) == {}
    assert (await purged(store, NOW + years + SECOND))["consents"] == 2
    assert await store.proofs(MARIA) == ()
    assert len(await store.proofs(WANG)) == 1
    assert (await purged(store, NOW + years + 100 * DAY + SECOND))["consents"] == 1
    assert await store.proofs(WANG) == ()


async def test_the_audit_trail_goes_after_three_years_and_not_before(
    store: Store, engine: AsyncEngine
) -> None:
    """Line by line, as each grows old; that it happened is a line itself."""
    years = 1096 * DAY
    for day in (0, 10, 500):
        await store.record(WANG, "export", "AB2CD", NOW + day * DAY, "done")
    assert await purged(store, NOW + years - SECOND) == {}
    assert await purged(store, NOW + years + 10 * DAY + SECOND) == {"audit": 2}
    left = (await everything(engine))["audit"]
    assert [(row["what"], row["result"]) for row in left] == [
        ("export", "done"),
        ("purge", "audit"),
    ]
    assert str(WANG) not in str(left)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET result = 'nothing'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE who <> 'bot'",
    ],
)
async def test_the_audit_trail_is_append_only(
    store: Store, engine: AsyncEngine, statement: str
) -> None:
    """By the database's own word, whoever connects to it."""
    await store.record(WANG, "export", "AB2CD", NOW)
    await store.record(WANG, "view", "AB2CD", NOW + 1000 * DAY)
    before = (await everything(engine))["audit"]
    statements = [statement] + (["TRUNCATE audit"] if engine.dialect.name != "sqlite" else [])
    for one in statements:
        with pytest.raises(DBAPIError, match="append-only"):
            async with engine.begin() as connection:
                await connection.execute(text(one))
    assert (await everything(engine))["audit"] == before


async def test_a_deletion_that_never_succeeds_is_given_up_after_a_year(
    store: Store, telegram: Telegram
) -> None:
    """The group is gone, say. Until then it is tried again and again."""
    await telegram.sends_case(files=())
    await deliver(store, 1)
    await telegram.says(EraseEverything("en"))
    assert await purged(store, NOW + 365 * DAY - SECOND) == {}
    assert await kinds(store) == [("AB2CD", "erase")]
    assert await purged(store, NOW + 365 * DAY + SECOND) == {"owed": 1}


async def test_a_dry_run_counts_and_changes_nothing(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """The same numbers as the real one, which comes after."""
    await telegram.sends_case("AA2AA", files=())
    await deliver(store, 1)
    await telegram.says(KeepDraft(draft()))
    before = await everything(engine)
    store.owing.clear()
    at = NOW + 1200 * DAY
    told = await store.purge(at, dry_run=True)
    assert await everything(engine) == before
    assert store.drafting == {MARIA}
    assert not store.owing.is_set()
    assert await store.purge(at) == told
    assert store.owing.is_set()
    assert {kind for kind, count in told.items() if count} == {
        "drafts",
        "cases",
        "consents",
        "audit",
    }


async def test_more_goes_at_once_than_a_statement_can_name(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """After months without the bot: a few thousand drafts and cases."""
    body = b"x"
    async with engine.begin() as connection:
        old = NOW.timestamp()
        await connection.execute(
            drafts.insert(),
            [
                {"chat_id": n, "reference": f"d{n}", "touched": old, "body": body}
                for n in range(1, 2501)
            ],
        )
        await connection.execute(
            cases.insert(),
            [
                {
                    "number": f"c{n}",
                    "chat_id": n,
                    "state": CLOSED,
                    "created": old,
                    "due": old,
                    "closed": old,
                    "body": body,
                }
                for n in range(1, 2501)
            ],
        )
    assert await purged(store, NOW + 91 * DAY) == {"drafts": 2500, "cases": 2500}


async def test_the_running_bot_purges_by_itself(store: Store, telegram: Telegram) -> None:
    """Nobody has to remember it: the hourly round does, from the start on."""
    old = datetime.now(UTC) - DAY - SECOND
    await telegram.says(KeepDraft(draft(touched=old)))
    tidying = asyncio.create_task(store.keep_tidy())
    async with asyncio.timeout(20):
        while store.drafting:
            await asyncio.sleep(0.02)
    tidying.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await tidying
    assert await store.session(MARIA) == Session(chat_id=MARIA)


async def test_a_draft_touched_while_others_are_purged_stays(
    store: Store, telegram: Telegram
) -> None:
    """Answers and the clean-up at the same moments, again and again: nobody's draft is lost, and
    nobody with a draft is taken for somebody without."""
    for round_ in range(5):
        now = NOW + round_ * 2 * DAY
        await asyncio.gather(
            store.purge(now),
            telegram.says(KeepDraft(draft(touched=now)), at=now),
            store.purge(now),
        )
        kept = (await store.session(MARIA)).draft
        assert kept is not None
        assert kept.touched == now
        assert store.drafting == {MARIA}


# ── the commands ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def environment(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "123456789:" + "a" * 35)
    monkeypatch.setenv("ENCRYPTION_KEYS", KEY)
    monkeypatch.setenv("DATABASE_URL", database_url)


async def bot(*arguments: str) -> Result:
    """Runs a command as an operator does, beside the loop of the test."""
    return await asyncio.to_thread(CliRunner().invoke, main, list(arguments))


@pytest.mark.usefixtures("environment")
async def test_purge_tells_what_would_go_and_what_went(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """By today's clock; counts only, and nothing is deleted by asking."""
    old = datetime.now(UTC) - 100 * DAY
    await telegram.says(KeepDraft(draft(touched=old)))
    await telegram.sends_case("AA2AA", WANG, created=old, closed=old, state=CLOSED)
    told = await bot("purge", "--dry-run")
    assert (told.exit_code, told.output.startswith("Would be deleted: ")) == (0, True)
    assert (await counted(engine))["drafts"] == 1
    done = await bot("purge")
    said = "1 unfinished forms, 1 cases, 0 copies of reports"
    assert said in told.output
    assert f"Deleted: {said}" in done.output
    assert "drafts" not in await counted(engine)
    assert "cases" not in await counted(engine)
    assert f"Deleted: {said.replace('1', '0')}" in (await bot("purge")).output


@pytest.mark.usefixtures("environment")
async def test_cases_shows_the_queue_without_a_word_of_anybody(
    store: Store, telegram: Telegram
) -> None:
    """Number, state, times and what is still to be sent; what must be answered first is first."""
    assert (await bot("cases")).output == "There are no cases.\n"
    now = datetime.now(UTC)
    await telegram.sends_case("AA2AA", created=now, due=now + DAY)
    await telegram.sends_case("BB2BB", WANG, created=now - 2 * DAY, due=now - DAY)
    closed = case("CC2CC", created=now, due=now - 2 * DAY, state=CLOSED, closed=now, files=())
    await telegram.says(OpenCase(closed))
    await deliver(store, 1, at=now)
    waiting = next(one for one in await store.owed_next(now) if one.number == "BB2BB")
    await store.sending(waiting.id)
    await store.put_off(waiting.id, now, "group away")
    heading, *lines = (await bot("cases")).output.splitlines()
    assert " ".join(heading.split()) == (
        "NUMBER STATE SENT REPLY BY IN THE GROUP CLAIMED BY STILL TO SEND"
    )
    found = [line.split()[0] for line in lines]
    assert found == ["BB2BB", "AA2AA", "CC2CC"]
    assert ["late" in line for line in lines] == [True, False, False]
    assert ["not yet" in line for line in lines] == [True, False, True]
    assert ["(group away)" in line for line in lines] == [True, False, False]
    assert f"{now:%Y-%m-%d %H:%M}" in lines[1]
    listed = (await bot("cases", "--open", "--json")).output
    told = json.loads(listed)
    assert [one["number"] for one in told] == ["BB2BB", "AA2AA"]
    assert [one["waiting"] for one in told] == [4, 3]
    assert told[1]["delivered"] == str(now)
    for word in ("lymphoma", "options", str(MARIA), str(WANG), "zh-Hans"):
        assert word not in listed + "".join(lines)


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("command", ["purge", "cases", "rotate-keys"])
async def test_a_database_of_another_release_is_left_alone(
    engine: AsyncEngine, command: str
) -> None:
    """One sentence with the remedy; no command but `migrate` and `run` brings it up to date."""
    found = await bot(command)
    assert found.exit_code == 1
    assert "python -m bot migrate" in found.output
    assert "Traceback" not in found.output
    await migrate(engine)
    assert (await bot(command)).exit_code == 0


# ── the reminder ────────────────────────────────────────────────────────────────────────────────


async def test_who_agreed_is_reminded_once_before_a_form_is_deleted(
    store: Store, telegram: Telegram
) -> None:
    """Twenty hours of silence, C4 given: one reminder, in the language of the form (F6)."""
    follow_up = Consent("c4", True, "0" * 64, "zh-Hans", NOW)
    await telegram.says(KeepDraft(replace(draft(), consents=(follow_up,), language="zh-Hans")))
    await store.remind(NOW + timedelta(hours=20) - SECOND)
    assert await store.owed_next(NOW + DAY) == []
    await store.remind(NOW + timedelta(hours=20) + SECOND)
    await store.remind(NOW + timedelta(hours=21))
    (one,) = await store.owed_next(NOW + DAY)
    assert (one.kind, one.number, one.detail.asker) == ("remind", "AB2CD", (MARIA, "zh-Hans"))
    await store.sending(one.id)
    await store.sent(one.id, [], NOW + DAY)
    await store.remind(NOW + timedelta(hours=22))
    assert await store.owed_next(NOW + DAY) == []


async def test_nobody_else_is_reminded(store: Store, telegram: Telegram) -> None:
    """Not without C4; not of a form whose day is over; not of one that is gone."""
    await telegram.says(KeepDraft(draft()))
    await store.remind(NOW + timedelta(hours=21))
    assert await store.owed_next(NOW + DAY) == []
    follow_up = Consent("c4", True, "0" * 64, "en", NOW)
    await telegram.says(KeepDraft(replace(draft(), consents=(follow_up,))))
    await store.remind(NOW + timedelta(hours=25))
    assert await store.owed_next(NOW + DAY) == []
    await store.remind(NOW + timedelta(hours=21))
    await telegram.says(DropDraft())
    assert await store.owed_next(NOW + DAY) == []
