"""Which group a case goes to."""

from bot.desk.desks import Desk, Desks
from tests.dialogue.words import words

LANGUAGES = words().languages
EN, ZH = LANGUAGES["en"], LANGUAGES["zh_Hans"]


def test_people_go_to_the_group_of_their_language() -> None:
    """By code or tag; everybody else to the first group, which speaks English."""
    desks = Desks(LANGUAGES, -1, {"zh_Hans": -2})
    assert desks.of("zh-Hans") == desks.of("zh_Hans") == Desk(-2, ZH)
    assert desks.of("en") == desks.of("fr") == desks.of(None) == Desk(-1, EN)
    assert desks.groups == {-1, -2}
    assert (desks.speaker(-2), desks.speaker(-1), desks.speaker(-9)) == (ZH, EN, EN)


def test_the_first_group_may_speak_another_language() -> None:
    """Then also people of other languages get cards in it: somebody has to read them."""
    desks = Desks(LANGUAGES, -1, {"zh_Hans": -1})
    assert desks.of("en") == Desk(-1, ZH)


def test_a_language_that_is_not_there_has_no_group() -> None:
    """It is a slip in the settings, and people still reach the first group."""
    desks = Desks(LANGUAGES, -1, {"klingon": -3})
    assert desks.of("klingon") == Desk(-1, EN)
    assert desks.groups == {-1}


def test_without_a_group_there_is_no_desk() -> None:
    """Consultations are closed then."""
    assert Desks(LANGUAGES, None).of("en") is None
    assert Desks(LANGUAGES, None, {"zh_Hans": -2}).groups == {-2}


def test_the_language_of_a_person() -> None:
    """English where it is none of ours."""
    desks = Desks(LANGUAGES, -1)
    assert desks.language("zh-Hans") is ZH
    assert desks.language("xx") is EN
