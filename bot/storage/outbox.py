"""What is owed goes out, one API call at a time.

For whoever delivers::

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

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Delete, and_, case, delete, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.dialogue import case as talk
from bot.dialogue.case import OURS, PERSON, THEIRS
from bot.dialogue.intake.sheet import PROMISE
from bot.health import Part
from bot.storage.asking import BOT, Found, moment, to_its_end
from bot.storage.clock import REPLIED, Clock
from bot.storage.crypto import Cipher
from bot.storage.database import NO_ANSWER
from bot.storage.links import lock
from bot.storage.owed import (
    CARD,
    ERASE,
    FAILED,
    NOTHING,
    OPEN,
    PIN,
    QUEUED,
    REPLY,
    SENDING,
    SENT,
    STAFF,
    TELL,
    UNWANTED,
    URGENCY,
    WITH_CARD,
    WITHDRAWN,
    Asker,
    Detail,
    Owed,
    Posted,
    Topic,
)
from bot.storage.tables import cases, letters, links, owed, ratings, topics, waits


class Outbox(Clock):
    """Gives out what is owed, notes what became of it, and takes back what nobody wants."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher, health: Part) -> None:
        super().__init__(engine, cipher, health)
        self._unanswered: set[int] = set()
        """What may be marked as being sent, though the database did not say so."""

    # ── going out ───────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def owed_next(self, now: datetime, limit: int = 100) -> list[Owed]:
        """What may go out now: of each number, the first of each lane; the most urgent first
        (owed.URGENCY), then the oldest. Raises WrongKey."""
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
                    and_(owed.c.kind.in_((TELL, PIN)), earlier.c.lane == STAFF),
                    and_(owed.c.kind == CARD, earlier.c.kind == OPEN),
                ),
            )
            .exists()
        )
        query = (
            select(owed)
            .where(owed.c.state == QUEUED, owed.c.not_before <= now.timestamp(), not_(held_up))
            .order_by(case(URGENCY, value=owed.c.kind, else_=2), owed.c.id)
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return [self._owed(row) for row in await connection.execute(query)]

    @to_its_end
    async def owed_at(self, now: datetime) -> datetime | None:
        """When the next thing that waits for its time may go out; None while nothing does."""
        query = select(func.min(owed.c.not_before)).where(
            owed.c.state == QUEUED, owed.c.not_before > now.timestamp()
        )
        async with self._engine.connect() as connection:
            found = (await connection.execute(query)).scalar()
        return None if found is None else moment(found)

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
        """All of it is there. After `open`, the case counts as delivered; after `reply`, its person
        as answered."""
        await self._arrived(owed_id, posted, now.timestamp())

    async def _arrived(self, owed_id: int, posted: Sequence[Posted], done: float | None) -> None:
        its_case = select(owed.c.number).where(owed.c.id == owed_id).scalar_subquery()
        async with self._transaction() as connection:
            if not self._sqlite:  # where this transaction is the only one that writes
                # The case before its rows, as everywhere.
                await connection.execute(
                    select(cases.c.number).where(cases.c.number == its_case).with_for_update()
                )
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
            await self._link(connection, row.number, posted)
            state = QUEUED if done is None else SENT
            await self._change(
                connection, row, state=state, unsure=False, attempts=0, not_before=0.0, reason=""
            )
            if done is None:
                await connection.execute(_unwanted(row.number))
            elif row.state != SENT:
                await self._came_true(connection, row, done)

    async def _came_true(self, connection: AsyncConnection, row: Found, done: float) -> None:
        """What is so because this is there now."""
        if row.kind == OPEN:
            delivered = await connection.execute(
                update(cases)
                .where(cases.c.number == row.number, cases.c.delivered.is_(None))
                .values(delivered=done)
            )
            if delivered.rowcount:
                await self._audit(connection, done, BOT, "deliver", row.number)
        elif row.kind == REPLY:
            await self._audit(connection, done, BOT, "answer", row.number)
            await self._answered(connection, row, done)

    async def _answered(self, connection: AsyncConnection, row: Found, done: float) -> None:
        """The person has a reply: whoever wrote after it was written waits from then on."""
        before = await self._if_there(connection, row.number)
        if before is None or before.waiting is None:
            return
        replied = await self._written(connection, self._owed(row))
        if before.waiting.timestamp() > replied:
            return  # what they wait for is younger than this reply
        younger = select(func.count(), func.min(letters.c.at)).where(
            letters.c.number == row.number, letters.c.side == PERSON, letters.c.at > replied
        )
        heard, since = (await connection.execute(younger)).one()
        after = replace(before, state=THEIRS, waiting=None, heard=heard)
        if since is not None:
            begun = moment(since)
            after = replace(after, state=OURS, waiting=begun, due=begun + PROMISE)
        await self._settle(connection, before, after, done, REPLIED)

    async def _written(self, connection: AsyncConnection, reply: Owed) -> float:
        """When the last piece of a reply was written."""
        found: list[float] = []
        for chat_id, message_id in reply.detail.letters:
            query = select(letters.c.at).where(
                letters.c.chat_id == chat_id, letters.c.message_id == message_id
            )
            found += (await connection.execute(query)).scalars().all()
        return max(found, default=reply.created.timestamp())

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
                        owed.c.kind.in_(WITH_CARD),
                        owed.c.state == QUEUED,
                    )
                    .values(state=FAILED, reason=reason[:80])
                )

    # ── for the other parts of the store, in their transactions ─────────────────────────────────

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
        await self._drop(connection, number, *UNWANTED)
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
        """Nothing of these numbers is owed, linked or placed any more, no letter is kept, and
        whoever waited is a figure; what was posted to the staff (`asker`: and in that chat) is
        owed its deletion. Their rows of `cases` and `drafts` are the caller's.

        What is being sent at this moment becomes an `erase` in flight: `sent` fills it, a crash
        leaves it unsure.
        """
        if not numbers:
            return
        await lock(connection, numbers)
        found = select(owed).where(owed.c.number.in_(numbers), owed.c.kind != ERASE)
        rows = (await connection.execute(found.with_for_update())).all()
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
        for table in (owed, topics, links, letters):
            gone = delete(table).where(table.c.number.in_(numbers))
            if table is owed:
                gone = gone.where(owed.c.kind != ERASE)
            await connection.execute(gone)
        how = "purged" if asker is None else "erased"
        ended = {"ended": func.coalesce(waits.c.ended, now), "how": func.coalesce(waits.c.how, how)}
        for counted, values in ((waits, ended), (ratings, {})):
            its = counted.c.number.in_(numbers)
            await connection.execute(update(counted).where(its).values(number=None, **values))

    async def _wake(self, connection: AsyncConnection) -> None:
        """What was being sent when the last run ended: nobody can tell whether it arrived."""
        await connection.execute(
            update(owed).where(owed.c.state == SENDING).values(state=QUEUED, unsure=True)
        )
        withdrawn = select(cases.c.number).where(cases.c.state == talk.WITHDRAWN)
        await connection.execute(
            delete(owed).where(
                owed.c.number.in_(withdrawn), owed.c.kind.in_(UNWANTED), owed.c.state == QUEUED
            )
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
        owed.c.number.in_(withdrawn), owed.c.kind.in_(UNWANTED), owed.c.state == QUEUED
    )
