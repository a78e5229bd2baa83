"""Who is in a staff group at this moment, and who may do what there.

Telegram is asked when somebody acts (getChatMember), and the answer is good for half a minute: who
was removed must not go on, and who types ten answers in a row need not be looked up ten times.
"""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from telegram.error import BadRequest, Forbidden

from bot.channels.telegram.client import Client
from bot.channels.telegram.present import transient
from bot.channels.telegram.read import is_chat
from bot.desk.event import Member
from bot.retry import until_done

log = logging.getLogger(__name__)

GOOD_SECONDS = 30.0
"""How long an answer of Telegram's is believed."""

_CHIEFS = ("creator", "administrator")

_NOT_TOLD = ("chat_admin_required", "member list is inaccessible")
"""Telegram tells a bot for certain only where it is an administrator (Bot API, getChatMember)."""


class Role(NamedTuple):
    """`member`: in the group at this moment. `admin`: may erase, export and settle for good."""

    member: bool
    admin: bool


class Chief(NamedTuple):
    """Somebody who is told when a person has waited too long: Telegram's id, and a name."""

    id: int
    name: str


class Roles:
    """Asks Telegram. `admins`: STAFF_ADMINS; without any, the administrators of each group."""

    def __init__(
        self,
        client: Client,
        admins: tuple[int, ...],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._admins = admins
        self._now = now
        self._known: dict[tuple[int, int], tuple[Role, float]] = {}
        self._changes = 0
        self._told: set[int] = set()

    async def of(self, group: int, member: Member) -> Role:
        """Waits until Telegram can be asked. An administrator who remains anonymous is in the
        group, for only such a one can speak as it; who it is nobody knows, so they decide nothing
        that needs a name."""
        if member.anonymous:
            return Role(member=True, admin=False)
        key = group, member.id
        found = self._known.get(key)
        if found is not None and found[1] > self._now():
            return found[0]
        changes = self._changes
        role = await self._asked(group, member.id)
        self._known = {who: one for who, one in self._known.items() if one[1] > self._now()}
        if changes == self._changes:  # else somebody may have left while Telegram was asked
            self._known[key] = role, self._now() + GOOD_SECONDS
        return role

    def forget(self, group: int, user: int) -> None:
        """Somebody came, left or became something else: the next time Telegram is asked."""
        self._changes += 1
        self._known.pop((group, user), None)

    async def chiefs(self, group: int) -> tuple[Chief, ...]:
        """Who is to be told by name: STAFF_ADMINS, else the group's administrators. Raises
        telegram.error.TelegramError."""
        if not self._admins:
            listed = await self._client.call("getChatAdministrators", chat_id=group)
            people = [one.get("user", {}) for one in listed]
            return tuple(_chief(one) for one in people if not one.get("is_bot"))
        return tuple([await self._named(group, user) for user in self._admins])

    async def _named(self, group: int, user: int) -> Chief:
        try:
            found = await self._client.call("getChatMember", chat_id=group, user_id=user)
        except (BadRequest, Forbidden):
            return Chief(user, str(user))
        return _chief({"id": user, **found.get("user", {})})

    async def _asked(self, group: int, user: int) -> Role:
        ask = partial(self._client.call, "getChatMember", chat_id=group, user_id=user)
        try:
            found = await until_done(ask, transient, _patience, first=0.3, most=10.0)
        except (BadRequest, Forbidden) as error:
            if not any(words in error.message.lower() for words in _NOT_TOLD):
                return Role(member=False, admin=False)  # Telegram knows of no such member
            if group not in self._told:
                log.warning(
                    "group %d: make the bot an administrator: who is in it is not told otherwise",
                    group,
                )
                self._told.add(group)
            # What they wrote did come out of the group; of what they may do nothing is known.
            return Role(member=True, admin=user in self._admins)
        status = found.get("status")
        member = status in _CHIEFS or status == "member"
        member = member or (status == "restricted" and found.get("is_member") is True)
        admin = user in self._admins if self._admins else status in _CHIEFS
        return Role(member, member and admin)


def _chief(user: dict[str, Any]) -> Chief:
    id, names = user.get("id"), (user.get("first_name"), user.get("last_name"))
    name = " ".join(str(one) for one in names if one)
    return Chief(id if is_chat(id) else 0, name or str(id))  # type: ignore[arg-type] # looked at


def _patience(error: BaseException) -> None:
    log.warning("Telegram was not asked who a member is (%s)", type(error).__name__)
