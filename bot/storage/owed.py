"""What is owed to the staff's group and to patients, until Telegram has confirmed it.

A row is written in the transaction of the turn that owes it, and goes through
`queued -> sending -> sent` (or `failed`). `sending` is committed before Telegram is called, so a
crash in between leaves a trace: the next start queues the row again, as `unsure`, and the next try
is marked as a possible repeat.

For whoever delivers, one API call at a time::

    for one in await store.owed_next(now, 100):
        if await store.sending(one.id):              # False: not owed any more, send nothing
            ...one call...
            await store.progress(one.id, [posted])   # a part is there, more is to come
            await store.sent(one.id, [posted], now)  # all of it is there
            await store.put_off(one.id, later, "why")            # surely not sent
            await store.put_off(one.id, later, "why", unsure=True)  # perhaps sent
            await store.failed(one.id, "why")        # never will be

After `progress` and `put_off` the row is queued again: `owed_next` gives it out anew, and
`posted` tells which parts are there.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Delete,
    and_,
    case,
    delete,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.dialogue import case as talk
from bot.health import Part
from bot.storage.asking import BOT, Asking, Found, moment, to_its_end
from bot.storage.crypto import Cipher
from bot.storage.database import NO_ANSWER
from bot.storage.tables import cases, links, owed, topics

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
answer is late; that the case is closed. One after the other."""

CLOCK = "clock"
"""The staff are owed a line that somebody has waited for `hours`; 24 is the escalation."""

CARD = "card"
"""The card in the group is owed to say what is so now. One waits at most."""

_LANES = {TELL: "patient", REMIND: "patient", PIN: PIN, ALARM: ALARM, ERASE: ERASE}
# Nothing waits for a pin: when many cases come at once, their cards go before it.
_STAFF = "staff"
_UNWANTED = (OPEN, PIN, FILES, NEWS, TELL)
"""What is not sent any more once a case was withdrawn."""

QUEUED, SENDING, SENT, FAILED = "queued", "sending", "sent", "failed"

FILE = "file"
"""Posted.what of a copied report begins with it: copies go 30 days after a case was closed."""


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
    messages: tuple[tuple[int, int], ...] = ()
    asker: Asker | None = None
    letters: tuple[tuple[int, int], ...] = ()
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


