"""Encryption at the field: nothing a person wrote is in the database in the clear.

Keys are Fernet keys (32 bytes, URL-safe base64; AES-128-CBC with HMAC-SHA-256), newest first:
the first one encrypts, all of them decrypt, so keys can be changed while the bot runs on.
"""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKey(Exception):  # noqa: N818 - it reads as the operator will say it
    """Something in the database was encrypted with a key that is not among ours."""


def new_key() -> str:
    """A fresh key as the setting ENCRYPTION_KEYS wants it."""
    return Fernet.generate_key().decode()


class Cipher:
    """Encrypts with the newest key, decrypts with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """The plain bytes. Raises WrongKey."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise WrongKey("a stored value was sealed with a key that is not configured") from error
