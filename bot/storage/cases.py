"""Cases as rows: what stands in columns, what is sealed, and what operators may see of them."""

import secrets as chance
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dialogue.case import WITHDRAWN, Case
from bot.storage.asking import Found, moment, to_its_end
from bot.storage.crypto import WrongKey
from bot.storage.links import Links
from bot.storage.owed import FAILED, QUEUED, SENDING, SENT
from bot.storage.tables import cases, owed

REFERENCE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What references are made of: nothing that is mistaken for something else when read aloud."""


class Outdated(Exception):  # noqa: N818 - a state of affairs, not a fault
    """What the turn was decided on is not so any more: its case is gone, or its reference is
    somebody else's. Nothing was changed; read what is stored, take a new reference, decide
    again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as operators may see it: nothing that a person told. `waiting`: how much is owed and
    not sent yet; `failed`: what never will be; `reason`: why, in the deliverer's words. `since`:
    when the person began to wait, None while they do not; `claimed`: the name of who has it."""

    number: str
    state: str
    created: datetime
    due: datetime
    delivered: datetime | None
    closed: datetime | None
    waiting: int
    failed: int
    reason: str
    since: datetime | None = None
    claimed: str | None = None


def reference() -> str:
    """Five characters, one of 28 million. `commit` sees to it that no two people share one."""
    return "".join(chance.choice(REFERENCE) for _ in range(5))


class Cases(Links):
    """Reading cases, and writing the next version of one."""

    @to_its_end
    async def case(self, number: str) -> Case | None:
        """The case as it is now. Raises WrongKey."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(cases).where(cases.c.number == number))).first()
        return None if row is None else self._case(row)

    @to_its_end
    async def standing(self, *, open_only: bool = False) -> list[Standing]:
        """Every case without what a person told, what must be answered first at the top."""
        counts = (
            select(
                owed.c.number,
                func.sum(case((owed.c.state.in_((QUEUED, SENDING)), 1), else_=0)).label("to_send"),
                func.sum(case((owed.c.state == FAILED, 1), else_=0)).label("failed"),
                func.max(case((owed.c.state != SENT, owed.c.reason), else_="")).label("reason"),
            )
            .group_by(owed.c.number)
            .subquery()
        )
        query = (
            select(cases, counts.c.to_send, counts.c.failed, counts.c.reason)
            .outerjoin(counts, counts.c.number == cases.c.number)
            .order_by(
                cases.c.closed.is_not(None),
                cases.c.waiting.is_(None),
                cases.c.due,
                cases.c.number,
            )
        )
        if open_only:
            query = query.where(cases.c.closed.is_(None))
        async with self._engine.connect() as connection:
            return [
                Standing(
                    row.number,
                    row.state,
                    moment(row.created),
                    moment(row.due),
                    maybe(row.delivered),
                    maybe(row.closed),
                    int(row.to_send or 0),
                    int(row.failed or 0),
                    row.reason or "",
                    maybe(row.waiting),
                    self._claimed(row),
                )
                for row in await connection.execute(query)
            ]

    def _claimed(self, row: Found) -> str | None:
        try:
            claim = self._case(row).claim
        except WrongKey:
            return None  # the rest of it is good to know all the same
        return None if claim is None else claim.name

    # ── for the other parts of the store, in their transactions ─────────────────────────────────

    async def _locked(self, connection: AsyncConnection, number: str) -> Case:
        """The case, which stays as it is until the transaction ends. Raises Outdated when it is
        gone, or its person does not want it any more."""
        found = await self._if_there(connection, number)
        if found is None or found.state == WITHDRAWN:
            raise Outdated("the case is gone or withdrawn")
        return found

    async def _if_there(self, connection: AsyncConnection, number: str) -> Case | None:
        query = select(cases).where(cases.c.number == number).with_for_update()
        row = (await connection.execute(query)).first()
        return None if row is None else self._case(row)

    async def _put_case(self, connection: AsyncConnection, changed: Case) -> None:
        """The next version of a case whose row is locked."""
        kept = replace(changed, version=changed.version + 1)
        body = self._sealed(f"cases/{kept.number}/{kept.chat_id}", kept)
        await connection.execute(
            update(cases).where(cases.c.number == kept.number).values(**columns(kept), body=body)
        )

    def _case(self, row: Found) -> Case:
        found = self._opened(Case, f"cases/{row.number}/{row.chat_id}", row.body)
        return replace(
            found,
            chat_id=row.chat_id,
            state=row.state,
            due=moment(row.due),
            delivered=maybe(row.delivered),
            closed=maybe(row.closed),
            waiting=maybe(row.waiting),
        )


def columns(case_: Case) -> dict[str, Any]:
    """Columns that Talk decides about. `delivered` is the outbox's."""
    return {
        "state": case_.state,
        "due": case_.due.timestamp(),
        "closed": None if case_.closed is None else case_.closed.timestamp(),
        "waiting": None if case_.waiting is None else case_.waiting.timestamp(),
    }


def maybe(seconds: float | None) -> datetime | None:
    """A column's moment that may be missing."""
    return None if seconds is None else moment(seconds)
