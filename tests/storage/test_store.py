"""What is kept: once, encrypted, and no longer than promised. In SQLite and in PostgreSQL."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.dialogue.event import NOBODY, Person
from bot.health import Health
from bot.storage.crypto import Cipher, WrongKey, new_key
from bot.storage.database import connect, migrate
from bot.storage.store import KEEP_SEEN, KEEP_UNREADABLE, Store
from bot.storage.tables import inbox, metadata, persons

NOW = 1_800_000_000.0


def update(number: int, words: str = "hello") -> dict[str, object]:
    return {"update_id": number, "message": {"text": words}}


@pytest.fixture
async def store(engine: AsyncEngine) -> Store:
    await migrate(engine)
    return Store(engine, Cipher([new_key()]), Health().storage)


async def outcomes(engine: AsyncEngine) -> dict[int, tuple[bool, str | None]]:
    """update id -> (has a body, outcome)"""
    async with engine.connect() as connection:
        rows = await connection.execute(select(inbox))
        return {row.update_id: (row.body is not None, row.outcome) for row in rows}


async def test_migrations_make_exactly_the_tables_that_the_code_uses(engine: AsyncEngine) -> None:
    """The schema that migrations build has the tables and columns of tables.py."""
    await migrate(engine)
    async with engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: {
                table: {column["name"] for column in inspect(sync).get_columns(table)}
                for table in inspect(sync).get_table_names()
                if table in metadata.tables
            }
        )
    assert found == {name: set(table.columns.keys()) for name, table in metadata.tables.items()}


async def test_several_instances_may_migrate_at_once(
    database_url: str, engine: AsyncEngine
) -> None:
    """Of instances that start at the same moment one migrates, the others find it done."""
    others = [connect(database_url) for _ in range(3)]
    await asyncio.gather(*(migrate(other) for other in (engine, *others)))
    await migrate(engine)
    for other in others:
        await other.dispose()


async def test_an_update_is_new_only_once(store: Store) -> None:
    """A repeated delivery, also within one batch, is taken once; order is Telegram's."""
    first = await store.take([update(7), update(5), update(7, "again")], NOW)
    assert [raw["update_id"] for raw in first] == [5, 7]
    assert first[1] == update(7)
    assert await store.take([update(7), update(8)], NOW) == [update(8)]
    assert await store.take([], NOW) == []


async def test_what_waits_is_found_again_in_order_after_a_restart(
    engine: AsyncEngine, store: Store
) -> None:
    """Taken but not ended: the next start begins with these, in Telegram's order."""
    await store.take([update(3), update(1), update(2, "second")], NOW)
    store.ended(1)
    await store.flush()
    assert await store.waiting() == [update(2, "second"), update(3)]
    assert await outcomes(engine) == {1: (False, "done"), 2: (True, None), 3: (True, None)}


async def test_ended_turns_are_written_together_and_by_themselves(
    engine: AsyncEngine, store: Store
) -> None:
    """Bodies go a moment after their turns, without anybody asking."""
    await store.take([update(n) for n in range(1, 40)], NOW)
    for number in range(1, 40):
        store.ended(number)
    for _ in range(100):
        await asyncio.sleep(0.02)
        if not await store.waiting():
            break
    assert set((await outcomes(engine)).values()) == {(False, "done")}


async def test_an_unreadable_update_is_kept_a_week_and_never_tried_again(
    engine: AsyncEngine, store: Store
) -> None:
    """Set aside with its body for whoever looks for the fault; gone after seven days."""
    await store.take([update(1)], NOW)
    await store.set_aside(1)
    assert await store.waiting() == []
    await store.tidy(NOW + KEEP_UNREADABLE - 1)
    assert await outcomes(engine) == {1: (True, "unreadable")}
    await store.tidy(NOW + KEEP_UNREADABLE + 1)
    assert await outcomes(engine) == {}


async def test_numbers_are_forgotten_after_two_days_and_waiting_updates_never(
    engine: AsyncEngine, store: Store
) -> None:
    """A handled update's number goes after two days; what still waits stays however old."""
    await store.take([update(1), update(2)], NOW)
    store.ended(1)
    await store.flush()
    await store.tidy(NOW + KEEP_SEEN - 1)
    assert set(await outcomes(engine)) == {1, 2}
    await store.tidy(NOW + KEEP_SEEN * 50)
    assert set(await outcomes(engine)) == {2}


async def test_a_person_is_remembered_and_forgotten_whole(
    engine: AsyncEngine, store: Store
) -> None:
    """What was chosen comes back; remembering nobody leaves no row."""
    assert await store.person(42) == NOBODY
    await store.remember(42, Person("zh-Hans", "CN"))
    await store.remember(42, Person("en", "CN"))
    await store.remember(-(2**60), Person(None, "GB"))
    assert await store.person(42) == Person("en", "CN")
    assert await store.person(-(2**60)) == Person(None, "GB")
    await store.remember(42, NOBODY)
    async with engine.connect() as connection:
        assert (await connection.execute(select(persons.c.chat_id))).scalars().all() == [-(2**60)]


async def test_no_word_of_a_person_is_in_the_file_or_its_journal(tmp_path: Path) -> None:
    """A marker planted in a message and in a memory is in no byte of the SQLite files."""
    engine = connect(f"sqlite:///{tmp_path / 'bot.db'}")
    await migrate(engine)
    store = Store(engine, Cipher([new_key()]), Health().storage)
    await store.take([update(1, "my-Secret-Diagnosis")], NOW)
    await store.remember(1, Person("zh-Hans", "Secretland"))
    seen = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert len(seen) > 4096
    for marker in (b"Secret", b"Diagnosis", b"zh-Hans"):
        assert marker not in seen
    await store.close()


async def test_keys_can_be_changed_and_a_wrong_one_opens_nothing(engine: AsyncEngine) -> None:
    """The newest key writes, older ones still read; without the old one reading fails closed."""
    await migrate(engine)
    old, new = new_key(), new_key()
    await Store(engine, Cipher([old]), Health().storage).remember(1, Person("en"))
    both = Store(engine, Cipher([new, old]), Health().storage)
    assert await both.person(1) == Person("en")
    await both.remember(2, Person("en"))
    only_new = Store(engine, Cipher([new]), Health().storage)
    assert await only_new.person(2) == Person("en")
    with pytest.raises(WrongKey):
        await only_new.person(1)


async def test_any_text_survives_the_inbox(store: Store) -> None:
    """Lone surrogates, zero bytes and four-byte characters come back as they were."""
    odd = update(1, "\ud800 \x00 𝕏 \u202e")
    await store.take([odd], NOW)
    assert await store.waiting() == [odd]
