"""The items of content/ beside their English: pages, names of sources, questions, and letters."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.desk import templates
from bot.dialogue.intake import wording
from bot.i18n.catalog import SOURCE
from bot.i18n.po import PoFile, read_po
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block, read_yaml
from bot.library.pages import UNTRANSLATED
from bot.library.reading import english_hash

SOURCES = "references"

_NO_ITEMS = "safety"

Kind = Literal["page", "source", "form", "letter"]

_GROUPS: dict[Kind, str] = {"form": "form", "letter": "templates", "source": SOURCES}
"""Files that hold many small items; named as a whole by the file's name."""

_DOTTED: dict[str, Kind] = {"form": "form", "templates": "letter"}
"""Files whose items are called by the file's name, too: `form.questions.age`."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the English, and what a language has of it.

    `name`: `costs`, `R1`, `form.questions.age`, `templates.costs`. `path`: the language's file, as
    people see it. `own` is None where the language's file lacks it.
    """

    kind: Kind
    name: str
    path: str
    file: Path
    english: Block
    hash: str
    own: Block | None

    @property
    def line(self) -> int:
        """The line of its `from:`, or of the item; 1 where it is missing."""
        return self.own.at("from") if self.own is not None else 1

    @property
    def made_from(self) -> str:
        """The hash of the English that it was made from, or "none"."""
        return str(self.own.get("from", UNTRANSLATED)) if self.own is not None else UNTRANSLATED

    @property
    def untouched(self) -> bool:
        """It still says exactly what the English says."""
        return self.own is not None and self.hash == hash_of(self.kind, self.own)

    @property
    def names(self) -> frozenset[str]:
        """What it can be called by: its name, and the name of its file where many stand in it."""
        group = _GROUPS.get(self.kind)
        return frozenset({self.name, group} if group else {self.name})


def catalog_path(locales: Path, language: str) -> Path:
    """The catalog of a language (directory spelling)."""
    return locales / language / "LC_MESSAGES" / "messages.po"


def read_catalog(locales: Path, language: str) -> PoFile:
    """The catalog of a language as it is written; empty where there is none. Raises BrokenWords."""
    path = catalog_path(locales, language)
    shown = f"{locales.name}/{path.relative_to(locales).as_posix()}"
    return read_po(path, shown) if path.exists() else PoFile(shown, {}, None, ())


def hash_of(kind: Kind, entry: Block) -> str:
    """What `from:` of a translation of `entry` must be."""
    if kind == "form":
        return wording.item_hash(entry)
    return templates.item_hash(entry) if kind == "letter" else english_hash(entry)


def english_files(content: Path) -> list[Path]:
    """The English files that hold items, by name."""
    return [path for path in sorted((content / SOURCE).glob("*.yaml")) if path.stem != _NO_ITEMS]


def read_items(content: Path, language: str) -> list[Item]:
    """Every English item beside what `language` (directory spelling) has of it.

    Raises BrokenWords with the problems of all files that cannot be read.
    """
    items: list[Item] = []
    problems: list[Problem] = []
    for source in english_files(content):
        path = content / language / source.name
        shown = f"content/{language}/{source.name}"
        try:
            english = read_yaml(source, f"content/{SOURCE}/{source.name}")
            own = read_yaml(path, shown) if path.exists() else Block()
        except BrokenWords as broken:
            problems += broken.problems
            continue
        theirs = {name: entry for _, name, entry in entries(source.stem, own)}
        items += [
            Item(kind, name, shown, path, entry, hash_of(kind, entry), theirs.get(name))
            for kind, name, entry in entries(source.stem, english)
        ]
    if problems:
        raise BrokenWords(problems)
    return items


def entries(stem: str, tree: Block) -> Iterator[tuple[Kind, str, Block]]:
    """(kind, name, entry) of each item of the file `stem`.yaml, in its order."""
    dotted = _DOTTED.get(stem)
    if dotted is not None:
        for name, entry in (wording if dotted == "form" else templates).items(tree):
            yield dotted, f"{stem}.{name}", entry
        return
    kind: Kind = "source" if stem == SOURCES else "page"
    for name, entry in tree.items():
        if isinstance(entry, Block):
            entry.line = tree.at(name)
            yield kind, name, entry


def full_name(stem: str, name: tuple[str, ...]) -> str:
    """What the item at this place of the file `stem`.yaml is called: (questions, age) of the form
    is `form.questions.age`."""
    return ".".join((stem, *name) if stem in _DOTTED else name)
