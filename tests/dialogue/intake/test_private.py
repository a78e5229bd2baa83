"""Numbers that nobody should send are noticed, and ordinary ones are not."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.intake.private import looks_private
from tests.dialogue.intake.forms import shipped


def private(words: str) -> bool:
    return looks_private(words, shipped().private)


@pytest.mark.parametrize(
    "words",
    [
        "11010519491231002X",
        "my id is 110105 19491231 002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "身份证：110105491231002",
        "123-45-6789",
        "A123456(7)",
        "S1234567D",
        "A123456789",
        "E12345678",
        "护照E12345678",
        "EA1234567",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "3782 822463 10005",
        "6222 0212 3456 7890 128",
        "DE89 3704 0044 0532 0130 00",
        "de89370400440532013000 thanks",
        "GB82WEST12345698765432",
        "passport number is 123 456 789",
        "Passport: 1234-5678",
        "my social security is 123456789",
        "bank account 12345678",
        "卡号 6222 0212 34",
        "账号：123456789",
    ],
)
def test_ids_passports_cards_and_accounts_are_noticed(words: str) -> None:
    """With and without blanks, in wide characters, with the word in front in any language."""
    assert private(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "no number at all",
        "NCT03056339 and ChiCTR2000030096",
        "CD19 positive B-cell lymphoma, IL-15",
        "chemo 2019 2020 2021 2022",
        "from 2024-03-15 to 2024-04-16",
        "2019-2020 2020-2021 2021-2022",
        "call +86 138 0013 8000",
        "13800138000",
        "WBC 12345678",
        "ID no, passport no",
        "my passport is not ready, and it is 2026",
        "R-CHOP x 6, 375 mg/m2",
        "t(9;22)(q34;q11)",
        "4111 1111 1111 1112",
        "DE88 3704 0044 0532 0130 00",
        "0000000000000000",
        "AB12CDEF",
        "12345678901234567890123456",
        "1700000000000",
        "AB12 CDEF GHIJ KLMN OPQR",
    ],
)
def test_what_people_write_about_an_illness_is_not(words: str) -> None:
    """Trials, markers, dates, doses, telephone numbers; and numbers with a wrong check digit."""
    assert not private(words)


@settings(deadline=None)
@given(st.text("0123456789", min_size=15, max_size=15))
def test_every_card_number_is_noticed(digits: str) -> None:
    """Whatever the digits, with the check digit that fits (ISO/IEC 7812)."""
    number = "4" + digits[1:]
    total = sum(
        sum(map(int, str(int(digit) * (2 if place % 2 == 0 else 1))))
        for place, digit in enumerate(reversed(number))
    )
    card = number + str(-total % 10)
    assert private(card)
    assert private(" ".join(card[at : at + 4] for at in range(0, 16, 4)))


@settings(deadline=None)
@given(st.text("0123456789", min_size=18, max_size=18))
def test_every_account_number_is_noticed(digits: str) -> None:
    """Whatever the digits of a German IBAN, with the check digits that fit (ISO 13616)."""
    check = 98 - int(f"{digits}131400") % 97
    account = f"DE{check:02}{digits}"
    assert private(account)
    assert private(" ".join(account[at : at + 4] for at in range(0, len(account), 4)))


@settings(deadline=None)
@given(
    st.integers(110000, 659999),
    st.dates().filter(lambda day: 1900 <= day.year < 2030),
    st.integers(0, 999),
)
def test_every_resident_number_is_noticed(place: int, birth: date, order: int) -> None:
    """Place, date of birth, order and check digit (GB 11643), in one run or in pieces."""
    first = f"{place}{birth:%Y%m%d}{order:03}"
    weighed = sum(int(digit) * 2 ** (17 - n) for n, digit in enumerate(first))
    number = first + "10X98765432"[weighed % 11]
    assert private(f"我的号码是{number}。")
    assert private(f"{number[:6]} {number[6:14]} {number[14:]}")


@settings(deadline=None)
@given(st.text() | st.text("0123456789 -AB("))
def test_any_text_can_be_looked_through(words: str) -> None:
    """Never an exception."""
    assert private(words) in (True, False)
