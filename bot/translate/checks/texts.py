"""Every text that a person can be shown, beside its English, with the lines where it stands."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from bot.desk import templates
from bot.dialogue.intake import wording
from bot.i18n import markup
from bot.i18n.catalog import SOURCE, Catalogs, Kind, faults, kind_of, limit_of
from bot.i18n.po import Entry, PoFile
from bot.i18n.problem import BrokenWords
from bot.i18n.strict import Block, Items, read_yaml
from bot.library.pages import UNTRANSLATED
from bot.library.reading import english_hash
from bot.library.telling import tell

Use = Literal["button", "label", "title", "source", "sentence", "part"]
"""What a text is for: a button; other plain words; a page's heading; a source's short name;
a sentence of the bot; one screen of a page."""


@dataclass(frozen=True, eq=False)
class Said:
    """One text. `line` to `last` are its lines in the file `path`."""

    path: str
    line: int
    last: int
    id: str
    language: str
    use: Use
    written: str
    """As the file has it: Telegram HTML, or plain words where `html` is false"""
    html: bool
    english: str | None = None
    """None in English itself, and where today's English is not what this was made from"""
    names: frozenset[str] = frozenset()
    """The placeholders of the English"""
    limit: int | None = None
    """The most characters that fit where it is shown"""
    broken: bool = False
    """Whether the bot refuses it, which its reader tells"""
    ignore: frozenset[str] = field(default_factory=frozenset)
    """Codes, or beginnings of codes, that somebody looked at and let pass"""

    @cached_property
    def seen(self) -> str:
        """What a reader sees, placeholders as they are written."""
        return visible(self.written) if self.html else self.written

    @cached_property
    def english_seen(self) -> str:
        """What a reader of the English sees; "" where there is none to compare with."""
        if self.english is None:
            return ""
        return visible(self.english) if self.html else self.english

    @property
    def example(self) -> bool:
        """Whether it only shows how an answer may look: a name or number of the country."""
        return self.id.endswith(" example")

    @property
    def item(self) -> str:
        """The page or sentence that this is a piece of: what a glossary's word may stand in."""
        return self.id.partition(" ")[0]


_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


def visible(html: str) -> str:
    """The words of Telegram HTML; of broken HTML, what is left without its tags."""
    if "<" not in html and "&" not in html:
        return html
    try:
        return markup.parse(html).text
    except markup.MarkupError:
        return _TAG.sub("", html)


# Catalogs ----------------------------------------------------------------------------------------


def catalog_texts(catalogs: Catalogs, code: str) -> Iterator[Said]:
    """The sentences of one language that are shown, or would be if they were not broken."""
    own = catalogs.by_code[code].file
    english = {entry.id: entry for entry in catalogs.english.file.entries}
    for entry in own.entries:
        source = english.get(entry.id)
        if source is None:
            continue
        if code == SOURCE:
            yield from _english(own, entry)
            continue
        wrong = {fault.form for fault in faults(entry, source, own.plural)}
        unread = entry.fuzzy or not any(entry.forms)
        stale = (entry.source, entry.source_plural) != (source.source, source.source_plural)
        if unread or stale:
            continue
        for form, words in enumerate(entry.forms):
            one = source.source_plural is not None and own.plural and form in own.plural.single
            compared = source.source if one or not source.source_plural else source.source_plural
            if words.strip():
                yield _said(own, entry, form, words, compared, form in wrong)


def _english(own: PoFile, entry: Entry) -> Iterator[Said]:
    """The wording that is shown: the msgstr where it has one, else the msgid."""
    shown = entry.forms if any(entry.forms) and not entry.fuzzy else (entry.source,)
    for form, words in enumerate(shown):
        yield _said(own, entry, form, words, None, False)


def _said(
    own: PoFile, entry: Entry, form: int, words: str, english: str | None, broken: bool
) -> Said:
    html = kind_of(entry.id) is Kind.PROSE
    use: Use = "sentence" if html else "button" if entry.id.startswith("button.") else "label"
    line = entry.form_lines[form]
    later = [one for one in entry.form_lines if one > line]
    return Said(
        path=own.path,
        line=line if english is not None or any(entry.forms) else entry.line,
        last=min(later) - 1 if later else line + 1000,
        id=entry.id,
        language=Path(own.path).parts[1].replace("-", "_"),
        use=use,
        written=words,
        html=html,
        english=english,
        names=_names(entry),
        limit=limit_of(entry.id),
        broken=broken,
        ignore=frozenset(
            flag.removeprefix("ignore-") for flag in entry.flags if flag.startswith("ignore-")
        ),
    )


_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def _names(entry: Entry) -> frozenset[str]:
    return frozenset(_SLOT.findall(entry.source + (entry.source_plural or "")))


# Pages and the form ------------------------------------------------------------------------------


class Shelf:
    """The files of content/ as they are written, each read once. One that cannot be read, which
    its reader tells, counts as empty."""

    def __init__(self, content: Path) -> None:
        self._content = content
        self._trees: dict[str, Block] = {}

    def tree(self, name: str) -> Block:
        """The file `zh_Hans/costs.yaml`."""
        if name not in self._trees:
            try:
                self._trees[name] = read_yaml(self._content / name, f"content/{name}")
            except BrokenWords:
                self._trees[name] = empty = Block()
                empty.line, empty.lines = 1, {}
        return self._trees[name]

    def items(self, code: str) -> dict[str, tuple[Block, str]]:
        """Every page and every source's name of one language: id -> (entry, file as shown)."""
        found: dict[str, tuple[Block, str]] = {}
        for path in sorted((self._content / code).glob("*.yaml")):
            if path.stem in {"safety", "form", "templates"}:
                continue
            tree = self.tree(f"{code}/{path.name}")
            for id, entry in tree.items():
                if isinstance(entry, Block) and not _not_begun(entry):
                    entry.line = tree.at(id)
                    found[id] = (entry, f"content/{code}/{path.name}")
        return found


