"""How the desk is doing: the arithmetic, the words, the picture's values, the daily digest."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.figures import chart, digest, half, most, percent, told
from bot.desk.view import Figures, Waiting
from bot.dialogue.case import NEW, THEIRS
from bot.i18n.markup import parse
from tests.desk.cases import NOW
from tests.dialogue.words import words

EN, ZH = words().languages["en"], words().languages["zh_Hans"]
HOUR = timedelta(hours=1)
DAY = 24 * HOUR

WEEK = Figures(
    since=NOW - 7 * DAY,
    opened=23,
    open_now=9,
    waiting_now=5,
    late_now=1,
    first=tuple(hours * HOUR for hours in (25, 1, 2, 30, 5, 13, 4, 12, 24, 3)),
    by_language={"en": (8, 4, 2), "zh-Hans": (14, 4, 0), "fr": (1, 0, 0)},
    ratings=(5, 5, 4, 5),
)
NOTHING = Figures(NOW, 0, 0, 0, 0, ())


def lines(said: str) -> list[str]:
    return parse(said).text.split("\n")


def lasted(*minutes: int) -> Figures:
    """First answers after so many minutes each."""
    return Figures(NOW, 0, 0, 0, 0, tuple(timedelta(minutes=one) for one in minutes))


# ── arithmetic ──────────────────────────────────────────────────────────────────────────────────


def test_the_median_is_the_middle_of_the_first_answers() -> None:
    """Of an even number, half-way between the two in the middle; the order does not matter."""
    assert half(lasted(9, 1, 5)) == timedelta(minutes=5)
    assert half(lasted(1, 2, 8, 60)) == timedelta(minutes=5)
    assert half(lasted(7)) == timedelta(minutes=7)


def test_the_ninetieth_percentile_is_a_time_within_which_nine_in_ten_came() -> None:
    """The nearest rank: of ten the ninth, of eleven the tenth, of one that one."""
    assert most(lasted(*range(10, 0, -1))) == timedelta(minutes=9)
    assert most(lasted(*range(1, 12))) == timedelta(minutes=10)
    assert most(lasted(*range(1, 21))) == timedelta(minutes=18)
    assert most(lasted(3)) == timedelta(minutes=3)


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_nine_in_ten_are_at_least_nine_in_ten(minutes: list[int]) -> None:
    """And with any shorter of the times it would be less."""
    found = most(lasted(*minutes)) // timedelta(minutes=1)
    assert found in minutes
    assert 10 * sum(one <= found for one in minutes) >= 9 * len(minutes)
    assert 10 * sum(one < found for one in minutes) < 9 * len(minutes)


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(199, 200, "99%"), (7, 8, "87%"), (0, 3, "0%")]
)
def test_a_share_is_never_rounded_up(part: int, whole: int, shown: str) -> None:
    """One late answer in two hundred is not none."""
    assert EN.percent(percent(part, whole)) == shown


# ── words ───────────────────────────────────────────────────────────────────────────────────────


def test_the_figures_are_told_in_words() -> None:
    """How many, the first answer, the share in time, each language, and how content people were."""
    assert lines(told(WEEK, EN)) == [
        "Since November 15, 2026",
        "23 new requests",
        "Open now: 9, waiting for us: 5",
        "🔴 Late at this moment: 1",
        "",
        "First answers: half came within 8 h 30 min, nine in ten within 25 h.",
        "By time: 0–4 hours: 4, 4–12 hours: 2, 12–24 hours: 2, and over 24 hours: 2",
        "8 of 10 inside 24 hours (80%)",
        "",
        "Chinese: 14 requests, 4 of 4 in time",
        "English: 8 requests, 4 of 6 in time",
        "French: 1 request, not yet due",
        "",
        "⭐ 4.7 of 5, on average (4 ratings)",
    ]


def test_the_figures_are_told_in_chinese() -> None:
    """The same numbers, in the group's language."""
    said = lines(told(WEEK, ZH))
    assert said[:2] == ["2026年11月15日以来", "新咨询：23个"]
    assert "24小时之内：10个中有8个（80%）" in said
    assert "中文：14个咨询，4个中有4个按时" in said
    assert said[-1] == "⭐ 平均4.7分，满分5分（4份评价）"


def test_where_nothing_happened_nothing_is_counted() -> None:
    """No median of nothing, no share of nothing, and no mark of lateness."""
    assert lines(told(NOTHING, EN)) == [
        "Since November 22, 2026",
        "0 new requests",
        "Open now: 0, waiting for us: 0",
        "",
        "No first answers in this time.",
    ]


