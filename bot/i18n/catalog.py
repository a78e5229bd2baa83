"""The sentences of every language: read at start, checked, with English where one cannot be used.

English is a catalog too, and the source: its msgid is the English, its msgstr may be empty or
override the wording. A translation that is a guess, made from other English, empty, or that would
break (other placeholders, HTML that Telegram refuses) is left out and told as a notice; a file
that cannot be read with certainty, or broken English, stops the start.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bot.i18n.markup import MarkupError, parse
from bot.i18n.matching import read_tag
from bot.i18n.placeholders import filled, names_in, unreadable
from bot.i18n.plurals import PluralRule, plural_rule
from bot.i18n.po import Entry, PoFile, read_po
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.quoting import field_lines

SOURCE = "en"


class Kind(Enum):
    """What a sentence is for, read from the beginning of its id."""

    LABEL = "label"
    """Plain words: a button, a toast, a command's description."""
    PROSE = "prose"
    """Telegram HTML."""


_LABELS = ("button.", "toast.", "command.", "bot.", "language.", "label.", "money.")

_LIMITS = (
    ("button.", 30),  # buttons do not wrap; wider ones are cut on small phones
    ("toast.", 200),  # Bot API: answerCallbackQuery.text
    ("command.", 256),  # Bot API: BotCommand.description
    ("bot.name", 64),  # Bot API: setMyName
    ("bot.short", 120),  # Bot API: setMyShortDescription
    ("bot.", 512),  # Bot API: setMyDescription
)


def kind_of(id: str) -> Kind:
    """Whether the sentence `id` is plain words or HTML."""
    return Kind.LABEL if id.startswith(_LABELS) else Kind.PROSE


def limit_of(id: str) -> int | None:
    """The most characters that fit where the sentence `id` is shown; None: a whole message."""
    return next((limit for beginning, limit in _LIMITS if id.startswith(beginning)), None)


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence in one language, fit to be said."""

    id: str
    kind: Kind
    names: frozenset[str]
    """The placeholders that the English has: the values that must be given."""
    forms: tuple[str, ...]
    plural: PluralRule | None = None
    """Which of the forms a number `n` takes; None where there is only one."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """One language's own sentences, those that can be used."""

    code: str
    folder: Path
    """The language's own folder, as locales/zh_Hans"""
    file: PoFile
    messages: Mapping[str, Message]
    coverage: float
    """The share of the English sentences that this language has, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Catalogs:
    """All catalogs by code, English among them, and what is amiss in them."""

    by_code: Mapping[str, Catalog]
    notices: tuple[Problem, ...]

    @property
    def english(self) -> Catalog:
        return self.by_code[SOURCE]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a sentence cannot be used. `code` is for machines; `form` the plural form, from 0."""

    code: str
    message: str
    remedy: str
    form: int = 0


def load_catalogs(locales_dir: Path, broken: list[Problem] | None = None) -> Catalogs:
    """Every language below `locales_dir`.

    Raises BrokenWords with all problems of all files where a file is broken, or English is. With
    a list `broken` the problems are added to it instead, a broken file counts as one without
    sentences, and only where there is no English to compare with is it raised.
    """
    problems: list[Problem] = []
    notices: list[Problem] = []
    files: dict[str, PoFile] = {}
    folders = _folders(locales_dir, problems, notices)
    for code, folder in folders.items():
        path = folder / "LC_MESSAGES" / "messages.po"
        shown = path.relative_to(locales_dir.parent).as_posix()
        if code == SOURCE or path.exists():
            try:
                files[code] = read_po(path, shown)
            except BrokenWords as unread:
                problems.extend(unread.problems)
                if broken is not None and code != SOURCE:
                    files[code] = PoFile(shown, {}, None, ())
        else:
            files[code] = PoFile(shown, {}, None, ())
            notices.append(
                Problem(
                    shown, 1, "This language has no sentences.", "Add this file to it.", "missing"
                )
            )
    if SOURCE in files:
        source = files[SOURCE]
        for entry in source.entries:
            problems.extend(
                _problem(source, entry, fault) for fault in _english_faults(entry, source.plural)
            )
    if problems and (broken is None or SOURCE not in files):
        raise BrokenWords(problems)
    if broken is not None:
        broken.extend(problems)
    english = {entry.id: entry for entry in files[SOURCE].entries}
    by_code = {SOURCE: _english(folders[SOURCE], files[SOURCE])}
    for code, file in files.items():
        if code != SOURCE:
            by_code[code] = _translated(code, folders[code], file, english, notices)
    return Catalogs(by_code, tuple(sorted(notices)))


