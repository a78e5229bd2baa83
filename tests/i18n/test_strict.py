"""The strict reader: text stays as typed, and each slip is told with its line and its remedy."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block, Items, read_yaml
from tests.library.shelf import broken, check

SHOWN = "content/en/x.yaml"


def read(path: Path, words: str | bytes) -> Block:
    file = path / "x.yaml"
    file.write_bytes(words if isinstance(words, bytes) else words.encode("utf-8"))
    return read_yaml(file, SHOWN)


def refused(path: Path, words: str | bytes) -> tuple[Problem, ...]:
    return broken(lambda: read(path, words))


@pytest.mark.parametrize(
    "value",
    ["no", "Yes", "on", "12:30", "0123", "1.10", "1e5", "~", "null", "2026-11-22", "1_000", "0x1F"],
)
def test_every_value_is_text_as_typed(tmp_path: Path, value: str) -> None:
    """Words, times, dates and numbers that YAML would turn into something else stay words."""
    assert read(tmp_path, f"a: {value}\n") == {"a": value}
    assert read(tmp_path, f"a: [{value}]\n{value}: x\n") == {"a": [value], value: "x"}


def test_blocks_and_lists_know_their_lines(tmp_path: Path) -> None:
    """A mapping and a list tell the line of each key and item, and of themselves for others."""
    tree = read(tmp_path, "# comment\na:\n  b: 1\n  c:\n    - x\n    # between\n    - y\n")
    assert (tree.line, tree.at("a"), tree.at("nothing")) == (2, 2, 2)
    inner = tree["a"]
    assert isinstance(inner, Block)
    assert (inner.line, inner.at("b"), inner.at("c"), inner.at("z")) == (3, 3, 4, 3)
    items = inner["c"]
    assert isinstance(items, Items)
    assert (items, items.line, items.lines) == (["x", "y"], 5, [5, 7])


def test_letters_are_composed(tmp_path: Path) -> None:
    """A letter typed as two code points is the same word as the one typed as one."""
    assert read(tmp_path, 'a: "e\u0301"\n') == {"a": "\u00e9"}


def test_a_windows_file_reads_like_any_other(tmp_path: Path) -> None:
    """A byte order mark and Windows line ends change nothing, nor does an anchor used twice."""
    assert read(tmp_path, "\ufeffa: &x b\r\nc: *x\r\n") == {"a": "b", "c": "b"}


WRONG = {
    "wrong indentation": ("a: 1\n b: 2\n", 2, "not written as the file needs it"),
    "a colon in a plain title": ("a: one: two\n", 1, "not written as the file needs it"),
    "an open quote": ('a: 1\nb: "one\nc: two\nd: 3\n', 2, "quotes or brackets that open"),
    "an unknown escape": ('a: 1\nb: "\\q"\n', 2, "not written as the file needs it"),
    "an unknown anchor": ("a: 1\nb: *c\n", 2, "not written as the file needs it"),
    "an endless anchor": ("a: 1\nb: &c [*c]\n", 2, "not written as the file needs it"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "not written as the file needs it"),
    "another kind of YAML": ("%YAML 2.0\n---\na: 1\n", 1, "not written as the file needs it"),
    "a key twice": ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", 5, "“c” stands here a second time"),
    "a list as a key": ("a: 1\n? [b]\n: c\n", 2, "not a word"),
    "a wide colon": ("a: 1\ntitle：二\n", 2, "wide one"),
    "a wide colon in a list": ("a:\n  - text：二\n", 2, "wide one"),
    "curly quotes": ("a: 1\nb: “two”\n", 2, "curly"),
    "curly quotes in a list": ("a:\n  - „zwei“\n", 2, "curly"),
    "curly quotes after a text": ("a:\n  - text: |\n      x\n    b: “y”\n", 4, "curly"),
    "a hash in a value": ("a: 1\nb: NK cells #1 choice\n", 2, "lost as a comment"),
    "a hash in an item": ("a:\n  - NK cells #1 choice\n", 2, "lost as a comment"),
    "Git's marks": ("a: 1\n<<<<<<< HEAD\nb: 2\n", 2, "left by Git"),
    "a tab": ("a:\n\tb: 1\n", 2, "starts with a tab"),
    "a no-break space": ("a:\n  b: 1\n\u00a0 c: 2\n", 3, "no-break space"),
    "a number mark": ("a: 1\nb: !!int 3\n", 2, "gives a value a type"),
    "a number mark on a key": ("a: 1\n!!int 3: b\n", 2, "gives a value a type"),
    "a mark of our own": ("a: 1\nb: !money 3\n", 2, "gives a value a type"),
    "a binary mark": ("a: 1\nb: !!binary aGk=\n", 2, "gives a value a type"),
    "a mapping mark on a word": ("a: 1\nb: !!map c\n", 2, "gives a value a type"),
    "a list mark on a word": ("a: 1\nb: !!seq c\n", 2, "gives a value a type"),
    "a text mark on a list": ("a: 1\nb: !!str [c]\n", 2, "gives a value a type"),
    "a set": ("!!set {a}\n", 1, "gives a value a type"),
    "a control character": ('a: 1\nb: "x\x07y"\n', 2, "character that YAML does not allow"),
    "a zero byte": ('a: 1\nb: "x\x00y"\n', 2, "character that YAML does not allow"),
    "an empty file": ("", 1, "no entries"),
    "only comments": ("# nothing\n", 1, "no entries"),
    "a list of all": ("- a\n", 1, "no entries"),
    "a word alone": ("a\n", 1, "no entries"),
    "an open bracket": ("a: 1\nb: [x, y\n", 3, "not written as the file needs it"),
    "brackets without end": ("a: 1\nb: " + "[" * 2000, 2, "deep in one another"),
    "braces without end": ("a: 1\nb: " + "{x: " * 2000, 2, "deep in one another"),
    "dashes without end": ("- " * 2000, 1, "deep in one another"),
    "questions without end": ("? " * 2000, 1, "deep in one another"),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_is_told_with_line_and_remedy(tmp_path: Path, slip: str) -> None:
    """Each slip is the one problem told: at its line, in plain words, with what to do."""
    words, line, message = WRONG[slip]
    (problem,) = refused(tmp_path, words)
    check(problem, SHOWN, line, message)


def test_other_encodings_are_told_at_their_line(tmp_path: Path) -> None:
    """A file saved in a Chinese encoding, or as UTF-16, is not guessed at."""
    (problem,) = refused(tmp_path, b"a: 1\n" + "b: 细胞\n".encode("gb18030"))
    check(problem, SHOWN, 2, "not UTF-8")
    (problem,) = refused(tmp_path, "a: 1\n".encode("utf-16"))
    check(problem, SHOWN, 1, "not UTF-8")


def test_a_missing_file_is_a_problem_of_its_own(tmp_path: Path) -> None:
    """A file that is not there, or is a directory, is told like any other mistake."""
    (problem,) = broken(lambda: read_yaml(tmp_path / "x.yaml", SHOWN))
    check(problem, SHOWN, 1, "cannot be read")
    (problem,) = broken(lambda: read_yaml(tmp_path, SHOWN))
    check(problem, SHOWN, 1, "cannot be read")


def test_several_slips_are_told_together(tmp_path: Path) -> None:
    """One look at the messages is enough to mend a whole file."""
    problems = refused(tmp_path, "a: “two”\nb: x #1\nc: 3\nc: 4\nd: “five”\n")
    assert [problem.line for problem in problems] == [1, 2, 4, 5]
    problems = refused(tmp_path, "a: “two”\nb: 2\nc: 3\n d: 4\n")
    assert [problem.line for problem in problems] == [1, 4]


PROSE = """\
a:
  - |
    title：二
    b: “two” #1
    <<<<<<< less than
    \tindented
  - text: |
      c：三
    note: "d：four #5"
