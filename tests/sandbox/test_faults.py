"""Everything that can go wrong between a bot and Telegram happens on demand."""

import asyncio
import json
import time

import aiohttp
import pytest

from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Api, Clock


def texts(sandbox: Sandbox, user: User) -> list[str | None]:
    return [message.text for message in sandbox.world.chats[user.id].messages.values()]


async def test_too_many_requests(sandbox: Sandbox, api: Api, maria: User) -> None:
    """429 says how long to wait, in words and as a number, and nothing was sent."""
    sandbox.faults.script("429", method="sendMessage", retry_after=7)
    answer = await api.answer("sendMessage", chat_id=maria.id, text="x")
    assert answer["http"] == answer["error_code"] == 429
    assert answer["description"] == "Too Many Requests: retry after 7"
    assert answer["parameters"] == {"retry_after": 7}
    assert texts(sandbox, maria) == []
    await api.call("sendMessage", chat_id=maria.id, text="y")
    assert texts(sandbox, maria) == ["y"]


async def test_a_script_fits_only_what_it_names(sandbox: Sandbox, api: Api, maria: User) -> None:
    """A fault can be for one method, one chat, after some calls, some times, or for ever."""
    other = sandbox.add_person("Wang Fang", "zh-hans", started=True)
    sandbox.faults.script("500", method="sendmessage", chat_id=maria.id, times=2, skip=1)
    await api.call("sendMessage", chat_id=maria.id, text="1")
    await api.call("sendMessage", chat_id=other.id, text="1")
    assert await api.refused("sendMessage", chat_id=maria.id, text="2") == "Internal Server Error"
    await api.call("getMe")
    assert await api.refused("sendMessage", chat_id=maria.id, text="2") == "Internal Server Error"
    await api.call("sendMessage", chat_id=maria.id, text="3")
    sandbox.faults.script(
        "refuse", code=403, description="Forbidden: user is deactivated", times=None
    )
    for _ in range(3):
        assert await api.refused("getMe") == "Forbidden: user is deactivated"
    sandbox.faults.clear()
    await api.call("getMe")


async def test_a_bad_gateway_speaks_html(sandbox: Sandbox, api: Api) -> None:
    """502 comes from the server in front and is no JSON."""
    sandbox.faults.script("502")
    async with api.session.post(api.address("getMe")) as response:
        assert response.status == 502
        assert "<html>" in await response.text()


async def test_half_an_answer(sandbox: Sandbox, api: Api, maria: User) -> None:
    """The message was sent, but the JSON breaks off."""
    sandbox.faults.script("half")
    params = {"chat_id": maria.id, "text": "x"}
    async with api.session.post(api.address("sendMessage"), json=params) as response:
        assert response.status == 200
        with pytest.raises(json.JSONDecodeError):
            json.loads(await response.read())
    assert texts(sandbox, maria) == ["x"]


@pytest.mark.parametrize(("outcome", "sent"), [("drop_before", []), ("drop_after", ["x"])])
async def test_a_lost_connection(
    sandbox: Sandbox, api: Api, maria: User, outcome: str, sent: list[str]
) -> None:
    """The connection breaks: before acting nothing was sent, after acting it was."""
    sandbox.faults.script(outcome, method="sendMessage", times=None)
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.answer("sendMessage", chat_id=maria.id, text="x")
    assert texts(sandbox, maria)[:1] == sent
    assert sandbox.faults.calls_of("sendMessage")[0].code == 0


async def test_latency(sandbox: Sandbox, api: Api, maria: User) -> None:
    """Every call takes its time, many at once side by side; one can be slower than the rest."""
    sandbox.faults.latency = 0.2
    begin = time.perf_counter()
    await asyncio.gather(*(api.call("getMe") for _ in range(10)))
    assert 0.2 <= time.perf_counter() - begin < 2.0  # one after another would take two seconds
    sandbox.faults.clear()
    sandbox.faults.script("slow", chat_id=maria.id, delay=0.1)
    begin = time.perf_counter()
    await api.call("sendMessage", chat_id=maria.id, text="x")
    assert time.perf_counter() - begin >= 0.1


async def test_the_pace_of_a_group(
    sandbox: Sandbox, api: Api, staff: int, maria: User, clock: Clock
) -> None:
    """With a pace, the group takes that many messages, edits and topics a minute, then 429."""
    sandbox.faults.group_pace = 3
    sent = await api.call("sendMessage", chat_id=staff, text="1")
    target = {"chat_id": staff, "message_id": sent["message_id"]}
    await api.call("editMessageText", **target, text="2")
    clock.seconds += 20
    await api.call("createForumTopic", chat_id=staff, name="x")
    answer = await api.answer("sendMessage", chat_id=staff, text="4")
    assert answer["parameters"] == {"retry_after": 41}
    await api.call("sendMessage", chat_id=maria.id, text="people are not the group")
    clock.seconds += 41
    await api.call("sendMessage", chat_id=staff, text="4")


async def test_every_call_is_recorded(
    sandbox: Sandbox, api: Api, maria: User, clock: Clock
) -> None:
    """Method, parameters, moment and outcome of each call can be read; methods are counted."""
    await api.call("sendMessage", chat_id=maria.id, text="x")
    clock.seconds += 1
    await api.refused("sendMessage", chat_id=maria.id, text="")
    first, second = sandbox.faults.calls_of("sendMessage")
    assert first.params == {"chat_id": maria.id, "text": "x"}
    assert (first.code, second.code) == (200, 400)
    assert second.at == first.at + 1
    assert second.description == "Bad Request: message text is empty"
    assert sandbox.faults.counts == {"sendMessage": 2}


async def test_the_page_arranges_faults_too(sandbox: Sandbox, api: Api) -> None:
    """POST /sandbox/faults does the same as the attributes, and refuses what there is not."""
    state = await api.page(
        "faults", latency=0.01, group_pace=5, scripts=[{"outcome": "500", "times": 1}]
    )
    assert (state["latency"], state["group_pace"], state["scripts"]) == (0.01, 5, 1)
    assert await api.refused("getMe") == "Internal Server Error"
    assert (await api.page("faults", clear=True))["latency"] == 0.0
    for script in ({"outcome": "plague"}, {"outcome": "500", "colour": "red"}, {}):
        body = {"scripts": [script]}
        async with api.session.post(f"{sandbox.url}/sandbox/faults", json=body) as response:
            assert response.status == 400
            assert (await response.json())["error"].startswith("This fault cannot be arranged")
