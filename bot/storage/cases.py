"""Consultations: what is known of a person when something happens, and what a turn changes.

`session` reads, `commit` writes; a turn's changes, the number of its update and what they make the
bot owe are one transaction.
"""

import contextlib
import json
import logging
import secrets as chance
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.dialogue.case import (
    Case,
    Change,
    ChangeCase,
    Consent,
    Draft,
    DropDraft,
    EraseEverything,
    KeepDraft,
    NoteExport,
    OpenCase,
    RaiseAlarm,
    Session,
)
from bot.dialogue.event import NOBODY, Person
from bot.health import Part
from bot.storage.asking import Found, moment, to_its_end
from bot.storage.crypto import Cipher, WrongKey, WrongPlace
from bot.storage.database import NO_ANSWER
from bot.storage.owed import (
    FAILED,
    FILES,
    NEWS,
    OPEN,
    PIN,
    QUEUED,
    SENDING,
    SENT,
    TELL,
    WITHDRAWN,
    Asker,
    Detail,
    Outbox,
)
from bot.storage.tables import cases, consents, drafts, inbox, owed, persons

log = logging.getLogger(__name__)

COMMITTED = "committed"
"""Outcome of an update in the inbox whose changes are stored, and whose screen may not be shown."""

REFERENCE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What references are made of: nothing that is mistaken for something else when read aloud."""


class Outdated(Exception):  # noqa: N818 - a state of affairs, not a fault
    """What the turn was decided on is not so any more: its case is gone, or its reference is
    somebody else's. Nothing was changed; read the session, take a new reference, decide again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as operators may see it: nothing that a person told. `waiting`: how much is owed and
    not sent yet; `failed`: what never will be; `reason`: why, in the deliverer's words."""

    number: str
    state: str
    created: datetime
    due: datetime
    delivered: datetime | None
    closed: datetime | None
    waiting: int
    failed: int
    reason: str


def reference() -> str:
    """Five characters, one of 28 million. `commit` sees to it that no two people share one."""
    return "".join(chance.choice(REFERENCE) for _ in range(5))


