"""How a language says things, and which languages there are."""

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import (
    Language,
    Languages,
    Money,
    Percent,
    Problem,
    Text,
    Value,
    load_languages,
    text,
)
from bot.i18n.formatting import FSI, PDI, RLM
from bot.i18n.language import load_with_catalogs
from bot.i18n.markup import parse
from bot.i18n.matching import How
from bot.i18n.problem import BrokenWords
from tests.i18n.words import ARABIC, CHINESE, CHINESE_HEADER, ENGLISH, ENGLISH_HEADER, entry, write


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> Languages:
    """English, Chinese, and Arabic, which lacks some sentences."""
    return load_languages(
        write(tmp_path_factory.mktemp("words"), en=ENGLISH, zh_Hans=CHINESE, ar=ARABIC)
    )


@pytest.fixture
def english(languages: Languages) -> Language:
    return languages["en"]


@pytest.fixture
def chinese(languages: Languages) -> Language:
    return languages["zh-Hans"]


@pytest.fixture
def arabic(languages: Languages) -> Language:
    return languages["ar"]


# Saying ------------------------------------------------------------------------------------------


def test_a_sentence_is_said_in_the_language(english: Language, chinese: Language) -> None:
    """An id becomes the language's words, as HTML."""
    assert english.say(text("nav.back")) == "<b>Back</b> & forth"
    assert chinese.say(text("nav.back")) == "<b>返回</b>"
    assert chinese.say(text("greet.name", name="李伟")) == "李伟，您好。"


def test_what_a_stranger_wrote_is_escaped_and_never_evaluated(english: Language) -> None:
    """Tags, braces and tricks of format strings come out as typed."""
    trick = '<b>{name.__class__}</b> {0} {} & "%s" {ref!r}'
    said = english.say(text("greet.name", name=trick))
    assert said.startswith("Hello, &lt;b&gt;{name.__class__}&lt;/b&gt; {0} {} &amp; ")
    assert parse(said).text == f"Hello, {trick}."
    assert parse(said).entities == ()


def test_a_value_inside_an_attribute_or_code_stays_bare(arabic: Language) -> None:
    """Nothing invisible is put into what people copy or follow, and a quote does not end it."""
    said = arabic.say(text("sent.number", ref="K-12", url='https://x.org/?a=1&b="2'))
    assert "<code>K-12</code>" in said
    assert '<a href="https://x.org/?a=1&amp;b=&quot;2">' in said


def test_a_text_within_a_text_is_said_too(chinese: Language) -> None:
    """A value may be a sentence itself; a plain one is escaped inside HTML."""
    inner = text("greet.name", name="<李>")
    assert chinese.say(text("greet.name", name=inner)) == "&lt;李&gt;，您好。，您好。"
    assert chinese.label(text("button.only-name", name=inner)) == "<李>，您好。"


def test_a_label_inside_a_sentence_is_escaped(english: Language) -> None:
    """What is a sign on a button would be a tag in a message."""
    assert english.say(text("button.menu")) == "Menu &amp; more"
    assert english.say(text("button.only-name", name="a<b")) == "a&lt;b"


def test_plural_forms(english: Language, chinese: Language, arabic: Language) -> None:
    """Each language takes the form its own rule says; what lacks one speaks by English's."""

    def left(language: Language, n: int) -> str:
        return language.say(text("left.questions", n=n, name="Li"))

    assert left(english, 1) == "One question is left for Li."
    assert left(english, 1200) == "1,200 questions are left for Li."
    assert left(chinese, 1) == "Li还有1个问题。"
    assert left(arabic, 2) == f"سؤالان لـ {FSI}Li{PDI}."
    assert left(arabic, 5) == f"{FSI}5{PDI} أسئلة لـ {FSI}Li{PDI}."


def test_figures_are_said_in_the_language(english: Language, chinese: Language) -> None:
    """Money, percent, dates, numbers and lists are written as readers of the language do."""
    cost: dict[str, Value] = {
        "low": Money(Decimal(373000), "USD"),
        "high": Money(Decimal(475000), "USD"),
        "share": Percent(Decimal("12.50")),
    }
    assert english.say(text("cost.range", **cost)) == (
        "From 373,000 US dollars to 475,000 US dollars (12.50%)."
    )
    assert chinese.say(text("cost.range", **cost)) == "373,000美元至475,000美元（12.50%）。"
    said = english.say(
        text("cost.range", low=date(2026, 3, 5), high=Decimal("1.50"), share=("a<b", "{c}"))
    )
    assert said == "From March 5, 2026 to 1.50 (a&lt;b and {c})."
    moment = datetime(2026, 3, 5, 14, 5, tzinfo=UTC)
    said = chinese.say(text("cost.range", low=moment, high=1, share=1))
    assert said == "2026年3月5日 14:05至1（1）。"


