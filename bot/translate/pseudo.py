"""Languages that nobody speaks, made of the English in memory, to see what a real one would do.

`long` is accented and a third longer, in brackets: what is not in brackets was not said by the
catalogs, and what is cut would be cut in German. `rtl` is written in Arabic letters, with names in
capitals left as they are. `ids` shows the name of each sentence in place of its words, and so where
it appears.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from babel.core import Locale

from bot.desk.templates import Template, Templates
from bot.dialogue.intake.form import FormWords
from bot.i18n.catalog import Message, limit_of
from bot.i18n.formatting import Formats
from bot.i18n.language import Languages
from bot.i18n.text import Text
from bot.library.pages import Page
from bot.words import Words

Pseudo = Literal["long", "rtl", "ids"]
KINDS: tuple[Pseudo, ...] = ("long", "rtl", "ids")
CODES: dict[Pseudo, str] = {"long": "en_XA", "rtl": "ar_XB", "ids": "qq"}
NAMES: dict[Pseudo, str] = {"long": "Ļóñģ", "rtl": "Right to left", "ids": "Ids"}

OPEN, CLOSE = "⟦", "⟧"
MORE = 0.35
"""How much longer `long` is: what German and Russian need above English, and a little."""

_KEPT = re.compile(
    r"(<[^>]*>|&#?\w+;|\{[a-z0-9_]+\}|https?://\S+|[\w.+-]+@[\w-]+\.[\w.]+|\b[\w-]+\.(?:com|org|gov)\b"
    r"|(?<!\w)/[a-z]+)"
)
"""What every translation keeps as it is: tags, placeholders, addresses, commands."""

_ACCENTS = str.maketrans(
    "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpRrSsTtUuWwYyZz",
    "ÅåƁƀÇçĐđÉéƑƒĜĝĤĥÎîĴĵĶķĻļṀṁÑñÓóÞþŔŕŠšŢţÛûŴŵÝýŽž",
)
_PADDING = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ARABIC = str.maketrans(
    "abcdefghijklmnopqrstuvwxyz",
    "ابكديفجهيجكلمنوبقرستوفوخيز",
)
_NAME = re.compile(r"([A-Z]{2,}(?:-[A-Z]+)*[0-9]*)")


def with_pseudo(words: Words, kind: Pseudo) -> Words:
    """The words with English and this language alone."""
    code = CODES[kind]
    english = words.languages.default
    made = {"long": _long, "rtl": _rtl, "ids": _id}[kind]
    locale = Locale("ar" if kind == "rtl" else "en")
    language = replace(
        english,
        code=code,
        name=english.label(Text(code, template=NAMES[kind])),
        direction="rtl" if kind == "rtl" else "ltr",
        messages={id: _message(one, made) for id, one in english.messages.items()},
        formats=Formats(locale),
    )
    library, form, source = words.library, words.form, words.library.source

    def say(text: Text, id: str, limit: int | None = None) -> Text:
        return replace(text, template=made(text.template or "", id, limit))

    pages = {id: _page(one, code, say) for id, one in library.pages[source].items()}
    return replace(
        words,
        languages=Languages([english, language]),
        library=replace(
            library, pages={source: library.pages[source], code: pages}, stale=frozenset()
        ),
        form=replace(
            form,
            words={
                source: form.words[source],
                code: {id: _field(one, id, say) for id, one in form.words[source].items()},
            },
            titles={
                source: form.titles[source],
                code: {id: say(one, f"blocks.{id}") for id, one in form.titles[source].items()},
            },
            reasons={
                source: form.reasons[source],
                code: {id: say(one, f"reasons.{id}") for id, one in form.reasons[source].items()},
            },
        ),
        templates=_letters(words.templates.for_language(source), source, code, say),
    )


_Say = Callable[..., Text]


def _message(message: Message, made: Callable[[str, str, int | None], str]) -> Message:
    limit = limit_of(message.id)
    return replace(message, forms=tuple(made(form, message.id, limit) for form in message.forms))


def _page(page: Page, code: str, say: _Say) -> Page:
    return replace(
        page,
        language=code,
        title=say(page.title, f"{page.id}.title"),
        button=say(page.button, f"{page.id}.button", 30),
        parts=tuple(say(part, f"{page.id}.{n}") for n, part in enumerate(page.parts, start=1)),
        sources=tuple(
            replace(one, title=say(one.title, _reference(one.title))) for one in page.sources
        ),
    )


def _letters(english: tuple[Template, ...], source: str, code: str, say: _Say) -> Templates:
    own = {
        one.id: replace(
            one,
            language=code,
            title=say(one.title, f"templates.{one.id}.title", 30),
            body=say(one.body, f"templates.{one.id}"),
        )
        for one in english
    }
    return Templates({source: {one.id: one for one in english}, code: own})


def _reference(title: Text) -> str:
    return title.id.rpartition(" ")[2]


def _field(words: FormWords, id: str, say: _Say) -> FormWords:
    def each(text: Text | None, key: str) -> Text | None:
        # The question of a consent is a sentence of the catalogs.
        return text if text is None or text.template is None else say(text, f"{id}.{key}")

    return replace(
        words,
        label=say(words.label, f"{id}.label", 30),
        question=each(words.question, "question") or words.question,
        hint=each(words.hint, "hint"),
        options={one: say(text, f"{id}.{one}", 30) for one, text in words.options.items()},
        full={one: say(text, f"{id}.full.{one}") for one, text in words.full.items()},
        example=each(words.example, "example"),
        wrong=each(words.wrong, "wrong"),
    )


# The three ways -----------------------------------------------------------------------------------


def _long(words: str, id: str, limit: int | None) -> str:
    visible = sum(len(part) for part in _KEPT.split(words)[::2])
    wanted = int(visible * MORE) + 1
    if limit is not None:
        wanted = min(wanted, limit - len(words) - len(OPEN) - len(CLOSE))
    padding = ""
    for n in range(1000):
        more = f"{padding} {_PADDING[n % len(_PADDING)]}"
        if len(more) > wanted:
            break
        padding = more
    said = _outside(words, lambda part: part.translate(_ACCENTS))
    return f"{OPEN}{said}{padding.translate(_ACCENTS)}{CLOSE}"


def _rtl(words: str, id: str, limit: int | None) -> str:
    def turned(part: str) -> str:
        pieces = _NAME.split(part)
        return "".join(
            one if n % 2 else one.lower().translate(_ARABIC) for n, one in enumerate(pieces)
        )

    return _outside(words, turned)


def _id(words: str, id: str, limit: int | None) -> str:
    slots = "".join(f" {part}" for part in _KEPT.split(words)[1::2] if part.startswith("{"))
    return f"{OPEN}{id}{slots}{CLOSE}"


def _outside(words: str, change: Callable[[str], str]) -> str:
    """`words` changed, but for what every translation keeps."""
    parts = _KEPT.split(words)
    return "".join(part if n % 2 else change(part) for n, part in enumerate(parts))
