"""The pace of a group: what can be set, and that it is kept."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bot.channels.telegram.pacing import Answer, Pacer
from bot.settings import WrongSettings, read_settings
from tests.channels.office import Clock, Office


@pytest.mark.parametrize("pace", [0, 61, "many"])
def test_a_pace_that_cannot_be_is_told(pace: object) -> None:
    """In a sentence with the remedy, before anything is contacted."""
    with pytest.raises(WrongSettings) as told:
        read_settings(_env_file=None, bot_token="1" * 9 + ":" + "x" * 30, staff_group_pace=pace)
    assert any(line.startswith("STAFF_GROUP_PACE must be") for line in told.value.problems)


class Noting(Pacer):
    """Notes when each call into a group was let go, by the pacer's own clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(group=18, now=clock.now, sleep=clock.sleep)
        self.clock = clock
        self.went: list[tuple[float, str]] = []

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Answer:
        async def noted(*args: Any, **more: Any) -> Answer:
            if data.get("chat_id", 0) < 0:
                self.went.append((self.clock.now(), endpoint))
            return await callback(*args, **more)

        return await super().process_request(noted, args, kwargs, endpoint, data, rate_limit_args)


async def test_the_pace_of_the_group_is_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STAFF_GROUP_PACE: never more than so many a minute, and no case costs more than topic, card
    and pin. The clock runs eighty times as fast as ours."""
    await office.stop()
    pacer = Noting(Clock(80))
    monkeypatch.setattr(office, "_pacer", lambda: pacer)
    numbers = [f"C{n:04}" for n in range(15)]
    for number in numbers:
        await office.sends(number)
    await office.start()
    await office.settled()
    assert len(pacer.went) == 3 * len(numbers)
    for first, _ in pacer.went:
        assert len([at for at, _ in pacer.went if first <= at < first + 59.9]) <= 18
    # Cards before pins: every case is there as soon as can be.
    kinds = [endpoint for _, endpoint in pacer.went]
    assert kinds[-len(numbers) :] == ["pinChatMessage"] * len(numbers)
