"""What is owed, call by call: the topic and card of a case, its files, and the lines about it.

A call is noted in the store before it is made, and its result after; so whatever happens in
between, the next start knows that it may have been made. What is known to stand in the group
already is not sent again: each time, what is there is compared with what should be.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.channels.telegram.calls import Calls, Refusal
from bot.channels.telegram.client import Client
from bot.channels.telegram.erasure import Erasure
from bot.channels.telegram.places import CARD, Place, Places, numbers_in
from bot.channels.telegram.present import keyboard
from bot.channels.telegram.receive import patiently
from bot.channels.telegram.refusals import Outcome
from bot.desk.card import away, card, line, news, readable, title
from bot.desk.desks import Desks
from bot.dialogue.case import Case, File
from bot.dialogue.intake.form import Form
from bot.dialogue.rights import reminder
from bot.i18n.text import Spoken, Text, text
from bot.storage.database import NO_ANSWER
from bot.storage.owed import (
    ALARM,
    ERASE,
    FILE,
    FILES,
    NEWS,
    OPEN,
    PIN,
    REMIND,
    TELL,
    WITHDRAWN,
    Asker,
    Owed,
    Posted,
)
from bot.storage.store import Store

log = logging.getLogger(__name__)

NOTE, AWAY = "note", "note away"
"""Posted.what of lines; the second one says that the person cannot be written to."""

COPY, LOST, HEADING = FILE, f"{FILE} lost", f"{FILE} note"
"""Posted.what: "file 12" is the copy of message 12 in the person's chat, "file lost 12" the line
that says that there is none any more."""


class NotYet(Exception):  # noqa: N818 - a state of affairs, not a fault
    """Something else has to come first."""


class Outgoing:
    """Makes the calls for one thing that is owed. `now` gives the time (UTC)."""

    def __init__(
        self,
        client: Client,
        store: Store,
        form: Form,
        desks: Desks,
        now: Callable[[], datetime],
    ) -> None:
        self._calls = Calls(client)
        self._store = store
        self._form = form
        self._now = now
        self.places = Places(desks, store, self._calls)
        self._erasure = Erasure(self._calls, self.places)
        self._told_plain: set[int] = set()
        self._hands = {
            OPEN: self._open,
            PIN: self._pin,
            FILES: self._files,
            NEWS: self._news,
            WITHDRAWN: self._withdrawn,
            TELL: self._tell,
        }

    async def chat_of(self, owed: Owed) -> int | None:
        """The chat whose turn it is to get this; None while no group is meant for it."""
        if owed.kind == ERASE:
            return self._erasure.group_of(owed)
        if owed.kind == REMIND and owed.detail.asker is not None:
            return owed.detail.asker.chat_id
        case = await self._store.case(owed.number)
        if case is not None and owed.kind == TELL:
            return case.chat_id
        topic = await self._store.topic(owed.number)
        if topic is not None and topic.group in self.places.groups:
            return topic.group
        return self.places.group_for(case.language if case is not None else None)

    async def room(self, chat_id: int) -> None:
        """Returns when a call into this chat would go at once. Raises Refusal."""
        await self._calls.room(chat_id)

    async def begin(self, owed: Owed) -> bool:
        """Notes that a call begins; False when it is not owed any more."""
        try:
            return await self._store.sending(owed.id)
        except NO_ANSWER:
            # Noted or not, nothing was called.
            await patiently(lambda: self._store.put_off(owed.id, self._now(), "database"))
            return False

    async def hand_over(self, owed: Owed) -> None:
        """The calls for it; `begin` was said before.

        Raises Refusal when a call fails, NotYet when something else must come first.
        """
        case = await self._store.case(owed.number)
        if owed.kind == ERASE:
            if not await self._erasure.erase(owed, exists=case is not None):
                raise NotYet
            await self._sent(owed)
        elif owed.kind == REMIND and owed.detail.asker is not None:
            await self._remind(owed, owed.detail.asker)
        elif owed.kind == ALARM and case is None:
            await self._alarm(owed, None)
        elif case is None:
            await self._sent(owed)  # it was deleted meanwhile
        elif owed.kind != WITHDRAWN and not readable(case, self._form):
            log.warning("case %s: not sent, for there is no consent", owed.number)
            await patiently(lambda: self._store.failed(owed.id, "no consent"))
        elif owed.kind == ALARM:
            await self._alarm(owed, case)
        else:
            await self._hands[owed.kind](owed, case)

    # ── topic and card ──

    async def _open(self, owed: Owed, case: Case) -> None:
        place = await self.places.of(case.number)
        if place is None:
            group = self.places.group_for(case.language)
            if group is None:
                raise NotYet
            if self.places.has_topics(group, case.number) and await self._topic(owed, case, group):
                return  # the card is the next call
            if not await self.places.put(case.number, group, None, self._now()):
                await self._sent(owed)
                return
            place = self.places.anywhere(group)
        await self._card(owed, case, place)

    async def _topic(self, owed: Owed, case: Case, group: int) -> bool:
        """Makes it and notes it. False: there can be none."""
        name = title(case, self._form, self.places.speaker(group))
        try:
            made = await self._calls.call("createForumTopic", group, name=name)
        except Refusal as refusal:
            if refusal.outcome is not Outcome.NO_TOPICS:
                raise
            self.places.no_topics(group)
            return False
        topic = int(made["message_thread_id"])
        if not await self.places.put(case.number, group, topic, self._now()):
            await self._sent(owed)
        elif owed.unsure:
            # An earlier try may have left another topic of this name: the card will say so.
            await patiently(
                lambda: self._store.put_off(owed.id, self._now(), "topic made", unsure=True)
            )
        else:
            await patiently(lambda: self._store.progress(owed.id, ()))
        return True

    async def _card(self, owed: Owed, case: Case, place: Place) -> None:
        marks = []
        if owed.unsure or place.card is not None:
            # Of a card in several parts that was interrupted, all of it comes again: the answers
            # may have been changed meanwhile, and then the parts would not fit together.
            marks.append(text("desk.repeat"))
        if case.delivered is not None:
            marks.append(text("desk.again"))
        parts = card(case, self._form, place.language, self._now(), *marks)
        first: int | None = None
        for number, part in enumerate(parts, start=1):
            message_id = await self._say(place, part, answering=first)
            first = first or message_id
            posted = [place.holds(message_id, f"{CARD} {number} {len(parts)}")]
            if number == len(parts):
                await self._sent(owed, posted)
            elif not await self._more(owed, place, posted):
                return
        if self.places.is_plain(place.group):
            await self._say_plain(place)

    async def _say_plain(self, place: Place) -> None:
        """Says once that the group has no topics. Nothing depends on it."""
        if place.group in self._told_plain:
            return
        self._told_plain.add(place.group)
        try:
            await self._say(place, place.language.say(text("desk.no-topics")))
        except Refusal as refusal:
            log.warning("group %d could not be told about topics: %s", place.group, refusal.why)

    async def _pin(self, owed: Owed, case: Case) -> None:
        place = await self._standing(case)
        if place.topic is not None:  # a group without topics would soon have nothing but pins
            try:
                await self._calls.call(
                    "pinChatMessage",
                    place.group,
                    message_id=place.card,
                    disable_notification=True,
                )
            except Refusal as refusal:
                if refusal.outcome is not Outcome.REFUSED:
                    raise
                # It stands first in its topic anyway.
                log.warning("group %d: a card was not pinned: %s", place.group, refusal.why)
        await self._sent(owed)

    # ── files ──

    async def _files(self, owed: Owed, case: Case) -> None:
        """Copies of what is not there yet, albums as albums, with a line above where needed."""
        place = await self._standing(case)
        there = numbers_in(place.posted, FILE)
        albums = [one for one in _albums(case.files) if there.isdisjoint(one)]
        posted: Sequence[Posted] = ()
        if albums and (owed.unsure or place.topic is None):
            marks = [text("desk.repeat")] if owed.unsure else []
            said = text("desk.files-follow")
            posted = await self._line(place, case.number, HEADING, *marks, said)
        for album in albums:
            first = not posted and album is albums[0] and len(album) == 1
            if not first and not await self._more(owed, place, posted, len(album)):
                return
            posted = await self._copy(case, place, album)
        await self._sent(owed, posted)

    async def _copy(self, case: Case, place: Place, album: list[int]) -> list[Posted]:
        """An album or a single file; and a line about what of it the person has deleted."""
        try:
            copies = await self._calls.call(
                "copyMessages",
                place.group,
                message_thread_id=place.topic,
                from_chat_id=case.chat_id,
                message_ids=album,
            )
        except Refusal as refusal:
            # The group was there for the card: what is not found now is the person's chat.
            gone = "chat not found" in refusal.error.message.lower()
            if not gone and refusal.outcome is not Outcome.SOURCE_GONE:
                raise
            copies = []
        posted = [
            place.holds(int(copy["message_id"]), f"{COPY} {source}")
            for source, copy in zip(album, copies, strict=False)
        ]
        lost = album[len(copies) :]
        if lost:
            # Telegram does not say which, so the numbers of an album may be exchanged. All they
            # say is that nothing of it is to be tried again.
            what = " ".join((LOST, *map(str, lost)))
            said = text("desk.files-lost", n=len(lost))
            posted += await self._line(place, case.number, what, said)
        return posted

    # ── lines ──

    async def _news(self, owed: Owed, case: Case) -> None:
        place = await self._standing(case)
        marks = _marks(owed)
        posted: list[Posted] = []
        for part in news(case, owed.detail.news, self._form, place.language, *marks):
            if posted and not await self._more(owed, place, posted):
                return
            message_id = await self._say(place, part, answering=place.card)
            posted = [place.holds(message_id, NOTE)]
        await self._sent(owed, posted)

    async def _withdrawn(self, owed: Owed, case: Case) -> None:
        place = await self.places.of(case.number)
        posted: list[Posted] = []
        if place is not None:
            said = (*_marks(owed), text("desk.withdrawn"))
            try:
                posted = await self._line(place, case.number, NOTE, *said)
            except Refusal as refusal:
                if refusal.outcome is not Outcome.TOPIC_GONE:
                    raise  # else nobody can go on reading there anyway
        await self._sent(owed, posted)

    async def _alarm(self, owed: Owed, case: Case | None) -> None:
        """In the case's topic; while it has none, where everybody in the group reads."""
        place = await self.places.of(owed.number)
        if place is None:
            group = self.places.group_for(case.language if case is not None else None)
            if group is None:
                raise NotYet
            place = self.places.anywhere(group)
        said = text("desk.alarm" if case is not None else "desk.alarm-draft")
        await self._sent(owed, await self._line(place, owed.number, NOTE, *_marks(owed), said))

    async def _tell(self, owed: Owed, case: Case) -> None:
        """The quiet mark for the person; when it cannot reach them, the staff are told."""
        said = text("desk.delivered-again" if owed.unsure else "desk.delivered", ref=case.number)
        spoken = self.places.language(case.language).say(said)
        try:
            message_id = await self._calls.send(case.chat_id, spoken, disable_notification=True)
        except Refusal as refusal:
            if refusal.outcome is not Outcome.PERSON_AWAY:
                raise
            await self._away(owed, case)
            return
        await self._sent(owed, (Posted(case.chat_id, message_id, None, TELL),))

    async def _remind(self, owed: Owed, asker: Asker) -> None:
        """A word about a form that waits, once, and the way back to it."""
        screen = reminder(self.places.language(asker.language))
        try:
            if not owed.unsure:
                keys = keyboard(screen)
                await self._calls.send(asker.chat_id, screen.body, reply_markup=keys)
        except Refusal as refusal:
            if refusal.outcome is not Outcome.PERSON_AWAY:
                raise
        await self._sent(owed)

    async def _away(self, owed: Owed, case: Case) -> None:
        place = await self._standing(case)
        if not any(one.what == AWAY for one in place.posted):
            said = away(case, self._form, place.language)
            posted = await self._line(place, case.number, AWAY, *_marks(owed), said)
            await patiently(lambda: self._store.progress(owed.id, posted))
        await patiently(lambda: self._store.failed(owed.id, "person away"))

    # ── pieces ──

    async def _standing(self, case: Case) -> Place:
        """Where the case stands. Raises NotYet while its card is not there."""
        place = await self.places.of(case.number)
        if place is None or place.card is None:
            raise NotYet
        return place

    async def _line(self, place: Place, number: str, what: str, *said: Text) -> list[Posted]:
        """A line that begins with the number, in answer to the card."""
        whole = line(number, place.language, *said)
        return [place.holds(await self._say(place, whole, answering=place.card), what)]

    async def _say(self, place: Place, said: Spoken, *, answering: int | None = None) -> int:
        answer: dict[str, Any] | None = None
        if answering is not None:
            # Staff may have deleted the card.
            answer = {"message_id": answering, "allow_sending_without_reply": True}
        return await self._calls.send(
            place.group,
            said,
            message_thread_id=place.topic,
            reply_parameters=answer,
            protect_content=True,  # nobody passes it on out of the group by a slip (P14)
        )

    async def _sent(self, owed: Owed, posted: Sequence[Posted] = ()) -> None:
        await patiently(lambda: self._store.sent(owed.id, posted, self._now()))

    async def _more(
        self, owed: Owed, place: Place, posted: Sequence[Posted], cost: int = 1
    ) -> bool:
        """Notes what is there, waits until the next call can go at once, and notes that it
        begins; False when nothing more is owed."""
        await patiently(lambda: self._store.progress(owed.id, posted))
        await self._calls.room(place.group, cost)
        return await self.begin(owed)


def _marks(owed: Owed) -> tuple[Text, ...]:
    return (text("desk.repeat"),) if owed.unsure else ()


def _albums(files: Iterable[File]) -> list[list[int]]:
    """The messages of files that were sent together, together; of the others one by one."""
    found: dict[str, list[int]] = {}
    for one in files:
        found.setdefault(one.album or f"{COPY} {one.message_id}", []).append(one.message_id)
    return [sorted(album) for album in found.values()]
