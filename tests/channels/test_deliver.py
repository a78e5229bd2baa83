"""The staff's group gets every case, once and whole, and the patient hears of it quietly."""

import asyncio
from dataclasses import replace

import pytest

from bot.dialogue.case import (
    WITHDRAWN,
    Case,
    ChangeCase,
    Consent,
    Draft,
    EraseEverything,
    KeepDraft,
    RaiseAlarm,
)
from bot.sandbox.server import Sandbox
from tests.channels.office import Office, later, until_so
from tests.desk.cases import AGREED, NOW, consent

# ── a forum ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_case_gets_a_topic_a_pinned_card_and_its_answers(office: Office) -> None:
    """One topic named without a name, one message that is pinned without a sound; the patient is
    told without a sound, too, when the group has it."""
    maria, made = await office.sends("K7PQ2")
    await office.settled()
    (topic,) = office.group.topics.values()
    assert topic.name == "K7PQ2 · Germany · Multiple myeloma"
    (card,) = office.messages()
    assert card.thread_id == topic.id
    assert card.pinned
    assert card.protected
    assert card.text is not None
    assert card.text.startswith("Case K7PQ2\n⏰ Reply by")
    assert "Name: Maria" in card.text
    assert office.told(maria) == ["Your request K7PQ2 has reached our team."]
    calls = office.sandbox.faults.calls_of("sendMessage", "pinChatMessage", "createForumTopic")
    silent = {call.method: call.params.get("disable_notification") for call in calls}
    assert silent == {"createForumTopic": None, "sendMessage": True, "pinChatMessage": True}
    assert [
        call.params.get("disable_notification") for call in calls if call.method == "sendMessage"
    ] == [None, True]
    assert (await office.store.case("K7PQ2") or made).delivered is not None


async def test_files_are_copied_with_albums_together(office: Office) -> None:
    """L14: two pictures of one album stay one, captions come along; nothing is downloaded."""
    maria = office.person()
    files = (
        office.uploads(maria, "photo", "album", caption="the first"),
        office.uploads(maria, "document", caption="alone"),
        office.uploads(maria, "photo", "album"),
    )
    await office.sends("K7PQ2", maria, files=files)
    await office.settled()
    card, *copies = office.messages()
    assert [bool(one.media_group_id) for one in copies] == [True, True, False]
    assert copies[0].media_group_id == copies[1].media_group_id
    assert [one.caption for one in copies] == ["the first", None, "alone"]
    assert {one.thread_id for one in copies} == {card.thread_id}
    assert not any(one.protected for one in copies)
    assert not office.sandbox.faults.calls_of("getFile")


async def test_every_message_leads_back_to_its_case(office: Office) -> None:
    """W2, W3b: the link is the message's number in its own chat, never a word in it."""
    maria = office.person()
    await office.sends("K7PQ2", maria, files=(office.uploads(maria, "document"),))
    await office.settled()
    for one in office.messages():
        assert await office.number_of(office.group.id, one.message_id) == "K7PQ2"
        # The same number in another chat is another message.
        assert await office.number_of(-5, one.message_id) is None


async def test_a_long_case_comes_in_parts_of_one_topic(office: Office) -> None:
    """L18: numbered, in answer to the first, all of them linked to the case."""
    long = "\n".join(f"{n} " + "words " * 50 for n in range(40))
    await office.sends("K7PQ2", told={"question": long, "treatments": ("chemo", long)})
    await office.settled()
    parts = office.about("K7PQ2")
    assert len(parts) > 2
    for number, part in enumerate(parts, start=1):
        assert f"(part {number} of {len(parts)})" in (part.text or "")
        assert await office.number_of(office.group.id, part.message_id) == "K7PQ2"
    assert all(part.reply_to is parts[0] for part in parts[1:])
    assert [part.pinned for part in parts] == [True, *[False] * (len(parts) - 1)]


