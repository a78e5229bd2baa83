"""The conversation that follows a case: letters of the person and of the staff.

A letter is kept once for each message, before anything of it is sent on; it goes when its case
goes.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.change import Reword, SendReply, TakeBack
from bot.dialogue.case import OURS, Letter, PassOn, Rate
from bot.storage.asking import Found, to_its_end
from bot.storage.cases import Outdated
from bot.storage.clock import counted_as
from bot.storage.owed import BYE, EDIT, EDITED, FAILED, QUEUED, REPLIED, REPLY, SAY, Key, Owed
from bot.storage.people import People
from bot.storage.tables import cases, letters, links, owed, ratings

ALBUM_SECONDS = 2.0
"""How long after its last piece an album is complete: Telegram sends each as an update."""

_TEXT = "text"


class Conversation(People):
    """Keeps letters, and owes them to the other side."""

    # ── reading ─────────────────────────────────────────────────────────────────────────────────

    @to_its_end
    async def letters(self, number: str) -> tuple[Letter, ...]:
        """What was written about a case since it was sent, oldest first. Raises WrongKey."""
        query = _in_order().where(letters.c.number == number)
        async with self._engine.connect() as connection:
            return tuple(self._letter(row) for row in await connection.execute(query))

    @to_its_end
    async def letters_of(self, chat_id: int) -> Mapping[str, tuple[Letter, ...]]:
        """The same of each case of a person, by its number. Raises WrongKey."""
        query = _in_order().join(cases, cases.c.number == letters.c.number)
        found: dict[str, tuple[Letter, ...]] = {}
        async with self._engine.connect() as connection:
            for row in await connection.execute(query.where(cases.c.chat_id == chat_id)):
                found[row.number] = (*found.get(row.number, ()), self._letter(row))
        return found

    @to_its_end
    async def letter(self, chat_id: int, message_id: int) -> Letter | None:
        """What was written in this message, as it says now. Raises WrongKey."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_of((chat_id, message_id)))).first()
        return None if row is None else self._letter(row)

    @to_its_end
    async def pending(self, number: str) -> frozenset[Key]:
        """Replies (chat, message) that can be taken back: nothing of them has begun to go out."""
        async with self._transaction() as connection:
            waiting = await self._not_begun(connection, number)
        return frozenset(key for one in waiting for key in one.detail.letters)

    def _letter(self, row: Found) -> Letter:
        return self._opened(Letter, _place(row.number, (row.chat_id, row.message_id)), row.body)

    async def _not_begun(self, connection: AsyncConnection, number: str) -> list[Owed]:
        """Replies of which the person surely has nothing yet."""
        begun = select(links.c.what).where(
            links.c.number == number, links.c.what.startswith(f"{REPLIED} ")
        )
        there = set((await connection.execute(begun)).scalars())
        return [
            one
            for one in await self._queued(connection, number, REPLY)
            if not one.unsure
            and there.isdisjoint(f"{REPLIED} {message}" for _, message in one.detail.letters)
        ]

    # ── from the person ─────────────────────────────────────────────────────────────────────────

    async def _pass_on(
        self, connection: AsyncConnection, chat_id: int, change: PassOn, at: float
    ) -> None:
        """Only a new letter opens a case again or begins a wait; an edit of one is owed as such."""
        number, letter = change.number, change.letter
        before = await self._locked(connection, number)
        if before.chat_id != chat_id:
            raise Outdated("the case is somebody else's")
        if before.muted:
            return
        if not await self._keep_letter(connection, number, letter):
            if letter.edited is not None:
                await self._edited(connection, letter, at)
            return
        after = replace(before, heard=before.heard + 1, away=False)
        if before.closed is not None:
            await self._drop(connection, number, BYE)
            after = replace(after, closed=None, reason=None)
        if before.waiting is None:
            after = replace(after, state=OURS, waiting=letter.at, due=change.due)
        await self._settle(connection, before, after, at)
        complete = at + ALBUM_SECONDS if letter.album is not None else 0.0
        await self._owe_letter(connection, number, SAY, letter, at, complete)

    async def _edited(self, connection: AsyncConnection, letter: Letter, at: float) -> None:
        """The group is owed the new words, unless what waits will say them anyway."""
        number = await self._says_now(connection, letter)
        if number is None:
            return
        for one in await self._queued(connection, number, SAY, EDITED):
            if not one.unsure and _key(letter) in one.detail.letters:
                return
        await self._owe_letter(connection, number, EDITED, replace(letter, album=None), at)

    async def _rate(
        self, connection: AsyncConnection, chat_id: int, change: Rate, at: float
    ) -> None:
        rated = await self._locked(connection, change.number)
        if rated.chat_id != chat_id:
            raise Outdated("the case is somebody else's")
        put = self._upsert(ratings)
        put = put.on_conflict_do_update(
            index_elements=["number"], set_={"at": put.excluded.at, "stars": put.excluded.stars}
        )
        language = counted_as(rated.language)
        row = {"number": rated.number, "at": at, "stars": change.stars, "language": language}
        await connection.execute(put, row)

    # ── from the staff ──────────────────────────────────────────────────────────────────────────

    async def _send_reply(self, connection: AsyncConnection, change: SendReply, at: float) -> bool:
        """Whether it is new."""
        await self._locked(connection, change.number)
        if not await self._keep_letter(connection, change.number, change.letter):
            return False
        after = change.after.timestamp()
        await self._owe_letter(connection, change.number, REPLY, change.letter, at, after)
        return True

    async def _take_back(self, connection: AsyncConnection, change: TakeBack) -> None:
        """All of an album, whichever piece was meant."""
        await self._locked(connection, change.number)
        for one in await self._not_begun(connection, change.number):
            if change.message in one.detail.letters:
                await connection.execute(owed.delete().where(owed.c.id == one.id))
                for chat_id, message_id in one.detail.letters:
                    its = letters.c.chat_id == chat_id, letters.c.message_id == message_id
                    await connection.execute(letters.delete().where(*its))
                return
        raise Outdated("the reply is on its way, or was taken back")

    async def _reword(self, connection: AsyncConnection, change: Reword, at: float) -> bool:
        """Whether anything says something else now."""
        letter = change.letter
        await self._locked(connection, change.number)
        number = await self._says_now(connection, letter)
        if number is None:
            return False
        replies = select(owed).where(owed.c.number == number, owed.c.kind.in_((REPLY, EDIT)))
        rows = await connection.execute(replies.order_by(owed.c.id).with_for_update())
        stands = False
        for row in rows.all():
            if row.state == FAILED or _key(letter) not in self._owed(row).detail.letters:
                continue
            # What is queued and was never tried says the new words when it goes.
            stands = row.state != QUEUED or row.unsure
        if stands:
            await self._owe_letter(connection, number, EDIT, replace(letter, album=None), at)
        return True

    # ── both ────────────────────────────────────────────────────────────────────────────────────

    async def _keep_letter(self, connection: AsyncConnection, number: str, letter: Letter) -> bool:
        """Whether it was not there yet."""
        row = {
            "number": number,
            "chat_id": letter.chat_id,
            "message_id": letter.message_id,
            "side": letter.side,
            "media": letter.kind != _TEXT,
            "at": letter.at.timestamp(),
            "body": self._sealed(_place(number, _key(letter)), letter),
        }
        fresh = self._upsert(letters).on_conflict_do_nothing().returning(letters.c.id)
        return (await connection.execute(fresh, row)).first() is not None

    async def _says_now(self, connection: AsyncConnection, letter: Letter) -> str | None:
        """The words of a letter are others now: the case it belongs to. None when it is kept of no
        case, or its text is the same as before (of a picture nobody can tell)."""
        query = _of(_key(letter)).where(letters.c.side == letter.side).with_for_update()
        row = (await connection.execute(query)).first()
        if row is None:
            return None
        before = self._letter(row)
        if before.words == letter.words and before.kind == letter.kind == _TEXT:
            return None
        after = replace(before, words=letter.words, kind=letter.kind, edited=letter.edited)
        body = self._sealed(_place(row.number, _key(letter)), after)
        media = after.kind != _TEXT
        await connection.execute(
            update(letters).where(letters.c.id == row.id).values(body=body, media=media)
        )
        return str(row.number)


def _key(letter: Letter) -> Key:
    return letter.chat_id, letter.message_id


def _place(number: str, key: Key) -> str:
    return f"letters/{number}/{key[0]}/{key[1]}"


def _in_order() -> Select[tuple[object, ...]]:
    return select(letters).order_by(letters.c.at, letters.c.id)


def _of(key: Key) -> Select[tuple[object, ...]]:
    return select(letters).where(letters.c.chat_id == key[0], letters.c.message_id == key[1])