def test_a_language_also_writes_values_alone(english: Language, chinese: Language) -> None:
    """The same forms, as plain words, for those who put them elsewhere."""
    assert chinese.date(date(2026, 3, 5)) == "2026年3月5日"
    assert english.date(date(2026, 3, 5), "medium") == "Mar 5, 2026"
    assert english.soon(datetime(2026, 3, 5, 23, 59, tzinfo=UTC)) == "Mar 5, 11:59\u202fPM"
    assert english.clock("Asia/Shanghai") == "China Time"
    assert english.number(1000) == "1,000"
    assert english.percent(Percent(Decimal("0.5"))) == "0.5%"
    assert english.money(Money(Decimal(5), "CNY")) == "5 Chinese yuan"
    assert chinese.items(["甲", "乙"]) == "甲和乙"
    assert chinese.name_of("en") == "英语"
    assert chinese.name_of("qq") == ""


def test_a_catalog_may_have_its_own_form_of_money(tmp_path: Path) -> None:
    """Who words a language decides between 999,000人民币 and 999,000元人民币."""
    locales = write(
        tmp_path,
        en=ENGLISH_HEADER
        + entry("money.CNY", "CNY {amount}", "")
        + entry("money.USD", "dollars", "")
        + entry("price", "It costs {price}.", ""),
        zh_Hans=CHINESE_HEADER + entry("money.CNY", "CNY {amount}", "{amount}元人民币"),
    )
    languages = load_languages(locales)
    price = text("price", price=Money(Decimal(999000), "CNY"))
    assert languages["en"].say(price) == "It costs CNY 999,000."
    assert languages["zh_Hans"].money(Money(Decimal(999000), "CNY")) == "999,000元人民币"
    assert languages["en"].money(Money(Decimal(2), "USD")) == "2 US dollars"


# Labels ------------------------------------------------------------------------------------------


def test_a_label_is_plain_and_on_one_line(english: Language, chinese: Language) -> None:
    """Buttons and toasts hold no HTML and no line break."""
    assert english.label(text("button.menu")) == "Menu & more"
    assert chinese.label(text("toast.saved")) == "已保存。 谢谢。"
    assert english.label(text("button.only-name", name="a\n b<c\r\n")) == "a b<c"


def test_the_label_of_prose_is_what_a_person_sees_of_it(english: Language) -> None:
    """Tags are read, not shown, and a value's own signs survive."""
    assert english.label(text("nav.back")) == "Back & forth"
    assert english.label(text("greet.name", name="<Li & Co>")) == "Hello, <Li & Co>."


# Pages from the library --------------------------------------------------------------------------


def test_a_page_comes_with_its_own_words(chinese: Language) -> None:
    """A template is HTML in one language already; without values its braces mean nothing."""
    page = Text("basics", template="<b>NK</b> {cells} &amp; more")
    assert chinese.say(page) == page.template
    assert chinese.label(page) == "NK {cells} & more"
    assert chinese.label(Text("basics.title", template="What is NK?")) == "What is NK?"
    filled = Text("basics", {"day": date(2026, 3, 5)}, template="<i>{day}</i> {Day} {")
    assert chinese.say(filled) == "<i>2026年3月5日</i> {Day} {"
    assert chinese.label(Text("basics.title", template="CD4 < 200?")) == "CD4 < 200?"


def test_a_page_in_arabic_is_settled_and_english_is_not(arabic: Language) -> None:
    """What stands in for a missing translation keeps its own direction."""
    assert arabic.say(Text("basics", template="CAR-NK علاج.")) == f"{RLM}CAR-NK علاج."
    assert arabic.say(Text("basics", template="CAR-NK is new.")) == "CAR-NK is new."


# Mistakes of programmers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        text("no.such-id"),
        text("greet.name"),
        text("greet.name", nom="Li"),
        text("nav.back", name="Li"),
        Text("basics", {"x": "y"}, template="no place for it"),
    ],
)
def test_a_wrong_id_or_value_is_told_by_name(languages: Languages, wrong: Text) -> None:
    """Every test that says the sentence finds it, in any language."""
    for language in languages.values():
        for method in (language.say, language.label):
            with pytest.raises(KeyError, match=wrong.id):
                method(wrong)


def test_a_count_is_a_whole_number(english: Language) -> None:
    """Plural rules know no halves and no words."""
    with pytest.raises(TypeError, match=r"left\.questions"):
        english.say(text("left.questions", n="many", name="Li"))


