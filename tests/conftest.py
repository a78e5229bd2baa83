"""What several stories need: databases to store in, and what may be skipped where."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import hypothesis
import pytest
import pytest_asyncio
from coverage import Coverage
from sqlalchemy import make_url, text
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

TESTS = Path(__file__).parent
MEASURED = ("desk", "dialogue", "i18n", "library")
"""The tests of the pure packages, which must reach every branch there by themselves."""


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """In a worker, pytest-cov measures twice: as if it were alone, and then for the whole. The
    first would go on wherever the second pauses, and is not kept."""
    alone = Coverage.current()
    if alone is not None and hasattr(session.config, "workerinput"):
        alone.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only those are measured: tracing takes three times what a test takes."""
    for item in items:
        if item.path.relative_to(TESTS).parts[0] not in MEASURED:
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """What is there before the first test stays; else every look for garbage looks at it again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the tables that tests have recorded, wherever they ran."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    recorded = [said for report in reports for said in report.user_properties]
    if tables := [str(table) for name, table in recorded if name == "table"]:
        terminalreporter.section("how well distress is noticed")
        terminalreporter.write_line("\n".join(sorted(tables)))


def skip_or_fail(reason: str) -> NoReturn:
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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgresql_url(worker_id: str) -> str | None:
    """TEST_DATABASE_URL; where tests run side by side, a database beside it for each worker, named
    `<name>_gw0` and so on, which stays for the next time."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url or worker_id == "master":
        return url
    own = make_url(url).set(database=f"{make_url(url).database}_{worker_id}")
    engine = connect(url).execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        there = text("SELECT true FROM pg_database WHERE datname = :name")
        if not await connection.scalar(there, {"name": own.database}):
            await connection.execute(text(f'CREATE DATABASE "{own.database}"'))
    await engine.dispose()
    return own.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: a SQLite file, then one of this worker's own in a real PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bot.db'}"
    url: str | None = request.getfixturevalue("postgresql_url")
    if not url:
        skip_or_fail("TEST_DATABASE_URL names no PostgreSQL database")
    return url


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
