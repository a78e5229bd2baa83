"""What the staff's desk changes, and what it asks for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Float, and_, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.change import (
    Answered,
    CloseCase,
    DeskChange,
    EraseCase,
    Mute,
    NoteCopy,
    ReopenCase,
    Reword,
    SendReply,
    Take,
    TakeBack,
)
from bot.dialogue.case import CLOSED, OURS, THEIRS, Case, Consent
from bot.storage.asking import BOT, moment, to_its_end
from bot.storage.cases import Outdated
from bot.storage.owed import BYE, Asker, Topic
from bot.storage.tables import cases, letters, links, topics, waits
from bot.storage.turns import Turns

SILENT = "silent"
"""The reason of a case that is closed because its person wrote no more (desk.closing)."""


@dataclass(frozen=True, slots=True)
class Queued:
    """An open case in the queue: nothing that a person told. `since`: when they began to wait, or
    were answered if they do not. `late`: they wait, and the time is over. `claimed`: the name of
    who has it. `card`: its message in the group."""

    number: str
    language: str
    state: str
    since: datetime
    due: datetime
    late: bool
    claimed: str | None
    topic: Topic | None
    card: int | None


class Desk(Turns):
    """Carries out what the staff decided."""

    async def commit_desk(
        self, update_id: int, who: int | None, changes: Sequence[DeskChange], now: datetime
    ) -> bool:
        """All that a turn of the staff changes, in one transaction with its update's number.

        `who`: the member (None: the bot itself). False, and repetitions, as for `commit`. What is
        so already is not changed again. Raises Outdated when a case is gone or withdrawn (only
        EraseCase is still possible then), or a reply to be taken back is on its way; WrongKey.
        """
        at = now.timestamp()

        async def write(connection: AsyncConnection) -> None:
            name = BOT if who is None else self._pseudonym(who)
            for change in changes:
                await self._do(connection, name, change, at)

        turn = (who, tuple(changes))
        return await self._once(update_id, turn, write, self.owing.set, at)

    async def _do(
        self, connection: AsyncConnection, who: str, change: DeskChange, at: float
    ) -> None:
        done, what, result = True, "", "done"
        match change:
            case SendReply():
                what, done = "reply", await self._send_reply(connection, change, at)
            case TakeBack():
                what = "undo"
                await self._take_back(connection, change)
            case Reword():
                what, done = "reword", await self._reword(connection, change, at)
            case Take(number, claim):
                what, result = "claim", "done" if claim is not None else "handed back"
                before = await self._locked(connection, number)
                done = await self._becomes(connection, before, at, claim=claim)
            case Answered(number, result):
                what = "answered"
                before = await self._locked(connection, number)
                done = before.waiting is not None and await self._becomes(
                    connection, before, at, result, state=THEIRS, waiting=None, heard=0
                )
            case CloseCase(number, result, quiet):
                what, done = "close", await self._close(connection, number, result, quiet, at)
            case ReopenCase(number, due):
                what, done = "reopen", await self._reopen(connection, number, due, at)
            case Mute(number, on):
                what, result = "mute", "on" if on else "off"
                before = await self._locked(connection, number)
                done = await self._becomes(connection, before, at, muted=on)
            case EraseCase(number, language):
                what = "erase"
                await self._erase_case(connection, number, language, at)
            case NoteCopy(number):
                what = "export"
                await self._locked(connection, number)
        if done:
            await self._audit(connection, at, who, what, change.number, result)

    async def _becomes(
        self, connection: AsyncConnection, before: Case, at: float, how: str = "", **values: Any
    ) -> bool:
        """Whether that changes anything."""
        after = replace(before, **values)
        if after == before:
            return False
        await self._settle(connection, before, after, at, how)
        return True

    async def _close(
        self, connection: AsyncConnection, number: str, reason: str, quiet: bool, at: float
    ) -> bool:
        before = await self._locked(connection, number)
        if before.closed is not None:
            return False
        over: dict[str, Any] = {"state": CLOSED, "closed": moment(at), "waiting": None, "heard": 0}
        await self._becomes(connection, before, at, CLOSED, reason=reason, **over)
        if not quiet:
            await self._owe(connection, number, BYE, at)
        return True

    async def _reopen(
        self, connection: AsyncConnection, number: str, due: datetime, at: float
    ) -> bool:
        before = await self._locked(connection, number)
        if before.closed is None:
            return False
        await self._drop(connection, number, BYE)
        again: dict[str, Any] = {
            "state": OURS,
            "closed": None,
            "reason": None,
            "waiting": moment(at),
        }
        return await self._becomes(connection, before, at, due=due, **again)

    async def _erase_case(
        self, connection: AsyncConnection, number: str, language: str, at: float
    ) -> None:
        before = await self._if_there(connection, number)
        if before is None:
            raise Outdated("the case is gone")
        chat_id = before.chat_id
        # What was agreed to for this case is agreed to no more; another one may rest on the same.
        others = select(cases).where(cases.c.chat_id == chat_id, cases.c.number != number)
        rows = (await connection.execute(others)).all()
        elsewhere = {_proven(one) for row in rows for one in self._case(row).consents}
        ended = [
            replace(one, withdrawn=moment(at))
            for one in before.consents
            if one.withdrawn is None and _proven(one) not in elsewhere
        ]
        await self._prove_all(connection, chat_id, ended)
        await self._forget(connection, [number], at, asker=Asker(chat_id, language))
        await connection.execute(delete(cases).where(cases.c.number == number))
        await self._empty_set_aside(connection, chat_id)
        self._traces = True

    # ── the queue ───────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def queue(self, now: datetime, offset: int = 0, limit: int = 10) -> list[Queued]:
        """Open cases: who waits, in the order of what they were promised; then who was answered,
        the longest silence first. Raises WrongKey."""
        answered = (
            select(func.max(waits.c.ended))
            .where(waits.c.number == cases.c.number)
            .scalar_subquery()
        )
        since = func.coalesce(cases.c.waiting, answered, cases.c.created, type_=Float)
        card = (
            select(func.min(links.c.message_id))
            .where(
                links.c.number == cases.c.number,
                links.c.chat_id == topics.c.group_id,
                links.c.what.startswith("card"),
            )
            .scalar_subquery()
        )
        query = (
            select(
                cases,
                since.label("since"),
                topics.c.group_id,
                topics.c.topic_id,
                card.label("card"),
            )
            .outerjoin(topics, topics.c.number == cases.c.number)
            .where(cases.c.closed.is_(None))
            .order_by(
                cases.c.waiting.is_(None),
                case((cases.c.waiting.is_not(None), cases.c.due), else_=since),
                cases.c.number,
            )
            .offset(offset)
            .limit(limit)
        )
        found = []
        async with self._engine.connect() as connection:
            for row in await connection.execute(query):
                one = self._case(row)
                found.append(
                    Queued(
                        one.number,
                        one.language,
                        one.state,
                        moment(row.since),
                        one.due,
                        one.waiting is not None and one.due < now,
                        None if one.claim is None else one.claim.name,
                        None if row.group_id is None else Topic(row.group_id, row.topic_id),
                        row.card,
                    )
                )
        return found

    # ── what nobody tapped ──────────────────────────────────────────────────────────────────────

    @to_its_end
    async def set_away(self, chat_id: int, away: bool, now: datetime) -> tuple[str, ...]:
        """The person blocked the bot, or can be written to again: the numbers of their open cases
        for which that is new. Each is owed its card. Raises WrongKey."""
        at = now.timestamp()
        own = select(cases.c.number).where(cases.c.chat_id == chat_id, cases.c.closed.is_(None))
        async with self._transaction() as connection:
            numbers = (await connection.execute(own.order_by(cases.c.number))).scalars().all()
            changed = []
            for number in numbers:
                before = await self._if_there(connection, number)
                if before is not None and await self._becomes(connection, before, at, away=away):
                    changed.append(number)
        if changed:
            self.owing.set()
        return tuple(changed)

    @to_its_end
    async def auto_close(self, now: datetime, silent: timedelta) -> tuple[str, ...]:
        """Closes, without a word, cases that wait for their person, and in which nobody wrote for
        so long. Never one whose person waits. Raises WrongKey."""
        at, before = now.timestamp(), (now - silent).timestamp()
        later = select(letters.c.id).where(
            letters.c.number == cases.c.number, letters.c.at >= before
        )
        ended = select(waits.c.id).where(waits.c.number == cases.c.number, waits.c.ended >= before)
        query = (
            select(cases.c.number)
            .where(
                and_(cases.c.state == THEIRS, cases.c.waiting.is_(None), cases.c.closed.is_(None)),
                ~later.exists(),
                ~ended.exists(),
                cases.c.created < before,
            )
            .order_by(cases.c.number)
        )
        async with self._engine.connect() as connection:  # nearly always nothing
            if (await connection.execute(query.limit(1))).first() is None:
                return ()
        async with self._transaction() as connection:
            rows = await connection.execute(query.with_for_update())
            numbers = tuple(rows.scalars())
            for number in numbers:
                await self._close(connection, number, SILENT, True, at)
                await self._audit(connection, at, BOT, "close", number, SILENT)
        self.owing.set()
        return numbers


def _proven(one: Consent) -> tuple[str, datetime]:
    return one.id, one.at
