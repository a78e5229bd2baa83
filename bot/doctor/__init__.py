"""`python -m bot doctor`: is everything there that the bot needs, and what to do where it is not.

`examine` asks Telegram, the database and the files, each for a bounded time, and changes nothing;
the modules beside it only judge what was found. Nothing says a token, a key or a password.
"""

import asyncio
import os
import time
from pathlib import Path

from bot.channels.telegram.standing import standing
from bot.doctor.finding import Finding
from bot.doctor.storage import Stored, about_keys, about_storage
from bot.doctor.telegram import NO_GROUP, about_address, about_telegram
from bot.doctor.words import about_disclosure, about_staff_languages, about_words
from bot.i18n.problem import BrokenWords, Problem
from bot.settings import Settings
from bot.storage.condition import Condition, code, condition, place
from bot.storage.crypto import Cipher
from bot.translate.check import check_words
from bot.words import Words, read_words

PATIENCE = 10.0
"""Seconds that Telegram, or the database, has for an answer."""


async def examine(settings: Settings, patience: float = PATIENCE) -> list[Finding]:
    """Everything that was looked at, in the order in which it is told.

    `patience`: seconds that Telegram, or the database, has for an answer.
    """
    token = settings.bot_token.get_secret_value()
    first = () if settings.staff_chat_id is None else (settings.staff_chat_id,)
    groups = dict.fromkeys((*first, *settings.staff_groups.values()))
    telegram, storage, words = await asyncio.gather(
        standing(token, settings.bot_api_url, groups, patience),
        _storage(settings, patience),
        asyncio.to_thread(_read, settings.locales_dir, settings.content_dir),
        return_exceptions=True,
    )
    findings: list[Finding] = []
    if isinstance(telegram, BaseException):
        findings.append(_unexamined("Telegram", telegram))
    else:
        found = storage.condition if isinstance(storage, Stored) else None
        moved = found.moved if found is not None else {}
        findings += about_telegram(telegram, settings, moved, time.time())
    if settings.staff_chat_id is None:
        findings.append(NO_GROUP)
    if not isinstance(words, BaseException):
        findings += about_staff_languages(settings, words[0])
    if isinstance(storage, BaseException):
        findings.append(_unexamined("Database", storage))
    else:
        findings += [*about_storage(storage), about_keys(len(settings.encryption_keys), storage)]
    if isinstance(words, BaseException):
        findings.append(_unexamined("Words", words))
    else:
        findings += about_words(*words)
    return [*findings, *about_disclosure(settings), *about_address(settings.bot_api_url)]


_late: set[asyncio.Task[Condition]] = set()
"""Examinations that took too long. They go on to their end: cut off in the middle, SQLite would
stay locked for the bot that may be running in this very process (storage/store.py)."""


async def _storage(settings: Settings, patience: float) -> Stored:
    url = settings.database_url.get_secret_value()
    where = place(url)
    if where.kind == "memory" or not (where.exists and where.writable):
        return Stored(where)
    keys = [key.get_secret_value() for key in settings.encryption_keys]
    asked = asyncio.create_task(condition(url, Cipher(keys)))
    # A little more than the database has to say itself that it is locked, or away.
    done, _ = await asyncio.wait({asked}, timeout=patience + 2)
    if not done:
        _late.add(asked)
        asked.add_done_callback(_forget)
        return Stored(where, failed="late")
    error = asked.exception()
    if error is None:
        return Stored(where, asked.result())
    if isinstance(error, TimeoutError):
        return Stored(where, failed="late")
    if isinstance(error, OSError):
        return Stored(where, failed="away", detail=_reason(error))
    return Stored(where, failed=code(error) or type(error).__name__)


def _forget(task: asyncio.Task[Condition]) -> None:
    _late.discard(task)
    if not task.cancelled():
        task.exception()  # asked for, so that asyncio does not print it


def _reason(error: OSError) -> str:
    """The system's own words, without whatever a library added to them; "" when it has none."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or ""


def _read(locales: Path, content: Path) -> tuple[Words | None, list[Problem], list[Problem]]:
    """(the words, None when the bot would not start with them; to mend; to look at)."""
    try:
        words = read_words(locales, content)
    except BrokenWords as broken:
        return None, list(broken.problems), []
    return words, *check_words(locales, content)


def _unexamined(subject: str, error: BaseException) -> Finding:
    if not isinstance(error, Exception):
        raise error
    if isinstance(error, OSError) and error.filename:
        said = f"{error.filename}: {_reason(error)}."
        return Finding("bad", subject, said, "Check this path and its rights.")
    what = f"This could not be examined ({type(error).__name__})."
    return Finding("bad", subject, what, "That is a fault of this program: please report it.")
