"""What the inbox promises when the database fails in the worst moment. SQLite and PostgreSQL."""

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.dialogue.event import Person
from bot.health import Health
from bot.storage.crypto import Cipher, new_key
from bot.storage.database import NO_ANSWER, connect, migrate
from bot.storage.store import Store
from bot.storage.tables import inbox
from tests.storage.told import NOW

KEY = new_key()
PATIENCE = 20.0


class Unreliable:
    """An engine whose transactions fail as `fate` says, the next one first: "fine", "before" (it
    is not carried out), "after" (it is, but the answer to its commit is lost), "never" (there is
    no answer at all). Without a fate, `rest` is it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.dialect = engine.dialect
        self.fate: list[str] = []
        self.rest = "fine"
        self.tried = 0

    @contextlib.asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        self.tried += 1
        fate = self.fate.pop(0) if self.fate else self.rest
        if fate == "never":
            await asyncio.Event().wait()
        if fate == "before":
            raise lost()
        async with self._engine.begin() as connection:
            yield connection
        if fate == "after":
            raise lost()

    def connect(self) -> Any:
        return self._engine.connect()

    async def dispose(self) -> None:
        await self._engine.dispose()


def lost() -> OperationalError:
    return OperationalError("COMMIT", None, ConnectionResetError("PLANTED"))


def update(number: int) -> dict[str, object]:
    return {"update_id": number, "message": {"text": f"PLANTED {number}"}}


@pytest.fixture
async def unreliable(engine: AsyncEngine) -> Unreliable:
    await migrate(engine)
    return Unreliable(engine)


@pytest.fixture
def store(unreliable: Unreliable) -> Store:
    return Store(cast(AsyncEngine, unreliable), Cipher([KEY]), Health().storage)


async def kept(engine: AsyncEngine) -> dict[int, tuple[bool, str | None]]:
    """update id -> (has a body, outcome)"""
    async with engine.connect() as connection:
        found = (await connection.execute(select(inbox))).all()
    return {row.update_id: (row.body is not None, row.outcome) for row in found}


# ── a commit whose answer is lost ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fate", ["before", "after"])
async def test_whether_stored_or_not_the_retry_hands_out_each_update_once(
    store: Store, unreliable: Unreliable, fate: str
) -> None:
    """Nobody can tell whether a commit was carried out; so it is asked for again, and neither
    forgotten nor begun twice."""
    batch = [update(1), update(2)]
    unreliable.fate = [fate, fate]
    for _ in range(2):
        with pytest.raises(NO_ANSWER):
            await store.take(batch, 1.0)
    assert await store.take([*batch, update(3)], 1.0) == [*batch, update(3)]
    assert await store.take(batch, 1.0) == []
    store.ended(1)
    await store.flush()
    assert await store.take(batch, 1.0) == []


async def test_a_restart_after_a_lost_answer_goes_on_with_what_was_stored(
    store: Store, unreliable: Unreliable, engine: AsyncEngine
) -> None:
    """The next start finds it waiting, and Telegram's repetition brings nothing new."""
    unreliable.fate = ["after"]
    with pytest.raises(NO_ANSWER):
        await store.take([update(1)], 1.0)
    again = Store(engine, Cipher([KEY]), Health().storage)
    assert await again.waiting() == [update(1)]
    assert await again.take([update(1)], 2.0) == []
    assert await again.take([update(1), update(2)], 2.0) == [update(2)]


async def test_an_end_whose_answer_is_lost_is_written_again(
    store: Store, unreliable: Unreliable, engine: AsyncEngine
) -> None:
    """No body stays behind, and the update is not begun again."""
    await store.take([update(1), update(2)], 1.0)
    unreliable.fate = ["after", "before"]
    store.ended(1)
    store.ended(2)
    async with asyncio.timeout(PATIENCE):
        while set((await kept(engine)).values()) != {(False, "done")}:
            await asyncio.sleep(0.02)
    assert await insist(store, [update(1), update(2)]) == []
    await store.close()


