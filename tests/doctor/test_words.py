"""What the doctor says of words, of who runs the bot, and of an address in the clear."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from bot import doctor
from bot.doctor.telegram import about_address
from bot.settings import ROOT, Settings
from tests.doctor.findings import but, examine, the


@pytest.fixture
def shelves(tmp_path: Path) -> dict[str, Path]:
    """A copy of the shipped locales/ and content/ to break."""
    for name in ("locales", "content"):
        shutil.copytree(ROOT / name, tmp_path / "shelves" / name)
    return {f"{name}_dir": tmp_path / "shelves" / name for name in ("locales", "content")}


async def test_a_broken_page_is_told_with_its_place(
    settings: Settings, shelves: dict[str, Path]
) -> None:
    """The bot would not start: bad, with file and line of the first and how to see all."""
    with (shelves["content_dir"] / "en" / "costs.yaml").open("a", encoding="utf-8") as file:
        file.write("\tbroken")
    told = the(await examine(but(settings, **shelves)), "Words")
    assert told.mark == "bad"
    assert "content/en/costs.yaml:" in told.said
    assert "bot check" in told.remedy


async def test_words_that_need_a_look(settings: Settings, shelves: dict[str, Path]) -> None:
    """A language that is not offered, and a template that is old: the bot works, `check` tells."""
    (shelves["content_dir"] / "zh_Hans" / "safety.yaml").unlink()
    (shelves["locales_dir"] / "messages.pot").write_text("old", encoding="utf-8")
    told = the(await examine(but(settings, **shelves)), "Words")
    assert told.mark == "look"
    assert "Offered: en. Not offered, because drafts: zh-Hans, zh-Hant." in told.said
    assert "1 to mend" in told.said


async def test_words_that_cannot_be_read(settings: Settings, shelves: dict[str, Path]) -> None:
    """A file that cannot be opened is named."""
    (shelves["locales_dir"] / "messages.pot").unlink()
    (shelves["locales_dir"] / "messages.pot").mkdir()
    told = the(await examine(but(settings, **shelves)), "Words")
    assert told.mark == "bad"
    assert "messages.pot" in told.said


async def test_a_fault_of_ones_own_stops_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a check itself break, that is a line without the error's own words."""

    def breaks(*_: object) -> Any:
        raise RuntimeError("somebody's words")

    monkeypatch.setattr(doctor, "_read", breaks)
    monkeypatch.setattr(doctor, "place", breaks)
    monkeypatch.setattr(doctor, "standing", breaks_later)
    findings = await examine(settings)
    for subject in ("Telegram", "Database", "Words"):
        assert the(findings, subject).mark == "bad"
        assert "RuntimeError" in the(findings, subject).said
    assert "somebody" not in repr(findings)


async def breaks_later(*_: object) -> Any:
    raise RuntimeError("somebody's words")


async def test_what_people_are_not_told_is_worth_a_look(settings: Settings) -> None:
    """Name, contact and ties: what patients read without them, and what stays closed."""
    bare = but(settings, operator_name=None, operator_contact=None, commercial_ties=None)
    findings = await examine(but(bare, operator_country=None, staff_countries=()))
    for subject, setting in (
        ("Operator", "OPERATOR_NAME"),
        ("Contact", "OPERATOR_CONTACT"),
        ("Countries", "OPERATOR_COUNTRY and STAFF_COUNTRIES"),
        ("Ties", "COMMERCIAL_TIES"),
    ):
        told = the(findings, subject)
        assert (told.mark, setting in told.said) == ("look", True)
        assert "closed" in told.said
        assert told.remedy


@pytest.mark.parametrize(
    ("api", "marks"),
    [
        ("https://api.telegram.org", []),
        ("http://127.0.0.1:8081", []),
        ("http://localhost:8081", []),
        ("http://[::1]:8081", []),
        ("http://telegram-bot-api:8081", ["look"]),
        ("http://10.0.0.7:8081", ["look"]),
        ("http://203.0.113.7", ["look"]),
        ("http://8.8.8.8", ["bad"]),
        ("http://user:hidden@bots.example.org/path", ["bad"]),
        ("http://[broken", []),
    ],
)
def test_an_address_without_encryption(api: str, marks: list[str]) -> None:
    """Through a network of one's own worth a look, through the internet bad."""
    told = list(about_address(api))
    assert [one.mark for one in told] == marks
    assert "hidden" not in repr(told)
