"""The form as values: which questions there are, in which order, and who is asked which.

What they are stands in content/form.yaml, how they are worded in content/<language>/form.yaml;
`reading.read_form` makes a Form of both. Nothing here knows a single question by name, so a file
with one more question is asked, stored, shown and deleted like the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.dialogue.case import Consent, Value
from bot.dialogue.intake.countries import Countries
from bot.dialogue.intake.misfit import CHOOSE
from bot.dialogue.intake.months import STORED, month_name
from bot.i18n.text import Text

Kind = Literal[
    "consent", "choice", "many", "text", "month", "country", "zone", "email", "phone", "files"
]
"""How a field is answered, and what its stored Value is:

consent  one of two buttons, `yes` and `no`; kept as a Consent, never among the answers
choice   an option; or, where `most` is set, own words (a str that is no option)
many     a tuple of options; where `most` is set, own words may stand among them
text     words
month    `2025-03`; or an option (`not-sure`)
country  ISO 3166 alpha-2 code: `CN`
zone     IANA name of a time zone of the person's country: `America/New_York`
email    an address, normalised
phone    E.164: `+8613800138000`
files    an option (`not-now`, `link`), or `sent` when files came; the files are the draft's
"""

SENT = "sent"
"""The answer of a `files` field once a file has come. Never one of its options."""

Conditions = tuple[tuple[str, frozenset[str]], ...]
"""(field id, option ids): holds where the field's answer is, or has among it, one of them."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the form. The core one is needed for sending; others can be skipped whole."""

    id: str
    core: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """Choosing one of `options` ends the form with `text` (an id in the catalogs), where `when`
    holds. What was answered is dropped (fact sheet, section 13)."""

    options: frozenset[str]
    text: str
    when: Conditions = ()


