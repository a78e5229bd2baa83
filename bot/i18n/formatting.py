"""Numbers, money, dates and lists as a language writes them, and strangers' words kept in place.

The traps this walks round (all seen with Babel 2.18):

- `format_percent` rounds 12.5 % to 12 % and 99.5 % to 100 %. Every figure here keeps exactly the
  digits it was given, trailing zeros too.
- `¥` may be yen, `$` may be anybody's. Money is written with CLDR's full name of the currency
  (`475,000 US dollars`, `475,000美元`), which is unambiguous and declined correctly in every
  language; a catalog that wants another form says so (`money.USD`: `US${amount}`).
- Digits are always 0-9, in Arabic and Persian too: doses and phone numbers stay readable to all.
- `Decimal("48.6") == Decimal("48.60")`, so a cache over decimals would mix up their digits.
"""

import copy
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel.core import Locale
from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    get_datetime_format,
    get_timezone_name,
)
from babel.lists import format_list
from babel.numbers import (
    NumberPattern,
    get_currency_name,
    get_currency_unit_pattern,
    parse_pattern,
)

from bot.i18n.text import Money, Percent

DateLength = Literal["medium", "long", "full"]
"""`Mar 5, 2026`, `March 5, 2026`, `Thursday, March 5, 2026`; a short `3/5/26` misleads readers."""

# Numbers, money, dates, lists --------------------------------------------------------------------


class Formats:
    """How one language writes values that are not words. Everything is cached."""

    __slots__ = ("_code", "locale")

    def __init__(self, locale: Locale) -> None:
        self.locale = locale
        self._code = str(locale)

    def number(self, value: int | Decimal) -> str:
        """`12,345.60`: a quantity, grouped, with exactly the digits given.

        Numbers that name something (a year, a case) are words, not quantities: pass them as str.
        """
        return _number(self._code, str(value), 0)

    def percent(self, value: Percent) -> str:
        """`48.6%`, `48,6 %`: exactly the digits given."""
        return _number(self._code, str(value.amount), 2)

    def money(self, value: Money) -> str:
        """`475,000 US dollars`, `475,000美元`: unambiguous in every language."""
        return _money(self._code, str(value.amount), value.currency)

    def date(self, day: date, length: DateLength = "long") -> str:
        """`March 5, 2026`, `2026年3月5日`."""
        return _date(self._code, day, length)

    def moment(self, at: datetime) -> str:
        """`March 5, 2026, 2:05 PM`, `2026年3月5日 14:05`, by the clock of its own time zone."""
        locale = self.locale
        clock = format_time(at, "short", tzinfo=at.tzinfo, locale=locale)
        both = str(get_datetime_format("medium", locale=locale))
        return both.replace("{0}", clock).replace("{1}", self.date(at.date()))

    def soon(self, at: datetime) -> str:
        """`Mar 5, 2:05 PM`, `3月5日 14:05`: a moment not far away, by the clock of its own zone."""
        locale = self.locale
        clock = format_time(at, "short", tzinfo=at.tzinfo, locale=locale)
        day = format_skeleton("MMMd", at, tzinfo=at.tzinfo, locale=locale)
        both = str(get_datetime_format("medium", locale=locale))
        return both.replace("{0}", clock).replace("{1}", day)

    def clock(self, zone: str) -> str:
        """What the time in a zone (IANA) is called: `China Time`, `北美东部时间`.

        Raises LookupError for a zone that is not known.
        """
        return get_timezone_name(zone, locale=self.locale, zone_variant="generic")

    def items(self, values: Sequence[str]) -> str:
        """`A, B, and C`, `A、B和C`."""
        return format_list(values, locale=self.locale)


@lru_cache(maxsize=64)
def _locale(code: str) -> Locale:
    return Locale.parse(code)


@lru_cache(maxsize=512)
def _pattern(code: str, scale: int, places: int) -> NumberPattern:
    """The language's pattern for numbers (scale 0) or percent (scale 2), with so many decimals."""
    locale = _locale(code)
    pattern = (locale.percent_formats if scale else locale.decimal_formats)[None]
    exact = copy.copy(parse_pattern(pattern))
    exact.frac_prec = (places, places)
    return exact


