"""People for tests: they say, tap and see, through the sandbox's page API over real HTTP."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

PATIENCE = 30.0
"""Seconds that a person waits before the test fails. Nothing waits that long when all is well."""

Message = dict[str, Any]


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


@dataclass
class Patient:
    """A person with a private chat with the bot."""

    page: Page
    id: int
    chat: int
    seen: Callable[[], None] | None = field(default=None, repr=False)

    async def messages(self) -> list[Message]:
        """Everything in the chat, oldest first."""
        state = await self.page.state()
        return next(list(chat["messages"]) for chat in state["chats"] if chat["id"] == self.chat)

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
            text = found.get("text", "") if found else ""
            if all(one in text for one in fragments) and not any(one in text for one in without):
                assert found is not None
                return found
            await asyncio.sleep(0.01)
        shown = found.get("text") if found else None
        raise AssertionError(f"waited for {fragments}, saw: {shown!r}")

    async def says(self, text: str) -> int:
        said = await self.page.post("say", user_id=self.id, chat_id=self.chat, text=text)
        return int(said["message_id"])

    async def edits(self, message_id: int, text: str) -> None:
        await self.page.post(
            "edit", user_id=self.id, chat_id=self.chat, message_id=message_id, text=text
        )

    async def sends(self, kind: str, caption: str = "") -> None:
        fields = {"user_id": str(self.id), "chat_id": str(self.chat), "kind": kind}
        await self.page.upload(**fields, **({"caption": caption} if caption else {}))

    async def keys(self) -> list[str]:
        """The labels of the buttons under the bot's last message, in reading order."""
        shown = await self.screen()
        rows = shown.get("inline_keyboard", []) if shown else []
        return [key["text"] for row in rows for key in row]

    async def taps(self, label: str, message: Message | None = None) -> None:
        """Presses the button whose label holds `label`, under the last (or the given) message."""
        shown = message or await self.screen()
        assert shown is not None, "there is nothing to tap yet"
        for r, row in enumerate(shown.get("inline_keyboard", [])):
            for c, key in enumerate(row):
                if label in key["text"]:
                    await self.page.post(
                        "tap",
                        user_id=self.id,
                        chat_id=self.chat,
                        message_id=shown["message_id"],
                        row=r,
                        column=c,
                    )
                    return
        raise AssertionError(f"no button “{label}” among {await self.keys()}")

    async def forges(self, data: str) -> None:
        """Presses a button of the last message with data of one's own making."""
        shown = await self.screen()
        assert shown is not None
        await self.page.post(
            "tap", user_id=self.id, chat_id=self.chat, message_id=shown["message_id"], data=data
        )

    async def blocks(self, blocked: bool = True) -> None:
        await self.page.post("block", user_id=self.id, blocked=blocked)

    async def count(self) -> int:
        """How many messages of the bot stand in the chat."""
        return sum(message["from"]["is_bot"] for message in await self.messages())
