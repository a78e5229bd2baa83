"""The PO reader: strict where Babel is lenient, and of one mind with it where a file is well."""

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.pofile import read_po as babel_read
from babel.messages.pofile import write_po as babel_write
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n.po import Entry, PoFile, parse_po, read_po
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.quoting import field_lines
from tests.i18n import words

LOCALES = Path(__file__).parents[2] / "locales"

BACK = 'msgctxt "nav.back"\nmsgid "Back"\nmsgstr "返回"\n'
"""A good entry, three lines."""


def problems(content: str | bytes) -> list[Problem]:
    """What the reader finds wrong."""
    data = content.encode() if isinstance(content, str) else content
    with pytest.raises(BrokenWords) as caught:
        parse_po(data, "ru/messages.po")
    return list(caught.value.problems)


def read(content: str) -> PoFile:
    return parse_po(content.encode(), "ru/messages.po")


# What a translator may get wrong -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "said", "remedy"),
    [
        (BACK + "\n" + BACK, 5, "“nav.back” stands here a second time (first in line 1)", "Keep"),
        (BACK.replace('返回"', "返回"), 3, "closes this text is missing", "end of the line"),
        (BACK.replace('返回"', '返回\\"'), 3, "closes this text is missing", "end of the line"),
        (BACK.replace('"返回"', "返回"), 3, "does not stand between quotes", 'msgstr "text"'),
        (BACK.replace('"返回"', "“返回”"), 3, "curly", "straight"),
        (BACK.replace("返回", '返"回'), 3, "inside this text", "backslash"),
        (BACK.replace("返回", "返\\q回"), 3, "“\\q” means nothing", "\\n (new line)"),
        (BACK.replace("返回", "返\\"), 3, "closes this text is missing", "end of the line"),
        (BACK + 'msgstr "again"\n', 4, "“msgstr” stands here a second time", "Keep one"),
        ("Hello there\n" + BACK, 1, "neither a comment nor", "“#”"),
        (BACK.replace("msgstr", "msgsrt"), 3, "neither a comment nor", "“msgstr”"),
        (BACK.replace("msgstr ", "msgstr"), 3, "A space is missing", "msgstr"),
        (BACK.replace(' "返回"', ""), 3, "must be a text in quotes", "msgstr"),
        (BACK.replace('msgctxt "nav.back"\n', ""), 1, "no id (msgctxt)", "messages.pot"),
        (BACK.replace("nav.back", ""), 1, "no id (msgctxt)", "messages.pot"),
        (BACK.replace("Back", ""), 2, "“nav.back” has no English", "messages.pot"),
        (BACK.replace('msgid "Back"\n', ""), 2, "“msgstr” is out of order", "msgctxt, msgid"),
        (BACK.replace('msgstr "返回"\n', ""), 1, "no “msgstr”", 'msgstr ""'),
        ('msgctxt "nav.back"\n', 1, "no “msgid”", "messages.pot"),
        (
            BACK.replace("msgstr", "# my word\nmsgstr"),
            3,
            "A comment stands inside",
            "above “msgctxt”",
        ),
        ('"Back"\n' + BACK, 1, "belongs to no entry", "msgid"),
        (BACK + '# note\n"more"\n', 5, "belongs to no entry", "msgid"),
        (BACK.replace("msgstr", "msgstr[0]"), 3, "“msgstr[0]” stands where “msgstr”", "An entry"),
        (BACK.replace("msgstr", 'msgid_plural "B"\nmsgstr'), 4, "where “msgstr[0]”", "An entry"),
        (BACK.replace("msgstr", 'msgid_plural "B"\nmsgstr[1]'), 4, "where “msgstr[0]”", "An e"),
        (BACK + 'msgid_plural "Backs"\n', 4, "“msgid_plural” is out of order", "An entry"),
        (BACK + '\nmsgid ""\nmsgstr ""\n', 5, "neither an id nor English", "Delete it"),
        (BACK.replace("返", "返\x07"), 3, "invisible control character", "Retype"),
    ],
)
def test_a_slip_is_told_with_its_line_and_what_to_do(
    content: str, line: int, said: str, remedy: str
) -> None:
    """Each mistake a translator can make in an editor gives one problem in plain words."""
    (problem,) = problems(content)
    assert (problem.path, problem.line) == ("ru/messages.po", line)
    assert said in problem.message
    assert remedy in problem.remedy


