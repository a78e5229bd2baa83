"""Somebody translates beside the sandbox: what is saved is said at the next tap."""

import asyncio
import shutil
from pathlib import Path

from bot.app import make_app
from bot.sandbox.command import open_for_consultations
from bot.sandbox.server import Sandbox
from bot.sandbox.words import follow_files
from bot.settings import ROOT, Settings
from tests.journeys.beside import arrivals, until
from tests.journeys.test_desk import Clinic
from tests.people import Page


def edit(path: Path, old: str, new: str) -> None:
    raw = path.read_text("utf-8")
    assert old in raw
    path.write_text(raw.replace(old, new, 1), "utf-8")


async def test_saved_words_are_said_at_the_next_tap(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    """A sentence and a page change while the bot runs; a broken file is told, and the bot goes on
    in the last words that could be used; the staff's cards and the command list follow too."""
    for name in ("locales", "content"):
        shutil.copytree(ROOT / name, tmp_path / name)
    locales, content = tmp_path / "locales", tmp_path / "content"
    settings = open_for_consultations(settings).model_copy(
        update={"locales_dir": locales, "content_dir": content}
    )
    chinese = locales / "zh_Hans" / "LC_MESSAGES" / "messages.po"
    english = locales / "en" / "LC_MESSAGES" / "messages.po"
    app, stop, told = make_app(settings), asyncio.Event(), list[str]()
    running = asyncio.create_task(app.run(stop))
    following = asyncio.create_task(follow_files(app, told.append))
    try:
        await until(lambda: arrivals(sandbox), "the bot")
        async with Page(sandbox.url) as page:
            fang = await page.patient("Fang", "zh-hans")
            await fang.says("/start")
            await fang.sees("您想了解什么？")
            edit(chinese, "您想了解什么？", "您想知道什么？")
            edit(chinese, 'msgstr "所有主题"', 'msgstr "全部主题"')
            edit(english, 'msgstr "<b>Case {ref}</b>', 'msgstr "<b>Request {ref}</b>')
            edit(content / "en" / "templates.yaml", "Closing words", "Last words")
            edit(content / "zh_Hans" / "costs.yaml", "费用情况", "费用的情况")
            await until(lambda: "费用的情况" in str(app.words.library.pages["zh_Hans"]), "the page")
            await fang.says("/menu")
            await fang.sees("您想知道什么？")
            await fang.taps("费用")
            await fang.sees("费用的情况")
            clinic = Clinic(app, page, await page.staff("Anna"), await page.staff("Tom"))
            await clinic.admits("Maria", "BB3BB")
            card = await clinic.anna.sees("Request BB3BB", topic=await clinic.topic("BB3BB"))
            await clinic.anna.presses(card, "Templates")
            offered = await clinic.anna.sees("Which answer", topic=await clinic.topic("BB3BB"))
            assert "Last words" in str(offered["inline_keyboard"])
            set_ = sandbox.faults.calls_of
            await until(lambda: "全部主题" in str(set_("setMyCommands")[-1].params), "commands")
            told.clear()
            edit(chinese, 'msgstr "您想知道什么？"', "msgstr “您想知道什么？”")
            await until(lambda: len(told) > 1, "the problem")
            assert "zh_Hans/LC_MESSAGES/messages.po:" in told[0]
            assert "curly" in told[0]
            assert "stay as they were" in told[1]
            await fang.taps("主菜单")
            await fang.sees("您想知道什么？")
    finally:
        following.cancel()
        stop.set()
        await asyncio.wait_for(running, 20)
