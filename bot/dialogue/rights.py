"""What people are told about what is kept of them, and what they may do: see it, take a copy,
correct it, withdraw, delete it.

Each within two taps of /mydata (privacy.md, P7 to P10; GDPR 7(3), 15 to 17, 20; PIPL 15, 44 to 47).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.dialogue.address import Address
from bot.dialogue.case import (
    WITHDRAWN,
    Case,
    ChangeCase,
    Consent,
    DropDraft,
    EraseEverything,
    Moment,
    NoteExport,
    Session,
)
from bot.dialogue.dossier import Dossier
from bot.dialogue.event import NOBODY
from bot.dialogue.intake.cases import ADD, Cases, is_open, state
from bot.dialogue.intake.form import Form
from bot.dialogue.intake.sheet import OWN_WORDS
from bot.dialogue.keeping import (
    KEEP_CASE,
    KEEP_CLOSED,
    KEEP_DRAFT,
    KEEP_FILES,
    KEEP_PROOF,
    KEEP_WITHDRAWN,
)
from bot.dialogue.paging import pages
from bot.dialogue.screen import Button, Row, Screen, Turn, in_rows
from bot.dialogue.screens import ASK, MY_DATA, PRIVACY, Screens, paragraphs
from bot.i18n.language import Language
from bot.i18n.text import Spoken, Text, text

SEE, COPY, CORRECT, STOP, STOPPED = "see", "copy", "correct", "stop", "stopped"
REFUSE, DELETE, DELETED = "refuse", "delete", "deleted"
"""What a button of /mydata does: `correct.<number>`, `refuse.<number>.<consent>`."""

_HOUR = timedelta(hours=1)

_ROOM = 3500
"""UTF-16 units of answers on one screen."""

_MOST = 4
"""Requests with buttons of their own, the newest ones."""


@dataclass(frozen=True, slots=True)
class Rights:
    """/privacy, the screens behind /mydata, and what their buttons change."""

    screens: Screens
    form: Form

    def pressed(self, session: Session, here: Address, language: Language, moment: Moment) -> Turn:
        """A button of /mydata, of any age."""
        what, *rest = here.detail.split(".", 2)
        number, consent = (*rest, "", "")[:2]
        case = next((one for one in session.cases if one.number == number and is_open(one)), None)
        match what:
            case _ if what == SEE:
                screen = self._see(session, language, here.detail.partition(".")[2])
            case _ if what == COPY:
                return self._copy(session, language, moment)
            case _ if what == DELETE:
                screen = self._sure(session, language)
            case _ if what == DELETED:
                return self._deleted(session, language)
            case _ if case is not None and what == CORRECT:
                screen = self._correct(case, language)
            case _ if case is not None and what == STOP:
                screen = self._stop(case, language)
            case _ if case is not None and what == STOPPED:
                return self._stopped(session, case, language, moment)
            case _ if case is not None and what == REFUSE:
                return self._refused(session, case, consent, language, moment)
            case _:
                screen = self.main(session, language)
        return Turn(screen, in_place=True)

    # ── what is kept of anybody ──

    def privacy(self, language: Language) -> Screen:
        """What is kept, where, why, how long, who sees it, and whom to ask (privacy.md, P1)."""
        screens, say = self.screens, language.say
        name = screens.operator.name
        body = paragraphs(
            say(text("privacy.short-open" if screens.opening.open else "privacy.short")),
            say(text("privacy.operator", name=name) if name else text("privacy.operator-unknown")),
            screens.contact(language),
            say(text("privacy.kept")),
            say(self._of_requests(language)) if screens.opening.open else None,
            say(text("privacy.telegram")),
            say(text("privacy.rights")),
        )
        rows = (self._back(language),)
        return screens.plain(Address(language.tag, PRIVACY), language, body, rows)

    def _of_requests(self, language: Language) -> Text:
        """What is kept of who sends a request, in the numbers that the storage keeps to."""

        def named(code: str) -> str:
            return language.label(self.form.countries.name(code, language.code))

        operator = self.screens.operator
        return text(
            "privacy.requests",
            country=named(operator.country or ""),
            countries=tuple(named(one) for one in operator.staff_countries),
            draft=KEEP_DRAFT // _HOUR,
            closed=KEEP_CLOSED.days,
            withdrawn=KEEP_WITHDRAWN.days,
            files=KEEP_FILES.days,
            longest=KEEP_CASE.days // 365,
            proof=KEEP_PROOF.days // 365,
        )

    # ── what there is ──

    def main(self, session: Session, language: Language, *above: Text) -> Screen:
        """All that is kept of this person, and what they can do about it."""
        say = language.say
        body = paragraphs(
            *(say(one) for one in above),
            say(text("my-data.kept")),
            *self._dossier(session, language).choices(),
            *self._told(session, language),
            say(text("my-data.telegram")),
        )
        rows = tuple(self._keys(session, language))
        return self.screens.plain(_at(language), language, body, rows)

    def _told(self, session: Session, language: Language) -> Iterator[Spoken]:
        """What there is besides two choices, counted: the answers are shown when asked for."""
        if session.draft is not None:
            yield language.say(text("my-data.form", n=len(session.draft.answers)))
        for case in session.cases[::-1][:_MOST]:
            n = len(case.answers)
            yield language.say(text("my-data.case", ref=case.number, state=state(case), n=n))
        older = len(session.cases) - _MOST
        if older > 0:
            yield language.say(text("my-case.older", n=older))
        if session.proofs:
            yield language.say(text("my-data.proofs", n=len(session.proofs)))

    def _keys(self, session: Session, language: Language) -> Iterator[Row]:
        told = session.draft is not None or session.cases
        if told:
            yield (self._key(language, "button.see-mine", SEE),)
        if told or session.proofs or session.person != NOBODY:
            yield (self._key(language, "button.copy-mine", COPY),)
        for case in [one for one in session.cases if is_open(one)][::-1][:_MOST]:
            keys = [self._key(language, "button.withdraw", STOP, case.number, ref=case.number)]
            if self.screens.opening.open:
                label = "button.correct"
                keys.insert(0, self._key(language, label, CORRECT, case.number, ref=case.number))
            yield from in_rows(keys)
        if told or session.person != NOBODY:
            yield (self._key(language, "button.delete-mine", DELETE),)

    def _key(self, language: Language, id: str, *detail: str, **values: str) -> Button:
        return Button(language.label(Text(id, values)), _at(language, *detail))

    # ── seeing it, and a copy ──

    def _see(self, session: Session, language: Language, page: str) -> Screen:
        told = pages(self._dossier(session, language).told(), _ROOM)
        at = min(int(page), len(told) - 1) if page.isascii() and page.isdecimal() else 0
        turning = []
        if at > 0:
            turning.append(self._key(language, "button.previous", SEE, str(at - 1)))
        if at + 1 < len(told):
            turning.append(self._key(language, "button.more", SEE, str(at + 1)))
        body = paragraphs(*(told[at] or [language.say(text("my-data.nothing"))]))
        rows = (*in_rows(turning), self._back(language))
        return self.screens.plain(_at(language, SEE, str(at)), language, body, rows)

    def _back(self, language: Language) -> Row:
        return (self._key(language, "button.my-data"),)

    def _dossier(self, session: Session, language: Language) -> Dossier:
        return Dossier(
            self.screens,
            self.form,
            language,
            session.person,
            session.draft,
            session.cases,
            session.letters,
            session.proofs,
        )

    def _copy(self, session: Session, language: Language, moment: Moment) -> Turn:
        """Both files of a copy."""
        screen = self.main(session, language, text("my-data.copied"))
        files = self._dossier(session, language).files("my-data", moment)
        return Turn(screen, in_place=True, documents=files, changes=(NoteExport(),))

    # ── correcting it ──

    def _correct(self, case: Case, language: Language) -> Screen:
        """Each answer of a request, to be given anew (P9)."""
        cases = Cases(self.screens, self.form)
        keys = [
            Button(
                language.label(self.form.say(one.id, language.code).label),
                Address(language.tag, ASK, f"{ADD}.{case.number}.{one.id}"),
            )
            for one in self.form.steps
            if one.id in case.answers and one.kind != "files" and one.fact != OWN_WORDS
        ]
        body = language.say(text("my-data.correct", ref=case.number))
        rows = (*in_rows(keys), *cases.message(case, language), self._back(language))
        return self.screens.plain(_at(language, CORRECT, case.number), language, body, rows)

    # ── withdrawing ──

    def _stop(self, case: Case, language: Language) -> Screen:
        """Whether to withdraw, and from what."""
        ref = case.number
        rows: list[Row] = [(self._key(language, "button.withdraw-now", STOPPED, ref, ref=ref),)]
        for one in self._free(case):
            label = text(
                "button.refuse", label=Dossier(self.screens, self.form, language).label(one.id)
            )
            rows.append((Button(language.label(label), _at(language, REFUSE, ref, one.id)),))
        rows.append((self._key(language, "button.keep"),))
        body = language.say(text("my-data.stop", ref=ref, days=KEEP_WITHDRAWN.days))
        return self.screens.plain(_at(language, STOP, ref), language, body, tuple(rows))

    def _free(self, case: Case) -> list[Consent]:
        """What was agreed to and can be withdrawn alone: the request goes on without it."""
        standing = {one.id: one for one in case.consents}
        found = []
        for one in standing.values():
            field = self.form.field(one.id)
            if field is not None and not field.must and one.agreed and one.withdrawn is None:
                found.append(one)
        return found

    def _stopped(self, session: Session, case: Case, language: Language, moment: Moment) -> Turn:
        consents = tuple(_ended(one, moment) for one in case.consents)
        changed = replace(case, state=WITHDRAWN, closed=moment.now, consents=consents)
        change = ChangeCase(changed, (WITHDRAWN,))
        draft = session.draft
        adding = draft is not None and draft.adds_to == case.number
        others = tuple(changed if one is case else one for one in session.cases)
        after = replace(
            session,
            draft=None if adding else draft,
            cases=others,
            proofs=tuple(
                _ended(one, moment) if one in case.consents else one for one in session.proofs
            ),
        )
        said = text("my-data.stopped", ref=case.number, days=KEEP_WITHDRAWN.days)
        screen = self.main(after, language, said)
        dropped = (DropDraft(),) if adding else ()
        return Turn(screen, in_place=True, changes=(change, *dropped))

    def _refused(
        self, session: Session, case: Case, id: str, language: Language, moment: Moment
    ) -> Turn:
        """One consent less; a no in its place, so that nobody asks again by themselves."""
        given = next((one for one in self._free(case) if one.id == id), None)
        if given is None:
            return Turn(self.main(session, language), in_place=True)
        ended = _ended(given, moment)
        refusal = replace(given, agreed=False, at=moment.now, message_id=None)
        kept = tuple(ended if one is given else one for one in case.consents)
        changed = replace(case, consents=(*kept, refusal))
        cases = tuple(changed if one is case else one for one in session.cases)
        proofs = tuple(ended if one == given else one for one in session.proofs)
        after = replace(session, cases=cases, proofs=(*proofs, refusal))
        said = text(
            "my-data.no-longer",
            label=Dossier(self.screens, self.form, language).label(id),
            ref=case.number,
        )
        screen = self.main(after, language, said)
        return Turn(screen, in_place=True, changes=(ChangeCase(changed, (id,)),))

    # ── deleting ──

    def _sure(self, session: Session, language: Language) -> Screen:
        told = session.draft is not None or session.cases
        body = language.say(text("my-data.delete-all" if told else "my-data.delete-question"))
        rows = (
            (self._key(language, "button.delete-now", DELETED),),
            (self._key(language, "button.keep"),),
        )
        return self.screens.plain(_at(language, DELETE), language, body, rows)

    def _deleted(self, session: Session, language: Language) -> Turn:
        # Where nothing was told there is only a choice to forget, which needs no key.
        told = session.draft is not None or bool(session.cases)
        gone = "my-data.deleted-all" if told else "my-data.deleted"
        return Turn(
            self.screens.answer(language, text(gone)),
            in_place=True,
            remember=None if session.person == NOBODY else NOBODY,
            changes=(EraseEverything(language.tag),) if told else (),
        )


def reminder(language: Language) -> Screen:
    """To somebody whose form will be deleted soon, and who agreed to be reminded (C4)."""
    keys = (("button.continue-form", ASK), ("button.my-data", MY_DATA))
    rows = tuple(
        (Button(language.label(text(id)), Address(language.tag, place)),) for id, place in keys
    )
    return Screen(language.say(text("form.reminder")), rows)


def _at(language: Language, *detail: str) -> Address:
    return Address(language.tag, MY_DATA, ".".join(detail))


def _ended(consent: Consent, moment: Moment) -> Consent:
    if not consent.agreed or consent.withdrawn is not None:
        return consent
    return replace(consent, withdrawn=moment.now)
