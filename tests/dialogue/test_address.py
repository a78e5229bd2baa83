"""Buttons keep their meaning: addresses are small, readable, and safe to forge."""

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.address import Address, address_from_detail, read_address

languages = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,10}", fullmatch=True)
places = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
details = st.from_regex(r"[A-Za-z0-9.-]{0,20}", fullmatch=True)
addresses = st.builds(Address, languages, places, details, st.booleans())


@given(addresses)
def test_an_address_survives_the_button(address: Address) -> None:
    """What a button carries leads exactly to where it was made for, in at most 64 bytes."""
    data = address.data()
    assert len(data.encode()) <= 64
    assert read_address(data) == address


@given(st.text(max_size=4096) | st.text(alphabet="v1:zh-Hans!.costs_%{}", max_size=70))
def test_anything_else_is_no_address(data: str) -> None:
    """Forged data gives None or a well-formed address, never an error."""
    found = read_address(data)
    assert (
        found is None or found.data() == data or data.endswith(":" + ("!" if "!" in data else ""))
    )


@given(addresses)
def test_the_way_back_through_the_language_picker(address: Address) -> None:
    """A place carried as the detail of another address comes back whole."""
    if "." not in address.place:
        back = address_from_detail(address.as_detail(), address.language)
        assert (back.place, back.detail) == (address.place, address.detail)


def test_the_part_of_a_page_is_a_number_or_the_first() -> None:
    """A screen number is taken only from digits."""
    assert Address("en", "costs", "2").part == 2
    for odd in ("", "x", "-1", "1.5", "²"):
        assert Address("en", "costs", odd).part == 0
