"""The manual for the night: every line that the bot can raise an alarm with, and none besides.

`…` stands for what differs, here and in docs/operating.md. An entry there may be the beginning of
a line, and may say what stands in place of a `…`, if that is written somewhere in bot/.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.test_house import ROOT, modules

MANUAL = "docs/operating.md"
SECTION = "## What each alarm means"
ALARMS = {"warning", "error", "exception", "critical"}
_PERCENT = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[a-z]")


@dataclass(frozen=True)
class Line:
    """Something that the bot can say, and where in the code."""

    words: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: `{self.words}`"


# ── what the code can say ───────────────────────────────────────────────────────────────────────


def literal(node: ast.AST) -> str | None:
    """The words of a string or an f-string; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(part) or "…" for part in node.values)
    return None


@cache
def trees() -> list[tuple[str, ast.Module]]:
    """The bot's modules by their paths, without the sandbox, which nobody operates."""
    return [
        (str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
        for module, path in modules()
        if not module.startswith("bot.sandbox")
    ]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node


def is_alarm(call: ast.Call) -> bool:
    """`log.error(...)` and the like."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="log" | "logger" | "logging"), attr=attr):
            return attr in ALARMS
    return False


@cache
def speakers() -> dict[str, tuple[int, str]]:
    """Functions that log the words they are given: which argument holds them, and the line with
    … in its place."""
    every = [call.func for _, tree in trees() for call in calls(tree)]
    called = {func.id for func in every if isinstance(func, ast.Name)}
    found = {}
    for function in (one for _, tree in trees() for one in functions(tree)):
        names = [one.arg for one in function.args.args]
        for call in filter(is_alarm, calls(function)):
            match call.args:
                case [ast.Constant(value=str(form)), ast.Name(id=name), *_] if (
                    form.startswith("%s") and name in names and function.name in called
                ):
                    found[function.name] = names.index(name), _PERCENT.sub("…", form)
    return found


@cache
def alarms() -> list[Line]:
    """Every line with level WARNING or above."""
    found = []
    for path, tree in trees():
        speaking = speakers()
        theirs = {form for _, form in speaking.values()}
        for call in calls(tree):
            where = f"{path}:{call.lineno}"
            match call.func:
                case ast.Name(id=name) if name in speaking:
                    index, form = speaking[name]
                    words = literal(call.args[index])
                    assert words, f"{where}: say the words to {name} here, so they can be explained"
                    found.append(Line(words + form.removeprefix("…"), where))
            if is_alarm(call):
                words = literal(call.args[0])
                assert words, f"{where}: begin the log line with words, so they can be explained"
                words = _PERCENT.sub("…", words)
                if words not in theirs:
                    found.append(Line(words, where))
    return found


@cache
def reasons() -> list[Line]:
    """Everything that `/healthz` can give as a reason: what `fails` is told, and the phrases in
    functions and variables that are named after a trouble."""
    found = []
    for path, tree in trees():
        told: list[ast.AST] = [call.args[0] for call in calls(tree) if is_fails(call)]
        for function in functions(tree):
            if "trouble" in function.name:
                told += function.body if ast.get_docstring(function) is None else function.body[1:]
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=[ast.Name(id="trouble")], value=value):
                    told.append(value)
        for node in told:
            for phrase in phrases(node):
                if len(re.findall(r"\w+", phrase)) > 2:
                    found.append(Line(phrase, f"{path}:{getattr(node, 'lineno', '?')}"))
    return found


def phrases(node: ast.AST) -> Iterator[str]:
    """Every string and f-string in a piece of code; an f-string as a whole."""
    words = literal(node)
    if words is not None:
        yield words
        return
    for child in ast.iter_child_nodes(node):
        yield from phrases(child)


def is_fails(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "fails"


@cache
def vocabulary() -> set[str]:
    """Whatever can stand in place of a `…`: every string and every name in the code."""
    found = set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value.strip())
            elif isinstance(node, ast.Name):
                found.add(node.id)
    return found


# ── what the manual says ────────────────────────────────────────────────────────────────────────


def rows() -> list[list[str]]:
    """The cells of every row of the section's tables."""
    manual = (ROOT / MANUAL).read_text(encoding="utf-8")
    section = manual.partition(f"\n{SECTION}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if re.match(r"\| (• )?`", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def entries() -> list[str]:
    return [entry for row in rows() for entry in re.findall(r"`([^`]+)`", row[0])]


@cache
def beginnings(words: str) -> tuple[re.Pattern[str], ...]:
    """The line, and it as far as each of its words; two of them at least must be its own."""
    starts = [words[: word.end()] for word in re.finditer(r"\w+|…", words)]
    starts = [start for start in starts if len(re.findall(r"\w+", start)) > 1]
    parts = [map(re.escape, start.split("…")) for start in (*starts, words)]
    return tuple(re.compile("(.+?)".join(one)) for one in parts)


def explains(entry: str, line: Line, known: set[str]) -> bool:
    """Whether this entry of the manual is about this line."""
    for beginning in beginnings(line.words):
        said = beginning.fullmatch(entry)
        if said is not None:
            pieces = [piece.strip() for group in said.groups() for piece in group.split("…")]
            if all(piece in known for piece in pieces if piece):
                return True
    return False


def unexplained(lines: list[Line], given: list[str]) -> list[Line]:
    known = vocabulary()
    return [line for line in lines if not any(explains(one, line, known) for one in given)]


def unknown(given: list[str], lines: list[Line]) -> list[str]:
    known = vocabulary()
    return [one for one in given if not any(explains(one, line, known) for line in lines)]


# ── the promises ────────────────────────────────────────────────────────────────────────────────


def test_every_alarm_is_explained() -> None:
    """Each WARNING, each ERROR and each reason of /healthz stands in the manual."""
    missing = unexplained(alarms() + reasons(), entries())
    assert not missing, (
        f"{MANUAL}, “{SECTION}”, does not explain these. Add each to the first column of a table "
        "there (to an existing row, if the remedy is the same), with … for what differs:\n"
        + "\n".join(map(str, missing))
    )


def test_no_alarm_is_explained_that_does_not_exist() -> None:
    """What stands in the manual is a line that the bot can write, or the beginning of one."""
    surplus = unknown(entries(), alarms() + reasons())
    assert not surplus, (
        f"{MANUAL}, “{SECTION}”, explains lines that no code in bot/ writes any more. Correct or "
        "delete them:\n" + "\n".join(surplus)
    )


def test_each_alarm_has_a_meaning_and_a_remedy() -> None:
    """No cell of these tables is empty, and no line is explained twice."""
    for row in rows():
        assert len(row) == 3, row
        assert all(row), row
    twice = {entry for entry in entries() if entries().count(entry) > 1}
    assert not twice


def test_the_comparison_sees_both_kinds_of_mistake() -> None:
    """A new line, one that is gone and words that nobody says are found; `report` is followed."""
    said = {line.words for line in alarms()}
    assert {"update … failed (… in …)", "… is in trouble: …"} <= said
    assert "… (… in …)" not in said
    assert "no sign of life for … s" in {line.words for line in reasons()}
    new = Line("the moon is in the way of …", "bot/moon.py:1")
    assert unexplained([new], entries()) == [new]
    gone = ["the database does not sing", "the moon is in trouble: …", "update"]
    assert unknown(gone, alarms() + reasons()) == gone
