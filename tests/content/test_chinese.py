"""Chinese pages are Chinese: script, punctuation, no English left, the glossary's words."""

import re
from collections.abc import Iterator

import pytest

from bot.i18n.strict import Block
from tests.content.allowed import data
from tests.content.shipped import (
    LANGUAGES,
    SOURCE,
    Said,
    form_words,
    glossary,
    labels,
    letter_words,
    pages,
)

CHINESE = [language for language in LANGUAGES if language.startswith("zh")]
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
LATIN = re.compile(r"(?<![A-Za-z0-9])/[a-z]+|\d?[A-Za-z](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def said_in(language: str) -> Iterator[Said]:
    for item in (*pages(language).values(), *labels(language).values()):
        yield from item.said()
    yield from form_words(language)
    yield from letter_words(language)


def english_words(words: str) -> list[str]:
    """The Latin words in a Chinese text that are no known name, number of a trial or command."""
    known = {word for group in data("latin").values() for word in group}
    return [
        word
        for word in LATIN.findall(words.replace("4-1BB", ""))
        if word not in known and not re.fullmatch(r"NCT\d{8}|/[a-z]+", word)
    ]


@pytest.mark.parametrize("language", CHINESE)
def test_no_english_is_left(language: str) -> None:
    """Names, abbreviations and registry numbers may be in Latin letters; nothing else is."""
    found = [
        f"{said.where}: {word}" for said in said_in(language) for word in english_words(said.words)
    ]
    assert found == []


def traditional(words: str) -> list[str]:
    """Characters of Traditional Chinese: in its character set Big5, and not in GB 2312."""
    found = []
    for char in re.findall(f"[{HAN}]", words):
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            try:
                char.encode("big5")
            except UnicodeEncodeError:
                continue
            found.append(char)
    return found


@pytest.mark.parametrize("language", [code for code in CHINESE if code.endswith("Hans")])
def test_no_traditional_character_is_used(language: str) -> None:
    """Pages in Simplified Chinese are simplified throughout."""
    found = [
        f"{said.where}: {char}" for said in said_in(language) for char in traditional(said.words)
    ]
    assert found == []


def half_width(words: str) -> list[str]:
    """Punctuation of English that touches a Chinese character, and brackets that hold some."""
    marks = rf"(?<=[{HAN}])\s*[,.;:?!()\[\]\"']|[,.;:?!()\[\]\"']\s*(?=[{HAN}])"
    brackets = rf"\([^()]*[{HAN}][^()]*\)"
    return [*re.findall(brackets, words), *re.findall(marks, re.sub(brackets, " ", words))]


@pytest.mark.parametrize("language", CHINESE)
def test_punctuation_is_chinese(language: str) -> None:
    """Commas, stops, colons, quotes and brackets beside Chinese characters are the wide ones."""
    found = [
        f"{said.where}: {mark!r}" for said in said_in(language) for mark in half_width(said.words)
    ]
    assert found == []


def unbalanced(words: str) -> bool:
    return any(words.count(a) != words.count(b) for a, b in ("（）", "“”", "《》", "「」"))


@pytest.mark.parametrize("language", CHINESE)
def test_brackets_and_quotes_are_closed(language: str) -> None:
    """Each wide bracket or quote that opens on a screen closes there."""
    assert [said.where for said in said_in(language) if unbalanced(said.words)] == []


def test_no_blank_between_chinese_characters() -> None:
    """Chinese is written without blanks between words."""
    for language in CHINESE:
        for said in said_in(language):
            assert not re.search(rf"[{HAN}] +[{HAN}]", said.words), said.where


def test_the_checks_see_what_they_look_for() -> None:
    """English words, Traditional characters and narrow punctuation are found; names are not."""
    assert english_words("用CAR-NK治疗，see NCT03056339，mRNA、4-1BB、2B4和/help") == ["see"]
    assert english_words("the drug细胞") == ["the", "drug"]
    assert traditional("細胞治療用药") == ["細", "療"]
    assert traditional("细胞治疗（NK）ζ") == []
    assert half_width("细胞,治疗.又一种: 白细胞?") == [",", ".", ":", "?"]
    assert half_width("见下 (NK 细胞)") == ["(NK 细胞)"]
    assert half_width("CAR-NK, CAR-T (US) 3.25个月：细胞（NK）") == []
    assert unbalanced("（细胞")
    assert not unbalanced("“细胞”（NK）")


# ── the glossary ───────────────────────────────────────────────────────────────────────────────


def words_of(page: str, language: str) -> str:
    return "\n".join(said.words for said in pages(language)[page].said())


@pytest.mark.parametrize("language", CHINESE)
def test_centres_are_named_as_the_glossary_names_them(language: str) -> None:
    """Where an English page names a centre in full, the Chinese page has its official name."""
    met = 0
    for centre in glossary()["centres"]:
        for page in pages(language):
            if centre["en"].removeprefix("The ") in words_of(page, SOURCE):
                met += 1
                assert centre[language] in words_of(page, language), (page, centre["en"])
    assert met >= 8


def forms(term: str) -> list[str]:
    """A term without its abbreviation, and what its brackets give as another word for it."""
    plain = re.sub(r"\s*[（(].*?[)）]", "", term).strip()
    others = re.findall(r"（(?:又称)?([^A-Za-z（）]+)）", term)
    return [*plain.split("、"), *others]


def meetings(term: Block, language: str) -> Iterator[tuple[str, bool]]:
    """The pages whose English has the term, and whether the Chinese has the glossary's word."""
    english = re.escape(forms(term["en"])[0])
    pattern = re.compile(rf"(?<![A-Za-z-]){english}(?:s|es)?(?![A-Za-z-])", re.IGNORECASE)
    for page in pages(language):
        if pattern.search(words_of(page, SOURCE)):
            own = words_of(page, language)
            yield page, any(form in own for form in forms(term[language]))


@pytest.mark.parametrize("language", CHINESE)
def test_terms_are_the_glossary_s(language: str) -> None:
    """Where an English page uses a term of the glossary, the Chinese nearly always has its word."""
    met = [
        (term["en"], page, kept)
        for term in glossary()["terms"]
        if " / " not in term["en"] and language in term
        for page, kept in meetings(term, language)
    ]
    missed = [(term, page) for term, page, kept in met if not kept]
    assert len(met) > 100
    assert len(missed) <= len(met) * 0.05, missed
