"""What the bot answers in a staff group."""

from dataclasses import dataclass

from bot.desk.change import DeskChange
from bot.dialogue.chart import Chart
from bot.dialogue.screen import Document, Row
from bot.i18n.text import Label, Spoken

TAKEN, SENT, NOTHING = "✍", "👌", ""
"""Reactions (Bot API, ReactionTypeEmoji): it will go to the person; they have it; none."""


@dataclass(frozen=True, slots=True)
class Note:
    """A message of the bot in the group, where the event was. `what`: as Posted.what, if replies
    to it are to be routed ("prompt"); else it belongs to no case. `answers`: it is a reply to what
    was written. `force`: the member's Telegram opens a reply to it (Bot API, ForceReply)."""

    words: Spoken
    rows: tuple[Row, ...] = ()
    what: str | None = None
    answers: bool = True
    force: bool = False


@dataclass(frozen=True, slots=True)
class StaffTurn:
    """`changes` are committed before anything is shown. `reaction`: on the message of the event, or
    on message `on`; None when it stays as it is. `toast`: answers the press; `edit`: replaces the
    pressed message's words and buttons. `documents` and the `chart` follow the notes."""

    changes: tuple[DeskChange, ...] = ()
    notes: tuple[Note, ...] = ()
    reaction: str | None = None
    on: int | None = None
    toast: Label | None = None
    edit: Note | None = None
    documents: tuple[Document, ...] = ()
    chart: Chart | None = None
