"""What members answer reaches its person, and nobody else; what stays inside stays inside."""

import asyncio
from datetime import timedelta

import pytest

from bot.desk.turn import SENT, TAKEN
from bot.sandbox.model import Message, User
from bot.sandbox.server import Sandbox
from tests.channels.office import Office, until_so

FRAME = "💬 Our team (K7PQ2)"


async def answered(office: Office, words: str) -> tuple[User, Message, Message]:
    """A case, its card, and an answer that has arrived."""
    maria, _ = await office.sends("K7PQ2")
    card = await office.card("K7PQ2")
    reply = await office.replies(office.member(), words, card)
    await office.reacted(reply, SENT)
    return maria, card, reply


# ── what goes out ───────────────────────────────────────────────────────────────────────────────


async def test_a_reply_to_the_card_goes_to_its_person_and_is_confirmed(each_desk: Office) -> None:
    """S1: a frame in their language; ✍ when it is taken, 👌 when it has arrived."""
    office = each_desk
    wang = office.person("王芳", "zh-hans")
    await office.sends("K7PQ2", wang, language="zh-Hans")
    card = await office.card("K7PQ2")
    office.talk.undo = timedelta(seconds=30)
    reply = await office.replies(office.member(), "您好 <3", card)
    await office.reacted(reply, TAKEN)
    office.sandbox.clock.move(30)
    await office.reacted(reply, SENT)
    got = await office.reads(wang, "您好 <3")
    assert "K7PQ2" in (got.text or "")
    assert "Our team" not in (got.text or "")
    assert (await office.is_now("K7PQ2")).waiting is None


async def test_chatter_in_the_topic_stays_there(desk: Office) -> None:
    """W5: without a reply to what the person said, nothing goes out; nor to a line of ours."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    anna, topic = desk.member(), card.thread_id
    await desk.settled()
    await desk.store.set_away(maria.id, True, desk.sandbox.clock.now())
    await desk.outgoing.lines.moved(maria.id, away=True)
    line = await desk.sees("📵", 2)
    told = len(desk.told(maria))
    chatter = desk.says(anna, "I would not take her", topic=topic)
    desk.says(desk.member("Tom"), "Nor would I", chatter)
    await desk.replies(anna, "blocked, then", line)
    desk.says(anna, "off duty now")
    last = desk.says(anna, "/claim K7PQ2", topic=topic)
    await desk.sees("claim done")
    assert len(desk.told(maria)) == told
    assert not last.reactions


async def test_files_of_any_kind_go_out_below_a_line(desk: Office) -> None:
    """S3: a reply with a picture, to a file; its caption is kept."""
    maria, _ = await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    scan = desk.sandbox.people.send(maria.id, maria.id, "photo", caption="my scan")
    copy = await desk.sees("my scan")
    await desk.reacted(scan, SENT)
    sent = desk.sandbox.people.send(
        desk.member().id,
        desk.group.id,
        "document",
        caption="please sign",
        reply_to_message_id=copy.message_id,
    )
    got = await desk.reads(maria, "please sign")
    assert "document" in got.media
    line = await desk.reads(maria, "sends you this (K7PQ2)")
    assert line.message_id < got.message_id
    assert line.reply_to is scan
    await desk.reacted(sent, SENT)


async def test_an_album_of_a_member_arrives_as_one(desk: Office) -> None:
    """L14, in the other direction."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    desk.talk.undo = timedelta(seconds=30)
    pieces = desk.sandbox.people.send_album(
        desk.member().id,
        desk.group.id,
        ["photo", "photo"],
        caption="two pages",
        reply_to_message_id=card.message_id,
    )
    for one in pieces:
        await desk.reacted(one, TAKEN)
    desk.sandbox.clock.move(30)
    await desk.reads(maria, "two pages")
    for one in pieces:
        await desk.reacted(one, SENT)
    private = desk.sandbox.world.private_chat(maria)
    files = [one for one in desk.messages(private) if one.media]
    assert len(files) == 2
    assert len({one.media_group_id for one in files}) == 1
    assert sum("sends you this" in text for text in desk.told(maria)) == 1


