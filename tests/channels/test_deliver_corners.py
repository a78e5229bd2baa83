"""Rare moments: something is deleted while it is being sent, a key is missing, nobody is there."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.channels.telegram import deliver
from bot.dialogue.case import ChangeCase, EraseEverything, RaiseAlarm
from bot.sandbox.server import Sandbox
from bot.storage.crypto import WrongKey
from bot.storage.database import NO_ANSWER
from tests.channels.office import REPEAT, Office, all_troubles, cards, delete_topic, later, until_so
from tests.channels.test_deliver import withdrawn


def fails(
    real: Callable[..., Awaitable[Any]], error: type[Exception], times: int, *only: str
) -> Callable[..., Awaitable[Any]]:
    """`real`, which raises `error` the first times (when called with one of `only`)."""
    failed = Counter[str]()

    async def failing(*args: Any, **more: Any) -> Any:
        if (not only or args[0] in only) and failed["so far"] < times:
            failed["so far"] += 1
            raise error
        return await real(*args, **more)

    return failing


# ── deleted meanwhile ───────────────────────────────────────────────────────────────────────────


async def test_deleted_while_its_topic_is_being_made(office: Office, gate: asyncio.Event) -> None:
    """The topic that comes too late goes again; no card was ever in it."""
    office.sandbox.faults.script("slow", method="createForumTopic")
    maria, _ = await office.sends("K7PQ2")
    await office.calls("createForumTopic")
    await office.changes(maria.id, EraseEverything("en"))
    gate.set()
    await office.settled()
    assert not office.group.topics
    assert not office.messages()


@pytest.mark.parametrize("method", ["sendMessage", "copyMessages", "pinChatMessage"])
async def test_deleted_while_it_is_being_sent(
    office: Office, gate: asyncio.Event, method: str
) -> None:
    """What was under way goes with the rest."""
    maria = office.person()
    office.sandbox.faults.script("slow", method=method)
    await office.sends("K7PQ2", maria, files=(office.uploads(maria, "document"),))
    await office.calls(method)
    await office.changes(maria.id, EraseEverything("en"))
    gate.set()
    await office.settled()
    assert not office.group.topics
    assert not office.messages()
    assert office.told(maria) == []


async def test_deleted_after_a_power_cut_in_the_middle(office: Office, gate: asyncio.Event) -> None:
    """Nobody can tell what arrived: the staff are asked to look."""
    office.sandbox.faults.script("slow", method="createForumTopic")
    maria, _ = await office.sends("K7PQ2")
    cut_off = await office.calls("createForumTopic")
    await office.changes(maria.id, EraseEverything("en"))
    await office.kill()
    gate.set()
    await until_so(lambda: cut_off.code is not None)
    await office.start()
    await office.settled()
    assert not cards(office, "K7PQ2")
    assert sum("🗑 Case K7PQ2 was deleted." in text for text in office.texts()) == 1


async def test_a_topic_that_somebody_deleted_before_is_no_trouble(office: Office) -> None:
    """Deleting what is gone is done."""
    maria, _ = await office.sends("K7PQ2")
    await office.settled()
    delete_topic(office)
    await office.changes(maria.id, EraseEverything("en"))
    await office.settled()
    assert office.owned_up(maria) == 0
    assert office.health.desk.trouble() is None


async def test_a_person_who_left_does_not_hold_up_the_deletion(office: Office) -> None:
    """The mark in their chat cannot be deleted any more; the topic is."""
    maria, _ = await office.sends("K7PQ2")
    await office.settled()
    office.sandbox.people.block(maria.id, True)
    await office.changes(maria.id, EraseEverything("en"))
    await office.settled()
    assert not office.group.topics
    assert office.owned_up(maria) == 0


async def test_a_deletion_waits_for_a_group_that_is_away(office: Office) -> None:
    """The bot was thrown out: it is owed until the bot is back."""
    maria, _ = await office.sends("K7PQ2")
    await office.settled()
    office.sandbox.people.place_bot(office.group.id, "kicked")
    await office.changes(maria.id, EraseEverything("en"))
    await until_so(lambda: "shut out" in str(all_troubles(office)))
    office.sandbox.people.place_bot(office.group.id, "administrator")
    await office.settled()
    assert not office.group.topics


async def test_a_message_that_nobody_lets_the_bot_touch(office: Office) -> None:
    """An alarm outside all topics, too old to delete: it is emptied one by one, and if the network
    fails meanwhile, later."""
    await office.stop()
    maria, _ = await office.sends("K7PQ2")
    await office.changes(maria.id, RaiseAlarm("K7PQ2", "danger"))
    await office.start()
    await office.settled()
    faults = office.sandbox.faults
    for method in ("deleteMessages", "deleteMessage"):
        faults.script(
            "refuse",
            method=method,
            chat_id=office.group.id,
            description="Bad Request: message can't be deleted for everyone",
            times=None,
        )
    faults.script("500", method="deleteMessage", chat_id=office.group.id)
    faults.scripts.insert(0, faults.scripts.pop())
    await office.changes(maria.id, EraseEverything("en"))
    await office.settled()
    assert office.texts() == ["Case K7PQ2: deleted."]
    assert office.owned_up(maria) == 0


async def test_withdrawn_when_the_topic_is_gone_already(office: Office) -> None:
    """Nobody can go on reading there, so nobody is told."""
    maria, made = await office.sends("K7PQ2")
    await office.settled()
    delete_topic(office)
    await office.changes(maria.id, withdrawn(made))
    await office.settled()
    assert not office.messages()
    assert not office.group.topics


async def test_withdrawn_while_parts_are_on_their_way(office: Office, gate: asyncio.Event) -> None:
    """The rest of a long card does not come any more."""
    long = "\n".join(f"{n} " + "words " * 50 for n in range(40))
    office.sandbox.faults.script("slow", method="sendMessage")
    maria, made = await office.sends("K7PQ2", told={"question": long})
    await office.calls("sendMessage")
    await office.changes(maria.id, withdrawn(made))
    gate.set()
    await office.settled()
    first, line = office.messages()
    assert "(part 1 of " in (first.text or "")
    assert "⛔ Withdrawn." in (line.text or "")
    assert office.told(maria) == []


# ── long, or twice ──────────────────────────────────────────────────────────────────────────────


async def test_long_news_come_in_parts(office: Office) -> None:
    """L18 holds for what is added later, too."""
    maria, made = await office.sends("K7PQ2")
    await office.settled()
    long = "\n".join(f"{n} " + "words " * 50 for n in range(40))
    changed = later(made, answers={**made.answers, "question": long})
    await office.changes(maria.id, ChangeCase(changed, ("question",)))
    await office.settled()
    card, *parts = office.messages()
    assert len(parts) > 1
    assert all(part.reply_to is card for part in parts)


async def test_that_somebody_left_is_told_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when something breaks between the line and its note."""
    maria = office.person()
    office.sandbox.people.block(maria.id, True)
    monkeypatch.setattr(office.store, "failed", fails(office.store.failed, RuntimeError, 1))
    await office.sends("K7PQ2", maria)
    await office.settled()
    card, *lines = office.texts()
    assert "📵" in card
    assert sum("📵" in line for line in lines) == 1


