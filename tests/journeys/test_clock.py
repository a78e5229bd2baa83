"""The bot beside the sandbox lives by the sandbox's clock, and notices when it is moved."""

from bot.sandbox.command import open_for_consultations
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.journeys.beside import running, until
from tests.people import Page

HOUR = 3600


async def test_a_day_passes_at_a_touch(sandbox: Sandbox, settings: Settings) -> None:
    """An unfinished form is kept for a day of that clock, from its last answer on: deleted when
    the day is moved away, not an hour of it sooner."""
    async with (
        running(sandbox, open_for_consultations(settings)) as app,
        Page(sandbox.url) as page,
    ):
        maria = await page.patient()
        await maria.says("/consult")
        await maria.sees("not end-to-end encrypted")
        await maria.taps("I have read this")
        await maria.sees("18 or older")
        assert app.store.drafting == {maria.chat}
        await page.moves_clock(25)
        await until(lambda: not app.store.drafting, "the first form to be deleted")

        await maria.says("/consult")
        await maria.sees("not end-to-end encrypted")
        await maria.taps("I have read this")
        await maria.sees("18 or older")
        first, *_, last = await maria.messages()
        assert 25 * HOUR <= last["date"] - first["date"] < 26 * HOUR
        sandbox.clock.move(23 * HOUR)
        await app.store.purge(app.now())
        assert app.store.drafting == {maria.chat}
        sandbox.clock.move(2 * HOUR)
        await until(lambda: not app.store.drafting, "the second form to be deleted")
