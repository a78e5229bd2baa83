"""PO files, read strictly: what Babel repairs in silence is said in plain words, with its line.

A translator's slip (a lost quote, two versions left by Git) must never change a sentence quietly,
so a file with any such slip is refused as a whole, with every slip found. On a well-formed file
this reader and `babel.messages.pofile.read_po` return the same messages; a test holds that.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.i18n.plurals import PluralRule, plural_rule, remedy_for
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.quoting import WRITE_LIKE_THIS, diagnosis, unquoted


@dataclass(frozen=True, slots=True)
class Entry:
    """One sentence of a PO file."""

    id: str
    """msgctxt, the sentence's name in the code"""
    source: str
    """msgid, the English"""
    source_plural: str | None
    """msgid_plural"""
    forms: tuple[str, ...]
    """msgstr, or msgstr[0], msgstr[1] ... in order; "" where nothing is translated yet"""
    flags: tuple[str, ...]
    """`#, fuzzy, max-length:30`"""
    notes: tuple[str, ...]
    """`# ...`, written by the translator"""
    hints: tuple[str, ...]
    """`#. ...`, written for the translator"""
    places: tuple[str, ...]
    """`#: ...`, where the sentence is used"""
    previous: str | None
    """`#| msgid`, the English that the translation was made from"""
    line: int
    """line of the msgctxt, from 1"""
    form_lines: tuple[int, ...]
    """line of each form, from 1"""

    @property
    def fuzzy(self) -> bool:
        """Whether the translation is a guess, or older than the English."""
        return "fuzzy" in self.flags


@dataclass(frozen=True, slots=True)
class PoFile:
    """A whole file, obsolete entries (`#~`) left out."""

    path: str
    header: Mapping[str, str]
    plural: PluralRule | None
    entries: tuple[Entry, ...]


