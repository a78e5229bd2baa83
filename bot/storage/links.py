"""Where cases are talked about, and which message belongs to which of them.

A message is known by its chat and its id there, never by its words: ids repeat from chat to chat,
and words can be anybody's.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.view import Link
from bot.dialogue.case import PERSON, TEAM
from bot.storage.asking import to_its_end
from bot.storage.owed import (
    CARD,
    ERASE,
    FILE,
    FILES,
    OPEN,
    PIN,
    QUEUED,
    REPLIED,
    SAID,
    SAY,
    SENT,
    Detail,
    Key,
    Owing,
    Posted,
    Topic,
)
from bot.storage.tables import cases, letters, links, owed, topics

_AGAIN = {"state": QUEUED, "attempts": 0, "not_before": 0.0}


class Links(Owing):
    """Topics, and messages of the bot."""

    # ── topics ──────────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def topic(self, number: str) -> Topic | None:
        """Where this case is talked about, if anywhere yet."""
        query = select(topics.c.group_id, topics.c.topic_id).where(topics.c.number == number)
        async with self._engine.connect() as connection:
            found = (await connection.execute(query)).first()
        return None if found is None else Topic(*found)

    @to_its_end
    async def by_topic(self, group: int, topic_id: int) -> str | None:
        """The number of the case that is talked about there."""
        query = select(topics.c.number).where(
            topics.c.group_id == group, topics.c.topic_id == topic_id
        )
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).scalar()

    @to_its_end
    async def set_topic(self, number: str, group: int, topic_id: int | None, now: datetime) -> bool:
        """This case is talked about there from now on. False: the case is gone meanwhile; then
        the topic is owed its deletion."""
        row = {"number": number, "group_id": group, "topic_id": topic_id}
        put = self._upsert(topics)
        async with self._transaction() as connection:
            if not await lock(connection, [number]):
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
        there any more. An open case owes its card, answers and files once again, and what its
        person has written since they wait."""
        async with self._transaction() as connection:
            await self._topics_gone(connection, [number])
        self.owing.set()

    async def _topics_gone(self, connection: AsyncConnection, numbers: Collection[str]) -> None:
        await self._owe_again(connection, numbers)
        since = select(cases.c.waiting).where(cases.c.number == owed.c.number).scalar_subquery()
        await connection.execute(
            update(owed)
            .where(owed.c.number.in_(numbers), owed.c.state == SENT)
            .where(owed.c.kind == SAY, owed.c.created >= since)
            .values(_AGAIN)
        )
        # The card of an open case is posted anew; of a closed one there is none any more.
        await connection.execute(
            delete(owed).where(
                owed.c.number.in_(numbers), owed.c.kind == CARD, owed.c.state == QUEUED
            )
        )
        # The patient's own chat is none of the staff's (Bot API: ids of groups are negative).
        await connection.execute(
            delete(links).where(links.c.number.in_(numbers), links.c.chat_id < 0)
        )
        await connection.execute(delete(topics).where(topics.c.number.in_(numbers)))

    async def _owe_again(self, connection: AsyncConnection, numbers: Collection[str]) -> None:
        """Card, pin and files of these cases, as far as they are open."""
        open_still = select(cases.c.number).where(cases.c.closed.is_(None))
        await connection.execute(
            update(owed)
            .where(owed.c.number.in_(numbers), owed.c.state == SENT)
            .where(owed.c.kind.in_((OPEN, PIN, FILES)), owed.c.number.in_(open_still))
            .values(_AGAIN)
        )

    async def _group_moved(self, connection: AsyncConnection, old: int) -> None:
        """Message ids do not go with a group that becomes a supergroup: what stood there can
        neither be answered to nor deleted any more, and stands in the way of other messages."""
        found = select(topics.c.number).where(topics.c.group_id == old)
        numbers = list((await connection.execute(found)).scalars())
        await self._topics_gone(connection, numbers)
        await connection.execute(delete(links).where(links.c.chat_id == old))
        # What a person got of a message there belongs to the case still, but to no message.
        await connection.execute(
            update(links)
            .where(links.c.number.in_(numbers), links.c.what.startswith(f"{REPLIED} "))
            .values(what=REPLIED)
        )

    # ── messages ────────────────────────────────────────────────────────────────────────────────

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
    async def link(self, chat_id: int, message_id: int) -> Link | None:
        """The case that this message of the bot belongs to, and which part of it that is."""
        query = select(links.c.number, links.c.what).where(
            links.c.chat_id == chat_id, links.c.message_id == message_id
        )
        async with self._engine.connect() as connection:
            found = (await connection.execute(query)).first()
        return None if found is None else Link(*found)

    @to_its_end
    async def link_posted(self, number: str, posted: Sequence[Posted], now: datetime) -> bool:
        """These messages of the bot belong to this case. False: the case is gone meanwhile; then
        they are owed their deletion."""
        async with self._transaction() as connection:
            if await lock(connection, [number]):
                await self._link(connection, number, posted)
                return True
            messages = tuple((one.chat_id, one.message_id) for one in posted)
            await self._owe(connection, number, ERASE, now.timestamp(), Detail(messages=messages))
        self.owing.set()
        return False

    async def _link(
        self, connection: AsyncConnection, number: str, posted: Sequence[Posted]
    ) -> None:
        for one in posted:
            await connection.execute(
                self._upsert(links).on_conflict_do_nothing(),
                {
                    "chat_id": one.chat_id,
                    "message_id": one.message_id,
                    "number": number,
                    "topic_id": one.topic_id,
                    "what": one.what,
                },
            )

    @to_its_end
    async def counterpart(self, chat_id: int, message_id: int) -> Key | None:
        """The same on the other side: of what somebody wrote, its copy; of a copy, the message that
        it was made of. None where there is none, or it is not known."""
        this = links.c.chat_id == chat_id, links.c.message_id == message_id
        copy = (
            select(links.c.number, links.c.what, cases.c.chat_id)
            .join(cases, cases.c.number == links.c.number)
            .where(*this)
        )
        written = select(letters.c.number, letters.c.side).where(
            letters.c.chat_id == chat_id, letters.c.message_id == message_id
        )
        async with self._engine.connect() as connection:
            found = (await connection.execute(copy)).first()
            if found is not None:
                what, _, source = found.what.partition(" ")
                if not source.isdecimal():
                    return None
                if what in {SAID, FILE}:
                    return found.chat_id, int(source)
                there = select(letters.c.chat_id).where(
                    letters.c.number == found.number,
                    letters.c.side == TEAM,
                    letters.c.message_id == int(source),
                )
                group = (await connection.execute(there.order_by(letters.c.id.desc()))).scalar()
                return None if group is None or what != REPLIED else (group, int(source))
            letter = (await connection.execute(written)).first()
            if letter is None:
                return None
            what = SAID if letter.side == PERSON else REPLIED
            copies = select(links.c.chat_id, links.c.message_id).where(
                links.c.number == letter.number,
                links.c.what == f"{what} {message_id}",
                links.c.chat_id != chat_id,
            )
            last = copies.order_by(links.c.message_id.desc())
            there_too = (await connection.execute(last)).first()
            return None if there_too is None else (there_too.chat_id, there_too.message_id)


async def lock(connection: AsyncConnection, numbers: Collection[str]) -> list[str]:
    """Which of these cases there are; they stay as they are until the transaction ends.

    Whoever takes rows of a case and of what it is owed takes the case first.
    """
    query = select(cases.c.number).where(cases.c.number.in_(numbers)).with_for_update()
    return list((await connection.execute(query.order_by(cases.c.number))).scalars())
