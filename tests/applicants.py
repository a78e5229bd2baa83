"""People who fill in the consultation form at the sandbox, whatever goes wrong meanwhile.

Each looks at what the bot shows and answers it, as people do: words and files once, for what was
sent is sent; a button again whenever it is shown anew. The bot's own promise does the rest.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bot.dialogue.address import read_address
from bot.dialogue.case import Value
from bot.dialogue.intake.form import Form
from bot.sandbox.model import Message, User
from bot.sandbox.people import People
from bot.sandbox.server import Sandbox

ASK = "ask"
"""The place of every button of the form."""


@dataclass(frozen=True)
class Report:
    """A file to send: `kind` is `photo` or `document`; those of one `album` go together."""

    kind: str
    name: str
    caption: str
    album: str | None = None


@dataclass
class Applicant:
    """One person, what they will answer to each question, and how far they are.

    `told`: options by their ids, else own words; a question that is not in it is skipped, if it
    can be. `leaves_out`: parts of the form that they never open. `refuses`: consents that they
    answer with no.
    """

    user: User
    told: Mapping[str, Value]
    reports: tuple[Report, ...] = ()
    leaves_out: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    numbers: Counter[str] = field(default_factory=Counter)
    """The numbers under which they were told that it is received, and how often."""
    read: list[Message] = field(default_factory=list)
    """Every message of the bot in their chat, once."""
    step: str = "-begin"
    """What they were asked last."""
    answered: set[str] = field(default_factory=set)
    """Questions that they have begun to answer, or have skipped."""
    sent: int = 0
    """How many files went out."""
    parts_done: bool = False
    """They have seen that no part is left that they want to fill in."""
    gone: bool = False
    last: tuple[str | None, tuple[str, ...]] | None = None
    """The screen they acted on last."""

    @property
    def number(self) -> str | None:
        """The number of their case, once they were told."""
        return next(iter(self.numbers), None)


class Applicants:
    """People beside `sandbox`, who fill in `form`. They think for up to `pause` seconds."""

    def __init__(self, sandbox: Sandbox, form: Form, chance: Random, pause: float = 0.0) -> None:
        self._sandbox = sandbox
        self._form = form
        self._chance = chance
        self._pause = pause
        self.all: list[Applicant] = []
        self._by_chat: dict[int, Applicant] = {}
        sandbox.world.listeners.append(self._heard)

    @property
    def waiting(self) -> list[Applicant]:
        """Those who were not told yet that it is received."""
        return [one for one in self.all if not one.numbers]

    def add(self, name: str, client: str, told: Mapping[str, Value], **more: Any) -> Applicant:
        """Somebody new; `more` are fields of Applicant."""
        user = self._sandbox.add_person(name, client, started=True)
        one = Applicant(user, told, **more)
        self.all.append(one)
        self._by_chat[user.id] = one
        return one

    def begins(self, one: Applicant) -> None:
        self._people.say(one.user.id, one.user.id, "/consult")

    def leaves(self, one: Applicant) -> None:
        """They go on reading, and answer nothing any more."""
        one.gone = True

    @asynccontextmanager
    async def coming(self, seconds: float) -> AsyncIterator[None]:
        """Meanwhile each of them begins, at any moment of so many seconds."""
        loop = asyncio.get_running_loop()
        begun = [
            loop.call_later(self._chance.uniform(0.0, seconds), self.begins, one)
            for one in self.all
        ]
        try:
            yield
        finally:
            for one in begun:
                one.cancel()

    # ── what they see ──

    def _heard(self, kind: str, what: Mapping[str, Any]) -> None:
        message = what.get("message")
        if kind != "message" or message is None or not message.sender.is_bot:
            return
        one = self._by_chat.get(message.chat.id)
        if one is None:
            return
        if all(message is not each for each in one.read):
            one.read.append(message)
        keys = [key.get("callback_data") for row in message.keyboard or () for key in row]
        shown = (message.text, tuple(key for key in keys if key))
        act = None if one.gone or shown == one.last else self._act(one, message, shown[1])
        if act is not None:
            one.last = shown
            pause = self._chance.uniform(0.0, self._pause)
            asyncio.get_running_loop().call_later(pause, act)

    def _act(
        self, one: Applicant, message: Message, keys: tuple[str, ...]
    ) -> Callable[[], object] | None:
        """What they do about a screen with these buttons, if anything."""
        found = {key: read_address(key) for key in keys}
        ways = {
            at.detail: key
            for key, at in found.items()
            # The other language is not theirs.
            if at is not None and at.place == ASK and not at.chosen
        }
        sent = {way.split(".")[1] for way in ways if way.startswith("add.")}
        if sent:
            assert all(number in (message.text or "") for number in sent)
            one.numbers.update(sent)
            return None
        steps = {way.split(".")[1] for way in ways if way.count(".")}
        if not steps:
            # Before the first question, or beside the form: on to it.
            on = ways.get("begin") or ways.get("")
            return self._press(one, message, on)
        (one.step,) = steps
        keyed = {way.split(".", 2)[2]: key for way, key in ways.items() if way.count(".") > 1}
        home = next((key for way, key in ways.items() if way.count(".") == 1), None)
        if one.step == "-review":
            return self._press(one, message, self._reviewed(one, keyed, home))
        return self._answered(one, message, keyed)

    def _reviewed(self, one: Applicant, keyed: Mapping[str, str], home: str | None) -> str | None:
        """The button at the review: every part that is not filled in yet, then send."""
        parts = {way[3:]: key for way, key in keyed.items() if way.startswith("at.")}
        if parts:
            left = [key for way, key in parts.items() if self._wants(one, way)]
            one.parts_done = not left
            return left[0] if left else home
        return keyed.get("-send") if one.parts_done else keyed.get("-more", keyed.get("-send"))

    def _wants(self, one: Applicant, id: str) -> bool:
        """This part of the form, by its first open question, is still to be filled in."""
        step = self._form.field(id)
        return id not in one.answered and step is not None and step.block not in one.leaves_out

    # ── what they answer ──

    def _answered(
        self, one: Applicant, message: Message, keyed: Mapping[str, str]
    ) -> Callable[[], object] | None:
        step = self._form.field(one.step)
        assert step is not None, one.step
        told = one.told.get(step.id)
        if step.kind == "consent":
            return self._press(one, message, keyed["no" if step.id in one.refuses else "yes"])
        if step.kind == "files" and one.reports:
            one.answered.add(step.id)
            return self._reports(one) or self._press(one, message, keyed["-done"])
        if told is None:
            one.answered.add(step.id)
            return self._press(one, message, keyed["-skip"])
        if step.kind == "zone":
            zones = self._form.countries.zones(str(one.told["country"]))
            told = next(zone.option for zone in zones if zone.id == told)
        if isinstance(told, tuple):
            return self._ticked(one, message, keyed, told)
        if told in keyed:
            one.answered.add(step.id)
            return self._press(one, message, keyed[told])
        return self._says(one, told)

    def _ticked(
        self, one: Applicant, message: Message, keyed: Mapping[str, str], told: tuple[str, ...]
    ) -> Callable[[], object] | None:
        field = self._form.field(one.step)
        assert field is not None
        for words in (each for each in told if each not in field.options):
            if one.step not in one.answered:
                return self._says(one, words)
        one.answered.add(one.step)
        on = next((keyed[f"on.{each}"] for each in told if f"on.{each}" in keyed), None)
        return self._press(one, message, on or keyed["-done"])

    # ── what they do ──

    @property
    def _people(self) -> People:
        return self._sandbox.people

    def _press(
        self, one: Applicant, message: Message, data: str | None
    ) -> Callable[[], object] | None:
        if data is None:
            return None
        return lambda: self._people.press(one.user.id, one.user.id, message.message_id, data)

    def _says(self, one: Applicant, words: str) -> Callable[[], object] | None:
        if one.step in one.answered:
            return None  # it is on its way
        one.answered.add(one.step)
        return lambda: self._people.say(one.user.id, one.user.id, words)

    def _reports(self, one: Applicant) -> Callable[[], object] | None:
        """The next file, or the next album."""
        left = one.reports[one.sent :]
        if not left:
            return None
        album = left[0].album
        now = [each for each in left if album and each.album == album] or left[:1]
        one.sent += len(now)

        def send() -> None:
            for each in now:
                self._people.send(
                    one.user.id,
                    one.user.id,
                    each.kind,
                    file_name=each.name,
                    caption=each.caption,
                    media_group_id=each.album,
                )

        return send
