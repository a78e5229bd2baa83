"""The staff answer from the group they have open: two of them, three patients, one bot between."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.app import App
from bot.dialogue.case import OpenCase
from bot.sandbox.command import open_for_consultations
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.browser import Browser
from tests.desk.cases import case
from tests.journeys.beside import running
from tests.people import Page, Patient, Staff, words

TAKEN, HAS_IT = "✍", "👌"


@dataclass
class Clinic:
    """A bot that is open, its group with Anna (an administrator) and Tom (a member)."""

    app: App
    page: Page
    anna: Staff
    tom: Staff
    _updates: Iterator[int] = field(default_factory=lambda: itertools.count(10**9))

    async def admits(self, name: str, number: str, client: str = "en") -> Patient:
        """Somebody whose case was sent just now; waits until its card stands in its topic."""
        who = await self.page.patient(name, client)
        await who.says("/start")
        await who.sees("CAR-NK")
        now = self.app.now()
        language = "zh-Hans" if client == "zh-hans" else client
        opened = case(number, who.chat, language=language, created=now, told={"name": name})
        change = OpenCase(opened)
        await self.app.store.commit(who.chat, next(self._updates), None, [change], now)
        await who.finds(number)
        return who

    async def topic(self, number: str) -> int:
        return await self.anna.topic(number)

    async def reply(self, by: Staff, number: str, to: str, text: str) -> int:
        """`by` answers the message in the case's topic that holds `to`."""
        topic = await self.topic(number)
        return await by.replies(await by.sees(to, topic=topic), text)

    async def a_moment(self) -> None:
        """The seconds in which a reply can be taken back are over."""
        await self.page.moves_clock(20 / 3600)


@pytest.fixture
async def clinic(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Clinic]:
    quick = open_for_consultations(settings).model_copy(update={"staff_group_pace": 1000})
    async with running(sandbox, quick) as app, Page(sandbox.url) as page:
        yield Clinic(app, page, await page.staff("Anna"), await page.staff("Tom"))


# ── the conversation ────────────────────────────────────────────────────────────────────────────


async def test_two_of_the_staff_and_three_patients_side_by_side(clinic: Clinic) -> None:
    """W1: everybody writes at once; each patient has their own answer and nobody else's, nothing
    that the staff say among themselves, and both sides see that it has arrived."""
    named = {"AA2AA": ("Maria", "en"), "BB3BB": ("王芳", "zh-hans"), "CC4CC": ("Peter", "en")}
    people = {
        number: await clinic.admits(name, number, client)
        for number, (name, client) in named.items()
    }
    asked = {number: await who.says(f"question of {number}") for number, who in people.items()}
    for number, who in people.items():
        await who.sees_reaction(asked[number], HAS_IT)
    staff = itertools.cycle((clinic.anna, clinic.tom))
    written: dict[str, tuple[Staff, int]] = {}
    for number, by in zip(reversed(people), staff, strict=False):
        await by.writes(f"between us about {number}", await clinic.topic(number))
        question = f"question of {number}"
        written[number] = by, await clinic.reply(by, number, question, f"answer for {number}")
    for by, message in written.values():
        await by.sees_reaction(message, TAKEN)
    await clinic.a_moment()
    for number, who in people.items():
        await who.finds(f"answer for {number}", number)
        by, message = written[number]
        await by.sees_reaction(message, HAS_IT)
    await asyncio.sleep(0.3)
    for number, who in people.items():
        told = "\n".join(words(one) for one in await who.messages())
        assert "between us" not in told
        assert not [other for other in people if other != number and f"for {other}" in told]


async def test_the_frame_is_in_the_patients_language(clinic: Clinic) -> None:
    """The staff read English; what the person gets begins in Chinese; and who answers in the
    wrong language is asked about it before it goes."""
    wang = await clinic.admits("王芳", "BB3BB", "zh-hans")
    await clinic.reply(clinic.tom, "BB3BB", "Case BB3BB", "Hello, we will call you.")
    topic = await clinic.topic("BB3BB")
    await clinic.tom.sees("reads Chinese", topic=topic)
    await clinic.a_moment()
    await wang.finds("工作人员", "Hello, we will call you.")


