"""Judges how the bot stands with Telegram: its account, updates, staff groups, the address."""

import ipaddress
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bot.channels.telegram.standing import Account, Group, Hook, Standing, Trouble
from bot.doctor.finding import Finding, Mark, host, listed, plain
from bot.settings import TELEGRAM, Settings

FRESH = 300.0
"""Seconds for which a delivery that failed says how things are now."""

NO_GROUP = Finding(
    "look",
    "Staff group",
    "STAFF_CHAT_ID is not set, so consultations stay closed.",
    "When a team is ready to answer: make a group with topics, add the bot as an administrator, "
    "and set STAFF_CHAT_ID to the group's id. web.telegram.org/a shows it in the address.",
)

_EDIT = "In Telegram: the group's name, Edit"

_RIGHTS: dict[str, tuple[Mark, str, str]] = {
    "can_manage_topics": ("bad", "make a topic for each case", "Manage topics"),
    "can_delete_messages": ("bad", "erase what a patient wants erased", "Delete messages"),
    "can_pin_messages": ("look", "pin the card of a case", "Pin messages"),
}
"""What the bot does in its staff group with a right, and what Telegram's apps call that."""


def about_telegram(
    found: Standing, settings: Settings, moved: dict[int, int], now: float
) -> Iterator[Finding]:
    """The account, the way that updates take, each staff group.

    `moved`: groups that the bot saw become another one. `now`: seconds since 1970.
    """
    me = found.account
    if isinstance(me, Trouble):
        yield Finding("bad", "Telegram", *_silence(me, settings.bot_api_url))
        if settings.groups:
            what = "The staff groups were not looked at, because Telegram gave no answer."
            yield Finding("look", "Staff group", what, "Mend the line above, then run this again.")
        return
    yield Finding("ok", "Telegram", f"@{me.name} answers at {host(settings.bot_api_url)}.")
    if isinstance(found.hook, Hook):
        yield about_updates(found.hook, settings.webhook_url, now)
    elif found.hook is not None:
        yield Finding("look", "Updates", *_silence(found.hook, settings.bot_api_url))
    for chat_id, group in found.groups.items():
        name = _setting(settings, chat_id)
        if isinstance(group, Trouble) and group.reason != "refused":
            said, remedy = _silence(group, settings.bot_api_url)
            yield Finding("bad", "Staff group", f"{name}: {said}", remedy)
        else:
            yield about_group(name, chat_id, group, me, moved.get(chat_id))


def about_updates(hook: Hook, wanted: str | None, now: float) -> Finding:
    """How updates come. `wanted`: WEBHOOK_URL, None for long polling. `now`: since 1970."""
    wait = f"{hook.waiting} update{' waits' if hook.waiting == 1 else 's wait'} at Telegram"
    if hook.url and hook.url != wanted:
        return Finding(
            "look",
            "Updates",
            f"Telegram delivers them to {host(hook.url)}, which is not what the settings say.",
            "Start the bot: it sets that right. If another bot uses this token, give each its own.",
        )
    if wanted is not None and not hook.url:
        return Finding(
            "look",
            "Updates",
            "Telegram does not deliver to WEBHOOK_URL yet.",
            "Start the bot: it registers the address by itself.",
        )
    if not hook.waiting:
        way = "long polling" if wanted is None else "webhook"
        return Finding("ok", "Updates", f"They come by {way}; none is waiting.")
    if wanted is not None and hook.failed is not None and now - hook.failed < FRESH:
        words = plain(hook.failure).rstrip(".")
        return Finding(
            "bad",
            "Updates",
            f"Telegram cannot deliver to WEBHOOK_URL (“{words}”), and {wait}.",
            "Check that the bot runs, and that this address leads to its PORT, with a certificate "
            "that browsers accept.",
        )
    return Finding(
        "look",
        "Updates",
        f"{wait}, where they are kept for 24 hours.",
        "Start the bot; if it runs, its log says what keeps it.",
    )


