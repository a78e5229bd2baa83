"""The storm's command line: `make storm`, or `python -m tests.storm --help`."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import aiohttp
import click
from pydantic import SecretStr

from bot.sandbox.command import open_for_consultations, sandbox_settings
from bot.sandbox.server import Sandbox
from bot.storage.database import NO_ANSWER
from tests.applicants import Applicants
from tests.dialogue.words import words
from tests.journeys.beside import healthz
from tests.storm.crowd import Crowd
from tests.storm.databases import Database
from tests.storm.desk import Desk
from tests.storm.figures import Figures
from tests.storm.lives import POLLING, Lives
from tests.storm.submissions import submit
from tests.storm.weather import Told, Weather

STEPS = 1000
"""Of the progress bar."""

CALM_SECONDS = 300.0
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
@click.option(
    "--submissions",
    type=click.IntRange(0, 999),
    default=200,
    show_default=True,
    help="How many fill in the form for a consultation, and send it.",
)
@click.option(
    "--parts",
    type=click.IntRange(0, 3),
    default=3,
    show_default=True,
    help="How many of the form's other parts each of them fills in, beside its core.",
)
@click.option(
    "--database",
    type=click.Choice(["sqlite", "postgresql"]),
    default="sqlite",
    show_default=True,
    help="Where the bot stores; PostgreSQL's address stands in TEST_DATABASE_URL.",
)
@click.option("--seed", default=1, show_default=True, help="Which storm.")
def main(
    minutes: float, people: int, submissions: int, parts: int, database: str, seed: int
) -> None:
    """Lets everything go wrong around the bot, and looks whether anybody lost anything.

    \b
    Examples: make storm
              make storm ARGS='--minutes 60 --seed 7'
              make storm ARGS='--submissions 500 --database postgresql'
    """
    url = None if database == "sqlite" else os.environ.get("TEST_DATABASE_URL")
    if database != "sqlite" and not url:
        raise click.UsageError("Set TEST_DATABASE_URL to an empty database of PostgreSQL.")
    with click.progressbar(
        length=STEPS, label="storm", file=sys.stderr, item_show_func=lambda what: what or ""
    ) as bar:

        def told(what: str, share: float) -> None:
            bar.update(round(STEPS * share) - bar.pos, what)

        figures = asyncio.run(storm(60 * minutes, people, (submissions, parts), url, seed, told))
    click.echo("\n".join(figures.lines()))
    wrong = figures.wrong
    click.echo("\n" + ("\n".join(wrong) if wrong else "Nothing was lost."))
    if figures.lives.faults:
        click.echo("\nFrom the log:\n" + "\n".join(figures.lives.faults[:20]))
    sys.exit(1 if wrong else 0)


async def storm(
    seconds: float, people: int, forms: tuple[int, int], url: str | None, seed: int, told: Told
) -> Figures:
    """One storm of so many seconds, and the calm after it.

    `forms`: how many are filled in, and how many parts of each. `url`: None is a new SQLite file.
    """
    submissions, parts = forms
    # The same storm for the same seed, as far as machines allow.
    chance = Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory(prefix="car-nk-storm-") as folder:
        async with Sandbox() as sandbox:
            sandbox.delivery.retry_seconds = 0.3
            settings = open_for_consultations(sandbox_settings(sandbox, Path(folder)))
            more: dict[str, object] = {"staff_group_pace": 60}
            if url is not None:
                more["database_url"] = SecretStr(url)
            settings = settings.model_copy(update=more)
            crowd = Crowd(sandbox, people)
            # A form is some forty screens: at half of the storm everybody should have seen them.
            patients = Applicants(sandbox, words().form, chance, pause=min(2.0, seconds / 200))
            for number in range(submissions):
                submit(patients, words().form, number, parts)
            lives = Lives(sandbox, settings)
            database = Database(settings.database_url.get_secret_value(), chance, lambda: lives.pid)
            await database.begin()
            chats = [one.id for one in crowd.askers] + [one.user.id for one in patients.all]
            weather = Weather(sandbox, chats, lives, database, chance)
            told("the bot starts", 0.0)
            await lives.begin(POLLING)
            watching = asyncio.create_task(lives.watch())
            try:
                async with crowd.talking(chance, 0.6, 2.0), patients.coming(seconds / 2):
                    # A short storm has each fault once; in a long one, there is calm in between.
                    pause = min(seconds / weather.hands, 2.5)
                    await weather.blow(seconds, pause, told)
                health = await _calm(crowd, patients, database, lives, told)
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                await lives.stop()
            await lives.heard()
            await database.end()
            faults = sandbox.faults
            title = (
                f"A storm of {_time(seconds)}, seed {seed}: {people} people who never stop asking, "
                f"{submissions} who send a consultation, polling and webhook in turns, "
                f"{'SQLite' if url is None else 'PostgreSQL'}."
            )
            desk = Desk(sandbox, words(), patients.all)
            return Figures(
                title,
                crowd,
                desk,
                lives,
                dict(weather.struck),
                dict(faults.counts),
                faults.rides,
                health,
            )


async def _calm(
    crowd: Crowd, patients: Applicants, database: Database, lives: Lives, told: Told
) -> str:
    """Waits until nobody waits, nothing is owed and the bot says that all is well; what it said
    last."""
    end = time.monotonic() + CALM_SECONDS
    said, owes = "no answer", 0
    while time.monotonic() < end and (crowd.waiting or patients.waiting or owes or said != "ok"):
        left = f"{crowd.waiting} screens and {len(patients.waiting)} numbers to come, {owes} owed"
        told(f"calm: {left}", 1.0)
        await asyncio.sleep(0.1)
        try:
            _, parts = await healthz(lives.settings)
            said = parts["status"] if parts["status"] == "ok" else str(parts)
            owes = await database.owes()
        except aiohttp.ClientError as error:
            said = type(error).__name__
        except NO_ANSWER as error:
            said = type(error).__name__
    return said if not owes else f"{owes} things are owed"


def _time(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 120 else f"{seconds:g} seconds"


if __name__ == "__main__":
    main()
