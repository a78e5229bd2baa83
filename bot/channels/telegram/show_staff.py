"""Shows what the desk answers in a staff group: reactions and toasts at once, notes in order."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from telegram.error import TelegramError

from bot.channels.telegram.calls import Calls, Refusal
from bot.channels.telegram.client import Client
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.patience import patiently
from bot.channels.telegram.posting import answer_to
from bot.channels.telegram.present import keyboard
from bot.channels.telegram.receipts import Receipts
from bot.channels.telegram.refusals import Outcome
from bot.clock import Now
from bot.desk.event import Spot, StaffEvent, Tapped
from bot.desk.turn import Note, StaffTurn
from bot.dialogue.chart import Chart
from bot.dialogue.screen import Document
from bot.pictures.paint import NotPainted, paint
from bot.retry import until_done
from bot.storage.owed import Posted
from bot.storage.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

TOAST = 200
"""Characters of an answer to a press (Bot API, answerCallbackQuery)."""

_PASSING = {Outcome.NOT_SENT, Outcome.WAIT, Outcome.UNSURE}
"""Failures after which the same call is worth trying again. An answer of the bot to a member may
stand there twice."""

_ELSEWHERE = {Outcome.TOPIC_GONE, Outcome.TOPIC_CLOSED}

_FORCE = json.dumps({"force_reply": True, "selective": True})


class StaffPresenter:
    """Puts turns before the staff."""

    def __init__(self, client: Client, store: Store, receipts: Receipts, now: Now) -> None:
        self._client = client
        self._calls = Calls(client)
        self._store = store
        self._receipts = receipts
        self._now = now
        self._toasts = Lanes()

    def at_once(self, event: StaffEvent, turn: StaffTurn) -> None:
        """What waits for nothing: the reaction, and the answer to a press."""
        spot = event.spot
        if turn.reaction is not None:
            self._receipts.put(spot.group, turn.on or spot.message, turn.reaction)
        if isinstance(event, Tapped) and event.query_id:
            toast = str(turn.toast or "")[:TOAST]
            self._toasts.push(spot.group, partial(self._toast, event.query_id, toast), 10_000)

    async def _toast(self, query_id: str, words: str) -> None:
        """Stops the button's spinner. Nothing depends on it, so it is tried once."""
        try:
            await self._client.answer_callback_query(
                query_id, text=words or None, rate_limit_args=-1
            )
        except TelegramError as error:
            log.debug("a press was not answered: %s", type(error).__name__)

    async def show(self, event: StaffEvent, turn: StaffTurn, number: str | None) -> None:
        """What waits for the group's pace. `number`: of the case that notes belong to. Returns
        when the staff can see it, or never will."""
        spot = event.spot
        if turn.edit is not None:
            await self._quietly(partial(self._edit, spot, turn.edit))
        for note in turn.notes:
            await self._note(spot, note, number)
        for document in turn.documents:
            await self._placed(spot, partial(self._document, document))
        if turn.chart is not None:
            await self._picture(spot, turn.chart)

    async def drain(self, seconds: float) -> bool:
        """Finishes what has begun; whether all was done."""
        return await self._toasts.drain(seconds)

    async def _edit(self, spot: Spot, note: Note) -> None:
        keys = keyboard(note.rows)
        await self._calls.edit(spot.group, spot.message, note.words, reply_markup=keys)

    async def _note(self, spot: Spot, note: Note, number: str | None) -> None:
        posted = await self._placed(spot, partial(self._send, note))
        if posted is None or note.what is None or number is None:
            return
        now = self._now()
        await patiently(partial(self._store.link_posted, number, [posted], now))

    async def _send(self, note: Note, spot: Spot) -> Posted:
        message_id = await self._calls.send(
            spot.group,
            note.words,
            message_thread_id=spot.topic,
            reply_parameters=answer_to(spot.message) if note.answers else None,
            reply_markup=keyboard(note.rows) or (_FORCE if note.force else None),
            protect_content=True,
        )
        return Posted(spot.group, message_id, spot.topic, note.what or "")

    async def _picture(self, spot: Spot, chart: Chart) -> None:
        """The words above say all of it: without a picture nothing is missing."""
        try:
            drawn = await paint(chart)
        except NotPainted as error:
            log.warning("a picture was not drawn: %s", error)
            return
        await self._placed(spot, partial(self._photo, drawn))

    async def _photo(self, drawn: bytes, spot: Spot) -> None:
        try:
            await self._client.send_photo(spot.group, drawn, message_thread_id=spot.topic)
        except TelegramError as error:
            raise Refusal(spot.group, error) from None

    async def _document(self, document: Document, spot: Spot) -> None:
        try:
            await self._client.send_document(
                spot.group,
                document.content,
                filename=document.name,
                message_thread_id=spot.topic,
                disable_content_type_detection=True,
            )
        except TelegramError as error:
            raise Refusal(spot.group, error) from None

    async def _placed(self, spot: Spot, send: Callable[[Spot], Awaitable[T]]) -> T | None:
        """Sends into the topic, or where everybody reads when that is gone meanwhile; into the
        group under its new id when it has moved."""
        try:
            return await _passing(partial(send, spot))
        except Refusal as refusal:
            moved = getattr(refusal.error, "new_chat_id", None)
            if refusal.outcome not in _ELSEWHERE and moved is None:
                _refused(refusal)
                return None
            there = replace(spot, group=moved or spot.group, topic=None)
        try:
            return await _passing(partial(send, there))
        except Refusal as refusal:
            _refused(refusal)
            return None

    async def _quietly(self, call: Callable[[], Awaitable[None]]) -> None:
        try:
            await _passing(call)
        except Refusal as refusal:
            _refused(refusal)


async def _passing(call: Callable[[], Awaitable[T]]) -> T:
    return await until_done(
        call,
        lambda error: isinstance(error, Refusal) and error.outcome in _PASSING,
        lambda _: log.info("a note for the staff waits: Telegram cannot be reached"),
        first=0.3,
        most=30.0,
    )


def _refused(refusal: Refusal) -> None:
    if refusal.outcome is not Outcome.DONE:
        log.warning("group %d: a note was not shown: %s", refusal.chat_id, refusal.why)
