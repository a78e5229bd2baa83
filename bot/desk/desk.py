"""(StaffEvent, View) -> StaffTurn: the one place that decides what staff can do in their group.

Only what is meant for the person goes to them: a reply to a message that shows their words, or
`/reply`. Everything else that is said in the group stays there (desk.md, W5).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.desk import figures, queue
from bot.desk.change import (
    Answered,
    CloseCase,
    EraseCase,
    Mute,
    NoteCopy,
    ReopenCase,
    Reword,
    SendReply,
    Take,
    TakeBack,
)
from bot.desk.closing import REASONS
from bot.desk.event import Member, Ordered, StaffEvent, Tapped, Wrote
from bot.desk.templates import Templates, filled
from bot.desk.turn import NOTHING, TAKEN, Note, StaffTurn
from bot.desk.view import View, Wants
from bot.dialogue.address import Address, read_address
from bot.dialogue.case import CLOSED, TEAM, WITHDRAWN, Case, Claim, Letter, Moment
from bot.dialogue.dossier import Dossier
from bot.dialogue.intake.form import Form
from bot.dialogue.intake.sheet import PROMISE
from bot.dialogue.screen import Button, Row, in_rows
from bot.dialogue.screens import Screens
from bot.i18n.language import Language
from bot.i18n.script import script
from bot.i18n.text import Text, Value, text

PLACE = "desk"
"""Where the buttons of the staff lead: `desk:<what>.<number>.<more>`."""

UNDO = timedelta(seconds=15)
"""For so long a reply can be taken back before it goes out (W5)."""

MOST = 3500
"""Characters of a reply: with its frame it fits a message (Bot API, sendMessage)."""

HOW = ("email", "phone")
"""Ways of answering without the bot."""

_SHOWS_THEIR_WORDS = ("card", "news", "said", "file", "prompt")
"""What a message of the bot is (Link.what) where a reply to it is for the person."""

_NUMBER = re.compile(r"\b([23456789ABCDEFGHJKMNPQRSTUVWXYZ]{5})\b", re.IGNORECASE)
"""The number of a case, wherever it stands in what was written behind a command."""

_ALONE = frozenset({"open", "stats", "doctor", "help"})
"""Commands that are about no case."""

_NAME = "I2"
"""The fact behind the question for a name."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Decides; sends and stores nothing."""

    screens: Screens
    form: Form
    templates: Templates

    # ── what there is to know ──

    def wants(self, event: StaffEvent) -> Wants:
        """What a decision about this event depends on."""
        match event:
            case Wrote(edited=True):
                return Wants(case=True, roles=True)
            case Wrote():
                return Wants(case=event.spot.answers is not None, roles=True)
            case Ordered():
                return self._wants(event.name, event.argument)
            case Tapped():
                address = read_address(event.data)
                if address is None or address.place != PLACE:
                    return Wants(roles=True)
                what, *rest = address.detail.split(".")
                return self._wants(what, rest[0] if rest else "")
        raise TypeError(event)

    def _wants(self, name: str, argument: str) -> Wants:
        named = _NUMBER.search(argument)
        return Wants(
            number=named[1].upper() if named and name not in _ALONE else None,
            case=name not in _ALONE,
            roles=True,
            queue=name == "open",
            figures=name == "stats",
            letters=name == "export",
            doctor=name == "doctor",
        )

    # ── what is done ──

    def respond(
        self, event: StaffEvent, view: View, language: Language, moment: Moment
    ) -> StaffTurn:
        """What changes, and what the group sees. `language`: the group's."""
        act = _Act(self, event, view, language, moment)
        if isinstance(event, Wrote):
            return act.wrote(event)
        if not view.member:
            return act.refused("desk.members-only")
        if isinstance(event, Ordered):
            return act.ordered(event)
        return act.tapped(event)

    def keys(self, case: Case, language: Language) -> tuple[Row, ...]:
        """The buttons below a card."""

        def key(id: str, what: str) -> Button:
            return Button(language.label(text(id)), _to(language, what, case.number))

        if case.state == WITHDRAWN:
            return ()
        if case.state == CLOSED:
            return ((key("button.desk-reopen", "reopen"),),)
        claim = "button.desk-claim" if case.claim is None else "button.desk-hand-back"
        first = [key("button.desk-reply", "reply"), key("button.desk-template", "template")]
        second = [
            key(claim, "claim" if case.claim is None else "unclaim"),
            key("button.desk-answered", "answered"),
            key("button.desk-close", "close"),
        ]
        return (*in_rows(first), *in_rows(second))


