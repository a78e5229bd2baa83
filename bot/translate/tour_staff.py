"""What the staff see, on the tour: cards, the desk's answers, and what the deliverer says."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain

from bot.desk import card as desk
from bot.desk import closing, figures, queue
from bot.desk.acting import Ground, to
from bot.desk.desk import Desk
from bot.desk.event import Member, Ordered, Spot, StaffEvent, Tapped, Wrote
from bot.desk.handling import keys
from bot.desk.turn import StaffTurn
from bot.desk.view import Figures, Link, View, Waiting
from bot.dialogue import letters
from bot.dialogue.case import CLOSED, NEW, OURS, THEIRS, WITHDRAWN, Case, Claim, File, Moment
from bot.dialogue.chart import Chart
from bot.dialogue.intake.sheet import OWN_WORDS, PROMISE
from bot.dialogue.rights import reminder
from bot.dialogue.screen import Screen
from bot.dialogue.screens import Screens, lines
from bot.i18n.language import Language
from bot.i18n.text import Label, Text, text
from bot.words import Words

MEMBER = "Chen Yu"
"""Who acts for the staff."""

CONTACT = "clinic@example.org"
FOREIGN = "Привет, как дела?"
"""A reply in a script that is nobody's here."""

_SPOT = Spot(group=-1001, message=9, topic=5)
_LINK = "https://t.me/c/1/2"

Places = Iterator[tuple[str, Screen]]


