"""From a text to its words, whatever the spelling: a row of words, and where each group stands."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from bot.dialogue.safety.words import AlarmWords

# Scripts without spaces between words: Thai and Lao, Myanmar, Khmer, kana, and all Han blocks.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
UNSPACED_LETTER = re.compile(f"[{_UNSPACED}]")
# Letters and digits, and the vowel signs of Indian scripts, which Unicode counts as marks.
_LETTER = rf"(?:[^\W_{_UNSPACED}]|[\u0900-\u0dff])"
TOKEN = re.compile(
    rf"(?P<single>[{_UNSPACED}])"
    r"|(?P<decimal>\d+[.,]\d+)"
    rf"|(?P<word>[@$]?{_LETTER}+(?:[@$!*]+{_LETTER}+)*)"
    r"|(?P<end>(?<![.!?])[.!?]+(?=\s|$)|[!?。]+|\n\s*\n)"
    r"|(?P<clause>[,;:\n،؛])"
    r"|(?P<pause>[、()\"“”«»—])"
)
SHAPE = re.compile(r"[\d#.]*#[\d#.]*")  # 20## in a list: any four digits that begin with 20
_DEGREES = re.compile(r"\d+[cf]?")
_DISGUISE = re.compile(r"[@$!*\d]")
_DISGUISES = (
    str.maketrans("013457@$!", "oieastasi", "*"),
    str.maketrans("013457@$!", "oleastasl", "*"),
)
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_APOSTROPHES = re.compile("['’‘`´ʼ′＇]")
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u115f\u1160\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\u2800"
    "\ud800-\udfff\U000e0000-\U000e0fff\u0300-\u036f\u0640\u064b-\u065f\u0670]"
)
_RUN_TOGETHER_FROM = 7  # letters: "killmyself"; a shorter one is more often a word of its own
_SPELT_OUT_FROM = 3  # letters standing alone in a row: "d i e"
_LONGEST_WORD = 14  # letters looked at for one word of a run-together text
MISSPELT_FROM = 5  # a shorter word with one letter wrong is too often another word
_MISSPELT_LENGTHS = range(MISSPELT_FROM - 1, 21)
_SHORT_SENTENCE = 2  # words: "I can't. Breathe." is one cry

Keys = tuple[str, ...]


def plain(text: str, same: Mapping[int, str]) -> str:
    """The text without what writing adds to it: case, accents, apostrophes, unseen signs."""
    text = _APOSTROPHES.sub("", text)
    if text.isascii():
        return _UNSEEN.sub("", text).lower()
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", unicodedata.normalize("NFKD", text)))
    return text.casefold().translate(same)


def _shortened(word: str) -> set[str]:
    """The word, and the word without each of its letters."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


