"""The form as a conversation: (Session, Event, Language, Moment) -> Turn.

Each answer is kept as it is given. Whatever somebody taps, types or sends, they see where they
stand: a button of another draft, or of a step that has moved on, changes nothing (desk.md, F3).
"""

from dataclasses import replace

from bot.dialogue.address import Address
from bot.dialogue.case import Case, Change, Draft, DropDraft, Moment, Session
from bot.dialogue.event import Said, Sent
from bot.dialogue.intake import consent, told
from bot.dialogue.intake import questions as does
from bot.dialogue.intake.cases import ADD, Cases, is_open
from bot.dialogue.intake.consent import Consents
from bot.dialogue.intake.form import Form
from bot.dialogue.intake.questions import Questions
from bot.dialogue.intake.sheet import OWN_WORDS, REVIEW, Sheet
from bot.dialogue.intake.tapped import tapped
from bot.dialogue.intake.visit import Stage, Visit
from bot.dialogue.keeping import KEEP_DRAFT
from bot.dialogue.screen import Button, Screen, Turn
from bot.dialogue.screens import ASK, Screens
from bot.i18n.language import Language
from bot.i18n.text import Text, text

BEGIN, INTRO = "begin", "intro"


class Intake:
    """Leads people through the form, to a case, and to what they add to it."""

    def __init__(self, screens: Screens, form: Form) -> None:
        self.screens = screens
        self.form = form
        self._stage = Stage(
            screens,
            form,
            Consents(form, screens.languages, screens.operator),
            Questions(screens, form),
            Cases(screens, form),
        )

    # ── what is there ──

    def live(
        self, session: Session, moment: Moment
    ) -> tuple[Session, tuple[Change, ...], Text | None]:
        """The session without a draft that is over, the change that drops it, and why."""
        draft = session.draft
        if draft is None:
            return session, (), None
        if moment.now - draft.touched > KEEP_DRAFT:
            why = text("form.expired")
        elif draft.adds_to is not None and self._case(session) is None:
            why = text("form.case-closed")
        else:
            return session, (), None
        kept = [one for case in session.cases for one in case.consents]
        proof = tuple(one for one in draft.consents if one not in kept)
        return replace(session, draft=None), (DropDraft(proof),), why

    def language(self, session: Session) -> Language | None:
        """The language in which somebody was asked last."""
        draft = session.draft
        return self.screens.languages.get(draft.language) if draft else None

    def country(self, session: Session) -> str | None:
        """The country (ISO 3166) they answered, in the form or in the last case."""
        answered = [case.answers for case in session.cases]
        answered += [session.draft.answers] if session.draft else []
        found = (self.form.country(answers) for answers in reversed(answered))
        return next((code for code in found if code is not None), None)

    @staticmethod
    def newest(session: Session) -> Case | None:
        """The newest case that is open."""
        return next((one for one in reversed(session.cases) if is_open(one)), None)

    def to_alarm(self, session: Session) -> str | None:
        """The number under which the staff can be told; None while nothing was agreed to: then
        nobody is."""
        case, draft = self.newest(session), session.draft
        if case is not None:
            return case.number
        return draft.reference if draft is not None and draft.agreed else None

    @staticmethod
    def _open_case(session: Session, number: str) -> Case | None:
        found = (one for one in session.cases if one.number == number and is_open(one))
        return next(found, None)

    def _case(self, session: Session) -> Case | None:
        """The open case that the draft adds to."""
        return self._open_case(session, (session.draft and session.draft.adds_to) or "")

    def _sheet(self, session: Session) -> Sheet | None:
        if session.draft is None:
            return None
        sheet = Sheet(self.form, self._stage.consents, session.draft, self._case(session))
        return sheet.renewed()

    def _visit(self, session: Session, language: Language, moment: Moment) -> Visit | None:
        sheet = self._sheet(session)
        return None if sheet is None else Visit(self._stage, session, sheet, language, moment)

    # ── beside the form ──

    def way_back(self, session: Session, language: Language) -> Button | None:
        """The button on whatever is read in the middle of the form."""
        sheet = self._sheet(session)
        if sheet is None:
            return None
        label = self._stage.questions.label(sheet, language)
        return Button(label, Address(language.tag, ASK))

    def offer(self, session: Session, language: Language) -> Screen | None:
        """For somebody who comes back: go on, start over, delete; None without a draft."""
        sheet = self._sheet(session)
        if sheet is None:
            return None
        menu = self.screens.answer(language, text("form.resume"))
        return Screen(menu.body, (*self._stage.questions.resume(sheet, language), *menu.rows))

    def cancel(self, session: Session, language: Language) -> Screen | None:
        """Whether to delete what was told; None without a draft."""
        sheet = self._sheet(session)
        return None if sheet is None else self._stage.questions.stop(sheet, language)

    def intro(self, session: Session, language: Language, *above: Text) -> Screen:
        """What stands before the first question, and how to add to what was sent."""
        sent = None if session.draft else self.newest(session)
        more = () if sent is None else (text("form.has-case", ref=sent.number),)
        return self._stage.questions.intro(language, *above, *more, draft=session.draft)

    def mine(self, session: Session, language: Language, moment: Moment) -> Screen:
        """/mycase."""
        return self._stage.cases.mine(session.cases, language, moment)

    def here(self, session: Session, language: Language, moment: Moment, *above: Text) -> Turn:
        """Where somebody stands, as a new message; before the first question without a draft."""
        visit = self._visit(session, language, moment)
        if visit is None:
            return Turn(self.intro(session, language, *above))
        return visit.below().at(visit.sheet, *(language.say(one) for one in above))

    # ── a tap ──

    def pressed(
        self,
        session: Session,
        address: Address,
        language: Language,
        moment: Moment,
        message_id: int | None = None,
    ) -> Turn:
        """A button of the form, of any age and of anybody's."""
        what, *rest = address.detail.split(".", 3)
        turn = self._coming(session, what, rest, language, moment)
        if turn is not None:
            return replace(turn, in_place=turn.in_place or address.chosen)
        visit = self._visit(session, language, moment)
        if visit is not None and what == visit.sheet.draft.reference:
            step, value, more = (*rest, "", "", "")[:3]
            return self._tapped(replace(visit, message_id=message_id), step, value, more)
        sent = next((one for one in session.cases if one.number == what), None)
        if sent is not None:  # “Send”, pressed once more
            return Turn(self._stage.cases.sent(sent, language), in_place=True)
        if visit is not None:
            return visit.stale()
        return Turn(self.intro(session, language, text("form.gone")), in_place=True)

    def _coming(
        self, session: Session, what: str, rest: list[str], language: Language, moment: Moment
    ) -> Turn | None:
        """The buttons that lead into the form; None for those within it."""
        match what:
            case "":
                return self.here(session, language, moment)
            case _ if what == INTRO:
                return Turn(self.intro(session, language), in_place=True)
            case _ if what == BEGIN:
                return self._begin(session, language, moment)
            case _ if what == ADD:
                number, step = (*rest, "", "")[:2]
                return self._add(session, number, step, language, moment)
        return None

    def _tapped(self, visit: Visit, step: str, value: str, more: str) -> Turn:
        sheet = visit.sheet
        if step != sheet.draft.at:
            return visit.stale(moved=not _again(sheet, step, value))
        if not value:
            return visit.at(sheet)
        if value == does.BACK and sheet.back() is None:
            return Turn(self.intro(visit.session, visit.language), in_place=True)
        return tapped(visit, value, more) or visit.stale()

    def _begin(self, session: Session, language: Language, moment: Moment) -> Turn:
        if session.draft is not None:
            return self.here(session, language, moment)
        # What stands before the first question stays in the chat.
        visit = self._new(session, language, moment).below()
        return visit.at(visit.sheet.onward())

    def _add(
        self, session: Session, number: str, id: str, language: Language, moment: Moment
    ) -> Turn:
        case = self._open_case(session, number)
        if case is None:
            return Turn(self.mine(session, language, moment), in_place=True)
        if session.draft is not None:
            return self.here(session, language, moment, text("form.first-this"))
        visit = self._new(session, language, moment, case).below()
        steps = {one.id: one for one in visit.sheet.asked if one.kind != "consent"}
        step = steps.get(id)
        if step is None:
            return Turn(self._stage.cases.parts(case, language), in_place=True)
        # One question alone: a message, or an answer to correct. Else the rest of its part.
        alone = step.fact == OWN_WORDS or step.id in case.answers
        said = language.say(text("safety.sw7"))
        return visit.at(visit.sheet.to(step, editing=alone), said)

    def _new(
        self, session: Session, language: Language, moment: Moment, case: Case | None = None
    ) -> Visit:
        draft = Draft(
            reference=moment.reference,
            form=self.form.version,
            language=language.tag,
            started=moment.now,
            touched=moment.now,
            at=REVIEW,
            consents=case.consents if case else (),
            adds_to=case.number if case else None,
        )
        sheet = Sheet(self.form, self._stage.consents, draft, case)
        return Visit(self._stage, session, sheet, language, moment)

    # ── words, files, and whatever else ──

    def told(
        self, session: Session, event: Said | Sent, language: Language, moment: Moment
    ) -> Turn:
        """What somebody typed or sent in the middle of the form. Raises ValueError without one."""
        visit = self._told_to(session, event, language, moment)
        return told.said(visit, event) if isinstance(event, Said) else told.sent(visit, event)

    def corrected(
        self, session: Session, said: Said, language: Language, moment: Moment
    ) -> Turn | None:
        """An answer of an open case that was typed, and was mended after it was sent (F4); None
        for any other message."""
        at = said.message_id
        for case in reversed(session.cases):
            if is_open(case) and at in case.typed.values() and self.screens.opening.open:
                visit = self._new(session, language, moment, case).below()
                return told.corrected(visit, case, said)
        return None

    def heard(
        self, session: Session, event: Said | Sent, language: Language, moment: Moment
    ) -> tuple[Change, ...]:
        """What is kept of a cry for help in the middle of the form."""
        return told.heard(self._told_to(session, event, language, moment), event)

    def _told_to(
        self, session: Session, event: Said | Sent, language: Language, moment: Moment
    ) -> Visit:
        visit = self._visit(session, language, moment)
        if visit is None:
            raise ValueError("no draft")
        return replace(visit, in_place=False, message_id=event.message_id)


def _again(sheet: Sheet, step: str, value: str) -> bool:
    """The same tap once more: a finger that trembled, or a second telephone."""
    draft = sheet.draft
    match value:
        case does.SKIP:
            return step in draft.skipped
        case does.DONE:
            return step in draft.answers or step in draft.skipped
        case consent.YES | consent.NO if step not in draft.answers:
            last = {one.id: one.agreed for one in draft.consents}.get(step)
            return last is (value == consent.YES)
    return draft.answers.get(step) == value
