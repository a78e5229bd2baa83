"""Does an answer fit? Each kind of question, with what people really type, and any text at all."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.intake.checks import PRIVATE, Misfit, check
from bot.dialogue.intake.form import SENT
from bot.dialogue.intake.months import STORED
from bot.dialogue.intake.typed import length
from tests.dialogue.intake.forms import TODAY, answered, said, shipped, step

FIELDS = [one.id for one in shipped().steps]


def reason(id: str, typed: str, country: str | None = "CN") -> str:
    found = answered(id, typed, country)
    assert isinstance(found, Misfit), found
    return found.reason


# ── choosing by typing ──


@pytest.mark.parametrize(
    ("id", "typed", "wanted"),
    [
        ("adult", "yes", "yes"),
        ("adult", " YES! ", "yes"),
        ("adult", "是", "yes"),
        ("adult", "2", "no"),
        ("adult", "２.", "no"),
        ("who", "I am the patient", "patient"),
        ("who", "患者本人", "patient"),
        ("who", "FAMILY OR FRIEND", "family"),
        ("diagnosis", "b cell lymphoma", "b-lymphoma"),
        ("diagnosis", "慢性淋巴细胞白血病", "cll"),
        ("diagnosis", "Acute myeloid leukaemia (AML)", "aml"),
        ("diagnosis", "９", "other"),
        ("activity", "卧床不起，完全不能自理", "in-bed"),
        ("soon", "in 1-3 months", "months"),
        ("budget-usd", "Up to US$15,000", "to-15k"),
        ("reports", "not now", "not-now"),
        ("cell-when", "Not sure", "not-sure"),
        ("cell-when", "不确定", "not-sure"),
    ],
)
def test_the_words_of_a_button_choose_it(id: str, typed: str, wanted: str) -> None:
    """In any language, small or large, wide or not; its number, too."""
    assert answered(id, typed) == wanted


@pytest.mark.parametrize(
    ("id", "typed"), [("adult", "no thanks"), ("adult", "3"), ("who", "🙂"), ("reports", "a file")]
)
def test_other_words_choose_nothing(id: str, typed: str) -> None:
    """What is not exactly a button could mean its opposite."""
    assert reason(id, typed) == "choose"


@pytest.mark.parametrize("id", ["c1", "c2", "c4", "c5"])
@pytest.mark.parametrize("typed", ["yes", "I agree", "1", "同意"])
def test_a_consent_is_never_typed(id: str, typed: str) -> None:
    """Only its own button agrees to anything."""
    assert reason(id, typed) == "choose"


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("45", "40-64"),
        ("７", "under-14"),
        ("14", "14-17"),
        ("13", "under-14"),
        ("17", "14-17"),
        ("18", "18-39"),
        ("75", "75-plus"),
        ("100", "75-plus"),
        ("75+", "75-plus"),
        ("75 or older", "75-plus"),
        ("40–64岁", "40-64"),
    ],
)
def test_an_age_chooses_its_group(typed: str, wanted: str) -> None:
    """A bare number is an age."""
    assert answered("age", typed) == wanted


@pytest.mark.parametrize("typed", ["3", "6", "30 months", "5 and 7", "126", "1980", "forty", ""])
def test_what_may_not_be_an_age_chooses_no_group(typed: str) -> None:
    """A child of three and the third button look the same, and 30 months are not 30 years."""
    assert reason("age", typed) == "choose"


# ── several at once ──


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("chemotherapy", ("chemo",)),
        ("3", ("surgery",)),
        ("1, 3", ("chemo", "surgery")),
        ("3 1", ("chemo", "surgery")),
        ("手术、化疗", ("chemo", "surgery")),
        ("R-CHOP x 6", ("R-CHOP x 6",)),
        ("CAR-T, rituximab, 6", ("car-t", "CAR-T, rituximab, 6")),
        ("chemotherapy and surgery", ("chemotherapy and surgery",)),
        ("1,2,3,4,5,6,7,8,9,10,11,1", Misfit("too-short")),
        ("none, surgery", ("none",)),
    ],
)
def test_several_answers_can_be_typed_at_once(typed: str, wanted: object) -> None:
    """A list of buttons ticks them; anything else is kept as it was written, the rest ticked."""
    assert answered("treatments", typed) == wanted


def test_where_no_own_words_are_taken_a_list_must_be_one() -> None:
    """“Help with” has buttons only."""
    assert answered("help", "trials and centres, 3") == ("trials", "costs")
    assert reason("help", "trials, and what else you have") == "choose"


# ── words ──


def test_own_words_are_taken_where_the_list_may_lack_something() -> None:
    """A diagnosis that is not on the list, and a stage as the report has it."""
    assert answered("diagnosis", " cancer of the\nbile  duct ") == "cancer of the bile duct"
    assert answered("diagnosis", "胆管癌") == "胆管癌"
    assert answered("stage", "4") == "4"
    assert answered("stage", "IIIB") == "IIIB"


@pytest.mark.parametrize(
    ("id", "typed", "why"),
    [
        ("diagnosis", "x", "too-short"),
        ("diagnosis", "99", "too-short"),
        ("diagnosis", "x" * 121, "too-long"),
        ("stage", "", "too-short"),
        ("stage", "...", "too-short"),
        ("stage", "x" * 61, "too-long"),
        ("question", "。。。", "too-short"),
        ("question", "x" * 1001, "too-long"),
        ("question", "x" * 20_000, "too-long"),
        ("adult", "x" * 20_000, "unclear"),
        ("treatments", "x" * 501, "too-long"),
        ("name", "\u3164\u200b", "too-short"),
        ("name", "n" * 41, "too-long"),
        ("name", "ann@example.com", "link"),
        ("name", "www.ann.example", "link"),
        ("name", "t.me/ann or anna.com", "link"),
        ("name", "Ann 138 001", "number"),
        ("name", "Ann ١٢٣٤٥٦", "number"),
    ],
)
def test_words_that_do_not_fit_are_refused_with_the_reason(id: str, typed: str, why: str) -> None:
    """Too short, too long, an address or a number in a name."""
    assert reason(id, typed) == why


@pytest.mark.parametrize(
    "typed",
    [
        "Anna",
        "小李",
        "J.R. Smith",
        "Dr.Li",
        "O’Brien",
        "X Æ A-12",
        "😊",
        "👨‍👩‍👧‍👦" * 40,
        "é" * 40,
        "n" * 40,
    ],
)
def test_names_are_taken_as_people_have_them(typed: str) -> None:
    """Forty characters as people count, in any script, with dots and emoji."""
    assert answered("name", typed) == unicodedata.normalize("NFC", typed)


def test_a_long_answer_keeps_its_lines() -> None:
    """Paragraphs of a question stay; those of a short answer become blanks."""
    assert answered("question", "One.\r\n\r\n\r\n\r\nTwo. \n three") == "One.\n\nTwo.\nthree"
    assert answered("tumour", "one\ntwo") == "one two"


# ── months ──


@pytest.mark.parametrize(
    "typed",
    [
        *("2025-03", "2025/3", "2025.3", "3/2025", "03/2025", "3.2025", "202503"),
        *("March 2025", "2025 March", "mar 2025", "Mar. 2025", "MARCH, 2025", "15 March 2025"),
        *("March 5th 2025", "March 5, 2025", "2025-03-14", "14/03/2025", "03/14/2025"),
        *("3/3/2025", "2025年3月", "2025 年 3 月", "2025年3月5日", "25年3月", "2025年三月"),
        *("２０２５年３月", "٣/٢٠٢٥", "2025年03月"),
    ],
)
def test_a_month_is_read_however_it_is_written(typed: str) -> None:
    """All of these are March 2025."""
    assert answered("cell-when", typed) == "2025-03"


def test_names_of_months_may_be_cut_short() -> None:
    """As long as only one begins so."""
    assert answered("cell-when", "Sept 2024") == "2024-09"
    assert answered("cell-when", "may 2025") == "2025-05"
    assert reason("cell-when", "ju 2025") == "unclear"
    assert reason("cell-when", "ma 2025") == "unclear"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2026-12", "future"),
        ("2027-01", "future"),
        ("December 2026", "future"),
        ("2025", "only-year"),
        ("2025年", "only-year"),
        ("03/04/2025", "unclear"),
        ("13/2025", "unclear"),
        ("2025-00", "unclear"),
        ("1/1800", "unclear"),
        ("last year", "unclear"),
        ("between 2019 and 2021", "unclear"),
        ("", "unclear"),
        ("spring 2025", "unclear"),
    ],
)
def test_a_month_that_is_none_or_to_come_is_refused(typed: str, why: str) -> None:
    """The future, a year alone, and what could be two months."""
    assert reason("cell-when", typed) == why


def test_this_month_is_not_the_future() -> None:
    """Today's own month counts."""
    assert answered("cell-when", "November 2026") == "2026-11"


