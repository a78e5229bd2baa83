"""The clock of those who wait, in the staff's group and in the person's chat; the day's digest."""

from datetime import timedelta

import pytest

from bot.sandbox.server import Sandbox
from tests.channels.office import REPEAT, Office, until, until_so

HOUR = 3600.0

LATE = "we have missed our 24-hour promise"


async def waits(office: Office, hours: float) -> None:
    office.sandbox.clock.move(hours * HOUR)


async def first_day(office: Office) -> None:
    """Waits until it is noted for every group that its days have begun."""

    async def look() -> bool:
        groups = office.outgoing.places.groups
        return None not in [await office.store.mark(f"digest {group}") for group in groups]

    await until(look)


def lines(office: Office, words: str) -> list[str]:
    return [text for text in office.texts() if words in text]


async def test_reminders_come_at_twelve_and_twenty_hours_and_people_are_named_at_24(
    each_desk: Office,
) -> None:
    """Rank 3, S8: each once; at 24 the person is told, too (SW9), and how else to be heard."""
    office = each_desk
    maria, _ = await office.sends("K7PQ2")
    card = await office.card("K7PQ2")
    await waits(office, 11.99)
    await office.settled()
    assert not lines(office, "without an answer")
    await waits(office, 0.02)
    line = await office.sees("12 hours without an answer")
    assert line.reply_to is card
    assert "Reply by" in (line.text or "")
    await waits(office, 8)
    await office.sees("20 hours without an answer")
    await waits(office, 4)
    late = await office.sees("24 hours have passed without an answer")
    assert "Please see to it now: Dr Li; Anna; Ruth" in (late.text or "")
    told = await office.reads(maria, LATE)
    assert "clinic@example.org" in (told.text or "")
    await waits(office, 1)
    await office.settled()
    assert len(lines(office, "without an answer")) == 3
    assert sum(LATE in one for one in office.told(maria)) == 1


async def test_who_is_named_is_a_mention_and_hears_of_it_in_their_own_chat(desk: Office) -> None:
    """S9: who never opened a chat with the bot is named as such; nobody is missed in silence."""
    anna, tom = desk.member("Anna"), desk.member("Tom")
    anna.started = True
    desk.sandbox.world.private_chat(anna)
    await desk.stop()
    desk.admins = (anna.id, tom.id, 5)
    await desk.start()
    await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await waits(desk, 24)
    line = await desk.sees("24 hours have passed")
    assert "Please see to it now: Anna; Tom; 5" in (line.text or "")
    assert "never opened a chat with this bot: Tom; 5" in (line.text or "")
    mentioned = {one["user"]["id"] for one in line.entities if one["type"] == "text_mention"}
    assert mentioned >= {anna.id, tom.id}
    (private,) = desk.told(anna)
    assert private.startswith("Case K7PQ2\n🔴 24 hours have passed")
    (link,) = [
        one["url"]
        for one in desk.messages(desk.sandbox.world.private_chat(anna))[0].entities
        if one["type"] == "text_link"
    ]
    inside = -1_000_000_000_000 - desk.group.id
    assert link == f"https://t.me/c/{inside}/{card.thread_id}/{card.message_id}"


async def test_the_clock_stops_when_an_answer_arrives_and_not_before(desk: Office) -> None:
    """S10: typing, or trying in vain, stops nothing; a question afterwards has its own clock."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    desk.sandbox.people.block(maria.id, True)
    await desk.sees("📵", 2)
    vain = await desk.replies(desk.member(), "hello?", card)
    await desk.answers(vain)
    desk.says(desk.member(), "she does not answer", topic=card.thread_id)
    await waits(desk, 12)
    await desk.sees("12 hours without an answer")
    desk.sandbox.people.block(maria.id, False)
    await desk.sees("can be written to again")
    await desk.replies(desk.member(), "Good morning", card)
    await desk.reads(maria, "Good morning")
    await until_so(lambda: not desk.sandbox.world.queue)
    await desk.settled()
    await waits(desk, 12.1)
    await desk.settled()
    assert len(lines(desk, "without an answer")) == 1
    desk.writes(maria, "And now?")
    await desk.sees("And now?")
    await waits(desk, 12)
    await desk.sees("12 hours without an answer", 2)


async def test_after_a_long_sleep_only_the_latest_is_said(desk: Office) -> None:
    """L7: deadlines are stored, and a restart brings no avalanche."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    await desk.settled()
    await desk.kill()
    await waits(desk, 30)
    await desk.start()
    await desk.sees("24 hours have passed")
    await desk.reads(maria, LATE)
    await desk.settled()
    assert len(lines(desk, "without an answer")) == 1


