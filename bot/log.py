"""Logs: places and outcomes, never a word of a person and never the token."""

import logging
import re
import sys
import traceback
from typing import Literal

from pythonjsonlogger.json import JsonFormatter

_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
_NO_VALUES = re.compile(r"[^(\n]*")
_OTHERS = (
    "telegram",
    "httpx",
    "httpcore",
    "aiohttp",
    "aiosqlite",
    "sqlalchemy",
    "alembic",
    "asyncio",
)
"""Libraries whose DEBUG or INFO would print addresses (with the token), messages or values."""


class _NoSecret(logging.Filter):
    """The last line of defence: what looks like a bot token leaves as «token», and an exception
    without its own words, which could be a person's. asyncio also tells the arguments of what
    failed, and its result."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if record.name == "asyncio" and (said := _NO_VALUES.match(message)):
            record.msg, record.args = said[0], ()
        if _TOKEN.search(message):
            record.msg, record.args = _TOKEN.sub("«token»", message), ()
        if record.exc_info and record.exc_info[1] is not None:
            error, record.exc_info = record.exc_info[1], None
            lines = traceback.format_tb(error.__traceback__)  # source lines, no values
            record.exc_text = f"{''.join(lines)}{type(error).__name__}"
        return True


def place(error: BaseException) -> str:
    """Where an exception comes from, `function:line`: its own words could be a person's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"


def set_up(level: str, style: Literal["text", "json"] | None) -> None:
    """One handler to standard error; text on a terminal, JSON elsewhere, unless `style` says."""
    handler = logging.StreamHandler()
    if style == "json" or (style is None and not sys.stderr.isatty()):
        handler.setFormatter(
            JsonFormatter(
                "{asctime}{levelname}{name}{message}",
                style="{",
                rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            )
        )
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s  %(message)s"))
    handler.addFilter(_NoSecret())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _OTHERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A traceback for each connection that cannot even be closed: whoever asked the database says
    # that it does not answer.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