def test_a_byte_order_mark_is_refused() -> None:
    """An editor's BOM, which would hide the header from Babel, is named, and the rest is read."""
    (problem,) = problems(b"\xef\xbb\xbf" + BACK.encode())
    assert problem.line == 1
    assert "not as “UTF-8 with BOM”" in problem.remedy


def test_another_encoding_is_refused_with_the_line_of_its_first_character() -> None:
    """A file saved as GBK is refused where its first Chinese character stands."""
    (problem,) = problems(BACK.encode("gbk"))
    assert problem.line == 3
    assert "UTF-8" in problem.remedy


def test_a_header_that_claims_another_encoding_is_refused() -> None:
    """A charset other than UTF-8 would make other programs garble the file."""
    header = words.CHINESE_HEADER.replace("UTF-8", "GB2312")
    (problem,) = problems(header + "\n" + BACK)
    assert (problem.line, "GB2312" in problem.message) == (1, True)


def test_a_header_that_is_no_list_of_names_and_values_is_refused() -> None:
    """Babel would forget the plural rule that stands below such a line."""
    header = words.CHINESE_HEADER.replace("Language: zh_Hans", "Language zh_Hans")
    (problem,) = problems(header + "\n" + BACK)
    assert (problem.line, "“Language zh_Hans”" in problem.message) == (1, True)


def test_what_git_left_is_the_only_thing_said() -> None:
    """A conflict is one problem, not a list of duplicates that follow from it."""
    two = f"<<<<<<< HEAD\n{BACK}=======\n{BACK.replace('返回', '后退')}>>>>>>> main\n"
    (problem,) = problems("\n" + two)
    assert problem.line == 2
    assert "Git" in problem.message
    assert len(problems(two + BACK + two)) == 2


def test_the_rest_of_a_broken_text_is_not_a_second_problem() -> None:
    """A text broken over two lines by hand is one mistake, and the next entry is still checked."""
    broken = BACK.replace('"返回"', '"返\n回"') + "\n" + BACK.replace("返回", "\\q")
    assert [problem.line for problem in problems(broken)] == [3, 8]
    commented = BACK.replace('Back"', "Back").replace("msgstr", "# note\nmsgstr")
    assert [problem.line for problem in problems(commented)] == [2]
    assert [problem.line for problem in problems('Hello\n"there"\n' + BACK)] == [1]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    """A translator mends a file once, not once for each mistake."""
    content = "Hello\n" + BACK.replace('返回"', "返回") + "\n" + BACK.replace("Back", "")
    assert [problem.line for problem in problems(content)] == [1, 4, 7]


@pytest.mark.parametrize(
    "plural",
    [
        "",
        "nplurals=2",
        "nplurals=2; plural=(n != 1",
        "nplurals=2; plural=n",
        "nplurals=2; plural=1/(n-5);",
        "nplurals=2; plural=__import__('os');",
    ],
)
def test_a_plural_rule_that_cannot_be_used_is_told_with_the_right_one(plural: str) -> None:
    """The remedy is the very line to write, where the language is known."""
    content = words.HEADER.format(language="ru", plural=plural) + (
        '\nmsgctxt "left"\nmsgid "one"\nmsgid_plural "{n}"\nmsgstr[0] "a"\nmsgstr[1] "b"\n'
    )
    (problem,) = problems(content)
    assert problem.line == 1
    assert "nplurals=3; plural=(n%10==1" in problem.remedy
    unknown = content.replace("Language: ru", "Language: klingon")
    assert "another program" in problems(unknown)[0].remedy


