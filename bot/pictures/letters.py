"""The fonts, and which characters they have. `python -m tests.pictures.subset` makes both."""

from functools import cache
from pathlib import Path
from typing import Literal

FONTS = Path(__file__).parent / "fonts"

Weight = Literal["Regular", "Bold"]


def font_file(weight: Weight) -> Path:
    """Noto Sans CJK SC in one weight, cut to `characters()`."""
    return FONTS / f"NotoSansCJKsc-{weight}.otf"


@cache
def characters() -> frozenset[str]:
    """What both fonts can draw; the blank besides."""
    lines = (FONTS / "characters.txt").read_text(encoding="utf-8").split("\n")
    return frozenset(" ".join(lines))


def missing(words: str) -> str:
    """The characters of `words` that would be drawn as empty boxes, each once; "" if none."""
    return "".join(sorted(set(words) - characters()))
