"""The staff group with its topics, and the groups of strangers."""

import pytest

from bot.sandbox.members import NotPossible
from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Api


async def test_the_staff_group_is_ready(api: Api, staff: int, sandbox: Sandbox) -> None:
    """A forum with the owner, two administrators (one of them anonymous), a member, and the bot as
    administrator with every right."""
    chat = await api.call("getChat", chat_id=staff)
    assert (chat["type"], chat["is_forum"], chat["title"]) == ("supergroup", True, "Staff")
    admins = await api.call("getChatAdministrators", chat_id=staff)
    assert [each["user"]["first_name"] for each in admins[:3]] == ["Dr Li", "Anna", "Ruth"]
    assert [each["status"] for each in admins] == ["creator", *["administrator"] * 3]
    assert [each["is_anonymous"] for each in admins] == [False, False, True, False]
    assert admins[3]["user"]["id"] == sandbox.world.bot.id
    assert admins[3]["can_manage_topics"] is True
    assert await api.call("getChatMemberCount", chat_id=staff) == 5
    assert str(staff).startswith("-100")


async def test_members_and_strangers(
    sandbox: Sandbox, api: Api, staff: int, anna: User, maria: User
) -> None:
    """getChatMember tells staff from people who are not in the group."""
    member = await api.call("getChatMember", chat_id=staff, user_id=anna.id)
    assert member["status"] == "administrator"
    stranger = await api.call("getChatMember", chat_id=staff, user_id=maria.id)
    assert stranger["status"] == "left"
    new = sandbox.add_person("Dr Wang", "zh-hans", staff=True)
    assert (await api.call("getChatMember", chat_id=staff, user_id=new.id))["status"] == (
        "administrator"
    )
    itself = await api.call("getChatMember", chat_id=staff, user_id=sandbox.world.bot.id)
    assert itself["can_delete_messages"] is True
    assert await api.refused("getChatMember", chat_id=staff, user_id=0) == (
        "Bad Request: invalid user_id specified"
    )


async def test_the_life_of_a_topic(sandbox: Sandbox, api: Api, staff: int, anna: User) -> None:
    """Created, written into, renamed, closed, reopened, deleted: each step shows."""
    topic = await api.call("createForumTopic", chat_id=staff, name="  Case \n 7 ")
    thread = topic["message_thread_id"]
    assert topic["name"] == "Case 7"
    sent = await api.call("sendMessage", chat_id=staff, message_thread_id=thread, text="card")
    assert sent["is_topic_message"] is True
    assert sent["message_thread_id"] == thread
    sandbox.people.say(anna.id, staff, "I take it", message_thread_id=thread)
    said = (await api.updates())[-1]["message"]
    assert said["message_thread_id"] == thread
    assert said["reply_to_message"]["forum_topic_created"]["name"] == "Case 7"
    target = {"chat_id": staff, "message_thread_id": thread}
    await api.call("editForumTopic", **target, name="Case 7 ✔")
    assert await api.refused("editForumTopic", **target, name="Case 7 ✔") == (
        "Bad Request: TOPIC_NOT_MODIFIED"
    )
    await api.call("closeForumTopic", **target)
    assert await api.refused("closeForumTopic", **target) == "Bad Request: TOPIC_NOT_MODIFIED"
    await api.call("sendMessage", **target, text="an administrator may still write")
    await api.call("pinChatMessage", chat_id=staff, message_id=sent["message_id"])
    await api.call("unpinAllForumTopicMessages", **target)
    await api.call("reopenForumTopic", **target)
    await api.call("deleteForumTopic", **target)
    assert await api.refused("sendMessage", **target, text="x") == (
        "Bad Request: message thread not found"
    )
    assert await api.refused("reopenForumTopic", **target) == "Bad Request: TOPIC_ID_INVALID"
    assert await api.call("sendChatAction", **target, action="typing") is True
    assert all(each.thread_id != thread for each in sandbox.world.chats[staff].messages.values())


async def test_general_has_no_number(sandbox: Sandbox, api: Api, staff: int, anna: User) -> None:
    """Thread 1 is refused; what is said in General carries no thread."""
    assert await api.refused("sendMessage", chat_id=staff, message_thread_id=1, text="x") == (
        "Bad Request: message thread not found"
    )
    sandbox.people.say(anna.id, staff, "hello", message_thread_id=1)
    said = (await api.updates())[-1]["message"]
    assert "message_thread_id" not in said
    assert "reply_to_message" not in said


async def test_an_answer_stands_in_the_topic_of_its_question(
    sandbox: Sandbox, api: Api, staff: int, anna: User
) -> None:
    """A reply without a thread goes where the answered message is."""
    topic = await api.call("createForumTopic", chat_id=staff, name="Case 8")
    thread = topic["message_thread_id"]
    said = sandbox.people.say(anna.id, staff, "question", message_thread_id=thread)
    answer = await api.call(
        "sendMessage", chat_id=staff, text="x", reply_parameters={"message_id": said.message_id}
    )
    assert answer["message_thread_id"] == thread
    reply = sandbox.people.say(anna.id, staff, "y", reply_to_message_id=said.message_id)
    assert reply.thread_id == thread


