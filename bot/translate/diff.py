"""What changed between two texts, word by word."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Literal

Change = Literal["same", "gone", "new"]

_SIGN = "\u2e80-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff"
"""Characters that are words by themselves: nothing stands between them."""
_WORD = re.compile(rf"\s+|[^\W_{_SIGN}]+(?:['’-][^\W_{_SIGN}]+)*|.", re.DOTALL)


def word_diff(old: str, new: str) -> Iterator[tuple[Change, str]]:
    """The stretches of both texts in order: in both, only in the old one, only in the new one."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    gone = new = ""
    for tag, i, j, k, m in matcher.get_opcodes():
        same = "".join(before[i:j])
        if tag == "equal" and (same.strip() or not (gone or new)):
            yield from _change(gone, new)
            gone = new = ""
            yield "same", same
        else:  # a blank between two changes belongs to both
            gone, new = gone + same, new + "".join(after[k:m])
    yield from _change(gone, new)


def _change(gone: str, new: str) -> Iterator[tuple[Change, str]]:
    """One change, without the blank at its end that both sides share."""
    rest = ""
    if gone and new and gone[-1].isspace() and gone[-1] == new[-1]:
        gone, new, rest = gone[:-1], new[:-1], gone[-1]
    if gone:
        yield "gone", gone
    if new:
        yield "new", new
    if rest:
        yield "same", rest


def around(changes: Iterable[tuple[Change, str]], most: int = 160) -> Iterator[tuple[Change, str]]:
    """The changes with only so many characters of what stayed between them."""
    each = list(changes)
    for place, (change, words) in enumerate(each):
        if change != "same" or len(words) <= most:
            yield change, words
            continue
        before = words[: most // 2] if place else ""
        after = words[-most // 2 :] if place + 1 < len(each) else ""
        yield change, f"{before} … {after}" if before or after else words


def marked(old: str, new: str) -> str:
    """As `git diff --word-diff` writes it: `cells are [-sometimes-]{+often+} free`."""
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(marks[change].format(words) for change, words in around(word_diff(old, new)))
