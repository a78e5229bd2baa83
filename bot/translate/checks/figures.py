"""The figures of a text in any language, as meant: 10 mg, 12 小时, 38,5 °C, 1,3 Mio. €.

What a language calls its units, how it writes thousands and decimals, and what it says for a
million is CLDR's; units.yaml adds what CLDR leaves out. Numbers in words are known in English only,
so that a translation may write them as digits.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel.core import Locale
from babel.numbers import get_currency_name
from babel.units import UnknownUnitError, format_unit

from bot.i18n.strict import Block, read_yaml

_UNITS: Mapping[str, tuple[str, str, Decimal]] = {
    unit: (measure, base, Decimal(factor))
    for unit, measure, base, factor in (
        ("duration-minute", "time", "minute", "1"),
        ("duration-hour", "time", "minute", "60"),
        ("duration-day", "time", "minute", "1440"),
        ("duration-week", "time", "minute", "10080"),
        ("duration-month", "time", "month", "1"),
        ("duration-year", "time", "month", "12"),
        ("mass-microgram", "mass", "mg", "0.001"),
        ("mass-milligram", "mass", "mg", "1"),
        ("mass-gram", "mass", "mg", "1000"),
        ("mass-kilogram", "mass", "mg", "1000000"),
        ("volume-milliliter", "volume", "ml", "1"),
        ("volume-liter", "volume", "ml", "1000"),
        ("length-centimeter", "length", "mm", "10"),
        ("length-millimeter", "length", "mm", "1"),
        ("temperature-celsius", "temperature", "°C", "1"),
        ("concentr-percent", "share", "%", "1"),
        ("digital-megabyte", "size", "MB", "1"),
        ("USD", "money", "USD", "1"),
        ("CNY", "money", "CNY", "1"),
        ("EUR", "money", "EUR", "1"),
    )
}
"""CLDR's unit: what it measures, in which measure we count, how many of it one is. Months have no
fixed number of days, so the two are never turned into each other."""

_CURRENCIES = ("USD", "CNY", "EUR")
_COUNTS = (1, 2, 3, 5, 11, 100)
"""Numbers that together take every plural form of nearly every language."""

Amount = tuple[str, Decimal]
"""A figure in the measure it is counted in: 24 hours and 1 day are the same one."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as written, and what it may amount to: none for a bare one, more than one where a
    word is ambiguous (Russian “г” is a gram and a year)."""

    written: str
    value: Decimal
    amounts: frozenset[Amount]
    measures: frozenset[str]
    sure: bool
    """False where the unit was taken over from a neighbour (3 to 4 weeks)"""


@cache
def _table() -> Block:
    path = Path(__file__).with_name("units.yaml")
    return read_yaml(path, path.name)


class Figures:
    """Reads the figures of one language."""

    def __init__(self, locale: Locale) -> None:
        self._units: dict[str, set[str]] = {}
        self._spaced = locale.language not in {"zh", "ja", "th"}
        for word, unit in _words(locale):
            key = _plain(word).strip(" .").casefold()
            if _usable(key):
                self._units.setdefault(key, set()).add(unit)
        self._many = dict(_multipliers(locale))
        symbols = locale.number_symbols["latn"]
        decimal = symbols["decimal"]
        group = {_plain(symbols["group"])}
        if decimal == ",":
            group |= {" ", "."}
        self._group = "".join(re.escape(sign) for sign in sorted(group))
        self._decimal = decimal
        fraction = rf"(?:{re.escape(decimal)}\d+)?"
        number = rf"\d{{1,3}}(?:[{self._group}]\d{{3}})+(?!\d){fraction}|\d+{fraction}"
        before = "|".join(re.escape(word) for word in _longest(_prefixes()) if not word.isspace())
        self._number = re.compile(
            rf"(?P<before>{before})?\s?(?<![A-Za-z\d.,])(?<![A-Za-zА-Яа-я]-)(?<!介素-)(?<!介白素-)(?P<number>{number})"
        )
        self._after = re.compile(rf"\s?-?\s?(?P<unit>{_either(self._units)})", re.IGNORECASE)
        self._large = re.compile(rf"\s?({_either(self._many)})")

    def read(self, words: str) -> list[Figure]:
        """Every figure in `words`, in the order of the text."""
        text = _plain(words)
        found: list[tuple[int, int, str, Decimal, frozenset[str]]] = []
        end = 0
        for match in self._number.finditer(text):
            if match.start("number") < end:
                continue
            value = self._value(match["number"])
            units, end, many = self._unit(text, match.end())
            if match["before"]:
                units |= _of_prefix(match["before"])
            elif not units and re.match(r"[A-Za-z]", text[end : end + 1]):
                continue  # 4-1BB is a name
            if "duration-year" in units and 1900 <= value <= 2100:
                units = frozenset()  # a date
            found.append(
                (match.start("number"), end, text[match.start() : end].strip(), value * many, units)
            )
        return [self._figure(text, found, place) for place in range(len(found))]

    def _figure(
        self,
        text: str,
        found: list[tuple[int, int, str, Decimal, frozenset[str]]],
        place: int,
    ) -> Figure:
        _, end, written, value, units = found[place]
        sure = bool(units)
        if not units and place + 1 < len(found):
            start, _, _, _, following = found[place + 1]
            if following and _RANGE.fullmatch(text[end:start]):
                units = following
        return Figure(written, value, _amounts(value, units), _measures(units), sure)

    def _value(self, written: str) -> Decimal:
        if self._group:
            written = re.sub(rf"[{self._group}](?=\d{{3}}(?!\d))", "", written)
        return Decimal(written.replace(self._decimal, "."))

    def _unit(self, text: str, at: int) -> tuple[frozenset[str], int, Decimal]:
        """(the units that stand at this place, where they end, what the number is multiplied by)"""
        many = Decimal(1)
        large = self._large.match(text, at)
        if large and (not self._spaced or len(large[1]) > 3 or not _letter(text, large.end())):
            many, at = self._many[large[1]], large.end()
        after = self._after.match(text, at)
        if after is None:
            return frozenset(), at, many
        word, end = after["unit"].casefold(), after.end()
        if self._spaced:
            tail = re.compile(r"[^\W\d_]*").match(text, end)
            length = len(tail[0]) if tail else 0
            if length > (2 if len(word) > 3 else 0):
                return frozenset(), at, many
            end += length
        return frozenset(self._units[word]), end, many


_RANGE = re.compile(r"\s*(?:[-~/,、و至到或和及]|[^\W\d_]{1,3})?\s*(?:[^\W\d_]{1,4})?\s*")


def _letter(text: str, at: int) -> bool:
    return text[at : at + 1].isalpha()


def _amounts(value: Decimal, units: frozenset[str]) -> frozenset[Amount]:
    return frozenset((_UNITS[unit][1], (value * _UNITS[unit][2]).normalize()) for unit in units)


def _measures(units: frozenset[str]) -> frozenset[str]:
    return frozenset(_UNITS[unit][0] for unit in units)


_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u202f\u2009", " "),
        **dict.fromkeys("–—−‐‑～", "-"),
        **dict.fromkeys("\u200e\u200f\u061c\u2066\u2067\u2068\u2069"),
        "\u066b": ".",
        "\u066c": ",",
        "％": "%",
        "٪": "%",
        "＄": "$",
    }
)


def _plain(words: str) -> str:
    """Digits of every script as 0-9, and signs that mean the same as one."""
    words = words.translate(_ALIKE)
    if words.isascii():
        return words
    return _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), words)


_OTHER_DIGIT = re.compile(r"(?![0-9])\d")


# What CLDR calls things --------------------------------------------------------------------------

_LETTERS = frozenset("hgгчлغ天日周週年岁歲克元度")
"""Units of one letter that are no words of their own."""


def _usable(word: str) -> bool:
    return len(word) > 1 or word in _LETTERS or (bool(word) and not word.isalnum())


def _words(locale: Locale) -> Iterator[tuple[str, str]]:
    """(word, unit) of every unit as this language writes it."""
    for unit in _UNITS:
        for length in ("long", "short") if unit not in _CURRENCIES else ():
            for count in _COUNTS:
                try:
                    told = format_unit(count, unit, length, locale=locale)
                except UnknownUnitError:
                    continue
                word = re.sub(r"^[\d\s]+|[\d\s]+$", "", _plain(told))
                if word and unit not in told and not re.search(r"\d", word):
                    yield word, unit
    for currency in _CURRENCIES:
        for count in _COUNTS:
            yield get_currency_name(currency, count, locale), currency
    for language in ("any", locale.language):
        for unit, words in _table().get(language, {}).items():
            for word in words:
                yield word, unit


def _prefixes() -> list[str]:
    return [*_BEFORE, "$", "人民币"]


_BEFORE = {"US$": "USD", "USD": "USD", "CNY": "CNY", "RMB": "CNY", "¥": "CNY", "€": "EUR"}


def _of_prefix(word: str) -> frozenset[str]:
    return frozenset({_BEFORE.get(word, "CNY" if word == "人民币" else "USD")})


def _multipliers(locale: Locale) -> Iterator[tuple[str, Decimal]]:
    """Words for thousand, million, 万, 亿."""
    for length in ("long", "short"):
        forms = locale.compact_decimal_formats.get(length) or {}
        for patterns in forms.values():
            for number, pattern in patterns.items():
                told = pattern.pattern.replace("'", "").replace("\u00a0", " ")
                zeros = told.count("0")
                word = told.replace("0", "").strip()
                if zeros and (len(word) > 1 or (word and not word.isascii())):
                    yield word, Decimal(number) / 10 ** (zeros - 1)


def _longest(words: "list[str] | dict[str, str]") -> list[str]:
    return sorted(words, key=len, reverse=True)


def _either(words: Mapping[str, object]) -> str:
    return "|".join(re.escape(word) for word in _longest(list(words))) or r"(?!)"


# Numbers in words, in English --------------------------------------------------------------------

_NAMED = {
    word: number
    for number, words in enumerate(
        (
            "zero",
            "one a an first once single",
            "two second twice both half double couple",
            "three third triple",
            "four fourth quarter",
            "five fifth",
            "six sixth",
            "seven seventh",
            "eight eighth",
            "nine ninth",
            "ten tenth",
            "eleven eleventh",
            "twelve twelfth dozen",
        )
    )
    for word in words.split()
}
_MONTHS = "january february march april may june july august september october november december"
_NAMED |= {name: number for number, name in enumerate(_MONTHS.split(), start=1)}
_NAMED |= {"sixteen": 16, "eighteen": 18, "twenty": 20, "thirty": 30, "sixty": 60, "hundred": 100}
_NAME = re.compile(rf"\b(?:{'|'.join(_NAMED)})\b", re.IGNORECASE)


def named_in_english(words: str) -> frozenset[Decimal]:
    """The numbers that English words name: two weeks, in March, the first."""
    return frozenset(Decimal(_NAMED[word.casefold()]) for word in _NAME.findall(words))
