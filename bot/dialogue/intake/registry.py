"""content/form.yaml, read strictly: every problem at once, each with its line and the remedy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast, get_args

from bot.dialogue.intake.countries import iso_codes
from bot.dialogue.intake.form import SENT, Block, Conditions, Ending, Field, FileRules, Kind, Saying
from bot.dialogue.intake.strict import Strict
from bot.dialogue.intake.zones import clock_of
from bot.i18n.problem import BrokenWords
from bot.i18n.strict import Block as Entry
from bot.i18n.strict import read_yaml
from bot.library.pages import content_hash

SHOWN = "content/form.yaml"
GIVEN = frozenset({"cross-border"})
"""Conditions that the settings decide."""

CHECKS = frozenset({"name", "age"})
"""Further rules for what is typed."""

CONSENT = ("yes", "no")
"""The options of every consent."""

_KINDS = get_args(Kind)
_CHOOSING = frozenset({"choice", "many"})
_OPTIONAL = frozenset({"month", "files"})
"""Kinds that may have options beside what they ask for: “not sure”, “not now”."""
_KEPT = ("case", "files", "proof")
_SENSITIVE = ("no", "personal", "health")
_SEERS = ("card", "staff")
_NEEDS = ("must", "optional")
_LONGEST = 1000
"""Characters of an answer that fit into a message together with what stands round them."""

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,14}[a-z0-9])?")
"""Short, since a button's address holds a field's and an option's (64 bytes in all)."""

_TAKEN = frozenset({"files", "withdrawn", SENT})
"""Words that mean something else where ids of fields stand (`case.ChangeCase.news`)."""

_FACT = re.compile("[IC][0-9]{1,2}")
_BAND = re.compile("under-[0-9]{1,2}|[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,3}-plus")
_TOP = frozenset({"countries", "zones", "blocks", "questions"})
_KEYS = frozenset(
    {
        "fact",
        "block",
        "kind",
        "options",
        "need",
        "when",
        "unless",
        "given",
        "least",
        "most",
        "check",
        "alone",
        "ends",
        "says",
        "hurry",
        "files",
        "text",
        "purpose",
        "keep",
        "sensitive",
        "seen-by",
    }
)


@dataclass(frozen=True, slots=True)
class Registry:
    """What the form asks, without its words."""

    version: str
    steps: tuple[Field, ...]
    blocks: tuple[Block, ...]
    first: tuple[str, ...]
    zones: Mapping[str, tuple[str, ...]]


def read_registry(path: Path) -> Registry:
    """The questions in `path`. Raises BrokenWords with every problem."""
    tree = read_yaml(path, SHOWN)
    reader = _Reader()
    found = reader.registry(tree)
    if reader.problems:
        raise BrokenWords(reader.problems)
    return found


