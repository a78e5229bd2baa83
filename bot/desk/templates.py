"""content/<language>/templates.yaml: letters that staff send with a tap, and may change before.

English must be whole. Of a translation each letter counts by itself: one that is broken, missing,
or was made from other English words than today's (`from:`) is left out and told, and is English.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.dialogue.intake.strict import Strict
from bot.i18n.language import Language
from bot.i18n.markup import escape, parse
from bot.i18n.placeholders import names_in, unreadable
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block as Entry
from bot.i18n.strict import read_yaml
from bot.i18n.text import Text, text
from bot.library.facts import Facts
from bot.library.pages import UNTRANSLATED, content_hash

SOURCE = "en"
FILE = "templates.yaml"
PLACEHOLDERS = ("name", "ref")
"""What the person wishes to be called, and the number of their case."""

_WORDS = ("title", "body")
_OWN = ("from", "note")
_ID = re.compile("[a-z][a-z0-9-]{0,24}")


@dataclass(frozen=True, slots=True)
class Template:
    """One letter, in `language` (directory spelling). `title`: for the button of the staff."""

    id: str
    language: str
    title: Text
    body: Text


class Templates:
    """Every letter in every language: `own[language][id]`, where English has them all."""

    def __init__(self, own: Mapping[str, Mapping[str, Template]]) -> None:
        self._own = own

    def for_language(self, code: str) -> tuple[Template, ...]:
        """Every letter, in the order of the English file; English where `code` (or tag) has none
        of its own."""
        own = self._own.get(code.replace("-", "_"), {})
        return tuple(own.get(id, english) for id, english in self._own[SOURCE].items())

    def find(self, id: str, code: str) -> Template | None:
        """The letter `id` for a person who reads `code` (or tag); None: there is none."""
        return next((one for one in self.for_language(code) if one.id == id), None)


def filled(template: Template, language: Language, name: str, ref: str) -> str:
    """The letter as plain words. `language`: the template's own; `name`: "" if it is not known."""
    values = {"name": name.strip() or text("template.no-name"), "ref": ref}
    wanted = names_in(template.body.template or "")
    body = Text(
        template.body.id,
        {key: value for key, value in values.items() if key in wanted},
        template.body.template,
    )
    return parse(language.say(body)).text


def items(tree: Entry) -> Iterator[tuple[str, Entry]]:
    """(id, entry) for every letter of a file, in its order."""
    for id, entry in tree.items():
        if isinstance(entry, Entry):
            entry.line = tree.at(id)  # what is missing is told at the letter's name
            yield id, entry


def item_hash(item: Entry) -> str:
    """The hash that a translation's `from:` must name: of one English letter."""
    return content_hash({key: item[key] for key in _WORDS if key in item})


def read_templates(
    content: Path, languages: Iterable[str], facts: Facts | None, notices: list[Problem]
) -> Templates:
    """The letters below `content` in `languages` (directory spelling). `facts`: those that letters
    may rest on; None where they cannot be read, and then nothing is said of them.

    Raises BrokenWords with every problem of the English, and for a file that is not YAML; what
    else cannot be used of a translation goes to `notices`.
    """
    reader = _Reader(f"content/{SOURCE}/{FILE}", SOURCE)
    english = reader.entries_of(read_yaml(content / SOURCE / FILE, reader.shown))
    own = {SOURCE: {id: reader.letter(id, entry) for id, entry in english.items()}}
    for entry in english.values():
        reader.facts(entry, facts)
    problems = list(reader.problems)
    for code in languages:
        path, shown = content / code / FILE, f"content/{code}/{FILE}"
        if code == SOURCE:
            continue
        if not path.exists():
            remedy = f"Translate content/{SOURCE}/{FILE}; these letters are English until then."
            notices.append(Problem(shown, 1, "The letters are missing.", remedy))
            continue
        try:
            own[code] = _translated(read_yaml(path, shown), code, english, notices)
        except BrokenWords as broken:
            problems += broken.problems
    if problems:
        raise BrokenWords(problems)
    return Templates(own)


