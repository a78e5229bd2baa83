"""A sentence before it is said (Text), and after (Spoken and Label)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NewType

Spoken = NewType("Spoken", str)
"""A sentence in one language, as Telegram HTML, its values escaped. Only a Language makes one."""

Label = NewType("Label", str)
"""Plain words for a button, a toast or a command's description: one line, no HTML."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in ISO 4217 currency units: Money(Decimal(999000), "CNY")."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Percent:
    """A share in percent, shown with exactly the digits it was given: Percent(Decimal("48.6"))."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence that nobody has said yet: its id in the catalogs, and the values it needs.

    `template` is set only by the library, whose pages are already in one language; then `id` is
    the page's place, for messages about it.
    """

    id: str
    values: "Mapping[str, Value]" = field(default_factory=dict)
    template: str | None = None


Value = str | int | Decimal | date | datetime | Money | Percent | Text | tuple[str, ...]


def text(id: str, /, **values: Value) -> Text:
    """`text("sent.number", ref="K-12")`: the sentence `sent.number` of the catalogs."""
    return Text(id, values)
