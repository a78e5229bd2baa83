"""Plural rules: which form of a sentence a number takes, from a PO header's Plural-Forms."""

import gettext
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError
from babel.messages.plurals import get_plural


@dataclass(frozen=True, slots=True)
class PluralRule:
    """Which of `count` forms a number takes, as the header's Plural-Forms says it."""

    count: int
    expression: str
    pick: Callable[[int], int] = field(repr=False, compare=False)
    single: frozenset[int] = field(repr=False, compare=False)
    """The forms that fit exactly one number of 0 to 1000: only these may leave `{n}` out."""

    def form(self, n: int) -> int:
        """The form for `n`; the last one where the rule has no answer for so odd a number."""
        try:
            index = self.pick(n)
        except (ArithmeticError, ValueError):
            return self.count - 1
        return index if 0 <= index < self.count else self.count - 1


@lru_cache(maxsize=64)
def plural_rule(header: str) -> PluralRule:
    """`nplurals=2; plural=(n != 1);` as a rule. Raises ValueError when it is not one."""
    match = re.fullmatch(r"\s*nplurals\s*=\s*([1-9]);\s*plural\s*=\s*([^;]+?)\s*;?\s*", header)
    if match is None:
        raise ValueError("not a plural rule")
    count, expression = int(match[1]), match[2]
    pick: Callable[[int], int] = gettext.c2py(expression)
    members: dict[int, int] = dict.fromkeys(range(count), 0)
    try:
        for n in range(1001):
            members[pick(n)] += 1
    except (ArithmeticError, KeyError) as error:
        raise ValueError("a number has no form") from error
    single = frozenset(form for form, numbers in members.items() if numbers == 1)
    return PluralRule(count, expression, pick, single)


def remedy_for(language: str) -> str:
    """What to write into the header of a file in `language` (`ru`, `zh_Hans`), as an advice."""
    try:
        known = get_plural(Locale.parse(language.replace("-", "_"))).plural_forms
    except (ValueError, TypeError, UnknownLocaleError):
        return "Copy the Plural-Forms line from another program's translation into this language."
    return f'Write this line into it: "Plural-Forms: {known}\\n".'
