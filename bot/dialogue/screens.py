"""Every screen that does not depend on a conversation: pages, menu, emergency, language, rights."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.dialogue.address import Address, address_from_detail
from bot.dialogue.event import Person
from bot.dialogue.screen import Button, Row, Screen, in_rows
from bot.i18n.language import Language, Languages
from bot.i18n.text import Spoken, Text, text
from bot.library.helplines import CountryLines, Helplines
from bot.library.pages import Library, Page, Reading, State

MENU, LANGUAGE, EMERGENCY, REST = "menu", "language", "emergency", "rest"
DESPAIR, ONWARD = "despair", "onward"
PRIVACY, MY_DATA, MY_CASE, HELP = "privacy", "mydata", "mycase", "help"
CONSULT, ABOUT = "consult", "about"
"""Pages that the menu shows apart from the topics."""
ASK = "ask"
"""The form: without a detail, wherever somebody stands in it."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this bot, as the settings say; None where they say nothing.

    `ties`: the commercial ties to disclose, or the word "none" (fact F71). `country`: where what
    people tell is kept; `staff_countries`: from where it is read (ISO 3166).
    """

    name: str | None = None
    contact: str | None = None
    ties: str | None = None
    country: str | None = None
    staff_countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether consultations are open: they are when no setting that they need is `missing`."""

    missing: tuple[str, ...] = ("STAFF_CHAT_ID",)

    @property
    def open(self) -> bool:
        return not self.missing


def paragraphs(*parts: Spoken | None) -> Spoken:
    """Said sentences, one below the other with a blank line between; None is left out."""
    return Spoken("\n\n".join(part for part in parts if part))


def lines(*said: Spoken) -> Spoken:
    """Said sentences, each on a line of its own."""
    return Spoken("\n".join(said))