class Outbox(Asking):
    """The outbox, and the links between messages and cases."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher, health: Part) -> None:
        super().__init__(engine, cipher, health)
        self.owing = asyncio.Event()
        """Set when something new is owed; who delivers clears it."""
        self._unanswered: set[int] = set()
        """What may be marked as being sent, though the database did not say so."""

    # ── going out ───────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def owed_next(self, now: datetime, limit: int = 100) -> list[Owed]:
        """What may go out now: of each number, the first of each lane; alarms before all others,
        then the oldest. Raises WrongKey."""
        earlier = owed.alias()
        held_up = (
            select(earlier.c.id)
            .where(
                earlier.c.number == owed.c.number,
                earlier.c.id < owed.c.id,
                earlier.c.state.in_((QUEUED, SENDING)),
                or_(
                    earlier.c.lane == owed.c.lane,
                    # A patient is told only what is true: after the group has it all. And there
                    # is no pin without a card.
                    and_(owed.c.kind.in_((TELL, PIN)), earlier.c.lane == _STAFF),
                ),
            )
            .exists()
        )
        query = (
            select(owed)
            .where(owed.c.state == QUEUED, owed.c.not_before <= now.timestamp(), not_(held_up))
            .order_by(case((owed.c.kind == ALARM, 0), else_=1), owed.c.id)
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return [self._owed(row) for row in await connection.execute(query)]

    async def sending(self, owed_id: int) -> bool:
        """To be awaited before the call. False: it is not owed any more; send nothing.

        A repetition because nobody answered (one of database.NO_ANSWER) is told the same.
        """
        try:
            begun = await self._begin_sending(owed_id, again=owed_id in self._unanswered)
        except NO_ANSWER:
            self._unanswered.add(owed_id)
            raise
        self._unanswered.discard(owed_id)
        return begun

    @to_its_end
    async def _begin_sending(self, owed_id: int, *, again: bool) -> bool:
        row = update(owed).where(owed.c.id == owed_id, owed.c.state == QUEUED)
        async with self._transaction() as connection:
            begun = await connection.execute(
                row.values(state=SENDING, attempts=owed.c.attempts + 1)
            )
            if begun.rowcount or not again:
                return bool(begun.rowcount)
            found = await self._row(connection, owed_id)
            if found is None or found.state != SENDING:
                return False
            if self._nothing_to_erase(found):  # erased between the two
                await connection.execute(delete(owed).where(owed.c.id == owed_id))
                return False
            return True

    @to_its_end
    async def progress(self, owed_id: int, posted: Sequence[Posted]) -> None:
        """A part is there; the rest is still owed."""
        await self._arrived(owed_id, posted, None)

    @to_its_end
    async def sent(self, owed_id: int, posted: Sequence[Posted], now: datetime) -> None:
        """All of it is there. After `open`, the case counts as delivered."""
        await self._arrived(owed_id, posted, now.timestamp())

    async def _arrived(self, owed_id: int, posted: Sequence[Posted], done: float | None) -> None:
        async with self._transaction() as connection:
            row = await self._row(connection, owed_id)
            if row is None:
                return
            if row.kind == ERASE:
                # Of a case that was erased while this was under way, if anything was posted.
                if posted:
                    messages = tuple((one.chat_id, one.message_id) for one in posted)
                    await self._change(
                        connection,
                        row,
                        state=QUEUED,
                        unsure=False,
                        detail=Detail(messages=messages),
                    )
                else:
                    await connection.execute(delete(owed).where(owed.c.id == owed_id))
                return
            for one in posted:
                await connection.execute(
                    self._upsert(links).on_conflict_do_nothing(),
                    {
                        "chat_id": one.chat_id,
                        "message_id": one.message_id,
                        "number": row.number,
                        "topic_id": one.topic_id,
                        "what": one.what,
                    },
                )
            state = QUEUED if done is None else SENT
            await self._change(
                connection, row, state=state, unsure=False, attempts=0, not_before=0.0, reason=""
            )
            if done is None:
                await connection.execute(_unwanted(row.number))
            elif row.kind == OPEN:
                delivered = await connection.execute(
                    update(cases)
                    .where(cases.c.number == row.number, cases.c.delivered.is_(None))
                    .values(delivered=done)
                )
                if delivered.rowcount:
                    await self._audit(connection, done, BOT, "deliver", row.number)

    @to_its_end
    async def put_off(
        self, owed_id: int, not_before: datetime, reason: str, *, unsure: bool = False
    ) -> None:
        """It was not sent, or (`unsure`) nobody can tell: again, but not before then.

        `reason`: a word or two for operators, of one's own; nothing that Telegram or a person said.
        """
        async with self._transaction() as connection:
            row = await self._row(connection, owed_id)
            if row is None or row.state != SENDING:
                return
            unsure = unsure or row.unsure
            if not unsure and self._nothing_to_erase(row):
                await connection.execute(delete(owed).where(owed.c.id == owed_id))
                return
            await self._change(
                connection,
                row,
                state=QUEUED,
                unsure=unsure,
                not_before=not_before.timestamp(),
                reason=reason[:80],
            )
            await connection.execute(_unwanted(row.number))

    @to_its_end
    async def failed(self, owed_id: int, reason: str) -> None:
        """It can never be sent. Without its card (`open`) nothing else of the case can, and the
        patient is not told that the group has it."""
        async with self._transaction() as connection:
            row = await self._row(connection, owed_id)
            if row is None:
                return
            if not row.unsure and self._nothing_to_erase(row):
                await connection.execute(delete(owed).where(owed.c.id == owed_id))
                return
            await self._change(connection, row, state=FAILED, reason=reason[:80])
            if row.kind == OPEN:
                await connection.execute(
                    update(owed)
                    .where(
                        owed.c.number == row.number,
                        owed.c.kind.in_(_UNWANTED),
                        owed.c.state == QUEUED,
                    )
                    .values(state=FAILED, reason=reason[:80])
                )

    # ── topics and messages ─────────────────────────────────────────────────────────────────────

    @to_its_end
    async def topic(self, number: str) -> Topic | None:
        """Where this case is talked about, if anywhere yet."""
        query = select(topics.c.group_id, topics.c.topic_id).where(topics.c.number == number)
        async with self._engine.connect() as connection:
            found = (await connection.execute(query)).first()
        return None if found is None else Topic(*found)

    @to_its_end
    async def set_topic(self, number: str, group: int, topic_id: int | None, now: datetime) -> bool:
        """This case is talked about there from now on. False: the case is gone meanwhile; then
        the topic is owed its deletion."""
        row = {"number": number, "group_id": group, "topic_id": topic_id}
        put = self._upsert(topics)
        async with self._transaction() as connection:
            if not await _lock(connection, [number]):
                if topic_id is not None:
                    detail = Detail(topic=Topic(group, topic_id))
                    await self._owe(connection, number, ERASE, now.timestamp(), detail)
                return False
            await connection.execute(
                put.on_conflict_do_update(
                    index_elements=["number"],
                    set_={"group_id": put.excluded.group_id, "topic_id": put.excluded.topic_id},
                ),
                row,
            )
            return True

    @to_its_end
    async def topic_gone(self, number: str) -> None:
        """Somebody deleted the topic, or the group is another one now: nothing of the case stands
        there any more. An open case owes its card, answers and files once again."""
        async with self._transaction() as connection:
            await self._topics_gone(connection, [number])
        self.owing.set()

    async def _topics_gone(self, connection: AsyncConnection, numbers: Collection[str]) -> None:
        open_still = select(cases.c.number).where(
            cases.c.number.in_(numbers), cases.c.closed.is_(None)
        )
        await connection.execute(
            update(owed)
            .where(
                owed.c.number.in_(open_still),
                owed.c.kind.in_((OPEN, PIN, FILES)),
                owed.c.state == SENT,
            )
            .values(state=QUEUED, attempts=0, not_before=0.0)
        )
        # The patient's own chat is none of the staff's (Bot API: ids of groups are negative).
        await connection.execute(
            delete(links).where(links.c.number.in_(numbers), links.c.chat_id < 0)
        )
        await connection.execute(delete(topics).where(topics.c.number.in_(numbers)))

    async def _group_moved(self, connection: AsyncConnection, old: int) -> None:
        """Message ids do not go with a group that becomes a supergroup: what stood there can
        neither be answered to nor deleted any more, and stands in the way of other messages."""
        found = select(topics.c.number).where(topics.c.group_id == old)
        numbers = list((await connection.execute(found)).scalars())
        await self._topics_gone(connection, numbers)
        await connection.execute(delete(links).where(links.c.chat_id == old))

    @to_its_end
    async def posted(self, number: str) -> list[Posted]:
        """What the bot posted of this case, oldest first within a chat."""
        query = (
            select(links.c.chat_id, links.c.message_id, links.c.topic_id, links.c.what)
            .where(links.c.number == number)
            .order_by(links.c.chat_id, links.c.message_id)
        )
        async with self._engine.connect() as connection:
            return [Posted(*row) for row in await connection.execute(query)]

    @to_its_end
    async def by_message(self, chat_id: int, message_id: int) -> str | None:
        """The number of the case that this message of the bot belongs to."""
        query = select(links.c.number).where(
            links.c.chat_id == chat_id, links.c.message_id == message_id
        )
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).scalar()

    # ── for the other parts of the store, in their transactions ─────────────────────────────────

    async def _owe(
        self,
        connection: AsyncConnection,
        number: str,
        kind: str,
        now: float,
        detail: Detail = NOTHING,
        *,
        unsure: bool = False,
    ) -> None:
        row = {
            "number": number,
            "kind": kind,
            "lane": _LANES.get(kind, _STAFF),
            "state": QUEUED,
            "unsure": unsure,
            "attempts": 0,
            "not_before": 0.0,
            "created": now,
            "reason": "",
            "body": self._sealed(f"owed/{number}/{kind}", detail),
        }
        await connection.execute(insert(owed), row)

    async def _alarm(self, connection: AsyncConnection, number: str, kind: str, now: float) -> None:
        """Owed once, as long as it waits: somebody in despair says so more than once."""
        waiting = select(owed).where(
            owed.c.number == number, owed.c.kind == ALARM, owed.c.state == QUEUED
        )
        rows = (await connection.execute(waiting)).all()
        if all(self._owed(row).detail.alarm != kind for row in rows):
            await self._owe(connection, number, ALARM, now, Detail(alarm=kind))

    async def _withdraw(self, connection: AsyncConnection, number: str, now: float) -> None:
        """Nothing more of the case goes out. The staff are owed to know, if they may have seen
        anything of it."""
        rows = (
            await connection.execute(
                select(owed).where(owed.c.number == number, owed.c.kind != ERASE).with_for_update()
            )
        ).all()
        begun = any(row.state in {SENDING, SENT} or row.unsure for row in rows)
        placed = select(topics.c.number).where(topics.c.number == number)
        seen = select(links.c.number).where(links.c.number == number, links.c.chat_id < 0).limit(1)
        for query in (placed, seen):
            begun = begun or (await connection.execute(query)).first() is not None
        await connection.execute(
            delete(owed).where(
                owed.c.number == number, owed.c.kind.in_(_UNWANTED), owed.c.state == QUEUED
            )
        )
        if begun:
            await self._owe(connection, number, WITHDRAWN, now)

    async def _forget(
        self,
        connection: AsyncConnection,
        numbers: Collection[str],
        now: float,
        *,
        asker: Asker | None = None,
    ) -> None:
        """Nothing of these numbers is owed, linked or placed any more; what was posted to the staff
        (`asker`: and in that chat) is owed its deletion. Their rows of `cases` and `drafts` are
        the caller's.

        What is being sent at this moment becomes an `erase` in flight: `sent` fills it, a crash
        leaves it unsure.
        """
        if not numbers:
            return
        found = select(owed).where(owed.c.number.in_(numbers), owed.c.kind != ERASE)
        rows = (await connection.execute(found.with_for_update())).all()
        await _lock(connection, numbers)
        places = {
            row.number: Topic(row.group_id, row.topic_id)
            for row in await connection.execute(
                select(topics).where(topics.c.number.in_(numbers)).with_for_update()
            )
        }
        messages: dict[str, list[tuple[int, int]]] = {number: [] for number in numbers}
        for link in await connection.execute(select(links).where(links.c.number.in_(numbers))):
            place = places.get(link.number)
            inside = place is not None and place.id is not None and link.topic_id == place.id
            if not inside and (asker is not None or link.chat_id < 0):
                messages[link.number].append((link.chat_id, link.message_id))
        for row in rows:
            if row.state == SENDING:
                await self._change(connection, row, kind=ERASE, lane=ERASE, detail=NOTHING)
        for number in numbers:
            place = places.get(number)
            if place is not None and place.id is None:
                place = None
            unsure = any(row.unsure for row in rows if row.number == number)
            if place is not None or messages[number] or unsure:
                detail = Detail(topic=place, messages=tuple(messages[number]), asker=asker)
                await self._owe(connection, number, ERASE, now, detail, unsure=unsure)
        for table in (owed, topics, links):
            gone = delete(table).where(table.c.number.in_(numbers))
            if table is owed:
                gone = gone.where(owed.c.kind != ERASE)
            await connection.execute(gone)

    async def _wake(self, connection: AsyncConnection) -> None:
        """What was being sent when the last run ended: nobody can tell whether it arrived."""
        await connection.execute(
            update(owed).where(owed.c.state == SENDING).values(state=QUEUED, unsure=True)
        )
        withdrawn = select(cases.c.number).where(cases.c.state == talk.WITHDRAWN)
        await connection.execute(
            delete(owed).where(
                owed.c.number.in_(withdrawn), owed.c.kind.in_(_UNWANTED), owed.c.state == QUEUED
            )
        )

    # ── rows ────────────────────────────────────────────────────────────────────────────────────

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

    def _nothing_to_erase(self, row: Found) -> bool:
        if row.kind != ERASE:
            return False
        detail = self._owed(row).detail
        return detail.topic is None and not detail.messages


def _unwanted(number: str) -> Delete:
    """What is queued of this number although it was withdrawn meanwhile."""
    withdrawn = select(cases.c.number).where(
        cases.c.number == number, cases.c.state == talk.WITHDRAWN
    )
    return delete(owed).where(
        owed.c.number.in_(withdrawn), owed.c.kind.in_(_UNWANTED), owed.c.state == QUEUED
    )


async def _lock(connection: AsyncConnection, numbers: Collection[str]) -> list[str]:
    """Which of these cases there are; they stay as they are until the transaction ends."""
    query = select(cases.c.number).where(cases.c.number.in_(numbers)).with_for_update()
    return list((await connection.execute(query)).scalars())
