"""A consultation, as plain values: what a person has told, agreed to, and is owed.

Time and chance come in as a `Moment`; nothing here asks a clock. Stored forms of these values are
JSON made by `storage`; nothing of them may stand in a log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.dialogue.event import NOBODY, Person

Value = str | tuple[str, ...]
"""An answer as it is stored: an option, words, a country (ISO 3166), a month (`2025-03`), or
several options."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happens (UTC, aware), and a reference nobody has yet, should one be needed:
    five of 23456789ABCDEFGHJKMNPQRSTUVWXYZ."""

    now: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Consent:
    """One decision about one text (P3): the proof is kept, the text by its hash (SHA-256, hex)."""

    id: str
    agreed: bool
    text_hash: str
    language: str
    at: datetime
    message_id: int | None = None
    withdrawn: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A report that lies in the person's chat: copied by its message, never downloaded (P17)."""

    message_id: int
    kind: str
    album: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A form on its way. `reference` becomes the case's number; `form` says which questions it
    was begun with.

    `at`: the id of the step that is being asked. `picked`: what is ticked so far in a question
    with several answers. `editing`: the review asked for this one question. `misses`: answers in
    a row that did not fit. `adds_to`: the number of a case that was sent already. `typed`: the
    message (its id in the chat) in which each typed answer stands, so that editing it counts.
    """

    reference: str
    form: str
    language: str
    started: datetime
    touched: datetime
    at: str
    answers: Mapping[str, Value] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    consents: tuple[Consent, ...] = ()
    files: tuple[File, ...] = ()
    picked: tuple[str, ...] = ()
    editing: bool = False
    misses: int = 0
    adds_to: str | None = None
    typed: Mapping[str, int] = field(default_factory=dict)

    @property
    def agreed(self) -> bool:
        """C1 was given: from now on what is told may be kept and, once sent, read."""
        return self._has("c1")

    @property
    def remindable(self) -> bool:
        """C4 was given: one gentle reminder is welcome."""
        return self._has("c4")

    def _has(self, id: str) -> bool:
        latest = {one.id: one for one in self.consents}.get(id)
        return latest is not None and latest.agreed and latest.withdrawn is None


NEW, OURS, THEIRS, CLOSED, WITHDRAWN = "new", "ours", "theirs", "closed", "withdrawn"
"""States of a case: nobody has answered yet; the person waits for us; we wait for the person."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The member of staff (Telegram's id, and the name they show) who has taken a case."""

    id: int
    name: str


PERSON, TEAM = "person", "team"
"""Sides of a conversation."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the conversation that follows a case. `message_id`: in the chat `chat_id`,
    where it was written: the person's own, or the staff's group. `kind`: "text" or one of
    event.KINDS. `words`: its text, or what stands below a picture or file. `answers`: the message
    of the same chat that it is a reply to."""

    side: str
    chat_id: int
    message_id: int
    at: datetime
    kind: str = "text"
    words: str = ""
    album: str | None = None
    edited: datetime | None = None
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A consultation that was sent. `delivered`: when the staff group surely had it. `typed`: as
    in its draft. `version`: how often it was changed; the storage counts (P9).

    `waiting`: since when the person waits for an answer; None while it is for them to write. `due`:
    until when the answer was promised, of this wait or of the last one. `heard`: how many letters
    the person wrote since the last answer. `muted`: what they write is not passed on (spam).
    `reason`: why it was closed (desk.closing.REASONS). `away`: they cannot be written to, for they
    blocked the bot."""

    number: str
    chat_id: int
    form: str
    language: str
    state: str
    created: datetime
    due: datetime
    answers: Mapping[str, Value]
    consents: tuple[Consent, ...]
    skipped: frozenset[str] = frozenset()
    files: tuple[File, ...] = ()
    delivered: datetime | None = None
    closed: datetime | None = None
    typed: Mapping[str, int] = field(default_factory=dict)
    waiting: datetime | None = None
    claim: Claim | None = None
    heard: int = 0
    muted: bool = False
    reason: str | None = None
    away: bool = False
    version: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Session:
    """What is known of the person in a chat when something happens there. `cases` oldest first.

    `proofs`: every decision about a consent that is kept, oldest first; `letters`: of each case
    (number) what was written since, oldest first. Both are read for /mydata alone.
    """

    person: Person = NOBODY
    draft: Draft | None = None
    cases: tuple[Case, ...] = ()
    chat_id: int = 0
    proofs: tuple[Consent, ...] = ()
    letters: Mapping[str, tuple[Letter, ...]] = field(default_factory=dict)


# ── what a turn changes: committed in one transaction, in this order, with the update's number ──


@dataclass(frozen=True, slots=True)
class KeepDraft:
    """The draft as it is now."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class DropDraft:
    """The draft and all that was told in it; `consents` that were given or refused stay as
    proof."""

    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenCase:
    """The draft becomes this case, and the staff group is owed it. Twice is once (by number)."""

    case: Case


@dataclass(frozen=True, slots=True)
class ChangeCase:
    """The case as it is now; the staff group is owed `news`: ids of the fields that were changed
    or added, "files" for further files, or "withdrawn"."""

    case: Case
    news: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PassOn:
    """Something that the person wrote to the staff about a case: the group is owed a copy. Once a
    message; the same one edited is owed as an edit. A case that waits for nobody waits for us from
    now on, until `due`; one that was closed is open again."""

    number: str
    letter: Letter
    due: datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """How content the person was with a case that is closed, 1 to 5. The last one counts."""

    number: str
    stars: int


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """The staff are owed one high-priority line, with the number and no word of the person."""

    number: str
    kind: str


@dataclass(frozen=True, slots=True)
class EraseEverything:
    """All that is stored of this person goes: choices, draft, cases, links to messages; what was
    posted to the staff is owed its deletion. A tombstone without health data stays (P10).
    `language` (tag): in which the person is told if something of it cannot be removed."""

    language: str


@dataclass(frozen=True, slots=True)
class NoteExport:
    """The person took a copy of all that is kept of them: a line in the audit trail (P15)."""


Change = (
    KeepDraft
    | DropDraft
    | OpenCase
    | ChangeCase
    | PassOn
    | Rate
    | RaiseAlarm
    | EraseEverything
    | NoteExport
)
