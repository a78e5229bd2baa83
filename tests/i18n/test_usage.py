"""Which sentences the code uses, found by reading it."""

from pathlib import Path

from bot.i18n.catalog import load_catalogs
from bot.i18n.usage import ids_in_code, unused_and_missing
from tests.i18n.words import ENGLISH, ENGLISH_HEADER, entry, write

ROOT = Path(__file__).parents[2]

CODE = """
from bot.i18n import Text, text
TABLE = {"a": "table.id"}
def f(x, more):
    text("nav.back")
    text("nav.back")
    Text("greet.name", {"name": x})
    Text(id="by.keyword")
    text(f"sw.{x}")
    text("sum." + x)
    text("yes.id" if x else "no.id")
    text(x)
    text(f"{x}.y")
    text()
    other("not.ours")
    x.text("not.ours.either")
"""

SQL = """
from sqlalchemy import text
text("public.patients")
"""


def code(root: Path, **files: str) -> Path:
    """A `bot` package with these modules."""
    folder = root / "bot" / "part"
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content, encoding="utf-8")
    return root / "bot"


def test_ids_are_found_where_they_are_said(tmp_path: Path) -> None:
    """Literal ids, choices of two, and ids with a fixed beginning, each with file and line."""
    found = ids_in_code(code(tmp_path, one=CODE, two=SQL))
    assert found == {
        "nav.back": [("bot/part/one.py", 5), ("bot/part/one.py", 6)],
        "greet.name": [("bot/part/one.py", 7)],
        "by.keyword": [("bot/part/one.py", 8)],
        "sw.*": [("bot/part/one.py", 9)],
        "sum.*": [("bot/part/one.py", 10)],
        "yes.id": [("bot/part/one.py", 11)],
        "no.id": [("bot/part/one.py", 11)],
    }


def test_code_and_english_that_agree_have_nothing_to_tell(tmp_path: Path) -> None:
    """Said, built from a beginning, in a table, named by content, or money: all of it is used."""
    english = ENGLISH_HEADER + "".join(
        entry(id, f"{id} {{v}}" if id == "with.value" else id, "")
        for id in ("said", "sw.1", "in.table", "in.content", "group.a", "with.value")
    )
    english += entry("money.USD", "US${amount}", "")
    source = 'from bot.i18n import text\ntext("said"); text(f"sw.{1}"); T = ["in.table"]\n'
    source += 'text("with.value", v=1); text("with.value", **T)\n'
    ids = ids_in_code(code(tmp_path, one=source))
    catalogs = load_catalogs(write(tmp_path, en=english))
    assert unused_and_missing(catalogs, ids, ["in.content", "group.*"]) == ((), ())


def test_what_is_missing_and_what_nobody_uses_is_told(tmp_path: Path) -> None:
    """A misspelt id, one content names in vain, and English sentences that are left over."""
    source = 'from bot.i18n import text\ntext("nav.bck")\ntext(f"sw.{1}")\n'
    ids = ids_in_code(code(tmp_path, one=source))
    catalogs = load_catalogs(write(tmp_path, en=ENGLISH))
    missing, unused = unused_and_missing(catalogs, ids, ["greet.name", "label.zzz"])
    assert [str(problem) for problem in missing] == [
        "bot/part/one.py:2: “nav.bck” is not in the English catalog. Did you mean “nav.back”?",
        "bot/part/one.py:3: “sw.*” is not in the English catalog. "
        "Add it to locales/en/LC_MESSAGES/messages.po.",
        "locales/en/LC_MESSAGES/messages.po:1: “label.zzz” is not in the English catalog. "
        "Add it to locales/en/LC_MESSAGES/messages.po.",
    ]
    left = {problem.message.partition("”")[0].removeprefix("“") for problem in unused}
    assert left == set(catalogs.english.messages) - {"greet.name"}
    assert all(problem.line > 1 for problem in unused)


def test_values_that_are_not_the_placeholders_are_told(tmp_path: Path) -> None:
    """A value too many, too few or misspelt is found without saying the sentence."""
    source = 'from bot.i18n import text\ntext("greet.name", nom="x")\ntext("nav.back", a=1)\n'
    source += 'text("greet.name")\n'
    ids = ids_in_code(code(tmp_path, one=source))
    missing, _ = unused_and_missing(load_catalogs(write(tmp_path, en=ENGLISH)), ids)
    assert [problem.message for problem in missing] == [
        "“greet.name” takes the values name, not nom.",
        "“nav.back” takes the values none, not a.",
        "“greet.name” takes the values name, not none.",
    ]


def test_the_code_of_this_bot_says_only_what_english_has() -> None:
    """No person ever meets an id without a sentence, or a sentence without its values."""
    catalogs = load_catalogs(ROOT / "locales")
    assert unused_and_missing(catalogs, ids_in_code(ROOT / "bot")).missing == ()
