"""How the bot stands with Telegram: its account, the way updates take, its place in groups.

It only asks, and asks nothing that a bot running with the same token would feel: no getUpdates,
which would cut off that bot's own.
"""

import asyncio
import re
from collections.abc import Awaitable, Collection
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.client import Client
from bot.channels.telegram.transport import NotSent

T = TypeVar("T")

Reason = Literal["token", "away", "late", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why Telegram gave no answer: it does not know the token; it cannot be reached (`detail`
    says how, without any address of a call); it took too long; it refuses this bot this; it
    answered something else."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """The bot itself (Bot API, getMe)."""

    name: str
    """Without the @."""
    may_join: bool
    """False when @BotFather was told that it cannot be added to groups."""
    hears_all: bool
    """False under group privacy: as an ordinary member it hears commands and answers to it."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Where Telegram delivers updates (Bot API, getWebhookInfo)."""

    url: str
    """Empty while they are fetched by long polling."""
    waiting: int
    failed: float | None = None
    """When a delivery last failed, in seconds since 1970."""
    failure: str = ""
    """Why, in Telegram's words."""


@dataclass(frozen=True, slots=True)
class Group:
    """A chat and the bot's place in it (Bot API, getChat and getChatMember)."""

    title: str = ""
    kind: str = "supergroup"
    """`supergroup`, `group`, `channel` or `private`."""
    forum: bool = False
    """Topics are switched on."""
    status: str = ""
    """`administrator`, `member`, `restricted`, `left` or `kicked`."""
    rights: frozenset[str] = frozenset()
    """What it may do there, in the Bot API's words: `can_manage_topics`."""
    moved_to: int | None = None
    """The id of the supergroup that this group has become."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it. Without an account nothing else was asked."""

    account: Account | Trouble
    hook: Hook | Trouble | None = None
    groups: dict[int, Group | Trouble] = field(default_factory=dict)


async def standing(token: str, api: str, groups: Collection[int], patience: float) -> Standing:
    """Asks Telegram at `api`, and waits up to twice `patience` seconds altogether."""
    client = Client(token, api)
    try:
        account = await _asked(_account(client), patience)
        if isinstance(account, Trouble):
            return Standing(account)
        hook, found = await asyncio.gather(
            _asked(_hook(client), patience),
            asyncio.gather(*(_asked(_group(client, chat_id), patience) for chat_id in groups)),
        )
        return Standing(account, hook, dict(zip(groups, found, strict=True)))
    finally:
        await client.shutdown()


async def _asked(answer: Awaitable[T], patience: float) -> T | Trouble:
    try:
        async with asyncio.timeout(patience):
            return await answer
    except InvalidToken:
        return Trouble("token")
    except NotSent as error:
        return Trouble("away", _in_short(error.message))
    except (TimeoutError, TimedOut, RetryAfter):
        return Trouble("late")
    except (Forbidden, BadRequest):
        return Trouble("refused")
    except (TelegramError, KeyError, TypeError, ValueError, AttributeError):
        # The last four: it is no Bot API that answers.
        return Trouble("failed")


def _in_short(message: str) -> str:
    """The reason in what the transport said, which holds no address of a call: without the names
    of classes, and of the host, which the reader knows."""
    said = re.sub(r"^(\w+(: |$))?(\S+:\d+: )?(\[SSL: \w+\] )?| \(_ssl\.c:\d+\)", "", message)
    return re.sub(r"^Connect call failed.*|^$", "no connection", said)


async def _account(client: Client) -> Account:
    await client.initialize()  # which asks getMe
    me = client.bot
    return Account(
        me.username or "", bool(me.can_join_groups), bool(me.can_read_all_group_messages)
    )


async def _hook(client: Client) -> Hook:
    info = await client.get_webhook_info()
    failed = info.last_error_date
    return Hook(
        info.url,
        info.pending_update_count,
        failed.timestamp() if failed is not None else None,
        info.last_error_message or "",
    )


async def _group(client: Client, chat_id: int) -> Group:
    try:
        # As JSON: the library refuses a whole chat for a field that an older server does not have.
        chat = await client.call("getChat", chat_id=chat_id)
        title, kind = str(chat.get("title", "")), str(chat["type"])
        if kind not in {"group", "supergroup"}:
            return Group(title, kind)
        if kind == "group":
            # Telegram says that a group has become another one only to who writes there
            # (telegram-bot-api, Client.cpp: check_chat). "typing" is the least one can write.
            await client.call("sendChatAction", chat_id=chat_id, action="typing")
        place: dict[str, Any] = await client.call(
            "getChatMember", chat_id=chat_id, user_id=client.bot.id
        )
    except ChatMigrated as moved:
        return Group(moved_to=moved.new_chat_id)
    rights = frozenset(
        name for name, value in place.items() if name.startswith("can_") and value is True
    )
    return Group(title, kind, chat.get("is_forum") is True, str(place["status"]), rights)
