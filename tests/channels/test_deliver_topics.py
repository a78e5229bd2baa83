"""Topics that staff delete or close, and a group that moves: everything comes again."""

import logging

import pytest

from bot.dialogue.case import ChangeCase, EraseEverything, RaiseAlarm
from bot.sandbox.server import Sandbox
from tests.channels.office import REPEAT, Office, delete_topic, later

# ── topics ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_deleted_topic_comes_back_with_everything(office: Office) -> None:
    """L2: a new topic, the card as it is now and said to be posted again, pin, files, and the
    message that found the topic gone."""
    maria = office.person()
    file = office.uploads(maria, "document", caption="report")
    _, made = await office.sends("K7PQ2", maria, files=(file,))
    await office.settled()
    delete_topic(office)
    changed = later(made, answers={**made.answers, "name": "Mary"})
    await office.changes(maria.id, ChangeCase(changed, ("name",)))
    await office.settled()
    (topic,) = office.group.topics
    card, *others = office.messages()
    assert card.text is not None
    assert "♻️ Posted again" in card.text
    assert "Name: Mary" in card.text
    assert REPEAT not in card.text
    assert card.pinned
    assert {one.thread_id for one in office.messages()} == {topic}
    assert sorted(one.caption or (one.text or "").split("\n")[1][:2] for one in others) == [
        "report",
        "✏️",
    ]
    assert office.told(maria) == ["Your request K7PQ2 has reached our team."]


@pytest.mark.parametrize("words", ["message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID"])
async def test_all_three_wordings_of_a_deleted_topic(office: Office, words: str) -> None:
    """L2: as they were seen in the field."""
    office.sandbox.faults.script(
        "refuse", method="sendMessage", chat_id=office.group.id, description=f"Bad Request: {words}"
    )
    await office.sends("K7PQ2")
    await office.settled()
    assert len(office.group.topics) == 2
    (card,) = office.about("K7PQ2")
    assert card.thread_id == max(office.group.topics)


async def test_a_topic_that_is_broken_from_the_start_is_given_up(office: Office) -> None:
    """Telegram makes topics and then does not find them: no endless row of empty ones."""
    office.sandbox.faults.script(
        "refuse",
        method="sendMessage",
        chat_id=office.group.id,
        description="Bad Request: message thread not found",
        times=3,
    )
    await office.sends("K7PQ2")
    await office.settled()
    assert len(office.group.topics) == 3
    (card,) = office.about("K7PQ2")
    assert card.thread_id is None


async def test_a_closed_topic_is_opened_again(office: Office) -> None:
    """L3: then the message is sent, into the same topic."""
    maria, made = await office.sends("K7PQ2")
    await office.settled()
    (topic,) = office.group.topics.values()
    topic.closed = True
    office.sandbox.faults.script(
        "refuse", method="sendMessage", description="Bad Request: TOPIC_CLOSED"
    )
    changed = later(made, answers={**made.answers, "soon": "week"})
    await office.changes(maria.id, ChangeCase(changed, ("soon",)))
    await office.settled()
    assert not topic.closed
    assert [one.thread_id for one in office.messages()] == [topic.id, topic.id]


async def test_a_topic_that_stays_closed_is_left(office: Office) -> None:
    """Without the right to open it the case goes on in the group itself."""
    maria, made = await office.sends("K7PQ2")
    await office.settled()
    (topic,) = office.group.topics.values()
    topic.closed = True
    office.sandbox.people.place_bot(office.group.id, "member")
    changed = later(made, answers={**made.answers, "soon": "week"})
    await office.changes(maria.id, ChangeCase(changed, ("soon",)))
    await office.settled()
    again, news = (one for one in office.messages() if one.thread_id is None)
    assert "♻️ Posted again" in (again.text or "")
    assert "How soon: This week" in (news.text or "")


async def test_general_is_written_to_without_a_number(office: Office) -> None:
    """L4: the topic that every forum has cannot be named."""
    await office.stop()
    maria, _ = await office.sends("K7PQ2")
    await office.changes(maria.id, RaiseAlarm("K7PQ2", "danger"))
    await office.start()
    await office.settled()
    first = office.sandbox.faults.calls_of("sendMessage")[0]
    assert "message_thread_id" not in first.params
    assert 1 not in [
        call.params.get("message_thread_id") for call in office.sandbox.faults.calls_of()
    ]


async def test_a_group_that_moved_is_followed(
    office: Office, telegram: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """L5, W3b: cards come again in the new group, what failed is sent there, the operator reads the
    new number, and message numbers of the old group mean nothing any more."""
    await office.stop()
    anna = next(one for one in telegram.world.users.values() if one.name == "Anna")
    old = telegram.world.add_group("Basic", supergroup=False)
    old.members[anna.id] = "creator"
    telegram.staff_chat_id = old.id
    await office.start()
    maria, made = await office.sends("K7PQ2")
    await office.settled()
    before = office.about("K7PQ2", old)[0]
    new = telegram.people.upgrade_group(old.id)
    new.is_forum = True
    telegram.people.place_bot(new.id, "administrator")
    changed = later(made, answers={**made.answers, "soon": "week"})
    with caplog.at_level(logging.WARNING):
        await office.changes(maria.id, ChangeCase(changed, ("soon",)))
        await office.settled()
    card, news = office.messages(new)
    assert "♻️ Posted again" in (card.text or "")
    assert news.reply_to is card
    assert len(office.messages(old)) == 2  # the card, and the line about topics
    assert f"set it to {new.id}" in caplog.text
    assert await office.number_of(old.id, before.message_id) is None
    assert await office.number_of(new.id, card.message_id) == "K7PQ2"
    # After a restart with the old number in the settings it is still known.
    await office.stop()
    await office.start()
    await office.sends("B3333")
    await office.settled()
    assert len(office.about("B3333", new)) == 1


async def test_what_stood_in_a_group_that_moved_is_deleted_by_hand(
    office: Office, telegram: Sandbox
) -> None:
    """There is no way to it for a bot: the staff are asked, and the person can be told."""
    await office.stop()
    anna = next(one for one in telegram.world.users.values() if one.name == "Anna")
    old = telegram.world.add_group("Basic", supergroup=False)
    old.members[anna.id] = "creator"
    telegram.staff_chat_id = old.id
    await office.start()
    maria, _ = await office.sends("K7PQ2")
    await office.settled()
    await office.stop()
    await office.changes(maria.id, EraseEverything("en"))
    new = telegram.people.upgrade_group(old.id)
    await office.store.group_moved(old.id, new.id)
    await office.start()
    await office.settled()
    assert any("delete here by hand" in text for text in office.texts(new))
    assert office.owned_up(maria) == 1
