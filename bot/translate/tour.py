"""Every screen of the bot in one language, made by the dialogue itself, as people meet them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.channels.telegram.profile import COMMANDS
from bot.dialogue.address import Address
from bot.dialogue.case import (
    CLOSED,
    PERSON,
    TEAM,
    THEIRS,
    WITHDRAWN,
    Case,
    ChangeCase,
    Draft,
    DropDraft,
    EraseEverything,
    File,
    KeepDraft,
    Letter,
    Moment,
    OpenCase,
    Session,
    Value,
)
from bot.dialogue.event import KINDS, NOBODY, Commanded, Event, Invited, Person, Pressed, Said, Sent
from bot.dialogue.intake.consent import CROSS_BORDER
from bot.dialogue.intake.form import Field
from bot.dialogue.intake.questions import (
    AGAIN,
    AT,
    CANCEL,
    CHANGE,
    DELETE,
    DONE,
    MORE,
    ON,
    OVER,
    SAVE,
    SEND,
)
from bot.dialogue.intake.sheet import OWN_WORDS, REVIEW
from bot.dialogue.keeping import KEEP_DRAFT
from bot.dialogue.respond import Dialogue, dialogue
from bot.dialogue.screen import Screen
from bot.dialogue.screens import Opening, Operator, Screens, paragraphs
from bot.i18n.language import Language, Languages
from bot.i18n.text import Text, text
from bot.translate.tour_staff import CONTACT, StaffGuide
from bot.words import Words

CLINIC = Operator("Example Clinic", CONTACT, "none", "SG", ("SG", "CN"))
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The moment of the tour, so that two tours of the same words are the same."""

REFERENCE, NUMBER = "K7PQ2", "N4WXY"
"""Of the form on its way, and of the case that was sent."""

OWN = "These are words that somebody wrote."
"""What people type into the form."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One place of the tour: its group and name, for translators, and what is shown there."""

    group: str
    title: str
    screen: Screen


def tour(words: Words, language: Language, now: datetime = NOON) -> Iterator[Stop]:
    """Every screen, group by group. Pages are shown as reviewed at `now`."""
    yield from _Guide(words, language, now).walk()


