"""What members do in the group is decided once, seen by all, and answered where it was done."""

import asyncio
from datetime import timedelta

import pytest

from bot.channels.telegram.pacing import Pacer
from bot.desk.change import Take
from bot.desk.turn import SENT
from bot.dialogue.case import Claim, EraseEverything
from bot.sandbox.model import Message
from bot.storage.cases import Outdated
from bot.storage.crypto import Cipher, new_key
from tests.channels.office import Office, delete_topic, until, until_so


def buttons(message: Message) -> list[str]:
    return [key["text"] for row in message.keyboard or () for key in row]


async def no_update_waits(office: Office) -> None:
    """Everything that came in is ended."""
    await until_so(lambda: not office.sandbox.world.queue)

    async def look() -> bool:
        await office.store.settle()
        return not await office.store.waiting()

    await until(look)


# ── what all see ────────────────────────────────────────────────────────────────────────────────


async def test_a_press_changes_the_card_for_everybody(each_desk: Office) -> None:
    """Rank 18: whoever pressed has a word on the button, the others read the card."""
    office = each_desk
    await office.sends("K7PQ2")
    card = await office.card("K7PQ2")
    assert buttons(card) == ["claim"]
    office.presses(office.member("Tom"), card, "claim")
    await until_so(lambda: buttons(card) == ["claimed by Tom"])
    assert office.sandbox.world.toasts[-1]["text"] == "toast claim"
    note = await office.sees("claim done")
    assert note.thread_id == card.thread_id
    assert note.reply_to is card
    assert note.protected


async def test_a_long_card_is_edited_in_all_its_parts(desk: Office) -> None:
    """A line more in the first one moves words into the next: none is lost between them."""
    told = {f"q{n}": f"{n} " + "words " * 12 for n in range(80)}
    maria, _ = await desk.sends("K7PQ2", told=told)
    await desk.card("K7PQ2")
    await desk.settled()

    def all_words() -> str:
        return "\n".join(one.text or "" for one in desk.about("K7PQ2"))

    before = all_words()
    parts = len(desk.about("K7PQ2"))
    assert parts > 1
    desk.sandbox.people.block(maria.id, True)
    await desk.sees("📵", parts + 1)  # every part, and a line
    await desk.settled()
    for n in range(80):
        assert f"{n} words" in all_words()
        assert f"{n} words" in before


async def test_a_command_is_answered_where_it_was_given(desk: Office) -> None:
    """In the topic of the case, or in General by its number; the answer is below the command."""
    await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    asked = desk.says(desk.member(), "/claim", topic=card.thread_id)
    assert (await desk.answers(asked)).thread_id == card.thread_id
    asked = desk.says(desk.member(), f"/answered@{desk.sandbox.world.bot.username} K7PQ2")
    assert (await desk.answers(asked)).thread_id is None
    assert (await desk.is_now("K7PQ2")).waiting is None
    other = desk.says(desk.member(), "/claim@somebody_bot", topic=card.thread_id)
    await no_update_waits(desk)
    assert not [one for one in desk.messages() if one.reply_to is other]


async def test_the_queue_leads_to_each_case(desk: Office) -> None:
    """Rank 17: who waits, since when, who has it, and the way there."""
    await desk.sends("A2222")
    card = await desk.card("A2222")
    desk.says(desk.member("Tom"), "/claim A2222")
    await desk.sees("claim done")
    desk.says(desk.member(), "/open")
    line = await desk.sees("A2222 new Tom")
    inside = -1_000_000_000_000 - desk.group.id
    assert f"https://t.me/c/{inside}/{card.thread_id}/{card.message_id}" in (line.text or "")
    _, view = desk.talk.seen[-1]
    assert view.figures is not None
    assert view.figures.open_now == 1
    assert view.findings == ("all is well",)


async def test_a_prompt_opens_a_reply_that_finds_its_way(desk: Office) -> None:
    """The message that asks for words belongs to the case; in a plain group, too."""
    desk.group.is_forum = False
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    desk.says(desk.member(), "/reply K7PQ2")
    prompt = await desk.sees("answer this for K7PQ2")
    sent = desk.sandbox.faults.calls_of("sendMessage")
    (call,) = [one for one in sent if "answer this" in str(one.params["text"])]
    assert '"force_reply": true' in str(call.params["reply_markup"])
    await desk.replies(desk.member(), "Good morning", prompt)
    await desk.reads(maria, "Good morning")


