"""People for tests: they say, tap and see, through the sandbox's page API over real HTTP.

maria, wang = await page.patient("Maria"), await page.patient("王芳", "zh-hans")
anna, ruth = await page.staff("Anna"), await page.staff("Ruth")     # Ruth speaks as the group
card = await anna.sees("Case", topic=await anna.topic("7Q2XK"))
await anna.replies(card, "Good morning")
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

PATIENCE = 30.0
"""Seconds that a person waits before the test fails. Nothing waits that long when all is well."""

Message = dict[str, Any]

T = TypeVar("T")


class Page:
    """The sandbox's page, used as the browser uses it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Page":
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session is not None
        await self._session.close()

    async def state(self) -> dict[str, Any]:
        assert self._session is not None
        async with self._session.get(f"{self._url}/sandbox/state") as response:
            return dict(await response.json())

    async def chat(self, chat_id: int) -> dict[str, Any]:
        """One chat with its messages, topics and members."""
        state = await self.state()
        return next(dict(chat) for chat in state["chats"] if chat["id"] == chat_id)

    async def post(self, what: str, **body: Any) -> dict[str, Any]:
        """One act; a refusal fails the test with the page's own sentence."""
        assert self._session is not None
        async with self._session.post(f"{self._url}/sandbox/{what}", json=body) as response:
            answer = dict(await response.json())
            assert response.status == 200, answer
            return answer

    async def upload(self, **fields: str) -> dict[str, Any]:
        assert self._session is not None
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        async with self._session.post(f"{self._url}/sandbox/send", data=form) as response:
            answer = dict(await response.json())
            assert response.status == 200, answer
            return answer

    async def patient(self, name: str = "Maria", client: str | None = "en") -> "Patient":
        """Somebody new, whose Telegram speaks `client` (None: says nothing)."""
        made = await self.post("people", name=name, language_code=client)
        return Patient(self, made["user"]["id"], made["chat_id"])

    async def staff(self, name: str = "Anna") -> "Staff":
        """Somebody of the staff by name: Dr Li owns the group, Anna is an administrator, Tom an
        ordinary member, Ruth an administrator who remains anonymous. Another name is somebody
        new, an administrator."""
        state = await self.state()
        known = (one["id"] for one in state["users"] if one["staff"] and one["name"] == name)
        user_id = next(known, None)
        if user_id is None:
            made = await self.post("people", name=name, language_code="en", staff=True)
            user_id = made["user"]["id"]
        return Staff(self, user_id, state["staff_chat_id"])

    async def moves_clock(self, hours: float) -> None:
        """Time passes. A bot in another process does not notice: it has its own clock."""
        await self.post("clock", seconds=round(hours * 3600))


async def until(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Looks again and again until there is something; fails with `what` was looked for."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = await look()
        if found is not None:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"looked in vain for {what}")


def words(message: Message) -> str:
    """What is written in a message, or below what it shows."""
    return str(message.get("text") or message.get("caption") or "")


def number(message: Message | int) -> int:
    return message if isinstance(message, int) else int(message["message_id"])


