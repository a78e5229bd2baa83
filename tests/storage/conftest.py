"""A store in an empty database, in SQLite and in PostgreSQL."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import migrate
from bot.storage.store import Store
from tests.storage.told import Telegram, open_store


@pytest.fixture
async def store(engine: AsyncEngine) -> Store:
    await migrate(engine)
    store = open_store(engine)
    await store.begin()
    return store


@pytest.fixture
def telegram(store: Store) -> Telegram:
    return Telegram(store)
