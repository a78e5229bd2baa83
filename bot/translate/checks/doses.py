"""Whether a translation says the figures of its English: doses, spans, prices, counts, phones."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from bot.translate.checks.figures import Figure, Figures, named_in_english
from bot.translate.checks.finding import Fault
from bot.translate.checks.texts import Said
from bot.translate.checks.tongue import Tongue

_FEW = 12
"""Numbers up to this are as well written in words."""


def look(said: Said, tongue: Tongue, english: Figures) -> Iterator[Fault]:
    """Every rule of this file; `english` reads the figures of the English."""
    source, own = said.english_seen, said.seen
    if said.example or said.use == "source":
        return  # made up for the country; or years, which the facts are held to
    if not source or not (_DIGIT.search(source) or _DIGIT.search(own)):
        return
    source, own, phones = _without_phones(source, own)
    yield from phones
    theirs, ours = english.read(source), tongue.figures.read(own)
    named = named_in_english(source)
    wrong = list(_doses(theirs, ours, named))
    yield from wrong
    if not wrong:
        yield from _numbers(theirs, ours, named)


_DIGIT = re.compile(r"\d")


def _doses(theirs: list[Figure], ours: list[Figure], named: frozenset[Decimal]) -> Iterator[Fault]:
    """A number with a unit that became another number, or got another unit."""
    gone = _unmet(theirs, ours, frozenset())
    new = _unmet(ours, theirs, named)
    clash = [
        (one, other)
        for one in gone
        for other in new
        if one.measures & other.measures or one.value == other.value
    ]
    if clash:
        said = _listed(one for one, _ in clash)
        instead = _listed(other for _, other in clash)
        yield Fault(
            "dose",
            f"English says {said}, the translation says {instead}.",
            "Write the number and the unit of the English.",
            clash[0][1].written,
        )
        return
    for other in new:
        if other.measures & {"mass", "volume", "temperature"}:
            yield Fault(
                "dose",
                f"{other.written} is not in the English.",
                "Take it out, or write what the English says.",
                other.written,
            )


def _unmet(figures: list[Figure], others: list[Figure], named: frozenset[Decimal]) -> list[Figure]:
    """The figures with a unit that the other text has in no way, not even without a unit."""
    known = {amount for other in others for amount in other.amounts}
    bare = {other.value for other in others if not other.sure} | named
    return [
        one for one in figures if one.sure and not one.amounts & known and one.value not in bare
    ]


def _numbers(
    theirs: list[Figure], ours: list[Figure], named: frozenset[Decimal]
) -> Iterator[Fault]:
    """Any number that only one of the two has."""
    gone = _alone(theirs, ours, frozenset())
    new = _alone(ours, theirs, named)
    if not (gone and new):  # small ones may be written in words
        gone = [one for one in gone if _large(one.value)]
        new = [one for one in new if _large(one.value)]
    if gone and new:
        what = f"English says {_listed(gone)}, the translation says {_listed(new)}."
    elif gone:
        what = f"{_listed(gone)} of the English is missing."
    elif new:
        what = f"{_listed(new)} is not in the English."
    else:
        return
    remedy = "Compare the two; a number that is written in words is fine."
    yield Fault("number", what, remedy, new[0].written if new else "")


def _large(value: Decimal) -> bool:
    return value > _FEW or value != value.to_integral_value()


def _alone(figures: list[Figure], others: list[Figure], named: frozenset[Decimal]) -> list[Figure]:
    values = {other.value for other in others} | named
    known = {amount for other in others for amount in other.amounts}
    return [one for one in figures if one.value not in values and not one.amounts & known]


def _listed(figures: Iterable[Figure]) -> str:
    return ", ".join(dict.fromkeys(figure.written for figure in figures))


# Telephone numbers -------------------------------------------------------------------------------

_PHONE = re.compile(r"(?<![\w.,])\+?\(?\d(?:[ ().\u00a0\u202f–-]{0,2}\d){6,14}(?![\w.,]?\d)")
_NO_PHONE = re.compile(
    r"\d{1,3}(?:[., \u00a0\u202f]\d{3})+|(?:19|20)\d\d(?:[-–/ ](?:(?:19|20)\d\d|\d\d[-/]\d\d))?"
)
"""Thousands, years and dates."""


def _without_phones(source: str, own: str) -> tuple[str, str, list[Fault]]:
    theirs, ours = _phones(source), _phones(own)
    gone = [digits for digits in theirs if digits not in ours]
    faults = []
    if gone:
        other = next((written for digits, written in ours.items() if digits not in theirs), "")
        said = f"the translation has {other}" if other else "it is missing"
        faults.append(
            Fault(
                "phone",
                f"English has the telephone number {theirs[gone[0]]}, and {said}.",
                "Copy the number from the English, with all its digits.",
                other,
            )
        )
    for written in theirs.values():
        source = source.replace(written, " ")
    for written in ours.values():
        own = own.replace(written, " ")
    return source, own, faults


def _phones(words: str) -> dict[str, str]:
    """The digits of each telephone number, and how it is written."""
    return {
        "".join(re.findall(r"\d", found[0])): found[0].strip()
        for found in _PHONE.finditer(words)
        if not _NO_PHONE.fullmatch(found[0].strip())
    }
