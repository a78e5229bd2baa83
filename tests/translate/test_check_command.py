"""`python -m bot check` as it is typed: what it prints, which way it exits, what it mends."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.settings import ROOT
from bot.translate.checks.examine import Report, examine
from bot.translate.checks.finding import Code, codes, language_of
from bot.translate.checks.tell import as_annotations
from tests.translate.seeds import Seed, plant, plant_all

SOUND = Seed("a.sound", "de", "Talk to {name}.", "", ("Sprechen Sie mit {name}.",), "", "")


def seed(id: str, english: str, says: str, language: str = "de") -> Seed:
    return Seed(id, language, english, "", (says,), "", "")


def check(tree: tuple[Path, Path], *given: str) -> Result:
    locales, content = tree
    arguments = ["check", *given, "--locales", str(locales), "--content", str(content)]
    return CliRunner().invoke(main, arguments)


def only_words(tmp_path: Path, *sown: Seed) -> tuple[Path, Path]:
    """A tree of two catalogs and no pages, for what pages have no part in."""
    return plant(tmp_path, sown[0].language, sown)


def catalog(tree: tuple[Path, Path], language: str = "de") -> Path:
    return tree[0] / language / "LC_MESSAGES" / "messages.po"


BEHIND = {"untranslated", "stale", "fuzzy", "missing", "obsolete", "language.beta"}
"""What only says that the English has moved on. Safety texts change in all languages together."""


def test_over_everything_shipped_there_is_nothing_to_mend_or_to_look_at() -> None:
    """The words as they are shipped are sound in every language; they may wait for a translator."""
    done = CliRunner().invoke(main, ["check", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)["findings"]
    assert [one for one in told if one["code"] not in BEHIND] == []


def test_a_finding_is_told_with_its_place_and_what_to_do(tmp_path: Path) -> None:
    """File and line, severity, code and id; then what is wrong and what to do; then the mending."""
    tree = only_words(tmp_path, SOUND, seed("a.name", "Dear {name}", "Hallo {namen}"))
    done = check(tree, "de")
    assert done.exit_code == 1
    lines = catalog(tree).read_text(encoding="utf-8").split("\n")
    line = lines.index('msgstr "Hallo {namen}"') + 1
    assert (
        f"locales/de/LC_MESSAGES/messages.po:{line}: error placeholder.unknown [a.name]\n"
        "    “a.name”: {namen} is not in the English text, and {name} is missing. "
    ) in done.output
    assert "\n    fix: {namen} -> {name}\n" in done.output
    assert re.search(r"\n1 to mend, \d+ to look at, in 1 language \(checked \d+ texts", done.output)


def test_json_has_all_that_a_program_needs(tmp_path: Path) -> None:
    """Versioned; each finding with place, code, both texts and its mending."""
    tree = only_words(tmp_path, SOUND, seed("a.name", "Dear {name}", "Hallo {namen}"))
    for how in (["--json"], ["--format", "json"]):
        told = json.loads(check(tree, "de", *how).output)
        assert told["version"] == 1
        assert told["summary"]["errors"] == 1
        assert told["summary"]["languages"] == ["de"]
        (one,) = [one for one in told["findings"] if one["severity"] == "error"]
        assert (one["code"], one["id"], one["lang"]) == ("placeholder.unknown", "a.name", "de")
        assert (one["source"], one["translation"]) == ("Dear {name}", "Hallo {namen}")
        assert one["fix"] == {"from": "{namen}", "to": "{name}"}
        assert one["line"] > 1
        assert one["column"] >= 1


def test_annotations_are_commands_of_the_hosting_site(tmp_path: Path) -> None:
    """One line each, with the signs escaped that would end a field."""
    tree = only_words(tmp_path, SOUND, seed("a.rate", "About 5%: {name}", "Etwa 5 %: {namen}"))
    done = check(tree, "de", "--format", "annotations")
    errors = [line for line in done.output.splitlines() if line.startswith("::error ")]
    assert len(errors) == 1
    assert re.fullmatch(
        r"::error file=locales/de/LC_MESSAGES/messages\.po,line=\d+,col=\d+,"
        r"title=placeholder\.unknown a\.rate::.*",
        errors[0],
    )
    report = examine(*tree)
    for line in as_annotations(report):
        assert "\n" not in line
        assert "%" not in line.replace("%25", "").replace("%0A", "").replace("%3A", "")


def test_only_the_named_language_counts(tmp_path: Path) -> None:
    """A translator is not failed for somebody else's file; names are taken in any spelling."""
    good = Seed("a.sound", "pt_BR", "Talk to {name}.", "", ("Fale com {name}.",), "", "")
    tree = plant_all(tmp_path, (good, seed("a.name", "Dear {name}", "Hallo {namen}")))
    assert check(tree).exit_code == 1
    assert check(tree, "de").exit_code == 1
    for spelt in ("pt_BR", "pt-br"):
        done = check(tree, spelt)
        assert done.exit_code == 0, done.output
        assert "/de/" not in done.output


