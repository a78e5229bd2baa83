"""Broken content: each slip in its file, at its line, with a remedy; a translation never stops."""

import shutil

import pytest

from bot.i18n import markup
from bot.i18n.problem import Problem
from bot.library.pages import State
from tests.library.shelf import Shelf, check

EN, ZH, MAP = "en/basics.yaml", "zh_Hans/basics.yaml", "structure.yaml"


PAGE_SLIPS = {
    "no title": ('  title: "What it is"\n', "", "basics:", "“title” is missing"),
    "an empty title": ('"What it is"', '" "', "title", "“title” is missing"),
    "a title that is a list": ('"What it is"', "[a]", "title", "“title” is missing"),
    "a tag in a title": ('"What it is"', '"<b>What</b>"', "title", "has a tag"),
    "a brace in a title": ('"What it is"', '"What {it} is"', "title", "has a tag"),
    "a title of two lines": ('"What it is"', '"What\\nit is"', "title", "has a tag"),
    "no button": ('  button: "Basics"\n', "", "basics:", "“button” is missing"),
    "a tag in a button": ('"Basics"', '"<i>Basics</i>"', "button", "has a tag"),
    "an unknown key": ('  button: "Basics"', '  buton: "x"\n  button: "Basics"', "buton", "known"),
    "no parts": ("  parts:\n", "  note: |\n", "basics:", "no text (parts)"),
    "an empty part": (
        "    - |\n      NK cells are <b>white</b> blood cells.",
        '    - ""',
        "- ",
        "empty",
    ),
    "a part that is a list": (
        "    - text: |\n        Two kinds.\n      table:",
        "    - - x\n    - table:",
        "- - x",
        "is a list",
    ),
    "an unknown key in a part": (
        "      table:\n",
        "      tabel: x\n      table:\n",
        "tabel",
        "known",
    ),
    "a text that is a list": (
        "- text: |\n        Two kinds.\n",
        "- text: [x]\n",
        "[x]",
        "not text",
    ),
    "a part of nothing": (
        "    - |\n      NK",
        "    - {}\n    - |\n      NK",
        "{}",
        "neither text nor",
    ),
    "a row too short": ('"NK cells", "T cells"]', '"NK cells"]', "- text", "do not fit"),
    "a cell that is a list": ('"NK cells", "T', '[x], "T', "- text", "do not fit"),
    "columns that are a word": ('["CAR-NK", "CAR-T"]', "ab", "- text", "do not fit"),
    "a table that is a word": (
        '      table:\n        columns: ["CAR-NK", "CAR-T"]\n        rows:\n'
        '          - ["Cells", "NK cells", "T cells"]\n',
        "      table: x\n",
        "- text",
        "do not fit",
    ),
    "a table without rows": (
        '          - ["Cells", "NK cells", "T cells"]\n',
        "",
        "- text",
        "do not fit",
    ),
    "no review": ("  reviewed: {on: 2026-11-22, by: none}\n", "", "basics:", "review date"),
    "a review date in words": ("on: 2026-11-22", "on: today", "today", "review date"),
    "a day that never was": ("on: 2026-11-22", "on: 2026-02-30", "02-30", "review date"),
    "a review by nobody": ("by: none", 'by: ""', "reviewed", "review date"),
    "a review that is a date": (
        "{on: 2026-11-22, by: none}",
        "2026-11-22",
        "reviewed",
        "review date",
    ),
    "a bold that stays open": ("<b>white</b>", "<b>white", "- |", "Telegram would refuse"),
    "a bold closed as italic": ("<b>white</b>", "<b>white</i>", "- |", "Telegram would refuse"),
    "a tag unknown to Telegram": ("<b>white</b>", "<br>white", "- |", "Telegram would refuse"),
    "a plain less-than": ("<b>white</b>", "< 140", "- |", "Telegram would refuse"),
    "a broken tag in a cell": ('"NK cells", "T', '"<b>NK", "T', "- text", "Telegram would refuse"),
    "braces": ("<b>white</b>", "{white}", "- |", "braces"),
    "a web address": ("<b>white</b>", "https://example.org", "- |", "web address"),
    "a web address without http": ("<b>white</b>", "www.example.org", "- |", "web address"),
    "a link by hand": ("<b>white</b>", '<a href="tg://user?id=1">w</a>', "- |", "web address"),
}
"""Slips that any language can make: old, new, the line told, the words told."""

