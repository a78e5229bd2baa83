"""The storm's command line: `make storm`, or `python -m tests.storm --help`."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import aiohttp
import click

from bot.sandbox.command import sandbox_settings
from bot.sandbox.server import Sandbox
from tests.journeys.beside import healthz
from tests.storm.crowd import Crowd
from tests.storm.figures import Figures
from tests.storm.lives import POLLING, Lives
from tests.storm.weather import Told, Weather

STEPS = 1000
"""Of the progress bar."""

CALM_SECONDS = 120.0
"""How long people are waited for when the storm is over. The bot's pauses grow to half a minute."""


@click.command()
@click.option(
    "--minutes",
    type=click.FloatRange(0, 600, min_open=True),
    default=5.0,
    show_default=True,
    help="How long things go wrong.",
)
@click.option(
    "--people",
    type=click.IntRange(1, 500),
    default=30,
    show_default=True,
    help="How many never stop asking.",
)
@click.option("--seed", default=1, show_default=True, help="Which storm.")
def main(minutes: float, people: int, seed: int) -> None:
    """Lets everything go wrong around the bot, and looks whether anybody lost anything.

    \b
    Examples: make storm
              make storm ARGS='--minutes 60 --seed 7'
    """
    with click.progressbar(
        length=STEPS, label="storm", file=sys.stderr, item_show_func=lambda what: what or ""
    ) as bar:

        def told(what: str, share: float) -> None:
            bar.update(round(STEPS * share) - bar.pos, what)

        figures = asyncio.run(storm(60 * minutes, people, seed, told))
    click.echo("\n".join(figures.lines()))
    wrong = figures.wrong
    click.echo("\n" + ("\n".join(wrong) if wrong else "Nothing was lost."))
    if figures.lives.faults:
        click.echo("\nFrom the log:\n" + "\n".join(figures.lives.faults[:20]))
    sys.exit(1 if wrong else 0)


async def storm(seconds: float, people: int, seed: int, told: Told) -> Figures:
    """One storm of so many seconds, and the calm after it."""
    # The same storm for the same seed, as far as machines allow.
    chance = Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory(prefix="car-nk-storm-") as folder:
        async with Sandbox() as sandbox:
            sandbox.delivery.retry_seconds = 0.3
            crowd = Crowd(sandbox, people)
            lives = Lives(sandbox, sandbox_settings(sandbox, Path(folder)))
            weather = Weather(sandbox, crowd, lives, Path(folder) / "bot.db", chance)
            told("the bot starts", 0.0)
            await lives.begin(POLLING)
            watching = asyncio.create_task(lives.watch())
            try:
                async with crowd.talking(chance, 0.6, 2.0):
                    # A short storm has each fault once; in a long one, there is calm in between.
                    await weather.blow(seconds, min(seconds / len(weather.deck), 2.5), told)
                health = await _calm(crowd, lives, told)
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                await lives.stop()
            await lives.heard()
            faults = sandbox.faults
            title = (
                f"A storm of {_time(seconds)}, seed {seed}: {people} people who never stop asking, "
                "polling and webhook in turns."
            )
            return Figures(
                title, crowd, lives, dict(weather.struck), dict(faults.counts), faults.rides, health
            )


async def _calm(crowd: Crowd, lives: Lives, told: Told) -> str:
    """Waits until nobody waits and the bot says that all is well; what it said last."""
    end = time.monotonic() + CALM_SECONDS
    said = "no answer"
    while time.monotonic() < end and (crowd.waiting or said != "ok"):
        told(f"calm: {crowd.waiting} screens to come", 1.0)
        await asyncio.sleep(0.1)
        try:
            _, parts = await healthz(lives.settings)
        except aiohttp.ClientError as error:
            said = type(error).__name__
        else:
            said = parts["status"] if parts["status"] == "ok" else str(parts)
    return said


def _time(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 120 else f"{seconds:g} seconds"


if __name__ == "__main__":
    main()
