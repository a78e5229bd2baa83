"""What a translator overwrites: the English items, as they stand in the file, marked `from: none`.

Written as text and never through a YAML writer, so that comments, quotes and line breaks of the
files stay exactly as people wrote them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.i18n.catalog import SOURCE
from bot.i18n.strict import Block, read_yaml
from bot.library.pages import UNTRANSLATED
from bot.translate.items import english_files, full_name

_ENGLISH_ONLY = frozenset({"facts", "sources", "evidence", "note", "ignore"})
_HEAD = (
    "# Write your words in place of the English ones; keep the words before the colons and <tags>.",
    "# `from: none` says that nobody has translated an item yet: `python -m bot accept {language}`",
    "# marks everything that you have changed as translated. docs/translating.md shows the way.",
)
_PRIVATE = (
    "# Words before a number that is nobody's business (passport, ID card), as people type them in "
    "this language.",
    "private: []",
)


def fill(content: Path, language: str) -> list[str]:
    """Adds every item that `language` lacks, in its place; returns their names.

    Raises BrokenWords where a file cannot be read; then nothing is written.
    """
    written: list[tuple[Path, str]] = []
    added: list[str] = []
    for source in english_files(content):
        path = content / language / source.name
        english = read_yaml(source, f"content/{SOURCE}/{source.name}")
        own = read_yaml(path, f"content/{language}/{source.name}") if path.exists() else None
        raw = source.read_text(encoding="utf-8").split("\n")
        if own is None:
            head = [line.replace("{language}", language) for line in _HEAD]
            names = list(_items(source.stem, english))
            text = [*head, "", *_whole(source.stem, english, raw, names)]
        else:
            text = path.read_bytes().decode("utf-8").split("\n")
            names = [one for one in _items(source.stem, english) if not _has(own, one)]
            _insert(text, own, english, raw, names)
        if names:
            written.append((path, "\n".join(text)))
            added += [full_name(source.stem, one) for one in names]
    for path, said in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(said.encode("utf-8"))
    return added


_FORM = "form"
"""The file whose items stand in sections."""

_Name = tuple[str, ...]
"""Where an item stands in its file: (costs,) or (questions, age)."""


def _items(stem: str, tree: Block) -> Iterator[_Name]:
    for key, value in tree.items():
        if not isinstance(value, Block):
            continue
        if stem == _FORM:
            yield from ((key, id) for id, entry in value.items() if isinstance(entry, Block))
        else:
            yield (key,)


def _has(tree: Block, name: _Name) -> bool:
    for key in name:
        if not isinstance(tree, Block) or key not in tree:
            return False
        tree = tree[key]
    return True


def _whole(stem: str, tree: Block, raw: list[str], names: Iterable[_Name]) -> Iterator[str]:
    """A whole file of untranslated items."""
    section = None
    for name in names:
        if len(name) > 1 and name[0] != section:
            if section is not None:
                yield ""
            section = name[0]
            yield f"{section}:"
        yield from _untranslated(tree, raw, name)
    yield from ("", *_PRIVATE, "") if stem == _FORM else ("",)


def _insert(
    text: list[str], own: Block, english: Block, raw: list[str], names: Iterable[_Name]
) -> None:
    """Puts each item behind the one that stands before it in English, or first in its section."""
    places: list[tuple[int, list[str]]] = []
    opened: set[str] = set()
    for name in names:
        made = list(_untranslated(english, raw, name))
        section, theirs = (own, english) if len(name) == 1 else (own.get(name[0]), english[name[0]])
        if not isinstance(section, Block):
            if name[0] not in opened:
                opened.add(name[0])
                made = ["", f"{name[0]}:", *made]
            places.append((_end(text, len(text)), made))
            continue
        before = [key for key in list(theirs)[: list(theirs).index(name[-1])] if key in section]
        if before:
            place = _ends(section, text, before[-1], len(text) if len(name) == 1 else None, own)
        else:
            place = min(section.lines.values()) - 1
        places.append((place, made))
    places.sort(key=lambda one: one[0])
    for place, made in reversed(places):
        text[place:place] = made


def _untranslated(tree: Block, raw: list[str], name: _Name) -> Iterator[str]:
    """The lines of an English item without what only English has, and with `from: none`."""
    parent, entry = tree, tree[name[0]]
    for key in name[1:]:
        parent, entry = entry, entry[key]
    first = parent.at(name[-1]) - 1
    after = _ends(parent, raw, name[-1], None, tree)
    indent = raw[min(entry.lines.values()) - 1]
    indent = indent[: len(indent) - len(indent.lstrip())]
    yield raw[first]
    yield f"{indent}from: {UNTRANSLATED}"
    keys = sorted(entry.lines, key=entry.lines.__getitem__)
    for key, following in zip(keys, [*keys[1:], ""], strict=True):
        start, end = entry.at(key) - 1, entry.at(following) - 1 if following else after
        if key == "reviewed":
            yield f"{indent}reviewed: {{on: {entry[key]['on']}, by: none}}"
        elif key not in _ENGLISH_ONLY:
            yield from raw[start:end]


def _ends(parent: Block, text: list[str], key: str, end: int | None, top: Block) -> int:
    """Behind the last line of the entry `key` of `parent`: comments of the next one not counted."""
    later = [line for line in parent.lines.values() if line > parent.at(key)]
    later += [line for line in top.lines.values() if line > parent.at(key)]
    return _end(text, min(later, default=(end or len(text)) + 1) - 1)


def _end(text: list[str], end: int) -> int:
    """`end` without the blank lines and comments before it."""
    while end > 0 and (not text[end - 1].strip() or text[end - 1].lstrip().startswith("#")):
        end -= 1
    return end
