"""What a stranger, or Telegram on a bad day, can send: updates built from the Bot API's types.

The fields and their types are those of python-telegram-bot's classes, so new kinds of messages
come in with its releases. `PLANTED` stands in most words, to be looked for where it must not be.
"""

import copy
import datetime as dt
import inspect
import json
import types
import typing
from collections.abc import Sequence
from functools import cache
from typing import Any

import telegram
from hypothesis import strategies as st
from telegram import ChatMember, TelegramObject
from telegram.constants import ReactionType

Json = dict[str, Any]

PLANTED = "PLANTED"
TRICKS = (
    PLANTED,
    f"{PLANTED} I want to die",
    "我爸爸喘不上气，胸痛",
    f"{{0.__class__}} {{PLANTED}} %s %(x)d {PLANTED}",
    f"<b>{PLANTED}</i><a href='javascript:x'>&amp;&bogus;<tg-emoji>",
    f"\ud800{PLANTED}\udfff",
    f"\u202e{PLANTED}\u2066 שלום مرحبا",
    "\u200d\u200b\ufe0f\U000e0001",
    "👨‍👩‍👧‍👦🏳️‍🌈",
    "/",
    "/start",
    f"/start {PLANTED}_costs",
    "/start zh-Hans_\ud800",
    "/menu@somebody_else",
    f"/{PLANTED}\n{PLANTED}",
    "/我想死",
    "v1:en:costs",
    "v1:en:mydata:deleted",
    f"v1:{PLANTED}:emergency:US!",
    "v1:xx:menu!",
    "v1:zh-Hans:language:language.language!",
    "v1:en:emergency:" + "A" * 40,
    "v1:en:costs:99999999999999999999",
    f"v9:{PLANTED}",
    "\x00",
    "",
    " ",
    PLANTED * 585,
    "𝕏" * 2048,
    "\u0301" * 4096,
    "ﷺ" * 4096,
)
IDS = (0, 1, -1, 42, 2**31, 2**52, 2**62, -(2**62), 777000, 136817688, 1087968824, -1001234567890)
_CHATS = ("private", "group", "supergroup", "channel", "sender")
_MEMBERS: dict[str, type[TelegramObject]] = {
    "creator": telegram.ChatMemberOwner,
    "administrator": telegram.ChatMemberAdministrator,
    "member": telegram.ChatMemberMember,
    "restricted": telegram.ChatMemberRestricted,
    "left": telegram.ChatMemberLeft,
    "kicked": telegram.ChatMemberBanned,
}
_NOT_TOLD = {
    "can_react_to_messages",
    "persistent_id",
    "option_persistent_ids",
    "allows_revoting",
    "members_only",
}
"""Always there (since Bot API 9.6 or 10.0), though optional in python-telegram-bot's signatures."""


def words() -> st.SearchStrategy[str]:
    """Up to 4,096 characters of anything, halves of characters too."""
    # By their places: a strategy that fails prints all that it was made of.
    trick = st.integers(0, len(TRICKS) - 1).map(TRICKS.__getitem__)
    return trick | st.text(st.characters(), max_size=30)


def numbers() -> st.SearchStrategy[int]:
    return st.sampled_from(IDS) | st.integers(-(2**62), 2**62)


