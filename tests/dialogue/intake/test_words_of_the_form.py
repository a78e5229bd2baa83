"""The shipped words of the form: what they ask, what they must never ask, and how they fit."""

import re

import pytest

from bot.dialogue.intake.checks import Misfit, check
from bot.dialogue.screen import ONE, columns
from bot.i18n.problem import Problem
from bot.i18n.strict import read_yaml
from bot.translate.checks.numbers import numbers
from tests.content.shipped import form_words, sheet
from tests.dialogue.intake.forms import CONTENT, TODAY, read, said, shipped, step

LANGUAGES = ("en", "zh_Hans")

NEVER = {
    "passport or ID number": (r"passport (number|no)|id (number|card|no)", r"护照号|证件号|身份证"),
    "exact birth date": (r"birth ?day|date of birth|born", r"出生|生日"),
    "home address": (r"(home|postal|street) address|where do you live", r"住址|家庭地址|住在哪"),
    "employer": (r"employer|company|workplace|occupation", r"单位|雇主|公司|职业"),
    "bank or card data": (r"bank|card number|iban|account", r"银行|卡号|账号|账户"),
    "social-security number": (r"social.security|ssn", r"社保号|社会保障号"),
    "religion": (r"religio|faith|church", r"宗教|信仰"),
    "photos of the face": (r"photo|selfie|face", r"照片|自拍|人脸|面部"),
    "genetic raw files": (r"genetic|genome|dna|raw file", r"(?<!异)基因|原始数据"),
    "data on other relatives": (r"your (mother|father|parents|brother|sister)", r"(父母|兄弟)的"),
}
"""Section 13, “Never ask for”: in English and Chinese."""

WARNINGS = {
    "Please do not send passport numbers.",
    "请不要发护照号码。",
    "Please cover names and ID numbers first.",
    "请先遮住姓名和证件号码。",
    "We never ask for a date of birth.",
    "我们不会问出生日期。",
}
"""Sentences that tell people not to send such a thing."""


def asked(language: str) -> list[tuple[str, str]]:
    """(where, words) of everything that a question says, without the warnings."""
    found = []
    for one in form_words(language):
        if "[questions." not in one.where:
            continue
        words = one.words
        for warning in WARNINGS:
            words = words.replace(warning, "").replace(warning.rstrip("。"), "")
        found.append((one.where, words))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("thing", NEVER)
def test_nothing_of_the_never_ask_list_is_asked(language: str, thing: str) -> None:
    """Neither in words, hints, options and examples, nor as the id of a field or option."""
    english, chinese = NEVER[thing]
    pattern = re.compile(english if language == "en" else chinese, re.IGNORECASE)
    assert [where for where, words in asked(language) if pattern.search(words)] == []
    ids = {one.id for one in shipped().steps} | {
        option for one in shipped().steps if one.id != "travel" for option in one.options
    }
    named = re.compile(english, re.IGNORECASE)
    assert [id for id in ids if named.search(id.replace("-", " "))] == []


def test_the_never_ask_patterns_find_what_they_should() -> None:
    """A question that asks for one of these would not pass."""
    wrong = {
        "passport or ID number": "What is your passport number?",
        "exact birth date": "What is the patient's date of birth?",
        "home address": "What is your home address?",
        "employer": "Who is your employer?",
        "bank or card data": "Which bank do you use?",
        "social-security number": "What is your social security number?",
        "religion": "What is your religion?",
        "photos of the face": "Please send a photo.",
        "genetic raw files": "Please send the DNA raw files.",
        "data on other relatives": "How old is your mother?",
    }
    assert set(wrong) == set(NEVER)
    for thing, words in wrong.items():
        assert re.search(NEVER[thing][0], words, re.IGNORECASE), thing


