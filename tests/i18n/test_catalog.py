"""Catalogs: what can be said in a language, what is said in English instead, and why."""

import io
from pathlib import Path

import pytest
from babel.messages.pofile import read_po as babel_read

from bot.i18n.catalog import Kind, faults, load_catalogs, template
from bot.i18n.po import parse_po
from bot.i18n.problem import BrokenWords, Problem
from tests.i18n import words
from tests.i18n.words import CHINESE, CHINESE_HEADER, ENGLISH, ENGLISH_HEADER, entry, write

LEFT = """
msgctxt "left.questions"
msgid "One question is left for {name}."
msgid_plural "{n} questions are left for {name}."
"""


def notices_of(root: Path, translation: str) -> list[str]:
    """What is told of a Chinese catalog; each notice as people read it."""
    catalogs = load_catalogs(write(root, en=ENGLISH, zh_Hans=CHINESE_HEADER + translation))
    return [str(notice) for notice in catalogs.notices if "not here yet" not in notice.message]


def broken(root: Path, **catalogs: str) -> list[str]:
    """What stops the start with these catalogs."""
    with pytest.raises(BrokenWords) as caught:
        load_catalogs(write(root, **catalogs))
    return [str(problem) for problem in caught.value.problems]


# Good catalogs -----------------------------------------------------------------------------------


def test_whole_catalogs_have_nothing_to_tell(tmp_path: Path) -> None:
    """English and a full translation load without a word."""
    catalogs = load_catalogs(write(tmp_path, en=ENGLISH, zh_Hans=CHINESE))
    assert catalogs.notices == ()
    assert list(catalogs.by_code) == ["en", "zh_Hans"]
    chinese = catalogs.by_code["zh_Hans"]
    assert chinese.coverage == 1.0
    assert chinese.messages["nav.back"].forms == ("<b>返回</b>",)
    assert chinese.messages["greet.name"].names == {"name"}
    assert chinese.folder == tmp_path / "locales" / "zh_Hans"


def test_the_shipped_catalogs_hold_no_broken_sentence() -> None:
    """A translation may wait for its translator (English is never held up), but not be wrong."""
    catalogs = load_catalogs(Path(__file__).parents[2] / "locales")
    english = {entry.id: entry for entry in catalogs.english.file.entries}
    waiting = {"untranslated", "fuzzy", "stale"}
    for catalog in catalogs.by_code.values():
        for found in catalog.file.entries:
            if catalog.code != "en":
                codes = {f.code for f in faults(found, english[found.id], catalog.file.plural)}
                assert codes <= waiting, f"{catalog.file.path}:{found.line}"


def test_a_label_is_plain_and_prose_is_html(tmp_path: Path) -> None:
    """The beginning of an id says what a sentence is for."""
    messages = load_catalogs(write(tmp_path, en=ENGLISH)).english.messages
    assert messages["button.menu"].kind is Kind.LABEL
    assert messages["toast.saved"].kind is Kind.LABEL
    assert messages["nav.back"].kind is Kind.PROSE


def test_english_is_its_msgid_unless_another_wording_is_given(tmp_path: Path) -> None:
    """An empty, equal or fuzzy msgstr leaves the English as it is; another one overrides it."""
    english = ENGLISH_HEADER + (
        entry("a", "One", "")
        + entry("b", "Two", "Two")
        + entry("c", "Three", "3")
        + entry("d", "Four", "4", "#, fuzzy\n")
        + LEFT
        + 'msgstr[0] "Last one for {name}."\nmsgstr[1] "{n} more for {name}."\n'
    )
    messages = load_catalogs(write(tmp_path, en=english)).english.messages
    assert [messages[id].forms for id in "abcd"] == [("One",), ("Two",), ("3",), ("Four",)]
    left = messages["left.questions"]
    assert left.forms == ("Last one for {name}.", "{n} more for {name}.")
    assert left.plural is not None and left.plural.form(1) == 0


def test_letters_are_composed(tmp_path: Path) -> None:
    """`e` with a separate accent and `é` are one sentence, however an editor saved it."""
    locales = write(
        tmp_path,
        en=ENGLISH_HEADER + entry("a", "Caf\u00e9", ""),
        zh_Hans=CHINESE_HEADER + entry("a", "Cafe\u0301", "Cafe\u0301"),
    )
    catalogs = load_catalogs(locales)
    assert catalogs.notices == ()
    assert catalogs.by_code["zh_Hans"].messages["a"].forms == ("Caf\u00e9",)