@cache
def fields(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Name in JSON -> its type, and whether it is always there."""
    module = inspect.getmodule(kind)
    names = {**vars(typing), **vars(telegram), "Sequence": Sequence, "dtm": dt, **vars(module)}
    found = {}
    for name, given in inspect.signature(kind).parameters.items():
        if name in {"api_kwargs", "correct_option_id"}:  # the latter: until Bot API 9.6
            continue
        said = given.annotation
        hint = eval(said, names) if isinstance(said, str) else said  # noqa: S307 - PTB's own words
        if isinstance(hint, typing.ForwardRef):
            hint = getattr(telegram, hint.__forward_arg__)
        needed = given.default is given.empty or name in _NOT_TOLD
        found["from" if name == "from_user" else name] = (hint, needed)
    return found


@cache
def value(hint: Any, name: str, depth: int) -> st.SearchStrategy[Any]:
    """JSON of a type as python-telegram-bot writes it: `int | None`, `Sequence["PhotoSize"]`."""
    if isinstance(hint, str | typing.ForwardRef):
        hint = getattr(telegram, hint if isinstance(hint, str) else hint.__forward_arg__)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        hints = [one for one in inner if one not in {type(None), int, ReactionType}]
        hints = [one for one in hints if typing.get_origin(one) is not typing.Literal] or [int]
        return st.one_of(*(value(one, name, depth) for one in hints))
    if origin is not None and issubclass(origin, Sequence):
        return st.lists(value(inner[0], name, depth), max_size=2)
    if hint is ChatMember:
        return st.sampled_from(list(_MEMBERS)).flatmap(member)
    if hint is telegram.MaybeInaccessibleMessage:
        return made(telegram.Message, depth - 1) | made(telegram.InaccessibleMessage).map(
            _out_of_reach
        )
    if inspect.isclass(hint) and issubclass(hint, TelegramObject):
        return made(hint, depth - 1)
    if hint is bool:
        return st.booleans()
    if hint is str:
        # Of things that come in several forms: one that nobody knows yet.
        return st.just("new") if name in {"type", "source"} else words()
    if hint is float:
        return st.floats(-180, 180)
    if hint in {dt.datetime, dt.timedelta}:
        return st.integers(0, 2**31)
    return numbers()


@st.composite
def made(draw: st.DrawFn, kind: Any, depth: int = 2) -> Json:
    """One object with every field that is always there, and up to three of the others."""
    known = fields(kind)
    wanted = {name for name, (_, needed) in known.items() if needed}
    optional = [name for name in known if name not in wanted]
    if depth > 0 and optional:
        wanted |= draw(st.sets(st.sampled_from(optional), max_size=3))
    found = {name: draw(value(known[name][0], name, depth)) for name in known if name in wanted}
    return found | {"type": draw(st.sampled_from(_CHATS))} if kind is telegram.Chat else found


def member(status: str) -> st.SearchStrategy[Json]:
    """Somebody's place in a chat."""
    return made(_MEMBERS[status], 0).map(lambda found: found | {"status": status})


def _out_of_reach(message: Json) -> Json:
    return message | {"date": 0}


PRIVATE = {"id": 42, "type": "private", "first_name": PLANTED}
PERSON = {"id": 42, "is_bot": False, "first_name": PLANTED, "language_code": "zh-hans"}
CONTENT = (
    "text",
    "animation",
    "audio",
    "document",
    "paid_media",
    "photo",
    "sticker",
    "story",
    "video",
    "video_note",
    "voice",
    "checklist",
    "contact",
    "dice",
    "game",
    "poll",
    "venue",
    "location",
    "invoice",
    "giveaway",
    "live_photo",
)
"""What a person can send (Bot API, Message)."""


@st.composite
def content(draw: st.DrawFn, kind: str) -> Json:
    """A private message of this kind, as a person sends it."""
    hint, _ = fields(telegram.Message)[kind]
    thing = draw(value(hint, kind, 2).filter(lambda found: found != []))
    said = draw(st.none() | words()) if kind != "text" else None
    return {
        "message_id": draw(numbers()),
        "date": 1_800_000_000,
        "chat": PRIVATE,
        "from": PERSON,
        kind: thing,
        **({"caption": said} if said is not None else {}),
    }


def messages() -> st.SearchStrategy[Json]:
    return (st.sampled_from(CONTENT) | st.just("text")).flatmap(content)


@st.composite
def taps(draw: st.DrawFn, data: st.SearchStrategy[str] | None = None) -> Json:
    """A press in a private chat, under a message that is there, out of reach, or not told."""
    message = {"message_id": draw(numbers()), "chat": PRIVATE, "date": draw(st.integers(0, 1))}
    query: Json = {"id": draw(words()), "from": PERSON, "chat_instance": draw(words())}
    query["data"] = draw(words() if data is None else data)
    return query | draw(st.sampled_from([{"message": message}, {"inline_message_id": PLANTED}]))


def updates() -> st.SearchStrategy[Json]:
    """Whole updates, well formed, of every kind that python-telegram-bot knows, and of none."""
    kinds = [name for name in fields(telegram.Update) if name != "update_id"]
    known = st.sampled_from(kinds).flatmap(
        lambda kind: st.builds(
            lambda inside: {kind: inside}, value(fields(telegram.Update)[kind][0], kind, 2)
        )
    )
    return st.one_of(
        known,
        st.builds(lambda one: {"message": one}, messages()),
        st.builds(lambda one: {"edited_message": one}, messages()),
        st.builds(lambda one: {"callback_query": one}, taps()),
        st.builds(lambda one: {"my_chat_member": one}, made(telegram.ChatMemberUpdated)),
        st.builds(lambda name: {f"new_{len(name)}": {"words": name}}, words()),
    )


WRONG: tuple[Any, ...] = (None, [], {}, "", PLANTED, 0, -1, 1.5, True, 2**70, [[]], {"id": 1})


@st.composite
def broken(draw: st.DrawFn, whole: st.SearchStrategy[Json]) -> Json:
    """An update in which up to three places were taken out or replaced by what cannot be there."""
    update: Json = json.loads(json.dumps(draw(whole)))
    for _ in range(draw(st.integers(1, 3))):
        inside: Any = update
        while True:
            keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(inside[key], dict | list) and inside[key] and draw(st.booleans()):
                inside = inside[key]
                continue
            if draw(st.booleans()):
                del inside[key]
            else:
                # A copy: put in as it is, a list could come to hold itself.
                inside[key] = copy.deepcopy(draw(st.sampled_from(WRONG)))
            break
    return update


def delivered(update: Json, number: int = 1) -> Json:
    """The update as it comes out of Telegram's JSON, halves of characters escaped."""
    body: Json = json.loads(json.dumps({"update_id": number, **update}))
    return body
