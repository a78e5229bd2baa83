"""Figures with exactly their digits, money nobody can mistake, strangers' words kept in place."""

import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.core import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.formatting import FSI, PDI, RLM, Formats, clean, isolate, settle
from bot.i18n.text import Money, Percent

LANGUAGES = ("en", "zh_Hans", "zh_Hant", "ru", "es", "fr", "ar_EG", "fa", "he", "hi", "tr")


def formats(code: str) -> Formats:
    return Formats(Locale.parse(code))


def digits_of(words: str) -> str:
    return "".join(character for character in words if character.isdecimal())


# Figures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("12.5", "12.5%"),
        ("99.5", "99.5%"),
        ("0.05", "0.05%"),
        ("48.6", "48.6%"),
        ("48.60", "48.60%"),
        ("48", "48%"),
        ("100", "100%"),
        ("0", "0%"),
        ("-3.0", "-3.0%"),
    ],
)
def test_a_percentage_keeps_its_digits(amount: str, shown: str) -> None:
    """A medical figure is never rounded, and its precision is not hidden."""
    assert formats("en").percent(Percent(Decimal(amount))) == shown


def test_a_percentage_is_written_as_the_language_does() -> None:
    """Comma, space and place of the sign are the language's."""
    share = Percent(Decimal("48.60"))
    assert formats("ru").percent(share) == "48,60\u00a0%"
    assert formats("tr").percent(share) == "%48,60"
    assert formats("zh_Hans").percent(share) == "48.60%"


def test_equal_numbers_with_other_digits_are_not_mixed_up() -> None:
    """48.6 and 48.60 are equal to Python, and still each is shown as it was given."""
    english = formats("en")
    for _ in range(2):
        assert english.percent(Percent(Decimal("48.6"))) == "48.6%"
        assert english.percent(Percent(Decimal("48.60"))) == "48.60%"
        assert english.number(Decimal("1.0")) == "1.0"
        assert english.number(1) == "1"


def test_numbers_are_grouped() -> None:
    """Large numbers are read in groups, as the language writes them."""
    assert formats("en").number(1290000) == "1,290,000"
    assert formats("ru").number(Decimal("1290000.50")) == "1\u00a0290\u00a0000,50"
    assert formats("en").number(Decimal("1E+3")) == "1,000"
    assert formats("en").number(-7) == "-7"


@pytest.mark.parametrize(
    "odd", ["NaN", "Infinity", "-Infinity", "1E+999999", "1E-999999", "9" * 60]
)
def test_odd_numbers_are_shown_as_they_are(odd: str) -> None:
    """Nothing that Decimal can hold raises or fills the memory."""
    value = Decimal(odd)
    assert formats("fr").number(value) == str(value)
    assert str(value) in formats("fr").percent(Percent(value))
    assert str(value) in formats("fr").money(Money(value, "USD"))


_places = st.integers(0, 6)
_amounts = st.builds(lambda n, places: Decimal(n).scaleb(-places), st.integers(0, 10**12), _places)


@given(st.sampled_from(LANGUAGES), _amounts)
def test_every_language_shows_exactly_the_digits_given(code: str, amount: Decimal) -> None:
    """No digit is lost, added or rounded, and all of them are 0-9."""
    given_digits = digits_of(f"{amount:f}")
    written = formats(code)
    for words in (
        written.number(amount),
        written.percent(Percent(amount)),
        written.money(Money(amount, "CNY")),
    ):
        assert digits_of(words) == given_digits
        assert digits_of(words).isascii()


# Money, dates, lists -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "dollars", "yuan"),
    [
        ("en", "475,000 US dollars", "999,000 Chinese yuan"),
        ("zh_Hans", "475,000美元", "999,000人民币"),
        ("zh_Hant", "475,000 美元", "999,000 人民幣"),
        ("ru", "475\u00a0000 долларов США", "999\u00a0000 китайских юаней"),
        ("es", "475.000 dólares estadounidenses", "999.000 yuanes renminbi"),
    ],
)
def test_money_is_named_in_full(code: str, dollars: str, yuan: str) -> None:
    """Neither `$` nor `¥` alone, which are several currencies, and no cents that nobody gave."""
    assert formats(code).money(Money(Decimal(475000), "USD")) == dollars
    assert formats(code).money(Money(Decimal(999000), "CNY")) == yuan


def test_money_follows_its_number() -> None:
    """One dollar, two dollars: the name is declined, and given cents are kept."""
    assert formats("en").money(Money(Decimal(1), "USD")) == "1 US dollar"
    assert formats("ru").money(Money(Decimal(2), "USD")) == "2 доллара США"
    assert formats("en").money(Money(Decimal("47.50"), "USD")) == "47.50 US dollars"
    assert formats("en").money(Money(Decimal(3), "QQQ")) == "3 QQQ"


def test_a_date_is_written_out() -> None:
    """No date can be read as another: months are words, or the order is year first."""
    day = date(2026, 3, 5)
    assert formats("en").date(day) == "March 5, 2026"
    assert formats("en").date(day, "medium") == "Mar 5, 2026"
    assert formats("en").date(day, "full") == "Thursday, March 5, 2026"
    assert formats("zh_Hans").date(day) == "2026年3月5日"
    assert formats("ru").date(day) == "5 марта 2026\u202fг." or "марта 2026" in formats("ru").date(
        day
    )
    assert formats("en").date(datetime(2026, 3, 5, 12)) == "March 5, 2026"  # noqa: DTZ001 - a day


