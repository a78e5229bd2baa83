"""A copy of the shipped words, in a Git repository of its own where a story needs one."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.settings import ROOT


@dataclass(frozen=True)
class Desk:
    """Where a translator sits: locales/ and content/, and the command line."""

    root: Path

    @property
    def locales(self) -> Path:
        return self.root / "locales"

    @property
    def content(self) -> Path:
        return self.root / "content"

    def runs(self, command: str, *words: str) -> Result:
        """`python -m bot command words...` on these files."""
        where = ["--locales", str(self.locales)]
        if command != "extract":
            where += ["--content", str(self.content)]
        done = CliRunner().invoke(main, [command, *words, *where])
        assert "Traceback" not in done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    def catalog(self, language: str) -> Path:
        return self.locales / language / "LC_MESSAGES" / "messages.po"

    def edits(self, path: Path, *changes: tuple[str, str]) -> None:
        """Replaces the first place of each text, as somebody does in an editor."""
        raw = path.read_bytes().decode("utf-8")
        for old, new in changes:
            assert old in raw, old
            raw = raw.replace(old, new, 1)
        path.write_bytes(raw.encode("utf-8"))

    def english(self, id: str, old: str, new: str) -> None:
        """Changes the wording of one English sentence: its msgid and its msgstr."""
        path = self.catalog("en")
        raw = path.read_text(encoding="utf-8")
        before, mark, after = raw.partition(f'msgctxt "{id}"\n')
        entry, gap, rest = after.partition("\n\n")
        assert mark
        assert old in entry
        path.write_text(before + mark + entry.replace(old, new) + gap + rest, encoding="utf-8")

    def commits(self) -> None:
        git = ["git", "-C", str(self.root), "-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run([*git, "init", "-q"], check=True)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "words"], check=True)


def changed(before: bytes, after: bytes) -> list[tuple[str, str]]:
    """(old, new) of each line that differs; the number of lines must be the same."""
    old, new = before.decode("utf-8").split("\n"), after.decode("utf-8").split("\n")
    return [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    for name in ("locales", "content"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=others)
    return Desk(tmp_path)


def others(folder: str, names: list[str]) -> set[str]:
    """Languages that are shipped besides English and Simplified Chinese: stories add their own."""
    if Path(folder).name not in ("locales", "content"):
        return set()
    languages = {name for name in names if (ROOT / "locales" / name).is_dir()}
    return languages - {"en", "zh_Hans"}


@pytest.fixture
def git(desk: Desk) -> Callable[[], None]:
    """Commits everything as it is now. The test is skipped where there is no Git."""
    if shutil.which("git") is None:
        pytest.skip("there is no Git")
    return desk.commits
