"""All that is kept of somebody, to read, and for another program (privacy.md, P8; GDPR 15, 20)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any

from bot.dialogue.case import TEAM, Case, Consent, Draft, Letter, Moment, Value
from bot.dialogue.event import Person
from bot.dialogue.intake.cases import state
from bot.dialogue.intake.form import SENT, Form
from bot.dialogue.paging import chunks
from bot.dialogue.screen import Document
from bot.dialogue.screens import Screens
from bot.i18n.language import Language
from bot.i18n.markup import parse
from bot.i18n.text import Label, Spoken, Text, text


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is told to a reader of one language; in it only what is kept of one person."""

    screens: Screens
    form: Form
    language: Language
    person: Person | None = None
    draft: Draft | None = None
    cases: tuple[Case, ...] = ()
    letters: Mapping[str, tuple[Letter, ...]] | None = None
    proofs: tuple[Consent, ...] = ()

    def say(self, id: str, /, **values: Any) -> Spoken:
        return self.language.say(Text(id, values))

    # ── to read ──

    def choices(self) -> tuple[Spoken, ...]:
        """The language and the country somebody chose."""
        person = self.person
        if person is None:
            return ()
        chosen = self.screens.languages.get(person.language) if person.language else None
        country = self.screens.helplines.countries.get(person.country or "")
        return (
            self.say("my-data.language", name=chosen.name)
            if chosen
            else self.say("my-data.no-language"),
            self.say("my-data.country", name=text(f"label.country.{country.code}"))
            if country
            else self.say("my-data.no-country"),
        )

    def told(self) -> Iterator[Spoken]:
        """Every answer, every letter and every decision, as paragraphs."""
        if self.draft is not None:
            yield self.say("my-data.begun")
            yield from self._answers(self.draft.answers, len(self.draft.files))
        for case in reversed(self.cases):
            day = case.created.date()
            yield self.say("my-data.request", ref=case.number, state=state(case), day=day)
            yield from self._answers(case.answers, len(case.files))
            for letter in (self.letters or {}).get(case.number, ()):
                yield from self._letter(letter)
        if self.proofs:
            yield self.say("my-data.decisions")
        for one in self.proofs:
            yield self._decision(one)

    def _answers(self, answers: Mapping[str, Value], files: int) -> Iterator[Spoken]:
        known = [one.id for one in self.form.steps if one.id in answers]
        for id in (*known, *(one for one in answers if one not in known)):
            label, field = self.label(id), self.form.field(id)
            if field is not None and field.kind == "files" and answers[id] == SENT:
                yield self.say("review.line", label=label, answer=text("review.files", n=files))
                continue
            ours, own = self._pieces(id, answers[id])
            if ours:
                yield self.say("review.line", label=label, answer=self.language.items(ours))
            for words in own:
                for chunk in chunks(words):
                    yield self.say("my-data.words", label=label, words=chunk)

    def _pieces(self, id: str, value: Value) -> tuple[list[Label], list[str]]:
        """Of one answer, what is worded by us, and the person's own words."""
        ours: list[Label] = []
        own: list[str] = []
        stored = (value,) if isinstance(value, str) else value
        said = self.form.answer(id, value, self.language.code)
        for piece, worded in zip(stored, said, strict=True):
            if worded.values.get("words") == piece:
                own.append(piece)
            else:
                ours.append(self.language.label(worded))
        return ours, own

    def label(self, id: str) -> Text:
        """What a question or a consent is called; of an earlier form only its id is known."""
        if self.form.field(id) is None:
            return text("desk.unknown", id=id)
        return self.form.say(id, self.language.code).label

    def _letter(self, letter: Letter) -> Iterator[Spoken]:
        who = text("letter.from-team" if letter.side == TEAM else "letter.from-person")
        time = letter.at.astimezone(UTC)
        if letter.kind != "text":
            yield self.say("letter.file-line", who=who, time=time)
        for chunk in chunks(letter.words):
            yield self.say("letter.line", who=who, time=time, words=chunk)

    def _decision(self, one: Consent) -> Spoken:
        label, day = self.label(one.id), one.at.date()
        if one.withdrawn is not None:
            until = one.withdrawn.date()
            return self.say("my-data.taken-back", label=label, day=day, until=until)
        return self.say("my-data.agreed" if one.agreed else "my-data.refused", label=label, day=day)

    # ── as files ──

    def files(self, name: str, moment: Moment) -> tuple[Document, Document]:
        """One file to read and one for another program; the names say nothing about health."""
        name = f"{name}-{moment.now.date().isoformat()}"
        # The mark at its beginning tells old readers that it is UTF-8.
        readable = self._readable(moment).encode("utf-8-sig")
        return (
            Document(f"{name}.txt", readable),
            Document(f"{name}.json", self._structured(moment).encode()),
        )

    def _readable(self, moment: Moment) -> str:
        time = moment.now.astimezone(UTC)
        made = self.say("my-data.copy", time=time, time_zone=text("label.utc"))
        said = (made, *self.choices(), *self.told())
        return "\n\n".join(parse(one).text for one in said) + "\n"

    def _structured(self, moment: Moment) -> str:
        """Every stored field by its name; each answer with its question and its wording."""
        made = {
            "made": moment.now.isoformat(),
            "person": _json(self.person),
            "form": self._asked(self.draft),
            "requests": [
                {
                    **self._asked(case),
                    "letters": _json((self.letters or {}).get(case.number, ())),
                }
                for case in self.cases
            ],
            "consents": _json(self.proofs),
        }
        return json.dumps(made, ensure_ascii=False, indent=2) + "\n"

    def _asked(self, kept: Draft | Case | None) -> Any:
        if kept is None:
            return None
        answers = {
            id: {
                "asked": self.language.label(self.label(id)),
                "answer": [
                    self.language.label(one)
                    for one in self.form.answer(id, value, self.language.code)
                ],
                "stored": _json(value),
            }
            for id, value in kept.answers.items()
        }
        return {**_json(kept), "answers": answers}


def _json(value: Any) -> Any:
    """Values of case.py as JSON has them: moments in ISO 8601, sets in order."""
    if is_dataclass(value):
        return {one.name: _json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _json(one) for key, one in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_json(one) for one in value]
    return value
