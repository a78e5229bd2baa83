"""Whatever Telegram, the network, the staff or a power cut do: every case arrives, none in silence
twice (desk.md, L2-L18, S5)."""

import asyncio
import logging
from collections import Counter

import pytest

from bot.channels.telegram.pacing import Pacer
from bot.dialogue.case import ChangeCase, EraseEverything, RaiseAlarm
from bot.sandbox.server import Sandbox
from bot.settings import WrongSettings, read_settings
from bot.storage.database import NO_ANSWER
from tests.channels.office import REPEAT, Clock, Office, later, until_so


def cards(office: Office, number: str) -> list[str]:
    """Every card of this case, wherever in the group."""
    return [one.text or "" for one in office.about(number) if "Language:" in (one.text or "")]


def all_troubles(office: Office) -> str | None:
    """What the health says, without its patience."""
    office.health.desk.patience = 0.0
    return office.health.desk.trouble()


# ── topics ──────────────────────────────────────────────────────────────────────────────────────


def delete_topic(office: Office) -> None:
    """Staff delete the only topic, in their own messenger."""
    group = office.group
    (topic,) = group.topics
    del group.topics[topic]
    gone = [each for each, one in group.messages.items() if one.thread_id == topic]
    office.sandbox.world.delete(group, gone)


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
    assert await office.store.by_message(old.id, before.message_id) is None
    assert await office.store.by_message(new.id, card.message_id) == "K7PQ2"
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
    await office.changes(maria.id, EraseEverything())
    new = telegram.people.upgrade_group(old.id)
    await office.store.group_moved(old.id, new.id)
    await office.start()
    await office.settled()
    assert any("delete here by hand" in text for text in office.texts(new))
    assert office.left == [("K7PQ2", maria.id)]


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
    await office.changes(maria.id, EraseEverything())
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
    wang, _ = await office.sends("B3333", language="zh-Hans")
    await until_so(lambda: bool(office.told(wang)))
    assert len(office.messages(other)) == 1
    assert not office.messages()
    assert [kind for _, kind, _ in await office.owes()] == ["open", "pin", "tell"]
    # One refusal was enough: it is not asked again before its time.
    assert len(office.sandbox.faults.calls_of("createForumTopic")) == 2


# ── a power cut ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["createForumTopic", "sendMessage", "copyMessages"])
async def test_a_power_cut_in_the_middle_of_a_call(office: Office, method: str) -> None:
    """Noted before, not confirmed after: the next start repeats it with a mark."""
    maria = office.person()
    files = (office.uploads(maria, "document"),)
    slow = office.sandbox.faults.script("slow", method=method, delay=0.3)
    await office.sends("K7PQ2", maria, files=files)
    await until_so(lambda: bool(office.sandbox.faults.calls_of(method)))
    await office.kill()
    assert slow not in office.sandbox.faults.scripts
    await asyncio.sleep(0.4)  # whatever was cut off has happened, or has not
    await office.start()
    await office.settled()
    assert sum(REPEAT in text for text in office.texts()) == 1
    assert sum(REPEAT not in one for one in cards(office, "K7PQ2")) <= 1
    assert any(one.media for one in office.messages())
    assert office.told(maria) == ["Your request K7PQ2 has reached our team."]


async def test_a_stop_waits_for_the_call(office: Office) -> None:
    """An update of the bot is no power cut: nothing is marked, and nothing is there twice."""
    office.sandbox.faults.script("slow", method="sendMessage", delay=0.3)
    await office.sends("K7PQ2")
    await until_so(lambda: bool(office.sandbox.faults.calls_of("sendMessage")))
    await office.stop()
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
    await office.sends("A2222")
    await office.sends("B3333")
    await until_so(lambda: len(office.messages()) == 1)
    await asyncio.sleep(0.2)
    await office.kill()
    monkeypatch.setattr(office, "_pacer", lambda: Pacer(burst=100, group=1000))
    await office.start()
    await office.settled()
    assert len(cards(office, "A2222")) == len(cards(office, "B3333")) == 1
    assert not any(REPEAT in text for text in office.texts())


async def test_a_card_in_parts_that_was_cut_off_comes_whole(office: Office) -> None:
    """The answers may have changed meanwhile, and then old and new parts would not fit."""
    long = "\n".join(f"{n} " + "words " * 50 for n in range(40))
    office.sandbox.faults.script("slow", method="sendMessage", skip=1, delay=0.3)
    await office.sends("K7PQ2", told={"question": long})
    await until_so(lambda: len(office.sandbox.faults.calls_of("sendMessage")) == 2)
    await office.kill()
    await asyncio.sleep(0.4)
    await office.start()
    await office.settled()
    marked = [one for one in office.about("K7PQ2") if REPEAT in (one.text or "")]
    parts = len(marked)
    assert parts > 1
    for number, one in enumerate(marked, start=1):
        assert f"(part {number} of {parts})" in (one.text or "")
    unmarked = [one.text for one in office.about("K7PQ2") if one not in marked]
    assert len(unmarked) == len(set(unmarked)) <= 2


