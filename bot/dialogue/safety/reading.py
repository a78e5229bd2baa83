"""content/<language>/safety.yaml, read strictly: every problem with its line and remedy."""

import re
from collections.abc import Iterator
from pathlib import Path

from bot.dialogue.safety.tokens import MISSPELT_FROM, SHAPE, TOKEN, UNSPACED_LETTER, plain
from bot.dialogue.safety.words import Alarm, AlarmWords, Calm, Hint, Phrase, Step
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block, Items, read_yaml

_APART = 3  # words, unless the file says otherwise
_APART_LIMIT = 12
_KEYS = {
    "apart",
    "groups",
    "despair",
    "emergency",
    "hints",
    "harmless",
    "calm",
    "same",
    "misspelt",
    "spelt-right",
}
_PART = re.compile(r"<([^<>]*)>|([^<>()/]+)")
_ELEMENT = re.compile(r"\.\.\.|…|\(([^()\s]+)\)|([^\s()]+)|(\S)")
_FORBIDDEN = re.compile(r"[\[\]{}|^$\\+?]")


def read_alarm_words(path: Path, shown: str) -> AlarmWords:
    """The lists in the file `path`; `shown` is the path that people see in messages.

    Raises BrokenWords with every problem found, each with its line and what to do.
    """
    reading = _Reading(read_yaml(path, shown), shown)
    words = reading.words()
    if reading.problems:
        raise BrokenWords(reading.problems)
    return words


