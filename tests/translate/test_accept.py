"""Somebody has read a translation beside its English, and says so."""

from bot.words import read_words
from tests.translate.conftest import Desk, changed


def test_a_fuzzy_sentence_is_shown_again_once_it_is_accepted(desk: Desk) -> None:
    """“fuzzy” and the old English go, and nothing else; other flags stay."""
    desk.english("button.back", "Back", "Go back")
    desk.runs("update")
    done = desk.runs("accept", "zh_Hans", "button.back")
    assert done.output == "1 marked as up to date.\n"
    raw = desk.catalog("zh_Hans").read_text("utf-8")
    assert "fuzzy" not in raw
    assert "#|" not in raw
    assert desk.runs("accept", "zh_Hans", "button.back").output == "0 marked as up to date.\n"
    messages = read_words(desk.locales, desk.content).languages["zh_Hans"].messages
    assert "返回" in messages["button.back"].forms[0]


def test_what_cannot_be_accepted_is_told_with_what_to_do(desk: Desk) -> None:
    """An older English beside it, no translation, an unknown name: and then nothing is marked."""
    desk.edits(desk.catalog("zh_Hans"), ('msgstr "您想了解什么？"', 'msgstr ""'))
    desk.english("button.back", "Back", "Go back")
    before = desk.catalog("zh_Hans").read_bytes()
    done = desk.runs("accept", "zh_Hans", "button.back", "menu.choose", "nobody", "safety.sw1")
    assert done.exit_code == 1
    for told in ("Run `python -m bot update` first", "Write the msgstr first", "called “nobody”"):
        assert told in done.output
    assert desk.catalog("zh_Hans").read_bytes() == before
    assert "no language “xx”" in desk.runs("accept", "xx").output


def test_a_file_with_windows_line_ends_keeps_them(desk: Desk) -> None:
    """One line of a page changes, with its line end."""
    path = desk.content / "zh_Hans" / "costs.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    desk.edits(desk.content / "en" / "costs.yaml", ("What it costs", "What it costs today"))
    before = path.read_bytes()
    assert desk.runs("accept", "zh-Hans").output == "1 marked as up to date.\n"
    [(old, new)] = changed(before, path.read_bytes())
    assert old.endswith("\r")
    assert new.endswith("\r")
    assert new.startswith("  from: ")
