"""What the rules must know of a language: its script, its spaces, its ways of writing figures."""

from dataclasses import dataclass
from functools import cached_property

from babel.core import Locale, UnknownLocaleError

from bot.i18n.matching import expand, read_tag
from bot.translate.checks.figures import Figures

_SCRIPTS = {
    "Latn": ("LATIN",),
    "Cyrl": ("CYRILLIC",),
    "Grek": ("GREEK",),
    "Arab": ("ARABIC",),
    "Hebr": ("HEBREW",),
    "Hans": ("CJK",),
    "Hant": ("CJK", "BOPOMOFO"),
    "Jpan": ("CJK", "HIRAGANA", "KATAKANA"),
    "Kore": ("HANGUL", "CJK"),
    "Deva": ("DEVANAGARI",),
    "Beng": ("BENGALI",),
    "Thai": ("THAI",),
}
"""ISO 15924 to the words that Unicode's names of the letters begin with."""

_UNSPACED = frozenset({"Hans", "Hant", "Jpan", "Thai", "Laoo", "Khmr", "Mymr"})
_NO_FULL_STOP = frozenset({"Thai", "Laoo", "Khmr", "Mymr"})
_NO_BREAK = frozenset(
    {"fr", "ru", "uk", "be", "cs", "sk", "pl", "de", "es", "sv", "nb", "fi", "lv"}
)
"""Languages in whose print a no-break space is customary, before units or punctuation."""


@dataclass(frozen=True)
class Tongue:
    """One language, as its code says: `zh_Hans`, `pt_BR`."""

    code: str

    @cached_property
    def script(self) -> str:
        """ISO 15924: `Latn`, `Hans`; "" where CLDR does not say."""
        tag = read_tag(self.code)
        return expand(tag).script if tag else ""

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """As Unicode's names begin: CJK, LATIN; empty where we have no name for the script."""
        return _SCRIPTS.get(self.script, ())

    @property
    def latin(self) -> bool:
        return self.script == "Latn"

    @property
    def wide(self) -> bool:
        """Characters that each carry a syllable or more, with punctuation of their own width."""
        return self.script in {"Hans", "Hant", "Jpan"}

    @property
    def spaced(self) -> bool:
        """Whether words stand apart."""
        return self.script not in _UNSPACED

    @property
    def full_stops(self) -> bool:
        """Whether sentences end with a sign."""
        return self.script not in _NO_FULL_STOP

    @property
    def no_break(self) -> bool:
        """Whether no-break spaces are customary."""
        return self.code.partition("_")[0] in _NO_BREAK

    @cached_property
    def locale(self) -> Locale:
        """CLDR's data; English where it has none."""
        for candidate in (self.code, self.code.partition("_")[0]):
            try:
                return Locale.parse(candidate)
            except (UnknownLocaleError, ValueError):
                continue
        return Locale.parse("en")

    @cached_property
    def figures(self) -> Figures:
        return Figures(self.locale)
