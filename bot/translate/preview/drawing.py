"""A preview as one HTML file: phones beside each other, notes below, nothing from elsewhere."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from bot.dialogue.screen import Screen
from bot.i18n.entities import Entity
from bot.i18n.language import Language
from bot.i18n.markup import parse
from bot.translate.diff import around, word_diff
from bot.translate.preview.making import Note, Preview, Shown

_HERE = Path(__file__).parent


def draw(preview: Preview, *, watched: bool = False) -> str:
    """The whole file. `watched`: it asks where it came from whether there is a newer one."""
    css = (_HERE / "preview.css").read_text(encoding="utf-8")
    js = (_HERE / "preview.js").read_text(encoding="utf-8")
    language = preview.language
    title = escape(f"{language.name} ({language.code})")
    groups = [(group, list(each)) for group, each in _groups(preview.shown)]
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    if watched:
        policy += "; connect-src 'self'"
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en" data-watched="{"yes" if watched else "no"}">',
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>{css}</style>",
            '<header class="top">',
            f"<h1>{title}</h1>",
            *_summary(preview),
            '<div class="tools">',
            '<input type="search" id="search" placeholder="Find words or a name" '
            'aria-label="Find words or a name">',
            '<label><input type="checkbox" id="todo"> Only with something to do</label>',
            "</div>",
            '<nav aria-label="Groups">',
            *(f'<a href="#{_slug(group)}">{escape(group)}</a>' for group, _ in groups),
            "</nav>",
            '<div id="broken" role="status" hidden></div>',
            "</header>",
            "<main>",
            *_elsewhere(preview.elsewhere),
            *(line for group, each in groups for line in _group(preview, group, each)),
            '<p id="none" hidden>Nothing here has these words.</p>',
            "</main>",
            f"<script>{js}</script>",
            "</html>",
            "",
        ]
    )


def _groups(shown: Iterable[Shown]) -> Iterator[tuple[str, Iterator[Shown]]]:
    return groupby(shown, key=lambda one: one.stop.group)


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _summary(preview: Preview) -> Iterator[str]:
    standing = preview.standing
    if standing is None:
        return
    parts = []
    for kind, count in standing.counts.items():
        fresh = count.get("fresh", 0) + count.get("overdue", 0)
        whole = sum(count.values())
        said = f"{fresh} of {whole} {kind.replace('form', 'question')}s"
        parts.append(f'<span class="{"done" if fresh == whole else "open"}">{said}</span>')
    yield f'<p class="summary">{escape(standing.status)} · {" · ".join(parts)}</p>'


def _group(preview: Preview, group: str, each: Iterable[Shown]) -> Iterator[str]:
    yield f'<section id="{_slug(group)}"><h2>{escape(group)}</h2>'
    for one in each:
        yield from _card(preview, one)
    yield "</section>"


def _card(preview: Preview, one: Shown) -> Iterator[str]:
    slug = _slug(f"{one.stop.group} {one.stop.title}")
    todo = ' data-todo=""' if one.notes else ""
    yield f'<article id="{slug}"{todo}><h3><a href="#{slug}">{escape(one.stop.title)}</a></h3>'
    yield '<div class="side"><div class="pair">'
    yield from _phone(one.stop.screen, preview.language)
    if one.beside is not None:
        yield from _phone(one.beside.screen, preview.english)
    yield "</div>"
    if one.notes:
        yield '<ul class="notes">'
        for note in one.notes:
            yield from _note(note)
        yield "</ul>"
    yield "</div>"
    if one.names:
        names = ", ".join(escape(name) for name in one.names)
        yield f"<details><summary>{len(one.names)} texts</summary><p>{names}</p></details>"
    yield "</article>"


def _elsewhere(notes: Iterable[Note]) -> Iterator[str]:
    each = list(notes)
    if not each:
        return
    yield '<section id="elsewhere"><h2>On no screen</h2><ul class="notes">'
    for note in each:
        yield from _note(note)
    yield "</ul></section>"


def _note(note: Note) -> Iterator[str]:
    if note.problem is not None:
        problem = note.problem
        yield (
            f'<li class="problem"><b>{escape(note.name)}</b> {escape(problem.message)} '
            f"{escape(problem.remedy)} <small>{escape(problem.path)}:{problem.line}</small></li>"
        )
    if note.thing is not None:
        thing = note.thing
        yield (
            f'<li class="{thing.state}"><b>{escape(note.name)}</b> {thing.state}: readers see '
            f"{escape(thing.sees)}. <small>{escape(thing.path)}:{thing.line}</small>"
        )
        if thing.old is not None and thing.new is not None:
            tags = {"same": "span", "gone": "del", "new": "ins"}
            changes = (
                f"<{tags[change]}>{escape(words)}</{tags[change]}>"
                for change, words in around(word_diff(thing.old, thing.new))
            )
            yield f'<div class="diff">{"".join(changes)}</div>'
        yield "</li>"


# A phone -----------------------------------------------------------------------------------------


def _phone(screen: Screen, language: Language) -> Iterator[str]:
    lang = escape(language.tag)
    yield f'<figure class="phone" lang="{lang}" dir="{language.direction}">'
    yield f"<figcaption>{escape(language.name)}</figcaption>"
    yield f'<div class="bubble">{body_html(screen.body)}</div>'
    for row in screen.rows:
        yield '<div class="row">'
        for key in row:
            style = f" {key.style}" if key.style else ""
            link = " link" if key.url else ""
            yield f'<span class="key{style}{link}" dir="auto">{escape(key.label)}</span>'
        yield "</div>"
    yield "</figure>"


_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
    "text_link": "a",
}


def body_html(body: str) -> str:
    """Telegram HTML as a browser shows it, made of what Telegram would read in it."""
    marked = parse(body)
    units = marked.text.encode("utf-16-le")

    def piece(start: int, end: int) -> str:
        return escape(units[2 * start : 2 * end].decode("utf-16-le"))

    def draw(start: int, end: int, inner: list[Entity]) -> str:
        out, at = [], start
        while inner:
            entity = inner.pop(0)
            nested = []
            while inner and inner[0].offset < entity.end:
                nested.append(inner.pop(0))
            out.append(piece(at, entity.offset))
            opening, closing = _tag(entity)
            out.append(f"{opening}{draw(entity.offset, entity.end, nested)}{closing}")
            at = entity.end
        return "".join((*out, piece(at, end)))

    said = draw(0, len(units) // 2, list(marked.entities))
    # A quote begins and ends a line by itself.
    return re.sub(r"\n?(</?blockquote[^>]*>)\n?", r"\1", said)


def _tag(entity: Entity) -> tuple[str, str]:
    tag = _TAGS.get(entity.type, "span")
    if entity.type == "text_link":
        return f'<a href="{escape(entity.url or "")}" rel="noreferrer">', "</a>"
    if entity.type == "expandable_blockquote":
        return '<blockquote class="folded">', "</blockquote>"
    return f"<{tag}>", f"</{tag}>"
