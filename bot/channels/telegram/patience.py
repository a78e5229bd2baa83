"""Waiting for the database, and saying what went wrong without saying whose it was."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.log import place
from bot.retry import until_done
from bot.storage.database import NO_ANSWER

log = logging.getLogger(__name__)

T = TypeVar("T")


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Asks the database until it answers. Until then nothing is confirmed, shown or lost."""
    return await until_done(
        call,
        lambda error: isinstance(error, NO_ANSWER),
        lambda _: log.error("the database does not answer; trying again"),
        first=0.2,
        most=10.0,
    )


def report(what: str, error: Exception) -> None:
    """A fault of ours, in the log: its kind and its place in the code, never its words."""
    log.error("%s (%s in %s)", what, type(error).__name__, place(error))
