"""What came of a storm, to be read by people."""

import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.storm.crowd import Crowd
from tests.storm.desk import Desk
from tests.storm.lives import Life, Lives

SHOWN_LIVES = 10
"""How many lives stand in the table: the longest."""


@dataclass
class Figures:
    """One storm. `health` is what the bot said of itself at the end, or why it said nothing."""

    title: str
    crowd: Crowd
    desk: Desk
    lives: Lives
    struck: dict[str, int]
    calls: dict[str, int]
    rides: int
    health: str

    @property
    def wrong(self) -> list[str]:
        """Why this storm was not weathered; empty when it was."""
        sights, lives = self.crowd.sights, self.lives
        screens = [
            said
            for number, said in (
                (self.crowd.waiting, "screens never came"),
                (sights.overtaken, "screens came before one that was asked for earlier"),
                (len(self._died), "times the bot ended by itself"),
                (len(lives.faults), "tracebacks, or lines that are no log"),
                (self.health != "ok", f"thing is not well at the end: {self.health}"),
            )
            if number
            for said in [f"{int(number)} {said}"]
        ]
        return [*screens, *self.desk.wrong]

    @property
    def _died(self) -> list[Life]:
        return [life for life in self.lives.lives if life.how.startswith("by itself")]

    def lines(self) -> Iterator[str]:
        """The report, but for the verdict."""
        parts = (self._people(), self._cases(), self._trouble(), self._lives())
        yield from (self.title, *(line for part in parts for line in ("", *part)))

    def _people(self) -> Iterator[str]:
        crowd, sights = self.crowd, self.crowd.sights
        again = sights.again.total()
        older = again - sights.again[1]
        yield from _table(
            ("What people saw", ""),
            [
                ("asked for, by a text or a tap", f"{crowd.asked:,}"),
                ("shown", f"{crowd.asked - crowd.waiting:,}"),
                ("lost", f"{crowd.waiting:,}"),
                ("shown before an earlier one", f"{sights.overtaken:,}"),
                ("shown once more", f"{again:,}"),
                ("  and it was not the latest one", f"{older:,}"),
                ("half of them waited less than", _seconds(statistics.median(sights.waits))),
                ("the longest wait", _seconds(max(sights.waits))),
            ],
        )

    def _cases(self) -> Iterator[str]:
        desk = self.desk
        yield from _table(
            ("What came of the consultations", ""),
            [
                (
                    "sent, and told as received",
                    f"{sum(bool(one.numbers) for one in desk.people):,}",
                ),
                ("cases in the staff's group", f"{desk.cases:,}"),
                ("cards and parts of cards", f"{desk.cards:,}"),
                ("copies of files", f"{desk.files:,}"),
                ("marked as a possible repeat", f"{desk.repeats:,}"),
                ("topics left empty", f"{desk.empty:,}"),
                ("wrong", f"{len(desk.wrong):,}"),
            ],
        )

    def _trouble(self) -> Iterator[str]:
        left = [("What struck", ""), *((name, f"{n:,}") for name, n in sorted(self.struck.items()))]
        calls = sorted(self.calls.items(), key=lambda one: -one[1])
        rows = [(name, f"{number:,}") for name, number in calls[:8]]
        rows += [("all others", f"{sum(number for _, number in calls[8:]):,}")]
        rows += [("answers that rode back", f"{self.rides:,}")]
        said = self.lives.said
        rows += [("", ""), ("What the bot logged", "")]
        rows += [(f"  {level}", f"{said[level]:,}") for level in ("INFO", "WARNING", "ERROR")]
        rows += [("  tracebacks", f"{len(self.lives.faults):,}")]
        yield from _beside(_table(left[0], left[1:]), _table(("What the bot called", ""), rows))

    def _lives(self) -> Iterator[str]:
        lives = self.lives.lives
        longest = sorted(lives, key=lambda life: -life.lasted)[:SHOWN_LIVES]
        ends = [life.how for life in lives]
        yield (
            f"The bot lived {len(lives)} times: {ends.count('kill -9')} ended by kill -9, "
            f"{ends.count('SIGTERM')} by SIGTERM (gone after {_seconds(self.lives.longest_end)} at "
            "most)."
        )
        if others := len([how for how in ends if how not in {"kill -9", "SIGTERM"}]):
            without = ends.count("no database")
            yield f"{others - without} by itself, {without} without a database to begin with."
        yield ""
        head = ("Life", "way", "lasted", "MB: start", "¼", "½", "end", "ended by")
        rows = [
            (str(lives.index(life) + 1), life.way, _seconds(life.lasted), *_memory(life), life.how)
            for life in sorted(longest, key=lives.index)
        ]
        yield from _table(head, rows)


def _memory(life: Life) -> tuple[str, str, str, str]:
    measured = life.memory
    if not measured:
        return ("", "", "", "")
    last = len(measured) - 1
    places = (0, last // 4, last // 2, last)
    start, quarter, half, end = (f"{measured[place]:.0f}" for place in places)
    return start, quarter, half, end


def _seconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Columns: words to the left, figures to the right."""
    whole = [head, *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*whole, strict=True)]
    right = [
        all(cell[:1].isdigit() or not cell for cell in column[1:])
        for column in zip(*whole, strict=True)
    ]
    lines = [
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in whole
    ]
    return [lines[0], "─" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]]


def _beside(left: list[str], right: list[str]) -> Iterator[str]:
    width = max(map(len, left)) + 6
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else ""
        other = right[number] if number < len(right) else ""
        yield f"{one:<{width}}{other}".rstrip()