def _translated(
    tree: Entry, code: str, english: Mapping[str, Entry], notices: list[Problem]
) -> dict[str, Template]:
    reader = _Reader(f"content/{code}/{FILE}", code)
    made = {}
    for id, entry in reader.entries_of(tree).items():
        if id not in english:
            what = f"There is no English letter “{id}”."
            reader.wrong(entry.line, what, "Correct its id, or take it out.")
        elif reader.fresh(id, entry, english[id]):
            before = len(reader.problems)
            letter = reader.letter(id, entry)
            reader.same_places(entry, english[id])
            if len(reader.problems) == before:
                made[id] = letter
    for id in english:
        if id not in tree:
            remedy = "Translate it; staff see and send the English one until then."
            reader.wrong(1, f"[{id}] is missing.", remedy)
    notices += reader.problems
    return made


class _Reader(Strict):
    """Reads one file, in `language`."""

    def __init__(self, shown: str, language: str) -> None:
        super().__init__(shown)
        self.language = language

    def entries_of(self, tree: Entry) -> dict[str, Entry]:
        found = dict(items(tree))
        for id in tree:
            if not _ID.fullmatch(id):
                remedy = "Write up to 25 of a-z, 0-9 and “-”, beginning with a letter."
                self.wrong(tree.at(id), f"“{id}” cannot be the id of a letter.", remedy)
            elif id not in found:
                self.wrong(tree.at(id), f"[{id}] has no entries.", "Add title: and body:.")
        return found

    def letter(self, id: str, entry: Entry) -> Template:
        place = f"{self.shown}:{entry.line}"
        known = (*_WORDS, *_OWN, "facts") if self.language == SOURCE else (*_WORDS, *_OWN)
        self.known(entry, known)
        body = self.word(entry, "body")
        for brace in unreadable(body, html=False):
            self.wrong(entry.at("body"), f"{brace} is no placeholder.", "Write {name} or {ref}.")
        for name in sorted(names_in(body) - set(PLACEHOLDERS)):
            remedy = "Only {name} and {ref} are known here."
            self.wrong(entry.at("body"), f"{{{name}}} cannot be filled in.", remedy)
        if "<" in body or ">" in body:
            remedy = "Write it without; a letter is plain words, which staff may change."
            self.wrong(entry.at("body"), "A tag would be shown as it is written.", remedy)
        title = self.label(place, entry, "title")
        return Template(id, self.language, title, Text(place, template=escape(body)))

    def facts(self, entry: Entry, known: Facts | None) -> None:
        """What a letter says rests on facts that do not change fast: it shows no review date."""
        if "facts" not in entry:
            remedy = "Add facts: [F72], or facts: [] where nothing medical is said."
            self.wrong(entry.line, "It is not said on which facts this letter rests.", remedy)
        if known is None:
            return
        for id in self.words(entry, "facts", known.facts):
            fact = known.facts.get(id)
            if fact is not None and fact.volatile:
                remedy = "Name the page that tells it instead; pages show when they were checked."
                self.wrong(entry.at("facts"), f"{id} changes fast.", remedy)

    def fresh(self, id: str, entry: Entry, english: Entry) -> bool:
        if entry.get("from") == item_hash(english):
            return True
        if entry.get("from") == UNTRANSLATED:
            return False  # no mistake of anybody's: `status` tells what is still to do
        what = f"[{id}] was made from other English words, so the letter is English."
        accept = f"python -m bot accept {self.language} templates.{id}"
        remedy = f"Read it beside the English; then `{accept}`."
        self.wrong(entry.at("from"), what, remedy)
        return False

    def same_places(self, entry: Entry, english: Entry) -> None:
        """A letter that loses the name in translation greets nobody."""
        both = [names_in(str(one.get("body", ""))) for one in (entry, english)]
        for name in sorted(both[0] ^ both[1]):
            remedy = "Use the placeholders of the English letter, and no others."
            self.wrong(entry.at("body"), f"{{{name}}} stands in only one of the two.", remedy)
