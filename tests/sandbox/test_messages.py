"""Messages, pictures, files, albums, copies, reactions and pins behave as in a messenger."""

from typing import Any

import aiohttp
import pytest

from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Api, Clock


async def test_a_message_arrives_formatted(sandbox: Sandbox, api: Api, maria: User) -> None:
    """HTML becomes entities, a bare address a link, and the keyboard comes back."""
    rows = [[{"text": "Menu", "callback_data": "menu", "style": "primary"}]]
    sent = await api.call(
        "sendMessage",
        chat_id=maria.id,
        text=" <b>自然</b> see example.org ",
        parse_mode="HTML",
        reply_markup={"inline_keyboard": rows},
    )
    assert sent["text"] == "自然 see example.org"
    assert sent["entities"] == [
        {"type": "bold", "offset": 0, "length": 2},
        {"type": "url", "offset": 7, "length": 11},
    ]
    assert sent["reply_markup"] == {"inline_keyboard": rows}
    assert sent["from"]["is_bot"] is True
    assert sent["chat"] == {"id": maria.id, "type": "private", "first_name": "Maria"}
    assert sandbox.world.chats[maria.id].messages[sent["message_id"]].text == sent["text"]


async def test_beyond_a_hundred_entities_the_text_is_plain(api: Api, maria: User) -> None:
    """The hundred and first bold word is silently not bold."""
    text = " ".join(f"<b>{number}</b>" for number in range(130))
    sent = await api.call("sendMessage", chat_id=maria.id, text=text, parse_mode="HTML")
    assert len(sent["entities"]) == 100


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart"])
async def test_every_way_of_calling_means_the_same(api: Api, maria: User, way: str) -> None:
    """GET with a query, a form, JSON and multipart, with JSON inside strings, all work; the case
    of a method's name does not matter."""
    markup = '{"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}'
    params = {"chat_id": str(maria.id), "text": "自然", "reply_markup": markup}
    address, session = api.address("SENDMESSAGE"), api.session
    form = aiohttp.FormData(params, default_to_multipart=True)
    made = {
        "query": lambda: session.get(address, params=params),
        "form": lambda: session.post(address, data=params),
        "json": lambda: session.post(address, json=params),
        "multipart": lambda: session.post(address, data=form),
    }
    async with made[way]() as response:
        sent = (await response.json())["result"]
    assert sent["text"] == "自然"
    assert sent["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "b"


async def test_what_a_person_types_gets_the_entities_of_a_client(
    sandbox: Sandbox, api: Api, maria: User
) -> None:
    """Commands, links, mentions, tags, addresses and numbers are found, with their offsets."""
    text = (
        "/start@car_nk_sandbox_bot 😀 @somebody https://example.org/a?b=c. #hope $TSLA "
        "a.b@example.org www.clinicaltrials.gov/x +1 555 123 4567 or 3.5 a/b"
    )
    sandbox.people.say(maria.id, maria.id, text)
    message = (await api.updates())[-1]["message"]
    units = text.encode("utf-16-le")

    def shown(entity: dict[str, Any]) -> str:
        begin, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
        return units[begin:end].decode("utf-16-le")

    assert [(each["type"], shown(each)) for each in message["entities"]] == [
        ("bot_command", "/start@car_nk_sandbox_bot"),
        ("mention", "@somebody"),
        ("url", "https://example.org/a?b=c"),
        ("hashtag", "#hope"),
        ("cashtag", "$TSLA"),
        ("email", "a.b@example.org"),
        ("url", "www.clinicaltrials.gov/x"),
        ("phone_number", "+1 555 123 4567"),
    ]
    assert message["from"]["language_code"] == "en"


async def test_a_press_names_the_button_and_the_message(
    sandbox: Sandbox, api: Api, maria: User
) -> None:
    """The update holds the data, who pressed and the whole message; a forged press looks alike."""
    rows = [[{"text": "a", "callback_data": "自然"}]]
    markup = {"inline_keyboard": rows}
    sent = await api.call("sendMessage", chat_id=maria.id, text="x", reply_markup=markup)
    query_id = sandbox.people.tap(maria.id, maria.id, sent["message_id"], 0, 0)
    forged = sandbox.people.press(maria.id, maria.id, sent["message_id"], "x" * 64)
    first, second = (each["callback_query"] for each in await api.updates())
    assert (first["id"], first["data"], first["from"]["id"]) == (query_id, "自然", maria.id)
    assert first["message"] == sent
    assert (second["id"], second["data"]) == (forged, "x" * 64)


async def test_replies_quote_what_they_answer(sandbox: Sandbox, api: Api, maria: User) -> None:
    """A reply holds the answered message, without its own reply; leniency sends without one."""
    first = sandbox.people.say(maria.id, maria.id, "question")
    answer = await api.call(
        "sendMessage",
        chat_id=maria.id,
        text="answer",
        reply_parameters={"message_id": first.message_id},
    )
    assert answer["reply_to_message"]["text"] == "question"
    sandbox.people.say(maria.id, maria.id, "thanks", reply_to_message_id=answer["message_id"])
    thanks = (await api.updates())[-1]["message"]
    assert "reply_to_message" not in thanks["reply_to_message"]
    free = {"message_id": 999, "allow_sending_without_reply": True}
    lost = await api.call("sendMessage", chat_id=maria.id, text="x", reply_parameters=free)
    assert "reply_to_message" not in lost


async def test_people_edit_what_they_said(
    sandbox: Sandbox, api: Api, maria: User, clock: Clock
) -> None:
    """The bot gets edited_message with the new text and the moment of the edit."""
    said = sandbox.people.say(maria.id, maria.id, "/strat")
    clock.seconds += 5
    sandbox.people.edit(maria.id, maria.id, said.message_id, "/start")
    edited = (await api.updates())[-1]["edited_message"]
    assert (edited["text"], edited["edit_date"]) == ("/start", int(clock.seconds))
    assert edited["entities"][0]["type"] == "bot_command"


async def test_copies_hide_and_forwards_show_their_origin(
    sandbox: Sandbox, api: Api, maria: User, staff: int
) -> None:
    """copyMessage is as if written anew, forwardMessage names who wrote it."""
    said = sandbox.people.say(maria.id, maria.id, "a secret")
    source = {"chat_id": staff, "from_chat_id": maria.id, "message_id": said.message_id}
    copied = await api.call("copyMessage", **source)
    assert set(copied) == {"message_id"}
    assert "forward_origin" not in sandbox.world.chats[staff].messages[copied["message_id"]].api()
    forwarded = await api.call("forwardMessage", **source)
    assert forwarded["forward_origin"]["sender_user"]["id"] == maria.id
    twice = await api.call(
        "forwardMessage", **source | {"from_chat_id": staff, "message_id": forwarded["message_id"]}
    )
    assert twice["forward_origin"]["sender_user"]["id"] == maria.id


async def test_protected_words_stay_where_they_are(api: Api, maria: User, staff: int) -> None:
    """protect_content forbids forwarding; the bot may still copy what it wrote itself."""
    sent = await api.call("sendMessage", chat_id=staff, text="phone", protect_content=True)
    assert sent["has_protected_content"] is True
    source = {"chat_id": maria.id, "from_chat_id": staff, "message_id": sent["message_id"]}
    assert await api.refused("forwardMessage", **source) == (
        "Bad Request: message can't be forwarded"
    )
    await api.call("copyMessage", **source)


async def test_reactions_of_the_bot(api: Api, maria: User, sandbox: Sandbox) -> None:
    """One emoji of Telegram's list a message; an empty list takes it away."""
    said = sandbox.people.say(maria.id, maria.id, "x")
    target = {"chat_id": maria.id, "message_id": said.message_id}
    eyes, fire = {"type": "emoji", "emoji": "👀"}, {"type": "emoji", "emoji": "🔥"}
    await api.call("setMessageReaction", **target, reaction=[eyes])
    assert said.reactions == {sandbox.world.bot.id: "👀"}
    assert await api.refused("setMessageReaction", **target, reaction=[eyes, fire]) == (
        "Bad Request: REACTIONS_TOO_MANY"
    )
    for emoji in ("✅", ""):
        odd = {"type": "emoji", "emoji": emoji}
        assert await api.refused("setMessageReaction", **target, reaction=[odd]) == (
            "Bad Request: REACTION_INVALID"
        )
    await api.call("setMessageReaction", **target, reaction=[])
    assert said.reactions == {}


async def test_deleting_has_its_limits(
    sandbox: Sandbox, api: Api, maria: User, staff: int, anna: User, clock: Clock
) -> None:
    """Young messages go, old ones stay; in its group an administrator deletes anything."""
    old = sandbox.people.say(maria.id, maria.id, "old")
    noise = sandbox.people.say(anna.id, staff, "noise")
    clock.seconds += 49 * 3600
    young = sandbox.people.say(maria.id, maria.id, "young")
    cannot = "Bad Request: message can't be deleted for everyone"
    both = [old.message_id, young.message_id]
    assert await api.refused("deleteMessages", chat_id=maria.id, message_ids=both) == cannot
    assert await api.refused("deleteMessage", chat_id=maria.id, message_id=both[0]) == cannot
    assert await api.call("deleteMessages", chat_id=maria.id, message_ids=[both[1], 9999])
    assert await api.call("deleteMessage", chat_id=staff, message_id=noise.message_id)
    assert list(sandbox.world.chats[maria.id].messages) == [old.message_id]


async def test_pinned_messages(sandbox: Sandbox, api: Api, maria: User) -> None:
    """A pin shows in getChat and as a service line; unpinning takes the latest."""
    sent = await api.call("sendMessage", chat_id=maria.id, text="x")
    target = {"chat_id": maria.id, "message_id": sent["message_id"]}
    await api.call("pinChatMessage", **target)
    chat = await api.call("getChat", chat_id=maria.id)
    assert chat["pinned_message"]["message_id"] == sent["message_id"]
    service = list(sandbox.world.chats[maria.id].messages.values())[-1]
    assert service.api()["pinned_message"]["message_id"] == sent["message_id"]
    assert await api.refused("pinChatMessage", chat_id=maria.id, message_id=service.message_id) == (
        "Bad Request: message can't be pinned"
    )
    await api.call("unpinChatMessage", chat_id=maria.id)
    await api.call("unpinChatMessage", **target)
    await api.call("pinChatMessage", **target)
    await api.call("unpinAllChatMessages", chat_id=maria.id)
    assert "pinned_message" not in await api.call("getChat", chat_id=maria.id)


async def test_ids_of_messages(sandbox: Sandbox, api: Api, maria: User, staff: int) -> None:
    """Private chats share one count, the supergroup has its own."""
    other = sandbox.add_person("Wang Fang", "zh-hans", started=True)
    ids = [
        (await api.call("sendMessage", chat_id=chat, text="x"))["message_id"]
        for chat in (maria.id, other.id, staff, maria.id, staff)
    ]
    assert ids == [1, 2, 2, 3, 3]


async def test_explicit_entities(api: Api, maria: User) -> None:
    """A bot may say the formatting itself; what Telegram finds alone is ignored when given."""
    given = [
        {"type": "text_mention", "offset": 0, "length": 1, "user": {"id": 5}},
        {"type": "pre", "offset": 2, "length": 1, "language": "py"},
        {"type": "custom_emoji", "offset": 4, "length": 1, "custom_emoji_id": "9"},
        {"type": "date_time", "offset": 6, "length": 1, "unix_time": 5, "date_time_format": "r"},
        {"type": "url", "offset": 0, "length": 3},
    ]
    sent = await api.call("sendMessage", chat_id=maria.id, text="a b c d", entities=given)
    user = {"id": 5, "is_bot": False, "first_name": ""}
    assert sent["entities"] == [{**given[0], "user": user}, *given[1:4]]
    for entities in ([5], [{"type": [], "offset": 0, "length": 1}]):
        refusal = await api.refused("sendMessage", chat_id=maria.id, text="a", entities=entities)
        assert "can't parse MessageEntity" in refusal


async def test_an_answer_to_words_elsewhere(
    sandbox: Sandbox, api: Api, maria: User, staff: int
) -> None:
    """A reply may quote a message of another chat; link previews are shown as asked."""
    said = sandbox.people.say(maria.id, maria.id, "my question")
    sent = await api.call(
        "sendMessage",
        chat_id=staff,
        text="x",
        reply_parameters={"message_id": said.message_id, "chat_id": maria.id},
        link_preview_options={"is_disabled": True},
    )
    assert sent["reply_to_message"]["text"] == "my question"
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert await api.refused("sendMessage", chat_id=staff, text="x", reply_parameters=5) == (
        "Bad Request: object expected as reply parameters"
    )
