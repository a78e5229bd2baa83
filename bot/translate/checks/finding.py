"""What a check has found, and what each kind of mistake means (codes.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, cast

from bot.i18n.problem import Problem
from bot.i18n.strict import read_yaml
from bot.settings import ROOT

Severity = Literal["error", "warning"]
"""error: this cannot be right. warning: somebody should look at it."""


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of mistake. `before` and `after` are an example, in `language`."""

    name: str
    severity: Severity
    means: str
    language: str = ""
    english: str = ""
    before: str = ""
    after: str = ""
    id: str = ""


@cache
def codes() -> Mapping[str, Code]:
    """Every kind of mistake by its code, in the order of the file."""
    path = Path(__file__).with_name("codes.yaml")
    tree = read_yaml(path, path.name)
    return {
        name: Code(
            name,
            cast(Severity, entry["severity"]),
            entry["means"].strip(),
            **{key: entry[key] for key in _EXAMPLE if key in entry},
        )
        for name, entry in tree.items()
    }


_EXAMPLE = ("language", "english", "before", "after", "id")


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that is surely right: `old` becomes `new` wherever it stands in these lines."""

    old: str
    new: str
    first: int = 0
    last: int = 0

    def __str__(self) -> str:
        return f"{_shown(self.old)} -> {_shown(self.new)}"


def _shown(words: str) -> str:
    """With signs that nobody sees as their numbers: U+200B."""
    if not words:
        return "nothing"
    seen = "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in words)
    return seen if seen == seen.strip() else f"“{seen}”"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule says of one text. `at`: the words in question, to find their line."""

    code: str
    message: str
    remedy: str
    at: str = ""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One mistake: where, which kind, and what to do. Sorted by place."""

    path: str
    line: int
    column: int
    code: str
    severity: Severity
    language: str
    """"" where it is about no language's file, such as content/structure.yaml"""
    id: str
    message: str
    remedy: str
    english: str = field(default="", compare=False)
    written: str = field(default="", compare=False)
    fix: Fix | None = field(default=None, compare=False)


def from_problem(problem: Problem) -> Finding:
    """What a reader told, as a finding. What has no code of its own is one of its file's kind."""
    code = problem.code or _code_of(problem.path)
    return Finding(
        path=problem.path,
        line=problem.line,
        column=1,
        code=code,
        severity=codes()[code].severity,
        language=language_of(problem.path),
        id=problem.id,
        message=problem.message,
        remedy=problem.remedy,
    )


def _code_of(path: str) -> str:
    name = Path(path).name
    return {
        "safety.yaml": "alarm-words",
        "helplines.yaml": "helplines",
        "facts.yaml": "facts",
        "form.yaml": "form",
        "countries.yaml": "form",
    }.get(name, "structure")


def language_of(path: str) -> str:
    """The language whose file `path` (as people see it) is; "" for everybody's."""
    parts = Path(path).parts
    own = len(parts) > 2 or (len(parts) == 2 and "." not in parts[1])
    return parts[1].replace("-", "_") if own and parts[0] != "bot" else ""


def file_at(shown: str, locales: Path, content: Path) -> Path:
    """The file that people know as `shown`, wherever the two folders are."""
    folder, _, rest = shown.partition("/")
    if folder == "content":
        return content / rest
    return locales / rest if folder == locales.name else ROOT / shown
