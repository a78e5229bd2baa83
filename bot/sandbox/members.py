"""Who is in a group and as what, how people come and go, and what the bot hears of that."""

from typing import Literal

from bot.sandbox.model import ALL_RIGHTS, BotStatus, Chat, Json, Rank, User
from bot.sandbox.world import World


class NotPossible(ValueError):  # noqa: N818 - what a person tried cannot be done
    """A person cannot do that; the text says why, as one sentence."""


def member(world: World, chat: Chat, user: User) -> Json:
    """Somebody as a ChatMember of this chat (Bot API), the bot itself too."""
    if user is world.bot:
        return world.bot_member(chat, chat.bot_status, chat.bot_rights)
    hidden = user.id in chat.anonymous
    rank = chat.members.get(user.id)
    shape: Json = {"user": user.api(), "status": rank or chat.gone.get(user.id, "left")}
    if rank == "creator":
        shape["is_anonymous"] = hidden
    elif rank == "administrator":
        shape |= {"can_be_edited": False, "is_anonymous": hidden}
        shape |= dict.fromkeys(sorted(ALL_RIGHTS), True)
    elif shape["status"] == "kicked":
        shape["until_date"] = 0
    return shape


class Members:
    """Coming, going and rising. Raises NotPossible for what cannot be."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add(
        self, name: str, language_code: str | None, *, staff: bool = False, started: bool = False
    ) -> User:
        """A new person; a patient has a private chat at once, staff is put into no group."""
        user = self.world.add_user(name, language_code, staff=staff)
        user.started = started
        if not staff:
            self.world.private_chat(user)
        return user

    def deactivate(self, user_id: int) -> None:
        """The account is deleted. The bot is not told; what it sends is refused."""
        user = self._user(user_id)
        user.deactivated = True
        self.world.tell("user", user=user)

    # In a group

    def join_group(self, user: User, chat: Chat, rank: Rank = "member") -> None:
        """A person enters a group, perhaps as an administrator at once."""
        before = member(self.world, chat, user)
        newcomer = user.id not in chat.members
        chat.gone.pop(user.id, None)
        chat.members[user.id] = rank
        self._moved(chat, user, by=user, before=before)
        if newcomer and rank == "member":
            self.world.note(chat, user, {"new_chat_members": [user.api()]}, "joined the group")

    def come_back(self, user_id: int, chat_id: int) -> None:
        """Somebody who left, or was removed, is in the group again as a member."""
        user, chat = self._user(user_id), self._chat(chat_id)
        if user.id in chat.members:
            raise NotPossible(f"{user.name} is in this group.")
        self.join_group(user, chat)

    def leave_group(self, user_id: int, chat_id: int) -> None:
        """A person leaves a group by themselves."""
        user, chat = self._inside(user_id, chat_id)
        self._out(chat, user, by=user, how="left", line="left the group")

    def remove(self, user_id: int, chat_id: int, by: int) -> None:
        """An administrator (`by`) removes somebody for good."""
        user, chat = self._inside(user_id, chat_id)
        chief = self._administrator(by, chat)
        if chat.members[user.id] == "creator":
            raise NotPossible("Nobody removes the owner of a group.")
        self._out(chat, user, by=chief, how="kicked", line=f"removed {user.name}")

    def promote(
        self, user_id: int, chat_id: int, rank: Rank, by: int, *, anonymous: bool = False
    ) -> None:
        """An administrator (`by`) makes somebody an administrator, or a member again.

        `anonymous`: they speak as the group from now on.
        """
        user, chat = self._inside(user_id, chat_id)
        chief = self._administrator(by, chat)
        if "creator" in (rank, chat.members[user.id]) and rank != chat.members[user.id]:
            raise NotPossible("A group has one owner.")
        before = member(self.world, chat, user)
        chat.members[user.id] = rank
        chat.anonymous.discard(user.id)
        if anonymous and rank != "member":
            chat.anonymous.add(user.id)
        self._moved(chat, user, by=chief, before=before)

    # The bot itself

    def invite_bot(self, title: str, kind: str = "supergroup") -> Chat:
        """A stranger puts the bot into a group of theirs."""
        if kind not in {"group", "supergroup"}:
            raise NotPossible("A group is a “group” or a “supergroup”.")
        stranger = self.world.add_user("Stranger", "en")
        supergroup = kind == "supergroup"
        chat = self.world.add_group(title, supergroup=supergroup, bot_status="left")
        chat.members[stranger.id] = "creator"
        self._place_bot(chat, "member", by=stranger)
        return chat

    def block(self, user_id: int, blocked: bool) -> None:
        """Block the bot, or let it write again."""
        user = self._user(user_id)
        chat = self.world.private_chat(user)
        if user.blocked != blocked:
            self.world.move_bot(chat, "kicked" if blocked else "member", by=user)

    def place_bot(
        self, chat_id: int, status: BotStatus, rights: frozenset[str] | None = None
    ) -> None:
        """The group's owner adds, promotes, demotes or removes the bot."""
        chat = self._chat(chat_id)
        if chat.is_private:
            raise NotPossible("The bot has a place only in groups.")
        chief = next(iter(chat.members), None)
        by = self.world.users[chief] if chief is not None else self.world.bot
        self._place_bot(chat, status, by, rights)

    def upgrade_group(self, chat_id: int) -> Chat:
        """A basic group becomes a supergroup with another id, as when topics are switched on.

        The bot hears that it joined the new one, never that it left the old one
        (tdlib/telegram-bot-api #266), and of the move from both sides.
        """
        old = self._chat(chat_id)
        if old.type != "group" or old.migrated_to is not None:
            raise NotPossible("Only a basic group can become a supergroup.")
        new = self.world.add_group(old.title, bot_status="left")
        new.members, new.gone = dict(old.members), dict(old.gone)
        new.anonymous = set(old.anonymous)
        owner = self.world.users[next(iter(old.members))]
        if old.bot_status in {"left", "kicked"}:
            new.bot_status = old.bot_status
        else:
            self.world.move_bot(new, old.bot_status, owner, old.bot_rights)
        line = "made the group a supergroup"
        self.world.note(old, owner, {"migrate_to_chat_id": new.id}, line)
        self.world.note(new, owner, {"migrate_from_chat_id": old.id}, line)
        old.migrated_to = new.id
        return new

    # What all of it rests on

    def _place_bot(
        self, chat: Chat, status: BotStatus, by: User, rights: frozenset[str] | None = None
    ) -> None:
        outside, bot = {"left", "kicked"}, self.world.bot
        was_out, is_out = chat.bot_status in outside, status in outside
        self.world.move_bot(chat, status, by, rights)
        if was_out and not is_out:
            self.world.note(chat, by, {"new_chat_members": [bot.api()]}, f"added {bot.name}")
        elif is_out and not was_out:
            self.world.note(chat, by, {"left_chat_member": bot.api()}, f"removed {bot.name}")

    def _out(
        self, chat: Chat, user: User, by: User, how: Literal["left", "kicked"], line: str
    ) -> None:
        before = member(self.world, chat, user)
        self.world.note(chat, by, {"left_chat_member": user.api()}, line)
        del chat.members[user.id]
        chat.anonymous.discard(user.id)
        chat.gone[user.id] = how
        self._moved(chat, user, by=by, before=before)

    def _moved(self, chat: Chat, user: User, by: User, before: Json) -> None:
        """An administrator bot hears of every change, if it asked to (Bot API: chat_member)."""
        after = member(self.world, chat, user)
        if chat.bot_status == "administrator" and before != after:
            change = {
                "chat": chat.api(),
                "from": by.api(),
                "date": int(self.world.now()),
                "old_chat_member": before,
                "new_chat_member": after,
            }
            self.world.queue.add("chat_member", change, chat.id)
        self.world.tell("chat", chat=chat)

    def _inside(self, user_id: int, chat_id: int) -> tuple[User, Chat]:
        user, chat = self._user(user_id), self._chat(chat_id)
        if user.id not in chat.members:
            raise NotPossible(f"{user.name} is not in this group.")
        return user, chat

    def _administrator(self, user_id: int, chat: Chat) -> User:
        user = self._user(user_id)
        if chat.members.get(user.id) not in {"creator", "administrator"}:
            raise NotPossible(f"{user.name} is no administrator of this group.")
        return user

    def _user(self, user_id: int) -> User:
        user = self.world.users.get(user_id)
        if user is None:
            raise NotPossible("There is no such person.")
        if user.deactivated:
            raise NotPossible(f"{user.name} has deleted their account.")
        return user

    def _chat(self, chat_id: int) -> Chat:
        chat = self.world.chats.get(chat_id)
        if chat is None:
            raise NotPossible("There is no such chat.")
        return chat