# One bad translation -----------------------------------------------------------------------------


GREET = "Hello, {name}."
SENT = 'Your number is <code>{ref}</code>, <a href=\\"{url}\\">see it</a>.'


@pytest.mark.parametrize(
    ("translation", "said"),
    [
        (entry("greet.name", GREET, ""), "not translated yet"),
        (entry("greet.name", GREET, "{name}您好", "#, fuzzy\n"), "a guess (fuzzy)"),
        (entry("greet.name", "Hi, {name}.", "{name}您好"), "other English than today's"),
        (entry("greet.name", GREET, " "), "is empty"),
        (entry("greet.name", GREET, "您好"), "{name} is missing"),
        (entry("greet.name", GREET, "｛name｝您好"), "{name} is missing"),
        (entry("greet.name", GREET, "{姓名}您好"), "not a placeholder: {姓名}"),
        (
            entry("greet.name", GREET, "{nom}您好"),
            "{nom} is not in the English text, and {name} is",
        ),
        (entry("greet.name", GREET, "{name.__class__}"), "not a placeholder: {name.__class__}"),
        (entry("greet.name", GREET, "{name!r}"), "not a placeholder: {name!r}"),
        (entry("greet.name", GREET, "{name:>9999999999}"), "not a placeholder: {name:>99"),
        (entry("greet.name", GREET, "{name[0]}"), "not a placeholder: {name[0]}"),
        (entry("greet.name", GREET, "{}{0}"), "not a placeholder: {0}  {}."),
        (entry("greet.name", GREET, "{{name}}"), "not a placeholder: {  }"),
        (entry("greet.name", GREET, "{name} {"), "not a placeholder: {"),
        (entry("greet.name", GREET, "{name} 血压 < 140"), "Telegram would refuse"),
        (entry("greet.name", GREET, "<b>{name}"), "Telegram would refuse"),
        (entry("greet.name", GREET, "<{name}>您好"), "not a placeholder: {name}"),
        (entry("greet.name", GREET, "<b {name}>您好</b>"), "not a placeholder: {name}"),
        (entry("sent.number", SENT, "{ref} <a href={url}>查看</a>"), "not a placeholder: {url}"),
        (LEFT + 'msgstr[0] "{name}还有问题。"\n', "{n} is missing"),
        (entry("left.questions", "One question is left for {name}.", "{name}"), "other English"),
        (entry("gret.name", GREET, "{name}您好"), "Did you mean “greet.name”?"),
        (entry("zzz", GREET, "{name}您好"), "no such id in English. Delete it."),
    ],
)
def test_a_translation_that_cannot_be_shown_is_english_and_told(
    tmp_path: Path, translation: str, said: str
) -> None:
    """One bad sentence stops nothing: it is left out, with its place, the reason and a remedy."""
    (notice,) = notices_of(tmp_path, translation)
    assert notice.startswith("locales/zh_Hans/LC_MESSAGES/messages.po:")
    assert said in notice
    again = load_catalogs(tmp_path / "locales")
    assert again.by_code["zh_Hans"].messages == {}
    assert again.by_code["zh_Hans"].coverage == 0


def test_a_notice_names_the_line_of_the_form(tmp_path: Path) -> None:
    """With several plural forms the line is that of the wrong one."""
    wrong = words.ARABIC.replace("سؤالان لـ {name}", "سؤالان")
    locales = write(tmp_path, en=ENGLISH, ar=wrong)
    (line,) = [n + 1 for n, line in enumerate(wrong.split("\n")) if line.startswith("msgstr[2]")]
    found = [n for n in load_catalogs(locales).notices if "{name} is missing" in n.message]
    assert [notice.line for notice in found] == [line]


def test_a_form_for_a_single_number_may_leave_the_number_out(tmp_path: Path) -> None:
    """Arabic's forms for 0, 1 and 2 need no {n}; Russian's first form, for 1, 21, 31, does."""
    catalogs = load_catalogs(write(tmp_path, en=ENGLISH, ar=words.ARABIC))
    assert "left.questions" in catalogs.by_code["ar"].messages
    russian = words.HEADER.format(
        language="ru",
        plural="nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
        "(n%100<10 || n%100>=20) ? 1 : 2;",
    )
    forms = 'msgstr[0] "Один вопрос {name}"\nmsgstr[1] "{n} {name}"\nmsgstr[2] "{n} {name}"\n'
    catalogs = load_catalogs(write(tmp_path, ru=russian + LEFT + forms))
    assert "left.questions" not in catalogs.by_code["ru"].messages
    assert any("{n} is missing" in notice.message for notice in catalogs.notices)