CREDENTIAL_SLIPS = {
    "no facts": ("  facts: [F1]\n", "", "basics:", "“facts” is missing"),
    "facts that are a word": ("facts: [F1]", "facts: F1", "facts", "“facts” is missing"),
    "facts that are entries": ("facts: [F1]", "facts: [{F1: x}]", "facts", "“facts” is missing"),
    "an unknown fact": ("facts: [F1]", "facts: [F1, F404]", "facts", "Nobody knows F404"),
    "no sources": ("  sources: [R1]\n", "", "basics:", "“sources” is missing"),
    "an unknown source": ("sources: [R1]", "sources: [R404]", "sources", "Nobody knows R404"),
    "no evidence": ("  evidence: H\n", "", "basics:", "“evidence”"),
    "evidence that is a list": ("evidence: H", "evidence: [H]", "evidence", "“evidence”"),
    "evidence of its own": ("evidence: H", "evidence: X", "evidence", "“evidence”"),
}
"""Slips that only English can make: it carries facts, sources and evidence for all."""


@pytest.mark.parametrize("slip", [*PAGE_SLIPS, *CREDENTIAL_SLIPS])
def test_a_slip_in_english_stops_the_start(shelf: Shelf, slip: str) -> None:
    """Each slip of an English page is told at its line, and with the page it is on."""
    old, new, where, message = (PAGE_SLIPS | CREDENTIAL_SLIPS)[slip]
    shelf.change(EN, old, new)
    problems = shelf.problems()
    check(problems[0], f"content/{EN}", shelf.line(EN, where), message)
    assert problems[0].message.startswith("[basics] ")


CHINESE = {
    "What it is": "这是什么",
    "What": "这",
    "Basics": "基本知识",
    "NK cells are <b>white</b> blood cells.": "NK细胞是<b>白细胞</b>。",
    "<b>white</b>": "<b>白细胞</b>",
    "Two kinds.": "有两种。",
    '"Cells", "NK cells", "T cells"': '"细胞", "NK细胞", "T细胞"',
    '"NK cells", "T cells"]': '"NK细胞", "T细胞"]',
    '"NK cells", "T': '"NK细胞", "T',
    "    - |\n      NK": "    - |\n      NK",
    "on: 2026-11-22": "on: 2026-11-21",
}


def in_chinese(words: str) -> str:
    for english, chinese in CHINESE.items():
        words = words.replace(english, chinese)
    return words


@pytest.mark.parametrize("slip", PAGE_SLIPS)
def test_a_slip_in_a_translation_costs_that_page_only(shelf: Shelf, slip: str) -> None:
    """The page falls back to English as a whole, the others stay, and a notice tells why."""
    old, new, where, message = PAGE_SLIPS[slip]
    shelf.change(ZH, in_chinese(old), in_chinese(new))
    library = shelf.read()
    check(shelf.notices[0], f"content/{ZH}", shelf.line(ZH, where), message)
    reading = library.read("basics", "zh_Hans")
    assert (reading.state, reading.page.language) == (State.MISSING, "en")
    assert library.read("more", "zh_Hans").state is State.FRESH


TRANSLATION_SLIPS = {
    "no hash": ("  from: ", "  note: ", "basics:", "“from” is missing"),
    "one part less": (
        "    - |\n      NK细胞是<b>白细胞</b>。\n",
        "",
        "parts",
        "1 parts here and 2",
    ),
    "one part more": ("    - |\n      NK", "    - 一\n    - |\n      NK", "parts", "3 parts here"),
    "one row more": (
        '          - ["细胞"',
        '          - ["一", "二", "三"]\n          - ["细胞"',
        "- text",
        "other rows or columns",
    ),
    "no table": (
        '      table:\n        columns: ["CAR-NK", "CAR-T"]\n        rows:\n'
        '          - ["细胞", "NK细胞", "T细胞"]\n',
        "",
        "- text",
        "other rows or columns",
    ),
}


@pytest.mark.parametrize("slip", TRANSLATION_SLIPS)
def test_a_translation_mirrors_its_english(shelf: Shelf, slip: str) -> None:
    """Another number of parts, another table or a missing hash: the page is English, told why."""
    old, new, where, message = TRANSLATION_SLIPS[slip]
    shelf.change(ZH, old, new)
    library = shelf.read()
    check(shelf.notices[0], f"content/{ZH}", shelf.line(ZH, where), message)
    assert library.read("basics", "zh_Hans").page.language == "en"


@pytest.mark.parametrize("slip", [*PAGE_SLIPS, *CREDENTIAL_SLIPS])
def test_broken_english_never_breaks_on_its_translation(shelf: Shelf, slip: str) -> None:
    """With the Chinese file first and sound, the only problems told are those of the English."""
    old, new, _, _ = (PAGE_SLIPS | CREDENTIAL_SLIPS)[slip]
    shelf.change(EN, old, new)
    assert {problem.path for problem in shelf.problems()} == {f"content/{EN}"}