async def test_a_copy_is_handed_out_in_the_topic(desk: Office) -> None:
    """P8: as a file, which staff may save."""
    await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    desk.says(desk.member(), "/export", topic=card.thread_id)
    await until_so(lambda: any(one.media for one in desk.messages()))
    (file,) = [one for one in desk.messages() if one.media]
    assert file.thread_id == card.thread_id
    assert not file.protected


async def test_an_answer_about_a_topic_that_is_gone_comes_where_all_read(desk: Office) -> None:
    """The command was still heard; the word about it is not lost."""
    await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    desk.sandbox.faults.script("slow", method="getChatMember", delay=0.2)
    desk.says(desk.member(), "/nothing K7PQ2", topic=card.thread_id)
    desk.says(desk.member(), "/export K7PQ2", topic=card.thread_id)
    await desk.calls("getChatMember")
    delete_topic(desk)
    note = await desk.sees("a copy")
    assert note.thread_id is None


# ── who ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "admins", "member", "admin"),
    [
        ("Dr Li", (), True, True),
        ("Anna", (), True, True),
        ("Tom", (), True, False),
        ("Ruth", (), True, False),  # anonymous: nobody knows who it is
        ("Tom", ("Tom",), True, True),
        ("Anna", ("Tom",), True, False),
    ],
)
async def test_roles_are_looked_up_when_somebody_acts(
    desk: Office, name: str, admins: tuple[str, ...], member: bool, admin: bool
) -> None:
    """W6, W7: STAFF_ADMINS if it is set, else the administrators of the group."""
    await desk.stop()
    desk.admins = tuple(desk.member(one).id for one in admins)
    await desk.start()
    desk.says(desk.member(name), "/nothing")
    await desk.sees("no case")
    event, view = desk.talk.seen[-1]
    assert (view.member, view.admin) == (member, admin)
    assert event.member.anonymous is (name == "Ruth")


async def test_a_promotion_counts_at_once(desk: Office) -> None:
    """W8: Telegram tells a bot that is an administrator of every change."""
    tom = desk.member("Tom")
    for n, rank in enumerate(("member", "administrator", "member"), start=1):
        if n > 1:
            desk.sandbox.people.promote(tom.id, desk.group.id, rank, by=desk.member("Dr Li").id)  # type: ignore[arg-type] # one of them
        desk.says(tom, "/nothing")
        await desk.sees("no case", n)
    assert [view.admin for _, view in desk.talk.seen] == [False, True, False]
    assert len(desk.sandbox.faults.calls_of("getChatMember")) == 3


async def test_ten_acts_in_a_row_are_looked_up_once(desk: Office) -> None:
    """The answer is good for half a minute."""
    for _ in range(5):
        desk.says(desk.member(), "/nothing")
    await desk.sees("no case", 5)
    assert len(desk.sandbox.faults.calls_of("getChatMember")) == 1


