"""Pictures, files and albums: sent, kept, sent again, copied and refused."""

import struct
import zlib
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Api


def png(width: int, height: int) -> bytes:
    """A real picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def upload(api: Api, method: str, field: str, data: bytes | BytesIO, **params: str) -> Any:
    """A multipart call with one file; the whole answer."""
    form = aiohttp.FormData()
    for name, value in params.items():
        form.add_field(name, value)
    form.add_field(field, data, filename="picture.png", content_type="image/png")
    async with api.session.post(api.address(method), data=form) as response:
        return await response.json()


async def test_a_picture_is_sent_kept_and_sent_again(
    sandbox: Sandbox, api: Api, maria: User
) -> None:
    """An upload gets a file id; the id sends it again, getFile and the path bring its bytes."""
    data = png(640, 480)
    answer = await upload(
        api,
        "sendPhoto",
        "photo",
        data,
        chat_id=str(maria.id),
        caption="<i>hi</i>",
        parse_mode="HTML",
    )
    sent = answer["result"]
    whole = sent["photo"][-1]
    assert (whole["width"], whole["height"], whole["file_size"]) == (640, 480, len(data))
    assert sent["caption_entities"][0]["type"] == "italic"
    again = await api.call("sendPhoto", chat_id=maria.id, photo=whole["file_id"])
    assert again["photo"][-1]["file_unique_id"] == whole["file_unique_id"]
    path = (await api.call("getFile", file_id=whole["file_id"]))["file_path"]
    address = f"{sandbox.url}/file/bot{sandbox.token}/{path}"
    async with api.session.get(address) as response:
        assert await response.read() == data
    async with api.session.get(address + "x") as response:
        assert response.status == 404
    target = {"chat_id": maria.id, "message_id": sent["message_id"]}
    edited = await api.call("editMessageCaption", **target, caption="<b>new</b>", parse_mode="HTML")
    assert edited["caption"] == "new"
    assert await api.refused("editMessageText", **target, text="x") == (
        "Bad Request: there is no text in the message to edit"
    )
    long = await api.refused(
        "sendPhoto", chat_id=maria.id, photo=whole["file_id"], caption="x" * 1025
    )
    assert long == "Bad Request: message caption is too long"


async def test_a_picture_takes_the_place_of_another(
    sandbox: Sandbox, api: Api, maria: User
) -> None:
    """editMessageMedia exchanges the picture, or puts one where a text was; the same is refused."""
    first, second = (
        sandbox.world.files.add("photo", png(size, size), mime="image/png") for size in (20, 30)
    )
    sent = await api.call("sendPhoto", chat_id=maria.id, photo=first.id, caption="one")
    target = {"chat_id": maria.id, "message_id": sent["message_id"]}
    new = {"type": "photo", "media": second.id, "caption": "<b>two</b>", "parse_mode": "HTML"}
    edited = await api.call("editMessageMedia", **target, media=new)
    assert (edited["photo"][-1]["width"], edited["caption"]) == (30, "two")
    assert "is not modified" in await api.refused("editMessageMedia", **target, media=new)
    text = await api.call("sendMessage", chat_id=maria.id, text="x")
    target = {"chat_id": maria.id, "message_id": text["message_id"]}
    edited = await api.call("editMessageMedia", **target, media=new)
    assert "text" not in edited
    assert await api.refused("editMessageMedia", **target, media={"type": "smell"}) == (
        "Bad Request: can't parse InputMedia: type is unsupported"
    )


@pytest.mark.parametrize(
    ("data", "description"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (b"", "file must be non-empty"),
        (png(2, 100), "PHOTO_INVALID_DIMENSIONS"),
        (png(6000, 4001), "PHOTO_INVALID_DIMENSIONS"),
    ],
)
async def test_what_is_no_photo(api: Api, maria: User, data: bytes, description: str) -> None:
    """Bytes that are no picture, or one of impossible shape, are refused."""
    answer = await upload(api, "sendPhoto", "photo", data, chat_id=str(maria.id))
    assert answer["description"] == f"Bad Request: {description}"


async def test_a_file_nobody_asked_for(api: Api, maria: User) -> None:
    """An upload under a name the method does not have is refused, as stricter than Telegram."""
    answer = await upload(api, "sendMessage", "letter", b"x", chat_id=str(maria.id), text="x")
    assert answer["description"].startswith('Bad Request: unknown file "letter"')


async def test_files_over_twenty_megabytes_cannot_be_fetched(
    sandbox: Sandbox, api: Api, maria: User
) -> None:
    """A patient may send a scan of 200 MB; the bot can pass it on but not download it."""
    scan = sandbox.people.send(maria.id, maria.id, "document", file_name="scan.dcm", size=200 << 20)
    document = (await api.updates())[-1]["message"]["document"]
    assert (document["file_name"], document["file_size"]) == ("scan.dcm", 200 << 20)
    assert await api.refused("getFile", file_id=document["file_id"]) == (
        "Bad Request: file is too big"
    )
    await api.call(
        "copyMessage", chat_id=maria.id, from_chat_id=maria.id, message_id=scan.message_id
    )


async def test_an_album_keeps_together(sandbox: Sandbox, api: Api, maria: User, staff: int) -> None:
    """People's albums come as single updates with one group id; copies keep the grouping."""
    photos = [
        sandbox.people.send(maria.id, maria.id, "photo", caption=str(number), media_group_id="7")
        for number in range(3)
    ]
    said = sandbox.people.say(maria.id, maria.id, "that was all")
    groups = [each["message"].get("media_group_id") for each in await api.updates()]
    assert groups == ["7", "7", "7", None]
    ids = [each.message_id for each in (*photos, said)]
    copies = await api.call(
        "copyMessages",
        chat_id=staff,
        from_chat_id=maria.id,
        message_ids=[*ids, 9999],
        remove_caption=True,
    )
    group = sandbox.world.chats[staff]
    copied = [group.messages[each["message_id"]] for each in copies]
    assert [each.caption for each in copied] == [None, None, None, None]
    assert len({each.media_group_id for each in copied[:3]}) == 1
    assert copied[0].media_group_id not in {None, "7"}
    assert copied[3].media_group_id is None
    assert copied[3].origin is None


