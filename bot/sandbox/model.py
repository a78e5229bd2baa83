"""The nouns of the sandbox's world: people, chats, topics, messages and files.

Each knows the shape the Bot API gives it (`api()`); nothing here decides anything.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]

BotStatus = Literal["administrator", "member", "left", "kicked"]
Rank = Literal["creator", "administrator", "member"]

ALL_RIGHTS = frozenset(
    {
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
        "can_pin_messages",
        "can_manage_topics",
    }
)
"""What an administrator of a supergroup may do (Bot API: ChatMemberAdministrator)."""


@dataclass(slots=True)
class User:
    """Somebody with a Telegram account, or the bot itself. `id` is Telegram's user id."""

    id: int
    name: str
    language_code: str | None = None
    staff: bool = False
    is_bot: bool = False
    username: str | None = None
    started: bool = False
    """True once the person wrote to the bot in private; before that it may not write to them."""
    blocked: bool = False
    """True while the person has the bot blocked."""
    deactivated: bool = False
    """True once the account is deleted: nothing reaches it, and it does nothing any more."""

    def api(self) -> Json:
        shape: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        if self.username:
            shape["username"] = self.username
        if self.language_code:
            shape["language_code"] = self.language_code
        return shape


ANONYMOUS = User(1087968824, "Group", is_bot=True, username="GroupAnonymousBot")
"""Who an administrator who remains anonymous is said to be (Bot API, Message: sender_chat)."""


@dataclass(slots=True)
class StoredFile:
    """Bytes somebody sent. `size` is what Telegram would say, and may exceed what is kept."""

    kind: str
    id: str
    unique_id: str
    path: str
    data: bytes
    name: str
    mime: str
    size: int
    width: int = 0
    height: int = 0

    def api(self) -> Json:
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}


@dataclass(slots=True)
class Topic:
    """A topic of a forum; `id` is the id of the message that opened it."""

    id: int
    name: str
    icon_color: int
    icon_custom_emoji_id: str | None = None
    closed: bool = False

    def api(self) -> Json:
        shape: Json = {
            "message_thread_id": self.id,
            "name": self.name,
            "icon_color": self.icon_color,
        }
        if self.icon_custom_emoji_id:
            shape["icon_custom_emoji_id"] = self.icon_custom_emoji_id
        return shape


@dataclass(slots=True)
class Message:
    """A message as it is now. Lists and dicts in it are replaced, never changed in place."""

    message_id: int
    chat: "Chat"
    sender: User
    date: int
    author: User | None = None
    """Who wrote it, where `sender` does not say: an administrator who remains anonymous."""
    text: str | None = None
    entities: list[Json] = field(default_factory=list)
    caption: str | None = None
    caption_entities: list[Json] = field(default_factory=list)
    media: Json = field(default_factory=dict)
    """The fields of the Bot API that hold a photo, a document, a location ..."""
    keyboard: list[list[Json]] | None = None
    other_markup: bool = False
    """True if it came with a reply keyboard or forced a reply: such a message is never edited."""
    thread_id: int | None = None
    reply_to: "Message | None" = None
    quote: Json | None = None
    """The part of `reply_to` that is answered (Bot API: TextQuote)."""
    edit_date: int | None = None
    media_group_id: str | None = None
    origin: Json | None = None
    service: Json = field(default_factory=dict)
    """The fields of the Bot API that make it a service message."""
    service_line: str | None = None
    reactions: dict[int, str] = field(default_factory=dict)
    pinned: bool = False
    protected: bool = False
    extra: Json = field(default_factory=dict)
    """Anything else that is only shown again, such as link_preview_options."""

    def api(self, *, nested: bool = False) -> Json:  # noqa: PLR0912 - one branch a field
        """The Bot API's Message; inside another one it holds no reply of its own."""
        chat = self.chat.api()
        shape: Json = {
            "message_id": self.message_id,
            "from": self.sender.api(),
            "chat": chat,
            "date": self.date,
        }
        if self.author is not None:
            shape["sender_chat"] = chat
        if self.thread_id is not None:
            shape["message_thread_id"] = self.thread_id
            shape["is_topic_message"] = True
        if self.reply_to is not None and not nested:
            shape.update(self._answered(self.reply_to))
        if self.edit_date is not None:
            shape["edit_date"] = self.edit_date
        if self.text is not None:
            shape["text"] = self.text
            if self.entities:
                shape["entities"] = self.entities
        if self.media:
            shape.update(self.media)
        if self.caption:
            shape["caption"] = self.caption
            if self.caption_entities:
                shape["caption_entities"] = self.caption_entities
        if self.keyboard is not None:
            shape["reply_markup"] = {"inline_keyboard": self.keyboard}
        if self.media_group_id is not None:
            shape["media_group_id"] = self.media_group_id
        if self.origin is not None:
            shape["forward_origin"] = self.origin
        if self.protected:
            shape["has_protected_content"] = True
        if self.service:
            shape.update(self.service)
        if self.extra:
            shape.update(self.extra)
        return shape

    def _answered(self, other: "Message") -> Json:
        """What a message tells of the one it answers. One of another chat, or of another topic,
        is only outlined (Bot API, Message: external_reply)."""
        quoted: Json = {"quote": self.quote} if self.quote is not None else {}
        opens_this = other.message_id == self.thread_id
        if other.chat is self.chat and (other.thread_id == self.thread_id or opens_this):
            return {"reply_to_message": other.api(nested=True), **quoted}
        outline: Json = {"origin": other.told_origin(), **other.media}
        if not other.chat.is_private:
            outline |= {"chat": other.chat.api(), "message_id": other.message_id}
        return {"external_reply": outline, **quoted}

    def told_origin(self) -> Json:
        """Where a copy of it that says so comes from (Bot API: MessageOrigin)."""
        if self.origin is not None:
            return self.origin
        if self.author is not None:
            return {"type": "chat", "sender_chat": self.chat.api(), "date": self.date}
        return {"type": "user", "sender_user": self.sender.api(), "date": self.date}


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the user's), a group or a supergroup."""

    id: int
    type: Literal["private", "group", "supergroup"]
    title: str
    user: User | None = None
    is_forum: bool = False
    members: dict[int, Rank] = field(default_factory=dict)
    gone: dict[int, Literal["left", "kicked"]] = field(default_factory=dict)
    """People who were members, and how that ended."""
    anonymous: set[int] = field(default_factory=set)
    """Administrators who speak as the group."""
    reactions: frozenset[str] | None = None
    """The emoji that may be put on messages here; None: all of them."""
    bot_status: BotStatus = "member"
    bot_rights: frozenset[str] = frozenset()
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0
    migrated_to: int | None = None

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    def api(self) -> Json:
        if self.user is not None:
            shape: Json = {"id": self.id, "type": "private", "first_name": self.user.name}
            if self.user.username:
                shape["username"] = self.user.username
            return shape
        shape = {"id": self.id, "type": self.type, "title": self.title}
        if self.is_forum:
            shape["is_forum"] = True
        return shape
