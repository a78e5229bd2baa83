"""Whom to call, by the country a person names: content/helplines.yaml."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel import Locale, UnknownLocaleError

from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block, read_yaml

_KEYS = frozenset({"emergency", "verified", "others", "members", "called"})
_US = re.compile(r"(?<![A-Za-z])US(?![A-Za-z])")
"""In capitals, and not in a message all in capitals: there it may be the word “us”."""
_US_WITH_DOTS = re.compile(r"(?<![A-Za-z])[Uu]\.[Ss]\.")
_ELSEWHERE = ""
"""In place of a code: names in which a country's name stands, and that are elsewhere."""
_NUMBER = re.compile(r"[0-9][0-9 ]{1,14}")


@dataclass(frozen=True, slots=True)
class Helpline:
    """A number as printed, the id (label.helpline.<name>) of the line's name, and whether it is
    for people in despair."""

    number: str
    name: str
    crisis: bool = True


@dataclass(frozen=True, slots=True)
class CountryLines:
    """A country's (or the European Union's, "EU") emergency number and its further lines."""

    code: str
    emergency: str
    lines: tuple[Helpline, ...]
    members: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    """Further names that people use: other spellings, large cities."""

    @property
    def crisis(self) -> tuple[Helpline, ...]:
        """The lines for people in despair."""
        return tuple(line for line in self.lines if line.crisis)


@dataclass(frozen=True, slots=True)
class Helplines:
    """Every country with its own entry; everywhere else has `elsewhere`, a web address."""

    elsewhere: str
    countries: Mapping[str, CountryLines]
    names: Mapping[str, str]

    def named_in(self, text: str) -> str | None:
        """The code of the one country that `text` names in a language of ours.

        None when it names none, or more than one: a wrong number could cost time.
        """
        words = text.casefold()
        shouted = text == text.upper()
        found = (
            {"US"} if _US_WITH_DOTS.search(text) or (_US.search(text) and not shouted) else set()
        )
        for name, code in self.names.items():
            shorter = _without(name, words)
            if shorter != words:
                found.add(code)
                words = shorter
        found.discard(_ELSEWHERE)
        return found.pop() if len(found) == 1 else None


def _without(name: str, words: str) -> str:
    """`words` with `name` taken out, so that 中国香港 names Hong Kong and not also China."""
    if not name.isascii():
        return words.replace(name, " ")
    return re.sub(rf"(?<![a-z]){re.escape(name)}(?![a-z])", " ", words)


def read_helplines(path: Path, shown: str, languages: Iterable[str]) -> Helplines:
    """The help lines in `path`; country names in `languages` (locale codes) come from CLDR.

    Raises BrokenWords with every problem, its line and remedy.
    """
    tree = read_yaml(path, shown)
    problems: list[Problem] = []

    def problem(line: int, message: str, remedy: str) -> None:
        problems.append(Problem(shown, line, message, remedy))

    countries: dict[str, CountryLines] = {}
    entries = tree.get("countries")
    if isinstance(entries, Block):
        for code, entry in entries.items():
            if not isinstance(entry, Block):
                problem(entries.at(code), f"{code} is empty.", "Add “emergency:” below it.")
                continue
            if code not in Locale("en").territories:
                remedy = "Use its two letters in ISO 3166, for example GB for the United Kingdom."
                problem(entries.at(code), f"There is no country {code}.", remedy)
            countries[code] = _country(code, entry, problem)
    elsewhere = str(tree.get("elsewhere", ""))
    if not elsewhere.startswith("https://"):
        problem(tree.at("elsewhere"), "“elsewhere” is not an address.", "Use https://.")
    if not countries:
        problem(tree.at("countries"), "There is no country.", "Add “countries:”.")
    apart = _words(tree, "not-these", "names", problem)
    if problems:
        raise BrokenWords(problems)
    return Helplines(elsewhere, countries, _names(countries, apart, languages))


def _country(code: str, entry: Block, problem: Callable[[int, str, str], None]) -> CountryLines:
    for key in entry:
        if key not in _KEYS:
            known = ", ".join(sorted(_KEYS))
            problem(entry.at(key), f"“{key}” is not a known entry.", f"Known are: {known}.")
    others = entry.get("others", ())
    if isinstance(others, str) or not all(isinstance(other, Block) for other in others):
        remedy = 'Write each as - {number: "988", name: crisis}.'
        problem(entry.at("others"), f"The further lines of {code} cannot be read.", remedy)
        others = ()
    members = _words(entry, "members", "[AT, BE]", problem)
    called = _words(entry, "called", "[Britain, London]", problem)
    numbers = [(entry.at("emergency"), str(entry.get("emergency", "")))]
    lines = []
    for other in others:
        name, number = str(other.get("name", "")), str(other.get("number", ""))
        lines.append(Helpline(number, name, other.get("crisis") != "no"))
        numbers.append((other.line, lines[-1].number))
        if not lines[-1].name:
            remedy = "Give it the end of an id in the catalogs: label.helpline.<name>."
            problem(other.line, f"A line of {code} has no name.", remedy)
    for line, number in numbers:
        if not _NUMBER.fullmatch(number):
            what = f"“{number}” ({code}) is not a telephone number."
            problem(line, what, "Write digits and spaces only.")
    return CountryLines(code, numbers[0][1], tuple(lines), members, called)


def _words(
    block: Block, key: str, example: str, problem: Callable[[int, str, str], None]
) -> tuple[str, ...]:
    """The list of words under `key`; none where there is no such key."""
    listed = block.get(key, ())
    if isinstance(listed, str) or not all(isinstance(word, str) for word in listed):
        problem(block.at(key), f"“{key}” is not a list of words.", f"Write {key}: {example}.")
        return ()
    return tuple(listed)


def _names(
    countries: Mapping[str, CountryLines], apart: Iterable[str], languages: Iterable[str]
) -> dict[str, str]:
    """Every name a person may use -> code. “us” is a word, so it is not among them."""
    names = {name.casefold(): _ELSEWHERE for name in apart}
    for country in countries.values():
        names |= {name.casefold(): country.code for name in country.called}
    for language in languages:
        try:
            territories = Locale.parse(language).territories
        except (ValueError, UnknownLocaleError):
            continue
        for country in countries.values():
            for code in (country.code, *country.members):
                name = territories.get(code, "")
                for one in (name, *_shorter(name)):
                    if len(one) > 1 and one.casefold() not in {"us", "uk"}:
                        names[one.casefold()] = country.code
    return dict(sorted(names.items(), key=lambda item: -len(item[0])))


def _shorter(name: str) -> tuple[str, ...]:
    """The everyday forms of CLDR's official ones: 中国香港特别行政区, Hong Kong SAR China."""
    plain = re.sub("特别行政区$|特別行政區$", "", name)
    return plain, re.sub("^中[国國]", "", plain), name.split(" SAR", maxsplit=1)[0]
