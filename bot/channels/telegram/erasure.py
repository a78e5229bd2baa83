"""Taking back what was posted to the staff: topics whole, messages one by one, honestly."""

import logging
from dataclasses import dataclass, field
from itertools import groupby

from bot.channels.telegram.calls import Calls, Refusal
from bot.channels.telegram.places import Places
from bot.channels.telegram.refusals import Outcome
from bot.i18n.text import text
from bot.storage.owed import Asker, Owed, Topic

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Messages deleted in one call (Bot API, deleteMessages)."""

_STAYS = {Outcome.KEPT, Outcome.NO_TOPICS, Outcome.REFUSED}
"""It was not deleted, and will not be before somebody gives the bot the right to."""


@dataclass(slots=True)
class _Tally:
    """Groups in which something is left that may go later, and in which it never can."""

    later: set[int] = field(default_factory=set)
    never: set[int] = field(default_factory=set)


class Erasure:
    """Deletes; edits what Telegram keeps to a line that says nothing; asks the staff to delete
    the rest by hand, and goes on trying until it is gone."""

    def __init__(self, calls: Calls, places: Places) -> None:
        self._calls = calls
        self._places = places
        self._asked: set[str] = set()
        """Cases about which the staff were asked since the start: once is enough."""

    def group_of(self, owed: Owed) -> int | None:
        """The group that it is most about."""
        groups = [chat_id for chat_id, _ in owed.detail.messages if chat_id < 0]
        if owed.detail.topic is not None:
            groups.insert(0, owed.detail.topic.group)
        return self._places.home(groups[0]) if groups else self._places.group_for(None)

    async def erase(self, owed: Owed, *, exists: bool) -> bool:
        """Whether nothing is left to be tried. `exists`: the case does, and only copies of its
        files have had their time. Raises Refusal."""
        tally = _Tally()
        if owed.detail.topic is not None:
            await self._topic(owed.detail.topic, tally)
        by_chat = groupby(sorted(owed.detail.messages), key=lambda one: one[0])
        for chat_id, messages in by_chat:
            await self._messages(owed.number, chat_id, [one for _, one in messages], tally)
        if tally.later or tally.never or owed.unsure:
            await self._ask(owed, tally, exists=exists)
        return not tally.later

    async def _topic(self, topic: Topic, tally: _Tally) -> None:
        group = self._places.home(topic.group)
        try:
            await self._calls.call("deleteForumTopic", group, message_thread_id=topic.id)
        except Refusal as refusal:
            if refusal.outcome is Outcome.TOPIC_GONE:
                return
            if refusal.outcome not in _STAYS:
                raise
            log.error("group %d: a topic could not be deleted: %s", group, refusal.why)
            tally.later.add(group)

    async def _messages(
        self, number: str, chat_id: int, messages: list[int], tally: _Tally
    ) -> None:
        """In a person's own chat they can delete themselves what is too old for the bot, and they
        are told how when they ask for it."""
        home = self._places.home(chat_id)
        if chat_id != home:
            tally.never.add(home)  # ids of messages do not go with a group that moves
            return
        try:
            for begin in range(0, len(messages), AT_ONCE):
                some = messages[begin : begin + AT_ONCE]
                await self._calls.call("deleteMessages", chat_id, message_ids=some)
        except Refusal as refusal:
            if refusal.outcome is Outcome.PERSON_AWAY:
                return
            if refusal.outcome not in {Outcome.DONE, *_STAYS}:
                raise
        else:
            return
        for message_id in messages:
            if not await self._message(number, chat_id, message_id) and chat_id < 0:
                tally.later.add(chat_id)

    async def _message(self, number: str, chat_id: int, message_id: int) -> bool:
        """Whether nothing of it can be read any more."""
        refused = await self._refused("deleteMessage", chat_id, message_id=message_id)
        if refused and chat_id < 0:
            said = self._places.speaker(chat_id).say(text("desk.deleted", ref=number))
            refused = await self._refused(
                "editMessageText", chat_id, message_id=message_id, text=said, parse_mode="HTML"
            )
        return not refused

    async def _refused(self, method: str, chat_id: int, **parameters: object) -> bool:
        try:
            await self._calls.call(method, chat_id, **parameters)
        except Refusal as refusal:
            if refusal.outcome not in {Outcome.DONE, *_STAYS}:
                raise
            return refusal.outcome is not Outcome.DONE
        return False

    async def _ask(self, owed: Owed, tally: _Tally, *, exists: bool) -> None:
        """Asks the staff to look and delete by hand; tells the person that something is left."""
        if owed.number in self._asked:
            return
        groups = tally.later | tally.never
        if not groups:
            group = self.group_of(owed)
            groups = set() if group is None else {group}
        said = text("desk.look-files" if exists else "desk.look", ref=owed.number)
        for group in groups:
            await self._calls.send(group, self._places.speaker(group).say(said))
        self._asked.add(owed.number)
        if owed.detail.asker is not None and (tally.later or tally.never):
            await self._own_up(owed.detail.asker, owed.number)

    async def _own_up(self, asker: Asker, number: str) -> None:
        """Tells who had everything deleted that something is left."""
        said = self._places.language(asker.language).say(text("my-data.left", ref=number))
        try:
            await self._calls.send(asker.chat_id, said)
        except Refusal as refusal:
            if refusal.outcome is not Outcome.PERSON_AWAY:
                raise
