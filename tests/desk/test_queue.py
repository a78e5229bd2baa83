"""Who waits, since when, until when, with whom: the queue in words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.queue import is_late, page
from bot.desk.turn import Note
from bot.desk.view import Waiting
from bot.dialogue.address import Address, read_address
from bot.dialogue.case import CLOSED, NEW, OURS, THEIRS, WITHDRAWN
from bot.i18n.markup import parse, visible_length
from tests.desk.cases import NOW
from tests.dialogue.words import words

EN, ZH = words().languages["en"], words().languages["zh_Hans"]
DAY = timedelta(hours=24)


def waiting(
    number: str,
    hours: float,
    *,
    state: str = NEW,
    language: str = "en",
    claimed: str | None = None,
    link: str | None = None,
) -> Waiting:
    """A case that has been waiting for so many hours."""
    since = NOW - timedelta(hours=hours)
    return Waiting(number, language, state, since, since + DAY, claimed, link)


def plain(note: Note) -> list[str]:
    return parse(note.words).text.split("\n")


def labels(note: Note) -> list[str]:
    return [button.label for row in note.rows for button in row]


def places(note: Note) -> list[Address | None]:
    return [button.to for row in note.rows for button in row]


def test_the_queue_says_who_waits_longest_until_when_and_with_whom() -> None:
    """Longest first; late ones marked; each number leads to its topic."""
    note = page(
        [
            waiting("B3CDE", 5, state=OURS, claimed="Dr. Lin"),
            waiting("K7PQ2", 27.5, language="zh-Hans", link="https://t.me/c/1/2"),
        ],
        NOW,
        EN,
    )
    assert plain(note) == [
        "2 people wait for our answer.",
        "🔴 Longer than promised: 1",
        "",
        "🔴 K7PQ2 · Chinese · nobody yet",
        "since Nov 21, 2:30\u202fPM, was due Nov 22, 2:30\u202fPM: 3 h 30 min late",
        "",
        "💬 B3CDE · English · 👤 Dr. Lin",
        "since Nov 22, 1:00\u202fPM, answer by Nov 23, 1:00\u202fPM (in 19 h)",
        "",
        "🔴 late · 🆕 new · 💬 wrote again · ⏳ answered, their turn. All times are UTC.",
    ]
    (link,) = (one for one in parse(note.words).entities if one.type == "text_link")
    assert link.url == "https://t.me/c/1/2"
    assert note.answers
    assert note.what is None


def test_the_queue_speaks_the_language_of_the_group() -> None:
    """With times as Chinese writes them."""
    said = plain(page([waiting("K7PQ2", 23.9, language="xx")], NOW, ZH))
    assert said[0] == "有1人在等我们答复。"
    assert said[2] == "🆕 K7PQ2 · xx · 暂无人接手"
    assert said[3] == "11月21日 18:06来信，最迟11月22日 18:06答复（还有6分钟）"


def test_who_was_answered_comes_last_and_is_never_late() -> None:
    """Their last promise is long over, and it is for them to write."""
    note = page([waiting("T8T8T", 70, state=THEIRS, claimed="Anna"), waiting("Z9XYW", 1)], NOW, EN)
    said = plain(note)
    assert said[0] == "1 person waits for our answer."
    assert said[2].startswith("🆕 Z9XYW")
    assert said[5:7] == [
        "⏳ T8T8T · English · 👤 Anna",
        "answered Nov 19, 8:00\u202fPM, it is their turn",
    ]
    assert "Longer" not in note.words


def test_what_is_over_is_not_in_the_queue() -> None:
    """Closed and withdrawn cases wait for nobody."""
    over = [waiting("A2222", 1, state=CLOSED), waiting("A3333", 1, state=WITHDRAWN)]
    note = page(over, NOW, EN)
    assert plain(note) == ["✅ Nobody is waiting for us."]
    assert labels(note) == ["🔄 Look again"]


@pytest.mark.parametrize(
    ("passed", "late"),
    [
        (DAY - timedelta(minutes=1), False),
        (DAY, False),
        (DAY + timedelta(seconds=1), True),
        (DAY + timedelta(hours=1), True),
    ],
)
def test_a_case_is_late_only_after_its_time(passed: timedelta, late: bool) -> None:
    """S8: 23:59 and 24:00 are in time, and a second later it is not."""
    one = Waiting("K7PQ2", "en", NEW, NOW, NOW + DAY)
    assert is_late(one, NOW + passed) is late
    assert (page([one], NOW + passed, EN).words.count("🔴") > 1) is late


def test_times_are_utc_whatever_clock_they_came_by() -> None:
    """Over a leap day, too: 24 hours after the 28th is the 29th."""
    east = timezone(timedelta(hours=8))
    since = datetime(2028, 2, 29, 1, 0, tzinfo=east)
    one = Waiting("K7PQ2", "en", NEW, since, since + DAY)
    said = plain(page([one], datetime(2028, 2, 28, 18, 0, tzinfo=UTC), EN))
    assert said[3] == "since Feb 28, 5:00\u202fPM, answer by Feb 29, 5:00\u202fPM (in 23 h)"


def test_ten_cases_are_on_a_page_and_buttons_lead_on() -> None:
    """The buttons say which ones they lead to; the last page holds the rest."""
    many = [waiting(f"A{n:04}", 23 - n / 10) for n in range(24)]
    first, second, last = (page(many, NOW, EN, number) for number in range(3))
    assert labels(first) == ["11–20 ▶", "🔄 Look again"]
    assert labels(second) == ["◀ 1–10", "21–24 ▶", "🔄 Look again"]
    assert labels(last) == ["◀ 11–20", "🔄 Look again"]
    assert places(second) == [Address("en", "desk", f"open.{to}") for to in (0, 2, 1)]
    assert "Page 2 of 3" in second.words
    assert [one.words.count("answer by") for one in (first, second, last)] == [10, 10, 4]
    assert first.words.index("A0000") < first.words.index("A0009")
    assert all(len(one.to.data()) <= 64 for row in second.rows for one in row if one.to)


def test_a_page_that_is_gone_is_the_last_one() -> None:
    """Between two taps half of the queue may have been answered; or the number was forged."""
    few = [waiting(f"A{n:04}", 1) for n in range(12)]
    assert page(few, NOW, EN, 9) == page(few, NOW, EN, 1)
    assert page(few, NOW, EN, -3) == page(few, NOW, EN, 0)
    assert page([], NOW, EN, 5) == page([], NOW, EN)


_MOMENTS = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - the zone is given beside
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(
            Waiting,
            number=st.text(min_size=1, max_size=5),
            language=st.text(max_size=8),
            state=st.sampled_from([NEW, OURS, THEIRS, CLOSED]),
            since=_MOMENTS,
            due=_MOMENTS,
            claimed=st.none() | st.text(max_size=128),
            link=st.none() | st.just("https://t.me/c/123/4?thread=5"),
        ),
        max_size=25,
    ),
    st.integers(-1, 4),
)
def test_any_queue_fits_into_a_message(found: list[Waiting], number: int) -> None:
    """Whatever members call themselves: Telegram takes the words, and the buttons lead back."""
    note = page(found, NOW, EN, number)
    assert 0 < visible_length(note.words) <= 4096
    for one in places(note):
        assert one is not None
        assert read_address(one.data()) == one
