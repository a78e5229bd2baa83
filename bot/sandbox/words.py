"""The sandbox says what the files say now: who translates sees each change at the next tap."""

import asyncio
from collections.abc import Callable

from bot.app import App
from bot.i18n.problem import BrokenWords
from bot.translate.watching import changes
from bot.words import read_words


async def follow_files(app: App, tell: Callable[[str], None]) -> None:
    """Gives `app` its words anew whenever somebody has saved one of their files. Never ends.

    Where the files cannot be used, the bot goes on in the last words that could, and `tell` gets
    every problem.
    """
    locales, content = app.settings.locales_dir, app.settings.content_dir
    async for _ in changes(locales, content):
        try:
            words = await asyncio.to_thread(read_words, locales, content)
        except BrokenWords as broken:
            tell("\n".join(str(problem) for problem in broken.problems))
            tell("The words stay as they were until this is mended.")
            continue
        app.speak(words)
        tell("The words were read again.")
        await app.profile.publish()
