"""What is owed goes out in order, once, or marked; and comes back when it must go."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.desk.view import Link
from bot.dialogue.case import (
    WITHDRAWN,
    ChangeCase,
    DropDraft,
    EraseEverything,
    KeepDraft,
    RaiseAlarm,
)
from bot.storage.database import NO_ANSWER
from bot.storage.owed import Asker, Detail, Posted, Topic
from bot.storage.store import Store
from tests.storage.told import (
    GROUP,
    MARIA,
    NOW,
    TOPIC,
    WANG,
    Telegram,
    Unreliable,
    case,
    deliver,
    draft,
    everything,
    first,
    kinds,
    open_store,
)

LATER = NOW + timedelta(minutes=3)


async def states(engine: AsyncEngine) -> dict[str, str]:
    """kind -> state of what is owed, where each kind is there once."""
    return {row["kind"]: row["state"] for row in (await everything(engine))["owed"]}


def withdrawn(number: str = "AB2CD") -> ChangeCase:
    return ChangeCase(case(number, state=WITHDRAWN, closed=LATER), ("withdrawn",))


# ── order ───────────────────────────────────────────────────────────────────────────────────────


async def test_each_case_goes_out_in_order_and_none_waits_for_another(
    store: Store, telegram: Telegram
) -> None:
    """Card, pin, files, the mark for the patient, the news; beside it the next case."""
    await telegram.sends_case("AA2AA")
    await telegram.sends_case("BB2BB", WANG)
    await telegram.says(ChangeCase(case("AA2AA"), ("i5",)))
    assert await kinds(store) == [("AA2AA", "open"), ("BB2BB", "open")]
    seen = []
    while await store.owed_next(NOW):
        one = await deliver(store)
        seen.append((one.number, one.kind))
    own = [[kind for number, kind in seen if number == one] for one in ("AA2AA", "BB2BB")]
    assert own[1] == ["open", "pin", "files", "tell"]
    # The patient's mark and the news have different destinations: neither waits for the other.
    assert own[0][:3] == ["open", "pin", "files"]
    assert set(own[0][3:]) == {"tell", "news"}
    assert len(await store.owed_next(NOW, limit=1)) == 0


async def test_an_alarm_is_first_in_the_queue(store: Store, telegram: Telegram) -> None:
    """Before every card that waits, and also while one is being sent."""
    for number in ("AA2AA", "AB2AA", "AC2AA"):
        await telegram.sends_case(number)
    assert await store.sending((await first(store)).id)
    await telegram.says(KeepDraft(draft("WW2WW")), chat=WANG)
    await telegram.says(RaiseAlarm("WW2WW", "despair"), chat=WANG)
    await telegram.says(RaiseAlarm("AA2AA", "emergency"))
    assert await kinds(store) == [
        ("WW2WW", "alarm"),
        ("AA2AA", "alarm"),
        ("AB2AA", "open"),
        ("AC2AA", "open"),
    ]
    assert (await first(store)).detail.alarm == "despair"


async def test_an_alarm_that_waits_is_not_owed_twice(store: Store, telegram: Telegram) -> None:
    """Who cries for help three times is one line; another danger is another line, and so is the
    same one after the first was sent."""
    await telegram.sends_case()
    for kind in ("despair", "despair", "emergency", "despair"):
        await telegram.says(RaiseAlarm("AB2CD", kind))
    assert [kind for _, kind in await kinds(store)] == ["alarm", "open"]
    assert (await deliver(store, 1)).detail.alarm == "despair"
    assert (await deliver(store, 2)).detail.alarm == "emergency"
    await telegram.says(RaiseAlarm("AB2CD", "despair"))
    assert (await deliver(store, 3)).detail.alarm == "despair"
    assert [kind for _, kind in await kinds(store)] == ["open"]


async def test_no_more_is_given_out_than_is_asked_for(store: Store, telegram: Telegram) -> None:
    """The oldest first."""
    for number in ("AA2AA", "AB2AA", "AC2AA"):
        await telegram.sends_case(number)
    assert [one.number for one in await store.owed_next(NOW, 2)] == ["AA2AA", "AB2AA"]


async def test_a_patient_is_told_only_when_the_group_has_it_all(
    store: Store, telegram: Telegram
) -> None:
    """Not while the card is on its way, nor while the files are; then, and once."""
    await telegram.sends_case()
    opened = await first(store)
    await store.sending(opened.id)
    assert await kinds(store) == []
    await store.sent(opened.id, [Posted(GROUP, 1, TOPIC, "card")], LATER)
    assert (await store.session(MARIA)).cases[0].delivered == LATER
    await deliver(store)
    assert await kinds(store) == [("AB2CD", "files")]
    await deliver(store, 2)
    assert await kinds(store) == [("AB2CD", "tell")]
    await deliver(store, topic=None)
    assert await kinds(store) == []


async def test_a_patient_is_not_told_of_a_card_that_never_came(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """The group is gone for good: no mark, and the case says that it was not delivered."""
    await telegram.sends_case(files=())
    opened = await first(store)
    await store.sending(opened.id)
    await store.failed(opened.id, "no group")
    assert await kinds(store) == []
    assert await states(engine) == {"open": "failed", "pin": "failed", "tell": "failed"}
    assert (await store.session(MARIA)).cases[0].delivered is None
    (standing,) = await store.standing()
    assert (standing.waiting, standing.failed) == (0, 3)


async def test_a_failed_mark_for_the_patient_holds_up_nothing(
    store: Store, telegram: Telegram
) -> None:
    """They blocked the bot: the staff still get the news."""
    await telegram.sends_case(files=())
    await deliver(store, 1)
    await deliver(store)
    told = await first(store)
    await store.sending(told.id)
    await telegram.says(ChangeCase(case(), ("i5",)))
    await store.failed(told.id, "blocked")
    assert await kinds(store) == [("AB2CD", "news")]


# ── on its way ──────────────────────────────────────────────────────────────────────────────────


async def test_what_is_put_off_comes_back_when_it_is_time(store: Store, telegram: Telegram) -> None:
    """And what comes after it in the same case waits with it."""
    await telegram.sends_case()
    one = await first(store)
    assert await store.sending(one.id)
    assert not await store.sending(one.id)
    await store.put_off(one.id, LATER, "429")
    assert await kinds(store, LATER - timedelta(seconds=1)) == []
    again = await first(store, LATER)
    assert (again.id, again.attempts, again.unsure) == (one.id, 1, False)


async def test_a_part_that_arrived_is_known_and_the_rest_is_still_owed(
    store: Store, telegram: Telegram
) -> None:
    """A topic, a card and three messages of answers are five calls, each remembered."""
    await telegram.sends_case(files=())
    for message in (1, 2):
        one = await first(store)
        await store.sending(one.id)
        await store.progress(one.id, [Posted(GROUP, message, TOPIC, f"part {message}")])
    assert (await first(store)).attempts == 0
    assert [one.what for one in await store.posted("AB2CD")] == ["part 1", "part 2"]
    assert (await store.session(MARIA)).cases[0].delivered is None
    await deliver(store, 3)
    assert [one.message_id for one in await store.posted("AB2CD")] == [1, 2, 3]


async def test_what_was_being_sent_in_a_crash_is_unsure(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Nobody can tell whether it arrived: the next try is marked, and what surely did not leave is
    not."""
    await telegram.sends_case("AA2AA")
    await telegram.sends_case("BB2BB", WANG)
    one = await first(store)
    assert await store.sending(one.id)
    again = open_store(engine)
    assert await kinds(again) == [("BB2BB", "open")]
    await again.begin()
    found = {each.number: each.unsure for each in await again.owed_next(NOW)}
    assert found == {"AA2AA": True, "BB2BB": False}
    # Surely not sent this time; but the first try may have arrived all the same.
    assert await again.sending(one.id)
    await again.put_off(one.id, LATER, "429")
    assert next(iter(await again.owed_next(LATER))).unsure
    assert await again.sending(one.id)
    await again.progress(one.id, [Posted(GROUP, 1, TOPIC, "card")])
    assert not next(iter(await again.owed_next(LATER))).unsure