async def test_changes_are_told_in_answer_to_the_card(office: Office) -> None:
    """The old answers stay where they are; the new ones come below, and only those."""
    maria, made = await office.sends("K7PQ2")
    await office.settled()
    before = office.messages()[0].text
    changed = later(made, answers={**made.answers, "soon": "week", "reply": "phone"})
    await office.changes(maria.id, ChangeCase(changed, ("soon", "reply")))
    await office.settled()
    card, update = office.messages()
    assert card.text == before
    assert update.reply_to is card
    assert update.text is not None
    assert "🔴 Urgent. How soon: This week" in update.text
    assert "Reply by: By phone" in update.text
    assert "Diagnosis" not in update.text


async def test_further_files_are_copied_and_earlier_ones_are_not_again(office: Office) -> None:
    """What stands in the topic is known by its link."""
    maria = office.person()
    first = office.uploads(maria, "document", caption="first")
    _, made = await office.sends("K7PQ2", maria, files=(first,))
    await office.settled()
    second = office.uploads(maria, "document", caption="second")
    changed = later(made, files=(first, second))
    await office.changes(maria.id, ChangeCase(changed, ("files",)))
    await office.settled()
    assert [one.caption for one in office.messages()[1:]] == ["first", "second"]


async def test_two_quick_messages_make_one_topic(office: Office) -> None:
    """S6: whatever comes at once for one case, it has one place."""
    maria, made = await office.sends("K7PQ2")
    changed = later(made, answers={**made.answers, "soon": "week"})
    await asyncio.gather(
        office.changes(maria.id, ChangeCase(changed, ("soon",))),
        office.changes(maria.id, RaiseAlarm("K7PQ2", "danger")),
    )
    await office.settled()
    assert len(office.group.topics) == 1


async def test_each_language_has_its_group(office: Office, telegram: Sandbox) -> None:
    """The card speaks the language of the group it comes to."""
    chinese = telegram.world.add_group("中文组", forum=True, bot_status="administrator")
    await office.stop()
    office.groups = {"zh_Hans": chinese.id}
    await office.start()
    wang, _ = await office.sends("A2222", office.person("王芳", "zh-hans"), language="zh-Hans")
    await office.sends("B3333")
    await office.settled()
    (card,) = office.messages(chinese)
    assert (card.text or "").startswith("咨询 A2222\n")
    assert "多发性骨髓瘤" in (card.text or "")
    assert [one.text.split("\n")[0] for one in office.messages() if one.text] == ["Case B3333"]
    assert office.told(wang) == ["您的咨询 A2222 已送达工作人员。"]


# ── alarms ──────────────────────────────────────────────────────────────────────────────────────


async def test_an_alarm_is_one_line_with_the_number(office: Office) -> None:
    """In the case's topic, with a sound, and without a word of the person."""
    maria, _ = await office.sends("K7PQ2", told={"question": "I cannot go on"})
    await office.settled()
    await office.changes(maria.id, RaiseAlarm("K7PQ2", "despair"))
    await office.settled()
    card, alarm = office.messages()
    assert (alarm.text or "").startswith("Case K7PQ2\n🚨 Please read this case now.")
    assert "go on" not in (alarm.text or "")
    assert alarm.thread_id == card.thread_id
    assert alarm.reply_to is card


async def test_an_alarm_goes_before_everything_else(office: Office, telegram: Sandbox) -> None:
    """Eight cards wait; the alarm is the next call."""
    await office.stop()
    for n in range(8):
        await office.sends(f"C{n:04}")
    maria, _ = await office.sends("ZZZZZ")
    await office.changes(maria.id, RaiseAlarm("ZZZZZ", "danger"))
    await office.start()
    await office.settled()
    first = office.messages()[0]
    assert (first.text or "").startswith("Case ZZZZZ\n🚨")
    assert first.thread_id is None  # it has no topic yet: where everybody reads
    assert len(office.messages()) == 10


async def test_an_alarm_in_the_middle_of_the_form(office: Office) -> None:
    """Nothing was sent yet, so there is no case; the staff know that somebody is there."""
    maria = office.person()
    draft = Draft("D4444", "1", "en", NOW, NOW, "name", consents=AGREED)
    await office.changes(maria.id, KeepDraft(draft), RaiseAlarm("D4444", "despair"))
    await office.settled()
    (alarm,) = office.messages()
    assert "filling in the form may be in need" in (alarm.text or "")


