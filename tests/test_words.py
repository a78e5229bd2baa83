"""All words at once: what stops a start, and what only takes a language off the list."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.i18n.problem import BrokenWords
from bot.settings import ROOT
from bot.words import read_words


@pytest.fixture
def shelves(tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the shipped locales/ and content/ to break."""
    for name in ("locales", "content"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path / "locales", tmp_path / "content"


def test_a_language_without_alarm_words_is_not_offered(shelves: tuple[Path, Path]) -> None:
    """Without its safety.yaml Chinese is a draft, with a notice; English alone is offered."""
    locales, content = shelves
    (content / "zh_Hans" / "safety.yaml").unlink()
    words = read_words(locales, content)
    assert [one.tag for one in words.languages.offered] == ["en"]
    assert words.languages["zh-Hans"].status == "draft"
    assert any("despair" in notice.message for notice in words.notices)


def test_english_without_alarm_words_stops_the_start(shelves: tuple[Path, Path]) -> None:
    """The source language cannot be deaf."""
    locales, content = shelves
    (content / "en" / "safety.yaml").unlink()
    with pytest.raises(BrokenWords):
        read_words(locales, content)


def test_every_problem_of_every_file_is_told_at_once(shelves: tuple[Path, Path]) -> None:
    """A broken page, a broken list of help lines and broken alarm words: one report, exit 1."""
    locales, content = shelves
    with (content / "en" / "costs.yaml").open("a", encoding="utf-8") as file:
        file.write("\tbroken")
    with (content / "helplines.yaml").open("a", encoding="utf-8") as file:
        file.write("countries: again\n")
    with (content / "zh_Hans" / "safety.yaml").open("a", encoding="utf-8") as file:
        file.write("<<<<<<< ours\n")
    done = CliRunner().invoke(main, ["check", "--content", str(content), "--locales", str(locales)])
    assert done.exit_code == 1
    for name in ("content/en/costs.yaml:", "helplines.yaml:", "content/zh_Hans/safety.yaml:"):
        assert name in done.output
    assert "Traceback" not in done.output


def test_one_broken_translation_is_english_and_said_so(shelves: tuple[Path, Path]) -> None:
    """A page whose Chinese lost a part is shown in English; the rest stays Chinese."""
    locales, content = shelves
    path = content / "zh_Hans" / "costs.yaml"
    raw = path.read_text(encoding="utf-8")
    path.write_text(raw.replace("  title:", "  titel:", 1), encoding="utf-8")
    words = read_words(locales, content)
    assert words.library.read("costs", "zh_Hans").page.language == "en"
    assert words.library.read("basics", "zh_Hans").page.language == "zh_Hans"
    assert any("costs.yaml" in notice.path for notice in words.notices)


def test_no_page_that_could_hurt_is_stale_in_an_offered_language() -> None:
    """Other pages may wait for their translators, and say so; these two are shown in English."""
    words = read_words(ROOT / "locales", ROOT / "content")
    stale = {
        (language, page)
        for language, page in words.library.stale
        if words.library.nodes[page].high and words.languages[language] in words.languages.offered
    }
    assert stale == set()


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_explains_itself(command: str) -> None:
    """`--help` of each command has an example; a wrong option is told, with code 2."""
    told = CliRunner().invoke(main, [command, "--help"])
    assert told.exit_code == 0
    assert "Example" in told.output
    wrong = CliRunner().invoke(main, [command, "--no-such-option"])
    assert wrong.exit_code == 2
    assert "Traceback" not in wrong.output


def test_extract_and_accept_write_what_changed(shelves: tuple[Path, Path]) -> None:
    """The template follows the English; accept marks a page and touches nothing else."""
    locales, content = shelves
    (locales / "messages.pot").write_text("old", encoding="utf-8")
    run = CliRunner().invoke
    assert "was written" in run(main, ["extract", "--locales", str(locales)]).output
    assert "up to date" in run(main, ["extract", "--locales", str(locales)]).output
    page = content / "en" / "costs.yaml"
    raw = page.read_text(encoding="utf-8")
    page.write_text(raw.replace('  title: "', '  title: "New: ', 1), encoding="utf-8")
    stale = {("zh_Hans", "costs"), ("zh_Hant", "costs")}
    assert read_words(locales, content).library.stale == stale
    before = (content / "zh_Hans" / "costs.yaml").read_text(encoding="utf-8").split("\n")
    done = run(
        main, ["accept", "zh_Hans", "costs", "--content", str(content), "--locales", str(locales)]
    )
    assert done.exit_code == 0
    after = (content / "zh_Hans" / "costs.yaml").read_text(encoding="utf-8").split("\n")
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0].startswith("  from: ")
    assert read_words(locales, content).library.stale == {("zh_Hant", "costs")}
    unknown = run(
        main, ["accept", "zh_Hans", "nowhere", "--content", str(content), "--locales", str(locales)]
    )
    assert unknown.exit_code == 1
    assert "nothing called “nowhere”" in unknown.output