async def test_a_group_that_cannot_be_told_about_topics(office: Office) -> None:
    """The line is a courtesy: nothing depends on it."""
    office.group.is_forum = False
    office.sandbox.faults.script("500", method="sendMessage", chat_id=office.group.id, skip=1)
    await office.sends("K7PQ2")
    await office.settled()
    assert len(office.messages()) == 1


async def test_a_topic_that_cannot_be_opened_for_the_moment(office: Office) -> None:
    """The network fails between the refusal and the opening: both come again."""
    maria, made = await office.sends("K7PQ2")
    await office.settled()
    (topic,) = office.group.topics.values()
    topic.closed = True
    faults = office.sandbox.faults
    for _ in range(2):
        faults.script("refuse", method="sendMessage", description="Bad Request: TOPIC_CLOSED")
    faults.script("drop_after", method="reopenForumTopic")
    changed = later(made, answers={**made.answers, "soon": "week"})
    await office.changes(maria.id, ChangeCase(changed, ("soon",)))
    await office.settled()
    assert not topic.closed
    assert [one.thread_id for one in office.messages()] == [topic.id, topic.id]


# ── nobody to send to ───────────────────────────────────────────────────────────────────────────


async def test_without_a_group_for_somebody_it_is_kept(office: Office, telegram: Sandbox) -> None:
    """A slip in the settings: said to the health, and delivered when it is mended."""
    await office.stop()
    group, telegram.staff_chat_id = telegram.staff_chat_id, None
    office.groups = {"zh_Hans": group or 0}
    await office.start()
    maria, _ = await office.sends("K7PQ2")
    await office.changes(maria.id, RaiseAlarm("K7PQ2", "danger"))
    await until_so(lambda: "no staff group is set" in str(all_troubles(office)))
    await office.stop()
    telegram.staff_chat_id = group
    await office.start()
    await office.settled()
    assert len(office.about("K7PQ2")) == 0
    assert len(office.texts()) == 2  # in Chinese: it is that group's language