def test_a_broken_file_of_another_language_is_not_ones_own(tmp_path: Path) -> None:
    """Not even one that cannot be read at all."""
    tree = only_words(tmp_path, SOUND)
    catalog(tree, "fr").parent.mkdir(parents=True)
    catalog(tree, "fr").write_text("<<<<<<< ours\n", encoding="utf-8")
    assert check(tree, "de").exit_code == 0
    assert check(tree, "fr").exit_code == 1


def test_an_english_edit_is_never_stopped_by_missing_translations(tmp_path: Path) -> None:
    """A reworded sentence, a new one, one that is gone, a changed page, a changed safety text: only
    warnings, in the languages concerned."""
    for name in ("locales", "content"):
        shutil.copytree(ROOT / name, tmp_path / name)
    tree = tmp_path / "locales", tmp_path / "content"
    path = catalog(tree, "en")
    raw = path.read_text(encoding="utf-8")
    raw = raw.replace("What would you like to know?", "What do you want to know?")
    raw = raw.replace("General information, not medical advice.", "Information, not advice.")
    path.write_text(raw, encoding="utf-8")
    page = tmp_path / "content" / "en" / "costs.yaml"
    page.write_text(
        page.read_text(encoding="utf-8").replace('title: "', 'title: "New: '), encoding="utf-8"
    )
    form = tmp_path / "content" / "en" / "form.yaml"
    form.write_text(
        form.read_text(encoding="utf-8").replace('label: "', 'label: "The '), encoding="utf-8"
    )
    assert CliRunner().invoke(main, ["extract", "--locales", str(tree[0])]).exit_code == 0
    done = check(tree)
    assert done.exit_code == 0, done.output
    for code in ("stale", "safety.english"):
        assert f"warning {code} [" in done.output
    assert check(tree, "zh_Hans", "--strict").exit_code == 1


def test_wrong_usage_is_told_in_a_sentence(tmp_path: Path) -> None:
    """An unknown language or code: exit 2, and what there is."""
    tree = only_words(tmp_path, SOUND)
    done = check(tree, "xx")
    assert done.exit_code == 2
    assert "There is no language “xx”. Name one of: en, de." in done.output
    done = check(tree, "--explain", "nonsense")
    assert done.exit_code == 2
    assert "placeholder.unknown" in done.output
    catalog(tree, "en").unlink()
    done = check(tree, "de")
    assert done.exit_code == 2
    assert "locales/en/LC_MESSAGES/messages.po" in done.output


# Mending -----------------------------------------------------------------------------------------

MENDED = [
    ("a.name", "Dear {name}", "Hallo {namen}", "Hallo {name}"),
    ("a.edge", "Read on", " Lesen Sie weiter", "Lesen Sie weiter"),
    ("button.edge", "Back", "Zurück ", "Zurück"),
    ("a.zero", "Talk to us", "Sprechen\u200b Sie mit uns", "Sprechen Sie mit uns"),
    ("a.two", "Talk to us", "Sprechen  Sie mit uns", "Sprechen Sie mit uns"),
    ("a.twice", "Below &lt; 3", "Unter &amp;lt; 3", "Unter &lt; 3"),
    ("a.slash", "Type /help now", "Tippen Sie / help ein", "Tippen Sie /help ein"),
]