def test_what_a_language_lacks_is_told(tmp_path: Path) -> None:
    """An English sentence that `update` has not brought yet is a notice too."""
    locales = write(tmp_path, en=ENGLISH, zh_Hans=CHINESE_HEADER + entry("nav.back", "x", "y"))
    told = [n for n in load_catalogs(locales).notices if "not here yet" in n.message]
    assert len(told) == 7


def test_a_label_may_hold_what_would_not_be_html(tmp_path: Path) -> None:
    """A button is plain words, so a lone `<` in it is just a sign."""
    locales = write(
        tmp_path,
        en=ENGLISH_HEADER + entry("button.low", "Below 5", ""),
        zh_Hans=CHINESE_HEADER + entry("button.low", "Below 5", "< 5"),
    )
    assert load_catalogs(locales).notices == ()


# Folders -----------------------------------------------------------------------------------------


def test_folders_say_which_languages_there_are(tmp_path: Path) -> None:
    """A code in another spelling works and is told; what is no code is told; nothing else is."""
    locales = write(tmp_path, **{"en": ENGLISH, "zh-hans": CHINESE, "old stuff": CHINESE})
    (locales / ".git").mkdir()
    (locales / "__pycache__").mkdir()
    (locales / "ru").mkdir()
    (locales / "messages.pot").write_text("")
    catalogs = load_catalogs(locales)
    assert set(catalogs.by_code) == {"en", "ru", "zh_Hans"}
    told = [str(notice) for notice in catalogs.notices]
    assert told == [
        "locales/old stuff:1: This folder's name is not a language's code. "
        "Name it like zh_Hans, pt_BR or ru.",
        "locales/ru/LC_MESSAGES/messages.po:1: This language has no sentences. "
        "Add this file to it.",
        "locales/zh-hans:1: This language's code has another spelling. Use “zh_Hans”.",
    ]


def test_two_folders_of_one_language_stop_the_start(tmp_path: Path) -> None:
    """Nobody could say which of them counts."""
    (problem,) = broken(tmp_path, **{"en": ENGLISH, "zh-Hans": CHINESE, "zh_Hans": CHINESE})
    assert "second folder" in problem


def test_without_english_nothing_starts(tmp_path: Path) -> None:
    """No folder, no English in it, or no file in it: told with what to do."""
    with pytest.raises(BrokenWords, match="There is no English"):
        load_catalogs(tmp_path / "nowhere")
    (problem,) = broken(tmp_path, zh_Hans=CHINESE)
    assert "There is no English" in problem and "LOCALES_DIR" in problem
    (tmp_path / "locales" / "en").mkdir()
    (problem,) = broken(tmp_path)
    assert "en/LC_MESSAGES/messages.po:1: This file cannot be read" in problem


# Broken files ------------------------------------------------------------------------------------


def test_all_broken_files_are_told_at_once(tmp_path: Path) -> None:
    """Syntax stops the start, with every problem of every language in one error."""
    told = broken(
        tmp_path,
        en=ENGLISH + "stray\n",
        ru=CHINESE + "stray\n",
        zh_Hans=CHINESE.replace('"菜单"', "菜单"),
    )
    assert [problem.split("/")[1] for problem in told] == ["en", "ru", "zh_Hans"]


@pytest.mark.parametrize(
    ("english", "said"),
    [
        (entry("nav back", "Back", ""), "This id is misspelt"),
        (entry("nav.back", "<b>Back", ""), "Telegram would refuse"),
        (entry("nav.back", "Back {}", ""), "not a placeholder: {}"),
        (entry("nav.back", "{Name}", ""), "not a placeholder: {Name}"),
        (entry("nav.back", "Hello, {name}", "Hello"), "{name} is missing"),
        (entry("nav.back", "Hello", "Hello, {name}"), "{name} is not in the English"),
        (entry("nav.back", " ", ""), "is empty"),
        (LEFT.replace("{n}", "Some") + 'msgstr[0] ""\nmsgstr[1] ""\n', "needs the number"),
        (LEFT + 'msgstr[0] "One, {name}"\nmsgstr[1] "More, {name}"\n', "{n} is missing"),
        (LEFT + 'msgstr[0] "One, {name}"\nmsgstr[1] ""\n', "Form 1 is empty"),
    ],
)
def test_broken_english_stops_the_start(tmp_path: Path, english: str, said: str) -> None:
    """English is what all else falls back to, so nothing in it may be wrong."""
    assert said in broken(tmp_path, en=ENGLISH_HEADER + english)[0]


