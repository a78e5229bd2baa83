"""A month: as people type it, as it is stored, and as it is shown."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from babel.dates import format_skeleton

from bot.dialogue.intake.misfit import FUTURE, ONLY_YEAR, UNCLEAR, Misfit
from bot.dialogue.intake.names import cldr, plain
from bot.dialogue.intake.typed import closed, plain_digits
from bot.i18n.text import Text

STORED = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")
"""`2025-03`."""

_BETWEEN = r"\s*[-/. 年月]\s*"
_SHAPES = (
    re.compile(rf"(?P<year>[0-9]{{4}}){_BETWEEN}(?P<month>[0-9]{{1,2}})\s*月?"),
    re.compile(
        rf"(?P<year>[0-9]{{4}}){_BETWEEN}(?P<month>[0-9]{{1,2}}){_BETWEEN}[0-9]{{1,2}}\s*[日号]?"
    ),
    re.compile(r"(?P<month>[0-9]{1,2})\s*[-/. ]\s*(?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[12][0-9]{3})(?P<month>[0-9]{2})"),
)
_SHORT_YEAR = re.compile(r"(?P<year>[0-9]{2})\s*年\s*(?P<month>[0-9]{1,2})\s*月")
_WITH_DAY = re.compile(r"([0-9]{1,2})\s*[-/.]\s*([0-9]{1,2})\s*[-/.]\s*([0-9]{4})")
_YEAR = re.compile(r"(?<![0-9])([12][0-9]{3})(?![0-9])\s*年?")
_DAY = re.compile(r"^[0-9]{1,2}(?:st|nd|rd|th)?|[0-9]{1,2}(?:st|nd|rd|th)?$")
_LONGEST = 60  # characters; what is longer tells more than a month
_BACK = 100  # years


def read_month(words: str, today: date, languages: tuple[str, ...]) -> str | Misfit:
    """The month of the past in `words`: `3/2025`, `March 2025`, `2025年3月`, `2025-03-14`.

    `03/04/2025` is March here and April there, so it is unclear.
    """
    text = plain_digits(words[:_LONGEST]).strip(" .,")
    year, month = _in_numbers(text) or _in_words(text, languages) or (0, 0)
    if not 1 <= month <= 12 or not today.year - _BACK <= year <= 9999:
        return Misfit(ONLY_YEAR if _YEAR.fullmatch(text) else UNCLEAR)
    if (year, month) > (today.year, today.month):
        return Misfit(FUTURE)
    return f"{year}-{month:02}"


def _in_numbers(text: str) -> tuple[int, int] | None:
    for shape in _SHAPES:
        if found := shape.fullmatch(text):
            return int(found["year"]), int(found["month"])
    if found := _SHORT_YEAR.fullmatch(text):
        return 2000 + int(found["year"]), int(found["month"])
    if found := _WITH_DAY.fullmatch(text):
        first, second, year = (int(one) for one in found.groups())
        if first == second or second > 12:
            return year, first
        if first > 12:
            return year, second
    return None


def _in_words(text: str, languages: tuple[str, ...]) -> tuple[int, int] | None:
    """`March 2025`, `15 Sept. 2024`, `2025年三月`."""
    years = _YEAR.findall(text)
    if len(years) != 1:
        return None
    names = _names(languages)
    rest = closed(_YEAR.sub(" ", text))
    for said in (rest, _DAY.sub("", rest)):
        begun = {n for name, n in names.items() if len(said) > 2 and name.startswith(said)}
        month = names.get(said) or (begun.pop() if len(begun) == 1 else 0)
        if month:
            return int(years[0]), month
    return None


@lru_cache(maxsize=8)
def _names(languages: tuple[str, ...]) -> Mapping[str, int]:
    """Every name of a month, folded, and its number: `march`, `mar`, `三月`, `3月`."""
    found: dict[str, int] = {}
    for language in languages:
        for context in cldr(language).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in context.get(width, {}).items():
                    found.setdefault(closed(name), int(number))
    return found


def month_name(month: str, language: str) -> Text:
    """What a reader of `language` calls a stored month: `March 2025`, `2025年3月`."""
    day = date(int(month[:4]), int(month[5:]), 1)
    return plain(month, format_skeleton("yMMMM", day, locale=cldr(language)))
