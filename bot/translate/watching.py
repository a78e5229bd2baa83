"""Notices that somebody has saved a file of words."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

EVERY = 0.3
"""Seconds between two looks; looking at all files takes about a thousandth of one."""


def stamp(*folders: Path) -> frozenset[tuple[str, int, int]]:
    """What all files below the folders are like: path, time of the last change, bytes."""
    found = set()
    for folder in folders:
        for path in folder.rglob("*"):
            try:
                about = path.stat()
            except OSError:  # an editor that saves by renaming took it away just now
                continue
            if path.suffix in (".po", ".yaml"):
                found.add((str(path), about.st_mtime_ns, about.st_size))
    return frozenset(found)


async def changes(*folders: Path) -> AsyncIterator[None]:
    """Once for each time that something below the folders has changed. Never ends."""
    seen = stamp(*folders)
    while True:
        await asyncio.sleep(EVERY)
        now = stamp(*folders)
        if now != seen:
            seen = now
            yield
