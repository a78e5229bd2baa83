"""Health: what turns red, when, with which reason, and green again; and the figures beside it."""

import logging
import re
from collections.abc import AsyncIterator, Iterable

import aiohttp
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from bot.health import EDGES, STUCK_SECONDS, Health, Part
from bot.settings import ROOT
from bot.web import Web
from tests.journeys.beside import free_port


class Clock:
    """Time as the test has it, in seconds."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


# ── one part ────────────────────────────────────────────────────────────────────────────────────


def test_a_part_is_red_when_it_has_failed_for_as_long_as_its_patience(clock: Clock) -> None:
    """Not before, and with the latest reason and the time since the first failure."""
    part = Part("delivery", 20.0, now=clock)
    assert part.trouble() is None
    part.fails("no network")
    clock.time += 19.9
    part.fails("still no network")
    assert part.trouble() is None
    clock.time += 0.1
    assert part.trouble() == "still no network, for 20 s"
    clock.time += 580
    assert part.trouble() == "still no network, for 600 s"


def test_one_success_is_enough(clock: Clock) -> None:
    """Green at once; the next failure begins from nothing."""
    part = Part("delivery", 20.0, now=clock)
    part.fails("no network")
    clock.time += 60
    assert part.trouble()
    part.works()
    assert part.trouble() is None
    part.fails("no network")
    clock.time += 19
    assert part.trouble() is None


def test_silence_is_trouble_only_where_signs_of_life_are_due(clock: Clock) -> None:
    """And only after the first one: a bot that has not begun yet says what it waits for."""
    part, silent = Part("intake", 30.0, 100.0, now=clock), Part("storage", 5.0, now=clock)
    clock.time += 1000
    assert part.trouble() is None
    part.works()
    silent.works()
    clock.time += 99
    assert part.trouble() is None
    clock.time += 1
    assert part.trouble() == "no sign of life for 100 s"
    assert silent.trouble() is None
    part.works()
    assert part.trouble() is None


def test_a_failure_is_told_rather_than_the_silence_it_causes(clock: Clock) -> None:
    """Both are true after a while; the reason helps more."""
    part = Part("intake", 30.0, 100.0, now=clock)
    part.works()
    part.fails("no network")
    clock.time += 200
    assert part.trouble() == "no network, for 200 s"


def test_the_log_hears_once_of_trouble_and_once_of_its_end(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """An ERROR when it begins, a WARNING when it is over, nothing in between."""
    part = Part("storage", 5.0, now=clock)
    for _ in range(3):
        part.tell()
    part.fails("locked")
    for _ in range(5):
        clock.time += 2
        part.tell()
    part.works()
    for _ in range(3):
        part.tell()
    said = [(record.levelno, record.getMessage()) for record in caplog.records]
    assert said == [
        (logging.ERROR, "storage is in trouble: locked, for 6 s"),
        (logging.WARNING, "storage works again"),
    ]


# ── all of it ───────────────────────────────────────────────────────────────────────────────────


def test_a_turn_that_never_ends_is_a_trouble_of_delivery() -> None:
    """Whoever waits behind it has no other way to be noticed; a better reason goes first."""
    health = Health()
    health.oldest = lambda: STUCK_SECONDS
    assert health.troubles() == {}
    health.oldest = lambda: STUCK_SECONDS + 1
    assert health.troubles() == {"delivery": "one turn has been under way for 301 s"}
    health.delivery.patience = 0.0
    health.delivery.fails("calls to Telegram fail (TimedOut)")
    assert health.troubles() == {"delivery": "calls to Telegram fail (TimedOut), for 0 s"}


@pytest.fixture
async def served() -> AsyncIterator[tuple[Health, str]]:
    """A health and the address where it is served, without a bot."""
    health, port = Health(), free_port()
    web = Web(health, None, "")
    await web.start("127.0.0.1", port)
    yield health, f"http://127.0.0.1:{port}"
    await web.stop()


async def metrics(root: str) -> dict[str, Metric]:
    """What Prometheus reads, by name."""
    async with aiohttp.ClientSession() as session, session.get(f"{root}/metrics") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        said = await answer.text()
    return {family.name: family for family in text_string_to_metric_families(said)}


def values(family: Metric) -> dict[str, float]:
    """Of each sample, by its one label."""
    return {next(iter(sample.labels.values())): sample.value for sample in family.samples}


async def test_prometheus_reads_what_the_health_holds(served: tuple[Health, str]) -> None:
    """Counts by outcome, a cumulative histogram in seconds, and one line for each part."""
    health, root = served
    health.taken, health.repeated, health.dropped, health.set_aside = 9, 2, 3, 1
    for seconds in (0.01, 0.05, 0.06, 7.0, 1000.0):
        health.shown_after(seconds)
    health.waiting, health.oldest = lambda: 4, lambda: 2.5
    health.storage.patience = 0.0
    health.storage.fails("locked")
    found = await metrics(root)
    assert values(found["carnk_updates"]) == {
        "taken": 9,
        "repeated": 2,
        "shown": 5,
        "dropped": 3,
        "set_aside": 1,
    }
    assert found["carnk_updates"].type == "counter"
    assert values(found["carnk_healthy"]) == {"intake": 1, "storage": 0, "delivery": 1, "desk": 1}
    assert [sample.value for sample in found["carnk_waiting"].samples] == [4]
    assert [sample.value for sample in found["carnk_oldest_turn_seconds"].samples] == [2.5]
    took = found["carnk_turn_seconds"].samples
    buckets = {s.labels["le"]: s.value for s in took if s.name.endswith("_bucket")}
    assert list(map(float, buckets)) == [*EDGES, float("inf")]
    assert list(buckets.values()) == [2, 3, 3, 3, 3, 3, 3, 4, 4, 5]
    assert {s.name: s.value for s in took if not s.labels} == {
        "carnk_turn_seconds_count": 5,
        "carnk_turn_seconds_sum": pytest.approx(1007.12),
    }


async def test_the_manual_explains_exactly_the_metrics_there_are(
    served: tuple[Health, str],
) -> None:
    """By the names one types into Prometheus: a counter's ends in _total."""
    manual = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    table = manual.partition("\n## Metrics\n")[2].partition("\n## ")[0]
    explained = re.findall(r"^\| `(\w+)` \|", table, re.M)
    assert sorted(explained) == sorted(_names((await metrics(served[1])).values()))


def _names(families: Iterable[Metric]) -> list[str]:
    return [one.name + ("_total" if one.type == "counter" else "") for one in families]
