"""The bench's command line: `make bench`, or `python -m tests.bench --help`."""

import asyncio
import sys

import click
import uvloop

from tests.bench import table
from tests.bench.bots import BOTS, OURS, WAYS, GaveUp, database
from tests.bench.turns import Course, better, first_start, long_run, silence, turn


@click.command()
@click.option(
    "--rounds",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="How often each bot takes its turn.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0),
    default=4.0,
    show_default=True,
    help="How long a turn's taps last.",
)
@click.option(
    "--phones",
    type=click.IntRange(1),
    default=64,
    show_default=True,
    help="How many taps are under way.",
)
@click.option(
    "--by",
    "ways",
    type=click.Choice(WAYS),
    multiple=True,
    default=WAYS,
    show_default=True,
    help="How updates come; may be given twice.",
)
@click.option(
    "--latency",
    "latencies",
    type=click.FloatRange(0, 5000),
    multiple=True,
    default=(0.0, 40.0),
    show_default=True,
    help="Milliseconds that every call takes; may be given several times.",
)
@click.option(
    "--bot",
    "names",
    type=click.Choice(tuple(BOTS)),
    multiple=True,
    default=tuple(BOTS),
    show_default=True,
    help="Who takes turns; may be given several times.",
)
@click.option(
    "--taps",
    type=click.IntRange(100),
    help="Instead: a long run of this bot for so many taps, with its memory every tenth of them.",
)
@click.option(
    "--silence",
    "silent",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="Instead: one tap after so long without any.",
)
def main(
    rounds: int,
    seconds: float,
    phones: int,
    ways: tuple[str, ...],
    latencies: tuple[float, ...],
    names: tuple[str, ...],
    taps: int | None,
    silent: float | None,
) -> None:
    """Lets people tap on three bots through the sandbox's server and prints a table.

    \b
    Examples: make bench
              python -m tests.bench --taps 100000
              python -m tests.bench --silence 60
    """
    courses = [Course(way, latency / 1000) for latency in latencies for way in ways]
    try:
        if taps is not None:
            uvloop.run(_long_run(ways[0], taps, phones))
        elif silent is not None:
            uvloop.run(_silence([(way, name) for way in ways for name in names], silent))
        else:
            uvloop.run(_turns(courses, names, rounds, seconds=seconds, phones=phones))
    except GaveUp as gave_up:
        raise click.ClickException(str(gave_up)) from None


async def _turns(
    courses: list[Course], names: tuple[str, ...], rounds: int, *, seconds: float, phones: int
) -> None:
    results: table.Results = {course: {} for course in courses}
    turns = [(course, name) for course in courses for _ in range(rounds) for name in names]
    cold = None
    async with database(names) as prepared:
        with _bar(len(turns), "turns") as bar:
            for course, name in turns:
                bar.current_item = f"{name} by {course.way}, {1000 * course.latency:.0f} ms"
                bar.render_progress()
                found = await turn(name, course, prepared, phones=phones, seconds=seconds)
                before = results[course].get(name, found)
                results[course][name] = better(before, found)
                bar.update(1)
        if OURS in names:
            cold = await first_start()
    click.echo(
        f"{table.machine()}; the better of {rounds} rounds of {seconds:g} s each, ", nl=False
    )
    click.echo(f"{phones} taps under way.\n")
    click.echo("\n".join(table.table(results)))
    for note in table.notes(results, cold):
        click.echo(f"\n{note}")


async def _long_run(way: str, taps: int, phones: int) -> None:
    click.echo(f"{table.machine()}; this bot by {way}, {phones} taps under way.\n")
    click.echo("\n".join(table.head(("taps", "MB", "taps/s"))))
    async with database([OURS]) as prepared:
        with _bar(taps, "taps") as bar:

            def told(done: int, memory: float, rate: float) -> None:
                if sys.stderr.isatty():
                    click.echo("\r\033[K", nl=False, err=True)  # the bar gives way to the row
                click.echo(table.row(f"{done:,}", f"{memory:.1f}", f"{rate:.0f}" if rate else ""))

            await long_run(way, taps, prepared, phones=phones, tapped=bar.update, told=told)


async def _silence(turns: list[tuple[str, str]], seconds: float) -> None:
    alone = asyncio.Barrier(len(turns))

    async def passing() -> None:
        with _bar(max(round(seconds), 1), "silence") as bar:
            while True:
                await asyncio.sleep(1)
                bar.update(1)

    async with database([name for _, name in turns]) as prepared:
        clock = asyncio.create_task(passing())
        try:
            found = await asyncio.gather(
                *(silence(name, way, prepared, seconds, alone) for way, name in turns)
            )
        finally:
            clock.cancel()
    click.echo(f"{table.machine()}\n")
    click.echo("\n".join(table.silences(dict(zip(turns, found, strict=True)), seconds)))


def _bar(length: int, label: str) -> "click._termui_impl.ProgressBar[str]":
    return click.progressbar(
        length=length,
        label=label,
        file=sys.stderr,
        item_show_func=lambda item: item or "",
        update_min_steps=max(length // 100, 1),
    )


if __name__ == "__main__":
    main()
