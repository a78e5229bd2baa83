"""The conversation that follows a case, as its person sees it.

Whoever has sent a request and writes on writes to the staff; a request that was closed not long
ago is open again by that (desk.md, S12).
"""

from dataclasses import dataclass
from datetime import timedelta

from bot.dialogue.address import Address
from bot.dialogue.case import CLOSED, PERSON, Case, Letter, Moment, PassOn, Rate, Session
from bot.dialogue.event import Said, Sent
from bot.dialogue.intake.cases import Cases, is_open
from bot.dialogue.intake.sheet import PROMISE
from bot.dialogue.screen import Button, Screen, Turn, in_rows
from bot.dialogue.screens import MY_CASE, Screens, paragraphs
from bot.i18n.language import Language
from bot.i18n.text import Spoken, Text, text

REOPENS = timedelta(days=30)
"""For so long after it was closed a request is open again when its person writes; later they are
offered a new one."""

RATE = "rate"
"""The place that a button with stars leads to: `rate:<number>.<stars>`."""

STARS = 5

STORED = "👀"
"""The reaction on what was written: it is stored. When the staff's group has it, the deliverer
puts another one (desk.turn.SENT)."""


@dataclass(frozen=True, slots=True)
class Letters:
    """What is answered to somebody who writes to the staff."""

    screens: Screens
    cases: Cases

    def passed_on(
        self, session: Session, event: Said | Sent, language: Language, moment: Moment
    ) -> Turn | None:
        """What they wrote goes to the staff; None when there is no request that it can belong to.

        The first letter since an answer is answered in words, the next ones by a reaction alone.
        """
        case = self._case(session, moment)
        if case is None or event.message_id is None or not self.screens.opening.open:
            return None
        letter = Letter(
            PERSON,
            session.chat_id,
            event.message_id,
            moment.now,
            kind="text" if isinstance(event, Said) else event.kind,
            words=event.text if isinstance(event, Said) else event.words,
            album=None if isinstance(event, Said) else event.album,
            edited=moment.now if event.edited else None,
            answers=event.answers,
        )
        change = PassOn(case.number, letter, moment.now + PROMISE)
        follows = isinstance(event, Sent) and event.follows
        if event.edited or follows or (case.heard and case.waiting is not None):
            return Turn(changes=(change,), reaction=STORED)
        screen = self._taken(case, change, language)
        return Turn(screen, changes=(change,), reaction=STORED)

    @staticmethod
    def _case(session: Session, moment: Moment) -> Case | None:
        """The newest open request, else the newest that may be open again."""
        cases = session.cases[::-1]
        closed = (
            one
            for one in cases
            if one.state == CLOSED and one.closed is not None and moment.now - one.closed <= REOPENS
        )
        return next((one for one in cases if is_open(one)), None) or next(closed, None)

    def _taken(self, case: Case, change: PassOn, language: Language) -> Screen:
        """It is passed on, and until when the answer is promised."""
        due = change.due if case.waiting is None else case.due
        when = self.cases.when(case, due, language)
        body = paragraphs(
            language.say(Text("letter.taken", {"ref": case.number, **when})),
            language.say(text("safety.sw5")),
        )
        mine = self.screens.button(language, "button.my-case", MY_CASE)
        return self.screens.plain(Address(language.tag, MY_CASE), language, body, ((mine,),))

    def rated(self, session: Session, detail: str, language: Language) -> Turn | None:
        """A tap on a star; None for what is no rating of a request of theirs."""
        number, _, stars = detail.partition(".")
        known = any(one.number == number for one in session.cases)
        if not known or stars not in {str(n) for n in range(1, STARS + 1)}:
            return None
        thanks = self.screens.answer(language, text("letter.rated"))
        return Turn(thanks, in_place=True, changes=(Rate(number, int(stars)),))


# ── what the deliverer says in the name of the staff ──


def frame(number: str, words: str, language: Language) -> Spoken:
    """The staff's words, and that they are theirs."""
    return language.say(text("letter.frame", ref=number, words=words))


def heading(number: str, language: Language) -> Spoken:
    """Above a picture or file of the staff."""
    return language.say(text("letter.heading", ref=number))


def late(case: Case, contact: str | None, language: Language) -> Screen:
    """SW9 when the promise was not kept; `contact`: the operator's other way."""
    body = paragraphs(
        language.say(text("letter.late", ref=case.number)),
        language.say(text("contact.other-way", contact=contact)) if contact else None,
        language.say(text("safety.sw5")),
    )
    mine = Button(language.label(text("button.my-case")), Address(language.tag, MY_CASE))
    return Screen(body, ((mine,),))


def farewell(number: str, language: Language) -> Screen:
    """The request is closed; how it was, and how to come back."""
    stars = tuple(
        Button(
            language.label(text("button.stars", n=n)),
            Address(language.tag, RATE, f"{number}.{n}"),
        )
        for n in range(1, STARS + 1)
    )
    days = REOPENS.days
    return Screen(language.say(text("letter.closed", ref=number, days=days)), in_rows(stars, STARS))
