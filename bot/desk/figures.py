"""How the desk is doing: in words, as the values of one picture, and as a short daily digest.

A first answer counts for the promise of 24 hours; whoever has not been answered yet, and is still
within them, counts neither way.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from statistics import median

from bot.desk.queue import for_us, is_late, spoken, who
from bot.desk.spans import lasting
from bot.desk.view import Figures, Waiting
from bot.dialogue.chart import Bar, Chart, Panel
from bot.dialogue.screens import lines, paragraphs
from bot.i18n.language import Language
from bot.i18n.text import Percent, Spoken, Text, text

STEPS = (timedelta(hours=4), timedelta(hours=12), timedelta(hours=24))
"""Where the bars of the picture end; each includes its end, as the promise does."""

DIGEST = 5
"""Cases of each kind that a digest names; `/open` has them all."""


def told(figures: Figures, language: Language) -> Spoken:
    """How it went since `figures.since`, for staff who speak `language`."""
    answers = _answers(figures)
    if figures.first:
        answers.insert(1, _counted(figures, language))
    return paragraphs(
        lines(*(language.say(one) for one in _cases(figures))),
        lines(*(language.say(one) for one in answers)),
        lines(*(language.say(one) for one in _languages(figures, language))) or None,
        language.say(_rated(figures.ratings)) if figures.ratings else None,
    )


def _cases(figures: Figures) -> list[Text]:
    said = [
        text("desk.stats.since", since=figures.since.astimezone(UTC).date()),
        text("desk.stats.opened", n=figures.opened),
        text("desk.stats.now", open=figures.open_now, waiting=figures.waiting_now),
    ]
    if figures.late_now:
        said.append(text("desk.stats.late", n=figures.late_now))
    return said


def _counted(figures: Figures, language: Language) -> Text:
    """What the bars of the picture show."""
    said = (text("label.chart.line", label=label, n=count) for label, count in _by_time(figures))
    return text("desk.stats.bars", bars=tuple(language.label(one) for one in said))


def _answers(figures: Figures) -> list[Text]:
    said = []
    if figures.first:
        said.append(
            text("desk.stats.first", half=lasting(half(figures)), most=lasting(most(figures)))
        )
    in_time, judged = _kept(figures)
    if judged:
        share = percent(in_time, judged)
        said.append(text("desk.stats.in-time", part=in_time, n=judged, share=share))
    return said or [text("desk.stats.none")]


def _languages(figures: Figures, language: Language) -> list[Text]:
    said = []
    for code, (cases, in_time, late) in _most_cases_first(figures):
        name, judged = spoken(code, language), in_time + late
        if judged:
            said.append(
                text("desk.stats.language", language=name, n=cases, part=in_time, judged=judged)
            )
        else:
            said.append(text("desk.stats.language-new", language=name, n=cases))
    return said


def _rated(ratings: Sequence[int]) -> Text:
    mean = (Decimal(sum(ratings)) / len(ratings)).quantize(Decimal("0.1"), ROUND_DOWN)
    return text("desk.stats.rated", stars=mean, n=len(ratings))


# ── arithmetic ──


def half(figures: Figures) -> timedelta:
    """The median of the first answers, of which there must be one."""
    return timedelta(seconds=median(one.total_seconds() for one in figures.first))


def most(figures: Figures) -> timedelta:
    """The 90th percentile of the first answers by the nearest rank: the shortest of their times
    within which at least nine in ten came. There must be one."""
    rank = -(-9 * len(figures.first) // 10)
    return sorted(figures.first)[rank - 1]


def percent(part: int, whole: int) -> Percent:
    """A share without decimals, never rounded up: 199 of 200 are not 100 %."""
    return Percent(Decimal(100 * part // whole))


def _kept(figures: Figures) -> tuple[int, int]:
    """(first answers in time, cases of which it is known whether theirs was)."""
    in_time = sum(kept for _, kept, _ in figures.by_language.values())
    return in_time, in_time + sum(late for _, _, late in figures.by_language.values())


def _most_cases_first(figures: Figures) -> list[tuple[str, tuple[int, int, int]]]:
    return sorted(figures.by_language.items(), key=lambda one: (-one[1][0], one[0]))


# ── the picture ──


def chart(figures: Figures, language: Language) -> Chart | None:
    """The first answers as bars, and the share in time by language; None: there is nothing to
    draw. All of it stands in `told`, too."""
    if not figures.first:
        return None
    panels = [Panel(language.label(text("label.chart.waited")), _bars(figures, language))]
    if shares := _shares(figures, language):
        panels.append(Panel(language.label(text("label.chart.in-time")), shares, track=True))
    return Chart(
        language.label(text("label.chart.title")),
        language.label(text("label.chart.since", since=figures.since.astimezone(UTC).date())),
        tuple(panels),
    )


def _by_time(figures: Figures) -> list[tuple[Text, int]]:
    """How many first answers took how long, shortest first."""
    steps = [sum(step >= one for step in STEPS) for one in figures.first]
    counts = [steps.count(left) for left in range(len(STEPS), -1, -1)]
    hours = [0, *(step // timedelta(hours=1) for step in STEPS)]
    labels = [
        text("label.chart.between", first=first, last=last) for first, last in pairwise(hours)
    ]
    return list(zip([*labels, text("label.chart.over", last=hours[-1])], counts, strict=True))


def _bars(figures: Figures, language: Language) -> tuple[Bar, ...]:
    found = _by_time(figures)
    whole = max(count for _, count in found)
    return tuple(
        Bar(
            language.label(label),
            language.label(text("label.chart.count", n=count)),
            count,
            whole,
            warm=number == len(STEPS),
        )
        for number, (label, count) in enumerate(found)
    )


def _shares(figures: Figures, language: Language) -> tuple[Bar, ...]:
    return tuple(
        Bar(
            language.label(text("label.chart.language", language=spoken(code, language))),
            language.label(
                text(
                    "label.chart.share",
                    part=in_time,
                    n=in_time + late,
                    share=percent(in_time, in_time + late),
                )
            ),
            in_time,
            in_time + late,
        )
        for code, (_, in_time, late) in _most_cases_first(figures)
        if in_time + late
    )


# ── every day ──


def digest(figures: Figures, queue: Sequence[Waiting], language: Language, now: datetime) -> Spoken:
    """The day before (`figures`) and who waits now, late ones first; short, and kind."""
    ours = for_us(queue)
    late = [one for one in ours if is_late(one, now)]
    on_time = [one for one in ours if not is_late(one, now)]
    yesterday = [text("desk.digest.opened", n=figures.opened), *_answers(figures)]
    return paragraphs(
        lines(
            language.say(text("desk.digest.title", day=now.astimezone(UTC).date())),
            *(language.say(one) for one in yesterday),
        ),
        _listed(text("desk.digest.late", n=len(late)), late, language, now),
        _listed(text("desk.digest.waiting", n=len(on_time)), on_time, language, now),
        language.say(_last(late, on_time)),
    )


def _listed(
    heading: Text, cases: Sequence[Waiting], language: Language, now: datetime
) -> Spoken | None:
    if not cases:
        return None
    said = [heading, *(_line(one, now, language) for one in cases[:DIGEST])]
    if len(cases) > DIGEST:
        said.append(text("desk.digest.more", n=len(cases) - DIGEST))
    return lines(*(language.say(one) for one in said))


def _line(one: Waiting, now: datetime, language: Language) -> Text:
    if is_late(one, now):
        span = lasting(now - one.due)
        return text("desk.digest.line-late", span=span, **who(one, language))
    due = language.soon(one.due.astimezone(UTC))
    return text("desk.digest.line", due=due, **who(one, language))


def _last(late: Sequence[Waiting], on_time: Sequence[Waiting]) -> Text:
    if late:
        return text("desk.digest.begin")
    return text("desk.digest.in-time") if on_time else text("desk.digest.nobody")
