"""Why a case is closed, and how long things last: in words."""

from datetime import timedelta

import pytest

from bot.desk.closing import REASONS, reason
from bot.desk.spans import lasting
from bot.dialogue.screen import ONE, columns
from tests.dialogue.words import words

EN, ZH = words().languages["en"], words().languages["zh_Hans"]


def test_every_reason_fits_a_button_in_both_languages() -> None:
    """Staff choose it with a tap; no two look alike."""
    for language in (EN, ZH):
        labels = [language.label(reason(one)) for one in REASONS]
        assert len(set(labels)) == len(REASONS) == 6
        assert all(columns(one) <= ONE for one in labels), labels
    assert EN.label(reason("silent")) == "Not heard from them again"


def test_a_reason_of_an_older_release_still_has_a_name() -> None:
    """A case keeps its reason for longer than the list."""
    assert EN.say(reason("moved <away>")) == "earlier reason “moved &lt;away&gt;”"


@pytest.mark.parametrize(
    ("span", "english", "chinese"),
    [
        (timedelta(seconds=-5), "0 min", "0分钟"),
        (timedelta(seconds=59), "0 min", "0分钟"),
        (timedelta(minutes=59, seconds=59), "59 min", "59分钟"),
        (timedelta(hours=1), "1 h", "1小时"),
        (timedelta(hours=3, minutes=20), "3 h 20 min", "3小时20分钟"),
        (timedelta(hours=24) - timedelta(microseconds=1), "23 h 59 min", "23小时59分钟"),
        (timedelta(hours=24), "24 h", "24小时"),
        (timedelta(hours=24, minutes=1), "24 h 1 min", "24小时1分钟"),
        (timedelta(hours=47, minutes=59), "47 h 59 min", "47小时59分钟"),
        (timedelta(hours=48, minutes=59), "2 d", "2天"),
        (timedelta(days=3, hours=4), "3 d 4 h", "3天4小时"),
    ],
)
def test_how_long_is_said_in_whole_minutes_and_never_rounded_up(
    span: timedelta, english: str, chinese: str
) -> None:
    """S8: a day is 24 hours and not 0, and 23:59:59 is not 24 hours yet."""
    assert EN.label(lasting(span)) == english
    assert ZH.label(lasting(span)) == chinese
