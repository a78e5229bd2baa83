"""A language, and how it says things. The only place where a Text becomes words for a person.

Values are escaped, cleaned and kept apart from the sentence's direction here and nowhere else.
What is missing in a language is said in its fallback (language.yaml), else in English.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from babel.core import Locale, UnknownLocaleError

from bot.i18n.catalog import SOURCE, Catalog, Catalogs, Kind, Message, load_catalogs
from bot.i18n.formatting import DateLength, Formats, clean, first_strong, isolate, settle
from bot.i18n.markup import MarkupError, escape, parse
from bot.i18n.matching import How, match
from bot.i18n.placeholders import Parts, take_apart
from bot.i18n.plurals import PluralRule
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.profile import Profile, Status, read_profile
from bot.i18n.text import Label, Money, Percent, Spoken, Text, Value

ENOUGH = 0.95
"""The share of sentences that a published language must have; with less it counts as beta."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A message taken apart: its forms as HTML and as plain words."""

    names: frozenset[str]
    plural: PluralRule | None
    html: tuple[Parts, ...]
    plain: tuple[Parts, ...] | None
    """None for prose: its plain words are what is left when its tags are read."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language: made at start, never changed."""

    code: str
    """As directories spell it: `zh_Hans`."""
    name: Label
    """In the language itself: `简体中文`."""
    direction: Literal["ltr", "rtl"]
    status: Status
    messages: Mapping[str, Message] = field(repr=False)
    """Every English id, in this language, its fallback or English."""
    formats: Formats = field(repr=False)
    maintainers: tuple[str, ...] = ()
    coverage: float = 1.0
    """The share of the sentences that are this language's own, 0 to 1."""
    tag: str = field(init=False)
    """As addresses spell it: `zh-Hans`."""
    _sentences: dict[str, _Sentence] = field(init=False, repr=False)
    _spoken: dict[str, Spoken] = field(init=False, repr=False)
    _labels: dict[str, Label] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rtl = self.direction == "rtl"
        sentences = {id: _take_apart(message, rtl) for id, message in self.messages.items()}
        ready = {id: s for id, s in sentences.items() if not s.names and s.plural is None}
        spoken = {id: Spoken(_join(s.html[0])) for id, s in ready.items()}
        labels = {
            id: Label(_one_line(_join(s.plain[0]) if s.plain else _visible(spoken[id])))
            for id, s in ready.items()
        }
        made = {"_sentences": sentences, "_spoken": spoken, "_labels": labels}
        for name, value in (made | {"tag": self.code.replace("_", "-")}).items():
            object.__setattr__(self, name, value)

    def say(self, text: Text) -> Spoken:
        """`text` as Telegram HTML, its values escaped, and said themselves where they are texts.

        Raises KeyError for an id that English has not, or values that are not its placeholders.
        """
        if not text.values:
            if text.template is None:
                said = self._spoken.get(text.id)
                if said is not None:
                    return said
            elif self.direction == "ltr":
                return Spoken(text.template)
        return Spoken(self._put_together(text, html=True))

    def label(self, text: Text) -> Label:
        """`text` as plain words on one line: of prose, what is left when its tags are read.

        Raises KeyError like `say`.
        """
        if text.template is None:
            if not text.values:
                label = self._labels.get(text.id)
                if label is not None:
                    return label
            sentence = self._sentences.get(text.id)
            if sentence is not None and sentence.plain is not None:
                return Label(_one_line(self._put_together(text, html=False)))
        return Label(_one_line(_visible(self.say(text))))

    def number(self, value: int | Decimal) -> str:
        """`12,345.60`: a quantity with exactly its digits, as plain words."""
        return self.formats.number(value)

    def percent(self, value: Percent) -> str:
        """`48.6%`, with exactly its digits, as plain words."""
        return self.formats.percent(value)

    def money(self, value: Money) -> str:
        """The catalogs' own form (`money.USD`: `US${amount}`), else CLDR's full name, plain."""
        own = f"money.{value.currency}"
        sentence = self._sentences.get(own)
        if sentence is None or sentence.names != {"amount"}:
            return self.formats.money(value)
        return self.label(Text(own, {"amount": self.formats.number(value.amount)}))

    def date(self, day: datetime.date, length: DateLength = "long") -> str:
        """`March 5, 2026`, as plain words."""
        return self.formats.date(day, length)

    def soon(self, at: datetime.datetime) -> str:
        """`Mar 5, 2:05 PM`: a moment not far away, by the clock of its own zone, as plain words."""
        return self.formats.soon(at)

    def clock(self, zone: str) -> str:
        """`China Time`, for the time in a zone (IANA), as plain words."""
        return self.formats.clock(zone)

    def name_of(self, code: str) -> Label:
        """What this language calls the language `code` (CLDR): `Chinese`; "" if it has no name."""
        names = self.formats.locale.languages
        return Label(names.get(code.partition("_")[0], ""))

    def items(self, values: Iterable[str]) -> str:
        """`A, B, and C`, as plain words."""
        return self.formats.items(tuple(values))

    def _put_together(self, text: Text, html: bool) -> str:
        values = text.values
        if text.template is not None:
            parts, names = _template(text.template, self.direction == "rtl", bool(values))
        else:
            sentence = self._sentences[text.id]
            names = sentence.names
            forms = sentence.html if html or sentence.plain is None else sentence.plain
            parts = forms[0]
        if values.keys() != names:
            raise KeyError(f"{text.id} takes the values {sorted(names)}, not {sorted(values)}")
        if text.template is None and sentence.plural is not None:
            parts = forms[sentence.plural.form(_count(text))]
        return "".join(
            part if isinstance(part, str) else self._value(values[part.name], part.verbatim, html)
            for part in parts
        )

    def _value(self, value: Value, verbatim: bool, html: bool) -> str:
        if isinstance(value, str):
            return self._inserted(clean(value), verbatim, html)
        if isinstance(value, Text):
            return self.say(value) if html else self.label(value)
        if isinstance(value, tuple):
            items = [self._inserted(clean(item), verbatim, html) for item in value]
            return self.formats.items(items)
        return self._inserted(self._written(value), verbatim, html)

    def _written(self, value: int | Decimal | datetime.date | Money | Percent) -> str:
        match value:
            case Percent():
                return self.formats.percent(value)
            case Money():
                return self.money(value)
            case datetime.datetime():
                return self.formats.moment(value)
            case datetime.date():
                return self.formats.date(value)
            case _:
                return self.formats.number(value)

    def _inserted(self, words: str, verbatim: bool, html: bool) -> str:
        shown = escape(words) if html else words
        return shown if verbatim else isolate(shown, self.direction == "rtl")


