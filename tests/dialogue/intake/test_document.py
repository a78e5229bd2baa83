"""docs/form.md tells operators every field as the form has it."""

import re
from collections.abc import Iterator

from bot.dialogue.intake.form import Conditions, Field
from bot.dialogue.intake.registry import SHOWN, read_registry
from bot.settings import ROOT
from tests.dialogue.intake.forms import CONTENT, said, shipped

PAGE = ROOT / "docs" / "form.md"


def table() -> str:
    """The table that docs/form.md should have."""
    head = "| Field | Question | Asked | Need | Why | Kept | Sensitive | Seen |"
    return "\n".join([head, "| --- | --- | --- | --- | --- | --- | --- | --- |", *rows()])


def rows() -> Iterator[str]:
    for one in shipped().steps:
        cells = (
            f"`{one.id}` ({one.fact})",
            said(shipped().say(one.id, "en").label),
            asked(one),
            one.need,
            one.purpose,
            one.keep,
            one.sensitive,
            ", ".join(one.seen_by),
        )
        yield f"| {' | '.join(cells)} |"


def asked(one: Field) -> str:
    told = [f"if {named(one.when)}"] if one.when else []
    told += [f"unless {named(one.unless)}"] if one.unless else []
    told += [f"if {name}" for name in sorted(one.given)]
    told += ["if the country has several"] if one.kind == "zone" else []
    return f"{one.block}{', ' if told else ''}{', '.join(told)}"


def named(conditions: Conditions) -> str:
    return " and ".join(f"`{id}` is {' or '.join(sorted(options))}" for id, options in conditions)


def test_the_page_lists_every_field_as_the_registry_has_it() -> None:
    """The table between its heading and the next one; a failing run shows the right one."""
    page = PAGE.read_text(encoding="utf-8")
    listed = page.partition("## The fields\n")[2].partition("\n## ")[0].strip()
    assert listed == table(), f"The table in docs/form.md should be:\n\n{table()}"


def test_the_page_names_every_rule_of_keeping() -> None:
    """What “kept” and “sensitive” mean stands there for each word that the form uses."""
    page = PAGE.read_text(encoding="utf-8")
    used = {one.keep for one in shipped().steps} | {one.sensitive for one in shipped().steps}
    used |= {seer for one in shipped().steps for seer in one.seen_by}
    explained = set(re.findall(r"^\| `([a-z]+)` \|", page, re.MULTILINE))
    assert used == explained


def test_the_page_is_about_the_form_that_is_asked() -> None:
    """The registry that is documented is the one that is read."""
    assert SHOWN == "content/form.yaml"
    assert read_registry(CONTENT / "form.yaml").version == shipped().version
