"""Languages and how they say things: from a file that people write to the words a person reads.

text         a sentence before it is said (Text), and after (Spoken, Label)
language     Language says it; Languages finds the one for a person
profile      language.yaml, what a team says of its language
catalog      the sentences of every language (read by po, quoting, plurals, placeholders)
matching     which language a client's tag asks for
formatting   numbers, money, dates, lists, right-to-left
markup       Telegram's HTML grammar
usage        which sentences the code uses
"""

from bot.i18n.language import Language, Languages, Matched, load_languages
from bot.i18n.matching import How
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.text import Label, Money, Percent, Spoken, Text, Value, text

__all__ = [
    "BrokenWords",
    "How",
    "Label",
    "Language",
    "Languages",
    "Matched",
    "Money",
    "Percent",
    "Problem",
    "Spoken",
    "Text",
    "Value",
    "load_languages",
    "text",
]