@pytest.mark.parametrize(
    ("name", "kept"), [("x" * 200, "x" * 128), ("😀" * 65, "😀" * 64), ("自" * 129, "自" * 128)]
)
async def test_long_topic_names_are_cut(api: Api, staff: int, name: str, kept: str) -> None:
    """TDLib cuts a name at 128 UTF-16 units and refuses an empty one."""
    assert (await api.call("createForumTopic", chat_id=staff, name=name))["name"] == kept
    assert await api.refused("createForumTopic", chat_id=staff, name=" ") == (
        "Bad Request: topic name must be non-empty"
    )


async def test_without_rights_nothing_is_managed(
    sandbox: Sandbox, api: Api, staff: int, anna: User
) -> None:
    """A demoted bot makes no topics, pins nothing, deletes nobody's words, and hears less."""
    topic = await api.call("createForumTopic", chat_id=staff, name="Case 9")
    target = {"chat_id": staff, "message_thread_id": topic["message_thread_id"]}
    await api.call("closeForumTopic", **target)
    said = sandbox.people.say(anna.id, staff, "note")
    sandbox.people.place_bot(staff, "administrator", frozenset({"can_invite_users"}))
    for method, params, description in (
        ("createForumTopic", {"name": "x"}, "not enough rights to create a topic"),
        ("pinChatMessage", {"message_id": said.message_id}, "not enough rights to manage pinned"),
        ("deleteMessage", {"message_id": said.message_id}, "message can't be deleted for everyone"),
        ("sendMessage", {**target, "text": "x"}, "TOPIC_CLOSED"),
        ("createForumTopic", {"name": "x", "icon_color": 5}, "not enough rights to create a topic"),
    ):
        refusal = await api.refused(method, **{"chat_id": staff, **params})
        assert refusal.startswith(f"Bad Request: {description}")
    mine = await api.call("sendMessage", chat_id=staff, text="mine")
    assert await api.call("deleteMessage", chat_id=staff, message_id=mine["message_id"])
    me = await api.call("getChatMember", chat_id=staff, user_id=sandbox.world.bot.id)
    assert (me["status"], me["can_manage_topics"]) == ("administrator", False)
    change = (await api.updates())[-1]["my_chat_member"]
    assert change["old_chat_member"]["can_manage_topics"] is True
    assert change["new_chat_member"]["can_manage_topics"] is False


async def test_a_strangers_group(sandbox: Sandbox, api: Api, maria: User) -> None:
    """The bot hears that it was added; then, as a member, only commands, mentions and replies."""
    chat_id = (await api.page("join", title="Family", type="supergroup"))["chat_id"]
    added, line = await api.updates()
    assert added["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert line["message"]["new_chat_members"][0]["id"] == sandbox.world.bot.id
    sandbox.people.say(maria.id, chat_id, "what is that?")
    sandbox.people.say(maria.id, chat_id, "/start")
    sandbox.people.say(maria.id, chat_id, f"@{sandbox.world.bot.username} hello")
    sent = await api.call("sendMessage", chat_id=chat_id, text="hello")
    sandbox.people.say(maria.id, chat_id, "thanks", reply_to_message_id=sent["message_id"])
    heard = [each["message"].get("text") for each in (await api.updates())[2:]]
    assert heard == [None, "/start", f"@{sandbox.world.bot.username} hello", "thanks"]
    await api.call("leaveChat", chat_id=chat_id)
    assert (await api.updates())[-1]["message"]["left_chat_member"]["id"] == sandbox.world.bot.id
    seen = len(await api.updates())
    sandbox.people.say(maria.id, chat_id, "/start")
    assert len(await api.updates()) == seen


async def test_people_cannot_do_the_impossible(
    sandbox: Sandbox, staff: int, maria: User, anna: User
) -> None:
    """Mistakes of a test or the page are told in a sentence."""
    people = sandbox.people
    said = people.say(maria.id, maria.id, "x")
    for attempt in (
        lambda: people.say(1, maria.id, "x"),
        lambda: people.say(anna.id, maria.id, "x"),
        lambda: people.say(maria.id, 5, "x"),
        lambda: people.say(maria.id, maria.id, " "),
        lambda: people.say(maria.id, maria.id, "\ud800"),
        lambda: people.say(maria.id, maria.id, "x" * 4097),
        lambda: people.say(maria.id, maria.id, "x", reply_to_message_id=999),
        lambda: people.say(anna.id, staff, "x", message_thread_id=999),
        lambda: people.start(maria.id, "no spaces"),
        lambda: people.send(maria.id, maria.id, "hologram"),
        lambda: people.edit(maria.id, maria.id, 999, "x"),
        lambda: people.edit(anna.id, staff, 999, "x"),
        lambda: people.tap(maria.id, maria.id, said.message_id, 0, 0),
        lambda: people.tap(maria.id, maria.id, said.message_id, -1, 0),
        lambda: people.react(maria.id, maria.id, said.message_id, "✅"),
        lambda: people.place_bot(maria.id, "left"),
        lambda: people.upgrade_group(staff),
        lambda: people.invite_bot("x", "channel"),
    ):
        with pytest.raises(NotPossible, match=r"\.$"):
            attempt()