def _take_apart(message: Message, rtl: bool) -> _Sentence:
    label = message.kind is Kind.LABEL
    forms = tuple(settle(form) for form in message.forms) if rtl else message.forms
    plain = tuple(take_apart(form, html=False) for form in forms)
    if label:
        html = tuple(
            tuple(escape(part) if isinstance(part, str) else part for part in parts)
            for parts in plain
        )
    else:
        html = tuple(take_apart(form, html=True) for form in forms)
    return _Sentence(message.names, message.plural, html, plain if label else None)


@lru_cache(maxsize=4096)
def _template(template: str, rtl: bool, with_values: bool) -> tuple[Parts, frozenset[str]]:
    """A library's sentence taken apart; without values its braces would be words."""
    words = settle(template) if rtl else template
    parts = take_apart(words, html=True) if with_values else (words,)
    return parts, frozenset(part.name for part in parts if not isinstance(part, str))


def _join(parts: Parts) -> str:
    return "".join(part for part in parts if isinstance(part, str))


def _count(text: Text) -> int:
    n = text.values["n"]
    if not isinstance(n, int):
        raise TypeError(f"{text.id} counts something: its n must be a whole number")
    return n


def _one_line(words: str) -> str:
    return re.sub(r"\s*\n\s*", " ", words.strip("\n")) if "\n" in words else words


@lru_cache(maxsize=1024)
def _visible(html: str) -> str:
    """What a person sees of `html`; as it is, where a value made it no HTML."""
    if "<" not in html and "&" not in html:
        return html
    try:
        return parse(html).text
    except MarkupError:
        return html


# All languages -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matched:
    """The language that a person gets, and how well it fits."""

    language: Language
    how: How