# ── how to reach somebody ──


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("anna@example.com", "anna@example.com"),
        ("My mail is Anna.Li＠EXAMPLE.com。", "Anna.Li@example.com"),
        ("<anna@example.com>", "anna@example.com"),
        ("mailto:anna@example.com", "anna@example.com"),
        ("“anna@example.com”", "anna@example.com"),
        ("用户@例子.中国", "用户@例子.中国"),
    ],
)
def test_an_address_is_found_in_what_is_typed(typed: str, wanted: str) -> None:
    """Alone or in a sentence, in wide characters, of any country."""
    assert answered("email", typed) == wanted


@pytest.mark.parametrize(
    "typed", ["anna", "anna@", "@example.com", "a@b", "a..b@example.com", "a@b.com c@d.com", ""]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    """A broken one, none, or two."""
    assert reason("email", typed) == "unclear"


@pytest.mark.parametrize(
    ("typed", "country", "wanted"),
    [
        ("13800138000", "CN", "+8613800138000"),
        ("138 0013 8000", "CN", "+8613800138000"),
        ("１３８００１３８０００", "CN", "+8613800138000"),
        ("+86 138 0013 8000", "US", "+8613800138000"),
        ("8613800138000", "US", "+8613800138000"),
        ("0086 138 0013 8000", None, "+8613800138000"),
        ("(415) 555-0132", "US", "+14155550132"),
        ("+1 415 555 0132", None, "+14155550132"),
        ("phone: 030 901820", "DE", "+4930901820"),
    ],
)
def test_a_number_is_written_for_dialling_from_abroad(
    typed: str, country: str | None, wanted: str
) -> None:
    """With the code of the person's country where they typed none."""
    assert answered("phone", typed, country) == wanted


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("12345", "CN"),
        ("1380013800", "CN"),
        ("13800138000", None),
        ("call me", "CN"),
        ("", "CN"),
        ("+999 123", "CN"),
        ("(415) 555-0132 ext. 7", "US"),
        ("(415) 555-01327", "US"),
        ("9" * 300, "US"),
    ],
)
def test_what_cannot_be_dialled_is_refused(typed: str, country: str | None) -> None:
    """A digit too few, no country, an extension."""
    assert reason("phone", typed, country) == "unclear"


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("New York", "America/New_York"),
        ("eastern time", "America/New_York"),
        ("纽约", "America/New_York"),
        ("America/Denver", "America/Denver"),
        ("1", "Pacific/Honolulu"),
    ],
)
def test_a_time_zone_is_found_by_its_names(typed: str, wanted: str) -> None:
    """City, name, or the number of its button."""
    assert answered("zone", typed, "US") == wanted


