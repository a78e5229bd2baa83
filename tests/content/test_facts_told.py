"""Every statement of the sheet is told, every page rests on the sheet, and both languages agree."""

from datetime import date

import pytest

from bot.i18n.problem import Problem
from bot.library.pages import REVIEW_OTHER, REVIEW_VOLATILE, Library
from bot.library.reading import read_library
from bot.translate.checks.numbers import numbers, numbers_shown, unsupported
from tests.content.shipped import (
    COMPLETE,
    CONTENT,
    LANGUAGES,
    SOURCE,
    every_page,
    facts,
    labels,
    pages,
    sheet,
    statement,
    structure,
)


@pytest.fixture(scope="module")
def library() -> Library:
    return read_library(CONTENT, LANGUAGES)


def test_every_file_of_content_can_be_used() -> None:
    """Nothing that is shipped stops the start, and no translation falls back to English."""
    notices: list[Problem] = []
    read_library(CONTENT, LANGUAGES, notices)
    assert notices == []


def test_every_statement_is_named_by_a_page_or_left_out_with_a_reason() -> None:
    """No fact, table or claim of the sheet is forgotten in silence, and none is both."""
    named = {name for page in pages(SOURCE).values() for name in page.entry["facts"]}
    told = {name for name, fact in facts().facts.items() if fact.left_out is None}
    assert sorted(told - named) == [], "named by no page and not left out"
    assert sorted(named - told) == [], "named although left out, or unknown"


def test_every_reference_is_shown_or_supports_a_fact() -> None:
    """A source stands below a page, or in the sheet behind a fact; each has a label."""
    assert set(labels(SOURCE)) == set(facts().references)
    for page in pages(SOURCE).values():
        assert set(page.entry["sources"]) <= set(facts().references)


@pytest.mark.parametrize("language", COMPLETE)
def test_every_number_of_every_fact_is_told(language: str) -> None:
    """What a page names it tells: each number of a fact stands on a page that names the fact."""
    untold = []
    for name, fact in facts().facts.items():
        shown = {
            number
            for page, item in pages(language).items()
            if name in pages(SOURCE)[page].entry["facts"]
            for said in item.said()
            for number in numbers_shown(said.html)
        }
        own = {
            number
            for number in numbers(statement(name))
            if not number.kind.endswith(("range", "pair")) and number.value not in IDS
        }
        if fact.left_out is None and (missing := unsupported(own, shown)):
            untold.append(f"{name}: {', '.join(map(str, missing))}")
    assert untold == []


IDS = {f"SW{number}" for number in range(20)} | set(facts().facts) | set(facts().references)
"""Names of statements inside statements: “see F40” is for editors."""


def test_english_is_complete() -> None:
    """Each page of the structure, and the short label of each source, is there; and no other."""
    assert SOURCE in COMPLETE
    for language in LANGUAGES:
        assert set(pages(language)) <= set(structure()["pages"])
        assert set(labels(language)) <= set(facts().references)


def test_pages_on_volatile_facts_fall_due_after_ninety_days(library: Library) -> None:
    """Approvals, prices, status and law are looked at sooner than the rest, in every language."""
    soon = set()
    for own in library.pages.values():
        for page in own.values():
            volatile = any(facts().facts[name].volatile for name in page.facts)
            assert page.due - page.reviewed == (REVIEW_VOLATILE if volatile else REVIEW_OTHER)
            if volatile:
                soon.add(page.id)
    assert {"basics", "car-t", "us-china", "rules", "visas", "costs", "centre-zhejiang"} <= soon
    assert "how" not in soon


def test_no_review_is_dated_after_the_sheet_was_checked() -> None:
    """A page cannot have been reviewed later than the facts it rests on were last looked at."""
    for page in every_page():
        day = date.fromisoformat(page.entry["reviewed"]["on"])
        assert date(2026, 1, 1) < day <= facts().checked, page.id
    assert facts().snapshot <= facts().checked


def test_no_doctor_is_invented() -> None:
    """Until a doctor has reviewed a page, it says so: `by: none`."""
    reviewers = {page.entry["reviewed"]["by"] for page in every_page()}
    assert reviewers == {"none"}


def test_a_page_is_as_sure_as_its_least_sure_fact_that_matters() -> None:
    """A page that rests on a statement of low confidence never claims a high one."""
    for page in pages(SOURCE).values():
        levels = {confidence(name) for name in page.entry["facts"]}
        if page.entry["evidence"] == "H":
            assert "L" not in levels, page.id


def confidence(name: str) -> str:
    """The letter at the beginning of a fact's confidence; H for what has none."""
    entry = sheet()["facts"].get(name, {})
    return str(entry.get("confidence", "H"))[0]
