"""What a person sees of what they sent: the number, the time of the reply, where it is now.

What they told is not said again here (privacy.md, P30): phones are shared.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.dialogue.address import Address
from bot.dialogue.case import CLOSED, NEW, OURS, THEIRS, WITHDRAWN, Case, Moment
from bot.dialogue.intake.form import Form
from bot.dialogue.intake.sheet import OWN_WORDS
from bot.dialogue.screen import Button, Row, Screen
from bot.dialogue.screens import ASK, CONSULT, MY_CASE, Screens, paragraphs
from bot.i18n.language import Language
from bot.i18n.text import Spoken, Text, Value, text

ADD = "add"
"""`add.<number>` leads to what can be added to a case, `add.<number>.<field>` begins with it."""

_SHOWN = 6
"""Cases on one screen, the newest first."""

_STATES = {
    NEW: "case.new",
    OURS: "case.new",
    THEIRS: "case.theirs",
    WITHDRAWN: "case.withdrawn",
    CLOSED: "case.closed",
}


def is_open(case: Case) -> bool:
    """Something can still be added to it."""
    return case.state not in {WITHDRAWN, CLOSED} and case.closed is None


def state(case: Case) -> Text:
    """What its person is told about where it is."""
    if not is_open(case):
        return text(_STATES[WITHDRAWN if case.state == WITHDRAWN else CLOSED])
    return text(_STATES.get(case.state, _STATES[NEW]))


@dataclass(frozen=True, slots=True)
class Cases:
    """The screens of cases that were sent."""

    screens: Screens
    form: Form

    def sent(self, case: Case, language: Language) -> Screen:
        """SW9 with the number and the time of the reply, and what happens next."""
        body = paragraphs(
            language.say(
                Text("safety.sw9", {"ref": case.number, **self.when(case, case.due, language)})
            ),
            language.say(text("thanks.next")),
            language.say(text("safety.sw5")),
            language.say(text("safety.sw8")),
        )
        mine = self.screens.button(language, "button.my-case", MY_CASE)
        rows = (*self._keys(case, language), (mine,))
        return self.screens.plain(Address(language.tag, MY_CASE), language, body, rows)

    def added(self, case: Case, language: Language) -> Screen:
        """After something was added."""
        body = paragraphs(
            language.say(text("thanks.added", ref=case.number)), language.say(text("safety.sw5"))
        )
        mine = self.screens.button(language, "button.my-case", MY_CASE)
        return self.screens.plain(Address(language.tag, MY_CASE), language, body, ((mine,),))

    def mine(self, cases: tuple[Case, ...], language: Language, moment: Moment) -> Screen:
        """Each case with its number, its state and the time of the reply, the newest first."""
        shown = cases[::-1][:_SHOWN]
        older = len(cases) - len(shown)
        body = paragraphs(
            language.say(text("my-case.title" if cases else "my-case.none")),
            *(self._told(case, language, moment) for case in shown),
            language.say(text("my-case.older", n=older)) if older else None,
            None if self.screens.opening.open else self.screens.consult_state(language),
        )
        rows = [row for case in shown for row in self._keys(case, language)]
        rows.append((self.screens.topic(CONSULT, language),))
        return self.screens.plain(Address(language.tag, MY_CASE), language, body, tuple(rows))

    def parts(self, case: Case, language: Language) -> Screen:
        """What can be added to a case: each part of the form that still has open questions."""
        rows = []
        for block in self.form.blocks:
            asked = self.form.asked(case.answers, block=block.id)
            left = [one for one in asked if one.id not in case.answers]
            if block.core or not left:
                continue
            title = self.form.title(block.id, language.code)
            label = language.label(text("review.part", block=title, n=len(left)))
            rows.append((Button(label, self._add(case, language, left[0].id)),))
        body = language.say(text("add.parts", ref=case.number))
        message = self.message(case, language)
        here = self._add(case, language)
        return self.screens.plain(here, language, body, (*rows, *message))

    # ── pieces ──

    def _told(self, case: Case, language: Language, moment: Moment) -> Spoken:
        """One case; whether the staff group surely has it is told as it is known."""
        if not is_open(case):
            return language.say(text("my-case.over", ref=case.number, state=state(case)))
        reached = text("case.got-it" if case.delivered else "case.on-its-way")
        when = self.when(case, case.due, language)
        values: dict[str, Value] = {
            "ref": case.number,
            "state": state(case),
            "reached": reached,
        }
        if case.state == THEIRS:
            return language.say(Text("my-case.open", values))
        late = moment.now > case.due
        values["reply"] = Text("case.late" if late else "case.reply-by", when)
        return language.say(Text("my-case.waiting", values))

    def when(self, case: Case, due: datetime, language: Language) -> dict[str, Value]:
        """The time of the reply on the person's own clock, and which clock that is."""
        zone = self._zone(case)
        if zone is None:
            return {"time": due.astimezone(UTC), "time_zone": text("label.utc")}
        return {"time": due.astimezone(ZoneInfo(zone)), "time_zone": language.clock(zone)}

    def _zone(self, case: Case) -> str | None:
        """The person's time zone (IANA): as answered, or the only one of the country."""
        country = self.form.country(case.answers)
        zones = [zone.id for zone in self.form.countries.zones(country or "")]
        for field in self.form.steps:
            if field.kind == "zone" and case.answers.get(field.id) in zones:
                return str(case.answers[field.id])
        return zones[0] if len(zones) == 1 else None

    def _keys(self, case: Case, language: Language) -> tuple[Row, ...]:
        if not (is_open(case) and self.screens.opening.open):
            return ()
        label = language.label(text("button.add-to", ref=case.number))
        return ((Button(label, self._add(case, language)),), *self.message(case, language))

    def message(self, case: Case, language: Language) -> tuple[Row, ...]:
        """The row that begins a message to whoever reads the case."""
        own = next((one for one in self.form.steps if one.fact == OWN_WORDS), None)
        if own is None:
            return ()
        label = language.label(text("button.add-message", ref=case.number))
        return ((Button(label, self._add(case, language, own.id)),),)

    def _add(self, case: Case, language: Language, *field: str) -> Address:
        return Address(language.tag, ASK, ".".join((ADD, case.number, *field)))
