"""What waits for the bot stays until it is confirmed, in order, for one poller, for a day."""

import asyncio

import pytest

from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Api, Clock


async def test_an_update_stays_until_a_higher_offset_confirms_it(
    sandbox: Sandbox, api: Api, maria: User
) -> None:
    """Fetched is not confirmed: the same update comes again until the offset passes it."""
    for text in ("one", "two", "three"):
        sandbox.people.say(maria.id, maria.id, text)
    first = await api.updates()
    assert [each["message"]["text"] for each in first] == ["one", "two", "three"]
    assert await api.updates() == first
    assert await api.updates(offset=first[1]["update_id"]) == first[1:]
    assert await api.updates(offset=first[2]["update_id"] + 1) == []
    assert await api.updates() == []


async def test_a_negative_offset_keeps_only_the_last(
    sandbox: Sandbox, api: Api, maria: User
) -> None:
    """Offset -1 forgets everything but the last update, for good."""
    for text in ("one", "two", "three"):
        sandbox.people.say(maria.id, maria.id, text)
    assert [each["message"]["text"] for each in await api.updates(offset=-1)] == ["three"]
    assert len(await api.updates()) == 1


async def test_at_most_a_hundred_come_at_once(sandbox: Sandbox, api: Api, maria: User) -> None:
    """A batch has at most 100 updates, or as many as asked for."""
    for number in range(120):
        sandbox.people.say(maria.id, maria.id, str(number))
    assert len(await api.updates()) == 100
    assert len(await api.updates(limit=500)) == 100
    assert len(await api.updates(limit=7)) == 7


async def test_after_a_day_an_update_is_gone(
    sandbox: Sandbox, api: Api, maria: User, clock: Clock
) -> None:
    """What nobody fetched for 24 hours never comes."""
    sandbox.people.say(maria.id, maria.id, "early")
    clock.seconds += 23 * 3600
    sandbox.people.say(maria.id, maria.id, "late")
    clock.seconds += 2 * 3600
    assert [each["message"]["text"] for each in await api.updates()] == ["late"]


async def test_a_long_poll_ends_as_soon_as_something_happens(
    sandbox: Sandbox, api: Api, maria: User
) -> None:
    """A poll with a timeout waits, and answers the moment a person writes."""
    poll = asyncio.create_task(api.updates(timeout=30))
    await asyncio.sleep(0.05)
    assert not poll.done()
    sandbox.people.say(maria.id, maria.id, "hello")
    updates = await asyncio.wait_for(poll, 2)
    assert updates[0]["message"]["text"] == "hello"


async def test_a_long_poll_ends_empty_when_its_time_is_up(api: Api) -> None:
    """Nothing happened: an empty list."""
    assert await asyncio.wait_for(api.updates(timeout=1), 3) == []


async def test_a_second_poller_ends_the_first(sandbox: Sandbox, api: Api, maria: User) -> None:
    """Two bots with one token: the one that waited gets 409, the new one the updates."""
    first = asyncio.create_task(api.answer("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(api.answer("getUpdates", timeout=30))
    conflict = await asyncio.wait_for(first, 2)
    assert conflict["http"] == 409
    assert conflict["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance"
        " is running"
    )
    sandbox.people.say(maria.id, maria.id, "hello")
    assert (await asyncio.wait_for(second, 2))["result"][0]["message"]["text"] == "hello"


async def test_only_wanted_kinds_come(sandbox: Sandbox, api: Api, maria: User) -> None:
    """allowed_updates is kept between calls; reactions come only when asked for by name."""
    said = sandbox.people.say(maria.id, maria.id, "a")
    sandbox.people.react(maria.id, maria.id, said.message_id, "👍")
    assert [set(each) for each in await api.updates()] == [{"update_id", "message"}]
    await api.updates(offset=-1, allowed_updates=["message_reaction", "nonsense"])
    sandbox.people.say(maria.id, maria.id, "b")
    sandbox.people.react(maria.id, maria.id, said.message_id, None)
    latest = (await api.updates())[-1]["message_reaction"]
    assert latest["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert latest["new_reaction"] == []
    await api.updates(allowed_updates=[])
    sandbox.people.say(maria.id, maria.id, "c")
    assert (await api.updates())[-1]["message"]["text"] == "c"


async def test_ids_rise_and_can_begin_anew(sandbox: Sandbox, api: Api, maria: User) -> None:
    """update_id rises by one; after a quiet week Telegram may begin anywhere, even lower."""
    sandbox.people.say(maria.id, maria.id, "a")
    sandbox.people.say(maria.id, maria.id, "b")
    first, second = await api.updates()
    assert second["update_id"] == first["update_id"] + 1
    await api.updates(offset=second["update_id"] + 1)
    sandbox.world.queue.next_id = 17
    sandbox.people.say(maria.id, maria.id, "c")
    assert [each["update_id"] for each in await api.updates()] == [17]


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"message_id": 1}},
        {"callback_query": {"id": "1", "data": "\ud800"}},
        {"something_new": {"nested": [None, 1.5]}},
        {"update_id": 5, "message": None},
    ],
)
async def test_a_hostile_update_comes_as_it_is(
    sandbox: Sandbox, api: Api, update: dict[str, object]
) -> None:
    """A raw update reaches the bot unchanged, except that the sandbox numbers it."""
    page = await api.page("update", **update)
    mine = sandbox.queue_update(dict(update))
    found = await api.updates()
    assert [each["update_id"] for each in found] == [page["update_id"], mine]
    rest = {name: value for name, value in update.items() if name != "update_id"}
    assert all(
        {name: v for name, v in each.items() if name != "update_id"} == rest for each in found
    )