@pytest.mark.parametrize("typed", ["Beijing", "mountain time", "99", ""])
def test_a_zone_of_elsewhere_is_refused(typed: str) -> None:
    """One that the country does not have, or two that are called alike."""
    assert reason("zone", typed, "US") == "unclear"
    assert reason("zone", typed, None) == "unclear"


def test_a_country_is_taken_only_when_certain() -> None:
    """A name is; a typing mistake, two Koreas and a small word are asked about."""
    assert answered("country", "Deutschland") == "DE"
    for typed in ("Germny", "Korea", "in", "12"):
        assert reason("country", typed) == "unclear"


# ── numbers that are nobody's business ──


@pytest.mark.parametrize("id", ["diagnosis", "treatments", "name", "question", "country", "phone"])
def test_a_private_number_is_recognised_wherever_it_is_typed(id: str) -> None:
    """As an answer of its own kind of misfit, so that one can be asked whether to leave it out."""
    assert reason(id, "身份证 11010519491231002X") == PRIVATE


def test_who_says_that_it_is_no_such_number_is_believed() -> None:
    """The second time the words are taken."""
    words = "lab number AB1234567"
    assert reason("question", words) == PRIVATE
    assert answered("question", words, private_ok=True) == words


def test_a_telephone_number_where_one_is_asked_for_is_no_private_one() -> None:
    """What fits is taken, whatever it looks like."""
    assert answered("phone", "+1 415 555 0132") == "+14155550132"


