"""YAML as people write it: every value is text, and a mistake names its line and the remedy.

PyYAML reads `no` as False, `12:30` as 750 and keeps the last of two equal keys without a word;
prose in a medical text must not change that way. So nothing here has an implicit type.
"""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, cast

import yaml

from bot.i18n.problem import BrokenWords, Problem


class Block(dict[str, Any]):
    """A YAML mapping. `line` is its first line; `lines[key]` the line of each key (from 1)."""

    line: int
    lines: dict[str, int]

    def at(self, key: str) -> int:
        return self.lines.get(key, self.line)


class Items(list[Any]):
    """A YAML list; `line` is its first line, `lines[i]` the line of each item (from 1)."""

    line: int
    lines: list[int]


class _Loader(yaml.CSafeLoader):
    """CSafeLoader without types (the C reader: fifteen times faster than the pure one)."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the attribute PyYAML reads
    yaml_constructors: ClassVar[dict[str | None, Any]] = {}  # else `!!int 3` would make a number


def _mapping(loader: _Loader, node: yaml.Node) -> Block:
    if not isinstance(node, yaml.MappingNode):
        raise _wrong_tag(node)
    block = Block()
    block.line = node.start_mark.line + 1
    block.lines = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _Mistake(line, "This key is not a word.", "Write a plain word before the colon.")
        if key_node.tag != _TEXT:
            raise _wrong_tag(key_node)
        key = cast(str, key_node.value)
        if key in block:
            raise _Mistake(
                line,
                f"“{key}” stands here a second time (first in line {block.lines[key]}).",
                "Keep one of them.",
                "yaml.duplicate",
            )
        block[key] = loader.construct_object(value_node, deep=True)
        block.lines[key] = line
    return block


def _sequence(loader: _Loader, node: yaml.Node) -> Items:
    if not isinstance(node, yaml.SequenceNode):
        raise _wrong_tag(node)
    items = Items(loader.construct_object(child, deep=True) for child in node.value)
    items.line = node.start_mark.line + 1
    items.lines = [child.start_mark.line + 1 for child in node.value]
    return items


def _scalar(loader: _Loader, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _wrong_tag(node)
    return unicodedata.normalize("NFC", cast(str, node.value))


class _Mistake(Exception):  # noqa: N818 - it never leaves this file
    def __init__(self, line: int, message: str, remedy: str, code: str = "yaml.syntax") -> None:
        super().__init__(message)
        self.line, self.message, self.remedy, self.code = line, message, remedy, code


def _wrong_tag(node: yaml.Node) -> _Mistake:
    return _Mistake(
        node.start_mark.line + 1,
        f"“{node.tag}” gives a value a type, but every value here is text.",
        "Take the mark away, and put the value between double quotes.",
        "yaml.type",
    )


def _refuse_tag(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    raise _wrong_tag(node)


_TEXT = "tag:yaml.org,2002:str"
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _sequence)
_Loader.add_constructor(_TEXT, _scalar)
_Loader.add_multi_constructor("", _refuse_tag)


_CODE = "yaml.syntax"


def read_yaml(path: Path, shown: str) -> Block:
    """The mapping in the file `path`; `shown` is the path that people see in messages.

    Raises BrokenWords with every problem found, each with its line and what to do.
    """
    try:
        raw = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BrokenWords(
            [Problem(shown, line, "This file is not UTF-8 text.", "Save it again as UTF-8.", _CODE)]
        ) from error
    except OSError as error:
        raise BrokenWords(
            [Problem(shown, 1, "This file cannot be read.", "Check that it is there.", _CODE)]
        ) from error
    return parse_yaml(raw, shown)


def parse_yaml(raw: str, shown: str) -> Block:
    """The mapping in the text `raw`; raises BrokenWords like `read_yaml`."""
    problems = [Problem(shown, *lint) for lint in _lints(raw)]
    tree: Any = None
    try:
        _refuse_depth(raw)
        tree = yaml.load(raw, _Loader)  # noqa: S506 - a SafeLoader without types
    except _Mistake as mistake:
        problems.append(Problem(shown, mistake.line, mistake.message, mistake.remedy, mistake.code))
    except yaml.MarkedYAMLError as error:
        line, what, remedy = _syntax(error)
        if not {line, line - 1} & {problem.line for problem in problems}:  # else it is its echo
            problems.append(Problem(shown, line, what, remedy, _CODE))
    except yaml.YAMLError:
        found = yaml.reader.Reader.NON_PRINTABLE.search(raw)
        line = raw.count("\n", 0, found.start()) + 1 if found else 1
        what = "There is a character that YAML does not allow."
        problems.append(Problem(shown, line, what, "Retype the line.", _CODE))
    else:
        if not isinstance(tree, Block):
            problems.append(
                Problem(shown, 1, "This file has no entries.", "Start with “name: text”.", _CODE)
            )
    if problems:
        raise BrokenWords(problems)
    return cast(Block, tree)


_DEEPEST = 20
"""Levels of a file (ours have seven): thousands of them crash PyYAML's C reader and us with it."""


