"""Messages, pictures, files, albums, copies, reactions and pins behave as in a messenger."""

from typing import Any

import aiohttp
import pytest

from bot.sandbox.members import NotPossible
from bot.sandbox.model import User
from bot.sandbox.people import SENDABLE
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
    """Young messages go, anybody's where the bot is an administrator; what is older than two days
    stays everywhere, and so does what opened a topic."""
    old = sandbox.people.say(maria.id, maria.id, "old")
    past = sandbox.people.say(anna.id, staff, "long past")
    clock.seconds += 49 * 3600
    young = sandbox.people.say(maria.id, maria.id, "young")
    noise = sandbox.people.say(anna.id, staff, "noise")
    topic = (await api.call("createForumTopic", chat_id=staff, name="Case"))["message_thread_id"]
    cannot = "Bad Request: message can't be deleted for everyone"
    both = [old.message_id, young.message_id]
    assert await api.refused("deleteMessages", chat_id=maria.id, message_ids=both) == cannot
    assert await api.refused("deleteMessage", chat_id=maria.id, message_id=both[0]) == cannot
    assert await api.call("deleteMessages", chat_id=maria.id, message_ids=[both[1], 9999])
    assert await api.call("deleteMessage", chat_id=staff, message_id=noise.message_id)
    for kept in (past.message_id, topic):
        assert await api.refused("deleteMessage", chat_id=staff, message_id=kept) == cannot
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
    """A message of another chat is not shown whole, only outlined; link previews are as asked."""
    said = sandbox.people.say(maria.id, maria.id, "my question")
    sent = await api.call(
        "sendMessage",
        chat_id=staff,
        text="x",
        reply_parameters={"message_id": said.message_id, "chat_id": maria.id},
        link_preview_options={"is_disabled": True},
    )
    assert "reply_to_message" not in sent
    assert sent["external_reply"]["origin"]["sender_user"]["id"] == maria.id
    assert "my question" not in str(sent)
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert await api.refused("sendMessage", chat_id=staff, text="x", reply_parameters=5) == (
        "Bad Request: object expected as reply parameters"
    )


async def test_a_part_of_a_message_is_answered(sandbox: Sandbox, api: Api, maria: User) -> None:
    """The quote must stand in the message just so, its formatting too, and is told with its
    place; otherwise it is QUOTE_TEXT_INVALID."""
    sent = await api.call(
        "sendMessage", chat_id=maria.id, text="😀 It <b>may</b> help", parse_mode="HTML"
    )

    def answering(quote: str, **more: Any) -> dict[str, Any]:
        reply = {"message_id": sent["message_id"], "quote": quote, **more}
        return {"chat_id": maria.id, "text": "x", "reply_parameters": reply}

    answer = await api.call("sendMessage", **answering("It <b>may</b>", quote_parse_mode="HTML"))
    assert answer["reply_to_message"]["message_id"] == sent["message_id"]
    assert answer["quote"] == {
        "text": "It may",
        "position": 3,
        "is_manual": True,
        "entities": [{"offset": 3, "length": 3, "type": "bold"}],
    }
    for call in (
        answering("It will"),
        answering("<i>may</i>", quote_parse_mode="HTML"),
        answering("x" * 1025),
    ):
        assert await api.refused("sendMessage", **call) == "Bad Request: QUOTE_TEXT_INVALID"
    gone = answering("It", allow_sending_without_reply=True)
    gone["reply_parameters"]["message_id"] = 999
    assert "quote" not in await api.call("sendMessage", **gone)


async def test_every_kind_is_copied_into_a_topic_as_an_answer(
    sandbox: Sandbox, api: Api, maria: User, staff: int
) -> None:
    """Whatever a person sends can be copied, in answer to a card; only a file of a kind that has
    one gets another caption, of 1024 characters at most; a copied poll is a new one."""
    topic = (await api.call("createForumTopic", chat_id=staff, name="Case"))["message_thread_id"]
    card = await api.call("sendMessage", chat_id=staff, message_thread_id=topic, text="card")
    place = {
        "chat_id": staff,
        "message_thread_id": topic,
        "from_chat_id": maria.id,
        "reply_parameters": {"message_id": card["message_id"]},
    }
    group = sandbox.world.chats[staff]
    for kind in SENDABLE:
        source = sandbox.people.send(maria.id, maria.id, kind, caption="theirs")
        copied = await api.call(
            "copyMessage",
            **place,
            message_id=source.message_id,
            caption="<b>ours</b>",
            parse_mode="HTML",
        )
        copy = group.messages[copied["message_id"]]
        assert set(copy.media) == set(source.media)
        assert copy.reply_to is group.messages[card["message_id"]]
        assert copy.thread_id == topic
        assert copy.caption == (source.caption and "ours")
        assert (copy.media == source.media) == (kind != "poll")
        if source.caption:
            long = {**place, "message_id": source.message_id, "caption": "x" * 1025}
            refusal = await api.refused("copyMessage", **long)
            assert refusal == "Bad Request: message caption is too long"
    place["reply_parameters"] = {"message_id": 999}
    assert await api.refused("copyMessage", **place, message_id=source.message_id) == (
        "Bad Request: message to be replied not found"
    )
    place["reply_parameters"]["allow_sending_without_reply"] = True
    assert await api.call("copyMessage", **place, message_id=source.message_id)
    quiz = sandbox.people.send(maria.id, maria.id, "poll", fields={"type": "quiz"})
    assert await api.refused("copyMessage", **place, message_id=quiz.message_id) == (
        "Bad Request: message can't be copied"
    )


async def test_an_album_is_copied_whole(
    sandbox: Sandbox, api: Api, maria: User, staff: int
) -> None:
    """An album stays one, with its caption; several copies can be no answer to anything, which
    the Bot API's copyMessages does not know."""
    album = sandbox.people.send_album(maria.id, maria.id, ["photo", "video", "photo"], "scans")
    ids = [each.message_id for each in album]
    place = {"chat_id": staff, "from_chat_id": maria.id, "message_ids": ids}
    copies = await api.call("copyMessages", **place)
    copied = [sandbox.world.chats[staff].messages[each["message_id"]] for each in copies]
    assert len({each.media_group_id for each in copied}) == 1
    assert copied[0].media_group_id not in {None, album[0].media_group_id}
    assert [each.caption for each in copied] == ["scans", None, None]
    refusal = await api.refused("copyMessages", **place, reply_parameters={"message_id": 1})
    assert 'unknown parameter "reply_parameters"' in refusal
    for kinds in (["photo"], ["document", "photo"], ["photo"] * 11):
        with pytest.raises(NotPossible, match="album"):
            sandbox.people.send_album(maria.id, maria.id, kinds)


async def test_what_has_no_caption_gets_none(sandbox: Sandbox, api: Api, maria: User) -> None:
    """Neither the bot nor a person writes below a place, a sticker or a round video."""
    for kind in ("location", "sticker", "video_note"):
        said = sandbox.people.send(maria.id, maria.id, kind)
        with pytest.raises(NotPossible, match="no text"):
            sandbox.people.edit(maria.id, maria.id, said.message_id, "x")
        copy = await api.call(
            "copyMessage", chat_id=maria.id, from_chat_id=maria.id, message_id=said.message_id
        )
        target = {"chat_id": maria.id, "message_id": copy["message_id"]}
        assert await api.refused("editMessageCaption", **target, caption="x") == (
            "Bad Request: there is no caption in the message to edit"
        )
    with pytest.raises(NotPossible, match="1024"):
        sandbox.people.send(maria.id, maria.id, "photo", caption="x" * 1025)
