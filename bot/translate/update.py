"""Brings what translators write up to date with the English: catalogs, and items of content/."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.i18n.catalog import SOURCE
from bot.i18n.problem import BrokenWords, Problem
from bot.translate.accept import write_from
from bot.translate.history import History
from bot.translate.items import catalog_path, read_catalog, read_items
from bot.translate.merge import Merged, merged
from bot.translate.skeleton import fill

_SHOWN = 8
"""Names that are listed of each kind."""


@dataclass(slots=True)
class Updated:
    """What happened to one language. `kept`: items of content/ that a correction left fresh;
    `unsure`: those that were older before, or of which nobody knows."""

    code: str
    merged: Merged
    added: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


def folders(locales: Path) -> list[str]:
    """Every translated language, as its folder is spelt."""
    return sorted(
        path.name
        for path in locales.iterdir()
        if path.is_dir() and path.name != SOURCE and not path.name.startswith((".", "_"))
    )


def update(
    locales: Path, content: Path, languages: Iterable[str] = (), cosmetic: Collection[str] = ()
) -> tuple[list[Updated], list[Problem]]:
    """Merges the English into every language (or `languages`), by id only. Twice is once.

    `cosmetic` names sentences and items whose English was only corrected: what was up to date
    before stays so. Returns what happened, and what is wrong with languages that cannot be read:
    they stay as they are. Raises BrokenWords, with nothing written, where the English cannot be
    read or a name is nobody's.
    """
    english = read_catalog(locales, SOURCE)
    nobodys = _nobodys(cosmetic, {one.id for one in english.entries}, content)
    if nobodys:
        raise BrokenWords(nobodys)
    history = History(content)
    done, problems = [], list[Problem]()
    for code in languages or folders(locales):
        try:
            file, items = read_catalog(locales, code), read_items(content, code)
        except BrokenWords as broken:
            problems += broken.problems
            continue
        path = catalog_path(locales, code)
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        one = Updated(code, merged(before, file, english, cosmetic))
        if one.merged.text != before:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.merged.text.encode("utf-8"))
        for item in items:
            if item.own is None or item.names.isdisjoint(cosmetic) or item.made_from == item.hash:
                continue
            if item.made_from == history.before(item):
                write_from(item.file, [(item.line, item.hash)])
                one.kept.append(item.name)
            else:
                one.unsure.append(item.name)
        one.added = fill(content, code)
        done.append(one)
    return done, problems


def _nobodys(names: Collection[str], ids: set[str], content: Path) -> list[Problem]:
    """Names that are neither a sentence nor an item of the English."""
    known = ids | {name for item in read_items(content, SOURCE) for name in item.names}
    return [
        Problem(f"content/{SOURCE}", 1, f"There is nothing called “{name}”.", "Check its id.")
        for name in sorted(set(names) - known)
    ]


def lines(one: Updated) -> Iterator[str]:
    """What happened to a language, as `update` prints it."""
    told = (
        (one.merged.new, "new, to be translated"),
        (one.merged.changed, "changed in English: kept as fuzzy, to be looked at"),
        (one.merged.cosmetic + one.kept, "corrected in English: the translation stays"),
        (one.merged.back, "again what the translation was made from: shown again"),
        (one.merged.gone, "gone from the English: kept at the end of the file, out of use"),
        (one.added, "new in content/, to be translated"),
        (one.unsure, "not known to have been up to date before: left as they were"),
    )
    said = [(names, what) for names, what in told if names]
    yield f"{one.code}: {'' if said else 'up to date.'}".rstrip()
    for names, what in said:
        shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
        yield f"  {len(names)} {what}: {shown}"
