"""The English changes: what happens to the translations, by id only, and byte for byte."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po as babel_reads
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.po import PoFile, parse_po
from bot.i18n.quoting import field_lines
from bot.translate.merge import merged
from bot.words import read_words
from tests.translate.conftest import Desk, changed

HEADER = (
    'msgid ""\nmsgstr ""\n"Language: {code}\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {plural}\\n"\n'
)
ENGLISH = HEADER.format(code="en", plural="nplurals=2; plural=(n != 1);")
RUSSIAN = HEADER.format(
    code="ru",
    plural="nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
    "(n%100<10 || n%100>=20) ? 1 : 2);",
)


def entry(id: str, english: str, said: str = "", above: str = "") -> str:
    lines = [
        *field_lines("msgctxt", id),
        *field_lines("msgid", english),
        *field_lines("msgstr", said),
    ]
    return f"\n{above}" + "\n".join(lines) + "\n"


def po(*parts: str) -> PoFile:
    return parse_po("".join(parts).encode(), "messages.po")


def test_the_shipped_words_are_up_to_date(desk: Desk) -> None:
    """`update` over what is shipped writes nothing, and running it again neither."""
    before = {path: path.read_bytes() for path in desk.root.rglob("*") if path.is_file()}
    done = desk.runs("update")
    assert done.exit_code == 0
    assert "zh_Hans: up to date." in done.output
    assert {path: path.read_bytes() for path in desk.root.rglob("*") if path.is_file()} == before


def test_a_changed_sentence_keeps_its_old_translation_beside_the_old_english(desk: Desk) -> None:
    """Fuzzy, with the English it was made from; readers see English; nothing else moves."""
    desk.english("menu.choose", "What would you like to know?", "Which topic do you want?")
    before = desk.catalog("zh_Hans").read_text(encoding="utf-8")
    done = desk.runs("update")
    assert "1 changed in English: kept as fuzzy, to be looked at: menu.choose" in done.output
    after = desk.catalog("zh_Hans").read_text(encoding="utf-8")
    assert after == before.replace(
        'msgctxt "menu.choose"\nmsgid "What would you like to know?"\n',
        '#, fuzzy\n#| msgid "What would you like to know?"\n'
        'msgctxt "menu.choose"\nmsgid "Which topic do you want?"\n',
    )
    language = read_words(desk.locales, desk.content).languages["zh_Hans"]
    assert language.messages["menu.choose"].forms == ("Which topic do you want?",)
    assert "Which topic" in (desk.locales / "messages.pot").read_text(encoding="utf-8")
    desk.runs("update")
    assert desk.catalog("zh_Hans").read_text(encoding="utf-8") == after


def test_english_that_changes_twice_keeps_what_the_translation_was_made_from(desk: Desk) -> None:
    """The first English stays beside it, however often it changes before somebody looks."""
    first = "What would you like to know?"
    desk.english("menu.choose", first, "Which topic?")
    desk.runs("update")
    desk.english("menu.choose", "Which topic?", "Which topic, please?")
    desk.runs("update")
    raw = desk.catalog("zh_Hans").read_text(encoding="utf-8")
    assert f'#, fuzzy\n#| msgid "{first}"\nmsgctxt "menu.choose"\nmsgid "Which topic, pl' in raw


def test_english_that_goes_back_brings_the_translation_back(desk: Desk) -> None:
    """The change was a mistake: the file is what it was, to the byte."""
    before = desk.catalog("zh_Hans").read_bytes()
    desk.english("menu.choose", "What would you like", "What do you like")
    desk.runs("update")
    desk.english("menu.choose", "What do you like", "What would you like")
    done = desk.runs("update")
    assert "again what the translation was made from" in done.output
    assert desk.catalog("zh_Hans").read_bytes() == before


def test_a_corrected_typing_mistake_costs_nobody_anything(desk: Desk) -> None:
    """`--cosmetic` takes the new English over, and the translation is shown as before."""
    desk.english("menu.choose", "What would you like to know?", "What would you like to know now?")
    desk.runs("update", "--cosmetic", "menu.choose")
    raw = desk.catalog("zh_Hans").read_text(encoding="utf-8")
    assert "fuzzy" not in raw
    language = read_words(desk.locales, desk.content).languages["zh_Hans"]
    assert language.messages["menu.choose"].forms == ("您想了解什么？",)


def test_a_correction_does_not_freshen_what_was_stale_before(desk: Desk) -> None:
    """A typo is corrected in English that had changed before: the old translation stays fuzzy."""
    desk.english("menu.choose", "What would you like to know?", "Which topik?")
    desk.runs("update")
    desk.english("menu.choose", "Which topik?", "Which topic?")
    desk.runs("update", "--cosmetic", "menu.choose")
    raw = desk.catalog("zh_Hans").read_text(encoding="utf-8")
    assert '#| msgid "What would you like to know?"\nmsgctxt "menu.choose"\nmsgid "Which top' in raw


def test_a_mistyped_name_is_told_and_nothing_written(desk: Desk) -> None:
    """--cosmetic with an id that nobody has; a language that is not here."""
    before = desk.catalog("zh_Hans").read_bytes()
    desk.english("menu.choose", "What would you like to know?", "Which topic?")
    done = desk.runs("update", "--cosmetic", "menu.chose")
    assert done.exit_code == 1
    assert "nothing called “menu.chose”" in done.output
    assert desk.catalog("zh_Hans").read_bytes() == before
    done = desk.runs("update", "zh_Hand")
    assert done.exit_code == 2
    assert "These are here: zh_Hans." in done.output


def test_new_sentences_come_in_their_place_and_old_ones_go_out_of_use(desk: Desk) -> None:
    """In the order of the English, with its hints; what is gone stays at the end, commented."""
    path = desk.catalog("en")
    raw = path.read_text(encoding="utf-8")
    new = '#. A new one.\nmsgctxt "button.new"\nmsgid "New"\nmsgstr "New"\n\n'
    two = '#. A new one.\nmsgctxt "page.two"\nmsgid "Two"\nmsgstr "Two"\n\n'
    at = raw.index("#. Standing text SW1 ")
    gone = raw.index("#. Standing text SW10.")
    end = raw.index("#. Standing text SW11.")
    path.write_text(raw[:at] + new + two + raw[at:gone] + raw[end:], encoding="utf-8")
    done = desk.runs("update")
    assert "2 new, to be translated: button.new, page.two" in done.output
    assert "1 gone from the English" in done.output
    raw = desk.catalog("zh_Hans").read_text(encoding="utf-8")
    assert (
        'msgstr "您想了解什么？"\n\n#. A new one.\n#, max-length:30\nmsgctxt "button.new"\n'
        'msgid "New"\nmsgstr ""\n\n#. A new one.\nmsgctxt "page.two"\nmsgid "Two"\nmsgstr ""\n\n'
        "#. Standing text SW1 "
    ) in raw
    assert raw.endswith('#~ msgstr "能否入组只能由试验团队决定。列出某家中心并不代表推荐。"\n')
    assert "SW10" not in raw


def test_a_translators_own_bytes_stay() -> None:
    """Notes, places, foreign flags, wrapped lines, Windows line ends, headers of other tools."""
    text = (
        RUSSIAN.replace('"Language', '"X-Generator: Poedit 3.4\\n"\n"Language')
        + '\n# Mine.\n#. Old hint.\n#: menu.py\n#, max-length:30\nmsgctxt "a"\nmsgid "One"\n'
        'msgstr ""\n"Раз "\n"и ещё"\n\n#  Odd   spacing\nmsgctxt "b"\nmsgid "Two"\nmsgstr "Два"\n'
    ).replace("\n", "\r\n")
    english = po(ENGLISH, entry("a", "One!", "One!", "#. New hint.\n"), entry("b", "Two", "Two"))
    done = merged(text, parse_po(text.encode(), "ru.po"), english)
    assert done.changed == ["a"]
    assert done.text == text.replace(
        '#. Old hint.\r\n#: menu.py\r\n#, max-length:30\r\nmsgctxt "a"\r\nmsgid "One"\r\n',
        "#. New hint.\r\n#: menu.py\r\n#, fuzzy, max-length:30\r\n"
        '#| msgid "One"\r\nmsgctxt "a"\r\nmsgid "One!"\r\n',
    )


def test_a_guess_stays_a_guess() -> None:
    """What somebody marked fuzzy is not made sure by an English that changes under it."""
    text = RUSSIAN + entry("a", "One", "Раз", "#, fuzzy\n")
    done = merged(text, po(text), po(ENGLISH, entry("a", "One more", "One more")), {"a"})
    assert done.changed == ["a"]
    assert '#, fuzzy\nmsgctxt "a"\nmsgid "One more"\nmsgstr "Раз"' in done.text


def test_a_sentence_that_begins_or_ceases_to_count() -> None:
    """The old words go into every form the language has, fuzzy; and back into the last one."""
    plural = '\nmsgctxt "a"\nmsgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    text = RUSSIAN + entry("a", "{n} days", "{n} дней")
    done = merged(text, po(text), po(ENGLISH, plural), {"a"})
    assert '#| msgid "{n} days"\nmsgctxt "a"\nmsgid "{n} day"\nmsgid_plural' in done.text
    assert [one.forms for one in po(done.text).entries] == [("{n} дней",) * 3]
    assert po(done.text).entries[0].fuzzy
    back = merged(done.text, po(done.text), po(ENGLISH, entry("a", "In {n} d", "In {n} d")))
    assert [one.forms for one in po(back.text).entries] == [("{n} дней",)]
    fresh = merged(RUSSIAN, po(RUSSIAN), po(ENGLISH, plural))
    assert [one.forms for one in po(fresh.text).entries] == [("", "", "")]


def test_similar_sentences_never_lend_each_other_a_translation() -> None:
    """“Low blood pressure” does not get the words for “high blood pressure”."""
    text = RUSSIAN + entry("high", "Medicines for high blood pressure", "от высокого давления")
    english = po(ENGLISH, entry("low", "Medicines for low blood pressure", "Medicines for low"))
    done = merged(text, po(text), english)
    assert (done.new, done.gone) == (["low"], ["high"])
    assert [one.forms for one in po(done.text).entries] == [("",)]


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
_SAID = st.builds("\n".join, st.lists(_WORDS.map(lambda s: s + "."), min_size=1, max_size=3))
_IDS = st.sampled_from(["a", "b", "c", "d", "e"])


@given(st.dictionaries(_IDS, _SAID), st.dictionaries(_IDS, st.tuples(_SAID, _SAID)))
def test_whatever_the_words_a_merged_catalog_has_exactly_the_english_ids(
    english: dict[str, str], russian: dict[str, tuple[str, str]]
) -> None:
    """Ours and Babel's reader agree on it, no translation is lost, and twice is once."""
    source = po(ENGLISH, *(entry(id, said, said) for id, said in english.items()))
    text = RUSSIAN + "".join(entry(id, *said) for id, said in russian.items())
    done = merged(text, po(text), source)
    file = po(done.text)
    assert {one.id: one.source for one in file.entries} == english
    for one in file.entries:
        old, said = russian.get(one.id, ("", ""))
        assert one.forms == (said,)
        assert one.fuzzy == (said != "" and old != one.source)
        assert one.previous == (old if one.fuzzy else None)
    read = babel_reads(io.BytesIO(done.text.encode()), ignore_obsolete=True)
    assert {str(m.context): m.string for m in read if m.id} == {
        one.id: one.forms[0] for one in file.entries
    }
    again = merged(done.text, file, source)
    assert again.text == done.text
    assert not (again.new or again.changed or again.gone)


