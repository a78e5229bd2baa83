"""What the bare bots show: two screens of the size of this bot's own, five buttons each."""

import json

_POINTS = (
    "A point of a list, in words that a person can read on a phone while waiting somewhere.",
    "A second one, which is about as long, because screens are made of what needs saying.",
    "And a third, with <b>a word in bold</b>, as every screen has a few of those.",
)


def _screen(title: str) -> str:
    lists = "\n\n".join(
        f"<b>{head}</b>\n" + "\n".join(f"• {point}" for point in _POINTS)
        for head in ("What is known", "What is not known", "What you can do")
    )
    quote = "Standing lines that belong below every page, about as long as three lines are. " * 3
    sources = "\n".join(f"• A source and the others who wrote it, {year}" for year in range(6))
    return (
        f"<b>{title}</b>\n\n{lists}\n\n<blockquote>{quote}</blockquote>\n\n"
        f"<blockquote expandable><b>Sources</b>\n{sources}</blockquote>"
    )


SCREENS = {"costs": _screen("What it costs"), "limits": _screen("Limits and open questions")}
"""Place -> HTML of about 1,700 characters, as this bot's pages of these names."""

BUTTONS = [(f"Button {number}", f"v1:en:page{number}") for number in range(5)]
"""Label and callback data, one button a row."""

KEYBOARD = json.dumps(
    {"inline_keyboard": [[{"text": label, "callback_data": data}] for label, data in BUTTONS]}
)
"""The same as the Bot API takes it."""


def wanted(data: str) -> str:
    """The screen that a press asks for: `v1:en:costs` or `v1:en:limits`."""
    return SCREENS["costs" if "costs" in data else "limits"]
