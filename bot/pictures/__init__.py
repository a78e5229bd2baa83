"""Pictures: what Talk describes (dialogue/chart.py), drawn as PNG with fonts of our own.

    paint.py     asks for a picture, and waits for it beside everything else
    __main__.py  the short-lived process that draws one: `python -m bot.pictures`
    draw.py      where each bar and word goes
    letters.py   which characters the fonts have
    fonts/       Noto Sans CJK SC, cut to those (its licence beside it)

Drawing costs 20 MB, so a process that ends does it, and the bot stays small.
"""
