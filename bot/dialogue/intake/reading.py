"""From content/ to a Form: the registry, the words in every language, the names of countries."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.dialogue.intake.countries import Countries, iso_codes
from bot.dialogue.intake.form import Form
from bot.dialogue.intake.registry import read_registry
from bot.dialogue.intake.wording import SOURCE, Wording, read_wording
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block as Entry
from bot.i18n.strict import read_yaml

_CALLED = "content/countries.yaml"


def read_form(
    content: Path,
    languages: Iterable[str],
    notices: list[Problem] | None = None,
    cities: Mapping[str, Iterable[str]] | None = None,
) -> Form:
    """The form below `content`, in `languages` (directory spelling, English among them).

    `cities`: further names to find a country by (the help lines' `called`). Raises BrokenWords with
    every problem; what cannot be used of a translation is added to `notices`.
    """
    told = notices if notices is not None else []
    problems: list[Problem] = []
    codes = tuple(dict.fromkeys((SOURCE, *languages)))
    try:
        called = _called(content / "countries.yaml")
    except BrokenWords as broken:
        problems += broken.problems
        called = {}
    try:
        registry = read_registry(content / "form.yaml")
    except BrokenWords as broken:
        raise BrokenWords([*problems, *broken.problems]) from broken
    wordings: dict[str, Wording] = {}
    for code in codes:
        try:
            wordings[code] = read_wording(content, code, registry, told)
        except BrokenWords as broken:
            problems += broken.problems
            if code == SOURCE:
                break
    if problems:
        raise BrokenWords(problems)
    more = cities or {}
    # The help lines are also those of a union, which is nobody's country.
    names = {
        code: (*called.get(code, ()), *more.get(code, ()))
        for code in (*called, *more)
        if code in iso_codes()
    }
    return Form(
        version=registry.version,
        steps=registry.steps,
        blocks=registry.blocks,
        countries=Countries(codes, registry.first, names, registry.zones),
        words={code: one.words for code, one in wordings.items()},
        titles={code: one.titles for code, one in wordings.items()},
        reasons={code: one.reasons for code, one in wordings.items()},
        private=tuple(dict.fromkeys(word for one in wordings.values() for word in one.private)),
    )


def _called(path: Path) -> dict[str, tuple[str, ...]]:
    tree = read_yaml(path, _CALLED)
    problems = []
    for code, names in tree.items():
        if code not in iso_codes():
            what = f"There is no country {code}."
            problems.append(Problem(_CALLED, tree.at(code), what, "Use its two letters."))
        if isinstance(names, str | Entry) or not all(isinstance(one, str) for one in names):
            what = f"The names of {code} are not a list."
            problems.append(Problem(_CALLED, tree.at(code), what, "Write DE: [Deutschland]."))
    if problems:
        raise BrokenWords(problems)
    return {code: tuple(names) for code, names in tree.items()}
