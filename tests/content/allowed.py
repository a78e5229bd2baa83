"""The reviewed exceptions of content/allowed.yaml. Each must be needed, and has its reason."""

from functools import cache
from pathlib import Path

from bot.i18n.strict import Block, read_yaml

CONTENT = Path(__file__).parents[2] / "content"


@cache
def data(name: str) -> Block:
    return read_yaml(CONTENT / f"{name}.yaml", f"content/{name}.yaml")


def allowed(kind: str) -> list[Block]:
    """The exceptions of one kind, each with its reason."""
    entries: list[Block] = list(data("allowed")[kind])
    assert all(entry.get("reason") for entry in entries)
    return entries
