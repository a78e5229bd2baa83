"""How a text is written: its edges, its punctuation, whether it is translated at all."""

import re
import unicodedata
from collections.abc import Iterator

from bot.translate.checks.finding import Fault, Fix
from bot.translate.checks.texts import Said
from bot.translate.checks.tongue import Tongue


def look(said: Said, tongue: Tongue, known: frozenset[str]) -> Iterator[Fault]:
    """Every rule of this file. `known`: words in Latin letters that every language may keep."""
    yield from _edges(said)
    yield from _doubled(said, tongue)
    if tongue.wide:
        yield from _wide_marks(said)
    if said.english is not None:
        if _same(said, tongue, known):
            yield Fault(
                "same-as-english",
                "This is still the English.",
                "Translate it; if it is the same word in your language, leave it and add "
                "the flag “ignore-same-as-english” (in content: “ignore: [same-as-english]”).",
            )
        else:
            yield from _left_over(said, tongue, known)
            yield from _end(said, tongue)
        yield from _pairs(said)
        yield from _bullets(said)
    elif said.language == "en" and said.use != "part":
        yield from _source(said)


# Edges and blanks --------------------------------------------------------------------------------


def _edges(said: Said) -> Iterator[Fault]:
    words = said.written
    if said.path.startswith("content/") and said.html:
        words = words.strip()  # as the pages are read; a block of YAML ends with a line break
    if words != words.strip():
        inner = words.strip()
        head, tail = words[: words.find(inner)], words[words.find(inner) + len(inner) :]
        fix = None
        if head and not tail and "\n" not in head:
            fix = Fix(f'"{head}{inner[:12]}', f'"{inner[:12]}')
        elif tail and not head and "\n" not in tail:
            fix = Fix(f'{inner[-12:]}{tail}"', f'{inner[-12:]}"')
        where = "beginning" if head else "end"
        yield Fault(
            "space.edge",
            f"There is white space at the {where} of this text.",
            "Delete it; the bot puts its own between texts.",
            "",
            fix,
        )
    if found := re.search(r"(?<=\S)  +(?=\S)", said.seen):
        near = said.seen[max(0, found.start() - 4) : found.end() + 4]
        old = said.seen[max(0, found.start() - 1) : found.end() + 1]
        yield Fault(
            "space.double",
            "There are several spaces in a row.",
            "Leave one.",
            near,
            Fix(old, re.sub(" +", " ", old)),
        )


_AGAIN = re.compile(r"(?<![\w'’-])([^\W\d_]{2,})[  ]+\1(?![\w'’-])", re.IGNORECASE)
_HAN_AGAIN = re.compile(
    "(?<![标標])的的|([了是和与與或被把将將您请請及至])\\1|(?<![现正存实現實])在在|"
    "((?!一)[\u4e00-\u9fff]{2,})\\2"
)
_MAY_REPEAT = frozenset(["nous", "vous", "que", "die", "der", "das", "sie", "had", "that"])


def _doubled(said: Said, tongue: Tongue) -> Iterator[Fault]:
    found = (_AGAIN if tongue.spaced else _HAN_AGAIN).search(said.seen)
    if found and found[0].split()[0].casefold() not in _MAY_REPEAT:
        if said.english is not None and found[0] in said.english_seen:
            return
        yield Fault(
            "word.double", f"“{found[0]}” says the same twice.", "Delete one of the two.", found[0]
        )


# Punctuation -------------------------------------------------------------------------------------

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_WIDE_FOR = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", ".": "。"}
_NARROW = re.compile(rf"(?<=[{_HAN}])[,;:?!.](?![\w/.])|(?<=[{_HAN}])[,;:?!.](?=[{_HAN}])")
_BRACKETS = re.compile(rf"\(([^()]*[{_HAN}][^()]*)\)")
_APART = re.compile(rf"[{_HAN}] +[{_HAN}]")


def _wide_marks(said: Said) -> Iterator[Fault]:
    """Chinese and Japanese punctuation has the width of a character."""
    if found := _NARROW.search(said.seen):
        at = said.seen[max(0, found.start() - 1) : found.end() + 1]
        wide = _WIDE_FOR[found[0]]
        yield Fault(
            "punctuation.width",
            f"“{found[0]}” after a Chinese character is the narrow one.",
            f"Type the wide one: {wide}",
            at,
            Fix(at, re.sub(rf"{re.escape(found[0])} ?", wide, at, count=1)),
        )
    elif found := _BRACKETS.search(said.seen):
        yield Fault(
            "punctuation.width",
            f"The brackets round “{found[1]}” are narrow ones.",
            "Type the wide ones: （）",
            found[0],
            Fix(found[0], f"（{found[1]}）") if len(found[0]) < 30 else None,
        )
    if found := _APART.search(said.seen):
        yield Fault(
            "space.inside",
            "There is a blank between two characters.",
            "Delete it: words do not stand apart in this language.",
            found[0],
            Fix(found[0], found[0].replace(" ", "")),
        )


_KINDS = {
    **dict.fromkeys(".。．।۔", "full stop"),
    **dict.fromkeys("?？؟", "question mark"),
    **dict.fromkeys("!！", "exclamation mark"),
    **dict.fromkeys(":：", "colon"),
    **dict.fromkeys("…", "dots"),
}
_AFTER_THE_END = "\"'”’»›」』）)]}* \n\u00a0\u202f"


