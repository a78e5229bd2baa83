"""What the staff answer goes to the person of a case, and so does what the bot says for them.

Who wrote an answer sees what became of it: a reaction when it has arrived, words with the reason
and the next step when it has not (desk.md, S1).
"""

import logging
from collections.abc import Awaitable, Sequence
from typing import Any

from bot.channels.telegram.calls import Refusal
from bot.channels.telegram.lines import Lines
from bot.channels.telegram.patience import patiently
from bot.channels.telegram.places import AWAY, NOTE, Place
from bot.channels.telegram.posting import NotYet, Posting, answer_to
from bot.channels.telegram.present import keyboard
from bot.channels.telegram.receipts import Receipts
from bot.channels.telegram.refusals import Outcome
from bot.desk.card import MESSAGE, away
from bot.desk.turn import NOTHING, SENT
from bot.dialogue.case import Case, Letter
from bot.dialogue.letters import farewell, frame, heading, late
from bot.dialogue.paging import chunks
from bot.dialogue.rights import reminder
from bot.dialogue.screen import Screen
from bot.dialogue.screens import paragraphs
from bot.i18n.language import Language
from bot.i18n.markup import visible_length
from bot.i18n.text import Spoken, Text, text
from bot.storage.owed import BYE, LATE, REPLIED, TELL, Asker, Owed, Posted

log = logging.getLogger(__name__)

HEADING = "heading"
"""Posted.what in the person's chat: "heading 34" stands above the file that is message 34 in the
group, "reply 34" (owed.REPLIED) is that file, or the words."""

_FINAL = {
    Outcome.REFUSED,
    Outcome.MARKUP,
    Outcome.KEPT,
    Outcome.SOURCE_GONE,
    Outcome.NO_COPY,
}
"""Refusals of this very call. A patient's answer is not tried again hours later without a word:
whoever wrote it is told now."""

_PIECES = (4096, 3000, 2000, 1000)
"""Characters of a reply in one message: the most of these that fit with the frame."""

_ROOM = MESSAGE - 200
"""UTF-16 units for the frame of a reply in pieces: a mark and a number come on top."""


