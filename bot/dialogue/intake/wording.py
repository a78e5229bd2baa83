"""content/<language>/form.yaml: the words of the questions, of the blocks and of what does not fit.

English must be whole. Of a translation each item counts by itself: one that is broken, or was made
from other English words than today's (`from:`), is left out and told, and readers see English.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.dialogue.intake.form import Field, FormWords
from bot.dialogue.intake.misfit import (
    CHOOSE,
    FUTURE,
    LINK,
    NUMBER,
    ONLY_YEAR,
    PRIVATE,
    TOO_LONG,
    TOO_SHORT,
)
from bot.dialogue.intake.registry import Registry
from bot.dialogue.intake.strict import Strict
from bot.dialogue.intake.typed import closed
from bot.i18n import markup
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block as Entry
from bot.i18n.strict import read_yaml
from bot.i18n.text import Text
from bot.library.pages import UNTRANSLATED, content_hash

SOURCE = "en"
FILE = "form.yaml"
REASONS: Mapping[str, tuple[str, ...]] = {
    CHOOSE: (),
    TOO_SHORT: (),
    TOO_LONG: ("most",),
    PRIVATE: (),
    FUTURE: (),
    ONLY_YEAR: (),
    LINK: (),
    NUMBER: (),
}
"""Why words are no answer (`checks.Misfit`), and the placeholders of what is said then. For every
other reason a question has a sentence of its own."""

_SECTIONS = ("questions", "blocks", "reasons")
_TOP = (*_SECTIONS, "private")
_WORDS = ("label", "question", "hint", "options", "full", "example", "wrong")
_OWN = ("from", "note", "ignore")
_EXPLAINED = frozenset({"month", "country", "zone", "email", "phone", "files"})
"""Kinds whose answers can fail in a way that only the question's own sentence can explain."""

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Wording:
    """What one language says. `private`: words after which a number is nobody's business."""

    words: Mapping[str, FormWords] = field(default_factory=dict)
    titles: Mapping[str, Text] = field(default_factory=dict)
    reasons: Mapping[str, Text] = field(default_factory=dict)
    private: tuple[str, ...] = ()


def item_hash(item: Entry) -> str:
    """The hash that a translation's `from:` must name: of one English item of the file."""
    return content_hash({key: value for key, value in item.items() if key not in _OWN})


def items(tree: Entry) -> Iterator[tuple[str, Entry]]:
    """(`questions.age`, its entry) for every item of a form file, in its order."""
    for section in _SECTIONS:
        block = tree.get(section)
        if not isinstance(block, Entry):
            continue
        for id, entry in block.items():
            if isinstance(entry, Entry):
                entry.line = block.at(id)  # what is missing is told at the item's name
                yield f"{section}.{id}", entry


def read_wording(
    content: Path, language: str, registry: Registry, notices: list[Problem]
) -> Wording:
    """The words of the form in `language`. Raises BrokenWords with every problem of the English,
    and for a file that is not YAML; what else cannot be used of a translation goes to `notices`.
    """
    shown = f"content/{language}/{FILE}"
    path = content / language / FILE
    english = read_yaml(content / SOURCE / FILE, f"content/{SOURCE}/{FILE}")
    if language == SOURCE:
        reader = _Reader(shown, registry)
        wording = reader.wording(english)
        if reader.problems:
            raise BrokenWords(reader.problems)
        return wording
    if not path.exists():
        remedy = f"Translate content/{SOURCE}/{FILE}; readers see English until then."
        what = "The words of the form are missing."
        notices.append(Problem(shown, 1, what, remedy, "missing", "form"))
        return Wording()
    reader = _Reader(shown, registry, dict(items(english)))
    wording = reader.wording(read_yaml(path, shown))
    notices.extend(reader.problems)
    return wording


