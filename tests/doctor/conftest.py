"""A Telegram, and settings in which nothing is missing."""

from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import pytest

from bot import doctor
from bot.sandbox.command import sandbox_settings
from bot.sandbox.server import Sandbox
from bot.settings import Settings


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


_read_once = cache(doctor._read)


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Everything set, beside `sandbox`; the database is not there yet."""
    monkeypatch.setattr(doctor, "_read", _read_once)  # the same words in nearly every test
    return sandbox_settings(sandbox, tmp_path).model_copy(
        update={
            "operator_name": "Example Clinic",
            "operator_contact": "+1 555 0100",
            "operator_country": "SG",
            "staff_countries": ("SG", "CN"),
            "commercial_ties": "none",
        }
    )