async def test_the_bot_sends_an_album(api: Api, maria: User) -> None:
    """Two to ten uploads under attach:// names make one group; one or eleven do not."""
    form = aiohttp.FormData()
    form.add_field("chat_id", str(maria.id))
    media = '[{"type":"photo","media":"attach://a","caption":"A"},{"type":"photo","media":"attach://b"}]'
    form.add_field("media", media)
    for name in "ab":
        form.add_field(name, png(9, 9), filename="x.png", content_type="image/png")
    async with api.session.post(api.address("sendMediaGroup"), data=form) as response:
        sent = (await response.json())["result"]
    assert len({each["media_group_id"] for each in sent}) == 1
    assert sent[0]["caption"] == "A"
    one = {"type": "photo", "media": sent[0]["photo"][-1]["file_id"]}
    for number in (1, 11):
        refusal = await api.refused("sendMediaGroup", chat_id=maria.id, media=[one] * number)
        assert "an album has 2 to 10 messages" in refusal
    mixed = [one, {**one, "type": "document"}]
    assert await api.refused("sendMediaGroup", chat_id=maria.id, media=mixed) == (
        "Bad Request: can't use the media of the specified type in the album"
    )


@pytest.mark.parametrize(
    "kind",
    ["photo", "document", "voice", "video", "animation", "sticker", "location", "contact", "poll"],
)
async def test_everything_a_person_can_send_arrives_and_can_be_copied(
    sandbox: Sandbox, api: Api, maria: User, kind: str
) -> None:
    """Each kind comes in its own field of the message, and a copy of it works."""
    said = sandbox.people.send(maria.id, maria.id, kind, caption="look")
    message = (await api.updates())[-1]["message"]
    assert kind in message
    assert "text" not in message
    copied = await api.call(
        "copyMessage", chat_id=maria.id, from_chat_id=maria.id, message_id=said.message_id
    )
    assert kind in sandbox.world.chats[maria.id].messages[copied["message_id"]].api()