class Consultations(Outbox):
    """People, their drafts and cases."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher, health: Part) -> None:
        super().__init__(engine, cipher, health)
        self.drafting: set[int] = set()
        """Chats with a draft, known without asking: a tap on a page must not read a row. Filled by
        `begin`. It may name a chat whose draft is gone, never miss one."""
        self._kept = 0
        """How often a draft was kept."""
        self._session = _session()
        remember = self._upsert(persons)
        self._remember = remember.on_conflict_do_update(
            index_elements=["chat_id"], set_={"memory": remember.excluded.memory}
        )
        mark = self._upsert(inbox)
        self._mark = mark.on_conflict_do_update(
            index_elements=["update_id"],
            set_={"outcome": COMMITTED},
            where=inbox.c.outcome.is_(None),
        ).returning(inbox.c.update_id)
        keep = self._upsert(drafts)
        self._keep = keep.on_conflict_do_update(
            index_elements=["chat_id"],
            set_={one: keep.excluded[one] for one in ("reference", "touched", "body")},
        )
        prove = self._upsert(consents)
        self._prove = prove.on_conflict_do_update(
            index_elements=["subject", "consent", "at"],
            set_={"withdrawn": prove.excluded.withdrawn},
            # What was withdrawn stays so.
            where=consents.c.withdrawn.is_(None) & prove.excluded.withdrawn.is_not(None),
        )
        self._tried: dict[int, tuple[object, ...]] = {}
        """Turns whose commit nobody answered: they may be stored."""

    @to_its_end
    async def begin(self) -> None:
        """Once, before the first update: reads what is kept in memory, and queues again what was
        being sent when the last run ended.

        With a wrong key nothing is committed or read of consultations, and the log says so; whoever
        only wants to read a page, or needs a helpline, is not to suffer from it.
        """
        try:
            await self._ready()
        except WrongKey:
            log.error(
                "consultations were sealed with a key that is not in ENCRYPTION_KEYS, and cannot "
                "be used until it is there; add it and start again"
            )
        async with self._transaction() as connection:
            await self._wake(connection)
            found = await connection.execute(select(drafts.c.chat_id))
            self.drafting |= set(found.scalars())
        self.owing.set()

    # ── people ──────────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def person(self, chat_id: int) -> Person:
        """What is remembered of the person in this private chat. Raises WrongKey."""
        query = select(persons.c.memory).where(persons.c.chat_id == chat_id)
        async with self._engine.connect() as connection:
            sealed = (await connection.execute(query)).scalar()
        return self._person(chat_id, sealed)

    @to_its_end
    async def remember(self, chat_id: int, person: Person) -> None:
        """Stores what a person chose; remembering nobody deletes the row."""
        async with self._engine.begin() as connection:
            await self._put_person(connection, chat_id, person)

    async def _put_person(self, connection: AsyncConnection, chat_id: int, person: Person) -> None:
        if person == NOBODY:
            await connection.execute(delete(persons).where(persons.c.chat_id == chat_id))
            return
        memory = {"language": person.language, "country": person.country, "chat": chat_id}
        sealed = self._cipher.seal(json.dumps(memory).encode())
        await connection.execute(self._remember, {"chat_id": chat_id, "memory": sealed})

    def _person(self, chat_id: int, sealed: bytes | None) -> Person:
        if sealed is None:
            return NOBODY
        memory = json.loads(self._cipher.open(sealed))
        if memory.get("chat", chat_id) != chat_id:  # older rows do not say whose they are
            raise WrongPlace("what is remembered of one person lies in the row of another")
        return Person(memory.get("language"), memory.get("country"))

    # ── reading ─────────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def session(self, chat_id: int) -> Session:
        """All that is known of the person in this chat, cases oldest first. Raises WrongKey."""
        kept = self._kept
        async with self._engine.connect() as connection:
            rows = (await connection.execute(self._session, {"chat_id": chat_id})).all()
        person, draft, found = NOBODY, None, []
        for row in rows:
            if row.kind == "persons":
                person = self._person(chat_id, row.body)
            elif row.kind == "drafts":
                draft = self._draft(chat_id, row)
            else:
                found.append(self._case(row))
        if draft is None and self._kept == kept:  # else one may have been begun meanwhile
            self.drafting.discard(chat_id)
        return Session(person, draft, tuple(found), chat_id)

    @to_its_end
    async def case(self, number: str) -> Case | None:
        """The case as it is now. Raises WrongKey."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(cases).where(cases.c.number == number))).first()
        return None if row is None else self._case(row)

    @to_its_end
    async def standing(self, *, open_only: bool = False) -> list[Standing]:
        """Every case without what a person told, what must be answered first at the top."""
        waiting = func.sum(case((owed.c.state.in_((QUEUED, SENDING)), 1), else_=0))
        failed = func.sum(case((owed.c.state == FAILED, 1), else_=0))
        reason = func.max(case((owed.c.state != SENT, owed.c.reason), else_=""))
        counts = waiting.label("to_send"), failed.label("failed"), reason.label("reason")
        query = (
            select(cases, *counts)
            .outerjoin(owed, owed.c.number == cases.c.number)
            .group_by(*cases.c)
            .order_by(cases.c.closed.is_not(None), cases.c.due, cases.c.number)
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
                    _moment(row.delivered),
                    _moment(row.closed),
                    int(row.to_send),
                    int(row.failed),
                    row.reason or "",
                )
                for row in await connection.execute(query)
            ]

    @to_its_end
    async def proofs(self, chat_id: int) -> tuple[Consent, ...]:
        """Every consent that this person ever gave or refused and that is still kept, oldest
        first: also of drafts that are gone. Raises WrongKey."""
        await self._ready()
        subject = self._pseudonym(chat_id)
        query = select(consents).where(consents.c.subject == subject).order_by(consents.c.at)
        async with self._engine.connect() as connection:
            return tuple(
                replace(
                    self._opened(Consent, _proof(subject, row.consent, row.at), row.body),
                    withdrawn=_moment(row.withdrawn),
                )
                for row in await connection.execute(query)
            )

    def _draft(self, chat_id: int, row: Found) -> Draft:
        return self._opened(Draft, f"drafts/{chat_id}/{row.number}", row.body)

    def _case(self, row: Found) -> Case:
        found = self._opened(Case, f"cases/{row.number}/{row.chat_id}", row.body)
        return replace(
            found,
            chat_id=row.chat_id,
            state=row.state,
            due=moment(row.due),
            delivered=_moment(row.delivered),
            closed=_moment(row.closed),
        )

    # ── writing ─────────────────────────────────────────────────────────────────────────────────

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
        turn = (chat_id, person, tuple(changes))
        try:
            fresh = await self._commit_turn(chat_id, update_id, person, changes, now)
        except NO_ANSWER:
            self._tried[update_id] = turn
            raise
        if not fresh and self._tried.get(update_id) == turn:
            fresh = True
            self._known(chat_id, changes)
        self._tried.pop(update_id, None)
        if self._traces:
            with contextlib.suppress(*NO_ANSWER):  # it is stored; the next turn tries again
                await self.leave_no_trace()
        return fresh

    def _known(self, chat_id: int, changes: Sequence[Change]) -> None:
        for change in changes:
            if isinstance(change, KeepDraft):
                self._kept += 1
                self.drafting.add(chat_id)
            elif isinstance(change, DropDraft | EraseEverything):
                self.drafting.discard(chat_id)
        if changes:
            self.owing.set()

    @to_its_end
    async def _commit_turn(
        self,
        chat_id: int,
        update_id: int,
        person: Person | None,
        changes: Sequence[Change],
        now: datetime,
    ) -> bool:
        at = now.timestamp()
        await self._ready()
        async with self._transaction() as connection:
            # The number first: whoever else brings this update waits here, and finds it done.
            row = {"update_id": update_id, "received": at, "outcome": COMMITTED}
            if (await connection.execute(self._mark, row)).first() is None:
                return False
            if person is not None:
                await self._put_person(connection, chat_id, person)
            for change in changes:
                await self._make(connection, chat_id, change, at)
        self._known(chat_id, changes)
        return True

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
            case RaiseAlarm(number, kind):
                await self._raise_alarm(connection, chat_id, number, kind, at)
            case EraseEverything(language):
                await self._erase(connection, Asker(chat_id, language), at)
            case NoteExport():
                await self._audit(connection, at, self._pseudonym(chat_id), "export")

    async def _keep_draft(
        self, connection: AsyncConnection, chat_id: int, draft: Draft, at: float
    ) -> None:
        before = await _free(connection, draft.reference, chat_id)
        body = self._sealed(f"drafts/{chat_id}/{draft.reference}", draft)
        touched = draft.touched.timestamp()
        row = {"chat_id": chat_id, "reference": draft.reference, "touched": touched, "body": body}
        await connection.execute(self._keep, row)
        await self._prove_all(connection, chat_id, draft.consents)
        if before is not None and before != draft.reference:
            await self._forget(connection, [before], at)

    async def _drop_draft(self, connection: AsyncConnection, chat_id: int, at: float) -> None:
        gone = delete(drafts).where(drafts.c.chat_id == chat_id).returning(drafts.c.reference)
        dropped = (await connection.execute(gone)).scalars().all()
        await self._forget(connection, dropped, at)

    async def _open_case(
        self, connection: AsyncConnection, chat_id: int, opened: Case, at: float
    ) -> None:
        known = select(cases.c.chat_id).where(cases.c.number == opened.number)
        if (await connection.execute(known)).scalar() == chat_id:
            return
        await _free(connection, opened.number, chat_id)
        await connection.execute(
            delete(drafts).where(drafts.c.chat_id == chat_id, drafts.c.reference == opened.number)
        )
        row = {**_columns(opened), "number": opened.number, "chat_id": chat_id}
        row |= {"created": opened.created.timestamp(), "delivered": None}
        row["body"] = self._sealed(f"cases/{opened.number}/{chat_id}", opened)
        fresh = self._upsert(cases).on_conflict_do_nothing().returning(cases.c.number)
        if (await connection.execute(fresh, row)).first() is None:
            raise Outdated("somebody opened a case of this number at this moment")
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
        theirs = (cases.c.number == number) & (cases.c.chat_id == chat_id)
        before = (await connection.execute(select(cases).where(theirs).with_for_update())).first()
        if before is None:
            raise Outdated("the case is gone")
        if self._case(before).version != changed.version:
            raise Outdated("somebody changed the case meanwhile")
        if WITHDRAWN in news:
            await self._withdraw(connection, number, at)
        await self._put_case(connection, changed)
        await self._prove_all(connection, chat_id, changed.consents)
        told = tuple(one for one in news if one not in {WITHDRAWN, FILES})
        if WITHDRAWN not in news:
            if told:
                await self._owe(connection, number, NEWS, at, Detail(news=told))
            if FILES in news:
                await self._owe(connection, number, FILES, at)
        what = "withdraw" if WITHDRAWN in news else "change"
        await self._audit(connection, at, self._pseudonym(chat_id), what, number)

    async def _put_case(self, connection: AsyncConnection, changed: Case) -> None:
        """The next version of a case whose row is locked."""
        kept = replace(changed, version=changed.version + 1)
        body = self._sealed(f"cases/{kept.number}/{kept.chat_id}", kept)
        await connection.execute(
            update(cases).where(cases.c.number == kept.number).values(**_columns(kept), body=body)
        )

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

    async def _prove_all(
        self, connection: AsyncConnection, chat_id: int, decided: Iterable[Consent]
    ) -> None:
        subject = self._pseudonym(chat_id)
        rows = []
        for one in decided:
            at = one.at.timestamp()
            body = self._sealed(_proof(subject, one.id, at), one)
            withdrawn = None if one.withdrawn is None else one.withdrawn.timestamp()
            rows.append(
                {
                    "subject": subject,
                    "consent": one.id,
                    "at": at,
                    "withdrawn": withdrawn,
                    "body": body,
                }
            )
        if rows:
            await connection.execute(self._prove, rows)

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