async def test_a_reply_is_taken_back_in_time_and_mended_later(clinic: Clinic) -> None:
    """/undo before it goes: the person gets nothing. After an edit they read the new words."""
    maria = await clinic.admits("Maria", "AA2AA")
    topic = await clinic.topic("AA2AA")
    wrong = await clinic.reply(clinic.anna, "AA2AA", "Case AA2AA", "for somebody else")
    await clinic.anna.sees_reaction(wrong, TAKEN)
    await clinic.anna.writes("/undo", topic)
    await clinic.anna.sees("Taken back", topic=topic)
    await clinic.anna.sees_reaction(wrong, None)
    right = await clinic.reply(clinic.anna, "AA2AA", "Case AA2AA", "Tomorow at nine")
    await clinic.anna.sees_reaction(right, TAKEN)
    await clinic.a_moment()
    await maria.finds("Tomorow at nine")
    await clinic.anna.edits(right, "Tomorrow at ten")
    await maria.finds("Tomorrow at ten")
    told = "\n".join(words(one) for one in await maria.messages())
    assert "somebody else" not in told
    assert "Tomorow" not in told
    await clinic.anna.writes("/undo", topic)
    await clinic.anna.sees("has been sent", topic=topic)


async def test_everything_that_can_be_sent_goes_both_ways(clinic: Clinic) -> None:
    """S3, L13, L14: voice, document, album, sticker from the person; a file as a reply."""
    maria = await clinic.admits("Maria", "AA2AA")
    topic = await clinic.topic("AA2AA")
    before = len(await clinic.anna.reads(topic))
    await maria.sends("voice")
    await maria.sends("sticker")
    await maria.sends_album("photo", "photo", caption="my scans")
    await clinic.anna.sees("my scans", topic=topic)
    while len(await clinic.anna.reads(topic)) < before + 4:
        await asyncio.sleep(0.02)
    scans = await clinic.anna.sees("my scans", topic=topic)
    plan = await clinic.anna.sends("document", "the plan", to=scans)
    await clinic.anna.sees_reaction(plan, TAKEN)
    await clinic.a_moment()
    await maria.finds("the plan")


async def test_what_the_person_edits_is_shown_as_an_edit(clinic: Clinic) -> None:
    """L19: the old words stay, the new ones answer them."""
    maria = await clinic.admits("Maria", "AA2AA")
    said = await maria.says("two tablets a day")
    await maria.sees_reaction(said, HAS_IT)
    await maria.edits(said, "three tablets a day")
    topic = await clinic.topic("AA2AA")
    await clinic.anna.sees("three tablets a day", topic=topic)
    await clinic.anna.sees("two tablets a day", topic=topic)


# ── the clock ───────────────────────────────────────────────────────────────────────────────────


async def test_a_promise_is_watched_and_owned_up_to(clinic: Clinic) -> None:
    """Reminders after 12 and 20 hours; at 24 the named people and the patient are told; the answer
    ends it, and it stays late in the figures."""
    maria = await clinic.admits("Maria", "AA2AA")
    topic = await clinic.topic("AA2AA")
    await clinic.page.moves_clock(12.1)
    await clinic.anna.sees("12", topic=topic)
    await clinic.page.moves_clock(8)
    await clinic.anna.sees("20", topic=topic)
    assert not [one for one in await maria.messages() if "missed" in words(one)]
    await clinic.page.moves_clock(4)
    await maria.finds("we have missed our 24-hour promise", "AA2AA")
    await clinic.anna.writes("/open")
    await clinic.anna.sees("AA2AA")
    reminded = await clinic.anna.sees("24", topic=topic)
    await clinic.anna.replies(reminded, "I take it")
    await clinic.anna.sees("This stayed here", topic=topic)
    late = await clinic.reply(
        clinic.anna, "AA2AA", "Multiple myeloma", "We are sorry, here we are."
    )
    await clinic.anna.sees_reaction(late, TAKEN)
    await clinic.a_moment()
    await maria.finds("here we are")
    await clinic.page.moves_clock(30)
    assert len([one for one in await maria.messages() if "missed" in words(one)]) == 1
    figures = await clinic.app.store.figures(clinic.app.now() - timedelta(days=9), clinic.app.now())
    assert figures.by_language["en"] == (1, 0, 1)


async def test_an_answer_by_phone_stops_the_clock_and_writing_starts_it_again(
    clinic: Clinic,
) -> None:
    """Noted with a name; the next message of the person begins another day."""
    maria = await clinic.admits("Maria", "AA2AA")
    topic = await clinic.topic("AA2AA")
    await clinic.tom.writes("/answered phone", topic)
    await clinic.tom.sees("Tom answered case AA2AA by phone", topic=topic)
    await clinic.page.moves_clock(30)
    assert not [one for one in await maria.messages() if "missed" in words(one)]
    await maria.says("One more question")
    await maria.sees("replies by")
    await clinic.page.moves_clock(24.1)
    await maria.finds("we have missed our 24-hour promise")


