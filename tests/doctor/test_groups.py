"""What the doctor says of staff groups: the place and the rights of the bot in each."""

from typing import Any

import pytest
from sqlalchemy import insert

from bot.channels.telegram.standing import Account, Group, Trouble
from bot.doctor.telegram import about_group
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.storage.database import connect
from bot.storage.tables import moved_groups
from tests.doctor.findings import ME, RIGHTS, but, examine, filled, key_of, of, sqlite_url, the


def staff(sandbox: Sandbox) -> int:
    assert sandbox.staff_chat_id is not None
    return sandbox.staff_chat_id


@pytest.mark.parametrize(
    ("lost", "mark", "switches"),
    [
        ({"can_manage_topics"}, "bad", ["Manage topics"]),
        ({"can_delete_messages"}, "bad", ["Delete messages"]),
        ({"can_pin_messages"}, "look", ["Pin messages"]),
        (set(RIGHTS), "bad", ["Manage topics", "Delete messages", "Pin messages"]),
    ],
)
async def test_each_missing_right_is_named_with_its_switch(
    sandbox: Sandbox, settings: Settings, lost: set[str], mark: str, switches: list[str]
) -> None:
    """Of the rights that the bot lacks, each is named as Telegram's own switch; no other is."""
    sandbox.people.place_bot(staff(sandbox), "administrator", RIGHTS - lost)
    told = the(await examine(settings), "Staff group")
    assert told.mark == mark
    assert "Staff" in told.said
    named = [
        one for one in ("Manage topics", "Delete messages", "Pin messages") if one in told.remedy
    ]
    assert named == switches


@pytest.mark.parametrize(
    ("status", "fragment", "remedy"),
    [
        ("member", "no administrator", "Administrators"),
        ("left", "not in that group", "web.telegram.org/a"),
        ("kicked", "not in that group", "web.telegram.org/a"),
    ],
)
async def test_a_bot_without_its_place(
    sandbox: Sandbox, settings: Settings, status: Any, fragment: str, remedy: str
) -> None:
    """An ordinary member hears nothing; who left or was removed has to be let in again."""
    sandbox.people.place_bot(staff(sandbox), status)
    told = the(await examine(settings), "Staff group")
    assert told.mark == "bad"
    assert fragment in told.said
    assert remedy in told.remedy


async def test_a_group_that_is_none(sandbox: Sandbox, settings: Settings) -> None:
    """An id that nobody has, and the id of a person: both are told."""
    maria = sandbox.add_person("Maria", "en", started=True)
    unknown = the(await examine(but(settings, staff_chat_id=-1001)), "Staff group")
    assert (unknown.mark, "the id is wrong" in unknown.said) == ("bad", True)
    person = the(await examine(but(settings, staff_chat_id=maria.id)), "Staff group")
    assert (person.mark, "private chat" in person.said) == ("bad", True)


async def test_a_group_without_topics(sandbox: Sandbox, settings: Settings) -> None:
    """A supergroup without topics works, less well; a basic group must become one."""
    sandbox.world.chats[staff(sandbox)].is_forum = False
    told = the(await examine(settings), "Staff group")
    assert (told.mark, "Topics" in told.remedy) == ("look", True)
    basic = sandbox.world.add_group("Small", supergroup=False, bot_status="administrator")
    told = the(await examine(but(settings, staff_chat_id=basic.id)), "Staff group")
    assert (told.mark, "basic group" in told.said) == ("bad", True)
    assert "Topics" in told.remedy


async def test_the_new_id_of_a_group_is_told(sandbox: Sandbox, settings: Settings) -> None:
    """A group that became a supergroup: bad with the new id; once the bot follows it, no more."""
    basic = sandbox.people.invite_bot("Small", "group")
    new = sandbox.people.upgrade_group(basic.id)
    settings = but(settings, staff_chat_id=basic.id)
    told = the(await examine(settings), "Staff group")
    assert (told.mark, str(new.id) in told.remedy) == ("bad", True)
    await filled(sqlite_url(settings), key_of(settings))
    engine = connect(sqlite_url(settings))
    async with engine.begin() as connection:
        await connection.execute(insert(moved_groups).values(old_id=basic.id, new_id=new.id))
    await engine.dispose()
    told = the(await examine(settings), "Staff group")
    assert (told.mark, str(new.id) in told.remedy) == ("look", True)


async def test_several_staff_groups(sandbox: Sandbox, settings: Settings) -> None:
    """Each is looked at once, by all its names; a language that is not here is named."""
    other = sandbox.world.add_group("中文组", forum=True, bot_status="member")
    groups = {"zh_Hans": other.id, "en": staff(sandbox), "tlh": other.id}
    findings = of(await examine(but(settings, staff_groups=groups)), "Staff group")
    fine, lacking, unknown = sorted(findings, key=lambda one: ("ok", "bad", "look").index(one.mark))
    assert "STAFF_CHAT_ID and STAFF_GROUPS en" in fine.said
    assert "STAFF_GROUPS zh_Hans and STAFF_GROUPS tlh" in lacking.said
    assert "中文组" in lacking.said
    assert "“tlh”" in unknown.said


async def test_without_a_staff_group_consultations_stay_closed(settings: Settings) -> None:
    """That is worth a look and nothing worse."""
    told = the(await examine(but(settings, staff_chat_id=None)), "Staff group")
    assert (told.mark, "consultations" in told.said) == ("look", True)


def test_a_bot_that_may_not_join_is_let_first() -> None:
    """What to say to @BotFather comes before adding the bot to the group."""
    told = about_group("STAFF_CHAT_ID", -1, Trouble("refused"), Account("b", False, False), None)
    assert "/setjoingroups" in told.remedy
    told = about_group("STAFF_CHAT_ID", -1, Trouble("refused"), ME, None)
    assert "/setjoingroups" not in told.remedy


def test_a_groups_title_cannot_deceive() -> None:
    """Line breaks and what steers a terminal are gone, and a long title is cut."""
    group = Group("Staff\n\x1b[31mok   all is well" + "x" * 300, forum=True, status="administrator")
    told = about_group("STAFF_CHAT_ID", -1, group, ME, None)
    assert "\n" not in told.said
    assert "\x1b" not in told.said
    assert len(told.said) < 400
