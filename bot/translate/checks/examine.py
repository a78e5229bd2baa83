"""Looks at every word of the bot, in every language, and tells everything that is wrong."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path

from bot.i18n.catalog import SOURCE
from bot.i18n.placeholders import names_in
from bot.i18n.problem import BrokenWords, Problem
from bot.translate.check import about
from bot.translate.checks import claims, doses, facts_told, letters, manner, signs, sizes, texts
from bot.translate.checks.figures import Figures
from bot.translate.checks.finding import Fault, Finding, codes, file_at, from_problem
from bot.translate.checks.lists import Sheet, read_sheet
from bot.translate.checks.numbers import Number, numbers
from bot.translate.checks.texts import Said
from bot.translate.checks.tongue import Tongue
from bot.words import Read, read_what_can_be


@dataclass(frozen=True)
class Report:
    """All findings in the order of the files. `texts`: how many were looked at; `seconds`: how long
    it took; `unread`: whether there was no English to compare with."""

    findings: tuple[Finding, ...]
    languages: tuple[str, ...]
    texts: int
    seconds: float
    unread: bool = False

    def of(self, languages: Iterable[str]) -> "Report":
        """Only what is about these languages; everything where none is named."""
        wanted = set(languages)
        if not wanted:
            return self
        return replace(
            self,
            findings=tuple(one for one in self.findings if one.language in wanted),
            languages=tuple(one for one in self.languages if one in wanted),
        )

    def count(self, severity: str) -> int:
        return sum(one.severity == severity for one in self.findings)


def examine(locales: Path, content: Path) -> Report:
    """Reads and checks everything below `locales` and `content`."""
    began = time.perf_counter()
    try:
        read = read_what_can_be(locales, content)
    except BrokenWords as broken:
        found = sorted(map(from_problem, broken.problems))
        return Report(tuple(found), (SOURCE,), 0, time.perf_counter() - began, unread=True)
    errors, notices = about(read, locales, content)
    shelf = texts.Shelf(content)
    said = every_text(read, shelf)
    sheet = read_sheet(content, texts.facts_named(shelf))
    lines = _Lines(locales, content)
    found = [
        *_of_readers([*errors, *notices, *sheet.problems], read, lines),
        *_of_rules(said, read, sheet, lines),
    ]
    languages = tuple(read.languages)
    return Report(tuple(sorted(set(found))), languages, len(said), time.perf_counter() - began)


def every_text(read: Read, shelf: texts.Shelf) -> list[Said]:
    """The texts of every language, in the order of the files."""
    found: list[Said] = []
    for code in read.languages:
        found += texts.catalog_texts(read.catalogs, code)
        found += texts.page_texts(shelf, code)
        found += texts.form_texts(shelf, code)
        found += texts.letter_texts(shelf, code)
    # Each text ends where the next one of its file begins.
    found.sort(key=lambda said: (said.path, said.line))
    for said, after in pairwise(found):
        if said.path == after.path and after.line > said.line:
            object.__setattr__(said, "last", min(said.last, after.line - 1))
    return found


# What the readers told ---------------------------------------------------------------------------


def _of_readers(problems: list[Problem], read: Read, lines: "_Lines") -> Iterator[Finding]:
    """Their problems as findings; a placeholder that was translated gets its mending."""
    entries = {
        (catalog.file.path, line): (entry, entry.forms[form])
        for catalog in read.catalogs.by_code.values()
        for entry in catalog.file.entries
        for form, line in enumerate(entry.form_lines)
    }
    english = {entry.id: entry for entry in read.catalogs.english.file.entries}
    for problem in problems:
        finding = from_problem(problem)
        entry, words = entries.get((problem.path, problem.line), (None, ""))
        if entry is not None and finding.code in _OF_PLACEHOLDERS:
            source = english[entry.id]
            names = names_in(source.source + (source.source_plural or ""))
            fix = signs.renamed(words, names)
            last = lines.end(problem.path, problem.line)
            line, column = lines.find(
                problem.path, problem.line, last, signs.strange_braces(words, names)
            )
            finding = replace(
                finding,
                line=line,
                column=column,
                code=_sharper(finding.code, words, names, source.source_plural is not None),
                english=source.source_plural or source.source,
                written=words,
                fix=fix and replace(fix, first=problem.line, last=last),
            )
        yield finding


_OF_PLACEHOLDERS = {"placeholder.unknown", "placeholder.missing", "placeholder.syntax"}


def _sharper(code: str, words: str, names: frozenset[str], plural: bool) -> str:
    """Which mistake with braces it is: a name that was translated, a number left out, another."""
    if code == "placeholder.syntax" and signs.only_words_in_braces(words):
        return "placeholder.unknown"
    if code == "placeholder.missing" and plural and names - names_in(words) == {"n"}:
        return "plural.dropped-n"
    return code


# What the rules say ------------------------------------------------------------------------------


def _of_rules(said: list[Said], read: Read, sheet: Sheet, lines: "_Lines") -> Iterator[Finding]:
    english = Tongue(SOURCE).figures
    tongues = {code: Tongue(code) for code in read.languages}
    known = _Known(said, sheet)
    for one in said:
        for fault in _faults(one, tongues[one.language], english, sheet, known):
            yield from _found(one, fault, lines)
    for code in read.languages:
        own = sorted(
            (one for one in said if one.language == code), key=lambda one: (one.path, one.item)
        )
        for _, group in groupby(own, key=lambda one: (one.path, one.item)):
            for one, fault in claims.look_at_terms(list(group), sheet, code):
                yield from _found(one, fault, lines)
        yield from _alike([one for one in own if one.use == "button"], read, lines)


def _faults(
    said: Said, tongue: Tongue, english: Figures, sheet: Sheet, known: "_Known"
) -> Iterator[Fault]:
    yield from letters.look(said, tongue)
    yield from signs.look(said, tongue)
    yield from sizes.look(said, tongue)
    yield from manner.look(said, tongue, sheet.latin)
    yield from doses.look(said, tongue, english)
    yield from claims.look(said, sheet)
    yield from known.look(said)


def _found(said: Said, fault: Fault, lines: "_Lines") -> Iterator[Finding]:
    if any(fault.code == one or fault.code.startswith(f"{one}.") for one in said.ignore):
        return
    line, column = lines.place(said, fault.at)
    fix = fault.fix
    if fix is not None:
        fix = replace(fix, first=said.line, last=said.last)
        if not lines.holds(said, fix.old):
            fix = None
    yield Finding(
        path=said.path,
        line=line,
        column=column,
        code=fault.code,
        severity=codes()[fault.code].severity,
        language=said.language,
        id=said.id,
        message=fault.message,
        remedy=fault.remedy,
        english=said.english or "",
        written=said.written,
        fix=fix,
    )


class _Known:
    """The numbers that each page may show."""

    def __init__(self, said: list[Said], sheet: Sheet) -> None:
        self._sheet = sheet
        self._english: dict[str, str] = {}
        self._pages: dict[str, set[Number]] = {}
        for one in said:
            if one.language == SOURCE and one.use in {"title", "button", "part"}:
                self._english[one.item] = self._english.get(one.item, "") + "\n" + one.seen

    def look(self, said: Said) -> Iterator[Fault]:
        facts, sheet = self._sheet.facts, self._sheet
        if (
            facts is None
            or not said.language.startswith(facts_told.COUNTED)
            or (said.use == "source" and said.item not in facts.references)
            or (said.use != "source" and said.item not in sheet.named)
        ):
            return
        let_pass = {
            entry["number"]
            for entry in sheet.allowed.get("numbers", ())
            if entry["page"] == said.item
        }
        if said.use == "source":
            known = numbers(facts.references[said.item].cites)
        else:
            if said.item not in self._pages:
                self._pages[said.item] = facts_told.known_numbers(
                    sheet.sheet, facts, sheet.named[said.item], self._english.get(said.item, "")
                )
            known = self._pages[said.item]
        yield from facts_told.look(said, known, let_pass)


def _alike(buttons: list[Said], read: Read, lines: "_Lines") -> Iterator[Finding]:
    """Two buttons of one menu with the same words: nobody could tell them apart."""
    if read.library is None:
        return
    by_page = {one.item: one for one in buttons if one.id.endswith(" button")}
    menus = [read.library.menu, *(node.children for node in read.library.nodes.values())]
    for menu in menus:
        seen: dict[str, str] = {}
        for page in menu:
            one = by_page.get(page)
            if one is None:
                continue
            other = seen.setdefault(one.written.strip().casefold(), page)
            if other != page:
                fault = Fault(
                    "label.duplicate",
                    f"The button of “{other}”, on the same screen, has the same words.",
                    "Word one of them otherwise.",
                )
                yield from _found(one, fault, lines)


# Lines of the files ------------------------------------------------------------------------------


class _Lines:
    """The files as they are written, to name the line where the words in question stand."""

    def __init__(self, locales: Path, content: Path) -> None:
        self._folders = locales, content
        self._files: dict[str, list[str]] = {}

    def place(self, said: Said, at: str) -> tuple[int, int]:
        """(line, column) of `at` among the lines of a text; where it begins, if not to be found."""
        return self.find(said.path, said.line, self._last(said), at)

    def find(self, path: str, first: int, last: int, at: str) -> tuple[int, int]:
        """(line, column) of `at` between two lines of a file; the first one, if not there."""
        words = at.strip("\n").split("\n")[0]
        for number, line in enumerate(self._of(path)[first - 1 : last], start=first):
            column = line.find(words)
            if words and column >= 0:
                return number, column + 1
        return first, 1

    def holds(self, said: Said, words: str) -> bool:
        return any(words in line for line in self._of(said.path)[said.line - 1 : self._last(said)])

    def end(self, path: str, line: int) -> int:
        """The last line of the text of a PO file that begins here."""
        lines = self._of(path)
        end = line
        while end < len(lines) and lines[end].startswith('"'):
            end += 1
        return end

    def _last(self, said: Said) -> int:
        return self.end(said.path, said.line) if said.path.endswith(".po") else said.last

    def _of(self, path: str) -> list[str]:
        if path not in self._files:
            file = file_at(path, *self._folders)
            raw = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            self._files[path] = raw.split("\n")
        return self._files[path]


def language_named(name: str, languages: Iterable[str]) -> str | None:
    """The language that somebody means by `zh-hans`; None where there is none such."""
    wanted = name.replace("-", "_").casefold()
    return next((one for one in languages if one.casefold() == wanted), None)
