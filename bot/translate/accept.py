"""Marks a translation as made from the English of today."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.desk import templates
from bot.dialogue.intake import wording
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block, read_yaml
from bot.library.reading import english_hash

_IN_ITEMS = {"form": wording, "templates": templates}
"""Files whose parts are no pages: what reads them knows their items."""


def accept_pages(content: Path, language: str, pages: Iterable[str] = ()) -> int:
    """Writes the hash of the English item into `from:` of `pages` (none named: of every page,
    the form and the letters). `form` is the form, `form.questions.age` one item of it;
    `templates.costs` one letter.

    Only that line changes, so comments and layout stay. Returns how many lines changed. Raises
    BrokenWords for a file that cannot be read or a page that is not there.
    """
    if not (content / language).is_dir():
        what = f"There is no language “{language}”."
        raise BrokenWords([Problem(f"content/{language}", 1, what, "Spell it as its folder.")])
    wanted = set(pages)
    every = not wanted
    unmet = set(wanted)
    changed = 0
    for path in sorted((content / language).glob("*.yaml")):
        source = content / "en" / path.name
        if path.stem == "safety" or not source.exists():
            continue
        shown = f"content/{language}/{path.name}"
        tree = read_yaml(path, shown)
        english = read_yaml(source, f"content/en/{path.name}")
        lines = path.read_text(encoding="utf-8").split("\n")
        for names, entry, found in _items(path.stem, tree, english):
            if "from" not in entry or not (every or wanted & names):
                continue
            unmet -= names
            if entry["from"] != found:
                line = lines[entry.at("from") - 1]
                lines[entry.at("from") - 1] = f"{line.partition('from:')[0]}from: {found}"
                changed += 1
        path.write_text("\n".join(lines), encoding="utf-8")
    if unmet:
        raise BrokenWords(
            Problem(f"content/{language}", 1, f"There is no page “{name}”.", "Check its id.")
            for name in unmet
        )
    return changed


def _items(stem: str, tree: Block, english: Block) -> Iterator[tuple[set[str], Block, str]]:
    """(its names, the translation, the hash of the English) for every item that English has."""
    if (kind := _IN_ITEMS.get(stem)) is not None:
        source = dict(kind.items(english))
        for name, entry in kind.items(tree):
            if name in source:
                yield {stem, f"{stem}.{name}"}, entry, kind.item_hash(source[name])
        return
    for name, entry in tree.items():
        if isinstance(entry, Block) and name in english:
            yield {name}, entry, english_hash(english[name])
