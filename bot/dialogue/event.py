"""What a person did, as a value free of Telegram."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed; `data` is whatever the button carried, or whatever was forged."""

    data: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command with its argument: Commanded("start", "zh-Hans_costs")."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Free text, new or edited."""

    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Anything that is not text: `kind` is one of KINDS; `words` all the text that came with it.

    `follows`: another piece of an album whose first piece was an event already.
    """

    kind: str
    words: str = ""
    follows: bool = False


KINDS = frozenset({"picture", "document", "voice", "video", "sticker", "place", "contact", "other"})


@dataclass(frozen=True, slots=True)
class Invited:
    """The bot stands in a group that is not its own; `silent` where speaking would be broadcasting
    (a channel)."""

    silent: bool = False


Event = Pressed | Commanded | Said | Sent | Invited


@dataclass(frozen=True, slots=True)
class Person:
    """What is remembered of a person: their choice of language (tag) and the country they named
    for the emergency numbers (ISO 3166, or "EU"). Nothing else."""

    language: str | None = None
    country: str | None = None


NOBODY = Person()
