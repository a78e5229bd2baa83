"""People: what they chose, the form they are filling in, what they agreed to, and all of it at once
when something happens in their chat."""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    Text,
    bindparam,
    cast,
    delete,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.dialogue.case import Consent, Draft, Session
from bot.dialogue.event import NOBODY, Person
from bot.health import Part
from bot.storage.asking import Found, to_its_end
from bot.storage.cases import Outdated, maybe
from bot.storage.crypto import Cipher, WrongKey, WrongPlace
from bot.storage.outbox import Outbox
from bot.storage.tables import cases, consents, drafts, persons

log = logging.getLogger(__name__)


class People(Outbox):
    """Persons, drafts and proofs of consent."""

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
    async def person(self, chat_id: int) -> Person:
        """What is remembered of the person in this private chat. Raises WrongKey."""
        query = select(persons.c.memory).where(persons.c.chat_id == chat_id)
        async with self._engine.connect() as connection:
            sealed = (await connection.execute(query)).scalar()
        return self._person(chat_id, sealed)

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
                    withdrawn=maybe(row.withdrawn),
                )
                for row in await connection.execute(query)
            )

    def _person(self, chat_id: int, sealed: bytes | None) -> Person:
        if sealed is None:
            return NOBODY
        memory = json.loads(self._cipher.open(sealed))
        if memory.get("chat", chat_id) != chat_id:  # older rows do not say whose they are
            raise WrongPlace("what is remembered of one person lies in the row of another")
        return Person(memory.get("language"), memory.get("country"))

    def _draft(self, chat_id: int, row: Found) -> Draft:
        return self._opened(Draft, f"drafts/{chat_id}/{row.number}", row.body)

    # ── writing ─────────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def remember(self, chat_id: int, person: Person) -> None:
        """Stores what a person chose; remembering nobody deletes the row."""
        async with self._transaction() as connection:
            await self._put_person(connection, chat_id, person)

    async def _put_person(self, connection: AsyncConnection, chat_id: int, person: Person) -> None:
        if person == NOBODY:
            await connection.execute(delete(persons).where(persons.c.chat_id == chat_id))
            return
        memory = {"language": person.language, "country": person.country, "chat": chat_id}
        sealed = self._cipher.seal(json.dumps(memory).encode())
        await connection.execute(self._remember, {"chat_id": chat_id, "memory": sealed})

    async def _keep_draft(
        self, connection: AsyncConnection, chat_id: int, draft: Draft, at: float
    ) -> None:
        before = await free(connection, draft.reference, chat_id)
        body = self._sealed(f"drafts/{chat_id}/{draft.reference}", draft)
        touched = draft.touched.timestamp()
        row = {"chat_id": chat_id, "reference": draft.reference, "touched": touched, "body": body}
        await connection.execute(self._keep, row)
        await self._prove_all(connection, chat_id, draft.consents)
        if before is not None and before != draft.reference:
            await self._forget(connection, [before], at)

    async def _drop_draft(self, connection: AsyncConnection, chat_id: int, at: float) -> None:
        gone = delete(drafts).where(drafts.c.chat_id == chat_id).returning(drafts.c.reference)
        dropped: Sequence[str] = (await connection.execute(gone)).scalars().all()
        await self._forget(connection, dropped, at)

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


def _session() -> Any:
    """Person, draft and cases of a chat in one statement: one round trip, and one moment."""
    chat_id = bindparam("chat_id", type_=BigInteger)
    nothing = cast(null(), Float)
    missing = (literal(0.0).label("created"), literal(0.0).label("due"))
    never = tuple(nothing.label(name) for name in ("delivered", "closed", "waiting"))
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
        cases.c.waiting,
        cases.c.body,
    ).where(cases.c.chat_id == chat_id)
    return union_all(person, draft, case_).order_by("created", "number")


async def free(connection: AsyncConnection, wanted: str, chat_id: int) -> str | None:
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


def _proof(subject: str, consent: str, at: float) -> str:
    return f"consents/{subject}/{consent}/{at!r}"
