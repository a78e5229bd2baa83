"""How long what is kept: the clocks of bot/dialogue/keeping.py (P11), and who stops them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Text, and_, cast, delete, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dialogue.case import WITHDRAWN
from bot.dialogue.keeping import (
    KEEP_CASE,
    KEEP_CLOSED,
    KEEP_DRAFT,
    KEEP_FILES,
    KEEP_PROOF,
    KEEP_WITHDRAWN,
    REMIND_AFTER,
)
from bot.storage.asking import BOT, to_its_end
from bot.storage.desk import Desk
from bot.storage.owed import ERASE, FILE, REMIND, SAID, Asker, Detail, Key
from bot.storage.tables import audit, cases, consents, drafts, inbox, letters, links, owed
from bot.storage.turns import COMMITTED

KEEP_NUMBER = timedelta(days=2)
"""Numbers of updates that were committed and never ended, without their words."""

Purged = Mapping[str, int]
"""What was deleted -> how many: "drafts", "cases", "files", "consents", "audit", "owed"."""


class Retention(Desk):
    """Reminds of what will be deleted, and deletes what has been kept for long enough."""

    @to_its_end
    async def purge(self, now: datetime, *, dry_run: bool = False) -> Purged:
        """Applies every rule; what was posted to the staff of a case that goes is owed its
        deletion. `dry_run`: counts what would go, and changes nothing. Raises WrongKey."""
        await self._ready()
        gone: list[int] = []
        try:
            async with self._transaction() as connection:
                counted = await self._purge(connection, now, gone)
                if dry_run:
                    await connection.rollback()
                else:
                    # Inside: whoever begins a new draft in this chat waits until it is committed.
                    self.drafting.difference_update(gone)
        except BaseException:
            self.drafting.update(gone)
            raise
        if counted.total() and not dry_run:
            self._traces = True
            self.owing.set()
        return counted

    @to_its_end
    async def remind(self, now: datetime) -> None:
        """Owes one reminder to whoever has left a form for long, and agreed to be reminded (C4).
        Raises WrongKey."""
        await self._ready()
        reminded = select(owed.c.id).where(
            owed.c.number == drafts.c.reference, owed.c.kind == REMIND
        )
        left = drafts.c.touched < (now - REMIND_AFTER).timestamp()
        kept = drafts.c.touched > (now - KEEP_DRAFT).timestamp()
        query = select(drafts.c.chat_id, drafts.c.reference.label("number"), drafts.c.body)
        async with self._transaction() as connection:
            rows = (await connection.execute(query.where(left, kept, ~reminded.exists()))).all()
            for row in rows:
                draft = self._draft(row.chat_id, row)
                if draft.remindable:
                    detail = Detail(asker=Asker(row.chat_id, draft.language))
                    await self._owe(connection, row.number, REMIND, now.timestamp(), detail)
        if rows:
            self.owing.set()

    async def _purge(
        self, connection: AsyncConnection, now: datetime, gone: list[int]
    ) -> Counter[str]:
        at = now.timestamp()
        counted: Counter[str] = Counter()
        old_drafts = (
            await connection.execute(
                delete(drafts)
                .where(drafts.c.touched < (now - KEEP_DRAFT).timestamp())
                .returning(drafts.c.chat_id, drafts.c.reference)
            )
        ).all()
        gone += [row.chat_id for row in old_drafts]
        counted["drafts"] = len(old_drafts)
        for some in _parts([row.reference for row in old_drafts]):
            await self._forget(connection, some, at)

        closed = cases.c.closed < (now - KEEP_CLOSED).timestamp()
        unwanted = and_(
            cases.c.state == WITHDRAWN, cases.c.closed < (now - KEEP_WITHDRAWN).timestamp()
        )
        old = cases.c.created < (now - KEEP_CASE).timestamp()
        numbers = list(
            (
                await connection.execute(select(cases.c.number).where(or_(closed, unwanted, old)))
            ).scalars()
        )
        counted["cases"] = len(numbers)
        for some in _parts(numbers):
            await self._forget(connection, some, at)
            await connection.execute(delete(cases).where(cases.c.number.in_(some)))
        for number in numbers:
            await self._audit(connection, at, BOT, "purge", number)

        counted["files"] = await self._purge_files(connection, now)

        ended = func.coalesce(consents.c.withdrawn, consents.c.at)
        proofs = (now - KEEP_PROOF).timestamp()
        counted["consents"] = (
            await connection.execute(delete(consents).where(ended < proofs))
        ).rowcount
        # Its case is gone for longer than any is kept: whoever could not delete it never will.
        hopeless = owed.c.created < (now - KEEP_CASE).timestamp()
        counted["owed"] = (
            await connection.execute(delete(owed).where(owed.c.kind == ERASE, hopeless))
        ).rowcount
        await self._purge_waits(connection, (now - KEEP_CASE).timestamp())
        await connection.execute(
            delete(inbox).where(
                inbox.c.outcome == COMMITTED,
                inbox.c.body.is_(None),
                inbox.c.received < (now - KEEP_NUMBER).timestamp(),
            )
        )
        counted["audit"] = await self._purge_audit(connection, now)
        return counted

    async def _purge_files(self, connection: AsyncConnection, now: datetime) -> int:
        """Copies in the group of reports, and of whatever else was sent that is not only words; and
        the note where reports lie in the person's chat."""
        closed = cases.c.closed < (now - KEEP_FILES).timestamp()
        sent = (
            select(letters.c.id)
            .where(
                letters.c.number == links.c.number,
                letters.c.media,
                links.c.what == literal(f"{SAID} ").concat(cast(letters.c.message_id, Text)),
            )
            .exists()
        )
        copies = or_(links.c.what.startswith(FILE, autoescape=True), sent)
        found: dict[str, list[Key]] = {}
        query = (
            select(links.c.number, links.c.chat_id, links.c.message_id)
            .join(cases, cases.c.number == links.c.number)
            .where(closed, copies, links.c.chat_id < 0)
        )
        for row in await connection.execute(query):
            found.setdefault(row.number, []).append((row.chat_id, row.message_id))
        for number, messages in found.items():
            before = await self._if_there(connection, number)
            detail = Detail(messages=tuple(messages))
            await self._owe(connection, number, ERASE, now.timestamp(), detail)
            for chat_id, message_id in messages:
                gone = links.c.chat_id == chat_id, links.c.message_id == message_id
                await connection.execute(delete(links).where(*gone))
            if before is not None:
                await self._put_case(connection, replace(before, files=()))
        return sum(map(len, found.values()))

    async def _purge_audit(self, connection: AsyncConnection, now: datetime) -> int:
        """The trail's own old lines. A line of today comes first: the triggers want it."""
        before = (now - KEEP_PROOF).timestamp()
        old = audit.c.at < before
        count = (await connection.execute(select(func.count()).where(old))).scalar_one()
        if count:
            await self._audit(connection, now.timestamp(), BOT, "purge", None, "audit")
            await connection.execute(delete(audit).where(old))
        return count


def _parts(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    """A statement takes a limited number of parameters: 32766 in SQLite, 32767 in PostgreSQL."""
    for begin in range(0, len(numbers), 1000):
        yield numbers[begin : begin + 1000]
