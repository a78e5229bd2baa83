"""Words of despair and of emergency: what is noticed, what is not, and how the lists are read.

The sentences stand in tests/data/safety. `listed` is by the author of the lists (most of it written
around the lists, to find what they miss); `tuning` and `held_out` are by another person, who had
not seen them. `held_out` was run once, unseen, on 2026-11-22:

    blind result: 164 of 220 caught (74.5 %: English 77 of 110, Chinese 87 of 110);
    29 false alarms in 220 harmless sentences (13.2 %; many are idioms made to trip the lists).

Then the lists learned, by concept, from its even-numbered sentences only. The odd-numbered ones,
unseen until then, went from 76.4 % to 77.3 % caught, with 10.9 % false alarms. So about three in
four wordings as indirect as these are noticed when they are new; what is plainly said is noticed.
Only after that was the other half read, too; the floors below guard what has been learned.

`fresh` is by a third person, who had seen nothing at all, after the learning, on 2026-11-22:

    blind result: 107 of 110 raised an alarm (97.3 %), 106 the right one (96.4 %);
    10 false alarms in 110 harmless sentences (9.1 %; nine of them an emergency text too many).

The lists have not learned from it, and should not: it stays the measure for what is new.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.safety import Alarm, AlarmWords, WordCheck, read_alarm_words
from bot.i18n.problem import BrokenWords
from tests.steps import steps

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "safety"
LANGUAGES = ("en", "zh_Hans")
FILES = ("listed", "tuning", "held_out", "fresh")
NOTHING: frozenset[Alarm] = frozenset()
DESPAIR = frozenset({Alarm.DESPAIR})
EMERGENCY = frozenset({Alarm.EMERGENCY})
EXPECTED = {
    "despair": DESPAIR,
    "emergency": EMERGENCY,
    "both": DESPAIR | EMERGENCY,
    "none": NOTHING,
}


def shipped(language: str) -> AlarmWords:
    shown = f"content/{language}/safety.yaml"
    return read_alarm_words(ROOT / shown, shown)


CHECK = WordCheck(shipped(language) for language in LANGUAGES)


# ── how many are noticed ────────────────────────────────────────────────────────────────────────

FLOORS = {"fresh": (95, 85, 10)}
LEARNED = (97, 94, 8)
"""Per cent: of all distress in a file that is noticed, of one kind in one language, and the most
false alarms among its harmless sentences."""


@dataclass(frozen=True)
class Sentence:
    """`expect`: the alarms that must be raised; one more is a lesser fault than one less."""

    text: str
    lang: str
    expect: str

    @property
    def right(self) -> bool:
        found = CHECK.look(self.text)
        return EXPECTED[self.expect] <= found if self.expect != "none" else not found


@cache
def sentences(file: str) -> tuple[Sentence, ...]:
    entries = yaml.safe_load((DATA / f"{file}.yaml").read_text(encoding="utf-8"))
    return tuple(Sentence(**entry) for entry in entries)


@cache
def figures(file: str) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Of a file: how many sentences there are, and how many are right, by language and kind."""
    there, right = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for sentence in sentences(file):
        there[sentence.lang, sentence.expect] += 1
        right[sentence.lang, sentence.expect] += sentence.right
    return there, right


def table(file: str) -> str:
    there, right = figures(file)
    lines = [f"{file:<22}{'of':>5}{'right':>7}{'wrong':>7}"]
    for lang, kind in sorted(there):
        of, good = there[lang, kind], right[lang, kind]
        share = f"{100 * good / of:.1f} %"
        lines.append(f"{'':<10}{lang} {kind:<9}{of:>5}{good:>7}{of - good:>7}{share:>10}")
    return "\n".join(lines)


def wrong(file: str, harmless: bool) -> str:
    return "\n".join(
        f"{sentence.expect}: {sentence.text}"
        for sentence in sentences(file)
        if not sentence.right and (sentence.expect == "none") is harmless
    )


