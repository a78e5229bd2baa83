"""How the form looks: one question a message, its buttons, and where in the form one stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.dialogue.address import Address
from bot.dialogue.case import Draft, Value
from bot.dialogue.intake.consent import NO, YES
from bot.dialogue.intake.countries import Zone
from bot.dialogue.intake.form import SENT, Field, Form
from bot.dialogue.intake.months import month_name
from bot.dialogue.intake.sheet import Sheet
from bot.dialogue.paging import pages
from bot.dialogue.screen import Button, Row, Screen, in_rows
from bot.dialogue.screens import ASK, EMERGENCY, Screens, paragraphs
from bot.i18n.language import Language
from bot.i18n.text import Label, Spoken, Text, text

BACK, SAVE, SKIP, KEEP, DONE, PART = "-back", "-save", "-skip", "-keep", "-done", "-part"
LAST, WAY, CANCEL, DELETE, OVER, AGAIN = "-last", "-way", "-cancel", "-delete", "-over", "-again"
SEND, CHANGE, MORE, PAGE = "-send", "-change", "-more", "page"
ON, OFF, EDIT, AT = "on", "off", "edit", "at"
"""What a button of the form does, where it does not carry an option. No option begins with “-”."""

ENOUGH = 2
"""Answers in a row that did not fit, after which there is a way round the question (F7)."""

_TYPED = frozenset({"text", "email", "phone", "month", "country"})
_YEARS = 6
"""Years offered as buttons before one has to type."""

_LONG, _ROOM = 240, 3000
"""Characters of one answer in the review, and of all answers on one screen of it."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Makes screens of a Sheet. Nothing here remembers or decides anything."""

    screens: Screens
    form: Form

    # ── addresses and labels ──

    def to(self, language: Language, draft: Draft, *value: str) -> Address:
        """A button of the step where `draft` stands; without a value the step itself."""
        return Address(language.tag, ASK, ".".join((draft.reference, draft.at, *value)))

    def key(self, language: Language, draft: Draft, label: Text, *value: str) -> Button:
        return Button(language.label(label), self.to(language, draft, *value))

    def label(self, sheet: Sheet, language: Language) -> Label:
        """“Back to my request (3 of 7)”, for a page that is read in the middle of the form."""
        field = sheet.field
        if field is None:
            return language.label(text("button.back-to-review"))
        at, most = self.form.progress(field.id, sheet.answers, sheet.given)
        return language.label(text("button.back-to-form", at=at, most=most))

    # ── before the first question ──

    def intro(self, language: Language, *above: Text, draft: Draft | None = None) -> Screen:
        """What everybody reads before the first question: SW3 short, SW1, SW7, SW5."""
        ids = ("form.intro", "safety.sw3s", "safety.sw1", "safety.sw7", "safety.sw5")
        body = paragraphs(*(language.say(one) for one in (*above, *map(text, ids))))
        here = Address(language.tag, ASK, "intro")
        start = Address(language.tag, ASK, "begin" if draft is None else "")
        rows: tuple[Row, ...] = (
            (Button(language.label(text("button.begin-now")), start, style="success"),),
        )
        return self.screens.plain(here, language, body, rows)

    # ── a question ──

    def question(self, sheet: Sheet, language: Language, today: date, *above: Spoken) -> Screen:
        """Where somebody stands: the question, or the review. `above`: what is said first."""
        field, draft = sheet.field, sheet.draft
        if field is None:
            return self.review(sheet, language, 0, *above)
        words = self.form.say(field.id, language.code)
        asked = (
            paragraphs(
                language.say(text("consent.asked")),
                sheet.consents.text(field, language),
                language.say(text("consent.free" if not field.must else "consent.no-is-fine")),
            )
            if field.kind == "consent"
            else language.say(words.question)
        )
        body = paragraphs(
            *above,
            None if draft.editing else self._place(field, sheet, language),
            *(language.say(text(id)) for id in field.said_with()),
            asked,
            language.say(words.hint) if words.hint else None,
            self._state(field, sheet, language),
        )
        rows = [*self._options(field, sheet, language, today)]
        if field.kind != "many" and self._own(field, sheet):
            rows.append((self.key(language, draft, text("button.keep-answer"), KEEP),))
        rows += self._round(field, sheet, language)
        return Screen(body, (*rows, *self._ways(language, draft)))

    def _place(self, field: Field, sheet: Sheet, language: Language) -> Spoken:
        at, most = self.form.progress(field.id, sheet.answers, sheet.given)
        if sheet.core(field):
            return language.say(text("form.place-core", at=at, most=most))
        title = self.form.title(field.block, language.code)
        return language.say(text("form.place", block=title, at=at, most=most))

    def _state(self, field: Field, sheet: Sheet, language: Language) -> Spoken | None:
        """What was answered already, where no button shows it."""
        if field.kind == "files" and sheet.files:
            return language.say(text("form.files", n=sheet.files))
        own = self._own(field, sheet)
        if own is None:
            return None
        return language.say(text("form.answer-now", answer=self._said(field.id, own, language)))

    def _own(self, field: Field, sheet: Sheet) -> Value | None:
        """The answer, where it is in the person's own words or was searched for."""
        if field.kind == "many":
            return tuple(one for one in sheet.draft.picked if one not in field.options) or None
        value = sheet.current(field)
        shown = {*field.options, *(one.id for one in self._zones(field, sheet))}
        return None if field.kind == "files" or value in shown else value

    def _zones(self, field: Field, sheet: Sheet) -> tuple[Zone, ...]:
        country = self.form.country(sheet.answers)
        return self.form.countries.zones(country or "") if field.kind == "zone" else ()

    def _said(self, id: str, value: Value, language: Language) -> str:
        pieces = self.form.answer(id, value, language.code)
        return _short(language.items(language.label(one) for one in pieces))

    # ── the buttons of a question ──

    def _options(
        self, field: Field, sheet: Sheet, language: Language, today: date
    ) -> tuple[Row, ...]:
        draft, words = sheet.draft, self.form.say(field.id, language.code)
        current: object = sheet.current(field)
        if field.kind == "many":
            ticked = draft.picked
            keys = [
                self.key(
                    language,
                    draft,
                    text("form.ticked" if one in ticked else "form.unticked", option=option),
                    OFF if one in ticked else ON,
                    one,
                )
                for one, option in words.options.items()
            ]
            done = self.key(language, draft, text("button.done"), DONE)
            return (*in_rows(keys), (done,))
        if field.kind == "files" and draft.files:
            return (
                (self.key(language, draft, text("button.done"), DONE),),
                (self.key(language, draft, text("button.remove-last"), LAST),),
            )
        offered = list(words.options.items())
        if field.kind == "consent":
            offered = [(YES, text("button.agree")), (NO, text("button.disagree"))]
            decided = {one.id: one for one in sheet.consents.standing(draft.consents)}
            before = decided.get(field.id)
            current = None if before is None else YES if before.agreed else NO
        if field.kind == "country":
            countries = self.form.countries
            offered += [(code, countries.name(code, language.code)) for code in countries.first]
        for zone in self._zones(field, sheet):
            offered.append((zone.option, self.form.countries.zone_name(zone.id, language.code)))
            current = zone.option if current == zone.id else current
        if field.kind == "month":
            years = range(today.year, today.year - _YEARS, -1)
            offered += [(str(year), text("form.year", year=str(year))) for year in years]
        return in_rows(
            (self._option(language, draft, option, label, current) for option, label in offered),
            most=3 if field.kind == "month" else 2,
        )

    def _option(
        self, language: Language, draft: Draft, option: str, label: Text, current: object
    ) -> Button:
        said = text("form.chosen", option=label) if option == current else label
        return self.key(language, draft, said, option)

    def _round(self, field: Field, sheet: Sheet, language: Language) -> tuple[Row, ...]:
        """The ways round a question: skipping it, or all of its part, or answering another way."""
        draft, keys = sheet.draft, []
        other = self.other_way(field, sheet)
        if other is not None:
            before, option = other
            label = self.form.say(before.id, language.code).options[option]
            keys.append(self.key(language, draft, label, WAY))
        if self.skippable(field, sheet):
            keys.append(self.key(language, draft, text("button.skip"), SKIP))
        if not (sheet.core(field) or draft.editing):
            keys.append(self.key(language, draft, text("button.skip-part"), PART))
        return in_rows(keys)

    def skippable(self, field: Field, sheet: Sheet) -> bool:
        """Optional, or one that somebody could not answer twice: staff can cope without."""
        if field.kind == "consent":
            return False
        stuck = sheet.draft.misses >= ENOUGH and field.kind in _TYPED
        if stuck and self.other_way(field, sheet) is None:
            return True
        # Who adds one thing to a case, or corrects one, has nothing to skip.
        return not field.must and not (sheet.case is not None and sheet.draft.editing)

    def other_way(self, field: Field, sheet: Sheet) -> tuple[Field, str] | None:
        """For a contact that does not fit twice: the question it hangs on, and its first option
        (an answer here in Telegram)."""
        if field.kind not in {"email", "phone"} or sheet.draft.misses < ENOUGH or not field.when:
            return None
        before = self.form.field(field.when[0][0])
        return (before, before.options[0]) if before is not None and before.options else None

    def _ways(self, language: Language, draft: Draft, *, back: bool = True) -> tuple[Row, ...]:
        """The last rows: back, save; the other language, the emergency page."""
        first = [self.key(language, draft, text("button.save"), SAVE)]
        if back:
            first.insert(0, self.key(language, draft, text("button.back"), BACK))
        alarm = language.label(text("button.emergency"))
        last = [
            self.screens.switch(self.to(language, draft), language),
            Button(alarm, Address(language.tag, EMERGENCY), style="danger"),
        ]
        return (*in_rows(first), *in_rows(last))

    # ── smaller choices within a question ──

    def candidates(
        self, sheet: Sheet, language: Language, codes: Iterable[str], *above: Spoken
    ) -> Screen:
        """The countries that somebody may have meant."""
        name = self.form.countries.name
        keys = [self.key(language, sheet.draft, name(one, language.code), one) for one in codes]
        body = paragraphs(*above, language.say(text("form.which-country")))
        return Screen(body, (*in_rows(keys), *self._ways(language, sheet.draft)))

    def months(self, sheet: Sheet, language: Language, year: int, today: date) -> Screen:
        """The months of a year that has begun."""
        last = today.month if year == today.year else 12
        offered = [f"{year}-{month:02}" for month in range(1, last + 1)]
        keys = [
            self.key(language, sheet.draft, month_name(one, language.code), one) for one in offered
        ]
        body = language.say(text("form.which-month"))
        return Screen(body, (*in_rows(keys), *self._ways(language, sheet.draft)))

    # ── before sending ──

    def review(self, sheet: Sheet, language: Language, page: int, *above: Spoken) -> Screen:
        """Every answer, and what can be done with them."""
        draft = sheet.draft
        told = pages(self._told(sheet, language), _ROOM)
        page = min(page, len(told) - 1)
        title = "review.added" if sheet.case else "review.title"
        body = paragraphs(
            *above,
            language.say(text(title)),
            *told[page],
            language.say(text("review.check" if draft.answers or draft.files else "review.empty")),
        )
        rows: list[Row] = []
        if page + 1 < len(told):
            rows.append((self.key(language, draft, text("button.more"), PAGE, str(page + 1)),))
        if sheet.case is None or draft.answers:
            send = self.key(language, draft, text("button.send"), SEND)
            rows.append((Button(send.label, send.to, style="success"),))
        keys = [self.key(language, draft, text("button.change"), CHANGE)]
        if any(not block.core for block in self.form.blocks):
            keys.insert(0, self.key(language, draft, text("button.add-details"), MORE))
        rows += in_rows(keys)
        back = sheet.case is None
        return Screen(body, (*rows, *self._ways(language, draft, back=back)))

    def _told(self, sheet: Sheet, language: Language) -> Iterator[Spoken]:
        """Each answer on a line."""
        for field in sheet.asked:
            value = sheet.draft.answers.get(field.id)
            if value is None:
                continue
            label = self.form.say(field.id, language.code).label
            if value == SENT and field.kind == "files":
                count = text("review.files", n=len(sheet.draft.files))
                yield language.say(text("review.line", label=label, answer=count))
            else:
                answer = self._said(field.id, value, language)
                yield language.say(text("review.line", label=label, answer=answer))

    def changes(self, sheet: Sheet, language: Language) -> Screen:
        """Which answer to change: every question that was asked."""
        draft = sheet.draft
        seen = {*draft.answers, *draft.skipped}
        keys = [
            self.key(language, draft, self.form.say(one.id, language.code).label, EDIT, one.id)
            for one in sheet.asked
            if one.kind != "consent" and one.id in seen
        ]
        body = language.say(text("review.which"))
        back = (self.key(language, draft, text("button.back-to-review")),)
        return Screen(body, (*in_rows(keys), back, *self._ways(language, draft, back=False)))

    def parts(self, sheet: Sheet, language: Language) -> Screen:
        """The parts that can be added, each skippable whole."""
        draft = sheet.draft
        keys = []
        for block in self.form.blocks:
            asked = [one for one in sheet.asked if one.block == block.id]
            if block.core or not asked:
                continue
            title = self.form.title(block.id, language.code)
            left = [one for one in asked if one.id not in {*sheet.answers, *draft.skipped}]
            label = (
                text("review.part", block=title, n=len(left))
                if left
                else text("form.chosen", option=title)
            )
            keys.append(self.key(language, draft, label, AT, (left or asked)[0].id))
        body = language.say(text("review.parts"))
        back = (self.key(language, draft, text("button.back-to-review")),)
        rows = (*in_rows(keys, most=1), back)
        return Screen(body, (*rows, *self._ways(language, draft, back=False)))

    # ── stopping ──

    def saved(self, sheet: Sheet, language: Language) -> Screen:
        """Kept for later, for a day; or deleted now."""
        rows = (
            (Button(self.label(sheet, language), Address(language.tag, ASK)),),
            (self.key(language, sheet.draft, text("button.delete"), CANCEL),),
        )
        here = self.to(language, sheet.draft, SAVE)
        return self.screens.plain(here, language, language.say(text("form.saved")), rows)

    def stop(self, sheet: Sheet, language: Language, *above: Spoken, again: bool = False) -> Screen:
        """Whether to delete what was told; with `again`, to begin anew."""
        draft = sheet.draft
        sure = text("button.start-over-now") if again else text("button.delete-now")
        rows = (
            (self.key(language, draft, sure, AGAIN if again else DELETE),),
            (self.key(language, draft, text("button.keep")),),
        )
        body = paragraphs(*above, language.say(text("form.delete-question")))
        return Screen(body, (*rows, *self._ways(language, draft, back=False)))

    def resume(self, sheet: Sheet, language: Language) -> tuple[Row, ...]:
        """The three ways for somebody who comes back: go on, start over, delete."""
        draft = sheet.draft
        on = Button(self.label(sheet, language), Address(language.tag, ASK), style="success")
        return (
            (on,),
            *in_rows(
                [
                    self.key(language, draft, text("button.start-over"), OVER),
                    self.key(language, draft, text("button.delete"), CANCEL),
                ]
            ),
        )


def _short(words: str) -> str:
    return words if len(words) <= _LONG else f"{words[: _LONG - 1]}…"