def test_a_file_that_is_not_yaml_stops_the_start_in_any_language(shelf: Shelf) -> None:
    """Nothing is guessed about a file that cannot be read; it is the only thing told."""
    for path in (EN, ZH, "zh_Hans/references.yaml", "facts.yaml", MAP):
        sound = shelf.text(path)
        shelf.write(path, sound + "x: [\n")
        assert {problem.path for problem in shelf.problems()} == {f"content/{path}"}
        shelf.write(path, sound)
    assert shelf.read().read("basics", "zh_Hans").state is State.FRESH


def test_a_page_in_two_files_is_told_with_both(shelf: Shelf) -> None:
    """The second of two pages with one id is a problem that names the first one's file."""
    shelf.write("en/zz.yaml", "# x\n" + shelf.text("en/risks.yaml"))
    problem = shelf.only_problem()
    check(problem, "content/en/zz.yaml", 2, "“risks” is also in content/en/risks.yaml")


def test_a_page_that_is_a_word_is_told(shelf: Shelf) -> None:
    """A page id with nothing but a word after it is told, in any language."""
    shelf.write("zh_Hans/zz.yaml", "more2: later\n")
    check(shelf.only_problem(), "content/zh_Hans/zz.yaml", 1, "“more2” has no text below it")


def test_an_unknown_page_is_told_at_its_name(shelf: Shelf) -> None:
    """A page that the structure does not know is told where its id stands."""
    shelf.change(EN, "more:\n", "# a comment between\nmoor:\n")
    problems = shelf.problems()
    path = f"content/{EN}"
    assert any(
        (problem.path, problem.line) == (path, shelf.line(EN, "moor:"))
        and "Nobody knows the page “moor”" in problem.message
        for problem in problems
    )
    assert any("“more” has no English text" in problem.message for problem in problems)


def test_a_page_without_english_is_told(shelf: Shelf) -> None:
    """A page that only a translation has is told at its place in the structure."""
    (shelf.root / "en/risks.yaml").unlink()
    problem = shelf.only_problem()
    check(problem, "content/structure.yaml", shelf.line(MAP, "  risks:"), "has no English text")
    assert "content/en/risks.yaml" in problem.remedy


STRUCTURE_SLIPS = {
    "an unknown page in the menu": ("[basics, risks]", "[basics, risks, gone]", "menu", "“gone”"),
    "an unknown child": ("children: [more]", "children: [more, gone]", "children", "“gone”"),
    "a page nothing leads to": ("    children: [more]\n", "", "  more:", "Nothing leads"),
    "two pages that lead to each other": (
        "  risks:\n",
        "  basics2: {section: basics, children: [basics3]}\n"
        "  basics3: {section: basics, children: [basics2]}\n  risks:\n",
        "  basics2",
        "Nothing leads",
    ),
    "a reserved id": ("  risks:\n", "  help: {section: basics}\n  risks:\n", "help", "page's id"),
    "an id with capitals": ("  risks:\n", "  Help: {section: x}\n  risks:\n", "Help", "page's id"),
    "a menu that is a word": ("[basics, risks]", "basics", "menu", "not a list"),
    "a menu of entries": ("[basics, risks]", "[{basics: x}, risks]", "menu", "not a list"),
    "children that are a word": ("children: [more]", "children: more", "children", "not a list"),
    "lines that are a word": ("[safety.sw2]", "safety.sw2", "lines", "not a list"),
    "a page that is a word": ("  risks:\n", "  x2: y\n  risks:\n", "x2", "nothing below it"),
    "no pages": ("pages:\n", "pages: none\npages2:\n", "pages:", "no pages"),
    "an unknown key": ("    lines:", "    line: x\n    lines:", "line: x", "not a known entry"),
    "a mark that means nothing": ('high: "yes"', "high: true", "high", "not yes"),
    "a mark that says no": ('ties: "yes"', 'ties: "no"', "ties", "not yes"),
    "a link that is a word": (
        "      - label: button.search\n",
        "      - x\n      - label: y\n",
        "links",
        "no label",
    ),
    "links that are a word": (
        "    links:\n",
        "    links: x\n    link:\n",
        "section",
        "cannot be read",
    ),
    "a section that is a list": ("section: basics", "section: [x]", "section", "cannot be read"),
    "a link without a label": ("label: button.search", "labels: x", "links", "no label"),
    "a link without English": (
        'en: "https://example.org/en"',
        'de: "https://x.y"',
        "labe",
        "no English address",
    ),
    "an address without http": ('"https://example.org/zh"', '"example.org"', "labe", "no English"),
    "an address that is a list": ('"https://example.org/zh"', "[x]", "labe", "no English"),
}


