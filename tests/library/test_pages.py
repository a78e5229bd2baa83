"""Which words a reader gets: fresh, stale, in English, and when a page falls due."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n.strict import read_yaml
from bot.library.pages import REVIEW_OTHER, REVIEW_VOLATILE, Link, State, content_hash
from bot.library.reading import english_hash
from tests.library.shelf import Shelf

ITEM = {"title": "A title", "button": "A", "parts": ["One.\n\nTwo.", {"text": "Three"}]}


def test_a_sound_library_is_fresh_in_both_languages(shelf: Shelf) -> None:
    """Every page is read in the language asked for, and nothing is left to tell."""
    library = shelf.read()
    assert shelf.notices == []
    assert library.menu == ("basics", "risks")
    for language in ("en", "zh_Hans"):
        for page in library.nodes:
            reading = library.read(page, language)
            assert (reading.state, reading.page.language) == (State.FRESH, language)


def test_a_page_carries_its_credentials(shelf: Shelf) -> None:
    """Facts, sources, evidence come from English for every language; review is each one's own."""
    library = shelf.read()
    english, chinese = (library.read("basics", code).page for code in ("en", "zh_Hans"))
    assert english.facts == chinese.facts == ("F1",)
    assert english.evidence == chinese.evidence == "H"
    assert (english.reviewed, chinese.reviewed) == (date(2026, 11, 22), date(2026, 11, 21))
    assert library.read("more", "en").page.reviewer == "a doctor"
    assert [source.title.template for source in english.sources] == ["Liu and others, 2020"]
    assert [source.title.template for source in chinese.sources] == ["Liu等，2020年"]
    assert chinese.sources[0].url == "https://doi.org/10.1056/NEJMoa1910607"


def test_a_source_without_a_label_shows_its_citation_safely(shelf: Shelf) -> None:
    """Without a label of its own the citation is shown, with nothing in it read as a tag."""
    shelf.write("en/references.yaml", 'R2:\n  title: "A & B"\n')
    shelf.write("zh_Hans/references.yaml", "")
    (shelf.root / "zh_Hans/references.yaml").unlink()
    library = shelf.read()
    cited = [source.title.template for source in library.read("more", "zh_Hans").page.sources]
    assert cited == [
        "A &amp; B",
        "Liu E, et al. &lt;i&gt;N Engl J Med&lt;/i&gt; 2020 &amp; more",
    ]


def test_a_stale_translation_stays_with_a_notice(shelf: Shelf) -> None:
    """When the English changes, the translation is still shown, marked as stale."""
    shelf.change("en/basics.yaml", "white", "pale")
    library = shelf.read()
    reading = library.read("basics", "zh_Hans")
    assert (reading.state, reading.page.language) == (State.STALE, "zh_Hans")
    assert library.read("more", "zh_Hans").state is State.FRESH
    assert library.read("basics", "en").state is State.FRESH


def test_a_stale_translation_that_could_hurt_is_not_shown(shelf: Shelf) -> None:
    """On a page marked `high`, a translation of older English gives way to the English."""
    shelf.change("en/risks.yaml", "Low blood counts.", "Very low blood counts.")
    reading = shelf.read().read("risks", "zh_Hans")
    assert (reading.state, reading.page.language) == (State.STALE, "en")
    assert "Very low" in str(reading.page.parts[0].template)


def test_a_page_that_nobody_has_begun_is_english(shelf: Shelf) -> None:
    """`from: none`: it still holds the English words, whatever they are by now."""
    begun = shelf.text("zh_Hans/risks.yaml").split("\n")
    begun[1] = "  from: none"
    shelf.write("zh_Hans/risks.yaml", "\n".join(begun))
    library = shelf.read()
    assert library.read("risks", "zh_Hans").page is library.read("risks", "en").page
    assert "risks" not in library.pages["zh_Hans"]
    assert library.read("basics", "zh_Hans").state is State.FRESH


def test_a_missing_page_or_language_is_english_as_a_whole(shelf: Shelf) -> None:
    """What a language does not have is the English page, never a mixture."""
    (shelf.root / "zh_Hans/risks.yaml").unlink()
    library = shelf.read()
    for language in ("zh_Hans", "fr"):
        reading = library.read("risks", language)
        assert (reading.state, reading.page) == (State.MISSING, library.pages["en"]["risks"])


def test_a_page_that_does_not_exist_is_a_key_error(shelf: Shelf) -> None:
    """An address to a page that is gone can be told from one that is there."""
    with pytest.raises(KeyError):
        shelf.read().read("gone", "zh_Hans")


