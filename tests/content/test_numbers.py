"""No number stands on a page that is not in its facts; and the check itself is put to the test."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.translate.checks.numbers import Number, find, numbers, numbers_shown, unsupported
from tests.content.allowed import allowed
from tests.content.shipped import (
    LANGUAGES,
    SOURCE,
    Item,
    Said,
    every_page,
    facts,
    is_fresh,
    known_to,
    labels,
    pages,
    statement,
)

# ── the pages ──────────────────────────────────────────────────────────────────────────────────


def exceptions(kind: str, page: str) -> set[str]:
    return {entry["number"] for entry in allowed(kind) if entry["page"] == page}


def invented(page: Item) -> Iterator[tuple[Said, Number]]:
    """The numbers on a page for which nothing stands in its facts, before any exception."""
    known = known_to(page)
    for said in page.said():
        for number in unsupported(numbers_shown(said.html), known):
            yield said, number


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_stands_on_a_page_that_is_not_in_its_facts(language: str) -> None:
    """Each number of a page is in a fact, table or replacement it names, of the same kind."""
    wrong = [
        f"{said.where}: {number}"
        for page in pages(language).values()
        for said, number in invented(page)
        if str(number) not in exceptions("numbers", page.id)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_stands_in_a_label_that_is_not_in_its_citation(language: str) -> None:
    """The year in the short label of a source is the year of the source."""
    wrong = [
        f"{said.where}: {number}"
        for label in labels(language).values()
        for said in label.said()
        for number in unsupported(
            numbers_shown(said.html), numbers(facts().references[label.id].cites)
        )
        if str(number) not in exceptions("numbers", label.id)
    ]
    assert wrong == []


def extra(page: Item) -> Iterator[tuple[Said, Said, list[Number], list[Number]]]:
    """For each screen, its English, and the numbers written in digits that only one has."""
    for english, own in zip(pages(SOURCE)[page.id].said(), page.said(), strict=True):
        yield (
            own,
            english,
            unsupported(in_digits(own.words), numbers(english.words)),
            unsupported(in_digits(english.words), numbers(own.words)),
        )


def in_digits(words: str) -> set[Number]:
    return {
        number
        for number, start, end in find(words)
        if re.search(r"\d", words[start:end]) and not number.kind.endswith(("range", "pair"))
    }


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != SOURCE])
def test_a_translation_shows_the_numbers_of_its_english(language: str) -> None:
    """Screen by screen, no number is lost in translation and none is added."""
    wrong = []
    for page in filter(is_fresh, pages(language).values()):
        for said, _, added, lost in extra(page):
            wrong += [
                f"{said.where}: {number} is not in English"
                for number in added
                if str(number) not in exceptions("extra", page.id)
            ]
            wrong += [f"{said.where}: {number} of the English is missing" for number in lost]
    assert wrong == []


def test_every_exception_is_needed() -> None:
    """An exception that nothing needs any more is taken out."""
    shown = {(page.id, str(number)) for page in every_page() for _, number in invented(page)}
    shown |= {
        (label.id, str(number))
        for language in LANGUAGES
        for label in labels(language).values()
        for said in label.said()
        for number in unsupported(
            numbers_shown(said.html), numbers(facts().references[label.id].cites)
        )
    }
    added = {
        (page.id, str(number))
        for page in every_page()
        if page.language != SOURCE and is_fresh(page)
        for _, _, more, _ in extra(page)
        for number in more
    }
    assert {(entry["page"], entry["number"]) for entry in allowed("numbers")} <= shown
    assert {(entry["page"], entry["number"]) for entry in allowed("extra")} <= added


# ── the check ──────────────────────────────────────────────────────────────────────────────────


def changed(page: Item, old: str, new: str) -> list[str]:
    """What the check says after one change in the first part that has `old` ("": is added)."""
    words = next(said.words for said in page.parts() if old in said.words)
    words = words.replace(old, new, 1) if old else f"{words}\n{new}"
    return [str(number) for number in unsupported(numbers(words), known_to(page))]


@pytest.mark.parametrize(
    ("language", "page", "old", "new", "found"),
    [
        ("en", "trial-chongqing", "10 people", "100 people", "100"),
        ("zh_Hans", "trial-chongqing", "10位", "100位", "100"),
        ("en", "trial-md-anderson", "73%", "75%", "75 (%)"),
        ("zh_Hans", "trial-md-anderson", "73%", "75%", "75 (%)"),
        ("en", "trial-md-anderson", "2024", "2021", "2021 (date)"),
        ("zh_Hans", "trial-md-anderson", "2024年", "2021年", "2021 (date)"),
        ("en", "trial-suzhou", "3 people", "37 people", "37"),
        ("zh_Hans", "trial-suzhou", "3个人", "37个人", "37"),
        ("en", "trial-md-anderson", "48.6%", "48.6", "48.6"),
        ("zh_Hans", "trial-md-anderson", "NCT03056339", "NCT03056338", "NCT03056338 (name)"),
        ("en", "trial-frankfurt", "31 weeks", "31 months", "31 (month)"),
        ("zh_Hans", "trial-frankfurt", "31周", "31个月", "31 (month)"),
        ("en", "car-t", "22 June 2026", "21 June 2026", "2026-06-21 (date)"),
        ("zh_Hans", "car-t", "2026年6月22日", "2026年7月22日", "2026-07-22 (date)"),
        ("en", "costs", "US$475,000", "CNY 475,000", "475000 (CNY)"),
        ("en", "costs", "1,290,000", "1,920,000", "1920000 (CNY)"),
        ("en", "trial-suzhou", "", "up to 5 million cells", "5000000"),
        ("zh_Hans", "trial-suzhou", "", "五十万个细胞", "500000"),
        ("en", "trial-ft596", "CD19", "CD20", "CD20 (name)"),
        ("zh_Hans", "trial-ft596", "CD19", "CD22", "CD22 (name)"),
        ("en", "car-t-approved", "", "There are eleven products.", "11"),
        ("zh_Hans", "car-t-approved", "", "已有十二个产品", "12"),
        ("en", "faq-difference", "", "a third of them", "1/3 (fraction)"),
        ("zh_Hans", "limits", "", "约四分之三的人", "3/4 (fraction)"),
        ("en", "evidence", "", "In phase 4", "4 (phase)"),
        ("zh_Hans", "evidence", "", "IV期试验", "4 (phase)"),
        ("en", "car-t-approved", "", "82 to 90%", "82-90 (% range)"),
    ],
)
def test_a_seeded_defect_is_found(language: str, page: str, old: str, new: str, found: str) -> None:
    """A wrong digit, unit, currency, year, marker, trial number, phase or share does not pass."""
    item = pages(language)[page]
    before = {str(number) for _, number in invented(item)}
    assert found not in before
    assert found in changed(item, old, new)


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_digits_too_many_are_found_everywhere(language: str) -> None:
    """On every page, 77 typed behind any number makes the check fail: none escapes its eye."""
    seen = missed = 0
    for page in pages(language).values():
        known = known_to(page)
        for said in page.said():
            before = set(unsupported(numbers(said.words), known))
            for digits in re.finditer(r"\d+", said.words):
                wrong = said.words[: digits.end()] + "77" + said.words[digits.end() :]
                seen += 1
                missed += not set(unsupported(numbers(wrong), known)) - before
    assert seen > 600
    assert missed == 0


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("US$373,000-475,000", {"USD 373000", "USD 475000", "USD range 373000-475000"}),
        ("37.3万至47.5万美元", {"USD 373000", "USD 475000", "USD range 373000-475000"}),
        ("373,000至475,000美元", {"USD 373000", "USD 475000", "USD range 373000-475000"}),
        ("人民币999,000元", {"CNY 999000"}),
        ("CNY 1,290,000", {"CNY 1290000"}),
        ("129万元", {"CNY 1290000"}),
        ("48.6%", {"% 48.6"}),
        ("39% to 64%", {"% 39", "% 64", "% range 39-64"}),
        ("39–64%", {"% 39", "% 64", "% range 39-64"}),
        ("39%到64%", {"% 39", "% 64", "% range 39-64"}),
        ("10% and 50%", {"% 10", "% 50", "% pair 10-50"}),
        ("8 of 11 people", {"8", "11"}),
        ("11人中8人", {"11", "8"}),
        ("seven products, the eighth", {"7", "8"}),
        ("七个产品，第八个", {"7", "8"}),
        ("one or two, first and second", set()),
        ("一种，两项", set()),
        ("about two thirds", {"fraction 2/3"}),
        ("约三分之二", {"fraction 2/3"}),
        ("a third of its staff", {"fraction 1/3"}),
        ("a third route", {"3"}),
        ("5 billion cells", {"5000000000"}),
        ("五十亿个细胞", {"5000000000"}),
        ("50亿个", {"5000000000"}),
        ("30 June 2026", {"date 2026-06-30"}),
        ("2026年6月30日", {"date 2026-06-30"}),
        ("in June 2026", {"date 2026-06"}),
        ("2026年6月", {"date 2026-06"}),
        ("February-April 2026", {"date 2026-02", "date 2026-04"}),
        ("2026年2月至4月", {"date 2026-02", "date 2026-04"}),
        ("Dec 2025 - Jan 2026", {"date 2025-12", "date 2026-01"}),
        ("2017 to 2022", {"date 2017", "date 2022"}),
        ("2025至2026年", {"date 2025", "date 2026"}),
        ("1 May 2026", {"date 2026-05-01"}),
        ("May I see the number?", set()),
        ("in March", {"date --03"}),
        ("6个月", {"month 6"}),
        ("15 years", {"year 15"}),
        ("15年", {"year 15"}),
        ("at 1 year; 1-year survival", {"year 1"}),
        ("around day 28-30", {"day 28", "day 30", "day range 28-30"}),
        ("第28至30天", {"day 28", "day 30", "day range 28-30"}),
        ("24-hour", {"hour 24"}),
        ("24小时", {"hour 24"}),
        ("3 to 4 weeks", {"week 3", "week 4", "week range 3-4"}),
        ("37-patient trial", {"37"}),
        ("phase 1 or 1/2", {"phase 1", "phase 2"}),
        ("“Phase 1” and “1/2”", {"phase 1", "phase 2"}),
        ("I期和I/II期", {"phase 1", "phase 2"}),
        ("III期", {"phase 3"}),
        ("grade 1 in 7 people", {"grade 1", "7"}),
        ("1至2级", {"grade 1", "grade 2", "grade range 1-2"}),
        ("Grade III-A hospitals", {"name III-A"}),
        ("三级甲等医院", {"name III-A"}),
        ("NCT03056339", {"name NCT03056339"}),
        ("编号是NCT03056339。", {"name NCT03056339"}),
        ("CD28 + CD3-zeta, 4-1BB, 2B4", {"name CD28", "name CD3", "name 4-1BB", "name 2B4"}),
        ("CD28+CD3ζ、2B4", {"name CD28", "name CD3", "name 2B4"}),
        ("CAR-NK-92, pCAR-19B", {"name NK-92", "name pCAR-19B"}),
        ("Claudin18.2.", {"name Claudin18.2"}),
        ("白细胞介素-15（IL-15）", {"name IL-15"}),
        ("CD19/CD70 CAR-NK", {"name CD19", "name CD70"}),
        ("120+ trials", {"120"}),
        ("0-1 or 0-2", {"0", "1", "2", "range 0-1", "range 0-2"}),
        ("38 °C", {"38"}),
    ],
)
def test_numbers_are_read_as_meant(words: str, wanted: set[str]) -> None:
    """English and Chinese ways of writing a number lead to the same one."""
    assert {f"{number.kind} {number.value}".strip() for number in numbers(words)} == wanted


def test_a_year_covers_no_month_and_a_count_no_share() -> None:
    """What is more exact than the facts is not in them; what is less exact is."""
    known = numbers("22 June 2026; 8 of 11 people (73%); 1.77 months; 5 (grade 3)")
    for words in ("June 2026", "2026", "2026年6月", "8人", "73%", "1.77", "grade 3"):
        assert unsupported(numbers(words), known) == []
    known = numbers("June 2025; 8 of 11; 73%; 1.77 months; 5 grade")
    for words in ("2 June 2025", "July 2025", "73 people", "8%", "US$8", "1.77 weeks", "grade 5"):
        assert len(unsupported(numbers(words), known)) == 1, words


def test_a_claim_supports_only_its_replacement() -> None:
    """The wrong figures of a claim to avoid are no ground to print them."""
    assert numbers(statement("W10")) == set()
    assert Number("", "50") not in numbers(statement("W7"))


def test_a_share_in_the_table_of_results_is_a_share() -> None:
    """T3 keeps shares without a sign; they count as shares, not as people."""
    known = numbers(statement("T3"))
    assert Number("%", "62.5") in known
    assert Number("", "62.5") not in known


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_read(words: str) -> None:
    """The reader of numbers never fails, and every place it tells holds something."""
    for number, start, end in find(words):
        assert 0 <= start < end <= len(words)
        assert number.value


@settings(deadline=None)
@given(st.integers(min_value=3, max_value=99_999_999))
def test_a_count_is_read_back(count: int) -> None:
    """With or without separators, a count is itself; other years are no counts."""
    plain = numbers(f"{count:,} people")
    assert plain == {Number("", str(count))} or 1900 <= count < 2100
    if not 1900 <= count < 2100:
        assert numbers(f"{count}人") == plain
