"""What is owed, and whose hands it goes through: cards, copies, lines, letters and replies.

Nothing says "send message 3", but "the group is owed the card of this case": each time, what is
known to stand there is compared with what should, so that whatever is not there any more comes
again (docs/decisions/delivery.md).
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.channels.telegram.calls import Calls, Refusal
from bot.channels.telegram.cards import Cards
from bot.channels.telegram.client import Client
from bot.channels.telegram.copies import Copies
from bot.channels.telegram.erasure import Erasure
from bot.channels.telegram.letters import Letters
from bot.channels.telegram.lines import Lines
from bot.channels.telegram.places import Places
from bot.channels.telegram.posting import NotYet, Posting, answer_to
from bot.channels.telegram.receipts import Receipts
from bot.channels.telegram.replies import Replies
from bot.channels.telegram.roles import Roles
from bot.channels.telegram.talk import StaffTalk
from bot.desk.card import readable
from bot.desk.desks import Desks
from bot.dialogue.case import Case
from bot.dialogue.intake.form import Form
from bot.i18n.text import text
from bot.storage import owed as kinds
from bot.storage.owed import Owed
from bot.storage.store import Store

log = logging.getLogger(__name__)

TO_PERSON = frozenset({kinds.TELL, kinds.REPLY, kinds.EDIT, kinds.LATE, kinds.BYE})
"""What goes to the person of a case; all else goes to the staff's group."""


class Outgoing:
    """Makes the calls for one thing that is owed.

    `contact`: how to reach the operator without the bot. `now` gives the time (UTC).
    """

    def __init__(
        self,
        client: Client,
        store: Store,
        form: Form,
        desks: Desks,
        talk: StaffTalk,
        roles: Roles,
        receipts: Receipts,
        contact: str | None,
        now: Callable[[], datetime],
    ) -> None:
        self.calls = Calls(client)
        self.places = Places(desks, store, self.calls)
        self._store = store
        self._posting = posting = Posting(self.calls, store, form, self.places, now)
        self._erasure = Erasure(self.calls, self.places)
        cards = Cards(posting, talk)
        self.lines = lines = Lines(posting, roles)
        letters = Letters(posting, lines, receipts)
        self._replies = replies = Replies(posting, lines, receipts, contact)
        receipts.instead = self._say_sent
        self._hands: dict[str, Callable[[Owed, Case], Awaitable[None]]] = {
            kinds.OPEN: cards.open,
            kinds.CARD: cards.edit,
            kinds.PIN: cards.pin,
            kinds.FILES: Copies(posting).files,
            kinds.NEWS: lines.news,
            kinds.WITHDRAWN: lines.withdrawn,
            kinds.CLOCK: lines.clock,
            kinds.SAY: letters.say,
            kinds.EDITED: letters.edited,
            kinds.REPLY: replies.reply,
            kinds.EDIT: replies.edit,
            kinds.TELL: replies.tell,
            kinds.LATE: replies.late,
            kinds.BYE: replies.bye,
        }

    def speak(self, form: Form, desks: Desks) -> None:
        """From now on everything goes out in these words."""
        self._posting.form, self.places.desks = form, desks

    async def chat_of(self, owed: Owed) -> int | None:
        """The chat whose turn it is to get this; None while no group is meant for it."""
        if owed.kind == kinds.ERASE:
            return self._erasure.group_of(owed)
        if owed.kind == kinds.REMIND and owed.detail.asker is not None:
            return owed.detail.asker.chat_id
        case = await self._store.case(owed.number)
        if case is not None and owed.kind in TO_PERSON:
            return case.chat_id
        topic = await self._store.topic(owed.number)
        if topic is not None and topic.group in self.places.groups:
            return topic.group
        return self.places.group_for(case.language if case is not None else None)

    async def _say_sent(self, group: int, message_id: int) -> None:
        """Below a reply, in a group that does not allow the reaction that says so."""
        said = self.places.speaker(group).say(text("desk.sent"))
        try:
            await self.calls.send(group, said, reply_parameters=answer_to(message_id))
        except Refusal as refusal:
            log.warning("group %d: a receipt was not given: %s", group, refusal.why)

    async def begin(self, owed: Owed) -> bool:
        """Notes that a call begins; False when it is not owed any more."""
        return await self._posting.begin(owed)

    async def hand_over(self, owed: Owed) -> None:
        """The calls for it; `begin` was said before.

        Raises Refusal when a call fails, NotYet when something else must come first.
        """
        case = await self._store.case(owed.number)
        if owed.kind == kinds.ERASE:
            if not await self._erasure.erase(owed, exists=case is not None):
                raise NotYet
            await self._posting.sent(owed)
        elif owed.kind == kinds.REMIND and owed.detail.asker is not None:
            await self._replies.remind(owed, owed.detail.asker)
        elif owed.kind == kinds.ALARM and case is None:
            await self.lines.alarm(owed, None)
        elif case is None:
            await self._posting.sent(owed)  # it was deleted meanwhile
        elif owed.kind != kinds.WITHDRAWN and not readable(case, self._posting.form):
            log.warning("case %s: not sent, for there is no consent", owed.number)
            await self._posting.failed(owed, "no consent")
        elif owed.kind == kinds.ALARM:
            await self.lines.alarm(owed, case)
        else:
            await self._hands[owed.kind](owed, case)
