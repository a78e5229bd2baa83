"""The shipped words, read once for all tests of the dialogue."""

from datetime import date
from functools import cache

from bot.dialogue.event import NOBODY, Event, Person
from bot.dialogue.respond import Dialogue
from bot.dialogue.screen import Screen, Turn
from bot.dialogue.screens import Operator, Screens
from bot.settings import ROOT
from bot.words import Words, read_words

TODAY = date(2026, 11, 22)


@cache
def words() -> Words:
    return read_words(ROOT / "locales", ROOT / "content")


def dialogue(operator: Operator = Operator()) -> Dialogue:  # noqa: B008 - a frozen value
    read = words()
    return Dialogue(Screens(read.languages, read.library, read.helplines, operator), read.check)


def answer(
    event: Event, person: Person = NOBODY, client: str | None = "en", today: date = TODAY
) -> Turn:
    """What the bot of the shipped words answers."""
    return dialogue().respond(person, event, client, today)


def screen(event: Event, person: Person = NOBODY, client: str | None = "en") -> Screen:
    found = answer(event, person, client).screen
    assert found is not None
    return found


def labels(shown: Screen) -> list[str]:
    return [button.label for row in shown.rows for button in row]
