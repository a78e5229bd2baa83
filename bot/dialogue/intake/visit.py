"""One moment in the form, and what an answer does there, however it came."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.dialogue.address import Address
from bot.dialogue.case import (
    Change,
    ChangeCase,
    Consent,
    DropDraft,
    KeepDraft,
    Moment,
    Session,
    Value,
)
from bot.dialogue.intake.cases import Cases
from bot.dialogue.intake.consent import Consents
from bot.dialogue.intake.form import Field, Form
from bot.dialogue.intake.questions import Questions
from bot.dialogue.intake.sheet import Sheet
from bot.dialogue.screen import Button, Screen, Turn
from bot.dialogue.screens import ASK, Screens, paragraphs
from bot.i18n.language import Language
from bot.i18n.text import Spoken, Text, text

_SW3 = "safety.sw3"


@dataclass(frozen=True, slots=True)
class Stage:
    """What every visit finds: the form, its screens, and the texts that are agreed to."""

    screens: Screens
    form: Form
    consents: Consents
    questions: Questions
    cases: Cases


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at their place in the form, in one language, at one moment.

    `in_place`: what is shown replaces the message that was tapped. `message_id`: that message, or
    the one with the words.
    """

    stage: Stage
    session: Session
    sheet: Sheet
    language: Language
    moment: Moment
    in_place: bool = True
    message_id: int | None = None

    def below(self) -> "Visit":
        """The same, with what is shown as a new message."""
        return replace(self, in_place=False)

    # ── what is shown ──

    def at(self, sheet: Sheet, *above: Spoken) -> Turn:
        """The step at which `sheet` stands, kept. Who changes the language reads SW7 in it (P2)."""
        if sheet.draft.language != self.language.tag:
            above = (self.language.say(text("safety.sw7")), *above)
        return self.shown(self._question(sheet, *above), self.keep(sheet))

    def stale(self, *, moved: bool = True) -> Turn:
        """Nothing changes: where one stands is shown again, and why (L10, F3)."""
        above = (self.language.say(text("form.moved")),) if moved else ()
        return self.shown(self._question(self.sheet, *above))

    def missed(self, *why: Text) -> Turn:
        """What came is no answer: a kind reason, and the question again."""
        return self.at(self.sheet.missed(), *(self.language.say(one) for one in why))

    def shown(self, screen: Screen, *changes: Change) -> Turn:
        return Turn(screen, in_place=self.in_place, changes=changes)

    def keep(self, sheet: Sheet) -> KeepDraft:
        """Each answer is kept as it is given, and the day begins anew."""
        draft = replace(sheet.draft, touched=self.moment.now, language=self.language.tag)
        return KeepDraft(draft)

    def drop(self, *more: Consent) -> DropDraft:
        """All that was told goes; what was decided stays as proof, where no case keeps it."""
        case = self.sheet.case
        kept = case.consents if case else ()
        told = self.sheet.draft.consents
        return DropDraft((*(one for one in told if one not in kept), *more))

    def _question(self, sheet: Sheet, *above: Spoken) -> Screen:
        today = self.moment.now.date()
        return self.stage.questions.question(sheet, self.language, today, *above)

    # ── what an answer does ──

    def take(self, field: Field, value: Value, *, typed: bool = False) -> Turn:
        """An answer that fits: kept, and on to what comes next."""
        ending = field.ending(value, self.sheet.answers)
        if ending is not None:
            if not self.sheet.draft.agreed:
                return self._end(ending)
            # A slip of the finger must not cost everything that was told.
            said = self.language.say(text(ending))
            return self.shown(self.stage.questions.stop(self.sheet, self.language, said))
        after = self.sheet.answered(field, value, self.message_id if typed else None)
        after = after.onward(field)
        said_after = field.said_after(value)
        if _SW3 not in said_after:
            return self.at(after, *(self.language.say(text(id)) for id in said_after))
        # Alone, and going on will be a new message: the numbers stay in the chat.
        country = self.stage.screens.lines_of(self.stage.form.country(after.answers))
        kept = text("form.kept")
        screen = self.stage.screens.urgent(self.language, country, kept, form=True)
        return self.shown(screen, self.keep(after))

    def decide(self, field: Field, option: str) -> Turn:
        """A yes or no to one consent."""
        decision = self.stage.consents.decided(
            field, option, self.language, self.moment, self.message_id
        )
        # What comes next is a new message: the text that was decided on stays in the chat.
        ending = field.ending(option, self.sheet.answers)
        if ending is not None:
            return self.below()._end(ending, decision)
        return self.below().at(self.sheet.decided(decision).onward(field))

    def _end(self, ending: str, *more: Consent) -> Turn:
        """The form ends here; what was told is dropped, the pages stay open."""
        say, screens = self.language.say, self.stage.screens
        label = self.language.label(text("button.begin-again"))
        again = Button(label, Address(self.language.tag, ASK))
        body = paragraphs(
            say(text(ending)), say(text("form.ended")), screens.contact(self.language)
        )
        menu = screens.menu(self.language)
        return self.shown(Screen(body, ((again,), *menu.rows)), self.drop(*more))

    def pick(self, options: Iterable[str]) -> Turn:
        """What is ticked now, of several answers."""
        return self.at(self.sheet.picking(options))

    def send(self) -> Turn:
        """The draft becomes a case, or part of one; first what is still needed."""
        sheet, stage = self.sheet, self.stage
        if sheet.needed is not None:
            return self.at(sheet.onward(), self.language.say(text("form.still")))
        if sheet.case is not None and not (sheet.draft.answers or sheet.draft.files):
            return self.stale(moved=False)
        sheet = replace(sheet, draft=self.keep(sheet).draft)
        change = sheet.sent(self.session.chat_id, self.moment)
        # In place: the answers do not stay on the screen (P30).
        if isinstance(change, ChangeCase):
            screen = stage.cases.added(change.case, self.language)
            return self.shown(screen, change, DropDraft())
        return self.shown(stage.cases.sent(change.case, self.language), change)
