"""Marks a translation as made from the English of today, once somebody has read them together."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.i18n.catalog import SOURCE
from bot.i18n.problem import BrokenWords, Problem
from bot.library.pages import UNTRANSLATED
from bot.translate.items import Item, catalog_path, read_catalog, read_items
from bot.translate.merge import accepted


def accept(locales: Path, content: Path, language: str, names: Iterable[str] = ()) -> int:
    """Accepts the items called `names`; none named: every item of content/.

    An item is a page (`costs`), a question (`form.questions.age`; `form`: all of them), a letter
    (`templates.costs`; `templates`: all of them), the name of a source (`R1`; `references`: all of
    them), or a sentence of the catalogs (`menu.welcome`), which loses its “fuzzy”. Only those lines
    change. What still says exactly what the English says is passed over. Returns how many items
    changed. Raises BrokenWords for what cannot be accepted.
    """
    if not (content / language).is_dir() and not (locales / language).is_dir():
        what = f"There is no language “{language}”."
        raise BrokenWords([Problem(f"content/{language}", 1, what, "Spell it as its folder.")])
    wanted = set(names)
    items = read_items(content, language)
    named = [one for one in items if not wanted or wanted & one.names]
    problems = [
        Problem(
            one.path,
            one.line,
            f"[{one.name}] still says exactly what the English says.",
            "Write your words in place of the English ones first.",
        )
        for one in named
        if one.name in wanted and _not_begun(one) and one.kind != "source"
    ]
    sentences = wanted - {name for one in items if one.own is not None for name in one.names}
    problems += _unready(locales, language, sentences) if sentences else ()
    if problems:
        raise BrokenWords(problems)
    changed = _take_off(locales, language, sentences) if sentences else 0
    lines: dict[Path, list[tuple[int, str]]] = {}
    for one in named:
        stays = _not_begun(one) and one.name not in wanted
        if one.own is not None and "from" in one.own and one.made_from != one.hash and not stays:
            lines.setdefault(one.file, []).append((one.line, one.hash))
    for path, marks in lines.items():
        write_from(path, marks)
        changed += len(marks)
    return changed


def _not_begun(item: Item) -> bool:
    return item.made_from == UNTRANSLATED and item.untouched


def write_from(path: Path, marks: Iterable[tuple[int, str]]) -> None:
    """Writes the hash into the `from:` of each (line, hash), and touches nothing else."""
    lines = path.read_bytes().decode("utf-8").split("\n")
    for line, hash_ in marks:
        before = lines[line - 1]
        ending = "\r" if before.endswith("\r") else ""
        lines[line - 1] = f"{before.partition('from:')[0]}from: {hash_}{ending}"
    path.write_bytes("\n".join(lines).encode("utf-8"))


def _unready(locales: Path, language: str, ids: set[str]) -> Iterator[Problem]:
    """Those of the sentences that cannot be accepted, and why."""
    english = {one.id: one for one in read_catalog(locales, SOURCE).entries}
    file = read_catalog(locales, language)
    known = {one.id: one for one in file.entries}
    for id in sorted(ids):
        entry = known.get(id)
        if entry is None:
            what = f"There is nothing called “{id}” in {language}."
            yield Problem(f"content/{language}", 1, what, "Check its id.")
        elif not any(entry.forms):
            what = f"“{id}” is not translated."
            yield Problem(file.path, entry.line, what, "Write the msgstr first.")
        elif id not in english or english[id].source != entry.source:
            what = f"“{id}” does not have the English of today beside it."
            yield Problem(file.path, entry.line, what, "Run `python -m bot update` first.")


def _take_off(locales: Path, language: str, ids: set[str]) -> int:
    """Takes “fuzzy” off these sentences; how many had it."""
    path = catalog_path(locales, language)
    text, changed = accepted(
        path.read_bytes().decode("utf-8"), read_catalog(locales, language), ids
    )
    if changed:
        path.write_bytes(text.encode("utf-8"))
    return changed
