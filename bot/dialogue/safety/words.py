"""What a file of alarm words holds, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Alarm(Enum):
    """What the words of a person may call for; despair is answered first (SW4, then SW3)."""

    DESPAIR = "despair"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Step:
    """One place in a phrase: any of these words, at most `apart` other words after the last."""

    words: tuple[str, ...]
    groups: tuple[str, ...]
    apart: int
    may_lack: bool


Phrase = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """Phrases that are too little by themselves; two different hints in a text make an alarm."""

    over: frozenset[Alarm]
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Calm:
    """Phrases that make a whole sentence harmless for `over`, unless one of `still` is there."""

    over: frozenset[Alarm]
    phrases: tuple[Phrase, ...]
    still: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """The lists of one language, as content/<language>/safety.yaml explains them."""

    groups: Mapping[str, tuple[str, ...]]
    alarms: Mapping[Alarm, tuple[Phrase, ...]]
    hints: tuple[Hint, ...]
    harmless: tuple[Phrase, ...]
    calm: tuple[Calm, ...]
    same: Mapping[str, str]
    misspelt: frozenset[str]
    spelt_right: frozenset[str]
