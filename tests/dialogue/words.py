"""The shipped words, read once for all tests of the dialogue."""

from datetime import UTC, date, datetime, time
from functools import cache

from bot.dialogue import respond
from bot.dialogue.case import Moment, Session
from bot.dialogue.event import NOBODY, Event, Person
from bot.dialogue.respond import Dialogue
from bot.dialogue.screen import Screen, Turn
from bot.dialogue.screens import Opening, Operator, Screens
from bot.settings import ROOT
from bot.words import Words, read_words

TODAY = date(2026, 11, 22)
CLOSED = Opening()


read_once = cache(read_words)


def words() -> Words:
    return read_once(ROOT / "locales", ROOT / "content")


def make(read: Words, operator: Operator, opening: Opening = CLOSED) -> Dialogue:
    """A dialogue of these words, as the bot makes it."""
    screens = Screens(read.languages, read.library, read.helplines, operator, opening)
    return respond.dialogue(screens, read.check, read.form)


def dialogue(
    operator: Operator = Operator(),  # noqa: B008 - a frozen value
    opening: Opening = CLOSED,
) -> Dialogue:
    return make(words(), operator, opening)


def noon(day: date = TODAY) -> Moment:
    return Moment(datetime.combine(day, time(12), UTC), "K7PQ2")


def answer(
    event: Event,
    person: Person = NOBODY,
    client: str | None = "en",
    today: date = TODAY,
    by: Dialogue | None = None,
) -> Turn:
    """What the bot of the shipped words answers to somebody without a form or a case."""
    return (by or dialogue()).respond(Session(person), event, client, noon(today))


def screen(event: Event, person: Person = NOBODY, client: str | None = "en") -> Screen:
    found = answer(event, person, client).screen
    assert found is not None
    return found


def labels(shown: Screen) -> list[str]:
    return [button.label for row in shown.rows for button in row]
