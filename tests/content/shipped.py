"""The content that is shipped: every text of it, with the place where it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.desk import templates
from bot.dialogue.intake import wording
from bot.i18n import markup
from bot.i18n.strict import Block, Items, read_yaml
from bot.library.facts import Facts, read_facts
from bot.library.pages import UNTRANSLATED
from bot.library.reading import english_hash
from bot.library.telling import tell
from bot.translate.checks import facts_told
from bot.translate.checks.numbers import Number

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "content"
LOCALES = ROOT / "locales"
SOURCE = "en"
LANGUAGES = tuple(sorted(path.name for path in CONTENT.iterdir() if path.is_dir()))


@dataclass(frozen=True, slots=True)
class Said:
    """Words as a reader sees them. `where` is told when something is wrong with them."""

    where: str
    html: str

    @property
    def words(self) -> str:
        return markup.parse(self.html).text


@dataclass(frozen=True, slots=True)
class Item:
    """One page, or the short label of one source, in one language."""

    id: str
    language: str
    file: str
    entry: Block

    def said(self) -> Iterator[Said]:
        """Its title, label and parts."""
        for key in ("title", "button"):
            if key in self.entry:
                yield Said(self._where(self.entry.at(key), key), markup.escape(self.entry[key]))
        parts = self.entry.get("parts")
        if isinstance(parts, Items):
            for index, part in enumerate(parts):
                yield Said(self._where(parts.lines[index], f"part {index + 1}"), tell(part))

    def parts(self) -> list[Said]:
        """Its screens."""
        return [said for said in self.said() if " part " in said.where]

    def _where(self, line: int, what: str) -> str:
        return f"content/{self.language}/{self.file}:{line} [{self.id}] {what}"


@cache
def facts() -> Facts:
    return read_facts(CONTENT / "facts.yaml", "content/facts.yaml")


@cache
def sheet() -> Block:
    """content/facts.yaml as it is written, for what Facts does not keep."""
    return read_yaml(CONTENT / "facts.yaml", "content/facts.yaml")


@cache
def structure() -> Block:
    return read_yaml(CONTENT / "structure.yaml", "content/structure.yaml")


@cache
def glossary() -> Block:
    return read_yaml(CONTENT / "glossary.yaml", "content/glossary.yaml")


@cache
def _items(language: str) -> tuple[Item, ...]:
    found = []
    for path in sorted((CONTENT / language).glob("*.yaml")):
        if path.stem not in {"safety", "form", "templates"}:
            tree = read_yaml(path, f"content/{language}/{path.name}")
            found += [
                Item(name, language, path.name, entry)
                for name, entry in tree.items()
                if entry.get("from") != UNTRANSLATED
            ]
    return tuple(found)


def pages(language: str) -> dict[str, Item]:
    """The pages of one language by id, without the labels of sources."""
    return {item.id: item for item in _items(language) if item.id not in facts().references}


def labels(language: str) -> dict[str, Item]:
    """The short labels of sources of one language, by reference."""
    return {item.id: item for item in _items(language) if item.id in facts().references}


@cache
def form_words(language: str) -> tuple[Said, ...]:
    """Every text of the form of consultations in one language, its placeholders as numbers."""
    tree = read_yaml(CONTENT / language / "form.yaml", f"content/{language}/form.yaml")
    found = []
    for name, entry in wording.items(tree):
        for key, value in entry.items() if entry.get("from") != UNTRANSLATED else ():
            texts = value if isinstance(value, Block) else {key: value}
            for which, text in texts.items():
                where = f"content/{language}/form.yaml:{entry.at(key)} [{name}] {key} {which}"
                label = key in {"label", "options", "full", "title"}
                if key not in {"from", "note", "ignore"}:
                    shown = re.sub(r"\{[a-z]+\}", "9", text)
                    found.append(Said(where, markup.escape(shown) if label else shown))
    return tuple(found)


@cache
def letters(language: str) -> tuple[Item, ...]:
    """Every letter that the staff can send in one language."""
    path = CONTENT / language / "templates.yaml"
    tree = read_yaml(path, f"content/{language}/templates.yaml") if path.exists() else Block()
    return tuple(
        Item(id, language, "templates.yaml", one)
        for id, one in templates.items(tree)
        if one.get("from") != UNTRANSLATED
    )


def letter_words(language: str) -> Iterator[Said]:
    """The title and the body of every letter, its placeholders as numbers."""
    for letter in letters(language):
        for key in ("title", "body"):
            where = f"content/{language}/templates.yaml:{letter.entry.at(key)} [{letter.id}] {key}"
            yield Said(where, markup.escape(re.sub(r"\{[a-z]+\}", "9", letter.entry[key])))


def is_fresh(item: Item) -> bool:
    """Whether it was made from the English of today; English is not held up by translations."""
    if item.language == SOURCE:
        return True
    english = {**pages(SOURCE), **labels(SOURCE)}.get(item.id)
    return english is not None and item.entry["from"] == english_hash(english.entry)


def is_complete(language: str) -> bool:
    """Whether a language has every page and label, made from the English of today. What others
    have is held to all else."""
    every = {**pages(language), **labels(language)}
    wanted = {*structure()["pages"], *facts().references}
    return set(every) == wanted and all(map(is_fresh, every.values()))


def every_page() -> list[Item]:
    return [page for language in LANGUAGES for page in pages(language).values()]


def statement(name: str, about: str = "") -> str:
    """What may be said from the fact, table or claim `name` (bot/translate/checks)."""
    return facts_told.statement(sheet(), name, about)


def known_to(page: Item) -> set[Number]:
    """Every number that the facts of a page allow it to show, in whatever language."""
    english = pages(SOURCE)[page.id]
    about = "\n".join(said.words for said in english.said())
    return facts_told.known_numbers(sheet(), facts(), english.entry["facts"], about)


COMPLETE = tuple(code for code in LANGUAGES if is_complete(code))
"""English always, and the languages that keep up with it."""
