"""The words of the form: English whole, translations item by item, and never half a question."""

import shutil
from pathlib import Path

import pytest

from bot.i18n.problem import BrokenWords, Problem
from bot.translate.accept import accept
from tests.dialogue.intake.forms import CONTENT, ENGLISH, problems, read, said, shelf

CHINESE = """\
questions:
  where: {from: "@", label: 地点, question: 在哪里？, wrong: 没有这个地方。}
  kind: {from: "@", label: 种类, question: 哪一种？, options: {one: 第一种, two: 第二种}}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("questions:", "question:", "“question” is not a known entry"),
        ("  where: {", "  were: {", "[were] is not known among the questions"),
        ("  where: {", "  were: {", "[where] is missing below “questions:”"),
        ("  more: {title: More}\n", "", "[more] is missing below “blocks:”"),
        ("  choose:", "  chose:", "[choose] is missing below “reasons:”"),
        ("label: Where, ", "", "“label” is missing"),
        ("label: Where, ", 'label: "<b>", ', "“label” cannot stand on a button"),
        ('question: "Where?"', 'question: " "', "“question” is missing"),
        ('question: "Where?"', 'question: "<b>Where?"', "Telegram would refuse this text"),
        ('question: "Where?"', 'question: "{where}?"', "There are braces in the text"),
        ('wrong: "No such place."', 'note: "x"', "Add “wrong:”"),
        ('hint: "As you like."', 'hnt: "As you like."', "“hnt” is not a known entry"),
        ("{label: Consent}", '{label: Consent, question: "Q"}', "stands in the catalogs"),
        ("two: The second", "too: The second", "There is no option “too”"),
        ("two: The second", "too: The second", "The option “two” has no words"),
        ("two: The second", 'two: "The First!"', "The options “one” and “two” are worded alike"),
        ("{one: The first, two: The second}", "none", "“options” has no ids"),
        ("  core: {title: Basics}", "  core: {titel: Basics}", "“titel” is not a known entry"),
        ("{most}", "much", "{most} is missing here"),
        ("reasons:", "private: passport\nreasons:", "“private” is not a list of words"),
        ("blocks:\n", "blocks: none\nnothing:\n", "[core] is missing below “blocks:”"),
        ("  core: {title: Basics}", "  core: Basics", "[core] is missing below “blocks:”"),
    ],
)
def test_a_mistake_in_the_english_words_stops_the_start(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """Everything falls back to English, so English must be whole."""
    assert old in ENGLISH
    found = problems(shelf(tmp_path, english=ENGLISH.replace(old, new, 1)))
    assert any(message in one for one in found), found
    assert all(one.startswith("content/en/form.yaml:") for one in found)


def test_english_words_must_be_there(tmp_path: Path) -> None:
    """Without the English file nothing starts."""
    folder = shelf(tmp_path)
    (folder / "en" / "form.yaml").unlink()
    assert any("cannot be read" in one for one in problems(folder))


def test_a_language_without_the_file_is_asked_in_english(tmp_path: Path) -> None:
    """One notice, and every question in English."""
    notices: list[Problem] = []
    form = read(shelf(tmp_path), notices)
    assert [str(one) for one in notices] == [
        "content/zh_Hans/form.yaml:1: The words of the form are missing."
        " Translate content/en/form.yaml; readers see English until then."
    ]
    assert form.say("kind", "zh_Hans") is form.say("kind", "en")


def test_what_is_translated_is_said_and_the_rest_is_english(tmp_path: Path) -> None:
    """Whole questions only: a question that is not there is English with all its parts."""
    notices: list[Problem] = []
    form = read(shelf(tmp_path, other=CHINESE), notices)
    assert said(form.say("kind", "zh_Hans").question) == "哪一种？"
    assert said(form.say("told", "zh_Hans").question) == "What else?"
    missing = [one.message for one in notices]
    assert "[told] is missing below “questions:”." in missing
    assert "[more] is missing below “blocks:”." in missing


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('from: "@", label: 种类', "from: 00000000, label: 种类", "other English words"),
        ('from: "@", label: 种类', "label: 种类", "other English words"),
        ("two: 第二种", "too: 第二种", "has no words"),
        ("two: 第二种", "two: 第一种", "are worded alike"),
        ("question: 哪一种？", "question: <b>哪一种？", "Telegram would refuse"),
        (", options: {one: 第一种, two: 第二种}", "", "“options” is missing"),
        ("  kind: {", "  kinds: {", "[kinds] is not known"),
    ],
)
def test_a_broken_or_older_translation_is_english_and_said_so(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """Only that question; its neighbour stays Chinese, and the bot starts."""
    assert old in CHINESE
    notices: list[Problem] = []
    form = read(shelf(tmp_path, other=CHINESE.replace(old, new, 1)), notices)
    assert said(form.say("kind", "zh_Hans").question) == "Which kind?"
    assert said(form.say("where", "zh_Hans").question) == "在哪里？"
    assert any(message in str(one) for one in notices), notices


def test_a_question_that_nobody_has_begun_is_english_without_a_word(tmp_path: Path) -> None:
    """`from: none`: it still holds the English, which is no mistake."""
    chinese = CHINESE.replace('from: "@", label: 种类', "from: none, label: Kind", 1)
    notices: list[Problem] = []
    form = read(shelf(tmp_path, other=chinese), notices)
    assert form.say("kind", "zh_Hans") is form.say("kind", "en")
    assert not any("kind" in str(one) for one in notices), notices


def test_a_translation_that_is_not_yaml_stops_the_start(tmp_path: Path) -> None:
    """As with the pages: a file that cannot be read is told, with its line."""
    with pytest.raises(BrokenWords, match=r"content/zh_Hans/form\.yaml:2"):
        read(shelf(tmp_path, other="questions:\n\tkind: x\n"))


def test_private_words_of_all_languages_count(tmp_path: Path) -> None:
    """A Chinese word before a number is heard in an English conversation, too."""
    english = ENGLISH.replace("blocks:", "private: [passport, IBAN]\nblocks:", 1)
    form = read(shelf(tmp_path, english=english, other=CHINESE + "private: [护照, IBAN]\n"))
    assert form.private == ("passport", "IBAN", "护照")


# ── accepting a translation ──


def test_accepting_marks_questions_as_made_from_todays_english(tmp_path: Path) -> None:
    """All of them, or one by its name; comments and layout stay."""
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    english, chinese = content / "en" / "form.yaml", content / "zh_Hans" / "form.yaml"
    before = chinese.read_text(encoding="utf-8")
    source = english.read_text(encoding="utf-8")
    source = source.replace("Who is asking?", "Who is it that asks?", 1)
    source = source.replace('question: "What is the diagnosis?"', 'question: "Which diagnosis?"')
    english.write_text(source, encoding="utf-8")
    assert said(read(content).say("who", "zh_Hans").label) == "Who is asking"
    assert accept(content.parent / "locales", content, "zh_Hans", ["form.questions.who"]) == 1
    assert said(read(content).say("who", "zh_Hans").label, "zh_Hans") == "咨询人"
    assert said(read(content).say("diagnosis", "zh_Hans").label) == "Diagnosis"
    assert accept(content.parent / "locales", content, "zh_Hans", ["form"]) == 1
    assert said(read(content).say("diagnosis", "zh_Hans").label, "zh_Hans") == "诊断"
    after = chinese.read_text(encoding="utf-8")
    changed = [
        (old, new)
        for old, new in zip(before.split("\n"), after.split("\n"), strict=True)
        if old != new
    ]
    assert len(changed) == 2
    assert all(
        old.startswith("    from: ") and new.startswith("    from: ") for old, new in changed
    )


def test_accepting_everything_includes_the_form(tmp_path: Path) -> None:
    """Without a name, pages and form alike."""
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    english = content / "en" / "form.yaml"
    source = english.read_text(encoding="utf-8").replace('"The illness"', '"About the illness"')
    english.write_text(source, encoding="utf-8")
    assert accept(content.parent / "locales", content, "zh_Hans") == 1
    assert said(read(content).title("illness", "zh_Hans"), "zh_Hans") == "病情"


def test_an_item_that_is_not_there_cannot_be_accepted(tmp_path: Path) -> None:
    """A mistyped name is told, not passed over."""
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    with pytest.raises(BrokenWords, match=r"form\.questions\.whom"):
        accept(content.parent / "locales", content, "zh_Hans", ["form.questions.whom"])
