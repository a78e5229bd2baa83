"""Groups: foreign ones are left with one sentence, the staff's is kept, under whatever id."""

import asyncio
from typing import Any

import pytest

from bot.sandbox.model import Chat
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.channels.updates import Json
from tests.journeys.beside import PATIENCE, running, until
from tests.journeys.seen import HELP, MENU, said_in
from tests.people import Page

pytestmark = pytest.mark.usefixtures("quick", "nothing_escapes")


async def left(sandbox: Sandbox, chat_id: int, times: int = 1) -> None:
    async with asyncio.timeout(PATIENCE):
        while times > sum(
            str(c.params["chat_id"]) == str(chat_id) for c in sandbox.faults.calls_of("leaveChat")
        ):
            await asyncio.sleep(0.01)


async def test_a_group_is_left_each_time_the_bot_is_put_into_it(
    sandbox: Sandbox, page: Page
) -> None:
    """Removed and added again: told again, left again."""
    group = sandbox.people.invite_bot("Family")
    await left(sandbox, group.id)
    sandbox.people.place_bot(group.id, "kicked")
    sandbox.people.place_bot(group.id, "member")
    await left(sandbox, group.id, 2)
    sandbox.people.place_bot(group.id, "administrator")
    await left(sandbox, group.id, 3)
    assert group.bot_status == "left"
    assert len(said_in(sandbox, group.id)) == 3


async def test_a_group_that_moved_while_the_bot_was_away_is_left_where_it_is_now(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Invited as a group, found as a supergroup."""
    old = sandbox.people.invite_bot("Family", "group")
    new = sandbox.people.upgrade_group(old.id)
    async with running(sandbox, settings):
        await left(sandbox, new.id)
    assert new.bot_status == "left"


async def test_a_channel_is_left_without_a_word(sandbox: Sandbox, page: Page) -> None:
    """Nothing is broadcast, whatever is posted there."""
    channel = {"id": -1009, "type": "channel", "title": "News"}
    user = {"id": 7, "is_bot": False, "first_name": "Stranger"}
    change = {"chat": channel, "from": user, "date": 1}
    change["old_chat_member"] = {"user": user, "status": "left"}
    change["new_chat_member"] = {"user": user, "status": "member"}
    sandbox.queue_update({"my_chat_member": change})
    sandbox.queue_update({"channel_post": {"message_id": 1, "date": 1, "chat": channel}})
    await left(sandbox, -1009)
    assert not said_in(sandbox, -1009)


async def test_a_crowd_shouting_in_a_foreign_group_costs_one_farewell(
    sandbox: Sandbox, settings: Settings
) -> None:
    """Hundreds of lines before the bot could leave take nobody's place, and bring few calls."""
    group = sandbox.people.invite_bot("Crowd")
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "Group"}
    linked = {"sender_chat": {"id": -1009, "type": "channel", "title": "News"}}
    for number in range(600):
        message: Json = {"message_id": number, "date": 1, "chat": group.api(), "from": anonymous}
        message |= linked if number % 2 else {"sender_chat": group.api()}
        sandbox.queue_update({"message": message | {"text": "/start"}})
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        await maria.says("/start")
        async with running(sandbox, settings):
            await maria.sees(MENU)
            await left(sandbox, group.id)
    assert len(said_in(sandbox, group.id)) <= 7  # batches of updates, not updates


# ── the staff's group becomes a supergroup ──────────────────────────────────────────────────────