# Fallback ----------------------------------------------------------------------------------------


def test_what_a_language_lacks_is_said_in_english(arabic: Language) -> None:
    """A missing sentence is English, whole, with values still kept in place."""
    assert arabic.say(text("button.menu")) == "Menu &amp; more"
    assert arabic.coverage == pytest.approx(5 / 8)


def test_a_broken_translation_never_raises(tmp_path: Path) -> None:
    """Whatever a translator wrote, the person reads a sentence with all its values."""
    for trick in ("{name.__class__}", "{name!r}", "{}", "{0}", "{x}", "{name", "<b>{name}", "您好"):
        broken = CHINESE.replace("{name}，您好。", trick)
        chinese = load_languages(write(tmp_path, en=ENGLISH, zh_Hans=broken))["zh_Hans"]
        assert chinese.say(text("greet.name", name="Li")) == "Hello, Li."


def test_a_team_may_choose_another_fallback(tmp_path: Path) -> None:
    """Cantonese readers may prefer Chinese words to English ones where their own are missing."""
    own = CHINESE_HEADER + entry("button.menu", "Menu & more", "選單")
    locales = write(tmp_path, en=ENGLISH, zh_Hans=CHINESE, zh_Hant=own, ru=CHINESE_HEADER)
    (locales / "zh_Hant" / "language.yaml").write_text("fallback: [zh-Hans, tlh, en]\n")
    (locales / "ru" / "language.yaml").write_text("fallback: zh_Hans\n")
    languages = load_languages(locales)
    assert languages["zh_Hant"].label(text("button.menu")) == "選單"
    assert languages["zh_Hant"].say(text("greet.name", name="李")) == "李，您好。"
    assert languages["ru"].say(text("greet.name", name="李")) == "李，您好。"
    assert any("“tlh” is no language" in notice.message for notice in languages.notices)


# Which languages there are -----------------------------------------------------------------------


def test_languages_are_found_by_code_and_by_tag(languages: Languages) -> None:
    """Directories say zh_Hans, addresses zh-Hans, and both are the same language."""
    assert languages["zh_Hans"] is languages["zh-Hans"]
    assert (languages["zh_Hans"].code, languages["zh_Hans"].tag) == ("zh_Hans", "zh-Hans")
    assert languages.get("tlh") is None
    assert set(languages) == {"en", "zh_Hans", "ar"}
    assert len(languages) == 3
    assert languages.default.code == "en"


def test_names_and_directions_come_from_cldr(tmp_path: Path) -> None:
    """Every language has its own name, with a capital where its script has them."""
    codes = ("ru", "ar", "pt_BR", "ka", "sr_Latn", "fr", "zh_Hans", "zh_Hant", "qq", "yue")
    locales = write(tmp_path, en=ENGLISH, **dict.fromkeys(codes, CHINESE))
    (locales / "qq" / "language.yaml").write_text("name: لغة\n")
    (locales / "yue" / "language.yaml").write_text("name: 廣東話\nmaintainers: [Ada, Bo]\n")
    languages = load_languages(locales)
    assert {code: language.name for code, language in languages.items()} == {
        "en": "English",
        "ru": "Русский",
        "ar": "العربية",
        "pt_BR": "Português (Brasil)",
        "ka": "ქართული",
        "sr_Latn": "Srpski (latinica)",
        "fr": "Français",
        "zh_Hans": "简体中文",
        "zh_Hant": "繁體中文",
        "qq": "لغة",
        "yue": "廣東話",
    }
    right_to_left = {code for code, one in languages.items() if one.direction == "rtl"}
    assert right_to_left == {"ar", "qq"}
    assert languages["yue"].maintainers == ("Ada", "Bo")


def test_a_language_nobody_knows_says_so(tmp_path: Path) -> None:
    """Without CLDR's data a language needs a name, and is written like English meanwhile."""
    languages = load_languages(write(tmp_path, en=ENGLISH, qq=CHINESE))
    assert (languages["qq"].name, languages["qq"].direction) == ("qq", "ltr")
    assert languages["qq"].number(1000) == "1,000"
    (notice,) = languages.notices
    assert "Add “name: ...”" in notice.remedy