# ── consent ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "consents",
    [(), (consent("c1", agreed=False),), (consent("c1", withdrawn=NOW), consent("c2"))],
)
async def test_nothing_reaches_the_group_without_consent(
    office: Office, consents: tuple[Consent, ...]
) -> None:
    """No topic, no card, no file, no news, no alarm; and the patient is not told that it did."""
    maria = office.person()
    file = office.uploads(maria, "document")
    _, made = await office.sends("K7PQ2", maria, consents=consents, files=(file,))
    changed = later(made, answers={**made.answers, "soon": "week"})
    await office.changes(maria.id, ChangeCase(changed, ("soon", "files")))
    await office.changes(maria.id, RaiseAlarm("K7PQ2", "danger"))
    await office.settled()
    assert not office.group.topics
    assert not office.messages()
    assert office.told(maria) == []


def withdrawn(made: Case) -> ChangeCase:
    taken_back = tuple(replace(one, withdrawn=NOW) for one in made.consents)
    return ChangeCase(
        replace(made, state=WITHDRAWN, consents=taken_back, closed=NOW), ("withdrawn",)
    )


async def test_who_withdraws_is_left_alone(office: Office) -> None:
    """The staff are told to stop; what was owed besides does not come any more."""
    maria, made = await office.sends("K7PQ2")
    await office.settled()
    await office.changes(maria.id, withdrawn(made))
    await office.settled()
    card, line = office.messages()
    assert "⛔ Withdrawn." in (line.text or "")
    assert line.reply_to is card


async def test_who_withdraws_before_it_was_sent_was_never_there(office: Office) -> None:
    """Nobody has seen anything, so nobody is told."""
    await office.stop()
    maria, made = await office.sends("K7PQ2")
    await office.changes(maria.id, withdrawn(made))
    await office.start()
    await office.settled()
    assert not office.messages()
    assert not office.group.topics


# ── a group without topics ──────────────────────────────────────────────────────────────────────


@pytest.fixture
async def plain(office: Office, telegram: Sandbox) -> Office:
    """The same, in a group that is no forum."""
    await office.stop()
    telegram.world.chats[office.group.id].is_forum = False
    await office.start()
    return office


async def test_a_group_without_topics_gets_everything_as_messages(plain: Office) -> None:
    """S5: each begins with the number and answers the card; what to press is said, once."""
    maria = plain.person()
    files = (plain.uploads(maria, "document", caption="report"),)
    _, made = await plain.sends("K7PQ2", maria, files=files)
    await plain.settled()
    changed = later(made, answers={**made.answers, "soon": "week"})
    await plain.changes(maria.id, ChangeCase(changed, ("soon",)))
    await plain.sends("B3333")
    await plain.settled()
    card = plain.about("K7PQ2")[0]
    others = [one for one in plain.about("K7PQ2") if one is not card]
    assert all(one.reply_to is card for one in others)
    assert "📎 Files of this case" in (others[0].text or "")
    copied = plain.messages()[plain.messages().index(others[0]) + 1]
    assert copied.caption == "report"
    assert len(plain.about("B3333")) == 1
    assert sum("Manage topics" in text for text in plain.texts()) == 1
    assert not any(one.pinned for one in plain.messages())
    assert plain.sandbox.faults.counts["createForumTopic"] == 1
    assert plain.told(maria) == ["Your request K7PQ2 has reached our team."]


async def test_without_the_right_to_make_topics_it_is_the_same(
    office: Office, telegram: Sandbox
) -> None:
    """S5: a forum in which the bot is an ordinary member."""
    telegram.people.place_bot(office.group.id, "member")
    await office.sends("K7PQ2")
    await office.settled()
    assert len(office.about("K7PQ2")) == 1
    assert "Manage topics" in office.texts()[1]
    assert office.health.desk.trouble() is None


# ── deletion ────────────────────────────────────────────────────────────────────────────────────


