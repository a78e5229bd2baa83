"""Ten thousand hostile updates, from Telegram's JSON to a screen that Telegram takes."""

import logging

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.telegram.read import moved, read
from bot.dialogue.event import NOBODY, Person
from bot.health import Health
from bot.storage.crypto import Cipher, new_key
from bot.storage.database import migrate
from bot.storage.store import Store
from tests.channels.many import many
from tests.channels.test_read import OUR_STAFF, fits_telegram
from tests.channels.updates import CONTENT, Json, delivered

NUMBER = 12_000
PEOPLE = (NOBODY, Person("en", "US"), Person("zh-Hans"), Person("xx", "QQ"))


@pytest.fixture(scope="module")
def hostile() -> list[Json]:
    """The updates as they come out of Telegram's JSON."""
    return [delivered(update, number) for number, update in enumerate(many(NUMBER))]


def sent_by_a_person(update: Json) -> bool:
    """Whether this holds a message that somebody sent to the bot, however spoilt it is."""
    match update:
        case {"callback_query": {}} | {"my_chat_member": {}}:
            return False  # these are looked at first
        case {"message": {"from": {"is_bot": True}}}:
            return False
        case {"message": {"chat": {"type": "private", "id": int(chat)}, **message}}:
            fits = type(chat) is int and abs(chat) < 2**63
            return fits and any(message.get(name) is not None for name in (*CONTENT, "caption"))
    return False


def test_ten_thousand_hostile_updates_are_answered_or_need_no_answer(
    hostile: list[Json], caplog: pytest.LogCaptureFixture
) -> None:
    """None raises, none makes a screen that Telegram refuses, none chooses what we do not have,
    none moves a group of ours; and whoever sent something gets an answer."""
    caplog.set_level(logging.DEBUG)
    events = sent = 0
    for number, update in enumerate(hostile):
        went = moved(update)
        assert went is None or OUR_STAFF not in went
        incoming = read(update, frozenset({OUR_STAFF}))
        if sent_by_a_person(update):
            sent += 1
            assert incoming is not None, update
        if incoming is not None:
            events += 1
            assert abs(incoming.chat_id) < 2**63
            fits_telegram(incoming, PEOPLE[number % len(PEOPLE)])
    assert len(hostile) >= 10_000
    # Else the generator makes nothing but noise.
    assert events > 1_000
    assert sent > 500
    assert not caplog.records


async def test_ten_thousand_hostile_updates_come_out_of_the_inbox_as_they_went_in(
    hostile: list[Json], engine: AsyncEngine
) -> None:
    """Halves of characters, huge numbers and empty things: each is stored, once and whole."""
    await migrate(engine)
    store = Store(engine, Cipher([new_key()]), Health().storage)
    assert await store.take(hostile, 1.0) == hostile
    assert await store.take(hostile, 2.0) == []
    assert await store.waiting() == hostile
    await store.close()
