"""Telegram: receive, decide through the dialogue, present. Nobody else imports `telegram`."""

import os

# python-telegram-bot is moving its time spans from int to timedelta; this chooses the new form
# (its documentation, “PTB_TIMEDELTA”), without which every flood limit prints a warning.
os.environ.setdefault("PTB_TIMEDELTA", "1")