# ── the group ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["kicked", "left"])
async def test_a_group_that_threw_the_bot_out_is_owed_on(
    office: Office, caplog: pytest.LogCaptureFixture, status: str
) -> None:
    """Told to the operator and the health; when the bot is back, everything comes."""
    office.sandbox.people.place_bot(office.group.id, status)  # type: ignore[arg-type] # one of these
    maria, _ = await office.sends("K7PQ2")
    await until_so(lambda: all_troubles(office) is not None)
    assert "shut out of the group" in str(all_troubles(office))
    assert f"staff group {office.group.id}: shut out of the group" in caplog.text
    assert office.told(maria) == []
    office.sandbox.people.place_bot(office.group.id, "administrator")
    await office.settled()
    assert len(cards(office, "K7PQ2")) == 1
    await until_so(lambda: all_troubles(office) is None)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        (403, "Forbidden: the group chat was deleted"),
    ],
)
async def test_other_ways_to_be_shut_out(office: Office, code: int, words: str) -> None:
    """Nothing of it is taken for a fault of the case."""
    office.sandbox.faults.script(
        "refuse", chat_id=office.group.id, code=code, description=words, times=3
    )
    await office.sends("K7PQ2")
    await until_so(lambda: "shut out" in str(all_troubles(office)))
    await office.settled()
    assert len(cards(office, "K7PQ2")) == 1


