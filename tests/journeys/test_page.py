"""The sandbox's page in a real browser: a newcomer sees the whole bot without an account."""

import asyncio

import pytest

from bot.sandbox.server import Sandbox
from tests.browser import Browser
from tests.journeys.test_consult import JOURNEYS, NOTICES, SEND, Says
from tests.people import Page


async def test_a_newcomer_reads_in_chinese_at_the_page(
    sandbox: Sandbox, bot: asyncio.Event, browser: Browser
) -> None:
    """START, a topic, the next screen, the other language, a sad word: all at the page itself."""
    sandbox.add_person("王芳", "zh-hans")

    def visit() -> None:
        browser.size(1280, 800)
        browser.driver.get(f"{sandbox.url}/")
        browser.press("[data-testid^=person-]", "王芳")
        browser.press("[data-testid=start]")
        message = "[data-testid=chat] [data-testid=message]"
        key = "[data-testid=chat] [data-testid=key]"
        browser.visible(message, "您想了解什么")
        assert [c.method for c in sandbox.faults.calls_of("sendMessage")] == ["sendMessage"]
        browser.press(key, "费用")
        browser.visible(message, "最近审核")
        browser.press(key, "下一页")
        browser.visible(message, "2/")
        browser.press(key, "English")
        browser.visible(message, "2 of")
        composer = browser.visible("[data-testid=chat] [data-testid=composer]")
        composer.send_keys("我不想活了")
        browser.press("[data-testid=chat] [data-testid=send]")
        browser.visible(message, "您的感受很重要")
        assert browser.overflow() <= 0
        assert browser.complaints() == []

    await asyncio.get_running_loop().run_in_executor(None, visit)


async def test_the_page_fits_a_phone(
    sandbox: Sandbox, bot: asyncio.Event, browser: Browser
) -> None:
    """At 390 pixels nothing is wider than the screen, and the bot can be read and tapped."""
    sandbox.add_person("Maria", "en")

    def visit() -> None:
        browser.size(390, 844)
        browser.driver.get(f"{sandbox.url}/")
        browser.press("[data-testid=start]")
        browser.visible("[data-testid=message]", "What would you like to know?")
        browser.press("[data-testid=key]", "Emergency")
        browser.visible("[data-testid=message]", "call your local emergency number")
        assert browser.overflow() <= 0
        assert browser.complaints() == []

    await asyncio.get_running_loop().run_in_executor(None, visit)


@pytest.mark.parametrize("who", ["a relative, in English", "a guardian, in Chinese"])
async def test_a_consultation_goes_from_the_page_to_the_staff_beside_it(
    sandbox: Sandbox, consulting: Page, browser: Browser, who: str
) -> None:
    """From /consult to the card, without leaving the page: the form in the one pane, then in the
    other a topic without a name, and in it the card and every answer."""
    journey = JOURNEYS[who]
    sandbox.add_person(journey.name, journey.client)
    send, arrived = SEND[journey.client]
    message, key = (
        "[data-testid=chat] [data-testid=message]",
        "[data-testid=chat] [data-testid=key]",
    )

    def says(words: str) -> None:
        browser.visible("[data-testid=chat] [data-testid=composer]").send_keys(words)
        browser.press("[data-testid=chat] [data-testid=send]")

    def visit() -> None:
        browser.size(1280, 800)
        browser.driver.get(f"{sandbox.url}/")
        browser.press("[data-testid^=person-]", journey.name)
        browser.press("[data-testid=start]")
        browser.visible(message, "CAR-NK")
        says("/consult")
        browser.visible(message, NOTICES[journey.client][0])
        for act, seen in journey.steps:
            if isinstance(act, Says):
                says(act)
            else:
                browser.press(key, str(act))
            browser.visible(message, seen)
        browser.press(key, send)
        browser.visible(message, arrived)
        browser.press("[data-testid=staff] [data-testid^=topic-]", "·")
        card = browser.visible("[data-testid=staff] [data-testid=message]", "What they told").text
        head = card.partition("What they told")[0]
        assert all(words in card for words in journey.card)
        assert not [words for words in journey.not_in_head if words in head]
        assert browser.overflow() <= 0
        assert browser.complaints() == []

    await asyncio.get_running_loop().run_in_executor(None, visit)
