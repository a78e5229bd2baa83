"""What members of staff do in their groups: each act is seen through to its answer.

The order of things is that of receive.py: stored in the inbox, decided, committed, shown, ended.
But deciding goes on while answers wait for the group's pace, for a reply to a patient must not
stand behind the notes that others have asked for.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from bot.channels.telegram.calls import Refusal
from bot.channels.telegram.client import Client
from bot.channels.telegram.digest import LINES, waiting
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.outgoing import Outgoing
from bot.channels.telegram.patience import patiently, report
from bot.channels.telegram.read_staff import Act, Came, Self
from bot.channels.telegram.receipts import Receipts
from bot.channels.telegram.refusals import Outcome
from bot.channels.telegram.roles import Role, Roles
from bot.channels.telegram.show_staff import StaffPresenter
from bot.channels.telegram.talk import StaffTalk
from bot.clock import Now
from bot.desk.event import StaffEvent, Tapped
from bot.desk.turn import Note, StaffTurn
from bot.desk.view import Link, View, Wants
from bot.dialogue.case import Moment
from bot.health import Health
from bot.i18n.text import text
from bot.retry import until_done
from bot.storage.cases import Outdated, reference
from bot.storage.database import NO_ANSWER
from bot.storage.store import Store

log = logging.getLogger(__name__)

FIGURES = timedelta(days=30)
"""How far back `/stats` looks."""

_MOST_WAITING = 10_000
"""Acts in one group that may wait. What staff do is never dropped (desk.md, L11)."""

_DECISIONS = 5
"""How often an act is decided anew because what it was decided on has changed meanwhile."""

_PASSING = {Outcome.NOT_SENT, Outcome.WAIT, Outcome.UNSURE, Outcome.SHUT_OUT}


class StaffReceiver:
    """`accept` what was done, `came` for who comes and goes. `doctor`: looks at everything, line
    by line."""

    def __init__(
        self,
        client: Client,
        store: Store,
        talk: StaffTalk,
        outgoing: Outgoing,
        roles: Roles,
        receipts: Receipts,
        health: Health,
        doctor: Callable[[], Awaitable[tuple[str, ...]]],
        now: Now,
    ) -> None:
        self._client = client
        self._store = store
        self._talk = talk
        self._outgoing = outgoing
        self._roles = roles
        self._health = health
        self._doctor = doctor
        self._now = now
        self._presenter = StaffPresenter(client, store, receipts, now)
        self._deciding = Lanes()
        self._showing = Lanes()
        self._moving = Lanes()

    @property
    def me(self) -> Self:
        """The bot itself, once the client has begun."""
        return Self(self._client.bot.id, self._client.bot.username or "")

    @property
    def pending(self) -> int:
        """Acts that have not ended."""
        return self._deciding.pending + self._showing.pending

    @property
    def oldest(self) -> float:
        """For how many seconds the oldest decision has been under way. Notes may have to wait for
        the group's pace."""
        return self._deciding.oldest()

    def accept(self, number: int, act: Act) -> None:
        """Puts an act behind those of its group."""
        group = act.event.spot.group
        self._deciding.push(group, partial(self._turn, number, act), _MOST_WAITING)

    def came(self, number: int, came: Came) -> None:
        """Somebody came into a chat or left it: a member of a group, or the bot out of a person's
        favour."""
        self._roles.forget(came.chat_id, came.user)
        if came.chat_id < 0 or came.user != self.me.id:
            self._store.ended(number)
            return
        self._moving.push(came.chat_id, partial(self._moved, number, came))

    async def drain(self, seconds: float) -> bool:
        """Finishes what has begun; what takes too long is left to the next start. Whether all was
        done."""
        end = time.monotonic() + seconds
        done = True
        for lanes in (self._deciding, self._moving, self._showing, self._presenter):
            done &= await lanes.drain(max(0.0, end - time.monotonic()))
        return done

    # ── an act ──

    async def _turn(self, number: int, act: Act) -> None:
        began, about = time.monotonic(), None
        try:
            turn, about = await self._decide(number, act)
        except Exception as error:
            # A fault of ours must not leave anybody in the belief that something was done.
            report(f"update {number} failed", error)
            turn, failed = self._stumbled(act.event), True
        else:
            failed = False
        self._presenter.at_once(act.event, turn)
        show = partial(self._show, number, act.event, turn, about, began, failed=failed)
        if turn.notes or turn.edit or turn.documents or turn.chart:
            self._showing.push(act.event.spot.group, show, _MOST_WAITING)
        else:
            await show()

    async def _decide(self, number: int, act: Act) -> tuple[StaffTurn, str | None]:
        """What to show, once all that it changes is stored; and the number of the case."""
        event = act.event
        language = self._outgoing.places.speaker(event.spot.group)
        for _ in range(_DECISIONS):
            moment = Moment(self._now(), reference())
            view = await self._view(act, self._talk.wants(event), moment)
            about = None if view.case is None else view.case.number
            turn = self._talk.respond(event, view, language, moment)
            if not turn.changes:
                return turn, about
            commit = partial(
                self._store.commit_desk, number, event.member.id, turn.changes, moment.now
            )
            try:
                fresh = await patiently(commit)
            except Outdated:
                continue
            # An earlier run stored it and was stopped before it was shown: what it led to is on
            # the card, and a receipt may be there already.
            return (turn if fresh else StaffTurn()), about
        raise Outdated("again and again")

    def _stumbled(self, event: StaffEvent) -> StaffTurn:
        language = self._outgoing.places.speaker(event.spot.group)
        return StaffTurn(notes=(Note(language.say(text("desk.stumbled"))),))

    async def _show(
        self,
        number: int,
        event: StaffEvent,
        turn: StaffTurn,
        about: str | None,
        began: float,
        *,
        failed: bool,
    ) -> None:
        try:
            await self._presenter.show(event, turn, about)
        except Exception as error:
            report(f"update {number} was not shown", error)
            failed = True
        if not failed:
            self._store.ended(number)
            self._health.shown_after(time.monotonic() - began)
            return
        self._health.set_aside += 1
        try:
            await self._store.set_aside(number)
        except NO_ANSWER:
            log.error("update %d could not be set aside; the next start tries again", number)

    # ── what is known ──

    async def _view(self, act: Act, wants: Wants, moment: Moment) -> View:
        event, store = act.event, self._store
        group, now = event.spot.group, moment.now
        role = Role(member=True, admin=False)
        if wants.roles:
            role = await self._roles.of(group, event.member)
        number, link = wants.number, None
        if wants.case:
            link = await patiently(partial(self._link, event))
            if number is None:
                number = await patiently(partial(self._number, event, link))
        case = None if number is None else await patiently(partial(store.case, number))
        known = case is not None
        return View(
            case=case,
            link=link,
            unknown=act.to_bot and wants.case and link is None,
            member=role.member,
            admin=role.admin,
            pending=await store.pending(number) if known and number else frozenset(),
            queue=await waiting(store, now, LINES) if wants.queue else (),
            figures=await store.figures(now - FIGURES, now) if wants.figures else None,
            letters=await store.letters(number) if known and number and wants.letters else (),
            findings=await self._doctor() if wants.doctor else (),
        )

    async def _link(self, event: StaffEvent) -> Link | None:
        """Of the message that is answered, or whose button was pressed."""
        spot = event.spot
        answered = spot.message if isinstance(event, Tapped) else spot.answers
        return None if answered is None else await self._store.link(spot.group, answered)

    async def _number(self, event: StaffEvent, link: Link | None) -> str | None:
        """Which case is meant where none is named: that of the message answered, else of what was
        written there before (it was edited), else of the topic."""
        spot = event.spot
        if link is not None:
            return link.number
        sent = await self._store.counterpart(spot.group, spot.message)
        if sent is not None:
            found = await self._store.link(*sent)
            return None if found is None else found.number
        if spot.topic is None:
            return None
        return await self._store.by_topic(spot.group, spot.topic)

    # ── who comes and goes ──

    async def _moved(self, number: int, came: Came) -> None:
        """A person blocked the bot, or does not any more: noted where their cases stand."""
        tell = partial(self._outgoing.lines.moved, came.chat_id, away=not came.present)
        try:
            await until_done(
                tell,
                lambda error: (
                    isinstance(error, NO_ANSWER)
                    or (isinstance(error, Refusal) and error.outcome in _PASSING)
                ),
                lambda _: log.info("who is away is not told yet"),
                first=1.0,
                most=60.0,
            )
        except Exception as error:
            report(f"update {number} failed", error)
        self._store.ended(number)
