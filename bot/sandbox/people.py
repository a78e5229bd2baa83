"""What people do in their messengers, and what the bot hears of it."""

import re
from secrets import randbelow, token_hex
from typing import Any, Literal

from bot.i18n.entities import MarkupError, tidy
from bot.sandbox.detection import detect
from bot.sandbox.files import media
from bot.sandbox.model import BotStatus, Chat, Json, Message, User
from bot.sandbox.rules import REACTIONS, entity_json
from bot.sandbox.world import World

CLIENT_LANGUAGES = (
    "en",
    "zh-hans",
    "zh-hant",
    "es",
    "pt-br",
    "ar",
    "ru",
    "hi",
    "de",
    "fr",
    "it",
    "ja",
    "ko",
    "tr",
    "vi",
    "id",
    "fa",
    "he",
    "uk",
    "pl",
    "nl",
    "th",
    "ur",
    "bn",
)
"""Language codes as Telegram's clients send them; the page offers these."""

SENDABLE = (
    "photo",
    "document",
    "voice",
    "video",
    "animation",
    "sticker",
    "location",
    "contact",
    "poll",
)
_PAYLOAD = re.compile("[A-Za-z0-9_-]{1,64}")
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060"
    "f8cf500f0003860180a2d8a1a50000000049454e44ae426082"
)
"""A picture of one dot, for tests that only need some picture."""


class NotPossible(ValueError):  # noqa: N818 - what a person tried cannot be done
    """A person cannot do that; the text says why, as one sentence."""


