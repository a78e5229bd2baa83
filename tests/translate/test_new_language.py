"""A language begins: its files, and what a translator is told to do next."""

import pytest

from bot.translate.new_language import NoLanguage, normalised
from bot.words import read_words
from tests.translate.conftest import Desk


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("zh-TW", "zh_Hant"),
        ("zh_hk", "zh_Hant"),
        ("zh-Hant", "zh_Hant"),
        ("ZH_hant_hk", "zh_Hant_HK"),
        ("zh", "zh_Hans"),
        ("zh-CN", "zh_Hans"),
        ("ar", "ar"),
        ("pt-br", "pt_BR"),
        ("sr-ME", "sr_Latn"),
        ("sr", "sr"),
        ("iw", "he"),
        ("no", "nb"),
        ("yue", "yue"),
        ("es-419", "es_419"),
    ],
)
def test_a_language_has_one_spelling_however_it_is_typed(typed: str, code: str) -> None:
    """As the folders are spelt, with the script where its readers need to know it."""
    assert normalised(typed) == code


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Arabic", "Did you mean “ar”?"),
        ("portugese", "Did you mean “pt”?"),
        ("xx", "Name it like ar or pt-BR."),
        ("", "Name it like ar or pt-BR."),
        ("../../etc", "Name it like ar or pt-BR."),
        ("zh-Hant-TW-x-mine", "Name it like ar or pt-BR."),
        ("zh-Qqqq", "There is no script “Qqqq”."),
        ("pt-QQ", "There is no country “QQ”."),
    ],
)
def test_nonsense_is_refused_in_one_sentence(desk: Desk, typed: str, told: str) -> None:
    """No file is made for what is no language."""
    with pytest.raises(NoLanguage, match=r"\.|\?"):
        normalised(typed)
    before = sorted(desk.root.rglob("*"))
    done = desk.runs("new-language", typed)
    assert done.exit_code == 2
    assert told in done.output
    assert sorted(desk.root.rglob("*")) == before


def test_what_is_here_is_not_begun_again(desk: Desk) -> None:
    """English, and a language that has a folder, in whatever spelling."""
    assert "here already" in desk.runs("new-language", "en").output
    assert "`python -m bot status zh_Hans`" in desk.runs("new-language", "zh-CN").output


def test_a_new_language_is_a_draft_with_everything_to_overwrite(desk: Desk) -> None:
    """Arabic: six plural forms, right to left, all English sentences and items, and no complaint;
    readers see English until somebody writes."""
    done = desk.runs("new-language", "ar")
    assert done.exit_code == 0
    for told in ("Arabic (ar) is begun as a draft: right to left.", "العربية", "6 forms", "Next:"):
        assert told in done.output
    assert "usual list" not in done.output
    words = read_words(desk.locales, desk.content)
    arabic = words.languages["ar"]
    assert (arabic.status, arabic.direction, arabic.name) == ("draft", "rtl", "العربية")
    assert arabic not in words.languages.offered
    assert [one.path for one in words.notices] == ["content/ar/safety.yaml"]
    raw = desk.catalog("ar").read_text("utf-8")
    assert "nplurals=6" in raw
    assert raw.count("msgctxt") == desk.catalog("en").read_text("utf-8").count("msgctxt")
    assert 'msgctxt "button.back"' in raw
    assert {path.name for path in (desk.content / "ar").iterdir()} == {
        path.name for path in (desk.content / "en").iterdir()
    } - {"safety.yaml"}
    for path in (desk.content / "ar").iterdir():
        text = path.read_text("utf-8")
        assert text.endswith("\n")
        assert "facts:" not in text
        assert "sources: [" not in text
    assert words.library.pages["ar"] == {}
    assert words.library.read("costs", "ar").page.language == "en"
    assert desk.runs("update", "ar").output == "ar: up to date.\n"


def test_what_is_written_over_the_english_is_accepted_in_one_step(desk: Desk) -> None:
    """`accept ar` takes what was changed, passes over what still is the English, and readers see
    the page, the question, the block and the source."""
    desk.runs("new-language", "ar")
    folder = desk.content / "ar"
    desk.edits(folder / "costs.yaml", ("What it costs", "التكلفة"))
    desk.edits(folder / "form.yaml", ("Are you 18 or older?", "هل عمرك 18 سنة أو أكثر؟"))
    desk.edits(folder / "references.yaml", ("Liu and others", "Liu وآخرون"))
    done = desk.runs("accept", "ar")
    assert done.output == "3 marked as up to date.\n"
    words = read_words(desk.locales, desk.content)
    assert list(words.library.pages["ar"]) == ["costs"]
    assert words.library.read("costs", "ar").page.language == "ar"
    assert list(words.form.words["ar"]) == ["adult"]
    refused = desk.runs("accept", "ar", "limits")
    assert refused.exit_code == 1
    assert "[limits] still says exactly what the English says." in refused.output
    assert desk.runs("accept", "ar", "R2").output == "1 marked as up to date.\n"


def test_a_language_that_gettext_does_not_know_gets_cldrs_plural_rule_and_a_warning(
    desk: Desk,
) -> None:
    """Filipino counts by its last digit; somebody who speaks it is asked."""
    done = desk.runs("new-language", "fil")
    assert "ask\n  somebody who speaks it" in done.output
    assert "msgstr[1] for 4, 6, 9" in done.output


def test_a_language_that_cldr_knows_only_by_name_can_be_begun(desk: Desk) -> None:
    """Hakka: no name in itself, no plural rule; both are asked for."""
    done = desk.runs("new-language", "hak")
    assert done.exit_code == 0
    assert "please write it" in done.output
    assert "somebody who speaks it" in done.output
    assert read_words(desk.locales, desk.content).languages["hak"].status == "draft"
