"""A report as people, programs and the hosting site's pull requests read it."""

import json
from collections.abc import Iterator

from bot.translate.checks.examine import Report
from bot.translate.checks.finding import Code, Finding, codes

VERSION = 1
"""Of the JSON: it grows when a field changes its meaning or goes."""


def as_text(report: Report) -> Iterator[str]:
    """One block a finding, then the sum."""
    for finding in report.findings:
        named = f" [{finding.id}]" if finding.id else ""
        yield f"{finding.path}:{finding.line}: {finding.severity} {finding.code}{named}"
        yield f"    {finding.message} {finding.remedy}"
        if finding.fix:
            yield f"    fix: {finding.fix}"
    if report.findings:
        yield ""
    yield _sum(report)


def _sum(report: Report) -> str:
    errors, warnings = report.count("error"), report.count("warning")
    spoken = len(report.languages)
    return (
        f"{errors} to mend, {warnings} to look at, in {spoken} "
        f"{'language' if spoken == 1 else 'languages'} "
        f"(checked {report.texts:,} texts in {report.seconds:.1f} s)."
    )


def as_json(report: Report) -> str:
    """`{"version": 1, "summary": {...}, "findings": [{"path", "line", ...}]}`"""
    return json.dumps(
        {
            "version": VERSION,
            "summary": {
                "errors": report.count("error"),
                "warnings": report.count("warning"),
                "languages": list(report.languages),
                "texts": report.texts,
                "seconds": round(report.seconds, 3),
            },
            "findings": [_fields(finding) for finding in report.findings],
        },
        ensure_ascii=False,
        indent=2,
    )


def _fields(finding: Finding) -> dict[str, object]:
    fix = finding.fix
    return {
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "severity": finding.severity,
        "code": finding.code,
        "id": finding.id,
        "lang": finding.language,
        "message": finding.message,
        "remedy": finding.remedy,
        "fix": {"from": fix.old, "to": fix.new} if fix else None,
        "source": finding.english,
        "translation": finding.written,
    }


def as_annotations(report: Report) -> Iterator[str]:
    """The hosting site's workflow commands, which it shows beside the lines of a change."""
    for finding in report.findings:
        place = f"file={_property(finding.path)},line={finding.line},col={finding.column}"
        title = f"{finding.code} {finding.id}".strip()
        said = _data(f"{finding.message} {finding.remedy}")
        yield f"::{finding.severity} {place},title={_property(title)}::{said}"


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")


def explained(code: Code) -> Iterator[str]:
    """What a code means, with an example before and after."""
    yield f"{code.name} ({code.severity})"
    yield code.means
    shown = (("English", code.english), ("Before", code.before), ("After", code.after))
    for name, words in shown:
        if words:
            yield f"  {name + ':':<9}{_visible(words)}"


def _visible(words: str) -> str:
    words = words.replace("\n", "\\n")
    return "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in words)


def known_codes() -> Iterator[str]:
    """Every code with its severity, one a line."""
    for code in codes().values():
        yield f"  {code.name:<24}{code.severity}"