def test_only_whole_languages_are_offered(tmp_path: Path) -> None:
    """English first, then by name; a draft is reachable by its tag, but not listed or matched."""
    half = CHINESE.partition('\nmsgctxt "button.menu"')[0]
    locales = write(tmp_path, en=ENGLISH, zh_Hans=CHINESE, ru=CHINESE, ar=half, fr=CHINESE_HEADER)
    (locales / "ru" / "language.yaml").write_text("status: draft\n")
    (locales / "en" / "language.yaml").write_text("status: draft\n")
    languages = load_languages(locales)
    assert [language.code for language in languages.offered] == ["en", "ar", "zh_Hans"]
    assert [language.status for language in languages.offered] == ["published", "beta", "published"]
    assert languages["ru"].status == "draft"
    assert languages["fr"].status == "draft"
    assert languages.match("ru").language.code == "en"
    assert any("counts as beta" in notice.message for notice in languages.notices)


def test_a_person_gets_the_nearest_language(languages: Languages) -> None:
    """How well it fits decides whether the first screen asks."""
    assert languages.match("zh-cn").language.code == "zh_Hans"
    assert languages.match("zh-cn").how is How.EXACT
    assert languages.match("zh-tw").how is How.OTHER_SCRIPT
    assert (languages.match(None).language.code, languages.match(None).how) == ("en", How.NONE)


@pytest.mark.parametrize(
    ("yaml", "line", "said"),
    [
        ("status: ready\n", 1, "no such status"),
        ("name: Русский\nstatsu: beta\n", 2, "“statsu” means nothing here"),
        ("name: [a]\n", 1, "A name is plain text"),
        ("fallback:\n  - a: b\n", 1, "“fallback” is a list"),
        ("maintainers:\n  a: b\n", 1, "“maintainers” is a list"),
        ("status: beta\nstatus: draft\n", 2, "a second time"),
    ],
)
def test_a_mistake_in_language_yaml_stops_the_start(
    tmp_path: Path, yaml: str, line: int, said: str
) -> None:
    """The file is small and ours alone, so every mistake in it is told with its line."""
    locales = write(tmp_path, en=ENGLISH, ru=CHINESE)
    (locales / "ru" / "language.yaml").write_text(yaml)
    with pytest.raises(BrokenWords) as caught:
        load_languages(locales)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("locales/ru/language.yaml", line)
    assert said in problem.message


def test_everything_wrong_is_told_in_one_error(tmp_path: Path) -> None:
    """Settings and sentences of all languages, at once."""
    locales = write(tmp_path, en=ENGLISH + "stray\n", ru=CHINESE)
    (locales / "ru" / "language.yaml").write_text("status: ready\n")
    with pytest.raises(BrokenWords) as caught:
        load_languages(locales)
    assert [problem.path.split("/")[1] for problem in caught.value.problems] == ["en", "ru"]


def test_a_language_is_never_changed(english: Language) -> None:
    """All readers share it, so it is frozen."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        english.code = "xx"  # type: ignore[misc]  # that it is refused is what is tested


def test_notices_are_kept(tmp_path: Path) -> None:
    """What is bearable is told once, for a line at the start and for `check`."""
    broken = CHINESE.replace("{name}，您好。", "您好。")
    languages = load_languages(write(tmp_path, en=ENGLISH, zh_Hans=broken))
    assert all(isinstance(notice, Problem) for notice in languages.notices)
    assert any("“greet.name”: {name} is missing" in str(notice) for notice in languages.notices)


# Anything a stranger can send --------------------------------------------------------------------


_sent = st.text(st.one_of(st.sampled_from('<>&"{}\n\r\u2069\u202eא'), st.characters()), max_size=60)


@given(_sent, st.sampled_from(["en", "zh_Hans", "ar"]))
def test_whatever_is_said_telegram_takes(languages: Languages, sent: str, code: str) -> None:
    """No value makes a tag, or a message that Telegram refuses, in any language."""
    language = languages[code]
    said = language.say(text("sent.number", ref=sent, url=sent))
    marked = parse(said)
    assert {entity.type for entity in marked.entities} <= {"code", "text_link"}
    parse(language.say(text("cost.range", low=sent, high=(sent, sent), share=Percent(Decimal(1)))))
    label = language.label(text("button.only-name", name=sent))
    assert "\n" not in label
    label.encode()


def test_a_broken_profile_hides_no_other_language(tmp_path: Path) -> None:
    """With a list for what is broken, what language.yaml says wrong is told, and nothing stops."""
    locales = write(tmp_path, en=ENGLISH, zh_Hans=CHINESE)
    (locales / "zh_Hans" / "language.yaml").write_text("status: maybe\n", encoding="utf-8")
    unread: list[Problem] = []
    languages, catalogs = load_with_catalogs(locales, unread)
    assert [problem.code for problem in unread] == ["language.profile"]
    assert list(languages) == ["en", "zh_Hans"]
    assert list(catalogs.by_code) == ["en", "zh_Hans"]
    with pytest.raises(BrokenWords):
        load_with_catalogs(locales)