async def test_an_escalation_whose_answer_was_lost_is_marked_and_names_the_same(
    desk: Office,
) -> None:
    """L9: for people in their own chat, too, it is told once."""
    anna = desk.member("Anna")
    anna.started = True
    desk.sandbox.world.private_chat(anna)
    await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    await desk.settled()
    tomorrow = desk.sandbox.clock.now() + timedelta(days=2)
    await desk.store.set_mark(f"digest {desk.group.id}", tomorrow)
    desk.sandbox.faults.script("drop_after", method="sendMessage", chat_id=desk.group.id)
    await waits(desk, 24)
    await desk.sees("24 hours have passed", 2)
    await desk.settled()
    assert [REPEAT in one for one in lines(desk, "24 hours have passed")] == [False, True]
    assert len(desk.told(anna)) == 1


async def test_a_case_that_is_closed_says_farewell_and_one_that_fell_silent_does_not(
    each_desk: Office,
) -> None:
    """Rank 25, S11: closed by the staff, the person hears it and can rate; after two weeks of
    their silence nobody waits any more, and nothing is said. Never while they wait."""
    office = each_desk
    maria, _ = await office.sends("A2222")
    wang, _ = await office.sends("B3333", office.person("Wang"))
    ivan, _ = await office.sends("C4444", office.person("Ivan"))
    await office.card("C4444")
    office.says(office.member(), "/close A2222")
    stars = await office.reads(maria, "has closed your request A2222")
    assert [len(row) for row in stars.keyboard or ()] == [5]
    await office.replies(office.member(), "Good morning", await office.card("B3333"))
    await office.reads(wang, "Good morning")
    await until_so(lambda: not office.sandbox.world.queue)
    await office.settled()
    told = len(office.told(wang))
    await waits(office, 14 * 24 + 1)
    await office.reads(ivan, LATE)
    await office.settled()
    assert (await office.is_now("B3333")).closed is not None
    assert (await office.is_now("C4444")).closed is None
    assert len(office.told(wang)) == told


async def test_each_group_hears_once_a_day_how_it_stands(desk: Office, telegram: Sandbox) -> None:
    """Rank 17: its own people by number, late ones counted; none on the first day, and after a
    restart none twice."""
    await desk.stop()
    other = telegram.world.add_group("Other", forum=True, bot_status="administrator")
    desk.groups = {"zh_Hans": other.id}
    await desk.start()
    await desk.sends("A2222")
    await desk.sends("B3333", desk.person("王芳", "zh-hans"), language="zh-Hans")
    await desk.card("A2222")
    await first_day(desk)
    assert not lines(desk, "Digest")
    await waits(desk, 25)
    await desk.sees("Digest: 2 open, 2 late: A2222")
    await desk.sees("Digest: 2 open, 2 late: B3333", chat=other)
    await desk.settled()
    await desk.stop()
    await desk.start()
    await desk.settled()
    await waits(desk, 0.1)
    assert len(lines(desk, "Digest")) == 1


@pytest.mark.parametrize(("outcome", "told"), [("429", 2), ("drop_after", 1)])
async def test_a_digest_comes_rather_not_than_twice(desk: Office, outcome: str, told: int) -> None:
    """One that was surely refused is tried again; nobody needs the same figures twice."""
    await first_day(desk)
    desk.sandbox.faults.script(outcome, method="sendMessage", chat_id=desk.group.id)
    await waits(desk, 25)
    await desk.calls("sendMessage")
    await waits(desk, 0.1)
    await desk.sees("Digest")
    await waits(desk, 0.1)
    await desk.settled()
    assert len(lines(desk, "Digest")) == 1
    assert len(desk.sandbox.faults.calls_of("sendMessage")) == told
