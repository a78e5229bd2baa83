"""Whom to call: the one country that a person names, and nothing when in doubt."""

from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.library.helplines import Helplines, read_helplines
from tests.library.shelf import broken, check

SHOWN = "content/helplines.yaml"
SHIPPED = Path(__file__).parents[2] / "content" / "helplines.yaml"

FILE = """\
elsewhere: "https://findahelpline.com"
countries:
  CN:
    emergency: "120"
    verified: "no"
    others:
      - {number: "12356", name: mental-health}
  GB:
    emergency: "999"
    others:
      - {number: "116 123", name: samaritans}
  EU:
    emergency: "112"
    members: [DE, FR]
"""


@lru_cache
def lines(languages: tuple[str, ...] = ("en", "zh_Hans")) -> Helplines:
    return read_helplines(SHIPPED, SHOWN, languages)


NAMED = {
    "I am in China": "CN",
    "i live in mainland china, in a village": "CN",
    "我在中国大陆": "CN",
    "中国香港": "HK",
    "我在香港。": "HK",
    "香港特别行政区": "HK",
    "Hong Kong, please": "HK",
    "Hong Kong SAR China": "HK",
    "台湾": "TW",
    "中国台湾": "TW",
    "加拿大": "CA",
    "CANADA!": "CA",
    "the UK": "GB",
    "英国": "GB",
    "Wales": "GB",
    "Northern Ireland": "GB",
    "Ireland": "EU",
    "德国": "EU",
    "Germany, or perhaps France": "EU",
    "New South Wales": "AU",
    "USA": "US",
    "in the US since May": "US",
    "U.S.A.": "US",
    "the u.s. of course": "US",
    "United States of America": "US",
    "美国": "US",
    "新加坡": "SG",
}


@pytest.mark.parametrize("words", NAMED)
def test_the_one_country_named_is_found(words: str) -> None:
    """Names in English and Chinese, everyday and official, upper and lower case."""
    assert lines().named_in(words) == NAMED[words]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "help us",
        "HELP US PLEASE",
        "Chinatown",
        "Indiana",
        "I come from China and live in the US now",
        "从中国到美国",
        "China, then Hong Kong",
        "UK and Canada",
        "South America",
        "Latin America",
        "Kenya",
        "肯尼亚",
        "i want to die",
    ],
)
def test_no_country_or_two_give_no_number(words: str) -> None:
    """In doubt there is none: a wrong number could cost time."""
    assert lines().named_in(words) is None


def test_names_come_from_the_languages_that_are_asked_for() -> None:
    """A language more knows more names; a code that nobody knows is passed over."""
    assert lines(("en",)).named_in("加拿大") is None
    assert lines(("en", "de", "xx_Nope", "not a locale!")).named_in("in Deutschland") == "EU"
    assert lines(("en", "es")).named_in("España") == "EU"


def test_every_country_can_be_named_in_both_languages() -> None:
    """The name that a button shows is a name that is understood, in English and Chinese."""
    from babel import Locale  # noqa: PLC0415 - only to know the buttons' names

    read = lines()
    for code in read.countries:
        for language in ("en", "zh_Hans"):
            assert read.named_in(Locale.parse(language).territories[code]) == code


def test_numbers_are_read_as_printed() -> None:
    """A number keeps its blanks; a country of the European Union has the Union's."""
    read = lines()
    assert read.elsewhere == "https://findahelpline.com"
    assert read.countries["CN"].emergency == "120"
    assert ("116 123", "samaritans") in [
        (line.number, line.name) for line in read.countries["GB"].lines
    ]
    assert read.countries["EU"].lines == ()
    assert "DE" in read.countries["EU"].members


WRONG = {
    "no countries": ("countries:\n", "countries: none\nother:\n", "countries", "no country"),
    "no address elsewhere": ('"https://findahelpline.com"', "ask", "elsewhere", "not an address"),
    "an address that is a list": ('"https://findahelpline.com"', "[x]", "elsew", "not an address"),
    "a country that is a word": ("  GB:\n    emer", "  US: 911\n  GB:\n    emer", "US", "is empty"),
    "a country nobody knows": ("  GB:\n", "  UK:\n", "  UK", "no country UK"),
    "an emergency number in words": ('"999"', '"nine"', "nine", "not a telephone number"),
    "no emergency number": (
        '    emergency: "999"\n',
        "",
        'others:\n      - {number: "116',
        "not a telephone",
    ),
    "a number with a dash": ('"116 123"', '"116-123"', "116-123", "not a telephone number"),
    "a number that is a list": ('"116 123"', "[116]", "[116]", "not a telephone number"),
    "a line without a name": (", name: samaritans}", "}", "116 123", "no name"),
    "lines that are a word": (
        '    others:\n      - {number: "116 123", name: samaritans}\n',
        "    others: x\n",
        "others: x",
        "cannot be read",
    ),
    "a line that is a word": (
        '- {number: "116 123", name: samaritans}',
        "- x",
        "    others:\n      - x",
        "cannot be",
    ),
    "members that are a word": ("members: [DE, FR]", "members: DE", "members", "not a list"),
    "an unknown key": ('emergency: "999"', 'emergency: "999"\n    note: x', "note", "known entry"),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_is_told_with_line_and_remedy(tmp_path: Path, slip: str) -> None:
    """A number that could not be dialled, or a country nobody knows, stops the start."""
    old, new, where, message = WRONG[slip]
    assert old in FILE
    text = FILE.replace(old, new, 1)
    (tmp_path / "h.yaml").write_text(text, encoding="utf-8")
    problems = broken(lambda: read_helplines(tmp_path / "h.yaml", SHOWN, ["en"]))
    told = [problem for problem in problems if message in problem.message]
    check(told[0], SHOWN, text.count("\n", 0, text.index(where)) + 1, message)


def test_all_slips_are_told_at_once(tmp_path: Path) -> None:
    """Several wrong numbers are several problems."""
    text = FILE.replace('"120"', '"x"').replace('"999"', '"y"').replace("https:", "gopher:")
    (tmp_path / "h.yaml").write_text(text, encoding="utf-8")
    problems = broken(lambda: read_helplines(tmp_path / "h.yaml", SHOWN, ["en"]))
    assert [problem.line for problem in problems] == [1, 4, 9]


@settings(deadline=None)
@given(st.text())
def test_any_words_name_one_country_or_none(words: str) -> None:
    """Whatever a stranger types, the answer is a code of the file, or none."""
    read = lines()
    assert read.named_in(words) in {None, *read.countries}