# ── the card ────────────────────────────────────────────────────────────────────────────────────


async def test_the_card_says_who_has_it_and_where_it_is(clinic: Clinic) -> None:
    """Claimed by a button, handed over, answered, closed with a reason, rated, open again by
    writing: all of it on the one card that everybody sees."""
    maria = await clinic.admits("Maria", "AA2AA")
    topic = await clinic.topic("AA2AA")
    card = await clinic.tom.sees("Case AA2AA", "Multiple myeloma", topic=topic)
    await clinic.tom.presses(card, "Claim")
    await clinic.tom.is_told("Tom takes care of case AA2AA")
    await clinic.anna.sees("Tom takes care of this", topic=topic)
    await clinic.anna.writes("/claim", topic)
    await clinic.anna.sees("✋ Anna takes care of this.", topic=topic)
    await clinic.anna.presses(card, "Close")
    asked = await clinic.anna.sees("still waits for an answer", topic=topic)
    await clinic.anna.presses(asked, "nswered")
    await clinic.anna.sees("Case AA2AA is closed", topic=topic)
    farewell = await maria.finds("has closed your request AA2AA")
    await maria.taps("5 ⭐", farewell)
    await maria.finds("Thank you. That helps us")
    await maria.says("I have one more question")
    await maria.sees("AA2AA", "replies by")
    await clinic.anna.sees("I have one more question", topic=topic)
    while "is closed" in words(await clinic.anna.sees_now(card)):
        await asyncio.sleep(0.02)


async def test_a_template_is_filled_in_previewed_and_sent(clinic: Clinic) -> None:
    """Chosen on the card, in the person's language; they get it in its frame."""
    wang = await clinic.admits("王芳", "BB3BB", "zh-hans")
    topic = await clinic.topic("BB3BB")
    card = await clinic.tom.sees("Case BB3BB", topic=topic)
    await clinic.tom.presses(card, "Templates")
    listed = await clinic.tom.sees("Which answer", topic=topic)
    first = listed["inline_keyboard"][0][0]["text"]
    await clinic.tom.presses(listed, first)
    shown = await clinic.tom.sees("For the person of case BB3BB", topic=topic)
    await clinic.tom.presses(shown, "Send")
    await clinic.a_moment()
    await wang.finds("工作人员", "BB3BB", "王芳")


# ── who may do what, and people who go ──────────────────────────────────────────────────────────


async def test_who_left_the_group_reaches_nobody_any_more(clinic: Clinic) -> None:
    """W8: an old button on a phone that was not taken away does nothing."""
    await clinic.admits("Maria", "AA2AA")
    topic = await clinic.topic("AA2AA")
    card = await clinic.tom.sees("Case AA2AA", topic=topic)
    await clinic.tom.leaves_group()
    chat = {"id": clinic.tom.chat, "type": "supergroup"}
    pressed = {
        "id": "1",
        "from": {"id": clinic.tom.id, "is_bot": False, "first_name": "Tom"},
        "message": {"message_id": card["message_id"], "chat": chat},
        "data": "v1:en:desk:claim.AA2AA",
    }
    await clinic.app.receiver.take([{"update_id": 10**9 + 7, "callback_query": pressed}])
    await clinic.app.receiver.drain()
    kept = await clinic.app.store.case("AA2AA")
    assert kept is not None
    assert kept.claim is None


async def test_erasing_and_exporting_are_for_administrators(clinic: Clinic) -> None:
    """W7: Tom is told so; Anna is asked twice; then topic, case and letters are gone."""
    maria = await clinic.admits("Maria", "AA2AA")
    topic = await clinic.topic("AA2AA")
    said = await maria.says("a secret")
    await maria.sees_reaction(said, HAS_IT)
    await clinic.tom.writes("/erase", topic)
    await clinic.tom.sees("Only administrators", topic=topic)
    await clinic.anna.writes("/export", topic)
    await clinic.anna.sees("A copy of case AA2AA", topic=topic)
    await clinic.anna.writes("/erase", topic)
    asked = await clinic.anna.sees("Delete case AA2AA", topic=topic)
    await clinic.anna.presses(asked, "Yes, delete")
    while any(one["id"] == topic for one in (await clinic.page.chat(clinic.anna.chat))["topics"]):
        await asyncio.sleep(0.02)
    assert await clinic.app.store.case("AA2AA") is None
    assert not await clinic.app.store.letters("AA2AA")


