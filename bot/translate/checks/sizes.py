"""Whether words fit where they are shown: Telegram's limits, buttons, pages read with ease."""

import re
from collections.abc import Iterator

from bot.dialogue.screen import ONE, columns
from bot.i18n import markup
from bot.translate.checks.finding import Fault
from bot.translate.checks.texts import Said
from bot.translate.checks.tongue import Tongue

_MESSAGE = 4096
"""UTF-16 units of one message (Bot API: sendMessage)."""
_ENTITIES = 100
"""Formatted stretches of one message (Bot API: sendMessage)."""
_BELOW_A_PAGE = 1600
"""Room for the heading, notices, standing lines, sources and dates that the program adds."""
_VALUE = 20
"""The room that we reckon for a value where a placeholder stands."""
_SCREEN = 900
"""Characters of one screen that are read with ease (fact sheet, section 15); half in wide ones."""
_TITLE, _SOURCE_NAME = 60, 70
_SENTENCE_WORDS, _SENTENCE_CHARACTERS = 35, 80
_SLOT = re.compile(r"\{[a-z0-9_]+\}")


def look(said: Said, tongue: Tongue) -> Iterator[Fault]:
    """Every rule of this file."""
    if said.use == "button":
        yield from _button(said, columns(_SLOT.sub("12", said.seen)))
    elif said.use in {"title", "source"}:
        width = columns(said.seen)
        most = _TITLE if said.use == "title" else _SOURCE_NAME
        if width > most:
            yield Fault(
                "length.title",
                f"This heading is {width} columns wide, of at most {most} (wide characters are 2).",
                "Say it in fewer words.",
            )
    if said.limit is not None and said.use != "button":
        length = markup.units(_SLOT.sub("x" * 5, said.seen))
        if length > said.limit:
            yield Fault(
                "length",
                f"This has {length} characters; Telegram takes {said.limit} here.",
                "Say it in fewer words.",
            )
    if said.html:
        yield from _message(said)
    if said.use == "part":
        yield from _part(said, tongue)


def _button(said: Said, width: int) -> Iterator[Fault]:
    if width > ONE:
        yield Fault(
            "length.button"
            if said.english is not None or said.language != "en"
            else "source.button",
            f"This label is {width} columns wide, of at most {ONE} (wide characters are 2), "
            "and is cut on a small phone.",
            "Say it in fewer words; a button needs no whole sentence.",
        )


def _message(said: Said) -> Iterator[Fault]:
    longest = _MESSAGE - (_BELOW_A_PAGE if said.use == "part" else 0)
    if len(said.written) < longest // 4:
        return
    length = markup.units(_SLOT.sub("x" * _VALUE, said.seen))
    if length > longest:
        yield Fault(
            "length",
            f"This has {length} characters; {longest} of a message are free for it.",
            "Say it in fewer words, or make two parts of it in every language.",
        )
    try:
        made = len(markup.parse(said.written).entities)
    except markup.MarkupError:
        return
    if made > _ENTITIES:
        yield Fault(
            "length.entities",
            f"This has {made} formatted stretches; Telegram shows {_ENTITIES} a message.",
            "Take some of the tags out.",
        )


def _part(said: Said, tongue: Tongue) -> Iterator[Fault]:
    most = _SCREEN // 2 if tongue.wide else _SCREEN
    length = markup.units(said.seen)
    if length > most:
        yield Fault(
            "length.screen",
            f"This screen has {length} characters, of about {most} that are read with ease.",
            "Say it in fewer words, or make two parts of it in every language.",
        )
    for sentence in sentences(said.seen, tongue.wide):
        long = len(sentence) if tongue.wide else len(sentence.split())
        if long > (_SENTENCE_CHARACTERS if tongue.wide else _SENTENCE_WORDS):
            unit = "characters" if tongue.wide else "words"
            yield Fault(
                "length.sentence",
                f"There is a sentence of {long} {unit} here.",
                "Make two of it: one thought, one sentence.",
                sentence[:12],
            )
            return


def sentences(words: str, wide: bool) -> list[str]:
    """The sentences of a part; a line of a list or a heading is one."""
    ends = r"[。！？；\n]+" if wide else r"(?<=[.!?؟।])\s+|\n+"
    return [found.strip("• ") for found in re.split(ends, words) if found.strip("• ")]
