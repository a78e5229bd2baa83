"""Letters of both sides: kept once, owed to the other side, and never to anybody else."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.desk.change import CloseCase, Mute, Reword, TakeBack
from bot.desk.view import Link
from bot.dialogue.case import (
    OURS,
    THEIRS,
    WITHDRAWN,
    Change,
    ChangeCase,
    EraseEverything,
    Letter,
    PassOn,
    Rate,
)
from bot.storage.cases import Outdated
from bot.storage.crypto import Cipher
from bot.storage.database import NO_ANSWER
from bot.storage.owed import Owed, Posted
from bot.storage.store import Store
from tests.storage.told import (
    ANNA,
    BEN,
    GROUP,
    KEY,
    MARIA,
    NOW,
    TOPIC,
    WANG,
    Telegram,
    Unreliable,
    answer,
    counted,
    everything,
    kinds,
    open_store,
    pass_on,
    reply,
    wrote,
)

SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
SAID, REPLIED = 500, 700
"""What is added to the number of a message for that of its copy."""


async def goes(store: Store, kind: str, at: datetime = NOW) -> Owed:
    """The first of this kind is sent, as the deliverer does."""
    one = next(one for one in await store.owed_next(at) if one.kind == kind)
    assert await store.sending(one.id)
    copies = {
        "say": lambda message: Posted(GROUP, message + SAID, TOPIC, f"said {message}"),
        "reply": lambda message: Posted(MARIA, message + REPLIED, None, f"reply {message}"),
    }
    posted = [copies[kind](message) for _, message in one.detail.letters if kind in copies]
    await store.sent(one.id, posted, at)
    return one


async def stands(store: Store, telegram: Telegram) -> None:
    """A case with its card in the topic, and its person told so."""
    await telegram.sends_case(files=())
    await store.set_topic("AB2CD", GROUP, TOPIC, NOW)
    for kind in ("open", "pin", "tell"):
        await goes(store, kind)


async def answered(store: Store, telegram: Telegram, at: datetime = NOW + HOUR) -> None:
    """The staff's reply has reached its person."""
    await telegram.staff(reply(answer(90, at)), at=at)
    await goes(store, "reply", at + MINUTE)
    await goes(store, "card", at + MINUTE)


# ── from the person ─────────────────────────────────────────────────────────────────────────────


