"""A language's catalog brought up to date with the English, by id only.

Sentences that look alike can mean the opposite (“low blood pressure”, “high blood pressure”), so a
translation is never taken from another sentence, which is what gettext's msgmerge and Babel do.
Only the blocks that change are written anew; every other byte of a translator's file stays, with
its line breaks and its header, which no library for PO files promises.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from bot.i18n.catalog import hints_and_flags
from bot.i18n.po import Entry, PoFile
from bot.i18n.quoting import field_lines


@dataclass(slots=True)
class Merged:
    """The new text of a catalog, and what happened to which sentences (ids)."""

    text: str = field(default="", repr=False)
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    """Their English has changed: the translation is kept, marked fuzzy, and not shown."""
    cosmetic: list[str] = field(default_factory=list)
    """Their English has changed, and the translation is shown as before."""
    back: list[str] = field(default_factory=list)
    """Their English is again what the translation was made from."""
    gone: list[str] = field(default_factory=list)
    """English has them no more: kept at the end of the file, out of use (`#~`)."""


def merged(text: str, file: PoFile, english: PoFile, cosmetic: Collection[str] = ()) -> Merged:
    """The catalog `text`, read before as `file`, with the sentences of `english`.

    `cosmetic`: ids whose English was only corrected, so that their translation stays as it is.
    """
    lines, ending = _lines(text)
    blocks = {one.entry.id: one for one in _blocks(lines, file)}
    count = file.plural.count if file.plural is not None else 2
    done = Merged()
    edits: list[tuple[int, int, list[str]]] = []
    place = _after_header(lines, blocks.values())
    for source in english.entries:
        block = blocks.get(source.id)
        if block is None:
            done.new.append(source.id)
            edits.append((place, place, ["", *_fresh(source, count)]))
            continue
        made = _brought(block, source, source.id in cosmetic, count, done)
        if made != lines[block.start : block.end]:
            edits.append((block.start, block.end, made))
        place = block.end
    known = {source.id for source in english.entries}
    for id, block in blocks.items():
        if id not in known:
            done.gone.append(id)
            end = block.end
            while end < len(lines) and not lines[end].strip():
                end += 1
            edits.append((block.start, end, []))
    # From the end, so that the places of what stands before stay as they are.
    edits.sort(key=lambda one: one[:2])
    for start, end, made in reversed(edits):
        lines[start:end] = made
    while lines and not lines[-1].strip():
        lines.pop()
    for id in done.gone:
        lines += ["", *(f"#~ {line}" for line in blocks[id].fields)]
    done.text = ending.join(lines) + ending
    if not edits:
        done.text = text
    return done


def accepted(text: str, file: PoFile, ids: Collection[str]) -> tuple[str, int]:
    """The catalog without the “fuzzy” of these sentences, and how many had it."""
    lines, ending = _lines(text)
    changed = 0
    for block in reversed(list(_blocks(lines, file))):
        if block.entry.id in ids and block.entry.fuzzy:
            flags = [flag for flag in block.entry.flags if flag != "fuzzy"]
            lines[block.start : block.end] = [*block.head(flags), *block.fields]
            changed += 1
    return ending.join(lines), changed


@dataclass(frozen=True, slots=True)
class _Block:
    """An entry as it stands in the file: lines `start` to `end` (from 0, `end` not included)."""

    entry: Entry
    start: int
    end: int
    comments: tuple[str, ...]
    fields: tuple[str, ...]

    def head(
        self, flags: Iterable[str], previous: Iterable[str] = (), hints: Iterable[str] | None = None
    ) -> list[str]:
        """Its comments, in gettext's order, with other flags; the translator's own stay."""
        kinds: dict[str, list[str]] = {".": [], ":": [], "": []}
        for line in self.comments:
            mark = line[1:2]
            if mark not in (",", "|"):
                kinds[mark if mark in kinds else ""].append(line)
        said = ", ".join(flags)
        return [
            *kinds[""],
            *(kinds["."] if hints is None else (f"#. {hint}".rstrip() for hint in hints)),
            *kinds[":"],
            *((f"#, {said}",) if said else ()),
            *previous,
        ]

    def field(self, keyword: str) -> list[str]:
        """The lines of `keyword` as they stand."""
        found: list[str] = []
        inside = False
        for line in self.fields:
            bare = line.strip()
            if not bare.startswith('"'):
                inside = bare.startswith((f"{keyword} ", f'{keyword}"'))
            if inside:
                found.append(line)
        return found


def _brought(block: _Block, source: Entry, cosmetic: bool, count: int, done: Merged) -> list[str]:
    """The block as it has to be for the English of today; what was done is noted."""
    entry, hints_flags = block.entry, hints_and_flags(source)
    hints = hints_flags[0]
    flags = [flag for flag in entry.flags if flag != "fuzzy"]
    ours, theirs = (entry.source, entry.source_plural), (source.source, source.source_plural)
    if ours == theirs:
        if list(entry.hints) == list(hints):
            return [*block.comments, *block.fields]
        kept = ["fuzzy", *flags] if entry.fuzzy else flags
        return [*block.head(kept, _previous(block), hints), *block.fields]
    translated = any(entry.forms)
    previous: list[str] = []
    if translated and entry.fuzzy and entry.previous == source.source:
        done.back.append(entry.id)
    elif translated and cosmetic and not entry.fuzzy and (ours[1] is None) == (theirs[1] is None):
        done.cosmetic.append(entry.id)
    elif translated:
        done.changed.append(entry.id)
        flags.insert(0, "fuzzy")
        # What it was made from stays, however often the English changes before somebody looks.
        previous = _previous(block) if entry.fuzzy else _as_previous(entry)
    else:
        done.changed.append(entry.id)
    return [
        *block.head(flags, previous, hints),
        *block.field("msgctxt"),
        *field_lines("msgid", source.source),
        *(field_lines("msgid_plural", theirs[1]) if theirs[1] is not None else ()),
        *_forms(block, theirs[1] is not None, count),
    ]


def _forms(block: _Block, plural: bool, count: int) -> Iterator[str]:
    """The translation as it stands; told anew where the English began or ceased to count."""
    entry = block.entry
    if plural == (entry.source_plural is not None):
        names = [f"msgstr[{n}]" for n in range(len(entry.forms))] if plural else ["msgstr"]
        for name in names:
            yield from block.field(name)
    elif plural:
        for n in range(count):
            yield from field_lines(f"msgstr[{n}]", entry.forms[0])
    else:
        yield from field_lines("msgstr", entry.forms[-1])


def _fresh(source: Entry, count: int) -> Iterator[str]:
    """A new block, still without a translation."""
    hints, flags = hints_and_flags(source)
    yield from (f"#. {hint}".rstrip() for hint in hints)
    if flags:
        yield f"#, {', '.join(flags)}"
    yield from field_lines("msgctxt", source.id)
    yield from field_lines("msgid", source.source)
    if source.source_plural is None:
        yield from field_lines("msgstr", "")
    else:
        yield from field_lines("msgid_plural", source.source_plural)
        for n in range(count):
            yield from field_lines(f"msgstr[{n}]", "")


def _previous(block: _Block) -> list[str]:
    return [line for line in block.comments if line.startswith("#|")]


def _as_previous(entry: Entry) -> list[str]:
    said = field_lines("msgid", entry.source)
    if entry.source_plural is not None:
        said += field_lines("msgid_plural", entry.source_plural)
    return [f"#| {line}" for line in said]


# Blocks of a file --------------------------------------------------------------------------------


def _lines(text: str) -> tuple[list[str], str]:
    ending = "\r\n" if "\r\n" in text else "\n"
    return text.replace("\r\n", "\n").split("\n"), ending


def _blocks(lines: list[str], file: PoFile) -> Iterator[_Block]:
    """Every entry of `file` with the lines it takes, in the file's order."""
    floor = 0
    for entry in sorted(file.entries, key=lambda one: one.line):
        at = entry.line - 1
        start = at
        while start > floor and lines[start - 1][:1] == "#" and lines[start - 1][1:2] != "~":
            start -= 1
        end = max(entry.form_lines)
        while end < len(lines) and lines[end].strip().startswith('"'):
            end += 1
        yield _Block(entry, start, end, tuple(lines[start:at]), tuple(lines[at:end]))
        floor = end


def _after_header(lines: list[str], blocks: Iterable[_Block]) -> int:
    """Where a first sentence would stand: before the first block, or at the end of the header."""
    first = min((block.start for block in blocks), default=len(lines))
    while first > 0 and not lines[first - 1].strip():
        first -= 1
    return first
