"""The sheet of facts: plain values from a sound file, and a word about each broken line."""

from datetime import date

import pytest

from bot.i18n.problem import Problem
from bot.library.facts import Facts, read_facts
from tests.library.shelf import Shelf, broken, check

SHOWN = "content/facts.yaml"


def read(shelf: Shelf) -> Facts:
    return read_facts(shelf.root / "facts.yaml", SHOWN)


def refused(shelf: Shelf) -> tuple[Problem, ...]:
    return broken(lambda: read(shelf))


def test_a_sound_sheet_gives_facts_tables_claims_and_references(shelf: Shelf) -> None:
    """All four kinds are found by their ids, with what they say and whether they age fast."""
    sheet = read(shelf)
    assert (sheet.snapshot, sheet.checked) == (date(2026, 6, 30), date(2026, 11, 22))
    assert {fact.id: fact.kind for fact in sheet.facts.values()} == {
        "F1": "fact",
        "F2": "fact",
        "F3": "fact",
        "T1": "table",
        "W1": "claim",
    }
    assert [name for name, fact in sheet.facts.items() if fact.volatile] == ["F2", "T1"]
    assert sheet.facts["F1"].says == "NK cells are white blood cells."
    assert sheet.facts["T1"].says == "Cells | NK cells | T cells | Approved | None | 7 in the US"
    assert sheet.facts["W1"].says == "Revolutionary | Experimental"
    assert sheet.facts["F3"].left_out == "an instruction to editors"
    assert sheet.facts["F1"].left_out is None
    assert sheet.references["R1"].url == "https://doi.org/10.1056/NEJMoa1910607"
    assert sheet.references["R2"].url is None
    assert sheet.words["fail"] == {"en": ("miracle",), "zh": ("奇迹",)}


def test_a_table_or_claim_can_be_left_out_with_a_reason(shelf: Shelf) -> None:
    """`left-out` is known for every kind of statement."""
    shelf.change("facts.yaml", '    title: "Compared"', '    title: "x"\n    left-out: "a"')
    shelf.change("facts.yaml", '    instead: "Exp', '    left-out: "b"\n    instead: "Exp')
    sheet = read(shelf)
    assert (sheet.facts["T1"].left_out, sheet.facts["W1"].left_out) == ("a", "b")


WRONG = {
    "a fact without its source": ('    source: "[R2]"\n', "", "  F2:", "no “source”"),
    "a fact without words": ('says: "NK cells are', 'saysx: "NK cells are', "  F1:", "no “says”"),
    "a fact that is a word": ('  F1:\n    says: "', '  F0: x\n  F1:\n    says: "', "F0", "not an"),
    "a confidence of its own": ('"M (list)"', '"very sure"', "very sure", "not H, M or L"),
    "a confidence that is a list": ('"M (list)"', "[M]", "[M]", "not text"),
    "a volatile that means nothing": ('volatile: "yes"', "volatile: true", "true", "not yes"),
    "a wrong key": ('    basis: "P"', '    bases: "P"', "bases", "not a known entry"),
    "a date in words": ("checked: 2026-11-22", "checked: today", "today", "not a date"),
    "a date that never was": ("checked: 2026-11-22", "checked: 2026-02-30", "02-30", "not a date"),
    "no date": ("checked: 2026-11-22\n", "", "snapshot", "not a date"),
    "no claims": ("claims:\n  W1:\n", "claims: none\nother:\n  W1:\n", "claims", "missing"),
    "a table without rows": ("    rows:\n", "    note:\n", "title", "no columns or no rows"),
    "a row without cells": ('cells: ["Cells"', 'cell: ["Cells"', "T1-1", "no cells"),
    "a row too short": ('"NK cells", "T cells"]', '"NK cells"]', "T1-1", "2 cells for 3 columns"),
    "a claim without its problem": ('    problem: "Hype"\n', "", "W1", "no “problem”"),
    "a reference without words": ('cites: "A notice"', 'url: "https://a.b"', "  R2:", "no “cites”"),
    "words that are one word": ('en: ["miracle"]', 'en: "miracle"', "fail", "not lists"),
    "words without a language": (
        '    en: ["best"]\n    zh: ["最佳"]\n',
        '    - "best"\n',
        "warn",
        "not lists",
    ),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_is_told_with_line_and_remedy(shelf: Shelf, slip: str) -> None:
    """Each slip is told at its own line, or at the name of the entry that lacks something."""
    old, new, where, message = WRONG[slip]
    shelf.change("facts.yaml", old, new)
    line = shelf.line("facts.yaml", where)
    problems = [problem for problem in refused(shelf) if message in problem.message]
    check(problems[0], SHOWN, line, message)


def test_all_slips_are_told_at_once(shelf: Shelf) -> None:
    """Three slips in three corners of the sheet are three problems, in file order."""
    shelf.change("facts.yaml", "checked: 2026-11-22", "checked: soon")
    shelf.change("facts.yaml", '"M (list)"', '"sure"')
    shelf.change("facts.yaml", 'cites: "A notice"', 'cites: ""')
    assert [problem.line for problem in refused(shelf)] == [
        shelf.line("facts.yaml", "soon"),
        shelf.line("facts.yaml", '"sure"'),
        shelf.line("facts.yaml", "  R2:"),
    ]
