"""What may have arrived is marked, what surely did not is not, and nothing is lost."""

import asyncio

import pytest

from bot.channels.telegram.pacing import Pacer
from bot.dialogue.case import EraseEverything
from bot.sandbox.server import Sandbox
from tests.channels.office import (
    REPEAT,
    Office,
    all_troubles,
    cards,
    until_so,
)

# ── what may have arrived ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("outcome", "arrived"),
    [("drop_after", 2), ("half", 2), ("502", 1), ("drop_before", 1), ("500", 1)],
)
async def test_a_card_whose_answer_was_lost_is_repeated_with_a_mark(
    office: Office, outcome: str, arrived: int
) -> None:
    """L9: nobody can know whether it arrived, so the next one says what it may be."""
    office.sandbox.faults.script(outcome, method="sendMessage", chat_id=office.group.id)
    await office.sends("K7PQ2")
    await office.settled()
    found = cards(office, "K7PQ2")
    assert len(found) == arrived
    assert REPEAT in found[-1]
    assert sum(REPEAT not in one for one in found) == arrived - 1


async def test_a_topic_that_may_be_there_twice_is_told_in_the_card(office: Office) -> None:
    """An empty topic may be left over; whoever wonders reads why."""
    office.sandbox.faults.script("drop_after", method="createForumTopic")
    await office.sends("K7PQ2")
    await office.settled()
    assert len(office.group.topics) == 2
    (card,) = office.about("K7PQ2")
    assert REPEAT in (card.text or "")


async def test_files_that_may_be_there_twice_have_a_line_above(office: Office) -> None:
    """A copy carries no mark itself."""
    maria = office.person()
    office.sandbox.faults.script("drop_after", method="copyMessages")
    await office.sends("K7PQ2", maria, files=(office.uploads(maria, "document"),))
    await office.settled()
    kinds = ["file" if one.media else (one.text or "")[:40] for one in office.messages()]
    assert kinds[1] == "file"
    assert REPEAT in office.texts()[2]
    assert kinds[3:] == ["file"]


async def test_what_is_done_twice_without_harm_has_no_mark(office: Office) -> None:
    """A pin, and a deletion."""
    office.sandbox.faults.script("drop_after", method="pinChatMessage")
    maria, _ = await office.sends("K7PQ2")
    await office.settled()
    office.sandbox.faults.script("drop_after", method="deleteForumTopic")
    assert not any(REPEAT in text for text in office.texts())
    await office.changes(maria.id, EraseEverything("en"))
    await office.settled()
    assert not office.group.topics


async def test_the_patient_is_not_puzzled_by_a_repeat(office: Office) -> None:
    """The quiet mark again, worded so that it fits whether the first one came or not."""
    maria = office.person()
    office.sandbox.faults.script("drop_after", method="sendMessage", chat_id=maria.id)
    await office.sends("K7PQ2", maria)
    await office.settled()
    assert office.told(maria) == [
        "Your request K7PQ2 has reached our team.",
        "Just to be sure, in case you have not seen it: your request K7PQ2 has reached our team.",
    ]


async def test_what_surely_never_left_is_sent_without_a_mark(
    office: Office, telegram: Sandbox
) -> None:
    """Nobody listens at Telegram's address for a while: that is no repeat."""
    await telegram.stop()
    maria = office.person()
    await office.sends("K7PQ2", maria)
    await until_so(lambda: all_troubles(office) is not None)
    assert "no connection" in str(all_troubles(office))
    await telegram.start()
    await office.settled()
    (card,) = cards(office, "K7PQ2")
    assert REPEAT not in card
    await until_so(lambda: all_troubles(office) is None)


async def test_a_flood_limit_is_no_repeat_either(office: Office) -> None:
    """429: Telegram said no, and when to come back."""
    office.sandbox.faults.script("429", chat_id=office.group.id, retry_after=1, times=2)
    await office.sends("K7PQ2")
    await office.settled()
    (card,) = cards(office, "K7PQ2")
    assert REPEAT not in card


