"""Nothing that a person told can be read without the keys, wherever one looks; and keys change."""

import asyncio
import contextlib
import json
import logging
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydantic import TypeAdapter
from sqlalchemy import LargeBinary, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from bot.dialogue.case import (
    PERSON,
    TEAM,
    Case,
    Change,
    ChangeCase,
    Claim,
    Consent,
    Draft,
    DropDraft,
    EraseEverything,
    File,
    KeepDraft,
    Letter,
    OpenCase,
    RaiseAlarm,
    Rate,
    Session,
)
from bot.dialogue.event import Person
from bot.storage.crypto import Cipher, WrongKey, WrongPlace, new_key
from bot.storage.database import NO_ANSWER, connect, migrate
from bot.storage.rotation import Rotated, rotate
from bot.storage.store import Store
from bot.storage.tables import cases, consents, drafts, metadata, owed, persons
from tests.storage.told import (
    GROUP,
    KEY,
    MARIA,
    NOW,
    TOPIC,
    WANG,
    Telegram,
    consent,
    deliver,
    draft,
    everything,
    kinds,
    open_store,
    pass_on,
    reply,
)

MARK = "PLANTED标记"
"""Stands in every field that can hold it, and must stand nowhere else."""

MARKS = (b"PLANTED", "标记".encode(), b"\\u6807")


def marked_consent(id: str) -> Consent:
    return Consent(id, True, f"{MARK} hash", f"{MARK} language", NOW, 5)


def marked_draft() -> Draft:
    return Draft(
        reference="AB2CD",
        form=f"{MARK} form",
        language=f"{MARK} language",
        started=NOW,
        touched=NOW,
        at=f"{MARK} at",
        answers={f"{MARK} field": f"{MARK} answer", "many": (f"{MARK} one", f"{MARK} two")},
        skipped=frozenset({f"{MARK} skipped"}),
        consents=(marked_consent("c1"),),
        files=(File(31, f"{MARK} kind", f"{MARK} album"),),
        picked=(f"{MARK} picked",),
        adds_to=f"{MARK} other",
        typed={f"{MARK} field": 4},
    )


def marked_case(number: str) -> Case:
    told = marked_draft()
    return Case(
        number=number,
        chat_id=MARIA,
        form=told.form,
        language=told.language,
        state="new",
        created=NOW,
        due=NOW + timedelta(days=1),
        answers=told.answers,
        consents=(marked_consent("c1"), marked_consent("c2")),
        skipped=told.skipped,
        files=told.files,
        typed=told.typed,
        waiting=NOW,
        claim=Claim(7, f"{MARK} member"),
        reason=f"{MARK} reason",
    )


def marked_letter(side: str, chat_id: int) -> Letter:
    return Letter(side, chat_id, 40, NOW, f"{MARK} kind", f"{MARK} words", f"{MARK} album", NOW)


async def plant(store: Store) -> Telegram:
    """A whole consultation, with the mark in every field."""
    telegram = Telegram(store)
    await store.take([{"update_id": 1, "message": {"text": MARK}}], NOW.timestamp())
    await store.take([{"update_id": 2, "message": {"text": MARK}}], NOW.timestamp())
    await store.set_aside(2)
    person = Person(f"{MARK} tag", f"{MARK} country")
    assert await store.commit(MARIA, 1, person, [KeepDraft(marked_draft())], NOW)
    await telegram.says(OpenCase(marked_case("CC2CC")))
    await telegram.says(pass_on(marked_letter(PERSON, MARIA), "CC2CC"))
    await telegram.staff(reply(marked_letter(TEAM, GROUP), "CC2CC"))
    news = (f"{MARK} field", "files")
    changed = replace(marked_case("CC2CC"), version=2)
    await telegram.says(ChangeCase(changed, news), RaiseAlarm("CC2CC", MARK), Rate("CC2CC", 5))
    await store.set_topic("CC2CC", GROUP, TOPIC, NOW)
    await telegram.says(OpenCase(marked_case("EE2EE")))
    await telegram.says(DropDraft((marked_consent("c4"),)))
    await telegram.says(KeepDraft(marked_draft()))
    return telegram