@pytest.mark.parametrize("file", FILES)
def test_distress_is_noticed_and_harmless_talk_is_not(
    file: str, record_property: Callable[[str, object], None]
) -> None:
    """In each file the floors hold, for all its distress and for each kind in each language."""
    there, right = figures(file)
    caught_floor, kind_floor, false_ceiling = FLOORS.get(file, LEARNED)
    record_property("table", table(file))
    for lang, kind in there:
        if kind in ("despair", "emergency"):
            share = 100 * right[lang, kind] / there[lang, kind]
            assert share >= kind_floor, f"{file} {lang} {kind}\n{wrong(file, harmless=False)}"
    distress = sum(number for (_, kind), number in there.items() if kind != "none")
    caught = sum(number for (_, kind), number in right.items() if kind != "none")
    assert 100 * caught / distress >= caught_floor, wrong(file, harmless=False)
    harmless = there["en", "none"] + there["zh", "none"]
    false = harmless - right["en", "none"] - right["zh", "none"]
    assert 100 * false / harmless <= false_ceiling, wrong(file, harmless=True)


def test_there_are_enough_sentences() -> None:
    """Two hundred of distress and as many harmless unseen ones, twenty a kind by the author."""
    there, _ = figures("held_out")
    assert sum(number for (_, kind), number in there.items() if kind != "none") >= 200
    assert there["en", "none"] + there["zh", "none"] >= 200
    there, _ = figures("listed")
    assert all(
        there[lang, kind] >= 20
        for lang in ("en", "zh")
        for kind in ("despair", "emergency", "none")
    )


FACT_SHEET_DESPAIR = (
    "suicide",
    "kill myself",
    "end my life",
    "want to die",
    "better off dead",
    "no reason to live",
    "hurt myself",
    "self-harm",
    *("自杀", "轻生", "不想活", "想死", "活着没意思", "结束生命", "了结自己", "自残", "伤害自己"),
    *("活不下去", "自殺", "輕生", "活著沒意思", "結束生命", "了結自己", "自殘", "傷害自己"),
)
FACT_SHEET_EMERGENCY = (
    "can't breathe",
    "short of breath",
    "chest pain",
    "unconscious",
    "passed out",
    "seizure",
    "convulsion",
    "bleeding a lot",
    "vomiting blood",
    "stroke",
    "overdose",
    "fever 39",
    "fever 40",
    "confused",
    *("呼吸困难", "喘不上气", "胸痛", "昏迷", "晕倒", "抽搐", "大出血", "吐血", "便血", "中风"),
    *("高烧", "高热", "意识不清", "神志不清", "休克", "过量服药", "呼吸困難", "喘不上氣", "暈倒"),
    *("中風", "高燒", "高熱", "意識不清", "過量服藥"),
)


@pytest.mark.parametrize("words", FACT_SHEET_DESPAIR)
def test_every_word_of_section_14c_is_despair(words: str) -> None:
    """The fact sheet's words of self-harm alarm by themselves, in both scripts."""
    assert CHECK.look(words) == DESPAIR


@pytest.mark.parametrize("words", FACT_SHEET_EMERGENCY)
def test_every_word_of_section_14b_is_an_emergency(words: str) -> None:
    """The fact sheet's words of danger alarm by themselves, in both scripts."""
    assert CHECK.look(words) == EMERGENCY


def in_charset(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def test_the_chinese_lists_know_every_traditional_character_they_need() -> None:
    """A character that Taiwan and Hong Kong do not write stands in `same` with the one they do."""
    words = shipped("zh_Hans")
    phrases = [
        *(phrase for alarm in Alarm for phrase in words.alarms[alarm]),
        *(phrase for hint in words.hints for phrase in hint.phrases),
    ]
    used = {letter for phrase in phrases for step in phrase for letter in "".join(step.words)}
    used |= {letter for group in words.groups.values() for letter in "".join(group)}
    simplified = {
        letter
        for letter in used
        if in_charset(letter, "gb2312") and not in_charset(letter, "big5hkscs") and letter > "一"
    }
    assert len(simplified) > 300
    assert not simplified - set(words.same.values())


# ── whatever is written ─────────────────────────────────────────────────────────────────────────

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=4096)
UNSEEN = st.text(
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u200f\ufe0f\ud800\u0301", max_size=2
)
BENIGN = (
    "Thank you for the page about the centres.",
    "We live in Leeds",
    "谢谢你们的资料。",
    "我們住在台中，想看看網頁",
    "",
)


