"""What a turn changes: all of it or nothing, once.

A turn's changes, the number of its update and what they make the bot owe are one transaction.
"""

import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.dialogue.case import (
    Case,
    Change,
    ChangeCase,
    DropDraft,
    EraseEverything,
    KeepDraft,
    NoteExport,
    OpenCase,
    PassOn,
    RaiseAlarm,
    Rate,
)
from bot.dialogue.event import Person
from bot.health import Part
from bot.storage.asking import to_its_end
from bot.storage.cases import Outdated, columns
from bot.storage.conversation import Conversation
from bot.storage.crypto import Cipher, WrongKey
from bot.storage.database import NO_ANSWER
from bot.storage.owed import FILES, NEWS, OPEN, PIN, TELL, WITHDRAWN, Asker, Detail
from bot.storage.people import free
from bot.storage.tables import cases, consents, drafts, inbox, persons

COMMITTED = "committed"
"""Outcome of an update in the inbox whose changes are stored, and whose screen may not be shown."""

Write = Callable[[AsyncConnection], Awaitable[None]]


class Turns(Conversation):
    """Carries out what the dialogue decided."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher, health: Part) -> None:
        super().__init__(engine, cipher, health)
        mark = self._upsert(inbox)
        self._mark = mark.on_conflict_do_update(
            index_elements=["update_id"],
            set_={"outcome": COMMITTED},
            where=inbox.c.outcome.is_(None),
        ).returning(inbox.c.update_id)
        self._tried: dict[int, object] = {}
        """Turns whose commit nobody answered: they may be stored."""

    async def commit(
        self,
        chat_id: int,
        update_id: int,
        person: Person | None,
        changes: Sequence[Change],
        now: datetime,
    ) -> bool:
        """All that a turn changes, in one transaction with its update's number.

        False: this update's changes were stored by an earlier run, and nothing was changed now;
        show where the person stands. A call that is repeated because nobody answered it (one of
        database.NO_ANSWER) returns True whichever of the two was carried out, and only one was.
        Raises Outdated; WrongKey.
        """
        at = now.timestamp()

        async def write(connection: AsyncConnection) -> None:
            if person is not None:
                await self._put_person(connection, chat_id, person)
            for change in changes:
                await self._make(connection, chat_id, change, at)

        def known() -> None:
            self._known(chat_id, changes)

        turn = (chat_id, person, tuple(changes))
        return await self._once(update_id, turn, write, known, at)

    async def _once(
        self,
        update_id: int,
        turn: object,
        write: Write,
        known: Callable[[], None],
        at: float,
    ) -> bool:
        """`write` in a transaction, unless this update has been seen through; `known` after it.
        `turn`: what tells a repetition from another turn."""
        try:
            fresh = await self._stored(update_id, write, known, at)
        except NO_ANSWER:
            self._tried[update_id] = turn
            raise
        if not fresh and self._tried.get(update_id) == turn:
            fresh = True
            known()
        self._tried.pop(update_id, None)
        if self._traces:
            with contextlib.suppress(*NO_ANSWER):  # it is stored; the next turn tries again
                await self.leave_no_trace()
        return fresh

    @to_its_end
    async def _stored(
        self, update_id: int, write: Write, known: Callable[[], None], at: float
    ) -> bool:
        await self._ready()
        async with self._transaction() as connection:
            # The number first: whoever else brings this update waits here, and finds it done.
            row = {"update_id": update_id, "received": at, "outcome": COMMITTED}
            if (await connection.execute(self._mark, row)).first() is None:
                return False
            await write(connection)
        known()
        return True

    def _known(self, chat_id: int, changes: Sequence[Change]) -> None:
        for change in changes:
            if isinstance(change, KeepDraft):
                self._kept += 1
                self.drafting.add(chat_id)
            elif isinstance(change, DropDraft | EraseEverything):
                self.drafting.discard(chat_id)
        if changes:
            self.owing.set()

    async def _make(
        self, connection: AsyncConnection, chat_id: int, change: Change, at: float
    ) -> None:
        match change:
            case KeepDraft(draft):
                await self._keep_draft(connection, chat_id, draft, at)
            case DropDraft(decided):
                await self._prove_all(connection, chat_id, decided)
                await self._drop_draft(connection, chat_id, at)
            case OpenCase(opened):
                await self._open_case(connection, chat_id, opened, at)
            case ChangeCase(changed, news):
                await self._change_case(connection, chat_id, changed, news, at)
            case PassOn():
                await self._pass_on(connection, chat_id, change, at)
            case Rate():
                await self._rate(connection, chat_id, change, at)
            case RaiseAlarm(number, kind):
                await self._raise_alarm(connection, chat_id, number, kind, at)
            case EraseEverything(language):
                await self._erase(connection, Asker(chat_id, language), at)
            case NoteExport():
                await self._audit(connection, at, self._pseudonym(chat_id), "export")

    async def _open_case(
        self, connection: AsyncConnection, chat_id: int, sent: Case, at: float
    ) -> None:
        known = select(cases.c.chat_id).where(cases.c.number == sent.number)
        if (await connection.execute(known)).scalar() == chat_id:
            return
        await free(connection, sent.number, chat_id)
        await connection.execute(
            delete(drafts).where(drafts.c.chat_id == chat_id, drafts.c.reference == sent.number)
        )
        opened = replace(sent, waiting=sent.created if sent.closed is None else None)
        row = {**columns(opened), "number": opened.number, "chat_id": chat_id}
        row |= {"created": opened.created.timestamp(), "delivered": None}
        row["body"] = self._sealed(f"cases/{opened.number}/{chat_id}", opened)
        fresh = self._upsert(cases).on_conflict_do_nothing().returning(cases.c.number)
        if (await connection.execute(fresh, row)).first() is None:
            raise Outdated("somebody opened a case of this number at this moment")
        await self._begin_wait(connection, opened, first=True)
        await self._prove_all(connection, chat_id, opened.consents)
        for kind in (OPEN, PIN, FILES, TELL):
            if kind != FILES or opened.files:
                await self._owe(connection, opened.number, kind, at)
        await self._audit(connection, at, self._pseudonym(chat_id), "open", opened.number)

    async def _change_case(
        self,
        connection: AsyncConnection,
        chat_id: int,
        changed: Case,
        news: tuple[str, ...],
        at: float,
    ) -> None:
        number = changed.number
        before = await self._if_there(connection, number)
        if before is None or before.chat_id != chat_id:
            raise Outdated("the case is gone")
        if before.version != changed.version:
            raise Outdated("somebody changed the case meanwhile")
        if WITHDRAWN in news:
            await self._withdraw(connection, number, at)
        # Whoever waits goes on to wait: what is told later moves no promise.
        waiting = before.waiting or changed.waiting
        after = replace(changed, waiting=waiting if changed.closed is None else None)
        await self._settle(connection, before, after, at, changed.state)
        await self._prove_all(connection, chat_id, changed.consents)
        told = tuple(one for one in news if one not in {WITHDRAWN, FILES})
        if WITHDRAWN not in news:
            if told:
                await self._owe(connection, number, NEWS, at, Detail(news=told))
            if FILES in news:
                await self._owe(connection, number, FILES, at)
        what = "withdraw" if WITHDRAWN in news else "change"
        await self._audit(connection, at, self._pseudonym(chat_id), what, number)

    async def _raise_alarm(
        self, connection: AsyncConnection, chat_id: int, number: str, kind: str, at: float
    ) -> None:
        own = union_all(
            select(drafts.c.chat_id).where(drafts.c.reference == number),
            select(cases.c.chat_id).where(cases.c.number == number),
        )
        if (await connection.execute(own)).scalar() != chat_id:
            raise Outdated("the alarm is about nothing that is kept of this person")
        await self._alarm(connection, number, kind, at)
        await self._audit(connection, at, self._pseudonym(chat_id), "alarm", number)

    async def _erase(self, connection: AsyncConnection, asker: Asker, at: float) -> None:
        chat_id = asker.chat_id
        subject = self._pseudonym(chat_id)
        await self._drop_draft(connection, chat_id, at)
        own = select(cases.c.number).where(cases.c.chat_id == chat_id)
        numbers = list((await connection.execute(own)).scalars())
        await self._forget(connection, numbers, at, asker=asker)
        await connection.execute(delete(cases).where(cases.c.chat_id == chat_id))
        await connection.execute(delete(persons).where(persons.c.chat_id == chat_id))
        # Whoever has all of it deleted agrees to nothing any more.
        await connection.execute(
            update(consents)
            .where(consents.c.subject == subject, consents.c.withdrawn.is_(None))
            .values(withdrawn=at)
        )
        await self._empty_set_aside(connection, chat_id)
        # The tombstone: that somebody's data were erased, and when.
        await self._audit(connection, at, subject, "erase")
        self._traces = True

    async def _empty_set_aside(self, connection: AsyncConnection, chat_id: int) -> None:
        """Updates that could not be shown are kept for a week, for whoever looks for the fault;
        not those of a person who wants nothing kept."""
        query = select(inbox.c.update_id, inbox.c.body).where(
            inbox.c.outcome == "unreadable", inbox.c.body.is_not(None)
        )
        theirs = []
        for number, body in await connection.execute(query):
            try:
                raw = json.loads(self._cipher.open(body))
            except WrongKey:
                continue  # nobody can read it; it goes within the week
            if _names(raw, chat_id):
                theirs.append(number)
        if theirs:
            await connection.execute(
                update(inbox).where(inbox.c.update_id.in_(theirs)).values(body=None)
            )

    @to_its_end
    async def record(
        self, who: int, what: str, number: str | None, now: datetime, result: str = "done"
    ) -> None:
        """A line in the audit trail: `who` (Telegram's number, stored as a pseudonym) did `what`
        (a word of ours: "export", "view"). Never a word of health. Raises WrongKey."""
        await self._ready()
        async with self._transaction() as connection:
            subject = self._pseudonym(who)
            await self._audit(connection, now.timestamp(), subject, what, number, result)


def _names(raw: Any, chat_id: int) -> bool:
    """Somewhere in this update is somebody or some chat with this number."""
    if isinstance(raw, dict):
        return raw.get("id") == chat_id or any(_names(one, chat_id) for one in raw.values())
    return isinstance(raw, list) and any(_names(one, chat_id) for one in raw)
