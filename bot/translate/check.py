"""Everything that is wrong with the words, told at once; and the translators' template."""

from collections.abc import Iterator
from pathlib import Path

from bot.dialogue.intake.registry import read_registry
from bot.i18n.catalog import load_catalogs, template
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import read_yaml
from bot.i18n.usage import ids_in_code, unused_and_missing
from bot.settings import ROOT
from bot.words import Words, read_words


def check_words(locales: Path, content: Path) -> tuple[list[Problem], list[Problem]]:
    """(what must be mended, what is only worth a look), each in file order."""
    errors: list[Problem] = []
    notices: list[Problem] = []
    try:
        words = read_words(locales, content)
    except BrokenWords as broken:
        return list(broken.problems), []
    notices += [*words.languages.notices, *words.notices, *_behind(words)]
    errors += _unsafe(words)
    catalogs = load_catalogs(locales)
    missing, unused = unused_and_missing(
        catalogs, ids_in_code(ROOT / "bot"), tuple(ids_in_structure(content))
    )
    errors += missing
    notices += unused
    if template(catalogs) != _template_file(locales).read_text(encoding="utf-8"):
        errors.append(
            Problem(
                "locales/messages.pot",
                1,
                "This is not made from the English of today.",
                "Run `python -m bot extract`.",
            )
        )
    return sorted(errors), sorted(notices)


def _behind(words: Words) -> Iterator[Problem]:
    """The pages that a language lacks, and those made from English words that have changed."""
    library = words.library
    for code in words.languages:
        if code == library.source:
            continue
        for page, node in library.nodes.items():
            shown = f"content/{code}/{node.section}.yaml"
            own = library.pages.get(code, {}).get(page)
            if own is None:
                remedy = "Translate it; the English page has the same name."
                yield Problem(shown, 1, f"[{page}] is not here, so readers see English.", remedy)
            elif (code, page) in library.stale:
                yield Problem(
                    shown,
                    int(own.place.partition(":")[2].partition(" ")[0]),
                    f"[{page}] was made from older English words, and readers are told so.",
                    f"Read it beside the English; then `python -m bot accept {code} {page}`.",
                )


_SAFETY = ("safety.", "emergency.", "despair.")


def _unsafe(words: Words) -> Iterator[Problem]:
    """Safety texts that an offered language would show in English."""
    english = words.languages.default
    for language in words.languages.offered:
        for id, message in language.messages.items():
            if language is english or not id.startswith(_SAFETY):
                continue
            if message is english.messages[id]:
                yield Problem(
                    f"locales/{language.code}/LC_MESSAGES/messages.po",
                    1,
                    f"[{id}] is a safety text and would be shown in English.",
                    "Translate it before this language is offered.",
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