@given(ANY_TEXT)
def test_any_text_gets_an_answer(text: str) -> None:
    """Nothing a stranger can send raises, lone surrogates and control characters included."""
    assert CHECK.look(text) <= {Alarm.DESPAIR, Alarm.EMERGENCY}


@given(
    st.sampled_from(FACT_SHEET_DESPAIR + FACT_SHEET_EMERGENCY),
    st.sampled_from(BENIGN),
    st.sampled_from(BENIGN),
    st.data(),
)
def test_unseen_signs_and_other_sentences_hide_nothing(
    words: str, before: str, after: str, data: st.DataObject
) -> None:
    """The fact sheet's words are found between other sentences and with unseen signs inside."""
    noisy = "".join(letter + data.draw(UNSEEN) for letter in words)
    expected = DESPAIR if words in FACT_SHEET_DESPAIR else EMERGENCY
    assert CHECK.look(f"{before}\n{noisy}\n{after}") >= expected
    assert CHECK.look(f"{before} {noisy.upper()} {after}") >= expected


@given(st.sampled_from(["自杀", "不想活", "呼吸困难", "大出血", "昏迷"]), st.data())
def test_spaces_and_signs_between_chinese_characters_hide_nothing(
    words: str, data: st.DataObject
) -> None:
    """Chinese has no spaces; typed in to pass a filter, they do not help."""
    gaps = st.sampled_from(["", " ", "  ", "*", "-", ".", "/", "，", "\u3000"])
    assert CHECK.look("".join(letter + data.draw(gaps) for letter in words))


@pytest.mark.parametrize(
    ("text", "alarms"),
    [
        ("I want to diiiieeee", DESPAIR),
        ("s u i c i d e", DESPAIR),
        ("i w a n t t o d i e", DESPAIR),
        ("k-i-l-l myself", DESPAIR),
        ("su1c1de", DESPAIR),
        ("$uicide", DESPAIR),
        ("su*cide", DESPAIR),
        ("sui cide", DESPAIR),
        ("suicdie", DESPAIR),
        ("killmyself", DESPAIR),
        ("#iwanttodie", DESPAIR),
        ("Ｉ ｗａｎｔ ｔｏ ｄｉｅ", DESPAIR),
        ("𝓘 𝔀𝓪𝓷𝓽 𝓽𝓸 𝓭𝓲𝓮", DESPAIR),
        ("I can’t breathe", EMERGENCY),
        ("i cant breathe", EMERGENCY),
        ("can not breathe", EMERGENCY),
        ("siezure", EMERGENCY),
        ("un conscious", EMERGENCY),
        ("temp 39,5", EMERGENCY),
        ("fever 103F", EMERGENCY),
        ("体温39.5度", EMERGENCY),
        ("我想 die", DESPAIR),
        ("I really want to 死", DESPAIR),
        ("我 can't 呼吸", EMERGENCY),
        ("help!now joe@example.org a*b", NOTHING),
        ("breeding, strike, heading", NOTHING),
    ],
)
def test_disguises_typos_and_mixed_languages(text: str, alarms: frozenset[Alarm]) -> None:
    """Drawn out, spelt out, run together, misspelt or in two languages: it is understood."""
    assert CHECK.look(text) == alarms