def test_a_moment_is_written_by_its_own_clock() -> None:
    """Day and time as the language writes them, and what that clock is called."""
    at = datetime(2026, 3, 5, 6, 5, tzinfo=UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    assert formats("en").moment(at) == "March 5, 2026, 2:05\u202fPM"
    assert formats("zh_Hans").moment(at) == "2026年3月5日 14:05"
    assert formats("en").soon(at) == "Mar 5, 2:05\u202fPM"
    assert formats("zh_Hans").soon(at) == "3月5日 14:05"
    assert formats("en").clock("Asia/Shanghai") == "China Time"
    assert formats("zh_Hans").clock("America/New_York") == "北美东部时间"
    with pytest.raises(LookupError):
        formats("en").clock("Nowhere/At_All")


def test_a_list_reads_as_a_sentence() -> None:
    """Commas and the last word are the language's, and braces in an item mean nothing."""
    assert formats("en").items(["A", "B", "{0}"]) == "A, B, and {0}"
    assert formats("zh_Hans").items(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert formats("en").items(["A"]) == "A"
    assert formats("en").items([]) == ""


# Strangers' words --------------------------------------------------------------------------------


def test_ordinary_words_are_left_alone() -> None:
    """Names, emoji families, dashes and quotes of all languages pass unchanged."""
    for words in (
        "李伟",
        "O'Brien-Ñuñez",
        "👩‍👩‍👧",
        "محمد",
        "नमस्ते",
        "a\nb",
        "475\u00a0000",
        "می‌خواهم",
    ):
        assert clean(words) == words


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\u202eb", "ab"),
        ("a\u2069b\u2066", "ab"),
        ("a\x00\x1b[31mb\x7f\x9f", "a[31mb"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("a\tb", "a b"),
        ("a\ud800b", "ab"),
    ],
)
def test_characters_that_act_on_their_surroundings_go(sent: str, kept: str) -> None:
    """Direction overrides, controls and half characters are removed; line ends become one kind."""
    assert clean(sent) == kept


def test_isolates_stand_only_where_they_do_something() -> None:
    """Marks are invisible at best, so an English sentence with an English name has none."""
    assert isolate("Li", right_to_left=False) == "Li"
    assert isolate("李伟", right_to_left=False) == "李伟"
    assert isolate("محمد", right_to_left=False) == f"{FSI}محمد{PDI}"
    assert isolate("Li", right_to_left=True) == f"{FSI}Li{PDI}"
    assert isolate("", right_to_left=True) == ""
    assert isolate("א\n\nב", right_to_left=False) == f"{FSI}א{PDI}\n\n{FSI}ב{PDI}"


_OPENING = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
_wild = st.text(
    st.one_of(
        st.sampled_from(
            "aא١\n\r\t\u2028\u2029\u202a\u202c\u202e\u2066\u2067\u2068\u2069\u200f\x85"
        ),
        st.characters(),
    ),
    max_size=60,
)


@given(_wild, st.booleans())
def test_no_value_breaks_out_of_its_isolate(sent: str, right_to_left: bool) -> None:
    """Every line of what a stranger sent opens and closes what it opens, and nothing else."""
    shown = isolate(clean(sent), right_to_left)
    for line in shown.split("\n"):
        inner = line.removeprefix(FSI).removesuffix(PDI) if line.startswith(FSI) else line
        assert line in (inner, f"{FSI}{inner}{PDI}")
        assert not _OPENING & set(inner)
        assert PDI not in inner
        rtl = any(unicodedata.bidirectional(character) in ("R", "AL") for character in inner)
        assert line != inner or not inner or not (right_to_left or rtl)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown.replace("\n", ""))
    assert clean(clean(sent)) == clean(sent)


# Right-to-left sentences -------------------------------------------------------------------------


def test_phone_numbers_in_arabic_are_isolated() -> None:
    """A number with spaces would be shown back to front."""
    assert settle("اتصل +86 10-6532 1234 الآن") == f"اتصل {FSI}+86 10-6532 1234{PDI} الآن"
    assert settle("اتصل <code>+86 10-6532 1234</code>") == "اتصل <code>+86 10-6532 1234</code>"
    assert settle('<a href="tel:+861065321234">اتصل</a>') == '<a href="tel:+861065321234">اتصل</a>'


def test_a_line_that_begins_in_latin_keeps_its_direction() -> None:
    """A drug's name at the start does not throw the full stop to the wrong side."""
    arabic = "<b>CAR-NK</b> علاج.\n\n{name}: نعم.\n&amp; Z علاج"
    assert settle(arabic) == f"{RLM}<b>CAR-NK</b> علاج.\n\n{{name}}: نعم.\n{RLM}&amp; Z علاج"


def test_english_that_stands_in_is_left_alone() -> None:
    """A sentence without right-to-left letters needs no marks."""
    assert settle("Call +86 10-6532 1234.") == "Call +86 10-6532 1234."
