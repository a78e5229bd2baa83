"""Consents: each its own question about its own text, and the proof of what was decided (P3).

A decision stands as long as the text it was about is the text of today, in its language: when a
word of it or a setting named in it changes, it is asked again before anything is sent (P5).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from bot.dialogue.case import Consent, Moment, Value
from bot.dialogue.intake.form import Field, Form
from bot.dialogue.screens import Operator
from bot.i18n.language import Language, Languages
from bot.i18n.text import Spoken, Text
from bot.i18n.text import Value as Worded

YES, NO = "yes", "no"
"""The two options of every consent."""

CROSS_BORDER = "cross-border"
"""The condition under which C2 is asked: what is told leaves the person's country (P4)."""


@dataclass(frozen=True, slots=True)
class Consents:
    """What is asked of whom, with the operator's name, contact and countries filled in."""

    form: Form
    languages: Languages
    operator: Operator

    def given(self, answers: Mapping[str, Value]) -> frozenset[str]:
        """The named conditions of the form that hold for somebody with these answers."""
        operator = self.operator
        where = {operator.country, *operator.staff_countries}
        home = where == {self.form.country(answers)}
        return frozenset() if home else frozenset({CROSS_BORDER})

    def text(self, field: Field, language: Language) -> Spoken:
        """The text that somebody agrees to, exactly as it is shown."""

        def country(code: str) -> str:
            return language.label(self.form.countries.name(code, language.code))

        operator = self.operator
        values: dict[str, Worded] = {
            "operator": operator.name or "",
            "contact": operator.contact or "",
            "country": country(operator.country) if operator.country else "",
            "countries": tuple(country(code) for code in operator.staff_countries),
        }
        names = language.messages[field.text].names
        return language.say(Text(field.text, {name: values[name] for name in names}))

    def decided(
        self,
        field: Field,
        option: str,
        language: Language,
        moment: Moment,
        message_id: int | None,
    ) -> Consent:
        """The record of one decision. `message_id`: the message that showed the text."""
        shown = _hash(self.text(field, language))
        agreed = option == YES
        return Consent(field.id, agreed, shown, language.tag, moment.now, message_id)

    def standing(self, consents: Iterable[Consent]) -> tuple[Consent, ...]:
        """The latest decision on each consent of the form, where it counts today: about the text
        of today, not withdrawn, and a yes where the form cannot go on without."""
        latest = {one.id: one for one in consents}
        return tuple(one for one in latest.values() if self._counts(one))

    def _counts(self, consent: Consent) -> bool:
        field = self.form.field(consent.id)
        language = self.languages.get(consent.language)
        if field is None or not field.text or language is None or consent.withdrawn is not None:
            return False
        if field.must and not consent.agreed:
            return False
        return consent.text_hash == _hash(self.text(field, language))


def _hash(text: Spoken) -> str:
    return sha256(text.encode()).hexdigest()
