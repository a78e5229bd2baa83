"""The sandbox's world: who is there, what was said, what waits for the bot.

Free of the network and of time (`now` is given), so that tests can turn the clock. What people do
is in people.py, what the bot does in the modules of methods; both change the world through here.
"""

import itertools
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from bot.sandbox.files import Files
from bot.sandbox.model import ALL_RIGHTS, ANONYMOUS, BotStatus, Chat, Json, Message, Topic, User
from bot.sandbox.rules import Refused, bad, whole
from bot.sandbox.updates import UpdateQueue

Listener = Callable[[str, Json], None]

_OWN_TOLD = frozenset(
    {
        "pinned_message",
        "left_chat_member",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
    }
)
"""Of what the bot does itself, this is told to it all the same (tdlib/telegram-bot-api
Client.cpp: need_skip_update_message)."""

GENERAL = 1
"""The topic every forum has; its messages carry no id, and it cannot be named (PTB #4739)."""
_TOPIC_COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


@dataclass(slots=True)
class Asked:
    """A press that waits for its answer: by whom, where, and when (seconds)."""

    user: User
    chat: Chat
    at: float


@dataclass(slots=True)
class Profile:
    """What the bot said about itself; keys are two-letter languages, "" for everybody."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[tuple[str, ...], str], list[Json]] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)


class World:
    """Everything there is. `now` gives the time in seconds since 1970, `real` the one by which
    updates grow old: whoever moves the time loses none that was on its way.

    `answer_lifetime` is how long (seconds) a press may be answered; Telegram's own limit is not
    documented and was seen between 5 and 15.
    """

    def __init__(
        self,
        *,
        bot_id: int,
        bot_name: str = "CAR-NK sandbox",
        bot_username: str = "car_nk_sandbox_bot",
        now: Callable[[], float] = time.time,
        real: Callable[[], float] | None = None,
        answer_lifetime: float = 15.0,
    ) -> None:
        self.now = now
        self.answer_lifetime = answer_lifetime
        self.bot = User(bot_id, bot_name, is_bot=True, username=bot_username)
        self.privacy = True
        """Whether the bot hears only some of a group's messages while it is no administrator."""
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.files = Files()
        self.queue = UpdateQueue(real or now)
        self.profile = Profile(names={"": bot_name})
        self.asked: dict[str, Asked] = {}
        self.toasts: deque[Json] = deque(maxlen=100)
        """The last words the bot said in answer to presses: to whom, what, and whether as an
        alert."""
        self.listeners: list[Listener] = []
        self._private_ids = itertools.count(1)
        self._user_ids = itertools.count(5_100_000_001)
        self._group_ids = itertools.count(1_900_000_001)
        self._query_ids = itertools.count(int(token_hex(6), 16))

    # Who and where

    def add_user(self, name: str, language_code: str | None, *, staff: bool = False) -> User:
        user = User(next(self._user_ids), name, language_code, staff=staff)
        self.users[user.id] = user
        self.tell("user", user=user)
        return user

    def private_chat(self, user: User) -> Chat:
        """The chat between this person and the bot, made when it is first needed."""
        chat = self.chats.get(user.id)
        if chat is None:
            chat = Chat(user.id, "private", user.name, user=user)
            self.chats[chat.id] = chat
            self.tell("chat", chat=chat)
        return chat

    def add_group(
        self,
        title: str,
        *,
        supergroup: bool = True,
        forum: bool = False,
        bot_status: BotStatus = "member",
    ) -> Chat:
        number = next(self._group_ids)
        chat = Chat(
            int(f"-100{number}") if supergroup else -number,
            "supergroup" if supergroup else "group",
            title,
            is_forum=forum,
            bot_status=bot_status,
            bot_rights=ALL_RIGHTS if bot_status == "administrator" else frozenset(),
            last_id=GENERAL,  # message 1 made the group: no topic can have that number
        )
        self.chats[chat.id] = chat
        self.tell("chat", chat=chat)
        return chat

    def chat(self, chat_id: Any) -> Chat:
        """The chat a call names. Raises Refused as the server does (Client.cpp: check_chat)."""
        if chat_id is None or chat_id == "":
            raise bad("chat_id is empty")
        number = whole(chat_id)
        chat = self.chats.get(number)
        if chat is None:
            if number in self.users:
                raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
            raise bad("chat not found")
        if chat.type == "supergroup" and chat.bot_status in {"left", "kicked"}:
            raise self._outside(chat)
        return chat

    def writable(self, chat_id: Any) -> Chat:
        """The chat, if the bot may write into it. Raises Refused."""
        chat = self.chat(chat_id)
        if chat.user is not None:
            if chat.user.deactivated:
                raise Refused(403, "Forbidden: user is deactivated")
            if not chat.user.started:
                raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
            if chat.user.blocked:
                raise Refused(403, "Forbidden: bot was blocked by the user")
        elif chat.migrated_to is not None:
            raise bad(
                "group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.migrated_to},
            )
        elif chat.bot_status in {"left", "kicked"}:
            raise self._outside(chat)
        return chat

    def _outside(self, chat: Chat) -> Refused:
        state = "was kicked from" if chat.bot_status == "kicked" else "is not a member of"
        return Refused(403, f"Forbidden: bot {state} the {chat.type} chat")

    def message(self, chat: Chat, message_id: Any, role: str) -> Message:
        """A message a call names; `role` is what it is wanted for ("message to edit")."""
        found = chat.messages.get(whole(message_id))
        if found is None:
            raise bad(f"{role} not found")
        return found

    def topic(self, chat: Chat, thread_id: int | None) -> Topic | None:
        """The topic a call sends to; None is General or no forum. Raises Refused."""
        if thread_id is None:
            return None
        topic = chat.topics.get(thread_id)
        if topic is None:
            raise bad("message thread not found")
        if topic.closed and "can_manage_topics" not in chat.bot_rights:
            raise bad("TOPIC_CLOSED")
        return topic

    # What is said

    def next_message_id(self, chat: Chat) -> int:
        """Private chats and groups share one count, a supergroup has its own, as in Telegram."""
        chat.last_id = chat.last_id + 1 if chat.type == "supergroup" else next(self._private_ids)
        return chat.last_id

    def post(self, chat: Chat, sender: User, **content: Any) -> Message:
        """Put a message into a chat; `content` are the fields of Message."""
        message = Message(self.next_message_id(chat), chat, sender, int(self.now()), **content)
        if message.thread_id is not None and message.reply_to is None:
            # What stands in a topic answers the message that opened it (seen in every forum).
            message.reply_to = chat.messages.get(message.thread_id)
        chat.messages[message.message_id] = message
        self.changed(message)
        return message

    def note(
        self, chat: Chat, actor: User, service: Json, line: str, thread_id: int | None = None
    ) -> Message:
        """A service message; the bot hears of it if it is there (Bot API, Message)."""
        hidden = actor.id in chat.anonymous
        message = self.post(
            chat,
            ANONYMOUS if hidden else actor,
            author=actor if hidden else None,
            thread_id=thread_id,
            service=service,
            service_line=f"{chat.title if hidden else actor.name} {line}",
        )
        own = actor is self.bot
        inside = chat.bot_status not in {"left", "kicked"} or "left_chat_member" in service
        if inside and (not own or service.keys() & _OWN_TOLD):
            self.queue.add("message", message.api(), chat.id)
        return message

    def changed(self, message: Message) -> None:
        if self.listeners:
            self.tell("message", chat=message.chat, message=message)

    def delete(self, chat: Chat, message_ids: list[int]) -> None:
        gone = [each for each in message_ids if chat.messages.pop(each, None)]
        self.tell("deleted", chat_id=chat.id, message_ids=gone)

    def open_topic(
        self, chat: Chat, sender: User, name: str, colour: int | None, icon: str | None
    ) -> Topic:
        """A new topic and the service message it begins with."""
        colour = _TOPIC_COLOURS[len(chat.topics) % 6] if colour is None else colour
        topic = Topic(0, name, colour, icon)
        created = {each: v for each, v in topic.api().items() if each != "message_thread_id"}
        topic.id = chat.last_id + 1  # a topic has the number of the message it begins with
        chat.topics[topic.id] = topic
        self.note(
            chat,
            sender,
            {"forum_topic_created": created},
            f"created the topic “{name}”",
            thread_id=topic.id,
        )
        self.tell("chat", chat=chat)
        return topic

    def delete_topic(self, chat: Chat, topic: Topic) -> None:
        """It takes all its messages with it (Bot API, deleteForumTopic)."""
        del chat.topics[topic.id]
        self.delete(chat, [each for each, m in chat.messages.items() if m.thread_id == topic.id])
        self.tell("chat", chat=chat)

    def ask(self, user: User, chat: Chat) -> str:
        """A press begins to wait for its answer; says the id of the query."""
        if len(self.asked) > 1000:
            oldest = self.now() - self.answer_lifetime
            self.asked = {each: a for each, a in self.asked.items() if a.at >= oldest}
        query_id = str(next(self._query_ids))
        self.asked[query_id] = Asked(user, chat, self.now())
        return query_id

    def answered(self, query_id: str) -> Asked:
        """End a wait. Raises Refused if there is none, or it took too long."""
        asked = self.asked.pop(query_id, None)
        if asked is None or self.now() - asked.at > self.answer_lifetime:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        return asked

    def bot_member(self, chat: Chat, status: BotStatus, rights: frozenset[str]) -> Json:
        """The bot as a ChatMember of this chat, if it had this status."""
        shape: Json = {"user": self.bot.api(), "status": status}
        if status == "administrator":
            shape |= {"can_be_edited": False, "is_anonymous": False}
            shape |= {right: right in rights for right in sorted(ALL_RIGHTS)}
        elif status == "kicked":
            shape["until_date"] = 0
        return shape

    def move_bot(
        self, chat: Chat, status: BotStatus, by: User, rights: frozenset[str] | None = None
    ) -> None:
        """The bot's place in a chat changes: it hears of that as my_chat_member."""
        if rights is None:
            rights = ALL_RIGHTS if status == "administrator" else frozenset()
        old = self.bot_member(chat, self._status(chat), chat.bot_rights)
        if chat.user is not None:
            chat.user.blocked = status == "kicked"
        chat.bot_status, chat.bot_rights = status, rights
        change = {
            "chat": chat.api(),
            "from": by.api(),
            "date": int(self.now()),
            "old_chat_member": old,
            "new_chat_member": self.bot_member(chat, status, rights),
        }
        self.queue.add("my_chat_member", change, chat.id)
        self.tell("chat", chat=chat)

    def _status(self, chat: Chat) -> BotStatus:
        if chat.user is not None:
            return "kicked" if chat.user.blocked else "member"
        return chat.bot_status

    def tell(self, kind: str, **what: Any) -> None:
        """Let who watches (the page) know of a change."""
        for listener in self.listeners:
            listener(kind, what)
