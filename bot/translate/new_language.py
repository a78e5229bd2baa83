"""Begins a language: its catalog, its content files and its language.yaml, ready to be filled."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.messages.plurals import PLURALS
from babel.plural import to_gettext

from bot.i18n.catalog import SOURCE
from bot.i18n.matching import Tag, expand, read_tag
from bot.i18n.plurals import plural_rule
from bot.i18n.po import parse_po
from bot.translate.items import catalog_path, read_catalog
from bot.translate.merge import merged
from bot.translate.skeleton import fill

_SHAPE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|[0-9]{3}))?")
_SAY_SCRIPT = frozenset({"zh"})
"""Languages whose script is always named, because their readers are not the same people."""

_HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: car-nk-bot\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"
"""

_PROFILE = """\
# {english}. docs/translating.md says what each line means.
#   status       draft: reached only by a link or by its name; says on every screen what it is
#                beta: offered; says on every screen that it has not been fully reviewed
#                published: offered
#   name         the language's name in the language itself
#   maintainers  who looks after it
status: draft
name: "{name}"
maintainers: []
"""


class NoLanguage(ValueError):  # noqa: N818 - as BrokenWords
    """What was asked for cannot be made; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A language that was just made. `sure`: gettext's usual plural rule is known."""

    code: str
    english: str
    name: str
    direction: str
    plural: str
    sure: bool
    sentences: int
    items: int


def normalised(tag: str) -> str:
    """`zh-TW`, `zh_hant` -> `zh_Hant`; `pt-br` -> `pt_BR`; `iw` -> `he`. Raises NoLanguage."""
    names = Locale(SOURCE).languages
    read = read_tag(tag) if _SHAPE.fullmatch(tag) else None
    known = expand(Tag(read.language)).language if read is not None else ""
    if read is None or known not in names:
        by_name = {name.casefold(): code for code, name in names.items() if "_" not in code}
        near = get_close_matches(tag.casefold(), by_name, 1, 0.8)
        remedy = f"Did you mean “{by_name[near[0]]}”?" if near else "Name it like ar or pt-BR."
        raise NoLanguage(f"“{tag}” is not a language's code. {remedy}")
    english = Locale(SOURCE)
    if read.script and read.script not in english.scripts:
        raise NoLanguage(f"There is no script “{read.script}”. Name it like zh-Hant.")
    if read.region and read.region not in english.territories:
        raise NoLanguage(f"There is no country “{read.region}”. Name it like pt-BR.")
    script = expand(Tag(known, read.script, read.region)).script
    usual = expand(Tag(known)).script
    if not read.script and (known in _SAY_SCRIPT or script != usual):
        return Tag(known, script).code
    return Tag(known, read.script, read.region).code


def begin(locales: Path, content: Path, tag: str) -> Begun:
    """Makes the files of a new language. Raises NoLanguage, and BrokenWords for broken English."""
    code = normalised(tag)
    if code == SOURCE:
        raise NoLanguage("English is what all other languages are made from; it is here already.")
    if (locales / code).exists() or (content / code).exists():
        raise NoLanguage(f"{code} is here already. `python -m bot status {code}` says how far.")
    locale, known = _locale(code)
    plural, sure = _plural(code, locale) if known else ("nplurals=2; plural=(n != 1);", False)
    english = _english_name(code)
    name = locale.languages.get(code) or locale.get_display_name() or "" if known else ""
    header = _HEADER.format(code=code, plural=plural)
    made = merged(header, parse_po(header.encode(), code), read_catalog(locales, SOURCE))
    path = catalog_path(locales, code)
    path.parent.mkdir(parents=True)
    path.write_text(made.text, encoding="utf-8")
    profile = _PROFILE.format(english=english, name=name)
    (locales / code / "language.yaml").write_text(profile, encoding="utf-8")
    items = fill(content, code)
    direction = locale.text_direction if known else "ltr"
    return Begun(code, english, name, direction, plural, sure, len(made.new), len(items))


def _locale(code: str) -> tuple[Locale, bool]:
    """CLDR's data for the language; English's where it has none."""
    for one in (code, code.partition("_")[0]):
        try:
            return Locale.parse(one), True
        except (UnknownLocaleError, ValueError):
            continue
    return Locale(SOURCE), False


def _plural(code: str, locale: Locale) -> tuple[str, bool]:
    """The header's plural rule: gettext's usual one (Babel's table), else one made of CLDR's."""
    for one in (code, f"{locale.language}_{locale.territory}", locale.language):
        if one in PLURALS:
            count, expression = PLURALS[one]
            return f"nplurals={count}; plural={expression};", True
    made: str = to_gettext(locale.plural_form)
    return made, False


def _english_name(code: str) -> str:
    names = Locale(SOURCE).languages
    try:
        return Locale.parse(code).get_display_name(SOURCE) or str(names[code.partition("_")[0]])
    except (UnknownLocaleError, ValueError):
        return str(names[code.partition("_")[0]])


def lines(begun: Begun) -> Iterator[str]:
    """What was made, and the next three steps."""
    code = begun.code
    way = "right to left" if begun.direction == "rtl" else "left to right"
    yield f"{begun.english} ({code}) is begun as a draft: {way}."
    yield f"  locales/{code}/language.yaml              its name: {begun.name or 'please write it'}"
    yield f"  locales/{code}/LC_MESSAGES/messages.po    {begun.sentences} sentences"
    yield f"  content/{code}/                           {begun.items} pages, questions and names"
    rule = plural_rule(begun.plural)
    if rule.count > 1:
        yield f"  It counts in {rule.count} forms:"
        for form in range(rule.count):
            numbers = [str(n) for n in range(1001) if rule.form(n) == form]
            more = " ..." if len(numbers) > 6 else ""
            yield f"    msgstr[{form}] for {', '.join(numbers[:6])}{more}"
    if not begun.sure:
        yield (
            "  Its plural rule is not in gettext's usual list, so it was taken from CLDR, or from "
            "English: ask"
        )
        yield "  somebody who speaks it whether the forms above are right."
    yield "Next:"
    yield f"  1. Look:      python -m bot preview {code} --watch   (every screen, while you type)"
    yield "  2. Translate: begin with safety.* and emergency.* in messages.po; then"
    yield f"                python -m bot accept {code}, and python -m bot check"
    yield f"  3. Publish:   write content/{code}/safety.yaml (words of despair and emergency), and"
    yield "                set “status: beta” in language.yaml"
