"""Pages fit a phone: lengths of screens, sentences, titles and labels (fact sheet, section 15)."""

import re
from collections.abc import Iterator

import pytest

from bot.dialogue.screen import ONE, columns
from bot.i18n import markup
from tests.content.shipped import LANGUAGES, Item, Said, form_words, labels, pages

LONGEST_MESSAGE = 4096
"""Telegram's limit for one message, in UTF-16 units (Bot API: sendMessage)."""

BELOW_A_PAGE = 1600
"""Room for the heading, notices, standing lines, sources and dates that the program adds."""

WIDE = ("zh", "ja", "ko")
"""Languages whose characters each carry a syllable or more: half as many fit a screen."""


def is_wide(language: str) -> bool:
    return language.partition("_")[0] in WIDE


def parts(language: str) -> Iterator[tuple[Item, Said]]:
    for page in pages(language).values():
        for said in page.parts():
            yield page, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_screen_is_short_enough_to_read(language: str) -> None:
    """About 900 visible characters in alphabets, 450 in Chinese; then comes “More”."""
    longest = 450 if is_wide(language) else 900
    wrong = [
        f"{said.where}: {length} characters of at most {longest}"
        for _, said in parts(language)
        if (length := markup.visible_length(said.html)) > longest
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_screen_leaves_room_for_the_standing_lines(language: str) -> None:
    """With all that the program adds below, no screen comes near Telegram's limit."""
    for _, said in parts(language):
        assert len(said.html.encode("utf-16-le")) // 2 + BELOW_A_PAGE < LONGEST_MESSAGE, said.where


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_accepted_by_telegram(language: str) -> None:
    """Every title, label and part is read as Telegram reads it, and shows something."""
    for item in (*pages(language).values(), *labels(language).values()):
        for said in item.said():
            assert markup.parse(said.html).text.strip(), said.where
    for said in form_words(language):
        assert markup.parse(said.html).text.strip(), said.where


SIMPLE = {"bold", "italic", "underline", "strikethrough", "code", "blockquote"}
SIMPLE |= {"expandable_blockquote", "text_link"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_simple_formatting_is_used(language: str) -> None:
    """Bold, italic, quotes and the links of trial numbers; nothing that some clients lack."""
    for _, said in parts(language):
        found = {entity.type for entity in markup.parse(said.html).entities}
        assert found <= SIMPLE, said.where


@pytest.mark.parametrize("language", LANGUAGES)
def test_trial_numbers_lead_to_the_registry(language: str) -> None:
    """Every registry number that is told can be tapped."""
    for _, said in parts(language):
        links = {
            entity.url for entity in markup.parse(said.html).entities if entity.type == "text_link"
        }
        for number in re.findall(r"NCT\d+", said.words):
            assert f"https://clinicaltrials.gov/study/{number}" in links, said.where


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_their_buttons(language: str) -> None:
    """A label is at most 34 columns wide, as wide as a button on a small phone."""
    for page in pages(language).values():
        assert columns(page.entry["button"]) <= ONE, page.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_fit_a_line_or_two(language: str) -> None:
    """The heading of a page is at most 60 columns wide, the short name of a source 70."""
    for item in pages(language).values():
        assert columns(item.entry["title"]) <= 60, item.id
    for item in labels(language).values():
        assert columns(item.entry["title"]) <= 70, item.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_buttons_of_a_screen_look_alike(language: str) -> None:
    """Pages that stand side by side in a menu have different labels."""
    buttons = [page.entry["button"] for page in pages(language).values()]
    assert len(set(buttons)) == len(buttons)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_written_one_way(language: str) -> None:
    """Listed lines start with a bullet and a blank, never with a dash or a star."""
    for _, said in parts(language):
        for line in said.words.split("\n"):
            assert not re.match(r"\s*[-*·–—]\s|•(?! )|\s+•", line), f"{said.where}: {line}"
            assert line == line.rstrip(), f"{said.where}: {line!r}"


def sentences(words: str, wide: bool) -> list[str]:
    """The sentences of a part; a line of a list or a heading is one."""
    ends = r"[。！？；\n]+" if wide else r"(?<=[.!?])\s+|\n+"
    return [found.strip("• ") for found in re.split(ends, words) if found.strip("• ")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_mostly_short(language: str) -> None:
    """English: nearly all up to 20 words, none beyond 35. Chinese: mostly near 25 characters."""
    wide = is_wide(language)
    lengths = sorted(
        (len(found) if wide else len(found.split()), said.where, found)
        for _, said in parts(language)
        for found in sentences(said.words, wide)
    )
    short = [length for length, _, _ in lengths if length <= (25 if wide else 20)]
    assert len(short) >= len(lengths) * (0.75 if wide else 0.95)
    assert [one for one in lengths if one[0] > (80 if wide else 35)] == []


def test_sentences_are_told_apart() -> None:
    """Headings, bullets and full stops end a sentence, in both scripts."""
    assert sentences("A head\n• One. Two?\n\nThree 3.25 months!", False) == [
        "A head",
        "One.",
        "Two?",
        "Three 3.25 months!",
    ]
    assert sentences("标题\n• 一。二？\n三，四；五", True) == ["标题", "一", "二", "三，四", "五"]
