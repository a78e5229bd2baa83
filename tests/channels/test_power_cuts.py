"""kill -9 in the middle of a relay: nothing is lost, nobody gets another's, repeats are marked.

A call is cut off after Telegram got it and before the answer came, wherever a conversation makes
one; then everything starts again from what is stored.
"""

import asyncio
from collections import Counter

import pytest

from bot.desk.turn import SENT
from tests.channels.office import REPEAT, Office, until, until_so

AGAIN = "You may have this message already"


async def cut(office: Office, gate: asyncio.Event, method: str, skip: int = 0) -> None:
    """The power goes while this call is under way; Telegram carries it out all the same."""
    cut_off = await office.calls(method, skip + 1)
    await office.kill()
    gate.set()
    await until_so(lambda: cut_off.code is not None)
    await office.start()


@pytest.mark.parametrize("kind", ["words", "album"])
async def test_in_the_middle_of_a_copy_into_the_group(
    each_desk: Office, gate: asyncio.Event, kind: str
) -> None:
    """A line above the second copy says what it may be."""
    office = each_desk
    maria, _ = await office.sends("K7PQ2")
    await office.card("K7PQ2")
    await office.settled()
    method = "copyMessage" if kind == "words" else "copyMessages"
    office.sandbox.faults.script("slow", method=method)
    if kind == "words":
        first = office.writes(maria, "one thing more")
    else:
        first, *_ = office.sandbox.people.send_album(maria.id, maria.id, ["photo", "photo"])
        await office.stored("K7PQ2", 2)
        office.sandbox.clock.move(2)
    await cut(office, gate, method)
    await office.reacted(first, SENT)
    copies = [one for one in office.messages() if one.media or one.text == "one thing more"]
    assert len(copies) == (2 if kind == "words" else 4)
    repeats = [one for one in office.messages() if REPEAT in (one.text or "")]
    assert [one.message_id < copies[-1].message_id for one in repeats] == [True]


@pytest.mark.parametrize("kind", ["words", "file"])
async def test_in_the_middle_of_a_reply(each_desk: Office, gate: asyncio.Event, kind: str) -> None:
    """The person reads in their language that they may have it already; its writer, too."""
    office = each_desk
    maria, _ = await office.sends("K7PQ2")
    card = await office.card("K7PQ2")
    await office.settled()
    method = "sendMessage" if kind == "words" else "copyMessages"
    before = len(office.sandbox.faults.calls_of(method))
    office.sandbox.faults.script("slow", method=method, chat_id=maria.id)
    if kind == "words":
        reply = await office.replies(office.member(), "Good morning", card)
    else:
        reply = office.sandbox.people.send(
            office.member().id, office.group.id, "photo", reply_to_message_id=card.message_id
        )
    await cut(office, gate, method, before)
    await office.reacted(reply, SENT)
    private = office.messages(office.sandbox.world.private_chat(maria))
    got = [one for one in private if one.media or "Good morning" in (one.text or "")]
    assert len(got) == 2
    assert [AGAIN in (one.text or "") for one in private].count(True) == 1
    assert (await office.sees("may have got this twice")).reply_to is reply
    case = await office.is_now("K7PQ2")
    assert case.waiting is None


async def test_between_an_update_and_its_decision(each_desk: Office, gate: asyncio.Event) -> None:
    """Telegram was told that it has come, and nothing was decided: the inbox still has it."""
    office = each_desk
    maria, _ = await office.sends("K7PQ2")
    card = await office.card("K7PQ2")
    await office.settled()
    office.sandbox.faults.script("slow", method="getChatMember")
    reply = await office.replies(office.member(), "Good morning", card)
    await cut(office, gate, "getChatMember")
    await office.reacted(reply, SENT)
    told = [one for one in office.told(maria) if "Good morning" in one]
    assert len(told) == 1
    assert AGAIN not in told[0]


@pytest.mark.parametrize("method", ["editMessageText", "setMessageReaction", "sendMessage"])
async def test_where_doing_it_twice_does_no_harm(
    desk: Office, gate: asyncio.Event, method: str
) -> None:
    """The edit of a card or of a reply, a reaction, a note for the staff."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    before = len(desk.sandbox.faults.calls_of(method))
    desk.sandbox.faults.script("slow", method=method, chat_id=desk.group.id)
    if method == "sendMessage":
        desk.says(desk.member(), "/claim", topic=card.thread_id)
    else:
        await desk.replies(desk.member(), "Good morning", card)
    await cut(desk, gate, method, before)
    await desk.settled()
    if method != "sendMessage":
        await desk.reads(maria, "Good morning")
        assert sum("Good morning" in one for one in desk.told(maria)) == 1
    assert not any(REPEAT in text for text in desk.texts())


async def test_again_and_again_while_three_people_talk(each_desk: Office) -> None:
    """W1, L6, L7, L9: the power goes five times, wherever things stand. Each letter and each answer
    arrives, at the right person's, in order; whatever is there twice is marked."""
    office = each_desk
    people, cards = {}, {}
    for number, name in (("A2222", "Maria"), ("B3333", "Wang"), ("C4444", "Ivan")):
        people[number], _ = await office.sends(number, office.person(name))
        cards[number] = await office.card(number)
    office.sandbox.faults.latency = 0.01
    anna = office.member()
    for n in range(5):
        for number, person in people.items():
            office.writes(person, f"letter {n} of {number}")
            office.says(anna, f"answer {n} to {number}", cards[number])
        await asyncio.sleep(0.05 + 0.07 * n)
        await office.kill()
        await office.start()

    async def all_there() -> bool:
        return all(
            any(f"answer 4 to {number}" in one for one in office.told(person))
            for number, person in people.items()
        )

    await until(all_there)
    await office.settled()
    for number, person in people.items():
        topic = [one for one in office.messages() if one.thread_id == cards[number].thread_id]
        letters = [one.text or "" for one in topic if (one.text or "").startswith("letter")]
        assert list(dict.fromkeys(letters)) == [f"letter {n} of {number}" for n in range(5)]
        doubled = sum(count - 1 for count in Counter(letters).values())
        assert sum(REPEAT in (one.text or "") for one in topic) >= doubled
        told = [one for one in office.told(person) if "answer" in one]
        answers = [one[one.index("answer") :] for one in told]
        assert list(dict.fromkeys(answers)) == [f"answer {n} to {number}" for n in range(5)]
        assert sum(AGAIN in one for one in told) >= len(answers) - 5
