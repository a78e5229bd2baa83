"""What the pages are: values that talk turns into screens. Reading them is reading.py's."""

import enum
import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.i18n import markup
from bot.i18n.text import Text
from bot.library.facts import Facts, Reference

REVIEW_VOLATILE = timedelta(days=90)
"""Approvals, prices, trial status and law fall due after this (fact sheet, section 0)."""

REVIEW_OTHER = timedelta(days=365)
"""Everything else falls due after twelve months (fact sheet, section 15)."""


@dataclass(frozen=True, slots=True)
class Link:
    """A button to the live web: the label's id in the catalogs, and the address by language."""

    label: str
    urls: Mapping[str, str]

    def url(self, language: str) -> str:
        """The address for this language, else the English one."""
        return self.urls.get(language) or self.urls["en"]


@dataclass(frozen=True, slots=True)
class Node:
    """A page's place in content/structure.yaml: no prose, no language."""

    id: str
    section: str
    parent: str | None
    children: tuple[str, ...]
    lines: tuple[str, ...]
    links: tuple[Link, ...]
    high: bool
    ties: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A source as shown under a page: its label in the page's language, and its address."""

    title: Text
    url: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page in one language. `parts` are its screens; every Text holds its own words."""

    id: str
    language: str
    place: str
    title: Text
    button: Text
    parts: tuple[Text, ...]
    facts: tuple[str, ...]
    sources: tuple[Source, ...]
    evidence: str
    reviewed: date
    reviewer: str
    due: date


UNTRANSLATED = "none"
"""The `from:` of an item that still holds the English words, to be overwritten."""


class State(enum.Enum):
    """How the words shown relate to the English ones (languages.md, 5.4)."""

    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Reading:
    """The page to show somebody, and whether it is what they asked for."""

    page: Page
    state: State


@dataclass(frozen=True, slots=True)
class Library:
    """Every page in every language.

    `pages[language][id]` holds the translations that can be shown; `stale` the (language, id) of
    those whose English has changed since.
    """

    menu: tuple[str, ...]
    nodes: Mapping[str, Node]
    facts: Facts
    pages: Mapping[str, Mapping[str, Page]]
    stale: frozenset[tuple[str, str]]
    source: str = "en"

    def read(self, page: str, language: str) -> Reading:
        """The page `page` for a reader of `language`; raises KeyError for an unknown page.

        A stale item that could hurt (`high: yes`) is shown in English; other stale items stay,
        with a notice; a missing one is English as a whole, never mixed.
        """
        own = self.pages.get(language, {}).get(page)
        if own is None:
            return Reading(self.pages[self.source][page], State.MISSING)
        if (language, page) not in self.stale:
            return Reading(own, State.FRESH)
        if self.nodes[page].high:
            return Reading(self.pages[self.source][page], State.STALE)
        return Reading(own, State.STALE)


def reference_label(reference: Reference, title: Text | None) -> Source:
    """The line under a page; a reference without a label shows its citation."""
    return Source(
        title or Text(reference.id, template=markup.escape(reference.cites)), reference.url
    )


def content_hash(fields: Mapping[str, object]) -> str:
    """Eight hex digits that change exactly when the wording changes (languages.md, 5.2).

    `fields` are the parsed words of one English item (title, button, parts): quoting, key order
    and trailing blanks do not count.
    """

    def tidy(value: object) -> object:
        if isinstance(value, str):
            lines = unicodedata.normalize("NFC", value).strip().split("\n")
            return "\n".join(line.rstrip() for line in lines)
        if isinstance(value, Mapping):
            return {key: tidy(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [tidy(inner) for inner in value]
        return value

    canonical = json.dumps(tidy(fields), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:8]