def test_no_field_goes_unmarked() -> None:
    """A field that is added to what people tell is planted too, or this fails."""
    plain = {"reference", "started", "touched", "editing", "misses"}
    for one in fields(Draft):
        assert one.name in plain | {"consents", "files"} or MARK in str(
            getattr(marked_draft(), one.name)
        ), one.name
    plain = {"number", "chat_id", "state", "created", "due", "delivered", "closed", "version"}
    plain |= {"waiting", "heard", "muted", "away"}
    for one in fields(Case):
        assert one.name in plain or MARK in str(getattr(marked_case("AA2AA"), one.name)), one.name
    plain = {"side", "chat_id", "message_id", "at", "edited", "answers"}
    for one in fields(Letter):
        letter = marked_letter(PERSON, MARIA)
        assert one.name in plain or MARK in str(getattr(letter, one.name)), one.name


# ── where one looks ─────────────────────────────────────────────────────────────────────────────


async def test_no_row_holds_a_word_in_the_clear(store: Store, engine: AsyncEngine) -> None:
    """Every column of every table, and it all comes back with the keys."""
    await plant(store)
    rows = await everything(engine)
    filled = {"inbox", "persons", "drafts", "cases", "consents", "owed", "audit", "secrets"}
    filled |= {"letters", "waits", "ratings"}
    assert filled <= {name for name, found in rows.items() if found}
    seen = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for found in rows.values()
        for row in found
        for value in row.values()
    )
    for mark in MARKS:
        assert mark not in seen
    session = await open_store(engine).session(MARIA)
    assert session.draft == marked_draft()
    assert session.cases[0] == marked_case("CC2CC")
    letters = await open_store(engine).letters("CC2CC")
    assert letters == (marked_letter(PERSON, MARIA), marked_letter(TEAM, GROUP))


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A SQLite file alone in its folder."""
    (tmp_path / "data").mkdir()
    engine = connect(f"sqlite:///{tmp_path / 'data' / 'bot.db'}")
    await migrate(engine)
    yield engine
    await engine.dispose()


def on_disk(engine: AsyncEngine) -> bytes:
    """The file, its journal, its shared memory, its backups."""
    folder = Path(str(engine.url.database)).parent
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


async def back_up(engine: AsyncEngine, name: str) -> None:
    copy = Path(str(engine.url.database)).with_name(name)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"VACUUM INTO '{copy}'")


async def test_no_byte_on_the_disk_holds_a_word_in_the_clear(sqlite: AsyncEngine) -> None:
    """Not the file, not its journal, not a backup."""
    await plant(open_store(sqlite))
    assert Path(f"{sqlite.url.database}-wal").stat().st_size > 0
    await back_up(sqlite, "backup.db")
    seen = on_disk(sqlite)
    assert b"SQLite format 3" in seen
    for mark in MARKS:
        assert mark not in seen


async def test_what_was_erased_is_in_no_byte_on_the_disk(sqlite: AsyncEngine) -> None:
    """Not even sealed: what somebody copied the key for can no longer be opened either."""
    store = open_store(sqlite)
    telegram = await plant(store)
    await deliver(store)
    store.ended(1)
    await store.flush()
    rows = await everything(sqlite)
    sealed = [
        value
        for name in ("persons", "drafts", "cases", "letters")
        for row in rows[name]
        for value in row.values()
        if isinstance(value, bytes)
    ]
    assert len(sealed) == 6
    seen = on_disk(sqlite)
    assert all(one in seen for one in sealed)
    await telegram.says(EraseEverything("en"))
    assert Path(f"{sqlite.url.database}-wal").stat().st_size == 0
    await back_up(sqlite, "later.db")
    seen = on_disk(sqlite)
    assert b"SQLite format 3" in seen
    assert not [one for one in sealed if one in seen]


async def test_the_journal_is_emptied_later_while_somebody_reads(sqlite: AsyncEngine) -> None:
    """A backup runs at the moment of the erasure: it is not waited for, and the next round does
    it."""
    store = open_store(sqlite)
    telegram = await plant(store)
    (kept,) = (await everything(sqlite))["drafts"]
    async with sqlite.connect() as reading:
        await reading.exec_driver_sql("BEGIN")
        await reading.exec_driver_sql("SELECT count(*) FROM drafts")
        await telegram.says(EraseEverything("en"))
        await reading.rollback()
    assert (await store.session(MARIA)).draft is None
    await store.leave_no_trace()
    assert kept["body"] not in on_disk(sqlite)


async def test_an_error_holds_no_word(
    store: Store, engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """A table is missing in the middle of a turn: the database's error names the statement, never
    what was to be written."""
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE owed RENAME TO elsewhere"))
    changes: list[Change] = [KeepDraft(marked_draft()), OpenCase(marked_case("CC2CC"))]
    with caplog.at_level(logging.DEBUG), pytest.raises(NO_ANSWER) as failed:
        await store.commit(MARIA, 1, Person(MARK, MARK), changes, NOW)
    error: BaseException | None = failed.value
    told = caplog.text
    while error is not None:
        told += f"{error!s} {error!r} {error.args}"
        error = error.__cause__ or error.__context__
    assert "owed" in told
    for mark in ("PLANTED", "标记"):
        assert mark not in told
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO owed"))
    assert await store.session(MARIA) == Session(chat_id=MARIA)


# ── rows that are not what they seem ────────────────────────────────────────────────────────────


async def test_what_was_swapped_between_two_people_opens_for_neither(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Somebody who can write to the database, without the keys: nobody is shown another's words."""
    for chat, number, reference in ((MARIA, "AA2AA", "AB2AA"), (WANG, "BB2BB", "BC2BB")):
        await telegram.sends_case(number, chat)
        await telegram.says(KeepDraft(draft(reference)), chat=chat)
        await store.remember(chat, Person("en" if chat == MARIA else "zh-Hans"))
    for table, column in ((cases, "body"), (drafts, "body"), (persons, "memory")):
        await swap(engine, table, column)
        with pytest.raises(WrongPlace):
            await store.session(MARIA)
        await swap(engine, table, column)
    await store.session(MARIA)
    async with engine.begin() as connection:
        await connection.execute(
            update(cases).where(cases.c.number == "BB2BB").values(chat_id=MARIA)
        )
    with pytest.raises(WrongPlace):
        await store.session(MARIA)
    with pytest.raises(WrongPlace):
        await store.case("BB2BB")