# ── content ──


def test_a_corrected_page_keeps_its_translation_fresh(desk: Desk, git: Callable[[], None]) -> None:
    """Only the line `from:` changes. Git knows that it was fresh before the correction."""
    git()
    desk.edits(desk.content / "en" / "costs.yaml", ("What it costs", "What it costs today"))
    path = desk.content / "zh_Hans" / "costs.yaml"
    before = path.read_bytes()
    done = desk.runs("update", "--cosmetic", "costs", "--cosmetic", "menu.choose")
    assert "1 corrected in English: the translation stays: costs" in done.output
    assert [old[:7] for old, _ in changed(before, path.read_bytes())] == ["  from:"]
    assert read_words(desk.locales, desk.content).library.stale == frozenset()


def test_a_correction_leaves_an_older_page_stale(desk: Desk, git: Callable[[], None]) -> None:
    """The page had changed before, so it is not the correction alone that the Chinese lacks."""
    git()
    page = desk.content / "en" / "costs.yaml"
    desk.edits(page, ("What it costs", "What it all cossts"))
    git()
    desk.edits(page, ("cossts", "costs"))
    done = desk.runs("update", "--cosmetic", "costs")
    assert "1 not known to have been up to date before: left as they were: costs" in done.output
    assert ("zh_Hans", "costs") in read_words(desk.locales, desk.content).library.stale