class Languages(Mapping[str, Language]):
    """All languages by code (`zh_Hans`), found by their tag (`zh-Hans`) too."""

    def __init__(self, languages: Iterable[Language], notices: Iterable[Problem] = ()) -> None:
        """`languages` with English among them; `notices` is what is amiss in their files."""
        self._by_code = {language.code: language for language in languages}
        self._by_tag = {language.tag: language for language in self._by_code.values()}
        self.notices = tuple(notices)
        self.default = self._by_code[SOURCE]
        offered = [language for language in self._by_code.values() if language.status != "draft"]
        offered.sort(key=lambda language: (language is not self.default, language.name.casefold()))
        self.offered = tuple(offered)
        self._offered_codes = tuple(language.code for language in offered)

    def __getitem__(self, code: str) -> Language:
        return self._by_code.get(code) or self._by_tag[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

    def match(self, language_code: str | None) -> Matched:
        """The offered language for a client's tag, English where none fits. Never raises."""
        found = match(language_code, self._offered_codes, SOURCE)
        return Matched(self._by_code[found.code], found.how)


def load_languages(locales_dir: Path) -> Languages:
    """Every language below `locales_dir`, with `.notices` for what is amiss but bearable.

    Raises BrokenWords with all problems of all files.
    """
    return load_with_catalogs(locales_dir)[0]


def load_with_catalogs(
    locales_dir: Path, broken: list[Problem] | None = None
) -> tuple[Languages, Catalogs]:
    """The languages, and the catalogs they are made of; with a list `broken`, like
    `load_catalogs`."""
    problems: list[Problem] = []
    profiles: dict[Path, Profile] = {}
    for path in sorted(locales_dir.glob("*/language.yaml")):
        try:
            profiles[path.parent] = read_profile(path, path.relative_to(locales_dir.parent))
        except BrokenWords as unread:
            problems.extend(unread.problems)
    try:
        catalogs = load_catalogs(locales_dir, broken)
    except BrokenWords as unread:
        raise BrokenWords([*problems, *unread.problems]) from None
    if broken is not None:
        broken.extend(problems)
    elif problems:
        raise BrokenWords(problems)
    notices = list(catalogs.notices)
    languages = [
        _language(catalog, profiles.get(catalog.folder, Profile()), catalogs, notices)
        for catalog in catalogs.by_code.values()
    ]
    return Languages(languages, sorted(notices)), catalogs


def _language(
    catalog: Catalog, profile: Profile, catalogs: Catalogs, notices: list[Problem]
) -> Language:
    shown = f"{catalog.folder.parent.name}/{catalog.folder.name}/language.yaml"
    messages = dict(catalogs.english.messages)
    for code in reversed(profile.fallback):
        if code in catalogs.by_code:
            messages |= catalogs.by_code[code].messages
        else:
            what = f"The fallback “{code}” is no language that is here."
            remedy = f"Use one of {', '.join(catalogs.by_code)}."
            notices.append(Problem(shown, 1, what, remedy, "language.profile"))
    messages |= catalog.messages
    status = profile.status
    if catalog.code == SOURCE:
        status = "published"
    elif not catalog.messages:
        status = "draft"
    elif status == "published" and catalog.coverage < ENOUGH:
        status = "beta"
        what = f"Only {catalog.coverage:.0%} of the sentences can be used, so this counts as beta."
        remedy = "Translate the rest, or write “status: beta”."
        notices.append(Problem(shown, 1, what, remedy, "language.beta"))
    locale, known = _locale(catalog.code)
    name = profile.name or (_endonym(locale, catalog.code) if known else "")
    if not name:
        notices.append(
            Problem(
                shown,
                1,
                "The name of this language is not known.",
                "Add “name: ...”.",
                "language.name",
            )
        )
    rtl = locale.text_direction == "rtl" if known else first_strong(name) in ("R", "AL")
    return Language(
        code=catalog.code,
        name=Label(name or catalog.code),
        direction="rtl" if rtl else "ltr",
        status=status,
        messages=messages,
        formats=Formats(locale),
        maintainers=profile.maintainers,
        coverage=catalog.coverage,
    )


def _locale(code: str) -> tuple[Locale, bool]:
    """CLDR's data for `code`, and whether it is that language's; else English formats."""
    for candidate in (code, code.partition("_")[0]):
        try:
            return Locale.parse(candidate), True
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(SOURCE), False


def _endonym(locale: Locale, code: str) -> str:
    """The language's name in itself, with a capital where its script has them: `Русский`."""
    name = locale.languages.get(code) or locale.get_display_name() or code
    return name[0].title() + name[1:]
