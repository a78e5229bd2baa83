"""Screens that the shipped words do not show: a third language, stale pages, missing ones."""

import shutil
from pathlib import Path

import pytest

from bot.dialogue.address import Address
from bot.dialogue.event import NOBODY, Commanded, Invited, Person, Pressed, Said, Sent
from bot.dialogue.respond import Dialogue
from bot.dialogue.screen import Button, Screen, columns, in_rows
from bot.dialogue.screens import Operator
from bot.i18n.text import Label
from bot.settings import ROOT
from bot.words import read_words
from tests.dialogue.words import TODAY, answer, dialogue, labels, make, screen


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Dialogue:
    """English, Simplified Chinese with faults, and a third language that lacks most pages."""
    folder = tmp_path_factory.mktemp("three")
    for name in ("locales", "content"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("zh_Hant"))
    shutil.copytree(folder / "locales" / "zh_Hans", folder / "locales" / "zh_Hant")
    third = folder / "content" / "zh_Hant"
    third.mkdir()
    for name in ("safety.yaml", "costs.yaml"):
        shutil.copy(folder / "content" / "zh_Hans" / name, third / name)
    make_stale(folder / "content" / "zh_Hans" / "costs.yaml")
    make_stale(folder / "content" / "zh_Hans" / "side-effects.yaml")
    limits = folder / "content" / "zh_Hans" / "limits.yaml"
    raw = limits.read_text(encoding="utf-8")
    limits.write_text(raw.replace("by: none", 'by: "Dr Example"'), encoding="utf-8")
    return make(read_words(folder / "locales", folder / "content"), Operator(ties="A & B"))


def make_stale(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    changed = ["  from: 00000000" if line.startswith("  from:") else line for line in lines]
    path.write_text("\n".join(changed), encoding="utf-8")


def shown(three: Dialogue, data: str, person: Person = NOBODY) -> Screen:
    found = answer(Pressed(data), person, by=three).screen
    assert found is not None
    return found


def test_a_stale_page_says_so_and_stays_in_its_language(three: Dialogue) -> None:
    """Readers of a page whose English has changed are told; the page stays whole."""
    body = shown(three, "v1:zh-Hans:costs").body
    assert "费用" in body
    assert "译文" in body


def test_a_stale_page_that_could_hurt_is_shown_in_english(three: Dialogue) -> None:
    """Side effects in old words would be dangerous: English, and a line why, in Chinese."""
    body = shown(three, "v1:zh-Hans:side-effects").body
    assert "English" in body
    assert "Sources" not in body
    assert "来源" in body
    assert "side effects" in body.lower()


def test_a_missing_page_is_english_as_a_whole_with_the_frame_in_ones_language(
    three: Dialogue,
) -> None:
    """A language that lacks a page shows the English one between its own buttons."""
    found = shown(three, "v1:zh-Hant:basics")
    assert "English" in found.body
    assert any("主菜单" in label for label in labels(found))


def test_with_three_languages_the_switch_opens_the_list_and_leads_back(three: Dialogue) -> None:
    """The globe leads to every language in its own name, and on to the place one came from."""
    page = shown(three, "v1:en:costs:1")
    globe = next(key for row in page.rows for key in row if "🌐" in key.label)
    assert globe.to == Address("en", "language", "costs.1")
    assert globe.to is not None
    picker = shown(three, globe.to.data())
    assert len(labels(picker)) == 3
    back = picker.rows[0][1].to
    assert back is not None
    assert (back.place, back.detail, back.chosen) == ("costs", "1", True)


def test_business_ties_are_told_in_the_operators_own_words(three: Dialogue) -> None:
    """F71: what the settings disclose stands on each centre's page, escaped."""
    assert "A &amp; B" in shown(three, "v1:en:centre-zhejiang").body


def test_a_reviewed_page_does_not_say_that_no_doctor_has_read_it(three: Dialogue) -> None:
    """The line on the missing review goes when a reviewer stands in the file."""
    assert "尚未经医生" in shown(three, "v1:zh-Hans:how").body
    assert "尚未经医生" not in shown(three, "v1:zh-Hans:limits").body


def test_memory_is_read_only_where_the_answer_needs_it() -> None:
    """A tap on a page or the menu needs no row; choices, words and forgeries do."""
    needs = dialogue().needs_person
    assert not needs(Pressed("v1:en:costs"))
    assert not needs(Pressed("v1:zh-Hans:menu"))
    assert not needs(Invited())
    for event in (
        Pressed("v1:en:costs!"),
        Pressed("v1:en:mydata"),
        Pressed("v1:en:emergency"),
        Pressed("forged"),
        Said("hello"),
        Sent("voice"),
        Commanded("menu"),
    ):
        assert needs(event)


def test_screens_are_kept_for_one_day_only() -> None:
    """A page is put together once a day; the next day it is made anew, with its dates."""
    one = dialogue()
    first = answer(Pressed("v1:en:costs"), by=one).screen
    assert answer(Pressed("v1:en:costs"), by=one).screen is first
    tomorrow = TODAY.replace(year=2027)
    later = answer(Pressed("v1:en:costs"), today=tomorrow, by=one).screen
    assert later is not None
    assert later is not first
    assert {day for _, day in one.seen} == {tomorrow}


def test_every_plain_place_has_its_screen_by_button_too() -> None:
    """What a command opens, an address opens: privacy, help, case, data, rest, language."""
    for place in ("privacy", "help", "mycase", "mydata", "rest", "language", "emergency"):
        assert screen(Pressed(f"v1:en:{place}")).rows, place


def test_wide_labels_get_rows_of_their_own() -> None:
    """Chinese and emoji count two columns; a label too wide for half a row stands alone."""
    assert columns("费用 ▶") == 6
    assert columns("👩‍⚕️a") == 4
    keys = [Button(Label(words)) for words in ("a", "b" * 40, "c", "d", "e")]
    assert [len(row) for row in in_rows(keys)] == [1, 1, 2, 1]
    assert [len(row) for row in in_rows(keys, most=3)] == [1, 1, 3]