async def test_a_call_without_an_answer_is_unsure(store: Store, telegram: Telegram) -> None:
    """The connection broke after the words had left."""
    await telegram.sends_case()
    one = await first(store)
    await store.sending(one.id)
    await store.put_off(one.id, LATER, "timed out", unsure=True)
    assert (await first(store, LATER)).unsure


@pytest.mark.parametrize("fate", ["before", "after"])
async def test_what_was_sent_is_written_down_once_however_often_it_is_told(
    store: Store, telegram: Telegram, engine: AsyncEngine, fate: str
) -> None:
    """The database's answer is lost, and the deliverer says it again."""
    await telegram.sends_case(files=())
    one = await first(store)
    assert await store.sending(one.id)
    unreliable = Unreliable(engine)
    trying = open_store(unreliable.as_engine())
    await trying.begin()
    unreliable.fate = [fate]
    posted = [Posted(GROUP, 1, TOPIC, "card")]
    with pytest.raises(NO_ANSWER):
        await trying.sent(one.id, posted, LATER)
    await trying.sent(one.id, posted, LATER)
    assert await store.posted("AB2CD") == posted
    assert await states(engine) == {"open": "sent", "pin": "queued", "tell": "queued"}
    lines = [row["what"] for row in (await everything(engine))["audit"]]
    assert lines == ["open", "deliver"]


