"""One call of the Bot API: its parameters, however they came, and what a method is.

Telegram takes a query string, a form, a multipart body or JSON, and any value may also be JSON in
a string. Unlike Telegram, a parameter a method does not have is refused, so that a misspelt one
is noticed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.model import Json
from bot.sandbox.rules import bad, stricter, whole

if TYPE_CHECKING:
    from bot.sandbox.world import World

Handler = Callable[["World", "Call"], Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart body."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Call:
    """A method's name and what it was given."""

    method: str
    params: Json
    files: dict[str, Upload] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        return self.params.get(name)

    def text(self, name: str) -> str:
        """A string, "" if absent."""
        value = self.params.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str) -> int | None:
        """A whole number, None if absent. What is none counts as 0, as in Telegram."""
        value = self.params.get(name)
        return None if value is None or value == "" else whole(value)

    def flag(self, name: str) -> bool:
        value = self.params.get(name)
        return value is True or str(value).lower() in {"true", "1", "yes"}

    def json(self, name: str, what: str) -> Any:
        """A value that is JSON, as such or in a string; `what` names it in the refusal."""
        value = self.params.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"Can't parse {what} JSON object") from None

    def required(self, name: str) -> Any:
        value = self.params.get(name)
        if value is None or value == "":
            raise bad(f'Parameter "{name}" is required')
        return value

    def ids(self, name: str, most: int) -> list[int]:
        """A list of message ids (Client.cpp: get_message_ids)."""
        value = self.json(name, name)
        if value is None:
            raise bad("Message identifiers are not specified")
        if not isinstance(value, list):
            raise bad("Expected an Array of message identifiers")
        if len(value) > most:
            raise bad("Too many message identifiers specified")
        try:
            ids = [int(each) for each in value]
        except (TypeError, ValueError, OverflowError):
            raise bad("Can't parse message identifier as Number") from None
        if any(each <= 0 for each in ids):
            raise bad("Invalid message identifier specified")
        if not ids:
            raise bad("Message identifiers are not specified")
        return ids


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Bot API and the parameters it has."""

    name: str
    handler: Handler
    params: frozenset[str]

    def check(self, call: Call) -> None:
        """Refuse what this method does not know."""
        if not call.params.keys() <= self.params:
            unknown = sorted(call.params.keys() - self.params)[0]
            raise stricter(f'unknown parameter "{unknown}"')
        for name in call.files:
            if name not in self.params and not self._attached(name, call):
                raise stricter(f'unknown file "{name}"')

    def _attached(self, name: str, call: Call) -> bool:
        address = f"attach://{name}"
        return any(address in str(value) for value in call.params.values())


class RawJson(bytes):
    """A result that is JSON already."""


METHODS: dict[str, Method] = {}
"""Every method by its name in lower case: Telegram does not mind the case."""


def method(name: str, params: str = "") -> Callable[[Handler], Handler]:
    """Register a handler as the method `name` with these parameters (names, space between)."""

    def register(handler: Handler) -> Handler:
        METHODS[name.lower()] = Method(name, handler, frozenset(params.split()))
        return handler

    return register