@pytest.mark.parametrize(
    ("text", "alarms"),
    [
        ("I'm confused about the cost", NOTHING),
        ("I'm confused. About the cost: I'll ask later", EMERGENCY),
        ("This form is killing me", NOTHING),
        ("This form is killing me and I want to kill myself", DESPAIR),
        ("Does CAR-NK cause seizures?", NOTHING),
        ("Does CAR-NK cause seizures? My son has one right now", EMERGENCY),
        ("He had a stroke in 2015", NOTHING),
        ("He had a stroke in 2015 and now he can't breathe", EMERGENCY),
        ("In 2015 I tried to kill myself", DESPAIR),
        ("no fever, no bleeding", NOTHING),
        ("no fever but he can't breathe", EMERGENCY),
        ("Can't. Breathe.", EMERGENCY),
        ("I want to go. Die Klinik ist gut.", NOTHING),
        ("癌细胞会死吗", NOTHING),
        ("癌细胞会死吗？我想死", DESPAIR),
        ("2012年中过风", NOTHING),
        ("2012年中过风，现在又半边身子没力", EMERGENCY),
    ],
)
def test_an_exception_covers_no_more_than_it_says(text: str, alarms: frozenset[Alarm]) -> None:
    """Idioms, questions in general and the past are calm; what else is said still alarms."""
    assert CHECK.look(text) == alarms


HARMLESS = sorted({one.text for file in FILES for one in sentences(file) if one.expect == "none"})


@given(
    st.sampled_from(FACT_SHEET_DESPAIR + FACT_SHEET_EMERGENCY),
    st.sampled_from(HARMLESS),
    st.sampled_from(["\n", ". ", ", ", "; ", "。", "，", "？", "! ", ": "]),
    st.booleans(),
)
def test_a_harmless_sentence_beside_it_hides_nothing(
    words: str, harmless: str, between: str, first: bool
) -> None:
    """No idiom and no question hides the words before or after it, in a clause of their own."""
    expected = DESPAIR if words in FACT_SHEET_DESPAIR else EMERGENCY
    pair = (words, harmless) if first else (harmless, words)
    assert CHECK.look(between.join(pair)) >= expected


# ── never slow ──────────────────────────────────────────────────────────────────────────────────

NASTY = {
    "one letter": "a" * 4096,
    "one phrase": "want to die " * 342,
    "no spaces": "killmyself" * 410,
    "almost words": "chemotherapytreatmentpossible" * 142,
    "letters apart": "k i l l " * 512,
    "one-word sentences": "i. do. " * 586,
    "disguises": "su1c1de! " * 455,
    "signs in one word": "ab!" * 1366,
    "numbers": "39.5 " * 820,
    "Chinese": "不想活" * 1366,
    "Chinese, all of the lists": "我想你不要在这里说话了" * 373,
    "exceptions": "I am confused about the bleeding 我没有昏迷。" * 100,
    "newlines": "\n" * 4096,
    "a line of spaces": "\n" + " " * 4095,
    "dots before a letter": "." * 4095 + "a",
    "dots and marks before a letter": ".!?" * 1365 + "a",
    "dollars": "a" + "$" * 4094 + "a",
    "digits": "1" * 4096,
}
STEPS_A_CHARACTER = 60


@pytest.mark.parametrize("name", NASTY)
def test_no_text_is_slow(name: str) -> None:
    """The longest message takes a bounded number of steps, whatever it holds."""
    taken = steps(lambda: CHECK.look(NASTY[name][:4096]), "bot/dialogue/safety/")
    assert 0 < taken <= STEPS_A_CHARACTER * 4096


# ── reading the lists ───────────────────────────────────────────────────────────────────────────

SMALL = """\
apart: 2
groups:
  want: [want, would like]
  sign: [dizzy, faint]
despair:
  - for: "Wishing to end."
    say:
      - <want> (to) ... end/stop
      - gloom*
      - "*doom"
      - sunny_inside
emergency:
  - for: "Signs."
    say: [<sign>, "number 4#"]
hints:
  - for: "Night."
    over: [despair]
    say: [night]
  - for: "Rain."
    over: [despair]
    apart: 0
    say: [rain]
harmless:
  - for: "A song."
    say: [want to end the song]
calm:
  - for: "The past."
    over: [emergency]
    say: [last year]
    still: [today]
same: ["a ä ą"]
misspelt: [gloomy, sunny, inside]
spelt-right: [gloamy]
"""


def small(tmp_path: Path, text: str = SMALL) -> AlarmWords:
    path = tmp_path / "safety.yaml"
    path.write_text(text, encoding="utf-8")
    return read_alarm_words(path, "content/xx/safety.yaml")


