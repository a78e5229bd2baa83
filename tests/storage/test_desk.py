"""What staff do to a case: once, by name in the audit trail, and seen by all on the card."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.desk.change import (
    Answered,
    CloseCase,
    DeskChange,
    EraseCase,
    Mute,
    NoteCopy,
    ReopenCase,
    Reword,
    Take,
    TakeBack,
)
from bot.dialogue.case import (
    CLOSED,
    THEIRS,
    WITHDRAWN,
    ChangeCase,
    Claim,
    KeepDraft,
)
from bot.storage.cases import Outdated
from bot.storage.crypto import new_key
from bot.storage.owed import Posted, Topic
from bot.storage.store import Store
from tests.storage.told import (
    ANNA,
    BEN,
    GROUP,
    MARIA,
    NOW,
    TOPIC,
    WANG,
    Telegram,
    answer,
    consent,
    counted,
    draft,
    everything,
    kinds,
    open_store,
    pass_on,
    reply,
    wrote,
)

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
ANNAS, BENS = Claim(ANNA, "Anna"), Claim(BEN, "Ben")


async def of_staff(engine: AsyncEngine) -> list[tuple[str, str, str]]:
    """Lines of the audit trail about what staff did: (what, number, result)."""
    rows = (await everything(engine))["audit"]
    return [(row["what"], row["number"], row["result"]) for row in rows if row["what"] != "open"]


async def test_everything_staff_do_is_a_line_with_a_pseudonym(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Who, what, which case, with what result; no name, no number of Telegram's, no word."""
    await telegram.sends_case()
    changes: tuple[DeskChange, ...] = (
        Take("AB2CD", ANNAS),
        Take("AB2CD", None),
        reply(answer(90)),
        Reword("AB2CD", answer(90, words="better", edited=NOW)),
        TakeBack("AB2CD", (GROUP, 90)),
        Answered("AB2CD", "email"),
        Mute("AB2CD", True),
        Mute("AB2CD", False),
        CloseCase("AB2CD", "done"),
        ReopenCase("AB2CD", NOW + DAY),
        NoteCopy("AB2CD"),
        EraseCase("AB2CD", "en"),
    )
    for change in changes:
        await telegram.staff(change)
    assert await of_staff(engine) == [
        ("claim", "AB2CD", "done"),
        ("claim", "AB2CD", "handed back"),
        ("reply", "AB2CD", "done"),
        ("reword", "AB2CD", "done"),
        ("undo", "AB2CD", "done"),
        ("answered", "AB2CD", "email"),
        ("mute", "AB2CD", "on"),
        ("mute", "AB2CD", "off"),
        ("close", "AB2CD", "done"),
        ("reopen", "AB2CD", "done"),
        ("export", "AB2CD", "done"),
        ("erase", "AB2CD", "done"),
    ]
    lines = (await everything(engine))["audit"][1:]
    (who,) = {row["who"] for row in lines}
    assert len(who) == hashlib.sha256().digest_size * 2
    for word in (str(ANNA), "Anna", "answer 90", "better"):
        assert word not in str(lines)


