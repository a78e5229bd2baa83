"""Which language a person gets, from whatever their client sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.matching import How, Match, Tag, expand, match, read_tag

SHIPPED = ("en", "zh_Hans")
WIDE = ("en", "zh_Hans", "zh_Hant", "ar", "pt_BR", "es", "ru", "sr_Latn", "nb", "he")


@pytest.mark.parametrize(
    ("tag", "code", "how"),
    [
        ("en", "en", How.EXACT),
        ("en-GB", "en", How.EXACT),
        ("EN_us", "en", How.EXACT),
        ("zh", "zh_Hans", How.EXACT),
        ("zh-cn", "zh_Hans", How.EXACT),
        ("zh-SG", "zh_Hans", How.EXACT),
        ("zh-hans", "zh_Hans", How.EXACT),
        ("zh-hans-raw", "zh_Hans", How.EXACT),
        ("cmn", "zh_Hans", How.EXACT),
        ("zh-cmn-Hans", "zh_Hans", How.EXACT),
        ("zh_CN.UTF-8", "zh_Hans", How.EXACT),
        ("zh-u-nu-hant", "zh_Hans", How.EXACT),
        ("wuu", "zh_Hans", How.NEAR),
        ("yue-CN", "zh_Hans", How.NEAR),
        ("zh-hant", "zh_Hans", How.OTHER_SCRIPT),
        ("zh-tw", "zh_Hans", How.OTHER_SCRIPT),
        ("zh-hk", "zh_Hans", How.OTHER_SCRIPT),
        ("zh-hant-raw", "zh_Hans", How.OTHER_SCRIPT),
        ("yue", "zh_Hans", How.OTHER_SCRIPT),
        ("zh-min-nan", "zh_Hans", How.OTHER_SCRIPT),
        ("zh-min", "zh_Hans", How.OTHER_SCRIPT),
        ("pt-br", "en", How.NONE),
        ("xx", "en", How.NONE),
        ("i-klingon", "en", How.NONE),
        ("x-zh", "en", How.NONE),
        ("language", "en", How.NONE),
        ("---", "en", How.NONE),
        ("", "en", How.NONE),
        (None, "en", How.NONE),
    ],
)
def test_the_two_shipped_languages(tag: str | None, code: str, how: How) -> None:
    """Every tag seen from clients gets the language its reader surely reads, or a plain guess."""
    assert match(tag, SHIPPED) == Match(code, how)


@pytest.mark.parametrize(
    ("tag", "code", "how"),
    [
        ("zh-hk", "zh_Hant", How.EXACT),
        ("zh-mo", "zh_Hant", How.EXACT),
        ("zh-yue", "zh_Hant", How.NEAR),
        ("hak", "zh_Hant", How.NEAR),
        ("yue-Hans", "zh_Hans", How.NEAR),
        ("pt", "pt_BR", How.EXACT),
        ("pt-PT", "pt_BR", How.NEAR),
        ("es-419", "es", How.EXACT),
        ("sr", "sr_Latn", How.OTHER_SCRIPT),
        ("sh", "sr_Latn", How.EXACT),
        ("sr-ME", "sr_Latn", How.EXACT),
        ("no", "nb", How.EXACT),
        ("nn-NO", "nb", How.NEAR),
        ("iw", "he", How.EXACT),
        ("hr", "en", How.NONE),
    ],
)
def test_many_languages(tag: str, code: str, how: How) -> None:
    """Scripts, regions, old codes and close relatives find what is nearest."""
    assert match(tag, WIDE) == Match(code, how)


def test_the_own_variant_goes_before_the_general_one() -> None:
    """Where a region has a catalog of its own, its readers get it, and others the general one."""
    assert match("pt-pt", ("pt", "pt_BR", "pt_PT")) == Match("pt_PT", How.EXACT)
    assert match("pt-br", ("pt", "pt_BR")).code == "pt_BR"
    assert match("en", ("en_US", "en")) == Match("en", How.EXACT)
    assert match("en-GB", ("en_US", "en")) == Match("en", How.EXACT)
    assert match("en", ("en_GB",)) == Match("en_GB", How.NEAR)


def test_neighbours_of_cldr_go_before_strangers() -> None:
    """A reader in Angola is given Portugal's words, not Brazil's, when both are there."""
    assert match("pt-AO", ("pt_BR", "pt_PT")) == Match("pt_PT", How.NEAR)
    assert match("pt-AO", ("pt_BR",)) == Match("pt_BR", How.NEAR)


def test_the_default_is_the_callers() -> None:
    """What fits nothing gets the default, even one that is not offered."""
    assert match("tlh", ("en", "ru"), default="ru") == Match("ru", How.NONE)
    assert match("tlh", (), default="qq") == Match("qq", How.NONE)


def test_an_offered_code_that_is_no_tag_is_passed_over() -> None:
    """A folder with an odd name does not disturb the others."""
    assert match("ru", ("pseudo!", "ru")) == Match("ru", How.EXACT)


def test_a_tag_is_read_in_any_order_and_spelling() -> None:
    """Parts are known by their form; the first of a kind counts, and extensions end it."""
    assert read_tag("ZH-tw-hANT-cn") == Tag("zh", "Hant", "TW")
    assert read_tag("es_419") == Tag("es", "", "419")
    assert read_tag("de-1901-x-at") == Tag("de")
    assert read_tag("pt_BR") == Tag("pt", "", "BR")
    assert Tag("zh", "Hans", "SG").code == "zh_Hans_SG"


def test_what_a_tag_leaves_unsaid_comes_from_cldr() -> None:
    """Script and region are filled in, what is said stays, and the unknown stays as it is."""
    assert expand(Tag("zh", "", "TW")) == Tag("zh", "Hant", "TW")
    assert expand(Tag("zh", "Hans", "TW")) == Tag("zh", "Hans", "TW")
    assert expand(Tag("zh", "", "SG")) == Tag("zh", "Hans", "SG")
    assert expand(Tag("qq")) == Tag("qq")


_junk = st.one_of(
    st.text(max_size=4096),
    st.lists(
        st.sampled_from(["zh", "Hant", "hans", "yue", "tw", "", "x", "419", "raw", "en", "İ", "ß"]),
        max_size=40,
    ).map("-".join),
)


@given(_junk, st.lists(st.sampled_from(WIDE), unique=True))
def test_any_junk_gets_a_language(tag: str, available: list[str]) -> None:
    """Whatever a stranger sends, the answer is one of ours or the default, and never an error."""
    found = match(tag, available)
    assert found.code in available or found == Match("en", How.NONE)


@given(st.sampled_from(WIDE), st.sampled_from("-_"), st.booleans())
def test_our_own_codes_are_exact(code: str, separator: str, upper: bool) -> None:
    """A language asked for by its own name is found, in any spelling."""
    tag = code.replace("_", separator)
    assert match(tag.upper() if upper else tag, WIDE) == Match(code, How.EXACT)


def test_a_tag_of_any_length_is_read_quickly() -> None:
    """Only the beginning of a tag is looked at, so its length costs nothing."""
    assert match("zh-hant" + "-zzzzz" * 700_000, WIDE) == Match("zh_Hant", How.EXACT)
