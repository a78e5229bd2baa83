"""The clock of those who wait: right to the second, once each, and never forgotten."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.desk.change import Answered, CloseCase, ReopenCase
from bot.dialogue.case import CLOSED, EraseEverything
from bot.storage.crypto import Cipher
from bot.storage.database import NO_ANSWER, migrate
from bot.storage.owed import Posted
from bot.storage.store import Store
from tests.storage.test_database import bring_to
from tests.storage.told import (
    ANNA,
    KEY,
    MARIA,
    NOW,
    WANG,
    Telegram,
    Unreliable,
    answer,
    case,
    everything,
    open_store,
    pass_on,
    reply,
    wrote,
)

SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
BERLIN, CHICAGO, LORD_HOWE = map(
    ZoneInfo, ("Europe/Berlin", "America/Chicago", "Australia/Lord_Howe")
)


async def reminded(store: Store, now: datetime) -> list[tuple[str, int]]:
    """What the clock owes after a look at this moment: (kind, hours), each sent at once."""
    await store.sweep(now)
    found = []
    for one in await store.owed_next(now):
        if one.kind in {"clock", "late"}:
            found.append((one.kind, one.detail.hours))
            await store.sending(one.id)
            await store.sent(one.id, [], now)
    return found


async def replied(store: Store, number: str, at: datetime) -> None:
    """A reply that reached its person at this moment."""
    (one,) = (
        one for one in await store.owed_next(at) if (one.kind, one.number) == ("reply", number)
    )
    await store.sending(one.id)
    await store.sent(one.id, [Posted(MARIA, one.id, None, "reply 90")], at)


DAYS = (
    datetime(2027, 3, 27, 14, tzinfo=BERLIN),  # until two o'clock on a day of 23 hours
    datetime(2027, 10, 30, 14, tzinfo=BERLIN),  # of 25
    datetime(2027, 3, 13, 9, tzinfo=CHICAGO),
    datetime(2027, 4, 3, 23, tzinfo=LORD_HOWE),  # half an hour
    datetime(2028, 2, 28, 12, tzinfo=UTC),  # into a leap day, and out of it
    datetime(2028, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2027, 12, 31, 18, tzinfo=UTC),
)

OWED = {
    timedelta(hours=11, minutes=59): [],
    timedelta(hours=12): [("clock", 12)],
    timedelta(hours=12, minutes=1): [],
    timedelta(hours=20) - SECOND: [],
    timedelta(hours=20): [("clock", 20)],
    timedelta(hours=23, minutes=59): [],
    timedelta(hours=24): [("clock", 24), ("late", 0)],
    timedelta(hours=24, minutes=1): [],
    timedelta(days=30): [],
}
"""What is owed how long after somebody began to wait."""


async def test_a_day_is_twenty_four_hours_whatever_the_clocks_on_the_walls_do(
    store: Store, telegram: Telegram
) -> None:
    """S8: at 23:59 nothing is late, at 24:00 and 24:01 it is; times are seconds of UTC."""
    for nth, there in enumerate(DAYS):
        began, language = there.astimezone(UTC), f"l{'abcdefg'[nth]}"
        await telegram.sends_case(created=began, due=began + DAY, language=language, files=())
        for after, expected in OWED.items():
            assert sorted(await reminded(store, began + after)) == expected, (there, after)
            (queued,) = await store.queue(began + after)
            assert queued.late is (after > DAY)
        figures = await store.figures(began, began + DAY)
        assert (figures.late_now, figures.by_language[language]) == (0, (1, 0, 0))
        figures = await store.figures(began, began + DAY + SECOND)
        assert (figures.late_now, figures.by_language[language]) == (1, (1, 0, 1))
        await telegram.says(EraseEverything("en"), at=began + DAY)


async def test_after_a_pause_only_the_latest_reminder_is_owed(
    store: Store, telegram: Telegram
) -> None:
    """The bot was down, or nothing reached the group: nobody reads that it is twelve hours when it
    is thirty."""
    await telegram.sends_case("AA2AA")
    await telegram.sends_case("BB2BB", created=NOW - HOUR)
    for hours in (12, 20):
        await store.sweep(NOW + hours * HOUR)
    clocks = [
        (one.number, one.detail.hours)
        for one in await store.owed_next(NOW + 21 * HOUR)
        if one.kind == "clock"
    ]
    assert sorted(clocks) == [("AA2AA", 20), ("BB2BB", 20)]
    await store.sweep(NOW + 40 * HOUR)
    clocks = [
        (one.number, one.detail.hours)
        for one in await store.owed_next(NOW + 40 * HOUR)
        if one.kind == "clock"
    ]
    assert sorted(clocks) == [("AA2AA", 24), ("BB2BB", 24)]


async def test_a_reminder_that_was_being_sent_in_a_crash_is_not_forgotten(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """The stage is noted in the transaction that owes the line, so both are there or neither."""
    await telegram.sends_case()
    await store.sweep(NOW + 12 * HOUR)
    one = next(one for one in await store.owed_next(NOW + 12 * HOUR) if one.kind == "clock")
    await store.sending(one.id)
    again = open_store(engine)
    await again.begin()
    await again.sweep(NOW + 13 * HOUR)
    (left,) = (one for one in await again.owed_next(NOW + 13 * HOUR) if one.kind == "clock")
    assert (left.detail.hours, left.unsure) == (12, True)


@pytest.mark.parametrize("fate", ["before", "after"])
async def test_a_look_whose_answer_is_lost_reminds_once(
    store: Store, telegram: Telegram, engine: AsyncEngine, fate: str
) -> None:
    """Whoever looks again finds what is noted, and owes nothing twice."""
    await telegram.sends_case()
    unreliable = Unreliable(engine)
    trying = Store(unreliable.as_engine(), Cipher([KEY]), store._health)
    unreliable.fate = [fate]
    at = NOW + 24 * HOUR
    with pytest.raises(NO_ANSWER):
        await trying.sweep(at)
    await trying.sweep(at)
    owed = [row["kind"] for row in (await everything(engine))["owed"]]
    assert sorted(set(owed) & {"clock", "late"}) == ["clock", "late"]
    assert len(owed) == len(set(owed))


async def test_two_instances_that_look_at_once_remind_once(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """While the releases of one day overlap."""
    for letter in "ABCDEF":
        await telegram.sends_case(f"{letter}A2AA")
    other = open_store(engine)
    await asyncio.gather(*(one.sweep(NOW + DAY) for one in (store, other, store, other)))
    owed = [(row["number"], row["kind"]) for row in (await everything(engine))["owed"]]
    clocks = [one for one in owed if one[1] in {"clock", "late"}]
    assert len(clocks) == len(set(clocks)) == 12


@pytest.mark.parametrize("how", ["reply", "phone", "closed"])
async def test_when_nobody_waits_any_more_nobody_is_reminded(
    store: Store, telegram: Telegram, engine: AsyncEngine, how: str
) -> None:
    """What was still to be said of the clock is not said; the next letter starts it anew."""
    await telegram.sends_case()
    await store.sweep(NOW + DAY)
    at = NOW + DAY + HOUR
    if how == "reply":
        await telegram.staff(reply(answer(90, at)), at=at)
        await replied(store, "AB2CD", at + MINUTE)
    elif how == "phone":
        await telegram.staff(Answered("AB2CD", "phone"), at=at)
    else:
        await telegram.staff(CloseCase("AB2CD", "done"), at=at)
    kinds = {one.kind for one in await store.owed_next(at + DAY)}
    assert not kinds & {"clock", "late"}
    assert await reminded(store, at + 3 * DAY) == []
    (row,) = (await everything(engine))["waits"]
    assert row["how"] == how
    began = at + 4 * DAY
    await telegram.says(pass_on(wrote(1, began)), at=began)
    assert await reminded(store, began + 12 * HOUR) == [("clock", 12)]


async def test_a_case_that_is_opened_again_has_a_clock_of_its_own(
    store: Store, telegram: Telegram
) -> None:
    """By the staff: from that moment, and until what they promise."""
    await telegram.sends_case()
    await telegram.staff(CloseCase("AB2CD", "done", quiet=True))
    began = NOW + 5 * DAY
    await telegram.staff(ReopenCase("AB2CD", began + DAY), at=began)
    found = await store.case("AB2CD")
    assert found is not None
    assert (found.waiting, found.due) == (began, began + DAY)
    assert await reminded(store, began + 12 * HOUR - SECOND) == []
    assert await reminded(store, began + 12 * HOUR) == [("clock", 12)]


# ── how it went ─────────────────────────────────────────────────────────────────────────────────


async def test_late_stays_late_in_the_record(store: Store, telegram: Telegram) -> None:
    """In time to the second, a second late, never answered, closed without an answer, answered by
    telephone; a later answer of the same case changes nothing."""
    cases = {"AA2AA": "en", "BB2BB": "en", "CC2CC": "zh-Hans", "DD2DD": "zh-Hans", "EE2EE": "fr"}
    for number, language in cases.items():
        await telegram.sends_case(number, language=language, files=())
    await telegram.sends_case("ZZ2ZZ", WANG, created=NOW - DAY, language="de")
    for number, message, delivered in (
        ("AA2AA", 90, NOW + DAY),
        ("BB2BB", 91, NOW + DAY + SECOND),
    ):
        await telegram.staff(reply(answer(message), number))
        await replied(store, number, delivered)
    await telegram.staff(CloseCase("DD2DD", "done"), at=NOW + HOUR)
    await telegram.staff(Answered("EE2EE", "phone"), at=NOW + 2 * HOUR)
    again = NOW + 2 * DAY
    await telegram.says(pass_on(wrote(1, again), "BB2BB"), at=again)
    await telegram.staff(reply(answer(92, again), "BB2BB"), at=again)
    await replied(store, "BB2BB", again + HOUR)
    now = NOW + 3 * DAY
    figures = await store.figures(NOW, now)
    assert sorted(figures.first) == [2 * HOUR, DAY, DAY + SECOND]
    assert figures.by_language == {"en": (2, 1, 1), "zh_Hans": (2, 0, 1), "fr": (1, 1, 0)}
    assert (figures.opened, figures.open_now) == (5, 5)
    assert (figures.waiting_now, figures.late_now) == (2, 2)
    assert (await store.figures(now, now)).opened == 0


async def test_figures_stay_when_cases_go(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Erased or deleted after their time: counted as before, and of nobody; after a year not at
    all."""
    await telegram.sends_case("AA2AA")
    await telegram.sends_case("BB2BB", WANG, closed=NOW + HOUR, state=CLOSED)
    await telegram.sends_case("CC2CC", WANG)
    await telegram.staff(Answered("AA2AA", "email"), at=NOW + HOUR)
    await telegram.says(EraseEverything("en"), at=NOW + 2 * HOUR)
    await telegram.staff(CloseCase("CC2CC", "done"), at=NOW + 2 * DAY)
    await store.purge(NOW + 93 * DAY)
    rows = (await everything(engine))["waits"]
    assert [(row["number"], row["how"]) for row in rows] == [(None, "email"), (None, "closed")]
    figures = await store.figures(NOW, NOW + 100 * DAY)
    assert (figures.opened, figures.open_now) == (2, 0)
    assert figures.by_language == {"en": (2, 1, 1)}
    await store.purge(NOW + 365 * DAY + SECOND)
    assert (await everything(engine))["waits"] == []


