"""The lists of content/ that the rules go by: claims to avoid, phrases let pass, terms, names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block, Items, read_yaml
from bot.library.facts import Facts, read_facts

_NEEDED = {
    "numbers": ("page", "number", "reason"),
    "extra": ("page", "number", "reason"),
    "words": ("language", "word", "phrase", "reason"),
    "claims": ("language", "claim", "phrase", "reason"),
}
"""The kinds of exceptions, and what each has to say."""


@dataclass(frozen=True)
class Sheet:
    """What must not be said, what may, and what things are called."""

    claims: Mapping[str, Mapping[str, tuple[str, ...]]]
    """claim -> language -> patterns"""
    allowed: Mapping[str, tuple[Block, ...]]
    terms: tuple[Block, ...]
    latin: frozenset[str]
    """Words in Latin letters that every language may keep"""
    facts: Facts | None
    sheet: Block
    """content/facts.yaml as it is written"""
    named: Mapping[str, tuple[str, ...]]
    """The facts that each English page names"""
    problems: tuple[Problem, ...] = ()

    def words(self, level: str, language: str) -> tuple[str, ...]:
        """The sheet's words for a language: those of `zh` are for every kind of Chinese."""
        if self.facts is None:
            return ()
        return self.facts.words.get(level, {}).get(language.partition("_")[0], ())

    def pattern(self, level: str, language: str) -> re.Pattern[str] | None:
        """One pattern for all words of a level; None where the language has none."""
        return _one_of(self.words(level, language))

    def any_claim(self, language: str) -> re.Pattern[str]:
        """All patterns of all claims in one: nearly every text has none."""
        every = [one for claim in self.claims.values() for one in claim.get(language, ())]
        return _either(tuple(every))

    def instead(self, claim: str) -> str:
        """What the fact sheet says in place of a claim."""
        claims = self.sheet.get("claims")
        found = claims.get(claim) if isinstance(claims, Block) else None
        return str(found["instead"]) if isinstance(found, Block) else "what is known."


def as_word(word: str) -> str:
    """A pattern: a Latin word as a whole one, also inflected; any other wherever it stands."""
    latin = word[:1].isascii() and word[:1].isalpha()
    return rf"(?<![a-z]){re.escape(word)}(?:s|d|ed|ing)?(?![a-z])" if latin else re.escape(word)


@cache
def _one_of(words: tuple[str, ...]) -> re.Pattern[str] | None:
    one = "|".join(f"(?:{as_word(word)})" for word in words)
    return re.compile(one, re.IGNORECASE) if words else None


@cache
def _either(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns) or "(?!)", re.IGNORECASE)


def read_sheet(content: Path, named: Mapping[str, tuple[str, ...]]) -> Sheet:
    """The lists below `content`; `named` are the facts that each English page names.

    A list that is not there forbids nothing; what cannot be used of one is left out and told in
    `problems`.
    """
    reader = _Reader(content)
    try:
        facts = read_facts(content / "facts.yaml", "content/facts.yaml")
    except BrokenWords:  # told where the pages are read
        facts = None
    sheet = reader.tree("facts", told=False)
    latin = {
        word
        for name, group in reader.entries("latin")
        for word in reader.texts("latin", name, group)
    }
    return Sheet(
        claims=dict(reader.claims()),
        allowed={kind: tuple(reader.exceptions(kind)) for kind in _NEEDED},
        terms=tuple(reader.terms()),
        latin=frozenset(latin | {part for word in latin for part in word.split("-")}),
        facts=facts,
        sheet=sheet if facts is not None else Block(),
        named=named,
        problems=tuple(reader.problems),
    )


@dataclass
class _Reader:
    content: Path
    problems: list[Problem] = field(default_factory=list)
    trees: dict[str, Block] = field(default_factory=dict)

    def tree(self, name: str, told: bool = True) -> Block:
        path = self.content / f"{name}.yaml"
        if name not in self.trees:
            self.trees[name] = Block()
            try:
                if path.exists():
                    self.trees[name] = read_yaml(path, f"content/{name}.yaml")
            except BrokenWords as broken:
                self.problems += broken.problems if told else ()
        return self.trees[name]

    def wrong(self, name: str, line: int, message: str, remedy: str) -> None:
        self.problems.append(Problem(f"content/{name}.yaml", line, message, remedy, "lists"))

    def entries(self, name: str) -> Iterator[tuple[str, object]]:
        yield from self.tree(name).items()

    def texts(self, name: str, key: str, value: object, line: int = 0) -> tuple[str, ...]:
        """A list of words; nothing, and told, where it is none."""
        if isinstance(value, Items) and all(isinstance(one, str) for one in value):
            return tuple(value)
        line = line or self.tree(name).at(key)
        self.wrong(name, line, f"“{key}” is not a list of words.", f"Write {key}: [one, two].")
        return ()

    def claims(self) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
        for claim, entry in self.entries("claims"):
            if not isinstance(entry, Block):
                line = self.tree("claims").at(claim)
                self.wrong("claims", line, f"{claim} has no patterns.", "Add en: [one, two].")
                continue
            found = {}
            for language, patterns in entry.items():
                if language != "bad":
                    line = entry.at(language)
                    listed = self.texts("claims", language, patterns, line)
                    found[language] = tuple(one for one in listed if self.sound(one, line))
            yield claim, found

    def sound(self, pattern: str, line: int) -> bool:
        try:
            re.compile(pattern)
        except re.error:
            remedy = "Close its brackets; a backslash before a sign takes it as it is."
            self.wrong("claims", line, f"“{pattern}” is no pattern.", remedy)
            return False
        return True

    def exceptions(self, kind: str) -> Iterator[Block]:
        listed = self.tree("allowed").get(kind, ())
        if isinstance(listed, str | Block):
            line = self.tree("allowed").at(kind)
            self.wrong("allowed", line, f"“{kind}” is not a list.", "Begin each with “- ”.")
            return
        for number, entry in enumerate(listed):
            if isinstance(entry, Block) and all(
                isinstance(entry.get(key), str) and entry[key] for key in _NEEDED[kind]
            ):
                yield entry
            else:
                what = "This exception does not say all it must."
                remedy = f"It needs {', '.join(_NEEDED[kind])}."
                self.wrong("allowed", listed.lines[number], what, remedy)

    def terms(self) -> Iterator[Block]:
        listed = self.tree("glossary").get("terms", ())
        if isinstance(listed, str | Block):
            line = self.tree("glossary").at("terms")
            self.wrong("glossary", line, "The terms are not a list.", "Begin each with “- en:”.")
            return
        for number, entry in enumerate(listed):
            line = listed.lines[number]
            if not isinstance(entry, Block) or not isinstance(entry.get("en"), str):
                self.wrong("glossary", line, "This term has no English.", "Add “en:”.")
                continue
            avoid = entry.get("avoid", Block())
            languages = [value for key, value in entry.items() if key != "avoid"]
            if not all(isinstance(value, str) for value in languages):
                self.wrong("glossary", line, "A word of this term is no text.", "Write text.")
            elif not isinstance(avoid, Block) or not all(
                isinstance(words, Items) and all(isinstance(word, str) for word in words)
                for words in avoid.values()
            ):
                remedy = "Write avoid: {zh_Hans: [one, two]}."
                self.wrong("glossary", line, "“avoid” has no lists by language.", remedy)
            else:
                yield entry
