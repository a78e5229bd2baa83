"""What is known when a member of staff does something, and what an event makes worth knowing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.dialogue.case import Case, Letter


@dataclass(frozen=True, slots=True)
class Link:
    """The case that a message of the bot belongs to, and which part of it that is
    (storage.owed.Posted.what)."""

    number: str
    what: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue; nothing that a person told. `link`: to its topic or card."""

    number: str
    language: str
    state: str
    since: datetime
    due: datetime
    claimed: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """How it went since `since`: cases that came, first answers after how long, in time or not."""

    since: datetime
    opened: int
    open_now: int
    waiting_now: int
    late_now: int
    first: tuple[timedelta, ...]
    """Each first answer's time, in any order."""
    by_language: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    """Language (code) -> cases, answered in time, answered late or not at all after their time."""
    ratings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """`case`: the one that is meant (by number, by the message answered, by the topic), if there
    is one. `link`: of the message that is answered, if it is the bot's and of a case; `unknown`:
    it is the bot's, and of none. `admin`: may erase, export and close for good. `member`: is in
    the group at this moment. `pending`: replies (chat, message) that can be taken back. `queue`,
    `figures`, `letters`, `findings` (of the doctor, line by line): where the event wants them."""

    case: Case | None = None
    link: Link | None = None
    unknown: bool = False
    member: bool = True
    admin: bool = False
    pending: frozenset[tuple[int, int]] = frozenset()
    queue: tuple[Waiting, ...] = ()
    figures: Figures | None = None
    letters: tuple[Letter, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wants:
    """What `View` is to hold. `number`: named by the event itself; else the message itself (a reply
    that was edited), the message answered, or the topic says which case is meant. `roles`: who asks
    matters."""

    number: str | None = None
    case: bool = False
    roles: bool = False
    queue: bool = False
    figures: bool = False
    letters: bool = False
    doctor: bool = False
