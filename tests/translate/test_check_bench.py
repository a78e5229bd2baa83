"""The bench of `check`: every mistake is named with its line, and no good translation is blamed."""

from pathlib import Path

import pytest

from bot.translate.checks.examine import Report, examine
from bot.translate.checks.finding import Finding
from tests.translate.seeds import LANGUAGES, Seed, lines_of, plant, seeds

EVERY = [seed for language in LANGUAGES for seed in seeds(language)]
DEFECTS = [seed for seed in EVERY if seed.code]
CLEAN = [seed for seed in EVERY if not seed.code]


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> "dict[str, tuple[Path, Report]]":
    """For each language its catalog, and what `check` says of it."""
    made = {}
    for language in LANGUAGES:
        locales, content = plant(tmp_path_factory.mktemp(language), language, seeds(language))
        made[language] = (
            locales / language / "LC_MESSAGES" / "messages.po",
            examine(locales, content),
        )
    return made


def told(reports: "dict[str, tuple[Path, Report]]", seed: Seed) -> list[Finding]:
    """What is said of the translation of one sentence."""
    _, report = reports[seed.language]
    return [one for one in report.findings if one.id == seed.id and one.language == seed.language]


def test_the_bench_is_large_enough() -> None:
    """At least 80 mistakes and 60 good translations, in more than four languages."""
    assert len(DEFECTS) >= 80
    assert len(CLEAN) >= 60
    assert len({seed.language for seed in DEFECTS}) >= 4


@pytest.mark.parametrize("seed", DEFECTS, ids=str)
def test_a_seeded_mistake_is_named(seed: Seed, reports: "dict[str, tuple[Path, Report]]") -> None:
    """It is told with its code, in one of its own lines, with words on what to do."""
    found = told(reports, seed)
    named = [one for one in found if one.code == seed.code]
    assert named, [f"{one.code}: {one.message}" for one in found]
    path, _ = reports[seed.language]
    for one in named:
        assert one.line in lines_of(path, seed)
        assert one.path == f"locales/{seed.language}/LC_MESSAGES/messages.po"
        assert one.message
        assert one.remedy


@pytest.mark.parametrize("seed", CLEAN, ids=str)
def test_a_good_translation_is_left_alone(
    seed: Seed, reports: "dict[str, tuple[Path, Report]]"
) -> None:
    """No error; and no warning either, save one that only a person can decide."""
    found = [f"{one.code}: {one.message}" for one in told(reports, seed) if one.code != seed.may]
    assert found == []
