"""The time, where nobody hands in another one."""

from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]
"""Says what time it is: aware, in UTC. The sandbox hands in one that its page moves."""


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)
