"""Why a case is closed."""

from bot.i18n.text import Text, text

REASONS = ("answered", "other-contact", "silent", "not-for-us", "duplicate", "spam")
"""In the order in which staff are offered them; `Case.reason` is one of these."""


def reason(id: str) -> Text:
    """What a reason is called, for the staff; one that was taken out since has only its id."""
    return text(f"desk.reason.{id}") if id in REASONS else text("desk.reason-unknown", id=id)
