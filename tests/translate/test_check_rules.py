"""The rules of `check` by themselves: figures in every language, any text at all, broken lists."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n.strict import Block
from bot.settings import ROOT
from bot.translate.checks import claims, doses, letters, manner, signs, sizes
from bot.translate.checks.examine import examine
from bot.translate.checks.finding import codes
from bot.translate.checks.lists import Sheet, read_sheet
from bot.translate.checks.texts import Said, Use
from bot.translate.checks.tongue import Tongue
from tests.translate.seeds import LISTS


@pytest.mark.parametrize(
    ("language", "words", "wanted"),
    [
        ("en", "10 mg every 12 hours", ["10 mg", "720 minute"]),
        ("en", "3 to 4 weeks", ["30240 minute", "40320 minute"]),
        ("en", "US$475,000 and CNY 999,000", ["475000 USD", "999000 CNY"]),
        ("en", "5 billion cells on 30 June 2026", ["5000000000", "30", "2026"]),
        ("en", "CD19, IL-15, 4-1BB", ["4"]),
        (
            "zh_Hans",
            "每12小时10毫克，3至4周",
            ["720 minute", "10 mg", "30240 minute", "40320 minute"],
        ),
        ("zh_Hans", "47.5万美元，人民币129万元", ["475000 USD", "1290000 CNY"]),
        ("zh_Hans", "2026年，38℃，48.6％", ["2026", "38 °C", "48.6 %"]),
        ("zh_Hant", "20毫克，6週，50億個", ["20 mg", "60480 minute", "5000000000"]),
        ("ru", "2,5 мг, 475 000 долларов, 5 млрд", ["2.5 mg", "475000 USD", "5000000000"]),
        ("ru", "через 3–4 недели, 38 °C", ["30240 minute", "40320 minute", "38 °C"]),
        ("de", "1,5 g nach 3 bis 4 Tagen", ["1500 mg", "4320 minute", "5760 minute"]),
        ("de", "1.290 Plätze, 48,6 %", ["1290", "48.6 %"]),
        ("fr", "1\u202f290\u202f000 $US, 38,5 °C", ["1290000", "38.5 °C"]),
        ("es", "0,5 mg cada 8 horas", ["0.5 mg", "480 minute"]),
        ("ar", "١٠ ملغ كل ٨ ساعات", ["10 mg", "480 minute"]),
        ("ar", "٣٨٫٥ درجة مئوية", ["38.5 °C"]),
    ],
)
def test_figures_are_read_as_meant(language: str, words: str, wanted: list[str]) -> None:
    """Ten milligrams are ten milligrams in every script, and a thousand is no decimal."""
    read = [
        " / ".join(sorted(f"{amount:f} {base}" for base, amount in figure.amounts))
        or f"{figure.value.normalize():f}"
        for figure in Tongue(language).figures.read(words)
    ]
    assert read == wanted


LANGUAGES = ("en", "zh_Hans", "zh_Hant", "ru", "ar", "de", "fr", "th", "xx")
NOTHING = Sheet({}, {}, (), frozenset(), None, Block(), {})
SIGNS = st.text(
    st.sampled_from(
        "0123456789٣.,:;?!<b>/&{}%()（），。 \u200b\u202b\u00a0mgг细胞細АaРé🙂⬅'\"\n-–万$"
    ),
    max_size=40,
)


@settings(deadline=None)
@given(
    st.text() | SIGNS,
    st.none() | st.text() | SIGNS,
    st.sampled_from(LANGUAGES),
    st.sampled_from(["button", "label", "title", "source", "sentence", "part"]),
    st.booleans(),
)
def test_any_text_can_be_looked_at(
    words: str, english: str | None, language: str, use: Use, html: bool
) -> None:
    """No rule fails on any text, and what it says has a known code and a remedy."""
    said = Said("content/x/x.yaml", 1, 1, "x y", language, use, words, html, english)
    tongue = Tongue(language)
    for fault in (
        *letters.look(said, tongue),
        *signs.look(said, tongue),
        *sizes.look(said, tongue),
        *manner.look(said, tongue, frozenset()),
        *doses.look(said, tongue, Tongue("en").figures),
        *claims.look(said, NOTHING),
    ):
        assert fault.code in codes()
        assert fault.remedy


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("claims", '"revolution"', '"(revolution"', 'en: ["(revolution"'),
        ("claims", "W2:", "W2: none\nW99:", "W2: none"),
        ("allowed", "page: about", "pages: about", "pages: about"),
        ("allowed", "words:", "words: none\nothers:", "words: none"),
        ("glossary", '- en: "donor"', '- de: "donor"', '- de: "donor"'),
        ("glossary", 'avoid: {zh_Hans: ["脱靶毒性"]}', "avoid: 脱靶毒性", "on-target, off"),
        ("glossary", "terms:", "terms: none\nothers:", "terms: none"),
        ("latin", "phases: [I, II, III]", "phases: I", "phases: I"),
        ("latin", "phases:", "\tphases:", "\tphases:"),
    ],
)
def test_a_broken_list_is_told_and_the_rest_goes_on(
    name: str, old: str, new: str, line: str, tmp_path: Path
) -> None:
    """What cannot be used of a list is named with its line; nothing else stops working."""
    for one in LISTS:
        shutil.copy(ROOT / "content" / f"{one}.yaml", tmp_path / f"{one}.yaml")
    path = tmp_path / f"{name}.yaml"
    raw = path.read_text(encoding="utf-8")
    assert old in raw
    path.write_text(raw.replace(old, new, 1), encoding="utf-8")
    sheet = read_sheet(tmp_path, {})
    lines = path.read_text(encoding="utf-8").split("\n")
    assert sheet.problems
    for problem in sheet.problems:
        assert problem.path == f"content/{name}.yaml"
        assert line in lines[problem.line - 1]
        assert problem.code in codes()
    assert sheet.facts is not None


def test_a_broken_list_is_a_finding(tmp_path: Path) -> None:
    """`check` tells it like any other mistake, in nobody's language."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    path = tmp_path / "content" / "claims.yaml"
    path.write_text("W1: no\n", encoding="utf-8")
    found = examine(ROOT / "locales", tmp_path / "content").findings
    sure = [one for one in found if one.severity == "error"]
    assert [(one.code, one.line, one.language) for one in sure] == [("lists", 1, "")]
