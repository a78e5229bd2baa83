"""What a person did, as a value free of Telegram."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed; `data` is whatever the button carried, or whatever was forged.

    `message_id`, here and below: where it stands in the chat. It says nothing about what was
    meant, so two events that differ only in it are equal.
    """

    data: str
    message_id: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command with its argument: Commanded("start", "zh-Hans_costs")."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Free text. `edited`: it stood there before, in other words. `answers`: the message in this
    chat that it is a reply to."""

    text: str
    message_id: int | None = field(default=None, compare=False)
    edited: bool = False
    answers: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """Anything that is not text: `kind` is one of KINDS; `words` all the text that came with it.

    `follows`: another piece of an album whose first piece was an event already. `album`: the same
    for all its pieces. Of a picture or document, `ending` is how its name ends (`pdf`) and `size`
    its bytes, as Telegram tells them; "" and 0 where it does not. `answers`: as of Said.
    """

    kind: str
    words: str = ""
    follows: bool = False
    message_id: int | None = field(default=None, compare=False)
    edited: bool = False
    album: str | None = field(default=None, compare=False)
    ending: str = field(default="", compare=False)
    size: int = field(default=0, compare=False)
    answers: int | None = field(default=None, compare=False)


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
