"""What the page asks for and hears: the state, the stream of events, and what people do."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.sandbox import page_api
from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Api


class Stream:
    """/sandbox/events, read line by line."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(2):
            while True:
                line = (await self.response.content.readline()).decode()
                if line.startswith("data: "):
                    event: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    return event


async def test_the_state_at_the_start(sandbox: Sandbox, api: Api) -> None:
    """Four of staff in a forum, no patient, the languages a client may have."""
    async with api.session.get(f"{sandbox.url}/sandbox/state") as response:
        state = await response.json()
    assert [each["name"] for each in state["users"]] == ["Dr Li", "Anna", "Tom", "Ruth"]
    assert all(each["staff"] for each in state["users"])
    (chat,) = state["chats"]
    assert chat["id"] == state["staff_chat_id"] == sandbox.staff_chat_id
    assert (chat["type"], chat["title"], chat["bot_status"]) == (
        "supergroup",
        "Staff",
        "administrator",
    )
    assert (chat["topics"], chat["messages"], chat["blocked"]) == ([], [], False)
    assert {"en", "zh-hans", "zh-hant", "pt-br", "es", "ar"} <= set(state["client_languages"])
    assert state["bot"]["id"] == sandbox.world.bot.id
    assert state["now"] == int(sandbox.world.now())


async def test_a_conversation_as_the_page_has_it(sandbox: Sandbox, api: Api) -> None:
    """Add a patient, start, press, edit, react, block: each goes through and is told as events."""
    async with api.session.get(f"{sandbox.url}/sandbox/events") as response:
        stream = Stream(response)
        made = await api.page("people", name=" Wang Fang ", language_code="zh-hans")
        user_id, chat_id = made["user"]["id"], made["chat_id"]
        assert made["user"] == {
            "id": user_id,
            "name": "Wang Fang",
            "language_code": "zh-hans",
            "staff": False,
            "deactivated": False,
        }
        assert (await stream.next())["kind"] == "user"
        assert (await stream.next())["chat"]["user_id"] == user_id
        here = {"user_id": user_id, "chat_id": chat_id}
        said = await api.page("say", **here, text="/start qr-7")
        event = await stream.next()
        assert (event["kind"], event["chat_id"]) == ("message", chat_id)
        assert event["message"]["message_id"] == said["message_id"]
        rows = [
            [
                {"text": "Menu", "callback_data": "m"},
                {"text": "NCT", "copy_text": {"text": "NCT03056339"}},
            ],
            [{"text": "Site", "url": "https://example.org/"}],
        ]
        sent = await api.call(
            "sendMessage", chat_id=chat_id, text="<b>你好</b>", parse_mode="HTML",
            reply_markup={"inline_keyboard": rows},
        )  # fmt: skip
        shown = (await stream.next())["message"]
        assert shown["from"] == {
            "id": sandbox.world.bot.id,
            "name": sandbox.world.bot.name,
            "is_bot": True,
        }
        assert shown["entities"] == [{"type": "bold", "offset": 0, "length": 2}]
        assert shown["inline_keyboard"][0][1]["copy_text"] == "NCT03056339"
        there = {**here, "message_id": sent["message_id"]}
        query = (await api.page("tap", **there, row=0, column=0))["callback_query_id"]
        await api.call("answerCallbackQuery", callback_query_id=query, text="OK", show_alert=True)
        assert await stream.next() == {
            "kind": "answered",
            "user_id": user_id,
            "callback_query_id": query,
        }
        assert await stream.next() == {
            "kind": "toast",
            "user_id": user_id,
            "text": "OK",
            "alert": True,
        }
        assert "callback_query_id" in await api.page("tap", **there, data="forged")
        await api.call("sendChatAction", chat_id=chat_id, action="typing")
        assert await stream.next() == {"kind": "typing", "chat_id": chat_id}
        await api.page("react", **there, emoji="👍")
        assert (await stream.next())["message"]["reactions"] == ["👍"]
        await api.page("edit", **here, message_id=said["message_id"], text="/menu")
        assert (await stream.next())["message"]["edit_date"] == int(sandbox.world.now())
        await api.call("deleteMessage", chat_id=chat_id, message_id=sent["message_id"])
        assert await stream.next() == {
            "kind": "deleted",
            "chat_id": chat_id,
            "message_ids": [sent["message_id"]],
        }
        await api.page("block", user_id=user_id, blocked=True)
        assert (await stream.next())["chat"]["blocked"] is True
        await api.refused("sendMessage", chat_id=chat_id, text="x")
        assert await stream.next() == {
            "kind": "refused",
            "method": "sendMessage",
            "description": "Forbidden: bot was blocked by the user",
        }


