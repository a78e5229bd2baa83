"""Lanes: order for each, nobody waits for another, and nothing that goes wrong stays in the way."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.lanes import Lanes

STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), min_size=1, max_size=40
)
"""(key, how often the work lets others run, whether it breaks its promise and raises)."""


def marking(done: list[int], number: int, steps: int, fails: bool) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        for _ in range(steps):
            await asyncio.sleep(0)
        done.append(number)
        if fails:
            raise ValueError("PLANTED")

    return work


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_every_lane_keeps_its_order_whatever_goes_wrong_in_it(
    steps: list[tuple[int, int, bool]],
) -> None:
    """All work is done once, in each lane in the order it came; nothing is left behind."""

    async def story() -> None:
        lanes = Lanes(full=5)
        done: dict[int, list[int]] = defaultdict(list)
        pushed: dict[int, list[int]] = defaultdict(list)
        for number, (key, pauses, fails) in enumerate(steps):
            await lanes.room()
            assert lanes.push(key, marking(done[key], number, pauses, fails))
            pushed[key].append(number)
            assert lanes.pending <= 5
        assert await lanes.drain(5)
        assert done == pushed
        assert lanes.pending == 0
        assert vars(lanes)["_lanes"] == {}
        await lanes.room()

    logging.disable(logging.ERROR)
    try:
        asyncio.run(story())
    finally:
        logging.disable(logging.NOTSET)


async def test_one_lane_that_stands_still_stops_no_other() -> None:
    """While one lane waits for ever, the others work."""
    lanes, done = Lanes(), list[int]()
    never = asyncio.Event()

    async def wait() -> None:
        await never.wait()

    lanes.push(1, wait)
    lanes.push(1, marking(done, 1, 0, False))
    lanes.push(2, marking(done, 2, 0, False))
    while not done:
        await asyncio.sleep(0)
    assert done == [2]
    never.set()
    assert await lanes.drain(1)
    assert done == [2, 1]


async def test_a_lane_takes_only_so_much() -> None:
    """One key that is fed faster than it drains is refused, and leaves room to all others."""
    lanes, done = Lanes(full=50), list[int]()
    taken = [lanes.push(7, marking(done, number, 1, False), most=10) for number in range(100)]
    assert taken == [True] * 10 + [False] * 90
    assert lanes.push(8, marking(done, 1000, 0, False))
    async with asyncio.timeout(1):
        await lanes.room()
    assert await lanes.drain(1)
    assert sorted(done) == [*range(10), 1000]


async def test_what_cuts_in_is_done_before_all_that_waits() -> None:
    """However full the lane is; and where nothing waits, at once. It counts like other work."""
    lanes, done = Lanes(full=4), list[int]()
    taken = [lanes.push(7, marking(done, number, 1, False), most=2) for number in range(3)]
    assert taken == [True, True, False]
    lanes.cut_in(7, marking(done, 100, 1, True))
    lanes.cut_in(8, marking(done, 200, 9, False))
    assert lanes.pending == 4
    assert lanes.full
    assert lanes.busy(7)
    assert lanes.busy(8)
    assert not lanes.busy(9)
    assert await lanes.drain(5)
    assert done == [100, 0, 1, 200]
    assert lanes.pending == 0
    assert not lanes.full
    assert not lanes.busy(7)


async def test_how_long_the_oldest_work_has_been_under_way_is_known() -> None:
    """What waits behind it does not count, nor does what is done."""
    lanes, gate = Lanes(), asyncio.Event()
    assert lanes.oldest() == 0.0

    async def through() -> None:
        await gate.wait()

    lanes.push(1, through)
    await asyncio.sleep(0.05)
    lanes.push(1, marking([], 1, 0, False))
    lanes.push(2, marking([], 1, 0, False))
    await asyncio.sleep(0)
    assert lanes.oldest() >= 0.05
    # What is held up on purpose begins when it may go, and until then it is not old at all.
    assert lanes.oldest(lambda key: time.monotonic() + 100) == 0.0
    assert lanes.oldest(lambda key: time.monotonic() - 100) >= 0.05
    assert lanes.oldest(lambda key: float("-inf")) >= 0.05
    gate.set()
    assert await lanes.drain(5)
    assert lanes.oldest() == 0.0


async def test_a_source_waits_while_everything_is_full() -> None:
    """`room` returns as soon as one piece of work has ended, not before."""
    lanes = Lanes(full=2)
    gates = [asyncio.Event() for _ in range(2)]

    async def through(gate: asyncio.Event) -> None:
        await gate.wait()

    for key, gate in enumerate(gates):
        lanes.push(key, lambda gate=gate: through(gate))  # type: ignore[misc] # bound in the loop
    waiting = asyncio.create_task(lanes.room())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    gates[1].set()
    async with asyncio.timeout(1):
        await waiting
    gates[0].set()
    assert await lanes.drain(1)


async def test_what_is_not_done_in_time_is_cancelled() -> None:
    """A drain ends on time, says that work was left, and none of it runs on."""
    lanes, done = Lanes(), list[int]()
    ended = asyncio.Event()

    async def slow() -> None:
        try:
            await asyncio.sleep(30)
        finally:
            ended.set()

    lanes.push(1, slow)
    lanes.push(1, marking(done, 1, 0, False))
    lanes.push(2, marking(done, 2, 0, False))
    assert not await lanes.drain(0.05)
    assert ended.is_set()
    assert done == [2]


async def test_work_that_raises_is_named_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The kind of the error is logged; its text, which may be a person's, is not."""
    lanes = Lanes()
    lanes.push(1, marking([], 1, 0, True))
    assert await lanes.drain(1)
    assert "ValueError" in caplog.text
    assert "PLANTED" not in caplog.text
    assert "Traceback" not in caplog.text