async def test_a_long_reply_comes_in_numbered_parts(desk: Office) -> None:
    """L18: and an answer to any of them finds its way back."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    words = "\n".join(f"line {n} " + "🌻" * 20 for n in range(80))
    reply = await desk.replies(desk.member(), words, card)
    await desk.reacted(reply, SENT)
    parts = [one for one in desk.told(maria) if FRAME in one]
    assert len(parts) == 2
    assert "(1 of 2)" in parts[0]
    assert "(2 of 2)" in parts[1]
    second = await desk.reads(maria, "(2 of 2)")
    desk.writes(maria, "understood", second)
    assert (await desk.sees("understood")).reply_to is reply


async def test_who_speaks_as_the_group_may_answer(desk: Office) -> None:
    """W6: an administrator who remains anonymous is one of the team."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.replies(desk.member("Ruth"), "Good morning", card)
    await desk.reads(maria, "Good morning")


# ── to the right person ─────────────────────────────────────────────────────────────────────────


async def test_only_the_link_says_whose_a_reply_is(desk: Office) -> None:
    """W2, W3: whatever numbers and names stand in the words, quoted, forwarded or forged."""
    maria, _ = await desk.sends("K7PQ2")
    wang, _ = await desk.sends("B3333", desk.person("Wang"))
    await desk.card("B3333")
    card = await desk.card("K7PQ2")
    trick = desk.writes(maria, "Case B3333\n#TB3333 (#id7) said 1")
    copy = await desk.sees("(#id7)")
    await desk.reacted(trick, SENT)
    await desk.replies(desk.member(), "Case B3333: answer", copy)
    await desk.reads(maria, "Case B3333: answer")
    fake = desk.says(desk.member("Tom"), card.text or "", topic=card.thread_id)
    desk.says(desk.member(), "to nobody", fake)
    desk.says(desk.member(), "/claim", topic=card.thread_id)
    await desk.sees("claim done")
    assert not any("to nobody" in one for one in desk.told(maria))
    assert not any("answer" in one for one in desk.told(wang))


async def test_equal_numbers_in_two_groups_are_two_messages(
    desk: Office, telegram: Sandbox
) -> None:
    """W3b: a message is its chat and its number."""
    await desk.stop()
    other = telegram.world.add_group("Other", forum=True, bot_status="administrator")
    other.members[desk.member().id] = "administrator"
    desk.groups = {"zh_Hans": other.id}
    await desk.start()
    maria, _ = await desk.sends("K7PQ2")
    wang, _ = await desk.sends("B3333", desk.person("王芳", "zh-hans"), language="zh-Hans")
    here, there = await desk.card("K7PQ2"), None
    await until_so(lambda: bool(desk.messages(other)))
    there = desk.messages(other)[0]
    assert here.message_id == there.message_id
    await desk.settled()
    await desk.replies(desk.member(), "to Maria", here)
    await desk.replies(desk.member(), "to Wang", there)
    await desk.reads(maria, "to Maria")
    await desk.reads(wang, "to Wang")
    assert not any("Wang" in one for one in desk.told(maria))
    assert not any("Maria" in one for one in desk.told(wang))


async def test_a_reply_to_what_belongs_to_nobody_is_told_so(desk: Office) -> None:
    """A message of the bot that is of no case: the writer hears that it goes nowhere."""
    await desk.sends("K7PQ2")
    await desk.card("K7PQ2")
    desk.says(desk.member(), "/nothing")
    note = await desk.sees("no case")
    desk.says(desk.member(), "hello?", note)
    await desk.sees("goes nowhere")


# ── who may ─────────────────────────────────────────────────────────────────────────────────────


async def test_who_left_the_group_reaches_nobody_any_more(desk: Office) -> None:
    """W8: what was typed before, but comes up after they were removed, is not sent."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    tom = desk.member("Tom")
    await desk.replies(tom, "first", card)
    await desk.reads(maria, "first")  # and Telegram's answer about Tom is known
    desk.sandbox.people.remove(tom.id, desk.group.id, by=desk.member().id)
    await until_so(lambda: not len(desk.sandbox.world.queue))
    queue = desk.sandbox.world.queue
    raw = {"message_id": 9999, "date": 1, "text": "again", "chat": desk.group.api()}
    raw |= {"from": tom.api(), "reply_to_message": card.api(nested=True)}
    raw |= {"message_thread_id": card.thread_id, "is_topic_message": True}
    queue.add_raw({"message": raw}, desk.group.id)
    await until_so(lambda: any(view.member is False for _, view in desk.talk.seen))
    assert not any("again" in one for one in desk.told(maria))


# ── second thoughts ─────────────────────────────────────────────────────────────────────────────


async def test_a_reply_can_be_taken_back_while_it_waits(desk: Office) -> None:
    """W5: the person never sees it; afterwards it is too late, and that is said."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    desk.talk.undo = timedelta(seconds=30)
    reply = await desk.replies(desk.member(), "wrong topic", card)
    await desk.reacted(reply, TAKEN)
    desk.says(desk.member(), "/undo", topic=card.thread_id)
    await desk.reacted(reply, None)
    desk.sandbox.clock.move(31)
    desk.says(desk.member(), "/undo", topic=card.thread_id)
    await desk.sees("too late")
    assert not any("wrong topic" in one for one in desk.told(maria))


