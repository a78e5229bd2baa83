"""What a person writes on reaches the topic of their case: all of it, in order, once."""

import asyncio
from typing import Any

import pytest

from bot.desk.turn import SENT
from bot.sandbox.model import Message
from bot.sandbox.people import SENDABLE
from bot.sandbox.server import Sandbox
from tests.channels.office import REPEAT, Office, delete_topic, until_so

EDITED = "✏️ The person has edited this."


def copies(office: Office) -> list[Message]:
    """What stands in the group besides lines of the bot."""
    return [one for one in office.messages() if not (one.text or "").startswith("Case ")]


# ── copies ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", SENDABLE)
async def test_whatever_a_person_sends_is_copied_into_the_topic(desk: Office, kind: str) -> None:
    """L13, L15: of every kind, without being downloaded; then they see that it is there."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    sent = desk.sandbox.people.send(maria.id, maria.id, kind)
    await desk.reacted(sent, SENT)
    (copy,) = copies(desk)
    assert copy.media.keys() == sent.media.keys()
    assert copy.thread_id == card.thread_id
    assert not desk.sandbox.faults.calls_of("getFile")
    link = await desk.store.link(copy.chat.id, copy.message_id)
    assert link is not None
    assert (link.number, link.what) == ("K7PQ2", f"said {sent.message_id}")


async def test_words_come_in_their_order_and_as_they_were_written(each_desk: Office) -> None:
    """Ten messages at once, with what looks like markup (L17), protected like the card (P14)."""
    office = each_desk
    maria, _ = await office.sends("K7PQ2")
    said = [f"{n} I <3 you & </b> {{ref}} #K9999" for n in range(10)]
    sent = [office.writes(maria, words) for words in said]
    await office.reacted(sent[-1], SENT)
    assert [one.text for one in copies(office)] == said
    assert all(one.protected for one in copies(office))


async def test_an_album_stays_together_with_its_captions(desk: Office) -> None:
    """L14: pieces come as updates of their own, and go out as one."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    first, *_ = desk.sandbox.people.send_album(
        maria.id, maria.id, ["photo", "photo", "video"], caption="my scans"
    )
    await desk.stored("K7PQ2", 3)
    desk.sandbox.clock.move(2)
    await desk.reacted(first, SENT)
    found = copies(desk)
    assert [list(one.media) for one in found] == [["photo"], ["photo"], ["video"]]
    assert len({one.media_group_id for one in found}) == 1
    assert [one.caption for one in found] == ["my scans", None, None]
    assert not any(one.protected for one in found)
    assert len(desk.sandbox.faults.calls_of("copyMessages")) == 1


async def test_what_is_written_before_the_card_is_there_comes_after_it(desk: Office) -> None:
    """L1: the first message waits for its place, and is not lost."""
    desk.sandbox.faults.script("429", method="createForumTopic", retry_after=1)
    maria, _ = await desk.sends("K7PQ2")
    desk.writes(maria, "one thing more")
    await desk.sees("one thing more")
    assert [one.text == "one thing more" for one in desk.messages()] == [False, True]


async def test_an_answer_stands_below_what_it_answers(desk: Office) -> None:
    """On either side: a person's reply below the member's message, and the member's below it."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    asked = await desk.replies(desk.member(), "Since when?", card)
    got = await desk.reads(maria, "Since when?")
    told = desk.writes(maria, "Since May", got)
    copy = await desk.sees("Since May")
    assert copy.reply_to is asked
    await desk.replies(desk.member("Tom"), "Good to know", copy)
    answer = await desk.reads(maria, "Good to know")
    assert answer.reply_to is told


async def test_without_topics_a_letter_answers_the_card(desk: Office, telegram: Sandbox) -> None:
    """S5: in a plain group one can still see whose it is; an album has a line above."""
    desk.group.is_forum = False
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    desk.writes(maria, "hello")
    assert (await desk.sees("hello")).reply_to is card
    telegram.people.send_album(maria.id, maria.id, ["photo", "photo"], caption="scans")
    await desk.stored("K7PQ2", 3)
    telegram.clock.move(2)
    await desk.sees("scans")
    above = await desk.sees("The person wrote:")
    assert above.reply_to is card


# ── what cannot be copied ───────────────────────────────────────────────────────────────────────


async def test_what_telegram_does_not_copy_is_told_to_both_sides(desk: Office) -> None:
    """L13: its words come, the person hears what to do, and staff can answer to the line."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    quiz: dict[str, Any] = {"type": "quiz", "question": "May I eat grapefruit?"}
    sent = desk.sandbox.people.send(maria.id, maria.id, "poll", fields=quiz)
    line = await desk.sees("does not let bots copy")
    assert "May I eat grapefruit?" in (line.text or "")
    assert (await desk.reads(maria, "does not let us pass this on")).reply_to is sent
    await desk.replies(desk.member(), "Better not", line)
    await desk.reads(maria, "Better not")


async def test_what_was_taken_back_in_time_is_not_repeated(desk: Office) -> None:
    """A message that was deleted before it was copied leaves a line and no word."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    desk.sandbox.faults.script("429", method="copyMessage", retry_after=1)
    sent = desk.writes(maria, "a secret")
    await desk.calls("copyMessage")
    desk.sandbox.people.delete(maria.id, maria.id, sent.message_id)
    await desk.sees("deleted it before it was copied")
    assert not any("a secret" in text for text in desk.texts())


# ── edits ───────────────────────────────────────────────────────────────────────────────────────


async def test_an_edit_is_shown_as_one_below_the_old_copy(desk: Office) -> None:
    """Rank 19, F4: the old words stay, the new ones answer them."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    sent = desk.writes(maria, "Since May")
    await desk.reacted(sent, SENT)
    desk.sandbox.people.edit(maria.id, maria.id, sent.message_id, "Since <b>June")
    edit = await desk.sees(EDITED)
    old, _ = [one for one in desk.messages() if one.text == "Since May" or one is edit]
    assert old.text == "Since May"
    assert edit.reply_to is old
    assert "Since <b>June" in (edit.text or "")
    await desk.replies(desk.member(), "June it is", edit)
    assert (await desk.reads(maria, "June it is")).reply_to is sent