class People:
    """Everything a person can do in this world. Raises NotPossible for what they cannot."""

    def __init__(self, world: World) -> None:
        self.world = world

    # Coming

    def add(
        self, name: str, language_code: str | None, *, staff: bool = False, started: bool = False
    ) -> User:
        """A new person; a patient has a private chat at once, staff is put into no group."""
        user = self.world.add_user(name, language_code, staff=staff)
        user.started = started
        if not staff:
            self.world.private_chat(user)
        return user

    def join_group(
        self, user: User, chat: Chat, rank: Literal["creator", "administrator", "member"] = "member"
    ) -> None:
        """A person enters a group; the bot sees the line that says so, if it is in there."""
        newcomer = user.id not in chat.members
        chat.members[user.id] = rank
        if newcomer and rank == "member":
            self._service(
                chat, user, {"new_chat_members": [user.api()]}, f"{user.name} joined the group"
            )

    def invite_bot(self, title: str, kind: str = "supergroup") -> Chat:
        """A stranger puts the bot into a group of theirs."""
        if kind not in {"group", "supergroup"}:
            raise NotPossible("A group is a “group” or a “supergroup”.")
        stranger = self.world.add_user("Stranger", "en")
        supergroup = kind == "supergroup"
        chat = self.world.add_group(title, supergroup=supergroup, bot_status="left")
        chat.members[stranger.id] = "creator"
        self.world.move_bot(chat, "member", by=stranger)
        bot = self.world.bot
        line = f"{stranger.name} added {bot.name}"
        self._service(chat, stranger, {"new_chat_members": [bot.api()]}, line)
        return chat

    # Talking

    def say(
        self,
        user_id: int,
        chat_id: int,
        text: str,
        *,
        reply_to_message_id: int | None = None,
        message_thread_id: int | None = None,
    ) -> Message:
        """Write `text`, as a client sends it: trimmed, with links and commands found."""
        user, chat = self._at(user_id, chat_id)
        content = _typed(text)
        return self._post(user, chat, content, reply_to_message_id, message_thread_id)

    def start(self, user_id: int, payload: str = "") -> Message:
        """Press Start, perhaps behind a link `t.me/<bot>?start=<payload>`."""
        if payload and not _PAYLOAD.fullmatch(payload):
            raise NotPossible("A link's start text is 1 to 64 of A-Z, a-z, 0-9, _ and -.")
        return self.say(user_id, user_id, f"/start {payload}".strip())

    def send(
        self,
        user_id: int,
        chat_id: int,
        kind: str,
        *,
        data: bytes | None = None,
        file_name: str = "",
        mime: str = "",
        caption: str = "",
        size: int | None = None,
        duration: int = 3,
        fields: Json | None = None,
        media_group_id: str | None = None,
        reply_to_message_id: int | None = None,
        message_thread_id: int | None = None,
    ) -> Message:
        """Send something that is not text. `size` may claim more bytes than `data` holds;
        `fields` replaces the fields of a location, contact, poll or sticker."""
        user, chat = self._at(user_id, chat_id)
        if kind not in SENDABLE:
            raise NotPossible(f"A client cannot send “{kind}” here.")
        if kind in {"photo", "document", "voice", "video", "animation"}:
            payload = data if data is not None else (_PIXEL if kind == "photo" else b"sandbox")
            stored = self.world.files.add(kind, payload, file_name, mime=mime, size=size)
            content: Json = {"media": media(kind, stored, duration)}
        else:
            content = {"media": {kind: {**_plain(kind, user), **(fields or {})}}}
        if caption and kind not in {"sticker", "location", "contact", "poll"}:
            typed = _typed(caption)
            content |= {"caption": typed["text"], "caption_entities": typed["entities"]}
        content["media_group_id"] = media_group_id
        return self._post(user, chat, content, reply_to_message_id, message_thread_id)

    def edit(self, user_id: int, chat_id: int, message_id: int, text: str) -> Message:
        """Change a text, or the caption of a file, one sent oneself."""
        user, chat = self._at(user_id, chat_id)
        message = self._message(chat, message_id)
        if message.sender is not user or message.service:
            raise NotPossible("People edit only their own messages.")
        typed = _typed(text)
        if message.text is None:
            message.caption, message.caption_entities = typed["text"], typed["entities"]
        else:
            message.text, message.entities = typed["text"], typed["entities"]
        message.edit_date = int(self.world.now())
        self.world.changed(message)
        if self._bot_hears(chat, message):
            self.world.queue.add("edited_message", message.api(), chat.id)
        return message

    # Touching

    def tap(self, user_id: int, chat_id: int, message_id: int, row: int, column: int) -> str:
        """Press a button by its place; says the id of the callback query."""
        _, chat = self._at(user_id, chat_id)
        keyboard = self._message(chat, message_id).keyboard or []
        try:
            if row < 0 or column < 0:
                raise IndexError
            button = keyboard[row][column]
        except IndexError:
            raise NotPossible("There is no such button on this message.") from None
        data = button.get("callback_data")
        if data is None:
            raise NotPossible("This button opens or copies something; the bot never hears of it.")
        return self.press(user_id, chat_id, message_id, data)

    def press(self, user_id: int, chat_id: int, message_id: int, data: str) -> str:
        """Send callback data for a message, also such as no button of it has (a forger's)."""
        user, chat = self._at(user_id, chat_id)
        message = self._message(chat, message_id)
        query_id = self.world.ask(user, chat)
        query = {
            "id": query_id,
            "from": user.api(),
            "message": message.api(),
            "chat_instance": str(chat.id * 31),
            "data": data,
        }
        self.world.queue.add("callback_query", query, chat.id)
        return query_id

    def react(self, user_id: int, chat_id: int, message_id: int, emoji: str | None) -> None:
        """Put an emoji on a message, or take one's own away (None)."""
        user, chat = self._at(user_id, chat_id)
        message = self._message(chat, message_id)
        emoji = emoji.removesuffix("\ufe0f") if emoji else None
        if emoji and emoji not in REACTIONS:
            raise NotPossible("Telegram has no such reaction.")
        old = message.reactions.get(user.id)
        kept = {who: what for who, what in message.reactions.items() if who != user.id}
        message.reactions = {**kept, user.id: emoji} if emoji else kept
        self.world.changed(message)
        if old == emoji or not (chat.is_private or chat.bot_status == "administrator"):
            return
        change = {
            "chat": chat.api(),
            "message_id": message.message_id,
            "user": user.api(),
            "date": int(self.world.now()),
            "old_reaction": [{"type": "emoji", "emoji": old}] if old else [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
        }
        self.world.queue.add("message_reaction", change, chat.id)

    def block(self, user_id: int, blocked: bool) -> None:
        """Block the bot, or let it write again."""
        user = self._user(user_id)
        chat = self.world.private_chat(user)
        if user.blocked != blocked:
            self.world.move_bot(chat, "kicked" if blocked else "member", by=user)

    def place_bot(
        self, chat_id: int, status: BotStatus, rights: frozenset[str] | None = None
    ) -> None:
        """An administrator promotes, demotes or removes the bot in a group."""
        chat = self._chat(chat_id)
        if chat.is_private:
            raise NotPossible("The bot has a place only in groups.")
        chief = next(iter(chat.members), None)
        by = self.world.users[chief] if chief is not None else self.world.bot
        self.world.move_bot(chat, status, by=by, rights=rights)

    def upgrade_group(self, chat_id: int) -> Chat:
        """A basic group becomes a supergroup with another id, as when topics are switched on."""
        old = self._chat(chat_id)
        if old.type != "group" or old.migrated_to is not None:
            raise NotPossible("Only a basic group can become a supergroup.")
        new = self.world.add_group(old.title, bot_status=old.bot_status)
        new.members = dict(old.members)
        owner = self.world.users[next(iter(old.members))]
        line = "The group became a supergroup"
        self._service(old, owner, {"migrate_to_chat_id": new.id}, line)
        self._service(new, owner, {"migrate_from_chat_id": old.id}, line)
        old.migrated_to = new.id
        return new

    # What all of it rests on

    def _at(self, user_id: int, chat_id: int) -> tuple[User, Chat]:
        user = self._user(user_id)
        chat = self.world.private_chat(user) if chat_id == user_id else self._chat(chat_id)
        if chat.is_private and chat.user is not user:
            raise NotPossible("A private chat belongs to one person.")
        if not chat.is_private and user_id not in chat.members:
            self.join_group(user, chat)
        return user, chat

    def _user(self, user_id: int) -> User:
        user = self.world.users.get(user_id)
        if user is None:
            raise NotPossible("There is no such person.")
        return user

    def _chat(self, chat_id: int) -> Chat:
        chat = self.world.chats.get(chat_id)
        if chat is None:
            raise NotPossible("There is no such chat.")
        return chat

    def _message(self, chat: Chat, message_id: int) -> Message:
        message = chat.messages.get(message_id)
        if message is None:
            raise NotPossible("There is no such message.")
        return message

    def _post(
        self, user: User, chat: Chat, content: Json, reply_to: int | None, thread: int | None
    ) -> Message:
        if chat.is_private and user.blocked:
            self.block(user.id, False)  # writing to a bot one has blocked unblocks it
        answered = self._message(chat, reply_to) if reply_to else None
        if thread is not None and thread > 1 and thread not in chat.topics:
            raise NotPossible("There is no such topic.")
        if thread is None and answered is not None:
            thread = answered.thread_id
        if chat.is_private:
            user.started = True
        thread = thread if thread and thread > 1 else None
        message = self.world.post(chat, user, reply_to=answered, thread_id=thread, **content)
        if self._bot_hears(chat, message):
            self.world.queue.add("message", message.api(), chat.id)
        return message

    def _service(self, chat: Chat, sender: User, service: Json, line: str) -> None:
        message = self.world.post(chat, sender, service=service, service_line=line)
        if self._bot_hears(chat, message):
            self.world.queue.add("message", message.api(), chat.id)

    def _bot_hears(self, chat: Chat, message: Message) -> bool:
        """Group privacy: an ordinary member hears commands, answers to it and service lines."""
        if chat.is_private or chat.bot_status == "administrator" or message.service:
            return chat.bot_status not in {"left", "kicked"}
        if chat.bot_status != "member":
            return False
        bot = self.world.bot
        if message.reply_to is not None and message.reply_to.sender is bot:
            return True
        text = message.text or message.caption or ""
        return text.startswith("/") or f"@{bot.username}" in text


def _typed(text: str) -> Json:
    """Text as a client sends it. Raises NotPossible if nothing is left of it."""
    try:
        plain = tidy(text).text
    except MarkupError as error:
        raise NotPossible("This is no valid text.") from error
    if not plain:
        raise NotPossible("An empty message cannot be sent.")
    if len(plain) > 4096:
        raise NotPossible("A message has at most 4096 characters.")
    return {"text": plain, "entities": [entity_json(each) for each in detect(plain)]}


def _plain(kind: str, user: User) -> Any:
    match kind:
        case "sticker":
            return {
                "file_id": f"CAAD{token_hex(8)}",
                "file_unique_id": token_hex(6),
                "type": "regular",
                "width": 512,
                "height": 512,
                "is_animated": False,
                "is_video": False,
                "emoji": "🙂",
            }
        case "location":
            return {"latitude": 40.7128, "longitude": -74.006}
        case "contact":
            return {
                "phone_number": "+15550100",
                "first_name": user.name,
                "user_id": user.id,
            }
        case _:
            return {
                "id": str(randbelow(10**18)),
                "question": "Which day suits you?",
                "options": [
                    {"persistent_id": "1", "text": "Monday", "voter_count": 0},
                    {"persistent_id": "2", "text": "Friday", "voter_count": 0},
                ],
                "total_voter_count": 0,
                "is_closed": False,
                "is_anonymous": True,
                "type": "regular",
                "allows_multiple_answers": False,
                "allows_revoting": False,
                "members_only": False,
            }
