"""Where a button leads: small enough for Telegram's 64 bytes, readable, and good for years.

`v1:zh-Hans:costs:1` is the second screen of the page `costs`, in Simplified Chinese. The version
comes first so that an older or newer bot can tell that it does not know the rest.
"""

import re
from dataclasses import dataclass

_DATA = re.compile(
    r"v1:(?P<language>[A-Za-z][A-Za-z0-9-]{0,15}):(?P<place>[a-z][a-z0-9-]{0,30})"
    r"(?::(?P<detail>[A-Za-z0-9.-]{0,40}))?(?P<chosen>!)?"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A place in the bot: `detail` says which screen or which entry of it; may be empty.

    `chosen`: going there makes `language` the person's own choice.
    """

    language: str
    place: str
    detail: str = ""
    chosen: bool = False

    def data(self) -> str:
        """The callback data, at most 64 bytes of ASCII (Bot API, InlineKeyboardButton)."""
        detail = f":{self.detail}" if self.detail else ""
        return f"v1:{self.language}:{self.place}{detail}{'!' if self.chosen else ''}"

    @property
    def part(self) -> int:
        """The screen of a page, counted from 0; anything else than a number is the first."""
        return int(self.detail) if self.detail.isascii() and self.detail.isdecimal() else 0

    def with_language(self, language: str) -> "Address":
        """The same place in `language`, chosen for good."""
        return Address(language, self.place, self.detail, chosen=True)

    def as_detail(self) -> str:
        """This place as the detail of another address (the language picker's way back)."""
        return f"{self.place}.{self.detail}" if self.detail else self.place


def read_address(data: str) -> Address | None:
    """The address in callback data, or None when it is not one (forged, or of another version)."""
    found = _DATA.fullmatch(data) if len(data) <= 64 else None
    if found is None:
        return None
    return Address(found["language"], found["place"], found["detail"] or "", bool(found["chosen"]))


def address_from_detail(detail: str, language: str) -> Address:
    """The inverse of `as_detail`; the menu for what `as_detail` never wrote."""
    place, _, rest = detail.partition(".")
    there = Address(language, place, rest)
    return there if read_address(there.data()) == there else Address(language, "menu")
