"""`python -m bot.pictures`: a chart comes in (JSON), a picture goes out (PNG), and that is all."""

import json
import sys

from bot.dialogue.chart import Bar, Chart, Panel
from bot.pictures.draw import draw


def read(raw: bytes) -> Chart:
    """The chart that `dataclasses.asdict` and `json` made `raw` of."""
    told = json.loads(raw)
    panels = tuple(
        Panel(one["title"], tuple(Bar(**bar) for bar in one["bars"]), one["track"])
        for one in told["panels"]
    )
    return Chart(told["title"], told["note"], panels)


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(read(sys.stdin.buffer.read())))