async def test_of_two_who_bring_the_same_update_at_once_exactly_one_gets_it(
    store: Store, unreliable: Unreliable
) -> None:
    """Also when both were told that it may not be stored."""
    for number, fate in enumerate(("fine", "before", "after")):
        unreliable.fate = [fate]
        taken = await asyncio.gather(*(insist(store, [update(number)]) for _ in range(5)))
        assert [raw["update_id"] for one in taken for raw in one] == [number], fate


async def insist(store: Store, batch: list[dict[str, object]]) -> list[Any]:
    """Whoever brings updates brings them until they are stored."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return list(await store.take(batch, 1.0))
            except NO_ANSWER:
                await asyncio.sleep(0)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_fails_each_update_is_handed_out_once_and_in_order(
    store: Store, unreliable: Unreliable, engine: AsyncEngine, seed: int
) -> None:
    """Fifty deliveries that overlap, every other transaction failing one way or the other, turns
    ending meanwhile."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is secret
    unreliable.fate = [chance.choice(("fine", "fine", "before", "after")) for _ in range(200)]
    seen: list[int] = []

    async def bring(first: int) -> None:
        await asyncio.sleep(chance.random() * 0.2)
        taken = await insist(store, [update(n) for n in range(first, first + 7)])
        numbers = [raw["update_id"] for raw in taken]
        assert numbers == sorted(numbers)
        seen.extend(numbers)
        for number in numbers:
            store.ended(number)

    await asyncio.gather(*(bring(first) for first in range(0, 150, 3)))
    assert sorted(seen) == [*range(154)]
    unreliable.fate = []
    await store.flush()
    assert set((await kept(engine)).values()) == {(False, "done")}
    await store.close()


async def test_of_many_who_write_at_once_none_is_sent_away(tmp_path: Path) -> None:
    """SQLite lets one write and refuses the others, here without any patience: those of one bot
    stand in line, and nobody is told that the database does not answer."""
    engine = connect(f"sqlite:///{tmp_path / 'bot.db'}")

    @event.listens_for(engine.sync_engine, "connect")
    def hurry(connection: Any, _: object) -> None:
        connection.cursor().execute("PRAGMA busy_timeout=0")

    await migrate(engine)
    store = Store(engine, Cipher([new_key()]), Health().storage)
    await store.begin()
    english = Person("en")
    await asyncio.gather(
        *(store.remember(number, english) for number in range(1, 20)),
        *(store.take([{"update_id": number}], 0.0) for number in range(1, 20)),
        *(store.commit(number, number, english, [], NOW) for number in range(20, 40)),
        *(store.set_mark("digest", NOW) for _ in range(5)),
    )
    assert [await store.person(number) for number in range(1, 40)] == [english] * 39
    await store.close()


async def test_who_is_cut_off_in_the_middle_of_a_transaction_locks_out_nobody(
    store: Store,
) -> None:
    """Cancelled at any moment, storing goes on to its end, and the next one finds no lock."""
    numbers = iter(range(10_000))
    for moment in range(30):
        batch = [update(next(numbers)) for _ in range(50)]
        storing = asyncio.create_task(store.take(batch, 1.0))
        await asyncio.sleep(moment * 0.0003)
        storing.cancel()
        await asyncio.gather(storing, return_exceptions=True)
        assert await store.take([update(next(numbers))], 1.0)
    await store.close()


# ── a database that is away for long ────────────────────────────────────────────────────────────


