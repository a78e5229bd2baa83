"""The English of before, as Git keeps it: what a translation was made from."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from bot.i18n.catalog import SOURCE
from bot.i18n.problem import BrokenWords
from bot.i18n.strict import Block, parse_yaml
from bot.translate.items import Item, entries, hash_of

_MOST = 200
"""Versions of a file that are looked at, newest first."""


class History:
    """Earlier versions of the English items. Without Git, or outside a repository, none."""

    def __init__(self, content: Path) -> None:
        self._folder = content / SOURCE
        self._known: dict[str, list[dict[str, tuple[str, Block]]]] = {}
        self._older: dict[str, Iterator[dict[str, tuple[str, Block]]]] = {}

    def made_from(self, item: Item) -> Block | None:
        """The English that the translation was made from; None where nobody knows it."""
        versions = self._versions(item.file.stem)
        found = (one[item.name] for one in versions if item.name in one)
        return next((entry for hash_, entry in found if hash_ == item.made_from), None)

    def before(self, item: Item) -> str | None:
        """The hash of the English before it became what it is; None where nobody knows it."""
        versions = self._versions(item.file.stem)
        found = (one[item.name][0] for one in versions if item.name in one)
        return next((hash_ for hash_ in found if hash_ != item.hash), None)

    def _versions(self, stem: str) -> Iterator[dict[str, tuple[str, Block]]]:
        """(hash, entry) by name, for each version of a file, newest first; each is read once."""
        known = self._known.setdefault(stem, [])
        older = self._older.setdefault(stem, self._read(f"{stem}.yaml"))
        yield from known
        for one in older:
            known.append(one)
            yield one

    def _read(self, name: str) -> Iterator[dict[str, tuple[str, Block]]]:
        commits = self._git("log", f"-{_MOST}", "--format=%H", "--", name) or ""
        for commit in commits.split():
            raw = self._git("show", f"{commit}:./{name}")
            try:
                tree = parse_yaml(raw or "", name)
            except BrokenWords:
                continue
            stem = name.removesuffix(".yaml")
            yield {
                named: (hash_of(kind, entry), entry) for kind, named, entry in entries(stem, tree)
            }

    def _git(self, *words: str) -> str | None:
        """What Git answers; None where it is not there, or knows nothing of this folder."""
        try:
            done = subprocess.run(  # noqa: S603 - our own words
                ["git", "-C", str(self._folder), *words],  # noqa: S607 - as the shell finds it
                capture_output=True,
                check=True,
                encoding="utf-8",
            )
        except (OSError, subprocess.CalledProcessError, UnicodeDecodeError):
            return None
        return done.stdout
