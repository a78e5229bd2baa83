"""Pictures: drawn beside the bot, readable on a phone, in every script the fonts have."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import get_args

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from bot.desk.figures import chart
from bot.desk.view import Figures
from bot.dialogue.chart import Bar, Chart, Panel
from bot.i18n.text import Label
from bot.pictures import paint as painting
from bot.pictures.draw import WIDTH, draw
from bot.pictures.letters import FONTS, Weight, characters, font_file, missing
from bot.pictures.paint import NotPainted, paint
from tests.desk.cases import NOW
from tests.dialogue.words import words
from tests.test_house import imports, modules

FIGURES = Figures(
    NOW,
    5,
    0,
    0,
    0,
    tuple(timedelta(hours=hours) for hours in (1, 2, 13, 25)),
    {"en": (3, 2, 1), "zh_Hans": (2, 1, 0)},
)


def sheet(language: str = "en") -> Chart:
    made = chart(FIGURES, words().languages[language])
    assert made is not None
    return made


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def one_bar(**told: object) -> Chart:
    """A picture with a single bar, which is as `told`."""
    bar = Bar(Label("a bar"), Label("7"), 1, 2)
    panel = Panel(Label("a panel"), (replace(bar, **told),))  # type: ignore[arg-type]
    return Chart(Label("a title"), Label("a note"), (panel,))


def share_of(colour: tuple[int, int, int], image: Image.Image) -> float:
    """How much of a picture is nearly of a colour."""
    red, green, blue = (
        band.point([255 * (abs(value - wanted) < 24) for value in range(256)])
        for band, wanted in zip(image.split(), colour, strict=True)
    )
    near = ImageChops.multiply(ImageChops.multiply(red, green), blue)
    return near.histogram()[255] / (image.width * image.height)


COOL, WARM = (0x24, 0x64, 0xB0), (0xC2, 0x50, 0x0F)


async def test_a_picture_is_drawn_by_a_process_of_its_own() -> None:
    """What comes back is what drawing here gives, to the byte."""
    assert await paint(sheet()) == draw(sheet())


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_the_picture_is_as_wide_as_a_phone_and_not_too_heavy(language: str) -> None:
    """Three pixels for each of 360, under 60 kB."""
    made = draw(sheet(language))
    image = opened(made)
    assert image.width == WIDTH == 3 * 360
    assert WIDTH / 2 < image.height < 3 * WIDTH
    assert len(made) < 60_000


def test_a_bar_is_as_long_as_its_part() -> None:
    """Half of the room for one of two, all of it for two of two; none for nothing."""
    half, full, none = (
        share_of(COOL, opened(draw(one_bar(part=part, shown=Label(" "))))) for part in (1, 2, 0)
    )
    assert none == 0
    assert 1.9 < full / half < 2.1


def test_what_stands_out_is_of_another_colour() -> None:
    """Late answers are warm, and only they."""
    assert share_of(WARM, opened(draw(one_bar(warm=True)))) > 0.02
    assert share_of(WARM, opened(draw(one_bar()))) == 0


def test_long_words_are_broken_and_none_is_cut_off() -> None:
    """The picture grows; its margins stay empty, whatever the language."""
    for long in ("very long words " * 12, "很长的文字" * 30, "x" * 150):
        made = opened(draw(one_bar(label=Label(long), shown=Label(long))))
        short = opened(draw(one_bar()))
        assert made.height > short.height + 200
        edge = made.crop((WIDTH - 40, 0, WIDTH, made.height))
        assert edge.getextrema() == ((255, 255), (255, 255), (255, 255))


async def test_a_letter_that_the_fonts_lack_is_told_and_not_drawn_as_a_box() -> None:
    """Another script: the words must do, until there is a font for it."""
    assert missing("First 首次 — äéЖΩ 48 %") == ""
    assert missing("مريم and 🙂") == "رمي🙂"
    with pytest.raises(NotPainted, match="lack a letter"):
        await paint(one_bar(label=Label("مريم")))


async def test_a_drawing_that_fails_or_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """No words of the picture stand in the reason; nothing is left running."""
    with pytest.raises(NotPainted, match="the drawing failed"):
        await paint(one_bar(whole=0))
    monkeypatch.setattr(painting, "SECONDS", 0.0)
    with pytest.raises(NotPainted, match="too long"):
        await paint(one_bar())
    monkeypatch.setattr(painting, "SECONDS", 20.0)
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(NotPainted, match="no process could be started"):
        await paint(one_bar())


def test_only_the_process_that_draws_loads_what_draws() -> None:
    """The bot stays small: in it nothing imports Pillow, or what does."""
    loading = {
        name for name, path in modules() if any(one.startswith("PIL") for one in imports(path))
    }
    assert loading == {"bot.pictures.draw"}
    asking = {name for name, path in modules() if "bot.pictures.draw" in imports(path)}
    assert asking == {"bot.pictures.__main__"}


# ── the fonts ───────────────────────────────────────────────────────────────────────────────────


def test_the_fonts_have_what_their_list_says() -> None:
    """Both weights, every character; and their licence lies beside them."""
    for weight in get_args(Weight):
        font = ImageFont.truetype(font_file(weight), 16)

        def drawn(one: str, font: ImageFont.FreeTypeFont = font) -> bytes:
            image = Image.new("L", (24, 24))
            ImageDraw.Draw(image).text((0, 0), one, 255, font)
            return image.tobytes()

        box = drawn("\U0010fffe")
        assert any(box)
        assert [one for one in sorted(characters()) if drawn(one) == box] == []
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_every_sentence_of_a_picture_can_be_drawn() -> None:
    """If not: `python -m tests.pictures.subset` (its first lines say how)."""
    for language in words().languages.values():
        names = "".join(language.name_of(one) for one in words().languages)
        said = "".join(
            "".join(message.forms)
            for id, message in language.messages.items()
            if id.startswith("label.chart.")
        )
        assert missing(names + said) == "", language.code
