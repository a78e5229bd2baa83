"""Everything that is wrong with the words, told at once; and the translators' template."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.dialogue.intake.registry import read_registry
from bot.i18n.catalog import load_catalogs, template
from bot.i18n.language import Languages
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import read_yaml
from bot.i18n.usage import Ids, ids_in_code, unused_and_missing
from bot.library.pages import Library
from bot.settings import ROOT
from bot.words import Read, read_what_can_be


def check_words(locales: Path, content: Path) -> tuple[list[Problem], list[Problem]]:
    """(what must be mended, what is only worth a look), each in file order: what the bot itself
    meets when it reads its words. `checks` looks at how they are worded, too."""
    try:
        read = read_what_can_be(locales, content)
    except BrokenWords as broken:
        return list(broken.problems), []
    return about(read, locales, content)


def about(read: Read, locales: Path, content: Path) -> tuple[list[Problem], list[Problem]]:
    """The same of words that were read already."""
    errors = list(read.problems)
    notices = [*read.languages.notices, *read.notices, *_unsafe(read)]
    if read.library is not None:
        notices += _behind(read.languages, read.library)
    also: tuple[str, ...] = ()
    try:
        also = tuple(ids_in_structure(content))
    except (BrokenWords, LookupError, AttributeError, TypeError):
        pass  # told where these files were read
    else:
        found = unused_and_missing(read.catalogs, _ids(), also)
        errors += found.missing
        notices += found.unused
    path = _template_file(locales)
    if not path.exists() or template(read.catalogs) != path.read_text(encoding="utf-8"):
        what = "This is not made from the English of today."
        shown = path.relative_to(locales.parent).as_posix()
        errors.append(Problem(shown, 1, what, "Run `python -m bot extract`.", "template"))
    return sorted(set(errors)), sorted(set(notices))


@cache
def _ids() -> Ids:
    """What the code says; it does not change while it runs."""
    return ids_in_code(ROOT / "bot")


def _behind(languages: Languages, library: Library) -> Iterator[Problem]:
    """The pages that a language lacks, and those made from English words that have changed."""
    for code in languages:
        if code == library.source:
            continue
        for page, node in library.nodes.items():
            shown = f"content/{code}/{node.section}.yaml"
            own = library.pages.get(code, {}).get(page)
            if own is None:
                remedy = "Translate it; the English page has the same name."
                what = f"[{page}] is not here, so readers see English."
                yield Problem(shown, 1, what, remedy, "missing", page)
            elif (code, page) in library.stale:
                yield Problem(
                    shown,
                    int(own.place.partition(":")[2].partition(" ")[0]),
                    f"[{page}] was made from older English words, and readers are told so.",
                    f"Read it beside the English; then `python -m bot accept {code} {page}`.",
                    "stale",
                    page,
                )


_SAFETY = ("safety.", "emergency.", "despair.")


def _unsafe(read: Read) -> Iterator[Problem]:
    """Safety texts that an offered language would show in English."""
    english = read.languages.default
    for language in read.languages.offered:
        for id, message in language.messages.items():
            if language is english or not id.startswith(_SAFETY):
                continue
            if message is english.messages[id]:
                yield Problem(
                    f"locales/{language.code}/LC_MESSAGES/messages.po",
                    1,
                    f"[{id}] is a safety text and would be shown in English.",
                    "Translate it before anything else.",
                    "safety.english",
                    id,
                )


def ids_in_structure(content: Path) -> Iterator[str]:
    """The catalog ids that content/ names: standing lines, links, names of help lines, and the
    texts and consents of the form."""
    structure = read_yaml(content / "structure.yaml", "content/structure.yaml")
    for page in structure["pages"].values():
        yield from page.get("lines", ())
        yield from (link["label"] for link in page.get("links", ()))
    helplines = read_yaml(content / "helplines.yaml", "content/helplines.yaml")
    for code, country in helplines["countries"].items():
        yield f"label.country.{code}"
        yield from (f"label.helpline.{line['name']}" for line in country.get("others", ()))
    for step in read_registry(content / "form.yaml").steps:
        yield from (one.text for one in step.ends)
        yield from (one.text for one in step.says)
        yield from (step.text,) if step.text else ()


def _template_file(locales: Path) -> Path:
    return locales / "messages.pot"


def write_template(locales: Path) -> bool:
    """Writes messages.pot from the English catalog; whether it changed. Raises BrokenWords."""
    made = template(load_catalogs(locales))
    path = _template_file(locales)
    if path.exists() and path.read_text(encoding="utf-8") == made:
        return False
    path.write_text(made, encoding="utf-8")
    return True
