"""A case as the staff see it: the card, the answers in full, and what was changed later.

In the language of the staff's group; what the person wrote stays as they wrote it. Nothing is shown
of a case that its person has not, or no longer, agreed to have read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.dialogue.case import CLOSED, THEIRS, WITHDRAWN, Case, Value
from bot.dialogue.intake.form import SENT, Field, Form
from bot.dialogue.paging import chunks
from bot.dialogue.screens import paragraphs
from bot.i18n.language import Language
from bot.i18n.markup import visible_length
from bot.i18n.text import Label, Spoken, Text, text

MESSAGE = 4096
"""UTF-16 units in one message (Bot API, sendMessage)."""

_INLINE = 60
"""Characters of own words that stand on the line of their label."""

_WHO, _AGE, _DIAGNOSIS, _REPLY, _AWARE = "I1", "I4", "I5", "I7", "I22"
"""Questions that the card has marks for, by their facts (fact sheet, section 13)."""
_PATIENT, _CHILD = "patient", "under-14"

FILES_NEWS = "files"
"""Among news: further files, which are copied and need no line."""


def readable(case: Case, form: Form) -> bool:
    """Whether the staff may see anything of it: C1 was given, and of what else is needed nothing
    was refused or withdrawn."""
    standing = {one.id: one.agreed and one.withdrawn is None for one in case.consents}
    needed = {one.id for one in form.steps if one.kind == "consent" and one.must}
    refused = any(not given for id, given in standing.items() if id in needed)
    return standing.get("c1", False) and not refused and case.state != WITHDRAWN


def title(case: Case, form: Form, language: Language) -> Label:
    """The name of its topic: number, country, kind of illness; no name and no word of theirs."""
    writer = _Writer(case, form, language)
    country = next((one for one in form.steps if one.kind == "country"), None)
    illness = next((one for one in form.steps if one.fact == _DIAGNOSIS), None)
    named = text(
        "desk.title",
        ref=case.number,
        country=writer.kind_of(country),
        illness=writer.kind_of(illness),
    )
    return language.label(named)


def card(
    case: Case, form: Form, language: Language, now: datetime, *marks: Text
) -> tuple[Spoken, ...]:
    """The card and the answers in full, as messages; `marks` stand below each first line.

    The card comes first and holds no name (P14). `now`: a reply that is late is said to be.
    Nothing when the staff may not read it.
    """
    if not readable(case, form):
        return ()
    writer = _Writer(case, form, language)
    blocks = [writer.head(now), *writer.answers()]
    return _messages(case.number, blocks, language, marks)


def news(
    case: Case, fields: Sequence[str], form: Form, language: Language, *marks: Text
) -> tuple[Spoken, ...]:
    """What was changed or added: the new answers. The old ones stay above, where they were."""
    if not readable(case, form):
        return ()
    writer = _Writer(case, form, language)
    told = [*writer.hurry(fields)]
    for id in fields:
        if id == FILES_NEWS:
            continue
        field = form.field(id)
        if field is not None and field.kind == "consent":
            told += writer.consents()
        elif id in case.answers:
            told += writer.answer(id, case.answers[id])
        else:
            told.append(language.say(text("desk.gone", label=writer.label(id))))
    return _messages(case.number, [told], language, (*marks, text("desk.updated"))) if told else ()


@dataclass(frozen=True, slots=True)
class _Writer:
    """Puts one case into words."""

    case: Case
    form: Form
    language: Language

    def say(self, said: Text) -> Spoken:
        return self.language.say(said)

    # ── the card ──

    def head(self, now: datetime) -> list[Spoken]:
        return [*self._marks(), *self._facts(now), *self.consents()]

    def _marks(self) -> Iterator[Spoken]:
        yield from self.hurry(self.case.answers)
        for one in self.form.steps:
            value = self.case.answers.get(one.id)
            if one.fact == _AGE and value == _CHILD:
                yield self.say(text("desk.child"))
            if one.fact == _WHO and value not in (None, _PATIENT):
                yield self.say(text("desk.proxy", who=self.kind_of(one)))
                yield self.say(text("desk.aware", answer=self._aware()))

    def hurry(self, fields: Iterable[str]) -> Iterator[Spoken]:
        """A line for each answer that says that it cannot wait."""
        wanted = set(fields)
        for one in self.form.steps:
            value = self.case.answers.get(one.id)
            if one.id in wanted and value is not None and one.hurries(value):
                answer = self._listed(one, value)
                yield self.say(text("desk.urgent", label=self.label(one.id), answer=answer))

    def _aware(self) -> Text:
        return self.kind_of(next((one for one in self.form.steps if one.fact == _AWARE), None))

    def kind_of(self, field: Field | None) -> Text:
        """The first option of an answer; that it is in own words, which may hold a name; or that
        there is none."""
        if field is None or field.id not in self.case.answers:
            return text("desk.not-said")
        told = _classes(field, self.case.answers[field.id])
        return self._said(field, told)[0] if told else text("desk.own-words")

    def _facts(self, now: datetime) -> Iterator[Spoken]:
        yield from self._deadline(now)
        code = self.case.language.replace("-", "_")
        spoken = self.language.name_of(code) or self.case.language
        yield self.say(text("desk.language", language=spoken))
        for one in self._shown_on_card():
            value = self.case.answers[one.id]
            if told := _classes(one, value):
                answer = self._listed(one, told)
            else:
                answer = text("desk.own-words")
            yield self.say(text("desk.line", label=self.label(one.id), answer=answer))

    def _deadline(self, now: datetime) -> Iterator[Spoken]:
        """Whose turn it is, until when, and who has taken it."""
        case, due = self.case, self.case.due
        if case.claim is not None:
            yield self.say(text("desk.claimed-by", name=case.claim.name))
        if case.muted:
            yield self.say(text("desk.is-muted"))
        if case.state in {CLOSED, THEIRS}:
            yield self.say(text(f"desk.state-{case.state}", ref=case.number))
            return
        if now > due:
            yield self.say(text("desk.overdue"))
        yield self.say(text("desk.reply-by", time=due.astimezone(UTC), time_zone="UTC"))
        if (zone := self._zone()) is not None:
            name = self.form.countries.zone_name(zone, self.language.code)
            there = due.astimezone(ZoneInfo(zone))
            yield self.say(text("desk.reply-by-theirs", time=there, time_zone=name))

    def _zone(self) -> str | None:
        """The person's time zone (IANA): as answered, or the only one of the country."""
        zones = [one.id for one in self.form.countries.zones(self._country())]
        for one in self.form.steps:
            if one.kind == "zone" and self.case.answers.get(one.id) in zones:
                return str(self.case.answers[one.id])
        return zones[0] if len(zones) == 1 else None

    def _country(self) -> str:
        return self.form.country(self.case.answers) or ""

    def _shown_on_card(self) -> list[Field]:
        """Fields of the card; never one for words alone, which could hold a name."""
        return [
            one
            for one in self.form.steps
            if "card" in one.seen_by and one.kind != "text" and one.id in self.case.answers
        ]

    def consents(self) -> Iterator[Spoken]:
        """What was agreed to, and what was not."""
        standing = {one.id: one.agreed and one.withdrawn is None for one in self.case.consents}
        for agreed, id in ((True, "desk.agreed"), (False, "desk.not-agreed")):
            names = tuple(
                self.label(one)
                for one, given in standing.items()
                if given is agreed and self.form.field(one) is not None
            )
            if names:
                yield self.say(Text(id, {"consents": several(names)}))

    # ── the answers ──

    def answers(self) -> Iterator[list[Spoken]]:
        """Every answer that the card does not give in full, block by block; last, what only
        another version of the form knows."""
        whole = {
            one.id
            for one in self._shown_on_card()
            if _classes(one, self.case.answers[one.id]) == _pieces(self.case.answers[one.id])
        }
        left = {id: value for id, value in self.case.answers.items() if id not in whole}
        for block in self.form.blocks:
            told = [
                line
                for one in self.form.steps
                if one.block == block.id and one.id in left
                for line in self.answer(one.id, left.pop(one.id))
            ]
            if told:
                heading = self._heading(block.id, core=block.core)
                yield [_lines(heading, told[0]), *told[1:]]
        if left:
            yield [line for id, value in left.items() for line in self.answer(id, value)]

    def _heading(self, block: str, *, core: bool) -> Spoken:
        name = text("desk.answers") if core else self.form.title(block, self.language.code)
        return self.say(text("desk.block", block=name))

    def answer(self, id: str, value: Value) -> Iterator[Spoken]:
        """One answer: options in a row, the person's own words in a quote below."""
        field, label = self.form.field(id), self.label(id)
        if field is not None and field.kind == "files" and value == SENT:
            count = text("desk.files", n=len(self.case.files))
            yield self.say(text("desk.line", label=label, answer=count))
            return
        chosen = _classes(field, value)
        own = [piece for piece in _pieces(value) if piece not in chosen]
        if own and not chosen and len(own) == 1 and _is_short(own[0]):
            # The quotes tell a word of theirs from an option of ours.
            answer = own[0] if _only_words(field) else text("desk.own", words=own[0])
            yield self.say(text("desk.line", label=label, answer=answer))
            return
        if field is not None and chosen:
            answers = self._listed(field, chosen)
            yield self.say(text("desk.line", label=label, answer=answers))
        for number, chunk in enumerate(chunk for words in own for chunk in chunks(words)):
            quoted = self.say(text("desk.quote", words=chunk))
            first = not chosen and number == 0
            yield _lines(self.say(text("desk.label", label=label)), quoted) if first else quoted

    def label(self, id: str) -> Text:
        """What a field is called; one that this form does not know has only its id."""
        if self.form.field(id) is None:
            return text("desk.unknown", id=id)
        return self.form.say(id, self.language.code).label

    def _listed(self, field: Field, value: Value) -> Text:
        return several(self._said(field, value))

    def _said(self, field: Field, value: Value) -> tuple[Text, ...]:
        return self.form.answer(field.id, value, self.language.code)