async def test_turns_that_end_while_the_database_is_away_are_written_when_it_is_back(
    store: Store, unreliable: Unreliable, engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """By themselves, without anybody asking; meanwhile it is asked now and then, not all the
    time, and the log names the kind of failure and nothing else."""
    await store.take([update(number) for number in range(30)], 1.0)
    unreliable.rest = "before"
    before = unreliable.tried
    for number in range(30):
        store.ended(number)
        if number % 10 == 0:
            with pytest.raises(NO_ANSWER):
                await store.take([update(100)], 1.0)
    await asyncio.sleep(1.0)
    assert unreliable.tried - before < 20
    unreliable.rest = "fine"
    async with asyncio.timeout(PATIENCE):
        while set((await kept(engine)).values()) != {(False, "done")}:
            await asyncio.sleep(0.02)
    assert "the inbox was not written (OperationalError)" in caplog.text
    assert "PLANTED" not in caplog.text
    assert await store.take([update(100)], 1.0) == [update(100)]
    await store.close()


async def test_health_knows_of_a_database_that_is_away(
    unreliable: Unreliable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In trouble after some seconds of failing, well with the first answer."""
    part, clock = Health().storage, [100.0]
    part.now = lambda: clock[0]
    store = Store(cast(AsyncEngine, unreliable), Cipher([KEY]), part)
    unreliable.rest = "before"
    for _ in range(2):
        with pytest.raises(NO_ANSWER):
            await store.take([update(1)], 1.0)
        clock[0] += 6
    assert part.trouble() == "the database does not answer (OperationalError), for 12 s"
    unreliable.rest = "fine"
    await store.take([update(1)], 1.0)
    assert part.trouble() is None
    await store.close()


# ── closing ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fate", ["before", "after", "never"])
async def test_closing_ends_in_time_whatever_the_database_does(
    store: Store,
    unreliable: Unreliable,
    engine: AsyncEngine,
    fate: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It refuses, loses its answers, or says nothing at all: nothing is raised, and what was
    taken is there for the next start or done."""
    monkeypatch.setattr("bot.storage.store.CLOSING_SECONDS", 0.1)
    await store.take([update(1), update(2)], 1.0)
    unreliable.rest = fate
    store.ended(1)
    bringing = asyncio.create_task(store.take([update(3)], 1.0))
    await asyncio.sleep(0.2)
    async with asyncio.timeout(PATIENCE):
        await store.close()
    bringing.cancel()
    await asyncio.gather(bringing, return_exceptions=True)
    left = await kept(engine)
    assert left[1] in {(True, None), (False, "done")}
    assert left[2] == (True, None)
    again = Store(engine, Cipher([KEY]), Health().storage)
    assert update(2) in await again.waiting()


async def test_closing_does_not_wait_for_a_file_that_somebody_else_holds(tmp_path: Path) -> None:
    """Another process has locked SQLite and does not let go."""
    engine = connect(f"sqlite:///{tmp_path / 'bot.db'}")
    await migrate(engine)
    store = Store(engine, Cipher([KEY]), Health().storage)
    await store.take([update(1)], 1.0)
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        store.ended(1)
        bringing = asyncio.create_task(store.take([update(2)], 1.0))
        await asyncio.sleep(0.1)
        async with asyncio.timeout(10):  # then supervisors kill
            await store.close()
        with pytest.raises(NO_ANSWER):
            await bringing
    finally:
        other.execute("ROLLBACK")
        other.close()
    again = connect(f"sqlite:///{tmp_path / 'bot.db'}")
    assert await Store(again, Cipher([KEY]), Health().storage).waiting() == [update(1)]
    await again.dispose()


# ── keys and groups ─────────────────────────────────────────────────────────────────────────────


async def test_what_no_key_opens_stays_untouched_until_the_key_is_back(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """The others go on; the log says how many wait and what to do, once at the start."""
    await migrate(engine)
    other = new_key()
    await Store(engine, Cipher([KEY]), Health().storage).take([update(1), update(3)], 1.0)
    await Store(engine, Cipher([other]), Health().storage).take([update(2)], 1.0)
    before = await kept(engine)
    store = Store(engine, Cipher([other]), Health().storage)
    assert await store.waiting() == [update(2)]
    assert caplog.messages == [
        "2 waiting updates were sealed with a key that is not in ENCRYPTION_KEYS; "
        "add it and start again"
    ]
    await store.tidy(10.0**12)
    assert await kept(engine) == before
    both = Store(engine, Cipher([other, KEY]), Health().storage)
    assert await both.waiting() == [update(1), update(2), update(3)]
    assert len(caplog.messages) == 1


async def test_where_a_group_went_is_known_after_a_restart(engine: AsyncEngine) -> None:
    """Told twice it is known once; what was told last counts."""
    await migrate(engine)
    store = Store(engine, Cipher([KEY]), Health().storage)
    assert await store.moved() == {}
    for new in (-1008, -1008, -1009):
        await store.group_moved(-8, new)
    await store.group_moved(-(2**62), -(2**63) + 1)
    again = Store(engine, Cipher([KEY]), Health().storage)
    assert await again.moved() == {-8: -1009, -(2**62): -(2**63) + 1}
