"""The letters of the staff: as true as the pages, short, and with the standing texts' own words."""

import re

import pytest

from bot.desk.templates import PLACEHOLDERS
from bot.dialogue.screen import ONE, columns
from bot.i18n.catalog import load_catalogs
from bot.i18n.placeholders import names_in
from bot.translate.checks.numbers import numbers, unsupported
from tests.content.shipped import (
    LANGUAGES,
    LOCALES,
    SOURCE,
    Item,
    facts,
    letters,
    pages,
    statement,
    structure,
)

STANDING = {
    "received": ("safety.sw5", "safety.sw3s"),
    "trial-team": ("safety.sw10", "safety.sw11", "safety.sw12"),
    "costs": ("safety.sw12",),
    "doctor": ("safety.sw11",),
    "not-us": ("safety.sw3s",),
}
"""Where a standing text of the fact sheet (section 14) belongs in a letter."""

WIDE = ("zh", "ja", "ko")


def body(letter: Item) -> str:
    return str(letter.entry["body"])


def is_incomplete(language: str) -> bool:
    """A language may lack letters: staff send the English ones meanwhile."""
    return len(letters(language)) < len(letters(SOURCE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_standing_texts_stand_in_letters_word_for_word(language: str) -> None:
    """Their wording is reviewed: a letter that says the same otherwise would not be."""
    own = load_catalogs(LOCALES).by_code[language].messages
    found = {letter.id: body(letter) for letter in letters(language)}
    assert is_incomplete(language) or STANDING.keys() <= found.keys()
    for id in STANDING.keys() & found.keys():
        for one in STANDING[id]:
            assert own[one].forms[0] in found[id], (id, one)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_stands_in_a_letter_that_is_not_in_its_facts(language: str) -> None:
    """As on the pages: what a letter rests on says so."""
    resting = {letter.id: letter.entry["facts"] for letter in letters(SOURCE)}
    for letter in letters(language):
        known = set().union(*(numbers(statement(one)) for one in resting[letter.id]))
        assert unsupported(numbers(body(letter)), known) == [], letter.id


def test_letters_name_facts_that_are_known_and_do_not_change_fast() -> None:
    """A letter shows no date of review; prices, approvals and trials stand on the pages."""
    for letter in letters(SOURCE):
        for id in letter.entry["facts"]:
            assert not facts().facts[id].volatile, (letter.id, id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_short_and_their_titles_fit_a_button(language: str) -> None:
    """As long as a screen at most, with a greeting; no two buttons look alike."""
    most = 500 if language.partition("_")[0] in WIDE else 1100
    for letter in letters(language):
        assert len(body(letter)) <= most, (letter.id, len(body(letter)))
        assert columns(letter.entry["title"]) <= ONE, letter.id
        assert "{name}" in body(letter).split("\n", 1)[0], letter.id
        assert names_in(body(letter)) <= set(PLACEHOLDERS)
    titles = [letter.entry["title"] for letter in letters(language)]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_that_a_letter_names_are_where_it_says(language: str) -> None:
    """“/menu, then “US and China”, then “Visas””: each is a button on the screen before."""
    button = {id: page.entry["button"] for id, page in pages(language).items()}
    below: dict[str | None, list[str]] = {None: list(structure()["menu"])}
    below |= {id: page.get("children", []) for id, page in structure()["pages"].items()}
    followed = 0
    for letter in letters(language):
        for way in re.findall(r"/menu(.*)", body(letter)):
            here: str | None = None
            for name in re.findall("“(.+?)”", way):
                here = next((one for one in below[here] if button[one] == name), None)
                assert here is not None, (letter.id, name)
                followed += 1
    assert followed == 3 or is_incomplete(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_promise_no_time(language: str) -> None:
    """When the answer is due is counted elsewhere; a letter with a number of hours could lie."""
    for letter in letters(language):
        for word in ("24", "hours", "tomorrow", "小时", "明天"):
            assert word not in body(letter), (letter.id, word)