def test_without_git_nobody_knows_and_nothing_is_marked(desk: Desk) -> None:
    """A folder that is no repository: the page stays stale, and it is said."""
    desk.edits(desk.content / "en" / "costs.yaml", ("What it costs", "What it costs today"))
    done = desk.runs("update", "--cosmetic", "costs")
    assert done.exit_code == 0
    assert "left as they were: costs" in done.output


def test_a_new_english_item_waits_in_its_place_to_be_overwritten(desk: Desk) -> None:
    """Pages and questions that a language lacks come as English, marked `from: none`, and readers
    see the English page as a whole until somebody has translated it."""
    page, form = desk.content / "zh_Hans" / "faq.yaml", desk.content / "zh_Hans" / "form.yaml"
    names = [line for line in page.read_text("utf-8").split("\n") if line[:1].isalpha()]
    second = page.read_text("utf-8").index(names[1])
    third = page.read_text("utf-8").index(names[2])
    whole = page.read_text("utf-8")
    page.write_text(whole[:second] + whole[third:], "utf-8")
    raw = form.read_text("utf-8")
    start, end = raw.index("  age:\n"), raw.index("  c5:\n")
    form.write_text(raw[:start] + raw[end:], "utf-8")
    (desk.content / "zh_Hans" / "limits.yaml").unlink()
    id = names[1].rstrip(":")
    done = desk.runs("update")
    assert f"3 new in content/, to be translated: {id}, form.questions.age, limits" in done.output
    after = page.read_text("utf-8")
    assert [line for line in after.split("\n") if line[:1].isalpha()] == names
    assert f"{names[1]}\n  from: none\n" in after
    assert "facts:" not in after
    assert "  age:\n    from: none\n" in form.read_text("utf-8")
    assert form.read_text("utf-8").index("  age:") < form.read_text("utf-8").index("  c5:")
    words = read_words(desk.locales, desk.content)
    assert words.notices == ()
    assert words.library.read(id, "zh_Hans").page.language == "en"
    assert words.form.say("age", "zh_Hans") is words.form.say("age", "en")
    assert desk.runs("update").output.startswith("zh_Hans: up to date.")


def test_a_broken_language_does_not_hold_up_the_others(desk: Desk) -> None:
    """One file cannot be read: it is told and left alone; the other languages are done."""
    desk.runs("new-language", "ru")
    desk.english("menu.choose", "What would you like to know?", "Which topic?")
    desk.edits(desk.catalog("ru"), ('msgctxt "menu.choose"', "msgctxt “menu.choose”"))
    broken = desk.catalog("ru").read_bytes()
    done = desk.runs("update")
    assert done.exit_code == 1
    assert "curly" in done.output
    assert desk.catalog("ru").read_bytes() == broken
    assert "Which topic?" in desk.catalog("zh_Hans").read_text("utf-8")


@pytest.mark.parametrize("name", ["ours", "theirs"])
def test_a_catalog_written_from_nothing_ends_with_a_line_end(name: str, tmp_path: Path) -> None:
    """Header only, with and without a line end behind it."""
    text = RUSSIAN if name == "ours" else RUSSIAN.rstrip("\n")
    done = merged(text, po(RUSSIAN), po(ENGLISH, entry("a", "One", "One")))
    assert done.text == RUSSIAN + entry("a", "One")
