"""Short messages about a case, for the staff: what was changed, what is urgent, who is away."""

import logging
from datetime import UTC

from telegram.error import TelegramError

from bot.channels.telegram.calls import Refusal
from bot.channels.telegram.patience import patiently
from bot.channels.telegram.places import AWAY, BACK, NEWS, NOTE, Place
from bot.channels.telegram.posting import NotYet, Posting, marks
from bot.channels.telegram.refusals import Outcome
from bot.channels.telegram.roles import Chief, Roles
from bot.desk.card import away, line, news, several
from bot.dialogue.case import Case
from bot.dialogue.intake.cases import is_open
from bot.i18n.text import Text, text
from bot.storage.owed import Owed, Posted

log = logging.getLogger(__name__)

LATE_HOURS = 24
"""After so long the clock names people (desk.md, 3)."""


class Lines:
    """Every method makes the calls for one thing that is owed. Raises Refusal, NotYet."""

    def __init__(self, posting: Posting, roles: Roles) -> None:
        self._posting = posting
        self._places = posting.places
        self._roles = roles
        self._told: set[tuple[int, int]] = set()
        """Who was told of what is owed already; of an earlier run nobody knows."""

    async def news(self, owed: Owed, case: Case) -> None:
        """Answers that were changed or added."""
        posting = self._posting
        place = await posting.standing(case.number)
        posted: list[Posted] = []
        told = news(case, owed.detail.news, posting.form, place.language, *marks(owed))
        for part in told:
            if posted and not await posting.more(owed, place.group, posted):
                return
            message_id = await posting.say(place, part, answering=place.card)
            posted = [place.holds(message_id, NEWS)]
        await posting.sent(owed, posted)

    async def withdrawn(self, owed: Owed, case: Case) -> None:
        """The person no longer agrees."""
        place = await self._places.of(case.number)
        posted: list[Posted] = []
        if place is not None:
            said = (*marks(owed), text("desk.withdrawn"))
            try:
                posted = await self._posting.line(place, case.number, NOTE, *said)
            except Refusal as refusal:
                if refusal.outcome is not Outcome.TOPIC_GONE:
                    raise  # else nobody can go on reading there anyway
        await self._posting.sent(owed, posted)

    async def alarm(self, owed: Owed, case: Case | None) -> None:
        """In the case's topic; while it has none, where everybody in the group reads."""
        place = await self._places.of(owed.number)
        if place is None:
            group = self._places.group_for(case.language if case is not None else None)
            if group is None:
                raise NotYet
            place = self._places.anywhere(group)
        said = text("desk.alarm" if case is not None else "desk.alarm-draft")
        posted = await self._posting.line(place, owed.number, NOTE, *marks(owed), said)
        await self._posting.sent(owed, posted)

    # ── the clock ──

    async def clock(self, owed: Owed, case: Case) -> None:
        """How long somebody has waited by now; who has waited too long is told to people by
        name."""
        place = await self._posting.standing(case.number)
        posted: list[Posted] = []
        if case.waiting is not None:  # else they had their answer meanwhile
            late = owed.detail.hours >= LATE_HOURS
            said = await self._escalated(owed, case, place) if late else _waited(owed, case)
            posted = await self._posting.line(place, case.number, NOTE, *marks(owed), *said)
        await self._posting.sent(owed, posted)

    async def _escalated(self, owed: Owed, case: Case, place: Place) -> tuple[Text, ...]:
        """Tells everybody who is to be told in their own chat, too; the line names them, and those
        who never opened a chat with the bot (desk.md, S9)."""
        try:
            chiefs = await self._roles.chiefs(place.group)
        except TelegramError as error:
            raise Refusal(place.group, error) from None
        missed = [one for one in chiefs if not await self._privately(owed, case, place, one)]
        said = [text("desk.clock-late", hours=owed.detail.hours)]
        if not case.away:
            said.append(text("desk.clock-sorry"))
        if chiefs:
            said.append(text("desk.clock-for", people=several([_named(one) for one in chiefs])))
        if missed:
            said.append(text("desk.clock-missed", people=several([_named(one) for one in missed])))
        return tuple(said)

    async def _privately(self, owed: Owed, case: Case, place: Place, chief: Chief) -> bool:
        """Whether they have it in their own chat: the number and the way there, nothing else."""
        if (owed.id, chief.id) in self._told:
            return True
        said = [*marks(owed), text("desk.clock-late", hours=owed.detail.hours)]
        if place.link is not None:
            said.append(text("desk.go-there", link=place.link))
        try:
            await self._posting.calls.send(chief.id, line(case.number, place.language, *said))
        except Refusal as refusal:
            if refusal.outcome is not Outcome.PERSON_AWAY:
                log.warning("case %s: somebody was not told: %s", case.number, refusal.why)
            return False
        self._told.add((owed.id, chief.id))
        return True

    # ── whether the person can be written to ──

    async def moved(self, chat_id: int, *, away: bool, but: str | None = None) -> None:
        """The person blocked the bot, or is back: noted for each open case, on its card, and in a
        line where the staff do not know it yet; `but` in this case."""
        now = self._posting.now()
        await patiently(lambda: self._posting.store.set_away(chat_id, away, now))
        session = await self._posting.store.session(chat_id)
        for case in session.cases:
            if case.number != but and is_open(case):
                await self._say_moved(case, gone=away)

    async def _say_moved(self, case: Case, *, gone: bool) -> None:
        place = await self._places.of(case.number)
        if place is None or place.card is None or place.away is gone:
            return
        what, said = BACK, text("desk.is-back")
        if gone:
            what, said = AWAY, away(case, self._posting.form, place.language)
        posted = await self._posting.line(place, case.number, what, said)
        now = self._posting.now()
        await patiently(lambda: self._posting.store.link_posted(case.number, posted, now))


def _waited(owed: Owed, case: Case) -> tuple[Text, ...]:
    due = case.due.astimezone(UTC)
    return (
        text("desk.clock-waits", hours=owed.detail.hours),
        text("desk.reply-by", time=due, time_zone="UTC"),
    )


def _named(chief: Chief) -> Text:
    return text("desk.mention", id=str(chief.id), name=chief.name)
