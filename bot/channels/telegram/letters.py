"""What the person of a case writes on goes to the staff's group.

It is copied inside Telegram, never downloaded (P17), and each copy is linked to what it came from:
an answer finds its way by that alone, never by a word (desk.md, W2, W3b).
"""

import logging
from collections.abc import Sequence

from bot.channels.telegram.calls import Refusal
from bot.channels.telegram.copies import nothing_there
from bot.channels.telegram.lines import Lines
from bot.channels.telegram.places import NOTE, Place, numbers_in
from bot.channels.telegram.posting import Posting, answer_to, marks
from bot.channels.telegram.receipts import Receipts
from bot.channels.telegram.refusals import Outcome
from bot.desk.turn import SENT
from bot.dialogue.case import Case, Letter
from bot.dialogue.paging import chunks
from bot.i18n.text import Text, text
from bot.storage.owed import SAID, Owed, Posted

log = logging.getLogger(__name__)


class Letters:
    """Every method makes the calls for one thing that is owed. Raises Refusal, NotYet."""

    def __init__(self, posting: Posting, lines: Lines, receipts: Receipts) -> None:
        self._posting = posting
        self._calls = posting.calls
        self._lines = lines
        self._receipts = receipts

    async def say(self, owed: Owed, case: Case) -> None:
        """A copy of a message, or of an album as an album; then the person sees that it is
        there."""
        posting = self._posting
        place = await posting.standing(case.number)
        letters = await posting.written(owed, but=numbers_in(place.posted, SAID))
        # An album cannot be an answer to the card (Bot API, copyMessages).
        bare = place.topic is None and len(letters) > 1
        if letters and (owed.unsure or bare):
            said = (*marks(owed), text("desk.said"))
            posted = await posting.line(place, case.number, NOTE, *said)
            if not await posting.more(owed, place.group, posted, len(letters)):
                return
        if len(letters) == 1:
            posted = await self._copy(owed, case, place, letters[0])
        else:
            posted = await self._album(case, place, letters)
        await posting.sent(owed, posted)
        if case.away or place.away:  # Telegram tells of an unblocking; the bot may have slept
            await self._lines.moved(case.chat_id, away=False)
        if letters:
            self._receipts.put(case.chat_id, letters[0].message_id, SENT)

    async def _copy(self, owed: Owed, case: Case, place: Place, letter: Letter) -> list[Posted]:
        """In answer to what it answers; where there are no topics, at least to the card."""
        answering = await self._posting.opposite(letter, place.group)
        if answering is None and place.topic is None:
            answering = place.card
        try:
            made = await self._calls.call(
                "copyMessage",
                place.group,
                message_thread_id=place.topic,
                from_chat_id=case.chat_id,
                message_id=letter.message_id,
                reply_parameters=answer_to(answering),
                protect_content=letter.kind == "text",  # files are for working with (P14)
            )
        except Refusal as refusal:
            if refusal.outcome is Outcome.NO_COPY:
                return await self._instead(owed, case, place, letter)
            if not nothing_there(refusal):
                raise
            return await self._taken_back(case, place, [letter])
        return [place.holds(int(made["message_id"]), _what([letter]))]

    async def _album(self, case: Case, place: Place, letters: Sequence[Letter]) -> list[Posted]:
        if not letters:
            return []
        try:
            copies = await self._calls.call(
                "copyMessages",
                place.group,
                message_thread_id=place.topic,
                from_chat_id=case.chat_id,
                message_ids=[one.message_id for one in letters],
            )
        except Refusal as refusal:
            if not nothing_there(refusal):
                raise
            copies = []
        posted = [
            place.holds(int(copy["message_id"]), _what([letter]))
            for letter, copy in zip(letters, copies, strict=False)
        ]
        # Which of them are missing Telegram does not say: see copies.py.
        return posted + await self._taken_back(case, place, letters[len(copies) :])

    async def _taken_back(
        self, case: Case, place: Place, letters: Sequence[Letter]
    ) -> list[Posted]:
        """The person deleted it before it was copied. Whoever takes a word back has that right."""
        if not letters:
            return []
        said = text("desk.taken-back", n=len(letters))
        return await self._posting.line(place, case.number, _what(letters), said)

    async def _instead(self, owed: Owed, case: Case, place: Place, letter: Letter) -> list[Posted]:
        """Telegram copies nothing of this kind: its words come as ours, and the person is told."""
        posted = await self._quoted(owed, case, place, letter, text("desk.not-copied"))
        said = self._posting.places.language(case.language).say(text("letter.not-copied"))
        answer = answer_to(letter.message_id)
        try:
            await self._calls.send(case.chat_id, said, reply_parameters=answer)
        except Refusal as refusal:
            # The staff know; should they need it, they will ask for it.
            log.warning("case %s: its person was not told: %s", case.number, refusal.why)
        return posted

    async def edited(self, owed: Owed, case: Case) -> None:
        """The new words below the old copy, which stays as it was; of a file, it once more."""
        posting = self._posting
        place = await posting.standing(case.number)
        posted: list[Posted] = []
        for letter in await posting.written(owed):
            old = await posting.beside(letter.chat_id, letter.message_id, place.group)
            mark = (*marks(owed), text("desk.edited"))
            posted = await self._quoted(owed, case, place, letter, *mark, answering=old)
            if letter.kind != "text":
                if not await posting.more(owed, place.group, posted):
                    return
                posted = await self._again(case, place, letter, old or place.card)
        await posting.sent(owed, posted)

    async def _again(
        self, case: Case, place: Place, letter: Letter, answering: int | None
    ) -> list[Posted]:
        try:
            made = await self._calls.call(
                "copyMessage",
                place.group,
                message_thread_id=place.topic,
                from_chat_id=case.chat_id,
                message_id=letter.message_id,
                reply_parameters=answer_to(answering),
            )
        except Refusal as refusal:
            if refusal.outcome is not Outcome.NO_COPY and not nothing_there(refusal):
                raise
            return []
        return [place.holds(int(made["message_id"]), _what([letter]))]

    async def _quoted(
        self,
        owed: Owed,
        case: Case,
        place: Place,
        letter: Letter,
        *above: Text,
        answering: int | None = None,
    ) -> list[Posted]:
        """Somebody's words as a message of the bot, or as many as they need; all but the last are
        noted as being there."""
        posting, what = self._posting, _what([letter])
        posted: list[Posted] = []
        for words in (*chunks(letter.words), *([] if letter.words else [""])):
            if posted and not await posting.more(owed, place.group, posted):
                return []
            quote = [text("desk.quote", words=words)] if words else []
            posted = await posting.line(
                place, case.number, what, *above, *quote, answering=answering
            )
        return posted


def _what(letters: Sequence[Letter]) -> str:
    return " ".join((SAID, *(str(one.message_id) for one in letters)))