class Team:
    """A staff group that has just become a supergroup, and what Telegram tells of that."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.old = sandbox.world.add_group("PLANTED", supergroup=False, bot_status="administrator")
        self.new = sandbox.world.add_group("PLANTED", bot_status="administrator")

    def tells(self, *what: str) -> None:
        """`to` and `from` are the two messages, `joined` is the bot's place in the new group,
        `talk` a message there."""
        sender = {"id": 7, "is_bot": False, "first_name": "PLANTED"}
        bot = self.sandbox.world.bot_member(self.new, "administrator", frozenset())
        change = {"chat": self.new.api(), "from": sender, "date": 1, "new_chat_member": bot}
        told: dict[str, Json] = {
            "to": {"message": self.said(self.old, migrate_to_chat_id=self.new.id)},
            "from": {"message": self.said(self.new, migrate_from_chat_id=self.old.id)},
            "joined": {"my_chat_member": change},
            "talk": {"message": self.said(self.new, text="PLANTED /start")},
        }
        for one in what:
            self.sandbox.queue_update(told[one], self.new.id)

    @staticmethod
    def said(chat: Chat, **content: Any) -> Json:
        return {"message_id": 2, "date": 1, "chat": chat.api(), **content}

    def untouched(self) -> bool:
        """Whether the bot is still there, and has not said a word."""
        calls = self.sandbox.faults.calls_of("leaveChat", "sendMessage")
        ours = {str(self.old.id), str(self.new.id)}
        return not [call for call in calls if str(call.params["chat_id"]) in ours]


@pytest.fixture
def team(sandbox: Sandbox) -> Team:
    return Team(sandbox)


@pytest.mark.parametrize(
    "told",
    [
        ("to", "from"),
        ("to",),
        ("from",),
        ("joined", "to", "from"),
        ("joined", "talk", "from"),
        ("talk", "to"),
        ("to", "joined", "from", "to", "talk"),
    ],
    ids=" ".join,
)
async def test_the_bot_stays_in_its_staff_group_when_that_becomes_a_supergroup(
    sandbox: Sandbox,
    settings: Settings,
    team: Team,
    told: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In whatever order Telegram tells of it, and also after a restart with the old settings;
    the log says which id to set."""
    monkeypatch.setattr("bot.channels.telegram.receive.MOVING_SECONDS", 0.2)
    settings = settings.model_copy(update={"staff_chat_id": team.old.id})
    team.tells(*told)
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        for command, seen in (("/start", MENU), ("/help", HELP)):
            async with running(sandbox, settings) as app:
                await maria.says(command)
                await maria.sees(seen)
                await until(lambda: not app.health.waiting(), "whatever is under way")
                assert team.untouched()
            team.tells("talk", "joined")
    said = f"staff group {team.old.id} is a supergroup now: set it to {team.new.id} in the settings"
    assert caplog.messages.count(said) == 2


async def test_an_invitation_that_comes_before_its_reason_is_not_answered_at_once(
    sandbox: Sandbox, settings: Settings, team: Team
) -> None:
    """The bot is told that it stands in a new supergroup, and only then whose that is."""
    settings = settings.model_copy(update={"staff_chat_id": team.old.id})
    async with running(sandbox, settings) as app:
        team.tells("joined", "talk")
        await until(lambda: app.health.taken == 2, "the invitation")
        team.tells("from")
        await until(lambda: app.health.taken == 3 and not app.health.waiting(), "the end of it")
    assert team.untouched()


async def test_a_supergroup_of_strangers_is_left_though_ours_might_become_one(
    sandbox: Sandbox, settings: Settings, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a little later."""
    monkeypatch.setattr("bot.channels.telegram.receive.MOVING_SECONDS", 0.2)
    settings = settings.model_copy(update={"staff_chat_id": team.old.id})
    async with running(sandbox, settings):
        group = sandbox.people.invite_bot("Family")
        await left(sandbox, group.id)
        assert len(said_in(sandbox, group.id)) == 1
    assert team.untouched()


async def test_a_forged_move_takes_nothing_and_gives_nothing(
    sandbox: Sandbox, settings: Settings, team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    """Told in a private chat or in a group of strangers: that person is answered as before, that
    group is left, and ours stays ours."""
    settings = settings.model_copy(update={"staff_chat_id": team.new.id})
    async with Page(sandbox.url) as page:
        maria = await page.patient()
        stranger = sandbox.people.invite_bot("Family", "group")
        private = {"id": maria.chat, "type": "private"}
        for chat, move in (
            (private, {"migrate_from_chat_id": team.new.id}),
            (private, {"migrate_to_chat_id": team.new.id}),
            (stranger.api(), {"migrate_from_chat_id": team.new.id}),
            (stranger.api(), {"migrate_to_chat_id": team.new.id}),
        ):
            sandbox.queue_update({"message": {"message_id": 1, "date": 1, "chat": chat} | move})
        async with running(sandbox, settings):
            await left(sandbox, stranger.id)
            await maria.says("/start")
            await maria.sees(MENU)
            team.tells("talk")
            await maria.says("/help")
            await maria.sees(HELP)
    assert team.untouched()
    assert "is a supergroup now" not in caplog.text
