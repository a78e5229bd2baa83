"""What opens consultations: six settings, each of them checked, and told while it is missing."""

import pytest

from bot.app import make_dialogue
from bot.settings import Settings, WrongSettings, read_settings
from tests.dialogue.words import words

START = {
    "bot_token": "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "encryption_keys": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
OPENING = {
    "staff_chat_id": "-1001234567890",
    "operator_name": "Hope",
    "operator_contact": "help@example.org",
    "operator_country": "de",
    "staff_countries": " DE, cn,DE ",
    "commercial_ties": "none",
}


def settings(**given: str) -> Settings:
    return read_settings(_env_file=None, **START, **given)


def test_with_all_six_consultations_are_open() -> None:
    """Countries are read in either case, each once; the dialogue knows who runs it."""
    read = settings(**OPENING)
    assert (read.operator_country, read.staff_countries) == ("DE", ("DE", "CN"))
    assert read.missing == ()
    screens = make_dialogue(words(), read).screens
    assert screens.opening.open
    assert screens.operator.staff_countries == ("DE", "CN")


@pytest.mark.parametrize("name", sorted(OPENING))
def test_without_one_of_them_consultations_stay_closed_and_it_is_named(name: str) -> None:
    """Nothing that a consent or a page must say may be missing."""
    read = settings(**{key: value for key, value in OPENING.items() if key != name})
    assert read.missing == (name.upper(),)
    assert not make_dialogue(words(), read).screens.opening.open


@pytest.mark.parametrize("name", ["operator_name", "operator_contact", "commercial_ties"])
def test_a_blank_is_as_good_as_nothing(name: str) -> None:
    """A consent that names nobody is none."""
    assert settings(**{**OPENING, name: "  "}).missing == (name.upper(),)


@pytest.mark.parametrize("wrong", ["Germany", "DEU", "EU", "XX", "D", "D1", "中国", "DE;CN"])
def test_a_country_that_is_none_is_told_with_an_example(wrong: str) -> None:
    """ISO 3166, as the consent text needs it; the value itself is not repeated."""
    for name in ("operator_country", "staff_countries"):
        with pytest.raises(WrongSettings) as told:
            settings(**{name: wrong})
        (problem,) = told.value.problems
        assert problem.startswith(name.upper())
        assert "two-letter country codes" in problem
        assert wrong not in problem or wrong == "D"
