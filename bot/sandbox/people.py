"""What people do in their messengers, and what the bot hears of it."""

import re
from collections.abc import Sequence
from secrets import randbelow, token_hex
from typing import Any

from bot.i18n.entities import MarkupError, tidy, units
from bot.sandbox.detection import detect
from bot.sandbox.files import SAMPLE_PICTURE, media
from bot.sandbox.members import Members, NotPossible
from bot.sandbox.model import ANONYMOUS, Chat, Json, Message, Topic, User
from bot.sandbox.rules import ALBUM, CAPTION_UNITS, CAPTIONED, EDIT_SECONDS, REACTIONS, entity_json
from bot.sandbox.world import GENERAL

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
    "audio",
    "video",
    "video_note",
    "animation",
    "sticker",
    "location",
    "contact",
    "poll",
)
_FILES = CAPTIONED | {"video_note"}
_PAYLOAD = re.compile("[A-Za-z0-9_-]{1,64}")
_COMMAND = re.compile(r"/[A-Za-z0-9_]+(?:@([A-Za-z0-9_]+))?(?!\w)")


class People(Members):
    """Everything a person can do in this world. Raises NotPossible for what they cannot."""

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
        if kind in _FILES:
            payload = (
                data if data is not None else (SAMPLE_PICTURE if kind == "photo" else b"sandbox")
            )
            stored = self.world.files.add(kind, payload, file_name, mime=mime, size=size)
            content: Json = {"media": media(kind, stored, duration)}
        else:
            content = {"media": {kind: {**_plain(kind, user), **(fields or {})}}}
        if caption and kind in CAPTIONED:
            typed = _typed(caption, CAPTION_UNITS)
            content |= {"caption": typed["text"], "caption_entities": typed["entities"]}
        content["media_group_id"] = media_group_id
        return self._post(user, chat, content, reply_to_message_id, message_thread_id)

    def edit(self, user_id: int, chat_id: int, message_id: int, text: str) -> Message:
        """Change a text, or the caption of a file, one sent oneself."""
        user, chat = self._at(user_id, chat_id)
        message = self._message(chat, message_id)
        if (message.author or message.sender) is not user or message.service or message.origin:
            raise NotPossible("People edit only their own messages.")
        if self.world.now() - message.date >= EDIT_SECONDS:
            raise NotPossible("A message can be edited for 48 hours.")
        if message.text is None and not message.media.keys() & CAPTIONED:
            raise NotPossible("This has no text that could be edited.")
        typed = _typed(text, 4096 if message.text is not None else CAPTION_UNITS)
        if message.text is None:
            message.caption, message.caption_entities = typed["text"], typed["entities"]
        else:
            message.text, message.entities = typed["text"], typed["entities"]
        message.edit_date = int(self.world.now())
        self.world.changed(message)
        if self._bot_hears(chat, message):
            self.world.queue.add("edited_message", message.api(), chat.id)
        return message

    def send_album(
        self, user_id: int, chat_id: int, kinds: Sequence[str], caption: str = "", **where: Any
    ) -> list[Message]:
        """Send several files as one; the caption stands under the first. `where`: see `send`."""
        if len(kinds) not in ALBUM:
            raise NotPossible(f"An album has {ALBUM.start} to {ALBUM.stop - 1} files.")
        if not set(kinds) <= {"photo", "video"} and len(set(kinds)) > 1:
            raise NotPossible("Documents and audio make albums only of their own kind.")
        group = str(13_200_000_000_000_000 + randbelow(10**12))
        return [
            self.send(
                user_id,
                chat_id,
                kind,
                caption="" if at else caption,
                media_group_id=group,
                **where,
            )
            for at, kind in enumerate(kinds)
        ]

    def delete(self, user_id: int, chat_id: int, message_id: int) -> None:
        """Take back what one wrote, or as an administrator what anybody did, for everybody.

        The bot is not told: Telegram tells bots of no deletion.
        """
        user, chat = self._at(user_id, chat_id)
        message = self._message(chat, message_id)
        mine = (message.author or message.sender) is user
        if not (mine or chat.is_private or self._manages(user, chat)):
            raise NotPossible("People delete only their own messages.")
        self.world.delete(chat, [message.message_id])

    def pin(self, user_id: int, chat_id: int, message_id: int) -> None:
        """Pin a message, or take the pin away if it has one."""
        user, chat = self._at(user_id, chat_id)
        message = self._message(chat, message_id)
        if not (chat.is_private or self._manages(user, chat)):
            raise NotPossible("Only administrators pin messages.")
        message.pinned = not message.pinned
        self.world.changed(message)
        if message.pinned:
            pinned = {"pinned_message": message.api(nested=True)}
            self.world.note(chat, user, pinned, "pinned a message", message.thread_id)

    # Topics

    def open_topic(self, user_id: int, chat_id: int, name: str) -> Topic:
        """A member opens a topic, as every member may where that is not switched off."""
        user, chat = self._at(user_id, chat_id)
        if not chat.is_forum:
            raise NotPossible("This group has no topics.")
        clean = " ".join(name.split())[:128]
        if not clean:
            raise NotPossible("A topic needs a name.")
        return self.world.open_topic(chat, user, clean, None, None)

    def close_topic(self, user_id: int, chat_id: int, topic_id: int, closed: bool = True) -> None:
        """An administrator closes a topic, or opens it again."""
        user, chat, topic = self._managed(user_id, chat_id, topic_id)
        if topic.closed == closed:
            return
        topic.closed = closed
        kind = "forum_topic_closed" if closed else "forum_topic_reopened"
        line = f"{'closed' if closed else 'reopened'} the topic"
        self.world.note(chat, user, {kind: {}}, line, topic.id)
        self.world.tell("chat", chat=chat)

    def delete_topic(self, user_id: int, chat_id: int, topic_id: int) -> None:
        """An administrator deletes a topic with all its messages; the bot is not told."""
        _, chat, topic = self._managed(user_id, chat_id, topic_id)
        self.world.delete_topic(chat, topic)

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
        if emoji and emoji not in (REACTIONS if chat.reactions is None else chat.reactions):
            raise NotPossible("Telegram has no such reaction.")
        old = message.reactions.get(user.id)
        kept = {who: what for who, what in message.reactions.items() if who != user.id}
        message.reactions = {**kept, user.id: emoji} if emoji else kept
        self.world.changed(message)
        if old == emoji or not (chat.is_private or chat.bot_status == "administrator"):
            return
        actor = {"actor_chat": chat.api()} if user.id in chat.anonymous else {"user": user.api()}
        change = {
            "chat": chat.api(),
            "message_id": message.message_id,
            **actor,
            "date": int(self.world.now()),
            "old_reaction": [{"type": "emoji", "emoji": old}] if old else [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
        }
        self.world.queue.add("message_reaction", change, chat.id)

    # What all of it rests on

    def _at(self, user_id: int, chat_id: int) -> tuple[User, Chat]:
        user = self._user(user_id)
        chat = self.world.private_chat(user) if chat_id == user_id else self._chat(chat_id)
        if chat.is_private and chat.user is not user:
            raise NotPossible("A private chat belongs to one person.")
        if not chat.is_private and user_id not in chat.members:
            if user_id in chat.gone:
                raise NotPossible(f"{user.name} is not in this group any more.")
            self.join_group(user, chat)
        return user, chat

    def _managed(self, user_id: int, chat_id: int, topic_id: int) -> tuple[User, Chat, Topic]:
        user, chat = self._at(user_id, chat_id)
        topic = chat.topics.get(topic_id)
        if topic is None:
            raise NotPossible("There is no such topic.")
        if not self._manages(user, chat):
            raise NotPossible("Only administrators manage topics.")
        return user, chat, topic

    def _manages(self, user: User, chat: Chat) -> bool:
        return chat.members.get(user.id) in {"creator", "administrator"}

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
        if thread is not None and thread > GENERAL and thread not in chat.topics:
            raise NotPossible("There is no such topic.")
        if thread is None and answered is not None:
            thread = answered.thread_id
        if chat.is_private:
            user.started = True
        thread = thread if thread and thread > GENERAL else None
        if thread and chat.topics[thread].closed and not self._manages(user, chat):
            raise NotPossible("This topic is closed.")
        hidden = user.id in chat.anonymous
        message = self.world.post(
            chat,
            ANONYMOUS if hidden else user,
            author=user if hidden else None,
            reply_to=answered,
            thread_id=thread,
            **content,
        )
        if self._bot_hears(chat, message):
            self.world.queue.add("message", message.api(), chat.id)
        return message

    def _bot_hears(self, chat: Chat, message: Message) -> bool:
        """Group privacy: an ordinary member hears commands, mentions and answers to it only."""
        if chat.is_private or chat.bot_status == "administrator":
            return True
        if chat.bot_status != "member":
            return False
        bot = self.world.bot
        if not self.world.privacy:
            return True
        if message.reply_to is not None and message.reply_to.sender is bot:
            return True
        text = message.text or message.caption or ""
        command = _COMMAND.match(text)
        if command is not None:
            return command[1] in {None, bot.username}
        return f"@{bot.username}" in text


def _typed(text: str, most: int = 4096) -> Json:
    """Text as a client sends it. Raises NotPossible if nothing is left of it, or it is longer
    than `most`."""
    try:
        plain = tidy(text).text
    except MarkupError as error:
        raise NotPossible("This is no valid text.") from error
    if not plain:
        raise NotPossible("An empty message cannot be sent.")
    if units(plain) > most:
        what = "message" if most > CAPTION_UNITS else "caption"
        raise NotPossible(f"A {what} has at most {most} characters.")
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