def _folders(locales_dir: Path, problems: list[Problem], notices: list[Problem]) -> dict[str, Path]:
    """Every language's folder by its code. What is amiss with their names is added to the lists."""
    shown = locales_dir.name
    found: dict[str, Path] = {}
    children = sorted(locales_dir.iterdir()) if locales_dir.is_dir() else []
    for child in children:
        if not child.is_dir() or child.name.startswith((".", "__")):
            continue
        tag = read_tag(child.name)
        place = f"{shown}/{child.name}"
        if tag is None or tag.code.lower() != child.name.lower().replace("-", "_"):
            notices.append(
                Problem(
                    place,
                    1,
                    "This folder's name is not a language's code.",
                    "Name it like zh_Hans, pt_BR or ru.",
                    "folder.name",
                )
            )
            continue
        if tag.code in found:
            problems.append(
                Problem(
                    place,
                    1,
                    f"There is a second folder for this language ({found[tag.code].name}).",
                    "Put everything into one of them.",
                    "folder.twice",
                )
            )
            continue
        if tag.code != child.name:
            notices.append(
                Problem(
                    place,
                    1,
                    "This language's code has another spelling.",
                    f"Use “{tag.code}”.",
                    "folder.name",
                )
            )
        found[tag.code] = child
    if SOURCE not in found:
        message = "There is no English, from which all other languages are made."
        remedy = f"Put {SOURCE}/LC_MESSAGES/messages.po here, or correct LOCALES_DIR."
        problems.append(Problem(shown, 1, message, remedy))
    return found


def _english(folder: Path, file: PoFile) -> Catalog:
    messages = {}
    for entry in file.entries:
        sources = _sources(entry)
        override = entry.forms if any(entry.forms) and not entry.fuzzy else sources
        rule = None
        if entry.source_plural is not None:
            rule = file.plural if override is entry.forms else _ENGLISH_RULE
        messages[entry.id] = _message(entry, _nfc(override), rule)
    return Catalog(SOURCE, folder, file, messages, 1.0)


_ENGLISH_RULE = plural_rule("nplurals=2; plural=(n != 1);")


def _translated(
    code: str,
    folder: Path,
    file: PoFile,
    english: Mapping[str, Entry],
    notices: list[Problem],
) -> Catalog:
    messages = {}
    for entry in file.entries:
        source = english.get(entry.id)
        found = [_unknown(entry, english)] if source is None else faults(entry, source, file.plural)
        notices.extend(_problem(file, entry, fault) for fault in found)
        if source is not None and not found:
            rule = file.plural if entry.source_plural is not None else None
            messages[entry.id] = _message(source, _nfc(entry.forms), rule)
    for id in english.keys() - {entry.id for entry in file.entries}:
        if file.entries:
            notices.append(
                Problem(
                    file.path,
                    1,
                    f"“{id}” is not here yet.",
                    "Copy it from messages.pot and translate it.",
                    "untranslated",
                    id,
                )
            )
    coverage = len(messages) / len(english) if english else 1.0
    return Catalog(code, folder, file, messages, coverage)


def _message(source: Entry, forms: tuple[str, ...], rule: PluralRule | None) -> Message:
    names = frozenset[str]().union(*map(names_in, _sources(source)))
    return Message(source.id, kind_of(source.id), names, forms, rule)


def _sources(entry: Entry) -> tuple[str, ...]:
    return (entry.source,) if entry.source_plural is None else (entry.source, entry.source_plural)


