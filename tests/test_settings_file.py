""".env and its values: what cannot be read is told, and what says nothing is nothing."""

from pathlib import Path

import pytest

from bot.settings import WrongSettings, read_settings
from bot.storage.crypto import new_key

TOKEN = "123456789:" + "A" * 35


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    """Bytes that are no text: the reason and the remedy, no traceback."""
    bytes_ = tmp_path / "bytes"
    bytes_.write_bytes(b"BOT_TOKEN=\xff\xfe\x00")
    with pytest.raises(WrongSettings) as wrong:
        read_settings(_env_file=bytes_)
    assert wrong.value.problems == [
        ".env cannot be read (it is no text in UTF-8). Let the user who runs the bot read it, as "
        "UTF-8."
    ]


def test_a_file_that_may_not_be_read_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when root wrote it and the bot has a user of its own."""
    path = tmp_path / "secret"
    path.write_text("X=1", encoding="utf-8")

    def refuse(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(WrongSettings, match=r"\.env cannot be read \(Permission denied\)"):
        read_settings(_env_file=path)


@pytest.mark.parametrize("word", ["none", "None", " NONE. ", "none."])
def test_no_commercial_ties_are_none_however_it_is_written(word: str) -> None:
    """Else “None” would be shown to patients like the name of a company."""
    given = {"bot_token": TOKEN, "encryption_keys": new_key(), "commercial_ties": word}
    assert read_settings(_env_file=None, **given).commercial_ties == "none"
