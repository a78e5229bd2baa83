"""Where cases stand: which staff group, and which topic of it."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.telegram.calls import Calls, Refusal
from bot.channels.telegram.patience import patiently
from bot.channels.telegram.read import FIRST_SUPERGROUP
from bot.channels.telegram.refusals import Outcome
from bot.desk.desks import Desks
from bot.i18n.language import Language
from bot.i18n.text import Text, text
from bot.storage.owed import Posted
from bot.storage.store import Store

log = logging.getLogger(__name__)

CARD = "card"
"""Posted.what of the parts of a card: "card 1 2" is the first of two; behind that stands what marks
it (MARKED)."""

NEWS, NOTE, AWAY, BACK = "news", "note", "note away", "note back"
"""Posted.what of lines: of the person's own words, and of ours. Of the last two the later one says
what the staff know: that the person cannot be written to, or can be again."""

MARKED = {"repeat": "desk.repeat", "again": "desk.again"}
"""Words in the `what` of a card -> what it says for that reason, also when it is edited."""

PLAIN_SECONDS = 3600.0
"""How long a group counts as one without topics before one is tried again."""

LOSSES = 3
"""Topics of one case that may be gone; then it goes on without (some topics of Telegram's are
broken from the start: tdlib/telegram-bot-api #596, #693)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands, and what stands there: `topic` is None in a group that has none."""

    group: int
    topic: int | None
    language: Language
    posted: tuple[Posted, ...] = ()

    @property
    def card_parts(self) -> tuple[Posted, ...]:
        """The messages of the card. Of one that had to be posted anew, the last counts."""
        parts = [one for one in self.posted if one.what.startswith(f"{CARD} ")]
        firsts = [n for n, one in enumerate(parts) if one.what.split()[1] == "1"]
        return tuple(parts[firsts[-1] :]) if firsts else ()

    @property
    def card(self) -> int | None:
        """The message of the card, or of its first part."""
        return next((one.message_id for one in self.card_parts), None)

    @property
    def card_marks(self) -> tuple[Text, ...]:
        """What the card was marked with when it was posted."""
        words = self.card_parts[0].what.split() if self.card_parts else []
        return tuple(text(id) for word, id in MARKED.items() if word in words)

    @property
    def link(self) -> str | None:
        """The way to the card for who is in the group."""
        return None if self.card is None else link_to(self.group, self.topic, self.card)

    @property
    def away(self) -> bool:
        """Whether the staff were told that the person cannot be written to."""
        told = [one.what for one in self.posted if one.what in {AWAY, BACK}]
        return bool(told) and told[-1] == AWAY

    def holds(self, message_id: int, what: str) -> Posted:
        """A message that was posted there."""
        return Posted(self.group, message_id, self.topic, what)


class Places:
    """The staff's groups by the ids that they have now, and the topics in them."""

    def __init__(self, desks: Desks, store: Store, calls: Calls) -> None:
        self.desks = desks
        self._store = store
        self._calls = calls
        self._moved: dict[int, int] = {}
        self._plain: dict[int, float] = {}
        """Groups without topics, and until when (time.monotonic) they count as such."""
        self._losses: dict[str, int] = {}

    # ── groups ──

    async def refresh(self) -> None:
        """Reads which groups have moved. Raises one of NO_ANSWER."""
        self._moved = await self._store.moved()

    def home(self, group: int) -> int:
        """The id that a group has now."""
        seen = {group}
        while (group := self._moved.get(group, group)) not in seen:
            seen.add(group)
        return group

    @property
    def groups(self) -> frozenset[int]:
        """Every staff group, by the id that it has now."""
        return frozenset(self.home(group) for group in self.desks.groups)

    def group_for(self, language: str | None) -> int | None:
        """The group for a person of this language; None while none is meant for them."""
        desk = self.desks.of(language)
        return None if desk is None else self.home(desk.group)

    def speaker(self, group: int) -> Language:
        """The language that is spoken in a group, by whatever id."""
        old = (one for one in self.desks.groups if self.home(one) == group)
        return self.desks.speaker(next(old, group))

    def language(self, code: str) -> Language:
        """The language of a person (code or tag)."""
        return self.desks.language(code)

    # ── cases ──

    async def of(self, number: str) -> Place | None:
        """Where the case stands; None while it stands nowhere, or in a group that is not ours."""
        topic = await self._store.topic(number)
        if topic is None:
            return None
        if topic.group not in self.groups:
            await patiently(lambda: self._store.topic_gone(number))
            return None
        posted = tuple(
            one
            for one in await self._store.posted(number)
            if (one.chat_id, one.topic_id) == (topic.group, topic.id)
        )
        return Place(topic.group, topic.id, self.speaker(topic.group), posted)

    def anywhere(self, group: int) -> Place:
        """A group as a place of its own, outside all topics."""
        return Place(group, None, self.speaker(group))

    async def put(self, number: str, group: int, topic: int | None, now: datetime) -> bool:
        """The case stands there from now on. False: it was deleted meanwhile."""
        return await patiently(lambda: self._store.set_topic(number, group, topic, now))

    # ── topics ──

    def has_topics(self, group: int, number: str) -> bool:
        """Whether to try to make one for this case."""
        if self._plain.get(group, 0.0) <= time.monotonic():
            self._plain.pop(group, None)
        return group not in self._plain and self._losses.get(number, 0) < LOSSES

    def is_plain(self, group: int) -> bool:
        """No topics can be made there: Telegram said so."""
        return group in self._plain

    def no_topics(self, group: int) -> None:
        """Telegram said so just now."""
        log.warning("group %d: no topics can be made, so cases come as messages", group)
        self._plain[group] = time.monotonic() + PLAIN_SECONDS

    async def topic_gone(self, number: str) -> None:
        """Somebody deleted it: the case is owed its card and files anew."""
        self._losses[number] = self._losses.get(number, 0) + 1
        await patiently(lambda: self._store.topic_gone(number))

    async def reopen(self, number: str) -> None:
        """Opens a closed topic again; where that cannot be, it counts as gone, and the case goes
        on without one. Raises Refusal while nobody can tell."""
        topic = await self._store.topic(number)
        if topic is None or topic.id is None:
            return
        try:
            await self._calls.call("reopenForumTopic", topic.group, message_thread_id=topic.id)
        except Refusal as refusal:
            if refusal.outcome is Outcome.DONE:
                return
            if refusal.outcome in {Outcome.NOT_SENT, Outcome.WAIT, Outcome.UNSURE, Outcome.MOVED}:
                raise
            log.warning("group %d: a closed topic stays closed: %s", topic.group, refusal.why)
            self._losses[number] = LOSSES
            await self.topic_gone(number)


def link_to(group: int, topic: int | None, message: int) -> str | None:
    """A message of a staff group as an address; basic groups have none."""
    if group > FIRST_SUPERGROUP:
        return None
    inside = "" if topic is None else f"{topic}/"
    return f"https://t.me/c/{FIRST_SUPERGROUP - group}/{inside}{message}"


def numbers_in(posted: Sequence[Posted], kind: str) -> set[int]:
    """The numbers in the `what` of those that begin with `kind`: "file 12", "file lost 13 14"."""
    return {
        int(word)
        for one in posted
        if one.what.startswith(kind)
        for word in one.what.split()
        if word.isdecimal()
    }