@dataclass(frozen=True, slots=True)
class _Act:
    """One event, and all that is known at that moment."""

    desk: Desk
    event: StaffEvent
    view: View
    language: Language
    moment: Moment

    # ── saying it ──

    def note(self, id: str, *rows: Row, what: str | None = None, **values: Value) -> Note:
        return Note(self.language.say(Text(id, values)), rows, what)

    def told(self, id: str, **values: Value) -> StaffTurn:
        return StaffTurn(notes=(self.note(id, **values),))

    def refused(self, id: str, **values: Value) -> StaffTurn:
        """A no: on the button where there was one, else as a message."""
        if isinstance(self.event, Tapped):
            return StaffTurn(toast=self.language.label(Text(id, values)))
        return self.told(id, **values)

    def key(self, label: Text, what: str, *detail: str, style: str | None = None) -> Button:
        address = _to(self.language, what, *detail)
        return Button(self.language.label(label), address, style=style)

    @property
    def member(self) -> Member:
        return self.event.member

    # ── what is written ──

    def wrote(self, event: Wrote) -> StaffTurn:
        """A reply to what shows the person's words goes to them; everything else stays here."""
        if not self.view.member:
            return StaffTurn()
        if event.edited:
            return self._reworded(event)
        if event.spot.answers is None:
            return StaffTurn()
        link, case = self.view.link, self.view.case
        if self.view.unknown:
            return self.told("desk.not-routed")
        if link is None or not link.what.startswith(_SHOWS_THEIR_WORDS):
            return StaffTurn()
        if case is None:
            return self.told("desk.case-gone")
        return self._reply(case, event.words, event.kind, event.album)

    def _reply(
        self, case: Case, words: str, kind: str = "text", album: str | None = None
    ) -> StaffTurn:
        """The words go to the person after a moment in which they can be taken back."""
        if case.state == WITHDRAWN:
            return self.refused("desk.is-withdrawn", ref=case.number)
        if case.state == CLOSED:
            return self.refused("desk.is-closed", ref=case.number)
        if len(words) > MOST:
            return self.refused("desk.too-long", n=len(words), most=MOST)
        letter = self._letter(words, kind, album)
        change = SendReply(case.number, letter, self.moment.now + UNDO)
        return StaffTurn((change,), self._other_language(case, words), reaction=TAKEN)

    def _letter(self, words: str, kind: str, album: str | None = None) -> Letter:
        spot = self.event.spot
        return Letter(TEAM, spot.group, spot.message, self.moment.now, kind, words, album)

    def _other_language(self, case: Case, words: str) -> tuple[Note, ...]:
        """A warning when the reply is in another script than the person's language."""
        theirs = self.desk.screens.languages.get(case.language)
        if theirs is None:
            return ()
        usual, written = script(theirs.label(text("menu.choose"))), script(words)
        if written in {None, usual}:
            return ()
        name = self.language.name_of(theirs.code) or theirs.name
        return (self.note("desk.other-language", language=name),)

    def _reworded(self, event: Wrote) -> StaffTurn:
        case = self.view.case
        if case is None or case.state in {WITHDRAWN, CLOSED}:
            return StaffTurn()
        words = re.sub(r"\A/reply(@\w+)?\s+", "", event.words)
        if len(words) > MOST:
            return self.told("desk.too-long", n=len(words), most=MOST)
        letter = replace(self._letter(words, event.kind), edited=self.moment.now)
        return StaffTurn((Reword(case.number, letter),))

    # ── commands ──

    def ordered(self, event: Ordered) -> StaffTurn:
        """A command; one that is not ours belongs to somebody else."""
        alone = {
            "open": lambda: self._queue(0),
            "stats": self._figures,
            "doctor": self._doctor,
            "help": lambda: self.told("desk.help"),
        }
        if event.name in alone:
            return alone[event.name]()
        about: dict[str, Callable[[Case, str], StaffTurn]] = {
            "case": lambda case, _: self._where(case),
            "claim": lambda case, _: self._claim(case),
            "reply": self._told_to_reply,
            "undo": lambda case, _: self._undo(case),
            "note": lambda _case, _: StaffTurn(),
            "template": lambda case, _: self._templates(case),
            "answered": self._answered,
            "close": self._close,
            "reopen": lambda case, _: self._reopen(case),
            "block": lambda case, _: self._block(case),
            "erase": lambda case, _: self._erase(case),
            "export": lambda case, _: self._export(case),
        }
        if event.name not in about:
            return StaffTurn()
        case = self.view.case
        if case is None:
            return self.told("desk.which-case", command=f"/{event.name}")
        named = _NUMBER.match(event.argument)
        rest = event.argument
        if named and named[1].upper() == case.number:
            rest = event.argument[named.end() :]
        return about[event.name](case, rest.strip())

    def _queue(self, page: int) -> StaffTurn:
        found = queue.page(self.view.queue, self.moment.now, self.language, page)
        if isinstance(self.event, Tapped):
            return StaffTurn(edit=found)
        return StaffTurn(notes=(found,))

    def _figures(self) -> StaffTurn:
        found = self.view.figures
        if found is None:
            return StaffTurn()
        return StaffTurn(notes=(Note(figures.told(found, self.language)),))

    def _doctor(self) -> StaffTurn:
        findings = "\n".join(self.view.findings)
        return self.told("desk.findings", findings=findings)

    def _where(self, case: Case) -> StaffTurn:
        """How it stands with a case, and its buttons."""
        said = self.language.say(state_of(case))
        return StaffTurn(notes=(Note(said, self.desk.keys(case, self.language)),))

    def _claim(self, case: Case) -> StaffTurn:
        if case.state in {CLOSED, WITHDRAWN}:
            return self.refused("desk.is-closed", ref=case.number)
        mine = Claim(self.member.id, self.member.name)
        if case.claim == mine:
            return self.refused("desk.yours-already", ref=case.number)
        said = text("desk.claimed", ref=case.number, name=mine.name)
        return self._done(Take(case.number, mine), said)

    def _unclaim(self, case: Case) -> StaffTurn:
        if case.claim is None:
            return self.refused("desk.nobodys", ref=case.number)
        return self._done(Take(case.number, None), text("desk.nobodys", ref=case.number))

    def _done(
        self, change: Take | Answered | ReopenCase | Mute | CloseCase, said: Text
    ) -> StaffTurn:
        """A change that the card shows to all: whoever tapped reads it on the button."""
        if isinstance(self.event, Tapped):
            return StaffTurn((change,), toast=self.language.label(said))
        return StaffTurn((change,), (Note(self.language.say(said)),))

    def _told_to_reply(self, case: Case, words: str) -> StaffTurn:
        return self._reply(case, words) if words else self._prompt(case)

    def _prompt(self, case: Case) -> StaffTurn:
        """A message to answer: what is answered to it goes to the person."""
        if case.state in {CLOSED, WITHDRAWN}:
            return self.refused("desk.is-closed", ref=case.number)
        prompt = self.note("desk.prompt", what="prompt", ref=case.number)
        return StaffTurn(notes=(replace(prompt, force=True),))

    def _undo(self, case: Case) -> StaffTurn:
        """The reply that is answered, else the last one that still waits."""
        group, answered = self.event.spot.group, self.event.spot.answers
        waiting = {message for chat, message in self.view.pending if chat == group}
        chosen = answered if answered in waiting else max(waiting, default=None)
        if chosen is None:
            return self.told("desk.nothing-to-undo")
        change = TakeBack(case.number, (group, chosen))
        return StaffTurn((change,), (self.note("desk.undone"),), reaction=NOTHING, on=chosen)

    def _answered(self, case: Case, how: str) -> StaffTurn:
        ways = {"email": "email", "e-mail": "email", "mail": "email", "phone": "phone"}
        found = ways.get(how.casefold())
        if found is None:
            keys = [self.key(text(f"button.desk-by-{one}"), one, case.number) for one in HOW]
            return StaffTurn(
                notes=(self.note("desk.answered-how", *in_rows(keys), ref=case.number),)
            )
        return self._by(case, found)

    def _by(self, case: Case, how: str) -> StaffTurn:
        if case.waiting is None:
            return self.refused("desk.nobody-waits", ref=case.number)
        named = text(f"desk.by-{how}", ref=case.number, name=self.member.name)
        return self._done(Answered(case.number, how), named)

    def _close(self, case: Case, reason: str) -> StaffTurn:
        if case.state in {CLOSED, WITHDRAWN}:
            return self.refused("desk.is-closed", ref=case.number)
        if reason not in REASONS:
            keys = [
                self.key(text(f"desk.reason.{one}"), "close", case.number, one) for one in REASONS
            ]
            waits = "desk.close-waiting" if case.waiting is not None else "desk.close-why"
            return StaffTurn(notes=(self.note(waits, *in_rows(keys), ref=case.number),))
        why = text(f"desk.reason.{reason}")
        quiet = case.muted or reason == "spam"
        said = text("desk.closed", ref=case.number, name=self.member.name, reason=why)
        return self._done(CloseCase(case.number, reason, quiet), said)

    def _reopen(self, case: Case) -> StaffTurn:
        if case.state == WITHDRAWN:
            return self.refused("desk.is-withdrawn", ref=case.number)
        if case.state != CLOSED:
            return self.refused("desk.is-open", ref=case.number)
        change = ReopenCase(case.number, self.moment.now + PROMISE)
        return self._done(change, text("desk.reopened", ref=case.number, name=self.member.name))

    def _block(self, case: Case) -> StaffTurn:
        """Quiet, and reversible by the same command."""
        said = "desk.unmuted" if case.muted else "desk.muted"
        return self._done(Mute(case.number, not case.muted), text(said, ref=case.number))

    def _erase(self, case: Case, sure: bool = False) -> StaffTurn:
        if (no := self._not_allowed()) is not None:
            return no
        if not sure:
            yes = self.key(
                text("button.desk-erase", ref=case.number),
                "erase",
                case.number,
                "yes",
                style="danger",
            )
            return StaffTurn(notes=(self.note("desk.erase-sure", (yes,), ref=case.number),))
        gone = self.note("desk.erasing", ref=case.number)
        return StaffTurn((EraseCase(case.number, case.language),), edit=gone)

    def _export(self, case: Case) -> StaffTurn:
        if (no := self._not_allowed()) is not None:
            return no
        desk = self.desk
        letters = {case.number: self.view.letters}
        dossier = Dossier(desk.screens, desk.form, self.language, cases=(case,), letters=letters)
        note = self.note("desk.exported", ref=case.number)
        files = dossier.files(f"case-{case.number}", self.moment)
        return StaffTurn((NoteCopy(case.number),), (note,), documents=files)

    def _not_allowed(self) -> StaffTurn | None:
        """What cannot be undone, or leaves the group, is for administrators under their own name
        (desk.md, W6, W7)."""
        if self.member.anonymous:
            return self.refused("desk.by-name")
        return None if self.view.admin else self.refused("desk.admins-only")

    # ── templates ──

    def _templates(self, case: Case) -> StaffTurn:
        if case.state in {CLOSED, WITHDRAWN}:
            return self.refused("desk.is-closed", ref=case.number)
        code = self._spoken(case).code
        keys = [
            self.key(one.title, "template", case.number, one.id)
            for one in self.desk.templates.for_language(code)
        ]
        body = self.note("desk.templates", *in_rows(keys), ref=case.number)
        return StaffTurn(edit=body) if self._on_own_list() else StaffTurn(notes=(body,))

    def _on_own_list(self) -> bool:
        """The press came from below a list of templates, which is changed in place."""
        event = self.event
        return isinstance(event, Tapped) and ".back" in event.data

    def _spoken(self, case: Case) -> Language:
        languages = self.desk.screens.languages
        return languages.get(case.language, languages.default)

    def _template(self, case: Case, id: str) -> str | None:
        """Its words, filled in for this person; None when there is none of this name."""
        code = self._spoken(case).code
        found = {one.id: one for one in self.desk.templates.for_language(code)}.get(id)
        if found is None:
            return None
        field = next((one for one in self.desk.form.steps if one.fact == _NAME), None)
        name = str(case.answers.get(field.id, "")) if field is not None else ""
        return filled(found, name=name, ref=case.number)

    def _preview(self, case: Case, id: str) -> StaffTurn:
        words = self._template(case, id)
        if words is None:
            return self._templates(case)
        send = self.key(text("button.desk-send"), "send", case.number, id, style="success")
        back = self.key(text("button.back"), "template", case.number, "-back")
        shown = self.note(
            "desk.preview", (send,), (back,), what="prompt", ref=case.number, words=words
        )
        return StaffTurn(edit=shown)

    def _send(self, case: Case, id: str) -> StaffTurn:
        words = self._template(case, id)
        if words is None:
            return self._templates(case)
        turn = self._reply(case, words)
        if not turn.changes:
            return turn
        said = self.note("desk.sending", ref=case.number, words=words)
        return replace(turn, edit=said)

    # ── buttons ──

    def tapped(self, event: Tapped) -> StaffTurn:
        """A button of the desk, of any age; what is none gets a word on the button."""
        address = read_address(event.data)
        if address is None or address.place != PLACE:
            return self.refused("desk.old-button")
        what, *rest = address.detail.split(".")
        if what == "open":
            page = rest[0] if rest else ""
            return self._queue(int(page) if page.isascii() and page.isdecimal() else 0)
        case = self.view.case
        if case is None:
            return self.refused("desk.case-gone")
        more = rest[1] if len(rest) > 1 else ""
        acts: dict[str, Callable[[], StaffTurn]] = {
            "reply": lambda: self._prompt(case),
            "claim": lambda: self._claim(case),
            "unclaim": lambda: self._unclaim(case),
            "answered": lambda: self._answered(case, ""),
            "email": lambda: self._by(case, "email"),
            "phone": lambda: self._by(case, "phone"),
            "close": lambda: self._close(case, more),
            "reopen": lambda: self._reopen(case),
            "template": lambda: self._preview(case, more) if more else self._templates(case),
            "send": lambda: self._send(case, more),
            "erase": lambda: self._erase(case, sure=more == "yes"),
        }
        return acts[what]() if what in acts else self.refused("desk.old-button")


def state_of(case: Case) -> Text:
    """How it stands with a case, for the staff."""
    if case.state in {CLOSED, WITHDRAWN}:
        return text(f"desk.state-{case.state}", ref=case.number)
    if case.waiting is None:
        return text("desk.state-theirs", ref=case.number)
    return text("desk.state-ours", ref=case.number, since=case.waiting, due=case.due)


def _to(language: Language, what: str, *detail: str) -> Address:
    return Address(language.tag, PLACE, ".".join((what, *detail)))
