"""What several stories need: databases to store in, and what may be skipped where."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import connect
from bot.storage.tables import metadata

if TYPE_CHECKING:
    from tests.browser import Browser

NOTHING_SKIPPED = bool(os.environ.get("NOTHING_SKIPPED"))
"""Set by CI: a missing browser or database is a failure there."""

# In CI the same examples in every run: a change must not wait for what another one broke. By hand
# new ones each time, which is how faults are found. Never a deadline: machines are noisy.
hypothesis.settings.register_profile("found by hand", deadline=None)
hypothesis.settings.register_profile("the same in CI", deadline=None, derandomize=True)
hypothesis.settings.load_profile("the same in CI" if NOTHING_SKIPPED else "found by hand")


def skip_or_fail(reason: str) -> None:
    """Skips the test by hand, fails it in CI."""
    if NOTHING_SKIPPED:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator["Browser"]:
    """A fresh browser; skipped by hand, and failed in CI, where there is none."""
    from tests.browser import CHROMIUM, DRIVER, Browser  # noqa: PLC0415 - only where it is used

    if CHROMIUM is None or DRIVER is None:
        skip_or_fail("Chromium and chromedriver are not installed")
    browser = Browser(tmp_path / "profile")
    try:
        yield browser
    finally:
        browser.driver.quit()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database: a SQLite file, then a schema of its own in a real PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bot.db'}"
        return
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        skip_or_fail("TEST_DATABASE_URL names no PostgreSQL database")
        return
    yield url


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A connection to an empty database."""
    engine = connect(database_url)
    await empty(engine)
    try:
        yield engine
    finally:
        await empty(engine)
        await engine.dispose()


async def empty(engine: AsyncEngine) -> None:
    """Drops what an earlier test left in PostgreSQL; a SQLite file is new anyway."""
    if engine.dialect.name == "postgresql":
        async with engine.begin() as connection:
            for table in (*metadata.tables, "alembic_version"):
                await connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
