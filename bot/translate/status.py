"""How far each language is, what is still to do, and what readers see until it is done."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from bot.i18n.catalog import SOURCE, faults
from bot.i18n.language import Language
from bot.i18n.strict import Block
from bot.library.pages import UNTRANSLATED
from bot.library.telling import tell
from bot.translate.diff import marked
from bot.translate.history import History
from bot.translate.items import Item, Kind, read_catalog, read_items
from bot.words import Words, read_words

State = Literal["fresh", "stale", "fuzzy", "missing", "broken", "overdue"]
"""fresh    made from the English of today
stale    made from older English
fuzzy    a guess, by whoever or whatever marked it so
missing  not translated
broken   cannot be shown as it is; `check` says why
overdue  of a page: fresh, and its sources should have been read again by now"""

_ENGLISH = "the English sentence"
_SEES: dict[str, dict[State, str]] = {
    "sentence": dict.fromkeys(("stale", "fuzzy", "missing", "broken"), _ENGLISH),
    "page": {
        "stale": "this translation, with a line that the English has changed since",
        "missing": "the English page, with a line that says so",
        "broken": "the English page, with a line that says so",
        "overdue": "this translation, with a line that it is due for review",
    },
    "high": {"stale": "the English page, with a line that says so: an old text could hurt here"},
    "form": dict.fromkeys(("stale", "missing", "broken"), "the question in English"),
    "source": {"stale": "this translation", "missing": "the English name"},
    "letter": dict.fromkeys(("stale", "missing", "broken"), "the letter in English"),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A sentence, page, question, letter or name of a source that is not simply fresh.

    `sees`: what readers get now. `old`, `new`: the English it was made from and today's, where both
    are known and differ.
    """

    kind: Literal["sentence"] | Kind
    name: str
    path: str
    line: int
    state: State
    sees: str
    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One language. `counts[kind][state]`; `things`: what is to do, the most urgent first."""

    code: str
    name: str
    status: str
    alarm_words: bool
    counts: dict[str, dict[str, int]]
    things: tuple[Thing, ...]

    def as_json(self) -> dict[str, Any]:
        """As `status --json` prints it."""
        things = [{name: getattr(one, name) for name in Thing.__slots__} for one in self.things]
        return {
            "language": self.code,
            "name": self.name,
            "status": self.status,
            "alarm_words": self.alarm_words,
            "counts": self.counts,
            "things": things,
        }


def standings(
    locales: Path, content: Path, today: date, codes: Iterable[str] = ()
) -> list[Standing]:
    """Every translated language, or those named. Raises BrokenWords where nothing can be read, and
    KeyError for a language that is not here."""
    words = read_words(locales, content)
    chosen = [words.languages[code] for code in codes]
    chosen = chosen or [one for one in words.languages.values() if one.code != SOURCE]
    return [standing_of(words, one, locales, content, today) for one in chosen]


def standing_of(
    words: Words, language: Language, locales: Path, content: Path, today: date
) -> Standing:
    """The same of one language, of words that were read already."""
    history = History(content)
    found = [
        *_sentences(locales, language.code),
        *_items(words, language.code, content, history, today),
    ]
    counts: dict[str, Counter[str]] = {}
    for one in found:
        counts.setdefault(one.kind, Counter())[one.state] += 1
    urgent = [one for one in found if one.state != "fresh"]
    return Standing(
        language.code,
        language.name,
        language.status,
        (content / language.code / "safety.yaml").exists(),
        {kind: dict(count) for kind, count in counts.items()},
        tuple(sorted(urgent, key=_urgency)),
    )


_SAFETY = ("safety.", "emergency.", "despair.", "consent.")
_ORDER = ("broken", "stale", "fuzzy", "missing", "overdue")


def _urgency(thing: Thing) -> tuple[bool, int]:
    """Safety texts first, then what is wrong, then what is missing; else in file order."""
    safe = not (thing.name.startswith(_SAFETY) or thing.sees == _SEES["high"]["stale"])
    return safe, _ORDER.index(thing.state)


def _sentences(locales: Path, code: str) -> Iterator[Thing]:
    file, english = read_catalog(locales, code), read_catalog(locales, SOURCE)
    own = {one.id: one for one in file.entries}
    for source in english.entries:
        entry = own.get(source.id)
        state: State = "missing"
        old = None
        if entry is not None:
            wrong = [one.code for one in faults(entry, source, file.plural)]
            old = entry.previous or entry.source
            if not wrong:
                state = "fresh"
            elif wrong[0] == "untranslated":
                state = "missing"
            elif wrong[0] == "fuzzy" and entry.previous is None and old == source.source:
                state = "fuzzy"
            else:
                state = "stale" if wrong[0] in ("fuzzy", "stale") else "broken"
        stale = state == "stale"
        yield Thing(
            "sentence",
            source.id,
            file.path,
            entry.line if entry is not None else 1,
            state,
            _SEES["sentence"].get(state, ""),
            old if stale else None,
            source.source if stale else None,
        )


def _items(
    words: Words, code: str, content: Path, history: History, today: date
) -> Iterator[Thing]:
    for item in read_items(content, code):
        state = _state(words, code, item, today)
        sees = _SEES[item.kind].get(state, "")
        if item.kind == "page" and words.library.nodes[item.name].high:
            sees = _SEES["high"].get(state, sees)
        before = history.made_from(item) if state == "stale" else None
        yield Thing(
            item.kind,
            item.name,
            item.path,
            item.line,
            state,
            sees,
            told(before) if before is not None else None,
            told(item.english) if before is not None else None,
        )


def _state(words: Words, code: str, item: Item, today: date) -> State:
    if item.made_from == UNTRANSLATED:
        return "missing"
    page = words.library.pages.get(code, {}).get(item.name)
    if item.kind == "page" and page is None:
        return "broken"
    if item.made_from != item.hash:
        return "stale"
    if page is not None and today > page.due:
        return "overdue"
    return "fresh" if _is_read(words, code, item) else "broken"


def _is_read(words: Words, code: str, item: Item) -> bool:
    """Whether a question or letter that is up to date could be used; all else was seen before."""
    if item.kind == "form":
        section, _, id = item.name.removeprefix("form.").partition(".")
        form = words.form
        known = {"questions": form.words, "blocks": form.titles, "reasons": form.reasons}
        return id in known[section].get(code, {})
    if item.kind == "letter":
        found = words.templates.find(item.name.removeprefix("templates."), code)
        return found is not None and found.language == code
    return True


def told(entry: Block) -> str:
    """The words of an item of content/ as plain lines, to be compared."""
    lines: list[str] = []

    def take(value: object, key: str = "") -> None:
        if isinstance(value, str):
            lines.append(f"{key}: {value.strip()}" if key else value.strip())
        elif key == "parts" and isinstance(value, list):
            lines.extend(tell(part) for part in value)
        elif isinstance(value, Block):
            for name, inner in value.items():
                take(inner, name)

    unsaid = {"facts", "sources", "evidence", "reviewed", "note", "from", "ignore"}
    for key, value in entry.items():
        if key not in unsaid:
            take(value, key)
    return "\n".join(lines)


# What `status` prints ----------------------------------------------------------------------------

_KINDS = {
    "sentence": "sentences",
    "page": "pages",
    "form": "questions",
    "letter": "letters",
    "source": "sources",
}
_FIRST = 5
"""Things to do that are listed of each language when none was named."""


def lines(standing: Standing, *, whole: bool, diff: bool) -> Iterator[str]:
    """One language as people read it; `whole`: everything that is to do, else the next few."""
    said = []
    for kind, name in _KINDS.items():
        count = standing.counts.get(kind, {})
        shown = count.get("fresh", 0) + count.get("overdue", 0)
        said.append(f"{shown} of {sum(count.values())} {name}")
    yield f"{standing.code} ({standing.name}), {standing.status}: {', '.join(said)}"
    if not standing.alarm_words:
        yield (
            f"  content/{standing.code}/safety.yaml is missing: words of despair and emergency are "
            "not heard in this language, so it is not offered."
        )
    things = standing.things
    for place, one in enumerate(things if whole or diff else things[:_FIRST]):
        before = things[place - 1] if place else None
        if before is None or (before.state, before.sees) != (one.state, one.sees):
            yield f"  {one.state}; readers see {one.sees}:"
        yield f"    {one.path}:{one.line} {one.name}"
        if diff and one.old is not None and one.new is not None:
            yield from (f"      {line}" for line in marked(one.old, one.new).split("\n"))
    left = len(things) - _FIRST
    if left > 0 and not (whole or diff):
        yield f"    and {left} more: `python -m bot status {standing.code}`"
    if not things:
        yield "  Everything is translated and up to date."
