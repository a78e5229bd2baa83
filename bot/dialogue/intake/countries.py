"""Countries and regions as people type them, and the time zones they have. Names are CLDR's.

CLDR's names are taken as they stand, in every language: they are nobody's opinion here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache

from babel.core import Locale, get_global

from bot.dialogue.intake.months import month_name
from bot.dialogue.intake.names import cldr, plain
from bot.dialogue.intake.typed import closed, fold
from bot.dialogue.intake.zones import Zone, names_of, option_of, zone_name, zones_of
from bot.i18n.text import Text

__all__ = ["MOST", "Countries", "Zone", "iso_codes", "month_name"]

MOST = 6
"""Candidates that are offered at once: what a phone shows without scrolling."""

_LONGEST = 100
"""Characters of a search that are looked at; more than any name has."""
_LIKE = 0.75
"""Of difflib's ratio, 0 to 1: `Germny` is Germany."""
_RESERVED = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
"""Two letters in CLDR's table that are no country or region of ISO 3166."""


class Countries:
    """Every country and region (ISO 3166 alpha-2) by its names in the languages of the bot.

    `first`: the codes to offer as buttons before anything is typed, likeliest first. `called`:
    what else people type, by code. `zones`: IANA names to offer for a country instead of CLDR's.
    """

    def __init__(
        self,
        languages: Iterable[str],
        first: Iterable[str] = (),
        called: Mapping[str, Iterable[str]] | None = None,
        zones: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.first = tuple(first)
        self.codes = iso_codes()
        self._languages = tuple(dict.fromkeys(("en", *languages)))
        names: dict[str, list[str]] = {}
        listed = ((code, name) for code, own in (called or {}).items() for name in own)
        for code, name in (*_cldr_names(self._languages, self.codes), *listed):
            own = names.setdefault(_fold(name), [])
            if code not in own:
                own.append(code)
        names.pop("", None)
        self._names = {name: tuple(own) for name, own in names.items()}
        self._closed = {name.replace(" ", ""): own for name, own in self._names.items()}
        self._codes = _by_code(self.codes)
        self._by_length = sorted(self._names, key=len, reverse=True)
        self._zones = {
            code: tuple(Zone(option_of(zone), zone) for zone in own)
            for code, own in (zones or {}).items()
        }

    # ── by name ──

    def sure(self, typed: str) -> str | None:
        """The one country whose name `typed` is; None where one must ask.

        A code alone is not sure: `in`, `no` and `AND` are words, too.
        """
        found = self._closed.get(_closed(typed), ())
        return found[0] if len(found) == 1 else None

    def search(self, typed: str) -> tuple[str, ...]:
        """Up to six codes for what somebody typed, best first; none where nothing is like it."""
        spaced = _fold(typed)
        closed = spaced.replace(" ", "")
        if not closed:
            return ()
        found = [*self._closed.get(closed, ()), *self._codes.get(closed, ())]
        found += self._beginning(closed, spaced)
        found = found or self._told(spaced) or self._like(closed)
        return tuple(dict.fromkeys(found))[:MOST]

    def name(self, code: str, language: str) -> Text:
        """What a reader of `language` (directory spelling) calls the country `code`; a code that
        CLDR has no name for is its own name."""
        return plain(code, cldr(language).territories.get(code, code))

    def _beginning(self, closed: str, spaced: str) -> list[str]:
        """Names that begin as typed, then those in which a word does."""
        begins, later = [], []
        for name, own in self._names.items():
            if name.replace(" ", "").startswith(closed):
                begins.append((len(name), own))
            elif f" {spaced}" in name:
                later.append((len(name), own))
        return [
            code
            for group in (begins, later)
            for _, own in sorted(group, key=lambda one: (self._rank(one[1][0]), one[0]))
            for code in own
        ]

    def _rank(self, code: str) -> int:
        return self.first.index(code) if code in self.first else len(self.first)

    def _told(self, spaced: str) -> list[str]:
        """Countries that a whole sentence names, the longest name first: 中国香港 is one place."""
        found: list[str] = []
        left = f" {spaced} "
        for name in self._by_length:
            if (name if _unspaced(name) else f" {name} ") in left:
                left = left.replace(name, "")
                found += self._names[name]
        return found

    def _like(self, closed: str) -> list[str]:
        if len(closed) < 4:
            return []
        near = get_close_matches(closed, self._closed, n=MOST, cutoff=_LIKE)
        return [code for name in near for code in self._closed[name]]

    # ── time zones ──

    def zones(self, code: str) -> tuple[Zone, ...]:
        """The time zones a person in `code` may mean, west to east; one where the clock is the same
        all over, none where the country is not known."""
        return self._zones.get(code) or (zones_of(code) if code in self.codes else ())

    def zone_name(self, zone: str, language: str) -> Text:
        """What a reader of `language` calls the time zone `zone`: `Eastern Time (New York)`."""
        return zone_name(zone, language)

    def zone_named(self, typed: str, code: str) -> str | None:
        """The zone of the country `code` that `typed` names in a language of the bot."""
        said = closed(typed)
        found = [
            zone.id
            for zone in self.zones(code)
            if said and any(said in names_of(zone.id, language) for language in self._languages)
        ]
        return found[0] if len(found) == 1 else None


# ── names ──


def _fold(name: str) -> str:
    return fold(name[:_LONGEST]).removeprefix("the ")


def _closed(name: str) -> str:
    return _fold(name).replace(" ", "")


def _unspaced(name: str) -> bool:
    """Written without blanks between words, so that it can stand anywhere: Chinese, Thai."""
    return not any(unicodedata.name(char, "").startswith(_SPACED) for char in name if char != " ")


_SPACED = ("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "ARMENIAN", "GEORGIAN", "HANGUL")


@lru_cache(maxsize=1)
def iso_codes() -> frozenset[str]:
    """ISO 3166 alpha-2, and XK: people live there, whoever counts it."""
    known = Locale("en").territories
    codes = (str(code) for code in known)
    return frozenset(code for code in codes if re.fullmatch("[A-Z]{2}", code)) - _RESERVED


def _by_code(codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Codes of two and three letters, small, and what they mean."""
    found: dict[str, tuple[str, ...]] = {code.lower(): (code,) for code in codes}
    for alias, meant in get_global("territory_aliases").items():
        if re.fullmatch("[A-Z]{3}", alias) and len(meant) == 1 and meant[0] in codes:
            found[alias.lower()] = (meant[0],)
    return found


def _cldr_names(languages: Iterable[str], codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(code, name) in each language; Chinese in both scripts, as a reader of one types either."""
    tables = dict.fromkeys(
        other
        for language in languages
        for other in ((language, "zh_Hans", "zh_Hant") if language[:2] == "zh" else (language,))
    )
    for language in tables:
        territories = cldr(language).territories
        for code in sorted(codes):
            for name in _forms(territories.get(code, "")):
                yield code, name


def _forms(name: str) -> Iterator[str]:
    """A name of CLDR and its everyday forms: 中国香港特别行政区 is also 香港."""
    yield name
    plain = re.sub("特别行政区$|特別行政區$", "", name.split(" SAR ", maxsplit=1)[0])
    yield plain
    yield re.sub("^中[国國]", "", plain)
    yield re.sub(r"\bSt\.", "Saint", name)
    yield from re.split(r"\s*[()（）]", name)
