"""Does what somebody typed answer the question? Every text gives a Value that fits or a Misfit."""

import re
from datetime import date
from html import unescape

from bot.dialogue.case import Value
from bot.dialogue.intake.contact import read_email, read_phone
from bot.dialogue.intake.form import Field, Form
from bot.dialogue.intake.misfit import (
    CHOOSE,
    LINK,
    NUMBER,
    PRIVATE,
    TOO_LONG,
    TOO_SHORT,
    UNCLEAR,
    Misfit,
)
from bot.dialogue.intake.months import read_month
from bot.dialogue.intake.private import looks_private
from bot.dialogue.intake.typed import LONGEST, closed, length, plain_digits, says_something, tidy

__all__ = ["PRIVATE", "Misfit", "check"]

_LINES = 200
"""From this length on an answer may have several lines."""

_WEB = re.compile(
    r"https?:|www\.|@|[a-z0-9-]{2,}\.(?:com|cn|net|org|io|me|info|co|ru|app|xyz|top|link|cc)\b"
)
_PLACE = re.compile("[0-9]{1,2}")
_COMMAS = re.compile(r"[,;/+，、；\n]")
_LIST = re.compile(r"[,;/+，、；\n]|\s(?=[0-9])")
_OLDEST = 125
_LABEL = 200
"""Characters; what is longer is not the words of a button."""


def check(
    form: Form,
    field: Field,
    typed: str,
    *,
    today: date,
    country: str | None = None,
    private_ok: bool = False,
) -> Value | Misfit:
    """What `typed` answers to `field`, as it is stored; else why it does not.

    `today` in the person's part of the world (UTC will do); `country` (ISO 3166) tells how to read
    a telephone number without a country code, and which time zones there are. Of a `many`, the
    tuple holds what these words say: options, or own words where the field takes them; what is
    ticked already is the caller's. A consent is never typed, and of `files` only an option can be.
    `private_ok`: the person has said that a number is none of those in PRIVATE.
    """
    if field.kind == "consent":
        return Misfit(CHOOSE)
    if len(typed) > LONGEST:
        return Misfit(TOO_LONG if field.most else UNCLEAR)
    words = tidy(typed, lines=field.most > _LINES)
    option = _option(form, field, words)
    if option is not None:
        return (option,) if field.kind == "many" else option
    private = not private_ok and looks_private(words, form.private)
    if private and field.kind in ("choice", "many", "text"):
        return Misfit(PRIVATE)
    value = _fit(form, field, words, today, country)
    if isinstance(value, Misfit) and private:
        return Misfit(PRIVATE)
    return value


def _fit(form: Form, field: Field, words: str, today: date, country: str | None) -> Value | Misfit:
    found: Value | Misfit | None
    match field.kind:
        case "many":
            found = _several(form, field, words)
        case "month":
            found = read_month(words, today, tuple(form.words))
        case "country":
            found = form.countries.sure(words)
        case "zone":
            found = _zone(form, words, country or "")
        case "email":
            found = read_email(words)
        case "phone":
            found = read_phone(words, country)
        case "choice" if field.check == "age":
            found = _age(field, words)
        case _:
            found = _words(field, words)
    return Misfit(UNCLEAR) if found is None else found


# ── options ──


def _option(form: Form, field: Field, words: str) -> str | None:
    """The option that these words are: its id, its label in any language, or its number."""
    named = _named(form, field, words)
    # "4" may be an answer of its own (a stage), and at an age it may be one (a child's).
    if named is not None or field.check == "age" or field.least == 1:
        return named
    place = _place(words, len(field.options))
    return None if place is None else field.options[place]


def _named(form: Form, field: Field, words: str) -> str | None:
    said = closed(words) if len(words) <= _LABEL else ""
    return next((id for id in field.options if said and said in _names(form, field, id)), None)


def _names(form: Form, field: Field, option: str) -> set[str]:
    names = {closed(option)}
    for language in form.words:
        words = form.say(field.id, language)
        for label in (words.options.get(option), words.full.get(option)):
            if label is not None:
                names.add(closed(unescape(label.template or "")))
    return names


def _several(form: Form, field: Field, words: str) -> Value | Misfit:
    """Several answers in one message (`1, 3`), or own words. Options that are listed among own
    words count, and the whole is kept, too: nothing is lost, and numbers in it stay numbers."""
    most = len(field.options)
    listed = [_option(form, field, part) for part in _pieces(_LIST, words, most)]
    if listed and None not in listed:
        return _ticked(field, listed)
    own = _words(field, words)
    if isinstance(own, Misfit):
        return own
    named = [_named(form, field, part) for part in _pieces(_COMMAS, words, most)]
    return (*_ticked(field, named), own)


def _pieces(between: re.Pattern[str], words: str, most: int) -> list[str]:
    """The parts of a list; nothing where it is none, or too long for one of options."""
    parts = [part for part in between.split(words) if part.strip()]
    return parts if 2 <= len(parts) <= most else []


def _ticked(field: Field, found: list[str | None]) -> tuple[str, ...]:
    picked: tuple[str, ...] = ()
    for option in field.options:
        if option in found:
            picked = field.ticked(picked, option)
    return picked


def _age(field: Field, words: str) -> str | Misfit:
    """The band of a typed age, alone: in “30 months” the number means something else, and one as
    small as the place of a button may be meant as that."""
    said = plain_digits(words).removesuffix("+")
    if not re.fullmatch("[0-9]{1,3}", said) or int(said) <= len(field.options):
        return Misfit(CHOOSE)
    bands = ((option, *_band(option)) for option in field.options)
    found = (option for option, least, most in bands if least <= int(said) <= most)
    return next(found, Misfit(CHOOSE))


def _band(option: str) -> tuple[int, int]:
    """The ages of `under-14`, `14-17`, `75-plus`."""
    ages = [int(one) for one in re.findall("[0-9]+", option)]
    if option.startswith("under-"):
        return 0, ages[0] - 1
    return ages[0], ages[1] if len(ages) > 1 else _OLDEST


# ── words ──


def _words(field: Field, words: str) -> str | Misfit:
    if not field.most:
        return Misfit(CHOOSE)
    size = length(words)
    if size > field.most:
        return Misfit(TOO_LONG)
    # Where one character is too little, a number alone is, too.
    told = any(char.isalpha() for char in words) if field.least > 1 else says_something(words)
    if size < field.least or not told:
        return Misfit(TOO_SHORT)
    if field.check == "name":
        if _WEB.search(words.casefold()):
            return Misfit(LINK)
        if sum(char.isdigit() for char in plain_digits(words)) > 5:
            return Misfit(NUMBER)
    return words


def _zone(form: Form, words: str, country: str) -> str | None:
    zones = form.countries.zones(country)
    place = _place(words, len(zones))
    return zones[place].id if place is not None else form.countries.zone_named(words, country)


def _place(words: str, of: int) -> int | None:
    """From 0: which of so many buttons a bare number means (`2`, `２.`, `2)`)."""
    number = plain_digits(words).strip(" .)")
    if not _PLACE.fullmatch(number) or not 1 <= int(number) <= of:
        return None
    return int(number) - 1
