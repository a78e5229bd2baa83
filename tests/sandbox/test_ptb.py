"""python-telegram-bot's own Bot, with its default transport, finds a Telegram here."""

import asyncio
from datetime import timedelta

import pytest
import telegram
from telegram import BotCommand, BotCommandScopeChat, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter

from bot.sandbox.model import User
from bot.sandbox.people import SENDABLE
from bot.sandbox.server import Sandbox


async def test_it_talks_like_telegram(sandbox: Sandbox, ptb: telegram.Bot, maria: User) -> None:
    """Sending, editing, pressing and answering give PTB's own objects."""
    me = await ptb.get_me()
    assert me.is_bot
    assert me.id == sandbox.world.bot.id
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("继续", callback_data="v1:next")]])
    sent = await ptb.send_message(
        maria.id,
        "<b>你好</b> 😀 <a href='https://example.org'>x</a>",
        "HTML",
        reply_markup=keyboard,
    )
    assert sent.parse_entity(sent.entities[1]) == "x"
    assert sent.reply_markup == keyboard
    sandbox.people.tap(maria.id, maria.id, sent.message_id, 0, 0)
    (update,) = await ptb.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "v1:next"
    assert update.callback_query.from_user.language_code == "en"
    assert await update.callback_query.answer("ok")
    edited = await update.callback_query.edit_message_text("done")
    assert isinstance(edited, telegram.Message)
    assert edited.text == "done"
    with pytest.raises(BadRequest, match="not modified"):
        await ptb.edit_message_text("done", maria.id, sent.message_id)
    with pytest.raises(BadRequest, match="Query is too old"):
        await ptb.answer_callback_query(update.callback_query.id)


async def test_its_errors_are_the_right_ones(
    sandbox: Sandbox, ptb: telegram.Bot, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """400, 403, 409, 429 and a wrong token become PTB's exceptions."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # retry_after as PTB will always give it
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await ptb.send_message(maria.id, "a<br>", "HTML")
    sandbox.people.block(maria.id, True)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await ptb.send_message(maria.id, "x")
    sandbox.faults.script("429", retry_after=3)
    with pytest.raises(RetryAfter) as caught:
        await ptb.get_me()
    assert caught.value.retry_after == timedelta(seconds=3)
    await ptb.set_webhook("https://example.org/")
    with pytest.raises(Conflict, match="webhook is active"):
        await ptb.get_updates()
    await ptb.delete_webhook()
    with pytest.raises(telegram.error.EndPointNotFound):
        await ptb.do_api_request("sendHologram")
    stranger = telegram.Bot(f"{sandbox.world.bot.id}:wrong", base_url=f"{sandbox.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_everything_people_send_can_be_read(
    sandbox: Sandbox, ptb: telegram.Bot, maria: User
) -> None:
    """Every kind of message, member change and reaction is an update PTB understands."""
    for kind in SENDABLE:
        sandbox.people.send(maria.id, maria.id, kind)
    said = sandbox.people.say(maria.id, maria.id, "/start x")
    sandbox.people.edit(maria.id, maria.id, said.message_id, "y")
    await ptb.get_updates(allowed_updates=telegram.Update.ALL_TYPES)
    sandbox.people.react(maria.id, maria.id, said.message_id, "👍")
    sandbox.people.block(maria.id, True)
    sandbox.people.invite_bot("Family")
    updates = await ptb.get_updates()
    assert len(updates) == len(SENDABLE) + 2 + 2 + 2
    assert not any(update.api_kwargs for update in updates)
    messages = [update.message for update in updates if update.message]
    assert not any(message.api_kwargs for message in messages)
    for kind, message in zip(SENDABLE, messages, strict=False):
        assert getattr(message, kind)


async def test_groups_and_topics(
    sandbox: Sandbox, ptb: telegram.Bot, staff: int, anna: User, maria: User
) -> None:
    """Members, rights and topics of the staff group come as PTB's classes."""
    chat = await ptb.get_chat(staff)
    assert chat.is_forum
    me = await ptb.get_chat_member(staff, sandbox.world.bot.id)
    assert isinstance(me, telegram.ChatMemberAdministrator)
    assert me.can_manage_topics
    assert len(await ptb.get_chat_administrators(staff)) == 4
    topic = await ptb.create_forum_topic(staff, "Case 1", icon_color=9367192)
    said = sandbox.people.say(maria.id, maria.id, "my words")
    copied = await ptb.copy_message(
        staff, maria.id, said.message_id, message_thread_id=topic.message_thread_id
    )
    assert await ptb.set_message_reaction(maria.id, said.message_id, "👀")
    sandbox.people.say(anna.id, staff, "our answer", reply_to_message_id=copied.message_id)
    message = (await ptb.get_updates())[-1].message
    assert message is not None
    assert message.is_topic_message
    assert message.reply_to_message is not None
    assert message.reply_to_message.message_id == copied.message_id
    assert await ptb.close_forum_topic(staff, topic.message_thread_id)


async def test_the_profile(ptb: telegram.Bot, maria: User) -> None:
    """Commands by scope and language, names and descriptions, the menu button."""
    commands = [BotCommand("menu", "菜单")]
    await ptb.set_my_commands(commands, language_code="zh")
    assert await ptb.get_my_commands(language_code="zh") == tuple(commands)
    assert await ptb.get_my_commands() == ()
    scope = BotCommandScopeChat(maria.id)
    await ptb.set_my_commands(commands, scope=scope)
    await ptb.delete_my_commands(scope=scope)
    assert await ptb.get_my_commands(scope=scope) == ()
    await ptb.set_my_name("CAR-NK")
    assert (await ptb.get_my_name("zh")).name == "CAR-NK"
    await ptb.set_my_description("Information", "en")
    assert (await ptb.get_my_description("en")).description == "Information"
    await ptb.set_my_short_description("Short")
    await ptb.set_my_short_description("")
    assert (await ptb.get_my_short_description()).short_description == ""
    await ptb.set_chat_menu_button(maria.id, telegram.MenuButtonCommands())
    assert isinstance(await ptb.get_chat_menu_button(maria.id), telegram.MenuButtonCommands)
    assert await ptb.get_chat_menu_button() == telegram.MenuButtonCommands()
    assert await ptb.close()
    assert await ptb.log_out()


async def test_files(ptb: telegram.Bot, sandbox: Sandbox, maria: User) -> None:
    """A patient's document is described, and downloads as it was sent."""
    sandbox.people.send(maria.id, maria.id, "document", data=b"%PDF", file_name="letter.pdf")
    message = (await ptb.get_updates())[-1].message
    assert message is not None
    assert message.document is not None
    assert message.document.mime_type == "application/pdf"
    file = await message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"%PDF"
    sent = await ptb.send_document(maria.id, b"text", filename="a.txt", caption="c")
    again = await ptb.send_document(maria.id, sent.document or "")
    assert again.document == sent.document


async def test_a_long_poll_of_ptb(ptb: telegram.Bot, sandbox: Sandbox, maria: User) -> None:
    """PTB's long poll wakes up when somebody writes."""
    poll = asyncio.create_task(ptb.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    sandbox.people.start(maria.id, "zh-Hans_costs")
    (update,) = await asyncio.wait_for(poll, 2)
    assert update.message is not None
    assert update.message.text == "/start zh-Hans_costs"
