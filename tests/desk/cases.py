"""Cases as people send them, for the tests of the desk and of what goes out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.dialogue.case import NEW, Case, Consent, File, Value
from tests.dialogue.words import words

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)

CORE: dict[str, Value] = {
    "adult": "yes",
    "who": "patient",
    "country": "DE",
    "age": "40-64",
    "diagnosis": "myeloma",
    "help": ("trials", "costs"),
    "name": "Maria",
    "reply": "here",
}


def consent(id: str = "c1", agreed: bool = True, withdrawn: datetime | None = None) -> Consent:
    return Consent(id, agreed, "0" * 64, "en", NOW, withdrawn=withdrawn)


AGREED = (consent("c1"), consent("c2"))


def case(
    number: str = "K7PQ2",
    chat_id: int = 5,
    *,
    language: str = "en",
    state: str = NEW,
    told: Mapping[str, Value] | None = None,
    consents: tuple[Consent, ...] = AGREED,
    files: tuple[File, ...] = (),
    delivered: datetime | None = None,
    created: datetime = NOW,
) -> Case:
    """A case with the core of the form answered; `told` comes on top."""
    return Case(
        number=number,
        chat_id=chat_id,
        form=words().form.version,
        language=language,
        state=state,
        created=created,
        due=created + timedelta(hours=24),
        answers={**CORE, **(told or {})},
        consents=consents,
        files=files,
        delivered=delivered,
    )
