"""The facts everything rests on: content/facts.yaml, read into plain values.

A page names fact ids (F1, T1, W3 ...) and reference ids (R1 ...); nothing medical is said that is
not here with its source and confidence.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block, Items, read_yaml


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement: what it says, on what it rests, how sure it is.

    `kind` is "fact" (F), "table" (T) or "claim" (W, a claim to avoid and its honest replacement).
    `volatile` facts (approvals, prices, trial status, law) fall due for review after 90 days.
    """

    id: str
    kind: str
    says: str
    volatile: bool = False
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A source: its citation, and its address where there is one (DOI or registry)."""

    id: str
    cites: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """The whole sheet. `words[level][language]` are the words to search for in pages."""

    snapshot: date
    checked: date
    facts: Mapping[str, Fact]
    references: Mapping[str, Reference]
    words: Mapping[str, Mapping[str, tuple[str, ...]]]


_CONFIDENCE = re.compile(r"[HML]\b.*|-")
_KEYS = {
    "facts": frozenset({"says", "source", "confidence", "basis", "volatile", "left-out"}),
    "tables": frozenset({"title", "columns", "rows", "left-out"}),
    "claims": frozenset({"claim", "problem", "instead", "left-out"}),
    "references": frozenset({"cites", "url"}),
}
_NEEDED = {
    "facts": ("says", "source", "confidence"),
    "tables": ("title",),
    "claims": ("claim", "problem", "instead"),
    "references": ("cites",),
}


def read_facts(path: Path, shown: str) -> Facts:
    """The facts in `path`. Raises BrokenWords with every problem, its line and remedy."""
    reader = _Reader(read_yaml(path, shown), shown)
    facts = {
        **{name: reader.fact(name, entry) for name, entry in reader.entries("facts")},
        **{name: reader.table(name, entry) for name, entry in reader.entries("tables")},
        **{name: _claim(name, entry) for name, entry in reader.entries("claims")},
    }
    references = {
        name: Reference(name, str(entry.get("cites")), entry.get("url"))
        for name, entry in reader.entries("references")
    }
    result = Facts(reader.day("snapshot"), reader.day("checked"), facts, references, reader.words())
    if reader.problems:
        raise BrokenWords(reader.problems)
    return result


def _claim(name: str, entry: Block) -> Fact:
    says = f"{entry.get('claim')} | {entry.get('instead')}"
    return Fact(name, "claim", says, left_out=entry.get("left-out"))


class _Reader:
    """Takes the tree of the sheet apart, and keeps every problem met on the way."""

    def __init__(self, tree: Block, shown: str) -> None:
        self.tree, self.shown = tree, shown
        self.problems: list[Problem] = []

    def problem(self, line: int, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.shown, line, message, remedy))

    def block(self, key: str) -> Block:
        value = self.tree.get(key)
        if isinstance(value, Block):
            return value
        self.problem(self.tree.at(key), f"“{key}” is missing or empty.", f"Add “{key}:”.")
        empty = Block()
        empty.line, empty.lines = self.tree.line, {}
        return empty

    def entries(self, kind: str) -> Iterator[tuple[str, Block]]:
        """The entries below `kind` whose shape is right: known keys, the needed ones, all text."""
        found = self.block(kind)
        for name, entry in found.items():
            if not isinstance(entry, Block):
                remedy = f"Add “{_NEEDED[kind][0]}:” below it."
                self.problem(found.at(name), f"{name} is not an entry.", remedy)
                continue
            for key in entry:
                if key not in _KEYS[kind]:
                    known = ", ".join(sorted(_KEYS[kind]))
                    self.problem(
                        entry.at(key), f"“{key}” is not a known entry.", f"Known are: {known}."
                    )
                elif key not in {"columns", "rows"} and not isinstance(entry[key], str):
                    self.problem(
                        entry.at(key), f"The “{key}” of {name} is not text.", "Write text."
                    )
            for key in _NEEDED[kind]:
                if not entry.get(key):
                    self.problem(found.at(name), f"{name} has no “{key}”.", "Add it.")
            yield name, entry

    def fact(self, name: str, entry: Block) -> Fact:
        if not _CONFIDENCE.fullmatch(str(entry.get("confidence", "H"))):
            self.problem(
                entry.at("confidence"),
                f"The confidence of {name} is not H, M or L.",
                "Start it with one of the three letters.",
            )
        volatile = entry.get("volatile")
        if volatile not in (None, "yes"):
            self.problem(
                entry.at("volatile"),
                f"{name} has a “volatile” that is not yes.",
                "Write volatile: “yes” in straight quotes, or take the line out.",
            )
        return Fact(
            name, "fact", str(entry.get("says", "")), volatile == "yes", entry.get("left-out")
        )

    def table(self, name: str, entry: Block) -> Fact:
        columns, rows = entry.get("columns"), entry.get("rows")
        cells: list[str] = []
        volatile = False
        if not isinstance(columns, Items) or not isinstance(rows, Items) or not rows:
            self.problem(entry.line, f"{name} has no columns or no rows.", "Add both.")
            return Fact(name, "table", "")
        for line, row in zip(rows.lines, rows, strict=True):
            own = row.get("cells") if isinstance(row, Block) else None
            if not isinstance(own, Items) or not all(isinstance(cell, str) for cell in own):
                self.problem(line, f"A row of {name} has no cells.", "Add “cells: [...]”.")
                continue
            if len(own) != len(columns):
                what = f"This row of {name} has {len(own)} cells for {len(columns)} columns."
                self.problem(line, what, "Give it one cell a column.")
            cells += own
            volatile = volatile or "VOLATILE" in str(row.get("confidence"))
        return Fact(name, "table", " | ".join(cells), volatile, entry.get("left-out"))

    def day(self, key: str) -> date:
        try:
            return date.fromisoformat(str(self.tree.get(key)))
        except ValueError:
            remedy = "Write it as year-month-day, for example 2026-06-30."
            self.problem(self.tree.at(key), f"“{key}” is not a date.", remedy)
            return date.min

    def words(self) -> dict[str, dict[str, tuple[str, ...]]]:
        levels = self.block("words")
        words: dict[str, dict[str, tuple[str, ...]]] = {}
        for level, languages in levels.items():
            words[level] = {}
            for language, found in languages.items() if isinstance(languages, Block) else ():
                if isinstance(found, Items) and all(isinstance(word, str) for word in found):
                    words[level][language] = tuple(found)
            if not isinstance(languages, Block) or len(words[level]) != len(languages):
                self.problem(
                    levels.at(level),
                    f"The words of “{level}” are not lists by language.",
                    'Write them as en: ["word", "word"].',
                )
        return words
