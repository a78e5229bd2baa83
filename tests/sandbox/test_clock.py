"""The time of the sandbox moves forward at a touch, and everything there goes by it."""

from datetime import UTC, datetime

import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.members import NotPossible
from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Api

DAY = 24 * 3600


async def test_the_page_moves_the_time(sandbox: Sandbox, api: Api, maria: User) -> None:
    """Forward by seconds, and back; whoever asked to be told is told each time; messages carry
    its date."""
    moves: list[datetime] = []
    sandbox.clock.moved.append(lambda: moves.append(sandbox.clock.now()))
    before = sandbox.people.say(maria.id, maria.id, "before").date
    assert await api.page("clock", seconds=DAY) == {"now": before + DAY, "ahead": DAY}
    assert (await api.page("clock", seconds=3600))["ahead"] == DAY + 3600
    sent = await api.call("sendMessage", chat_id=maria.id, text="after")
    assert sent["date"] == before + DAY + 3600
    assert await api.page("clock", real=True) == {"now": before, "ahead": 0}
    assert [moment.timestamp() for moment in moves] == [
        before + DAY,
        before + DAY + 3600,
        before,
    ]
    assert moves[0].tzinfo is UTC


async def test_two_days_are_too_long_to_take_back(sandbox: Sandbox, api: Api, maria: User) -> None:
    """The 48-hour rule goes by this time: a second before it, and at it."""
    first = await api.call("sendMessage", chat_id=maria.id, text="x")
    second = await api.call("sendMessage", chat_id=maria.id, text="y")
    said = sandbox.people.say(maria.id, maria.id, "z")
    sandbox.clock.move(2 * DAY - 1)
    sandbox.people.edit(maria.id, maria.id, said.message_id, "zz")
    await api.call("deleteMessage", chat_id=maria.id, message_id=first["message_id"])
    sandbox.clock.move(1)
    with pytest.raises(NotPossible, match="48 hours"):
        sandbox.people.edit(maria.id, maria.id, said.message_id, "zzz")
    assert (
        await api.refused("deleteMessage", chat_id=maria.id, message_id=second["message_id"])
        == "Bad Request: message can't be deleted for everyone"
    )


async def test_no_update_is_lost_by_a_move(sandbox: Sandbox, api: Api, maria: User) -> None:
    """What waited for the bot when two days were moved away still waits."""
    sandbox.people.say(maria.id, maria.id, "before")
    sandbox.clock.move(2 * DAY)
    assert [each["message"]["text"] for each in await api.updates()] == ["before"]


@pytest.mark.parametrize("body", [{"seconds": -1}, {"seconds": 10**9}, {"seconds": "soon"}, {}])
async def test_a_move_that_cannot_be(sandbox: Sandbox, api: Api, body: dict[str, object]) -> None:
    """Time goes forward, and not for ever."""
    async with api.session.post(f"{sandbox.url}/sandbox/clock", json=body) as response:
        assert response.status == 400
    assert sandbox.clock.ahead == 0


def test_the_clock_goes_on() -> None:
    """It runs as the real time does, from where it was moved to."""
    real = [1_000.0]
    clock = Clock(lambda: real[0])
    clock.move(60)
    real[0] += 5
    assert clock() == 1_065
    assert clock.now() == datetime(1970, 1, 1, 0, 17, 45, tzinfo=UTC)
    with pytest.raises(ValueError, match="forward"):
        clock.move(-1)