@pytest.mark.parametrize("fates", ["before", "after", "after before", "before after"])
async def test_nothing_stays_on_its_way_because_an_answer_was_lost(
    store: Store, telegram: Telegram, engine: AsyncEngine, fates: str
) -> None:
    """The deliverer asks until it is told that it may send; nobody else is told so."""
    await telegram.sends_case()
    one = await first(store)
    unreliable = Unreliable(engine)
    trying = open_store(unreliable.as_engine())
    await trying.begin()
    unreliable.fate = fates.split()
    for _ in fates.split():
        with pytest.raises(NO_ANSWER):
            await trying.sending(one.id)
    assert await trying.sending(one.id)
    assert not await trying.sending(one.id)
    assert not await store.sending(one.id)


async def test_what_was_erased_while_an_answer_was_lost_is_not_sent(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Nothing had left yet, so there is nothing to delete either."""
    await telegram.sends_case()
    one = await first(store)
    unreliable = Unreliable(engine)
    trying = open_store(unreliable.as_engine())
    await trying.begin()
    unreliable.fate = ["after"]
    with pytest.raises(NO_ANSWER):
        await trying.sending(one.id)
    await telegram.says(EraseEverything("en"))
    assert not await trying.sending(one.id)
    assert (await everything(engine))["owed"] == []


async def test_whatever_is_told_of_nothing_changes_nothing(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """An id that is long gone is no error."""
    await telegram.sends_case()
    before = await everything(engine)
    assert not await store.sending(999)
    await store.progress(999, [Posted(GROUP, 1, TOPIC, "card")])
    await store.sent(999, [Posted(GROUP, 1, TOPIC, "card")], NOW)
    await store.put_off(999, LATER, "x")
    await store.failed(999, "x")
    await store.topic_gone("ZZZZZ")
    assert await everything(engine) == before


# ── messages and topics ─────────────────────────────────────────────────────────────────────────


async def test_a_message_belongs_to_a_case_only_together_with_its_chat(
    store: Store, telegram: Telegram
) -> None:
    """Message ids repeat from chat to chat: an answer must not go to another person."""
    await telegram.sends_case("AA2AA", files=())
    await telegram.sends_case("BB2BB", WANG, files=())
    one, other = await store.owed_next(NOW)
    await store.sending(one.id)
    await store.sent(one.id, [Posted(GROUP, 5, TOPIC, "card")], NOW)
    await store.sending(other.id)
    await store.sent(other.id, [Posted(GROUP - 1, 5, TOPIC, "card")], NOW)
    assert await store.link(GROUP, 5) == Link("AA2AA", "card")
    assert await store.link(GROUP - 1, 5) == Link("BB2BB", "card")
    assert await store.link(GROUP, 6) is None
    assert await store.link(MARIA, 5) is None


async def test_a_case_has_one_place(store: Store, telegram: Telegram) -> None:
    """A forum's topic, or a group without any; the last word counts."""
    await telegram.sends_case()
    assert await store.topic("AB2CD") is None
    assert await store.set_topic("AB2CD", GROUP, None, NOW)
    assert await store.topic("AB2CD") == Topic(GROUP, None)
    assert await store.set_topic("AB2CD", GROUP, TOPIC, NOW)
    assert await store.topic("AB2CD") == (GROUP, TOPIC)


async def test_a_deleted_topic_is_owed_again(store: Store, telegram: Telegram) -> None:
    """Card and files of an open case go out anew, before its news; the patient is told nothing
    twice, and of a closed case nothing comes back."""
    await telegram.sends_case()
    for message in (1, 2, 3):
        await deliver(store, message)
    one = await first(store)
    await store.sending(one.id)
    await store.sent(one.id, [Posted(MARIA, 9, None, "tell")], NOW)
    await store.set_topic("AB2CD", GROUP, TOPIC, NOW)
    await telegram.says(ChangeCase(case(), ("i5",)))
    news = await first(store)
    await store.sending(news.id)
    await store.topic_gone("AB2CD")
    await store.put_off(news.id, NOW, "topic gone")
    assert await store.topic("AB2CD") is None
    assert await store.posted("AB2CD") == [Posted(MARIA, 9, None, "tell")]
    again = [(await deliver(store, 10 + n)).kind for n in range(4)]
    assert again == ["open", "pin", "files", "news"]
    assert await kinds(store) == []
    await telegram.says(ChangeCase(case(state="closed", closed=LATER, version=2)))
    await store.topic_gone("AB2CD")
    assert await kinds(store) == []


async def test_a_group_that_moved_has_none_of_the_old_messages(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Message ids begin anew in a supergroup: old links must not catch new messages, and open
    cases are owed their cards there."""
    await telegram.sends_case("AA2AA", files=())
    await telegram.sends_case("BB2BB", WANG, files=())
    for number in ("AA2AA", "BB2BB"):
        group = -55 if number == "AA2AA" else GROUP
        await store.set_topic(number, group, None, NOW)
        one = next(each for each in await store.owed_next(NOW) if each.number == number)
        await store.sending(one.id)
        await store.sent(one.id, [Posted(group, 5, None, "card")], NOW)
    await telegram.says(KeepDraft(draft("CC2CC")))
    await telegram.says(RaiseAlarm("CC2CC", "despair"))
    alarm = await first(store)
    await store.sending(alarm.id)
    await store.sent(alarm.id, [Posted(-55, 6, None, "note")], NOW)
    store.owing.clear()
    await store.group_moved(-55, GROUP - 5)
    assert await store.link(-55, 5) is None
    assert await store.link(-55, 6) is None
    assert await store.link(GROUP, 5) == Link("BB2BB", "card")
    assert await store.topic("AA2AA") is None
    assert await store.topic("BB2BB") == (GROUP, None)
    assert ("AA2AA", "open") in await kinds(store)
    assert ("BB2BB", "open") not in await kinds(store)
    assert store.owing.is_set()


# ── withdrawing ─────────────────────────────────────────────────────────────────────────────────


async def test_what_was_withdrawn_in_time_reaches_nobody(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """The group had seen nothing yet: it gets nothing at all."""
    await telegram.sends_case()
    given_out = await first(store)
    await telegram.says(withdrawn())
    assert await states(engine) == {}
    assert not await store.sending(given_out.id)


async def test_the_staff_are_told_of_what_they_have_seen_and_see_no_more(
    store: Store, telegram: Telegram
) -> None:
    """The card stands there: the rest does not follow, the news of the withdrawal does."""
    await telegram.sends_case()
    await deliver(store, 1)
    await telegram.says(withdrawn())
    assert await kinds(store) == [("AB2CD", "withdrawn")]


async def test_a_part_of_a_card_is_enough_to_be_told(store: Store, telegram: Telegram) -> None:
    """In a group without topics, between the first part and the second."""
    await telegram.sends_case()
    one = await first(store)
    await store.sending(one.id)
    await store.progress(one.id, [Posted(GROUP, 1, None, "card 1 2")])
    await telegram.says(withdrawn())
    assert await kinds(store) == [("AB2CD", "withdrawn")]


@pytest.mark.parametrize("end", ["progress", "put_off", "unsure", "crash"])
async def test_a_card_on_its_way_while_it_is_withdrawn_is_the_last_word(
    store: Store, telegram: Telegram, engine: AsyncEngine, end: str
) -> None:
    """However that call ends, no further part is sent, and the staff are told."""
    await telegram.sends_case()
    one = await first(store)
    await store.sending(one.id)
    await telegram.says(withdrawn())
    assert await kinds(store) == []
    if end == "progress":
        await store.progress(one.id, [Posted(GROUP, 1, TOPIC, "card")])
    elif end == "crash":
        store = open_store(engine)
        await store.begin()
    else:
        await store.put_off(one.id, NOW, "x", unsure=end == "unsure")
    assert await kinds(store) == [("AB2CD", "withdrawn")]
    assert await states(engine) == {"withdrawn": "queued"}


# ── erasing ─────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_posted_is_owed_its_deletion(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """The topic whole, and every message outside it, also in the person's own chat; when that is
    done, nothing of it is left."""
    await telegram.says(KeepDraft(draft()))
    await telegram.says(RaiseAlarm("AB2CD", "despair"))
    await deliver(store, 4, topic=None)
    await telegram.sends_case()
    await store.set_topic("AB2CD", GROUP, TOPIC, NOW)
    await deliver(store, 1, 2)
    await deliver(store)
    await deliver(store, 3)
    told = await first(store)
    await store.sending(told.id)
    await store.sent(told.id, [Posted(MARIA, 9, None, "tell")], NOW)
    await telegram.says(EraseEverything("en"))
    one = await first(store)
    assert (one.number, one.kind, one.unsure) == ("AB2CD", "erase", False)
    assert one.detail.topic == (GROUP, TOPIC)
    assert set(one.detail.messages) == {(GROUP, 4), (MARIA, 9)}
    assert await store.link(GROUP, 1) is None
    await deliver(store)
    assert (await everything(engine))["owed"] == []


async def test_what_nobody_has_seen_owes_no_deletion(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Erased before anything was posted: the queue is empty."""
    await telegram.sends_case()
    await telegram.says(EraseEverything("en"))
    assert (await everything(engine))["owed"] == []


async def test_in_a_group_without_topics_each_message_is_deleted(
    store: Store, telegram: Telegram
) -> None:
    """The group itself is not a topic to delete."""
    await telegram.sends_case(files=())
    await store.set_topic("AB2CD", GROUP, None, NOW)
    await deliver(store, 1, 2, topic=None)
    await telegram.says(EraseEverything("en"))
    asked = Asker(MARIA, "en")
    assert (await first(store)).detail == Detail(messages=((GROUP, 1), (GROUP, 2)), asker=asked)


@pytest.mark.parametrize("also_topic", [False, True])
async def test_what_arrives_after_it_was_erased_is_owed_its_deletion_too(
    store: Store, telegram: Telegram, engine: AsyncEngine, also_topic: bool
) -> None:
    """Erased while the card was on its way: whatever comes of it goes again."""
    await telegram.sends_case()
    one = await first(store)
    await store.sending(one.id)
    await telegram.says(EraseEverything("en"))
    assert await kinds(store) == []
    if also_topic:
        assert not await store.set_topic("AB2CD", GROUP, TOPIC, NOW)
    await store.sent(one.id, [Posted(GROUP, 1, TOPIC, "card")], NOW)
    found = [each.detail for each in await store.owed_next(NOW)]
    assert Detail(messages=((GROUP, 1),)) in found or also_topic
    while await store.owed_next(NOW):
        found.append((await deliver(store)).detail)
    assert Detail(messages=((GROUP, 1),)) in found
    assert (Detail(topic=Topic(GROUP, TOPIC)) in found) is also_topic
    assert (await everything(engine))["owed"] == []
    assert (await everything(engine))["links"] == []


@pytest.mark.parametrize("end", ["put_off", "failed"])
async def test_what_surely_did_not_arrive_owes_nothing(
    store: Store, telegram: Telegram, engine: AsyncEngine, end: str
) -> None:
    """Erased while the card was on its way, and it was refused."""
    await telegram.sends_case()
    one = await first(store)
    await store.sending(one.id)
    await telegram.says(EraseEverything("en"))
    if end == "failed":
        await store.failed(one.id, "x")
    else:
        await store.put_off(one.id, NOW, "x")
    assert (await everything(engine))["owed"] == []


@pytest.mark.parametrize("end", ["crash", "unsure", "unsure before"])
async def test_what_may_have_arrived_is_for_the_staff_to_look_for(
    store: Store, telegram: Telegram, engine: AsyncEngine, end: str
) -> None:
    """Nobody knows its message id, so only people can delete it: they are owed to be asked."""
    await telegram.sends_case()
    one = await first(store)
    await store.sending(one.id)
    if end == "unsure before":
        await store.put_off(one.id, NOW, "x", unsure=True)
    await telegram.says(EraseEverything("en"))
    if end == "unsure":
        await store.put_off(one.id, NOW, "x", unsure=True)
    if end == "crash":
        store = open_store(engine)
        await store.begin()
    found = await first(store)
    assert (found.kind, found.unsure) == ("erase", True)
    assert (found.detail.topic, found.detail.messages) == (None, ())


async def test_a_dropped_draft_takes_its_alarm_with_it(
    store: Store, telegram: Telegram, engine: AsyncEngine
) -> None:
    """Its number means nothing any more: queued it does not go out, posted it goes."""
    await telegram.says(KeepDraft(draft()))
    await telegram.says(RaiseAlarm("AB2CD", "despair"))
    await telegram.says(DropDraft())
    assert (await everything(engine))["owed"] == []
    await telegram.says(KeepDraft(draft()))
    await telegram.says(RaiseAlarm("AB2CD", "despair"))
    await deliver(store, 4, topic=None)
    await telegram.says(DropDraft())
    assert (await first(store)).detail == Detail(messages=((GROUP, 4),))
