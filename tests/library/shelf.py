"""A small, sound library on disk, for tests that break one thing of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import read_yaml
from bot.library.pages import Library
from bot.library.reading import english_hash, read_library

LANGUAGES = ("en", "zh_Hans")

FACTS = """\
snapshot: 2026-06-30
checked: 2026-11-22
facts:
  F1:
    says: "NK cells are white blood cells."
    source: "[R1]"
    confidence: "H"
    basis: "P"
  F2:
    says: "No product was approved by 30 June 2026."
    source: "[R2]"
    confidence: "M (list)"
    volatile: "yes"
  F3:
    says: "Told nowhere."
    source: "-"
    confidence: "-"
    left-out: "an instruction to editors"
tables:
  T1:
    title: "Compared"
    columns: ["Row", "CAR-NK", "CAR-T"]
    rows:
      - id: T1-1
        cells: ["Cells", "NK cells", "T cells"]
        confidence: "H"
      - id: T1-2
        cells: ["Approved", "None", "7 in the US"]
        confidence: "M, VOLATILE"
claims:
  W1:
    claim: "Revolutionary"
    problem: "Hype"
    instead: "Experimental"
words:
  fail:
    en: ["miracle"]
    zh: ["奇迹"]
  warn:
    en: ["best"]
    zh: ["最佳"]
references:
  R1:
    cites: "Liu E, et al. <i>N Engl J Med</i> 2020 & more"
    url: "https://doi.org/10.1056/NEJMoa1910607"
  R2:
    cites: "A notice"
"""

STRUCTURE = """\
menu: [basics, risks]
pages:
  basics:
    section: basics
    lines: [safety.sw2]
    children: [more]
    links:
      - label: button.search
        url:
          en: "https://example.org/en"
          zh_Hans: "https://example.org/zh"
  more:
    section: basics
  risks:
    section: risks
    high: "yes"
    ties: "yes"
"""

BASICS = """\
basics:
  title: "What it is"
  button: "Basics"
  facts: [F1]
  sources: [R1]
  evidence: H
  reviewed: {on: 2026-11-22, by: none}
  parts:
    - |
      NK cells are <b>white</b> blood cells.
    - text: |
        Two kinds.
      table:
        columns: ["CAR-NK", "CAR-T"]
        rows:
          - ["Cells", "NK cells", "T cells"]

more:
  title: "More about it"
  button: "More"
  facts: [F2, T1]
  sources: [R2, R1]
  evidence: M
  reviewed: {on: 2026-11-20, by: "a doctor"}
  parts:
    - "No product was approved."
"""

RISKS = """\
risks:
  title: "Risks"
  button: "Risks"
  facts: [F1]
  sources: [R1]
  evidence: L
  reviewed: {on: 2026-11-22, by: none}
  parts:
    - "Low blood counts."
"""

REFERENCES = """\
R1:
  title: "Liu and others, 2020"
"""

BASICS_ZH = """\
basics:
  from: FRESH
  title: "这是什么"
  button: "基本知识"
  reviewed: {on: 2026-11-21, by: none}
  parts:
    - |
      NK细胞是<b>白细胞</b>。
    - text: |
        有两种。
      table:
        columns: ["CAR-NK", "CAR-T"]
        rows:
          - ["细胞", "NK细胞", "T细胞"]

more:
  from: FRESH
  title: "更多"
  button: "更多"
  reviewed: {on: 2026-11-22, by: none}
  parts:
    - "没有获批的产品。"
"""

RISKS_ZH = """\
risks:
  from: FRESH
  title: "风险"
  button: "风险"
  reviewed: {on: 2026-11-22, by: none}
  parts:
    - "血细胞减少。"
"""

REFERENCES_ZH = """\
R1:
  from: FRESH
  title: "Liu等，2020年"
"""

FILES = {
    "facts.yaml": FACTS,
    "structure.yaml": STRUCTURE,
    "en/basics.yaml": BASICS,
    "en/risks.yaml": RISKS,
    "en/references.yaml": REFERENCES,
    "zh_Hans/basics.yaml": BASICS_ZH,
    "zh_Hans/risks.yaml": RISKS_ZH,
    "zh_Hans/references.yaml": REFERENCES_ZH,
}


@dataclass
class Shelf:
    """A content/ directory. Paths are relative to it, as `en/basics.yaml`."""

    root: Path
    notices: list[Problem] = field(default_factory=list)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def change(self, path: str, old: str, new: str) -> None:
        """Replaces the first `old`, which must be there."""
        text = self.text(path)
        assert old in text
        self.write(path, text.replace(old, new, 1))

    def line(self, path: str, words: str) -> int:
        """The first line that has `words`, from 1."""
        for number, line in enumerate(self.text(path).split("\n"), start=1):
            if words in line:
                return number
        raise AssertionError(f"{words!r} is not in {path}")

    def read(self) -> Library:
        self.notices.clear()
        return read_library(self.root, LANGUAGES, self.notices)

    def problems(self) -> tuple[Problem, ...]:
        with pytest.raises(BrokenWords) as caught:
            self.read()
        return caught.value.problems

    def only_problem(self) -> Problem:
        (problem,) = self.problems()
        return problem

    def only_notice(self) -> Problem:
        self.read()
        (notice,) = self.notices
        return notice


def stock(root: Path) -> Shelf:
    """The sound library, its translations fresh."""
    shelf = Shelf(root)
    for path, text in FILES.items():
        shelf.write(path, text)
    for name in ("basics", "risks", "references"):
        english = read_yaml(root / f"en/{name}.yaml", name)
        text = shelf.text(f"zh_Hans/{name}.yaml")
        for entry in english.values():
            text = text.replace("FRESH", english_hash(entry), 1)
        shelf.write(f"zh_Hans/{name}.yaml", text)
    return shelf


def check(problem: Problem, path: str, line: int, words: str) -> None:
    """The problem is told at this place, in these words, with something to do about it."""
    assert (problem.path, problem.line) == (path, line), problem
    assert words in problem.message
    assert problem.remedy.endswith(".")


def broken(read: Callable[[], object]) -> tuple[Problem, ...]:
    """The problems that `read` raises."""
    with pytest.raises(BrokenWords) as caught:
        read()
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return caught.value.problems