async def test_who_blocks_the_bot_is_known_to_have(clinic: Clinic) -> None:
    """S2, S14: the topic says so, with the other way that the person named; and when they are
    back, it is known too."""
    maria = await clinic.admits("Maria", "AA2AA")
    topic = await clinic.topic("AA2AA")
    await maria.blocks_bot()
    await clinic.anna.sees("cannot write to this person", topic=topic)
    await maria.unblocks_bot()
    said = await maria.says("I am back")
    await maria.sees_reaction(said, HAS_IT)
    await clinic.anna.sees("I am back", topic=topic)
    mine = await clinic.reply(clinic.anna, "AA2AA", "I am back", "Welcome back")
    await clinic.anna.sees_reaction(mine, TAKEN)
    await clinic.a_moment()
    await maria.finds("Welcome back")


async def test_spam_is_muted_quietly(clinic: Clinic) -> None:
    """/block: nothing more arrives, the person is not told; /block again ends it."""
    maria = await clinic.admits("Maria", "AA2AA")
    topic = await clinic.topic("AA2AA")
    await clinic.anna.writes("/block", topic)
    await clinic.anna.sees("not passed on from now on", topic=topic)
    spam = await maria.says("BUY NOW")
    await maria.sees_reaction(spam, "👀")
    await clinic.anna.writes("/block", topic)
    await clinic.anna.sees("passed on again", topic=topic)
    said = await maria.says("sorry, my account was hacked")
    await maria.sees_reaction(said, HAS_IT)
    assert not [one for one in await clinic.anna.reads(topic) if "BUY NOW" in words(one)]


# ── at the page ─────────────────────────────────────────────────────────────────────────────────

PHONE, GROUP = "[data-testid=chat] ", "[data-testid=staff] "
MESSAGE, KEY, COMPOSER = "[data-testid=message]", "[data-testid=key]", "[data-testid=composer]"


async def test_two_of_the_staff_and_three_patients_at_the_page(
    clinic: Clinic, sandbox: Sandbox, browser: Browser
) -> None:
    """In a real browser, by clicks alone: each patient writes, Tom claims and answers one, Anna
    the others, the clock is moved, and everybody reads what is theirs."""
    named = {"AA2AA": "Maria", "BB3BB": "Peter", "CC4CC": "Rosa"}
    for number, name in named.items():
        await clinic.admits(name, number)

    def asks(name: str) -> None:
        browser.press("[data-testid^=person-]", name)
        browser.types(PHONE + COMPOSER, f"{name} asks")
        browser.visible(PHONE + MESSAGE, f"{name} asks")

    def answers(by: str, number: str, name: str) -> None:
        browser.chooses("[data-testid=colleague]", by)
        browser.press(f"{GROUP}[data-testid^=topic-]", number)
        browser.menu(GROUP + MESSAGE, f"{name} asks", "Reply")
        browser.types(GROUP + COMPOSER, f"{by} answers {name}")
        browser.visible(f"{GROUP}[data-testid=reaction]", TAKEN)

    def visit() -> None:
        browser.size(1280, 900)
        browser.driver.get(f"{sandbox.url}/")
        for name in named.values():
            asks(name)
        browser.chooses("[data-testid=colleague]", "Tom")
        browser.press(f"{GROUP}[data-testid^=topic-]", "AA2AA")
        browser.press(GROUP + KEY, "Claim")
        browser.visible(GROUP + MESSAGE, "Tom takes care of this")
        for by, (number, name) in zip(("Tom", "Anna", "Anna"), named.items(), strict=True):
            answers(by, number, name)
        browser.press("[data-testid=clock] button", "+1 h")
        for by, name in zip(("Tom", "Anna", "Anna"), named.values(), strict=True):
            browser.press("[data-testid^=person-]", name)
            browser.visible(PHONE + MESSAGE, f"{by} answers {name}")
            for other in set(named.values()) - {name}:
                browser.gone(PHONE + MESSAGE, other)
        assert browser.overflow() <= 0
        assert browser.complaints() == []

    await asyncio.get_running_loop().run_in_executor(None, visit)