async def test_topics_and_the_profile_are_told(sandbox: Sandbox, api: Api, staff: int) -> None:
    """A new topic, new commands and a new description reach the page; so does the state."""
    async with api.session.get(f"{sandbox.url}/sandbox/events") as response:
        stream = Stream(response)
        await api.call("createForumTopic", chat_id=staff, name="Case 1")
        opening = (await stream.next())["message"]
        assert "created the topic" in opening["service"]
        assert opening["message_thread_id"] == opening["message_id"]
        topics = (await stream.next())["chat"]["topics"]
        assert topics == [{"id": opening["message_id"], "name": "Case 1", "closed": False}]
        commands = [{"command": "open", "description": "The queue"}]
        scope = {"type": "chat", "chat_id": staff}
        await api.call("setMyCommands", commands=commands, scope=scope, language_code="zh")
        told = {"scope": scope, "language_code": "zh", "commands": commands}
        assert await stream.next() == {"kind": "commands", "commands": [told]}
        await api.call("setMyDescription", description="说明", language_code="zh")
        assert (await stream.next())["bot"]["descriptions"] == {"zh": "说明"}
    async with api.session.get(f"{sandbox.url}/sandbox/state") as response:
        assert (await response.json())["commands"] == [told]


@pytest.mark.parametrize(
    "kind",
    ["photo", "document", "voice", "video", "animation", "sticker", "location", "contact", "poll"],
)
async def test_files_of_people(sandbox: Sandbox, api: Api, maria: User, kind: str) -> None:
    """The form sends each kind; the page gets an address where the bytes are, and a page that
    somebody sent is shown as it is written, never as a page."""
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in (("user_id", maria.id), ("chat_id", maria.id)):
        form.add_field(name, str(value))
    form.add_field("kind", kind)
    form.add_field("caption", "look")
    data = b"<script>alert(1)</script>"
    form.add_field("file", data, filename="a.html", content_type="text/html")
    async with api.session.post(f"{sandbox.url}/sandbox/send", data=form) as response:
        assert response.status == 200, await response.text()
    async with api.session.get(f"{sandbox.url}/sandbox/state") as response:
        message = (await response.json())["chats"][-1]["messages"][-1]
    assert kind in message
    if kind in {"photo", "document", "voice", "video", "animation"}:
        assert message["caption"] == "look"
        async with api.session.get(sandbox.url + message[kind]["url"]) as response:
            assert await response.read() == data
            assert response.content_type == "text/plain"
            assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("mime", "opens", "shown"),
    [
        ("application/json", True, "text/plain"),
        ("image/png", True, "image/png"),
        ("image/svg+xml", False, "application/octet-stream"),
        ("application/pdf", False, "application/octet-stream"),
    ],
)
async def test_documents_are_opened_or_kept(
    sandbox: Sandbox, api: Api, maria: User, mime: str, opens: bool, shown: str
) -> None:
    """What a browser can show without running anything opens; all else is kept as a file."""
    sandbox.people.send(maria.id, maria.id, "document", data=b"{}", mime=mime)
    async with api.session.get(f"{sandbox.url}/sandbox/state") as response:
        document = (await response.json())["chats"][-1]["messages"][-1]["document"]
    assert document["opens"] is opens
    async with api.session.get(sandbox.url + document["url"]) as response:
        assert response.content_type == shown
        assert ("Content-Disposition" in response.headers) is not opens


async def test_a_picture_is_shown_as_one(sandbox: Sandbox, api: Api, maria: User) -> None:
    """A picture's address gives a picture; an address of nothing gives 404."""
    sandbox.people.send(maria.id, maria.id, "photo", mime="image/png")
    async with api.session.get(f"{sandbox.url}/sandbox/state") as response:
        photo = (await response.json())["chats"][-1]["messages"][-1]["photo"]
    assert (photo["width"], photo["height"]) == (240, 160)
    async with api.session.get(sandbox.url + photo["url"]) as response:
        assert response.content_type == "image/png"
    async with api.session.get(sandbox.url + "/sandbox/files/nothing") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("people", {"name": " "}, "A person needs a name."),
        ("people", {}, "“name” must be text."),
        ("say", {"user_id": "x"}, "“user_id” must be a number."),
        ("say", {"user_id": 1, "chat_id": 1, "text": "x"}, "There is no such person."),
        ("tap", {"user_id": 1, "chat_id": 1}, "“message_id” must be a number."),
        ("join", {"title": "x", "type": "channel"}, "A group is a “group” or a “supergroup”."),
        ("block", {"user_id": 1, "blocked": True}, "There is no such person."),
    ],
)
async def test_mistakes_of_the_page(
    sandbox: Sandbox, api: Api, name: str, body: dict[str, Any], error: str
) -> None:
    """What cannot be done is 400 with one sentence."""
    async with api.session.post(f"{sandbox.url}/sandbox/{name}", json=body) as response:
        assert response.status == 400
        assert await response.json() == {"error": error}