# e：comment
"""


def test_prose_may_say_what_lines_may_not(tmp_path: Path) -> None:
    """Inside a text below “|”, in quotes and in comments nothing is taken for a slip."""
    assert read(tmp_path, PROSE)["a"][1] == {"text": "c：三\n", "note": "d：four #5"}


NO_HURRY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Each example writes the same file anew; how long a busy disk takes is no matter."""

PIECES = st.sampled_from("ab 中'\"#：“”|>-?*&!%@,[]{}\t\n\r\u00a0\u0085\u2028\ufeff\x00") | (
    st.sampled_from(
        ["a: ", "- ", "\n  ", "!!int ", "!!map ", "&x ", "*x ", "<<: ", "---\n", "<<<<<<<\n", "|\n"]
    )
)
ODD = st.one_of(
    st.text(), st.binary(), st.lists(PIECES).map("".join), st.lists(PIECES).map("a: ".join)
)


@settings(NO_HURRY, max_examples=500)
@given(ODD)
def test_anything_is_a_block_or_broken_words(tmp_path: Path, words: str | bytes) -> None:
    """Whatever is in a file, the answer is a mapping of texts or problems in lines it has."""
    raw = words.encode("utf-8", "surrogatepass") if isinstance(words, str) else words
    try:
        tree = read(tmp_path, raw)
    except BrokenWords as error:
        lines = 1 + sum(raw.decode("utf-8", "replace").count(end) for end in "\n\r\x85\u2028\u2029")
        assert error.problems
        for problem in error.problems:
            assert problem.path == SHOWN
            assert 1 <= problem.line <= lines + 1
            assert problem.message
            assert problem.remedy
    else:
        only_text(tree)


def only_text(value: Any) -> None:
    if isinstance(value, Block):
        for key, inner in value.items():
            assert type(key) is str
            assert value.lines[key] >= value.line >= 1
            only_text(inner)
    elif isinstance(value, Items):
        assert len(value.lines) == len(value)
        for inner in value:
            only_text(inner)
    else:
        assert type(value) is str


@settings(NO_HURRY)
# YAML allows 1,024 characters for a key; each is written with ten here.
@given(st.dictionaries(st.text(max_size=90), st.text(), min_size=1))
def test_quoted_words_come_back_as_they_were(tmp_path: Path, entries: dict[str, str]) -> None:
    """Any text between double quotes, each character by its number, is what is read."""

    def quoted(words: str) -> str:
        return '"' + "".join(f"\\U{ord(char):08X}" for char in words) + '"'

    lines = [f"{quoted(key)}: {quoted(value)}\n" for key, value in entries.items()]
    wanted = {key: unicodedata.normalize("NFC", value) for key, value in entries.items()}
    assert read(tmp_path, "".join(lines)) == wanted
