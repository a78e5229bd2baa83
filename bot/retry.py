"""Trying again, with pauses that grow and are jittered."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential_jitter

T = TypeVar("T")


async def until_done(
    call: Callable[[], Awaitable[T]],
    again: Callable[[BaseException], bool],
    failed: Callable[[BaseException], None],
    *,
    first: float,
    most: float,
) -> T:
    """Makes a call until it succeeds, or fails in a way that `again` says no to.

    `failed` is told of each failure that is tried again; the pauses grow from about `first` to
    `most` seconds.
    """
    try:
        # Nearly every call succeeds at once, and then the machinery below would cost as much as
        # the call.
        return await call()
    except Exception as error:
        if not again(error):
            raise
        failed(error)

    def tell(state: RetryCallState) -> None:
        if state.outcome is not None and (error := state.outcome.exception()) is not None:
            failed(error)

    wait = wait_exponential_jitter(multiplier=first, max=most, jitter=first)
    retrying = AsyncRetrying(
        retry=retry_if_exception(again), wait=wait, before_sleep=tell, reraise=True
    )
    await asyncio.sleep(first)
    async for attempt in retrying:
        with attempt:
            return await call()
    raise AssertionError("the loop above ends by return or raise")