@dataclass(frozen=True, slots=True)
class Screens:
    """Makes screens out of words. Nothing here remembers anything."""

    languages: Languages
    library: Library
    helplines: Helplines
    operator: Operator
    opening: Opening = Opening()

    # ── the frame round every screen ────────────────────────────────────────────────────────────

    def button(self, language: Language, id: str, place: str, detail: str = "") -> Button:
        """A button with a label of the catalogs."""
        return Button(language.label(text(id)), Address(language.tag, place, detail))

    def ways_on(
        self, here: Address, language: Language, back: str | None = None
    ) -> tuple[Row, ...]:
        """The last rows of a screen: back and home, the other language, the emergency page."""
        home = self.button(language, "button.menu", MENU)
        first = [home] if back is None else [self.button(language, "button.back", back), home]
        last = [self.switch(here, language)]
        if here.place != EMERGENCY:
            alarm = language.label(text("button.emergency"))
            last.append(Button(alarm, Address(language.tag, EMERGENCY), style="danger"))
        return (*in_rows(first), *in_rows(last))

    def switch(self, here: Address, language: Language) -> Button:
        """To the other language in one tap where there are two, else to the list of them."""
        offered = self.languages.offered
        if len(offered) == 2 and language in offered:
            other = offered[1] if offered[0] is language else offered[0]
            label = other.label(text("button.this-language", name=other.name))
            return Button(label, here.with_language(other.tag))
        label = language.label(text("button.languages"))
        return Button(label, Address(language.tag, LANGUAGE, here.as_detail()))

    # ── pages ───────────────────────────────────────────────────────────────────────────────────

    def menu(self, language: Language) -> Screen:
        """The main menu: what this is, and every topic."""
        apart = {CONSULT, ABOUT}
        topics = [self.topic(id, language) for id in self.library.menu if id not in apart]
        consult = self.topic(CONSULT, language)
        here = Address(language.tag, MENU)
        body = paragraphs(
            language.say(text("menu.welcome")),
            language.say(text("safety.sw1")),
            language.say(text("menu.choose")),
        )
        both = Button(
            language.label(text("button.emergency-both")),
            Address(language.tag, EMERGENCY),
            style="danger",
        )
        last = (self.topic(ABOUT, language), self.switch(here, language))
        rows = (*in_rows(topics), (consult,), (both,), *in_rows(last))
        return Screen(body, rows)

    def topic(self, id: str, language: Language) -> Button:
        """The button that leads to a page."""
        page = self.library.read(id, language.code).page
        speaker = self.languages[page.language]
        return Button(speaker.label(page.button), Address(language.tag, id))

    def page(self, here: Address, language: Language, today: date) -> Screen:
        """One screen of a page. Raises KeyError for a page that does not exist."""
        node = self.library.nodes[here.place]
        reading = self.library.read(node.id, language.code)
        page = reading.page
        part = min(here.part, len(page.parts) - 1)
        speaker = self.languages[page.language]
        heading = speaker.say(page.title)
        if len(page.parts) > 1:
            place = language.say(text("page.part", part=part + 1, parts=len(page.parts)))
            heading = Spoken(f"<b>{heading}</b>  {place}")
        else:
            heading = Spoken(f"<b>{heading}</b>")
        body = paragraphs(
            heading,
            self._notice(reading, language),
            self.consult_state(language) if node.id == CONSULT and part == 0 else None,
            speaker.say(page.parts[part]),
            # In full where the page opens; further on the short one is enough.
            self._lines(node.lines if part == 0 else (), language, node.ties and part == 0),
            self._sources(page, language, today),
        )
        rows: list[Row] = []
        if node.id == CONSULT and self.opening.open:
            begin = language.label(text("button.begin"))
            rows.append((Button(begin, Address(language.tag, ASK), style="success"),))
        turning = []
        if part > 0:
            turning.append(self.button(language, "button.previous", node.id, str(part - 1)))
        if part + 1 < len(page.parts):
            turning.append(self.button(language, "button.more", node.id, str(part + 1)))
        rows += in_rows(turning)
        if part == 0:
            rows += in_rows(self.topic(child, language) for child in node.children)
            rows += in_rows(
                Button(language.label(text(link.label)), url=link.url(language.code))
                for link in node.links
            )
        rows += self.ways_on(here, language, node.parent)
        return Screen(body, tuple(rows))

    def _notice(self, reading: Reading, language: Language) -> Spoken | None:
        if reading.state is State.FRESH:
            return None
        shown = self.languages[reading.page.language]
        if shown is language:
            return language.say(text("notice.stale"))
        return language.say(text("notice.other-language", name=shown.name))

    def _lines(self, ids: Iterable[str], language: Language, ties: bool) -> Spoken:
        said = [language.say(text(id)) for id in ids]
        if ties:
            said.append(self._ties(language))
        said.append(language.say(text("safety.sw1s")))
        return Spoken("<blockquote>" + "\n".join(said) + "</blockquote>")

    def _ties(self, language: Language) -> Spoken:
        """F71: any commercial tie with a centre is stated."""
        ties = self.operator.ties
        if ties is None:
            return language.say(text("ties.unknown"))
        if ties == "none":
            return language.say(text("ties.none"))
        return language.say(text("ties.some", ties=ties))

    def _sources(self, page: Page, language: Language, today: date) -> Spoken:
        """Sources, review date, and honestly whether a doctor has read it (section 15)."""
        speaker = self.languages[page.language]
        told = [language.say(text("page.sources", day=page.reviewed))]
        if page.reviewer == "none":
            told.append(language.say(text("page.not-by-a-doctor")))
        if today > page.due:
            told.append(language.say(text("page.overdue")))
        for source in page.sources:
            title = speaker.say(source.title)
            link = f'<a href="{source.url}">{title}</a>' if source.url else title
            told.append(Spoken(f"• {link}"))
        return Spoken("<blockquote expandable>" + "\n".join(told) + "</blockquote>")

    # ── emergency ───────────────────────────────────────────────────────────────────────────────

    def emergency(self, here: Address, language: Language, person: Person) -> Screen:
        """SW3 below the numbers of the country the person named, and the choice of countries."""
        code = here.detail if here.detail in self.helplines.countries else person.country
        country = self.helplines.countries.get(code or "")
        # What is no country is not carried on: in the next address it might not fit.
        here = Address(language.tag, EMERGENCY, country.code if country else "")
        body = paragraphs(
            self.numbers(country, language),
            language.say(text("safety.sw3")),
            language.say(text("safety.sw5")),
            language.say(text("emergency.country-again" if country else "emergency.country")),
        )
        rows = (*self._countries(language, EMERGENCY), (self._elsewhere(language),))
        return Screen(body, (*rows, *self.ways_on(here, language)))

    def urgent(
        self,
        language: Language,
        country: CountryLines | None,
        *normal: Text,
        form: bool = False,
    ) -> Screen:
        """Words that sound like an emergency: SW3 above the normal answer, and few buttons, so
        that the telephone is what one sees. `form`: there is one to go back to."""
        body = paragraphs(
            self.numbers(country, language),
            language.say(text("safety.sw3")),
            *(language.say(one) for one in normal),
        )
        here = Address(language.tag, MENU)
        rows = (
            (self.button(language, "button.my-country", EMERGENCY),),
            *(((self.button(language, "button.continue-form", ASK),),) if form else ()),
            (self.button(language, "button.menu", ONWARD),),
            (self.switch(here, language),),
        )
        return Screen(body, rows)

    def despair(
        self,
        language: Language,
        country: CountryLines | None,
        *,
        danger: bool = False,
        choosing: bool = False,
        told: bool = False,
        form: bool = False,
    ) -> Screen:
        """SW4, before anything else; with SW3 above when an emergency was also heard.

        `told`: the staff have a line about it; else nobody does, and that is said. `form`: going
        on leads back into it.
        """
        crisis = country.crisis if country else ()
        lines = text("despair.general")
        if country and crisis:
            numbers = tuple(line.number for line in crisis)
            lines = text("despair.country", country=self._country(country, language), lines=numbers)
        body = paragraphs(
            language.say(text("safety.sw3")) if danger else None,
            language.say(text("emergency.number", number=country.emergency)) if country else None,
            language.say(text("safety.sw4", helplines=lines)),
            language.say(text("alarm.told" if told else "despair.nobody")),
            language.say(text("form.kept")) if form else None,
        )
        rows: list[Row] = []
        if choosing:
            rows += self._countries(language, DESPAIR)
        else:
            rows.append((self.button(language, "button.my-country", DESPAIR, "choose"),))
        rows.append((self._elsewhere(language),))
        rows += in_rows(
            [
                self.button(language, "button.continue", ASK if form else ONWARD),
                self.button(language, "button.stop", REST),
            ]
        )
        rows.append((self.switch(Address(language.tag, DESPAIR), language),))
        return Screen(body, tuple(rows))

    def numbers(self, country: CountryLines | None, language: Language) -> Spoken | None:
        """The emergency number and lines of a country, one a line; None without a country."""
        if country is None:
            return None
        said = [language.say(text("emergency.numbers", country=self._country(country, language)))]
        said.append(language.say(text("emergency.number", number=country.emergency)))
        for line in country.lines:
            name = text(f"label.helpline.{line.name}")
            said.append(language.say(text("emergency.line", name=name, number=line.number)))
        return Spoken("\n".join(said))

    def lines_of(self, code: str | None) -> CountryLines | None:
        """The help lines of a country (ISO 3166); a country of the European Union has those."""
        if code is None or code in self.helplines.countries:
            return self.helplines.countries.get(code or "")
        unions = (one for one in self.helplines.countries.values() if code in one.members)
        return next(unions, None)

    @staticmethod
    def _country(country: CountryLines, language: Language) -> str:
        return language.label(text(f"label.country.{country.code}"))

    def _countries(self, language: Language, place: str) -> tuple[Row, ...]:
        return in_rows(
            Button(
                language.label(text(f"label.country.{code}")), Address(language.tag, place, code)
            )
            for code in self.helplines.countries
        )

    def _elsewhere(self, language: Language) -> Button:
        return Button(language.label(text("button.elsewhere")), url=self.helplines.elsewhere)

    # ── language, rights, help ──────────────────────────────────────────────────────────────────

    def choose_language(self, here: Address, language: Language) -> Screen:
        """Every offered language in its own name; leads back to the place one came from."""
        place = address_from_detail(here.detail, language.tag)
        body = paragraphs(
            *(one.say(text("language-page.choose")) for one in self.languages.offered)
        )
        buttons = [Button(one.name, place.with_language(one.tag)) for one in self.languages.offered]
        return Screen(body, in_rows(buttons))

    def contact(self, language: Language) -> Spoken | None:
        """The other way to reach the operator, if the settings name one."""
        contact = self.operator.contact
        return language.say(text("contact.other-way", contact=contact)) if contact else None

    def consult_state(self, language: Language) -> Spoken:
        """Whether one can ask us now; if not, the other way to reach the operator."""
        if self.opening.open:
            return language.say(text("consult.open"))
        return paragraphs(language.say(text("consult.closed")), self.contact(language))

    def help(self, language: Language) -> Screen:
        """What one can do here, and what this bot cannot."""
        body = paragraphs(
            language.say(text("help.what")),
            language.say(text("help.commands")),
            self.contact(language),
        )
        return self.plain(Address(language.tag, HELP), language, body)

    def rest(self, language: Language, person: Person) -> Screen:
        """A kind word for somebody who stops for today, and the number once more."""
        country = self.helplines.countries.get(person.country or "")
        body = paragraphs(language.say(text("rest.word")), self.numbers(country, language))
        return self.plain(Address(language.tag, REST), language, body)

    def plain(
        self, here: Address, language: Language, body: Spoken, rows: tuple[Row, ...] = ()
    ) -> Screen:
        """A screen with the usual ways on below its own rows."""
        return Screen(body, (*rows, *self.ways_on(here, language)))

    def answer(self, language: Language, *said: Text) -> Screen:
        """Words above the main menu: the answer to anything that is not a topic."""
        menu = self.menu(language)
        return Screen(paragraphs(*(language.say(one) for one in said)), menu.rows)
