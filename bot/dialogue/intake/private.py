"""Numbers that nobody should send: IDs, passports, bank cards, accounts (fact sheet, section 13).

Rather one question too many than such a number kept: who meant something else says so with a tap.
"""

import re
from collections.abc import Iterable

from bot.dialogue.intake.typed import plain_digits

_ALONE_BEFORE, _ALONE_AFTER = r"(?<![A-Z0-9])", r"(?![A-Z0-9])"
_DAY = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_OLD_DAY = r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"

_SHAPES = tuple(
    re.compile(_ALONE_BEFORE + shape + _ALONE_AFTER)
    for shape in (
        rf"[1-9][0-9]{{5}}[ -]?{_DAY}[ -]?[0-9]{{3}}[0-9X]",  # China: place, birth, three, check
        rf"[1-9][0-9]{{5}}{_OLD_DAY}[0-9]{{3}}",  # China until 2013
        r"[0-9]{3}-[0-9]{2}-[0-9]{4}",  # United States, social security
        r"[A-Z]{1,2}[0-9]{6} ?\([0-9A]\)",  # Hong Kong
        r"[STFGM][0-9]{7}[A-Z]",  # Singapore
        r"[A-Z][0-9]{8,9}",  # passports of many countries; Taiwan
        r"[A-Z]{2}[0-9]{7}",  # passports of many others
    )
)

_CARD = re.compile(
    _ALONE_BEFORE
    + r"(?:[0-9]{13,19}"
    + r"|[0-9]{4}(?:[ -][0-9]{4}){2,3}(?:[ -][0-9]{1,4})?"
    + r"|[0-9]{4}[ -][0-9]{6}[ -][0-9]{4,5})"
    + _ALONE_AFTER
)
_ISSUED = re.compile("[3-69]|2[2-7]")
"""How card numbers begin; telephone numbers with a country code of China or the US do not."""

_ACCOUNT = re.compile(
    _ALONE_BEFORE
    + r"[A-Z]{2}[0-9]{2}"
    + r"(?:[A-Z0-9]{11,30}|(?:[ -][A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{1,4})?)"
    + _ALONE_AFTER
)
_LONG = re.compile(r"[A-Z0-9](?:[A-Z0-9 -]{4,30})[0-9]")
"""What may stand behind a word like “passport”."""


def looks_private(words: str, named: Iterable[str]) -> bool:
    """Whether there is such a number in `words`. `named`: what one calls it, in any language."""
    text = plain_digits(words).upper()
    if not any(char in "0123456789" for char in text):
        return False
    return (
        any(shape.search(text) for shape in _SHAPES)
        or any(_is_card(found[0]) for found in _CARD.finditer(text))
        or any(_is_account(found[0]) for found in _ACCOUNT.finditer(text))
        or any(_follows(text, plain_digits(name).upper()) for name in named)
    )


def _is_card(found: str) -> bool:
    """ISO/IEC 7812: 13 to 19 digits of which the last is Luhn's."""
    digits = re.sub("[^0-9]", "", found)
    if not 13 <= len(digits) <= 19 or not _ISSUED.match(digits):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        worth = int(digit) * (2 if place % 2 else 1)
        total += worth - 9 if worth > 9 else worth
    return total % 10 == 0


def _is_account(found: str) -> bool:
    """ISO 13616: the letters as numbers (A is 10), the first four at the end, modulo 97."""
    whole = re.sub("[^A-Z0-9]", "", found)
    if not 15 <= len(whole) <= 34 or sum(char.isdigit() for char in whole) < 10:
        return False
    return int("".join(str(int(char, 36)) for char in whole[4:] + whole[:4])) % 97 == 1


def _follows(text: str, name: str) -> bool:
    """Six digits or more stand right behind `name`: “my passport number is 123 456 789”."""
    latin = name.isascii()
    for found in re.finditer((r"\b" if latin else "") + re.escape(name), text):
        behind = text[found.end() : found.end() + 60]
        number = _LONG.search(behind)
        if (
            number is not None
            and number.start() <= 24
            and sum(char.isdigit() for char in number[0]) >= 6
        ):
            return True
    return False
