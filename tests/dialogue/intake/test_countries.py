"""Countries as people type them, and the clocks they have."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.intake.countries import MOST, Countries
from bot.dialogue.intake.zones import zones_of
from tests.dialogue.intake.forms import said, shipped

HERE = shipped().countries


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("germany", "DE"),
        ("Deutschland", "DE"),
        ("德国", "DE"),
        ("德國", "DE"),
        ("USA", "US"),
        ("u.s.", "US"),
        ("us", "US"),
        ("the United States", "US"),
        ("America", "US"),
        ("England", "GB"),
        ("UK", "GB"),
        ("HK", "HK"),
        ("Hong Kong", "HK"),
        ("香港", "HK"),
        ("中国香港", "HK"),
        ("澳门", "MO"),
        ("Taiwan", "TW"),
        ("台湾", "TW"),
        ("台灣", "TW"),
        ("中国", "CN"),
        ("中国大陆", "CN"),
        ("Mainland China", "CN"),
        ("Beijing", "CN"),
        ("上海", "CN"),
        ("South Korea", "KR"),
        ("Viet Nam", "VN"),
        ("Ivory Coast", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("St Lucia", "LC"),
        ("Saint Lucia", "LC"),
        ("Burma", "MM"),
        ("The Netherlands", "NL"),
        ("Turkey", "TR"),
        ("Россия", "RU"),
        ("日本", "JP"),
        ("阿联酋", "AE"),
        ("Ｇｅｒｍａｎｙ！", "DE"),
        ("Kosovo", "XK"),
    ],
)
def test_a_name_is_certain(typed: str, wanted: str) -> None:
    """English, Chinese in both scripts, the country's own language, everyday names, cities."""
    assert HERE.sure(typed) == wanted
    assert HERE.search(typed)[0] == wanted


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Germny", ("DE",)),
        ("Untied States", ("US",)),
        ("Brzail", ("BR",)),
        ("phillipines", ("PH",)),
        ("deu", ("DE",)),
        ("Korea", ("KR", "KP")),
        ("Congo", ("CD", "CG")),
        ("united", ("US", "GB", "AE")),
        ("emirates", ("AE",)),
        ("I live in Germany", ("DE",)),
        ("我在德国", ("DE",)),
        ("我住在中国香港九龙", ("HK",)),
        ("ประเทศไทย", ("TH",)),
        ("asdfgh", ()),
        ("", ()),
        (" !? ", ()),
        ("xq", ()),
        ("we are two", ()),
    ],
)
def test_what_is_not_certain_is_offered(typed: str, wanted: tuple[str, ...]) -> None:
    """Typing mistakes, names of two countries, sentences; nothing where nothing is like it."""
    found = HERE.search(typed)
    assert found[: len(wanted)] == wanted
    assert bool(found) == bool(wanted)


@pytest.mark.parametrize("typed", ["in", "no", "NO", "me", "AND", "can", "Korea", "Germny", ""])
def test_a_code_or_a_mistake_is_never_certain(typed: str) -> None:
    """“no” is not Norway; it may be offered, and one taps it."""
    assert HERE.sure(typed) is None


def test_the_likeliest_countries_come_first() -> None:
    """Six to tap before anything is typed, and first among names that begin alike."""
    assert len(HERE.first) == 6
    assert HERE.search("ca")[:2] == ("CA", "US")
    assert HERE.search("c")[0] == "CN"
    assert len(HERE.search("a")) == MOST


def test_every_country_is_found_by_the_name_it_is_shown_with() -> None:
    """In both languages: what a button says can be typed."""
    for language in ("en", "zh_Hans"):
        for code in sorted(HERE.codes):
            assert HERE.sure(said(HERE.name(code, language), language)) == code


def test_names_are_those_of_cldr() -> None:
    """As they stand there, in each language; an unknown code is its own name."""
    assert said(HERE.name("TW", "en")) == "Taiwan"
    assert said(HERE.name("HK", "zh_Hans"), "zh_Hans") == "中国香港特别行政区"
    assert said(HERE.name("AG", "en")) == "Antigua & Barbuda"
    assert said(HERE.name("QQ", "en")) == "QQ"
    assert said(HERE.name("DE", "xx_Yyyy")) == "Germany"