def test_mending_changes_the_lines_concerned_and_nothing_else(tmp_path: Path) -> None:
    """What was changed is named; the rest of the file stays byte for byte, line ends too."""
    sown = [SOUND, *(seed(id, english, says) for id, english, says, _ in MENDED)]
    tree = only_words(tmp_path, *sown)
    path = catalog(tree)
    raw = path.read_text(encoding="utf-8").replace("\n", "\r\n") + "# the end, without a line break"
    path.write_bytes(raw.encode())
    done = check(tree, "de", "--fix")
    wanted = raw
    for _, _, says, better in MENDED:
        wanted = wanted.replace(f'msgstr "{says}"', f'msgstr "{better}"')
    assert path.read_bytes() == wanted.encode()
    assert done.output.count("mended locales/de/LC_MESSAGES/messages.po:") == len(MENDED)
    assert "char.invisible [a.zero] [U+200B] -> nothing" in done.output
    assert done.exit_code == 0, done.output
    again = check(tree, "de", "--fix")
    assert "mended" not in again.output
    assert path.read_bytes() == wanted.encode()


def test_chinese_punctuation_is_mended_in_pages(tmp_path: Path) -> None:
    """In a page, too: the narrow comma and the blank go, and every other byte stays."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    path = tmp_path / "content" / "zh_Hans" / "how.yaml"
    good = path.read_bytes()
    at = good.index("，".encode(), good.index(b"parts:"))
    path.write_bytes(good[:at] + b"," + good[at + 3 :])
    done = check((ROOT / "locales", tmp_path / "content"), "zh_Hans", "--fix")
    assert done.exit_code == 0, done.output
    assert "mended content/zh_Hans/how.yaml:" in done.output
    assert path.read_bytes() == good


def test_only_the_named_language_is_mended(tmp_path: Path) -> None:
    """Another team's file is not touched."""
    tree = only_words(tmp_path, SOUND, seed("a.two", "Talk to us", "Sprechen  Sie mit uns"))
    before = catalog(tree).read_bytes()
    assert "mended" not in check(tree, "en", "--fix").output
    assert catalog(tree).read_bytes() == before


# Codes -------------------------------------------------------------------------------------------

ON_PAGES = {"facts.number"}
"""Told of pages only: tests/translate/bench/content.yaml has them."""
EXAMPLES = [code for code in codes().values() if code.language and code.name not in ON_PAGES]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Report]:
    """What is said of all examples: before, and after."""
    return _planted(tmp_path_factory.mktemp("before"), "before"), _planted(
        tmp_path_factory.mktemp("after"), "after"
    )


def _planted(folder: Path, when: str) -> Report:
    sown = []
    for code in EXAMPLES:
        says = getattr(code, when)
        sown.append(seed(_id(code), code.english or says, says, code.language))
    return examine(*plant_all(folder, tuple(sown)))


def _id(code: Code) -> str:
    return f"{code.id or 'example'}.{code.name.replace('.', '-')}"


@pytest.mark.parametrize("code", EXAMPLES, ids=lambda code: code.name)
def test_what_explain_shows_is_true(code: Code, examples: tuple[Report, Report]) -> None:
    """The example before is found with this code, the example after has no mistake at all."""
    before, after = (
        [one for one in report.of([code.language]).findings if one.id == _id(code)]
        for report in examples
    )
    assert code.name in {one.code for one in before}, before
    assert {one.code for one in after} <= {"id.unused"}


@pytest.mark.parametrize("name", sorted(codes()))
def test_every_code_is_explained(name: str) -> None:
    """`--explain` tells every code, in whole sentences."""
    done = CliRunner().invoke(main, ["check", "--explain", name])
    assert done.exit_code == 0
    assert done.output.startswith(f"{name} ({codes()[name].severity})\n")
    assert codes()[name].means.endswith(".")
    assert len(codes()[name].means) > 30


def test_every_code_that_is_told_has_its_explanation() -> None:
    """Each code in the code of the readers and rules stands in codes.yaml, and the other way."""
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "bot").rglob("*.py")
        if path.parent.name != "sandbox"
    )
    for name in codes():
        assert f'"{name}"' in sources, name
    for name in re.findall(r'(?:Fault|finding)\(\s*"([a-z.-]+)"', sources):
        assert name in codes(), name


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("locales/zh_Hans/LC_MESSAGES/messages.po", "zh_Hans"),
        ("locales/pt-BR", "pt_BR"),
        ("locales/messages.pot", ""),
        ("locales/de/language.yaml", "de"),
        ("content/zh_Hans/costs.yaml", "zh_Hans"),
        ("content/structure.yaml", ""),
        ("bot/dialogue/screens.py", ""),
    ],
)
def test_a_file_belongs_to_its_language(path: str, language: str) -> None:
    """What is nobody's in particular counts when no language is named."""
    assert language_of(path) == language