async def test_what_is_so_already_is_not_done_again(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Two members press the same button at once, or one presses it twice (L10)."""
    await telegram.sends_case()
    pairs: tuple[DeskChange, ...] = (
        Take("AB2CD", ANNAS),
        reply(answer(90)),
        Mute("AB2CD", True),
        Answered("AB2CD", "phone"),
        CloseCase("AB2CD", "done"),
        ReopenCase("AB2CD", NOW + DAY),
    )
    for change in pairs:
        await telegram.staff(change, who=ANNA)
        before = await everything(engine)
        await telegram.staff(change, who=BEN, at=NOW + HOUR)
        after = await everything(engine)
        assert {**after, "inbox": []} == {**before, "inbox": []}, change


async def test_an_update_of_the_group_changes_things_once(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Also when two instances bring it at the same moment, and after a restart."""
    await telegram.sends_case()
    other = open_store(engine)
    changes: list[DeskChange] = [Take("AB2CD", ANNAS), reply(answer(90))]
    both = await asyncio.gather(*(one.commit_desk(7, ANNA, changes, NOW) for one in (store, other)))
    assert sorted(both) == [False, True]
    assert not await open_store(engine).commit_desk(7, ANNA, [CloseCase("AB2CD", "x")], NOW)
    assert len(await of_staff(engine)) == 2
    assert (await store.case("AB2CD")) is not None


async def test_a_turn_of_which_one_part_cannot_be_done_changes_nothing(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """The update stays to be decided anew."""
    await telegram.sends_case()
    before = await everything(engine)
    with pytest.raises(Outdated):
        await store.commit_desk(7, ANNA, [Take("AB2CD", ANNAS), TakeBack("AB2CD", (1, 2))], NOW)
    assert await everything(engine) == before
    assert await store.commit_desk(7, ANNA, [Take("AB2CD", ANNAS)], NOW)


async def test_of_two_who_change_a_case_at_once_neither_undoes_the_other(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """One takes it, the other mutes it, its person adds an answer: all three are so."""
    await telegram.sends_case()
    other = open_store(engine)
    await other.begin()
    found = await store.case("AB2CD")
    assert found is not None
    stale = replace(found, answers={"i5": "myeloma"})
    await asyncio.gather(
        store.commit_desk(1, ANNA, [Take("AB2CD", ANNAS)], NOW),
        other.commit_desk(2, BEN, [Mute("AB2CD", True)], NOW),
    )
    with pytest.raises(Outdated):
        await store.commit(MARIA, 3, None, [ChangeCase(stale, ("i5",))], NOW)
    found = await store.case("AB2CD")
    assert found is not None
    assert (found.claim, found.muted) == (ANNAS, True)
    changed = replace(found, answers={"i5": "myeloma"})
    await telegram.says(ChangeCase(changed, ("i5",)))
    assert await store.case("AB2CD") == changed


@pytest.mark.parametrize("why", ["gone", "withdrawn"])
async def test_nothing_is_done_to_a_case_that_nobody_may_read(
    store: Store, telegram: Telegram, engine: AsyncEngine, why: str
) -> None:
    """Erased or withdrawn between the press and its turn: decided anew; only erasing is possible
    still."""
    if why == "withdrawn":
        sent = await telegram.sends_case()
        over = replace(sent, state=WITHDRAWN, closed=NOW)
        await telegram.says(ChangeCase(over, ("withdrawn",)))
    before = await everything(engine)
    changes: tuple[DeskChange, ...] = (
        Take("AB2CD", ANNAS),
        reply(answer(90)),
        TakeBack("AB2CD", (GROUP, 90)),
        Reword("AB2CD", answer(90)),
        Answered("AB2CD", "phone"),
        CloseCase("AB2CD", "done"),
        ReopenCase("AB2CD", NOW + DAY),
        Mute("AB2CD", True),
        NoteCopy("AB2CD"),
    )
    for change in changes:
        with pytest.raises(Outdated):
            await store.commit_desk(7, ANNA, [change], NOW)
    assert await everything(engine) == before
    if why == "gone":
        with pytest.raises(Outdated):
            await store.commit_desk(7, ANNA, [EraseCase("AB2CD", "en")], NOW)
    else:
        await telegram.staff(EraseCase("AB2CD", "en"))
        assert await store.case("AB2CD") is None


async def test_the_card_is_owed_what_is_new_on_it_and_once(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """L12: a busy minute is one edit. What is being sent may be old already: then one more."""
    await telegram.sends_case(files=())
    for kind in ("open", "pin", "tell"):
        one = next(one for one in await store.owed_next(NOW) if one.kind == kind)
        await store.sending(one.id)
        await store.sent(one.id, [], NOW)
    await telegram.staff(Take("AB2CD", ANNAS), Take("AB2CD", BENS), Answered("AB2CD", "phone"))
    (card,) = await store.owed_next(NOW)
    assert card.kind == "card"
    await store.sending(card.id)
    await telegram.staff(Take("AB2CD", None))
    await telegram.staff(Take("AB2CD", ANNAS))
    assert await kinds(store) == []
    await store.sent(card.id, [], NOW)
    assert await kinds(store) == [("AB2CD", "card")]
    assert (await counted(engine))["owed"] == 5


async def test_a_card_is_not_edited_before_it_is_there_and_goes_last(
    store: Store, telegram: Telegram
) -> None:
    """L12: an answer, an alarm or a letter never waits behind a card."""
    await telegram.sends_case("AA2AA", files=())
    await telegram.staff(Take("AA2AA", ANNAS))
    assert ("AA2AA", "card") not in await kinds(store)
    await telegram.sends_case("BB2BB", WANG, files=())
    await telegram.says(pass_on(wrote(1, chat=WANG), "BB2BB"), chat=WANG)
    await telegram.staff(reply(answer(90), "BB2BB"))
    later = NOW + HOUR
    for number in ("AA2AA", "BB2BB"):
        found = next(one for one in await store.owed_next(later) if one.kind == "open")
        assert found.number == number
        await store.sending(found.id)
        await store.sent(found.id, [], NOW)
    assert await kinds(store, later) == [
        ("BB2BB", "reply"),
        ("AA2AA", "pin"),
        ("AA2AA", "tell"),
        ("BB2BB", "pin"),
        ("BB2BB", "tell"),
        ("BB2BB", "say"),
        ("AA2AA", "card"),
    ]


async def test_closing_tells_the_person_unless_it_is_to_be_quiet(
    store: Store, telegram: Telegram
) -> None:
    """S11: always in their language, but to a spammer, or one who fell silent, nothing."""
    await telegram.sends_case("AA2AA")
    await telegram.sends_case("BB2BB", WANG)
    await telegram.staff(CloseCase("AA2AA", "done"), CloseCase("BB2BB", "spam", quiet=True))
    byes = [number for number, kind in await kinds(store) if kind == "bye"]
    assert byes == ["AA2AA"]
    found = await store.case("BB2BB")
    assert found is not None
    assert (found.state, found.closed, found.reason, found.waiting) == (CLOSED, NOW, "spam", None)
    await telegram.staff(ReopenCase("AA2AA", NOW + DAY))
    assert "bye" not in {kind for _, kind in await kinds(store)}


async def test_answered_by_telephone_stops_the_clock(store: Store, telegram: Telegram) -> None:
    """Who, when and how stand in the audit trail; the card says that we wait for them."""
    await telegram.sends_case()
    await telegram.says(pass_on(wrote(1)))
    await telegram.staff(Answered("AB2CD", "phone"), at=NOW + HOUR)
    found = await store.case("AB2CD")
    assert found is not None
    assert (found.state, found.waiting, found.heard) == (THEIRS, None, 0)


# ── erasing one case ────────────────────────────────────────────────────────────────────────────


async def test_a_case_that_staff_erase_is_gone_and_the_persons_others_are_not(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """P10: with its letters, its topic, and what its person got of it; a draft and another case
    stay, and so does the consent that the other one rests on."""
    shared, own = consent(), consent("c2")
    await telegram.sends_case("AA2AA", consents=(shared, own))
    other = await telegram.sends_case("BB2BB", consents=(shared,))
    await telegram.says(KeepDraft(draft("CC2CC")))
    await telegram.says(pass_on(wrote(1), "AA2AA"), pass_on(wrote(2), "BB2BB"))
    await store.set_topic("AA2AA", GROUP, TOPIC, NOW)
    assert await store.link_posted("AA2AA", [Posted(MARIA, 9, None, "reply 90")], NOW)
    await telegram.staff(EraseCase("AA2AA", "zh-Hans"), at=NOW + HOUR)
    session = await store.session(MARIA)
    assert session.draft == draft("CC2CC")
    assert [one.number for one in session.cases] == [other.number]
    assert await store.letters("AA2AA") == ()
    assert await store.letters("BB2BB") == (wrote(2),)
    withdrawn = {one.id: one.withdrawn for one in await store.proofs(MARIA)}
    assert withdrawn == {"c1": None, "c2": NOW + HOUR}
    one = next(one for one in await store.owed_next(NOW + HOUR) if one.number == "AA2AA")
    assert (one.kind, one.detail.topic, one.detail.messages) == (
        "erase",
        (GROUP, TOPIC),
        ((MARIA, 9),),
    )
    assert one.detail.asker == (MARIA, "zh-Hans")


# ── the queue ───────────────────────────────────────────────────────────────────────────────────


async def test_the_queue_begins_with_whom_we_promised_first(
    store: Store, telegram: Telegram
) -> None:
    """Then those who were answered, the longest silence first; nothing closed; page by page."""
    for number, hours in (("AA2AA", 5), ("BB2BB", 3), ("CC2CC", 4), ("DD2DD", 1), ("EE2EE", 2)):
        created = NOW + hours * HOUR
        await telegram.sends_case(number, created=created, due=created + DAY, language="zh-Hans")
    await telegram.staff(Answered("BB2BB", "phone"), at=NOW + 8 * HOUR)
    await telegram.staff(Answered("CC2CC", "phone"), at=NOW + 7 * HOUR)
    await telegram.staff(CloseCase("DD2DD", "done"), at=NOW + 8 * HOUR)
    await telegram.staff(Take("AA2AA", BENS))
    await store.set_topic("AA2AA", GROUP, TOPIC, NOW)
    card = [Posted(GROUP, 12, TOPIC, "card 2 2"), Posted(GROUP, 11, TOPIC, "card 1 2")]
    await store.link_posted("AA2AA", [*card, Posted(GROUP - 1, 3, None, "card 1 1")], NOW)
    now = NOW + 2 * HOUR + DAY + SECOND
    found = await store.queue(now)
    assert [one.number for one in found] == ["EE2EE", "AA2AA", "CC2CC", "BB2BB"]
    assert [one.late for one in found] == [True, False, False, False]
    assert [one.since for one in found] == [NOW + hours * HOUR for hours in (2, 5, 7, 8)]
    assert [one.claimed for one in found] == [None, "Ben", None, None]
    assert (found[1].topic, found[1].card) == (Topic(GROUP, TOPIC), 11)
    assert (found[0].topic, found[0].card, found[0].language) == (None, None, "zh-Hans")
    pages = [await store.queue(now, at, 3) for at in (0, 3, 6)]
    assert [*pages[0], *pages[1]] == found
    assert pages[2] == []


async def test_operators_see_who_waits_and_who_has_it(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Whoever waits first; without the keys all but the name."""
    await telegram.sends_case("AA2AA", due=NOW + HOUR)
    await telegram.sends_case("BB2BB")
    await telegram.staff(Answered("AA2AA", "phone"), Take("AA2AA", ANNAS))
    found = await store.standing()
    assert [(one.number, one.since, one.claimed) for one in found] == [
        ("BB2BB", NOW, None),
        ("AA2AA", None, "Anna"),
    ]
    shut = await open_store(engine, new_key()).standing()
    assert [(one.number, one.claimed) for one in shut] == [("BB2BB", None), ("AA2AA", None)]


# ── whoever cannot be written to ────────────────────────────────────────────────────────────────


async def test_who_blocked_the_bot_is_known_until_they_write_again(
    store: Store, telegram: Telegram
) -> None:
    """S14: of every open case of theirs; the card says so once."""
    await telegram.sends_case("AA2AA")
    await telegram.sends_case("BB2BB")
    await telegram.sends_case("CC2CC", state=CLOSED, closed=NOW)
    await telegram.sends_case("DD2DD", WANG)
    assert await store.set_away(MARIA, True, NOW) == ("AA2AA", "BB2BB")
    assert await store.set_away(MARIA, True, NOW) == ()
    await telegram.says(pass_on(wrote(1), "AA2AA"))
    away = {one.number: one.away for one in (await store.session(MARIA)).cases}
    assert away == {"AA2AA": False, "BB2BB": True, "CC2CC": False}
    assert await store.set_away(MARIA, False, NOW) == ("BB2BB",)