async def test_buttons_that_open_or_copy_are_not_pressed(
    sandbox: Sandbox, api: Api, maria: User
) -> None:
    """A tap on a link or a copy button is 400: the bot never hears of those."""
    rows = [[{"text": "a", "url": "https://example.org/"}]]
    sent = await api.call(
        "sendMessage", chat_id=maria.id, text="x", reply_markup={"inline_keyboard": rows}
    )
    place = {"user_id": maria.id, "chat_id": maria.id, "message_id": sent["message_id"]}
    for column, why in ((0, "opens or copies"), (1, "no such button")):
        body = {**place, "row": 0, "column": column}
        async with api.session.post(f"{sandbox.url}/sandbox/tap", json=body) as response:
            assert response.status == 400
            assert why in (await response.json())["error"]


async def test_bodies_that_are_no_objects(sandbox: Sandbox, api: Api) -> None:
    """Broken JSON, a list, and addresses that are not there."""
    for body in (b"{", b"[]"):
        async with api.session.post(f"{sandbox.url}/sandbox/say", data=body) as response:
            assert response.status == 400
    for method, path in (("POST", "/sandbox/dance"), ("GET", "/sandbox/say"), ("PUT", "/")):
        async with api.session.request(method, sandbox.url + path) as response:
            assert response.status == 404


async def test_only_files_of_the_page_are_given_out(sandbox: Sandbox, api: Api) -> None:
    """/page/ gives what lies in the page's folder, with a strict policy, and nothing around it."""
    some = sorted(path.name for path in page_api.PAGE.iterdir() if path.suffix == ".js")
    async with api.session.get(f"{sandbox.url}/page/{some[0]}") as response:
        assert response.status == 200
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    for path in ("..%2Fserver.py", "%2e%2e/server.py", "server.py", "", "a/b.js"):
        address = URL(f"{sandbox.url}/page/{path}", encoded=True)
        async with api.session.get(address) as response:
            assert response.status == 404


async def test_a_quiet_stream_stays_open(
    sandbox: Sandbox, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Now and then a comment keeps the stream alive; stopping the sandbox ends it."""
    monkeypatch.setattr(page_api, "_KEEP_ALIVE_SECONDS", 0.02)
    async with api.session.get(f"{sandbox.url}/sandbox/events") as response:
        lines = [await response.content.readline() for _ in range(3)]
        assert lines[2] == b": still here\n"
        await sandbox.stop()
        rest = await asyncio.wait_for(response.content.read(), 2)
    assert b"data:" not in rest
    assert sandbox.world.listeners == []


async def test_a_port_that_is_taken(sandbox: Sandbox) -> None:
    """A second sandbox on the same port says so, and leaves nothing open."""
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        await Sandbox(port=port).start()
    assert sandbox.url.startswith("http://127.0.0.1:")


async def test_an_accident_of_the_sandbox_itself(
    sandbox: Sandbox, api: Api, maria: User, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug here is a 500 to the bot and a traceback in the log, never a hanging call."""
    sandbox.world.listeners.append(lambda kind, what: what["nothing"])
    assert await api.refused("sendMessage", chat_id=maria.id, text="secret words") == (
        "Internal Server Error"
    )
    sandbox.world.listeners.clear()
    assert "the sandbox itself failed in sendMessage" in caplog.text
    assert "secret words" not in caplog.text


async def test_forms_of_the_page_that_say_too_little(sandbox: Sandbox, api: Api) -> None:
    """A form without a person is 400; so is one that is no form."""
    form = aiohttp.FormData({"kind": "photo"}, default_to_multipart=True)
    for data in (form, b"nonsense"):
        async with api.session.post(f"{sandbox.url}/sandbox/send", data=data) as response:
            assert response.status == 400
            assert "error" in await response.json()