@pytest.mark.parametrize(
    ("text", "alarms"),
    [
        ("I want to end", DESPAIR),
        ("I want this to stop", DESPAIR),
        ("I would like it all to stop", NOTHING),  # three words are too far apart
        ("I want to go. Stop", NOTHING),
        ("so gloomily", DESPAIR),
        ("glomy", DESPAIR),
        ("gloo my", DESPAIR),
        ("gloamy", NOTHING),
        ("sunny inside", DESPAIR),
        ("sun ny inside", NOTHING),  # only a word that stands alone may have a space inside
        ("in side", NOTHING),
        ("mydoom", DESPAIR),
        ("dizzy", EMERGENCY),
        ("number 45", EMERGENCY),
        ("number 451", NOTHING),
        ("number 4.5", NOTHING),
        ("night", NOTHING),
        ("night and night", NOTHING),
        ("night and rain", DESPAIR),
        ("I want to end the song", NOTHING),
        ("I want to end the song, I want to end", DESPAIR),
        ("dizzy last year", NOTHING),
        ("dizzy last year and today", EMERGENCY),
        ("dizzy, last year", EMERGENCY),
        ("dizzy last year. Today too", EMERGENCY),
        ("night last year, rain", DESPAIR),
        ("w\u0105nt to end", DESPAIR),
    ],
)
def test_the_format_means_what_its_header_says(
    tmp_path: Path, text: str, alarms: frozenset[Alarm]
) -> None:
    """Groups, distance, optional words, wildcards, digits, hints, exceptions and equal letters."""
    assert WordCheck([small(tmp_path)]).look(text) == alarms


def test_groups_of_one_name_are_one_group(tmp_path: Path) -> None:
    """What one language's file means by <want>, the other's means too: languages may be mixed."""
    one = small(tmp_path)
    other = small(tmp_path, SMALL.replace("[want, would like]", "[вол*, 要]"))
    assert WordCheck([one, other]).look("волим to end") == DESPAIR
    assert WordCheck([one, other]).look("我要 stop") == DESPAIR
    assert WordCheck([one]).look("我要 stop") == NOTHING


def test_the_lists_of_every_language_are_used_for_every_text() -> None:
    """Nothing is told to the check about the language chosen, so nothing can depend on it."""
    assert CHECK.look("I want to die") == CHECK.look("我想死") == DESPAIR
    english, chinese = (WordCheck([shipped(language)]) for language in LANGUAGES)
    assert english.look("我想死") == chinese.look("chest pain") == NOTHING