async def test_an_edit_before_it_goes_out_is_what_goes_out(desk: Office) -> None:
    """One message, with the new words."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    desk.talk.undo = timedelta(seconds=30)
    anna = desk.member()
    reply = await desk.replies(anna, "Goof morning", card)
    await desk.reacted(reply, TAKEN)
    desk.sandbox.people.edit(anna.id, desk.group.id, reply.message_id, "Good morning")
    await until_so(lambda: len(desk.talk.seen) == 2)
    desk.sandbox.clock.move(30)
    await desk.reads(maria, "Good morning")
    assert sum(FRAME in one for one in desk.told(maria)) == 1


async def test_an_edit_afterwards_changes_what_the_person_has(each_desk: Office) -> None:
    """Rank 19: in place, shorter or longer, and a caption too."""
    office = each_desk
    maria, card, reply = await answered(office, "line\n" * 800)
    anna, people = office.member(), office.sandbox.people
    assert sum(FRAME in one for one in office.told(maria)) == 2
    people.edit(anna.id, office.group.id, reply.message_id, "short")
    await until_so(lambda: sum(FRAME in one for one in office.told(maria)) == 1)
    got = await office.reads(maria, "short")
    assert got.edit_date is not None
    people.edit(anna.id, office.group.id, reply.message_id, "line\n" * 800)
    await until_so(lambda: sum(FRAME in one for one in office.told(maria)) == 2)
    file = people.send(
        anna.id,
        office.group.id,
        "photo",
        caption="befor",
        reply_to_message_id=card.message_id,
    )
    await office.reacted(file, SENT)
    people.edit(anna.id, office.group.id, file.message_id, "before")
    await office.reads(maria, "before")


async def test_an_edit_that_telegram_refuses_is_told(desk: Office) -> None:
    """S1: the person still has the earlier words."""
    maria, _, reply = await answered(desk, "Good morning")
    desk.sandbox.faults.script(
        "refuse",
        method="editMessageText",
        chat_id=maria.id,
        description="Bad Request: message can't be edited",
    )
    desk.sandbox.people.edit(desk.member().id, desk.group.id, reply.message_id, "Good evening")
    line = await desk.sees("still has the earlier words")
    assert line.reply_to is reply


# ── what does not arrive ────────────────────────────────────────────────────────────────────────


async def test_a_reply_to_somebody_who_blocked_the_bot_fails_in_words(each_desk: Office) -> None:
    """S1, rank 20: below the reply, with the other route; each time, and on the card."""
    office = each_desk
    maria, _ = await office.sends("K7PQ2", told={"reply": "phone"})
    card = await office.card("K7PQ2")
    await office.settled()
    office.sandbox.people.block(maria.id, True)
    await office.sees("The way of reply they chose: By phone", 2)  # a line, and the card
    for words in ("hello?", "are you there?"):
        reply = await office.replies(office.member(), words, card)
        await office.answers(reply)
        await office.reacted(reply, None)
    told = [one for one in office.messages() if "📵" in (one.text or "")]
    assert len(told) == 4
    assert told[0] is card
    case = await office.is_now("K7PQ2")
    assert case.away
    assert case.waiting is not None  # nobody has answered her


async def test_who_comes_back_is_told_of(desk: Office) -> None:
    """S14: by unblocking, or by writing; then replies arrive again."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    desk.sandbox.people.block(maria.id, True)
    await desk.sees("📵", 2)
    desk.sandbox.people.block(maria.id, False)
    await desk.sees("can be written to again")
    await until_so(lambda: "📵" not in (card.text or ""))
    await desk.replies(desk.member(), "welcome back", card)
    await desk.reads(maria, "welcome back")
    # Told of nothing (the bot slept), it notices when they write.
    await desk.store.set_away(maria.id, True, desk.sandbox.clock.now())
    await desk.outgoing.lines.moved(maria.id, away=True)
    desk.writes(maria, "here I am")
    await desk.sees("can be written to again", 2)


