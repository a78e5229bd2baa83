"""CLDR's data for a language of ours, and its names as sentences."""

from functools import lru_cache

from babel.core import Locale, UnknownLocaleError

from bot.i18n import markup
from bot.i18n.text import Text


@lru_cache(maxsize=64)
def cldr(language: str) -> Locale:
    """CLDR's data for a directory's spelling; English for what CLDR does not know."""
    for candidate in (language, language.partition("_")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def plain(id: str, words: str) -> Text:
    """A name as it stands in CLDR."""
    return Text(f"CLDR {id}", template=markup.escape(words))
