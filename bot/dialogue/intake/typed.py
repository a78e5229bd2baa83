"""What people type, made safe to keep (`tidy`), counted (`length`) and compared (`fold`)."""

import re
import unicodedata

LONGEST = 10_000
"""Characters that are looked at; a message has at most 4,096 (Bot API, Message.text)."""

_MARKS = 4
"""Combining marks on one letter: no script needs more, and a pile of them hides what is below."""

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""They count as letters or signs and show nothing."""

_JOINING = re.compile(
    "[\u0600-\u06ff\u0700-\u077f\u0900-\u0dff\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u1800-\u18af]"
)
"""Scripts in which a joiner between two letters is spelling (Arabic and Persian, Indic, Khmer)."""

_LINES = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_MANY_LINES = re.compile(r"\n[ \n]*\n[ \n]*\n")


def tidy(typed: str, *, lines: bool = False) -> str:
    """`typed` in NFC, without what cannot be seen or acts on the text around it; trimmed.

    Control and bidirectional characters go, and zero-width ones unless they hold an emoji or the
    spelling of a script together. With `lines`, line breaks stay, at most one empty line at a time.
    """
    text = unicodedata.normalize("NFC", _LINES.sub("\n", typed[:LONGEST]))
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category[0] == "M" else 0
        if char in "\n\t":
            kept.append("\n" if char == "\n" and lines else " ")
        elif category == "Zs":
            kept.append(" ")
        elif marks <= _MARKS and _shown(char, category):
            kept.append(char)
    # Once more: what was left out may have stood between a letter and its mark.
    whole = unicodedata.normalize("NFC", _joined("".join(kept)))
    if not lines:
        return " ".join(whole.split())
    stripped = "\n".join(" ".join(line.split()) for line in whole.split("\n"))
    return _MANY_LINES.sub("\n\n", stripped).strip()


def _shown(char: str, category: str) -> bool:
    if char in _BLANK_LETTERS or category in {"Cc", "Cs", "Co", "Zl", "Zp"}:
        return False
    if category == "Cf":  # formatting: only the joiners may stay, and tags behind a flag
        return char in (_ZWJ, _ZWNJ) or ord(char) in _TAGS
    return category != "Cn" or not _never(ord(char))


def _never(code: int) -> bool:
    """Code points that will never be characters; others may be this year's emoji."""
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _joined(text: str) -> str:
    """Without the joiners and tags that hold nothing together."""
    if not any(char in (_ZWJ, _ZWNJ) or ord(char) in _TAGS for char in text):
        return text
    kept: list[str] = []
    flag = False
    for n, char in enumerate(text):
        flag = char == "\U0001f3f4" or (flag and ord(char) in _TAGS)
        if ord(char) in _TAGS and not flag:
            continue
        if char in (_ZWJ, _ZWNJ):
            before = next((one for one in reversed(kept) if not _follower(one)), "")
            after = text[n + 1 : n + 2]
            emoji = char == _ZWJ and _emoji(before) and _emoji(after)
            if not emoji and not (_JOINING.match(before) and _JOINING.match(after)):
                continue
        kept.append(char)
    return "".join(kept)


def _follower(char: str) -> bool:
    """It belongs to the character before: a mark, a variant, a skin tone, a tag of a flag."""
    code = ord(char)
    return unicodedata.category(char)[0] == "M" or code in _SKIN or code in _TAGS


def _emoji(char: str) -> bool:
    return bool(char) and (
        unicodedata.category(char) in {"So", "Sk"} or 0x1F000 <= ord(char) < 0x1FB00
    )


def length(text: str) -> int:
    """How many characters people see (UAX 29, near enough for a limit): a family emoji is one.

    At least an eighth of the code points: nobody smuggles a novel into one character.
    """
    seen = 0
    joined = paired = False
    for char in text:
        if char == _ZWJ:
            joined = True
        elif char != _ZWNJ and not _follower(char):
            flag = ord(char) in _FLAGS
            seen += not joined and not (flag and paired)
            paired = flag and not paired
            joined = False
    return max(seen, -(-len(text) // 8))


def says_something(text: str) -> bool:
    """A letter, a digit or an emoji: not only dots."""
    return any(char.isalnum() or _emoji(char) for char in text)


def fold(words: str) -> str:
    """Words as they are compared: small, without accents, wide forms and signs, one blank between.

    Signs become blanks, so `B-cell` is `b cell`; apostrophes go.
    """
    spread = unicodedata.normalize("NFKD", words[:LONGEST].replace("&", " and ")).casefold()
    bare = (
        char if char.isalnum() else " "
        for char in spread
        if unicodedata.category(char)[0] != "M" and char not in "'’‘ʻ`"
    )
    return " ".join("".join(bare).split())


def closed(words: str) -> str:
    """`fold` without any blank: `U.S.` is `us`."""
    return fold(words).replace(" ", "")


def plain_digits(words: str) -> str:
    """NFKC, and every digit of any script as 0-9: `１２` and `١٢` are `12`."""
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char
        for char in unicodedata.normalize("NFKC", words[:LONGEST])
    )
