"""What the stories of the doctor share: finding a line, and a database with something in it."""

from typing import Any

from sqlalchemy import insert, select

from bot import doctor
from bot.channels.telegram.standing import Account
from bot.doctor.finding import Finding
from bot.settings import Settings
from bot.storage.crypto import Cipher
from bot.storage.database import connect, migrate
from bot.storage.tables import inbox, persons

NOW = 1_800_000_000.0
ME = Account("car_nk_bot", may_join=True, hears_all=False)
RIGHTS = frozenset({"can_manage_topics", "can_delete_messages", "can_pin_messages"})


async def examine(settings: Settings, patience: float = 60.0) -> list[Finding]:
    """The doctor, with more patience than an operator: a test machine may be busy."""
    return await doctor.examine(settings, patience)


def but(settings: Settings, **changes: Any) -> Settings:
    return settings.model_copy(update=changes)


def of(findings: list[Finding], subject: str) -> list[Finding]:
    return [finding for finding in findings if finding.subject == subject]


def the(findings: list[Finding], subject: str) -> Finding:
    (found,) = of(findings, subject)
    return found


async def filled(url: str, key: str) -> None:
    """A database of this release with an update that waits and somebody who is remembered."""
    engine = connect(url)
    await migrate(engine)
    sealed = Cipher([key]).seal(b"what somebody wrote")
    async with engine.begin() as connection:
        await connection.execute(insert(inbox).values(update_id=7, body=sealed, received=NOW))
        await connection.execute(insert(inbox).values(update_id=6, body=None, received=NOW))
        await connection.execute(insert(persons).values(chat_id=42, memory=sealed))
    await engine.dispose()


def sqlite_url(settings: Settings) -> str:
    return settings.database_url.get_secret_value()


def key_of(settings: Settings) -> str:
    return settings.encryption_keys[0].get_secret_value()


async def rows(url: str) -> list[Any]:
    engine = connect(url)
    async with engine.connect() as connection:
        found = [list(await connection.execute(select(table))) for table in (inbox, persons)]
    await engine.dispose()
    return found
