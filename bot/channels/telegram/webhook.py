"""The webhook's other end: tells Telegram where to deliver, and looks whether it can."""

import asyncio
import logging
import time

from telegram import WebhookInfo
from telegram.error import TelegramError

from bot.channels.telegram.client import Client
from bot.channels.telegram.read import ALLOWED
from bot.health import Part

log = logging.getLogger(__name__)

CONNECTIONS = 40
"""Deliveries Telegram may make at the same time (Bot API, setWebhook, max_connections)."""

LOOK_SECONDS = 60.0
"""How often the state of the webhook is looked at."""

LOOK_AGAIN_SECONDS = 10.0
"""How soon once more, when something was wrong."""

RECENT_SECONDS = 300
"""A failed delivery is trouble while it is this young and updates are waiting."""


async def set_webhook(client: Client, url: str, secret: str) -> None:
    """From now on Telegram delivers to `url`. What waits there is kept.

    Raises telegram.error.TelegramError.
    """
    await client.set_webhook(
        url,
        secret_token=secret,
        allowed_updates=list(ALLOWED),
        max_connections=CONNECTIONS,
        drop_pending_updates=False,
    )


async def watch(client: Client, url: str, secret: str, intake: Part) -> None:
    """Goes on until it is cancelled: who takes the webhook away is noticed, and it is set again."""
    while True:
        try:
            info = await client.get_webhook_info()
            trouble = _trouble(info, url, time.time())
            if info.url != url:
                log.error(
                    "the webhook was changed by somebody else (a second instance with the same "
                    "token?): set again"
                )
                await set_webhook(client, url, secret)
        except TelegramError as error:
            trouble = f"Telegram cannot be reached ({type(error).__name__})"
        if trouble is None:
            intake.works()
        else:
            intake.fails(trouble)
        await asyncio.sleep(LOOK_SECONDS if trouble is None else LOOK_AGAIN_SECONDS)


def _trouble(info: WebhookInfo, url: str, now: float) -> str | None:
    """Why updates do not come in, None when they do. Telegram's words name no person."""
    if info.url != url:
        return "another instance with the same token has changed the webhook"
    failed = info.last_error_date
    if info.pending_update_count and failed and now - failed.timestamp() < RECENT_SECONDS:
        return f"Telegram cannot deliver: {info.last_error_message}"
    return None