class _Reader(Strict):
    """Reads one file. `english`: its items in English; None where this is the English file."""

    def __init__(
        self, shown: str, registry: Registry, english: Mapping[str, Entry] | None = None
    ) -> None:
        super().__init__(shown)
        self.registry = registry
        self.english = english

    def wording(self, tree: Entry) -> Wording:
        self.known(tree, _TOP)
        found = dict(items(tree))
        steps = {one.id: one for one in self.registry.steps}
        needed = {
            "questions": tuple(steps),
            "blocks": tuple(block.id for block in self.registry.blocks),
            "reasons": tuple(REASONS),
        }
        for name, entry in found.items():
            section, _, id = name.partition(".")
            if id not in needed[section]:
                what = f"[{id}] is not known among the {section}."
                self.wrong(entry.line, what, "Correct its id, or take it out.")
        for section, ids in needed.items():
            for id in ids:
                if f"{section}.{id}" not in found:
                    what = f"[{id}] is missing below “{section}:”."
                    remedy = "Write it; the other items show how."
                    self.wrong(tree.at(section), what, remedy, "missing", f"{section}.{id}")

        def each(section: str, read: Callable[[str, Entry], _Made]) -> dict[str, _Made]:
            made = {}
            for id in needed[section]:
                entry = found.get(f"{section}.{id}")
                if entry is not None and self.fresh(f"{section}.{id}", entry):
                    before = len(self.problems)
                    one = read(id, entry)
                    if len(self.problems) == before:
                        made[id] = one
            return made

        return Wording(
            each("questions", lambda id, entry: self.question(steps[id], entry)),
            each("blocks", lambda _, entry: self.title(entry)),
            each("reasons", self.reason),
            self.words(tree, "private"),
        )

    def fresh(self, name: str, entry: Entry) -> bool:
        """Whether it says what today's English says, with the same parts; else it is told."""
        if self.english is None:
            return True
        english = self.english[name]
        if entry.get("from") == UNTRANSLATED:
            return False  # no mistake of anybody's: `status` tells what is still to do
        if entry.get("from") != item_hash(english):
            what = f"[{name}] was made from other English words, so readers see English."
            remedy = f"Read it beside the English; then `python -m bot accept ... form.{name}`."
            self.wrong(entry.at("from"), what, remedy, "stale", name)
            return False
        missing = [key for key in english if key not in entry and key not in _OWN]
        for key in missing:
            self.wrong(entry.line, f"[{name}] “{key}” is missing.", "Write it as in English.")
        return not missing

    # ── items ──

    def question(self, step: Field, entry: Entry) -> FormWords:
        place = f"{self.shown}:{entry.line}"
        self.known(entry, (*_WORDS, *_OWN))
        label = self.label(place, entry, "label")
        if step.kind == "consent":
            for key in entry:
                if key in _WORDS and key != "label":
                    what = f"“{key}” of a consent stands in the catalogs."
                    self.wrong(entry.at(key), what, f"Take it out; the id is {step.text}.")
            return FormWords(label, Text(step.text))
        if step.kind in _EXPLAINED and "wrong" not in entry:
            what = "It is not said what is wrong when an answer does not fit."
            self.wrong(entry.line, what, "Add “wrong:”.")
        return FormWords(
            label=label,
            question=self.prose(place, entry, "question"),
            hint=self.optional(place, entry, "hint"),
            options=self.options(place, step, entry),
            full=self.labels(place, entry, "full", step.options),
            example=self.optional(place, entry, "example"),
            wrong=self.optional(place, entry, "wrong"),
        )

    def options(self, place: str, step: Field, entry: Entry) -> dict[str, Text]:
        made = self.labels(place, entry, "options", step.options)
        for option in step.options:
            if option not in made:
                remedy = "Add it below “options:”."
                self.wrong(entry.at("options"), f"The option “{option}” has no words.", remedy)
        alike: dict[str, str] = {}
        for option, label in made.items():
            other = alike.setdefault(closed(label.template or ""), option)
            if other != option:
                what = f"The options “{other}” and “{option}” are worded alike."
                self.wrong(entry.at("options"), what, "Word one of them otherwise.")
        return {option: made[option] for option in step.options if option in made}

    def labels(self, place: str, entry: Entry, key: str, known: tuple[str, ...]) -> dict[str, Text]:
        if key not in entry:
            return {}
        block = entry[key]
        if not isinstance(block, Entry):
            self.wrong(entry.at(key), f"“{key}” has no ids.", 'Write "yes": "Yes", for example.')
            return {}
        made = {}
        for id in block:
            if id not in known:
                remedy = "Take it out, or add it to content/form.yaml."
                self.wrong(block.at(id), f"There is no option “{id}”.", remedy)
            else:
                made[id] = self.label(place, block, id)
        return made

    def title(self, entry: Entry) -> Text:
        self.known(entry, ("title", *_OWN))
        return self.label(f"{self.shown}:{entry.line}", entry, "title")

    def reason(self, id: str, entry: Entry) -> Text:
        self.known(entry, ("says", *_OWN))
        return self.prose(f"{self.shown}:{entry.line}", entry, "says", REASONS[id])

    # ── values ──

    def optional(self, place: str, entry: Entry, key: str) -> Text | None:
        return self.prose(place, entry, key) if key in entry else None

    def prose(self, place: str, entry: Entry, key: str, placeholders: tuple[str, ...] = ()) -> Text:
        """Telegram HTML, in which exactly these placeholders stand."""
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            self.wrong(entry.at(key), f"“{key}” is missing.", f"Add {key}: and the words.")
            return Text(place, template="")
        bare = value
        for name in placeholders:
            if f"{{{name}}}" not in value:
                remedy = "Put it where the number belongs."
                what = f"{{{name}}} is missing here."
                self.wrong(entry.at(key), what, remedy, "placeholder.missing")
            bare = bare.replace(f"{{{name}}}", "")
        if "{" in bare or "}" in bare:
            remedy = "Write round brackets instead."
            self.wrong(entry.at(key), "There are braces in the text.", remedy, "page.braces")
        try:
            markup.parse(value)
        except markup.MarkupError as error:
            what = f"Telegram would refuse this text: {error.description}."
            remedy = "Close each tag you open; write &lt; for a plain “<”."
            self.wrong(entry.at(key), what, remedy, "html")
        return Text(place, template=value.strip())
