"""The topic of a case and its card: made, pinned, and kept at what is so now."""

import logging
from collections.abc import Sequence

from bot.channels.telegram.calls import Refusal
from bot.channels.telegram.patience import patiently
from bot.channels.telegram.places import CARD, MARKED, Place
from bot.channels.telegram.posting import NotYet, Posting
from bot.channels.telegram.present import keyboard
from bot.channels.telegram.refusals import Outcome
from bot.channels.telegram.talk import StaffTalk
from bot.desk.card import away, card, title
from bot.dialogue.case import Case
from bot.i18n.language import Language
from bot.i18n.text import Spoken, Text, text
from bot.storage.owed import Owed, Posted

log = logging.getLogger(__name__)


class Cards:
    """Every method makes the calls for one thing that is owed. Raises Refusal, NotYet."""

    def __init__(self, posting: Posting, talk: StaffTalk) -> None:
        self._posting = posting
        self._places = posting.places
        self._calls = posting.calls
        self._talk = talk
        self._told_plain: set[int] = set()

    async def open(self, owed: Owed, case: Case) -> None:
        """The topic, then the card with all answers."""
        place = await self._places.of(case.number)
        if place is None:
            group = self._places.group_for(case.language)
            if group is None:
                raise NotYet
            if self._places.has_topics(group, case.number) and await self._topic(owed, case, group):
                return  # the card is the next call
            if not await self._places.put(case.number, group, None, self._posting.now()):
                await self._posting.sent(owed)
                return
            place = self._places.anywhere(group)
        await self._card(owed, case, place)

    async def _topic(self, owed: Owed, case: Case, group: int) -> bool:
        """Makes it and notes it. False: there can be none."""
        posting, store = self._posting, self._posting.store
        name = title(case, posting.form, self._places.speaker(group))
        try:
            made = await self._calls.call("createForumTopic", group, name=name)
        except Refusal as refusal:
            if refusal.outcome is not Outcome.NO_TOPICS:
                raise
            self._places.no_topics(group)
            return False
        topic = int(made["message_thread_id"])
        if not await self._places.put(case.number, group, topic, posting.now()):
            await posting.sent(owed)
        elif owed.unsure:
            # An earlier try may have left another topic of this name: the card will say so.
            await patiently(
                lambda: store.put_off(owed.id, posting.now(), "topic made", unsure=True)
            )
        else:
            await patiently(lambda: store.progress(owed.id, ()))
        return True

    async def _card(self, owed: Owed, case: Case, place: Place) -> None:
        marked = []
        if owed.unsure or place.card is not None:
            # Of a card in several parts that was interrupted, all of it comes again: the answers
            # may have been changed meanwhile, and then the parts would not fit together.
            marked.append("repeat")
        if case.delivered is not None:
            marked.append("again")
        parts = self._said(case, place.language, [text(MARKED[word]) for word in marked])
        first: int | None = None
        for number, part in enumerate(parts, start=1):
            keys = None if first else keyboard(self._talk.keys(case, place.language))
            message_id = await self._posting.say(place, part, answering=first, reply_markup=keys)
            first = first or message_id
            what = " ".join((CARD, str(number), str(len(parts)), *marked))
            posted = [place.holds(message_id, what)]
            if number == len(parts):
                await self._posting.sent(owed, posted)
            elif not await self._posting.more(owed, place.group, posted):
                return
        if self._places.is_plain(place.group):
            await self._say_plain(place)

    def _said(self, case: Case, language: Language, marks: Sequence[Text]) -> tuple[Spoken, ...]:
        form = self._posting.form
        gone = (away(case, form, language),) if case.away else ()
        return card(case, form, language, self._posting.now(), *marks, *gone)

    async def _say_plain(self, place: Place) -> None:
        """Says once that the group has no topics. Nothing depends on it."""
        if place.group in self._told_plain:
            return
        self._told_plain.add(place.group)
        try:
            await self._posting.say(place, place.language.say(text("desk.no-topics")))
        except Refusal as refusal:
            log.warning("group %d could not be told about topics: %s", place.group, refusal.why)

    async def edit(self, owed: Owed, case: Case) -> None:
        """The card says what is so now, and has the buttons for it. Of one in several parts all
        are edited: what stands above in it may have moved words from one to the next."""
        posting = self._posting
        place = await posting.standing(case.number)
        there = place.card_parts
        posted: list[Posted] = []
        for number, part in enumerate(self._said(case, place.language, place.card_marks)):
            if number and not await posting.more(owed, place.group, posted):
                return
            keys = None if number else keyboard(self._talk.keys(case, place.language))
            posted = []
            if number < len(there):
                await self._again(place, there[number].message_id, part, keys)
            else:
                message_id = await posting.say(place, part, answering=place.card)
                posted = [place.holds(message_id, f"{CARD} {number + 1} {number + 1}")]
        await posting.sent(owed, posted)

    async def _again(self, place: Place, message_id: int, said: Spoken, keys: str | None) -> None:
        try:
            await self._calls.edit(place.group, message_id, said, reply_markup=keys)
        except Refusal as refusal:
            # Nobody needs it so much as to hear of it: whoever deleted a card did so on purpose.
            if refusal.outcome not in {Outcome.DONE, Outcome.KEPT}:
                raise

    async def pin(self, owed: Owed, case: Case) -> None:
        """The card is pinned in its topic, without a sound."""
        place = await self._posting.standing(case.number)
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
        await self._posting.sent(owed)
