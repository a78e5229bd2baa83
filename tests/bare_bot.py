"""A bot as the tutorials make it, for the bench to compare with: two calls a tap, nothing kept."""

import os

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

_WORDS = ("<b>Costs</b>\n\n" + "Words that fill a screen on a phone. " * 30, "<b>Limits</b>")
_KEYS = InlineKeyboardMarkup(
    [[InlineKeyboardButton(f"Button {n}", callback_data=f"v1:en:page{n}")] for n in range(5)]
)


async def start(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_chat is not None
    await update.effective_chat.send_message(_WORDS[1], parse_mode="HTML", reply_markup=_KEYS)


async def press(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer()
    words = _WORDS["costs" not in (query.data or "")]
    await query.edit_message_text(words, parse_mode="HTML", reply_markup=_KEYS)


def main() -> None:
    """Runs until SIGTERM; BOT_TOKEN and BOT_API_URL as for the bot itself."""
    application = (
        Application.builder()
        .token(os.environ["BOT_TOKEN"])
        .base_url(f"{os.environ['BOT_API_URL']}/bot")
        .concurrent_updates(64)
        .build()
    )
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(press))
    application.run_polling()


if __name__ == "__main__":
    main()
