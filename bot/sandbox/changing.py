"""Methods that change what is there: edits, deletions, answers to presses, reactions, pins."""

from bot.i18n.entities import units
from bot.sandbox.call import Call, method
from bot.sandbox.files import media
from bot.sandbox.keyboards import inline_keyboard
from bot.sandbox.model import Chat, Json, Message
from bot.sandbox.rules import (
    ANSWER_UNITS,
    CAPTIONED,
    DELETE_SECONDS,
    MANY_IDS,
    REACTIONS,
    bad,
    caption,
    message_text,
    shown,
)
from bot.sandbox.sending import captioned, file_meant, preview
from bot.sandbox.world import World

TARGET = "business_connection_id chat_id message_id inline_message_id reply_markup "


def _to_edit(world: World, call: Call) -> Message:
    if call.get("inline_message_id") and not call.get("chat_id"):
        raise bad("MESSAGE_ID_INVALID")
    chat = world.writable(call.get("chat_id"))
    message = world.message(chat, call.get("message_id"), "message to edit")
    if message.sender is not world.bot or message.service or message.other_markup or message.origin:
        raise bad("message can't be edited")
    return message


def _rows(call: Call) -> list[list[Json]] | None:
    rows, other = inline_keyboard(call.json("reply_markup", "reply keyboard markup"))
    if other:
        raise bad("inline keyboard expected")
    return rows


def _apply(world: World, message: Message, changes: Json) -> Json:
    """Make the changes, or refuse an edit that changes nothing."""
    if all(getattr(message, name) == value for name, value in changes.items()):
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    for name, value in changes.items():
        setattr(message, name, value)
    message.edit_date = int(world.now())
    world.changed(message)
    return message.api()


@method("editMessageText", TARGET + "text parse_mode entities link_preview_options")
def edit_message_text(world: World, call: Call) -> Json:
    extra = preview(call)
    marked = message_text(
        call.text("text"),
        call.text("parse_mode"),
        call.json("entities", "entities"),
        too_long="MESSAGE_TOO_LONG",
    )
    rows = _rows(call)
    message = _to_edit(world, call)
    if message.text is None:
        raise bad("there is no text in the message to edit")
    changes = {"text": marked.text, "entities": shown(marked), "keyboard": rows, "extra": extra}
    return _apply(world, message, changes)


@method(
    "editMessageCaption", TARGET + "caption parse_mode caption_entities show_caption_above_media"
)
def edit_message_caption(world: World, call: Call) -> Json:
    marked = caption(
        call.text("caption"),
        call.text("parse_mode"),
        call.json("caption_entities", "entities"),
        too_long="MEDIA_CAPTION_TOO_LONG",
    )
    rows = _rows(call)
    message = _to_edit(world, call)
    if not message.media.keys() & CAPTIONED:
        raise bad("there is no caption in the message to edit")
    changes = {
        "caption": marked.text or None,
        "caption_entities": shown(marked),
        "keyboard": rows,
    }
    return _apply(world, message, changes)


@method("editMessageMedia", TARGET + "media")
def edit_message_media(world: World, call: Call) -> Json:
    given = call.json("media", "input media")
    if not isinstance(given, dict) or given.get("type") not in ("photo", "document", "video"):
        raise bad("Can't parse InputMedia: type is unsupported")
    content = captioned(given)
    rows = _rows(call)
    message = _to_edit(world, call)
    if message.media_group_id and given["type"] not in message.media:
        raise bad("Can't use the media of the specified type in the album")
    stored = file_meant(world, call, given["type"], given.get("media"), "")
    changes = {
        **content,
        "media": media(given["type"], stored),
        "keyboard": rows,
        "text": None,
        "entities": [],
    }
    return _apply(world, message, changes)


@method("editMessageReplyMarkup", TARGET)
def edit_message_reply_markup(world: World, call: Call) -> Json:
    rows = _rows(call)
    return _apply(world, _to_edit(world, call), {"keyboard": rows})


def _deletable(world: World, chat: Chat, message: Message) -> bool:
    """Bot API, deleteMessage: nothing older than 48 hours, and never what opened a topic."""
    if world.now() - message.date >= DELETE_SECONDS or "forum_topic_created" in message.service:
        return False
    if chat.is_private or "can_delete_messages" in chat.bot_rights:
        return True
    return message.sender is world.bot and not message.service


