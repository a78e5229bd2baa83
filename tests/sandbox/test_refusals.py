"""The sandbox refuses what Telegram refuses, in Telegram's words and with its codes."""

from typing import Any

import pytest

from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Api, Clock

OK = {"text": "ok", "callback_data": "x"}


def keyboard(*rows: list[Any]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({}, "message text is empty"),
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "\u200b\u2060"}, "text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "x" * 32769}, "text is too long"),
        ({"text": "\ud800"}, "strings must be encoded in UTF-8"),
        ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        (
            {"text": "a<br>", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "br" at byte offset 1',
        ),
        (
            {"text": "血 < 140", "parse_mode": "html"},
            'can\'t parse entities: Unsupported start tag "" at byte offset 4',
        ),
        (
            {"text": "<b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            {"text": "x", "entities": [{"type": "shout", "offset": 0, "length": 1}]},
            "can't parse MessageEntity: Unsupported type specified",
        ),
        (
            {"text": "x", "entities": [{"type": "bold", "length": 1}]},
            "can't parse MessageEntity: Can't find field \"offset\"",
        ),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": [1]}, "object expected as reply markup"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [1]}},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        (
            {"text": "x", "reply_markup": keyboard([{"text": "a"}])},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": keyboard([{"callback_data": "a"}])},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {"text": "x", "reply_markup": keyboard([{**OK, "style": "loud"}])},
            "can't parse inline keyboard button: Unsupported button style specified",
        ),
        (
            {"text": "x", "reply_markup": keyboard([{"text": "a", "url": "https://localhost"}])},
            "inline keyboard button URL 'https://localhost' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "link_preview_options": 5}, "object expected as link preview options"),
    ],
)
async def test_a_message_telegram_would_not_send(
    api: Api, maria: User, params: dict[str, Any], description: str
) -> None:
    """Broken HTML, empty, over-long and wrongly built messages are 400 with Telegram's sentence."""
    assert await api.refused("sendMessage", chat_id=maria.id, **params) == (
        f"Bad Request: {description}"
    )


@pytest.mark.parametrize(
    ("button", "code"),
    [
        ({"text": "a", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": "自" * 22}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": " ", "callback_data": "x"}, "BUTTON_TEXT_INVALID"),
        ({"text": "a", "copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "a", "copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "a", "url": "https://example.1/x"}, "BUTTON_URL_INVALID"),
        ({"text": "a", "url": "https://example.org/" + "x" * 2048}, "BUTTON_URL_INVALID"),
    ],
)
async def test_a_button_telegram_would_not_show(
    api: Api, maria: User, button: dict[str, Any], code: str
) -> None:
    """64 bytes of callback data are the limit, in bytes; a bad address is none."""
    markup = keyboard([button])
    for method in ("sendMessage", "editMessageText"):
        params = {"chat_id": maria.id, "text": "x", "reply_markup": markup}
        assert await api.refused(method, **params, **_target(method)) == f"Bad Request: {code}"


def _target(method: str) -> dict[str, int]:
    return {"message_id": 1} if method.startswith("edit") else {}


async def test_a_keyboard_has_its_measure(api: Api, maria: User) -> None:
    """100 buttons and 8 in a row are fine, one more is not."""
    send = {"chat_id": maria.id, "text": "x"}
    await api.call("sendMessage", **send, reply_markup=keyboard(*[[OK] * 8] * 12, [OK] * 4))
    too_many = keyboard(*[[OK] * 8] * 12, [OK] * 5)
    assert await api.refused("sendMessage", **send, reply_markup=too_many) == (
        "Bad Request: reply markup is too long"
    )
    wide = await api.refused("sendMessage", **send, reply_markup=keyboard([OK] * 9))
    assert "more than 8 buttons in a row" in wide


async def test_an_edit_that_changes_nothing(api: Api, maria: User) -> None:
    """The same text, formatting and keyboard again is 400; a changed keyboard alone is enough."""
    sent = await api.call(
        "sendMessage",
        chat_id=maria.id,
        text="<b>a</b>",
        parse_mode="HTML",
        reply_markup=keyboard([OK]),
    )
    target = {"chat_id": maria.id, "message_id": sent["message_id"]}
    same = {"text": "<strong>a</strong>", "parse_mode": "HTML", "reply_markup": keyboard([OK])}
    unchanged = (
        "Bad Request: message is not modified: specified new message content and reply markup are "
        "exactly the same as a current content and reply markup of the message"
    )
    assert await api.refused("editMessageText", **target, **same) == unchanged
    markup = keyboard([OK])
    assert await api.refused("editMessageReplyMarkup", **target, reply_markup=markup) == unchanged
    edited = await api.call("editMessageText", **target, text="<b>a</b>", parse_mode="HTML")
    assert "reply_markup" not in edited
    assert edited["edit_date"] == edited["date"]


async def test_an_edit_of_what_cannot_be_edited(sandbox: Sandbox, api: Api, maria: User) -> None:
    """Unknown, another's, a picture's text, a text's caption: each has its own sentence."""
    mine = (await api.call("sendMessage", chat_id=maria.id, text="a"))["message_id"]
    theirs = sandbox.people.say(maria.id, maria.id, "b").message_id
    asking = await api.call(
        "sendMessage", chat_id=maria.id, text="c", reply_markup={"force_reply": True}
    )
    photo = sandbox.people.send(maria.id, maria.id, "photo")
    copied = await api.call(
        "copyMessage", chat_id=maria.id, from_chat_id=maria.id, message_id=photo.message_id
    )

    async def why(method: str, message_id: int, **params: Any) -> str:
        target = {"chat_id": maria.id, "message_id": message_id}
        return (await api.refused(method, **target, **params)).removeprefix("Bad Request: ")

    assert await why("editMessageText", 999, text="x") == "message to edit not found"
    assert await why("editMessageText", theirs, text="x") == "message can't be edited"
    assert await why("editMessageText", asking["message_id"], text="x") == (
        "message can't be edited"
    )
    assert await why("editMessageText", copied["message_id"], text="x") == (
        "there is no text in the message to edit"
    )
    assert await why("editMessageText", mine, text="x" * 4097) == "MESSAGE_TOO_LONG"
    assert await why("editMessageCaption", mine, caption="x") == (
        "there is no caption in the message to edit"
    )
    assert await why("editMessageCaption", copied["message_id"], caption="x" * 1025) == (
        "MEDIA_CAPTION_TOO_LONG"
    )
    assert await why("editMessageText", mine, text="x", reply_markup={"force_reply": True}) == (
        "inline keyboard expected"
    )


