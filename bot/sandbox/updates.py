"""What waits for the bot: updates, kept until they are confirmed or a day old.

Telegram's rules: an update is confirmed by a call with a higher offset, a call brings 100 at most,
and what nobody fetched within 24 hours is gone (Bot API: getUpdates).
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
    }
)
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
LIFETIME = 24 * 3600.0
"""Seconds an unfetched update is kept."""
FIRST_ID = 700_000_001


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that waits: its id, the order it keeps (`key`), since when, and its JSON."""

    id: int
    key: int
    at: float
    body: bytes


class UpdateQueue:
    """Updates in order. `now` gives the time in seconds; `listeners` hear of every new one."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._waiting: OrderedDict[int, Waiting] = OrderedDict()
        self.allowed: frozenset[str] | None = None
        self.next_id = FIRST_ID
        self.listeners: list[Callable[[Waiting], None]] = []

    def __len__(self) -> int:
        self._expire()
        return len(self._waiting)

    def __contains__(self, update_id: int) -> bool:
        self._expire()
        return update_id in self._waiting

    def __iter__(self) -> Iterator[Waiting]:
        self._expire()
        return iter(list(self._waiting.values()))

    def wants(self, kind: str) -> bool:
        """False if the bot did not ask for this kind of update."""
        if self.allowed is None:
            return kind not in NOT_BY_DEFAULT
        return kind in self.allowed

    def allow(self, kinds: Iterable[str]) -> None:
        """The bot names what it wants; unknown names are ignored, none at all means the default."""
        self.allowed = frozenset(kinds) & KINDS or None

    def add(self, kind: str, content: dict[str, Any], key: int) -> int | None:
        """Queue an update of this kind and say its id; None if the bot does not want such."""
        return self.add_raw({kind: content}, key) if self.wants(kind) else None

    def add_raw(self, update: dict[str, Any], key: int = 0) -> int:
        """Queue an update as it is, wanted or not, and say the id it got."""
        self._expire()
        update_id = self.next_id
        self.next_id += 1
        body = json.dumps({"update_id": update_id, **update}, separators=(",", ":"))
        waiting = self._waiting[update_id] = Waiting(update_id, key, self._now(), body.encode())
        for listener in self.listeners:
            listener(waiting)
        return update_id

    def confirm(self, offset: int) -> None:
        """Forget what lies before `offset`; if negative, all but the last -offset updates."""
        waiting = self._waiting
        if offset < 0:
            while len(waiting) > -offset:
                waiting.popitem(last=False)
        else:
            while waiting and next(iter(waiting)) < offset:
                waiting.popitem(last=False)

    def done(self, update_id: int) -> None:
        """Forget one update, wherever it stands (a webhook took it)."""
        self._waiting.pop(update_id, None)

    def batch(self, limit: int) -> list[Waiting]:
        """The first `limit` updates that wait; they stay until confirmed."""
        self._expire()
        return list(islice(self._waiting.values(), limit))

    def clear(self) -> None:
        self._waiting.clear()

    def _expire(self) -> None:
        oldest = self._now() - LIFETIME
        while self._waiting and next(iter(self._waiting.values())).at < oldest:
            self._waiting.popitem(last=False)
