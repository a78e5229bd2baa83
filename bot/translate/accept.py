"""Marks a translation as made from the English of today."""

from collections.abc import Iterable
from pathlib import Path

from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block, read_yaml
from bot.library.reading import english_hash


def accept_pages(content: Path, language: str, pages: Iterable[str] = ()) -> int:
    """Writes the hash of the English item into `from:` of `pages` (none named: of every page).

    Only that line changes, so comments and layout stay. Returns how many lines changed. Raises
    BrokenWords for a file that cannot be read or a page that is not there.
    """
    if not (content / language).is_dir():
        what = f"There is no language “{language}”."
        raise BrokenWords([Problem(f"content/{language}", 1, what, "Spell it as its folder.")])
    wanted = set(pages)
    changed = 0
    for path in sorted((content / language).glob("*.yaml")):
        source = content / "en" / path.name
        if path.stem == "safety" or not source.exists():
            continue
        shown = f"content/{language}/{path.name}"
        tree = read_yaml(path, shown)
        english = read_yaml(source, f"content/en/{path.name}")
        lines = path.read_text(encoding="utf-8").split("\n")
        for name, entry in tree.items():
            if not isinstance(entry, Block) or name not in english or "from" not in entry:
                continue
            if pages and name not in wanted:
                continue
            wanted.discard(name)
            found = english_hash(english[name])
            if entry["from"] != found:
                lines[entry.at("from") - 1] = f"  from: {found}"
                changed += 1
        path.write_text("\n".join(lines), encoding="utf-8")
    if wanted:
        raise BrokenWords(
            Problem(f"content/{language}", 1, f"There is no page “{name}”.", "Check its id.")
            for name in wanted
        )
    return changed
