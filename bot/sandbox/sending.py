"""Methods that put something into a chat: messages, pictures, files, albums, copies, forwards."""

from secrets import randbelow
from typing import Any

from bot.i18n.entities import Marked, units
from bot.sandbox.call import Call, method
from bot.sandbox.files import dimensions, media
from bot.sandbox.keyboards import inline_keyboard
from bot.sandbox.model import Chat, Json, Message, StoredFile, Topic
from bot.sandbox.rules import (
    ALBUM,
    CAPTION_UNITS,
    CAPTIONED,
    CHAT_ACTIONS,
    DOWNLOAD_BYTES,
    FILE_BYTES,
    MANY_IDS,
    PHOTO_BYTES,
    Refused,
    bad,
    caption,
    entity_json,
    formatted,
    message_text,
    shown,
    stricter,
    whole,
)
from bot.sandbox.world import World

ONWARD = (
    "chat_id message_thread_id direct_messages_topic_id disable_notification protect_content "
    "from_chat_id "
)
"""What copies and forwards of several have: they can be no answers (Bot API, copyMessages)."""
FORWARD = ONWARD + "message_effect_id suggested_post_parameters video_start_timestamp message_id"
SEND = (
    "business_connection_id chat_id message_thread_id direct_messages_topic_id "
    "disable_notification protect_content allow_paid_broadcast message_effect_id "
    "suggested_post_parameters reply_parameters reply_to_message_id allow_sending_without_reply "
)
MARKUP = "reply_markup ephemeral_message_parameters "
CAPTION = "caption parse_mode caption_entities show_caption_above_media "
_REPLY = frozenset(
    {
        "message_id",
        "chat_id",
        "allow_sending_without_reply",
        "quote",
        "quote_parse_mode",
        "quote_entities",
        "quote_position",
        "checklist_task_id",
        "poll_option_id",
    }
)
_PREVIEW = frozenset(
    {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
)


class Place:
    """Where a call sends to, checked in Telegram's order: chat, answered message, topic."""

    def __init__(self, world: World, call: Call) -> None:
        self.world = world
        self.chat: Chat = world.writable(call.get("chat_id"))
        self.quote: Json | None = None
        self.reply_to = self._answered(call)
        self.topic: Topic | None = world.topic(self.chat, call.integer("message_thread_id"))
        self.protected = call.flag("protect_content")

    def _answered(self, call: Call) -> Message | None:
        given = call.json("reply_parameters", "reply parameters") or {}
        if not isinstance(given, dict):
            raise bad("Object expected as reply parameters")
        if not given.keys() <= _REPLY:
            unknown = sorted(given.keys() - _REPLY)[0]
            raise stricter(f'unknown field "{unknown}" of the reply parameters')
        message_id = given.get("message_id") or call.integer("reply_to_message_id")
        if not message_id:
            return None
        chat = self.world.chat(given["chat_id"]) if given.get("chat_id") else self.chat
        found = chat.messages.get(whole(message_id))
        lenient = given.get("allow_sending_without_reply")
        if found is None and not (lenient or call.flag("allow_sending_without_reply")):
            raise bad("message to be replied not found")
        if found is not None and given.get("quote"):
            self.quote = _quote(given, found)
        return found

    def post(self, **content: Any) -> Message:
        thread = self.topic.id if self.topic else None
        if thread is None and self.reply_to is not None and self.reply_to.chat is self.chat:
            thread = self.reply_to.thread_id  # an answer stands where its question stands
        return self.world.post(
            self.chat,
            self.world.bot,
            thread_id=thread,
            reply_to=self.reply_to,
            quote=self.quote,
            protected=self.protected,
            **content,
        )


def _quote(given: Json, answered: Message) -> Json:
    """The quoted part: it must stand in the answered message just so, its marks too (TDLib:
    MessageQuote). Raises Refused."""
    marked = formatted(
        str(given["quote"]), str(given.get("quote_parse_mode") or ""), given.get("quote_entities")
    )
    whole_text = answered.text or answered.caption or ""
    at = whole_text.find(marked.text)
    if at < 0 or not marked.text or units(marked.text) > CAPTION_UNITS:
        raise bad("QUOTE_TEXT_INVALID")
    position = units(whole_text[:at])
    theirs = answered.entities if answered.text is not None else answered.caption_entities
    end = position + units(marked.text)
    within = {
        (each["type"], each["offset"] - position, each["length"])
        for each in theirs
        if each["offset"] >= position and each["offset"] + each["length"] <= end
    }
    ours = [entity_json(each) for each in marked.entities]
    if not {(each["type"], each["offset"], each["length"]) for each in ours} <= within:
        raise bad("QUOTE_TEXT_INVALID")
    shape: Json = {"text": marked.text, "position": position, "is_manual": True}
    return {**shape, **({"entities": ours} if ours else {})}


def _keyboard(call: Call) -> Json:
    keyboard, other = inline_keyboard(call.json("reply_markup", "reply keyboard markup"))
    return {"keyboard": keyboard, "other_markup": other}


def preview(call: Call) -> Json:
    """The link preview options of a text, as the message shows them again."""
    options = call.json("link_preview_options", "link preview options")
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise bad("Object expected as link preview options")
    if not options.keys() <= _PREVIEW:
        unknown = sorted(options.keys() - _PREVIEW)[0]
        raise stricter(f'unknown field "{unknown}" of the link preview options')
    return {"link_preview_options": options} if options else {}


@method("sendMessage", SEND + MARKUP + "text parse_mode entities link_preview_options")
def send_message(world: World, call: Call) -> Json:
    extra = preview(call)
    marked = message_text(
        call.text("text"), call.text("parse_mode"), call.json("entities", "entities")
    )
    keyboard = _keyboard(call)
    place = Place(world, call)
    return place.post(text=marked.text, entities=shown(marked), extra=extra, **keyboard).api()


@method("sendChatAction", "business_connection_id chat_id message_thread_id action")
def send_chat_action(world: World, call: Call) -> bool:
    if call.text("action").lower() not in CHAT_ACTIONS:
        raise bad("Wrong parameter action in request")
    chat = world.writable(call.get("chat_id"))
    # A topic that is gone is no mistake here (tdlib/telegram-bot-api #732).
    world.tell("typing", chat_id=chat.id, thread_id=call.integer("message_thread_id"))
    return True


# Files ------------------------------------------------------------------------------------------


def captioned(given: Json) -> Json:
    """The fields of a Message that hold the caption `given` in a call or an InputMedia."""
    text, mode = given.get("caption") or "", given.get("parse_mode") or ""
    if not isinstance(text, str) or not isinstance(mode, str):
        raise bad('Can\'t parse InputMedia: Field "caption" must be of type String')
    marked: Marked = caption(text, mode, given.get("caption_entities"))
    above = given.get("show_caption_above_media")
    return {
        "caption": marked.text or None,
        "caption_entities": shown(marked),
        "extra": {"show_caption_above_media": True} if above else {},
    }


def file_meant(world: World, call: Call, kind: str, given: Any, field: str) -> StoredFile:
    """The file a call means: an upload, `attach://name`, or the id of one sent before."""
    address = given if isinstance(given, str) else ""
    name = address.removeprefix("attach://") if address.startswith("attach://") else field
    upload = call.files.get(name)
    if upload is None:
        if not address:
            raise bad(f"there is no {kind} in the request")
        if address.startswith(("http://", "https://")):
            raise bad("failed to get HTTP URL content")
        known = world.files.get(address)
        if known is None:
            raise bad("wrong remote file identifier specified: Wrong string length")
        if known.kind != kind:
            raise bad("type of file mismatch")
        return known
    if not upload.data:
        raise bad("file must be non-empty")
    if len(upload.data) > FILE_BYTES:
        raise Refused(413, "Request Entity Too Large")
    if kind == "photo":
        _picture(upload.data)
    return world.files.add(kind, upload.data, upload.name, mime=upload.mime)


def _picture(data: bytes) -> None:
    size = dimensions(data)
    if size is None:
        raise bad("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    if len(data) > PHOTO_BYTES:
        raise bad(f"too big for a photo; the maximum size is {PHOTO_BYTES} bytes")


def _send_file(world: World, call: Call, kind: str) -> Json:
    entities = call.json("caption_entities", "entities")
    content = captioned({**call.params, "caption_entities": entities})
    if call.flag("has_spoiler"):
        content["extra"]["has_media_spoiler"] = True
    keyboard = _keyboard(call)
    place = Place(world, call)
    stored = file_meant(world, call, kind, call.get(kind), kind)
    return place.post(media=media(kind, stored), **content, **keyboard).api()


@method("sendPhoto", SEND + MARKUP + CAPTION + "photo has_spoiler")
def send_photo(world: World, call: Call) -> Json:
    return _send_file(world, call, "photo")


@method(
    "sendDocument", SEND + MARKUP + CAPTION + "document thumbnail disable_content_type_detection"
)
def send_document(world: World, call: Call) -> Json:
    return _send_file(world, call, "document")


@method("sendMediaGroup", SEND + "media")
def send_media_group(world: World, call: Call) -> list[Json]:
    call.required("media")
    album = call.json("media", "media")
    if not isinstance(album, list):
        raise bad("Expected an Array of InputMedia")
    if len(album) not in ALBUM:
        raise stricter(f"an album has {ALBUM.start} to {ALBUM.stop - 1} messages")
    kinds = {str(each.get("type")) if isinstance(each, dict) else "" for each in album}
    if not kinds <= {"photo", "document", "video"}:
        raise bad("Can't parse InputMedia: type is unsupported")
    if "document" in kinds and len(kinds) > 1:
        raise bad("Can't use the media of the specified type in the album")
    captions = [captioned(each) for each in album]
    place = Place(world, call)
    files = [file_meant(world, call, each["type"], each.get("media"), "") for each in album]
    group = str(13_000_000_000_000_000 + randbelow(10**12))
    return [
        place.post(media=media(each["type"], stored), media_group_id=group, **content).api()
        for each, stored, content in zip(album, files, captions, strict=True)
    ]


@method("getFile", "file_id")
def get_file(world: World, call: Call) -> Json:
    stored = world.files.get(call.text("file_id"))
    if stored is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if stored.size > DOWNLOAD_BYTES:
        raise bad("file is too big")
    return {**stored.api(), "file_path": stored.path}


# Copies -----------------------------------------------------------------------------------------


def _copyable(source: Message) -> bool:
    if source.media.get("poll", {}).get("type") == "quiz":
        return False  # the answer to somebody else's quiz is not known (Bot API, copyMessage)
    return not source.service and not (source.protected and not source.sender.is_bot)


def _copy(source: Message) -> Json:
    content = {
        "text": source.text,
        "entities": source.entities,
        "caption": source.caption,
        "caption_entities": source.caption_entities,
        "media": source.media,
    }
    if "poll" in source.media:
        # A copied poll is a new one, in which nobody has voted.
        fresh = {"id": str(randbelow(10**18)), "total_voter_count": 0}
        options = [{**each, "voter_count": 0} for each in source.media["poll"]["options"]]
        content["media"] = {"poll": {**source.media["poll"], **fresh, "options": options}}
    return content


@method("copyMessage", SEND + MARKUP + CAPTION + "from_chat_id message_id video_start_timestamp")
def copy_message(world: World, call: Call) -> Json:
    keyboard = _keyboard(call)
    origin = world.chat(call.required("from_chat_id"))
    source = world.message(origin, call.get("message_id"), "message to copy")
    if not _copyable(source):
        raise bad("message can't be copied")
    content = _copy(source)
    if call.get("caption") is not None and source.media.keys() & CAPTIONED:
        entities = call.json("caption_entities", "entities")
        content |= captioned({**call.params, "caption_entities": entities})
    place = Place(world, call)
    return {"message_id": place.post(**content, **keyboard).message_id}


@method("forwardMessage", FORWARD)
def forward_message(world: World, call: Call) -> Json:
    origin = world.chat(call.required("from_chat_id"))
    source = world.message(origin, call.get("message_id"), "message to forward")
    if source.service or source.protected:
        raise bad("message can't be forwarded")
    return Place(world, call).post(**_copy(source), origin=source.told_origin()).api()


def _many(world: World, call: Call, *, forward: bool) -> list[Json]:
    origin = world.chat(call.required("from_chat_id"))
    ids = call.ids("message_ids", MANY_IDS)
    if ids != sorted(set(ids)):
        raise bad("message identifiers must be in a strictly increasing order")
    place = Place(world, call)
    found = [origin.messages[each] for each in ids if each in origin.messages]
    sources = [
        each
        for each in found
        if (not each.service and not each.protected if forward else _copyable(each))
    ]
    if not sources:
        raise bad("there are no messages to forward")
    albums: dict[str, str] = {}
    sent: list[Json] = []
    for source in sources:
        content = _copy(source)
        if call.flag("remove_caption"):
            content |= {"caption": None, "caption_entities": []}
        if source.media_group_id:
            fresh = str(13_100_000_000_000_000 + randbelow(10**12))
            content["media_group_id"] = albums.setdefault(source.media_group_id, fresh)
        if forward:
            content["origin"] = source.told_origin()
        sent.append({"message_id": place.post(**content).message_id})
    return sent


@method("copyMessages", ONWARD + "message_ids remove_caption")
def copy_messages(world: World, call: Call) -> list[Json]:
    return _many(world, call, forward=False)


@method("forwardMessages", ONWARD + "message_ids")
def forward_messages(world: World, call: Call) -> list[Json]:
    return _many(world, call, forward=True)