def page_texts(shelf: Shelf, code: str) -> Iterator[Said]:
    """Titles, buttons and parts of every page, and the short names of the sources."""
    source = shelf.items(SOURCE)
    for id, (own, shown) in shelf.items(code).items():
        english = source.get(id, (None, ""))[0] if code != SOURCE else None
        if english is not None and own.get("from") != english_hash(english):
            english = None
        reference = re.fullmatch(r"R\d+", id) is not None
        yield from _page(id, own, shown, code, english, reference)


def facts_named(shelf: Shelf) -> dict[str, tuple[str, ...]]:
    """The facts that each English page names."""
    return {
        id: tuple(entry["facts"])
        for id, (entry, _) in shelf.items(SOURCE).items()
        if isinstance(entry.get("facts"), Items)
    }


def _page(
    id: str, own: Block, shown: str, code: str, english: Block | None, reference: bool
) -> Iterator[Said]:
    ignore = _ignored(own)

    def make(line: int, what: str, use: Use, words: str, other: object, html: bool) -> Said:
        compared = other if isinstance(other, str) else None
        return Said(
            shown, line, line + 1000, f"{id}{what}", code, use, words, html, compared, ignore=ignore
        )

    for key, use in (("title", "source" if reference else "title"), ("button", "button")):
        if isinstance(own.get(key), str):
            other = english.get(key) if english is not None else None
            yield make(own.at(key), f" {key}", use, own[key], other, html=False)  # type: ignore[arg-type]
    parts = own.get("parts")
    if not isinstance(parts, Items):
        return
    others = english.get("parts") if english is not None else None
    for number, (line, part) in enumerate(zip(parts.lines, parts, strict=True)):
        words = _told(part)
        other = (
            _told(others[number]) if isinstance(others, Items) and number < len(others) else None
        )
        if words is not None:
            yield make(line, f" part {number + 1}", "part", words, other, html=True)


def _told(part: object) -> str | None:
    try:
        return tell(part)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # its shape is wrong, and told


def form_texts(shelf: Shelf, code: str) -> Iterator[Said]:
    """Every text of the form of consultations."""
    shown = f"content/{code}/form.yaml"
    source = dict(wording.items(shelf.tree(f"{SOURCE}/form.yaml")))
    for name, own in wording.items(shelf.tree(f"{code}/form.yaml")):
        if _not_begun(own):
            continue
        english: Mapping[str, object] | None = source.get(name) if code != SOURCE else None
        if english is not None and own.get("from") != wording.item_hash(source[name]):
            english = None
        ignore = _ignored(own)
        for what, line, words in _words(own):
            other = _named(english, what) if english is not None else None
            label = what.split(".")[0] in _FORM_LABELS
            yield Said(
                path=shown,
                line=line,
                last=line + 1000,
                id=f"{name} {what}",
                language=code,
                use="button" if what.startswith("options") else "label" if label else "sentence",
                written=words,
                html=not label,
                english=other if isinstance(other, str) else None,
                names=frozenset(_SLOT.findall(other)) if isinstance(other, str) else frozenset(),
                ignore=ignore,
            )


def letter_texts(shelf: Shelf, code: str) -> Iterator[Said]:
    """Every ready-made letter of the staff."""
    shown = f"content/{code}/{templates.FILE}"
    source = dict(templates.items(shelf.tree(f"{SOURCE}/{templates.FILE}")))
    for name, own in templates.items(shelf.tree(f"{code}/{templates.FILE}")):
        if _not_begun(own):
            continue
        english: Mapping[str, object] | None = source.get(name) if code != SOURCE else None
        if english is not None and own.get("from") != templates.item_hash(source[name]):
            english = None
        for what in ("title", "body"):
            words = own.get(what)
            other = english.get(what) if english is not None else None
            if isinstance(words, str):
                yield Said(
                    path=shown,
                    line=own.at(what),
                    last=own.at(what) + 1000,
                    id=f"{name} {what}",
                    language=code,
                    use="button" if what == "title" else "sentence",
                    written=words.rstrip("\n"),
                    html=False,
                    english=other.rstrip("\n") if isinstance(other, str) else None,
                    names=frozenset(templates.PLACEHOLDERS),
                    ignore=_ignored(own),
                )


_FORM_LABELS = frozenset({"label", "options", "full", "title"})


def _words(own: Block) -> Iterator[tuple[str, int, str]]:
    """(`question`, or `options.yes`; its line; its words)"""
    for key, value in own.items():
        if key in {"from", "note", "ignore"}:
            continue
        if isinstance(value, str):
            yield key, own.at(key), value
        elif isinstance(value, Block):
            for which, text in value.items():
                if isinstance(text, str):
                    yield f"{key}.{which}", value.at(which), text


def _named(english: Mapping[str, object], what: str) -> object:
    key, _, which = what.partition(".")
    found = english.get(key)
    return found.get(which) if isinstance(found, Block) else None if which else found


def _not_begun(own: Block) -> bool:
    """It still holds the English words, to be overwritten; readers never see it."""
    return own.get("from") == UNTRANSLATED


def _ignored(own: Block) -> frozenset[str]:
    named = own.get("ignore", ())
    return frozenset([named] if isinstance(named, str) else named)