async def swap(engine: AsyncEngine, table: Any, column: str) -> None:
    """Exchanges a column between Maria's and Wang's rows."""
    async with engine.begin() as connection:
        query = table.select().where(table.c.chat_id.in_((MARIA, WANG)))
        rows = (await connection.execute(query)).all()
        bodies = [getattr(row, column) for row in rows]
        for row, body in zip(rows, reversed(bodies), strict=True):
            await connection.execute(
                update(table).where(table.c.chat_id == row.chat_id).values({column: body})
            )


async def test_what_is_owed_of_one_case_cannot_be_made_anothers(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Nor one person's proof of consent another's."""
    await telegram.sends_case("AA2AA")
    await telegram.sends_case("BB2BB", WANG)
    async with engine.begin() as connection:
        await connection.execute(
            update(owed).where(owed.c.number == "AA2AA").values(number="BB2BB")
        )
        await connection.execute(update(consents).values(consent="c2"))
    with pytest.raises(WrongPlace):
        await store.owed_next(NOW)
    with pytest.raises(WrongPlace):
        await store.proofs(MARIA)


async def test_what_another_release_stored_is_read_or_refused_without_its_words(
    store: Store, engine: AsyncEngine
) -> None:
    """A field more is ignored, a field less has its default; what does not fit is not repeated in
    the error."""
    await Telegram(store).says(KeepDraft(marked_draft()))
    cipher, place = Cipher([KEY]), f"drafts/{MARIA}/AB2CD"
    (row,) = (await everything(engine))["drafts"]
    stored = cipher.open_in(place, row["body"])

    async def rewritten(value: Any) -> Session:
        async with engine.begin() as connection:
            await connection.execute(update(drafts).values(body=cipher.seal_in(place, value)))
        return await store.session(MARIA)

    kept = (await rewritten({**stored, "new": MARK})).draft
    assert kept == marked_draft()
    del stored["typed"]
    kept = (await rewritten(stored)).draft
    assert kept == replace(marked_draft(), typed={})
    with pytest.raises(WrongPlace) as failed:
        await rewritten({**stored, "answers": MARK})
    assert "PLANTED" not in f"{failed.value} {failed.value.__cause__}"


# ── keys ────────────────────────────────────────────────────────────────────────────────────────


async def test_with_a_wrong_key_consultations_stay_shut_and_pages_open(
    store: Store, telegram: Telegram, engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is read, nothing is written, the log says what to do; who only wants to read a page
    or needs a helpline is served."""
    await telegram.sends_case()
    before = await everything(engine)
    wrong = open_store(engine, new_key())
    await wrong.begin()
    assert "ENCRYPTION_KEYS" in caplog.text
    for call in (
        wrong.session(MARIA),
        wrong.case("AB2CD"),
        wrong.owed_next(NOW),
        wrong.proofs(MARIA),
        wrong.commit(WANG, 77, None, [KeepDraft(draft("WW2WW"))], NOW),
        wrong.record(WANG, "view", None, NOW),
        wrong.purge(NOW + timedelta(days=9999)),
    ):
        with pytest.raises(WrongKey):
            await call
    assert await everything(engine) == before
    assert await wrong.session(WANG) == Session(chat_id=WANG)


async def turned(engine: AsyncEngine, *keys: str) -> dict[str, Rotated]:
    return {one.table: one async for one in rotate(engine, Cipher(keys))}


async def test_every_sealed_value_gets_the_newest_key(store: Store, engine: AsyncEngine) -> None:
    """After it the old key opens nothing, and nothing was lost on the way."""
    await plant(store)
    sealed = await all_sealed(engine)
    new = new_key()
    done = await turned(engine, new, KEY)
    assert {name for name, one in done.items() if one.anew} == {
        "inbox",
        "persons",
        "drafts",
        "cases",
        "consents",
        "owed",
        "letters",
        "secrets",
    }
    assert sum(one.anew for one in done.values()) == len(sealed)
    assert not any(one.shut or one.already for one in done.values())
    for value in await all_sealed(engine):
        with pytest.raises(WrongKey):
            Cipher([KEY]).open(value)
    only = open_store(engine, new)
    session = await only.session(MARIA)
    assert session.draft == marked_draft()
    assert session.cases == (marked_case("CC2CC"), marked_case("EE2EE"))
    assert len(await only.proofs(MARIA)) == 3
    assert ("CC2CC", "alarm") in await kinds(only)
    again = await turned(engine, new, KEY)
    assert sum(one.already for one in again.values()) == len(sealed)
    assert not any(one.anew for one in again.values())


async def all_sealed(engine: AsyncEngine) -> list[bytes]:
    rows = await everything(engine)
    return [
        row[column.name]
        for name, table in metadata.tables.items()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        for row in rows[name]
        if row[column.name] is not None
    ]


async def test_a_change_of_keys_that_was_interrupted_is_gone_on_with(
    store: Store, engine: AsyncEngine
) -> None:
    """Killed after the first tables: the next run does the rest, and says so."""
    await plant(store)
    total, new = len(await all_sealed(engine)), new_key()
    begun = rotate(engine, Cipher([new, KEY]))
    first = [await anext(begun), await anext(begun)]
    await begun.aclose()
    half = sum(one.anew for one in first)
    assert 0 < half < total
    assert await open_store(engine, new, KEY).session(MARIA)
    done = await turned(engine, new, KEY)
    assert sum(one.already for one in done.values()) == half
    assert sum(one.anew for one in done.values()) == total - half


async def test_more_rows_than_a_batch_are_all_done(store: Store, engine: AsyncEngine) -> None:
    """Keys of one column and of several, none twice and none left out."""
    telegram = Telegram(store)
    moments = [NOW + timedelta(seconds=n) for n in range(60)]
    for chat in (MARIA, WANG, 5, 6):
        given = tuple(consent(id, at=at) for id in ("c1", "c2") for at in moments)
        await telegram.says(DropDraft(given), chat=chat)
    await store.take([{"update_id": n, "x": n} for n in range(1, 351)], NOW.timestamp())
    done = await turned(engine, new_key(), KEY)
    assert done["consents"].anew == 480
    assert done["inbox"].anew == 350


async def test_the_bot_may_run_while_keys_change(store: Store, engine: AsyncEngine) -> None:
    """What it writes meanwhile stays as it wrote it, under either key."""
    new = new_key()
    running = open_store(engine, new, KEY)
    await running.begin()
    old, telegram = Telegram(store), Telegram(running)
    telegram.number = 5000
    chats = range(1, 41)
    for chat in chats:
        await old.says(KeepDraft(draft(f"r{chat}")), chat=chat)

    async def answers() -> None:
        for step in ("i1", "i2", "i3"):
            for chat in chats:
                await telegram.says(KeepDraft(draft(f"r{chat}", at=step)), chat=chat)

    writing = asyncio.create_task(answers())
    while not writing.done():
        await turned(engine, new, KEY)
        await asyncio.sleep(0)
    await writing
    await turned(engine, new, KEY)
    only = open_store(engine, new)
    for chat in chats:
        kept = (await only.session(chat)).draft
        assert kept == draft(f"r{chat}", at="i3")


async def test_what_the_bot_writes_between_reading_and_sealing_anew_stays(
    sqlite: AsyncEngine,
) -> None:
    """The very row, in the very moment: the newer answer wins."""
    new = new_key()
    await Telegram(open_store(sqlite)).says(KeepDraft(draft(at="i1")))
    newer = Cipher([new]).seal_in(
        f"drafts/{MARIA}/AB2CD",
        json.loads(TypeAdapter(Draft).dump_json(draft(at="i2"))),
    )

    written: list[int] = []

    class Meanwhile(Cipher):
        def reseal(self, sealed: bytes) -> bytes | None:
            with contextlib.closing(sqlite3.connect(str(sqlite.url.database))) as other, other:
                change = "UPDATE drafts SET body = ? WHERE body = ?"
                written.append(other.execute(change, (newer, sealed)).rowcount)
            return super().reseal(sealed)

    async for _ in rotate(sqlite, Meanwhile([new, KEY])):
        pass
    assert sum(written) == 1
    kept = (await open_store(sqlite, new).session(MARIA)).draft
    assert kept == draft(at="i2")


async def test_after_a_change_of_keys_the_old_seals_are_off_the_disk(sqlite: AsyncEngine) -> None:
    """Whoever has the old key and the file finds nothing that it opens."""
    await plant(open_store(sqlite))
    sealed = await all_sealed(sqlite)
    assert all(one in on_disk(sqlite) for one in sealed)
    await turned(sqlite, new_key(), KEY)
    assert not [one for one in sealed if one in on_disk(sqlite)]


async def bot(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, list(arguments))


async def test_rotate_keys_tells_what_it_did(
    store: Store, engine: AsyncEngine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts for each table; with a key missing it says so, touches nothing of that, and fails."""
    monkeypatch.setenv("BOT_TOKEN", "123456789:" + "a" * 35)
    monkeypatch.setenv("DATABASE_URL", database_url)
    await plant(store)
    new = new_key()
    monkeypatch.setenv("ENCRYPTION_KEYS", new)
    before = await everything(engine)
    failed = await bot("rotate-keys")
    assert failed.exit_code == 1
    assert "cases: 0 sealed anew, 0 were already, 2 cannot be opened" in failed.output
    assert "take no key out" in failed.output
    assert await everything(engine) == before
    monkeypatch.setenv("ENCRYPTION_KEYS", f"{new},{KEY}")
    done = await bot("rotate-keys")
    assert done.exit_code == 0
    assert "cases: 2 sealed anew, 0 were already\n" in done.output
    assert "The others can be taken out." in done.output
    monkeypatch.setenv("ENCRYPTION_KEYS", new)
    again = await bot("rotate-keys")
    assert again.exit_code == 0
    assert "cases: 0 sealed anew, 2 were already\n" in again.output
    for said in (failed, done, again):
        assert "PLANTED" not in said.output
        assert "Traceback" not in said.output
        assert new not in said.output
        assert KEY not in said.output