class Replies:
    """Every method makes the calls for one thing that is owed. Raises Refusal, NotYet.

    `contact`: how to reach the operator without the bot.
    """

    def __init__(
        self, posting: Posting, lines: Lines, receipts: Receipts, contact: str | None
    ) -> None:
        self._posting = posting
        self._calls = posting.calls
        self._store = posting.store
        self._lines = lines
        self._receipts = receipts
        self._contact = contact

    # ── what a member wrote ──

    async def reply(self, owed: Owed, case: Case) -> None:
        """A letter in its frame, or files below a line; then its writer sees that it is there."""
        letters = await self._posting.written(owed)
        if not letters:
            await self._posting.sent(owed)  # it was taken back
            return
        try:
            text_only = all(one.kind == "text" for one in letters)
            send = self._words if text_only else self._files
            posted = await send(owed, case, letters)
        except Refusal as refusal:
            if refusal.chat_id != case.chat_id:
                raise
            await self._undelivered(owed, case, letters, refusal)
            return
        if posted is None:
            return
        await self._posting.sent(owed, posted)
        for one in letters:
            self._receipts.put(one.chat_id, one.message_id, SENT)
        if owed.unsure:
            await self._aside(case, letters[0], text("desk.perhaps-twice"))

    async def _words(
        self, owed: Owed, case: Case, letters: Sequence[Letter]
    ) -> list[Posted] | None:
        """None when nothing more is owed."""
        (letter,) = letters
        told = self._framed(case, letter)
        there = await self._there(case, letter.message_id)
        answer = await self._posting.opposite(letter, case.chat_id)
        posted: list[Posted] = []
        again = self._again(owed, case)
        for part in told[len(there) :]:
            if posted and not await self._posting.more(owed, case.chat_id, posted):
                return None
            posted = [await self._send(case, letter, REPLIED, paragraphs(again, part), answer)]
            again = None
        return posted

    def _again(self, owed: Owed, case: Case) -> Spoken | None:
        """What stands above a message that the person may have already."""
        return self._language(case).say(text("letter.repeat")) if owed.unsure else None

    async def _files(
        self, owed: Owed, case: Case, letters: Sequence[Letter]
    ) -> list[Posted] | None:
        """A line, and below it the files: a copy keeps what is written below them as it is. None
        when nothing more is owed."""
        first = letters[0]
        if owed.unsure or not await self._there(case, first.message_id, HEADING):
            said = paragraphs(self._again(owed, case), heading(case.number, self._language(case)))
            answer = await self._posting.opposite(first, case.chat_id)
            posted = [await self._send(case, first, HEADING, said, answer)]
            if not await self._posting.more(owed, case.chat_id, posted, len(letters)):
                return None
        numbers = [one.message_id for one in letters]
        copies = await self._calls.call(
            "copyMessages", case.chat_id, from_chat_id=first.chat_id, message_ids=numbers
        )
        if len(copies) < len(numbers):
            await self._aside(case, first, text("desk.not-all", n=len(numbers) - len(copies)))
        return [
            Posted(case.chat_id, int(made["message_id"]), None, f"{REPLIED} {number}")
            for number, made in zip(numbers, copies, strict=False)
        ]

    async def _send(
        self, case: Case, letter: Letter, what: str, said: Spoken, answer: int | None
    ) -> Posted:
        number = await self._calls.send(case.chat_id, said, reply_parameters=answer_to(answer))
        return Posted(case.chat_id, number, None, f"{what} {letter.message_id}")

    def _framed(self, case: Case, letter: Letter) -> list[Spoken]:
        """The words in their frame: in one message, or numbered in several (desk.md, L18)."""
        language = self._language(case)
        for most in _PIECES:
            pieces = list(chunks(letter.words, most))
            told = [frame(case.number, words, language) for words in pieces]
            if all(visible_length(one) <= _ROOM for one in told):
                break
        if len(told) == 1:
            return told
        parts = [text("letter.part", part=n, parts=len(told)) for n in range(1, len(told) + 1)]
        return [paragraphs(one, language.say(part)) for one, part in zip(told, parts, strict=True)]

    async def _there(self, case: Case, message_id: int, what: str = REPLIED) -> list[int]:
        """What the person has of this message of the group."""
        posted = await self._store.posted(case.number)
        theirs = (one for one in posted if one.chat_id == case.chat_id)
        return [one.message_id for one in theirs if one.what == f"{what} {message_id}"]

    # ── what a member changed afterwards ──

    async def edit(self, owed: Owed, case: Case) -> None:
        """What the person has says what the member says now; their Telegram shows that it was
        edited."""
        for letter in await self._posting.written(owed):
            there = await self._there(case, letter.message_id)
            try:
                if letter.kind == "text":
                    posted = await self._reworded(owed, case, letter, there)
                else:
                    posted = await self._recaptioned(case, letter, there)
            except Refusal as refusal:
                if refusal.outcome not in {Outcome.PERSON_AWAY, *_FINAL}:
                    raise
                await self._aside(case, letter, text("desk.not-changed"))
                posted = []
        await self._posting.sent(owed, posted)

    async def _reworded(
        self, owed: Owed, case: Case, letter: Letter, there: Sequence[int]
    ) -> list[Posted]:
        """Edits what is there, deletes what is too much; what is missing comes anew, for a
        correction is not to be lost because somebody tidied up."""
        told = self._framed(case, letter)
        missing = list(told[len(there) :])
        for message_id, part in zip(there, told, strict=False):
            if not await self._is_there(self._calls.edit(case.chat_id, message_id, part)):
                missing.append(part)
        for message_id in there[len(told) :]:
            await self._is_there(
                self._calls.call("deleteMessage", case.chat_id, message_id=message_id)
            )
        again = self._again(owed, case)
        return [
            await self._send(case, letter, REPLIED, paragraphs(again, part), None)
            for part in missing
        ]

    async def _recaptioned(self, case: Case, letter: Letter, there: Sequence[int]) -> list[Posted]:
        for message_id in there:
            await self._is_there(
                self._calls.call(
                    "editMessageCaption",
                    case.chat_id,
                    message_id=message_id,
                    caption=letter.words,
                )
            )
        return []

    @staticmethod
    async def _is_there(call: Awaitable[object]) -> bool:
        """Whether the message is, after a change of it that may be made already."""
        try:
            await call
        except Refusal as refusal:
            if refusal.outcome is not Outcome.DONE:
                raise
            return "not found" not in refusal.error.message.lower()
        return True

    # ── what the bot says for them ──

    async def tell(self, owed: Owed, case: Case) -> None:
        """The quiet mark: the group has it."""
        said = text("desk.delivered-again" if owed.unsure else "desk.delivered", ref=case.number)
        body = self._language(case).say(said)
        await self._say(owed, case, Screen(body), TELL, disable_notification=True)

    async def late(self, owed: Owed, case: Case) -> None:
        """SW9: the promise was not kept."""
        await self._say(owed, case, late(case, self._contact, self._language(case)), LATE)

    async def bye(self, owed: Owed, case: Case) -> None:
        """The case is closed; how was it?"""
        await self._say(owed, case, farewell(case.number, self._language(case)), BYE)

    async def _say(self, owed: Owed, case: Case, screen: Screen, what: str, **how: Any) -> None:
        """To somebody who is away, nothing more is tried until they come back."""
        again = None if what == TELL else self._again(owed, case)
        try:
            message_id = await self._calls.send(
                case.chat_id,
                paragraphs(again, screen.body),
                reply_markup=keyboard(screen.rows),
                **how,
            )
        except Refusal as refusal:
            if refusal.outcome is not Outcome.PERSON_AWAY:
                raise
            await self._lines.moved(case.chat_id, away=True)
            await self._posting.failed(owed, refusal.why)
            return
        await self._posting.sent(owed, (Posted(case.chat_id, message_id, None, what),))

    async def remind(self, owed: Owed, asker: Asker) -> None:
        """A word about a form that waits, once, and the way back to it."""
        screen = reminder(self._posting.places.language(asker.language))
        try:
            if not owed.unsure:
                keys = keyboard(screen.rows)
                await self._calls.send(asker.chat_id, screen.body, reply_markup=keys)
        except Refusal as refusal:
            if refusal.outcome is not Outcome.PERSON_AWAY:
                raise
        await self._posting.sent(owed)

    # ── what becomes of a reply, for its writer ──

    async def _undelivered(
        self, owed: Owed, case: Case, letters: Sequence[Letter], refusal: Refusal
    ) -> None:
        """It will not arrive: whoever wrote it is told why, and what to do. Raises the refusal
        where trying again may help."""
        place = await self._posting.standing(case.number)
        if refusal.outcome is Outcome.PERSON_AWAY:
            await self._lines.moved(case.chat_id, away=True, but=case.number)
            what, said = AWAY, away(case, self._posting.form, place.language)
        elif refusal.outcome is Outcome.SOURCE_GONE:
            what, said = NOTE, text("desk.reply-gone")
        elif refusal.outcome in _FINAL:
            what, said = NOTE, text("desk.not-sent", reason=refusal.error.message)
        else:
            raise refusal
        written = letters[0]
        posted = await self._posting.line(
            place, case.number, what, said, answering=self._here(written, place)
        )
        await patiently(lambda: self._store.progress(owed.id, posted))
        await self._posting.failed(owed, refusal.why)
        for one in letters:
            self._receipts.put(one.chat_id, one.message_id, NOTHING)

    async def _aside(self, case: Case, letter: Letter, said: Text) -> None:
        """A line below what a member wrote. What was delivered does not depend on it."""
        try:
            place = await self._posting.standing(case.number)
            answering = self._here(letter, place)
            posted = await self._posting.line(place, case.number, NOTE, said, answering=answering)
        except (Refusal, NotYet) as error:
            log.warning("case %s: its group was not told (%s)", case.number, type(error).__name__)
            return
        now = self._posting.now()
        await patiently(lambda: self._store.link_posted(case.number, posted, now))

    @staticmethod
    def _here(letter: Letter, place: Place) -> int | None:
        """The message in the group, if the case still stands in the same one."""
        return letter.message_id if letter.chat_id == place.group else None

    def _language(self, case: Case) -> Language:
        return self._posting.places.language(case.language)
