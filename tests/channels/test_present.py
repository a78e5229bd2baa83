"""Showing a turn over real HTTP, whatever Telegram says to it."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram.client import Client
from bot.channels.telegram.present import Presenter
from bot.channels.telegram.read import Incoming
from bot.dialogue.address import Address
from bot.dialogue.event import Invited, Pressed, Said
from bot.dialogue.screen import Button, Screen, Turn
from bot.health import Health
from bot.i18n.text import Label, Spoken
from bot.sandbox.model import Message, User
from bot.sandbox.server import Sandbox

SCREEN = Screen(Spoken("<b>Costs</b>"), ((Button(Label("Menu"), Address("en", "menu")),),))
SHOWN = Turn(SCREEN, in_place=True)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def presenter(sandbox: Sandbox) -> AsyncIterator[Presenter]:
    client = Client(sandbox.token, sandbox.url)
    await client.initialize()
    yield Presenter(client, Health().delivery)
    await client.shutdown()


@pytest.fixture
def maria(sandbox: Sandbox) -> User:
    return sandbox.add_person("Maria", "en", started=True)


def said(sandbox: Sandbox, user: User) -> list[str]:
    """What the bot's messages in this chat say now."""
    messages = sandbox.world.private_chat(user).messages.values()
    return [each.text or "" for each in messages if each.sender is sandbox.world.bot]


def pressed(sandbox: Sandbox, user: User) -> Incoming:
    """A tap under a message of the bot that is there to be edited."""
    chat = sandbox.world.private_chat(user)
    message: Message = sandbox.world.post(chat, sandbox.world.bot, text="old", keyboard=[])
    query = sandbox.people.press(user.id, chat.id, message.message_id, "v1:en:costs")
    return Incoming(chat.id, Pressed("v1:en:costs"), "en", message.message_id, query)


async def test_a_tap_edits_its_message(sandbox: Sandbox, presenter: Presenter, maria: User) -> None:
    """The pressed message becomes the screen, and the press is answered."""
    await presenter.show(pressed(sandbox, maria), SHOWN)
    assert said(sandbox, maria) == ["Costs"]
    assert sandbox.faults.calls_of("answerCallbackQuery")[0].code == 200


@pytest.mark.parametrize(
    "why",
    [
        "message to edit not found",
        "message can't be edited",
        "MESSAGE_ID_INVALID",
        "there is no text in the message to edit",
        "MESSAGE_AUTHOR_REQUIRED",
        "something new that nobody has seen yet",
    ],
)
async def test_what_cannot_be_edited_is_sent_anew(
    sandbox: Sandbox, presenter: Presenter, maria: User, why: str
) -> None:
    """Whatever Telegram has against the edit, the person sees the screen."""
    sandbox.faults.script("refuse", method="editMessageText", description=f"Bad Request: {why}")
    await presenter.show(pressed(sandbox, maria), SHOWN)
    assert said(sandbox, maria) == ["old", "Costs"]


async def test_an_edit_that_changes_nothing_sends_nothing(
    sandbox: Sandbox, presenter: Presenter, maria: User
) -> None:
    """“Not modified” means that the person sees the screen already."""
    tap = pressed(sandbox, maria)
    for _ in range(2):
        await presenter.show(tap, SHOWN)
    assert said(sandbox, maria) == ["Costs"]
    assert not sandbox.faults.calls_of("sendMessage")


async def test_a_screen_that_telegram_never_takes_is_given_up(
    sandbox: Sandbox, presenter: Presenter, maria: User, caplog: pytest.LogCaptureFixture
) -> None:
    """One edit, one message, two lines in the log; the next turn goes on."""
    body = Spoken("x" * 5000)
    with caplog.at_level(logging.WARNING, "bot"):
        await presenter.show(pressed(sandbox, maria), Turn(Screen(body), in_place=True))
    assert len(sandbox.faults.calls_of("editMessageText", "sendMessage")) == 2
    assert len([r for r in caplog.records if "refused" in r.getMessage()]) == 2
    await presenter.show(Incoming(maria.id, Said("x")), SHOWN)
    assert said(sandbox, maria)[-1] == "Costs"