@method("deleteMessage", "chat_id message_id")
def delete_message(world: World, call: Call) -> bool:
    chat = world.writable(call.get("chat_id"))
    message = world.message(chat, call.get("message_id"), "message to delete")
    if not _deletable(world, chat, message):
        raise bad("message can't be deleted for everyone")
    world.delete(chat, [message.message_id])
    return True


@method("deleteMessages", "chat_id message_ids")
def delete_messages(world: World, call: Call) -> bool:
    chat = world.writable(call.get("chat_id"))
    ids = call.ids("message_ids", MANY_IDS)
    found = [chat.messages[each] for each in ids if each in chat.messages]
    if not all(_deletable(world, chat, each) for each in found):
        raise bad("message can't be deleted for everyone")
    world.delete(chat, [each.message_id for each in found])
    return True


@method("answerCallbackQuery", "callback_query_id text show_alert url cache_time")
def answer_callback_query(world: World, call: Call) -> bool:
    text, query_id = call.text("text"), call.text("callback_query_id")
    if units(text) > ANSWER_UNITS:
        raise bad("MESSAGE_TOO_LONG")
    if call.get("url"):
        raise bad("URL_INVALID")  # only games and links to the bot itself may open one
    user = world.answered(query_id).user
    world.tell("answered", user_id=user.id, query_id=query_id)
    if text:
        toast = {"user_id": user.id, "text": text, "alert": call.flag("show_alert")}
        world.toasts.append(toast)
        world.tell("toast", **toast)
    return True


@method("setMessageReaction", "chat_id message_id reaction is_big")
def set_message_reaction(world: World, call: Call) -> bool:
    wanted = call.json("reaction", "reaction types") or []
    if not isinstance(wanted, list):
        raise bad("Expected an Array of ReactionType")
    emoji: list[str] = []
    for each in wanted:
        if not isinstance(each, dict) or each.get("type") != "emoji":
            raise bad("Can't parse ReactionType: invalid reaction type specified")
        emoji.append(str(each.get("emoji")).removesuffix("\ufe0f"))
    chat = world.writable(call.get("chat_id"))
    message = world.message(chat, call.get("message_id"), "message to react")
    if not set(emoji) <= (REACTIONS if chat.reactions is None else chat.reactions):
        raise bad("REACTION_INVALID")
    if len(emoji) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if message.service:
        raise bad("MESSAGE_ID_INVALID")
    others = {who: what for who, what in message.reactions.items() if who != world.bot.id}
    message.reactions = {**others, world.bot.id: emoji[0]} if emoji else others
    world.changed(message)
    return True


def _pinning(world: World, call: Call) -> Chat:
    chat = world.writable(call.get("chat_id"))
    if not chat.is_private and "can_pin_messages" not in chat.bot_rights:
        raise bad("not enough rights to manage pinned messages in the chat")
    return chat


@method("pinChatMessage", "business_connection_id chat_id message_id disable_notification")
def pin_chat_message(world: World, call: Call) -> bool:
    chat = _pinning(world, call)
    message = world.message(chat, call.get("message_id"), "message to pin")
    if message.service:
        raise bad("message can't be pinned")
    if not message.pinned:
        message.pinned = True
        world.changed(message)
        pinned = {"pinned_message": message.api(nested=True)}
        world.note(chat, world.bot, pinned, "pinned a message", message.thread_id)
    return True


@method("unpinChatMessage", "business_connection_id chat_id message_id")
def unpin_chat_message(world: World, call: Call) -> bool:
    chat = _pinning(world, call)
    pinned = [each for each in chat.messages.values() if each.pinned]
    if call.integer("message_id") is not None:
        message = world.message(chat, call.get("message_id"), "message to unpin")
        pinned = [message] if message.pinned else []
    if pinned:
        pinned[-1].pinned = False
        world.changed(pinned[-1])
    return True


@method("unpinAllChatMessages", "chat_id")
def unpin_all_chat_messages(world: World, call: Call) -> bool:
    for message in _pinning(world, call).messages.values():
        if message.pinned:
            message.pinned = False
            world.changed(message)
    return True
