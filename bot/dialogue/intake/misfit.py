"""Why typed words are no answer."""

from dataclasses import dataclass

PRIVATE = "looks-private"
"""Looks like an ID, passport, card or account number (fact sheet, section 13)."""

CHOOSE = "choose"
"""Only a button is an answer."""

TOO_SHORT, TOO_LONG, FUTURE, ONLY_YEAR = "too-short", "too-long", "future", "only-year"
LINK, NUMBER = "link", "number"
"""In a name."""

UNCLEAR = "unclear"
"""The question says itself what is wrong; the others have words of their own, the same for every
question (`reasons` in content/<language>/form.yaml)."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why words are not an answer: `Form.wrong` has a sentence for the `reason`."""

    reason: str