# The template ------------------------------------------------------------------------------------


def test_the_template_holds_every_english_sentence(tmp_path: Path) -> None:
    """Translators' tools get ids, English, notes, limits and places, and no translations."""
    catalogs = load_catalogs(write(tmp_path, en=ENGLISH, zh_Hans=CHINESE))
    made = template(catalogs, {"button.menu": ["bot/b.py", "bot/a.py", "bot/b.py"]})
    read = {entry.id: entry for entry in parse_po(made.encode(), "messages.pot").entries}
    assert list(read) == list(catalogs.english.messages)
    assert not any("".join(entry.forms) for entry in read.values())
    assert read["nav.back"].hints == ("Shown on every page.",)
    assert read["greet.name"].hints == ("{name} is what the patient calls herself.",)
    assert read["button.menu"].flags == ("max-length:30",)
    assert read["button.menu"].places == ("bot/a.py", "bot/b.py")
    assert read["toast.saved"].flags == ("max-length:200",)
    assert read["nav.back"].flags == ()
    assert read["left.questions"].forms == ("", "")


def test_the_template_is_the_same_each_time_and_babel_reads_it(tmp_path: Path) -> None:
    """No date, no wrapping: only a change of the English changes the file."""
    locales = write(tmp_path, en=ENGLISH + entry("long", "word " * 40 + "end", ""))
    made = template(load_catalogs(locales))
    assert made == template(load_catalogs(locales))
    found = babel_read(io.BytesIO(made.encode()))
    assert {message.context for message in found if message.id} == set(
        load_catalogs(locales).english.messages
    )
    assert f'msgid "{"word " * 40}end"' in made
    assert "2026-01-01" in made


def test_a_limit_written_in_english_is_kept(tmp_path: Path) -> None:
    """Who words English may allow more or less than the rule for the kind."""
    flags = "#, fuzzy, max-length:12, ignore-same\n"
    locales = write(tmp_path, en=ENGLISH_HEADER + entry("button.a", "A", "", flags))
    assert "#, max-length:12, ignore-same\n" in template(load_catalogs(locales))
    bot = ENGLISH_HEADER + entry("bot.name", "N", "") + entry("bot.about", "N", "")
    made = template(load_catalogs(write(tmp_path, en=bot)))
    assert "max-length:64" in made and "max-length:512" in made
    assert "Plural-Forms" not in made


# Reading what can be read -------------------------------------------------------------------------


def test_a_broken_file_hides_nothing_of_the_others(tmp_path: Path) -> None:
    """With a list for what is broken, the other languages are read, and it counts as empty."""
    locales = write(tmp_path, en=ENGLISH, ru="msgctxt x", zh_Hans=CHINESE)
    unread: list[Problem] = []
    catalogs = load_catalogs(locales, unread)
    assert {problem.path for problem in unread} == {"locales/ru/LC_MESSAGES/messages.po"}
    assert catalogs.by_code["ru"].messages == {}
    assert catalogs.by_code["zh_Hans"].coverage == 1.0


def test_without_english_nothing_can_be_compared(tmp_path: Path) -> None:
    """Then a list for what is broken does not help; a bad sentence of English only adds to it."""
    unread: list[Problem] = []
    with pytest.raises(BrokenWords):
        load_catalogs(write(tmp_path / "a", en="msgctxt x", zh_Hans=CHINESE), unread)
    bad = ENGLISH + '\nmsgctxt "bad.one"\nmsgid "{broken"\nmsgstr ""\n'
    catalogs = load_catalogs(write(tmp_path / "b", en=bad, zh_Hans=CHINESE), unread)
    assert [problem.id for problem in unread] == ["bad.one"]
    assert "nav.back" in catalogs.english.messages
