"""Which sentences the code uses, so that none is missing and none is translated for nothing."""

import ast
import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from bot.i18n.catalog import Catalogs
from bot.i18n.problem import Problem

Place = tuple[str, int]
"""A file, as people see it, and a line from 1."""

_CALLS = ("text", "Text")
_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_SAYS = re.compile(r"\b[Tt]ext\(")
_QUOTED = re.compile(r"[\"']([A-Za-z0-9_.-]+)[\"']")
_BEGINNING = re.compile(r"[A-Za-z0-9_.-]+")


class Usage(NamedTuple):
    """How code and English agree."""

    missing: tuple[Problem, ...]
    """Ids that the code uses and English has not, and values that are not their placeholders."""
    unused: tuple[Problem, ...]
    """English sentences that nobody uses."""


class Ids(dict[str, list[Place]]):
    """The ids that code says, and where."""

    def __init__(self) -> None:
        super().__init__()
        self.values_given: list[tuple[str, frozenset[str], Place]] = []
        """For each call whose values are all named: the id, their names, the place."""
        self.strings: set[str] = set()
        """Every string of the code: ids may stand in a table too."""


def ids_in_code(bot_dir: Path) -> Ids:
    """The ids in calls of `text("...")` and `Text("...")` in the Python files below `bot_dir`.

    An id that begins with fixed words (`text(f"sw.{x}")`) is given as `sw.*`. A `text` that a file
    imports from elsewhere (SQLAlchemy has one) is not ours.
    """
    ids = Ids()
    for path in sorted(bot_dir.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if not _SAYS.search(source):  # nothing is said here; parsing all of it takes a second
            ids.strings.update(_QUOTED.findall(source))
            continue
        tree = ast.parse(source)
        foreign = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and not _ours(node, bot_dir.name)
            for alias in node.names
        }
        shown = path.relative_to(bot_dir.parent).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                ids.strings.add(node.value)
            elif isinstance(node, ast.Call) and (name := _called(node)) and name not in foreign:
                _take(node, shown, ids)
    return ids


def unused_and_missing(catalogs: Catalogs, ids: Ids, also: Iterable[str] = ()) -> Usage:
    """Whether the code's ids and the English catalog agree.

    `also` are ids used elsewhere, as in content/structure.yaml (`sw.*` stands for all that begin
    so); English must have them too. A sentence counts as used when any string of the code is its
    id, as in a table of ids.
    """
    english = catalogs.english
    missing: list[Problem] = []
    elsewhere = {id: [(english.file.path, 1)] for id in also}
    for id, places in (elsewhere | ids).items():
        if id in english.messages or (id.endswith("*") and _any(id, english.messages)):
            continue
        near = difflib.get_close_matches(id, english.messages, 1)
        remedy = f"Did you mean “{near[0]}”?" if near else f"Add it to {english.file.path}."
        missing.extend(
            Problem(path, line, f"“{id}” is not in the English catalog.", remedy, "id.missing", id)
            for path, line in places
        )
    for id, names, (path, line) in ids.values_given:
        message = english.messages.get(id)
        if message is not None and message.names != names:
            what = f"“{id}” takes the values {_listed(message.names)}, not {_listed(names)}."
            remedy = "Give it what the English has in braces."
            missing.append(Problem(path, line, what, remedy, "id.missing", id))
    named = elsewhere.keys() | ids.keys()
    beginnings = tuple(id[:-1] for id in named if id.endswith("*"))
    unused = [
        Problem(
            english.file.path,
            entry.line,
            f"“{entry.id}” is used nowhere.",
            "Delete it.",
            "id.unused",
            entry.id,
        )
        for entry in english.file.entries
        if entry.id not in named
        and entry.id not in ids.strings
        and not entry.id.startswith(beginnings)
        and not entry.id.startswith("money.")  # found by its currency, when money is said
    ]
    return Usage(tuple(sorted(missing)), tuple(sorted(unused)))


def _any(pattern: str, ids: Iterable[str]) -> bool:
    return any(id.startswith(pattern[:-1]) for id in ids)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _ours(node: ast.ImportFrom, package: str) -> bool:
    return node.level > 0 or (node.module or "").partition(".")[0] == package


def _called(call: ast.Call) -> str | None:
    """`text` or `Text`, where the call is of that name."""
    return call.func.id if isinstance(call.func, ast.Name) and call.func.id in _CALLS else None


def _take(call: ast.Call, shown: str, found: Ids) -> None:
    argument = call.args[0] if call.args else None
    argument = next((k.value for k in call.keywords if k.arg == "id"), argument)
    if argument is None:
        return
    place = (shown, call.lineno)
    ids = list(_ids(argument))
    for id in ids:
        found.setdefault(id, []).append(place)
    names = {keyword.arg for keyword in call.keywords}
    if _called(call) == "text" and len(call.args) == 1 and None not in names:
        given = frozenset(name for name in names if name)
        found.values_given.extend((id, given, place) for id in ids)


def _ids(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str() as id) if _ID.fullmatch(id):
            yield id
        case ast.IfExp():
            yield from _ids(argument.body)
            yield from _ids(argument.orelse)
        case (
            ast.JoinedStr(values=[ast.Constant(value=str() as beginning), *_])
            | ast.BinOp(left=ast.Constant(value=str() as beginning), op=ast.Add())
        ) if _BEGINNING.fullmatch(beginning):
            yield f"{beginning}*"
        case _:
            return