async def test_a_bot_that_is_no_administrator_still_works(
    desk: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """S5: who writes in the group is believed to be in it, and to have no other right; the log
    says what to press."""
    desk.sandbox.people.place_bot(desk.group.id, "member")
    desk.says(desk.member(), "/nothing")
    await desk.sees("no case")
    _, view = desk.talk.seen[-1]
    assert (view.member, view.admin) == (True, False)
    assert "make the bot an administrator" in caplog.text


# ── nobody's words ──────────────────────────────────────────────────────────────────────────────


async def test_what_telegram_writes_is_nobodys_word(desk: Office) -> None:
    """S7: pins, joins, topics that open and close: nothing is asked, and work goes on."""
    await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    people, anna, tom = desk.sandbox.people, desk.member(), desk.member("Tom")
    people.pin(anna.id, desk.group.id, card.message_id)
    people.leave_group(tom.id, desk.group.id)
    people.come_back(tom.id, desk.group.id)
    topic = people.open_topic(anna.id, desk.group.id, "Lunch")
    people.close_topic(anna.id, desk.group.id, topic.id)
    people.close_topic(anna.id, desk.group.id, topic.id, closed=False)
    await no_update_waits(desk)
    assert not desk.talk.seen
    desk.says(anna, "what is there today?", topic=topic.id)
    desk.says(anna, "/nothing", topic=topic.id)
    await desk.sees("no case")


# ── when things go wrong ────────────────────────────────────────────────────────────────────────


async def test_a_fault_of_ours_is_said_and_set_aside(
    desk: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is left in the belief that something was done; the next act works."""
    await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    asked = desk.says(desk.member(), "/break Maria", topic=card.thread_id)
    assert "nothing was done" in ((await desk.answers(asked)).text or "")
    desk.says(desk.member(), "/claim", topic=card.thread_id)
    await desk.sees("claim done")
    assert desk.health.set_aside == 1
    assert "Maria" not in caplog.text


async def test_what_was_decided_on_old_news_is_decided_again(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S6: two members at once: nobody is overwritten unseen."""
    await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    commit, tried = desk.store.commit_desk, []

    async def outdated(*given: object) -> bool:
        tried.append(given)
        if len(tried) < 3:
            raise Outdated("somebody was quicker")
        return await commit(*given)  # type: ignore[arg-type] # as it was given

    monkeypatch.setattr(desk.store, "commit_desk", outdated)
    desk.says(desk.member(), "/claim", topic=card.thread_id)
    await desk.sees("claim done")
    assert len(tried) == 3


async def test_a_case_that_cannot_be_read_is_no_reason_for_silence(desk: Office) -> None:
    """The key is not there: whoever asked hears that it failed."""
    await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    desk.store._cipher = Cipher([new_key()])
    asked = desk.says(desk.member(), "/claim", topic=card.thread_id)
    assert "went wrong" in ((await desk.answers(asked)).text or "")


async def test_an_outage_delays_what_was_done_and_loses_nothing(desk: Office) -> None:
    """L7: stored before it is decided, decided before it is shown."""
    await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    desk.sandbox.faults.script("502", method="getChatMember", times=2)
    desk.sandbox.faults.script("502", method="sendMessage", times=2)
    desk.says(desk.member(), "/claim", topic=card.thread_id)
    await desk.sees("claim done")
    await until_so(lambda: buttons(card) == ["claimed by Anna"])


async def test_notes_that_wait_for_the_pace_hold_up_no_reply(desk: Office) -> None:
    """L11, L12: the group may take two messages an hour; a patient's answer is not one of them,
    and what staff write meanwhile is not dropped."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    await desk.stop()
    desk._pacer = lambda: Pacer(group=2, minute=3600, patience=7200)
    await desk.start()
    for _ in range(5):
        desk.says(desk.member(), "/nothing")
    for n in range(3):
        await desk.replies(desk.member("Tom"), f"answer {n}", card)
    for n in range(3):
        await desk.reads(maria, f"answer {n}")
    assert len([text for text in desk.texts() if text == "no case"]) <= 2
    await desk.kill()  # or it would wait for an hour


# ── exactly once ────────────────────────────────────────────────────────────────────────────────


async def test_a_press_that_comes_twice_is_done_once(each_desk: Office) -> None:
    """L10: the same update again, and the same button again."""
    office = each_desk
    await office.sends("K7PQ2")
    card = await office.card("K7PQ2")
    for _ in range(3):
        office.presses(office.member(), card, "claim")
    await office.sees("claim done", 1)
    await until_so(lambda: buttons(card) == ["claimed by Anna"])
    await no_update_waits(office)
    await office.settled()
    change = Take("K7PQ2", Claim(1, "Eve"))
    now = office.sandbox.clock.now()
    number = office.sandbox.world.queue.next_id - 1
    assert not await office.store.commit_desk(number, 1, [change], now)
    assert (await office.is_now("K7PQ2")).claim == Claim(office.member().id, "Anna")


async def test_a_power_cut_between_deciding_and_showing(desk: Office) -> None:
    """What was stored stays done and is not done again; the card shows it."""
    await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    await desk.stop()
    desk._pacer = lambda: Pacer(group=1, minute=3600, patience=7200)
    await desk.start()
    desk.says(desk.member(), "/nothing")
    desk.says(desk.member("Tom"), "/claim", topic=card.thread_id)

    async def claimed() -> bool:
        return (await desk.is_now("K7PQ2")).claim is not None

    await until(claimed)
    await desk.kill()
    desk._pacer = lambda: Pacer(burst=100, group=1000)
    await desk.start()
    await until_so(lambda: buttons(card) == ["claimed by Tom"])
    await no_update_waits(desk)
    assert (await desk.is_now("K7PQ2")).version == 2


async def test_who_is_erased_while_staff_write_gets_nothing_more(desk: Office) -> None:
    """P10: a reply that waits goes with the case; so does what was posted meanwhile."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    desk.talk.undo = timedelta(seconds=30)
    reply = await desk.replies(desk.member(), "one moment", card)
    await desk.reacted(reply, "✍")
    await desk.changes(maria.id, EraseEverything("en"))
    desk.sandbox.clock.move(31)
    await desk.settled()
    assert not any("one moment" in one for one in desk.told(maria))
    assert not desk.group.topics
    await asyncio.sleep(0)
    assert SENT not in reply.reactions.values()