async def test_a_refusal_nobody_knows_stops_only_its_own_case(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Visible in the health with Telegram's words; not tried again and again; the others go on."""
    faults = office.sandbox.faults
    faults.script("refuse", method="createForumTopic", description="Bad Request: FROBNICATED")
    await office.sends("A2222")
    await until_so(lambda: "frobnicated" in str(all_troubles(office)).lower())
    await office.sends("B3333")
    await until_so(lambda: len(cards(office, "B3333")) == 1)
    assert not cards(office, "A2222")
    assert all_troubles(office) is not None  # B's success does not hide A's trouble
    await office.settled()
    assert len(cards(office, "A2222")) == 1
    assert "frobnicated" in caplog.text.lower()


async def test_a_fault_of_ours_stops_only_its_own_case(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again later; what it says of a person is in no log."""
    hand_over = office.deliverer._outgoing.hand_over
    failures = Counter[str]()

    async def failing(owed: object) -> None:
        number = getattr(owed, "number", "")
        if number == "A2222" and failures[number] < 2:
            failures[number] += 1
            raise ValueError("Maria has a lymphoma")
        await hand_over(owed)  # type: ignore[arg-type] # it is what the deliverer gave

    monkeypatch.setattr(office.deliverer._outgoing, "hand_over", failing)
    await office.sends("A2222")
    await office.sends("B3333")
    await office.settled()
    assert len(cards(office, "A2222")) == len(cards(office, "B3333")) == 1
    assert "ValueError" in caplog.text
    assert "lymphoma" not in caplog.text


async def test_words_that_telegram_cannot_read_come_plain(office: Office) -> None:
    """L17: the markup is lost, not the message."""
    office.sandbox.faults.script(
        "refuse",
        method="sendMessage",
        description="Bad Request: can't parse entities: Unsupported start tag at byte offset 7",
    )
    await office.sends("K7PQ2")
    await office.settled()
    (card,) = office.messages()
    assert (card.text or "").startswith("Case K7PQ2\n")
    assert not [one for one in card.entities if one["type"] == "bold"]


async def test_a_card_that_may_not_be_pinned_is_a_card_still(office: Office) -> None:
    """It stands first in its topic anyway."""
    office.sandbox.faults.script(
        "refuse",
        method="pinChatMessage",
        description="Bad Request: not enough rights to manage pinned messages in the chat",
    )
    maria, _ = await office.sends("K7PQ2")
    await office.settled()
    assert len(cards(office, "K7PQ2")) == 1
    assert office.told(maria)
    assert office.health.desk.trouble() is None


# ── the person ──────────────────────────────────────────────────────────────────────────────────


async def test_a_person_who_blocked_the_bot_is_known_as_such(office: Office) -> None:
    """S2: the staff read it in the case, with the way of reply they chose; nobody tries again."""
    maria = office.person()
    office.sandbox.people.block(maria.id, True)
    await office.sends("K7PQ2", maria, told={"reply": "email", "email": "m@example.org"})
    await office.settled()
    card, line = office.messages()
    assert "📵 The bot cannot write to this person any more" in (line.text or "")
    assert "By e-mail" in (line.text or "")
    assert line.thread_id == card.thread_id
    assert len([c for c in office.sandbox.faults.calls if c.params.get("chat_id") == maria.id]) == 1


async def test_a_403_with_other_words_is_not_taken_for_a_block(office: Office) -> None:
    """S2: it is for somebody to look at."""
    maria = office.person()
    office.sandbox.faults.script(
        "refuse", chat_id=maria.id, code=403, description="Forbidden: who knows why"
    )
    await office.sends("K7PQ2", maria)
    await until_so(lambda: "who knows why" in str(all_troubles(office)).lower())
    await office.settled()
    assert office.told(maria) == ["Your request K7PQ2 has reached our team."]
    assert not any("📵" in text for text in office.texts())


async def test_reports_that_the_person_deleted_are_told(office: Office) -> None:
    """One of an album, and one alone: the rest comes, and a line says what does not."""
    maria = office.person()
    album = [office.uploads(maria, "photo", "album") for _ in range(3)]
    alone = office.uploads(maria, "document")
    chat = office.sandbox.world.private_chat(maria)
    office.sandbox.world.delete(chat, [album[1].message_id, alone.message_id])
    await office.sends("K7PQ2", maria, files=(*album, alone))
    await office.settled()
    assert sum(bool(one.media) for one in office.messages()) == 2
    lost = [text for text in office.texts() if "could not be copied" in text]
    assert len(lost) == 2
    assert all("1 file could not be copied" in text for text in lost)
    assert len(office.told(maria)) == 1


# ── the database ────────────────────────────────────────────────────────────────────────────────


async def test_a_database_that_does_not_answer_is_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was posted is noted as soon as it answers: no repeat, no loss."""
    sent, failures = office.store.sent, Counter[str]()

    async def unreliable(*args: object) -> None:
        failures["sent"] += 1
        if failures["sent"] == 1:
            raise NO_ANSWER[1]
        await sent(*args)  # type: ignore[arg-type] # they are the deliverer's

    monkeypatch.setattr(office.store, "sent", unreliable)
    await office.sends("K7PQ2")
    await office.settled()
    (card,) = cards(office, "K7PQ2")
    assert REPEAT not in card


# ── many at once ────────────────────────────────────────────────────────────────────────────────


def assert_all_there(office: Office, numbers: list[str]) -> None:
    """Every case is in the group with its own answers and nobody else's; what is there twice is
    marked."""
    for number in numbers:
        found = cards(office, number)
        assert found, number
        assert sum(REPEAT not in one for one in found) <= 1, number
        for one in office.messages():
            whole = (one.text or "") + (one.caption or "")
            if f"marker-{number}" in whole:
                others = [other for other in numbers if other != number]
                assert not any(f"marker-{other}" in whole for other in others)
                topic = office.group.topics.get(one.thread_id or 0)
                assert topic is not None
                assert topic.name.startswith(number)
        assert any(f"marker-{number}" in one for one in found)
        captions = [one.caption or "" for one in office.messages()]
        assert any(f"file-marker-{number}" in caption for caption in captions)


async def test_thirty_cases_while_everything_goes_wrong(each_office: Office) -> None:
    """429, 500, 502, half an answer, connections lost before and after acting, and three power
    cuts: every case in the group, none with another's answers, no unmarked repeat."""
    office, faults = each_office, each_office.sandbox.faults
    group = office.group.id
    for n, outcome in enumerate(
        ["429", "500", "drop_before", "drop_after", "502", "half"] * 4, start=1
    ):
        faults.script(outcome, chat_id=group, skip=4 * n, retry_after=1 if n < 3 else 0)
    numbers = [f"C{n:04}" for n in range(30)]
    for n, number in enumerate(numbers):
        who = office.person(f"person {n}")
        file = office.uploads(who, "document", caption=f"file-marker-{number}")
        told = {"name": f"marker-{number}", "question": f"marker-{number} " * 20}
        await office.sends(number, who, told=told, files=(file,))
        if n in {9, 18, 27}:
            await office.kill()
            await office.start()
    await office.settled()
    assert_all_there(office, numbers)
    assert len([call for call in faults.calls if call.code != 200]) >= 20


@pytest.mark.parametrize("pace", [0, 61, "many"])
def test_a_pace_that_cannot_be_is_told(pace: object) -> None:
    """In a sentence with the remedy, before anything is contacted."""
    with pytest.raises(WrongSettings) as told:
        read_settings(_env_file=None, bot_token="1" * 9 + ":" + "x" * 30, staff_group_pace=pace)
    assert any(line.startswith("STAFF_GROUP_PACE must be") for line in told.value.problems)


async def test_the_pace_of_the_group_is_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STAFF_GROUP_PACE: never more than so many a minute, and no case costs more than topic, card
    and pin. The clock runs eighty times as fast as ours."""
    await office.stop()
    clock = Clock(80)
    monkeypatch.setattr(office.sandbox.faults, "now", clock.now)
    monkeypatch.setattr(office, "_pacer", lambda: Pacer(group=18, now=clock.now, sleep=clock.sleep))
    numbers = [f"C{n:04}" for n in range(15)]
    for number in numbers:
        await office.sends(number)
    office.sandbox.faults.group_pace = 19
    await office.start()
    await office.settled()
    calls = [call for call in office.sandbox.faults.calls if call.params.get("chat_id", 0) < 0]
    assert all(call.code == 200 for call in calls)
    assert len(calls) == 3 * len(numbers)
    for first in calls:
        within = [call for call in calls if first.at <= call.at < first.at + 59]
        assert len(within) <= 18
    # Cards before pins: every case is there as soon as can be.
    last_card = max(call.at for call in calls if call.method == "sendMessage")
    first_pin = min(call.at for call in calls if call.method == "pinChatMessage")
    assert last_card < first_pin
