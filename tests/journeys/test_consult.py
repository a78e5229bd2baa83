"""From /consult to the card in the staff's group, over real HTTP, in both languages."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.app import run
from bot.sandbox.command import open_for_consultations
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.people import Page

CORE = {
    "en": (
        ("I have read this", "18 or older"),
        ("Yes", "Who is asking"),
        ("Family or friend", "In which country"),
        ("United States", "uses the health information"),
        ("Yes, I agree", "is stored in Singapore"),
        ("Yes, I agree", "follow-up messages"),
        ("No", "age group"),
        ("40–64", "diagnosis"),
        ("B-cell lymphoma", "help with"),
        ("Trials and centres", "help with"),
        ("Done", "call you"),
    ),
    "zh-hans": (
        ("我已阅读", "18"),
        ("是", "您是"),
        ("患者本人", "国家或地区"),
        ("中国", "健康信息"),
        ("同意", "新加坡"),
        ("同意", "后续消息"),
        ("不同意", "年龄段"),
        ("65–74", "诊断"),
        ("急性髓系", "帮助"),
        ("费用", "帮助"),
        ("完成", "称呼"),
    ),
}


@pytest.fixture
async def consulting(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Page]:
    """The page, with a bot behind it that is open for consultations."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(open_for_consultations(settings), stop, ()))
    while not task.done() and not sandbox.faults.calls_of("getUpdates"):
        await asyncio.sleep(0.01)
    try:
        async with Page(sandbox.url) as page:
            yield page
    finally:
        stop.set()
        await asyncio.wait_for(task, 15)


async def cards(page: Page) -> list[dict[str, Any]]:
    """What stands in the staff's group."""
    state = await page.state()
    group = next(chat for chat in state["chats"] if chat.get("is_forum"))
    return [one for one in group["messages"] if "text" in one]


async def card(page: Page, *fragments: str) -> str:
    """Waits for a card that holds all of these."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for one in await cards(page):
            if all(fragment in one["text"] for fragment in fragments):
                return str(one["text"])
        await asyncio.sleep(0.05)
    raise AssertionError(f"no card with {fragments} among {await cards(page)}")


async def test_a_daughter_asks_for_her_mother_in_english(consulting: Page) -> None:
    """Fifteen taps and a name: she sees her number at once, and the team has all of it."""
    anna = await consulting.patient("Anna", "en")
    await anna.says("/consult")
    await anna.sees("not end-to-end encrypted", "not medical advice", "emergency number")
    for label, seen in CORE["en"]:
        await anna.taps(label)
        await anna.sees(seen)
    assert not await cards(consulting)
    await anna.says("Anna & <b>Rosa</b>")
    await anna.sees("How may we reply")
    await anna.taps("Here in Telegram")
    await anna.sees("time zone")
    await anna.taps("New York")
    await anna.sees("Your request", "Anna & <b>Rosa</b>", "B-cell lymphoma")
    await anna.taps("Send now")
    await anna.sees("has reached our team")
    said = [one["text"] for one in await anna.messages() if one["from"]["is_bot"]]
    thanks = next(text for text in said if "Thank you. Your number is" in text)
    number = thanks.partition("Your number is ")[2][:5]
    text = await card(consulting, f"Case {number}", "United States", "B-cell lymphoma", "40–64")
    head = text.partition("What they told")[0]
    assert "Rosa" not in head
    assert "Anna & <b>Rosa</b>" in text


async def test_a_patient_asks_in_chinese(consulting: Page) -> None:
    """The form, the thanks and the time are Chinese; the card is in the staff's language."""
    wang = await consulting.patient("王芳", "zh-hans")
    await wang.says("/consult")
    await wang.sees("并非端到端加密")
    for label, seen in CORE["zh-hans"]:
        await wang.taps(label)
        await wang.sees(seen)
    await wang.says("小芳")
    await wang.sees("怎样回复您")
    await wang.taps("Telegram")
    await wang.sees("小芳")
    await wang.taps("现在提交")
    await card(consulting, "China", "AML", "65–74", "小芳")


async def test_who_says_no_to_the_first_consent_can_read_on(consulting: Page) -> None:
    """The form ends, nothing reaches the group, another way to ask is named, pages stay open."""
    anna = await consulting.patient("Anna", "en")
    await anna.says("/consult")
    await anna.sees("not end-to-end encrypted")
    for label, seen in CORE["en"][:4]:
        await anna.taps(label)
        await anna.sees(seen)
    await anna.taps("No")
    await anna.sees("clinic@example.org")
    await anna.says("/start costs")
    await anna.sees("Sources")
    assert not await cards(consulting)
