"""What every delivery is made of: noting before and after, the place of a case, words into it."""

from collections.abc import Callable, Container, Sequence
from datetime import datetime
from typing import Any

from bot.channels.telegram.calls import Calls
from bot.channels.telegram.patience import patiently
from bot.channels.telegram.places import Place, Places
from bot.desk.card import line
from bot.dialogue.case import Letter
from bot.dialogue.intake.form import Form
from bot.i18n.text import Spoken, Text, text
from bot.storage.database import NO_ANSWER
from bot.storage.owed import Owed, Posted
from bot.storage.store import Store


class NotYet(Exception):  # noqa: N818 - a state of affairs, not a fault
    """Something else has to come first."""


class Posting:
    """A call is noted in the store before it is made, and its result after; so whatever happens in
    between, the next start knows that it may have been made. `now` gives the time (UTC)."""

    def __init__(
        self,
        calls: Calls,
        store: Store,
        form: Form,
        places: Places,
        now: Callable[[], datetime],
    ) -> None:
        self.calls = calls
        self.store = store
        self.form = form
        self.places = places
        self.now = now

    # ── before and after ──

    async def begin(self, owed: Owed) -> bool:
        """Notes that a call begins; False when it is not owed any more."""
        try:
            return await self.store.sending(owed.id)
        except NO_ANSWER:
            # Noted or not, nothing was called.
            await patiently(lambda: self.store.put_off(owed.id, self.now(), "database"))
            return False

    async def more(self, owed: Owed, chat_id: int, posted: Sequence[Posted], cost: int = 1) -> bool:
        """Notes what is there, waits until the next call can go at once, and notes that it
        begins; False when nothing more is owed."""
        await patiently(lambda: self.store.progress(owed.id, posted))
        await self.calls.room(chat_id, cost)
        return await self.begin(owed)

    async def sent(self, owed: Owed, posted: Sequence[Posted] = ()) -> None:
        """All of it is there."""
        await patiently(lambda: self.store.sent(owed.id, posted, self.now()))

    async def failed(self, owed: Owed, reason: str) -> None:
        """It never will be."""
        await patiently(lambda: self.store.failed(owed.id, reason))

    # ── into a group ──

    async def standing(self, number: str) -> Place:
        """Where the case stands. Raises NotYet while its card is not there."""
        place = await self.places.of(number)
        if place is None or place.card is None:
            raise NotYet
        return place

    async def line(
        self, place: Place, number: str, what: str, *said: Text, answering: int | None = None
    ) -> list[Posted]:
        """A line that begins with the number, in answer to a message or to the card."""
        whole = line(number, place.language, *said)
        message_id = await self.say(place, whole, answering=answering or place.card)
        return [place.holds(message_id, what)]

    async def say(
        self, place: Place, said: Spoken, *, answering: int | None = None, **how: Any
    ) -> int:
        """Words into the place of a case; the message's id."""
        return await self.calls.send(
            place.group,
            said,
            message_thread_id=place.topic,
            reply_parameters=answer_to(answering),
            protect_content=True,  # nobody passes it on out of the group by a slip (P14)
            **how,
        )

    # ── letters ──

    async def written(self, owed: Owed, *, but: Container[int] = ()) -> tuple[Letter, ...]:
        """The letters that it is about, as they read now, in their order; `but` those messages.
        What was taken back meanwhile is not among them."""
        wanted = sorted(key for key in owed.detail.letters if key[1] not in but)
        found = [await self.store.letter(*key) for key in wanted]
        return tuple(one for one in found if one is not None)

    async def opposite(self, letter: Letter, chat_id: int) -> int | None:
        """What stands for the message that this letter answers in the other side's chat."""
        if letter.answers is None:
            return None
        return await self.beside(letter.chat_id, letter.answers, chat_id)

    async def beside(self, chat_id: int, message_id: int, other: int) -> int | None:
        """What stands for a message in another chat."""
        found = await self.store.counterpart(chat_id, message_id)
        return found[1] if found is not None and found[0] == other else None


def marks(owed: Owed) -> tuple[Text, ...]:
    """What stands above something that may be there already."""
    return (text("desk.repeat"),) if owed.unsure else ()


def answer_to(message_id: int | None) -> dict[str, Any] | None:
    """Bot API, ReplyParameters. Whoever wrote that message may have deleted it."""
    if message_id is None:
        return None
    return {"message_id": message_id, "allow_sending_without_reply": True}
