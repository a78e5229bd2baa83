"""Whether a page shows only numbers that the facts it names have."""

import re
from collections.abc import Container, Iterable, Iterator
from functools import cache

from bot.i18n.strict import Block
from bot.library.facts import Facts
from bot.translate.checks.finding import Fault
from bot.translate.checks.numbers import Number, find, numbers, unsupported
from bot.translate.checks.texts import Said

COUNTED = ("en", "zh")
"""Languages in which `numbers` reads numbers as they are meant."""


def look(said: Said, known: set[Number], let_pass: Container[str]) -> Iterator[Fault]:
    """The numbers of a page, or of a source's name, that nothing known supports."""
    for number in unsupported(numbers(said.seen), known):
        if str(number) not in let_pass:
            places = (said.seen[a:b] for one, a, b in find(said.seen) if one == number)
            yield Fault(
                "facts.number",
                f"The number {number} is in none of the facts behind this.",
                "Correct it, or name the fact that has it below “facts:” of the English page.",
                next(places, ""),
            )


def known_numbers(sheet: Block, facts: Facts, named: Iterable[str], about: str) -> set[Number]:
    """Every number that the facts `named` by a page allow it to show, in whatever language.

    `about` is what the English page says.
    """
    return set[Number]().union(
        *(
            numbers(statement(sheet, name, about)) | years_of_sources(sheet, facts, name)
            for name in named
            if name in facts.facts
        )
    )


def statement(sheet: Block, name: str, about: str = "") -> str:
    """What may be said from the fact, table or claim `name`: of a claim, only what to say instead.

    A share in a table is told as one. Of a table of studies, only those count whose registry
    number stands in the words `about`; all of them where none does.
    """
    if name in sheet["facts"]:
        return str(sheet["facts"][name]["says"])
    if name in sheet["claims"]:
        return str(sheet["claims"][name]["instead"])
    columns = sheet["tables"][name]["columns"]
    rows = [row["cells"] for row in sheet["tables"][name]["rows"]]
    own = [row for row in rows if any(cell in about for cell in row if cell.startswith("NCT"))]
    return "\n".join(
        f"{cell}%" if cell and column.endswith("_pct") else cell
        for row in own or rows
        for column, cell in zip(columns, row, strict=True)
    )


def years_of_sources(sheet: Block, facts: Facts, name: str) -> set[Number]:
    """The years in which the sources of a fact or a row of a table were published."""
    if name in sheet["facts"]:
        cited = re.findall(r"R\d+", sheet["facts"][name]["source"])
    else:
        cited = re.findall(r"\bR\d+", statement(sheet, name))
    return set[Number]().union(*(_years(facts.references[one].cites) for one in cited))


@cache
def _years(words: str) -> frozenset[Number]:
    return frozenset(
        number for number in numbers(words) if number.kind == "date" and len(number.value) == 4
    )
