"""The people of the stories: several patients and members of staff at once, each act over HTTP."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.server import Sandbox
from tests.people import Page, Staff, words
from tests.sandbox.conftest import Api


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[Page]:
    async with Page(sandbox.url) as page:
        yield page


async def test_staff_and_patients_side_by_side(page: Page, api: Api) -> None:
    """Each says and sends what it does in its own chat or topic; the bot hears all of it, from
    whom, in order, and in answer to what."""
    maria, wang = await page.patient("Maria"), await page.patient("王芳", "zh-hans")
    anna, tom = await page.staff("Anna"), await page.staff("Tom")
    topic = await anna.opens_topic("Case 7Q2XK")
    assert await tom.topic("7Q2XK") == topic
    said = await maria.says("hello")
    await wang.sends("video_note")
    album = await maria.sends_album("photo", "photo", caption="scans")
    card = await api.call(
        "sendMessage", chat_id=anna.chat, message_thread_id=topic, text="Case 7Q2XK"
    )
    seen = await tom.sees("7Q2XK", topic=topic)
    answer = await tom.replies(seen, "I call her")
    await anna.writes("thank you", topic)
    await anna.writes("good morning")
    await anna.sends("document", "plan", to=answer)
    await anna.sends_album("photo", "photo", to=seen)
    await maria.edits(said, "hello again")
    updates = [each.get("message") or each["edited_message"] for each in await api.updates()]
    spoken = [
        (one["from"]["first_name"], one.get("message_thread_id"), words(one))
        for one in updates
        if "forum_topic_created" not in one
    ]
    assert spoken == [
        ("Maria", None, "hello"),
        ("王芳", None, ""),
        ("Maria", None, "scans"),
        ("Maria", None, ""),
        ("Tom", topic, "I call her"),
        ("Anna", topic, "thank you"),
        ("Anna", None, "good morning"),
        ("Anna", topic, "plan"),
        ("Anna", topic, ""),
        ("Anna", topic, ""),
        ("Maria", None, "hello again"),
    ]
    by_number = {(one["chat"]["id"], one["message_id"]): one for one in updates}
    replied = by_number[anna.chat, answer]["reply_to_message"]
    assert replied["message_id"] == card["message_id"]
    albums = {by_number[maria.chat, each]["media_group_id"] for each in album}
    assert len(albums) == 1
    assert [words(one) for one in await anna.reads()] == ["good morning"]


async def test_what_they_see_happen(page: Page, api: Api) -> None:
    """Reactions, answers to a press, deletions and edits of the bot are seen, and waited for."""
    maria, anna = await page.patient(), await page.staff()
    said = await maria.says("hello")
    eyes = [{"type": "emoji", "emoji": "👀"}]
    await api.call("setMessageReaction", chat_id=maria.chat, message_id=said, reaction=eyes)
    await maria.sees_reaction(said, "👀")
    keyboard = {"inline_keyboard": [[{"text": "Claim", "callback_data": "c"}]]}
    card = await api.call(
        "sendMessage", chat_id=anna.chat, text="Case 1 and more", reply_markup=keyboard
    )
    await anna.presses(card, "Claim")
    query = (await api.updates())[-1]["callback_query"]
    await api.call("answerCallbackQuery", callback_query_id=query["id"], text="It is yours")
    assert await anna.is_told("yours") == "It is yours"
    await anna.reacts(card, "👍")
    assert (await anna.sees_now(card))["reactions"] == ["👍"]
    await anna.reacts(card, None)
    await anna.pins(card)
    assert (await anna.sees("Case 1"))["pinned"] is True
    await api.call("deleteMessage", chat_id=anna.chat, message_id=card["message_id"])
    await anna.sees_gone(card)
    sent = await api.call("sendMessage", chat_id=maria.chat, text="good day")
    await maria.replies(await maria.finds("good day"), "thanks")
    await maria.takes_back(said)
    assert (await maria.sees("good day"))["message_id"] == sent["message_id"]
    await maria.blocks_bot()
    assert "blocked" in await api.refused("sendMessage", chat_id=maria.chat, text="x")
    await maria.unblocks_bot()
    await maria.deletes_account()
    assert "deactivated" in await api.refused("sendMessage", chat_id=maria.chat, text="x")


async def test_staff_come_and_go(page: Page, api: Api, sandbox: Sandbox) -> None:
    """Who leaves or is removed is told apart; a rank and anonymity can be given and taken."""
    anna, tom, ruth = [await page.staff(name) for name in ("Anna", "Tom", "Ruth")]
    new = await page.staff("Dr Wang")

    async def status(who: Staff) -> str:
        asked = await api.call("getChatMember", chat_id=who.chat, user_id=who.id)
        return str(asked["status"])

    assert await status(new) == "administrator"
    await tom.leaves_group()
    assert await status(tom) == "left"
    await tom.comes_back()
    await anna.promotes(tom, anonymous=True)
    hidden = await tom.writes("as the group")
    assert (await tom.sees_now(hidden))["from"]["name"] == "Staff"
    assert (await tom.sees_now(hidden))["author_id"] == tom.id
    await anna.promotes(tom, "member")
    await anna.removes(tom)
    assert await status(tom) == "kicked"
    refused = await api.refused("sendMessage", chat_id=ruth.id, text="A case is late")
    assert refused == "Forbidden: bot can't initiate conversation with a user"
    own = await ruth.in_private()
    await api.call("sendMessage", chat_id=ruth.id, text="A case is late")
    await own.sees("late")
    topic = await ruth.opens_topic("Tea")
    await ruth.closes_topic(topic)
    await ruth.reopens_topic(topic)
    await ruth.deletes_topic(topic)
    assert (await page.chat(anna.chat))["topics"] == []
    before = sandbox.clock()
    await page.moves_clock(1.5)
    assert sandbox.clock() - before == 5400
