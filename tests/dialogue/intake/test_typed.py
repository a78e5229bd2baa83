"""Typed words made safe, counted and compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.intake.typed import closed, fold, length, plain_digits, tidy

FAMILY = "👨‍👩‍👧‍👦"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("  a \t b\u00a0c ", "a b c"),
        ("a\nb\r\nc\u2028d", "a b c d"),
        ("e\u0301", "é"),
        ("an\u202ena\u2066\u200f", "anna"),
        ("a\u200bb\ufeffc\u00add\u2060", "abcd"),
        ("a\u200db", "ab"),
        ("\u200d\u200c", ""),
        ("\u3164\u2800\u115f", ""),
        ("a\0b\x1b[0m", "ab[0m"),
        ("\ud800\ue000\ufdd0\U0001ffff", ""),
        (FAMILY, FAMILY),
        ("👩🏽\u200d⚕️", "👩🏽\u200d⚕️"),
        ("❤️\u200d🔥", "❤️\u200d🔥"),
        (ENGLAND, ENGLAND),
        ("x\U000e0067\U000e0062", "x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("\U0001fae8", "\U0001fae8"),
        ("a" + "\u0334" * 50, "a" + "\u0334" * 4),
    ],
)
def test_what_cannot_be_seen_goes_and_the_rest_stays(typed: str, wanted: str) -> None:
    """Controls, directions and invisible letters; joiners that hold an emoji or a word stay."""
    assert tidy(typed) == wanted


def test_lines_stay_where_they_are_wanted() -> None:
    """With one empty line at most, and no blanks round them."""
    assert tidy(" a \r\n\r\n \r\n\n b\n", lines=True) == "a\n\nb"
    assert tidy("a\n\nb\nc", lines=True) == "a\n\nb\nc"


@given(st.text())
def test_tidying_twice_changes_nothing_more(typed: str) -> None:
    """And leaves NFC, without a line break where none is wanted."""
    once = tidy(typed)
    assert tidy(once) == once
    assert unicodedata.normalize("NFC", once) == once
    assert "\n" not in once
    assert tidy(tidy(typed, lines=True), lines=True) == tidy(typed, lines=True)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", 0),
        ("abc", 3),
        ("患者本人", 4),
        (FAMILY, 1),
        (f"{FAMILY}x{FAMILY}", 3),
        ("👍🏽", 1),
        ("❤️", 1),
        ("🇩🇪🇨🇳", 2),
        ("🇩🇪🇨", 2),
        (ENGLAND, 1),
        ("e\u0301", 1),
        ("می\u200cخواهم", 7),
        ("\u200d".join("👩" * 100), 25),
    ],
)
def test_characters_are_counted_as_people_see_them(text: str, wanted: int) -> None:
    """A family is one, a flag is one; a chain without end is not."""
    assert length(text) == wanted


@given(st.text(), st.text())
def test_more_text_is_not_fewer_characters(text: str, more: str) -> None:
    """And never more than there are code points."""
    assert 0 <= length(text) <= len(text)
    assert length(text) <= length(text + "。" + more)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("B-Cell  Lymphoma!", "b cell lymphoma"),
        ("Côte d’Ivoire", "cote divoire"),
        ("Ａｂｃ１", "abc1"),
        ("Trinidad & Tobago", "trinidad and tobago"),
        ("…", ""),
    ],
)
def test_words_are_compared_without_case_accents_and_signs(words: str, wanted: str) -> None:
    """So that typing a button's words is the button."""
    assert fold(words) == wanted
    assert closed(words) == wanted.replace(" ", "")


def test_digits_of_every_script_are_digits() -> None:
    """Wide, Arabic, Devanagari; what is no digit stays."""
    assert plain_digits("１２ ٣٤ ५६ ½ x") == "12 34 56 1⁄2 x"
