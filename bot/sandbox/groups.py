"""Methods about chats: what they are, who is in them, leaving them, and topics of a forum."""

from typing import Any

from bot.sandbox.call import Call, method
from bot.sandbox.members import member
from bot.sandbox.model import Chat, Json, Topic
from bot.sandbox.rules import TOPIC_UNITS, bad
from bot.sandbox.world import GENERAL, World

_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
_ICON_COLOURS = frozenset({7322096, 16766590, 13338331, 9367192, 16749490, 16478047})


@method("getChat", "chat_id")
def get_chat(world: World, call: Call) -> Json:
    chat = world.chat(call.get("chat_id"))
    shape = {
        **chat.api(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    if chat.reactions is not None:
        shape["available_reactions"] = [
            {"type": "emoji", "emoji": each} for each in sorted(chat.reactions)
        ]
    if not chat.is_private:
        shape["permissions"] = dict.fromkeys(_PERMISSIONS, True)
        shape["has_visible_history"] = True
    pinned = [each for each in chat.messages.values() if each.pinned]
    if pinned:
        shape["pinned_message"] = pinned[-1].api(nested=True)
    return shape


@method("getChatMember", "chat_id user_id")
def get_chat_member(world: World, call: Call) -> Json:
    chat = world.chat(call.get("chat_id"))
    user_id = call.integer("user_id")
    if not user_id or user_id < 0:
        raise bad("Invalid user_id specified")
    user = world.bot if user_id == world.bot.id else world.users.get(user_id)
    if user is None or (chat.is_private and user_id not in {chat.id, world.bot.id}):
        raise bad("PARTICIPANT_ID_INVALID")
    if chat.is_private:
        return {"user": user.api(), "status": "member"}
    if user is not world.bot and chat.bot_status != "administrator" and chat.type == "supergroup":
        # Told for sure only to an administrator (Bot API, getChatMember; tdlib/td #589).
        raise bad("CHAT_ADMIN_REQUIRED")
    return member(world, chat, user)


@method("getChatAdministrators", "chat_id return_bots")
def get_chat_administrators(world: World, call: Call) -> list[Json]:
    chat = world.chat(call.get("chat_id"))
    if chat.is_private:
        raise bad("there are no administrators in the private chat")
    inside = chat.bot_status == "administrator"
    # Who remains anonymous is not shown to a bot that is no administrator
    # (tdlib/telegram-bot-api #667).
    people = [
        member(world, chat, world.users[user_id])
        for user_id, rank in chat.members.items()
        if rank != "member" and (inside or user_id not in chat.anonymous)
    ]
    return [*people, member(world, chat, world.bot)] if inside else people


@method("getChatMemberCount", "chat_id")
def get_chat_member_count(world: World, call: Call) -> int:
    chat = world.chat(call.get("chat_id"))
    return 2 if chat.is_private else len(chat.members) + 1


@method("leaveChat", "chat_id")
def leave_chat(world: World, call: Call) -> bool:
    chat = world.writable(call.get("chat_id"))
    if chat.is_private:
        raise bad("chat member status can't be changed in private chats")
    world.move_bot(chat, "left", by=world.bot)
    world.note(chat, world.bot, {"left_chat_member": world.bot.api()}, "left the group")
    return True


# Topics -----------------------------------------------------------------------------------------


def _forum(world: World, call: Call, doing: str, right: str = "can_manage_topics") -> Chat:
    chat = world.writable(call.get("chat_id"))
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    if right not in chat.bot_rights:
        raise bad(f"not enough rights to {doing}")
    return chat


def _named(name: Any) -> str:
    """A topic's name as TDLib cleans it: one line, trimmed, cut to what fits."""
    clean = " ".join(str(name or "").split())
    if not clean:
        raise bad("topic name must be non-empty")
    return clean.encode("utf-16-le")[: 2 * TOPIC_UNITS].decode("utf-16-le", "ignore")


def _topic(chat: Chat, call: Call) -> Topic:
    thread_id = call.integer("message_thread_id")
    topic = chat.topics.get(thread_id or 0)
    if topic is None or thread_id == GENERAL:
        raise bad("TOPIC_ID_INVALID")
    return topic


def _note(world: World, chat: Chat, topic: Topic, service: Json, line: str) -> None:
    world.note(chat, world.bot, service, line, topic.id)
    world.tell("chat", chat=chat)


@method("createForumTopic", "chat_id name icon_color icon_custom_emoji_id")
def create_forum_topic(world: World, call: Call) -> Json:
    chat = _forum(world, call, "create a topic")
    colour = call.integer("icon_color")
    if colour is not None and colour not in _ICON_COLOURS:
        raise bad("TOPIC_ICON_COLOR_INVALID")
    icon = call.text("icon_custom_emoji_id") or None
    return world.open_topic(chat, world.bot, _named(call.get("name")), colour, icon).api()


@method("editForumTopic", "chat_id message_thread_id name icon_custom_emoji_id")
def edit_forum_topic(world: World, call: Call) -> bool:
    chat = _forum(world, call, "edit the topic")
    topic = _topic(chat, call)
    name = _named(call.get("name")) if call.get("name") else topic.name
    given = call.get("icon_custom_emoji_id")
    icon = topic.icon_custom_emoji_id if given is None else str(given) or None
    if (name, icon) == (topic.name, topic.icon_custom_emoji_id):
        raise bad("TOPIC_NOT_MODIFIED")
    topic.name, topic.icon_custom_emoji_id = name, icon
    edited = {"name": name, **({"icon_custom_emoji_id": icon} if icon else {})}
    line = f"renamed the topic to “{name}”"
    _note(world, chat, topic, {"forum_topic_edited": edited}, line)
    return True


@method("closeForumTopic", "chat_id message_thread_id")
def close_forum_topic(world: World, call: Call) -> bool:
    return _set_closed(world, call, closed=True)


@method("reopenForumTopic", "chat_id message_thread_id")
def reopen_forum_topic(world: World, call: Call) -> bool:
    return _set_closed(world, call, closed=False)


def _set_closed(world: World, call: Call, *, closed: bool) -> bool:
    chat = _forum(world, call, "edit the topic")
    topic = _topic(chat, call)
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    kind = "forum_topic_closed" if closed else "forum_topic_reopened"
    line = f"{'closed' if closed else 'reopened'} the topic"
    _note(world, chat, topic, {kind: {}}, line)
    return True


@method("deleteForumTopic", "chat_id message_thread_id")
def delete_forum_topic(world: World, call: Call) -> bool:
    chat = _forum(world, call, "delete the topic", "can_delete_messages")
    world.delete_topic(chat, _topic(chat, call))
    return True


@method("unpinAllForumTopicMessages", "chat_id message_thread_id")
def unpin_all_forum_topic_messages(world: World, call: Call) -> bool:
    chat = _forum(world, call, "manage pinned messages in the chat")
    topic = _topic(chat, call)
    for message in chat.messages.values():
        if message.pinned and message.thread_id == topic.id:
            message.pinned = False
            world.changed(message)
    return True
