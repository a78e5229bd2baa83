"""Words that must not be used, and claims that must not be made, in any language: `check` knows."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from bot.translate.checks import claims
from bot.translate.checks.claims import outside
from bot.translate.checks.examine import every_text
from bot.translate.checks.finding import Fault
from bot.translate.checks.lists import Sheet, read_sheet
from bot.translate.checks.texts import Said, Shelf, facts_named
from bot.words import read_what_can_be
from tests.content.allowed import allowed, data
from tests.content.shipped import CONTENT, LANGUAGES, LOCALES, facts, sheet


@cache
def lists() -> Sheet:
    """What the check goes by, with the exceptions that are allowed."""
    return read_sheet(CONTENT, facts_named(Shelf(CONTENT)))


@cache
def everything() -> tuple[Said, ...]:
    """Every text that a person can see."""
    return tuple(every_text(read_what_can_be(LOCALES, CONTENT), Shelf(CONTENT)))


def blamed(language: str, exceptions: bool = True) -> Iterator[tuple[Said, Fault]]:
    """What is said against the texts of a language."""
    by = lists() if exceptions else replace(lists(), allowed={})
    for said in everything():
        if said.language == language:
            for fault in claims.look(said, by):
                yield said, fault


def told(words: str, language: str) -> list[str]:
    """What is said against a text that was made up."""
    said = Said("content/x/x.yaml", 1, 1, "x part 1", language, "part", words, html=False)
    return [f"{fault.code} {fault.message}" for fault in claims.look(said, lists())]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_and_no_claim_stands_where_nobody_looked_at_it(language: str) -> None:
    """The Fail words of section 11 stand nowhere, denied or not; its Warn words and claims only in
    phrases that somebody allowed, with the reason."""
    assert [f"{said.path}:{said.line} {fault.message}" for said, fault in blamed(language)] == []
    assert sum(said.language == language for said in everything()) > 500


def test_the_patterns_know_every_claim_of_the_sheet() -> None:
    """A new claim to avoid needs its patterns, in both languages."""
    assert set(data("claims")) == set(sheet()["claims"])
    for claim in data("claims").values():
        assert {"en", "zh_Hans", "bad"} <= set(claim)


@pytest.mark.parametrize("claim", sorted(sheet()["claims"]))
def test_the_patterns_find_the_claim_and_not_its_replacement(claim: str) -> None:
    """The sheet's own wording of the claim is found; what it says instead is not."""
    assert any(f"({claim})" in one for one in told(sheet()["claims"][claim]["claim"], "en"))
    assert any(f"({claim})" in one for one in told(data("claims")[claim]["bad"], "zh_Hans"))
    assert not [
        one for one in told(sheet()["claims"][claim]["instead"], "en") if one.startswith("claim")
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("level", "code"), [("fail", "word.forbidden"), ("warn", "word.doubtful")])
def test_the_words_of_the_sheet_are_found(level: str, code: str, language: str) -> None:
    """Each word is found in a sentence that has it, capitals or not, and not inside another."""
    for word in facts().words[level][language]:
        own = "zh_Hans" if language == "zh" else "en"
        assert any(one.startswith(code) for one in told(f"It is {word.upper()}, they say.", own))
    assert told("We guaranteed it.", "en")
    assert not told("procuress", "en")
    assert not told("bestow", "en")


def test_english_words_are_forbidden_in_every_language() -> None:
    """A Fail word of the English in the middle of another language."""
    assert told("这是miracle疗法", "zh_Hans")
    assert told("Ein miracle", "de")


def test_every_exception_is_needed() -> None:
    """An allowed phrase that no text has any more is taken out."""
    found = {code: list(blamed(code, exceptions=False)) for code in LANGUAGES}
    for kind, code in (("words", "word.doubtful"), ("claims", "claim")):
        for entry in allowed(kind):
            name = entry["word"] if kind == "words" else f"({entry['claim']})"
            assert any(
                fault.code == code
                and fault.at in entry["phrase"]
                and entry["phrase"] in said.seen
                and name.casefold() in fault.message.casefold()
                for said, fault in found[entry["language"]]
            ), entry


def test_an_exception_covers_only_its_phrase() -> None:
    """A word beside an allowed phrase is still found."""
    assert told("It is not proven.", "en") == []
    assert len(told("It is not proven. It is proven.", "en")) == 1
    assert not outside("not proven", 4, 10, ["not proven"])
    assert outside("not proven", 4, 10, [])
