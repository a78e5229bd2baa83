"""The reviewed exceptions of data/allowed.yaml. Each must be needed, and has its reason."""

from functools import cache
from pathlib import Path

from bot.i18n.strict import Block, read_yaml

DATA = Path(__file__).parent / "data"


@cache
def data(name: str) -> Block:
    return read_yaml(DATA / f"{name}.yaml", f"tests/content/data/{name}.yaml")


def allowed(kind: str) -> list[Block]:
    """The exceptions of one kind, each with its reason."""
    entries: list[Block] = list(data("allowed")[kind])
    assert all(entry.get("reason") for entry in entries)
    return entries


def outside(words: str, start: int, end: int, phrases: list[str]) -> bool:
    """Whether words[start:end] lies in none of the places where a phrase stands."""
    for phrase in phrases:
        at = words.find(phrase)
        while at >= 0:
            if at <= start and end <= at + len(phrase):
                return False
            at = words.find(phrase, at + 1)
    return True
