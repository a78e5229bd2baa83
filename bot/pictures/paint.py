"""Asks for a picture and waits for it, while the bot goes on."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from bot.dialogue.chart import Chart
from bot.pictures.letters import missing

SECONDS = 20.0
"""How long a picture may take; usual is half a second."""

_HOME = Path(__file__).parents[2]
_PNG = b"\x89PNG\r\n\x1a\n"


class NotPainted(Exception):  # noqa: N818 - the name says what is not there
    """There is no picture; its words must do. The text says why, and nothing of what it shows."""


async def paint(chart: Chart) -> bytes:
    """The chart as PNG, drawn by a process of its own. Raises NotPainted."""
    if missing(_words(chart)):
        raise NotPainted("the fonts lack a letter of it")
    try:
        made = await asyncio.wait_for(_drawn(json.dumps(asdict(chart)).encode()), SECONDS)
    except TimeoutError:
        raise NotPainted("it took too long") from None
    except OSError as error:
        raise NotPainted(f"no process could be started ({type(error).__name__})") from None
    if not made.startswith(_PNG):
        raise NotPainted("the drawing failed")
    return made


def _words(chart: Chart) -> str:
    bars = (bar for panel in chart.panels for bar in panel.bars)
    said = [chart.title, chart.note, *(panel.title for panel in chart.panels)]
    return "".join([*said, *(bar.label + bar.shown for bar in bars)])


async def _drawn(told: bytes) -> bytes:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.pictures",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": str(_HOME)},  # and no token or key of ours
    )
    try:
        made, _ = await child.communicate(told)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return made
