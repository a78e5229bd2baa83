"""Many cases at once, while everything goes wrong, and at the pace that a group takes."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bot.channels.telegram.pacing import Answer, Pacer
from bot.settings import WrongSettings, read_settings
from tests.channels.office import REPEAT, Clock, Office, cards

# ── many at once ────────────────────────────────────────────────────────────────────────────────


def assert_all_there(office: Office, numbers: list[str]) -> None:
    """Every case is in the group with its own answers and nobody else's; what is there twice is
    marked."""
    for number in numbers:
        found = cards(office, number)
        assert found, number
        assert sum(REPEAT not in one for one in found) <= 1, number
        for one in office.messages():
            whole = (one.text or "") + (one.caption or "")
            if f"marker-{number}" in whole:
                others = [other for other in numbers if other != number]
                assert not any(f"marker-{other}" in whole for other in others)
                topic = office.group.topics.get(one.thread_id or 0)
                assert topic is not None
                assert topic.name.startswith(number)
        assert any(f"marker-{number}" in one for one in found)
        captions = [one.caption or "" for one in office.messages()]
        assert any(f"file-marker-{number}" in caption for caption in captions)


async def test_thirty_cases_while_everything_goes_wrong(each_office: Office) -> None:
    """429, 500, 502, half an answer, connections lost before and after acting, and three power
    cuts: every case in the group, none with another's answers, no unmarked repeat."""
    office, faults = each_office, each_office.sandbox.faults
    group = office.group.id
    for n, outcome in enumerate(
        ["429", "500", "drop_before", "drop_after", "502", "half"] * 4, start=1
    ):
        faults.script(outcome, chat_id=group, skip=4 * n, retry_after=1 if n < 3 else 0)
    numbers = [f"C{n:04}" for n in range(30)]
    for n, number in enumerate(numbers):
        who = office.person(f"person {n}")
        file = office.uploads(who, "document", caption=f"file-marker-{number}")
        told = {"name": f"marker-{number}", "question": f"marker-{number} " * 20}
        await office.sends(number, who, told=told, files=(file,))
        if n in {9, 18, 27}:
            await office.kill()
            await office.start()
    await office.settled()
    assert_all_there(office, numbers)
    assert len([call for call in faults.calls if call.code != 200]) >= 20


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
