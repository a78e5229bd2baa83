"""What the sandbox refuses beside messages: unknown things, bad profiles, strangers at the door."""

from io import BytesIO
from typing import Any

import aiohttp
import pytest

from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Api


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        ("deleteMessage", {"message_id": 9}, "message to delete not found"),
        ("copyMessage", {"from_chat_id": 5, "message_id": 9}, "chat not found"),
        ("copyMessage", {"message_id": 9}, 'parameter "from_chat_id" is required'),
        ("copyMessage", {"from_chat_id": None, "message_id": 9}, "message to copy not found"),
        ("forwardMessage", {"from_chat_id": None, "message_id": 9}, "message to forward not found"),
        ("copyMessages", {"from_chat_id": None}, "message identifiers are not specified"),
        (
            "copyMessages",
            {"from_chat_id": None, "message_ids": 5},
            "expected an Array of message identifiers",
        ),
        (
            "copyMessages",
            {"from_chat_id": None, "message_ids": ["x"]},
            "can't parse message identifier as Number",
        ),
        (
            "copyMessages",
            {"from_chat_id": None, "message_ids": [0]},
            "invalid message identifier specified",
        ),
        (
            "copyMessages",
            {"from_chat_id": None, "message_ids": [*range(1, 102)]},
            "too many message identifiers specified",
        ),
        (
            "copyMessages",
            {"from_chat_id": None, "message_ids": [2, 1]},
            "message identifiers must be in a strictly increasing order",
        ),
        (
            "copyMessages",
            {"from_chat_id": None, "message_ids": [8, 9]},
            "there are no messages to forward",
        ),
        ("sendChatAction", {"action": "yawning"}, "wrong parameter action in request"),
        ("setMessageReaction", {"message_id": 9, "reaction": []}, "message to react not found"),
        ("sendPhoto", {}, "there is no photo in the request"),
        ("sendPhoto", {"photo": "https://example.org/a.png"}, "failed to get HTTP URL content"),
        (
            "sendDocument",
            {"document": "nonsense"},
            "wrong remote file identifier specified: Wrong string length",
        ),
        ("pinChatMessage", {"message_id": 9}, "message to pin not found"),
        ("createForumTopic", {"name": "x"}, "the chat is not a forum"),
        ("getChatAdministrators", {}, "there are no administrators in the private chat"),
        ("getChatMember", {"user_id": 1}, "PARTICIPANT_ID_INVALID"),
        ("leaveChat", {}, "chat member status can't be changed in private chats"),
    ],
)
async def test_calls_about_what_is_not_there(
    api: Api, maria: User, method: str, params: dict[str, Any], description: str
) -> None:
    """What does not exist or cannot be is refused by name."""
    if "from_chat_id" in params and params["from_chat_id"] is None:
        params = {**params, "from_chat_id": maria.id}
    assert await api.refused(method, chat_id=maria.id, **params) == f"Bad Request: {description}"


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        (
            "setMyCommands",
            {"commands": [{"command": "Menu", "description": "x"}]},
            "BOT_COMMAND_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "m" * 33, "description": "x"}]},
            "BOT_COMMAND_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "menu", "description": " "}]},
            "command description must be non-empty",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "menu", "description": "x" * 257}]},
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "menu"}]},
            "can't parse BotCommand: Can't find field \"description\"",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": "x"}] * 101},
            "BOT_COMMANDS_TOO_MUCH",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": "x" * 256}] * 17},
            "BOT_COMMANDS_TOO_MUCH",
        ),
        (
            "setMyCommands",
            {"commands": [], "language_code": "zh-hans"},
            "invalid language code specified",
        ),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "everybody"}},
            "can't parse BotCommandScope: Unsupported type specified",
        ),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "chat"}},
            "can't parse BotCommandScope: Can't find field \"chat_id\"",
        ),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "chat", "chat_id": 1}},
            "chat not found",
        ),
        ("setMyName", {"name": "x" * 65}, "BOT_TITLE_INVALID"),
        ("setMyDescription", {"description": "x" * 513}, "BOT_DESCRIPTION_TOO_LONG"),
        ("setMyShortDescription", {"short_description": "x" * 121}, "BOT_ABOUT_TOO_LONG"),
        (
            "setMyDescription",
            {"description": "x", "language_code": "zh-Hans"},
            "invalid language code specified",
        ),
        (
            "setChatMenuButton",
            {"menu_button": {"type": "lunch"}},
            "can't parse menu button: MenuButton has unsupported type",
        ),
        (
            "setWebhook",
            {"url": "http://example.org/"},
            "bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            "setWebhook",
            {"url": "https://example.org:8080/"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (
            "setWebhook",
            {"url": "https://example.org/", "secret_token": "a b"},
            "secret token contains unallowed characters",
        ),
        (
            "setWebhook",
            {"url": "https://example.org/", "secret_token": "a" * 257},
            "secret token is too long",
        ),
        ("getFile", {"file_id": "x"}, "wrong file_id or the file is temporarily unavailable"),
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
    ],
)
async def test_profiles_telegram_would_not_take(
    api: Api, method: str, params: dict[str, Any], description: str
) -> None:
    """Limits of commands, names, descriptions and webhooks hold."""
    assert await api.refused(method, **params) == f"Bad Request: {description}"


async def test_doors_that_stay_shut(sandbox: Sandbox, api: Api) -> None:
    """404 for an unknown method, 401 for another token, 404 for what is no token at all."""
    assert await api.refused("sendRichNonsense") == "Not Found"
    for token, status in (("7:wrong", 401), ("nonsense", 404)):
        for path in (f"/bot{token}/getMe", f"/file/bot{token}/x"):
            async with api.session.get(sandbox.url + path) as response:
                assert response.status == status
                assert (await response.json())["error_code"] == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
)
async def test_other_sites_are_kept_out(
    sandbox: Sandbox, api: Api, maria: User, headers: dict[str, str]
) -> None:
    """A page of another site, or a name that resolves to this machine, can do nothing."""
    body = {"user_id": maria.id, "chat_id": maria.id, "text": "x"}
    for path in (f"/bot{sandbox.token}/getMe", "/sandbox/say"):
        async with api.session.post(sandbox.url + path, json=body, headers=headers) as response:
            assert response.status == 403
    assert sandbox.world.chats[maria.id].messages == {}


async def test_a_body_that_cannot_be_read(api: Api) -> None:
    """Broken JSON and JSON that is no object are 400, not an accident."""
    for body in (b"{", b"[1]", b"\xff"):
        async with api.session.post(
            api.address("getMe"), data=body, headers={"Content-Type": "application/json"}
        ) as response:
            assert response.status == 400


async def test_a_file_beyond_all_measure(api: Api, maria: User) -> None:
    """More than 50 MB is 413, as Telegram's front server says."""
    form = aiohttp.FormData()
    form.add_field("chat_id", str(maria.id))
    form.add_field("document", BytesIO(b"x" * (50 * 1024 * 1024 + 1)), filename="scan.bin")
    async with api.session.post(api.address("sendDocument"), data=form) as response:
        assert response.status == 413
        assert (await response.json())["description"] == "Request Entity Too Large"
