"""Who comes, goes, rises, hides and is deleted, and what the bot hears and may ask."""

from typing import Any

import pytest
import telegram

from bot.sandbox.members import NotPossible
from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from bot.sandbox.updates import KINDS
from tests.sandbox.conftest import Api


def named(sandbox: Sandbox, name: str) -> User:
    return next(user for user in sandbox.world.users.values() if user.name == name)


async def heard(api: Api) -> list[dict[str, Any]]:
    """What came since the last time, without the numbers."""
    updates = await api.updates()
    if updates:
        await api.updates(offset=updates[-1]["update_id"] + 1)
    return [{kind: body for kind, body in each.items() if kind != "update_id"} for each in updates]


@pytest.fixture
async def all_kinds(api: Api) -> None:
    """The bot asks for every kind of update."""
    await api.updates(allowed_updates=sorted(KINDS))


@pytest.mark.usefixtures("all_kinds")
async def test_a_member_leaves_and_comes_back(sandbox: Sandbox, api: Api, staff: int) -> None:
    """A service line and chat_member; meanwhile they can do nothing there, and are “left”."""
    tom = named(sandbox, "Tom")
    sandbox.people.leave_group(tom.id, staff)
    line, change = await heard(api)
    assert line["message"]["left_chat_member"]["id"] == tom.id
    assert change["chat_member"]["old_chat_member"]["status"] == "member"
    assert change["chat_member"]["new_chat_member"]["status"] == "left"
    member = await api.call("getChatMember", chat_id=staff, user_id=tom.id)
    assert member["status"] == "left"
    for attempt in (
        lambda: sandbox.people.say(tom.id, staff, "still here"),
        lambda: sandbox.people.leave_group(tom.id, staff),
    ):
        with pytest.raises(NotPossible, match="not in this group"):
            attempt()
    await api.page("member", act="join", user_id=tom.id, chat_id=staff)
    change, line = await heard(api)
    assert change["chat_member"]["new_chat_member"]["status"] == "member"
    assert line["message"]["new_chat_members"][0]["id"] == tom.id
    sandbox.people.say(tom.id, staff, "back")


@pytest.mark.usefixtures("all_kinds")
async def test_an_administrator_removes_and_promotes(
    sandbox: Sandbox, api: Api, staff: int, anna: User
) -> None:
    """Removed: “kicked”, and by whom. Promoted: an administrator in the list, and no longer."""
    tom, li = named(sandbox, "Tom"), named(sandbox, "Dr Li")
    with pytest.raises(NotPossible, match="no administrator"):
        sandbox.people.remove(anna.id, staff, by=tom.id)
    with pytest.raises(NotPossible, match="owner"):
        sandbox.people.remove(li.id, staff, by=anna.id)
    here = {"chat_id": staff, "user_id": tom.id, "by": anna.id}
    for rank in ("administrator", "member"):
        await api.page("member", **here, act="promote", rank=rank)
        (change,) = await heard(api)
        assert change["chat_member"]["from"]["id"] == anna.id
        assert change["chat_member"]["new_chat_member"]["status"] == rank
        listed = await api.call("getChatAdministrators", chat_id=staff)
        assert (tom.id in [each["user"]["id"] for each in listed]) == (rank == "administrator")
    with pytest.raises(NotPossible, match="one owner"):
        sandbox.people.promote(tom.id, staff, "creator", by=li.id)
    await api.page("member", **here, act="remove")
    line, change = await heard(api)
    assert line["message"]["from"]["id"] == anna.id
    assert change["chat_member"]["new_chat_member"]["status"] == "kicked"
    bot = await api.call("getChatMember", chat_id=staff, user_id=tom.id)
    assert bot["status"] == "kicked"


async def test_an_anonymous_administrator_speaks_as_the_group(
    sandbox: Sandbox, api: Api, staff: int
) -> None:
    """Messages come from GroupAnonymousBot and the group, reactions from the group; who presses a
    button is named; an administrator bot sees who they are, another does not."""
    ruth = named(sandbox, "Ruth")
    await api.updates(allowed_updates=sorted(KINDS))
    said = sandbox.people.say(ruth.id, staff, "I take this one")
    sandbox.people.edit(ruth.id, staff, said.message_id, "I take this")
    for update in await heard(api):
        (message,) = update.values()
        assert message["from"] == {
            "id": 1087968824,
            "is_bot": True,
            "first_name": "Group",
            "username": "GroupAnonymousBot",
        }
        assert message["sender_chat"]["id"] == staff
        assert str(ruth.id) not in str(message)
    sandbox.people.react(ruth.id, staff, said.message_id, "👍")
    (reaction,) = await heard(api)
    assert reaction["message_reaction"]["actor_chat"]["id"] == staff
    assert "user" not in reaction["message_reaction"]
    keyboard = {"inline_keyboard": [[{"text": "Claim", "callback_data": "c"}]]}
    card = await api.call("sendMessage", chat_id=staff, text="card", reply_markup=keyboard)
    sandbox.people.tap(ruth.id, staff, card["message_id"], 0, 0)
    (press,) = await heard(api)
    assert press["callback_query"]["from"]["id"] == ruth.id
    admins = await api.call("getChatAdministrators", chat_id=staff)
    assert ruth.id in [each["user"]["id"] for each in admins if each["is_anonymous"]]
    sandbox.people.place_bot(staff, "member")
    admins = await api.call("getChatAdministrators", chat_id=staff)
    assert ruth.id not in [each["user"]["id"] for each in admins]
    assert await api.refused("getChatMember", chat_id=staff, user_id=ruth.id) == (
        "Bad Request: CHAT_ADMIN_REQUIRED"
    )


