"""What a person sees: words that were said by a language, and buttons that lead somewhere."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bot.dialogue.address import Address
from bot.dialogue.case import Change
from bot.dialogue.event import Person
from bot.i18n.text import Label, Spoken


@dataclass(frozen=True, slots=True)
class Button:
    """A label and where it leads: an address in the bot, or the live web."""

    label: Label
    to: Address | None = None
    url: str | None = None
    style: str | None = None


Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """One message: Telegram HTML and its keyboard."""

    body: Spoken
    rows: tuple[Row, ...] = ()

    @property
    def language(self) -> str | None:
        """The tag of the language it is in: every button leads on in it, but one that chooses
        another. None where there is no such button."""
        places = (button.to for row in self.rows for button in row)
        return next((to.language for to in places if to is not None and not to.chosen), None)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that the bot made for this one answer; it is nowhere kept."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to an event: what to show, and what to remember from now on.

    `in_place`: the screen replaces the pressed message. `remember` is None when nothing changed,
    and then nothing is written. `leave`: go away from this chat after speaking. `changes` are
    committed before anything is shown, all in one transaction. `documents` follow the screen.
    `reaction`: on the message that was sent (Bot API, ReactionTypeEmoji).
    """

    screen: Screen | None = None
    in_place: bool = False
    remember: Person | None = None
    leave: bool = False
    changes: tuple[Change, ...] = ()
    documents: tuple[Document, ...] = ()
    reaction: str | None = None


def columns(label: str) -> int:
    """The width of a label on a phone: wide characters and emoji count two (UAX #11), marks that
    are not seen (joiners, directions) nothing."""
    return sum(
        0
        if unicodedata.category(char) in {"Mn", "Me", "Cf"}
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in label
    )


WIDTHS = {1: 34, 2: 17, 3: 9, 5: 5}
"""Columns that fit into a button, by how many stand in a row (languages.md, 9)."""
ONE = WIDTHS[1]


def in_rows(buttons: Iterable[Button], most: int = 2) -> tuple[Row, ...]:
    """In rows of up to `most` (of WIDTHS); a label too wide for its row gets a row of its own."""
    rows: list[Row] = []
    waiting: list[Button] = []
    for button in buttons:
        if columns(button.label) > WIDTHS[most]:
            if waiting:
                rows.append(tuple(waiting))
                waiting = []
            rows.append((button,))
            continue
        waiting.append(button)
        if len(waiting) == most:
            rows.append(tuple(waiting))
            waiting = []
    if waiting:
        rows.append(tuple(waiting))
    return tuple(rows)