@dataclass
class Person:
    """Somebody in a chat in which the bot is, too."""

    page: Page
    id: int
    chat: int

    async def does(self, what: str, **body: Any) -> dict[str, Any]:
        """An act in this chat, as the page posts it."""
        return await self.page.post(what, user_id=self.id, chat_id=self.chat, **body)

    async def messages(self) -> list[Message]:
        """Everything in the chat, oldest first."""
        return list((await self.page.chat(self.chat))["messages"])

    async def sees_now(self, message: Message | int) -> Message:
        """A message as it is at this moment."""
        found = [one for one in await self.messages() if one["message_id"] == number(message)]
        assert found, "this message is not there any more"
        return found[0]

    async def sees_reaction(self, message: Message | int, emoji: str | None) -> None:
        """Waits until the bot's reaction to a message is this one (None: none at all)."""

        async def look() -> bool | None:
            state = await self.page.state()
            reacted = (await self.sees_now(message))["reacted"]
            return reacted.get(str(state["bot"]["id"])) == emoji or None

        await until(look, f"the reaction {emoji}")

    async def sees_gone(self, message: Message | int) -> None:
        """Waits until a message is deleted."""

        async def look() -> bool | None:
            there = [one["message_id"] for one in await self.messages()]
            return number(message) not in there or None

        await until(look, "the deletion")

    async def is_told(self, *fragments: str) -> str:
        """Waits for a short answer to a press of this person (a toast, or an alert)."""

        async def look() -> str | None:
            told = (await self.page.state())["toasts"]
            mine = [str(one["text"]) for one in reversed(told) if one["user_id"] == self.id]
            return next((text for text in mine if all(one in text for one in fragments)), None)

        return await until(look, f"an answer to a press with {fragments}")

    async def edits(self, message_id: Message | int, text: str) -> None:
        """Changes a text, or the caption of a file."""
        await self.does("edit", message_id=number(message_id), text=text)

    async def reacts(self, message: Message | int, emoji: str | None) -> None:
        """Puts an emoji on a message; None takes it away."""
        await self.does("react", message_id=number(message), emoji=emoji)

    async def takes_back(self, message: Message | int) -> None:
        """Deletes a message for everybody. The bot is not told."""
        await self.does("delete", message_id=number(message))

    async def uploads(self, kind: str, **fields: str | int | None) -> int:
        """Sends a sample of this kind; says its number."""
        whole = {"user_id": self.id, "chat_id": self.chat, "kind": kind, **fields}
        given = {name: str(value) for name, value in whole.items() if value}
        return int((await self.page.upload(**given))["message_id"])

    async def presses_in(self, message: Message, label: str) -> None:
        """Presses the button of a message whose label holds `label`."""
        labels = []
        for r, row in enumerate(message.get("inline_keyboard", [])):
            for c, key in enumerate(row):
                labels.append(key["text"])
                if label in key["text"]:
                    await self.does("tap", message_id=message["message_id"], row=r, column=c)
                    return
        raise AssertionError(f"no button “{label}” among {labels}")


@dataclass
class Patient(Person):
    """A person with a private chat with the bot."""

    async def screen(self) -> Message | None:
        """The bot's last message."""
        said = [message for message in await self.messages() if message["from"]["is_bot"]]
        return said[-1] if said else None

    async def sees(self, *fragments: str, without: tuple[str, ...] = ()) -> Message:
        """Waits until the bot's last message holds every fragment; returns it."""
        end = time.monotonic() + PATIENCE
        found: Message | None = None
        while time.monotonic() < end:
            found = await self.screen()
            text = words(found) if found else ""
            if all(one in text for one in fragments) and not any(one in text for one in without):
                assert found is not None
                return found
            await asyncio.sleep(0.01)
        shown = words(found) if found else None
        raise AssertionError(f"waited for {fragments}, saw: {shown!r}")

    async def finds(self, *fragments: str) -> Message:
        """Waits for a message of the bot with every fragment, wherever it stands in the chat; the
        last of them."""

        async def look() -> Message | None:
            said = [one for one in await self.messages() if one["from"]["is_bot"]]
            fitting = [one for one in said if all(each in words(one) for each in fragments)]
            return fitting[-1] if fitting else None

        return await until(look, f"a message with {fragments}")

    async def says(self, text: str) -> int:
        return int((await self.does("say", text=text))["message_id"])

    async def replies(self, to: Message | int, text: str) -> int:
        """Answers a given message."""
        said = await self.does("say", text=text, reply_to_message_id=number(to))
        return int(said["message_id"])

    async def sends(self, kind: str, caption: str = "") -> int:
        return await self.uploads(kind, caption=caption)

    async def sends_album(self, *kinds: str, caption: str = "") -> list[int]:
        """Several files as one; the caption stands under the first."""
        return list((await self.does("album", kinds=kinds, caption=caption))["message_ids"])

    async def keys(self) -> list[str]:
        """The labels of the buttons under the bot's last message, in reading order."""
        shown = await self.screen()
        rows = shown.get("inline_keyboard", []) if shown else []
        return [key["text"] for row in rows for key in row]

    async def taps(self, label: str, message: Message | None = None) -> None:
        """Presses the button whose label holds `label`, under the last (or the given) message."""
        shown = message or await self.screen()
        assert shown is not None, "there is nothing to tap yet"
        await self.presses_in(shown, label)

    async def forges(self, data: str) -> None:
        """Presses a button of the last message with data of one's own making."""
        shown = await self.screen()
        assert shown is not None
        await self.does("tap", message_id=shown["message_id"], data=data)

    async def blocks_bot(self) -> None:
        await self.blocks()

    async def unblocks_bot(self) -> None:
        await self.blocks(False)

    async def blocks(self, blocked: bool = True) -> None:
        await self.page.post("block", user_id=self.id, blocked=blocked)

    async def deletes_account(self) -> None:
        """The bot is not told; what it sends is refused."""
        await self.page.post("deactivate", user_id=self.id)

    async def count(self) -> int:
        """How many messages of the bot stand in the chat."""
        return sum(message["from"]["is_bot"] for message in await self.messages())


