"""Somebody who talks with the bot, and a memory that does what the storage would do."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from bot.dialogue.case import (
    Case,
    ChangeCase,
    Consent,
    Draft,
    DropDraft,
    EraseEverything,
    KeepDraft,
    Moment,
    NoteExport,
    OpenCase,
    RaiseAlarm,
    Session,
)
from bot.dialogue.event import NOBODY, Commanded, Event, Person, Pressed, Said, Sent
from bot.dialogue.respond import Dialogue
from bot.dialogue.screen import Button, Screen, Turn
from bot.dialogue.screens import Opening, Operator
from bot.i18n.markup import parse, visible_length
from tests.dialogue.words import dialogue

HOSPITAL = Operator("Hope <Hospital>", "help@example.org", "none", "DE", ("DE", "CN"))
OPEN = Opening(())
DIALOGUE = dialogue(HOSPITAL, OPEN)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass
class Counted:
    """What a person had to do."""

    taps: int = 0
    typed: int = 0


class Talk:
    """One chat. Each step checks that what is shown fits Telegram."""

    def __init__(
        self, client: str | None = "en", person: Person = NOBODY, by: Dialogue = DIALOGUE
    ) -> None:
        self.dialogue = by
        self.client = client
        self.session = Session(person, chat_id=7)
        self.now = NOON
        self.screen: Screen | None = None
        self.turn = Turn()
        self.proof: list[Consent] = []
        self.alarms: list[RaiseAlarm] = []
        self.news: list[tuple[str, ...]] = []
        self.counted = Counted()
        self.copies = 0
        self._message = 100
        self._reference = 0

    # ── what a person does ──

    def does(self, event: Event) -> Self:
        self._reference += 1
        number, letters = self._reference, ""
        for _ in range(5):
            number, digit = divmod(number, len(_LETTERS))
            letters += _LETTERS[digit]
        moment = Moment(self.now, letters)
        self.turn = self.dialogue.respond(self.session, event, self.client, moment)
        self._remember(self.turn)
        if self.turn.screen is not None:
            fits(self.turn.screen)
            self.screen = self.turn.screen
        return self

    def taps(self, *labels: str) -> Self:
        """The buttons that say this, one after the other."""
        for label in labels:
            self.presses(self.data(label))
            self.counted.taps += 1
        return self

    def presses(self, data: str) -> Self:
        self._message += 1
        return self.does(Pressed(data, self._message))

    def says(self, words: str) -> Self:
        self._message += 1
        self.counted.typed += len(words.split())
        return self.does(Said(words, self._message))

    def edits(self, message: int, words: str) -> Self:
        return self.does(Said(words, message, edited=True))

    def sends(self, kind: str, ending: str = "", size: int = 9000, **more: object) -> Self:
        self._message += 1
        sent = Sent(kind, message_id=self._message, ending=ending, size=size)
        return self.does(replace(sent, **more))  # type: ignore[arg-type]  # fields by their names

    def types(self, command: str) -> Self:
        name, _, argument = command.partition(" ")
        return self.does(Commanded(name, argument))

    def waits(self, hours: float) -> Self:
        self.now += timedelta(hours=hours)
        return self

    # ── what a person sees ──

    @property
    def body(self) -> str:
        assert self.screen is not None
        return self.screen.body

    @property
    def buttons(self) -> list[Button]:
        assert self.screen is not None
        return [button for row in self.screen.rows for button in row]

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    def data(self, label: str) -> str:
        """What the button carries whose label is this, or alone has it within."""
        found = [one for one in self.buttons if one.label == label]
        found = found or [one for one in self.buttons if label in one.label]
        assert len(found) == 1, (label, self.labels, self.body)
        assert found[0].to is not None
        return found[0].to.data()

    def sees(self, *words: str) -> Self:
        for one in words:
            assert one in self.body, (one, self.body)
        return self

    def misses(self, *words: str) -> Self:
        for one in words:
            assert one not in self.body, (one, self.body)
            assert not any(one in label for label in self.labels), (one, self.labels)
        return self

    # ── what is stored ──

    @property
    def draft(self) -> Draft:
        assert self.session.draft is not None
        return self.session.draft

    @property
    def case(self) -> Case:
        assert self.session.cases
        return self.session.cases[-1]

    @property
    def last_message(self) -> int:
        return self._message

    def _remember(self, turn: Turn) -> None:
        """As the storage does: all changes, in order."""
        session = self.session
        if turn.remember is not None:
            session = replace(session, person=turn.remember)
        for change in turn.changes:
            match change:
                case KeepDraft(draft):
                    session = replace(session, draft=draft)
                case DropDraft(consents):
                    self.proof += consents
                    session = replace(session, draft=None)
                case OpenCase(case):
                    numbers = [one.number for one in session.cases]
                    if case.number not in numbers:
                        session = replace(session, cases=(*session.cases, case))
                    session = replace(session, draft=None)
                case ChangeCase(case, news):
                    assert case.number in [one.number for one in session.cases]
                    self.news.append(news)
                    kept = tuple(
                        case if one.number == case.number else one for one in session.cases
                    )
                    session = replace(session, cases=kept)
                case RaiseAlarm(number):
                    known = {one.number for one in session.cases}
                    assert number in known | {session.draft.reference if session.draft else ""}
                    self.alarms.append(change)
                case EraseEverything():
                    session = Session(chat_id=session.chat_id)
                case NoteExport():
                    self.copies += 1
        told = [*self.proof, *(session.draft.consents if session.draft else ())]
        told += [one for case in session.cases for one in case.consents]
        self.session = replace(session, proofs=tuple(dict.fromkeys(told)))


def fits(screen: Screen) -> None:
    """Telegram takes it: 4,096 characters, 100 entities, 100 buttons, 8 in a row, 64 bytes."""
    assert 0 < visible_length(screen.body) <= 4096
    assert len(parse(screen.body).entities) <= 100
    assert sum(len(row) for row in screen.rows) <= 100
    for row in screen.rows:
        assert 1 <= len(row) <= 8
        for button in row:
            assert button.label.strip()
            assert (button.to is None) != (button.url is None)
            assert button.to is None or len(button.to.data().encode()) <= 64
    keys = [button.to.data() for row in screen.rows for button in row if button.to]
    assert len(set(keys)) == len(keys), keys


def core(talk: Talk) -> Talk:
    """The core of the form, as an adult patient in Germany answers it in English."""
    talk.types("consult").taps("I have read this, begin", "Yes", "I am the patient")
    talk.says("Germany").taps("Yes, I agree", "Yes, I agree", "No", "40–64", "Multiple myeloma")
    talk.taps("☐ Costs and insurance", "Done ▶").says("Anna")
    return talk.taps("Here in Telegram")


def sent(talk: Talk) -> Talk:
    """The same, sent."""
    return core(talk).taps("✅ Send now")
