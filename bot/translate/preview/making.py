"""What a preview shows: each screen beside its English, with what is to do about its words."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from bot.i18n.catalog import SOURCE
from bot.i18n.language import Language
from bot.i18n.markup import parse
from bot.i18n.problem import BrokenWords, Problem
from bot.translate.checks.examine import examine
from bot.translate.items import read_catalog, read_items
from bot.translate.pseudo import CODES, OPEN, Pseudo, with_pseudo
from bot.translate.status import Standing, Thing, standing_of
from bot.translate.tour import Stop, tour
from bot.words import Words, read_words


@dataclass(frozen=True, slots=True)
class Note:
    """Something about one sentence or item: what is to do (a Thing), or what is wrong."""

    name: str
    thing: Thing | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One screen. `beside`: the English one; None where English itself is shown. `names`: the
    sentences and items it is made of; `notes`: about those that are met here first."""

    stop: Stop
    beside: Stop | None
    names: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A whole page. `elsewhere`: what is wrong where no screen shows it."""

    language: Language
    english: Language
    standing: Standing | None
    shown: tuple[Shown, ...]
    elsewhere: tuple[Note, ...]


def make(
    locales: Path, content: Path, code: str, pseudo: Pseudo | None = None, today: date | None = None
) -> Preview:
    """The preview of the language `code` (directory spelling), or of a pseudo-language.

    Raises BrokenWords where the words cannot be read, and KeyError for an unknown language.
    """
    words = read_words(locales, content)
    now = datetime.combine(today or datetime.now(UTC).date(), time(12), UTC)
    beside = {_key(one): one for one in tour(words, words.languages.default, now)}
    if pseudo is not None:
        made = with_pseudo(words, pseudo)
        language, standing, notes = made.languages[CODES[pseudo]], None, []
        stops = tour(made, language, now)
    else:
        language = words.languages[code]
        stops = tour(words, language, now)
        standing = (
            standing_of(words, language, locales, content, now.date()) if code != SOURCE else None
        )
        notes = _notes(locales, content, code, standing)
    left = {name: [one for one in notes if one.name == name] for name in {n.name for n in notes}}
    names = _names(words, now)
    shown = []
    for stop in stops:
        own, told = names.get(_key(stop), ((), ()))
        first = tuple(note for name in told for note in left.pop(name, ()))
        english = None if language is words.languages.default else beside.get(_key(stop))
        shown.append(Shown(stop, english, own, first))
    rest = tuple(note for notes in left.values() for note in notes)
    return Preview(language, words.languages.default, standing, tuple(shown), rest)


def _key(stop: Stop) -> tuple[str, str]:
    return stop.group, stop.title


# Which words a screen is made of -----------------------------------------------------------------

_ID = re.compile(rf"{OPEN}([\w.-]+)")


_Names = tuple[str, ...]


def _names(words: Words, now: datetime) -> dict[tuple[str, str], tuple[_Names, _Names]]:
    """The names of the sentences and items on each screen, in reading order, and of those that it
    shows more of than a button: seen in the language that shows names for words."""
    made = with_pseudo(words, "ids")
    sentences = made.languages.default.messages.keys()
    found = {}
    for stop in tour(made, made.languages[CODES["ids"]], now):
        labels = (key.label for row in stop.screen.rows for key in row)
        said = "\n".join((parse(stop.screen.body).text, *labels))
        each = [(one, _name(one, sentences, words)) for one in _ID.findall(said)]
        whole = dict.fromkeys(name for _, name in each)
        more = dict.fromkeys(name for id, name in each if id != f"{name}.button")
        found[_key(stop)] = tuple(whole), tuple(more)
    return found


def _name(id: str, sentences: Iterable[str], words: Words) -> str:
    """`menu.welcome`, `costs` (for `costs.2`), `form.questions.age` (for `age.hint`),
    `templates.costs` (for its title), `R1`."""
    if id in sentences:
        return id
    first, _, rest = id.partition(".")
    if first in words.library.nodes and (rest in ("title", "button") or rest.isdecimal()):
        return first
    if first == "templates":
        return id.removesuffix(".title")
    if first in ("blocks", "reasons"):
        return f"form.{id}"
    return f"form.questions.{first}" if rest else id


# What is to do about them ------------------------------------------------------------------------


def _notes(locales: Path, content: Path, code: str, standing: Standing | None) -> list[Note]:
    notes = [Note(one.name, thing=one) for one in (standing.things if standing else ())]
    told = {one.thing.name for one in notes if one.thing and one.thing.state != "broken"}
    places = _places(locales, content, code)
    for problem in _findings(locales, content, code):
        name = _at(places.get(problem.path, []), problem.line)
        if problem.path in places and name not in told:
            notes.append(Note(name, problem=problem))
    return notes


def _findings(locales: Path, content: Path, code: str) -> Iterator[Problem]:
    """All that `check` tells of a language."""
    for one in examine(locales, content).of([code]).findings:
        remedy = one.remedy if one.fix is None else f"{one.remedy} ({one.fix})"
        yield Problem(one.path, one.line, one.message, remedy, one.code, one.id)


def _places(locales: Path, content: Path, code: str) -> dict[str, list[tuple[int, str]]]:
    """(line, name) of every sentence and item, in order, by the files of one language."""
    places: dict[str, list[tuple[int, str]]] = {}
    try:
        file = read_catalog(locales, code)
        items = read_items(content, code)
    except BrokenWords:
        return places
    places[file.path] = sorted((entry.line, entry.id) for entry in file.entries)
    for item in items:
        if item.own is not None:
            places.setdefault(item.path, []).append((item.own.line, item.name))
    return {path: sorted(named) for path, named in places.items()}


def _at(named: list[tuple[int, str]], line: int) -> str:
    """The name of what stands at `line`."""
    place = bisect_right(named, (line, "\uffff")) - 1
    return named[max(place, 0)][1] if named else ""
