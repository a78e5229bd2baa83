"""From content/ to a Library: every file read strictly, every problem told at once.

What cannot be used at all (a file that is not YAML, an English page without its sources, an id
that nobody knows) stops the start. One bad translation does not: that page is shown in English,
and the problem is a notice for the log and for `check`.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from bot.i18n import markup
from bot.i18n.problem import BrokenWords, Problem
from bot.i18n.strict import Block, read_yaml
from bot.i18n.text import Text
from bot.library.facts import Facts, read_facts
from bot.library.faults import (
    SOURCE,
    Fault,
    faults_of_credentials,
    faults_of_prose,
    faults_of_reference,
    faults_of_shape,
)
from bot.library.pages import (
    REVIEW_OTHER,
    REVIEW_VOLATILE,
    UNTRANSLATED,
    Library,
    Link,
    Node,
    Page,
    content_hash,
    reference_label,
)
from bot.library.telling import tell

RESERVED = frozenset(
    {
        "menu",
        "language",
        "emergency",
        "privacy",
        "mydata",
        "mycase",
        "help",
        "despair",
        "rest",
        "onward",
    }
)
_PAGE_ID = re.compile(r"[a-z][a-z0-9-]{0,30}")
_NODE_KEYS = frozenset({"section", "children", "lines", "links", "high", "ties"})
_STRUCTURE = "content/structure.yaml"
_NOT_PAGES = frozenset({"safety", "form", "templates"})


def read_library(
    content: Path, languages: Iterable[str], notices: list[Problem] | None = None
) -> Library:
    """All pages below `content` in `languages` (directory spelling, English among them).

    Raises BrokenWords with every problem. Translations that cannot be shown are added to
    `notices` and left out.
    """
    return _Reader(content, notices if notices is not None else []).library(tuple(languages))


@dataclass
class _Reader:
    content: Path
    notices: list[Problem]
    problems: list[Problem] = field(default_factory=list)

    def library(self, languages: tuple[str, ...]) -> Library:
        facts = self._try(lambda: read_facts(self.content / "facts.yaml", "content/facts.yaml"))
        structure = self._try(lambda: read_yaml(self.content / "structure.yaml", _STRUCTURE))
        items = {language: self._items(language) for language in languages}
        if facts is None or structure is None:
            raise BrokenWords(self.problems)
        unread = {problem.path for problem in self.problems}
        nodes, menu = self._nodes(structure)
        english = items[SOURCE]
        hashes = {name: content_hash(_words(entry)) for name, (entry, _) in english.items()}
        pages: dict[str, dict[str, Page]] = {}
        stale: set[tuple[str, str]] = set()
        for language in sorted(languages, key=lambda one: one != SOURCE):
            pages[language] = {}
            titles = _titles(english) | self._labels(items[language], language, facts)
            for name, (entry, shown) in items[language].items():
                if name in facts.references:
                    continue
                found = self._page(
                    name, entry, shown, language, english, nodes, facts, titles, pages[SOURCE]
                )
                if found is not None:
                    pages[language][name] = found
                if language != SOURCE and entry.get("from") != hashes.get(name):
                    stale.add((language, name))
        for name in nodes:
            file = f"content/en/{nodes[name].section}.yaml"
            if name not in english and file not in unread:
                line = structure["pages"].at(name)
                self._problem(
                    _STRUCTURE,
                    line,
                    f"The page “{name}” has no English text.",
                    f"Write it in {file}.",
                )
        if self.problems:
            raise BrokenWords(self.problems)
        return Library(menu, nodes, facts, pages, frozenset(stale))

    def _try(self, read: Any) -> Any:
        try:
            return read()
        except BrokenWords as broken:
            self.problems.extend(broken.problems)
            return None

    def _problem(self, path: str, line: int, message: str, remedy: str) -> None:
        code = "structure" if path == _STRUCTURE else "page.unknown"
        self.problems.append(Problem(path, line, message, remedy, code))

    def _labels(
        self, items: Mapping[str, tuple[Block, str]], language: str, facts: Facts
    ) -> dict[str, Text]:
        """The short labels of the sources in one language; a broken one is left out and told."""
        sound = {}
        for name, (entry, shown) in items.items():
            if name in facts.references:
                broken = _told(name, shown, "page.shape", faults_of_reference(entry))
                (self.problems if language == SOURCE else self.notices).extend(broken)
                if not broken:
                    sound[name] = (entry, shown)
        return _titles(sound)

    def _items(self, language: str) -> dict[str, tuple[Block, str]]:
        """Every item of one language: id -> (entry, file as shown)."""
        found: dict[str, tuple[Block, str]] = {}
        for path in sorted((self.content / language).glob("*.yaml")):
            if path.stem in _NOT_PAGES:
                continue
            shown = f"content/{language}/{path.name}"
            tree = self._try(lambda path=path, shown=shown: read_yaml(path, shown))
            for name, entry in (tree or {}).items():
                if not isinstance(entry, Block):
                    self._problem(
                        shown,
                        tree.at(name),
                        f"“{name}” has no text below it.",
                        "Write title, button and parts, indented by two spaces.",
                    )
                elif name in found:
                    self._problem(
                        shown,
                        tree.at(name),
                        f"“{name}” is also in {found[name][1]}.",
                        "Keep one of them.",
                    )
                elif language == SOURCE or entry.get("from") != UNTRANSLATED:
                    entry.line = tree.at(name)  # what is missing is told at the item's name
                    found[name] = (entry, shown)
        return found

    def _nodes(self, structure: Block) -> tuple[dict[str, Node], tuple[str, ...]]:
        menu = self._names(structure, "menu")
        entries = structure.get("pages")
        if not isinstance(entries, Block):
            self._structure(structure.at("pages"), "There are no pages.", "Add “pages:”.")
            return {}, menu
        nodes: dict[str, Node] = {}
        for name, entry in entries.items():
            if not _PAGE_ID.fullmatch(name) or name in RESERVED:
                self._structure(
                    entries.at(name),
                    f"“{name}” cannot be a page's id.",
                    "Use small letters, digits and hyphens, and no reserved word.",
                )
            if isinstance(entry, Block):
                nodes[name] = self._node(name, entry)
            else:
                what = f"“{name}” has nothing below it."
                self._structure(entries.at(name), what, "Add “section:”.")
        for line, where, named in [(structure.at("menu"), "menu", menu)] + [
            (entries[node.id].at("children"), "children", node.children) for node in nodes.values()
        ]:
            for name in named:
                if name not in entries:
                    remedy = f"Add it below “pages:”, or take it out of the {where}."
                    self._structure(line, f"There is no page “{name}”.", remedy)
        parents = _parents(menu, nodes)
        for name in nodes:
            if name not in parents:
                self._structure(
                    entries.at(name),
                    f"Nothing leads to the page “{name}”.",
                    "Name it in the menu, or among the children of another page.",
                )
        placed = {name: replace(node, parent=parents.get(name)) for name, node in nodes.items()}
        return placed, menu

    def _node(self, name: str, entry: Block) -> Node:
        for key in entry:
            if key not in _NODE_KEYS:
                known = ", ".join(sorted(_NODE_KEYS))
                self._structure(
                    entry.at(key), f"“{key}” is not a known entry.", f"Known are: {known}."
                )
        for key in ("high", "ties"):
            if entry.get(key, "yes") != "yes":
                self._structure(
                    entry.at(key),
                    f"The “{key}” of “{name}” is not yes.",
                    f'Write {key}: "yes", or take the line out.',
                )
        section = entry.get("section", name)
        links = entry.get("links", ())
        if not isinstance(section, str) or isinstance(links, str | Block):
            self._structure(
                entry.line,
                f"“{name}” has a section or links that cannot be read.",
                "Write section: with one word, and links: as a list.",
            )
            section, links = name, ()
        return Node(
            name,
            section,
            None,
            self._names(entry, "children"),
            self._names(entry, "lines"),
            tuple(self._link(link, entry.at("links")) for link in links),
            "high" in entry,
            "ties" in entry,
        )

    def _names(self, entry: Block, key: str) -> tuple[str, ...]:
        """A list of ids; what is not one is told and left out."""
        value = entry.get(key, ())
        if isinstance(value, str | Block) or not all(isinstance(name, str) for name in value):
            self._structure(entry.at(key), f"“{key}” is not a list.", f"Write {key}: [one, two].")
            return ()
        return tuple(value)

    def _structure(self, line: int, message: str, remedy: str) -> None:
        self._problem(_STRUCTURE, line, message, remedy)

    def _link(self, link: object, line: int) -> Link:
        entry = link if isinstance(link, Block) else Block()
        url, label = entry.get("url", ""), entry.get("label", "")
        urls = dict(url) if isinstance(url, Block) else {SOURCE: url}
        if not label or not isinstance(label, str):
            self._structure(line, "A link here has no label.", "Give it “label:”.")
        if SOURCE not in urls or not all(
            isinstance(one, str) and one.startswith(("https://", "http://"))
            for one in urls.values()
        ):
            self._structure(
                entry.line if entry else line,
                "This link has no English address.",
                "Give `url:` an address that starts with https://.",
            )
        return Link(str(label), urls)

    def _page(
        self,
        name: str,
        entry: Block,
        shown: str,
        language: str,
        english: Mapping[str, tuple[Block, str]],
        nodes: Mapping[str, Node],
        facts: Facts,
        titles: Mapping[str, Text],
        sound: Container[str],
    ) -> Page | None:
        if name not in nodes:
            self._problem(
                shown,
                entry.line,
                f"Nobody knows the page “{name}”.",
                "Correct the id, or add it to content/structure.yaml.",
            )
            return None
        source, _ = english.get(name, (entry, shown))
        broken = _told(name, shown, "page.shape", faults_of_shape(entry, source, language))
        for code, fault in faults_of_prose(entry):
            broken += _told(name, shown, code, [fault])
        if language == SOURCE:
            broken += _told(name, shown, "page.credentials", faults_of_credentials(entry, facts))
        if broken:
            (self.problems if language == SOURCE else self.notices).extend(broken)
            return None
        if language != SOURCE and name not in sound:
            return None  # its English is missing or broken, and told where that is read
        reviewed = entry["reviewed"]
        named = tuple(source["facts"])
        day = date.fromisoformat(reviewed["on"])
        volatile = any(facts.facts[fact].volatile for fact in named)
        place = f"{shown}:{entry.line} {name}"
        return Page(
            id=name,
            language=language,
            place=place,
            title=Text(place, template=markup.escape(entry["title"])),
            button=Text(place, template=markup.escape(entry["button"])),
            parts=tuple(Text(place, template=tell(part)) for part in entry["parts"]),
            facts=named,
            sources=tuple(
                reference_label(facts.references[ref], titles.get(ref)) for ref in source["sources"]
            ),
            evidence=source["evidence"],
            reviewed=day,
            reviewer=reviewed["by"],
            due=day + (REVIEW_VOLATILE if volatile else REVIEW_OTHER),
        )


def _titles(items: Mapping[str, tuple[Block, str]]) -> dict[str, Text]:
    return {
        name: Text(f"{shown} {name}", template=markup.escape(entry["title"]))
        for name, (entry, shown) in items.items()
        if re.fullmatch(r"R\d+", name) and isinstance(entry.get("title"), str)
    }


def _parents(menu: Iterable[str], nodes: Mapping[str, Node]) -> dict[str, str | None]:
    """Every page that can be reached from the menu, and the first page that leads there."""
    parents: dict[str, str | None] = dict.fromkeys(menu)
    reached = list(menu)
    for name in reached:
        for child in nodes[name].children if name in nodes else ():
            if child not in parents:
                parents[child] = name
                reached.append(child)
    return parents


def _told(name: str, shown: str, code: str, faults: Iterable[Fault]) -> list[Problem]:
    return [
        Problem(shown, line, f"[{name}] {what}", remedy, code, name)
        for line, what, remedy in faults
    ]


def _words(entry: Block) -> dict[str, object]:
    return {key: entry[key] for key in ("title", "button", "parts") if key in entry}


def english_hash(entry: Block) -> str:
    """The hash a translation's `from:` must name to be fresh."""
    return content_hash(_words(entry))