class _Reader(Strict):
    def __init__(self) -> None:
        super().__init__(SHOWN)
        self.codes = iso_codes()
        self.done: dict[str, Field] = {}

    def registry(self, tree: Entry) -> Registry:
        self.known(tree, _TOP)
        blocks = tuple(Block(id, core=n == 0) for n, id in enumerate(self.words(tree, "blocks")))
        if not blocks:
            self.wrong(tree.at("blocks"), "There is no block.", "Write blocks: [core, illness].")
        for block in blocks:
            self.id(block.id, tree.at("blocks"))
        questions = tree.get("questions")
        if not isinstance(questions, Entry):
            self.wrong(tree.at("questions"), "There are no questions.", "Add “questions:”.")
            questions = Entry()
        for id, entry in questions.items():
            self.id(id, questions.at(id))
            if id in _TAKEN:
                what = f"“{id}” cannot be the id of a question."
                self.wrong(questions.at(id), what, "Take another word.")
            if not isinstance(entry, Entry):
                self.wrong(questions.at(id), f"“{id}” is empty.", "Add “kind:” and the rest.")
                continue
            entry.line = questions.at(id)
            self.done[id] = self.field(id, entry, blocks)
        steps = tuple(self.done.values())
        self.order(steps, blocks, questions)
        return Registry(content_hash(tree), steps, blocks, self.countries(tree), self.zones(tree))

    # ── one question ──

    def field(self, id: str, entry: Entry, blocks: tuple[Block, ...]) -> Field:
        self.known(entry, _KEYS)
        kind = self.one_of(entry, "kind", _KINDS)
        options = CONSENT if kind == "consent" else self.words(entry, "options")
        block = self.one_of(entry, "block", tuple(block.id for block in blocks))
        made = Field(
            id=id,
            fact=self.word(entry, "fact"),
            kind=cast(Kind, kind),
            block=block,
            core=any(one.core for one in blocks if one.id == block),
            need=cast(Any, self.one_of(entry, "need", _NEEDS)),
            options=options,
            when=self.conditions(entry, "when"),
            unless=self.conditions(entry, "unless"),
            given=frozenset(self.words(entry, "given", GIVEN)),
            least=self.number(entry, "least"),
            most=self.number(entry, "most"),
            check=self.one_of(entry, "check", tuple(CHECKS)) if "check" in entry else "",
            alone=frozenset(self.words(entry, "alone", options)),
            ends=tuple(self.ending(one, options) for one in self.entries(entry, "ends")),
            says=tuple(self.saying(one, options) for one in self.entries(entry, "says")),
            hurry=frozenset(self.words(entry, "hurry", options)),
            files=self.files(entry),
            text=self.word(entry, "text") if kind == "consent" else "",
            purpose=self.word(entry, "purpose"),
            keep=self.one_of(entry, "keep", _KEPT),
            sensitive=self.one_of(entry, "sensitive", _SENSITIVE),
            seen_by=self.words(entry, "seen-by", _SEERS),
        )
        self.shape(made, entry)
        return made

    def shape(self, made: Field, entry: Entry) -> None:
        """What each kind needs, and what it cannot have."""

        def wrong(bad: object, key: str, message: str, remedy: str) -> None:
            if bad:
                self.wrong(entry.at(key), f"[{made.id}] {message}", remedy)

        kind, options = made.kind, made.options
        for option in options:
            self.id(option, entry.at("options"))
        wrong(
            kind in _CHOOSING and len(options) < 2,
            "options",
            "There is nothing to choose from.",
            "Write options: with two ids or more.",
        )
        wrong(
            "options" in entry and kind not in {*_CHOOSING, *_OPTIONAL, "consent"},
            "options",
            f"A question of the kind {kind} has no options.",
            "Take them out, or change the kind.",
        )
        wrong(SENT in options, "options", f"“{SENT}” means something else.", "Take another word.")
        wrong(
            tuple(self.words(entry, "options")) not in {(), CONSENT} and kind == "consent",
            "options",
            "A consent is answered by yes or no.",
            "Write options: [yes, no].",
        )
        wrong(
            kind == "text" and not made.most,
            "most",
            "It is not said how long the answer may be.",
            'Write most: "500", or another number.',
        )
        wrong(
            made.most and kind not in {*_CHOOSING, "text"},
            "most",
            f"A question of the kind {kind} takes no words of one's own.",
            "Take “most” out.",
        )
        wrong(
            made.most > _LONGEST or made.least > made.most,
            "most",
            f"“least” and “most” do not fit (at most {_LONGEST}).",
            "Write the smaller number as “least”.",
        )
        wrong(
            (kind == "files") != (made.files is not None),
            "files",
            "“files” belongs to the kind files, and to that alone.",
            'Write files: {most: "5", megabytes: "10", endings: [pdf, jpg]}.',
        )
        wrong(
            made.alone and kind != "many",
            "alone",
            "Only one option is chosen here anyway.",
            "Take “alone” out.",
        )
        wrong(
            made.check == "age" and not all(map(_BAND.fullmatch, options)),
            "check",
            "The options are not bands of ages.",
            "Name them under-14, 14-17, 75-plus.",
        )
        wrong(
            made.check == "name" and kind != "text",
            "check",
            "A name is a text.",
            "Write kind: text.",
        )
        wrong(
            not _FACT.fullmatch(made.fact),
            "fact",
            "“fact” is not a row of the fact sheet.",
            "Write fact: I5, for example.",
        )
        wrong(
            not made.seen_by,
            "seen-by",
            "It is not said who sees the answer.",
            "Write seen-by: [staff].",
        )
        wrong(
            "text" in entry and kind != "consent",
            "text",
            "Only a consent has its text in the catalogs.",
            "Take “text” out.",
        )

    def order(self, steps: tuple[Field, ...], blocks: tuple[Block, ...], questions: Entry) -> None:
        """What holds between questions: blocks in order, nothing about health before a consent."""
        places = [block.id for block in blocks]
        known = [one for one in steps if one.block in places]
        for before, one in pairwise(known):
            if places.index(one.block) < places.index(before.block):
                what = f"[{one.id}] stands among the questions of a later block."
                self.wrong(questions.at(one.id), what, "Move it to its own block.")
        consented = False
        for one in steps:
            consented = consented or (one.kind == "consent" and one.must and not one.when)
            if one.sensitive == "health" and not consented:
                what = f"[{one.id}] is asked before anybody agreed to it."
                self.wrong(questions.at(one.id), what, "Move it behind the first consent.")
            if one.kind == "zone" and not self.before(one.id, "country"):
                what = f"[{one.id}] needs the country to be asked before."
                self.wrong(questions.at(one.id), what, "Move it behind the country.")
        for kind in ("country", "zone"):
            for one in [one for one in steps if one.kind == kind][1:]:
                what = f"[{one.id}] asks for another {kind}."
                self.wrong(questions.at(one.id), what, "Keep one of them.")

    def before(self, id: str, kind: str) -> bool:
        ids = list(self.done)
        return any(self.done[one].kind == kind for one in ids[: ids.index(id)])

    # ── parts of a question ──

    def conditions(self, entry: Entry, key: str) -> Conditions:
        value = entry.get(key, Entry())
        if not isinstance(value, Entry):
            remedy = f"Write {key}: {{who: [family, doctor]}}."
            self.wrong(entry.at(key), f"“{key}” names no question.", remedy)
            return ()
        found = []
        for id in value:
            one = self.done.get(id)
            if one is None or one.kind not in _CHOOSING | {"country"}:
                what = f"“{id}” is no question with options that stands above this one."
                self.wrong(value.at(id), what, "Correct its id, or move one of the two.")
                continue
            known = one.options if one.options else self.codes
            found.append((id, frozenset(self.words(value, id, known))))
        return tuple(found)

    def ending(self, one: Entry, options: tuple[str, ...]) -> Ending:
        self.known(one, frozenset({"options", "text", "when"}))
        return Ending(
            frozenset(self.words(one, "options", options)),
            self.word(one, "text"),
            self.conditions(one, "when"),
        )

    def saying(self, one: Entry, options: tuple[str, ...]) -> Saying:
        self.known(one, frozenset({"options", "text"}))
        return Saying(self.word(one, "text"), frozenset(self.words(one, "options", options)))

    def files(self, entry: Entry) -> FileRules | None:
        if "files" not in entry:
            return None
        value = entry["files"]
        if not isinstance(value, Entry):
            value = Entry()
            value.line, value.lines = entry.at("files"), {}
        self.known(value, frozenset({"most", "megabytes", "endings"}))
        rules = FileRules(
            self.number(value, "most"),
            self.number(value, "megabytes"),
            self.words(value, "endings"),
        )
        if not (rules.most and rules.megabytes and rules.endings):
            remedy = 'Write files: {most: "5", megabytes: "10", endings: [pdf, jpg]}.'
            self.wrong(value.line, "It is not said which files are taken.", remedy)
        return rules

    # ── the rest of the file ──

    def countries(self, tree: Entry) -> tuple[str, ...]:
        return self.words(tree, "countries", self.codes)

    def zones(self, tree: Entry) -> dict[str, tuple[str, ...]]:
        value = tree.get("zones", Entry())
        if not isinstance(value, Entry):
            self.wrong(tree.at("zones"), "“zones” names no country.", "CN: [Asia/Shanghai]")
            return {}
        found = {}
        for code in value:
            found[code] = self.words(value, code)
            if code not in self.codes:
                self.wrong(value.at(code), f"There is no country {code}.", "Use its two letters.")
            for zone in found[code]:
                if not clock_of(zone):
                    remedy = "Use its name in the tz database: Europe/Madrid."
                    self.wrong(value.at(code), f"There is no time zone {zone}.", remedy)
        return found

    def id(self, id: str, line: int) -> None:
        if not _ID.fullmatch(id):
            remedy = "Use up to 16 small letters, digits and hyphens."
            self.wrong(line, f"“{id}” cannot be an id.", remedy)
