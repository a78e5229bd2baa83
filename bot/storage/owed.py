"""What is owed to the staff's group and to patients, until Telegram has confirmed it.

A row is written in the transaction of the turn that owes it, and goes through
`queued -> sending -> sent` (or `failed`). `sending` is committed before Telegram is called, so a
crash in between leaves a trace: the next start queues the row again, as `unsure`, and the next try
is marked as a possible repeat.

Here are the kinds and the rows; outbox.py sends them on their way.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.dialogue.case import Letter
from bot.health import Part
from bot.storage.asking import Asking, Found, moment
from bot.storage.crypto import Cipher
from bot.storage.tables import owed

OPEN, PIN, FILES, NEWS, WITHDRAWN = "open", "pin", "files", "news", "withdrawn"
"""Kinds of what the staff's group is owed, in order for each case: topic, card and answers; the
card's pin; copies of the files; what was changed or added; that the person does not want it any
more."""

TELL = "tell"
"""The patient is owed the quiet mark that the group has it: only after `open` was sent."""

ALARM = "alarm"
"""A line for the staff, before everything else, also when the case is a draft still."""

ERASE = "erase"
"""What was posted is owed its deletion. The case is gone already."""

REMIND = "remind"
"""Who has left a form for long is owed a gentle word, as long as the draft is there."""

SAY, EDITED = "say", "edited"
"""The staff's group is owed a copy of what the person wrote (`letters`: one message, or an album);
the words of one that they have changed."""

REPLY, EDIT, LATE, BYE = "reply", "edit", "late", "bye"
"""The person is owed what a member wrote (`letters`); the words of it that were changed; that the
answer is late; that the case is closed. One after the other, but for the third."""

CLOCK = "clock"
"""The staff are owed a line that somebody has waited for `hours`; 24 is the escalation."""

CARD = "card"
"""The card in the group is owed to say what is so now. One waits at most."""

STAFF = "staff"
"""The lane of what comes in a case's topic, in order."""

_PERSON, _LETTERS = "patient", "reply"
_LANES = {
    TELL: _PERSON,
    REMIND: _PERSON,
    **dict.fromkeys((REPLY, EDIT, BYE), _LETTERS),
    # Nothing waits for these: of many cases at once, each is to have its topic and card first, and
    # a reply is not to wait for the word that it is late.
    **{kind: kind for kind in (PIN, ALARM, ERASE, CLOCK, LATE, CARD)},
}

WITH_CARD = (OPEN, PIN, FILES, NEWS, TELL, SAY, EDITED, CARD)
"""What never comes where the card could not."""

UNWANTED = (*WITH_CARD, REPLY, EDIT, LATE, BYE, CLOCK)
"""What is not sent any more once a case was withdrawn."""

URGENCY = {ALARM: 0, REPLY: 1, EDIT: 1, LATE: 1, BYE: 1, CLOCK: 1, CARD: 3}
"""In this order things are given out; whatever is not named here is 2."""

QUEUED, SENDING, SENT, FAILED = "queued", "sending", "sent", "failed"

FILE = "file"
"""Posted.what of a copied report begins with it: copies go 30 days after a case was closed."""

SAID, REPLIED = "said", "reply"
"""Posted.what of a copied letter: "said 12" stands in the group for message 12 in the person's
chat, "reply 34" in the person's chat for message 34 in the group."""

Key = tuple[int, int]
"""A message: its chat, and its id there."""


class Topic(NamedTuple):
    """Where a case is talked about; `id` is None in a group without topics."""

    group: int
    id: int | None


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that the bot posted: in the staff's group, or to the patient.

    `what` is the deliverer's own word for the part it is ("card", "answers", "file ...").
    """

    chat_id: int
    message_id: int
    topic_id: int | None
    what: str


class Asker(NamedTuple):
    """A person's chat, and the language (tag) in which they spoke last."""

    chat_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Detail:
    """Of `news`, the ids of the fields; of `alarm`, its kind; of `erase`, the topic to delete, and
    the messages (chat, message) outside it. With neither, an earlier try is all that is known.
    `asker`: who wants it, and is to be told if something cannot be removed; of `remind`, whom.
    `letters`: of `say`, `edited`, `reply` and `edit`, which (chat, message). `album`: these are
    pieces of it. `hours`: of `clock`."""

    news: tuple[str, ...] = ()
    alarm: str = ""
    topic: Topic | None = None
    messages: tuple[Key, ...] = ()
    asker: Asker | None = None
    letters: tuple[Key, ...] = ()
    album: str | None = None
    hours: int = 0


