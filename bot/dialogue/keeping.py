"""How long what is kept (privacy.md, P11): said to people, and carried out by the storage."""

from datetime import timedelta

KEEP_DRAFT = timedelta(hours=24)
"""After somebody last touched it, whether they had agreed to anything yet or not."""

REMIND_AFTER = timedelta(hours=20)
"""After somebody last touched a draft they are reminded of it once, if they agreed to C4 (F6)."""

KEEP_FILES = timedelta(days=30)
"""After the case was closed: copies of reports in the staff's group."""

KEEP_CLOSED = timedelta(days=90)
"""After the case was closed."""

KEEP_WITHDRAWN = timedelta(days=7)
"""After its person withdrew the consent it rests on: nobody has a reason to keep it, and a slip of
the finger can still be told to the operator."""

KEEP_CASE = timedelta(days=365)
"""After it was sent, whatever its state."""

KEEP_PROOF = timedelta(days=3 * 365 + 1)
"""Consents after they ended, and the audit trail (whose triggers know the same number)."""