class _Reading:
    """One file on its way from YAML to AlarmWords; collects problems rather than stopping."""

    def __init__(self, tree: Block, shown: str) -> None:
        self._tree, self._shown = tree, shown
        self._groups: dict[str, tuple[str, ...]] = {}
        self._used: set[str] = set()
        self._sound: set[str] = set()  # words looked at before; most stand in many phrases
        self._apart = _APART
        self.problems: list[Problem] = []

    def words(self) -> AlarmWords:
        tree = self._tree
        self._known(tree, _KEYS)
        for alarm in Alarm:
            if alarm.value not in tree:
                self._wrong(
                    1,
                    f"There is no list “{alarm.value}”.",
                    f"Write “{alarm.value}:” and its phrases: no language is offered without.",
                )
        self._apart = self._number(tree, "apart", _APART)
        groups = self._block(tree, "groups")
        for name in groups:
            self._groups[name] = tuple(
                word for word, line in self._strings(groups, name) if self._word(word, line)
            )
        self._used.update(
            " ".join(word for words in self._groups.values() for word in words).split()
        )
        return AlarmWords(
            self._groups,
            {alarm: tuple(self._rules(alarm.value)) for alarm in Alarm},
            tuple(self._hints()),
            tuple(self._rules("harmless")),
            tuple(self._calms()),
            dict(self._same()),
            frozenset(self._misspelt()),
            frozenset(word for word, _ in self._strings(tree, "spelt-right", needed=False)),
        )

    def _entries(self, key: str, *more: str) -> Iterator[tuple[Block, int]]:
        """The entries of a list, each with how far apart its words may stand."""
        if key in self._tree:
            for block in self._blocks(self._tree, key):
                self._known(block, {"for", "apart", "say", *more})
                self._purpose(block)
                yield block, self._number(block, "apart", self._apart)

    def _rules(self, key: str) -> Iterator[Phrase]:
        for block, apart in self._entries(key):
            yield from self._phrases(block, "say", apart)

    def _hints(self) -> Iterator[Hint]:
        for block, apart in self._entries("hints", "over"):
            yield Hint(self._over(block), tuple(self._phrases(block, "say", apart)))

    def _calms(self) -> Iterator[Calm]:
        for block, apart in self._entries("calm", "over", "still"):
            say = tuple(self._phrases(block, "say", apart))
            still = tuple(self._phrases(block, "still", apart, needed=False))
            yield Calm(self._over(block), say, still)

    def _over(self, block: Block) -> frozenset[Alarm]:
        names = {alarm.value: alarm for alarm in Alarm}
        over = set()
        for name, line in self._strings(block, "over"):
            if name in names:
                over.add(names[name])
            else:
                self._wrong(line, f"“{name}” is no alarm.", "Write despair or emergency.")
        return frozenset(over)

    def _phrases(self, block: Block, key: str, apart: int, needed: bool = True) -> Iterator[Phrase]:
        for said, line in self._strings(block, key, needed):
            steps = list(self._steps(said, line, apart))
            if not steps or steps[0].may_lack or steps[-1].may_lack:
                self._wrong(
                    line,
                    f"“{said}” has no fixed word at its start or end.",
                    "Begin and end with a word that is not in brackets.",
                )
            elif said.strip().startswith(("...", "…")) or said.strip().endswith(("...", "…")):
                self._wrong(
                    line, f"“{said}” begins or ends with dots.", "Put dots only between words."
                )
            else:
                yield tuple(steps)

    def _steps(self, said: str, line: int, apart: int) -> Iterator[Step]:
        reach = 0
        for match in _ELEMENT.finditer(said):
            lacking, plain, stray = match.groups()
            if stray:
                self._wrong(
                    line,
                    f"“{said}” has a bracket that is alone, or a space inside brackets.",
                    "Write (word) round one word that may be missing.",
                )
                return
            element = lacking or plain
            if not element:
                reach = apart
                continue
            words, groups = [], []
            for part in _PART.finditer(element.replace("_", " ")):
                name, word = part.groups()
                if word is None and name not in self._groups:
                    self._wrong(
                        line,
                        f"There is no group “{name}” in this file.",
                        "Add it under “groups:”, or correct its name.",
                    )
                elif word is None:
                    groups.append(name)
                elif self._word(word, line):
                    words.append(word)
            self._used.update(" ".join(words).split())
            if words or groups:
                yield Step(tuple(words), tuple(groups), reach, lacking is not None)
            reach = 0

    def _same(self) -> Iterator[tuple[str, str]]:
        rows = [(row.split(), line) for row, line in self._strings(self._tree, "same", False)]
        replaced = {other for (_, *others), _ in rows for other in others}
        for (first, *others), line in rows:
            row = " ".join((first, *others))
            if first in replaced:
                self._wrong(
                    line,
                    f"“{first}” comes first here and is replaced in another row.",
                    "Put all characters that mean the same in one row.",
                )
            elif not others or any(len(character) != 1 for character in (first, *others)):
                self._wrong(
                    line,
                    f"“{row}” is not a row of single characters.",
                    "Write the character of the lists, a space, then those that mean the same.",
                )
            else:
                yield from ((other, first) for other in others)

    def _misspelt(self) -> Iterator[str]:
        for word, line in self._strings(self._tree, "misspelt", needed=False):
            if len(word) < MISSPELT_FROM:
                self._wrong(
                    line,
                    f"“{word}” is too short: with a letter wrong it is often another word.",
                    f"List words of {MISSPELT_FROM} letters or more.",
                )
            elif not any(used in (word, f"{word[: len(used) - 1]}*") for used in self._used):
                self._wrong(
                    line,
                    f"“{word}” is in no group and no phrase of this file.",
                    "Add it to a group, or take it out here.",
                )
            else:
                yield word

    def _word(self, word: str, line: int) -> bool:
        if word in self._sound:
            return True
        core = word.strip("*")
        if word != core and UNSPACED_LETTER.search(core):
            self._wrong(
                line,
                f"“{word}” has a *, but this script writes no spaces between words.",
                "Leave the * out: the word is found inside others anyway.",
            )
            return False
        if _FORBIDDEN.search(word) or "*" in core or (word != core and len(core) < 2):
            self._wrong(
                line,
                f"“{word}” has a sign that is not used here, or a * in the wrong place.",
                "Write plain words; * may stand at the end or start of two letters or more.",
            )
            return False
        if not SHAPE.fullmatch(core) and not TOKEN.search(plain(core, {})):
            self._wrong(line, f"“{word}” has no letter.", "Write a word.")
            return False
        self._sound.add(word)
        return True

    def _purpose(self, block: Block) -> None:
        if not isinstance(block.get("for"), str) or not block["for"].strip():
            self._wrong(
                block.line,
                "It is not said what these phrases are for.",
                "Add “for:” with one plain sentence.",
            )

    def _known(self, block: Block, keys: set[str]) -> None:
        for key in block:
            if key not in keys:
                self._wrong(
                    block.at(key),
                    f"“{key}” is not known here.",
                    f"Use one of: {', '.join(sorted(keys))}.",
                )

    def _number(self, block: Block, key: str, default: int) -> int:
        value = block.get(key, str(default))
        if isinstance(value, str) and value.isdecimal() and int(value) <= _APART_LIMIT:
            return int(value)
        self._wrong(
            block.at(key),
            f"“{key}” is not a number from 0 to {_APART_LIMIT}.",
            "Write how many other words may stand where the dots are.",
        )
        return default

    def _block(self, tree: Block, key: str) -> Block:
        value = tree.get(key)
        if isinstance(value, Block):
            return value
        if key in tree:
            self._wrong(tree.at(key), f"“{key}” has no entries.", "Write “name: [word, word]”.")
        empty = Block()
        empty.line, empty.lines = tree.at(key), {}
        return empty

    def _blocks(self, tree: Block, key: str) -> Iterator[Block]:
        entries = self._items(tree, key, needed=True)
        for entry, line in zip(entries, entries.lines, strict=True):
            if isinstance(entry, Block):
                yield entry
            else:
                self._wrong(line, "This entry has no “for:” and “say:”.", "Write both.")

    def _strings(self, block: Block, key: str, needed: bool = True) -> Iterator[tuple[str, int]]:
        if not needed and key not in block:
            return
        entries = self._items(block, key, needed)
        for entry, line in zip(entries, entries.lines, strict=True):
            if isinstance(entry, str) and entry.strip():
                yield entry, line
            else:
                self._wrong(line, "There is no text here.", "Write words between double quotes.")

    def _items(self, block: Block, key: str, needed: bool) -> Items:
        value = block.get(key)
        if isinstance(value, Items) and (value or not needed):
            return value
        self._wrong(block.at(key), f"“{key}” is not a list, or is empty.", "Start lines with “- ”.")
        empty = Items()
        empty.line, empty.lines = block.at(key), []
        return empty

    def _wrong(self, line: int, message: str, remedy: str) -> None:
        self.problems.append(Problem(self._shown, line, message, remedy))
