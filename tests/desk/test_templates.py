"""Letters that staff send with a tap: read strictly, whole in English, filled for one person."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.templates import Template, Templates, filled, item_hash, items, read_templates
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import read_yaml
from bot.i18n.text import Text
from bot.library.facts import Fact, Facts
from bot.settings import ROOT
from bot.translate.accept import accept
from tests.dialogue.words import words

SHIPPED = words().templates
EN, ZH = words().languages["en"], words().languages["zh_Hans"]

ENGLISH = """\
hello:
  title: "A greeting"
  facts: [F1]
  body: |
    Hello {name},
    this is about {ref}.
bye:
  title: "Good-bye"
  facts: []
  body: "Good-bye {name}"
"""
CHINESE = """\
hello:
  from: "@"
  title: "问候"
  body: "{name}，您好！编号{ref}。"
bye:
  from: "@"
  title: "再见"
  body: "{name}，再见！"
"""
FACTS = Facts(
    snapshot=words().library.facts.snapshot,
    checked=words().library.facts.checked,
    facts={"F1": Fact("F1", "fact", "so"), "F2": Fact("F2", "fact", "now", volatile=True)},
    references={},
    words={},
)


def shelf(folder: Path, english: str = ENGLISH, chinese: str | None = CHINESE) -> Path:
    """A content/ with these letters; “@” is the hash that fits."""
    for code in ("en", "zh_Hans"):
        (folder / code).mkdir()
    source = folder / "en" / "templates.yaml"
    source.write_text(english, encoding="utf-8")
    if chinese is not None:
        path = folder / "zh_Hans" / "templates.yaml"
        for _, one in items(read_yaml(source, "en")):
            chinese = chinese.replace('"@"', item_hash(one), 1)
        path.write_text(chinese, encoding="utf-8")
    return folder


def read(
    folder: Path, notices: list[Problem] | None = None, facts: Facts | None = FACTS
) -> Templates:
    return read_templates(folder, ("en", "zh_Hans"), facts, [] if notices is None else notices)


def ids(found: tuple[Template, ...]) -> list[tuple[str, str]]:
    return [(one.id, one.language) for one in found]


# ── choosing and filling ────────────────────────────────────────────────────────────────────────


def test_letters_come_in_the_language_of_the_person_in_the_order_of_the_file() -> None:
    """By code or tag; somebody whose language has none gets them in English."""
    english = SHIPPED.for_language("en")
    assert [one.id for one in english][:3] == ["received", "report", "treatments"]
    assert len(english) == 10
    chinese = SHIPPED.for_language("zh-Hans")
    assert [one.id for one in chinese] == [one.id for one in english]
    assert {one.language for one in chinese} == {"zh_Hans"}
    assert SHIPPED.for_language("fr") == english
    assert SHIPPED.find("costs", "zh_Hans") == chinese[4]
    assert SHIPPED.find("no-such-letter", "en") is None


def test_a_letter_is_filled_with_name_and_number() -> None:
    """Plain words, line by line, as staff may go on writing them."""
    letter = SHIPPED.find("received", "en")
    assert letter is not None
    said = filled(letter, EN, " Maria & <b>co</b> ", "K7PQ2")
    assert said.startswith("Hello Maria & <b>co</b>,\n\nThank you for writing to us.")
    assert "your request K7PQ2" in said
    chinese = SHIPPED.find("received", "zh-Hans")
    assert chinese is not None
    assert filled(chinese, ZH, "小王", "K7PQ2").startswith("小王，您好！\n")


def test_who_gave_no_name_is_greeted_all_the_same() -> None:
    """No blank before the comma."""
    for code, start in (("en", "Hello there,"), ("zh_Hans", "朋友，您好！")):
        for letter in SHIPPED.for_language(code):
            assert filled(letter, words().languages[code], " ", "K7PQ2").startswith(start)


def test_nothing_in_braces_is_left_in_any_letter() -> None:
    """Every placeholder is filled, whichever letter uses it or not."""
    for code in ("en", "zh_Hans"):
        for letter in SHIPPED.for_language(code):
            assert "{" not in filled(letter, words().languages[code], "Maria", "K7PQ2")


@given(st.text())
def test_any_name_can_stand_in_a_letter(name: str) -> None:
    """Braces, tags and letters from right to left are words like others; nothing breaks."""
    letter = Template("x", "en", Text("t"), Text("t", template="Hello {name}, it is {ref}."))
    said = filled(letter, EN, name, "{name}")
    assert said.endswith(", it is {name}.")


# ── reading ─────────────────────────────────────────────────────────────────────────────────────


def test_letters_are_read_in_both_languages(tmp_path: Path) -> None:
    """Whole and fresh: nothing to tell."""
    notices: list[Problem] = []
    found = read(shelf(tmp_path), notices)
    assert notices == []
    assert ids(found.for_language("zh_Hans")) == [("hello", "zh_Hans"), ("bye", "zh_Hans")]
    hello = found.for_language("zh_Hans")[0]
    assert ZH.label(hello.title) == "问候"
    assert filled(hello, ZH, "小王", "K7PQ2") == "小王，您好！编号K7PQ2。"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title: "A greeting"', 'titel: "A greeting"', "“titel” is not a known entry"),
        ('title: "A greeting"', 'note: "x"', "“title” is missing"),
        ('title: "A greeting"', 'title: "<b>"', "“title” cannot stand on a button"),
        ('body: "Good-bye {name}"', 'note: "x"', "“body” is missing"),
        ("{ref}", "{number}", "{number} cannot be filled in"),
        ("{ref}", "{a.b}", "{a.b} is no placeholder"),
        ("{ref}", "<b>it</b>", "A tag would be shown"),
        ("  facts: []\n", "", "It is not said on which facts"),
        ("facts: [F1]", "facts: F1", "“facts” is not a list of words"),
        ("facts: [F1]", "facts: [F99]", "“F99” in “facts” is not known"),
        ("facts: [F1]", "facts: [F2]", "F2 changes fast"),
        ("hello:", "Hello:", "“Hello” cannot be the id of a letter"),
        ("hello:", "again: Hello\nhello:", "[again] has no entries"),
        ("hello:", "hello:\n\tx: y\nold:", "starts with a tab"),
    ],
)
def test_a_mistake_in_an_english_letter_stops_the_start(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """With its file and line: everything falls back to English, so English must be whole."""
    assert old in ENGLISH
    with pytest.raises(BrokenWords) as broken:
        read(shelf(tmp_path, ENGLISH.replace(old, new, 1), None))
    found = [str(one) for one in broken.value.problems]
    assert any(message in one for one in found), found
    assert all(one.startswith("content/en/templates.yaml:") for one in found)


def test_unreadable_facts_are_told_once_elsewhere(tmp_path: Path) -> None:
    """Then no letter is blamed for naming them."""
    assert ids(read(shelf(tmp_path), facts=None).for_language("en"))[0] == ("hello", "en")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '  from: "@"\n  title: "问候"',
            '  from: 00000000\n  title: "问候"',
            "other English words",
        ),
        ('  from: "@"\n  title: "问候"', '  title: "问候"', "other English words"),
        ('title: "问候"', 'titel: "问候"', "“titel” is not a known entry"),
        ('title: "问候"', 'facts: [F1]\n  title: "问候"', "“facts” is not a known entry"),
        ("{ref}", "", "{ref} stands in only one of the two"),
        ("{ref}", "{nummer}", "{nummer} cannot be filled in"),
        ("hello:", "helo:", "There is no English letter “helo”"),
        ("hello:", "helo:", "[hello] is missing"),
    ],
)
def test_a_broken_or_older_translation_is_english_and_said_so(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """Only that letter; its neighbour stays Chinese, and the bot starts."""
    folder = shelf(tmp_path)
    path = folder / "zh_Hans" / "templates.yaml"
    hashes = [item_hash(one) for _, one in items(read_yaml(folder / "en/templates.yaml", "en"))]
    chinese = CHINESE
    assert old in chinese
    chinese = chinese.replace(old, new, 1)
    for one in hashes if chinese.count('"@"') == 2 else hashes[1:]:
        chinese = chinese.replace('"@"', one, 1)
    path.write_text(chinese, encoding="utf-8")
    notices: list[Problem] = []
    found = read(folder, notices)
    assert ids(found.for_language("zh_Hans")) == [("hello", "en"), ("bye", "zh_Hans")]
    assert any(message in str(one) for one in notices), notices


def test_a_letter_that_nobody_has_begun_is_english_without_a_word(tmp_path: Path) -> None:
    """`from: none`: it still holds the English, which is no mistake."""
    folder = shelf(tmp_path)
    path = folder / "zh_Hans" / "templates.yaml"
    chinese = path.read_text(encoding="utf-8").split("\n")
    chinese[1] = "  from: none"
    path.write_text("\n".join(chinese), encoding="utf-8")
    notices: list[Problem] = []
    found = read(folder, notices)
    assert ids(found.for_language("zh_Hans")) == [("hello", "en"), ("bye", "zh_Hans")]
    assert notices == []


def test_a_language_without_letters_sends_english_ones(tmp_path: Path) -> None:
    """One notice for the file."""
    notices: list[Problem] = []
    found = read(shelf(tmp_path, chinese=None), notices)
    assert [one.language for one in found.for_language("zh_Hans")] == ["en", "en"]
    assert [str(one) for one in notices] == [
        "content/zh_Hans/templates.yaml:1: The letters are missing."
        " Translate content/en/templates.yaml; these letters are English until then."
    ]


def test_a_translation_that_is_not_yaml_stops_the_start(tmp_path: Path) -> None:
    """A file that cannot be read is told, with its line."""
    with pytest.raises(BrokenWords, match=r"content/zh_Hans/templates\.yaml:2"):
        read(shelf(tmp_path, chinese="hello:\n\tbody: x\n"))


def test_a_letter_is_accepted_by_its_name(tmp_path: Path) -> None:
    """`accept` marks that letter, or all; the titles of the English count, their facts do not."""
    content = tmp_path / "content"
    shutil.copytree(Path(__file__).parents[2] / "content", content)
    english = content / "en" / "templates.yaml"
    source = english.read_text(encoding="utf-8")
    source = source.replace('title: "Closing words"', 'title: "Last words"')
    source = source.replace("Which treatments so far?", "Which treatments?")
    english.write_text(source.replace("facts: [F79]", "facts: []"), encoding="utf-8")

    def stale() -> list[str]:
        found = read_templates(content, ("en", "zh_Hans"), None, []).for_language("zh_Hans")
        return [one.id for one in found if one.language == "en"]

    assert stale() == ["treatments", "closing"]
    assert accept(ROOT / "locales", content, "zh_Hans", ["templates.closing"]) == 1
    assert stale() == ["treatments"]
    assert accept(ROOT / "locales", content, "zh_Hans", ["templates"]) == 1
    assert stale() == []