def _refuse_depth(raw: str) -> None:
    depth = 0
    for event in yaml.parse(raw, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise _Mistake(
                event.start_mark.line + 1 if event.start_mark else 1,
                f"Lists and entries stand more than {_DEEPEST} deep in one another here.",
                "Put text with brackets or dashes at its beginning in double quotes.",
            )


def _syntax(error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    if error.problem == "found unexpected end of stream" and error.context_mark:
        return (
            error.context_mark.line + 1,
            "The quotes or brackets that open in this line are not closed.",
            'Close them; a straight quote inside quotes is written \\".',
        )
    what = error.problem or error.context or "not YAML"
    return (
        line,
        f"This line, or the one above it, is not written as the file needs it ({what}).",
        "Compare it with its neighbours: same indentation, a space after the colon, long text "
        "below “|”, and a title that has a colon, #, @, % or { in double quotes.",
    )


_FULL_WIDTH_COLON = re.compile(r"^\s*(?:- )?[A-Za-z0-9_.-]+：")
_HASH_IN_VALUE = re.compile(
    r"^\s*(?:- +(?:[A-Za-z0-9_.-]+: +)?|[A-Za-z0-9_.-]+: +)[^\"'|>\s#][^\"']*\s#"
)
_SMART_QUOTE = re.compile(r"^\s*(?:- +(?:[A-Za-z0-9_.-]+: +)?|[A-Za-z0-9_.-]+: +)[“”„«]")
_OPENS_BLOCK = re.compile(r"^( *(?:- +)*)(?:[A-Za-z0-9_.-]+: +)?[|>][+-]?\d?\s*$")


def _lints(raw: str) -> Iterator[tuple[int, str, str, str]]:
    """Mistakes that YAML accepts in silence, or reports in words that help nobody."""
    inside_block: int | None = None
    for number, line in enumerate(raw.splitlines(), start=1):
        indent = len(line) - len(line.lstrip(" "))
        if inside_block is not None:
            if not line.strip() or indent > inside_block:
                continue
            inside_block = None
        if re.match(r"^(<{7}|={7}|>{7})( |$)", line):
            yield (
                number,
                "Two versions of this place were left by Git.",
                "Keep one, delete the marks.",
                "yaml.conflict-marker",
            )
        elif "\t" in line[: len(line) - len(line.lstrip())]:
            yield (
                number,
                "This line starts with a tab.",
                "Use spaces, as in the lines around it.",
                "yaml.syntax",
            )
        elif "\u00a0" in line[: len(line) - len(line.lstrip())]:
            yield (
                number,
                "This line starts with a no-break space.",
                "Use plain spaces.",
                "yaml.syntax",
            )
        elif _FULL_WIDTH_COLON.match(line):
            yield (
                number,
                "The colon here is the wide one (：).",
                "Type the plain one and a space (: ).",
                "yaml.syntax",
            )
        elif _HASH_IN_VALUE.match(line):
            yield (
                number,
                "All after “ #” would be lost as a comment.",
                "Put the text in double quotes.",
                "yaml.hash",
            )
        elif _SMART_QUOTE.match(line):
            yield (
                number,
                "The quotes are curly and would be shown.",
                'Type straight ones (").',
                "yaml.quotes",
            )
        opened = _OPENS_BLOCK.match(line)
        if opened:
            # Below “- text: |” the text stands deeper than “text”; below “- |” deeper than “-”.
            inside_block = len(opened[1]) if ":" in line else opened[1].rfind("-")