async def test_a_group_that_is_no_longer_ours_is_left(office: Office, telegram: Sandbox) -> None:
    """Another group in the settings: open cases come there as soon as something is about them."""
    maria, made = await office.sends("K7PQ2")
    await office.settled()
    other = telegram.world.add_group("New staff", forum=True, bot_status="administrator")
    await office.stop()
    telegram.staff_chat_id = other.id
    await office.start()
    changed = later(made, answers={**made.answers, "soon": "week"})
    await office.changes(maria.id, ChangeCase(changed, ("soon",)))
    await office.settled()
    card, news = office.messages(other)
    assert "♻️ Posted again" in (card.text or "")
    assert "How soon" in (news.text or "")


# ── the database ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["owed_next", "moved", "sending", "case", "posted", "put_off"])
async def test_a_database_that_fails_now_and_then(
    office: Office, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Wherever it happens: every case arrives, and nothing is marked that surely was not sent."""
    monkeypatch.setattr(deliver, "LONGEST_PAUSE", 0.2)
    real = getattr(office.store, method)
    monkeypatch.setattr(office.store, method, fails(real, NO_ANSWER[1], 2))
    if method == "put_off":
        office.sandbox.faults.script("429", chat_id=office.group.id, retry_after=1)
    await office.sends("A2222")
    await office.sends("B3333")
    await office.settled()
    for number in ("A2222", "B3333"):
        (card,) = cards(office, number)
        assert REPEAT not in card


async def test_a_case_sealed_with_another_key_stops_only_itself(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The health says why; when the key is there again, it comes."""
    real = office.store.case
    monkeypatch.setattr(office.store, "case", fails(real, WrongKey, 1000, "A2222"))
    await office.sends("A2222")
    await office.sends("B3333")
    await until_so(lambda: len(cards(office, "B3333")) == 1)
    assert "sealed with a key" in str(all_troubles(office))
    monkeypatch.setattr(office.store, "case", real)
    office.store.owing.set()
    await office.settled()
    assert len(cards(office, "A2222")) == 1


async def test_what_is_owed_sealed_with_another_key_is_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue itself cannot be read: nothing goes out, and that is told."""
    real = office.store.owed_next
    monkeypatch.setattr(office.store, "owed_next", fails(real, WrongKey, 2))
    await office.sends("A2222")
    await until_so(lambda: "sealed with a key" in str(all_troubles(office)))
    office.store.owing.set()
    await office.settled()
    assert len(cards(office, "A2222")) == 1
