"""Every button, in each language, through the server that refuses what Telegram refuses."""

import asyncio

import pytest

from bot.dialogue.address import read_address
from bot.sandbox.faults import Recorded
from bot.sandbox.server import Sandbox
from tests.people import PATIENCE, Page


@pytest.mark.parametrize("client", ["en", "zh-hans"])
async def test_every_button_forward_and_back(sandbox: Sandbox, page: Page, client: str) -> None:
    """Every screen is reached by taps and shown; the server refuses none; no page is missed."""
    tag = {"en": "en", "zh-hans": "zh-Hans"}[client]
    # Many patients share the walk, since Telegram lets one chat change only so often.
    patients = [sandbox.add_person(f"P{number}", client) for number in range(40)]
    start: dict[int, int] = {}
    for patient in patients:
        sandbox.people.start(patient.id)
    for patient in patients:
        start[patient.id] = await shown(sandbox, patient.id)
    seen = {f"v1:{tag}:menu"}
    waiting = [*seen]
    turn = 0
    while waiting:
        batch, waiting = waiting[: len(patients)], waiting[len(patients) :]
        before = len(sandbox.faults.calls_of("editMessageText"))
        for data in batch:
            patient = patients[turn % len(patients)]
            turn += 1
            sandbox.people.press(patient.id, patient.id, start[patient.id], data)
        edits = await edited(sandbox, before + len(batch))
        for edit in edits[before:]:
            assert edit.code == 200 or "not modified" in edit.description, edit.description
        for patient in patients:
            message = sandbox.world.chats[patient.id].messages[start[patient.id]]
            for row in message.keyboard or ():
                for key in row:
                    address = read_address(key.get("callback_data", ""))
                    if address is None or address.language != tag or address.data() in seen:
                        continue
                    seen.add(address.data())
                    waiting.append(address.data())
    refused = [c for c in sandbox.faults.calls if c.code not in {200, None}]
    assert [c.description for c in refused if "not modified" not in c.description] == []
    places = {data.split(":")[2] for data in seen}
    state = await page.state()
    assert state["bot"]["username"]
    assert {"basics", "costs", "trial-suzhou", "papers", "faq-risks", "about"} <= places
    assert len(seen) > 120


async def shown(sandbox: Sandbox, chat_id: int) -> int:
    """The id of the bot's first message in a chat, once it is there."""
    for _ in range(int(PATIENCE * 100)):
        for number, message in sandbox.world.chats[chat_id].messages.items():
            if message.sender.is_bot:
                return number
        await asyncio.sleep(0.01)
    raise AssertionError("no screen")


async def edited(sandbox: Sandbox, number: int) -> list[Recorded]:
    for _ in range(int(PATIENCE * 100)):
        found = [c for c in sandbox.faults.calls_of("editMessageText") if c.code is not None]
        if len(found) >= number:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"{len(found)} of {number} edits")
