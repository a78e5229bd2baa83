"""`check` and files: broken catalogs and pages, and mistakes in shipped ones, each at its line."""

import re
import shutil
from pathlib import Path

import pytest

from bot.i18n.strict import Block, read_yaml
from bot.settings import ROOT
from bot.translate.accept import accept
from bot.translate.checks.examine import Report, examine
from tests.translate.seeds import BENCH, Seed, plant

FILES = read_yaml(BENCH / "files.yaml", "bench/files.yaml")
CONTENT = read_yaml(BENCH / "content.yaml", "bench/content.yaml")["seeds"]

ENGLISH = (
    Seed("a.b", "de", "Back", "", ("Zurück",), "", ""),
    Seed("a.c", "de", "{n} file", "{n} files", ("{n} Datei", "{n} Dateien"), "", ""),
    Seed("start.back", "de", "Back", "", ("Zurück",), "", ""),
)
TONGUES = ["de", "nl", "sv", "da", "it", "pt", "ca", "nb", "fi", "et", "hu", "gl", "el"]
"""With two plural forms: each broken catalog is put into one of them."""


def put(locales: Path, code: str, data: bytes) -> None:
    path = locales / code / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@pytest.fixture(scope="module")
def catalogs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, int]:
    """What is said of all the broken catalogs, and how many lines stand before each."""
    locales, content = plant(tmp_path_factory.mktemp("catalogs"), "de", ENGLISH)
    good = (locales / "de" / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    header = good.partition("\n\n")[0] + "\n\n"
    for code, case in zip(TONGUES, FILES["catalogs"], strict=True):
        put(locales, code, (header + case["po"]).encode())
    put(locales, "is", good.encode("latin-1"))
    put(locales, "eu", b"\xef\xbb\xbf" + good.encode())
    return examine(locales, content), header.count("\n")


@pytest.mark.parametrize(
    ("code", "case"),
    list(zip(TONGUES, FILES["catalogs"], strict=True)),
    ids=[case.get("as", case["code"]) for case in FILES["catalogs"]],
)
def test_a_broken_catalog_is_told_with_its_line(
    code: str, case: Block, catalogs: tuple[Report, int]
) -> None:
    """Whatever makes a catalog unreadable, or a sentence unusable; and it hides no other file."""
    report, before = catalogs
    found = [(one.code, one.line) for one in report.of([code]).findings if "/LC_" in one.path]
    assert (case["code"], before + int(case["at"])) in found


def test_catalogs_in_another_encoding(catalogs: tuple[Report, int]) -> None:
    """Latin-1, and UTF-8 with a mark before its first character."""
    for code in ("is", "eu"):
        assert "po.encoding" in {one.code for one in catalogs[0].of([code]).findings}


SECTIONS = ["costs", "basics", "how", "limits", "checklist", "service", "faq", "evidence"]
"""Files of pages: each broken one takes the place of one of them."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What is said of all the broken files of pages."""
    content = tmp_path_factory.mktemp("pages") / "content"
    shutil.copytree(ROOT / "content", content)
    for section, case in zip(SECTIONS, FILES["pages"], strict=True):
        (content / "zh_Hans" / f"{section}.yaml").write_text(case["yaml"], encoding="utf-8")
    return examine(ROOT / "locales", content)


@pytest.mark.parametrize(
    ("section", "case"),
    list(zip(SECTIONS, FILES["pages"], strict=True)),
    ids=[case.get("as", case["code"]) for case in FILES["pages"]],
)
def test_a_broken_page_file_is_told_with_its_line(section: str, case: Block, pages: Report) -> None:
    """Whatever makes a file of pages unreadable."""
    path = f"content/zh_Hans/{section}.yaml"
    found = [(one.code, one.line) for one in pages.findings if one.path == path]
    assert (case["code"], int(case["at"])) in found


def test_a_broken_file_is_no_mistake_of_another(pages: Report) -> None:
    """Errors are told of the broken files only."""
    others = {one.path for one in pages.findings if one.severity == "error"}
    assert others == {f"content/zh_Hans/{section}.yaml" for section in SECTIONS}


def place(case: Block, raw: str) -> int:
    """Where a seed goes: the first such words below the comment that begins the file."""
    body = re.search(r"^[^#\n]", raw, re.MULTILINE)
    assert body
    return raw.index(case["old"], body.start())


@pytest.fixture(scope="module")
def sown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Report]]:
    """For each language a copy of content/ with all of its seeds, and what is said of it."""
    made = {}
    for language in ("en", "zh_Hans"):
        content = tmp_path_factory.mktemp(language) / "content"
        shutil.copytree(ROOT / "content", content)
        accept(ROOT / "locales", content, "zh_Hans")  # edits of the English are another story
        for case in CONTENT:
            path = content / case["file"]
            if case["file"].startswith(f"{language}/"):
                raw = path.read_text(encoding="utf-8")
                at = place(case, raw)
                path.write_text(raw[:at] + case["new"] + raw[at + len(case["old"]) :], "utf-8")
        made[language] = content, examine(ROOT / "locales", content)
    return made


@pytest.mark.parametrize("case", CONTENT, ids=lambda case: f"{case['file']} {case['code']}")
def test_a_mistake_in_a_page_is_told_with_its_line(
    case: Block, sown: dict[str, tuple[Path, Report]]
) -> None:
    """In the shipped words, at the line itself or at the first of the part that is refused."""
    content, report = sown[case["file"].partition("/")[0]]
    raw = (content / case["file"]).read_text(encoding="utf-8").split("\n")
    shipped = (ROOT / "content" / case["file"]).read_text(encoding="utf-8")
    words = case["new"].split("\n")[0]
    near = shipped.count("\n", 0, place(case, shipped)) + 1
    lines = {n for n, line in enumerate(raw, 1) if words in line and near <= n <= near + 3}
    assert lines
    lines |= {
        max(n for n in range(1, line + 1) if raw[n - 1].startswith("    - ") or n == 1)
        for line in lines
    }
    found = {
        one.line
        for one in report.findings
        if one.code == case["code"] and one.path == f"content/{case['file']}"
    }
    assert found & lines
