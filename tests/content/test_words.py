"""Words that must not be used, and claims that must not be made, in any language."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from bot.i18n.catalog import load_catalogs
from tests.content.allowed import allowed, data, outside
from tests.content.shipped import (
    LANGUAGES,
    LOCALES,
    Said,
    facts,
    form_words,
    labels,
    letter_words,
    pages,
    sheet,
)


@cache
def catalog(language: str) -> tuple[Said, ...]:
    """The language's own sentences, as they are written."""
    own = load_catalogs(LOCALES).by_code.get(language)
    return tuple(
        Said(f"locales/{language} {message.id}", form)
        for message in (own.messages.values() if own else ())
        for form in message.forms
    )


def everything(language: str) -> Iterator[tuple[str, str]]:
    """(where, words) of every text a person can see in this language."""
    for item in (*pages(language).values(), *labels(language).values()):
        for said in item.said():
            yield said.where, said.words
    for said in (*form_words(language), *letter_words(language)):
        yield said.where, said.words
    for said in catalog(language):
        yield said.where, said.html


def places(word: str, words: str) -> Iterator[tuple[int, int]]:
    """Where a word of the sheet stands in `words`; a Latin one as a whole word, also inflected."""
    latin = word[0].isascii() and word[0].isalpha()
    pattern = rf"(?<![a-z]){re.escape(word)}(?:s|d|ed|ing)?(?![a-z])" if latin else re.escape(word)
    for found in re.finditer(pattern, words, re.IGNORECASE):
        yield found.span()


def of_language(level: str, language: str) -> tuple[str, ...]:
    """The sheet's words for a language: those of `zh` are for every kind of Chinese."""
    return facts().words[level].get(language.partition("_")[0], ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_forbidden_word_is_used(language: str) -> None:
    """The Fail words of section 11 stand in no page, label or sentence, denied or not."""
    for other in {"en", language}:
        found = [
            f"{where}: {word}"
            for where, words in everything(language)
            for word in of_language("fail", other)
            for _ in places(word, words)
        ]
        assert found == []


def doubtful(language: str) -> Iterator[tuple[str, str, str, int, int]]:
    for where, words in everything(language):
        for word in of_language("warn", language):
            for start, end in places(word, words):
                yield where, word, words, start, end


def phrases(kind: str, language: str, key: str, value: str) -> list[str]:
    return [
        entry["phrase"]
        for entry in allowed(kind)
        if entry["language"] == language and entry[key] == value
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_doubtful_words_stand_only_where_they_were_looked_at(language: str) -> None:
    """A Warn word is let pass inside a phrase that somebody allowed, with the reason."""
    found = [
        f"{where}: {words[max(0, start - 20) : end + 20]!r}"
        for where, word, words, start, end in doubtful(language)
        if outside(words, start, end, phrases("words", language, "word", word))
    ]
    assert found == []


def claims_found(language: str, claim: str, words: str) -> Iterator[re.Match[str]]:
    for pattern in data("claims")[claim].get(language, ()):
        yield from re.finditer(pattern, words, re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_claim_to_avoid_is_made(language: str) -> None:
    """What section 11 says must not be claimed is claimed nowhere, W1 to the last."""
    found = [
        f"{where}: {claim}: {words[max(0, match.start() - 20) : match.end() + 20]!r}"
        for where, words in everything(language)
        for claim in data("claims")
        for match in claims_found(language, claim, words)
        if outside(words, *match.span(), phrases("claims", language, "claim", claim))
    ]
    assert found == []


def test_the_patterns_know_every_claim_of_the_sheet() -> None:
    """A new claim to avoid needs its patterns, in both languages."""
    assert set(data("claims")) == set(sheet()["claims"])
    for claim in data("claims").values():
        assert set(claim) == {"en", "zh_Hans", "bad"}


@pytest.mark.parametrize("claim", sorted(sheet()["claims"]))
def test_the_patterns_find_the_claim_and_not_its_replacement(claim: str) -> None:
    """The sheet's own wording of the claim is found; what it says instead is not."""
    assert list(claims_found("en", claim, sheet()["claims"][claim]["claim"]))
    assert list(claims_found("zh_Hans", claim, data("claims")[claim]["bad"]))
    for other in data("claims"):
        assert not list(claims_found("en", other, sheet()["claims"][claim]["instead"]))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("level", ["fail", "warn"])
def test_the_words_of_the_sheet_are_found(level: str, language: str) -> None:
    """Each word is found in a sentence that has it, capitals or not, and not inside another."""
    for word in facts().words[level][language]:
        assert list(places(word, f"It is {word.upper()}, they say."))
    assert list(places("guarantee", "We guaranteed it."))
    assert not list(places("cures", "procuress"))
    assert not list(places("best", "bestow"))


def test_every_exception_is_needed() -> None:
    """An allowed phrase that no text has any more is taken out."""
    for entry in allowed("words"):
        spans = [
            (words, start, end)
            for _, word, words, start, end in doubtful(entry["language"])
            if word == entry["word"]
        ]
        assert any(not outside(*span, [entry["phrase"]]) for span in spans), entry
    for entry in allowed("claims"):
        assert any(
            not outside(words, *match.span(), [entry["phrase"]])
            for _, words in everything(entry["language"])
            for match in claims_found(entry["language"], entry["claim"], words)
        ), entry


def test_an_exception_covers_only_its_phrase() -> None:
    """A word beside an allowed phrase is still found."""
    words = "It is not proven. It is proven."
    first, second = places("proven", words)
    assert not outside(words, *first, ["not proven"])
    assert outside(words, *second, ["not proven"])
    assert outside(words, *first, [])
