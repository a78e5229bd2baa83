"""What a story can look at from outside: the calls that were made, and what the database holds."""

import asyncio
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.storage.database import connect
from bot.storage.tables import inbox, persons
from tests.journeys.beside import PATIENCE
from tests.people import Page, Patient

MENU = "What would you like to know?"
HELP = "How to use this bot"


async def people(page: Page, number: int) -> list[Patient]:
    return [await page.patient(f"P{each}") for each in range(number)]


async def waits(sandbox: Sandbox, method: str, number: int = 1) -> list[Any]:
    """Waits for the bot's calls of a method."""
    async with asyncio.timeout(PATIENCE):
        while len(found := sandbox.faults.calls_of(method)) < number:
            await asyncio.sleep(0.01)
    return found


def said_in(sandbox: Sandbox, chat_id: int) -> list[str]:
    """What the bot tried to write into a chat."""
    calls = sandbox.faults.calls_of("sendMessage")
    return [c.params["text"] for c in calls if str(c.params["chat_id"]) == str(chat_id)]


def answers(sandbox: Sandbox, chat_ids: Iterable[int]) -> dict[int, int]:
    """How many messages of the bot stand in each of these chats."""
    return {
        chat_id: sum(
            message.sender.is_bot for message in sandbox.world.chats[chat_id].messages.values()
        )
        for chat_id in chat_ids
    }


async def rows(settings: Settings) -> tuple[dict[int, str | None], list[int]]:
    """What the database holds: the outcome of each update, and whom it remembers."""
    engine = connect(settings.database_url.get_secret_value())
    try:
        async with engine.connect() as connection:
            found = (await connection.execute(select(inbox.c.update_id, inbox.c.outcome))).all()
            known = (await connection.execute(select(persons.c.chat_id))).scalars().all()
    finally:
        await engine.dispose()
    return {row[0]: row[1] for row in found}, list(known)