def test_a_check_without_lists_finds_nothing() -> None:
    """No language, no words; it still answers."""
    assert WordCheck([]).look("I want to die") == NOTHING


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("despair:", "dispair:", 1, "There is no list “despair”"),
        ("emergency:\n", "emergencies:\n", 12, "“emergencies” is not known here"),
        (
            '  - for: "Signs."\n    say: [<sign>, "number 4#"]\n',
            "",
            12,
            "is not a list, or is empty",
        ),
        ("apart: 2", "apart: far", 1, "not a number from 0 to 12"),
        ("apart: 2", "apart: 13", 1, "not a number from 0 to 12"),
        ("groups:\n", "groups: many\nmore:\n", 2, "“groups” has no entries"),
        ("[dizzy, faint]", "dizzy", 4, "“sign” is not a list"),
        ("dizzy, faint", "dizzy, []", 4, "There is no text here"),
        ("<want> (to) ... end/stop", "<wish> to end", 8, "There is no group “wish”"),
        ("<want> (to) ... end/stop", "to end (it)", 8, "no fixed word at its start or end"),
        ("<want> (to) ... end/stop", "to end ...", 8, "begins or ends with dots"),
        ("<want> (to) ... end/stop", "… to end", 8, "begins or ends with dots"),
        ("<want> (to) ... end/stop", "to (end it", 8, "a bracket that is alone"),
        ("<want> (to) ... end/stop", "end [it]", 8, "a sign that is not used here"),
        ("gloom*", "gl*m", 9, "a * in the wrong place"),
        ("gloom*", "g*", 9, "a * in the wrong place"),
        ("gloom*", "死*", 9, "writes no spaces between words"),
        ("gloom*", "'-'", 9, "has no letter"),
        ("apart: 2", "apart: 2\napart: 3", 2, "stands here a second time"),
        ('for: "Rain."', 'for: " "', 19, "It is not said what these phrases are for"),
        ("over: [emergency]", "over: [panic]", 28, "“panic” is no alarm"),
        ("    over: [emergency]\n", "", 27, "“over” is not a list, or is empty"),
        (
            '  - for: "A song."\n    say: [want to end the song]',
            "  - song",
            24,
            "no “for:” and “say:”",
        ),
        ('["a ä ą"]', '["a"]', 31, "not a row of single characters"),
        ('["a ä ą"]', '["a bc"]', 31, "not a row of single characters"),
        ('["a ä ą"]', '["a ä", "ä o"]', 31, "is replaced in another row"),
        ("[gloomy, sunny, inside]", "[end]", 32, "too short"),
        ("[gloomy, sunny, inside]", "[rainy]", 32, "in no group and no phrase"),
        ("[gloamy]", "gloamy", 33, "“spelt-right” is not a list"),
    ],
)
def test_a_broken_file_names_the_line_and_the_remedy(
    tmp_path: Path, old: str, new: str, line: int, told: str
) -> None:
    """Each mistake is told with its line, what is wrong and what to do."""
    assert old in SMALL
    with pytest.raises(BrokenWords) as broken:
        small(tmp_path, SMALL.replace(old, new, 1))
    assert any(
        problem.line == line and told in problem.message and problem.remedy
        for problem in broken.value.problems
    ), broken.value
    assert all(problem.path == "content/xx/safety.yaml" for problem in broken.value.problems)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Somebody who writes a new file sees every mistake in one go, in the order of the lines."""
    with pytest.raises(BrokenWords) as broken:
        small(tmp_path, "groups:\n  a: [b*d]\ndespair:\n  - say: [<c>]\n")
    assert [problem.line for problem in broken.value.problems] == [1, 2, 4, 4, 4]


def test_a_file_with_the_two_lists_is_enough(tmp_path: Path) -> None:
    """Groups, hints and exceptions are there to be used, not to be owed."""
    text = """
despair: [{for: "Say it.", say: [gloom]}]
emergency: [{for: "Say it.", say: [faint]}]
"""
    assert WordCheck([small(tmp_path, text)]).look("gloom, faint") == DESPAIR | EMERGENCY


@given(said=st.text(max_size=60))
def test_whatever_stands_in_a_phrase_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, said: str
) -> None:
    """No phrase that a person may type breaks the program: it is used, or it is a problem."""
    quoted = yaml.safe_dump([said], allow_unicode=False, default_style='"').strip()
    path = tmp_path_factory.getbasetemp() / "safety.yaml"
    path.write_text(
        f"despair: [{{for: x, say: {quoted}}}]\nemergency: [{{for: x, say: [y]}}]\n",
        encoding="utf-8",
    )
    try:
        words = read_alarm_words(path, "x")
    except BrokenWords as broken:
        assert broken.problems
    else:
        WordCheck([words]).look(said)


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("想死 我好累", Alarm.DESPAIR),
        ("我想死 我爸不管我", Alarm.DESPAIR),
        ("我想死了", Alarm.DESPAIR),
        ("我爸胸痛 会有这种副作用吗", Alarm.EMERGENCY),
        ("孩子昏迷了 请问费用多少", Alarm.EMERGENCY),
    ],
)
def test_a_space_between_chinese_words_ends_what_is_harmless(text: str, alarm: Alarm) -> None:
    """Typed on a phone a space is a full stop: the idiom 想死我们了 must not swallow 想死 我们…"""
    assert alarm in CHECK.look(text)
    assert CHECK.look("累死我了") == CHECK.look("可想死你了") == frozenset()
