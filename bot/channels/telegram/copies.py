"""Copies of what a person sent in the form: files, albums as albums, never downloaded (P17)."""

from collections.abc import Iterable, Sequence

from bot.channels.telegram.calls import Refusal
from bot.channels.telegram.places import Place, numbers_in
from bot.channels.telegram.posting import Posting, marks
from bot.channels.telegram.refusals import Outcome
from bot.dialogue.case import Case, File
from bot.i18n.text import text
from bot.storage.owed import FILE, Owed, Posted

COPY, LOST, HEADING = FILE, f"{FILE} lost", f"{FILE} note"
"""Posted.what: "file 12" is the copy of message 12 in the person's chat, "file lost 12" the line
that says that there is none any more."""


class Copies:
    """Every method makes the calls for one thing that is owed. Raises Refusal, NotYet."""

    def __init__(self, posting: Posting) -> None:
        self._posting = posting

    async def files(self, owed: Owed, case: Case) -> None:
        """Copies of what is not there yet, albums as albums, with a line above where needed."""
        posting = self._posting
        place = await posting.standing(case.number)
        there = numbers_in(place.posted, FILE)
        albums = [one for one in _albums(case.files) if there.isdisjoint(one)]
        posted: Sequence[Posted] = ()
        if albums and (owed.unsure or place.topic is None):
            said = text("desk.files-follow")
            posted = await posting.line(place, case.number, HEADING, *marks(owed), said)
        for album in albums:
            first = not posted and album is albums[0] and len(album) == 1
            if not first and not await posting.more(owed, place.group, posted, len(album)):
                return
            posted = await self._copy(case, place, album)
        await posting.sent(owed, posted)

    async def _copy(self, case: Case, place: Place, album: list[int]) -> list[Posted]:
        """An album or a single file; and a line about what of it the person has deleted."""
        try:
            copies = await self._posting.calls.call(
                "copyMessages",
                place.group,
                message_thread_id=place.topic,
                from_chat_id=case.chat_id,
                message_ids=album,
            )
        except Refusal as refusal:
            if not nothing_there(refusal):
                raise
            copies = []
        posted = [
            place.holds(int(copy["message_id"]), f"{COPY} {source}")
            for source, copy in zip(album, copies, strict=False)
        ]
        lost = album[len(copies) :]
        if lost:
            # Telegram does not say which, so the numbers of an album may be exchanged. All they
            # say is that nothing of it is to be tried again.
            what = " ".join((LOST, *map(str, lost)))
            said = text("desk.files-lost", n=len(lost))
            posted += await self._posting.line(place, case.number, what, said)
        return posted


def nothing_there(refusal: Refusal) -> bool:
    """Of a copy into a group that was there a moment ago: what is not found is what was to be
    copied, or the chat that it stood in."""
    gone = "chat not found" in refusal.error.message.lower()
    return gone or refusal.outcome is Outcome.SOURCE_GONE


def _albums(files: Iterable[File]) -> list[list[int]]:
    """The messages of files that were sent together, together; of the others one by one."""
    found: dict[str, list[int]] = {}
    for one in files:
        found.setdefault(one.album or f"{COPY} {one.message_id}", []).append(one.message_id)
    return [sorted(album) for album in found.values()]
