"""language.yaml: what a language's team says of it; all of it may be left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal, cast

from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import read_yaml

Status = Literal["published", "beta", "draft"]

_STATUSES = ("published", "beta", "draft")
_KEYS = ("status", "fallback", "name", "maintainers")


@dataclass(frozen=True, slots=True)
class Profile:
    """`status: beta`, `fallback: [zh_Hans]`, `name: ...`, `maintainers: [...]`."""

    status: Status = "published"
    fallback: tuple[str, ...] = ()
    """Codes of the languages that say what this one lacks; English always comes last."""
    name: str = ""
    maintainers: tuple[str, ...] = ()


def read_profile(path: Path, shown: PurePath) -> Profile:
    """The file `path`, shown to people as `shown`. Raises BrokenWords with every problem in it."""
    block = read_yaml(path, shown.as_posix())
    problems = [
        Problem(shown.as_posix(), block.at(key), message, remedy, "language.profile")
        for key, value in block.items()
        for message, remedy in _wrong(key, value)
    ]
    if problems:
        raise BrokenWords(problems)
    return Profile(
        status=cast(Status, block.get("status", "published")),
        fallback=tuple(code.replace("-", "_") for code in _listed(block.get("fallback", []))),
        name=block.get("name", "").strip(),
        maintainers=_listed(block.get("maintainers", [])),
    )


def _wrong(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if key not in _KEYS:
        yield f"“{key}” means nothing here.", f"Use one of {', '.join(_KEYS)}."
    elif key == "status" and value not in _STATUSES:
        yield "There is no such status.", f"Use one of {', '.join(_STATUSES)}."
    elif key == "name" and not isinstance(value, str):
        yield "A name is plain text.", "Write it after the colon, on the same line."
    elif key in ("fallback", "maintainers") and not all(
        isinstance(item, str) for item in (value if isinstance(value, list) else [value])
    ):
        yield f"“{key}” is a list of words.", f"Write it like this: {key}: [one, other]."


def _listed(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
