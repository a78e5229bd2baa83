"""Time zones: those a person in a country may mean, and what they are called."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import Locale, get_global

from bot.dialogue.intake.names import cldr, plain
from bot.dialogue.intake.typed import closed
from bot.i18n.text import Text

_SETTLED = 2037
"""The year by whose clock two zones are the same or not: rules that end soon do not count."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone to choose. `option` fits into a button's address; `id` is IANA's name."""

    option: str
    id: str


@lru_cache(maxsize=512)
def zones_of(code: str) -> tuple[Zone, ...]:
    """CLDR's zones of a country (ISO 3166), one for each clock, west to east."""
    groups: dict[tuple[timedelta, ...], list[str]] = {}
    for zone in get_global("territory_zones").get(code, ()):
        groups.setdefault(clock_of(zone), []).append(zone)
    groups.pop((), None)  # zones that this machine's tz database does not have
    best = (min(group, key=_obscurity) for _, group in sorted(groups.items()))
    return tuple(Zone(option_of(zone), zone) for zone in best)


def option_of(zone: str) -> str:
    """`new-york`."""
    return re.sub("[^a-z0-9]+", "-", zone.rpartition("/")[2].lower()).strip("-")


def zone_name(zone: str, language: str) -> Text:
    """`Eastern Time (New York)`, `北美东部时间（纽约）`; the city alone where CLDR has no more."""
    city, general = _city(zone, cldr(language)), _general(zone, cldr(language))
    if not general:
        return plain(zone, city)
    wide = unicodedata.east_asian_width(general[-1]) in "WF"
    return plain(zone, f"{general}（{city}）" if wide else f"{general} ({city})")


@lru_cache(maxsize=512)
def names_of(zone: str, language: str) -> frozenset[str]:
    """What one may type for a zone, folded: `newyork`, `easterntime`."""
    locale = cldr(language)
    names = (_city(zone, locale), _general(zone, locale), zone, zone.rpartition("/")[2])
    return frozenset(closed(name) for name in names) - {""}


@lru_cache(maxsize=512)
def clock_of(zone: str) -> tuple[timedelta, ...]:
    """What the clock shows against UTC through a year; nothing for a zone that is not known."""
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ()
    middles = (datetime(_SETTLED, month, 15, 12, tzinfo=UTC) for month in range(1, 13))
    return tuple(day.astimezone(info).utcoffset() or timedelta() for day in middles)


def _obscurity(zone: str) -> tuple[bool, int, bool, bool]:
    """The smaller, the likelier people know it: not a county of Indiana, with many names
    (US/Eastern is New York), with a name of its own in CLDR, and in its list for Windows."""
    ids = _cldr_ids(zone)
    named = any(id in get_global("meta_zones") for id in ids)
    listed = not _WINDOWS.isdisjoint(ids)
    return (zone.count("/") > 1, -len(ids), not named, not listed)


_WINDOWS = frozenset(get_global("windows_zone_mapping").values())


@lru_cache(maxsize=512)
def _cldr_ids(zone: str) -> tuple[str, ...]:
    """The name of a zone now, and those CLDR may still keep it under."""
    return (zone, *(old for old, now in get_global("zone_aliases").items() if now == zone))


def _city(zone: str, locale: Locale) -> str:
    for id in _cldr_ids(zone):
        city = locale.time_zones.get(id, {}).get("city")
        if city:
            return str(city)
    return zone.rpartition("/")[2].replace("_", " ")


def _general(zone: str, locale: Locale) -> str:
    """`Eastern Time`; nothing where CLDR has no such name."""
    groups = get_global("meta_zones")
    for id in _cldr_ids(zone):
        names = locale.meta_zones.get(groups.get(id), {}).get("long", {})
        if names:
            return str(names.get("generic") or names.get("standard") or "")
    return ""