def test_an_entry_has_the_forms_that_the_header_promises() -> None:
    """Too few or too many plural forms are told with the right number."""
    plural = '\nmsgctxt "left"\nmsgid "one"\nmsgid_plural "{n}"\nmsgstr[0] "a"\n'
    few = problems(words.ENGLISH_HEADER + plural)[0]
    assert "1 of the 2" in few.message and "msgstr[1]" in few.remedy
    many = problems(words.CHINESE_HEADER + plural + 'msgstr[1] "b"\n')[0]
    assert "msgstr[0] only" in many.remedy


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """An unreadable path is a problem like any other."""
    with pytest.raises(BrokenWords, match="cannot be read"):
        read_po(tmp_path / "none.po", "none.po")


# What is read ------------------------------------------------------------------------------------


def test_an_entry_keeps_what_people_and_tools_wrote_round_it() -> None:
    """Notes, hints, places, flags and the old English are told apart, and lines are kept."""
    content = (
        "\n# mine\n#\n#. for you\n#. \n#: bot/a.py:3 bot/b.py\n#, fuzzy, max-length:30\n"
        '#| msgctxt "x"\n#| msgid "Go "\n#| "\\"back\\""\n'
        'msgctxt "nav.back"\nmsgid "Back"\nmsgstr ""\n"one\\n"\n\n"two\\t\\\\"\n'
    )
    (entry,) = read(content).entries
    assert entry == Entry(
        id="nav.back",
        source="Back",
        source_plural=None,
        forms=("one\ntwo\t\\",),
        flags=("fuzzy", "max-length:30"),
        notes=("mine", ""),
        hints=("for you",),
        places=("bot/a.py:3", "bot/b.py"),
        previous='Go "back"',
        line=11,
        form_lines=(13,),
    )
    assert entry.fuzzy


def test_windows_line_ends_are_no_mistake() -> None:
    """A file saved with CRLF reads like one without."""
    assert read((words.CHINESE).replace("\n", "\r\n")) == read(words.CHINESE)


def test_obsolete_entries_are_left_out_with_their_comments() -> None:
    """What `#~` has retired is not read, and its notes do not move to the next entry."""
    content = '# old\n#~ msgctxt "x"\n#~ msgid "X"\n#~ msgstr ""\n\n' + BACK
    (entry,) = read(content).entries
    assert (entry.id, entry.notes) == ("nav.back", ())


def test_a_file_of_nothing_is_an_empty_file() -> None:
    """No entries, no header, no plural rule: nothing is wrong with that."""
    assert read("") == PoFile("ru/messages.po", {}, None, ())


def test_a_template_needs_no_plural_rule() -> None:
    """messages.pot has gettext's INTEGER where a language writes its rule."""
    header = words.HEADER.format(language="", plural="nplurals=INTEGER; plural=EXPRESSION;")
    plural = '\nmsgctxt "left"\nmsgid "one"\nmsgid_plural "{n}"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    assert read(header + plural).plural is None


def test_an_odd_number_still_gets_a_form() -> None:
    """A rule that fails for some far number gives its last form there, and never raises."""
    rule = read(words.HEADER.format(language="x", plural="nplurals=2; plural=n/2000;")).plural
    assert rule is not None
    assert [rule.form(0), rule.form(2000), rule.form(10**9)] == [0, 1, 1]
    beyond = "nplurals=2; plural=n<2000 ? 0 : 5/(n-2000);"
    other = read(words.HEADER.format(language="x", plural=beyond)).plural
    assert other is not None and other.form(2000) == 1


# The same as Babel -------------------------------------------------------------------------------


def mine(file: PoFile) -> dict[str, tuple[object, ...]]:
    """The messages of our reader, in a form that can be compared."""
    return {
        entry.id: (entry.source, entry.source_plural, entry.forms, entry.fuzzy)
        for entry in file.entries
    }


def theirs(data: bytes) -> dict[str, tuple[object, ...]]:
    """The messages that Babel reads from the same bytes."""
    found: dict[str, tuple[object, ...]] = {}
    for message in babel_read(io.BytesIO(data), ignore_obsolete=True):
        if message.id:
            plural = isinstance(message.id, tuple)
            source = message.id[0] if plural else message.id
            source_plural = message.id[1] if plural else None
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            assert message.context is not None
            found[message.context] = (source, source_plural, forms, message.fuzzy)
    return found


