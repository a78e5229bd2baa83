"""A bot as the tutorials make it, for the bench to compare with: two calls a tap, nothing kept."""

import os
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from tests.bench.screens import BUTTONS, SCREENS, wanted

_KEYS = InlineKeyboardMarkup(
    [[InlineKeyboardButton(label, callback_data=data)] for label, data in BUTTONS]
)


async def start(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_chat is not None
    await update.effective_chat.send_message(
        SCREENS["limits"], parse_mode="HTML", reply_markup=_KEYS
    )


async def press(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer()
    words = wanted(query.data or "")
    await query.edit_message_text(words, parse_mode="HTML", reply_markup=_KEYS)


def main() -> None:
    """Runs until SIGTERM; settings as for the bot itself, by webhook if there is WEBHOOK_URL."""
    application = (
        Application.builder()
        .token(os.environ["BOT_TOKEN"])
        .base_url(f"{os.environ['BOT_API_URL']}/bot")
        .concurrent_updates(64)
        .build()
    )
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(press))
    webhook = os.environ.get("WEBHOOK_URL")
    if webhook is None:
        application.run_polling()
    else:
        application.run_webhook(
            port=int(os.environ["PORT"]),
            url_path=urlsplit(webhook).path.removeprefix("/"),
            webhook_url=webhook,
            secret_token=os.environ["WEBHOOK_SECRET"],
        )


if __name__ == "__main__":
    main()