def test_pages_on_volatile_facts_fall_due_sooner(shelf: Shelf) -> None:
    """One volatile fact is enough for 90 days; without any it is twelve months."""
    pages = shelf.read().pages["zh_Hans"]
    assert timedelta(days=90) == REVIEW_VOLATILE < REVIEW_OTHER == timedelta(days=365)
    assert pages["more"].due == date(2026, 11, 22) + REVIEW_VOLATILE
    assert pages["basics"].due == date(2026, 11, 21) + REVIEW_OTHER


def test_places_in_the_structure_are_read(shelf: Shelf) -> None:
    """Parents, children, standing lines, marks and links are where the structure put them."""
    nodes = shelf.read().nodes
    assert (nodes["basics"].parent, nodes["more"].parent) == (None, "basics")
    assert nodes["basics"].children == ("more",)
    assert nodes["basics"].lines == ("safety.sw2",)
    assert (nodes["risks"].high, nodes["risks"].ties) == (True, True)
    assert (nodes["basics"].high, nodes["basics"].ties) == (False, False)
    (link,) = nodes["basics"].links
    assert link.label == "button.search"
    assert link.url("zh_Hans") == "https://example.org/zh"
    assert link.url("fr") == link.url("en") == "https://example.org/en"


def test_a_page_with_two_ways_to_it_goes_back_the_first(shelf: Shelf) -> None:
    """A child of two pages leads back to the one nearer to the menu, and to the menu if there."""
    shelf.change(
        "structure.yaml", "    section: risks\n", "    section: risks\n    children: [more]\n"
    )
    shelf.change("structure.yaml", "children: [more]", "children: [more, risks]")
    nodes = shelf.read().nodes
    assert (nodes["more"].parent, nodes["risks"].parent) == ("basics", None)


def test_one_address_serves_every_language() -> None:
    """A link with one address has it for all."""
    assert Link("button.x", {"en": "https://a.org"}).url("zh_Hans") == "https://a.org"


def test_the_hash_sees_wording_only(shelf: Shelf) -> None:
    """Quoting, block style, order of keys, comments, note and review date leave it as it is."""
    before = english_hash(read_yaml(shelf.root / "en/basics.yaml", "x")["more"])
    shelf.write(
        "en/basics.yaml",
        "# comment\nmore:\n  note: 'new'\n  parts:\n  - |\n      No product was approved.   \n\n"
        "  evidence: L\n  button: More\n  reviewed: {by: x, on: 2027-01-01}\n"
        "  facts: [F1]\n  title: 'More about it'\n",
    )
    assert english_hash(read_yaml(shelf.root / "en/basics.yaml", "x")["more"]) == before
    shelf.change("en/basics.yaml", "approved.", "approved!")
    assert english_hash(read_yaml(shelf.root / "en/basics.yaml", "x")["more"]) != before


def test_the_hash_is_the_same_tomorrow() -> None:
    """The hash of given words is a known one: a change of its making makes all pages stale."""
    assert content_hash({"title": "细胞 é", "parts": ["a\nb"]}) == "067cb652"


@pytest.mark.parametrize(
    "other",
    [
        {**ITEM, "title": "A titlE"},
        {**ITEM, "button": "B"},
        {**ITEM, "parts": ["One.\n\nTwo."]},
        {**ITEM, "parts": [{"text": "Three"}, "One.\n\nTwo."]},
        {**ITEM, "parts": ["One.\nTwo.", {"text": "Three"}]},
        {**ITEM, "parts": ["One.\n\n Two.", {"text": "Three"}]},
        {**ITEM, "parts": ["One.\n\nTwo.", "Three"]},
        {"title": "A title", "button": "A"},
        {**ITEM, "parts": None},
    ],
)
def test_the_hash_sees_every_change_of_words(other: dict[str, object]) -> None:
    """Other words, another order, fewer parts or other paragraphs: another hash."""
    assert content_hash(other) != content_hash(ITEM)


@settings(deadline=None)
@given(
    st.dictionaries(st.text(), st.text(alphabet="ab é\n中") | st.lists(st.text("ab \n"))),
    st.randoms(use_true_random=False),
)
def test_the_hash_does_not_depend_on_order_or_trailing_blanks(
    fields: dict[str, str | list[str]], random: object
) -> None:
    """Keys in another order and blanks at the ends of lines change nothing."""

    def padded(words: str) -> str:
        return "\n".join(line + "  " for line in words.split("\n")) + "\n\n"

    other = {
        key: padded(value) if isinstance(value, str) else tuple(map(padded, value))
        for key, value in reversed(fields.items())
    }
    assert content_hash(other) == content_hash(fields)
    assert len(content_hash(fields)) == 8