class Vocabulary:
    """Every single word of the lists, and which of them a word in a text may stand for."""

    def __init__(self, same: Mapping[int, str], languages: Iterable[AlarmWords]) -> None:
        self._same = same
        self._exact: dict[str, str] = {}  # a set of this size would take three times the memory
        self._stems: dict[str, str] = {}
        self._endings: dict[str, str] = {}
        self._shapes: set[str] = set()
        self._right: set[str] = set()
        self._long: set[str] = set()
        self._close: dict[str, set[str]] = {}
        for language in languages:
            self._right |= language.spelt_right
            self._long |= language.misspelt
            for word in language.misspelt:
                for short in _shortened(word):
                    self._close.setdefault(short, set()).add(word)
        self._stem_lengths: tuple[int, ...] = ()
        self._ending_lengths: tuple[int, ...] = ()

    def add(self, word: str) -> Keys:
        """The keys of a wording of the lists, in order; from now on they are known."""
        core = word.strip("*")
        if SHAPE.fullmatch(core):
            self._shapes.add(core)
            return (core,)
        keys = [
            match.group()
            for match in TOKEN.finditer(plain(core, self._same))
            if match.lastgroup in {"single", "decimal", "word"}
        ]
        if word.endswith("*"):
            keys[-1] = self._stems.setdefault(keys[-1], f"{keys[-1]}*")
            self._stem_lengths = tuple(sorted({len(stem) for stem in self._stems}))
        if word.startswith("*"):
            ending = keys[0].removesuffix("*")
            keys[0] = self._endings.setdefault(ending, f"*{ending}")
            self._ending_lengths = tuple(sorted({len(ending) for ending in self._endings}))
        return tuple(key if "*" in key else self._exact.setdefault(key, key) for key in keys)

    def read(self, text: str) -> "Row":
        """The text as a row of words, each with the keys it may stand for."""
        row = Row()
        letters: list[str] = []
        known: dict[str, list[Keys]] = {}
        sentence = 0
        before = ""
        single_until = -1  # where the last character of a script without spaces ended

        def flush() -> None:
            if len(letters) >= _SPELT_OUT_FROM:
                row.keys.extend(self._spell("".join(letters), spelt_out=True))
            else:
                row.keys.extend(self._keys(letter) for letter in letters)
            letters.clear()

        plain_text = plain(text, self._same)
        for match in TOKEN.finditer(plain_text):
            kind, word = match.lastgroup, match.group()
            if kind == "single":
                if letters:
                    flush()
                before = ""
                # On a phone a space between Chinese words is often all the punctuation there is.
                if -1 < single_until < match.start() and (
                    plain_text[single_until : match.start()].isspace()
                ):
                    row.pause(clause=True)
                single_until = match.end()
                row.keys.append((word,))
                continue
            single_until = -1
            if kind == "word" and len(word) == 1 and word.isalpha():
                letters.append(word)
                continue
            if letters:
                flush()
            if kind == "word":
                if word not in known:
                    known[word] = self._spell(word)
                row.keys.extend(known[word])
                if before and before + word in self._long:
                    place = len(row.keys) - 2
                    row.joined.extend((place, key) for key in self._keys(before + word))
                before = word if len(known[word]) == 1 else ""
                continue
            before = ""
            if kind == "decimal":
                row.keys.append(self._number(word.replace(",", ".")))
            elif kind == "end" and len(row.keys) - sentence > _SHORT_SENTENCE:
                row.wall()
                sentence = len(row.keys)
            else:
                row.pause(clause=kind != "pause")
        flush()
        return row

    def _spell(self, word: str, spelt_out: bool = False) -> list[Keys]:
        """The words that `word` may be: itself, or what is behind a disguise, or several."""
        if _DEGREES.fullmatch(word):
            return [self._number(word.rstrip("cf"))]
        keys = self._keys(word)
        if keys:
            return [keys]
        readings = []
        if _DRAWN_OUT.search(word):
            readings = [_DRAWN_OUT.sub(r"\1", word), _DRAWN_OUT.sub(r"\1\1", word)]
        if _DISGUISE.search(word):
            readings += [word.translate(table) for table in _DISGUISES]
        keys = tuple(key for reading in readings for key in self._keys(reading))
        if keys:
            return [keys]
        for whole in (word, *readings):
            if spelt_out or len(whole) >= _RUN_TOGETHER_FROM:
                pieces = self._pieces(whole)
                if pieces:
                    return [self._keys(piece) for piece in pieces]
        return [self._keys(piece) for piece in re.split(r"[@$!*]+", word) if piece]

    def _keys(self, word: str) -> Keys:
        keys = [word] if word in self._exact else []
        for length in self._stem_lengths:
            if length > len(word):
                break
            if (stem := self._stems.get(word[:length])) is not None:
                keys.append(stem)
        for length in self._ending_lengths:
            if length > len(word):
                break
            if (ending := self._endings.get(word[-length:])) is not None:
                keys.append(ending)
        if not keys and len(word) in _MISSPELT_LENGTHS and word not in self._right:
            meant: set[str] = set()
            for short in _shortened(word):
                meant |= self._close.get(short, _NONE)
            return tuple(dict.fromkeys(key for right in sorted(meant) for key in self._keys(right)))
        return tuple(keys)

    def _number(self, word: str) -> Keys:
        keys = [
            shape
            for shape in self._shapes
            if len(shape) == len(word)
            and all(
                wanted == there or (wanted == "#" and there.isdecimal())
                for wanted, there in zip(shape, word, strict=True)
            )
        ]
        return (*keys, word) if word in self._exact else tuple(keys)

    def _pieces(self, word: str) -> list[str]:
        """The words of the lists that `word` is made of, longest first; empty if it is not."""
        ways: dict[int, int] = {0: 0}
        for start in range(len(word)):
            if start in ways:
                for end in range(start + 1, min(start + _LONGEST_WORD, len(word)) + 1):
                    if word[start:end] in self._exact:
                        ways.setdefault(end, start)
        pieces: list[str] = []
        end = len(word)
        while end and end in ways:
            pieces.append(word[ways[end] : end])
            end = ways[end]
        return pieces[::-1]


_NONE: frozenset[str] = frozenset()


class Row:
    """A text as words: `keys[i]` is what word i may stand for; places are bits of a number."""

    __slots__ = ("_starts", "joined", "keys", "pauses", "walls")

    def __init__(self) -> None:
        self._starts = [0]
        self.keys: list[Keys] = []
        self.joined: list[tuple[int, str]] = []  # a word typed with a space inside, and its place
        self.walls = 0
        self.pauses = 0

    def wall(self) -> None:
        """A sentence ends here: nothing reaches over it."""
        self.walls |= 1 << len(self.keys)
        self.keys.append(())
        self._starts.append(len(self.keys))

    def pause(self, clause: bool) -> None:
        """A comma, a quote: an alarm reaches over it, what is harmless does not."""
        self.pauses |= 1 << len(self.keys)
        if clause:
            self._starts.append(len(self.keys))

    @property
    def passable(self) -> int:
        """The places that an alarm may reach: all but the walls."""
        return ~self.walls

    @property
    def quiet(self) -> int:
        """The places that an exception may reach from its own clause."""
        return ~(self.walls | self.pauses)

    def clauses(self) -> Iterator[int]:
        """The places of each clause, as bits: from one full stop, comma or new line to the next."""
        for start, end in pairwise((*self._starts, len(self.keys))):
            yield (1 << end) - (1 << start)