def about_group(
    name: str, chat_id: int, group: Group | Trouble, me: Account, moved: int | None
) -> Finding:
    """One staff group: `name` is the setting, `moved` the supergroup that the bot saw it become."""
    what = f"{name} ({chat_id})"
    if isinstance(group, Trouble) or group.status in {"left", "kicked"}:
        join = "Add" if me.may_join else "In @BotFather: /setjoingroups, Enable. Then add"
        return Finding(
            "bad",
            "Staff group",
            f"{what}: the bot is not in that group, or the id is wrong.",
            f"{join} @{me.name} to the group as an administrator, and compare the id: "
            "web.telegram.org/a shows it in the address.",
        )
    if group.moved_to is not None:
        followed = moved == group.moved_to
        return Finding(
            "look" if followed else "bad",
            "Staff group",
            f"{what} is a supergroup now, with another id{', which the bot knows' * followed}.",
            f"Write {group.moved_to} instead of {chat_id} in {name}, and run this again.",
        )
    what = f"{name} ({chat_id}, “{plain(group.title, 40)}”)"
    match group.kind:
        case "supergroup":
            return _about_rights(what, group, me)
        case "group":
            said = f"{what} is a basic group, which cannot have a topic for each case."
            remedy = f"{_EDIT}: switch on Topics. That changes its id: run this again to see it."
        case _:
            said = f"{what} is no group but a {group.kind} chat."
            remedy = (
                f"Make a group with topics, add @{me.name} as an administrator, and set its id."
            )
    return Finding("bad", "Staff group", said, remedy)


def _about_rights(what: str, group: Group, me: Account) -> Finding:
    """A supergroup that the bot is in."""
    if group.status != "administrator":
        heard = "" if me.hears_all else ", so it does not hear what staff write"
        return Finding(
            "bad",
            "Staff group",
            f"{what}: the bot is no administrator{heard}.",
            f"{_EDIT}, Administrators, Add: @{me.name}, with “Manage topics”, “Delete messages” "
            "and “Pin messages”.",
        )
    needed = [right for right in _RIGHTS if group.forum or right != "can_manage_topics"]
    lacking = [_RIGHTS[right] for right in needed if right not in group.rights]
    if lacking:
        switches = listed([f"“{switch}”" for _, _, switch in lacking])
        return Finding(
            "bad" if any(mark == "bad" for mark, _, _ in lacking) else "look",
            "Staff group",
            f"{what}: the bot may not {listed([deed for _, deed, _ in lacking], 'or')}.",
            f"{_EDIT}, Administrators, @{me.name}: switch on {switches}.",
        )
    if not group.forum:
        return Finding(
            "look",
            "Staff group",
            f"{what} has no topics, so all cases would stand in one stream.",
            f"{_EDIT}: switch on Topics (its owner can). Then run this again.",
        )
    return Finding("ok", "Staff group", f"{what}: topics are on, and the bot has its rights.")


def _silence(trouble: Trouble, api: str) -> tuple[str, str]:
    """Why there was no answer, and what to do."""
    server, own = host(api), api != TELEGRAM
    network = "Check this machine's network and firewall; behind a proxy, set HTTPS_PROXY."
    if own:
        network = "Check BOT_API_URL, and that the server there is running."
    match trouble.reason:
        case "token" if own:
            said = f"{server} does not know this BOT_TOKEN, or is no Bot API server."
            return said, "Copy the token again from @BotFather, and check BOT_API_URL."
        case "token":
            said = "Telegram does not know this BOT_TOKEN."
            return said, "Copy it again from @BotFather: /mybots, your bot, API Token."
        case "away" if "certificate" in trouble.detail:
            said = f"{server} cannot be reached safely ({trouble.detail})."
            scan = "Check this machine's clock, and whether a proxy or virus scanner reads along."
            return said, scan
        case "away":
            return f"{server} cannot be reached ({trouble.detail}).", network
        case "late":
            return f"{server} gave no answer in time.", f"{network} Then run this again."
        case _:
            again = "Run this again in a few minutes; Telegram may be in trouble itself."
            return f"{server} answers with an error.", again if not own else network


def _setting(settings: Settings, chat_id: int) -> str:
    """Where the settings name this group."""
    names = ["STAFF_CHAT_ID"] if chat_id == settings.staff_chat_id else []
    names += [
        f"STAFF_GROUPS {code}" for code, its in settings.staff_groups.items() if its == chat_id
    ]
    return listed(names)


def about_address(api: str) -> Iterator[Finding]:
    """A Bot API server that is called without encryption."""
    try:
        parts = urlsplit(api)
        name = parts.hostname or ""
    except ValueError:
        return  # no address at all: nothing can be reached there
    if parts.scheme != "http" or name == "localhost":
        return
    try:
        address: Any = ipaddress.ip_address(name)
    except ValueError:
        address = None
    if address is not None and address.is_loopback:
        return
    said = f"Calls to {host(api)} go unencrypted: the token and what patients write can be read."
    if "." not in name or (address is not None and address.is_private):
        remedy = "Only a network that is yours alone may be in between; else use https://."
        yield Finding("look", "BOT_API_URL", said, remedy)
    else:
        yield Finding("bad", "BOT_API_URL", said, "Use an https:// address.")
