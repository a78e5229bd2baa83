"""What people tell in the stories about storage, and a look at everything that is stored."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.desk.change import DeskChange, SendReply
from bot.dialogue.case import (
    NEW,
    PERSON,
    TEAM,
    Case,
    Change,
    Consent,
    Draft,
    File,
    Letter,
    OpenCase,
    PassOn,
)
from bot.health import Health
from bot.storage.crypto import Cipher, new_key
from bot.storage.owed import Owed, Posted
from bot.storage.store import Store
from bot.storage.tables import metadata

NOW = datetime(2027, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
KEY = new_key()
MARIA, WANG = 4_000_000_001, 4_000_000_002
ANNA, BEN = 5_000_000_001, 5_000_000_002
GROUP, TOPIC = -1_001_000_000_001, 77


def open_store(engine: AsyncEngine, *keys: str) -> Store:
    return Store(engine, Cipher(keys or (KEY,)), Health().storage)


def consent(id: str = "c1", *, agreed: bool = True, at: datetime = NOW) -> Consent:
    return Consent(id, agreed, "a" * 64, "en", at, 5)


def draft(reference: str = "AB2CD", touched: datetime = NOW, **more: Any) -> Draft:
    """A form with one answer of each kind."""
    made = Draft(
        reference=reference,
        form="1",
        language="zh-Hans",
        started=NOW,
        touched=touched,
        at="i7",
        answers={"i5": "lymphoma", "i6": ("options", "我的话"), "i21": "What now?"},
        skipped=frozenset({"i8", "i9"}),
        consents=(consent(),),
        files=(File(31, "document", "album"), File(32, "picture")),
        picked=("a", "b"),
        editing=True,
        misses=1,
    )
    return replace(made, **more)


def case(number: str = "AB2CD", chat_id: int = MARIA, **more: Any) -> Case:
    made = Case(
        number=number,
        chat_id=chat_id,
        form="1",
        language="en",
        state=NEW,
        created=NOW,
        due=NOW + timedelta(hours=24),
        answers={"i5": "lymphoma", "i6": ("options",)},
        consents=(consent(),),
        skipped=frozenset({"i8"}),
        files=(File(31, "document"),),
    )
    made = replace(made, **more)
    # As the storage has it from the moment it is sent.
    return replace(made, waiting=made.created if made.closed is None else made.waiting)


def wrote(message: int, at: datetime = NOW, chat: int = MARIA, **more: Any) -> Letter:
    """A letter of the person."""
    return replace(Letter(PERSON, chat, message, at, words=f"question {message}"), **more)


def answer(message: int, at: datetime = NOW, **more: Any) -> Letter:
    """A letter of the staff."""
    return replace(Letter(TEAM, GROUP, message, at, words=f"answer {message}"), **more)


def pass_on(letter: Letter, number: str = "AB2CD") -> PassOn:
    return PassOn(number, letter, letter.at + timedelta(hours=24))


def reply(letter: Letter, number: str = "AB2CD") -> SendReply:
    return SendReply(number, letter, letter.at + timedelta(seconds=15))


class Telegram:
    """Gives each commit the number of an update of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.number = 1000

    async def says(self, *changes: Change, chat: int = MARIA, at: datetime = NOW) -> None:
        self.number += 1
        assert await self.store.commit(chat, self.number, None, changes, at)

    async def staff(self, *changes: DeskChange, who: int = ANNA, at: datetime = NOW) -> None:
        self.number += 1
        assert await self.store.commit_desk(self.number, who, changes, at)

    async def sends_case(self, number: str = "AB2CD", chat: int = MARIA, **more: Any) -> Case:
        made = case(number, chat, **more)
        await self.says(OpenCase(made), chat=chat, at=made.created)
        return made


async def kinds(store: Store, at: datetime = NOW) -> list[tuple[str, str]]:
    """(number, kind) of what may go out now, in order."""
    return [(one.number, one.kind) for one in await store.owed_next(at)]


async def first(store: Store, at: datetime = NOW) -> Owed:
    return (await store.owed_next(at))[0]


async def deliver(
    store: Store, *messages: int, topic: int | None = TOPIC, at: datetime = NOW
) -> Owed:
    """Sends what is first in the queue, as these messages in the group."""
    one = await first(store, at)
    assert await store.sending(one.id)
    posted = [Posted(GROUP, message, topic, f"{one.kind}") for message in messages]
    await store.sent(one.id, posted, at)
    return one


async def everything(engine: AsyncEngine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    async with engine.connect() as connection:
        return {
            name: [
                dict(row._mapping)
                for row in await connection.execute(select(table).order_by(*table.primary_key))
            ]
            for name, table in metadata.tables.items()
        }


async def counted(engine: AsyncEngine) -> dict[str, int]:
    """Rows of each table that has any."""
    return {name: len(rows) for name, rows in (await everything(engine)).items() if rows}


class Unreliable:
    """An engine whose transactions end as `fate` says, the next one first: "fine", "before" (it is
    not carried out), "after" (it is, but the answer to its commit is lost)."""

    def __init__(self, engine: AsyncEngine, fate: Sequence[str] = ()) -> None:
        self._engine = engine
        self.dialect = engine.dialect
        self.fate = list(fate)

    @contextlib.asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        fate = self.fate.pop(0) if self.fate else "fine"
        if fate == "before":
            raise lost()
        async with self._engine.begin() as connection:
            yield connection
        if fate == "after":
            raise lost()

    def connect(self) -> Any:
        return self._engine.connect()

    def as_engine(self) -> AsyncEngine:
        return cast(AsyncEngine, self)


def lost() -> OperationalError:
    return OperationalError("COMMIT", None, ConnectionResetError("the answer is lost"))
