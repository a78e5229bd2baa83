"""Long polling: asks for updates, hands them over, and only then lets Telegram forget them."""

import asyncio
import logging
from functools import partial

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.client import POLL_SECONDS, Client
from bot.channels.telegram.pacing import seconds
from bot.channels.telegram.patience import patiently
from bot.channels.telegram.receive import Receiver
from bot.health import Part

log = logging.getLogger(__name__)

CONFLICT_SECONDS = 5.0
"""Before asking again after a 409: two instances that both insist would only disturb each other."""

REVOKED_SECONDS = 15.0
"""Before asking again after a 401: somebody has to act first."""


async def poll(client: Client, receiver: Receiver, intake: Part) -> None:
    """Goes on until it is cancelled, whatever Telegram answers.

    The offset is never stored: after a week of silence Telegram numbers anew, from anywhere.
    """
    offset: int | None = None
    failures = repeats = 0
    wait = POLL_SECONDS
    while True:
        await receiver.room()
        try:
            updates = await client.raw_updates(offset, wait)
        except TelegramError as error:
            failures += 1
            # A poll that is held says nothing of Telegram being back, one answered at once does.
            # (After a 409 it would only say that the other instance rests for a moment.)
            wait = POLL_SECONDS if isinstance(error, Conflict) else 0
            await asyncio.sleep(_pause(error, failures, intake))
            continue
        failures, wait = 0, POLL_SECONDS
        intake.works()
        if updates:
            fresh = await patiently(partial(receiver.take, updates))
            offset = max(raw["update_id"] for raw in updates) + 1
            repeats = 0 if fresh else repeats + 1
            if repeats > 1:
                # Telegram does not take the confirmation; it would answer at once, for ever.
                log.warning("Telegram repeats updates that were confirmed")
                await asyncio.sleep(min(0.1 * 2 ** min(repeats, 6), 5.0))


def _pause(error: TelegramError, failures: int, intake: Part) -> float:
    """Seconds before the next getUpdates. The first failure is normal: connections are closed
    after about 40 s by Telegram's front ends."""
    if isinstance(error, RetryAfter):
        intake.fails("Telegram asks for a pause (429)")
        # Asking once a minute does no harm; being deaf for long does.
        return min(seconds(error), 60.0)
    if isinstance(error, Conflict):
        # python-telegram-bot keeps Telegram's own words, which name no one.
        hooked = "webhook" in error.message.lower()
        reason = "a webhook is set" if hooked else "another instance is polling"
        intake.fails(f"{reason} with the same token (409)")
        if failures % 12 == 1:
            log.error("%s with the same token (409): stop one of the two", reason)
        return CONFLICT_SECONDS
    if isinstance(error, InvalidToken):
        intake.fails("Telegram does not know the token any more (401)")
        if failures % 20 == 1:
            log.error("Telegram does not know this BOT_TOKEN any more; asking again")
        return REVOKED_SECONDS
    if failures == 1:
        return 0.0
    intake.fails(f"Telegram cannot be reached ({type(error).__name__})")
    log.warning("Telegram cannot be reached (%s), attempt %d", type(error).__name__, failures)
    return float(min(0.2 * 2 ** min(failures, 10), 30.0))