def test_no_union_or_test_region_is_a_country() -> None:
    """ISO 3166's 249, and Kosovo."""
    assert len(HERE.codes) == 250
    assert HERE.codes.isdisjoint({"EU", "UN", "EZ", "ZZ", "XA", "AC"})
    assert HERE.search("European Union") == ()


@settings(deadline=None, max_examples=200)
@given(st.text() | st.text("abcdefghij 中国德.-'", max_size=300))
def test_any_text_can_be_searched(typed: str) -> None:
    """Never an exception; at most six, each once, each a country; the certain one is first."""
    found = HERE.search(typed)
    assert len(found) <= MOST
    assert len(set(found)) == len(found)
    assert set(found) <= HERE.codes
    sure = HERE.sure(typed)
    assert sure is None or found[0] == sure


# ── clocks ──


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (
            "US",
            [
                *("Pacific/Honolulu", "America/Adak", "America/Anchorage", "America/Los_Angeles"),
                *("America/Phoenix", "America/Denver", "America/Chicago", "America/New_York"),
            ],
        ),
        ("CN", ["Asia/Shanghai"]),
        ("DE", ["Europe/Berlin"]),
        ("ES", ["Atlantic/Canary", "Europe/Madrid"]),
        ("PT", ["Atlantic/Azores", "Europe/Lisbon"]),
        ("ID", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]),
        ("AR", ["America/Argentina/Buenos_Aires"]),
        ("EU", []),
        ("??", []),
    ],
)
def test_a_country_has_one_zone_for_each_of_its_clocks(code: str, wanted: list[str]) -> None:
    """The one that people know, from west to east."""
    assert [zone.id for zone in HERE.zones(code)] == wanted


def test_large_cities_stand_for_their_zones() -> None:
    """Sydney, Toronto, São Paulo and Moscow, and not the smallest place with the same clock."""
    cities = {zone.id for code in ("AU", "CA", "BR", "RU") for zone in HERE.zones(code)}
    known = {"Australia/Sydney", "America/Toronto", "America/Sao_Paulo", "Europe/Moscow"}
    assert known <= cities


def test_a_zones_option_fits_into_a_button() -> None:
    """Small letters and hyphens, short, each once in its country; and each zone has a name."""
    for code in HERE.codes:
        options = [zone.option for zone in HERE.zones(code)]
        assert len(set(options)) == len(options)
        for zone in HERE.zones(code):
            assert len(zone.option) <= 20
            assert set(zone.option) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
            assert said(HERE.zone_name(zone.id, "en"))


def test_a_zone_is_called_by_its_name_and_city() -> None:
    """And by its city alone where CLDR has no name for the zone."""
    assert said(HERE.zone_name("America/New_York", "en")) == "Eastern Time (New York)"
    assert said(HERE.zone_name("America/New_York", "zh_Hans"), "zh_Hans") == "北美东部时间（纽约）"
    assert said(HERE.zone_name("America/Punta_Arenas", "en")) == "Punta Arenas"
    assert said(HERE.zone_name("Asia/Kolkata", "en")) == "India Standard Time (Kolkata)"


def test_a_zone_that_this_machine_does_not_know_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """CLDR may be newer than the tz database of the machine."""
    zones = {"ID": ["Asia/Jakarta", "Asia/Atlantis"]}
    monkeypatch.setattr("bot.dialogue.intake.zones.get_global", lambda _: zones)
    zones_of.cache_clear()
    try:
        assert [zone.id for zone in zones_of("ID")] == ["Asia/Jakarta"]
    finally:
        zones_of.cache_clear()


def test_countries_need_no_file() -> None:
    """Without further names CLDR's are known."""
    bare = Countries(())
    assert bare.sure("Germany") == "DE"
    assert bare.sure("Deutschland") is None
    assert bare.first == ()
