"""What staff change: committed in one transaction with the number of the update, each with a line
in the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from bot.dialogue.case import Claim, Letter


@dataclass(frozen=True, slots=True)
class SendReply:
    """The person is owed this letter, but not before `after`: until then it can be taken back.
    The same message twice is once."""

    number: str
    letter: Letter
    after: datetime


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The reply that was written in this message (chat, message) is not sent. Only while it waits:
    else the commit raises Outdated."""

    number: str
    message: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reword:
    """The reply that was written in this message says something else now: before it is sent, or as
    an edit of what the person has. A message that is no reply changes nothing."""

    number: str
    letter: Letter


@dataclass(frozen=True, slots=True)
class Take:
    """The case is this member's; None: nobody's any more."""

    number: str
    claim: Claim | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The person was answered without the bot (`how`: "email" or "phone"): the clock stops."""

    number: str
    how: str


@dataclass(frozen=True, slots=True)
class CloseCase:
    """Nobody waits any more; the person is told, and asked how it was. `quiet`: they are not (a
    case that is muted, or that closes because they fell silent)."""

    number: str
    reason: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ReopenCase:
    """Open again; the staff answer until `due`."""

    number: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Mute:
    """What the person writes about this case is not passed on (`on`), or is again."""

    number: str
    on: bool


@dataclass(frozen=True, slots=True)
class EraseCase:
    """All of this case goes, as if its person had erased it (P10); the person is told nothing
    but in `language` (tag) if something cannot be removed."""

    number: str
    language: str


@dataclass(frozen=True, slots=True)
class NoteCopy:
    """A copy of all of the case was handed out in the group."""

    number: str


DeskChange = (
    SendReply
    | TakeBack
    | Reword
    | Take
    | Answered
    | CloseCase
    | ReopenCase
    | Mute
    | EraseCase
    | NoteCopy
)
