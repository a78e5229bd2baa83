"""Which script words are written in, as Unicode names it: LATIN, CJK, ARABIC ..."""

import unicodedata
from collections import Counter


def script(words: str) -> str | None:
    """The script of most letters in `words`, Latin ones aside where there are others; None
    without a letter. Every script is mixed with Latin: CAR-NK, PD-1, OK."""
    found = Counter(
        unicodedata.name(char, "").partition(" ")[0] for char in words if char.isalpha()
    )
    latin = found.pop("LATIN", 0)
    if found:
        return found.most_common(1)[0][0]
    return "LATIN" if latin else None
