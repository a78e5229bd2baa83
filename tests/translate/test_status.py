"""How far a language is: what is to do, what changed in the English, and what readers see."""

import json
import re
from collections.abc import Callable
from datetime import date

from bot.translate.diff import marked, word_diff
from bot.translate.status import standings
from tests.translate.conftest import Desk


def test_what_is_shipped_is_translated_and_up_to_date(desk: Desk) -> None:
    """One line, and nothing to do."""
    done = desk.runs("status")
    assert done.exit_code == 0
    assert "zh_Hans (简体中文), published: " in done.output
    assert "Everything is translated and up to date." in done.output


def test_each_state_is_told_with_what_readers_see(desk: Desk, git: Callable[[], None]) -> None:
    """Changed, guessed, missing, broken, in catalogs, pages and form; the safety texts first."""
    git()
    chinese = desk.content / "zh_Hans"
    desk.english("safety.sw5", "all the time", "at night")
    desk.english("menu.choose", "would you like to know?", "do you wish to know?")
    desk.runs("update")
    desk.edits(
        desk.catalog("zh_Hans"),
        ('msgctxt "page.overdue"', '#, fuzzy\nmsgctxt "page.overdue"'),
        ('msgstr "{part}/{parts}"', 'msgstr ""'),
        ("在{country}可以", "在{city}可以"),
    )
    desk.edits(desk.content / "en" / "costs.yaml", ("on sale. It is", "for sale. It is"))
    desk.edits(desk.content / "en" / "side-effects.yaml", ('title: "', 'title: "All '))
    desk.edits(chinese / "limits.yaml", ("  title:", "  titel:"))
    desk.edits(desk.content / "en" / "form.yaml", ("Are you 18 or older?", "Are you an adult?"))
    desk.edits(chinese / "form.yaml", ('    label: "咨询人"\n', ""))
    for name, item in (("form", "  illness:"), ("references", "R1:")):
        path = chinese / f"{name}.yaml"
        before, mark, after = path.read_text("utf-8").partition(f"\n{item}\n")
        path.write_text(before + mark + re.sub("from: .*", "from: none", after, count=1), "utf-8")
    (chinese / "basics.yaml").unlink()
    [found] = standings(desk.locales, desk.content, date(2026, 11, 22))
    states = {one.name: (one.state, one.sees) for one in found.things}
    english, older = "the English sentence", "this translation, with a line that the English has"
    assert states.pop("safety.sw5") == ("stale", english)
    assert states.pop("menu.choose") == ("stale", english)
    assert states.pop("page.overdue") == ("fuzzy", english)
    assert states.pop("page.part") == ("missing", english)
    assert states.pop("emergency.numbers") == ("broken", english)
    state, sees = states.pop("costs")
    assert (state, sees.startswith(older)) == ("stale", True)
    state, sees = states.pop("side-effects")
    assert (state, "an old text could hurt" in sees) == ("stale", True)
    assert states.pop("limits")[0] == "broken"
    assert states.pop("basics")[0] == "missing"
    assert states.pop("form.questions.adult") == ("stale", "the question in English")
    assert states.pop("form.questions.who") == ("broken", "the question in English")
    assert states.pop("form.blocks.illness") == ("missing", "the question in English")
    assert states.pop("R1") == ("missing", "the English name")
    assert states == {}
    assert {one.name for one in found.things[:3]} == {
        "safety.sw5",
        "emergency.numbers",
        "side-effects",
    }
    told = desk.runs("status").output
    assert "and 8 more: `python -m bot status zh_Hans`" in told
    whole = desk.runs("status", "zh_Hans", "--diff").output
    assert "do not read messages [-all the time-]{+at night+}." in whole
    assert "no product is [-on-]{+for+} sale. It is" in whole
    assert "question: Are you [-18 or older-]{+an adult+}?" in whole
    [told_json] = json.loads(desk.runs("status", "--json").output)["languages"]
    assert told_json["language"] == "zh_Hans"
    assert told_json["counts"]["page"]["stale"] == 2
    assert {one["name"] for one in told_json["things"]} == {one.name for one in found.things}


def test_a_page_is_due_for_review_when_its_time_has_come(desk: Desk) -> None:
    """Fresh words can be old: readers see them with a line, and whoever asks is told."""
    [found] = standings(desk.locales, desk.content, date(2027, 12, 1), ["zh_Hans"])
    assert found.things
    assert {(one.kind, one.state) for one in found.things} == {("page", "overdue")}


def test_a_language_without_alarm_words_is_told_to_be_deaf(desk: Desk) -> None:
    """Why it is not offered stands in its second line."""
    desk.runs("new-language", "ar")
    told = desk.runs("status", "ar").output
    assert "content/ar/safety.yaml is missing" in told
    assert "0 of 39 pages" in told


def test_an_unknown_language_is_told_with_those_that_are_here(desk: Desk) -> None:
    """Wrong usage, code 2."""
    done = desk.runs("status", "xx")
    assert done.exit_code == 2
    assert "These are here: zh_Hans." in done.output


def test_a_word_diff_tells_words_not_letters() -> None:
    """What is the same stays; Chinese is compared sign by sign; both texts can be read from it."""
    assert marked("a dose of 10 mg", "a dose of 100 mg") == "a dose of [-10-]{+100+} mg"
    assert marked("您好吗", "您很好吗") == "您{+很+}好吗"
    assert marked("", "new") == "{+new+}"
    old, new = "It’s free. Ask us.", "It’s often free, ask!"
    parts = list(word_diff(old, new))
    assert "".join(words for change, words in parts if change != "new") == old
    assert "".join(words for change, words in parts if change != "gone") == new
