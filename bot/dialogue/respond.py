"""(Session, Event) -> Turn: the one place that decides what a patient sees next."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from bot.dialogue import screens
from bot.dialogue.address import Address, read_address
from bot.dialogue.case import Change, Moment, RaiseAlarm, Session
from bot.dialogue.event import Commanded, Event, Invited, Person, Pressed, Said, Sent
from bot.dialogue.intake.cases import Cases
from bot.dialogue.intake.form import Form
from bot.dialogue.intake.intake import Intake
from bot.dialogue.letters import RATE, Letters
from bot.dialogue.rights import Rights
from bot.dialogue.safety import Alarm, WordCheck
from bot.dialogue.screen import Screen, Turn
from bot.dialogue.screens import Screens
from bot.i18n.language import Language
from bot.i18n.markup import visible_length
from bot.i18n.matching import How
from bot.i18n.script import script
from bot.i18n.text import Spoken, Text, text
from bot.library.helplines import CountryLines

_COMMANDS = {
    "menu": screens.MENU,
    "consult": screens.CONSULT,
    "mycase": screens.MY_CASE,
    "language": screens.LANGUAGE,
    "privacy": screens.PRIVACY,
    "mydata": screens.MY_DATA,
    "emergency": screens.EMERGENCY,
    "help": screens.HELP,
}
_RETURNING = frozenset({screens.MENU, screens.CONSULT})
"""Where somebody with a form on its way is asked whether to go on with it."""

_MOST = 4096
"""Characters of a message (Bot API, sendMessage)."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Decides; sends and stores nothing. `client` is the language tag of the person's Telegram;
    review dates are held against the day (UTC) of the moment."""

    screens: Screens
    words: WordCheck
    intake: Intake
    rights: Rights
    letters: Letters
    seen: dict[tuple[Address, date], Screen] = field(default_factory=dict)

    def needs_person(self, event: Event) -> bool:
        """Whether the answer depends on what is stored: a tap on a page does not, unless a form
        is on its way in that chat."""
        if not isinstance(event, Pressed):
            return not isinstance(event, Invited)
        address = read_address(event.data)
        return (
            address is None
            or address.chosen
            or (address.place not in self.screens.library.nodes and address.place != screens.MENU)
        )

    @staticmethod
    def needs_proofs(event: Event) -> bool:
        """Whether the answer depends on every decision that is kept of the person (/mydata)."""
        if isinstance(event, Pressed):
            address = read_address(event.data)
            return address is not None and address.place == screens.MY_DATA
        return event == Commanded("mydata", getattr(event, "argument", ""))

    def respond(self, session: Session, event: Event, client: str | None, moment: Moment) -> Turn:
        """What this person sees next, what is remembered of them, and what changes."""
        return self._marked(self._decided(session, event, client, moment))

    def _decided(self, session: Session, event: Event, client: str | None, moment: Moment) -> Turn:
        if isinstance(event, Invited):
            if event.silent:
                return Turn(leave=True)
            said = (one.say(text("group.not-here")) for one in self.screens.languages.offered)
            return Turn(Screen(screens.paragraphs(*said)), leave=True)
        asked_in = self.intake.language(session)
        session, dropped, why = self.intake.live(session, moment)
        if not (self.screens.opening.open or self.needs_proofs(event)):
            # Nothing can be sent now; what was begun waits for its day to end. It is theirs still.
            session = dataclasses.replace(session, draft=None)
        words = _words(event)
        alarms = self.words.look(words) if words else frozenset()
        if alarms:
            turn = self._alarmed(session, event, words, alarms, client, moment)
        else:
            turn = self._calm(session, event, client, moment)
            if why is not None and turn.screen is not None:
                language = asked_in or self.language(session, client)
                turn = self._because(turn, turn.screen, why, language)
        return dataclasses.replace(turn, changes=(*dropped, *turn.changes)) if dropped else turn

    def _calm(
        self,
        session: Session,
        event: Pressed | Commanded | Said | Sent,
        client: str | None,
        moment: Moment,
    ) -> Turn:
        match event:
            case Pressed(data, message_id):
                return self._pressed(session, data, client, moment, message_id)
            case Commanded(name, argument):
                return self._commanded(session, name, argument, client, moment)
            case Said():
                return self._said(session, event, client, moment)
            case _:
                return self._sent(session, event, client, moment)

    def standing(self, session: Session, client: str | None, moment: Moment) -> Turn:
        """Where the person stands: for an event whose changes are stored already, and whose screen
        may not have been shown."""
        live, _, _ = self.intake.live(session, moment)
        language = self.intake.language(live) or self.language(live, client)
        if live.draft is not None and self.screens.opening.open:
            turn = self.intake.here(live, language, moment)
            return self._marked(dataclasses.replace(turn, changes=()))
        place = screens.MY_CASE if live.cases else screens.MENU
        return self._marked(Turn(self.place(Address(language.tag, place), language, live, moment)))

    def too_fast(self, session: Session, client: str | None) -> Turn:
        """To who sends faster than a chat can be answered."""
        said = self.screens.answer(self.language(session, client), text("too-fast"))
        return self._marked(Turn(said))

    def stumbled(self, session: Session, client: str | None) -> Turn:
        """When `respond` met a fault of ours: never silence."""
        said = self.screens.answer(self.language(session, client), text("stumbled"))
        return self._marked(Turn(said))

    def _marked(self, turn: Turn) -> Turn:
        """A draft, and a translation that has not been fully reviewed, say so on every screen."""
        screen = turn.screen
        language = self.screens.languages.get((screen and screen.language) or "")
        if screen is None or language is None or language.status == "published":
            return turn
        said = language.say(text(f"notice.{language.status}"))
        return self._fitting(turn, screen, screen.body, said)

    # ── the language a person gets ──────────────────────────────────────────────────────────────

    def language(self, session: Session, client: str | None) -> Language:
        """Their own choice, then that of their form, then their Telegram's language, then English
        (languages.md, 6.1)."""
        languages = self.screens.languages
        tag = session.person.language
        chosen = languages.get(tag) if tag else None
        return chosen or self.intake.language(session) or languages.match(client).language

    # ── a tap ───────────────────────────────────────────────────────────────────────────────────

    def _pressed(
        self,
        session: Session,
        data: str,
        client: str | None,
        moment: Moment,
        message_id: int | None,
    ) -> Turn:
        address, person = read_address(data), session.person
        if address is None:
            # Forged, or from a version that nobody has: lead home, gently.
            language = self.language(session, client)
            screen = self.screens.answer(language, text("old.button"))
            return Turn(self._with_way_back(screen, session, language), in_place=True)
        named = self.screens.languages.get(address.language)
        language = named or self.language(session, client)
        after = person
        if address.chosen and named is not None:
            after = dataclasses.replace(after, language=language.tag)
        address = dataclasses.replace(address, language=language.tag)
        if address.place == screens.ASK and self.screens.opening.open:
            turn = self.intake.pressed(session, address, language, moment, message_id)
            return dataclasses.replace(turn, remember=_changed(person, after))
        if (
            address.place in {screens.EMERGENCY, screens.DESPAIR}
            and address.detail in self.screens.helplines.countries
        ):
            after = dataclasses.replace(after, country=address.detail)
        if address.place == screens.MY_DATA:
            asking = dataclasses.replace(session, person=after)
            turn = self.rights.pressed(asking, address, language, moment)
            return dataclasses.replace(turn, remember=turn.remember or _changed(person, after))
        rated = (
            self.letters.rated(session, address.detail, language) if address.place == RATE else None
        )
        if rated is not None:
            return rated
        session = dataclasses.replace(session, person=after)
        screen = self.place(address, language, session, moment)
        # A screen with help lines stays in the chat: what comes after it is a new message.
        in_place = address.place not in {screens.REST, screens.ONWARD}
        return Turn(screen, in_place=in_place, remember=_changed(person, after))

    def place(self, here: Address, language: Language, session: Session, moment: Moment) -> Screen:
        """The screen at an address; an unknown place is the menu."""
        person, today = session.person, moment.now.date()
        makers: dict[str, Callable[[], Screen]] = {
            screens.EMERGENCY: lambda: self.screens.emergency(here, language, person),
            screens.LANGUAGE: lambda: self.screens.choose_language(here, language),
            screens.PRIVACY: lambda: self.rights.privacy(language),
            screens.MY_DATA: lambda: self.rights.main(session, language),
            screens.MY_CASE: lambda: self.intake.mine(session, language, moment),
            screens.HELP: lambda: self.screens.help(language),
            screens.REST: lambda: self.screens.rest(language, person),
            screens.ONWARD: lambda: self.screens.menu(language),
        }
        if here.place == screens.DESPAIR:
            return self._despair(here, language, session)
        if here.place in makers:
            found = makers[here.place]()
        elif here.place not in self.screens.library.nodes:
            place = screens.CONSULT if here.place == screens.ASK else screens.MENU
            found = self._kept(Address(language.tag, place), language, today)
        else:
            parts = len(self.screens.library.read(here.place, language.code).page.parts)
            part = min(here.part, parts - 1)
            there = Address(language.tag, here.place, str(part) if part else "")
            found = self._kept(there, language, today)
        return self._with_way_back(found, session, language)

    def _with_way_back(self, screen: Screen, session: Session, language: Language) -> Screen:
        """Whatever is read in the middle of the form leads back to exactly where one was (F5)."""
        back = self.intake.way_back(session, language)
        if back is None or not self.screens.opening.open:
            return screen
        # The page on the enquiry has a button that leads there already.
        rows = (row for row in screen.rows if all(key.to != back.to for key in row))
        return Screen(screen.body, ((back,), *rows))

    def _because(self, turn: Turn, screen: Screen, why: Text, language: Language) -> Turn:
        """The turn with a line above: what was begun is gone, and why."""
        return self._fitting(turn, screen, language.say(why), screen.body)

    @staticmethod
    def _fitting(turn: Turn, screen: Screen, *said: Spoken) -> Turn:
        """The turn with this said in place of its words, if it fits into a message."""
        body = screens.paragraphs(*said)
        if visible_length(body) > _MOST:
            return turn
        return dataclasses.replace(turn, screen=Screen(body, screen.rows))

    def _despair(self, here: Address, language: Language, session: Session) -> Screen:
        country = self._lines(session)
        choosing, form = here.detail == "choose", session.draft is not None
        told = self.intake.to_alarm(session) is not None
        return self.screens.despair(language, country, choosing=choosing, told=told, form=form)

    def _kept(self, here: Address, language: Language, today: date) -> Screen:
        """Pages and the menu are the same for everybody: said once a day, then looked up."""
        found = self.seen.get((here, today))
        if found is None:
            if any(day != today for _, day in self.seen):
                self.seen.clear()
            found = (
                self.screens.menu(language)
                if here.place == screens.MENU
                else self.screens.page(here, language, today)
            )
            self.seen[here, today] = found
        return found

    # ── a command ───────────────────────────────────────────────────────────────────────────────

    def _commanded(
        self, session: Session, name: str, argument: str, client: str | None, moment: Moment
    ) -> Turn:
        if name == "start":
            return self._started(session, argument, client, moment)
        language = self.language(session, client)
        if name == "cancel":
            asked = self.intake.cancel(session, language)
            return Turn(asked or self.screens.answer(language, text("cancel.nothing")))
        if name == "consult" and session.draft is None and self.screens.opening.open:
            return Turn(self.intake.intro(session, language))
        if name in _COMMANDS:
            place = _COMMANDS[name]
            return Turn(self._arriving(Address(language.tag, place), language, session, moment))
        screen = self.screens.answer(language, text("unknown.command"))
        return Turn(self._with_way_back(screen, session, language))

    def _arriving(
        self, here: Address, language: Language, session: Session, moment: Moment
    ) -> Screen:
        """A place that somebody comes to by a command."""
        if here.place in _RETURNING:
            offer = self.intake.offer(session, language)
            if offer is not None:
                return offer
        return self.place(here, language, session, moment)

    def _started(self, session: Session, argument: str, client: str | None, moment: Moment) -> Turn:
        """A deep link names a page, a language and a page, or nothing that we know: the menu."""
        languages, person = self.screens.languages, session.person
        tag, _, place = argument.rpartition("_")
        named = languages.get(tag) if tag else None
        if place not in self.screens.library.nodes:
            place = screens.MENU
        if named is not None:
            unsure = languages.match(client).how is not How.EXACT
            keep = unsure and not person.language
            after = dataclasses.replace(person, language=named.tag) if keep else person
            screen = self._arriving(Address(named.tag, place), named, session, moment)
            return Turn(screen, remember=_changed(person, after))
        language = self.language(session, client)
        here = Address(language.tag, place)
        chosen = person.language is not None and languages.get(person.language) is not None
        known = chosen or session.draft is not None
        if not known and languages.match(client).how is not How.EXACT:
            picker = Address(language.tag, screens.LANGUAGE, here.as_detail())
            return Turn(self.screens.choose_language(picker, language))
        return Turn(self._arriving(here, language, session, moment))

    # ── words, and everything else a person may send ────────────────────────────────────────────

    def _said(self, session: Session, said: Said, client: str | None, moment: Moment) -> Turn:
        person, wanted = session.person, self._named_language(said.text)
        if wanted is not None:
            after = dataclasses.replace(person, language=wanted.tag)
            turn = (
                self.intake.here(session, wanted, moment)
                if session.draft
                else Turn(self.screens.menu(wanted))
            )
            return dataclasses.replace(turn, remember=_changed(person, after))
        asked_in = self.intake.language(session)
        draft = session.draft
        if said.edited and (draft is None or said.message_id not in draft.typed.values()):
            spoken = asked_in or self.language(session, client)
            mended = self.intake.corrected(session, said, spoken, moment)
            if mended is not None:
                return mended
        if asked_in is not None:
            return self.intake.told(session, said, asked_in, moment)
        return self._passed_on(session, said, client, moment) or self._topics(
            session, said.text, client, text("said.topics")
        )

    def _sent(self, session: Session, sent: Sent, client: str | None, moment: Moment) -> Turn:
        asked_in = self.intake.language(session)
        if asked_in is not None:
            return self.intake.told(session, sent, asked_in, moment)
        passed = self._passed_on(session, sent, client, moment)
        if passed is not None:
            return passed
        if sent.follows:
            return Turn()  # the album's first piece was answered
        return self._topics(session, sent.words, client, text(f"sent.{sent.kind}"))

    def _topics(self, session: Session, words: str, client: str | None, normal: Text) -> Turn:
        """What anything else gets: a kind sentence, and the topics."""
        language = self._language_of(words, session, client, urgent=False)
        return Turn(self.screens.answer(language, normal))

    def _passed_on(
        self, session: Session, event: Said | Sent, client: str | None, moment: Moment
    ) -> Turn | None:
        """To the staff, from somebody who has sent a request."""
        words = event.text if isinstance(event, Said) else event.words
        language = self._language_of(words, session, client, urgent=False)
        return self.letters.passed_on(session, event, language, moment)

    def _named_language(self, words: str) -> Language | None:
        """The language whose name, in any language of ours, is the whole message: drafts too,
        which nothing else offers."""
        typed = words.strip().casefold()
        offered, known = self.screens.languages.offered, self.screens.languages.values()
        for language in (*offered, *(one for one in known if one.status == "draft")):
            names = {language.name, language.tag, *(one.name_of(language.code) for one in offered)}
            if typed in {name.casefold() for name in names}:
                return language
        return None

    # ── a cry for help ──────────────────────────────────────────────────────────────────────────

    def _alarmed(
        self,
        session: Session,
        event: Event,
        words: str,
        alarms: frozenset[Alarm],
        client: str | None,
        moment: Moment,
    ) -> Turn:
        """Despair is answered first and alone; an emergency stands above the normal answer. What
        was entered stays; the staff are told where somebody is waiting for them already."""
        changes: list[Change] = []
        asked_in = self.intake.language(session)
        form = asked_in is not None
        if isinstance(event, Said | Sent):
            if asked_in is not None:
                changes += self.intake.heard(session, event, asked_in, moment)
            elif (passed := self._passed_on(session, event, client, moment)) is not None:
                changes += passed.changes
        number = self.intake.to_alarm(session)
        if number is not None:
            kind = Alarm.DESPAIR if Alarm.DESPAIR in alarms else Alarm.EMERGENCY
            changes.append(RaiseAlarm(number, kind.value))
        language = self._language_of(words, session, client, urgent=True)
        country = self._lines(session, words)
        told = number is not None
        if Alarm.DESPAIR in alarms:
            danger = Alarm.EMERGENCY in alarms
            screen = self.screens.despair(language, country, danger=danger, told=told, form=form)
        else:
            normal = [text("alarm.told")] if told else []
            normal += (
                [text("form.kept"), *([] if told else [text("despair.nobody")])] if form else []
            )
            screen = self.screens.urgent(
                language, country, *(normal or [self._normal(event)]), form=form
            )
        return Turn(screen, changes=tuple(changes))

    @staticmethod
    def _normal(event: Event) -> Text:
        """The answer that a message without any cry for help would have got."""
        if isinstance(event, Sent):
            return text(f"sent.{event.kind}")
        known = isinstance(event, Commanded) and event.name not in {*_COMMANDS, "start", "cancel"}
        return text("unknown.command") if known else text("said.topics")

    def _lines(self, session: Session, words: str = "") -> CountryLines | None:
        """Of the country they name now, else the one they named before; never the language's."""
        code = self.screens.helplines.named_in(words) or session.person.country
        return self.screens.lines_of(code or self.intake.country(session))

    def _language_of(
        self, words: str, session: Session, client: str | None, *, urgent: bool
    ) -> Language:
        """Who never chose is answered in the script they write, whatever their client says; in an
        emergency everybody is. Latin letters stand in every language, so they decide nothing."""
        language = self.language(session, client)
        chosen, written = session.person.language, script(words)
        if (chosen and not urgent) or written in {None, "LATIN", self._script(language)}:
            return language
        fits = (one for one in self.screens.languages.offered if self._script(one) == written)
        return next(fits, language)

    def _script(self, language: Language) -> str | None:
        return script(language.label(text("menu.choose")))


def dialogue(screens: Screens, words: WordCheck, form: Form) -> Dialogue:
    """All of it, from its words."""
    rights, letters = Rights(screens, form), Letters(screens, Cases(screens, form))
    return Dialogue(screens, words, Intake(screens, form), rights, letters)


def _changed(before: Person, after: Person) -> Person | None:
    return None if before == after else after


def _words(event: Event) -> str:
    """All that somebody wrote with an event."""
    match event:
        case Said():
            return event.text
        case Sent():
            return event.words
        case Commanded(name, argument) if name in {*_COMMANDS, "start", "cancel"}:
            return argument
        case Commanded(name, argument):
            return f"{name.replace('_', ' ')} {argument}"
    return ""