async def test_a_late_answer_to_a_press(
    sandbox: Sandbox, api: Api, maria: User, clock: Clock
) -> None:
    """A press is answered once, and within its lifetime; else it is too old."""
    sent = await api.call("sendMessage", chat_id=maria.id, text="a", reply_markup=keyboard([OK]))
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    place = (maria.id, maria.id, sent["message_id"])
    first = sandbox.people.tap(*place, 0, 0)
    assert await api.refused("answerCallbackQuery", callback_query_id=first, text="x" * 201) == (
        "Bad Request: MESSAGE_TOO_LONG"
    )
    assert await api.call("answerCallbackQuery", callback_query_id=first) is True
    assert await api.refused("answerCallbackQuery", callback_query_id=first) == too_old
    assert await api.refused("answerCallbackQuery", callback_query_id="1") == too_old
    second = sandbox.people.tap(*place, 0, 0)
    clock.seconds += 14
    third = sandbox.people.tap(*place, 0, 0)
    clock.seconds += 2
    assert await api.refused("answerCallbackQuery", callback_query_id=second) == too_old
    assert await api.call("answerCallbackQuery", callback_query_id=third, text="Hi") is True


@pytest.mark.parametrize("chat_id", [1, "@somebody", "words", 4.5e30])
async def test_nobody_there(api: Api, chat_id: Any) -> None:
    """A chat the bot never met is not found."""
    description = await api.refused("sendMessage", chat_id=chat_id, text="x")
    assert description == "Bad Request: chat not found"


async def test_people_who_do_not_want_the_bot(sandbox: Sandbox, api: Api, maria: User) -> None:
    """403 before Start and while blocked; the bot hears of a block; writing again lifts it."""
    shy = sandbox.add_person("Wang Fang", "zh-hans")
    assert await api.refused("sendMessage", chat_id=shy.id, text="x") == (
        "Forbidden: bot can't initiate conversation with a user"
    )
    sandbox.people.block(maria.id, True)
    for method, params in (
        ("sendMessage", {"text": "x"}),
        ("sendChatAction", {"action": "typing"}),
        ("editMessageText", {"message_id": 1, "text": "x"}),
    ):
        refusal = await api.refused(method, chat_id=maria.id, **params)
        assert refusal == "Forbidden: bot was blocked by the user"
    change = (await api.updates())[-1]["my_chat_member"]
    assert change["new_chat_member"]["status"] == "kicked"
    sandbox.people.say(maria.id, maria.id, "sorry")
    kinds = [set(each) - {"update_id"} for each in await api.updates()]
    assert kinds == [{"my_chat_member"}, {"my_chat_member"}, {"message"}]
    await api.call("sendMessage", chat_id=maria.id, text="x")


async def test_groups_the_bot_is_not_in(sandbox: Sandbox, api: Api) -> None:
    """Kicked, left, moved: each has its own sentence, a moved group its new id."""
    group = sandbox.people.invite_bot("Family", "group")
    large = sandbox.people.invite_bot("Clinic")
    sandbox.people.place_bot(large.id, "kicked")
    for method, params in (("sendMessage", {"text": "x"}), ("getChat", {})):
        assert await api.refused(method, chat_id=large.id, **params) == (
            "Forbidden: bot was kicked from the supergroup chat"
        )
    new = sandbox.people.upgrade_group(group.id)
    answer = await api.answer("sendMessage", chat_id=group.id, text="x")
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": new.id}
    await api.call("sendMessage", chat_id=new.id, text="x")
    await api.call("leaveChat", chat_id=new.id)
    assert await api.refused("sendMessage", chat_id=new.id, text="x") == (
        "Forbidden: bot is not a member of the supergroup chat"
    )


@pytest.mark.parametrize(
    ("params", "unknown"),
    [
        ({"text": "x", "parsemode": "HTML"}, 'unknown parameter "parsemode"'),
        ({"text": "x", "reply_markup": {"inline_keybord": []}}, 'unknown field "inline_keybord"'),
        (
            {"text": "x", "reply_markup": keyboard([{**OK, "colour": "red"}])},
            'unknown field "colour"',
        ),
        (
            {"text": "x", "reply_markup": keyboard([{**OK, "url": "https://example.org"}])},
            "more than one action",
        ),
        ({"text": "x", "reply_parameters": {"id": 1}}, 'unknown field "id"'),
        ({"text": "x", "link_preview_options": {"disabled": True}}, 'unknown field "disabled"'),
        ({"text": "x", "parse_mode": "MarkdownV2"}, "only HTML"),
    ],
)
async def test_the_sandbox_is_stricter_with_what_it_does_not_know(
    api: Api, maria: User, params: dict[str, Any], unknown: str
) -> None:
    """What Telegram would silently ignore is 400 here, and says so."""
    description = await api.refused("sendMessage", chat_id=maria.id, **params)
    assert unknown in description
    assert description.endswith("(the sandbox is stricter than Telegram)")