async def test_a_language_that_is_no_code_is_counted_as_none(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """What stands in the clear is never somebody's words."""
    await telegram.sends_case(language="my language <is> secret")
    assert (await everything(engine))["waits"][0]["language"] == ""


async def test_what_is_done_now_and_then_is_remembered(store: Store, engine: AsyncEngine) -> None:
    """The digest of a day comes once, whoever restarts the bot."""
    assert await store.mark("digest") is None
    await store.set_mark("digest", NOW)
    await store.set_mark("digest", NOW + DAY)
    await store.set_mark("other", NOW)
    assert await open_store(engine).mark("digest") == NOW + DAY


# ── closing what fell silent ────────────────────────────────────────────────────────────────────


async def test_a_case_closes_by_itself_only_while_its_person_is_the_silent_one(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """S11: fourteen days after the last letter or answer; never while somebody waits for us."""
    silent = 14 * DAY
    for number in ("AA2AA", "BB2BB", "CC2CC", "DD2DD"):
        await telegram.sends_case(number, files=())
    for number in ("AA2AA", "BB2BB", "CC2CC"):
        await telegram.staff(Answered(number, "email"), at=NOW + HOUR)
    asked = NOW + 2 * DAY
    await telegram.says(pass_on(wrote(1, asked), "BB2BB"), at=asked)  # waits
    await telegram.says(pass_on(wrote(2, asked), "CC2CC"), at=asked)
    await telegram.staff(reply(answer(90, asked), "CC2CC"), at=asked)
    await replied(store, "CC2CC", asked + MINUTE)
    assert await store.auto_close(NOW + HOUR + silent, silent) == ()
    assert await store.auto_close(NOW + HOUR + silent + SECOND, silent) == ("AA2AA",)
    assert await store.auto_close(asked + MINUTE + silent, silent) == ()
    assert await store.auto_close(asked + 2 * MINUTE + silent, silent) == ("CC2CC",)
    assert await store.auto_close(NOW + 300 * DAY, silent) == ()
    for number, state in (("AA2AA", "closed"), ("BB2BB", "ours"), ("DD2DD", "new")):
        found = await store.case(number)
        assert found is not None
        assert (found.state, found.reason) == (state, "silent" if state == "closed" else None)
    rows = await everything(engine)
    assert "bye" not in {row["kind"] for row in rows["owed"]}
    closed = [(row["who"], row["number"]) for row in rows["audit"] if row["result"] == "silent"]
    assert closed == [("bot", "AA2AA"), ("bot", "CC2CC")]


# ── from the release before ─────────────────────────────────────────────────────────────────────


async def test_whoever_waited_before_the_clock_existed_waits_on(engine: AsyncEngine) -> None:
    """Since their case was sent; those that are closed do not."""
    await bring_to(engine, "0003")
    async with engine.begin() as connection:
        for number, state, closed in (("AA2AA", "new", None), ("BB2BB", "closed", 5.0)):
            sealed = open_store(engine)._sealed(f"cases/{number}/{MARIA}", case(number))
            await connection.execute(
                text(
                    "INSERT INTO cases (number, chat_id, state, created, due, closed, body) "
                    "VALUES (:number, :chat, :state, :created, :due, :closed, :body)"
                ),
                {
                    "number": number,
                    "chat": MARIA,
                    "state": state,
                    "created": NOW.timestamp(),
                    "due": (NOW + DAY).timestamp(),
                    "closed": closed,
                    "body": sealed,
                },
            )
    await migrate(engine)
    store = open_store(engine)
    await store.begin()
    found, over = await store.case("AA2AA"), await store.case("BB2BB")
    assert found is not None
    assert over is not None
    assert (found.waiting, over.waiting) == (NOW, None)
    await store.sweep(NOW + DAY)
    assert {(one.number, one.kind) for one in await store.owed_next(NOW + DAY)} == {
        ("AA2AA", "clock"),
        ("AA2AA", "late"),
    }
    assert await store.commit_desk(1, ANNA, [Answered("AA2AA", "phone")], NOW + DAY)
    assert (await store.figures(NOW, NOW + DAY)).by_language == {"": (1, 1, 0)}