def _end(said: Said, tongue: Tongue) -> Iterator[Fault]:
    """A question stays a question, a whole sentence ends like one."""
    if not tongue.full_stops or tongue.script == "Grek":
        return
    if said.use == "part" or (tongue.wide and said.use != "sentence"):
        return  # lists and headings end as their language likes
    theirs, ours = _last(said.english_seen), _last(said.seen)
    if theirs == ours or {theirs, ours} in _AS_ONE_LIKES:
        return
    asked = _QUESTION.search(said.seen) and _QUESTION.search(said.english_seen)
    if asked and "question mark" in {theirs, ours}:
        return  # asked in another order
    if not theirs and ours == "full stop" and _SHORT_WORD.search(said.seen):
        return  # an abbreviation
    if theirs and ours:
        what = f"The English ends with a {theirs}, this with a {ours}."
    elif theirs:
        what = f"The English ends with a {theirs}, this does not."
    else:
        what = f"This ends with a {ours}, the English does not."
    yield Fault("punctuation.end", what, "End it as the English does.", said.seen.strip()[-6:])


_AS_ONE_LIKES = ({"full stop", "exclamation mark"}, {"", "colon"}, {"", "dots"})
"""How loudly one thanks, and what stands before a list, is each language's own business."""
_SHORT_WORD = re.compile(r"(?:^|\s)[^\W\d_]{1,4}\.\s*$")
_QUESTION = re.compile("[?？؟;]")


def _last(words: str) -> str:
    words = words.rstrip(_AFTER_THE_END)
    while words and (unicodedata.category(words[-1]) in {"So", "Mn", "Sk", "Cf"}):
        words = words[:-1].rstrip(_AFTER_THE_END)
    if words.endswith(("...", "……")):
        return "dots"
    return _KINDS.get(words[-1:], "")


_PAIRS = tuple(map(tuple, ("()", "（）", "“”", "《》", "「」", "『』", "«»", "[]", "【】")))


def _pairs(said: Said) -> Iterator[Fault]:
    for opens, closes in _PAIRS:
        ours = said.seen.count(opens), said.seen.count(closes)
        theirs = said.english_seen.count(opens), said.english_seen.count(closes)
        german = opens == "“" and "„" in said.seen
        if ours[0] != ours[1] and theirs[0] == theirs[1] and not german:
            yield Fault(
                "punctuation.pairs",
                f"{opens} stands here {ours[0]} times, {closes} {ours[1]} times.",
                "Close what you open.",
                opens if ours[0] > ours[1] else closes,
            )
            return


_BULLET = re.compile(r"^\s*(?:•|\d+[.)]) ", re.MULTILINE)


def _bullets(said: Said) -> Iterator[Fault]:
    theirs, ours = len(_BULLET.findall(said.english_seen)), len(_BULLET.findall(said.seen))
    if said.use == "part" and (theirs == 0) == (ours == 0) and ours >= theirs - 1:
        return  # a page may tell in points what the English tells in a sentence
    if theirs != ours:
        yield Fault(
            "list.differs",
            f"The English lists {theirs} points, the translation {ours}.",
            "Begin every point with “• ” on its own line, as in the English.",
        )


# Left in English ---------------------------------------------------------------------------------

_SLOT = re.compile(
    r"\{[a-z0-9_]+\}|(?<![\w/])/[a-z]+|https?://\S+|\S+@\S+|[\w-]+\.(?:com|org|net|gov)\b"
)
_ADDRESS = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’]+(?:-[A-Za-z]+)*")


def _english_words(words: str, known: frozenset[str]) -> list[str]:
    """Words of Latin letters that are no name, abbreviation or command."""
    return [
        word
        for word in _LATIN_WORD.findall(_SLOT.sub(" ", _without_addresses(words, known)))
        if word not in known and not any(c.isupper() for c in word[1:])
    ]


def _without_addresses(words: str, known: frozenset[str]) -> str:
    return _ADDRESS.sub(lambda found: " " if found[0] in known else found[0], words)


def _same(said: Said, tongue: Tongue, known: frozenset[str]) -> bool:
    if said.seen.strip() != said.english_seen.strip():
        return False
    words = _english_words(said.seen, known)
    return len(words) > (1 if tongue.latin else 0)


def _left_over(said: Said, tongue: Tongue, known: frozenset[str]) -> Iterator[Fault]:
    """English words in the middle of another script, or a run of them in any language."""
    if tongue.latin:
        run = _shared_run(said.seen, said.english_seen)
        if run:
            yield Fault(
                "english-left", f"“{run}” is still English.", "Translate these words, too.", run
            )
        return
    if not tongue.scripts:
        return
    theirs = {word.casefold() for word in _english_words(said.english_seen, known)}
    own = _english_words(said.seen, known)
    small = [word for word in own if word.islower() and word in theirs]
    if small:
        yield Fault(
            "english-left",
            f"English words are left here: {', '.join(dict.fromkeys(small))}.",
            "Translate them; names and abbreviations may stay.",
            small[0],
        )


_RUN = 5
"""So many words in a row are no coincidence."""


def _shared_run(words: str, english: str) -> str:
    found = words.split()
    for start in range(len(found) - _RUN + 1):
        run = " ".join(found[start : start + _RUN])
        if run in english and len(re.findall("[a-z]{3,}", run)) >= 4:
            return run
    return ""


# The English itself ------------------------------------------------------------------------------


def _source(said: Said) -> Iterator[Fault]:
    if found := re.search(r"https?://\S+", said.written):
        yield Fault(
            "source.url",
            "There is a web address in the sentence.",
            "Make it a placeholder, so that no translation can change it.",
            found[0],
        )