@dataclass
class StaffGuide:
    """`case`: one with every question answered. `own`: words that somebody wrote."""

    words: Words
    screens: Screens
    language: Language
    now: datetime
    case: Case
    own: str
    member: Member = field(default=Member(7, MEMBER))

    def walk(self) -> Places:
        """Every screen with its title."""
        return chain(
            self.cards(),
            self.lists(),
            self.handling(),
            self.replies(),
            self.corners(),
            self.lines(),
            self.to_the_person(),
        )

    # ── looking ──

    def said(self, said: Text | Label) -> Screen:
        one = said if isinstance(said, Text) else Text("on a button", {"t": said}, "{t}")
        return Screen(self.language.say(one))

    def shown(self, turn: StaffTurn) -> Iterator[Screen]:
        """All that the group sees of a turn."""
        notes = (*turn.notes, *((turn.edit,) if turn.edit is not None else ()))
        yield from (Screen(one.words, one.rows) for one in notes)
        if turn.toast is not None:
            yield self.said(turn.toast)
        if turn.chart is not None:
            yield self.picture(turn.chart)

    def picture(self, chart: Chart) -> Screen:
        """All words of a picture."""
        told: list[Label] = [chart.title, chart.note]
        for panel in chart.panels:
            told += [panel.title, *(one for bar in panel.bars for one in (bar.label, bar.shown))]
        return Screen(lines(*(self.said(one).body for one in told)))

    def does(self, title: str, event: StaffEvent, view: View) -> Places:
        ground = Ground(self.screens, self.words.form, self.words.templates)
        moment = Moment(self.now, "")
        turn = Desk(ground).respond(event, view, self.language, moment)
        seen = list(self.shown(turn))
        if not seen:
            raise LookupError(f"nothing is shown after {event}")
        for n, screen in enumerate(seen):
            yield title if n == 0 else f"{title}, {n + 1}", screen

    def orders(self, title: str, name: str, argument: str = "", **known: object) -> Places:
        """A command in the case's topic."""
        view = replace(self.view(), **known)  # type: ignore[arg-type]  # fields by their names
        return self.does(title, Ordered(self.member, _SPOT, name, argument), view)

    def taps(self, title: str, what: str, *more: str, **known: object) -> Places:
        """A button of the desk."""
        view = replace(self.view(), **known)  # type: ignore[arg-type]
        data = to(self.language, what, self.case.number, *more).data()
        return self.does(title, Tapped(self.member, _SPOT, data), view)

    def view(self) -> View:
        waits = replace(self.case, waiting=self.now, due=self.now + PROMISE)
        return View(case=waits, admin=True)

    # ── cards and news ──

    def cards(self) -> Places:
        form, language, case = self.words.form, self.language, self.case
        name = Text("name of a topic", {"t": desk.title(case, form, language)}, "{t}")
        yield "Name of the topic", self.said(name)
        late = self.now + timedelta(days=2)
        yield from self._card("Card", case, late, text("desk.repeat"))
        hard = self._hard_case()
        yield from self._card("Card, urgent, of a child, by a relative", hard, self.now)
        for title, other in (
            ("waiting for the person, muted", replace(case, state=THEIRS, muted=True)),
            ("closed", replace(case, state=CLOSED)),
            ("taken", replace(case, claim=Claim(7, MEMBER))),
        ):
            [first, *_] = self._card(f"Card, {title}", other, self.now, text("desk.again"))
            yield first[0], replace(first[1], rows=keys(other, language))
        news = desk.news(case, tuple(case.answers), form, language)
        news += desk.news(replace(case, answers={}), ("diagnosis", "c1"), form, language)
        for n, said in enumerate(news, 1):
            yield f"News {n}", Screen(said)
        unknown = replace(case, answers={**case.answers, "bygone": self.own})
        *_, (_, last) = self._card("", unknown, self.now)
        yield "An answer to an older form", last

    def _card(self, title: str, case: Case, now: datetime, *marks: Text) -> Places:
        said = desk.card(case, self.words.form, self.language, now, *marks)
        for n, part in enumerate(said, 1):
            rows = keys(case, self.language) if n == len(said) else ()
            yield f"{title} {n}", Screen(part, rows)

    def _hard_case(self) -> Case:
        """A case with every mark: urgent, a child, asked by somebody else, files, own words."""
        case, answers = self.case, dict(self.case.answers)
        for one in self.words.form.steps:
            if one.kind == "consent":
                continue
            if one.hurry:
                answers[one.id] = sorted(one.hurry)[0]
            elif one.check == "age":
                answers[one.id] = one.options[0]
            elif one.fact == "I1":
                answers[one.id] = one.options[1]
            elif one.kind == "files":
                answers[one.id] = "sent"
            elif one.kind in ("choice", "many", "text") and one.most:
                answers[one.id] = self.own * 100 if one.fact == OWN_WORDS else self.own
        asked = (one for one in self.words.form.steps if one.kind == "consent")
        consents = tuple(replace(case.consents[0], id=one.id, agreed=one.must) for one in asked)
        files = (File(1, "document"), File(2, "picture"))
        return replace(case, answers=answers, files=files, consents=consents)

    # ── who waits, and how it goes ──

    def _waiting(self, number: str, hours: float, state: str = NEW, **more: str) -> Waiting:
        """A case that was sent so many hours ago."""
        since = self.now - timedelta(hours=hours)
        return Waiting(number, self.language.code, state, since, since + PROMISE, **more)

    def lists(self) -> Places:
        one = self._waiting
        late = [one("K7PQ2", 100, claimed=MEMBER), one("K7PQ3", 96, OURS, link=_LINK)]
        late += [one(f"K7PQ{n}", 24 + n) for n in range(4, 9)]
        soon = [one("N4WX2", 23.5, OURS), *(one(f"N4WX{n}", n) for n in range(3, 8))]
        many = (*late, *soon, *(one(f"R3TY{n}", 50 + n, THEIRS) for n in range(2, 10)))
        for number in range(2):
            note = queue.page(many, self.now, self.language, number)
            yield f"/open {number + 1}", Screen(note.words, note.rows)
        yield from self.orders("/open, nobody waits", "open")
        week = Figures(
            since=self.now - timedelta(days=7),
            opened=23,
            open_now=9,
            waiting_now=5,
            late_now=1,
            first=tuple(timedelta(hours=n) for n in (1, 5.5, 30)),
            by_language={self.language.code: (14, 2, 1), "de": (1, 0, 0)},
            ratings=(5, 4),
        )
        yield from self.orders("/stats", "stats", figures=week)
        nothing = Figures(week.since, 0, 0, 0, 0, ())
        yield from self.orders("/stats, nothing yet", "stats", figures=nothing)
        for title, waiting in (
            ("Each morning", (*late, *soon)),
            ("Each morning, all in time", tuple(soon)),
            ("Each morning, nobody waits", ()),
        ):
            yield title, Screen(figures.digest(week, waiting, self.language, self.now))

    # ── what is done with a case ──

    def handling(self) -> Places:
        case = self.view().case or self.case
        mine = replace(case, claim=Claim(self.member.id, MEMBER))
        theirs = replace(case, waiting=None)
        over, gone = replace(theirs, state=CLOSED), replace(theirs, state=WITHDRAWN)
        for title, one in (
            ("waiting for us", case),
            ("waiting for the person", theirs),
            ("closed", over),
            ("withdrawn", gone),
        ):
            yield from self.orders(f"/case, {title}", "case", case=one)
        yield from self.taps("Take it", "claim")
        yield from self.taps("Take it again", "claim", case=mine)
        yield from self.taps("Hand it back", "unclaim", case=mine)
        yield from self.taps("Answered elsewhere", "answered")
        yield from self.taps("Answered by e-mail", "email")
        yield from self.taps("Answered by phone", "phone")
        yield from self.taps("Answered, though nobody waits", "phone", case=theirs)
        yield from self.taps("Close, somebody waits", "close")
        yield from self.taps("Close", "close", case=theirs)
        for reason in closing.REASONS:
            yield from self.taps(f"Closed: {reason}", "close", reason)
        yield "A reason of an older version", self.said(closing.reason("bygone"))
        yield from self.taps("Reopen", "reopen", case=over)
        yield from self.taps("Reopen what is open", "reopen")
        yield from self.taps("Reopen what was withdrawn", "reopen", case=gone)
        yield from self.taps("Reply to what is closed", "reply", case=over)
        yield from self.orders("/block", "block")
        yield from self.orders("/block again", "block", case=replace(case, muted=True))
        yield from self.taps("Erase?", "erase")
        yield from self.taps("Erased", "erase", "yes")
        yield from self.taps("Erase, not an administrator", "erase", admin=False)
        yield from self.orders("/export", "export")
        nameless = Member(-1001, MEMBER, anonymous=True)
        tapped = Tapped(nameless, _SPOT, to(self.language, "erase", case.number).data())
        yield from self.does("Erase, without a name", tapped, self.view())

    def replies(self) -> Places:
        view, number = self.view(), self.case.number
        linked = replace(view, link=Link(number, "card"))
        yield from self.does(
            "A reply in another script", Wrote(self.member, _SPOT, FOREIGN), linked
        )
        aside = replace(view, link=Link(number, "note"))
        wrote = Wrote(self.member, _SPOT, self.own)
        yield from self.does("What stays in the group", wrote, aside)
        yield from self.does("An answer to nothing known", wrote, replace(view, unknown=True))
        yield from self.does("Of a case that is gone", wrote, replace(linked, case=None))
        yield from self.taps("Reply", "reply")
        yield from self.orders("/undo", "undo", pending=frozenset({(_SPOT.group, 8)}))
        yield from self.orders("/undo, too late", "undo")
        yield from self.taps("Templates", "template")
        for one in self.words.templates.for_language(self.language.code):
            yield from self.taps(f"Template: {one.id}", "template", one.id)
        first = self.words.templates.for_language(self.language.code)[0]
        nobody = replace(self.case, answers={})
        yield from self.taps("Template, no name known", "template", first.id, case=nobody)
        yield from self.taps("Template, sent", "send", first.id)

    def corners(self) -> Places:
        yield from self.orders("/help", "help")
        yield from self.orders("/doctor", "doctor", findings=(self.own,))
        yield from self.orders("A command for no case", "claim", case=None)
        yield from self.orders("Not of the group", "open", member=False)
        forged = Tapped(self.member, _SPOT, "v0:old")
        yield from self.does("A button of an older version", forged, self.view())

    # ── what the deliverer says ──

    def lines(self) -> Places:
        case, form, number = self.case, self.words.form, self.case.number
        chief = text("desk.mention", id=str(self.member.id), name=MEMBER)
        quote = text("desk.quote", words=self.own)
        told: tuple[tuple[Text, ...], ...] = (
            (text("desk.alarm"),),
            (text("desk.alarm-draft"),),
            (text("desk.withdrawn"),),
            (text("desk.files-follow"),),
            (text("desk.files-lost", n=2),),
            (desk.away(case, form, self.language),),
            (text("desk.is-back"),),
            (text("desk.clock-waits", hours=12),),
            (
                text("desk.clock-late", hours=24),
                text("desk.clock-sorry"),
                text("desk.clock-for", people=chief),
                text("desk.clock-missed", people=chief),
            ),
            (text("desk.go-there", link=_LINK),),
            (text("desk.said"),),
            (text("desk.edited"), quote),
            (text("desk.not-copied"), quote),
            (text("desk.taken-back", n=2),),
            (text("desk.perhaps-twice"),),
            (text("desk.not-all", n=2),),
            (text("desk.not-changed"),),
            (text("desk.not-sent", reason=self.own),),
            (text("desk.reply-gone"),),
        )
        for one in told:
            yield one[0].id, Screen(desk.line(number, self.language, *one))
        for id in ("desk.deleted", "desk.look", "desk.look-files"):
            yield id, self.said(Text(id, {"ref": number}))
        for id in ("desk.no-topics", "desk.sent", "desk.stumbled"):
            yield id, self.said(text(id))

    def to_the_person(self) -> Places:
        case, language, number = self.case, self.language, self.case.number
        for id in ("desk.delivered", "desk.delivered-again", "my-data.left"):
            yield f"To the person: {id}", self.said(Text(id, {"ref": number}))
        yield "To the person: a reply", Screen(letters.frame(number, self.own, language))
        yield "To the person: a file", Screen(letters.heading(number, language))
        yield "To the person: one of several parts", self.said(text("letter.part", part=1, parts=2))
        yield "To the person: perhaps again", self.said(text("letter.repeat"))
        yield "To the person: nothing of this kind", self.said(text("letter.not-copied"))
        yield "To the person: late", letters.late(case, CONTACT, language)
        yield "To the person: closed", letters.farewell(number, language)
        yield "To the person: a form that waits", reminder(language)