@dataclass
class _Guide:
    words: Words
    language: Language
    now: datetime
    open: Dialogue = field(init=False)
    closed: Dialogue = field(init=False)
    filled: dict[bool, tuple[Session, Case]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open = self._dialogue(CLINIC, Opening(()))
        self.closed = self._dialogue(Operator(), Opening())

    def _dialogue(
        self, operator: Operator, opening: Opening, words: Words | None = None
    ) -> Dialogue:
        words = words or self.words
        screens = Screens(words.languages, words.library, words.helplines, operator, opening)
        return dialogue(screens, words.check, words.form)

    # ── looking ──

    def at(
        self,
        event: Event,
        session: Session | None = None,
        by: Dialogue | None = None,
        later: timedelta = timedelta(),
    ) -> Screen:
        """What the bot answers to somebody who chose this language."""
        session = session or Session(Person(self.language.tag))
        moment = Moment(self.now + later, REFERENCE)
        turn = (by or self.open).respond(session, event, self.language.tag, moment)
        if turn.screen is None:
            raise LookupError(f"nothing is shown after {event}")
        return turn.screen

    def to(self, place: str, detail: str = "") -> Pressed:
        return Pressed(Address(self.language.tag, place, detail).data(), 1)

    def draft(self, at: str, answers: dict[str, Value] | None = None, **more: object) -> Session:
        """Somebody in the middle of the form, at the step `at`."""
        draft = Draft(
            reference=REFERENCE,
            form=self.words.form.version,
            language=self.language.tag,
            started=self.now,
            touched=self.now,
            at=at,
            answers=answers or {},
        )
        draft = replace(draft, **more)  # type: ignore[arg-type]  # fields by their names
        return Session(Person(self.language.tag), draft)

    # ── the tour ──

    def walk(self) -> Iterator[Stop]:
        for group, places in (
            ("Menu and language", self.entrance),
            ("Pages", self.pages),
            ("Emergency", self.emergency),
            ("Despair", self.despair),
            ("Rights", self.rights),
            ("Answers to anything", self.answers),
            ("The form", self.form),
            ("What does not fit", self.misfits),
            ("Review and sending", self.sending),
            ("After sending", self.after),
            ("For the staff", self.staff),
            ("In Telegram's own places", self.profile),
        ):
            for title, screen in places():
                yield Stop(group, title, screen)

    def entrance(self) -> "_Places":
        yield "Menu", self.at(Commanded("menu"))
        yield "Choose a language", self.at(Commanded("language"))
        yield "Help", self.at(Commanded("help"))
        yield "Help, without a contact", self.at(Commanded("help"), by=self.closed)

    def pages(self) -> "_Places":
        library = self.words.library
        for id in library.nodes:
            parts = len(library.read(id, self.language.code).page.parts)
            for part in range(parts):
                title = f"{id} {part + 1}/{parts}" if parts > 1 else id
                yield title, self.at(self.to(id, str(part) if part else ""))
        yield "consult, closed", self.at(self.to("consult"), by=self.closed)
        overdue = timedelta(days=2000)
        yield "A page that is due for review", self.at(self.to("basics"), later=overdue)
        yield from self._states()
        centre = next((id for id, node in library.nodes.items() if node.ties), None)
        if centre is not None:
            yield "A centre, ties not stated", self.at(self.to(centre), by=self.closed)
            tied = self._dialogue(replace(CLINIC, ties=OWN), Opening(()))
            yield "A centre, with ties", self.at(self.to(centre), by=tied)

    def _states(self) -> "_Places":
        """Pages of a translation that is not up to date, and of a language that is not finished."""
        words, code = self.words, self.language.code
        if self.language is words.languages.default:
            return
        nodes = words.library.nodes
        stale = replace(words.library, stale=frozenset((code, id) for id in nodes))
        by = self._dialogue(CLINIC, Opening(()), replace(words, library=stale))
        kinds = {node.high: id for id, node in reversed(list(nodes.items()))}
        for high, title in ((False, "its English has changed"), (True, "that could hurt")):
            if high in kinds:
                yield f"A page, {title}", self.at(self.to(kinds[high]), by=by)
        for status in ("draft", "beta"):
            one = replace(self.language, status=status)
            both = Languages([words.languages.default, one])
            by = self._dialogue(CLINIC, Opening(()), replace(words, languages=both))
            yield f"Menu of a {status}", self.at(Commanded("menu"), by=by)

    def emergency(self) -> "_Places":
        yield "No country", self.at(Commanded("emergency"))
        for code in self.words.helplines.countries:
            yield f"In {code}", self.at(self.to("emergency", code))
        screens = self.open.screens
        said = text("said.topics")
        yield "Words that sound like it", screens.urgent(self.language, None, said)
        urgent = screens.urgent(self.language, screens.lines_of("US"), said)
        yield "Words that sound like it, in US", urgent
        kept = (text("form.kept"), text("despair.nobody"))
        yield "The same within the form", screens.urgent(self.language, None, *kept, form=True)
        told = text("alarm.told")
        yield "The same, when the staff are told", screens.urgent(self.language, None, told)

    def despair(self) -> "_Places":
        screens, language = self.open.screens, self.language
        yield "No country", screens.despair(language, None)
        yield "With an emergency", screens.despair(language, screens.lines_of("US"), danger=True)
        told = screens.despair(language, None, told=True, form=True)
        yield "Within the form, when the staff are told", told
        yield "Choose a country", self.at(self.to("despair", "choose"))
        for code in self.words.helplines.countries:
            yield f"In {code}", self.at(self.to("despair", code))
        yield "Stop for today", self.at(self.to("rest"))
        session = Session(Person(self.language.tag, "CN"))
        yield "Stop for today, in CN", self.at(self.to("rest"), session)

    def rights(self) -> "_Places":
        yield "/privacy", self.at(Commanded("privacy"))
        yield "/privacy, no operator", self.at(Commanded("privacy"), by=self.closed)
        known = Session(Person(self.language.tag, "CN"))
        yield "/mydata", self.at(Commanded("mydata"), known)
        yield "/mydata, nothing kept", self.at(self.to("mydata"), Session(NOBODY))
        yield "Delete?", self.at(self.to("mydata", "delete"), known)
        yield "Deleted", self.at(self.to("mydata", "deleted"), known)
        yield from self._kept()

    def _kept(self) -> "_Places":
        """/mydata of somebody who has a form on its way and a case, and what they can do."""
        case, form = self.case(), self.words.form
        optional = next((one for one in form.steps if one.kind == "consent" and not one.must), None)
        given = case.consents[0]
        if optional is not None:
            agreed = replace(given, id=optional.id, agreed=True)
            others = tuple(one for one in case.consents if one.id != optional.id)
            case = replace(case, consents=(*others, agreed))
        proofs = (given, replace(given, agreed=False), replace(given, withdrawn=self.now))
        letters = (
            Letter(PERSON, 1, 2, self.now, words=OWN),
            Letter(TEAM, -1, 2, self.now, kind="document"),
        )
        draft = self.draft(form.steps[0].id, {form.steps[0].id: OWN}).draft
        kept = Session(
            Person(self.language.tag, "CN"),
            draft,
            (case,),
            proofs=proofs,
            letters={case.number: letters},
        )
        bare = replace(kept, draft=None)

        def mine(*what: str) -> Pressed:
            return self.to("mydata", ".".join(what))

        yield "/mydata, with everything", self.at(mine(), kept)
        see = [self.at(mine("see", str(n)), kept) for n in range(9)]  # behind the last, it again
        for n, screen in enumerate(dict.fromkeys(see), 1):
            yield f"All that is kept {n}", screen
        yield "Nothing is kept", self.at(mine("see"), Session(NOBODY))
        yield "A copy", self.at(mine("copy"), kept)
        yield (
            "First line of the copy",
            self._said(text("my-data.copy", time=self.now, time_zone=text("label.utc"))),
        )
        yield "Correct", self.at(mine("correct", NUMBER), bare)
        yield "Withdraw?", self.at(mine("stop", NUMBER), bare)
        yield "Withdrawn", self.at(mine("stopped", NUMBER), bare)
        if optional is not None:
            yield "One consent withdrawn", self.at(mine("refuse", NUMBER, optional.id), bare)
        yield "Delete everything?", self.at(mine("delete"), kept)
        yield "Everything deleted", self.at(mine("deleted"), kept)

    def answers(self) -> "_Places":
        yield "Words", self.at(Said("qwertz"))
        yield "An unknown command", self.at(Commanded("qwertz"))
        yield "Nothing to cancel", self.at(Commanded("cancel"))
        yield "A button of an older version", self.at(Pressed("v0:old"))
        for kind in sorted(KINDS):
            yield f"Sent: {kind}", self.at(Sent(kind))
        session, tag = Session(Person(self.language.tag)), self.language.tag
        for title, turn in (
            ("Too fast", self.open.too_fast(session, tag)),
            ("A fault of ours", self.open.stumbled(session, tag)),
        ):
            if turn.screen is not None:
                yield title, turn.screen
        yield "In a group that is not ours", self.at(Invited())

    # ── the form ──

    def form(self) -> "_Places":
        yield "Before the first question", self.at(self.to("ask", "intro"))
        for one in self.words.form.steps:
            answers = self._leading_to(one)
            yield f"Question: {one.id}", self.at(self.to("ask"), self.draft(one.id, answers))
            if one.kind == "many":
                ticked = self.draft(one.id, answers, picked=(*one.options[:1], OWN))
                yield f"{one.id}, ticked", self.at(self.to("ask"), ticked)
            elif one.kind == "files":
                sent = self.draft(one.id, answers, files=(File(1, "document"), File(2, "picture")))
                yield f"{one.id}, with files", self.at(self.to("ask"), sent)
            elif one.kind == "month":
                year = self.to("ask", f"{REFERENCE}.{one.id}.{self.now.year}")
                yield f"{one.id}, months", self.at(year, self.draft(one.id, answers))
            elif one.most:
                own = self.draft(one.id, {**answers, one.id: OWN}, editing=True)
                yield f"{one.id}, answered before", self.at(self.to("ask"), own)
        yield from self._endings()
        first = self.words.form.steps[0]
        half = self.draft(first.id)
        yield "A page in the middle of the form", self.at(self.to("costs"), half)
        yield "Back after a while", self.at(Commanded("menu"), half)
        for title, what in (
            ("Saved for later", SAVE),
            ("Delete it?", CANCEL),
            ("Start over?", OVER),
            ("Started over", AGAIN),
            ("Deleted", DELETE),
        ):
            yield title, self.at(self.to("ask", f"{REFERENCE}.{first.id}.{what}"), half)
        yield "A button that has moved on", self.at(self.to("ask", f"{REFERENCE}.gone.x"), half)
        yield "A form that is over", self.at(self.to("ask"), half, later=KEEP_DRAFT * 2)
        yield "A form that is gone", self.at(self.to("ask", f"{REFERENCE}.{first.id}.x"))
        other = self.draft(first.id, language="xx")
        yield "In another language than before", self.at(self.to("ask"), other)

    def _leading_to(self, target: Field) -> dict[str, Value]:
        """Answers with which this question is asked."""
        answers: dict[str, Value] = {}
        if target.kind == "zone":
            country = next(one for one in self.words.form.steps if one.kind == "country")
            answers[country.id] = "US"
        for id, options in target.when:
            before = self.words.form.field(id)
            if before is None:
                continue
            answers |= self._leading_to(before)
            option = next((one for one in before.options if one in options), sorted(options)[0])
            answers[id] = (option,) if before.kind == "many" else option
        return answers

    def _endings(self) -> "_Places":
        """What is said after an answer, and the answers that end the form."""
        for one in self.words.form.steps:
            said = {option for saying in one.says for option in saying.options}
            ends = {option: end for end in one.ends for option in end.options}
            for option in one.options:
                if option not in said and option not in ends:
                    continue
                answers = self._leading_to(one)
                if option in ends:
                    answers |= {id: sorted(few)[0] for id, few in ends[option].when}
                chosen = self.to("ask", f"{REFERENCE}.{one.id}.{option}")
                yield f"{one.id}: {option}", self.at(chosen, self.draft(one.id, answers))

    def misfits(self) -> "_Places":
        """Words that are no answer; the second time there is a way round."""
        typed = {
            "text": ("a", "x" * 5000, "http://example.org", "+65 8123 4567 8", "passport 12345678"),
            "choice": ("qwertz", "x" * 5000),
            "many": ("x" * 5000, "passport 12345678"),
            "month": ("qwertz", "2999-01", "2025"),
            "country": ("qwertzuiop", "Korea"),
            "zone": ("qwertzuiop",),
            "email": ("qwertz",),
            "phone": ("12",),
            "files": ("qwertz",),
            "consent": ("qwertz",),
        }
        for one in self.words.form.steps:
            session = self.draft(one.id, self._leading_to(one), misses=1)
            for words in typed[one.kind]:
                shown = self.at(Said(words, 9), session)
                yield f"{one.id}: “{words[:20]}”", shown
            if one.kind == "many" and one.must:
                done = self.to("ask", f"{REFERENCE}.{one.id}.{DONE}")
                yield f"{one.id}: nothing ticked", self.at(done, session)
            if one.kind == "files":
                yield f"{one.id}: too early", self.at(Sent("document", message_id=9), session)
                yield f"{one.id}: a voice message", self.at(Sent("voice", message_id=9), session)
        first = self.words.form.steps[0]
        edited = Said("qwertz", 9, edited=True)
        yield "An edit that changes nothing", self.at(edited, self.draft(first.id))

    def sending(self) -> "_Places":
        full, _ = self._filled(core=False)
        draft = full.draft
        if draft is None:
            return

        def review(what: str) -> Pressed:
            return self.to("ask", f"{REFERENCE}.{REVIEW}.{what}")

        yield "Review", self.at(self.to("ask"), full)
        yield "Words at the review", self.at(Said("qwertz", 9), full)
        for one in self.words.form.steps:
            if one.kind != "consent" and one.id not in draft.answers:
                other = {**self._leading_to(one), one.id: (*one.options, OWN)[0]}
                yield f"Review, {one.id}", self.at(self.to("ask"), self.draft(REVIEW, other))
            for option in self.words.form.say(one.id, self.language.code).full:
                chosen = self.draft(REVIEW, {**self._leading_to(one), one.id: option})
                yield f"Review, {one.id}: {option}", self.at(self.to("ask"), chosen)
        yield "Review, nothing answered", self.at(self.to("ask"), self.draft(REVIEW))
        yield "Which answer to change?", self.at(review(CHANGE), full)
        yield "Which part to add?", self.at(review(MORE), self._filled(core=True)[0])
        yield "Which part to add, all answered", self.at(review(MORE), full)
        yield "Something is still open", self.at(review(SEND), self.draft(REVIEW))
        papers = next((one for one in self.words.form.steps if one.kind == "files"), None)
        if papers is not None:
            album = Sent("document", message_id=9, ending="pdf", size=9000, album="a")
            yield "Files at another step", self.at(album, full)
            exe = Sent("document", message_id=9, ending="exe", size=9000)
            yield "A file that cannot be taken", self.at(exe, full)
            with_files = replace(
                full,
                draft=replace(draft, answers={**draft.answers, papers.id: "sent"}),
            )
            yield "Review, with files", self.at(self.to("ask"), with_files)
        own = next((id for id, at in draft.typed.items() if at), None)
        if own is not None:
            edited = Said("Anna Maria", draft.typed[own], edited=True)
            yield "An edited answer", self.at(edited, full)
        yield "Sent", self.at(review(SEND), full)

    # ── after sending ──

    def case(self) -> Case:
        """A case with every question answered."""
        return self._filled(core=False)[1]

    def _filled(self, *, core: bool) -> tuple[Session, Case]:
        """The form as it is before sending, and the case that it becomes."""
        if core not in self.filled:
            walker = _Walker(self)
            walker.fills(core=core)
            before = walker.session
            self.filled[core] = before, replace(walker.sends(), number=NUMBER)
        return self.filled[core]

    def after(self) -> "_Places":
        case = self.case()
        me = Person(self.language.tag)
        mine = Commanded("mycase")
        yield "/mycase, none", self.at(mine)
        yield "/mycase, closed", self.at(mine, by=self.closed)
        one = Session(me, cases=(case,))
        yield "/mycase, on its way", self.at(mine, one)
        here = replace(case, delivered=self.now)
        yield "/mycase, arrived", self.at(mine, Session(me, cases=(here,)))
        yield "/mycase, late", self.at(mine, Session(me, cases=(here,)), later=timedelta(days=2))
        states = (THEIRS, WITHDRAWN, CLOSED)
        some = tuple(
            replace(case, number=f"N4WX{n}", state=state) for n, state in enumerate(states)
        )
        yield "/mycase, other states", self.at(mine, Session(me, cases=some))
        many = tuple(replace(case, number=f"N4WX{n}") for n in range(8))
        yield "/mycase, many", self.at(mine, Session(me, cases=many))
        yield "What to add", self.at(self.to("ask", f"add.{NUMBER}"), one)
        _, core = self._filled(core=True)
        zones = {step.id for step in self.words.form.steps if step.kind == "zone"}
        answers = {id: value for id, value in core.answers.items() if id not in zones}
        nowhere = Session(me, cases=(replace(core, answers=answers),))
        yield "/mycase, on nobody's clock", self.at(mine, nowhere)
        yield "What to add to the core", self.at(self.to("ask", f"add.{NUMBER}"), nowhere)
        own = next((step for step in self.words.form.steps if step.fact == OWN_WORDS), None)
        if own is not None:
            add = self.to("ask", f"add.{NUMBER}.{own.id}")
            yield "A message to add", self.at(add, one)
            begun = replace(self.draft(self.words.form.steps[0].id), cases=(case,))
            yield "First this form", self.at(add, begun)
            adding = self.draft(REVIEW, {own.id: OWN}, adds_to=NUMBER, consents=case.consents)
            adding = replace(adding, cases=(case,))
            yield "Review of what is added", self.at(self.to("ask"), adding)
            send = self.to("ask", f"{REFERENCE}.{REVIEW}.{SEND}")
            yield "Added", self.at(send, adding)
            over = replace(adding, cases=(replace(case, state=CLOSED),))
            yield "The case was closed meanwhile", self.at(self.to("ask"), over)
        yield "Words while a reply is awaited", self.at(Said("qwertz", 9), one)
        yield "Thanks for a rating", self.at(self.to("rate", f"{NUMBER}.5"), one)
        answer = next((id for id, at in case.typed.items() if at), None)
        if answer is not None:
            edited = Said("x" * 5000, case.typed[answer], edited=True)
            yield "A correction that does not fit", self.at(edited, one)
        yield "Before another form", self.at(self.to("ask", "intro"), one)
        yield "/mydata with a case", self.at(Commanded("mydata"), one)
        yield "Consultations closed meanwhile", self.at(mine, one, by=self.closed)

    # ── what the staff see ──

    def staff(self) -> "_Places":
        screens = self.open.screens
        yield from StaffGuide(self.words, screens, self.language, self.now, self.case(), OWN).walk()

    # ── what Telegram shows by itself ──

    def profile(self) -> "_Places":
        commands = (
            Text(f"command.{name}", {"c": text(f"command.{name}")}, f"/{name} – {{c}}")
            for name in COMMANDS
        )
        yield "The list of commands", Screen(paragraphs(*map(self.language.say, commands)))
        for id in ("bot.description", "bot.short-description"):
            yield id, self._said(text(id))

    def _said(self, said: Text) -> Screen:
        return Screen(self.language.say(said))


_Places = Iterator[tuple[str, Screen]]


class _Walker:
    """Somebody who fills in the whole form and sends it, as the storage would remember it."""

    def __init__(self, guide: _Guide) -> None:
        self.guide = guide
        self.session = guide.draft(guide.words.form.steps[0].id)
        self._message = 10

    def does(self, event: Event) -> None:
        moment = Moment(self.guide.now, REFERENCE)
        turn = self.guide.open.respond(self.session, event, self.guide.language.tag, moment)
        for change in turn.changes:
            match change:
                case KeepDraft(draft):
                    self.session = replace(self.session, draft=draft)
                case OpenCase(case) | ChangeCase(case):
                    self.session = replace(self.session, cases=(case,), draft=None)
                case DropDraft() | EraseEverything():
                    self.session = replace(self.session, draft=None)

    def taps(self, *value: str) -> None:
        self._message += 1
        at = self.session.draft.at if self.session.draft else ""
        detail = ".".join((REFERENCE, at, *value))
        self.does(replace(self.guide.to("ask", detail), message_id=self._message))

    def says(self, words: str) -> None:
        self._message += 1
        self.does(Said(words, self._message))

    def fills(self, *, core: bool = False) -> None:
        """Every question of every part, until the review; with `core` only what is needed."""
        for _ in range(200):
            draft = self.session.draft
            if draft is None:
                return
            one = self.guide.words.form.field(draft.at)
            if one is not None:
                self._answers(one, draft)
                continue
            form, given = self.guide.words.form, (CROSS_BORDER,)
            left = form.next(draft.answers, draft.skipped, draft.consents, given)
            if left is None or core:
                return
            self.taps(AT, left.id)

    def sends(self) -> Case:
        """The case that it becomes. Raises LookupError where it cannot be sent."""
        self.taps(SEND)
        if not self.session.cases:
            raise LookupError("the form cannot be sent")
        return self.session.cases[-1]

    def _answers(self, one: Field, draft: Draft) -> None:
        form = self.guide.words.form
        match one.kind:
            case "consent":
                self.taps("yes")
            case "many":
                option = next(option for option in one.options if option not in one.alone)
                self.taps(ON, option)
                self.taps(DONE)
            case "country":
                self.taps("US")
            case "zone":
                self.taps(form.countries.zones("US")[0].option)
            case "month":
                self.taps("2025-03")
            case "email":
                self.says("anna@example.org")
            case "phone":
                self.says("+1 202 555 0143")
            case "text":
                self.says("Anna" if one.check == "name" else OWN)
            case _:
                ending = {option for end in one.ends for option in end.options}
                fine = [option for option in one.options if option not in ending | one.hurry]
                self.taps(fine[0])
