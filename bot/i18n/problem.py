"""What is wrong in a file, said so that the person who wrote the file can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong: where, what, and what to do about it (plain words, no code).

    `code` names the kind of mistake for `check --explain` (bot/translate/checks/codes.yaml); `id`
    the sentence or page it is in. Both may be "".
    """

    path: str
    line: int
    message: str
    remedy: str
    code: str = ""
    id: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} {self.remedy}"


class BrokenWords(Exception):  # noqa: N818 - the name says what is broken, as the operator reads it
    """Files of words that cannot be used: every problem at once, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
