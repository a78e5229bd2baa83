"""Draws a chart for a phone: at 360 pixels its smallest words are as high as those of a chat."""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bot.dialogue.chart import Bar, Chart, Panel
from bot.pictures.letters import Weight, font_file

WIDTH = 1080
"""Pixels: three for each of a small phone's."""

_MARGIN, _GAP, _BAR = 64, 44, 44
_TITLE, _HEADING, _WORDS = 66, 50, 45
_PAPER, _INK, _QUIET, _TRACK = "#ffffff", "#16202b", "#51606f", "#dfe6ee"
_COOL, _WARM = "#2464b0", "#c2500f"
"""Told apart by people who do not see red and green apart, and in grey."""


def draw(chart: Chart) -> bytes:
    """The picture as PNG, WIDTH pixels wide and as high as it needs to be."""
    height = _Sheet(Image.new("RGB", (1, 1))).chart(chart)
    image = Image.new("RGB", (WIDTH, height), _PAPER)
    _Sheet(image).chart(chart)
    made = BytesIO()
    # A few colours and their edges: a palette is a third of the size, and looks the same.
    image.quantize(64).save(made, "PNG", optimize=True)
    return made.getvalue()


class _Sheet:
    """Writes from the top down; `y` is where the next line begins. What lies outside the image is
    left out, so a sheet of one pixel measures."""

    def __init__(self, image: Image.Image) -> None:
        self.draw = ImageDraw.Draw(image)
        self.y = _MARGIN

    def chart(self, chart: Chart) -> int:
        """The height that it takes."""
        self.words(chart.title, _TITLE, "Bold", _INK)
        self.words(chart.note, _WORDS, "Regular", _QUIET)
        for panel in chart.panels:
            self.panel(panel)
        return self.y + _MARGIN

    def panel(self, panel: Panel) -> None:
        self.y += _GAP
        self.words(panel.title, _HEADING, "Bold", _INK)
        for bar in panel.bars:
            self.bar(bar, track=panel.track)

    def bar(self, bar: Bar, *, track: bool) -> None:
        """Its label and what it shows on one line, or on two where they are long; below, itself."""
        self.y += _GAP // 2
        shown = _font(_WORDS, "Bold")
        room = WIDTH - 2 * _MARGIN
        beside = _font(_WORDS, "Regular").getlength(bar.label) + shown.getlength(bar.shown)
        top = self.y
        self.words(bar.label, _WORDS, "Regular", _INK)
        if beside + _GAP > room:
            top = self.y
            self.words(bar.shown, _WORDS, "Bold", _INK)
        else:
            place = (WIDTH - _MARGIN, top)
            self.draw.text(place, bar.shown, _colour(bar), shown, anchor="ra")
        self.y += 10
        if track:
            self.block(room, _TRACK)
        if bar.part:
            # A thin line still is a bar: one of a thousand is not none.
            self.block(max(room * bar.part // bar.whole, 12), _colour(bar))
        elif not track:
            self.block(4, _TRACK)
        self.y += _BAR

    def block(self, width: int, colour: str) -> None:
        box = (_MARGIN, self.y, _MARGIN + width, self.y + _BAR)
        self.draw.rounded_rectangle(box, min(10, width // 2), colour)

    def words(self, words: str, size: int, weight: Weight, colour: str) -> None:
        font = _font(size, weight)
        for line in _wrapped(words, font, WIDTH - 2 * _MARGIN):
            self.draw.text((_MARGIN, self.y), line, colour, font, anchor="la")
            self.y += size * 4 // 3


def _colour(bar: Bar) -> str:
    return _WARM if bar.warm else _COOL


def _font(size: int, weight: Weight) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(weight), size)


def _wrapped(words: str, font: ImageFont.FreeTypeFont, room: int) -> Iterator[str]:
    """Lines that fit: broken at a blank where there is one, else anywhere, as Chinese is."""
    while font.getlength(words) > room:
        end = next(
            n for n in range(len(words), 0, -1) if n == 1 or font.getlength(words[:n]) <= room
        )
        blank = words.rfind(" ", 1, end + 1)
        end = blank if blank > 0 else end
        yield words[:end].rstrip()
        words = words[end:].lstrip()
    yield words