async def test_an_answer_to_a_press_is_never_waited_for(
    sandbox: Sandbox, presenter: Presenter, maria: User
) -> None:
    """A flood limit on answers stops a spinner later, and the person's next turn not at all."""
    sandbox.faults.script("429", method="answerCallbackQuery", retry_after=5, times=None)
    await presenter.show(pressed(sandbox, maria), SHOWN)
    assert said(sandbox, maria) == ["Costs"]
    assert len(sandbox.faults.calls_of("answerCallbackQuery")) == 1


@pytest.mark.parametrize("outcome", ["500", "502", "half", "drop_before", "429"])
async def test_a_screen_waits_for_telegram_to_come_back(
    sandbox: Sandbox, presenter: Presenter, maria: User, outcome: str
) -> None:
    """Network, gateway and flood limit: the screen comes in the end."""
    sandbox.faults.script(outcome, method="editMessageText")
    await presenter.show(pressed(sandbox, maria), SHOWN)
    assert said(sandbox, maria) == ["Costs"]


async def test_who_blocked_the_bot_is_left_in_peace(
    sandbox: Sandbox, presenter: Presenter, maria: User
) -> None:
    """One call, no repetition, no error."""
    sandbox.people.block(maria.id, True)
    await presenter.show(Incoming(maria.id, Said("x")), SHOWN)
    assert len(sandbox.faults.calls_of("sendMessage")) == 1


async def test_a_token_that_is_refused_for_a_while_loses_no_screen(
    sandbox: Sandbox, presenter: Presenter, maria: User
) -> None:
    """A 401 or a proxy's 404 is waited out like any outage: whoever runs the bot can mend it."""
    sandbox.faults.script("refuse", method="sendMessage", code=401, description="Unauthorized")
    sandbox.faults.script("refuse", method="sendMessage", code=404, description="Not Found")
    await presenter.show(Incoming(maria.id, Said("x")), SHOWN)
    assert said(sandbox, maria) == ["Costs"]


async def test_a_group_that_became_a_supergroup_is_left_under_its_new_number(
    sandbox: Sandbox, presenter: Presenter
) -> None:
    """The old number only says where the group went."""
    old = sandbox.people.invite_bot("Family", "group")
    new = sandbox.people.upgrade_group(old.id)
    await presenter.show(Incoming(old.id, Invited()), Turn(SCREEN, leave=True))
    assert new.bot_status == "left"
    texts = [each.text for each in new.messages.values()]
    assert texts.count("Costs") == 1


async def test_a_group_that_forbids_to_speak_is_left_all_the_same(
    sandbox: Sandbox, presenter: Presenter
) -> None:
    """Not being heard is no reason to stay."""
    group = sandbox.people.invite_bot("Quiet")
    why = "Bad Request: not enough rights to send text messages to the chat"
    sandbox.faults.script("refuse", method="sendMessage", description=why)
    await presenter.show(Incoming(group.id, Invited()), Turn(SCREEN, leave=True))
    assert group.bot_status == "left"


async def test_a_channel_is_left_without_a_word(sandbox: Sandbox, presenter: Presenter) -> None:
    """Speaking there would be broadcasting."""
    group = sandbox.people.invite_bot("News")
    await presenter.show(Incoming(group.id, Invited(silent=True)), Turn(leave=True))
    assert group.bot_status == "left"
    assert not sandbox.faults.calls_of("sendMessage")


async def test_a_turn_that_is_cancelled_leaves_nothing_running(
    sandbox: Sandbox, presenter: Presenter, maria: User
) -> None:
    """A stopping bot's calls end with it."""
    sandbox.faults.script("slow", method="sendMessage", delay=5)
    showing = asyncio.create_task(presenter.show(Incoming(maria.id, Said("x")), SHOWN))
    while not sandbox.faults.calls_of("sendMessage"):
        await asyncio.sleep(0.01)
    showing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await showing
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if "Presenter" in repr(task)]