def _session() -> Any:
    """Person, draft and cases of a chat in one statement: one round trip, and one moment."""
    chat_id = bindparam("chat_id", type_=BigInteger)
    nothing = cast(null(), Float)
    missing = (literal(0.0).label("created"), literal(0.0).label("due"))
    never = (nothing.label("delivered"), nothing.label("closed"))
    person = select(
        literal("persons").label("kind"),
        persons.c.chat_id,
        cast(literal(""), Text).label("number"),
        cast(literal(""), Text).label("state"),
        *missing,
        *never,
        persons.c.memory.label("body"),
    ).where(persons.c.chat_id == chat_id)
    draft = select(
        literal("drafts"),
        drafts.c.chat_id,
        drafts.c.reference,
        cast(literal(""), Text),
        *missing,
        *never,
        drafts.c.body,
    ).where(drafts.c.chat_id == chat_id)
    case_ = select(
        literal("cases"),
        cases.c.chat_id,
        cases.c.number,
        cases.c.state,
        cases.c.created,
        cases.c.due,
        cases.c.delivered,
        cases.c.closed,
        cases.c.body,
    ).where(cases.c.chat_id == chat_id)
    return union_all(person, draft, case_).order_by("created", "number")


async def _free(connection: AsyncConnection, wanted: str, chat_id: int) -> str | None:
    """The reference of the draft in this chat, if there is one. Raises Outdated when the reference
    that is wanted is that of a case, or of a draft in another chat."""
    sent = select(literal(0).label("draft"), cases.c.chat_id, cases.c.number)
    begun = select(literal(1), drafts.c.chat_id, drafts.c.reference)
    query = union_all(
        sent.where(cases.c.number == wanted),
        begun.where(or_(drafts.c.reference == wanted, drafts.c.chat_id == chat_id)),
    )
    before = None
    for row in await connection.execute(query):
        if not row.draft or row.chat_id != chat_id:
            raise Outdated("the reference is in use")
        before = row.number
    return before


def _columns(case_: Case) -> dict[str, Any]:
    """Columns that Talk decides about. `delivered` is the outbox's."""
    return {
        "state": case_.state,
        "due": case_.due.timestamp(),
        "closed": None if case_.closed is None else case_.closed.timestamp(),
    }


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else moment(seconds)


def _proof(subject: str, consent: str, at: float) -> str:
    return f"consents/{subject}/{consent}/{at!r}"


def _names(raw: Any, chat_id: int) -> bool:
    """Somewhere in this update is somebody or some chat with this number."""
    if isinstance(raw, dict):
        return raw.get("id") == chat_id or any(_names(one, chat_id) for one in raw.values())
    return isinstance(raw, list) and any(_names(one, chat_id) for one in raw)
