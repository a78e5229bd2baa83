"""Keyboards below a message: what Telegram accepts, and its words for what it does not.

Sources: Bot API (InlineKeyboardMarkup), tdlib/telegram-bot-api Client.cpp (get_reply_markup).
"""

import re
from typing import Any

from bot.i18n.entities import units
from bot.i18n.links import WrongLink, check_link
from bot.sandbox.model import Json
from bot.sandbox.rules import bad, stricter

CALLBACK_BYTES = 64
ROW_BUTTONS = 8
KEYBOARD_BUTTONS = 100
COPY_UNITS = 256
PLACEHOLDER_UNITS = 64
URL_LENGTH = 2048

_REAL_HOST = re.compile(
    r"(?:tg|ton|tonsite)://|https?://(?:[^/@]*@)?"
    r"(?:[0-9]+(?:\.[0-9]+){3}|\[[^/]*\]|[^/:]*\.[^/:.0-9]{2,}|[^/:]*\.xn--[a-z0-9-]+)[:/]"
)

_ACTIONS = (
    "url",
    "callback_data",
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)
_BUTTON = frozenset({"text", "style", "icon_custom_emoji_id", "disabled", *_ACTIONS})
_USUAL = frozenset({"text", "callback_data"})
_MARKUP = {
    "inline_keyboard": frozenset({"inline_keyboard", "force_reply"}),
    "keyboard": frozenset(
        {
            "keyboard",
            "is_persistent",
            "resize_keyboard",
            "one_time_keyboard",
            "input_field_placeholder",
            "selective",
            "force_reply",
        }
    ),
    "remove_keyboard": frozenset({"remove_keyboard", "selective"}),
    "force_reply": frozenset({"force_reply", "input_field_placeholder", "selective"}),
}


def inline_keyboard(markup: Any) -> tuple[list[list[Json]] | None, bool]:
    """(the rows of an inline keyboard or None, True if it is another kind of markup)."""
    if not markup:
        return None, False
    if not isinstance(markup, dict):
        raise bad("Object expected as reply markup")
    kind = next((kind for kind in _MARKUP if kind in markup), None)
    unknown = sorted(set(markup) - _MARKUP.get(kind or "", frozenset()))
    if unknown:
        raise stricter(f'unknown field "{unknown[0]}" of the reply markup')
    if kind != "inline_keyboard":
        if units(str(markup.get("input_field_placeholder") or "")) > PLACEHOLDER_UNITS:
            raise bad("INPUT_PLACEHOLDER_TOO_LONG")
        return None, kind is not None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    checked = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, checked)) > KEYBOARD_BUTTONS:
        raise bad("reply markup is too long")
    if any(len(row) > ROW_BUTTONS for row in checked):
        raise stricter(f"more than {ROW_BUTTONS} buttons in a row")
    return checked or None, False


def _button(given: Any) -> Json:
    if not isinstance(given, dict):
        raise bad("Can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = given.get("text")
    if not isinstance(text, str):
        raise bad("Can't parse inline keyboard button: Can't find field \"text\"")
    if not text.strip():
        raise bad("BUTTON_TEXT_INVALID")
    if given.keys() == _USUAL:
        _callback_data(given["callback_data"])
        return given
    if not given.keys() <= _BUTTON:
        unknown = sorted(given.keys() - _BUTTON)[0]
        raise stricter(f'unknown field "{unknown}" of an inline keyboard button')
    actions = [action for action in _ACTIONS if given.get(action) is not None]
    if not actions:
        raise bad(
            "Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise stricter("an inline keyboard button with more than one action")
    if str(given.get("style", "primary")) not in {"primary", "success", "danger"}:
        raise bad("Can't parse inline keyboard button: Unsupported button style specified")
    match actions[0]:
        case "url":
            return {**given, "url": _button_url(given["url"])}
        case "callback_data":
            _callback_data(given["callback_data"])
        case "copy_text":
            _copy_text(given["copy_text"])
        case _:
            pass
    return given


def _callback_data(data: Any) -> None:
    if not isinstance(data, str) or not data:
        raise bad("BUTTON_DATA_INVALID")
    if len(data) * 4 > CALLBACK_BYTES and len(data.encode("utf-8", "replace")) > CALLBACK_BYTES:
        raise bad("BUTTON_DATA_INVALID")


def _button_url(url: Any) -> str:
    try:
        kept = check_link(str(url))
    except WrongLink as error:
        raise bad(f"Inline keyboard button URL '{url}' is invalid: {error}") from error
    if len(kept) > URL_LENGTH or not _REAL_HOST.match(kept):
        raise bad("BUTTON_URL_INVALID")
    return kept


def _copy_text(given: Any) -> None:
    text = given.get("text") if isinstance(given, dict) else None
    if not isinstance(text, str) or not 1 <= units(text) <= COPY_UNITS:
        raise bad("BUTTON_COPY_TEXT_INVALID")
