"""Cuts the fonts of bot/pictures anew: `python -m tests.pictures.subset FOLDER`.

FOLDER has NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc (Debian: fonts-noto-cjk, in
/usr/share/fonts/opentype/noto). Needed only when a picture is to show a character that is not in
them; a test says so.
"""

import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from fontTools.subset import Options, Subsetter, load_font, save_font

from bot.pictures.letters import FONTS, Weight, font_file
from tests.content.shipped import CONTENT, LOCALES

SIMPLIFIED = 2
"""The font of the collection whose characters have their forms of mainland China."""


def level_one() -> Iterator[str]:
    """The 3,755 most used characters of Simplified Chinese (GB 2312, rows 16 to 55)."""
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            try:
                yield bytes((row, cell)).decode("gb2312")
            except UnicodeDecodeError:
                continue


def wanted() -> set[str]:
    """What is in our words today, and what comes next: alphabets of Europe, signs, Chinese."""
    files = [*LOCALES.glob("*/LC_MESSAGES/messages.po"), *CONTENT.glob("*/*.yaml")]
    shown = [path for path in files if path.name != "safety.yaml"]
    found = set("".join(path.read_text(encoding="utf-8") for path in shown))
    found.update(level_one())
    for first, last in ((0x20, 0x17F), (0x370, 0x45F), (0x2010, 0x2044), (0x3000, 0x303F)):
        found.update(map(chr, range(first, last + 1)))
    found.update("←↑→↓−×÷≈≠≤≥•…€£¥％，。：；？！（）＋～")
    return {one for one in found if unicodedata.category(one)[0] in "LMNPSZ"}


def cut(folder: Path) -> None:
    """Writes both fonts, and which characters they have."""
    characters: set[str] | None = None
    for weight in get_args(Weight):
        options = Options(
            font_number=SIMPLIFIED,
            layout_features=["kern", "mark", "mkmk", "ccmp"],
            name_IDs=["*"],
            hinting=False,
            notdef_outline=True,
        )
        font = load_font(str(folder / f"NotoSansCJK-{weight}.ttc"), options)
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=map(ord, wanted()))
        subsetter.subset(font)
        save_font(font, str(font_file(weight)), options)
        own = {chr(one) for one in font.getBestCmap()}
        characters = own if characters is None else characters & own
    listed = sorted(characters or ())
    rows = ["".join(listed[at : at + 64]) for at in range(0, len(listed), 64)]
    (FONTS / "characters.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    cut(Path(sys.argv[1]))