async def test_what_a_person_writes_is_kept_and_owed_to_the_group_once(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """However often the same message comes, also as another update."""
    await stands(store, telegram)
    for _ in range(2):
        await telegram.says(pass_on(wrote(1)))
    assert await store.letters("AB2CD") == (wrote(1),)
    assert await store.letter(MARIA, 1) == wrote(1)
    assert await kinds(store) == [("AB2CD", "say")]
    assert (await goes(store, "say")).detail.letters == ((MARIA, 1),)
    assert await kinds(store) == []
    assert (await counted(engine))["letters"] == 1


async def test_letters_reach_the_group_in_the_order_they_were_written(
    store: Store, telegram: Telegram
) -> None:
    """Also when the first of them has to be tried again."""
    await stands(store, telegram)
    for message in (1, 2, 3):
        await telegram.says(pass_on(wrote(message, NOW + message * SECOND)))
    (one,) = await store.owed_next(NOW)
    await store.sending(one.id)
    await store.put_off(one.id, NOW + MINUTE, "429")
    assert await store.owed_next(NOW) == []
    assert await store.owed_at(NOW) == NOW + MINUTE
    later = NOW + MINUTE
    gone = [(await goes(store, "say", later)).detail.letters for _ in range(3)]
    assert gone == [((MARIA, 1),), ((MARIA, 2),), ((MARIA, 3),)]
    assert await store.owed_at(later) is None


async def test_the_first_letter_after_an_answer_begins_to_wait_and_the_next_moves_nothing(
    store: Store, telegram: Telegram
) -> None:
    """The earlier promise stands (S10)."""
    await stands(store, telegram)
    await answered(store, telegram)
    found = await store.case("AB2CD")
    assert found is not None
    assert (found.state, found.waiting, found.heard) == (THEIRS, None, 0)
    first, second = NOW + 3 * HOUR, NOW + 9 * HOUR
    await telegram.says(pass_on(wrote(1, first)), at=first)
    await telegram.says(pass_on(wrote(2, second)), at=second)
    found = await store.case("AB2CD")
    assert found is not None
    assert (found.state, found.waiting, found.due) == (OURS, first, first + DAY)
    assert found.heard == 2
    # The card says so once: while one waits, no other is owed.
    assert [kind for _, kind in await kinds(store, second)] == ["say", "card"]


async def test_an_album_goes_as_one_when_its_last_piece_has_come(
    store: Store, telegram: Telegram
) -> None:
    """A piece that comes when the others went goes by itself (L14)."""
    await stands(store, telegram)
    for message in (1, 2, 3):
        at = NOW + message * SECOND
        piece = wrote(message, at, kind="picture", album="A")
        await telegram.says(pass_on(piece), at=at)
    assert await store.owed_next(NOW + 4 * SECOND) == []
    assert await store.owed_at(NOW) == NOW + 5 * SECOND
    one = await goes(store, "say", NOW + 5 * SECOND)
    assert (one.detail.letters, one.detail.album) == (((MARIA, 1), (MARIA, 2), (MARIA, 3)), "A")
    await telegram.says(pass_on(wrote(4, kind="picture", album="A")))
    assert (await goes(store, "say", NOW + 9 * SECOND)).detail.letters == ((MARIA, 4),)


async def test_an_edit_is_owed_as_an_edit_when_the_old_words_are_there(
    store: Store, telegram: Telegram
) -> None:
    """Before that the copy will say the new ones; of two edits the last counts."""
    await stands(store, telegram)
    await telegram.says(pass_on(wrote(1)))
    await telegram.says(pass_on(wrote(1, words="second", edited=NOW)))
    assert await kinds(store) == [("AB2CD", "say")]
    await goes(store, "say")
    await telegram.says(pass_on(wrote(1, words="second", edited=NOW)))
    assert await kinds(store) == []  # Telegram tells of an edit when it adds a preview, too
    for words in ("third", "fourth"):
        await telegram.says(pass_on(wrote(1, words=words, edited=NOW)))
    assert (await goes(store, "edited")).detail.letters == ((MARIA, 1),)
    assert await kinds(store) == []
    (kept,) = await store.letters("AB2CD")
    assert (kept.words, kept.edited, kept.at) == ("fourth", NOW, NOW)


async def test_an_edit_of_an_old_letter_makes_nobody_wait(store: Store, telegram: Telegram) -> None:
    """A slip is corrected after the answer: the group sees it, the clock stands still."""
    await stands(store, telegram)
    await telegram.says(pass_on(wrote(1)))
    await goes(store, "say")
    await answered(store, telegram)
    await telegram.says(pass_on(wrote(1, words="corrected", edited=NOW + DAY)), at=NOW + DAY)
    found = await store.case("AB2CD")
    assert found is not None
    assert found.waiting is None
    assert await kinds(store, NOW + DAY) == [("AB2CD", "edited")]


async def test_an_edit_of_what_was_never_passed_on_is_passed_on(
    store: Store, telegram: Telegram
) -> None:
    """Nothing that a person means for the staff is lost, whenever they began to write it."""
    await stands(store, telegram)
    await telegram.says(pass_on(wrote(1, edited=NOW)))
    assert await kinds(store) == [("AB2CD", "say")]


async def test_what_somebody_muted_writes_is_neither_kept_nor_passed_on(
    store: Store, telegram: Telegram
) -> None:
    """And is again when the staff say so."""
    await stands(store, telegram)
    await telegram.staff(Mute("AB2CD", True))
    await goes(store, "card")
    await telegram.says(pass_on(wrote(1)))
    assert await store.letters("AB2CD") == ()
    assert await kinds(store) == []
    await telegram.staff(Mute("AB2CD", False))
    await telegram.says(pass_on(wrote(2)))
    assert await store.letters("AB2CD") == (wrote(2),)


async def test_writing_opens_a_closed_case_again(store: Store, telegram: Telegram) -> None:
    """The same case, a new promise, and no farewell that is not true any more (S12)."""
    await stands(store, telegram)
    await telegram.staff(CloseCase("AB2CD", "done"))
    assert ("AB2CD", "bye") in await kinds(store)
    at = NOW + 3 * DAY
    await telegram.says(pass_on(wrote(1, at)), at=at)
    found = await store.case("AB2CD")
    assert found is not None
    assert (found.state, found.closed, found.reason) == (OURS, None, None)
    assert (found.waiting, found.due) == (at, at + DAY)
    assert [kind for _, kind in await kinds(store, at)] == ["say", "card"]


async def test_a_case_whose_topic_went_while_it_was_closed_is_posted_anew_when_it_opens(
    store: Store, telegram: Telegram
) -> None:
    """Nobody is asked to read a letter without the case that it belongs to."""
    await stands(store, telegram)
    await telegram.staff(CloseCase("AB2CD", "done", quiet=True))
    await store.topic_gone("AB2CD")
    assert await kinds(store) == []
    await telegram.says(pass_on(wrote(1)))
    gone = [(await goes(store, kind)).kind for kind in ("open", "say", "pin", "card")]
    assert gone == ["open", "say", "pin", "card"]


@pytest.mark.parametrize("why", ["gone", "withdrawn", "another's"])
async def test_what_belongs_to_no_case_of_theirs_is_to_be_decided_anew(
    store: Store, telegram: Telegram, engine: AsyncEngine, why: str
) -> None:
    """The person is told something true instead; nothing is kept."""
    if why != "gone":
        await stands(store, telegram)
    if why == "withdrawn":
        found = await store.case("AB2CD")
        assert found is not None
        over = replace(found, state=WITHDRAWN, closed=NOW)
        await telegram.says(ChangeCase(over, ("withdrawn",)))
    chat = WANG if why == "another's" else MARIA
    before = await everything(engine)
    changes: tuple[Change, ...] = (pass_on(wrote(1, chat=chat)), Rate("AB2CD", 5))
    for change in changes:
        with pytest.raises(Outdated):
            await store.commit(chat, 5, None, [change], NOW)
    assert await everything(engine) == before


async def test_the_last_rating_counts_and_stays_without_its_case(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """One for a case; after the erasure nobody can tell whose it was."""
    await stands(store, telegram)
    await telegram.says(Rate("AB2CD", 2))
    await telegram.says(Rate("AB2CD", 5), at=NOW + HOUR)
    await telegram.says(EraseEverything("en"))
    (row,) = (await everything(engine))["ratings"]
    assert (row["number"], row["stars"], row["language"]) == (None, 5, "en")
    assert (await store.figures(NOW, NOW + DAY)).ratings == (5,)


# ── from the staff ──────────────────────────────────────────────────────────────────────────────


async def test_a_reply_goes_when_it_can_no_longer_be_taken_back(
    store: Store, telegram: Telegram
) -> None:
    """Not a second earlier (W5), and once however often the same message comes."""
    await stands(store, telegram)
    for _ in range(2):
        await telegram.staff(reply(answer(90)))
    assert await store.pending("AB2CD") == {(GROUP, 90)}
    assert await kinds(store, NOW + 14 * SECOND) == []
    assert await store.owed_at(NOW) == NOW + 15 * SECOND
    one = await goes(store, "reply", NOW + 15 * SECOND)
    assert one.detail.letters == ((GROUP, 90),)
    assert await store.pending("AB2CD") == frozenset()
    assert [kind for _, kind in await kinds(store, NOW + MINUTE)] == ["card"]
    assert await store.letters("AB2CD") == (answer(90),)


async def test_a_reply_that_was_taken_back_reaches_nobody(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """All pieces of an album, whichever was meant; nothing of it is kept."""
    await stands(store, telegram)
    for message in (90, 91):
        await telegram.staff(reply(answer(message, kind="picture", album="A")))
    await telegram.staff(reply(answer(92)))
    assert await store.pending("AB2CD") == {(GROUP, 90), (GROUP, 91), (GROUP, 92)}
    await telegram.staff(TakeBack("AB2CD", (GROUP, 91)))
    assert await store.pending("AB2CD") == {(GROUP, 92)}
    assert await store.letters("AB2CD") == (answer(92),)
    assert (await goes(store, "reply", NOW + MINUTE)).detail.letters == ((GROUP, 92),)
    with pytest.raises(Outdated):
        await telegram.staff(TakeBack("AB2CD", (GROUP, 92)))


@pytest.mark.parametrize("how", ["under way", "in part", "unsure", "sent"])
async def test_what_the_person_may_have_cannot_be_taken_back(
    store: Store, telegram: Telegram, how: str
) -> None:
    """Nobody is told that a reply was stopped which somebody may be reading."""
    await stands(store, telegram)
    await telegram.staff(reply(answer(90)))
    at = NOW + MINUTE
    (one,) = await store.owed_next(at)
    await store.sending(one.id)
    posted = [Posted(MARIA, 3, None, "reply 90")]
    if how == "in part":
        await store.progress(one.id, posted)
    elif how == "unsure":
        await store.put_off(one.id, at, "timed out", unsure=True)
    elif how == "sent":
        await store.sent(one.id, posted, at)
    assert await store.pending("AB2CD") == frozenset()
    with pytest.raises(Outdated):
        await telegram.staff(TakeBack("AB2CD", (GROUP, 90)))


async def test_what_surely_was_not_sent_can_still_be_taken_back(
    store: Store, telegram: Telegram
) -> None:
    """Telegram refused the first try: the person has nothing."""
    await stands(store, telegram)
    await telegram.staff(reply(answer(90)))
    (one,) = await store.owed_next(NOW + MINUTE)
    await store.sending(one.id)
    await store.put_off(one.id, NOW + HOUR, "429")
    await telegram.staff(TakeBack("AB2CD", (GROUP, 90)))
    assert await kinds(store, NOW + DAY) == []


async def test_of_taking_back_and_sending_at_once_one_happens(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """And of two members who take back the same reply, one does."""
    await stands(store, telegram)
    other = open_store(engine)
    await other.begin()

    async def take_back(one: Store, number: int, who: int, message: int) -> bool:
        try:
            return await one.commit_desk(number, who, [TakeBack("AB2CD", (GROUP, message))], NOW)
        except Outdated:
            return False

    for message in range(90, 96):
        await telegram.staff(reply(answer(message)))
        (row,) = (one for one in await store.owed_next(NOW + MINUTE) if one.kind == "reply")
        begun, *taken = await asyncio.gather(
            other.sending(row.id),
            take_back(store, 3 * message, ANNA, message),
            take_back(other, 3 * message + 1, BEN, message),
        )
        assert [begun, *taken].count(True) == 1
        if begun:
            await store.sent(row.id, [Posted(MARIA, message, None, f"reply {message}")], NOW)


async def test_a_reply_is_reworded_before_it_goes_and_edited_after(
    store: Store, telegram: Telegram
) -> None:
    """The person reads the last words, whenever they were written."""
    await stands(store, telegram)
    await telegram.staff(reply(answer(90)))

    async def says(words: str) -> None:
        await telegram.staff(Reword("AB2CD", answer(90, words=words, edited=NOW)))

    await says("second")
    at = NOW + MINUTE
    (one,) = await store.owed_next(at)
    assert one.kind == "reply"
    await store.sending(one.id)
    kept = await store.letter(GROUP, 90)
    assert kept is not None
    assert kept.words == "second"
    await says("third")  # what is under way may say the second
    assert await kinds(store, at) == []
    await store.sent(one.id, [Posted(MARIA, 5, None, "reply 90")], at)
    assert (await goes(store, "edit", at)).detail.letters == ((GROUP, 90),)
    await says("third")
    await telegram.staff(Reword("AB2CD", answer(91, words="chatter", edited=NOW)))
    assert [kind for _, kind in await kinds(store, at)] == ["card"]
    for words in ("fourth", "fifth"):
        await says(words)
    await goes(store, "edit", at)
    assert [kind for _, kind in await kinds(store, at)] == ["card"]
    assert await store.letter(GROUP, 91) is None


async def test_of_a_reply_that_never_goes_no_edit_goes_either(
    store: Store, telegram: Telegram
) -> None:
    """The person blocked the bot: what they have of another reply is not changed by it."""
    await stands(store, telegram)
    await telegram.staff(reply(answer(90)))
    await goes(store, "reply", NOW + MINUTE)
    await telegram.staff(reply(answer(91)))
    (one,) = (one for one in await store.owed_next(NOW + MINUTE) if one.kind == "reply")
    await store.sending(one.id)
    await store.failed(one.id, "person away")
    await telegram.staff(Reword("AB2CD", answer(91, words="better", edited=NOW)))
    assert [kind for _, kind in await kinds(store, NOW + MINUTE)] == ["card"]


async def test_what_goes_to_a_person_goes_in_order(store: Store, telegram: Telegram) -> None:
    """Two replies and the farewell: none overtakes another, whatever must be tried again."""
    await stands(store, telegram)
    await telegram.staff(reply(answer(90)), reply(answer(91)), CloseCase("AB2CD", "done"))
    at = NOW + MINUTE
    one = (await store.owed_next(at))[0]
    await store.sending(one.id)
    await store.put_off(one.id, at + MINUTE, "429")
    assert [kind for _, kind in await kinds(store, at)] == ["card"]
    gone = [(await goes(store, kind, at + MINUTE)).kind for kind in ("reply", "reply", "bye")]
    assert gone == ["reply", "reply", "bye"]


# ── who waits after a reply ─────────────────────────────────────────────────────────────────────


async def test_only_a_reply_that_arrived_ends_the_wait(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Not one that was written, that is under way, or that can never be sent (S10)."""
    await stands(store, telegram)
    await telegram.staff(reply(answer(90)))
    at = NOW + MINUTE
    (one,) = await store.owed_next(at)
    await store.sending(one.id)
    assert (await waits(engine))[0]["ended"] is None
    await store.failed(one.id, "person away")
    assert (await waits(engine))[0]["ended"] is None
    await telegram.staff(reply(answer(91, at)), at=at)
    await goes(store, "reply", at + MINUTE)
    (row,) = await waits(engine)
    assert (row["ended"], row["how"]) == ((at + MINUTE).timestamp(), "reply")


async def waits(engine: AsyncEngine) -> list[dict[str, object]]:
    return (await everything(engine))["waits"]


async def test_whoever_wrote_after_the_reply_was_written_waits_on(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """From their first such letter; a second reply that is older than it answers it no more than
    the first."""
    await stands(store, telegram)
    await telegram.staff(reply(answer(90, NOW + HOUR)), reply(answer(91, NOW + HOUR + SECOND)))
    early, late = NOW + HOUR + 5 * SECOND, NOW + HOUR + 9 * SECOND
    await telegram.says(pass_on(wrote(1, NOW)), pass_on(wrote(2, early)), pass_on(wrote(3, late)))
    at = NOW + HOUR + MINUTE
    for _ in range(2):
        await goes(store, "reply", at)
    found = await store.case("AB2CD")
    assert found is not None
    assert (found.state, found.waiting, found.due) == (OURS, early, early + DAY)
    assert found.heard == 2
    first, second = await waits(engine)
    assert (first["first"], first["ended"]) == (True, at.timestamp())
    assert (second["first"], second["began"], second["ended"]) == (False, early.timestamp(), None)
    await telegram.staff(reply(answer(92, at)), at=at)
    await goes(store, "reply", at + MINUTE)
    found = await store.case("AB2CD")
    assert found is not None
    assert (found.state, found.waiting, found.heard) == (THEIRS, None, 0)


async def test_a_reply_that_is_confirmed_twice_answers_once(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """The second word of it comes after the person wrote on: they wait all the same."""
    await stands(store, telegram)
    await telegram.staff(reply(answer(90)))
    (one,) = await store.owed_next(NOW + MINUTE)
    await store.sending(one.id)
    posted = [Posted(MARIA, 5, None, "reply 90")]
    await store.sent(one.id, posted, NOW + MINUTE)
    await telegram.says(pass_on(wrote(1, NOW + HOUR)), at=NOW + HOUR)
    before = await everything(engine)
    await store.sent(one.id, posted, NOW + 2 * HOUR)
    assert await everything(engine) == before


# ── repeats and crashes ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fates", ["before", "after", "after before"])
async def test_a_turn_of_either_side_whose_answer_is_lost_is_made_once(
    store: Store, engine: AsyncEngine, telegram: Telegram, fates: str
) -> None:
    """Whoever asks again until there is an answer is told that it is stored, and it is, once."""
    await stands(store, telegram)
    unreliable = Unreliable(engine)
    trying = Store(unreliable.as_engine(), Cipher([KEY]), store._health)
    await trying.begin()
    for number, what in ((1, pass_on(wrote(1))), (2, reply(answer(90)))):

        async def tries(number: int = number, what: object = what) -> bool:
            if isinstance(what, PassOn):
                return await trying.commit(MARIA, number, None, [what], NOW)
            return await trying.commit_desk(number, ANNA, [reply(answer(90))], NOW)

        unreliable.fate = fates.split()
        for _ in fates.split():
            with pytest.raises(NO_ANSWER):
                await tries()
        assert await tries()
        assert not await tries()  # from now on it is an update that was seen before
    assert await store.letters("AB2CD") == (wrote(1), answer(90))
    assert await kinds(store, NOW + MINUTE) == [("AB2CD", "reply"), ("AB2CD", "say")]


async def test_a_relay_cut_off_by_a_crash_is_repeated_with_a_mark(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Both ways: nothing is lost, and nobody takes a double for a second letter."""
    await stands(store, telegram)
    await telegram.says(pass_on(wrote(1)))
    await telegram.staff(reply(answer(90)))
    at = NOW + MINUTE
    for one in await store.owed_next(at):
        assert await store.sending(one.id)
    again = open_store(engine)
    await again.begin()
    found = {one.kind: one for one in await again.owed_next(at)}
    assert {kind: one.unsure for kind, one in found.items()} == {"say": True, "reply": True}
    assert found["say"].detail.letters == ((MARIA, 1),)
    # What may stand there is never joined or changed: it goes again as it was.
    await telegram.says(pass_on(wrote(1, words="other", edited=NOW)))
    assert ("AB2CD", "edited") not in await kinds(again, at)
    await goes(again, "say", at)
    assert ("AB2CD", "edited") in await kinds(again, at)


# ── which message is whose ──────────────────────────────────────────────────────────────────────


async def test_each_message_knows_the_one_it_was_copied_from_and_back(
    store: Store, telegram: Telegram
) -> None:
    """W2, W3b: by stored pairs of chat and message alone, so that an answer stands below what it
    answers, on either side."""
    await stands(store, telegram)
    await telegram.says(pass_on(wrote(1)))
    await goes(store, "say")
    await answered(store, telegram)
    assert await store.link(GROUP, 1 + SAID) == Link("AB2CD", "said 1")
    assert await store.link(MARIA, 90 + REPLIED) == Link("AB2CD", "reply 90")
    for theirs, ours in (((MARIA, 1), (GROUP, 1 + SAID)), ((MARIA, 90 + REPLIED), (GROUP, 90))):
        assert await store.counterpart(*theirs) == ours
        assert await store.counterpart(*ours) == theirs
    for chat, message in ((WANG, 1), (GROUP - 1, 90), (GROUP, 1), (MARIA, 2)):
        assert await store.counterpart(chat, message) is None
        assert await store.link(chat, message) is None


async def test_a_file_knows_its_message_and_a_card_has_none(
    store: Store, telegram: Telegram
) -> None:
    """A reply to the copy of a report answers the report; one to the card answers no message."""
    await stands(store, telegram)
    posted = [
        Posted(GROUP, 20, TOPIC, "file 31"),
        Posted(GROUP, 21, TOPIC, "card 1 1"),
        Posted(GROUP, 22, TOPIC, "prompt"),
        Posted(GROUP, 23, TOPIC, "file lost 33"),
        Posted(MARIA, 24, None, "reply 95"),
    ]
    assert await store.link_posted("AB2CD", posted, NOW)
    assert await store.counterpart(GROUP, 20) == (MARIA, 31)
    for message in (21, 22, 23):
        assert await store.counterpart(GROUP, message) is None
    assert await store.counterpart(MARIA, 24) is None  # no such letter is kept
    assert await store.link(GROUP, 22) == Link("AB2CD", "prompt")


async def test_what_was_posted_about_a_case_that_is_gone_is_deleted(
    store: Store, telegram: Telegram
) -> None:
    """Erased between the decision and the message: no line about it stays behind."""
    assert not await store.link_posted("AB2CD", [Posted(GROUP, 22, TOPIC, "prompt")], NOW)
    (one,) = await store.owed_next(NOW)
    assert (one.kind, one.detail.messages) == ("erase", ((GROUP, 22),))


async def test_a_topic_knows_its_case_in_its_own_group(store: Store, telegram: Telegram) -> None:
    """W3b: two groups have topics of the same number."""
    await telegram.sends_case("AA2AA")
    await telegram.sends_case("BB2BB", WANG)
    await store.set_topic("AA2AA", GROUP, TOPIC, NOW)
    await store.set_topic("BB2BB", GROUP - 1, TOPIC, NOW)
    assert await store.by_topic(GROUP, TOPIC) == "AA2AA"
    assert await store.by_topic(GROUP - 1, TOPIC) == "BB2BB"
    assert await store.by_topic(GROUP, TOPIC + 1) is None


async def test_after_a_group_moved_no_old_number_points_to_a_new_message(
    store: Store, telegram: Telegram
) -> None:
    """L5, W3b: numbers of messages begin anew there. What the person has still leads to the case,
    and the letter that waits is shown again."""
    await stands(store, telegram)
    await answered(store, telegram)
    at = NOW + 3 * HOUR
    await telegram.says(pass_on(wrote(1, at)), at=at)
    await goes(store, "say", at)
    new = GROUP - 77
    await store.group_moved(GROUP, new)
    assert await store.link(GROUP, 1 + SAID) is None
    assert await store.counterpart(MARIA, 1) is None
    assert await store.link(MARIA, 90 + REPLIED) == Link("AB2CD", "reply")
    assert await store.counterpart(MARIA, 90 + REPLIED) is None
    # Somebody answers in the new group, in a message of the same number.
    fresh = answer(90, at, chat_id=new)
    await telegram.staff(reply(fresh), at=at)
    assert await store.pending("AB2CD") == {(new, 90)}
    assert [kind for _, kind in await kinds(store, at)] == ["open"]
    await goes(store, "open", at)
    assert (await goes(store, "say", at)).detail.letters == ((MARIA, 1),)


async def test_a_deleted_topic_gets_back_what_nobody_has_answered(
    store: Store, telegram: Telegram
) -> None:
    """L2: the letters of this wait; what was answered is history."""
    await stands(store, telegram)
    await telegram.says(pass_on(wrote(1)))
    await goes(store, "say")
    await answered(store, telegram)
    at = NOW + 2 * HOUR
    await telegram.says(pass_on(wrote(2, at)), pass_on(wrote(3, at)), at=at)
    for _ in range(2):
        await goes(store, "say", at)
    await store.topic_gone("AB2CD")
    await goes(store, "open", at)
    again = [(await goes(store, "say", at)).detail.letters for _ in range(2)]
    assert again == [((MARIA, 2),), ((MARIA, 3),)]
    assert "say" not in {kind for _, kind in await kinds(store, at)}


# ── leaving ─────────────────────────────────────────────────────────────────────────────────────


async def test_what_a_person_sees_of_their_letters_is_all_of_them_and_no_others(
    store: Store, telegram: Telegram
) -> None:
    """By case, oldest first, both sides (GDPR 15)."""
    await telegram.sends_case("AA2AA")
    await telegram.sends_case("BB2BB")
    await telegram.sends_case("CC2CC", WANG)
    theirs = wrote(1, NOW + HOUR), answer(90, NOW + 2 * HOUR), wrote(2, NOW + 3 * HOUR)
    await telegram.says(pass_on(theirs[2], "AA2AA"), pass_on(theirs[0], "AA2AA"))
    await telegram.staff(reply(theirs[1], "AA2AA"))
    await telegram.says(pass_on(wrote(4), "BB2BB"))
    await telegram.says(pass_on(wrote(5, chat=WANG), "CC2CC"), chat=WANG)
    assert await store.letters_of(MARIA) == {"AA2AA": theirs, "BB2BB": (wrote(4),)}
    assert await store.letters_of(MARIA + 5) == {}


async def test_after_an_erasure_no_letter_is_left_anywhere(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Copies in both chats are owed their deletion, also of the reply that was under way."""
    await stands(store, telegram)
    await telegram.says(pass_on(wrote(1)))
    await goes(store, "say")
    await telegram.staff(reply(answer(90)), reply(answer(91)))
    at = NOW + MINUTE
    (one,) = (row for row in await store.owed_next(at) if row.kind == "reply")
    await store.sending(one.id)
    await telegram.says(EraseEverything("en"))
    await store.sent(one.id, [Posted(MARIA, 5, None, "reply 90")], at)
    left = await counted(engine)
    assert not {"letters", "cases", "links", "topics"} & set(left)
    (row,) = await waits(engine)
    assert (row["number"], row["how"], row["ended"]) == (None, "erased", NOW.timestamp())
    in_flight = await goes(store, "erase", at)
    assert in_flight.detail.messages == ((MARIA, 5),)
    # The copy goes with the topic.
    assert (await goes(store, "erase", at)).detail.topic == (GROUP, TOPIC)
    assert await kinds(store, at) == []


async def test_after_a_withdrawal_no_letter_goes_either_way(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Nor a reminder, nor a word that it is late."""
    await stands(store, telegram)
    await telegram.says(pass_on(wrote(1)))
    await telegram.staff(reply(answer(90)))
    await store.sweep(NOW + DAY)
    found = await store.case("AB2CD")
    assert found is not None
    await telegram.says(ChangeCase(replace(found, state=WITHDRAWN, closed=NOW), ("withdrawn",)))
    assert await kinds(store, NOW + DAY) == [("AB2CD", "withdrawn")]
    await store.sweep(NOW + 2 * DAY)
    assert await kinds(store, NOW + 2 * DAY) == [("AB2CD", "withdrawn")]
    (row,) = await waits(engine)
    assert row["how"] == "withdrawn"
    for change in (reply(answer(91)), TakeBack("AB2CD", (GROUP, 90))):
        with pytest.raises(Outdated):
            await store.commit_desk(9, ANNA, [change], NOW)


async def test_copies_of_pictures_go_with_those_of_reports(
    store: Store, telegram: Telegram
) -> None:
    """Thirty days after the case was closed; words stay until the case goes."""
    await stands(store, telegram)
    await telegram.says(pass_on(wrote(1)), pass_on(wrote(2, kind="picture")))
    for _ in range(2):
        await goes(store, "say")
    await telegram.staff(CloseCase("AB2CD", "done", quiet=True))
    await goes(store, "card")
    assert await store.purge(NOW + 30 * DAY - SECOND) == {**_NOTHING}
    assert (await store.purge(NOW + 30 * DAY + SECOND))["files"] == 1
    assert (await store.purge(NOW + 30 * DAY + SECOND))["files"] == 0
    (one,) = await store.owed_next(NOW + 31 * DAY)
    assert (one.kind, one.detail.messages) == ("erase", ((GROUP, 2 + SAID),))
    assert [one.words for one in await store.letters("AB2CD")] == ["question 1", "question 2"]
    await store.purge(NOW + 91 * DAY)
    assert await store.letters("AB2CD") == ()


_NOTHING = {"drafts": 0, "cases": 0, "files": 0, "consents": 0, "owed": 0, "audit": 0}


@pytest.mark.parametrize(
    "letter", [wrote(1, words="\ud800 \x00 𝕏 \u202e ' \" \\ \n"), wrote(2**40)]
)
async def test_any_words_and_any_number_survive(
    store: Store, telegram: Telegram, letter: Letter
) -> None:
    """Half an emoji, zero bytes, and a number that needs more than 32 bits (S13)."""
    await stands(store, telegram)
    await telegram.says(pass_on(letter))
    assert await store.letters("AB2CD") == (letter,)