def _odd(value: Decimal) -> bool:
    """Not a number, or so long that it would be shown, or a plural be found for it, in minutes."""
    _, figures, exponent = value.as_tuple()
    return not isinstance(exponent, int) or len(figures) > 20 or not -20 <= exponent <= 20


@lru_cache(maxsize=4096)
def _number(code: str, digits: str, scale: int) -> str:
    value = Decimal(digits)
    if _odd(value):
        return digits
    pattern = _pattern(code, scale, max(0, -int(value.as_tuple().exponent)))
    written: str = pattern.apply(value.scaleb(-scale), _locale(code))
    return written


@lru_cache(maxsize=1024)
def _money(code: str, digits: str, currency: str) -> str:
    number, amount, locale = _number(code, digits, 0), Decimal(digits), _locale(code)
    if _odd(amount):
        return f"{number} {currency}"
    pattern = get_currency_unit_pattern(currency, count=amount, locale=locale)
    name = get_currency_name(currency, count=amount, locale=locale)
    return pattern.replace("{0}", number).replace("{1}", name)


@lru_cache(maxsize=1024)
def _date(code: str, day: date, length: DateLength) -> str:
    return format_date(day, format=length, locale=_locale(code))


# Strangers' words --------------------------------------------------------------------------------

FSI, PDI, RLM = "\u2068", "\u2069", "\u200f"
"""First strong isolate, its end, and the right-to-left mark (Unicode Annex 9)."""

_GONE = (
    *range(0x20),
    *range(0x7F, 0xA0),
    *range(0x202A, 0x202F),  # embeddings and overrides; Telegram removes them too (TDLib: misc.cpp)
    *range(0x2066, 0x206A),  # isolates: a closing one would break out of ours
    *range(0xD800, 0xE000),  # halves of characters: Telegram takes valid UTF-8 only
)
_CLEANING: dict[int, str | None] = dict.fromkeys(_GONE) | {
    ord("\t"): " ",
    **dict.fromkeys(map(ord, "\n\r\v\f\x85\u2028\u2029"), "\n"),
}
_RTL = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def clean(value: str) -> str:
    """`value` without characters that act on the text around it; line breaks stay."""
    if value.isprintable():  # nearly always; none of the characters in question is printable
        return value
    return value.replace("\r\n", "\n").translate(_CLEANING)


def isolate(value: str, right_to_left: bool) -> str:
    """`value`, cleaned before, so that its direction and that of the sentence leave each other be.

    Marks are added only where they do something: in a right-to-left language, or round
    right-to-left letters. An isolate ends with its line, so each line gets its own.
    """
    if not right_to_left and (value.isascii() or not _RTL.search(value)):
        return value
    if "\n" not in value:
        return f"{FSI}{value}{PDI}" if value else value
    return "\n".join(f"{FSI}{line}{PDI}" if line else line for line in value.split("\n"))


# Right-to-left sentences -------------------------------------------------------------------------

_PIECES = re.compile(r"(<[^>]*>|\{[a-z0-9_]+\}|&#?\w+;)")
_PHONE = re.compile(r"\+?\(?[0-9](?:[ ().\u00a0–-]*[0-9]){6,}")


def settle(html: str) -> str:
    """A right-to-left sentence (Telegram HTML) whose phone numbers and Latin line starts behave.

    Without this `+86 10-6532 1234` is shown back to front in an Arabic sentence, and a line that
    begins with a drug's name throws its full stop to the wrong side. A sentence without
    right-to-left letters (English that stands in for a missing one) stays as it is.
    """
    if not _RTL.search(html):
        return html
    lines, verbatim = [], False
    for line in html.split("\n"):
        out: list[str] = []
        first = ""
        for place, piece in enumerate(_PIECES.split(line)):
            if place % 2:  # a tag, a placeholder or a character reference
                if re.match(r"</?(?:code|pre)\b", piece):
                    verbatim = piece[1] != "/"
                out.append(piece)
                continue
            first = first or first_strong(piece)
            out.append(piece if verbatim else _PHONE.sub(lambda run: f"{FSI}{run[0]}{PDI}", piece))
        mark = RLM if line and first not in ("R", "AL") else ""
        lines.append(mark + "".join(out))
    return "\n".join(lines)


def first_strong(text: str) -> str:
    """The direction of the first letter that has one: L, R or AL; "" where none has."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction
    return ""