async def test_a_flood_limit_holds_up_nobody_else(office: Office, telegram: Sandbox) -> None:
    """L12: while one group must wait for long, others and patients get what is theirs."""
    await office.stop()
    other = telegram.world.add_group("Other", forum=True, bot_status="administrator")
    office.groups = {"zh_Hans": other.id}
    await office.start()
    office.sandbox.faults.script("429", chat_id=office.group.id, retry_after=1000, times=None)
    await office.sends("A2222")
    await office.calls("createForumTopic")
    wang, _ = await office.sends("B3333", language="zh-Hans")
    await until_so(lambda: bool(office.told(wang)))
    assert len(office.messages(other)) == 1
    assert not office.messages()
    kept = [kind for number, kind, _ in await office.owes() if number == "A2222"]
    assert kept == ["open", "pin", "tell"]
    # One refusal was enough: it is not asked again before its time.
    assert len(office.sandbox.faults.calls_of("createForumTopic")) == 2


# ── a power cut ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["createForumTopic", "sendMessage", "copyMessages"])
async def test_a_power_cut_in_the_middle_of_a_call(
    office: Office, gate: asyncio.Event, method: str
) -> None:
    """Noted before, not confirmed after: the next start repeats it with a mark."""
    maria = office.person()
    files = (office.uploads(maria, "document"),)
    office.sandbox.faults.script("slow", method=method)
    await office.sends("K7PQ2", maria, files=files)
    cut_off = await office.calls(method)
    await office.kill()
    gate.set()
    await until_so(lambda: cut_off.code is not None)
    await office.start()
    await office.settled()
    assert sum(REPEAT in text for text in office.texts()) == 1
    assert sum(REPEAT not in one for one in cards(office, "K7PQ2")) <= 1
    assert any(one.media for one in office.messages())
    assert office.told(maria) == ["Your request K7PQ2 has reached our team."]


async def test_a_stop_waits_for_the_call(office: Office, gate: asyncio.Event) -> None:
    """An update of the bot is no power cut: nothing is marked, and nothing is there twice."""
    office.sandbox.faults.script("slow", method="sendMessage")
    await office.sends("K7PQ2")
    await office.calls("sendMessage")
    stopping = asyncio.create_task(office.stop())
    await asyncio.sleep(0.1)
    gate.set()
    await stopping
    await office.start()
    await office.settled()
    (card,) = cards(office, "K7PQ2")
    assert REPEAT not in card


async def test_who_only_waited_for_the_group_was_not_sending(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut while the pace held a card back leaves nothing to be unsure about."""
    await office.stop()
    monkeypatch.setattr(office, "_pacer", lambda: Pacer(group=2, minute=3600, patience=7200))
    await office.start()
    maria, _ = await office.sends("A2222")
    await office.sends("B3333")
    await until_so(lambda: bool(office.told(maria)))  # which waits for no group
    await office.kill()
    monkeypatch.setattr(office, "_pacer", lambda: Pacer(burst=100, group=1000))
    await office.start()
    await office.settled()
    assert len(cards(office, "A2222")) == len(cards(office, "B3333")) == 1
    assert not any(REPEAT in text for text in office.texts())


async def test_a_card_in_parts_that_was_cut_off_comes_whole(
    office: Office, gate: asyncio.Event
) -> None:
    """The answers may have changed meanwhile, and then old and new parts would not fit."""
    long = "\n".join(f"{n} " + "words " * 50 for n in range(40))
    office.sandbox.faults.script("slow", method="sendMessage", skip=1)
    await office.sends("K7PQ2", told={"question": long})
    cut_off = await office.calls("sendMessage", 2)
    await office.kill()
    gate.set()
    await until_so(lambda: cut_off.code is not None)
    await office.start()
    await office.settled()
    marked = [one for one in office.about("K7PQ2") if REPEAT in (one.text or "")]
    parts = len(marked)
    assert parts > 1
    for number, one in enumerate(marked, start=1):
        assert f"(part {number} of {parts})" in (one.text or "")
    unmarked = [one.text for one in office.about("K7PQ2") if one not in marked]
    assert len(unmarked) == len(set(unmarked)) <= 2