# ── values ──


def _pieces(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _classes(field: Field | None, value: Value) -> tuple[str, ...]:
    """Those pieces of an answer that are not somebody's own words: options, countries, months."""
    if field is None or _only_words(field):
        return ()
    if field.kind in ("choice", "many"):
        return tuple(piece for piece in _pieces(value) if piece in field.options)
    return _pieces(value)


def several(pieces: Sequence[Text]) -> Text:
    """Names of options in a row. A comma or “and” would not do: there are some in the names."""
    *others, last = pieces
    for one in reversed(others):
        last = text("desk.several", first=one, others=last)
    return last


def _only_words(field: Field | None) -> bool:
    return field is not None and field.kind in ("text", "email", "phone")


def _is_short(words: str) -> bool:
    return len(words) <= _INLINE and "\n" not in words


# ── messages ──


def _messages(
    number: str, blocks: Iterable[list[Spoken]], language: Language, marks: Sequence[Text]
) -> tuple[Spoken, ...]:
    """One message where all of it fits, else several that say which of how many they are."""
    told = [language.say(mark) for mark in marks]
    longest = text("desk.part", ref=number, part=99, parts=99)
    top = _lines(language.say(longest), *told)
    parts = _fitting(blocks, MESSAGE - visible_length(top) - 2)
    said = []
    for place, part in enumerate(parts, start=1):
        head = text("desk.head", ref=number)
        if len(parts) > 1:
            head = text("desk.part", ref=number, part=place, parts=len(parts))
        part[0] = [language.say(head), *told, *part[0]]
        said.append(paragraphs(*(_lines(*block) for block in part)))
    return tuple(said)


def _lines(*said: Spoken) -> Spoken:
    return Spoken("\n".join(said))


def _fitting(blocks: Iterable[list[Spoken]], most: int) -> list[list[list[Spoken]]]:
    """The paragraphs of all blocks, in order, in as many messages of `most` units as they need."""
    parts: list[list[list[Spoken]]] = [[]]
    room = most
    for block in blocks:
        fresh = True
        for paragraph in block:
            # Its own blanks at the ends count, where it stands between others; the two letters
            # stand for the line breaks.
            length = visible_length(f"x{paragraph}x")
            if length > room and parts[-1]:
                parts.append([])
                room, fresh = most, True
            if fresh:
                parts[-1].append([])
                fresh = False
            parts[-1][-1].append(paragraph)
            room -= length
    return parts


# ── lines ──


def line(number: str, language: Language, *said: Text) -> Spoken:
    """A short message about a case: its number, then what there is to say."""
    return _lines(*(language.say(one) for one in (text("desk.head", ref=number), *said)))


def away(case: Case, form: Form, language: Language) -> Text:
    """That the person cannot be written to any more, and which way of reply they named."""
    writer = _Writer(case, form, language)
    reply = next((one for one in form.steps if one.fact == _REPLY), None)
    return text("desk.away", route=writer.kind_of(reply))