async def test_a_topic_goes_with_all_that_is_in_it(office: Office) -> None:
    """Card, files and what staff wrote there; and the mark in the patient's chat."""
    maria = office.person()
    await office.sends("K7PQ2", maria, files=(office.uploads(maria, "document"),))
    await office.settled()
    (topic,) = office.group.topics
    anna = next(one for one in office.sandbox.world.users.values() if one.name == "Anna")
    office.sandbox.people.say(anna.id, office.group.id, "I call them", message_thread_id=topic)
    await office.changes(maria.id, EraseEverything("en"))
    await office.settled()
    assert not office.group.topics
    assert not [one for one in office.group.messages.values() if one.thread_id == topic]
    assert office.told(maria) == []
    assert office.owned_up(maria) == 0


async def test_an_alarm_outside_the_topic_goes_as_well(office: Office) -> None:
    """It stood where everybody reads, before there was a topic."""
    await office.stop()
    maria, _ = await office.sends("K7PQ2")
    await office.changes(maria.id, RaiseAlarm("K7PQ2", "danger"))
    await office.start()
    await office.settled()
    await office.changes(maria.id, EraseEverything("en"))
    await office.settled()
    assert not office.messages()


async def test_what_was_not_sent_yet_never_is(office: Office) -> None:
    """Deleted before the group had it: nothing to take back."""
    await office.stop()
    maria, _ = await office.sends("K7PQ2")
    await office.changes(maria.id, EraseEverything("en"))
    await office.start()
    await office.settled()
    assert not office.messages()
    assert office.told(maria) == []


async def test_messages_too_old_to_delete_are_emptied(plain: Office) -> None:
    """A member without rights may edit what it posted; a file it cannot, and says so."""
    plain.sandbox.people.place_bot(plain.group.id, "member")
    maria = plain.person()
    await plain.sends("K7PQ2", maria, files=(plain.uploads(maria, "document"),))
    await plain.settled()
    for one in plain.group.messages.values():
        one.date -= 3 * 24 * 3600
    await plain.changes(maria.id, EraseEverything("en"))
    await until_so(lambda: plain.owned_up(maria) > 0)
    card = plain.messages()[0]
    assert card.text == "Case K7PQ2: deleted."
    assert sum("delete here by hand" in text for text in plain.texts()) == 1
    assert plain.owned_up(maria) == 1
    # Somebody deletes the file; then it is done.
    for one in plain.messages():
        if one.media:
            plain.sandbox.world.delete(plain.group, [one.message_id])
    await plain.settled()


async def test_a_topic_that_may_not_be_deleted_is_asked_for(office: Office) -> None:
    """The bot lost the right: the staff are asked once, and it is tried until it is gone."""
    maria, _ = await office.sends("K7PQ2")
    await office.settled()
    office.sandbox.people.place_bot(office.group.id, "member")
    await office.changes(maria.id, EraseEverything("en"))
    await until_so(lambda: office.owned_up(maria) > 0)
    assert any("🗑 Case K7PQ2 was deleted." in text for text in office.texts())
    office.sandbox.people.place_bot(office.group.id, "administrator")
    await office.settled()
    assert not office.group.topics
    assert sum("🗑" in text for text in office.texts()) == 1


async def test_reports_whose_time_is_over_go_alone(plain: Office) -> None:
    """Thirty days after the end only the copies of files go; the card stays until its own time."""
    maria = plain.person()
    _, made = await plain.sends("K7PQ2", maria, files=(plain.uploads(maria, "document"),))
    await plain.settled()
    closed = later(made, closed=NOW - 31 * (made.due - made.created))
    await plain.changes(maria.id, ChangeCase(closed))
    await plain.store.purge(NOW)
    await plain.settled()
    assert len(plain.about("K7PQ2")) == 1
    assert not any(one.media for one in plain.messages())


async def test_a_draft_of_somebody_else_is_not_confused(office: Office) -> None:
    """Two people, two cases: nobody's answers stand with another's."""
    maria, wang = office.person("Maria"), office.person("Wang")
    await office.sends("A2222", maria, told={"name": "Maria", "question": "marker-maria"})
    await office.sends("B3333", wang, told={"name": "Wang", "question": "marker-wang"})
    await office.settled()
    for number, own, other in (("A2222", "maria", "wang"), ("B3333", "wang", "maria")):
        (card,) = office.about(number)
        assert f"marker-{own}" in (card.text or "")
        assert f"marker-{other}" not in (card.text or "")
