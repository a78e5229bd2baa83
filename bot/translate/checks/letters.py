"""Characters that are not what they seem: of another script, broken, invisible, or turning the text
round."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from bot.translate.checks.finding import Fault, Fix
from bot.translate.checks.texts import Said
from bot.translate.checks.tongue import Tongue


def look(said: Said, tongue: Tongue) -> Iterator[Fault]:
    """Every rule of this file."""
    words = said.written
    if words.isascii():
        if not words.isprintable():
            yield from _control(words)
        return
    yield from _control(words)
    yield from _invisible(words)
    yield from _bidi(words)
    yield from _no_break(words, tongue)
    broken = list(_mojibake(words))
    yield from broken
    if not broken:
        yield from _mixed(said.seen, tongue)
        yield from _variant(said.seen, tongue)


# Signs that nobody sees --------------------------------------------------------------------------

_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\u2800\u3164\ufeff\uffa0]"
)
_JOINERS = re.compile("[\u200c\u200d]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ue000-\uf8ff]")
_JOINED = (
    "ARABIC",
    "BENGALI",
    "DEVANAGARI",
    "GUJARATI",
    "KANNADA",
    "KHMER",
    "MALAYALAM",
    "MONGOLIAN",
    "ORIYA",
    "SINHALA",
    "SYRIAC",
    "TAMIL",
    "TELUGU",
)
"""Scripts in which a joiner changes the shape of letters, and belongs to the spelling."""


def _invisible(words: str) -> Iterator[Fault]:
    for char in dict.fromkeys(_UNSEEN.findall(words) + _loose_joiners(words)):
        name = unicodedata.name(char, "a sign").lower()
        fix = Fix(char, "") if char in _SAFE_TO_DROP or _UNSEEN.match(char) else None
        yield Fault(
            "char.invisible",
            f"There is a sign here that nobody sees (U+{ord(char):04X}, {name}).",
            "Delete it: retype the word, or let `check --fix` do it.",
            char,
            fix,
        )


_SAFE_TO_DROP = "\u200b\ufeff\u2060"


def _loose_joiners(words: str) -> list[str]:
    """Joiners (U+200C, U+200D) outside the scripts and emoji that need them."""
    return [
        found[0]
        for found in _JOINERS.finditer(words)
        if not any(
            unicodedata.name(near, "").startswith(_JOINED)
            or unicodedata.category(near) in {"So", "Sk"}
            or near == "\ufe0f"
            for near in words[max(0, found.start() - 1) : found.start()]
        )
    ]


def _control(words: str) -> Iterator[Fault]:
    found = _CONTROL.search(words)
    if found:
        yield Fault(
            "char.control",
            f"There is a control or private character here (U+{ord(found[0]):04X}).",
            "Retype the words around it.",
            found[0],
        )


_OPENS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"}
_OPENS |= {"\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _bidi(words: str) -> Iterator[Fault]:
    """Marks of direction: those that do not close turn round whatever stands behind them."""
    found = _BIDI.search(words)
    if not found:
        return
    waiting: list[str] = []
    balanced = True
    for char in words:
        if char in _OPENS:
            waiting.append(_OPENS[char])
        elif char in _OPENS.values():
            balanced = balanced and bool(waiting) and waiting.pop() == char
        elif char == "\n" and waiting:
            balanced = False
    mark = f"U+{ord(found[0]):04X}"
    if waiting or not balanced:
        yield Fault(
            "bidi.unbalanced",
            f"A mark of direction ({mark}) opens or closes here without its other half.",
            "Delete it. The bot puts such marks round inserted values by itself.",
            found[0],
        )
    else:
        yield Fault(
            "bidi.present",
            f"There is an invisible mark of direction here ({mark}).",
            "Delete it, unless the words are shown in a wrong order without it.",
            found[0],
        )


_NO_BREAK_SPACES = re.compile("[\u00a0\u202f]")


def _no_break(words: str, tongue: Tongue) -> Iterator[Fault]:
    found = _NO_BREAK_SPACES.search(words)
    if found and not tongue.no_break:
        yield Fault(
            "space.no-break",
            "There is a no-break space here.",
            "Type a plain space, so that lines can end there; `check --fix` does it.",
            words[max(0, found.start() - 3) : found.end() + 3],
            Fix(found[0], " "),
        )


# Broken encodings --------------------------------------------------------------------------------

_LITERAL = ("\ufffd", "锟斤拷", "烫烫烫", "ï¿½")
_RUN = re.compile("[^\x00-\x7f]{2,}")
_LEGACY = ("cp1252", "cp1251", "gb18030", "big5")


def _mojibake(words: str) -> Iterator[Fault]:
    """Text that was read in a wrong encoding: it turns into sense when that is undone."""
    for literal in _LITERAL:
        if literal in words:
            yield Fault(
                "mojibake",
                f"“{literal}” is what is left of characters that were lost.",
                "Write the words again.",
                literal,
            )
            return
    for found in _RUN.finditer(words):
        meant = _undone(found[0])
        if meant:
            yield Fault(
                "mojibake",
                f"“{found[0]}” was read in a wrong encoding; it may have been “{meant}”.",
                "Write the words again, and save the file as UTF-8.",
                found[0],
            )
            return


@lru_cache(maxsize=4096)
def _undone(run: str) -> str:
    """What `run` was before a program read UTF-8 as something else; "" if it was not so."""
    for encoding in _LEGACY:
        try:
            meant = _whole(run.encode(encoding)).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        # Two characters can be so by chance; a wrong encoding makes them more, never fewer.
        enough = encoding == "cp1252" or len(run) >= 4
        if enough and len(meant) < len(run) and meant.isprintable():
            return meant
    return ""


def _whole(data: bytes) -> bytes:
    """Without the beginning of a character at the end: what was cut off there is lost."""
    for length in (1, 2):
        if data[-length : -length + 1 or None] >= b"\xe0":
            return data[:-length]
    return data


# Letters of another script -----------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+(?:[\d]+[^\W\d_]*)*")
_LOOKALIKES = re.compile("[\u0370-\u052f]")
"""Greek and Cyrillic: without them every letter is what it seems."""
_CYRILLIC = set("авекмнорстухіјѕԁһԛԝАВЕКМНОРСТУХІЈЅԌҮ")
_GREEK = set("οναιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_LATIN = set("aceijopsxyABCEHIJKMOPSTXY")


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _mixed(words: str, tongue: Tongue) -> Iterator[Fault]:
    """Words in which a letter of another alphabet stands for one that looks the same."""
    if not _LOOKALIKES.search(words):
        return
    for found in _WORD.finditer(words):
        word = found[0]
        if word.isascii():
            continue
        alien = _alien(word, tongue)
        if alien:
            named = ", ".join(f"{c} (U+{ord(c):04X})" for c in dict.fromkeys(alien))
            yield Fault(
                "script.mixed",
                f"“{word}” holds letters of another alphabet that only look right: {named}.",
                "Type the word again with one keyboard.",
                word,
            )
            return


def _alien(word: str, tongue: Tongue) -> list[str]:
    by_script: dict[str, list[str]] = {}
    for letter in word:
        if letter.isalpha():
            by_script.setdefault(_script(letter), []).append(letter)
    cyrillic = by_script.get("CYRILLIC", [])
    greek = by_script.get("GREEK", [])
    latin = by_script.get("LATIN", [])
    slavic, hellenic = "CYRILLIC" in tongue.scripts, "GREEK" in tongue.scripts
    suspects: list[str] = []
    if latin and cyrillic:
        at_home = slavic and len(latin) <= len(cyrillic)
        few, alike = (latin, _LATIN) if at_home else (cyrillic, _CYRILLIC)
        others, too = (cyrillic, _CYRILLIC) if at_home else (latin, _LATIN)
        suspects = few if set(few) <= alike else others if set(others) <= too else []
    elif cyrillic and not slavic and set(cyrillic) <= _CYRILLIC:
        suspects = cyrillic
    elif greek and not hellenic and set(greek) <= _GREEK and (latin or len(greek) > 1):
        suspects = greek
    return suspects


_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_BOTH = set("酶着肽肼")
"""What both kinds of Chinese write, although Big5 has it not."""

_PERSIAN = set("\u06a9\u06cc\u06d5\u06c0\u06be")
_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")


def _variant(words: str, tongue: Tongue) -> Iterator[Fault]:
    """Letters of the other kind of Chinese, or of Persian in Arabic."""
    if tongue.script in {"Hans", "Hant"}:
        other = "Traditional" if tongue.script == "Hans" else "Simplified"
        test = _traditional if tongue.script == "Hans" else _simplified
        found = [char for char in dict.fromkeys(_HAN.findall(words)) if test(char)]
        if found:
            yield Fault(
                "script.variant",
                f"These characters are {other} Chinese: {'、'.join(found)}.",
                "Write the ones that readers of this language use.",
                found[0],
            )
    elif tongue.code.partition("_")[0] == "ar":
        strange = [char for char in dict.fromkeys(words) if char in _PERSIAN or _FORMS.match(char)]
        if strange:
            named = ", ".join(f"{char} (U+{ord(char):04X})" for char in strange)
            yield Fault(
                "script.variant",
                f"These letters are not those of an Arabic keyboard: {named}.",
                "Type the word again: search and screen readers take them for other letters.",
                strange[0],
            )


def _has(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=8192)
def _traditional(char: str) -> bool:
    """In Big5 and not in GB 2312. A few that both use are in neither, and pass."""
    return not _has(char, "gb2312") and _has(char, "big5")


@lru_cache(maxsize=8192)
def _simplified(char: str) -> bool:
    """In GB 2312 and not in Big5, save those that Traditional Chinese writes too."""
    return char not in _BOTH and _has(char, "gb2312") and not _has(char, "big5")
