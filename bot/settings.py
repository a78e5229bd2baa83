"""The settings: the environment (or .env), read once, every problem told at once."""

import hmac
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from babel import Locale
from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.storage.database import async_url

ROOT = Path(__file__).parent.parent
"""Where the shipped content/ and locales/ lie."""

TELEGRAM = "https://api.telegram.org"

_PATH = r"(?:/[\w.~/-]*)?"
_OWN_MACHINE = re.compile(rf"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?{_PATH}", re.A)
_PUBLIC = re.compile(rf"https://(?:[\w-]+\.)*[\w-]+(?::(?:443|80|88|8443))?{_PATH}", re.A)
"""Where Telegram delivers (Bot API, setWebhook); `https://user@host` is somewhere else."""


class WrongSettings(Exception):  # noqa: N818 - it reads as the operator will say it
    """Settings that the bot cannot start with: one line each, with the remedy."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class PortTaken(Exception):  # noqa: N818 - as above
    """PORT cannot be listened on now; the text says why, with the remedy."""


class Settings(BaseSettings):
    """What an operator may set. The README lists every field; a test compares."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    # To start
    bot_token: SecretStr
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode]
    bot_api_url: str = TELEGRAM
    database_url: SecretStr = SecretStr("sqlite:///data/bot.db")
    webhook_url: str | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    webhook_secret: SecretStr | None = None
    content_dir: Path = ROOT / "content"
    locales_dir: Path = ROOT / "locales"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] | None = None
    # Groups the bot belongs in; it leaves every other one
    staff_chat_id: int | None = None
    staff_groups: Annotated[dict[str, int], NoDecode] = Field(default_factory=dict)
    staff_group_pace: int = 18
    staff_admins: Annotated[tuple[int, ...], NoDecode] = ()
    # What people are told about who runs this
    operator_name: str | None = None
    operator_contact: str | None = None
    operator_country: str | None = None
    staff_countries: Annotated[tuple[str, ...], NoDecode] = ()
    commercial_ties: str | None = None

    @field_validator("bot_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"\d{3,}:[A-Za-z0-9_-]{20,}", value.get_secret_value()):
            raise ValueError("does not look like a token. Copy it again from @BotFather.")
        return value

    @field_validator("encryption_keys", mode="before")
    @classmethod
    def _keys(cls, value: Any) -> Any:
        return [key.strip() for key in value.split(",")] if isinstance(value, str) else value

    @field_validator("encryption_keys")
    @classmethod
    def _each_key(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, key in enumerate(value, start=1):
            try:
                Fernet(key.get_secret_value())
            except ValueError as error:
                raise ValueError(
                    f"holds a wrong key (number {number}). Make one with `python -m bot new-key`."
                ) from error
        return value

    @field_validator("bot_api_url")
    @classmethod
    def _api(cls, value: str) -> str:
        if not re.match(r"https?://[^/]", value):
            raise ValueError("is not an address. Start it with https://.")
        return value.rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _webhook(cls, value: str | None) -> str | None:
        if value is None or _OWN_MACHINE.fullmatch(value):
            return value
        if not value.startswith("https://"):
            raise ValueError(
                "must start with https:// (http:// only for 127.0.0.1): Telegram sends what "
                "patients write."
            )
        if not _PUBLIC.fullmatch(value):
            raise ValueError(
                "is not an address that Telegram delivers to. Write it like "
                "https://bot.example.org/telegram, with port 443, 80, 88, 8443 or none."
            )
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[\w-]{1,256}", value.get_secret_value(), re.A):
            raise ValueError("may hold letters, digits, _ and -, up to 256 of them.")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        async_url(value.get_secret_value())
        return value

    @field_validator("content_dir", "locales_dir")
    @classmethod
    def _folder(cls, value: Path) -> Path:
        if not value.is_dir():
            raise ValueError("is not a folder. Correct the path, or unset it for the shipped one.")
        return value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _any_case(cls, value: Any, info: Any) -> Any:
        if not isinstance(value, str):
            return value
        return value.upper() if info.field_name == "log_level" else value.lower()

    @field_validator("commercial_ties")
    @classmethod
    def _ties(cls, value: str | None) -> str | None:
        # “None” is the word, too; shown as it stands, it would read like a tie of that name.
        none = value is not None and value.strip().rstrip(".").casefold() == "none"
        return "none" if none else value

    @field_validator("staff_groups", mode="before")
    @classmethod
    def _groups(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [pair.strip().partition("=") for pair in value.split(",")]
        if not all(name.strip() and re.fullmatch(r"\s*-\d+", number) for name, _, number in pairs):
            raise ValueError("is not like zh_Hans=-1001234567890, en=-1009876543210.")
        return {name.strip(): int(number) for name, _, number in pairs}

    @field_validator("staff_admins", mode="before")
    @classmethod
    def _admins(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        ids = [one.strip() for one in value.split(",")]
        if not all(re.fullmatch(r"[1-9]\d{0,15}", one, re.ASCII) for one in ids):
            raise ValueError("must be made of Telegram ids of people, like 123456789, 987654321.")
        return tuple(dict.fromkeys(int(one) for one in ids))

    @field_validator("staff_group_pace")
    @classmethod
    def _pace(cls, value: int) -> int:
        if not 1 <= value <= 60:
            raise ValueError("must be from 1 to 60. Telegram takes about 20 a minute.")
        return value

    @field_validator("operator_country")
    @classmethod
    def _country(cls, value: str | None) -> str | None:
        if value is None:
            return None
        code = value.strip().upper()
        if not _is_country(code):
            raise ValueError(_NO_COUNTRY.format(example="DE"))
        return code

    @field_validator("staff_countries", mode="before")
    @classmethod
    def _countries(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        codes = [code.strip().upper() for code in value.split(",")]
        if not all(_is_country(code) for code in codes):
            raise ValueError(_NO_COUNTRY.format(example="DE, CN"))
        return tuple(dict.fromkeys(codes))

    @property
    def missing(self) -> tuple[str, ...]:
        """What consultations wait for, by the names an operator sets (README, Settings)."""
        needed = {
            "STAFF_CHAT_ID": self.staff_chat_id,
            "OPERATOR_NAME": self.operator_name,
            "OPERATOR_CONTACT": self.operator_contact,
            "OPERATOR_COUNTRY": self.operator_country,
            "STAFF_COUNTRIES": ",".join(self.staff_countries),
            "COMMERCIAL_TIES": self.commercial_ties,
        }
        return tuple(name for name, value in needed.items() if not str(value or "").strip())

    @property
    def host(self) -> str | None:
        """The address to listen at: this machine's own for a plain-http webhook, else any (None),
        for a proxy or a host's router stands in front."""
        if self.webhook_url and _OWN_MACHINE.fullmatch(self.webhook_url):
            return urlsplit(self.webhook_url).hostname
        return None

    @property
    def secret(self) -> str:
        """What Telegram must say with each update it delivers: the one that was set, or one that
        only who knows the token can work out."""
        if self.webhook_secret is not None:
            return self.webhook_secret.get_secret_value()
        token = self.bot_token.get_secret_value().encode()
        return hmac.new(token, b"webhook", "sha256").hexdigest()

    @property
    def groups(self) -> frozenset[int]:
        """Every group that is the staff's own."""
        own = {self.staff_chat_id} if self.staff_chat_id is not None else set()
        return frozenset(own | set(self.staff_groups.values()))


_NO_COUNTRY = "must be made of two-letter country codes (ISO 3166), like {example}."
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes that CLDR has beside the countries: unions, and places that do not exist."""


def _is_country(code: str) -> bool:
    known = Locale("en").territories
    return len(code) == 2 and code in known and code not in _NO_COUNTRIES


_SAID = {
    "missing": "is missing. Set it in the environment or in .env.",
    "literal_error": "must be one of: {expected}.",
    "int_parsing": "must be a whole number.",
    "greater_than_equal": "must be from 1 to 65535.",
    "less_than_equal": "must be from 1 to 65535.",
}


def read_settings(**given: Any) -> Settings:
    """The settings from the environment and .env; `given` ones come first.

    Raises WrongSettings with every problem; no value is repeated in it.
    """
    try:
        return Settings(**given)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise WrongSettings(
            [f".env cannot be read ({reason}). Let the user who runs the bot read it, as UTF-8."]
        ) from None
    except ValidationError as error:
        problems = []
        for found in error.errors(include_input=False, include_url=False):
            name = str(found["loc"][0]).upper() if found["loc"] else "settings"
            said = _SAID.get(found["type"])
            if said is None:
                said = found["msg"].removeprefix("Value error, ")
            problems.append(f"{name} {said.format(**found.get('ctx', {}))}")
        raise WrongSettings(sorted(problems)) from None