CATALOGS = sorted(LOCALES.glob("*/LC_MESSAGES/messages.po"))


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parent.parent.name)
def test_shipped_catalogs_read_the_same_as_with_babel(path: Path) -> None:
    """Whatever tool a translator uses sees the sentences that the bot says."""
    assert mine(read_po(path, path.name)) == theirs(path.read_bytes())


def test_english_is_among_the_shipped_catalogs() -> None:
    """The test above has something to compare."""
    assert LOCALES / "en" / "LC_MESSAGES" / "messages.po" in CATALOGS


@pytest.mark.parametrize("content", [words.ENGLISH, words.CHINESE, words.ARABIC])
def test_catalogs_with_plurals_read_the_same_as_with_babel(content: str) -> None:
    """One, two and six plural forms agree with Babel."""
    assert mine(read(content)) == theirs(content.encode())


_text = st.text(
    st.one_of(
        st.sampled_from('ab "\\\n\t\r#~{}<>&“”返回é'),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=40,
)
_source = _text.filter(bool)
_forms = st.tuples(_source, _text, _text)


@st.composite
def _catalogs(draw: st.DrawFn) -> BabelCatalog:
    """A catalog in Russian (three forms) as Babel would hold it."""
    catalog = BabelCatalog(locale="ru")
    ids = draw(st.lists(_source, unique=True, max_size=6))
    for id in ids:
        plural = draw(st.booleans())
        catalog.add(
            (draw(_source), draw(_source)) if plural else draw(_source),
            draw(st.tuples(_text, _text, _text)) if plural else draw(_text),
            context=id,
            flags=draw(st.sampled_from([(), ("fuzzy",), ("max-length:9", "fuzzy")])),
            auto_comments=draw(st.lists(st.sampled_from(["a note", "#: no place"]), max_size=2)),
            user_comments=draw(st.lists(st.sampled_from(["mine", ", fuzzy"]), max_size=2)),
        )
    return catalog


@given(_catalogs(), st.sampled_from([0, 20, 76]))
def test_any_catalog_that_babel_writes_reads_the_same(catalog: BabelCatalog, width: int) -> None:
    """Whatever the sentences hold, and however the lines are wrapped, both readers agree."""
    out = io.BytesIO()
    babel_write(out, catalog, width=width)
    assert mine(parse_po(out.getvalue(), "x.po")) == theirs(out.getvalue())


_BEGIN = len(words.ARABIC_HEADER.encode())


@settings(max_examples=400)
@given(st.data())
def test_what_is_accepted_reads_the_same_as_with_babel(data: st.DataObject) -> None:
    """A slip of the hand anywhere in a file is refused, or harmless: both readers still agree."""
    content = words.ARABIC.encode()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(_BEGIN, len(content)))
        put = data.draw(
            st.sampled_from(
                [b"", b'"', b"\\", b"#", b"\n", b" ", b"m", b"\xe8", b"~", b"[0]", b","]
            )
        )
        content = content[:at] + put + content[at + data.draw(st.integers(0, 3)) :]
    try:
        file = parse_po(content, "x.po")
    except BrokenWords as broken:
        assert all(problem.line >= 1 and problem.remedy for problem in broken.problems)
    else:
        assert mine(file) == theirs(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing but BrokenWords ever comes of a file, whatever is in it."""
    try:
        parse_po(data, "x.po")
    except BrokenWords as broken:
        assert broken.problems


@given(_text)
def test_what_is_written_is_read_again(value: str) -> None:
    """A text comes back as it was, each of its lines on a line of the file."""
    lines = [
        *field_lines("msgctxt", "x"),
        *field_lines("msgid", "X"),
        *field_lines("msgstr", value),
    ]
    (entry,) = read("\n".join(lines)).entries
    assert entry.forms == (value,)
    assert all(line.count("\\n") <= 1 or "\\\\n" in line for line in lines)
