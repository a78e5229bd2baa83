"""`check --fix`: the mendings that are surely right, and nothing else of a file touched."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.translate.checks.examine import Report, examine
from bot.translate.checks.finding import Finding, file_at

_ROUNDS = 5
"""How often to look again: under one mistake there may be another."""


@dataclass(frozen=True, slots=True)
class Mended:
    """One line that was changed."""

    path: str
    line: int
    code: str
    id: str
    change: str

    def __str__(self) -> str:
        named = f" [{self.id}]" if self.id else ""
        return f"{self.path}:{self.line}: {self.code}{named} {self.change}"


def mend(
    report: Report, locales: Path, content: Path, languages: Iterable[str] = ()
) -> tuple[list[Mended], Report]:
    """Mends what `report` says can be mended in the files of `languages` (none named: of all);
    what was changed, and the report after it.

    Only lines with a finding change, the rest of a file stays byte for byte. A file in which a
    mending would bring a new mistake is left as it was.
    """
    wanted = tuple(languages)
    done: list[Mended] = []
    left: set[str] = set()
    for _ in range(_ROUNDS):
        by_file: dict[str, list[Finding]] = {}
        for finding in report.of(wanted).findings:
            if finding.fix and finding.path not in left:
                by_file.setdefault(finding.path, []).append(finding)
        before = {shown: file_at(shown, locales, content).read_bytes() for shown in by_file}
        changed: list[Mended] = []
        for shown, findings in by_file.items():
            changed += _write(file_at(shown, locales, content), findings)
        if not changed:
            break
        again = examine(locales, content)
        for shown, data in before.items():
            if _errors(again, shown) > _errors(report, shown):
                file_at(shown, locales, content).write_bytes(data)
                left.add(shown)
                changed = [one for one in changed if one.path != shown]
        done += changed
        report = examine(locales, content) if left & before.keys() else again
    return done, report


def _errors(report: Report, shown: str) -> int:
    return sum(one.path == shown and one.severity == "error" for one in report.findings)


def _write(path: Path, findings: list[Finding]) -> Iterator[Mended]:
    """Changes the lines concerned; yields what changed."""
    lines = path.read_bytes().decode("utf-8").split("\n")
    changed = []
    for finding in findings:
        fix = finding.fix
        if fix is None:
            continue
        for number in range(fix.first, min(fix.last, len(lines)) + 1):
            if fix.old in lines[number - 1]:
                lines[number - 1] = lines[number - 1].replace(fix.old, fix.new)
                changed.append(Mended(finding.path, number, finding.code, finding.id, str(fix)))
    path.write_bytes("\n".join(lines).encode("utf-8"))
    return iter(changed)