def test_a_case_that_was_never_answered_counts_as_missed() -> None:
    """Without a single first answer there still is a share: none."""
    missed = Figures(NOW, 1, 1, 1, 1, (), {"en": (1, 0, 1)}, (3,))
    said = lines(told(missed, EN))
    assert "0 of 1 inside 24 hours (0%)" in said
    assert "No first answers in this time." not in said
    assert said[-1] == "⭐ 3.0 of 5 (1 rating)"


def test_a_language_that_is_not_ours_is_named_by_its_code() -> None:
    """Figures outlive a language that is taken out."""
    assert "xx: 2 requests, 1 of 1 in time" in lines(
        told(Figures(NOW, 2, 0, 0, 0, (HOUR,), {"xx": (2, 1, 0)}), EN)
    )


# ── the picture ─────────────────────────────────────────────────────────────────────────────────


def test_the_bars_count_first_answers_by_how_long_they_took() -> None:
    """Exactly 4, 12 and 24 hours still belong to the shorter bar, as in the promise."""
    drawn = chart(WEEK, EN)
    assert drawn is not None
    bars = [(one.label, one.shown, one.part, one.whole, one.warm) for one in drawn.panels[0].bars]
    assert bars == [
        ("0–4 hours", "4", 4, 4, False),
        ("4–12 hours", "2", 2, 4, False),
        ("12–24 hours", "2", 2, 4, False),
        ("over 24 hours", "2", 2, 4, True),
    ]
    assert (drawn.title, drawn.note) == ("First answers", "Since November 15, 2026")


def test_the_shares_are_shown_by_language() -> None:
    """Those of which something is known, the one with most cases first."""
    drawn = chart(WEEK, ZH)
    assert drawn is not None
    shares = drawn.panels[1]
    assert shares.track
    assert [(one.label, one.shown, one.part, one.whole) for one in shares.bars] == [
        ("中文", "4个中4个 · 100%", 4, 4),
        ("英语", "6个中4个 · 66%", 4, 6),
    ]


def test_without_first_answers_there_is_no_picture() -> None:
    """Empty axes tell nobody anything; and without judged cases there is one panel."""
    assert chart(NOTHING, EN) is None
    drawn = chart(lasted(5), EN)
    assert drawn is not None
    assert len(drawn.panels) == 1


# ── every day ───────────────────────────────────────────────────────────────────────────────────


def waiting(number: str, hours: float, state: str = NEW, claimed: str | None = None) -> Waiting:
    since = NOW - hours * HOUR
    return Waiting(number, "en", state, since, since + DAY, claimed)


def test_the_digest_tells_the_day_and_names_the_late_ones_first() -> None:
    """Who has waited longest stands at the top; who was answered is not in it."""
    queue = [
        waiting("B3CDE", 5, claimed="Anna"),
        waiting("K7PQ2", 27.5),
        waiting("M4M4M", 40),
        waiting("T8T8T", 90, THEIRS),
    ]
    assert lines(digest(WEEK, queue, EN, NOW)) == [
        "☀️ November 22, 2026",
        "The past day: 23 new requests",
        "First answers: half came within 8 h 30 min, nine in ten within 25 h.",
        "8 of 10 inside 24 hours (80%)",
        "",
        "🔴 2 people have waited longer than we promised:",
        "• M4M4M · English · 16 h late · nobody yet",
        "• K7PQ2 · English · 3 h 30 min late · nobody yet",
        "",
        "1 person waits, still in time:",
        "• B3CDE · English · answer by Nov 23, 1:00\u202fPM UTC · 👤 Anna",
        "",
        "If you have a minute, please begin at the top. One line that we have read it, and when"
        " more will come, already helps.",
    ]


def test_a_digest_of_a_full_desk_stays_short() -> None:
    """Five of each kind; the rest is counted, and /open has them."""
    queue = [waiting(f"A{n:04}", n) for n in range(10, 40)]
    said = lines(digest(NOTHING, queue, ZH, NOW))
    assert sum(one.startswith("•") for one in said) == 10
    assert "另有10人：/open" in said
    assert said[-1].startswith("如果您有几分钟")


def test_a_calm_day_is_said_to_be_one() -> None:
    """With thanks, and without a list of nobody."""
    calm = lines(digest(NOTHING, [waiting("B3CDE", 5)], EN, NOW))
    assert calm[-1] == "Everybody is inside their 24 hours. Thank you for that."
    assert lines(digest(NOTHING, [], EN, NOW)) == [
        "☀️ November 22, 2026",
        "The past day: 0 new requests",
        "No first answers in this time.",
        "",
        "Nobody is waiting for us. Thank you.",
    ]
