"""The bench of `check`: every mistake is named with its line, and no good translation is blamed."""

from pathlib import Path

import pytest

from bot.translate.checks.examine import Report, examine
from bot.translate.checks.finding import Finding
from tests.translate.seeds import LANGUAGES, Seed, lines_of, plant_all, seeds

EVERY = [seed for language in LANGUAGES for seed in seeds(language)]
DEFECTS = [seed for seed in EVERY if seed.code]
CLEAN = [seed for seed in EVERY if not seed.code]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """The catalogs of all languages, and what `check` says of them."""
    locales, content = plant_all(tmp_path_factory.mktemp("bench"), tuple(EVERY))
    return locales, examine(locales, content)


def told(report: Report, seed: Seed) -> list[Finding]:
    """What is said of the translation of one sentence."""
    return [one for one in report.of([seed.language]).findings if one.id == seed.id]


def test_the_bench_is_large_enough() -> None:
    """At least 80 mistakes and 60 good translations, in more than four languages."""
    assert len(DEFECTS) >= 80
    assert len(CLEAN) >= 60
    assert len({seed.language for seed in DEFECTS}) >= 4


@pytest.mark.parametrize("seed", DEFECTS, ids=str)
def test_a_seeded_mistake_is_named(seed: Seed, report: tuple[Path, Report]) -> None:
    """It is told with its code, in one of its own lines, with words on what to do."""
    locales, all_of_it = report
    found = told(all_of_it, seed)
    named = [one for one in found if one.code == seed.code]
    assert named, [f"{one.code}: {one.message}" for one in found]
    lines = lines_of(locales / seed.language / "LC_MESSAGES" / "messages.po", seed)
    for one in named:
        assert one.line in lines
        assert one.path == f"locales/{seed.language}/LC_MESSAGES/messages.po"
        assert one.message
        assert one.remedy


@pytest.mark.parametrize("seed", CLEAN, ids=str)
def test_a_good_translation_is_left_alone(seed: Seed, report: tuple[Path, Report]) -> None:
    """No error; and no warning either, save one that only a person can decide."""
    found = [f"{one.code}: {one.message}" for one in told(report[1], seed) if one.code != seed.may]
    assert found == []


def test_a_mistake_in_a_long_text_is_told_at_its_own_line(report: tuple[Path, Report]) -> None:
    """A text over several lines: the second one holds the name that was translated."""
    locales, all_of_it = report
    seed = next(one for one in DEFECTS if "\n" in one.forms[0] and "{" in one.forms[0])
    (one,) = [one for one in told(all_of_it, seed) if one.code == seed.code]
    lines = lines_of(locales / seed.language / "LC_MESSAGES" / "messages.po", seed)
    assert one.line == lines[-1]