@pytest.mark.parametrize("slip", STRUCTURE_SLIPS)
def test_a_slip_in_the_structure_stops_the_start(shelf: Shelf, slip: str) -> None:
    """Each slip in the map of pages is told at its line, whatever else follows from it."""
    old, new, where, message = STRUCTURE_SLIPS[slip]
    shelf.change(MAP, old, new)
    problems = [problem for problem in shelf.problems() if message in problem.message]
    check(problems[0], f"content/{MAP}", shelf.line(MAP, where), message)


REFERENCE_SLIPS = {
    "no title": ('  title: "', '  note: "', "R1", "“title” is missing"),
    "an unknown key": ('  title: "', '  titel: x\n  title: "', "titel", "not a known entry"),
    "a tag": ('  title: "', '  title: "<b>', "title", "has a tag"),
}


@pytest.mark.parametrize("slip", REFERENCE_SLIPS)
def test_a_broken_label_of_a_source_is_told(shelf: Shelf, slip: str) -> None:
    """In English it stops the start; in a translation the English label is shown instead."""
    old, new, where, message = REFERENCE_SLIPS[slip]
    path = "zh_Hans/references.yaml"
    shelf.change(path, old, new)
    library = shelf.read()
    check(shelf.notices[0], f"content/{path}", shelf.line(path, where), message)
    assert (
        library.read("basics", "zh_Hans").page.sources[0].title.template == "Liu and others, 2020"
    )
    path = "en/references.yaml"
    shelf.change(path, old, new)
    check(shelf.problems()[0], f"content/{path}", shelf.line(path, where), message)


def test_every_file_is_heard_at_once(shelf: Shelf) -> None:
    """A broken file, a broken page and a broken map are told together, in file order."""
    shelf.write("zh_Hans/risks.yaml", "risks: “x”\n")
    shelf.change(EN, "<b>white</b>", "<b>white")
    shelf.change(EN, "facts: [F2, T1]", "facts: [F2, T9]")
    shelf.change(MAP, 'high: "yes"', "high: no")
    problems = shelf.problems()
    assert [problem.path.removeprefix("content/") for problem in problems] == [
        EN,
        EN,
        MAP,
        "zh_Hans/risks.yaml",
    ]
    assert problems == tuple(sorted(problems))


def test_a_broken_sheet_of_facts_is_told_with_the_files(shelf: Shelf) -> None:
    """What is wrong in the facts does not hide what is wrong in the other files."""
    shelf.change("facts.yaml", "checked: 2026-11-22", "checked: soon")
    shelf.write("zh_Hans/risks.yaml", "risks: “x”\n")
    assert [problem.path for problem in shelf.problems()] == [
        "content/facts.yaml",
        "content/zh_Hans/risks.yaml",
    ]


def test_titles_labels_and_sources_are_safe_html(shelf: Shelf) -> None:
    """An ampersand in a title, a label or the name of a source is shown as typed."""
    shelf.change(EN, '"What it is"', '"What & why"')
    shelf.change(EN, '"Basics"', '"A & B"')
    shelf.change("en/references.yaml", "Liu and others", "Liu & others")
    page = shelf.read().read("basics", "en").page
    for said, words in (
        (page.title, "What & why"),
        (page.button, "A & B"),
        (page.sources[0].title, "Liu & others, 2020"),
    ):
        assert said.template is not None
        assert markup.parse(said.template).text == words


def test_alarm_words_are_not_pages(shelf: Shelf) -> None:
    """content/<language>/safety.yaml belongs to another reader."""
    shelf.write("en/safety.yaml", "emergency: [chest pain]\n")
    assert shelf.read().read("basics", "en").state is State.FRESH


def test_a_language_without_a_directory_has_no_pages(shelf: Shelf) -> None:
    """A language that only has sentences reads every page in English."""
    shutil.rmtree(shelf.root / "zh_Hans")
    library = shelf.read()
    assert library.pages["zh_Hans"] == {}
    assert library.read("more", "zh_Hans").state is State.MISSING


def test_notices_are_not_needed(shelf: Shelf) -> None:
    """Who does not ask for notices gets the library all the same."""
    from bot.library.reading import read_library  # noqa: PLC0415 - the plain call, as a reader sees it

    shelf.change(ZH, "parts:", "teile:")
    assert (
        read_library(shelf.root, ["en", "zh_Hans"]).read("basics", "zh_Hans").page.language == "en"
    )


def test_problems_read_like_a_compiler_s() -> None:
    """Path, line, what and remedy stand on one line, so that editors can jump to it."""
    problem = Problem("content/en/x.yaml", 7, "Wrong.", "Mend it.")
    assert str(problem) == "content/en/x.yaml:7: Wrong. Mend it."