@dataclass
class Staff(Person):
    """Somebody of the staff, in their group. `topic` is a topic's number; None is General."""

    async def topic(self, name: str) -> int:
        """Waits for a topic whose name holds `name`."""

        async def look() -> int | None:
            topics = (await self.page.chat(self.chat))["topics"]
            return next((one["id"] for one in topics if name in one["name"]), None)

        return await until(look, f"a topic “{name}”")

    async def reads(self, topic: int | None = None) -> list[Message]:
        """What stands in a topic, oldest first, without service lines."""
        said = await self.messages()
        here = [one for one in said if one.get("message_thread_id") == topic]
        return [one for one in here if "service" not in one]

    async def sees(self, *fragments: str, topic: int | None = None, times: int = 1) -> Message:
        """Waits for this many messages in the topic with every fragment; the last of them."""

        async def look() -> Message | None:
            fitting = [
                one
                for one in await self.reads(topic)
                if all(each in words(one) for each in fragments)
            ]
            return fitting[-1] if len(fitting) >= times else None

        return await until(look, f"{times} message(s) with {fragments}")

    async def writes(self, text: str, topic: int | None = None) -> int:
        """Writes into a topic, in answer to nothing: the others read it, and no patient."""
        return int((await self.does("say", text=text, message_thread_id=topic))["message_id"])

    async def replies(self, to: Message | int, text: str) -> int:
        """Answers a given message, where that stands."""
        said = await self.does("say", text=text, reply_to_message_id=number(to))
        return int(said["message_id"])

    async def sends(
        self,
        kind: str,
        caption: str = "",
        *,
        to: Message | int | None = None,
        topic: int | None = None,
    ) -> int:
        """Sends a sample of this kind, perhaps in answer to a message."""
        reply = None if to is None else number(to)
        where = {"message_thread_id": topic, "reply_to_message_id": reply}
        return await self.uploads(kind, caption=caption, **where)

    async def sends_album(
        self,
        *kinds: str,
        caption: str = "",
        to: Message | int | None = None,
        topic: int | None = None,
    ) -> list[int]:
        """Several files as one, perhaps in answer to a message."""
        reply = None if to is None else number(to)
        where = {"message_thread_id": topic, "reply_to_message_id": reply}
        sent = await self.does("album", kinds=kinds, caption=caption, **where)
        return list(sent["message_ids"])

    async def presses(self, message: Message, label: str) -> None:
        """Presses a button of a message as it is now."""
        await self.presses_in(await self.sees_now(message), label)

    async def pins(self, message: Message | int) -> None:
        await self.does("pin", message_id=number(message))

    async def opens_topic(self, name: str) -> int:
        return int((await self.does("topic", act="open", name=name))["topic_id"])

    async def closes_topic(self, topic: int) -> None:
        await self.does("topic", act="close", topic_id=topic)

    async def reopens_topic(self, topic: int) -> None:
        await self.does("topic", act="reopen", topic_id=topic)

    async def deletes_topic(self, topic: int) -> None:
        """With all its messages. The bot is not told."""
        await self.does("topic", act="delete", topic_id=topic)

    async def in_private(self) -> Patient:
        """Their own chat with the bot, which they begin; before that it cannot write to them."""
        await self.page.post("say", user_id=self.id, chat_id=self.id, text="/start")
        return Patient(self.page, self.id, self.id)

    async def leaves_group(self) -> None:
        await self.does("member", act="leave")

    async def comes_back(self) -> None:
        await self.does("member", act="join")

    async def removes(self, other: "Staff") -> None:
        await other.does("member", act="remove", by=self.id)

    async def promotes(
        self, other: "Staff", rank: str = "administrator", *, anonymous: bool = False
    ) -> None:
        """Makes somebody an administrator, or a member again."""
        await other.does("member", act="promote", by=self.id, rank=rank, anonymous=anonymous)