NOTHING = Detail()


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that is owed. `unsure`: an earlier try may have arrived, so mark this one as a
    possible repeat; of `erase`: more than what is known may stand in the group, so ask the staff
    to look. `attempts`: tries since the last part that succeeded."""

    id: int
    number: str
    kind: str
    unsure: bool
    attempts: int
    created: datetime
    detail: Detail


class Owing(Asking):
    """Rows of what is owed, for the other parts of the store in their transactions."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher, health: Part) -> None:
        super().__init__(engine, cipher, health)
        self.owing = asyncio.Event()
        """Set when something new is owed; who delivers clears it."""

    async def _owe(
        self,
        connection: AsyncConnection,
        number: str,
        kind: str,
        now: float,
        detail: Detail = NOTHING,
        *,
        unsure: bool = False,
        not_before: float = 0.0,
    ) -> None:
        row = {
            "number": number,
            "kind": kind,
            "lane": _LANES.get(kind, STAFF),
            "state": QUEUED,
            "unsure": unsure,
            "attempts": 0,
            "not_before": not_before,
            "created": now,
            "reason": "",
            "body": self._sealed(f"owed/{number}/{kind}", detail),
        }
        await connection.execute(insert(owed), row)

    async def _alarm(self, connection: AsyncConnection, number: str, kind: str, now: float) -> None:
        """Owed once, as long as it waits: somebody in despair says so more than once."""
        waiting = await self._queued(connection, number, ALARM)
        if all(one.detail.alarm != kind for one in waiting):
            await self._owe(connection, number, ALARM, now, Detail(alarm=kind))

    async def _owe_card(self, connection: AsyncConnection, number: str, now: float) -> None:
        """One that waits will say what is so when it goes."""
        if not await self._queued(connection, number, CARD):
            await self._owe(connection, number, CARD, now)

    async def _owe_letter(
        self,
        connection: AsyncConnection,
        number: str,
        kind: str,
        letter: Letter,
        now: float,
        not_before: float = 0.0,
    ) -> None:
        """A piece of an album joins those that wait, and they wait with it."""
        key = letter.chat_id, letter.message_id
        if letter.album is not None:
            for one in await self._queued(connection, number, kind):
                if one.detail.album == letter.album and not one.unsure:
                    together = replace(one.detail, letters=(*one.detail.letters, key))
                    body = self._sealed(f"owed/{number}/{kind}", together)
                    await connection.execute(
                        update(owed)
                        .where(owed.c.id == one.id)
                        .values(body=body, not_before=not_before)
                    )
                    return
        detail = Detail(letters=(key,), album=letter.album)
        await self._owe(connection, number, kind, now, detail, not_before=not_before)

    async def _drop(self, connection: AsyncConnection, number: str, *kinds: str) -> None:
        """What of these kinds is queued is not owed any more."""
        await connection.execute(
            delete(owed).where(
                owed.c.number == number, owed.c.kind.in_(kinds), owed.c.state == QUEUED
            )
        )

    # ── rows ────────────────────────────────────────────────────────────────────────────────────

    async def _queued(self, connection: AsyncConnection, number: str, *kinds: str) -> list[Owed]:
        """What of these kinds waits, oldest first; none of it begins before this transaction
        ends."""
        waiting = select(owed).where(
            owed.c.number == number, owed.c.kind.in_(kinds), owed.c.state == QUEUED
        )
        rows = await connection.execute(waiting.order_by(owed.c.id).with_for_update())
        return [self._owed(row) for row in rows]

    async def _row(self, connection: AsyncConnection, owed_id: int) -> Found | None:
        query = select(owed).where(owed.c.id == owed_id).with_for_update()
        return (await connection.execute(query)).first()

    async def _change(self, connection: AsyncConnection, row: Found, **values: Any) -> None:
        """`detail` among the values is sealed for the row as it will be."""
        detail = values.pop("detail", None)
        if detail is not None:
            kind = values.get("kind", row.kind)
            values["body"] = self._sealed(f"owed/{row.number}/{kind}", detail)
        await connection.execute(update(owed).where(owed.c.id == row.id).values(**values))

    def _owed(self, row: Found) -> Owed:
        detail = self._opened(Detail, f"owed/{row.number}/{row.kind}", row.body)
        return Owed(
            row.id, row.number, row.kind, row.unsure, row.attempts, moment(row.created), detail
        )
