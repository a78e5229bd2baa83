"""How parts are told: tables as readable lines, registry numbers as links, all of it safe HTML."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import markup
from bot.i18n.strict import Block, Items
from bot.library.telling import tell


def block(**entries: object) -> Block:
    made = Block(entries)
    made.line, made.lines = 1, {}
    return made


def test_a_text_is_told_as_it_is() -> None:
    """Prose loses only the blank space around it."""
    assert tell("\n<b>One</b>\n\ntwo \n") == "<b>One</b>\n\ntwo"


def test_a_table_becomes_lines() -> None:
    """Each row is its label in bold, then a line a column, below the text and set apart."""
    table = block(columns=Items(["A", "B"]), rows=Items([["x", "1", "2"], ["y", "3", "4"]]))
    assert tell(block(text="Head.\n", table=table)) == (
        "Head.\n\n<b>x</b>\nA: 1\nB: 2\n\n<b>y</b>\nA: 3\nB: 4"
    )
    assert tell(block(table=table)).startswith("<b>x</b>")
    assert tell(block(text="Only text.")) == "Only text."


def test_a_table_in_chinese_has_chinese_colons() -> None:
    """The colon fits the words of the row, although its label may be an abbreviation."""
    table = block(columns=Items(["CAR-T"]), rows=Items([["CRS", "常见"], ["价格", "0"]]))
    assert tell(block(table=table)) == "<b>CRS</b>\nCAR-T：常见\n\n<b>价格</b>\nCAR-T：0"


def test_registry_numbers_lead_to_the_registry() -> None:
    """A whole NCT number becomes a link, in prose and in cells; anything longer does not."""
    link = '<a href="https://clinicaltrials.gov/study/NCT03056339">NCT03056339</a>'
    assert tell("(NCT03056339).") == f"({link})."
    assert tell("编号是NCT03056339。") == f"编号是{link}。"
    table = block(columns=Items(["A"]), rows=Items([Items(["x", "NCT03056339"])]))
    assert link in tell(block(table=table))
    assert tell("NCT030563390 NCT0305633") == "NCT030563390 NCT0305633"


@settings(deadline=None)
@given(st.text(), st.text())
def test_labels_and_heads_are_plain_words(label: str, head: str) -> None:
    """Whatever a label or a head of a column says, nothing in it is read as a tag."""
    if "\0" in label + head:
        return
    table = block(columns=Items([head]), rows=Items([Items([label, "cell"])]))
    parsed = markup.parse(tell(block(table=table)))
    assert parsed.text.endswith("cell")
    assert {entity.type for entity in parsed.entities} <= {"bold", "italic", "text_link"}
