"""(Person, Event) -> Turn: the one place that decides what a patient sees next."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from bot.dialogue import screens
from bot.dialogue.address import Address, read_address
from bot.dialogue.event import NOBODY, Commanded, Event, Invited, Person, Pressed, Said, Sent
from bot.dialogue.safety import Alarm, WordCheck
from bot.dialogue.screen import Screen, Turn
from bot.dialogue.screens import Screens
from bot.i18n.language import Language
from bot.i18n.matching import How
from bot.i18n.script import script
from bot.i18n.text import Text, text
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


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Decides; sends and stores nothing. `client` is the language tag of the person's Telegram,
    `today` the date (UTC) that review dates are held against."""

    screens: Screens
    words: WordCheck
    seen: dict[tuple[Address, date], Screen] = field(default_factory=dict)

    def needs_person(self, event: Event) -> bool:
        """Whether the answer depends on what is remembered: a tap on a page does not."""
        if not isinstance(event, Pressed):
            return not isinstance(event, Invited)
        address = read_address(event.data)
        return (
            address is None
            or address.chosen
            or (address.place not in self.screens.library.nodes and address.place != screens.MENU)
        )

    def respond(self, person: Person, event: Event, client: str | None, today: date) -> Turn:
        """What this person sees next, and what is remembered of them from now on."""
        match event:
            case Pressed(data):
                return self._pressed(person, data, client, today)
            case Commanded(name, argument):
                return self._commanded(person, name, argument, client, today)
            case Said(words):
                return self._said(person, words, client)
            case Sent():
                return self._sent(person, event, client)
            case Invited(silent=True):
                return Turn(leave=True)
            case _:
                said = (one.say(text("group.not-here")) for one in self.screens.languages.offered)
                return Turn(Screen(screens.paragraphs(*said)), leave=True)

    def too_fast(self, person: Person, client: str | None) -> Turn:
        """To who sends faster than a chat can be answered."""
        return Turn(self.screens.answer(self.language(person, client), text("too-fast")))

    def stumbled(self, person: Person, client: str | None) -> Turn:
        """When `respond` met a fault of ours: never silence."""
        return Turn(self.screens.answer(self.language(person, client), text("stumbled")))

    # ── the language a person gets ──────────────────────────────────────────────────────────────

    def language(self, person: Person, client: str | None) -> Language:
        """Their own choice, then their Telegram's language, then English (languages.md, 6.1)."""
        languages = self.screens.languages
        chosen = languages.get(person.language) if person.language else None
        return chosen or languages.match(client).language

    # ── a tap ───────────────────────────────────────────────────────────────────────────────────

    def _pressed(self, person: Person, data: str, client: str | None, today: date) -> Turn:
        address = read_address(data)
        if address is None:
            # Forged, or from a version that nobody has: lead home, gently.
            language = self.language(person, client)
            return Turn(self.screens.answer(language, text("old.button")), in_place=True)
        named = self.screens.languages.get(address.language)
        language = named or self.language(person, client)
        after = person
        if address.chosen and named is not None:
            after = dataclasses.replace(after, language=language.tag)
        address = Address(language.tag, address.place, address.detail)
        if (
            address.place in {screens.EMERGENCY, screens.DESPAIR}
            and address.detail in self.screens.helplines.countries
        ):
            after = dataclasses.replace(after, country=address.detail)
        if address.place == screens.MY_DATA and address.detail == "deleted":
            gone = self.screens.answer(language, text("my-data.deleted"))
            return Turn(gone, in_place=True, remember=_changed(person, NOBODY))
        screen = self.place(address, language, after, today)
        # A screen with help lines stays in the chat: what comes after it is a new message.
        in_place = address.place not in {screens.REST, screens.ONWARD}
        return Turn(screen, in_place=in_place, remember=_changed(person, after))

    def place(self, here: Address, language: Language, person: Person, today: date) -> Screen:
        """The screen at an address; an unknown place is the menu."""
        makers: dict[str, Callable[[], Screen]] = {
            screens.EMERGENCY: lambda: self.screens.emergency(here, language, person),
            screens.LANGUAGE: lambda: self.screens.choose_language(here, language),
            screens.PRIVACY: lambda: self.screens.privacy(language),
            screens.MY_DATA: lambda: self.screens.my_data(here, language, person),
            screens.MY_CASE: lambda: self.screens.my_case(language),
            screens.HELP: lambda: self.screens.help(language),
            screens.REST: lambda: self.screens.rest(language, person),
            screens.DESPAIR: lambda: self._despair(here, language, person),
            screens.ONWARD: lambda: self.screens.menu(language),
        }
        if here.place in makers:
            return makers[here.place]()
        if here.place not in self.screens.library.nodes:
            return self._kept(Address(language.tag, screens.MENU), language, today)
        parts = len(self.screens.library.read(here.place, language.code).page.parts)
        part = min(here.part, parts - 1)
        return self._kept(
            Address(language.tag, here.place, str(part) if part else ""), language, today
        )

    def _despair(self, here: Address, language: Language, person: Person) -> Screen:
        country = self.screens.helplines.countries.get(person.country or "")
        return self.screens.despair(language, country, choosing=here.detail == "choose")

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
        self, person: Person, name: str, argument: str, client: str | None, today: date
    ) -> Turn:
        if self.words.look(argument):
            return self._heard(person, argument, client, text("said.topics"))
        if name == "start":
            return self._started(person, argument, client, today)
        language = self.language(person, client)
        if name == "cancel":
            return Turn(self.screens.answer(language, text("cancel.nothing")))
        if name in _COMMANDS:
            return Turn(self.place(Address(language.tag, _COMMANDS[name]), language, person, today))
        words = f"{name.replace('_', ' ')} {argument}"
        return self._heard(person, words, client, text("unknown.command"))

    def _started(self, person: Person, argument: str, client: str | None, today: date) -> Turn:
        """A deep link names a page, a language and a page, or nothing that we know: the menu."""
        languages = self.screens.languages
        tag, _, place = argument.rpartition("_")
        named = languages.get(tag) if tag else None
        if place not in self.screens.library.nodes:
            place = screens.MENU
        if named is not None:
            unsure = languages.match(client).how is not How.EXACT
            keep = unsure and not person.language
            after = dataclasses.replace(person, language=named.tag) if keep else person
            screen = self.place(Address(named.tag, place), named, after, today)
            return Turn(screen, remember=_changed(person, after))
        language = self.language(person, client)
        here = Address(language.tag, place)
        chosen = person.language is not None and languages.get(person.language) is not None
        if not chosen and languages.match(client).how is not How.EXACT:
            picker = Address(language.tag, screens.LANGUAGE, here.as_detail())
            return Turn(self.screens.choose_language(picker, language))
        return Turn(self.place(here, language, person, today))

    # ── words, and everything else a person may send ────────────────────────────────────────────

    def _said(self, person: Person, words: str, client: str | None) -> Turn:
        wanted = self._named_language(words)
        if wanted is not None:
            after = dataclasses.replace(person, language=wanted.tag)
            return Turn(self.screens.menu(wanted), remember=_changed(person, after))
        return self._heard(person, words, client, text("said.topics"))

    def _sent(self, person: Person, sent: Sent, client: str | None) -> Turn:
        if sent.follows and not self.words.look(sent.words):
            return Turn()  # the album's first piece was answered
        return self._heard(person, sent.words, client, text(f"sent.{sent.kind}"))

    def _named_language(self, words: str) -> Language | None:
        """The language whose name, in any language of ours, is the whole message."""
        typed = words.strip().casefold()
        offered = self.screens.languages.offered
        for language in offered:
            names = {language.name, language.tag, *(one.name_of(language.code) for one in offered)}
            if typed in {name.casefold() for name in names}:
                return language
        return None

    def _heard(self, person: Person, words: str, client: str | None, normal: Text) -> Turn:
        """Despair is answered first and alone; an emergency stands above the normal answer."""
        alarms = self.words.look(words) if words else frozenset()
        language = self._language_of(words, person, client, urgent=bool(alarms))
        country = self._country(words, person)
        if Alarm.DESPAIR in alarms:
            danger = Alarm.EMERGENCY in alarms
            return Turn(self.screens.despair(language, country, danger=danger))
        if Alarm.EMERGENCY in alarms:
            return Turn(self.screens.urgent(language, country, normal))
        return Turn(self.screens.answer(language, normal))

    def _country(self, words: str, person: Person) -> CountryLines | None:
        """The country they name now, else the one they named before; never the language's."""
        helplines = self.screens.helplines
        return helplines.countries.get(helplines.named_in(words) or person.country or "")

    def _language_of(
        self, words: str, person: Person, client: str | None, *, urgent: bool
    ) -> Language:
        """Who never chose is answered in the script they write, whatever their client says; in an
        emergency everybody is. Latin letters stand in every language, so they decide nothing."""
        language = self.language(person, client)
        written = script(words)
        if (person.language and not urgent) or written in {None, "LATIN", self._script(language)}:
            return language
        fits = (one for one in self.screens.languages.offered if self._script(one) == written)
        return next(fits, language)

    def _script(self, language: Language) -> str | None:
        return script(language.label(text("menu.choose")))


def _changed(before: Person, after: Person) -> Person | None:
    return None if before == after else after