@dataclass(frozen=True, slots=True)
class Saying:
    """A standing text (an id in the catalogs): shown after one of `options` was chosen, or, without
    options, together with the question."""

    text: str
    options: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FileRules:
    """What a `files` field takes: number of files, megabytes of each, and kinds by file ending."""

    most: int
    megabytes: int
    endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form.

    `fact`: its row in the fact sheet (I0-I22, C1-C5). `options` in the order shown. `when`: all
    must hold; `unless`: none may; `given`: conditions that settings decide ("cross-border").
    `least`, `most`: characters of typed words; `most` is 0 where no words are taken. `check`: a
    further rule for what is typed ("name", "age"). `alone`: options that go with no other.
    `hurry`: options that make the case urgent. `keep`: a retention rule of docs/form.md.
    `text`: of a consent, the id of its text in the catalogs, whose values the caller gives.
    `sensitive`: "no", "personal" or "health". `seen_by`: "card", "staff".
    """

    id: str
    fact: str
    kind: Kind
    block: str
    core: bool
    need: Literal["must", "optional"]
    options: tuple[str, ...] = ()
    when: Conditions = ()
    unless: Conditions = ()
    given: frozenset[str] = frozenset()
    least: int = 0
    most: int = 0
    check: str = ""
    alone: frozenset[str] = frozenset()
    ends: tuple[Ending, ...] = ()
    says: tuple[Saying, ...] = ()
    hurry: frozenset[str] = frozenset()
    files: FileRules | None = None
    text: str = ""
    purpose: str = ""
    keep: str = ""
    sensitive: str = ""
    seen_by: tuple[str, ...] = ()

    @property
    def must(self) -> bool:
        return self.need == "must"

    def ending(self, value: Value, answers: Mapping[str, Value]) -> str | None:
        """The id of the text that this answer ends the form with; None where the form goes on."""
        for one in self.ends:
            if _has(value, one.options) and _all_hold(one.when, answers):
                return one.text
        return None

    def said_with(self) -> tuple[str, ...]:
        """Ids of the standing texts that belong to the question."""
        return tuple(one.text for one in self.says if not one.options)

    def said_after(self, value: Value) -> tuple[str, ...]:
        """Ids of the standing texts that belong below this answer."""
        return tuple(one.text for one in self.says if _has(value, one.options))

    def hurries(self, value: Value) -> bool:
        """This answer makes the case urgent."""
        return _has(value, self.hurry)

    def ticked(self, picked: tuple[str, ...], option: str) -> tuple[str, ...]:
        """What is ticked after `option` of a `many` was tapped: on or off, in the order shown.

        "None of these" goes with nothing else. Own words among `picked` stay, at the end.
        """
        if option in picked:
            left = set(picked) - {option}
        elif option in self.alone:
            left = {option}
        else:
            left = (set(picked) | {option}) - self.alone
        own = tuple(one for one in picked if one not in self.options and one in left)
        return (*(one for one in self.options if one in left), *own)


@dataclass(frozen=True, slots=True)
class FormWords:
    """A field's words in one language. `options` by id; what a language need not say is None.

    `label` names the field in the review, on the card and in the export. `question` of a consent
    is the consent's own id in the catalogs, whose values the caller gives. `options` fit on
    buttons; `full` has the whole sentence of those whose button is shorter (the question lists
    them), for wherever an answer is read again. `wrong` is said when an answer does not fit,
    followed by `example`.
    """

    label: Text
    question: Text
    hint: Text | None = None
    options: Mapping[str, Text] = field(default_factory=dict)
    full: Mapping[str, Text] = field(default_factory=dict)
    example: Text | None = None
    wrong: Text | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """Every question, in order, with its words in every language.

    `version`: eight hex digits that change with the registry, not with its words. `words[language]
    [field id]`, `titles[language][block id]` and `reasons[language][reason]` hold what is fresh in
    each language (directory spelling); English has everything. `private`: words of any language
    after which a number is nobody's business (passport, 身份证).
    """

    version: str
    steps: tuple[Field, ...]
    blocks: tuple[Block, ...]
    countries: Countries
    words: Mapping[str, Mapping[str, FormWords]] = field(repr=False)
    titles: Mapping[str, Mapping[str, Text]] = field(repr=False)
    reasons: Mapping[str, Mapping[str, Text]] = field(repr=False)
    private: tuple[str, ...] = field(default=(), repr=False)
    source: str = "en"

    def field(self, id: str) -> Field | None:
        """The question `id`, or None: a draft may have been begun with another form."""
        return next((one for one in self.steps if one.id == id), None)

    # ── which questions ──

    def asked(
        self, answers: Mapping[str, Value], given: Iterable[str] = (), *, block: str | None = None
    ) -> tuple[Field, ...]:
        """The steps that apply to somebody with these answers, in order; of one block if named.

        `given`: the named conditions that hold ("cross-border"). A condition on a question that is
        itself not asked any more does not hold.
        """
        named = frozenset(given)
        standing: dict[str, Value] = {}
        applying = []
        for one in self.steps:
            if not self._applies(one, standing, named):
                continue
            applying.append(one)
            if one.id in answers:
                standing[one.id] = answers[one.id]
        return tuple(one for one in applying if block is None or one.block == block)

    def next(
        self,
        answers: Mapping[str, Value],
        skipped: Iterable[str] = (),
        consents: Iterable[Consent] = (),
        given: Iterable[str] = (),
        *,
        after: str | None = None,
        block: str | None = None,
    ) -> Field | None:
        """The first step that is still open; behind `after`, and of `block`, if these are named.

        A consent that is needed and not given comes before anything that stands behind it,
        wherever one asks from: nothing leads round it.
        """
        decided = {one.id: one.agreed for one in consents if one.withdrawn is None}
        done = set(decided) | set(answers) | set(skipped)
        ids = [one.id for one in self.steps]
        behind = set(ids[ids.index(after) + 1 :]) if after in ids else set(ids)
        for one in self.asked(answers, given):
            if one.kind == "consent" and one.must:
                if not decided.get(one.id):
                    return one
            elif one.id not in done and one.id in behind and block in (None, one.block):
                return one
        return None

    def progress(
        self, at: str, answers: Mapping[str, Value], given: Iterable[str] = ()
    ) -> tuple[int, int]:
        """(3, 7): where the step `at` stands in its block, and how many there are.

        A step that depends on an answer of the same block counts with the one before it, so that
        the second number stays the same on the way.
        """
        here = self.field(at)
        if here is None:
            return (0, 0)
        own = {one.id for one in self.steps if one.block == here.block}
        place = total = 0
        for one in self.asked(answers, given, block=here.block):
            total += not self._follows(one, own)
            if one.id == at:
                place = total
        return (max(place, 1), max(total, 1))

    def kept(self, answers: Mapping[str, Value], given: Iterable[str] = ()) -> dict[str, Value]:
        """Those of the answers that this form still asks for and would still take.

        Drops what an edited answer made pointless (the e-mail address of somebody who now wants to
        be answered here), and what another version of the form asked.
        """
        country = self.country(answers)
        fitting = {
            one.id: answers[one.id]
            for one in self.steps
            if one.id in answers and self._takes(one, answers[one.id], country)
        }
        return {one.id: fitting[one.id] for one in self.asked(fitting, given) if one.id in fitting}

    def country(self, answers: Mapping[str, Value]) -> str | None:
        """The country (ISO 3166) that was answered, if any."""
        for one in self.steps:
            value = answers.get(one.id)
            if one.kind == "country" and isinstance(value, str):
                return value
        return None

    def urgent(self, answers: Mapping[str, Value]) -> bool:
        """An answer says that it cannot wait."""
        return any(one.id in answers and one.hurries(answers[one.id]) for one in self.steps)

    # ── how they are worded ──

    def say(self, id: str, language: str) -> FormWords:
        """The words of the field `id` for a reader of `language` (directory spelling: `zh_Hans`).

        Where the language lacks them or has older ones, the whole field is English. Raises
        KeyError for an unknown field.
        """
        return self.words.get(language, {}).get(id) or self.words[self.source][id]

    def title(self, block: str, language: str) -> Text:
        """The name of a block: for the button that opens it. Raises KeyError for an unknown one."""
        return self.titles.get(language, {}).get(block) or self.titles[self.source][block]

    def wrong(self, id: str, reason: str, language: str) -> Text:
        """What to say to an answer that did not fit (`checks.Misfit.reason`).

        A reason that has words of its own is said with them, else the field's own sentence. Raises
        KeyError for an unknown field.
        """
        own = self.reasons.get(language, {}).get(reason) or self.reasons[self.source].get(reason)
        if own is None:
            said = self.say(id, language).wrong
            return said if said is not None else self.wrong(id, CHOOSE, language)
        one = self.field(id)
        if one is None:
            raise KeyError(id)
        numbers = {"most": one.most, "least": one.least}
        values = {name: n for name, n in numbers.items() if f"{{{name}}}" in (own.template or "")}
        return Text(own.id, values, own.template)

    def answer(self, id: str, value: Value, language: str) -> tuple[Text, ...]:
        """An answer as a reader of `language` sees it, piece by piece: labels of options, names
        of countries, zones and months, the person's own words as they wrote them.

        The answer to a question that this form does not have is shown as it was stored.
        """
        one = self.field(id)
        pieces = (value,) if isinstance(value, str) else value
        return tuple(self._piece(id, one, piece, language) for piece in pieces)

    def _piece(self, id: str, one: Field | None, piece: str, language: str) -> Text:
        if one is not None and piece in one.options:
            words = self.say(one.id, language)
            return words.full.get(piece) or words.options[piece]
        match one.kind if one is not None else "":
            case "country":
                return self.countries.name(piece, language)
            case "zone":
                return self.countries.zone_name(piece, language)
            case "month" if STORED.fullmatch(piece):
                return month_name(piece, language)
        return Text(id, {"words": piece}, "{words}")

    def _applies(self, one: Field, answers: Mapping[str, Value], given: frozenset[str]) -> bool:
        if one.kind == "zone" and len(self.countries.zones(self.country(answers) or "")) < 2:
            return False
        return (
            one.given <= given
            and _all_hold(one.when, answers)
            and not any(_holds(condition, answers) for condition in one.unless)
        )

    def _follows(self, one: Field, block: Iterable[str]) -> bool:
        """Whether it is asked only because of an answer (or a setting) in this block."""
        named = {id for id, _ in (*one.when, *one.unless)}
        return bool(one.given) or one.kind == "zone" or not named.isdisjoint(block)

    def _takes(self, one: Field, value: Value, country: str | None) -> bool:
        """The value could be an answer to this question."""
        if one.kind == "many" or not isinstance(value, str):
            several = one.kind == "many" and not isinstance(value, str) and bool(value)
            return several and all(_fits(one, piece) for piece in value)
        known: bool
        match one.kind:
            case "text" | "email" | "phone":
                known = bool(value)
            case "month":
                known = value in one.options or STORED.fullmatch(value) is not None
            case "country":
                known = value in self.countries.codes
            case "zone":
                known = value in {zone.id for zone in self.countries.zones(country or "")}
            case "files":
                known = value in one.options or value == SENT
            case _:  # a choice; a consent is no answer
                known = one.kind == "choice" and _fits(one, value)
        return known


def _fits(one: Field, piece: str) -> bool:
    return piece in one.options or (one.most > 0 and bool(piece))


def _has(value: Value, options: frozenset[str]) -> bool:
    return value in options if isinstance(value, str) else not options.isdisjoint(value)


def _holds(condition: tuple[str, frozenset[str]], answers: Mapping[str, Value]) -> bool:
    id, options = condition
    return id in answers and _has(answers[id], options)


def _all_hold(conditions: Conditions, answers: Mapping[str, Value]) -> bool:
    return all(_holds(condition, answers) for condition in conditions)
