"""The preview: one file with every screen, and what is to do about its words."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser

import aiohttp
import pytest

from bot.dialogue.screen import Screen
from bot.i18n.language import load_languages
from bot.i18n.problem import BrokenWords
from bot.i18n.text import text
from bot.settings import ROOT
from bot.translate.preview.drawing import body_html, draw
from bot.translate.preview.making import Preview, make
from bot.translate.preview.serving import Watched, serve
from bot.translate.tour import Stop
from bot.translate.watching import changes, stamp
from tests.translate.conftest import Desk

TODAY = date(2026, 11, 22)


@cache
def shipped() -> Preview:
    return make(ROOT / "locales", ROOT / "content", "zh_Hans", today=TODAY)


class Reader(HTMLParser):
    """What a browser would load, and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"src", "action", "data", "srcset"} or (name == "href" and tag == "link"):
                self.loads.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_file_needs_nothing_else() -> None:
    """No script, style, font or picture from anywhere: it can be sent by mail. Its own rules
    forbid the rest."""
    page = draw(shipped())
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert reader.loads == []
    assert "@import" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page
    assert "connect-src" not in page
    assert page.count('<figure class="phone" lang="zh-Hans"') > 350
    assert page.count('<figure class="phone" lang="en"') > 350


def test_what_is_to_do_stands_once_at_the_screen_where_it_is_met(
    desk: Desk, git: Callable[[], None]
) -> None:
    """Stale, broken and missing words, with the English that changed, word by word; and whatever a
    translator writes is shown as words, never as markup."""
    git()
    desk.english("menu.choose", "would you like", "do you wish")
    desk.runs("update")
    desk.edits(desk.content / "en" / "costs.yaml", ("no product is on sale", "nothing is on sale"))
    desk.edits(
        desk.catalog("zh_Hans"),
        ('msgstr "{part}/{parts}"', 'msgstr "{part}/{teile}"'),
        ("您好。", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("🏠 主菜单", "<img src=x>"),
    )
    preview = make(desk.locales, desk.content, "zh_Hans", today=TODAY)
    notes = {
        note.name: (one.stop.title, note)
        for one in preview.shown
        for note in one.notes
        if note.thing is not None
    }
    assert set(notes) == {"menu.choose", "costs", "page.part"}
    assert notes["menu.choose"][0] == "Menu"
    assert notes["costs"][0] == "costs 1/5"
    problems = [note for one in preview.shown for note in one.notes if note.problem is not None]
    assert {note.name for note in problems} == {"page.part", "button.menu"}
    assert not any(note.thing for note in problems)
    page = draw(preview)
    assert "What <del" not in page
    assert "<del>would</del><ins>do</ins>" in page
    assert "<del>no product</del><ins>nothing</ins>" in page
    assert "{teile} is not in the English" in page
    assert page.count('data-todo=""') == 4
    assert "&lt;script&gt;alert(1)" in page
    assert "<img" not in page


@pytest.mark.parametrize(
    ("telegram", "browser"),
    [
        ("a < b", None),
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        ("<b>x <i>y</i></b>z", "<b>x </b><b><i>y</i></b>z"),  # as TDLib cuts them
        ("<blockquote><b>a</b> b</blockquote>", "<blockquote><b>a</b> b</blockquote>"),
        ("😀<b>x</b>", "😀<b>x</b>"),
        ("a\n<blockquote>b</blockquote>\nc", "a<blockquote>b</blockquote>c"),
        ("<blockquote expandable>b</blockquote>", '<blockquote class="folded">b</blockquote>'),
        (
            '<a href="https://example.org/?a=1&amp;b=2">x</a>',
            '<a href="https://example.org/?a=1&amp;b=2" rel="noreferrer">x</a>',
        ),
        ("<tg-spoiler>x</tg-spoiler>", "<span>x</span>"),
    ],
)
def test_a_message_is_drawn_as_telegram_reads_it(telegram: str, browser: str | None) -> None:
    """Entities by their places in UTF-16; what Telegram refuses is not drawn at all."""
    if browser is None:
        with pytest.raises(ValueError, match="parse"):
            body_html(telegram)
    else:
        assert body_html(telegram) == browser


def test_a_pseudo_language_stands_beside_english(desk: Desk) -> None:
    """--pseudo needs no language; English alone has one phone a screen."""
    path = desk.root / "out.html"
    done = desk.runs("preview", "--pseudo", "rtl", "--out", str(path))
    assert done.exit_code == 0
    page = path.read_text("utf-8")
    assert 'lang="ar-XB" dir="rtl"' in page
    assert 'lang="en" dir="ltr"' in page
    [first, *_] = shipped().shown
    alone = replace(shipped(), shown=(replace(first, beside=None),), standing=None)
    assert draw(alone).count("<figure") == 1


def test_a_new_language_can_be_seen_before_a_word_of_it_is_written(desk: Desk) -> None:
    """Everything is English, marked as a draft, and everything is to do."""
    desk.runs("new-language", "ar")
    preview = make(desk.locales, desk.content, "ar", today=TODAY)
    assert "not finished" in preview.shown[0].stop.screen.body
    noted = {note.name for one in preview.shown for note in one.notes}
    noted |= {note.name for note in preview.elsewhere}
    assert {"menu.welcome", "costs", "form.questions.age", "R1", "desk.alarm"} <= noted


def test_the_command_writes_a_file(desk: Desk) -> None:
    """Named, or after the language; the only language need not be named."""
    path = desk.root / "out.html"
    done = desk.runs("preview", "--out", str(path))
    assert done.exit_code == 0
    assert "out.html is written" in done.output
    assert "简体中文 (zh_Hans)" in path.read_text("utf-8")
    assert "These are here" in desk.runs("preview", "xx").output
    done = desk.runs("preview", "--pseudo", "ids", "--out", str(desk.root / "no" / "p.html"))
    assert done.exit_code == 2
    assert "cannot be written" in done.output
    desk.runs("new-language", "ar")
    done = desk.runs("preview")
    assert done.exit_code == 2
    assert "Which language? These are here: ar, zh_Hans." in done.output


def small(desk: Desk) -> Preview:
    """A preview of one sentence, made of the files as they are."""
    language = load_languages(desk.locales)["zh_Hans"]
    shown = replace(
        shipped().shown[0],
        stop=Stop("Menu", "Menu", Screen(language.say(text("menu.choose")))),
    )
    return replace(shipped(), language=language, shown=(shown,))


async def test_the_page_follows_what_is_typed(desk: Desk) -> None:
    """A saved file is on the page at the next look; a broken one leaves the last page and says what
    is wrong; other names for this machine are refused."""

    def make_small() -> Preview:
        return small(desk)

    told: list[str] = []
    task = asyncio.create_task(serve(make_small, (desk.locales, desk.content), 0, told.append))
    async with asyncio.timeout(60), aiohttp.ClientSession() as browser:
        while not told:
            assert not task.done()
            await asyncio.sleep(0.05)
        found = re.search(r"http://\S+/", told[0])
        assert found is not None
        url = found[0]

        async def get(what: str) -> aiohttp.ClientResponse:
            answer = await browser.get(url + what)
            await answer.read()
            return answer

        async def state() -> tuple[int, list[str]]:
            answer = await (await get("state")).json()
            return answer["version"], answer["problems"]

        first, problems = await state()
        assert problems == []
        assert "connect-src 'self'" in await (await get("")).text()
        desk.edits(desk.catalog("zh_Hans"), ("您想了解什么？", "您想知道什么？"))
        while (await state())[0] == first:
            await asyncio.sleep(0.05)
        assert "您想知道什么？" in await (await get("")).text()
        desk.edits(desk.catalog("zh_Hans"), ('msgstr "您想知道什么？"', "msgstr “您想”"))
        while not (problems := (await state())[1]):
            await asyncio.sleep(0.05)
        assert "curly" in problems[0]
        assert "您想知道什么？" in await (await get("")).text()
        refused = await browser.get(url, headers={"Host": "evil.example:80"})
        assert refused.status == 403
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_words_that_are_broken_at_the_start_are_told_at_once(desk: Desk) -> None:
    """There is no page to show yet."""
    desk.edits(desk.catalog("zh_Hans"), ('msgid ""', "msgid “"))
    with pytest.raises(BrokenWords):
        await serve(lambda: make(desk.locales, desk.content, "zh_Hans"), (), 0, print)


async def test_a_taken_port_is_told() -> None:
    """As the command's sentence says, another one can be chosen."""
    first, second = Watched(lambda: None), Watched(lambda: None)  # type: ignore[arg-type, return-value]
    runner = await first.start(0)
    with pytest.raises(OSError):
        await second.start(first.port)
    await runner.cleanup()


async def test_a_change_is_noticed_once(desk: Desk) -> None:
    """New, changed and vanished files; nothing else."""
    seen = stamp(desk.locales, desk.content)
    assert stamp(desk.locales, desk.content) == seen
    noticed = changes(desk.locales)
    waiting = asyncio.ensure_future(anext(noticed))
    await asyncio.sleep(0)
    (desk.locales / "notes.txt").write_text("no words", "utf-8")
    desk.catalog("zh_Hans").unlink()
    async with asyncio.timeout(20):
        await waiting
    assert stamp(desk.locales, desk.content) != seen
