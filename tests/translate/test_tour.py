"""Every screen of the bot, in every language that is shipped and in three that nobody speaks."""

import re
from functools import cache

import pytest

from bot.dialogue.screen import WIDTHS, Screen, columns
from bot.i18n.language import Language
from bot.i18n.markup import parse
from bot.translate.pseudo import CLOSE, CODES, KINDS, OPEN, Pseudo, with_pseudo
from bot.translate.tour import CLINIC, NUMBER, OWN, REFERENCE, Stop, tour
from bot.translate.tour_staff import FOREIGN, MEMBER
from bot.words import Words
from tests.dialogue.intake.talk import fits
from tests.dialogue.words import words

TYPED = (OWN, "Anna", "anna@example.org", MEMBER, FOREIGN)
"""What the people of the tour type, and what their member of staff is called."""


@cache
def read(code: str) -> tuple[Words, Language]:
    """The words with a language that is shipped, or a pseudo-language."""
    kinds = {name: kind for kind, name in CODES.items()}
    found = with_pseudo(words(), kinds[code]) if code in kinds else words()
    return found, found.languages[code]


@cache
def stops(code: str) -> tuple[Stop, ...]:
    return tuple(tour(*read(code)))


def seen(screen: Screen) -> list[str]:
    """All that a person reads of a screen: its text, and each button."""
    return [parse(screen.body).text, *(key.label for row in screen.rows for key in row)]


SHIPPED = tuple(words().languages)


@pytest.mark.parametrize("code", [*SHIPPED, *CODES.values()])
def test_every_screen_fits_telegram(code: str) -> None:
    """4,096 characters, 100 entities, 64 bytes a button, and no two buttons for the same place."""
    assert len(stops(code)) > 350
    for stop in stops(code):
        fits(stop.screen)


@pytest.mark.parametrize("code", SHIPPED)
def test_no_button_of_a_shipped_language_is_cut_on_a_phone(code: str) -> None:
    """Every label fits its row; buttons do not wrap (languages.md, 9)."""
    for stop in stops(code):
        for row in stop.screen.rows:
            for key in row:
                assert columns(key.label) <= WIDTHS[len(row)], (stop.title, key.label)


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_label_gets_a_row_of_its_own(kind: Pseudo) -> None:
    """Whatever a language needs, two buttons never stand where only one fits."""
    for stop in stops(CODES[kind]):
        for row in stop.screen.rows:
            for key in row if len(row) > 1 else ():
                assert columns(key.label) <= WIDTHS[len(row)], (stop.title, key.label)


@pytest.mark.parametrize("code", [*SHIPPED, *CODES.values()])
def test_no_screen_has_two_buttons_with_the_same_words(code: str) -> None:
    """Who reads them aloud, or taps by memory, must be able to tell them apart."""
    for stop in stops(code):
        labels = [key.label for row in stop.screen.rows for key in row]
        assert len(set(labels)) == len(labels), (stop.title, labels)


def outside(said: str) -> str:
    """What stands outside all brackets. Fails where one is not closed: a sentence was cut."""
    depth, left = 0, []
    for char in said:
        depth += (char == OPEN) - (char == CLOSE)
        assert depth >= 0, said
        if not depth and char not in OPEN + CLOSE:
            left.append(char)
    assert depth == 0, said
    return "".join(left)


def test_every_word_comes_from_the_catalogs() -> None:
    """In the bracketed language nothing stands outside the brackets but names: of countries, of
    months and time zones (CLDR's), of the other language, and what settings and people say. Three
    screens are in English, wholly or by their nature."""
    english = {"Choose a language", "In a group that is not ours", "A page, that could hurt"}
    for stop in (one for one in stops(CODES["long"]) if one.title not in english):
        for said in seen(stop.screen):
            left = re.sub(r"(?<!\w)/[a-z]+", "", outside(said))
            for value in _values():
                left = left.replace(value, "")
            assert not re.search(r"[^\W\d_]", left), (stop.group, stop.title, left)


@cache
def _values() -> tuple[str, ...]:
    """Words that no catalog says, the longest first."""
    english, form = read("en")[1], words().form
    found = {english.name, NUMBER, REFERENCE, str(CLINIC.name), str(CLINIC.contact), *TYPED}
    found |= {language.name for language in words().languages.values()}
    found |= {english.label(form.countries.name(code, "en")) for code in form.countries.codes}
    for stop in stops("en"):
        if "months" in stop.title or "zone" in stop.title:
            found |= {key.label for row in stop.screen.rows for key in row}
    return tuple(sorted(found, key=len, reverse=True))


def test_every_sentence_is_met_on_the_tour() -> None:
    """Each id of the catalogs, each part of a page, each word of the form is seen somewhere, so a
    translator finds every one of them in the preview."""
    found: set[str] = set()
    pseudo, language = read(CODES["ids"])
    both = (*stops(CODES["ids"]), *tour(pseudo, pseudo.languages.default))
    for stop in both:
        for said in seen(stop.screen):
            found |= set(re.findall(rf"{OPEN}([\w.-]+)", said))
    assert set(language.messages) - found == set()
    for id, page in words().library.pages["en"].items():
        assert {f"{id}.title", *(f"{id}.{n + 1}" for n in range(len(page.parts)))} <= found
    for id, field in words().form.words["en"].items():
        wanted = {f"{id}.label", *(f"{id}.{one}" for one in field.options)}
        wanted |= {f"{id}.full.{one}" for one in field.full}
        wanted |= {f"{id}.hint"} if field.hint else set()
        wanted |= {f"{id}.question"} if field.question.template is not None else set()
        wanted |= {f"{id}.wrong"} if field.wrong else set()
        assert wanted <= found, wanted - found
    letters = words().templates.for_language("en")
    assert {f"templates.{one.id}{end}" for one in letters for end in ("", ".title")} <= found
    assert {f"reasons.{reason}" for reason in words().form.reasons["en"]} <= found


def test_the_right_to_left_language_runs_from_right_to_left() -> None:
    """Arabic letters with Latin names between them; commands stay, and values stand apart."""
    menu = stops(CODES["rtl"])[0].screen
    assert re.search("[\u0627-\u064a]", menu.body)
    assert "CAR-NK" in menu.body
    case = next(stop for stop in stops(CODES["rtl"]) if stop.title == "/mycase, arrived")
    assert f"\u2068{NUMBER}\u2069" in case.screen.body
    manual = next(stop for stop in stops(CODES["rtl"]) if stop.title == "Help")
    assert "/emergency" in manual.screen.body


def test_two_tours_of_the_same_words_are_the_same() -> None:
    """So that two previews differ only where the words do."""
    assert tuple(tour(*read("en"))) == stops("en")