async def test_privacy_mode(sandbox: Sandbox, api: Api, staff: int, anna: User) -> None:
    """A bot that is an ordinary member hears commands, but not those of another bot, mentions and
    answers to itself, and every service message; without the mode, or as administrator, all."""
    sandbox.people.place_bot(staff, "member")
    mine = await api.call("sendMessage", chat_id=staff, text="card")
    await heard(api)
    name = sandbox.world.bot.username
    texts = ("a plain word", "/open", f"/open@{name}", "/open@other_bot", f"@{name} look")
    for text in texts:
        sandbox.people.say(anna.id, staff, text)
    sandbox.people.say(anna.id, staff, "our answer", reply_to_message_id=mine["message_id"])
    sandbox.people.pin(anna.id, staff, mine["message_id"])
    got = [each["message"] for each in await heard(api)]
    assert [each.get("text") for each in got] == [*texts[1:3], texts[4], "our answer", None]
    assert got[-1]["pinned_message"]["text"] == "card"
    assert (await api.call("getMe"))["can_read_all_group_messages"] is False
    sandbox.world.privacy = False
    sandbox.people.say(anna.id, staff, "a plain word")
    assert [each["message"]["text"] for each in await heard(api)] == ["a plain word"]


async def test_the_bot_hears_of_its_own_topics_and_pins(api: Api, staff: int) -> None:
    """Telegram tells a bot what it does to topics and pins itself, as service messages."""
    topic = await api.call("createForumTopic", chat_id=staff, name="Case 1")
    place = {"chat_id": staff, "message_thread_id": topic["message_thread_id"]}
    sent = await api.call("sendMessage", **place, text="card")
    await api.call("pinChatMessage", chat_id=staff, message_id=sent["message_id"])
    await api.call("editForumTopic", **place, name="Case 1 ✔")
    await api.call("closeForumTopic", **place)
    await api.call("reopenForumTopic", **place)
    told = [each["message"] for each in await heard(api)]
    kinds = (
        "forum_topic_created",
        "pinned_message",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
    )
    for kind, message in zip(kinds, told, strict=True):
        assert kind in message
        assert message["from"]["is_bot"] is True
        assert message["message_thread_id"] == topic["message_thread_id"]


async def test_a_deleted_account(sandbox: Sandbox, api: Api, maria: User) -> None:
    """Nothing reaches it, in Telegram's words, and it does nothing any more."""
    await api.page("deactivate", user_id=maria.id)
    for method, params in (
        ("sendMessage", {"text": "x"}),
        ("sendChatAction", {"action": "typing"}),
    ):
        assert await api.refused(method, chat_id=maria.id, **params) == (
            "Forbidden: user is deactivated"
        )
    with pytest.raises(NotPossible, match="deleted their account"):
        sandbox.people.say(maria.id, maria.id, "hello")


async def test_a_group_becomes_a_supergroup(sandbox: Sandbox, api: Api) -> None:
    """The bot hears that it is in the new one, with what it was in the old one, then of the move
    from both sides; never that it left."""
    old = sandbox.people.invite_bot("Staff", "group")
    sandbox.people.place_bot(old.id, "administrator")
    await heard(api)
    new = sandbox.people.upgrade_group(old.id)
    joined, to, origin = await heard(api)
    change = joined["my_chat_member"]
    assert change["chat"]["id"] == new.id
    assert change["old_chat_member"]["status"] == "left"
    assert change["new_chat_member"]["status"] == "administrator"
    assert to["message"]["migrate_to_chat_id"] == new.id
    assert origin["message"]["migrate_from_chat_id"] == old.id