def read_po(path: Path, shown: str) -> PoFile:
    """The PO file `path`; `shown` is the path that people see in messages.

    Raises BrokenWords with every problem found, each with its line and what to do.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        problem = Problem(shown, 1, "This file cannot be read.", "Check that it is there.")
        raise BrokenWords([problem]) from error
    return parse_po(data, shown)


def parse_po(data: bytes, shown: str) -> PoFile:
    """The PO file whose bytes are `data`; raises BrokenWords like `read_po`."""
    reader = _Reader(shown)
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        reader.report(
            1,
            "An invisible mark (BOM) stands before the first character.",
            "Save the file as “UTF-8”, not as “UTF-8 with BOM”.",
            "po.encoding",
        )
    try:
        content = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        reader.report(
            line,
            "There is a character here that is not UTF-8.",
            "Save the file again as UTF-8.",
            "po.encoding",
        )
        content = data.decode("utf-8", errors="replace")
    file = reader.read(content)
    if reader.problems:
        raise BrokenWords(reader.problems)
    return file


_MACHINE = (".", ",", ":", "|", "=")  # what makes a comment more than the translator's own
_ORDER = (
    "An entry is msgctxt, msgid, msgstr; or msgctxt, msgid, msgid_plural, msgstr[0], msgstr[1] ..."
)

_KEYWORD = re.compile(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[([0-9]{1,2})\])?)(?![\w\[])(.*)")
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?$", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class _Draft:
    """An entry while its lines are being read."""

    __slots__ = ("comments", "damaged", "last", "lines", "texts")

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.lines: dict[str, int] = {}
        self.comments: list[str] = []
        self.last = ""
        self.damaged = False

    def value(self, keyword: str) -> str:
        return "".join(self.texts.get(keyword, ()))


class _Reader:
    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.problems: list[Problem] = []
        self.entries: list[Entry] = []
        self.header: dict[str, str] = {}
        self.header_line = 0
        self.draft = _Draft()

    def report(self, line: int, message: str, remedy: str, code: str = "po.syntax") -> None:
        self.problems.append(Problem(self.shown, line, message, remedy, code))

    def read(self, content: str) -> PoFile:
        content = content.replace("\r\n", "\n")
        conflicts = list(_CONFLICT.finditer(content))
        for number, mark in enumerate(conflicts):
            if number == 0 or mark[0].startswith("<"):
                self.report(
                    content.count("\n", 0, mark.start()) + 1,
                    "Git left two versions of this place.",
                    "Keep one of them and delete the lines of <<<<<<<, ======= and >>>>>>>.",
                    "po.conflict-marker",
                )
        if conflicts:  # both versions would be reported as each other's duplicates
            return PoFile(self.shown, {}, None, ())
        clean = _CONTROL.search(content) is None
        for number, raw in enumerate(content.split("\n"), start=1):
            line = raw.strip(" \t")
            if line and (clean or self._visible(number, line)):
                self._line(number, line)
        self._finish()
        return self._file()

    def _visible(self, number: int, line: str) -> bool:
        if _CONTROL.search(line) is None:
            return True
        self.draft.damaged = True
        self.report(number, "There is an invisible control character here.", "Retype the line.")
        return False

    def _line(self, number: int, line: str) -> None:
        if line[0] == "#":
            if self._has("msg") and not self._has("msgstr"):
                self._inside(number)
                return
            self._finish()
            if line.startswith("#~"):
                self.draft = _Draft()
            else:
                self.draft.comments.append(line)
        elif line[0] == '"':
            self._text(number, line)
        elif match := _KEYWORD.fullmatch(line):
            self._keyword(number, match)
        elif not self.draft.damaged:  # else: the rest of a text whose closing quote is missing
            self._stray(number, line)

    def _inside(self, number: int) -> None:
        if not self.draft.damaged:
            self.draft.damaged = True
            self.report(
                number,
                "A comment stands inside an entry, or the entry above it has no “msgstr”.",
                "Put comments above “msgctxt”, and a “msgstr” at the end of every entry.",
            )

    def _stray(self, number: int, line: str) -> None:
        self.draft.damaged = True
        word = line.split(maxsplit=1)[0]
        near = difflib.get_close_matches(word, ("msgctxt", "msgid", "msgid_plural", "msgstr"), 1)
        remedy = (
            f"Did you mean “{near[0]}”?"
            if near
            else 'Begin a comment with “#”; put text between quotes (").'
        )
        self.report(number, "This line is neither a comment nor a part of a sentence.", remedy)

    def _keyword(self, number: int, match: re.Match[str]) -> None:
        keyword, rest = match[1], match[3]
        if match[2] is not None:
            keyword = f"msgstr[{int(match[2])}]"
        if keyword == "msgctxt" or (keyword == "msgid" and self._has("msgid", "msgstr")):
            self._finish()
        draft = self.draft
        if not draft.damaged and (wrong := self._misplaced(keyword)):
            draft.damaged = True
            self.report(number, *wrong)
        draft.lines.setdefault(keyword, number)
        draft.texts[keyword] = []
        draft.last = keyword
        if rest.startswith(" "):
            self._text(number, rest.strip(" \t"))
        elif rest:
            draft.damaged = True
            self.report(number, f"A space is missing after “{keyword}”.", WRITE_LIKE_THIS)
        else:
            self._text(number, "")

    def _has(self, *beginnings: str) -> bool:
        return any(keyword.startswith(beginnings) for keyword in self.draft.texts)

    def _misplaced(self, keyword: str) -> tuple[str, str] | None:
        """Why `keyword` cannot stand here: what, and the remedy."""
        draft = self.draft
        forms = sum(known.startswith("msgstr") for known in draft.texts)
        if keyword in draft.texts:
            return f"“{keyword}” stands here a second time.", "Keep one of them."
        if keyword in ("msgctxt", "msgid"):
            return None
        if "msgid" not in draft.texts or (keyword == "msgid_plural" and forms):
            return f"“{keyword}” is out of order.", _ORDER
        if keyword == "msgid_plural":
            return None
        expected = f"msgstr[{forms}]" if "msgid_plural" in draft.texts else "msgstr"
        if keyword != expected:
            return f"“{keyword}” stands where “{expected}” is expected.", _ORDER
        return None

    def _text(self, number: int, quoted: str) -> None:
        draft = self.draft
        said = unquoted(quoted)
        if said is None:
            draft.damaged = True
            self.report(number, *diagnosis(quoted))
        elif draft.last:
            draft.texts[draft.last].append(said)
        elif not draft.damaged:
            draft.damaged = True
            self.report(
                number,
                "This text belongs to no entry.",
                "Put it below its msgid or msgstr, without a comment between, or delete it.",
            )

    def _finish(self) -> None:
        """Close the entry being read, unless only its comments have been seen."""
        draft = self.draft
        if not draft.texts:
            if draft.damaged:
                self.draft = _Draft()
            return
        self.draft = _Draft()
        if draft.damaged:
            return
        line = min(draft.lines.values())
        forms = tuple(keyword for keyword in draft.texts if keyword.startswith("msgstr"))
        if "msgid" not in draft.texts:
            self.report(line, "This entry has no “msgid”.", "Copy it from locales/messages.pot.")
        elif not forms:
            self.report(line, "This entry has no “msgstr”.", 'Add msgstr "" below its msgid.')
        elif "msgctxt" not in draft.texts and not draft.value("msgid"):
            self._header(line, draft.value("msgstr"))
        elif not draft.value("msgctxt"):
            self.report(
                line,
                "This entry has no id (msgctxt).",
                "Copy its msgctxt line from locales/messages.pot.",
            )
        elif not draft.value("msgid"):
            self.report(
                draft.lines["msgid"],
                f"“{draft.value('msgctxt')}” has no English (its msgid is empty).",
                "Copy the msgid from locales/messages.pot; the translation goes into msgstr.",
            )
        else:
            self._entry(draft, line, forms)

    def _entry(self, draft: _Draft, line: int, forms: tuple[str, ...]) -> None:
        name = draft.value("msgctxt")
        comments = draft.comments
        flags = (flag.strip() for c in comments if c.startswith("#,") for flag in c[2:].split(","))
        self.entries.append(
            Entry(
                id=name,
                source=draft.value("msgid"),
                source_plural=draft.value("msgid_plural")
                if "msgid_plural" in draft.texts
                else None,
                forms=tuple(draft.value(form) for form in forms),
                flags=tuple(flag for flag in flags if flag),
                notes=tuple(c[1:].strip() for c in comments if c[1:2] not in _MACHINE),
                hints=tuple(
                    c[2:].strip() for c in comments if c.startswith("#.") and c[2:].strip()
                ),
                places=tuple(p for c in comments if c.startswith("#:") for p in c[2:].split()),
                previous=_previous(comments) if comments else None,
                line=line,
                form_lines=tuple(draft.lines[form] for form in forms),
            )
        )

    def _header(self, line: int, value: str) -> None:
        if self.header_line or self.entries:
            self.report(
                line,
                "This entry has neither an id nor English, and only the file's first may be so.",
                "Delete it, or give it its msgctxt and msgid.",
            )
            return
        self.header_line = line
        for row in value.split("\n"):
            key, colon, content = row.partition(":")
            if colon and re.fullmatch("[A-Za-z-]+", key):
                self.header[key.lower()] = content.strip()
            elif row:
                what = f"“{row}” in the file's header is not of the form “Name: value”."
                self.report(line, what, "Correct or delete it.")
        charset = re.search(r"charset=([\w-]+)", self.header.get("content-type", ""))
        if charset and charset[1].lower() not in ("utf-8", "utf8"):
            self.report(
                line,
                f"The header says that this file is written in {charset[1]}.",
                "Save it as UTF-8 and write charset=UTF-8 there.",
                "po.encoding",
            )

    def _file(self) -> PoFile:
        first: dict[str, int] = {}
        for entry in self.entries:
            if entry.id in first:
                self.report(
                    entry.line,
                    f"“{entry.id}” stands here a second time (first in line {first[entry.id]}).",
                    "Keep one of them.",
                    "po.duplicate",
                )
            first.setdefault(entry.id, entry.line)
        rule = self._rule()
        for entry in self.entries:
            if rule and entry.source_plural is not None and len(entry.forms) != rule.count:
                self.report(
                    entry.line,
                    f"“{entry.id}” has {len(entry.forms)} of the {rule.count} plural forms that "
                    "the file's header promises.",
                    f"Give it msgstr[0] to msgstr[{rule.count - 1}]."
                    if rule.count > 1
                    else "Give it msgstr[0] only.",
                    "plural.count",
                )
        return PoFile(self.shown, self.header, rule, tuple(self.entries))

    def _rule(self) -> PluralRule | None:
        """The header's plural rule; None where it has none, which only plurals make a problem."""
        written = self.header.get("plural-forms", "")
        needed = any(entry.source_plural is not None for entry in self.entries)
        template = "INTEGER" in written  # as in messages.pot, which is in no language
        if template or not (written or needed):
            return None
        try:
            return plural_rule(written)
        except ValueError:
            self.report(
                self.header_line or 1,
                "The file's header has no plural rule (Plural-Forms) that can be used.",
                remedy_for(self.header.get("language", "")),
                "plural.rule",
            )
        return None


def _previous(comments: list[str]) -> str | None:
    """The text of `#| msgid "..."` with the lines that continue it."""
    found: list[str] = []
    inside = False
    for piece in _previous_pieces(comments):
        if piece[0] != '"':
            inside = piece.startswith("msgid ")
            piece = piece.partition(" ")[2].strip()  # noqa: PLW2901 - the keyword is read
        if inside:
            found.append(unquoted(piece) or "")
    return "".join(found) or None


def _previous_pieces(comments: list[str]) -> Iterator[str]:
    for comment in comments:
        if comment.startswith("#|") and (piece := comment[2:].strip()):
            yield piece
