"""Whatever happens, in whatever order: the tables agree with each other and with what was told."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.desk.change import (
    Answered,
    CloseCase,
    DeskChange,
    EraseCase,
    ReopenCase,
    SendReply,
    TakeBack,
)
from bot.dialogue.case import (
    CLOSED,
    NEW,
    OURS,
    PERSON,
    TEAM,
    THEIRS,
    WITHDRAWN,
    Case,
    Change,
    ChangeCase,
    Draft,
    DropDraft,
    EraseEverything,
    KeepDraft,
    Letter,
    OpenCase,
    PassOn,
    RaiseAlarm,
)
from bot.storage.cases import Outdated
from bot.storage.database import migrate
from bot.storage.owed import Posted
from bot.storage.store import Store
from bot.storage.tables import metadata
from tests.storage.told import GROUP, NOW, case, draft, everything, open_store

CHATS = (101, 102)
NUMBERS = ("AA2AA", "BB2BB", "CC2CC")
DAY = timedelta(days=1)


@dataclass
class World:
    """The store, and beside it what it should hold, in plain words."""

    store: Store
    now: datetime = NOW
    updates: int = 0
    messages: int = 0
    drafts: dict[int, Draft] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    letters: dict[tuple[int, int], str] = field(default_factory=dict)
    going: list[int] = field(default_factory=list)

    async def commit(self, chat: int, *changes: Change) -> None:
        """A turn; refused exactly when the model says that it must be."""
        self.updates += 1
        expected = self.after(chat, changes)
        try:
            fresh = await self.store.commit(chat, self.updates, None, changes, self.now)
        except Outdated:
            assert expected is None, changes
            return
        assert fresh
        assert expected is not None, changes
        self.drafts, self.cases = expected
        for change in changes:
            if isinstance(change, PassOn):
                self.letters[change.letter.chat_id, change.letter.message_id] = change.number
        self.forget_letters()
        # The same update again, with other changes: nothing of them.
        other: list[Change] = [DropDraft(), EraseEverything("en")]
        assert not await self.store.commit(chat, self.updates, None, other, self.now)

    def forget_letters(self) -> None:
        """Of cases that are gone: also when another takes their number."""
        self.letters = {key: one for key, one in self.letters.items() if one in self.cases}

    async def staff(self, change: DeskChange) -> None:
        """A turn of the staff; refused exactly when the case is gone or withdrawn."""
        self.updates += 1
        before = self.cases.get(change.number)
        try:
            fresh = await self.store.commit_desk(self.updates, 9, [change], self.now)
        except Outdated:
            assert before is None or before.state == WITHDRAWN, change
            return
        assert fresh
        assert before is not None, change
        match change:
            case SendReply(number, letter):
                self.letters[letter.chat_id, letter.message_id] = number
            case TakeBack(_, message):
                del self.letters[message]
            case CloseCase(number, reason) if before.closed is None:
                over = replace(before, state=CLOSED, closed=self.now, reason=reason, heard=0)
                self.cases[number] = replace(over, waiting=None)
            case ReopenCase(number, due) if before.closed is not None:
                again = replace(before, state=OURS, closed=None, reason=None)
                self.cases[number] = replace(again, waiting=self.now, due=due)
            case Answered(number) if before.waiting is not None:
                self.cases[number] = replace(before, state=THEIRS, waiting=None, heard=0)
            case EraseCase(number):
                del self.cases[number]
                self.forget_letters()
        # The same update again, with another change: nothing of it.
        other: list[DeskChange] = [EraseCase(change.number, "en")]
        assert not await self.store.commit_desk(self.updates, 9, other, self.now)

    def after(
        self, chat: int, changes: tuple[Change, ...]
    ) -> tuple[dict[int, Draft], dict[str, Case]] | None:
        """What is kept after these changes; None when they cannot be made."""
        drafts, cases = dict(self.drafts), dict(self.cases)
        for change in changes:
            others = {one.reference for owner, one in drafts.items() if owner != chat}
            match change:
                case KeepDraft(kept):
                    if kept.reference in cases or kept.reference in others:
                        return None
                    drafts[chat] = kept
                case DropDraft():
                    drafts.pop(chat, None)
                case OpenCase(opened):
                    known = cases.get(opened.number)
                    if known is not None and known.chat_id == chat:
                        continue
                    if known is not None or opened.number in others:
                        return None
                    if chat in drafts and drafts[chat].reference == opened.number:
                        del drafts[chat]
                    cases[opened.number] = opened
                case ChangeCase(changed):
                    before = cases.get(changed.number)
                    if before is None or before.chat_id != chat:
                        return None
                    if changed.closed is not None:
                        changed = replace(changed, waiting=None)
                    cases[changed.number] = replace(changed, delivered=before.delivered)
                case PassOn(number, letter, due):
                    before = cases.get(number)
                    if before is None or before.chat_id != chat or before.state == WITHDRAWN:
                        return None
                    now = replace(before, heard=before.heard + 1, closed=None, reason=None)
                    if now.waiting is None:
                        now = replace(now, state=OURS, waiting=letter.at, due=due)
                    cases[number] = now
                case RaiseAlarm(number):
                    own = {one.number for one in cases.values() if one.chat_id == chat}
                    own |= {drafts[chat].reference} if chat in drafts else set()
                    if number not in own:
                        return None
                case EraseEverything("en"):
                    drafts.pop(chat, None)
                    cases = {n: one for n, one in cases.items() if one.chat_id != chat}
        return drafts, cases

    # ── what may happen ──

    async def keep(self, chat: int, number: str) -> None:
        await self.commit(chat, KeepDraft(draft(number, touched=self.now)))

    async def drop(self, chat: int, number: str) -> None:
        await self.commit(chat, DropDraft())

    async def send(self, chat: int, number: str) -> None:
        await self.commit(chat, OpenCase(case(number, chat, created=self.now)))

    async def keep_and_send(self, chat: int, number: str) -> None:
        kept = KeepDraft(draft(number, touched=self.now))
        await self.commit(chat, kept, OpenCase(case(number, chat, created=self.now)))

    async def known(self, chat: int, number: str) -> Case:
        """The case in the version that is stored; one of nobody where there is none."""
        kept = await self.store.case(number)
        if kept is None or number not in self.cases:
            return case(number, chat)
        return replace(self.cases[number], version=kept.version)

    async def add(self, chat: int, number: str) -> None:
        made = replace(await self.known(chat, number), answers={"i5": str(self.updates)})
        await self.commit(chat, ChangeCase(made, ("i5", "files")))

    async def withdraw(self, chat: int, number: str) -> None:
        made = replace(await self.known(chat, number), state=WITHDRAWN, closed=self.now)
        await self.commit(chat, ChangeCase(made, ("withdrawn",)))

    async def write(self, chat: int, number: str) -> None:
        self.messages += 1
        letter = Letter(PERSON, chat, self.messages, self.now)
        await self.commit(chat, PassOn(number, letter, self.now + DAY))

    async def reply(self, chat: int, number: str) -> None:
        self.messages += 1
        letter = Letter(TEAM, GROUP, self.messages, self.now)
        await self.staff(SendReply(number, letter, self.now))

    async def take_back(self, chat: int, number: str) -> None:
        for message in sorted(await self.store.pending(number))[:1]:
            await self.staff(TakeBack(number, message))

    async def close(self, chat: int, number: str) -> None:
        await self.staff(CloseCase(number, "done", quiet=bool(self.updates % 2)))

    async def reopen(self, chat: int, number: str) -> None:
        await self.staff(ReopenCase(number, self.now + DAY))

    async def telephone(self, chat: int, number: str) -> None:
        await self.staff(Answered(number, "phone"))

    async def erase_one(self, chat: int, number: str) -> None:
        await self.staff(EraseCase(number, "en"))

    async def wait(self, chat: int, number: str) -> None:
        self.now += timedelta(hours=13)
        await self.store.sweep(self.now)

    async def cry(self, chat: int, number: str) -> None:
        await self.commit(chat, RaiseAlarm(number, "despair"))

    async def erase(self, chat: int, number: str) -> None:
        await self.commit(chat, EraseEverything("en"))

    async def place(self, chat: int, number: str) -> None:
        known = number in self.cases
        assert await self.store.set_topic(number, GROUP, 7, self.now) is known

    async def lose_topic(self, chat: int, number: str) -> None:
        await self.store.topic_gone(number)

    async def begin_sending(self, chat: int, number: str) -> None:
        found = await self.store.owed_next(self.now)
        if found and await self.store.sending(found[0].id):
            self.going.append(found[0].id)

    async def arrive(self, chat: int, number: str) -> None:
        if self.going:
            one = self.going.pop(0)
            await self.store.sent(one, self.message(), self.now)
            for name in list(self.cases):
                kept = await self.store.case(name)
                assert kept is not None
                self.cases[name] = replace(
                    self.cases[name],
                    delivered=kept.delivered,
                    # A reply may have been among it; `check` looks whether these agree.
                    state=kept.state,
                    waiting=kept.waiting,
                    due=kept.due,
                    heard=kept.heard,
                )

    async def arrive_in_part(self, chat: int, number: str) -> None:
        if self.going:
            await self.store.progress(self.going.pop(0), self.message())

    async def be_refused(self, chat: int, number: str) -> None:
        if self.going:
            await self.store.put_off(self.going.pop(0), self.now, "429")

    async def hear_nothing(self, chat: int, number: str) -> None:
        if self.going:
            await self.store.put_off(self.going.pop(0), self.now, "timed out", unsure=True)

    async def fail(self, chat: int, number: str) -> None:
        if self.going:
            await self.store.failed(self.going.pop(0), "no")

    async def crash(self, chat: int, number: str) -> None:
        self.store = open_store(self.store._engine)
        await self.store.begin()
        self.going = []

    async def sleep(self, chat: int, number: str) -> None:
        self.now += 40 * DAY
        await self.store.purge(self.now)
        self.drafts = {}
        self.cases = {
            number: one
            for number, one in self.cases.items()
            if (one.closed is None or self.now - one.closed <= self.after_closing(one))
            and self.now - one.created <= 365 * DAY
        }
        self.forget_letters()
        for number in list(self.cases):
            kept = await self.store.case(number)
            assert kept is not None
            self.cases[number] = replace(self.cases[number], files=kept.files)

    def after_closing(self, one: Case) -> timedelta:
        return 7 * DAY if one.state == WITHDRAWN else 90 * DAY

    def message(self) -> list[Posted]:
        self.messages += 1
        return [Posted(GROUP, self.messages, 7, "file 31" if self.messages % 3 else "card")]

    # ── what must be so ──

    async def check(self, engine: AsyncEngine) -> None:
        rows = await everything(engine)
        for chat in CHATS:
            session = await self.store.session(chat)
            assert session.draft == self.drafts.get(chat)
            theirs = {one.number: one for one in self.cases.values() if one.chat_id == chat}
            assert {one.number: one for one in session.cases} == theirs
        assert self.store.drafting == set(self.drafts)
        numbers, references = set(self.cases), {one.reference for one in self.drafts.values()}
        assert not numbers & references
        for row in rows["owed"]:
            assert row["kind"] == "erase" or row["number"] in numbers | references
            assert row["number"] in numbers or row["kind"] in {"alarm", "erase"}
            assert (row["state"] == "sending") is (row["id"] in self.going)
        for table in ("links", "topics"):
            assert {row["number"] for row in rows[table]} <= numbers | references
        letters = {(row["chat_id"], row["message_id"]): row["number"] for row in rows["letters"]}
        assert letters == self.letters
        self.check_clock(rows)
        kinds = [(row["number"], row["kind"]) for row in rows["owed"]]
        for number, one in self.cases.items():
            once = (1,) if one.state != WITHDRAWN else (0, 1)
            assert kinds.count((number, "open")) in once
            assert kinds.count((number, "tell")) in once
            if one.state == WITHDRAWN:
                left = {
                    row["kind"]
                    for row in rows["owed"]
                    if row["number"] == number and row["state"] == "queued"
                }
                assert left <= {"withdrawn", "alarm", "erase"}
        heads = await self.store.owed_next(self.now)
        lane = {row["id"]: row["lane"] for row in rows["owed"]}
        lanes = [(one.number, lane[one.id]) for one in heads]
        assert len(lanes) == len(set(lanes)), "two of one lane at once"
        told = {one.number for one in heads if one.kind == "tell"}
        assert all(self.cases[number].delivered for number in told)
        alarms = [one.kind == "alarm" for one in heads]
        assert alarms == sorted(alarms, reverse=True)

    def check_clock(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """Whoever waits has one open wait; nobody else is spoken of as late."""
        began = [(row["number"], row["began"]) for row in rows["waits"] if row["ended"] is None]
        waiting = {one.number: one.waiting for one in self.cases.values() if one.waiting}
        assert sorted(began) == sorted((n, at.timestamp()) for n, at in waiting.items())
        assert {row["number"] for row in rows["waits"]} <= {*self.cases, None}
        for one in self.cases.values():
            assert (one.waiting is not None) is (one.state in {NEW, OURS})
            assert (one.closed is not None) is (one.state in {CLOSED, WITHDRAWN})
        for row in rows["owed"]:
            if row["state"] == "queued" and row["kind"] in {"clock", "late"} and not row["unsure"]:
                assert row["number"] in waiting
        cards = [row["number"] for row in rows["owed"] if _waits(row, "card")]
        assert len(cards) == len(set(cards))


def _waits(row: dict[str, Any], kind: str) -> bool:
    return bool(row["kind"] == kind and row["state"] == "queued")


STEPS: list[Callable[..., Any]] = [
    World.keep,
    World.drop,
    World.send,
    World.keep_and_send,
    World.add,
    World.withdraw,
    World.write,
    World.write,
    World.reply,
    World.reply,
    World.take_back,
    World.close,
    World.reopen,
    World.telephone,
    World.erase_one,
    World.wait,
    World.cry,
    World.erase,
    World.place,
    World.lose_topic,
    World.begin_sending,
    World.begin_sending,
    World.begin_sending,
    World.arrive,
    World.arrive,
    World.arrive_in_part,
    World.be_refused,
    World.hear_nothing,
    World.fail,
    World.crash,
    World.sleep,
]

steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from(CHATS), st.sampled_from(NUMBERS)),
    min_size=5,
    max_size=30,
)


@pytest.mark.timeout(600)
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps)
async def test_any_sequence_leaves_the_tables_consistent(
    engine: AsyncEngine, taken: list[tuple[Callable[..., Any], int, str]]
) -> None:
    """Turns of two people, deliveries, crashes and months of silence in any order: no draft beside
    its case, nothing owed or linked of what is gone, nothing told that is not so."""
    await migrate(engine)
    async with engine.begin() as connection:
        for name, table in metadata.tables.items():
            if name != "audit":
                await connection.execute(delete(table))
    world = World(open_store(engine))
    await world.store.begin()
    for step, chat, number in taken:
        await step(world, chat, number)
        await world.check(engine)
