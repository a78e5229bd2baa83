"""Long polling: asks for updates, hands them over, and only then lets Telegram forget them."""

import asyncio
import logging
from functools import partial

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.client import Client
from bot.channels.telegram.pacing import seconds
from bot.channels.telegram.receive import Receiver, patiently
from bot.health import Part

log = logging.getLogger(__name__)


async def poll(client: Client, receiver: Receiver, intake: Part) -> None:
    """Goes on until it is cancelled, whatever Telegram answers.

    The offset is never stored: after a week of silence Telegram numbers anew, from anywhere.
    """
    offset: int | None = None
    failures = 0
    while True:
        await receiver.room()
        try:
            updates = await client.raw_updates(offset)
        except TelegramError as error:
            failures += 1
            await asyncio.sleep(_pause(error, failures, intake))
            continue
        failures = 0
        intake.works()
        if updates:
            await patiently(partial(receiver.take, updates))
            offset = max(raw["update_id"] for raw in updates) + 1


def _pause(error: TelegramError, failures: int, intake: Part) -> float:
    """Seconds before the next getUpdates. The first failure is normal: connections are closed
    after about 40 s by Telegram's front ends."""
    if isinstance(error, RetryAfter):
        intake.fails("Telegram asks for a pause (429)")
        # Asking once a minute does no harm; being deaf for long does.
        return min(seconds(error), 60.0)
    if isinstance(error, Conflict):
        # python-telegram-bot keeps Telegram's own words, which name no one.
        reason = "a webhook is set" if "webhook" in error.message else "another instance is polling"
        intake.fails(f"{reason} with the same token (409)")
        if failures % 12 == 1:
            log.error("%s with the same token (409): stop one of the two", reason)
        return 5.0
    if isinstance(error, InvalidToken):
        intake.fails("Telegram does not know the token any more (401)")
        if failures % 20 == 1:
            log.error("Telegram does not know this BOT_TOKEN any more; asking again")
        return 15.0
    if failures == 1:
        return 0.0
    intake.fails(f"Telegram cannot be reached ({type(error).__name__})")
    log.warning("Telegram cannot be reached (%s), attempt %d", type(error).__name__, failures)
    return float(min(0.2 * 2 ** min(failures, 10), 30.0))