def test_every_warning_still_stands_in_the_form() -> None:
    """A sentence that the test above leaves out is there."""
    everything = "".join(one.words for language in LANGUAGES for one in form_words(language))
    assert [one for one in WARNINGS if one.rstrip("。") not in everything] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_activity_question_shows_no_score(language: str) -> None:
    """ECOG in words: no digit and no name of a scale (I12)."""
    words = shipped().say("activity", language)
    shown = [words.question, words.hint, words.label, *words.options.values(), *words.full.values()]
    for text in shown:
        assert text is not None
        assert not re.search(r"[0-9]|ECOG|score|grade|评分|级", said(text, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_activity_question_lists_what_its_buttons_mean(language: str) -> None:
    """Each whole sentence stands in the question, in the order of the buttons."""
    words = shipped().say("activity", language)
    question = said(words.question, language)
    places = [question.index(said(words.full[one], language)) for one in step("activity").options]
    assert places == sorted(places)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_fits_a_phone(language: str) -> None:
    """One button in a row is as wide as its words."""
    for one in shipped().steps:
        for option, label in shipped().say(one.id, language).options.items():
            assert columns(said(label, language)) <= ONE, f"{one.id}.{option}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_short(language: str) -> None:
    """One thing a message: a sentence or two, and a hint."""
    for one in shipped().steps:
        words = shipped().say(one.id, language)
        if one.kind == "consent" or one.id == "activity":
            continue
        assert columns(said(words.question, language)) <= 70, one.id
        if words.hint is not None:
            assert columns(said(words.hint, language)) <= 130, one.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_is_an_answer(language: str) -> None:
    """What is shown as an example would be taken, wherever the person is."""
    for one in shipped().steps:
        example = shipped().say(one.id, language).example
        if example is not None:
            typed = said(example, language)
            found = check(shipped(), one, typed, today=TODAY, country="US")
            assert not isinstance(found, Misfit), (one.id, typed, found)


def test_what_people_type_has_an_example() -> None:
    """Contacts, months and countries, which most easily fail to fit."""
    for one in shipped().steps:
        if one.kind in {"email", "phone", "month", "country"}:
            assert shipped().say(one.id, "en").example is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_limits_that_are_told_are_those_that_hold(language: str) -> None:
    """Files and characters: the numbers in the words are the registry's."""
    rules = step("reports").files
    assert rules is not None
    words = shipped().say("reports", language)
    for text in (words.hint, words.wrong):
        assert text is not None
        told = set(re.findall("[0-9]+", said(text, language)))
        assert told == {str(rules.most), str(rules.megabytes)}
        for ending in ("pdf", "jpg", "png"):
            assert ending.upper() in said(text, language)
    assert {"pdf", "jpg", "jpeg", "png"} == set(rules.endings)
    hint = shipped().say("question", language).hint
    assert hint is not None
    assert f"{step('question').most:,}" in said(hint, language)


@pytest.mark.parametrize("id", ["age", "soon", "budget-cny", "budget-usd"])
def test_a_translation_offers_the_same_numbers(id: str) -> None:
    """Bands of ages, times and money are those of the English, option by option."""
    for option in step(id).options:
        english, chinese = (
            {number.value for number in numbers(said(words.options[option], language))}
            for language in LANGUAGES
            for words in [shipped().say(id, language)]
        )
        assert english == chinese, option


def test_nothing_of_the_form_is_stale_or_missing_in_chinese() -> None:
    """Every question, block and reason in Chinese, made from the English of today."""
    notices: list[Problem] = []
    form = read(CONTENT, notices)
    assert notices == []
    assert set(form.words["zh_Hans"]) == set(form.words["en"])


def test_no_claim_is_made_by_an_option() -> None:
    """Facts that the purposes name exist (content/facts.yaml)."""
    named = {fact for one in shipped().steps for fact in re.findall(r"\bF[0-9]+\b", one.purpose)}
    assert named <= set(sheet()["facts"])


def test_countries_that_people_type_are_listed_with_their_code() -> None:
    """The file of further names is in the order of the codes, but for names that stand twice."""
    codes = [code for code in read_yaml(CONTENT / "countries.yaml", "c") if code != "KR"]
    assert codes == sorted(codes)
