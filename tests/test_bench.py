"""`make bench` runs: no figure is judged here, machines are noisy."""

import pytest
from click.testing import CliRunner, Result

from tests.bench import bots
from tests.bench.__main__ import main
from tests.bench.table import HEAD


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--phones", "2"], catch_exceptions=False)


def rows(result: Result) -> list[list[str]]:
    """The cells of every row of the table."""
    lines = [line for line in result.stdout.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_bot_taps_both_ways() -> None:
    """A tiny run prints a full row for each bot and way, and the ratios between them."""
    result = bench("--rounds", "1", "--seconds", "0.1", "--latency", "0")
    assert result.exit_code == 0, result.output
    head, _, *body = rows(result)
    assert head == list(HEAD)
    figures = {(way, name): cells for way, _, name, *cells in body}
    for way in bots.WAYS:
        for name in bots.BOTS:
            assert all(figures.pop((way, name)))
        for other in ("bare PTB", "bare loop"):
            assert figures.pop((way, f"this bot : {other}"))[0]
    assert not figures


def test_a_tap_makes_two_calls() -> None:
    """By polling two requests; by webhook the bare loop's answer rides back in the response."""
    result = bench("--rounds", "1", "--seconds", "0.1", "--latency", "1", "--bot", "bare loop")
    calls = {row[0]: row[HEAD.index("calls/tap")] for row in rows(result)[2:]}
    assert calls == {"polling": "2.00", "webhook": "1.00 + 1.00"}


def test_a_long_run_tells_the_memory_on_its_way() -> None:
    """Eleven rows: at the start, and after every tenth of the taps."""
    result = bench("--taps", "100", "--by", "webhook")
    assert result.exit_code == 0, result.output
    taps = [row[0] for row in rows(result)[2:]]
    assert taps == [str(10 * number) for number in range(11)]


def test_a_tap_after_silence() -> None:
    """A row for each bot asked for, with the connections it opened."""
    result = bench("--silence", "0.1", "--bot", "bare loop")
    assert result.exit_code == 0, result.output
    body = rows(result)[2:]
    assert [(row[0], row[1]) for row in body] == [(way, "bare loop") for way in bots.WAYS]
    assert all(row[-1].isdigit() for row in body)


def test_a_bot_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bench ends with what that bot said last, rather than waiting for it."""
    monkeypatch.setitem(bots.BOTS, "bare loop", ("-c", "raise SystemExit('no wind today')"))
    result = bench("--bot", "bare loop")
    assert result.exit_code == 1
    assert "bare loop ended by itself. It said: no wind today" in result.output