async def test_pictures_of_every_make(api: Api, maria: User) -> None:
    """JPEG and GIF are measured, too; spoilers and captions above are shown as asked."""
    gif = b"GIF89a" + struct.pack("<HH", 12, 34) + b"\0\0\0;"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, 56, 78, 0)
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab" + frame + b"\xff\xd9"
    for data, size in ((gif, (12, 34)), (jpeg, (78, 56))):
        params = {"has_spoiler": "true", "show_caption_above_media": "true", "caption": "x"}
        answer = await upload(api, "sendPhoto", "photo", data, chat_id=str(maria.id), **params)
        photo = answer["result"]["photo"][-1]
        assert (photo["width"], photo["height"]) == size
        assert answer["result"]["has_media_spoiler"] is True
        assert answer["result"]["show_caption_above_media"] is True
    answer = await upload(api, "sendPhoto", "photo", jpeg[:9], chat_id=str(maria.id))
    assert answer["description"] == "Bad Request: IMAGE_PROCESS_FAILED"
    huge = gif + b"\0" * (10 << 20)
    answer = await upload(api, "sendPhoto", "photo", BytesIO(huge), chat_id=str(maria.id))
    assert "too big for a photo" in answer["description"]


async def test_albums_that_cannot_be(api: Api, maria: User) -> None:
    """No list, unknown kinds, captions that are no text: each is refused."""
    one = {"type": "photo", "media": "x"}
    for media, description in (
        ("{", "can't parse media JSON object"),
        ({"a": 1}, "expected an Array of InputMedia"),
        ([one, {"type": "smell"}], "can't parse InputMedia: type is unsupported"),
        ([one, {**one, "caption": 5}], 'can\'t parse InputMedia: Field "caption" must be of type'),
        ([one, one], "wrong remote file identifier specified"),
    ):
        refusal = await api.refused("sendMediaGroup", chat_id=maria.id, media=media)
        assert refusal.startswith(f"Bad Request: {description}")


async def test_service_lines_are_not_copied(sandbox: Sandbox, api: Api, staff: int) -> None:
    """A line such as “created the topic” can be neither copied nor forwarded nor pinned."""
    topic = await api.call("createForumTopic", chat_id=staff, name="Case")
    line = {"from_chat_id": staff, "message_id": topic["message_thread_id"], "chat_id": staff}
    assert await api.refused("copyMessage", **line) == "Bad Request: message can't be copied"
    assert await api.refused("forwardMessage", **line) == (
        "Bad Request: message can't be forwarded"
    )
    one = {"type": "emoji", "emoji": "👍"}
    reaction = {"chat_id": staff, "message_id": line["message_id"], "reaction": [one]}
    assert await api.refused("setMessageReaction", **reaction) == "Bad Request: MESSAGE_ID_INVALID"


async def test_copies_take_a_new_caption(sandbox: Sandbox, api: Api, maria: User) -> None:
    """copyMessage with a caption replaces the old one; forwardMessages keeps everything."""
    photo = sandbox.people.send(maria.id, maria.id, "photo", caption="mine")
    here = {"chat_id": maria.id, "from_chat_id": maria.id}
    copied = await api.call("copyMessage", **here, message_id=photo.message_id, caption="ours")
    (forwarded,) = await api.call("forwardMessages", **here, message_ids=[photo.message_id])
    messages = sandbox.world.chats[maria.id].messages
    assert messages[copied["message_id"]].caption == "ours"
    assert messages[forwarded["message_id"]].caption == "mine"
    assert messages[forwarded["message_id"]].origin is not None


async def test_a_file_is_of_one_kind(sandbox: Sandbox, api: Api, maria: User) -> None:
    """What was sent as a document cannot be sent as a picture, nor the other way."""
    said = sandbox.people.send(maria.id, maria.id, "document", data=png(8, 8), file_name="a.png")
    file_id = said.media["document"]["file_id"]
    assert await api.refused("sendPhoto", chat_id=maria.id, photo=file_id) == (
        "Bad Request: type of file mismatch"
    )
    assert await api.call("sendDocument", chat_id=maria.id, document=file_id)
