"""Who waits for an answer, longest first: `/open`."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.desk.spans import lasting
from bot.desk.turn import Note
from bot.desk.view import Waiting
from bot.dialogue.address import Address
from bot.dialogue.case import NEW, OURS, THEIRS
from bot.dialogue.screen import Button, Row, in_rows
from bot.dialogue.screens import lines, paragraphs
from bot.i18n.language import Language
from bot.i18n.text import Spoken, Text, text

PAGE = 10
"""Cases on one page."""

DESK, OPEN = "desk", "open"
"""A page of the queue is the place "desk", the detail "open.<page>", counted from 0."""

_OURS = (NEW, OURS)


def for_us(waiting: Sequence[Waiting]) -> list[Waiting]:
    """Those who wait for us, longest first."""
    return sorted(
        (one for one in waiting if one.state in _OURS), key=lambda one: (one.since, one.number)
    )


def is_late(one: Waiting, now: datetime) -> bool:
    """Whether it waits for us longer than promised; at the very minute it does not yet."""
    return one.state in _OURS and now > one.due


def page(waiting: Sequence[Waiting], now: datetime, language: Language, number: int = 0) -> Note:
    """One page of the queue, for a group that speaks `language`; a page that is not there (any
    more) is the last one.

    Who waits for us comes first; then those who were answered and have not written since (their
    `since` is when that was). Cases that are over are left out.
    """
    ours = for_us(waiting)
    theirs = sorted((one for one in waiting if one.state == THEIRS), key=lambda one: one.since)
    shown = [*ours, *theirs]
    pages = max(1, -(-len(shown) // PAGE))
    number = min(max(number, 0), pages - 1)
    first = number * PAGE
    entries = [entry(one, now, language) for one in shown[first : first + PAGE]]
    head = _head(ours, now, language, number, pages)
    clock = (language.say(text("desk.open.clock")),) if entries else ()
    return Note(paragraphs(head, *entries, *clock), _buttons(len(shown), language, number, pages))


def _head(
    ours: Sequence[Waiting], now: datetime, language: Language, number: int, pages: int
) -> Spoken:
    said = [text("desk.open.waiting", n=len(ours)) if ours else text("desk.open.nobody")]
    if late := sum(is_late(one, now) for one in ours):
        said.append(text("desk.open.late", n=late))
    if pages > 1:
        said.append(text("desk.open.page", page=number + 1, pages=pages))
    return lines(*(language.say(one) for one in said))


def entry(one: Waiting, now: datetime, language: Language) -> Spoken:
    """One case, in two lines: which, in which language, who has it; since when, and due when."""
    return lines(
        language.say(_which(one, now, language)),
        language.say(_when(one, now, language)),
    )


def _which(one: Waiting, now: datetime, language: Language) -> Text:
    kind = "late" if is_late(one, now) else one.state
    return text("desk.open.which", mark=text(f"desk.open.mark-{kind}"), **who(one, language))


def who(one: Waiting, language: Language) -> dict[str, Text | str]:
    """Values for a line about a case: its number as a link, its person's language, who has it."""
    number = text("desk.open.linked", ref=one.number, link=one.link) if one.link else one.number
    by = text("desk.open.claimed", name=one.claimed) if one.claimed else text("desk.open.unclaimed")
    return {"ref": number, "language": spoken(one.language, language), "who": by}


def spoken(code: str, language: Language) -> str:
    """What `language` calls the language `code` (or tag); the code where it has no name for it."""
    return language.name_of(code.replace("-", "_")) or code


def _when(one: Waiting, now: datetime, language: Language) -> Text:
    since, due = (language.soon(at.astimezone(UTC)) for at in (one.since, one.due))
    if is_late(one, now):
        span = lasting(now - one.due)
        return text("desk.open.was-due", since=since, due=due, span=span)
    if one.state == THEIRS:
        return text("desk.open.answered", since=since)
    return text("desk.open.due", since=since, due=due, span=lasting(one.due - now))


def _buttons(count: int, language: Language, number: int, pages: int) -> tuple[Row, ...]:
    def button(label: Text, to: int) -> Button:
        return Button(language.label(label), Address(language.tag, DESK, f"{OPEN}.{to}"))

    def places(to: int) -> dict[str, int]:
        return {"first": to * PAGE + 1, "last": min((to + 1) * PAGE, count)}

    turning = []
    if number > 0:
        turning.append(button(text("button.queue-before", **places(number - 1)), number - 1))
    if number < pages - 1:
        turning.append(button(text("button.queue-after", **places(number + 1)), number + 1))
    again = button(text("button.queue-again"), number)
    return (*in_rows(turning), (again,))