async def test_what_people_do_with_topics(
    sandbox: Sandbox, api: Api, staff: int, anna: User
) -> None:
    """Members open them; administrators close, reopen and delete; in a closed one a member cannot
    write, an administrator can. Of a deletion the bot hears nothing."""
    tom = named(sandbox, "Tom")
    topic = (await api.page("topic", act="open", user_id=tom.id, chat_id=staff, name="Tea"))[
        "topic_id"
    ]
    (opening,) = await heard(api)
    assert opening["message"]["forum_topic_created"]["name"] == "Tea"
    assert opening["message"]["message_id"] == topic
    managed = {"chat_id": staff, "topic_id": topic}
    with pytest.raises(NotPossible, match="Only administrators"):
        sandbox.people.close_topic(tom.id, staff, topic)
    await api.page("topic", **managed, user_id=anna.id, act="close")
    with pytest.raises(NotPossible, match="closed"):
        sandbox.people.say(tom.id, staff, "milk?", message_thread_id=topic)
    sandbox.people.say(anna.id, staff, "no", message_thread_id=topic)
    await api.page("topic", **managed, user_id=anna.id, act="reopen")
    sandbox.people.say(tom.id, staff, "milk!", message_thread_id=topic)
    assert len(await heard(api)) == 4
    await api.page("topic", **managed, user_id=anna.id, act="delete")
    assert await heard(api) == []
    assert (
        await api.refused("sendMessage", chat_id=staff, message_thread_id=topic, text="x")
        == "Bad Request: message thread not found"
    )
    with pytest.raises(NotPossible, match="no such topic"):
        sandbox.people.delete_topic(anna.id, staff, topic)


async def test_what_was_said_is_taken_back(
    sandbox: Sandbox, api: Api, staff: int, maria: User, anna: User
) -> None:
    """One's own message goes, for everybody; an administrator's hand reaches further than a
    member's; the bot hears nothing, and cannot copy what is gone."""
    tom = named(sandbox, "Tom")
    said = sandbox.people.say(maria.id, maria.id, "wrong")
    theirs = sandbox.people.say(anna.id, staff, "note")
    await heard(api)
    await api.page("delete", user_id=maria.id, chat_id=maria.id, message_id=said.message_id)
    with pytest.raises(NotPossible, match="only their own"):
        sandbox.people.delete(tom.id, staff, theirs.message_id)
    sandbox.people.delete(anna.id, staff, theirs.message_id)
    assert await heard(api) == []
    gone = {"chat_id": staff, "from_chat_id": maria.id}
    assert await api.refused("copyMessage", **gone, message_id=said.message_id) == (
        "Bad Request: message to copy not found"
    )


async def test_reactions_a_group_does_not_have(sandbox: Sandbox, api: Api, staff: int) -> None:
    """A group may allow a few emoji only: getChat says which, another one is refused."""
    sent = await api.call("sendMessage", chat_id=staff, text="x")
    sandbox.world.chats[staff].reactions = frozenset("👍👀")
    target = {"chat_id": staff, "message_id": sent["message_id"]}
    listed = (await api.call("getChat", chat_id=staff))["available_reactions"]
    assert {each["emoji"] for each in listed} == {"👍", "👀"}
    await api.call("setMessageReaction", **target, reaction=[{"type": "emoji", "emoji": "👀"}])
    assert (
        await api.refused(
            "setMessageReaction", **target, reaction=[{"type": "emoji", "emoji": "👌"}]
        )
        == "Bad Request: REACTION_INVALID"
    )


@pytest.mark.usefixtures("all_kinds")
async def test_ptb_reads_all_of_it(
    sandbox: Sandbox, api: Api, ptb: telegram.Bot, staff: int, anna: User, maria: User
) -> None:
    """Membership, anonymity, deletions and quotes are what python-telegram-bot expects of them."""
    tom, ruth = named(sandbox, "Tom"), named(sandbox, "Ruth")
    said = sandbox.people.say(maria.id, maria.id, "When can we talk? Soon?")
    await ptb.send_message(
        maria.id,
        "Tomorrow",
        reply_parameters=telegram.ReplyParameters(said.message_id, quote="Soon?"),
    )
    await ptb.send_message(
        staff,
        "She asks",
        reply_parameters=telegram.ReplyParameters(said.message_id, chat_id=maria.id),
    )
    sandbox.people.send_album(anna.id, staff, ["photo", "photo"], "scans")
    note = sandbox.people.say(ruth.id, staff, "mine")
    sandbox.people.react(ruth.id, staff, note.message_id, "👍")
    sandbox.people.promote(tom.id, staff, "administrator", by=anna.id, anonymous=True)
    sandbox.people.remove(tom.id, staff, by=anna.id)
    updates = await ptb.get_updates()
    assert not any(update.api_kwargs for update in updates)
    parts = [getattr(each, kind) for each in updates for kind in KINDS if hasattr(each, kind)]
    assert not any(part.api_kwargs for part in parts if part is not None)
    assert {kind for each in updates for kind in KINDS if getattr(each, kind, None)} == {
        "message",
        "message_reaction",
        "chat_member",
    }
    assert isinstance(await ptb.get_chat_member(staff, tom.id), telegram.ChatMemberBanned)
