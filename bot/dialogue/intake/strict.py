"""Reading YAML entry by entry: what is not as it should be is told, and reading goes on."""

import re
from collections.abc import Collection

from bot.i18n import markup
from bot.i18n.problem import Problem
from bot.i18n.strict import Block as Entry
from bot.i18n.text import Text


class Strict:
    """Collects the problems of the file that people know as `shown`."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.problems: list[Problem] = []

    def wrong(self, line: int, message: str, remedy: str, code: str = "form", id: str = "") -> None:
        self.problems.append(Problem(self.shown, line, message, remedy, code, id))

    def known(self, entry: Entry, keys: Collection[str]) -> None:
        for key in entry:
            if key not in keys:
                remedy = f"Known are: {', '.join(sorted(keys))}."
                self.wrong(entry.at(key), f"“{key}” is not a known entry.", remedy)

    def word(self, entry: Entry, key: str) -> str:
        value = entry.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.wrong(entry.at(key), f"“{key}” is missing.", f"Add {key}: and the word.")
        return ""

    def label(self, place: str, entry: Entry, key: str) -> Text:
        """Plain words on one line, for a button."""
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            what, remedy = f"“{key}” is missing.", f"Add {key}: and the words in double quotes."
            self.wrong(entry.at(key), what, remedy)
            value = ""
        elif any(char in value.strip() for char in "<>{}\n"):
            remedy = "Write plain words on one line, without signs like < or {."
            self.wrong(entry.at(key), f"“{key}” cannot stand on a button.", remedy)
        return Text(place, template=markup.escape(value.strip()))

    def one_of(self, entry: Entry, key: str, known: Collection[str]) -> str:
        value = entry.get(key)
        if isinstance(value, str) and value in known:
            return value
        what = f"“{key}” is not one of the known words."
        self.wrong(entry.at(key), what, f"Write {key}: and one of {', '.join(sorted(known))}.")
        return ""

    def number(self, entry: Entry, key: str) -> int:
        value = entry.get(key, "0")
        if isinstance(value, str) and re.fullmatch("[0-9]{1,4}", value):
            return int(value)
        self.wrong(entry.at(key), f"“{key}” is not a number.", f'Write {key}: "40".')
        return 0

    def words(
        self, entry: Entry, key: str, known: Collection[str] | None = None
    ) -> tuple[str, ...]:
        """The list of words under `key`, each once; of the `known` ones where these are given."""
        value = entry.get(key, ())
        if isinstance(value, str | Entry) or not all(isinstance(one, str) for one in value):
            remedy = f"Write {key}: [one, two]."
            self.wrong(entry.at(key), f"“{key}” is not a list of words.", remedy)
            return ()
        for n, one in enumerate(value):
            if one in value[:n]:
                self.wrong(entry.at(key), f"“{one}” stands twice in “{key}”.", "Keep one.")
            if known is not None and one not in known:
                remedy = f"Known are: {', '.join(sorted(known)[:12])}."
                self.wrong(entry.at(key), f"“{one}” in “{key}” is not known.", remedy)
        return tuple(value)

    def entries(self, entry: Entry, key: str) -> list[Entry]:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, Entry) for one in value):
            remedy = f"Write {key}: and below it - {{options: [no], text: safety.sw6}}."
            self.wrong(entry.at(key), f"“{key}” cannot be read.", remedy)
            return []
        return value
