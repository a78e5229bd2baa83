"""The page in a real browser, by clicks alone: two members of staff, a patient, and the clock.

No bot runs: the test says through the Bot API what one would.
"""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from bot.sandbox.model import User
from bot.sandbox.server import Sandbox
from tests.browser import Browser

PHONE, GROUP = "[data-testid=chat] ", "[data-testid=staff] "
MESSAGE, KEY = "[data-testid=message]", "[data-testid=key]"
MENU, COMPOSER = "[data-testid=menu]", "[data-testid=composer]"


class Bot:
    """A bot's calls, from the browser's thread."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._address = f"{sandbox.url}/bot{sandbox.token}/"
        self.staff = sandbox.staff_chat_id

    def call(self, method: str, **params: Any) -> Any:
        """The result, or the description of a refusal."""
        request = urllib.request.Request(  # noqa: S310 - the sandbox's own address
            self._address + method,
            data=json.dumps(params).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
                return json.load(response)["result"]
        except urllib.error.HTTPError as error:
            return json.load(error)["description"]

    def heard(self, wait: int = 0) -> list[dict[str, Any]]:
        """The updates since the last time; waits for the first of them so many seconds."""
        kinds = ["message", "edited_message", "callback_query", "message_reaction", "chat_member"]
        found: list[dict[str, Any]] = self.call("getUpdates", allowed_updates=kinds, timeout=wait)
        if found:
            self.call("getUpdates", offset=found[-1]["update_id"] + 1)
        return found


async def look(visit: Callable[[], None]) -> None:
    """Runs the visit beside the server."""
    await asyncio.get_running_loop().run_in_executor(None, visit)


async def test_two_of_staff_and_a_patient(
    sandbox: Sandbox, maria: User, anna: User, browser: Browser
) -> None:
    """A question becomes a topic; Anna claims it, answers, and is told; Tom reacts, edits, takes
    back; Ruth speaks as the group; the patient reads, edits and blocks the bot."""
    bot = Bot(sandbox)

    def visit() -> None:
        bot.heard()
        browser.size(1280, 800)
        browser.driver.get(f"{sandbox.url}/")
        browser.press(f"{PHONE}[data-testid=start]")
        browser.types(PHONE + COMPOSER, "Is the trial open?")
        browser.visible(PHONE + MESSAGE, "Is the trial open?")
        asked = bot.heard()[-1]["message"]
        topic = bot.call("createForumTopic", chat_id=bot.staff, name="7Q2XK")["message_thread_id"]
        place = {"chat_id": bot.staff, "message_thread_id": topic}
        claim = {"inline_keyboard": [[{"text": "Claim", "callback_data": "claim"}]]}
        bot.call("sendMessage", **place, text="Case 7Q2XK", reply_markup=claim)
        source = {"from_chat_id": maria.id, "message_id": asked["message_id"]}
        copied = bot.call("copyMessage", **place, **source)
        eyes = [{"type": "emoji", "emoji": "👀"}]
        target = {"chat_id": maria.id, "message_id": asked["message_id"]}
        bot.call("setMessageReaction", **target, reaction=eyes)
        assert browser.visible(f"{PHONE}[data-testid=reaction]").accessible_name == (
            "👀 by CAR-NK sandbox"
        )
        assert browser.visible(f"[data-testid=topic-{topic}] .badge").text == "2"

        browser.chooses("[data-testid=colleague]", "Anna")
        browser.press(f"[data-testid=topic-{topic}]")
        browser.gone(f"[data-testid=topic-{topic}] .badge")
        bot.heard()
        browser.press(GROUP + KEY, "Claim")
        browser.visible(GROUP + KEY + ".waiting")
        (press,) = bot.heard(wait=5)
        assert press["callback_query"]["from"]["id"] == anna.id
        query = press["callback_query"]["id"]
        bot.call("answerCallbackQuery", callback_query_id=query, text="It is yours now")
        browser.visible(f"{GROUP}[data-testid=toast]", "It is yours now")
        browser.gone(GROUP + KEY + ".waiting")
        browser.menu(GROUP + MESSAGE, "Is the trial open?", "Reply")
        browser.types(GROUP + COMPOSER, "Yes, since Monday.")
        browser.visible(f"{GROUP}{MESSAGE} .quote", "Is the trial open?")
        answer = bot.heard()[-1]["message"]
        assert answer["from"]["id"] == anna.id
        assert answer["reply_to_message"]["message_id"] == copied["message_id"]

        browser.chooses("[data-testid=colleague]", "Tom")
        browser.menu(GROUP + MESSAGE, "Yes, since Monday.", "React with 👍")
        chip = browser.visible(f"{GROUP}[data-testid=reaction]")
        assert chip.accessible_name == "👍 by Tom"
        chip.click()
        browser.gone(f"{GROUP}[data-testid=reaction]")
        browser.types(GROUP + COMPOSER, "We shoud call her")
        browser.menu(GROUP + MESSAGE, "We shoud", "Edit")
        browser.types(GROUP + COMPOSER, "We should call her")
        browser.visible(GROUP + MESSAGE, "edited")
        browser.menu(GROUP + MESSAGE, "We should", "Delete for everyone")
        browser.gone(GROUP + MESSAGE, "We should")
        kinds = [next(kind for kind in each if kind != "update_id") for each in bot.heard()]
        assert kinds == ["message_reaction", "message_reaction", "message", "edited_message"]

        browser.chooses("[data-testid=colleague]", "Ruth")
        browser.types(GROUP + COMPOSER, "I close this.")
        browser.visible(GROUP + MESSAGE, "I close this.")
        assert bot.heard()[-1]["message"]["sender_chat"]["id"] == bot.staff
        browser.press(GROUP + MENU)
        browser.press(".menu .choice", "Close this topic")
        browser.chooses("[data-testid=colleague]", "Tom")
        browser.visible(f"{GROUP}.footer", "This topic is closed.")
        browser.visible(f"{GROUP}{MESSAGE} .sender", "Staff")

        quoted = {"message_id": asked["message_id"], "quote": "the trial"}
        bot.call("sendMessage", chat_id=maria.id, text="It is.", reply_parameters=quoted)
        browser.visible(f"{PHONE}{MESSAGE} .quote", "the trial")
        browser.menu(PHONE + MESSAGE, "Is the trial open?", "Edit")
        browser.types(PHONE + COMPOSER, "Is it open in May?")
        browser.visible(PHONE + MESSAGE, "Is it open in May?")
        assert bot.heard()[-1]["edited_message"]["text"] == "Is it open in May?"
        browser.press(PHONE + MENU)
        browser.press(".menu .choice", "Block the bot")
        browser.visible(f"{PHONE}.footer", "has blocked the bot")
        refused = bot.call("sendMessage", chat_id=maria.id, text="x")
        assert refused == "Forbidden: bot was blocked by the user"
        browser.visible("[data-testid=refused]", "blocked by the user")
        browser.press(f"{PHONE}.footer button", "Unblock")
        assert bot.call("sendMessage", chat_id=maria.id, text="Welcome back")["text"]
        browser.visible(PHONE + MESSAGE, "Welcome back")
        assert browser.overflow() <= 0
        assert browser.nameless() == []
        assert browser.complaints() == []

    await look(visit)


async def test_time_passes_and_members_go(
    sandbox: Sandbox, maria: User, anna: User, browser: Browser
) -> None:
    """On a phone: a day passes at a touch and the next message stands under its day; what the bot
    sends is opened; Anna removes Tom, who can come back, begins a chat of his own with the bot, and
    deletes his account; nothing is wider than the screen."""
    bot = Bot(sandbox)
    report = sandbox.people.send(
        maria.id, maria.id, "document", data=b"{}", mime="application/json"
    )
    picture = sandbox.people.send(maria.id, maria.id, "photo", mime="image/png")

    def visit() -> None:
        bot.heard()
        browser.size(390, 844)
        browser.driver.get(f"{sandbox.url}/")
        file_id = report.media["document"]["file_id"]
        bot.call("sendDocument", chat_id=bot.staff, document=file_id, caption="Everything we keep")
        photo = picture.media["photo"][-1]["file_id"]
        bot.call("sendPhoto", chat_id=bot.staff, photo=photo, caption="This week")
        browser.press("#to-staff")
        browser.chooses("[data-testid=colleague]", "Anna")
        link = browser.visible(f"{GROUP}[data-testid=file]")
        assert (link.accessible_name, link.get_attribute("target")) == (
            "Open file_0.json",
            "_blank",
        )
        browser.press(f"{GROUP}.picture")
        browser.press("#lightbox button")

        clock = "[data-testid=clock]"
        browser.visible(clock, "real time")
        before = sandbox.clock()
        browser.press("[data-testid=clock-24]")
        browser.press("[data-testid=clock-1]")
        browser.visible(clock, "1 d 1 h ahead")
        assert sandbox.clock() - before == 25 * 3600
        browser.types(GROUP + COMPOSER, "A day later")
        browser.visible(GROUP + MESSAGE, "A day later")
        days = [one.text for one in browser.all(f"{GROUP}.day")]
        assert days == ["Yesterday", "Today"]
        browser.press("[data-testid=clock-real]")
        browser.visible(clock, "real time")
        assert sandbox.clock() == before

        bot.heard()
        browser.press(GROUP + MENU)
        browser.press(".menu .choice", "Who is in the group")
        browser.press("[aria-label='Remove: Tom']")
        browser.visible("[aria-label='Join: Tom']")
        assert browser.overflow() <= 0
        browser.press("[aria-label='Make member: CAR-NK sandbox']")
        browser.visible("[aria-label='Make administrator: CAR-NK sandbox']")
        browser.press("[data-testid=members-close]")
        change = bot.heard()[-1]["chat_member"]
        assert (change["from"]["id"], change["new_chat_member"]["status"]) == (anna.id, "kicked")
        browser.chooses("[data-testid=colleague]", "Tom (not in the group)")
        browser.press(f"{GROUP}[data-testid=come-back]")
        browser.types(GROUP + COMPOSER, "Here again")
        browser.visible(GROUP + MESSAGE, "Here again")

        tom = bot.heard()[-1]["message"]["from"]["id"]
        late = {"chat_id": tom, "text": "A case is late"}
        assert bot.call("sendMessage", **late).endswith("can't initiate conversation with a user")
        browser.press(GROUP + MENU)
        browser.press(".menu .choice", "Tom’s own telephone")
        browser.press(f"{PHONE}[data-testid=start]")
        browser.visible(PHONE + MESSAGE, "/start")
        assert bot.call("sendMessage", **late)["text"] == "A case is late"
        browser.visible(PHONE + MESSAGE, "A case is late")
        browser.press(PHONE + MENU)
        browser.press(".menu .choice", "Delete Tom’s account")
        browser.visible(f"{PHONE}.footer", "deleted their account")
        assert bot.call("sendMessage", **late) == "Forbidden: user is deactivated"
        assert browser.overflow() <= 0
        assert browser.nameless() == []
        assert browser.complaints() == []

    await look(visit)