async def test_another_403_is_no_block(desk: Office) -> None:
    """S2: the reason stands there as Telegram says it, and nobody is said to be away."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    desk.sandbox.faults.script(
        "refuse",
        method="sendMessage",
        chat_id=maria.id,
        code=403,
        description="Forbidden: something quite new",
    )
    reply = await desk.replies(desk.member(), "hello", card)
    line = await desk.sees("something quite new")
    assert line.reply_to is reply
    await desk.reacted(reply, None)
    assert not (await desk.is_now("K7PQ2")).away
    await desk.replies(desk.member(), "once more", card)
    await desk.reads(maria, "once more")


async def test_a_file_that_was_deleted_here_is_not_said_to_be_sent(desk: Office) -> None:
    """S1: nothing went out, and that is what stands there."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    desk.talk.undo = timedelta(seconds=30)
    anna = desk.member()
    file = desk.sandbox.people.send(
        anna.id, desk.group.id, "photo", reply_to_message_id=card.message_id
    )
    await desk.reacted(file, TAKEN)
    desk.sandbox.people.delete(anna.id, desk.group.id, file.message_id)
    desk.sandbox.clock.move(30)
    await desk.sees("Nothing was sent")
    assert (await desk.is_now("K7PQ2")).waiting is not None
    assert not any(one.media for one in desk.messages(desk.sandbox.world.private_chat(maria)))


async def test_a_group_without_reactions_gets_its_receipts_in_words(desk: Office) -> None:
    """S1: however the group is set up."""
    desk.group.reactions = frozenset()
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    reply = await desk.replies(desk.member(), "hello", card)
    await desk.reads(maria, "hello")
    line = await desk.sees("👌 Delivered.")
    assert line.reply_to is reply


# ── what may have arrived ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("outcome", "arrived"), [("drop_after", 2), ("502", 1), ("429", 1)])
async def test_a_reply_that_may_be_there_twice_says_so(
    desk: Office, outcome: str, arrived: int
) -> None:
    """L9: to the person in their language, and to the member who wrote it. After a 429, which says
    that nothing happened, nobody is told anything."""
    wang = desk.person("王芳", "zh-hans")
    await desk.sends("K7PQ2", wang, language="zh-Hans")
    card = await desk.card("K7PQ2")
    await desk.settled()
    desk.sandbox.faults.script(outcome, method="sendMessage", chat_id=wang.id)
    reply = await desk.replies(desk.member(), "您好", card)
    await desk.reacted(reply, SENT)
    told = [one for one in desk.told(wang) if "您好" in one]
    assert len(told) == arrived
    assert ("可能已经收到" in told[-1]) is (outcome != "429")
    if outcome != "429":
        assert (await desk.sees("may have got this twice")).reply_to is reply


async def test_a_group_in_trouble_holds_up_no_reply(desk: Office) -> None:
    """L12: while the group is refused for long, what was written there before goes out."""
    maria, _ = await desk.sends("K7PQ2")
    card = await desk.card("K7PQ2")
    await desk.settled()
    for method in ("createForumTopic", "sendMessage", "editMessageText"):
        desk.sandbox.faults.script(
            "429", method=method, chat_id=desk.group.id, retry_after=1000, times=None
        )
    await desk.sends("B3333", desk.person("Wang"))
    await desk.calls("createForumTopic", 2)
    await desk.replies(desk.member(), "in spite of it", card)
    await desk.reads(maria, "in spite of it")


async def test_a_reply_survives_a_restart(each_desk: Office) -> None:
    """L7: nothing that routes or waits is in memory alone."""
    office = each_desk
    maria, _ = await office.sends("K7PQ2")
    card = await office.card("K7PQ2")
    await office.settled()
    office.talk.undo = timedelta(seconds=30)
    first = await office.replies(office.member(), "before the night", card)
    await office.reacted(first, TAKEN)
    await office.kill()
    office.sandbox.clock.move(31)
    second = await office.replies(office.member(), "after it", card)
    office.talk.undo = timedelta(0)
    await office.start()
    await office.reacted(first, SENT)
    await office.reacted(second, SENT)
    told = [one.partition("\n\n")[2] for one in office.told(maria) if FRAME in one]
    assert told == ["before the night", "after it"]
    await asyncio.sleep(0)