# ── any text at all ──

ODD = (
    st.text()
    | st.text("0123456789 -+.,/()@abcXYZ年月。、，\u200d\u202e\u0301😀")
    | st.sampled_from(
        [
            "\0",
            "\ud800",
            "\u200d" * 50,
            "\u0301" * 50,
            "1" * 4096,
            "<b>",
            "%s{0}",
            "=1+1",
            "٣",
            "½",
            "Ⅳ",
        ]
    )
)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(FIELDS), ODD, st.sampled_from(["CN", "US", "DE", None, "??"]))
def test_any_text_fits_or_says_why_not(id: str, typed: str, country: str | None) -> None:
    """Never an exception; what fits is what the form keeps, and every reason has words."""
    form, field = shipped(), step(id)
    found = check(form, field, typed, today=TODAY, country=country)
    if isinstance(found, Misfit):
        for language in ("en", "zh_Hans"):
            assert said(form.wrong(id, found.reason, language), language)
        return
    pieces = (found,) if isinstance(found, str) else found
    assert isinstance(found, tuple) == (field.kind == "many")
    for piece in pieces:
        assert piece
        assert SENT not in pieces
        if piece in field.options:
            continue
        match field.kind:
            case "choice" | "many" | "text":
                assert field.least <= length(piece) <= field.most
                assert piece == unicodedata.normalize("NFC", piece)
                assert not set(piece) & set("\u202e\u2066\u0000\ud800")
            case "month":
                assert STORED.fullmatch(piece)
                assert piece <= TODAY.isoformat()[:7]
            case "country":
                assert piece in form.countries.codes
            case "zone":
                assert piece in {one.id for one in form.countries.zones(country or "")}
            case "phone":
                assert piece[0] == "+"
                assert piece[1:].isdecimal()
            case "email":
                assert "@" in piece
            case _:
                pytest.fail(f"{field.kind} was typed")


@settings(deadline=None)
@given(st.sampled_from(FIELDS), st.integers(0, 40), st.booleans())
def test_a_button_can_always_be_typed(id: str, place: int, chinese: bool) -> None:
    """Whatever stands on the buttons of a question, typing it is tapping it."""
    field = step(id)
    if field.kind == "consent" or not field.options:
        return
    option = field.options[place % len(field.options)]
    language = "zh_Hans" if chinese else "en"
    label = said(shipped().say(id, language).options[option], language)
    assert answered(id, label) == ((option,) if field.kind == "many" else option)


@given(st.dates(min_value=date(2000, 1, 1), max_value=TODAY))
def test_a_month_as_shown_is_read_as_stored(day: date) -> None:
    """What the bot calls a month, in either language, is that month when typed."""
    stored = f"{day:%Y-%m}"
    for language in ("en", "zh_Hans"):
        shown = said(shipped().answer("cell-when", stored, language)[0], language)
        assert answered("cell-when", shown) == stored
