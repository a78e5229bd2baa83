"""Encryption at the field: nothing a person wrote is in the database in the clear.

Keys are Fernet keys (32 bytes, URL-safe base64; AES-128-CBC with HMAC-SHA-256), newest first:
the first one encrypts, all of them decrypt, so keys can be changed while the bot runs on.
"""

import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKey(Exception):  # noqa: N818 - it reads as the operator will say it
    """Something in the database was encrypted with a key that is not among ours."""


class WrongPlace(WrongKey):
    """A sealed value lies in another row than the one it was sealed for, or is not of a shape that
    this release knows. It is treated like one that cannot be opened."""


def new_key() -> str:
    """A fresh key as the setting ENCRYPTION_KEYS wants it."""
    return Fernet.generate_key().decode()


class Cipher:
    """Encrypts with the newest key, decrypts with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        fernets = [Fernet(key) for key in keys]
        self._newest = fernets[0]
        self._fernet = MultiFernet(fernets)

    def seal(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """The plain bytes. Raises WrongKey."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise WrongKey("a stored value was sealed with a key that is not configured") from error

    def seal_in(self, place: str, value: Any) -> bytes:
        """A JSON value, sealed for one row: `place` names the table and the row's key.

        Fernet knows no associated data, so the place is sealed together with the value.
        """
        plain = json.dumps({"in": place, "is": value}, ensure_ascii=False)
        return self.seal(plain.encode("utf-8", "surrogatepass"))

    def open_in(self, place: str, sealed: bytes) -> Any:
        """The value that was sealed for this row. Raises WrongKey; WrongPlace for another row's."""
        found = json.loads(self.open(sealed))
        if not isinstance(found, dict) or found.get("in") != place:
            raise WrongPlace("a stored value lies in a row that it was not sealed for")
        return found["is"]

    def reseal(self, sealed: bytes) -> bytes | None:
        """The same under the newest key; None when it is already. Raises WrongKey."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return self.seal(self.open(sealed))
        return None
