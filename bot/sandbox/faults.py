"""What goes wrong between a bot and Telegram, on demand: for tests, and for the page.

sandbox.faults.latency = 0.04
sandbox.faults.script("429", method="sendMessage", retry_after=3)
sandbox.faults.script("drop_after", chat_id=42, times=2)
sandbox.faults.calls_of("sendMessage")[-1].params["text"]
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.call import Call
from bot.sandbox.model import Json

OUTCOMES = ("429", "500", "502", "half", "drop_before", "drop_after", "refuse", "slow")
"""429 with retry_after · 500 in JSON · 502 in HTML · half of the JSON, after acting · the
connection lost before or after acting · any other refusal · only late."""

KEPT_CALLS = 20_000
"""How many calls are remembered; older ones are only counted."""
PACED = frozenset(
    {
        "sendMessage",
        "sendPhoto",
        "sendDocument",
        "sendMediaGroup",
        "copyMessage",
        "copyMessages",
        "forwardMessage",
        "forwardMessages",
        "editMessageText",
        "editMessageCaption",
        "editMessageReplyMarkup",
        "createForumTopic",
    }
)
"""What counts as a message into a group (tdlib/td #2592: edits and new topics do, too)."""


@dataclass(slots=True)
class Script:
    """One thing to go wrong: `times` times (None: until cleared), after `skip` calls that fit."""

    outcome: str
    method: str | None = None
    chat_id: int | None = None
    times: int | None = 1
    skip: int = 0
    retry_after: int = 1
    delay: float = 0.0
    code: int = 400
    description: str = "Bad Request"

    def fits(self, call: Call) -> bool:
        if self.method is not None and self.method.lower() != call.method.lower():
            return False
        return self.chat_id is None or str(call.get("chat_id")) == str(self.chat_id)


@dataclass(slots=True)
class Recorded:
    """A call as it came: `at` in the world's seconds, `code` once it was answered (0: dropped)."""

    method: str
    params: Json
    at: float
    code: int | None = None
    description: str = ""


@dataclass(slots=True)
class Faults:
    """What to do wrong, and what was seen. `now` gives the world's time in seconds."""

    now: Callable[[], float]
    latency: float = 0.0
    """Seconds every call takes before anything happens."""
    group_pace: int | None = None
    """Messages a minute into one group before 429 (Telegram: about 20); None: no limit."""
    scripts: list[Script] = field(default_factory=list)
    calls: deque[Recorded] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    counts: Counter[str] = field(default_factory=Counter)
    """All calls so far, by method."""
    rides: int = 0
    """How many of them rode in a webhook's answer rather than in a request of their own."""
    _sent: dict[str, deque[float]] = field(default_factory=dict)

    def script(self, outcome: str, **details: Any) -> Script:
        """Arrange for something to go wrong; `details` are the fields of Script.

        Raises ValueError for an outcome there is not, TypeError for a detail there is not.
        """
        if outcome not in OUTCOMES:
            raise ValueError(f"{outcome} is no fault; there are {', '.join(OUTCOMES)}")
        script = Script(outcome, **details)
        self.scripts.append(script)
        return script

    def clear(self) -> None:
        """Everything works again; what was recorded stays."""
        self.scripts.clear()
        self.latency, self.group_pace = 0.0, None

    def calls_of(self, *methods: str) -> list[Recorded]:
        """The recorded calls of these methods, oldest first."""
        return [call for call in self.calls if call.method in methods]

    def record(self, call: Call) -> Recorded:
        recorded = Recorded(call.method, call.params, self.now())
        self.calls.append(recorded)
        self.counts[call.method] += 1
        return recorded

    def next(self, call: Call) -> Script | None:
        """What goes wrong with this call, if anything."""
        for script in self.scripts:
            if not script.fits(call):
                continue
            if script.skip > 0:
                script.skip -= 1
                continue
            if script.times is not None:
                script.times -= 1
                if script.times <= 0:
                    self.scripts.remove(script)
            return script
        return self._flood(call) if self.group_pace is not None else None

    def _flood(self, call: Call) -> Script | None:
        chat_id = str(call.get("chat_id"))
        if not chat_id.startswith("-") or call.method not in PACED:
            return None
        sent, now = self._sent.setdefault(chat_id, deque()), self.now()
        while sent and sent[0] <= now - 60:
            sent.popleft()
        if self.group_pace is not None and len(sent) >= self.group_pace:
            return Script("429", retry_after=int(sent[0] + 60 - now) + 1)
        sent.append(now)
        return None

    async def wait(self, script: Script | None) -> None:
        delay = self.latency + (script.delay if script else 0.0)
        if delay > 0:
            await asyncio.sleep(delay)