async def test_the_edit_of_a_caption_brings_the_file_once_more(desk: Office) -> None:
    """Telegram does not say whether the file is another one now."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    sent = desk.sandbox.people.send(maria.id, maria.id, "document", caption="May")
    await desk.reacted(sent, SENT)
    desk.sandbox.people.edit(maria.id, maria.id, sent.message_id, "June")
    await until_so(lambda: len(copies(desk)) == 2)
    first, second = copies(desk)
    line = await desk.sees(EDITED)
    assert line.reply_to is first
    assert second.reply_to is first
    assert (first.caption, second.caption) == ("May", "June")


async def test_a_long_edit_comes_in_several_messages(desk: Office) -> None:
    """L18: all of them linked to the case."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    sent = desk.writes(maria, "short")
    await desk.reacted(sent, SENT)
    desk.sandbox.people.edit(maria.id, maria.id, sent.message_id, "🌻words " * 500)
    await desk.sees(EDITED, 4)
    parts = [one for one in desk.messages() if EDITED in (one.text or "")]
    assert sum((one.text or "").count("🌻words") for one in parts) == 500
    for part in parts:
        await desk.linked(part)


# ── the place ───────────────────────────────────────────────────────────────────────────────────


async def test_a_deleted_topic_is_made_anew_and_the_message_is_not_lost(desk: Office) -> None:
    """L2: with the card, and with what is not answered yet."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    await desk.reacted(desk.writes(maria, "first"), SENT)
    delete_topic(desk)
    await desk.reacted(desk.writes(maria, "second"), SENT)
    await desk.settled()
    card, *letters = desk.messages()
    assert "♻️ Posted again" in (card.text or "")
    assert [one.text for one in letters] == ["first", "second"]


async def test_a_closed_topic_is_opened_for_a_letter(desk: Office) -> None:
    """L3: then the message is sent."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    await desk.settled()
    (topic,) = desk.group.topics.values()
    topic.closed = True
    desk.sandbox.faults.script(
        "refuse", method="copyMessage", description="Bad Request: TOPIC_CLOSED"
    )
    desk.writes(maria, "hello")
    await desk.sees("hello")
    assert not topic.closed


async def test_a_group_that_moves_takes_the_conversation_along(
    desk: Office, telegram: Sandbox
) -> None:
    """L5, W3b: old message numbers lead nowhere, and new ones to the right person."""
    await desk.stop()
    old = telegram.world.add_group("Basic", supergroup=False)
    old.members[desk.member().id] = "creator"
    telegram.staff_chat_id = old.id
    await desk.start()
    maria, _ = await desk.sends("K7PQ2")
    before = await desk.card("K7PQ2", old)
    await desk.settled()
    new = telegram.people.upgrade_group(old.id)
    new.is_forum = True
    telegram.people.place_bot(new.id, "administrator")
    desk.writes(maria, "are you there?")
    copy = await desk.sees("are you there?", chat=new)
    assert await desk.number_of(old.id, before.message_id) is None
    await desk.replies(desk.member(), "We are", copy)
    await desk.reads(maria, "We are")


# ── people apart ────────────────────────────────────────────────────────────────────────────────


async def test_people_at_once_are_not_mixed_up(each_desk: Office) -> None:
    """W1: three people and two members, interleaved; each gets what is theirs."""
    office = each_desk
    people = {}
    for number, name in (("A2222", "Maria"), ("B3333", "Wang"), ("C4444", "Ivan")):
        people[number], _ = await office.sends(number, office.person(name))
    cards = {number: await office.card(number) for number in people}
    members = (office.member("Anna"), office.member("Tom"))
    for n in range(3):
        for number, person in people.items():
            office.writes(person, f"letter {n} of {number}")
            await office.replies(members[n % 2], f"answer {n} to {number}", cards[number])
    for number, person in people.items():
        await office.reads(person, f"answer 2 to {number}")
        await office.sees(f"letter 2 of {number}")
    await office.settled()
    for number, person in people.items():
        topic = [one for one in office.messages() if one.thread_id == cards[number].thread_id]
        letters = [one.text or "" for one in topic if "letter" in (one.text or "")]
        assert letters == [f"letter {n} of {number}" for n in range(3)]
        told = [one for one in office.told(person) if "answer" in one]
        assert [f"answer {n} to {number}" in one for n, one in enumerate(told)] == [True] * 3


async def test_who_has_no_case_writes_to_nobody(desk: Office) -> None:
    """What strangers say stays between them and the bot."""
    await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    stranger = desk.person("Eve")
    desk.writes(stranger, "hello there")
    await until_so(lambda: bool(desk.told(stranger)))
    await asyncio.sleep(0.1)
    assert not any("hello there" in text for text in desk.texts())


# ── what may have arrived ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("outcome", "arrived"), [("drop_after", 2), ("502", 1)])
async def test_a_copy_that_may_be_there_twice_has_a_line_above(
    desk: Office, outcome: str, arrived: int
) -> None:
    """L9: a copy carries no mark itself."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    await desk.settled()
    desk.sandbox.faults.script(outcome, method="copyMessage")
    await desk.reacted(desk.writes(maria, "hello"), SENT)
    texts = desk.texts()
    assert texts.count("hello") == arrived
    assert texts[-1] == "hello"
    assert REPEAT in texts[-2]