def _nfc(forms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(unicodedata.normalize("NFC", form) for form in forms)


# What is wrong with a sentence -------------------------------------------------------------------


def faults(entry: Entry, source: Entry, rule: PluralRule | None) -> list[Fault]:
    """Why the translation `entry` of the English `source` cannot be shown; empty: it can."""
    if not any(entry.forms):
        return [Fault("untranslated", "This is not translated yet.", "Write the msgstr.")]
    if entry.fuzzy:
        return [
            Fault(
                "fuzzy",
                "This is marked as a guess (fuzzy) and not shown.",
                "Compare it with the English, correct it, and delete “fuzzy”.",
            )
        ]
    if _nfc(_sources(entry)) != _nfc(_sources(source)):
        return [
            Fault(
                "stale",
                "This was made from other English than today's, and is not shown.",
                "Copy the new English into msgid, and look the translation through.",
            )
        ]
    expected = frozenset[str]().union(*map(names_in, _sources(source)))
    found: list[Fault] = []
    for form, words in enumerate(entry.forms):
        optional = rule is not None and source.source_plural is not None and form in rule.single
        found.extend(_wording(words, kind_of(source.id), expected, optional, form))
    return found


def _english_faults(entry: Entry, rule: PluralRule | None) -> Iterator[Fault]:
    """What is wrong with an English entry, its msgid and the wording that may override it."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", entry.id):
        yield Fault("id", "This id is misspelt.", "Use letters, digits and _ - between dots.")
    kind, sources = kind_of(entry.id), _sources(entry)
    expected = frozenset[str]().union(*map(names_in, sources))
    if entry.source_plural is not None and "n" not in names_in(entry.source_plural):
        yield Fault(
            "plural.no-n", "A sentence with plural forms needs the number.", "Write {n} into it."
        )
    for form, words in enumerate(sources):
        optional = entry.source_plural is not None and form == 0
        yield from _wording(words, kind, expected, optional, 0)
    for form, words in enumerate(entry.forms):
        if any(entry.forms) and words not in sources:
            optional = rule is not None and form in rule.single
            yield from _wording(words, kind, expected, optional, form)


def _wording(
    words: str, kind: Kind, expected: frozenset[str], n_optional: bool, form: int
) -> Iterator[Fault]:
    html = kind is Kind.PROSE
    if not words.strip():
        yield Fault("empty", f"Form {form} is empty.", "Translate it too.", form)
        return
    wrong = sorted(set(unreadable(words, html)))
    if wrong:
        message = f"This is not a placeholder: {'  '.join(wrong)}."
        yield Fault("placeholder.syntax", message, _keep(expected), form)
        return
    names = names_in(words)
    missing = expected - names - ({"n"} if n_optional else set())
    if unknown := names - expected:
        also = f", and {_braced(missing)} is missing" if missing else ""
        message = f"{_braced(unknown)} is not in the English text{also}."
        yield Fault("placeholder.unknown", message, _keep(expected), form)
    elif missing:
        message = f"{_braced(missing)} is missing."
        yield Fault("placeholder.missing", message, _keep(expected), form)
    if html:
        try:
            parse(filled(words, "x"))
        except MarkupError as error:
            yield Fault(
                "html",
                f"Telegram would refuse this text: {error.description}.",
                "Write &lt; for <, and close every tag in the order of the English.",
                form,
            )


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _keep(expected: frozenset[str]) -> str:
    if not expected:
        return "The English has no braces here: write none."
    return f"Keep names in plain braces as they are in the English: {_braced(expected)}."


def _unknown(entry: Entry, english: Mapping[str, Entry]) -> Fault:
    near = difflib.get_close_matches(entry.id, english, 1)
    remedy = f"Did you mean “{near[0]}”?" if near else "Delete it."
    # English that is gone leaves its translations behind: that is nobody's mistake.
    return Fault("id.unknown" if near else "obsolete", "There is no such id in English.", remedy)


def _problem(file: PoFile, entry: Entry, fault: Fault) -> Problem:
    line = entry.form_lines[fault.form] if fault.form < len(entry.form_lines) else entry.line
    message = f"“{entry.id}”: {fault.message}"
    return Problem(file.path, line, message, fault.remedy, fault.code, entry.id)


# The template for translators --------------------------------------------------------------------

_HEADER = (
    "Project-Id-Version: car-nk-bot\n"
    "POT-Creation-Date: 2026-01-01 00:00+0000\n"  # frozen: a date of each run conflicts in Git
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
)


def template(catalogs: Catalogs, places: Mapping[str, Iterable[str]] | None = None) -> str:
    """locales/messages.pot: every English sentence, ready to be translated, in English's order.

    `places` may name the files that use an id. The same catalogs give the same text, always.
    """
    entries = catalogs.english.file.entries
    plural = any(entry.source_plural is not None for entry in entries)
    header = _HEADER + ("Plural-Forms: nplurals=2; plural=(n != 1);\n" if plural else "")
    blocks = [["#, fuzzy", *field_lines("msgid", ""), *field_lines("msgstr", header)]]
    blocks.extend([*_block(entry, (places or {}).get(entry.id, ()))] for entry in entries)
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def hints_and_flags(entry: Entry) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What translators are told of an English entry: notes, and flags like `max-length:30`."""
    hints = tuple(hint for hint in (*entry.notes, *entry.hints) if hint)
    flags = [flag for flag in entry.flags if flag != "fuzzy"]
    limit = limit_of(entry.id)
    if limit is not None and not any(flag.startswith("max-length:") for flag in flags):
        flags.append(f"max-length:{limit}")
    return hints, tuple(flags)


def _block(entry: Entry, places: Iterable[str]) -> Iterator[str]:
    hints, flags = hints_and_flags(entry)
    yield from (f"#. {hint}" for hint in hints)
    yield from (f"#: {place}" for place in sorted(set(places)))
    if flags:
        yield f"#, {', '.join(flags)}"
    yield from field_lines("msgctxt", entry.id)
    yield from field_lines("msgid", entry.source)
    if entry.source_plural is None:
        yield from field_lines("msgstr", "")
    else:
        yield from field_lines("msgid_plural", entry.source_plural)
        yield from (*field_lines("msgstr[0]", ""), *field_lines("msgstr[1]", ""))
