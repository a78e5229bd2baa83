"""The pacer, on a clock that stands still until everybody waits."""

import asyncio
import heapq
import itertools
from collections import Counter
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import BadRequest, RetryAfter
from telegram.ext import ExtBot
from telegram.request import BaseRequest

from bot.channels.telegram.pacing import Bucket, Pacer, Window

ANNA, BO, CHEN, DANA = 11, 12, 13, 14
STAFF, OTHER_STAFF = -1001, -1002
A_LITTLE = 1e-6


@pytest.fixture(autouse=True)
def _retry_after_without_its_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns whenever a RetryAfter is made, unless told otherwise."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


class Clock:
    """Time moves to the next sleeper's when nobody has anything else to do."""

    def __init__(self) -> None:
        self.time = 0.0
        self.used = 0
        self.sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self.order = itertools.count()

    def now(self) -> float:
        self.used += 1
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.used += 1
        assert seconds > 0
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self.sleepers, (self.time + seconds, next(self.order), waking))
        await waking

    async def settle(self) -> None:
        """Until nobody does anything more at this time."""
        quiet = 0
        while quiet < 8:
            before = self.used
            await asyncio.sleep(0)
            quiet = quiet + 1 if self.used == before else 0

    async def run(self, work: Coroutine[Any, Any, Any] | asyncio.Future[Any]) -> Any:
        running = asyncio.ensure_future(work)
        await self.settle()
        while not running.done():
            assert self.sleepers, "everybody waits and nobody sleeps"
            self.time, _, waking = heapq.heappop(self.sleepers)
            if not waking.done():
                waking.set_result(None)
            await self.settle()
        return await running


@dataclass
class Telegram:
    """Takes calls, notes when they came, and refuses those it was told to refuse."""

    clock: Clock
    latency: float = 0.0
    came: list[tuple[float, Any, str]] = field(default_factory=list)
    refusals: dict[Any, list[int]] = field(default_factory=dict)
    """By chat: how many seconds each of its next calls is refused for."""

    async def call(self, endpoint: str, data: dict[str, Any]) -> bool:
        chat = data.get("chat_id")
        self.clock.used += 1
        self.came.append((self.clock.time, chat, str(data.get("text", ""))))
        latency = data.get("latency", self.latency)
        if latency:
            await self.clock.sleep(latency)
        if self.refusals.get(chat):
            raise RetryAfter(self.refusals[chat].pop(0))
        return True

    def times(self, chat: Any) -> list[float]:
        return [round(time, 3) for time, to, _ in self.came if to == chat]


class World:
    def __init__(self, **limits: Any) -> None:
        self.clock = Clock()
        self.telegram = Telegram(self.clock)
        self.pacer = Pacer(now=self.clock.now, sleep=self.clock.sleep, **limits)

    async def send(
        self, chat: Any, endpoint: str = "sendMessage", retries: int | None = None, **data: Any
    ) -> Any:
        given = data if chat is None else {"chat_id": chat, **data}
        return await self.pacer.process_request(
            self.telegram.call, (endpoint, given), {}, endpoint, given, retries
        )

    def all(self, *calls: Awaitable[Any]) -> Coroutine[Any, Any, Any]:
        return self.clock.run(asyncio.gather(*calls, return_exceptions=True))

    def start(self, *calls: Awaitable[Any]) -> asyncio.Task[Any]:
        return asyncio.create_task(self.all(*calls))

    async def after(self, seconds: float, call: Awaitable[Any]) -> Any:
        await self.clock.sleep(seconds)
        return await call


async def test_a_person_gets_five_messages_at_once_and_then_one_a_second() -> None:
    """A burst of five, then the rate of Telegram's FAQ."""
    world = World()
    await world.all(*(world.send(ANNA) for _ in range(8)))
    assert world.telegram.times(ANNA) == [0, 0, 0, 0, 0, 1, 2, 3]


async def test_edits_count_like_messages() -> None:
    """A person who taps quickly uses up the same budget as one who is written to."""
    world = World()
    kinds = ["sendMessage", "editMessageText", "copyMessage"] * 2
    await world.all(*(world.send(ANNA, kind) for kind in kinds))
    assert world.telegram.times(ANNA) == [0, 0, 0, 0, 0, 1]


async def test_a_group_gets_eighteen_a_minute_whatever_they_are() -> None:
    """Sends, edits and new topics share one budget of a group."""
    world = World()
    kinds = itertools.cycle(["sendMessage", "editMessageText", "createForumTopic"])
    await world.all(*(world.send(STAFF, next(kinds)) for _ in range(20)))
    assert world.telegram.times(STAFF) == [0] * 18 + [60, 60]


async def test_all_chats_together_get_twenty_eight_a_second() -> None:
    """The limit of the whole bot, first come, first served."""
    world = World()
    await world.all(*(world.send(chat) for chat in range(1, 61)))
    assert [time for time, _, _ in world.telegram.came] == [0] * 28 + [1] * 28 + [2] * 4
    assert [chat for _, chat, _ in world.telegram.came] == list(range(1, 61))


@pytest.mark.parametrize(
    ("endpoint", "chat"),
    [
        ("answerCallbackQuery", None),
        ("getUpdates", None),
        ("getMe", None),
        ("setMyCommands", None),
        ("getChatMember", ANNA),
        ("setMessageReaction", ANNA),
        ("deleteMessage", ANNA),
        ("sendChatAction", ANNA),
        ("leaveChat", ANNA),
    ],
)
async def test_what_sends_nothing_never_waits(endpoint: str, chat: int | None) -> None:
    """An answer to a press goes at once, even to a chat that has used up everything."""
    world = World(overall=5)
    waiting = world.start(*(world.send(ANNA) for _ in range(9)))
    await asyncio.sleep(0)
    await asyncio.gather(*(world.send(chat, endpoint) for _ in range(50)))
    assert not waiting.done()
    assert world.clock.time == 0
    await waiting
    assert world.telegram.times(ANNA)[-1] == 4


@pytest.mark.parametrize("first", [STAFF, str(STAFF)])
@pytest.mark.parametrize("second", [STAFF, str(STAFF)])
async def test_a_chat_is_the_same_as_number_and_as_text(first: Any, second: Any) -> None:
    """An id in a string is no way around the limit."""
    world = World(group=1)
    await world.all(world.send(first), world.send(second))
    assert [time for time, _, _ in world.telegram.came] == [0, 60]


async def test_a_name_is_a_group() -> None:
    """Only groups and channels can be addressed by @name."""
    world = World(group=1)
    await world.all(world.send("@clinic"), world.send("@clinic"))
    assert world.telegram.times("@clinic") == [0, 60]


async def test_an_album_counts_as_many_as_it_holds() -> None:
    """Ten pictures are ten messages; more than the whole budget waits for the whole budget."""
    world = World()
    await world.all(
        world.send(STAFF, "copyMessages", message_ids=list(range(10))),
        world.send(STAFF, "sendMediaGroup", media=tuple(range(8))),
        world.send(STAFF, "forwardMessages", message_ids=[1]),
        world.send(ANNA, "copyMessages", message_ids=list(range(9))),
        world.send(ANNA),
    )
    assert world.telegram.times(STAFF) == [0, 0, 60]
    # Nine at once, where five are allowed: the next one waits for the debt of four, too.
    assert world.telegram.times(ANNA) == [0, 5]


async def test_a_refused_call_is_repeated_when_its_time_has_come() -> None:
    """The caller of a refused call waits, and gets its answer."""
    world = World()
    world.telegram.refusals[ANNA] = [7, 2]
    assert await world.all(world.send(ANNA)) == [True]
    assert world.telegram.times(ANNA) == [0, 7.25, 9.5]


async def test_a_call_refused_again_and_again_is_given_up() -> None:
    """After the third repetition the caller learns it, with Telegram's own error."""
    world = World()
    world.telegram.refusals[ANNA] = [1] * 9
    (answer,) = await world.all(world.send(ANNA))
    assert isinstance(answer, RetryAfter)
    assert len(world.telegram.times(ANNA)) == 4


async def test_a_call_can_ask_not_to_be_repeated() -> None:
    """`rate_limit_args=0`: a queue of the caller's own wants to know at once."""
    world = World()
    world.telegram.refusals[ANNA] = [3]
    (answer,) = await world.all(world.send(ANNA, retries=0))
    assert isinstance(answer, RetryAfter)
    assert world.clock.time == 0


async def test_a_refused_free_call_is_repeated_and_bounded_too() -> None:
    """Methods that never wait are repeated after their own 429, and hold up nobody."""
    world = World()
    world.telegram.refusals = {None: [2], ANNA: [1] * 9}
    answers = await world.all(world.send(None, "setMyCommands"), world.send(ANNA, "getChat"))
    assert answers[0] is True
    assert isinstance(answers[1], RetryAfter)
    assert world.telegram.times(None) == [0, 2.25]
    assert len(world.telegram.times(ANNA)) == 4
    world.telegram.refusals[BO] = [3600]
    (answer,) = await world.all(world.send(BO, "getChat"))
    assert isinstance(answer, RetryAfter)
    assert world.telegram.times(BO) == [world.clock.time]


async def test_one_refused_chat_delays_no_other() -> None:
    """While one person's chat is closed for half a minute, another one is written to at once."""
    world = World()
    world.telegram.refusals[ANNA] = [30]
    refused = world.start(world.send(ANNA), world.send(ANNA))
    await asyncio.sleep(0)
    await world.send(BO)
    assert world.clock.time == 0
    await refused
    assert world.telegram.times(ANNA) == [0, 30.25, 30.25]


async def test_a_message_refused_is_not_overtaken_by_the_next() -> None:
    """Two halves of an explanation arrive in their order, whatever happens to the first."""
    world = World()
    world.telegram.refusals[ANNA] = [5]
    await world.all(world.send(ANNA, text="first"), world.send(ANNA, text="second"))
    assert [text for _, _, text in world.telegram.came] == ["first", "first", "second"]


async def test_the_later_of_two_deadlines_counts() -> None:
    """A short 429 does not lift a long one."""
    world = World()
    world.telegram.refusals[ANNA] = [20, 1]
    await world.all(world.send(ANNA, retries=0))
    await world.all(world.send(ANNA))
    assert world.telegram.times(ANNA) == [0, 20.25, 21.5]


async def test_three_chats_refused_together_mean_everybody_pauses() -> None:
    """A flood wait of the whole bot shows as 429s of different chats at once."""
    world = World()
    world.telegram.refusals = {ANNA: [9], BO: [6], STAFF: [7]}
    refused = world.start(world.send(ANNA), world.send(BO), world.send(STAFF))
    await world.clock.settle()
    late = asyncio.ensure_future(world.send(DANA))
    await refused
    await world.clock.run(late)
    # As long as the least of them was told; each of them keeps its own time.
    assert world.telegram.times(DANA) == [6.25]
    assert world.telegram.times(ANNA) == [0, 9.25]
    assert world.telegram.times(BO) == [0, 6.25]


async def test_two_chats_refused_or_three_far_apart_pause_nobody_else() -> None:
    """Single chats' troubles, one after the other, are not the bot's."""
    world = World()
    world.telegram.refusals = {ANNA: [9], BO: [9], CHEN: [9]}
    await world.all(world.send(ANNA, retries=0), world.send(BO, retries=0))
    await world.all(world.clock.sleep(6))
    await world.all(world.send(CHEN, retries=0))
    await world.all(world.send(DANA))
    assert world.telegram.times(DANA) == [6]


async def test_one_chat_refused_three_times_pauses_nobody_else() -> None:
    """It is the number of different chats that counts."""
    world = World(retries=5)
    world.telegram.refusals[ANNA] = [1, 1, 1]
    world.telegram.latency = 0.1
    later = world.after(2.9, world.send(BO))
    await world.all(world.send(ANNA), later)
    assert world.telegram.times(ANNA) == [0, 1.35, 2.7, 4.05]
    assert world.telegram.times(BO) == [2.9]


async def test_a_pause_holds_back_also_those_with_a_place() -> None:
    """A call that waits for its place among all learns of the pause before it goes."""
    world = World(overall=3, second=4)
    world.telegram.refusals = {ANNA: [30], BO: [30], CHEN: [30]}
    world.telegram.latency = 1
    await world.all(*(world.send(chat, retries=0) for chat in (ANNA, BO, CHEN)), world.send(DANA))
    assert world.telegram.times(DANA) == [31.25]


async def test_until_when_a_chat_is_closed_is_known() -> None:
    """Of a chat that was refused, of a pause of all, and of who was never written to: never."""
    world = World()
    assert world.pacer.held(ANNA) == world.pacer.held(BO) < 0
    world.telegram.refusals[ANNA] = [3600]
    await world.all(world.send(ANNA), world.send(BO))
    assert world.pacer.held(ANNA) == 3600.25
    assert world.pacer.held(BO) < 0
    for chat in (CHEN, DANA, BO):
        world.telegram.refusals[chat] = [600]
    await world.all(*(world.send(chat) for chat in (CHEN, DANA, BO)))
    assert world.pacer.held(STAFF) == 600.25


async def test_a_very_long_refusal_is_told_at_once() -> None:
    """Nobody is kept waiting for an hour: whoever keeps a queue can plan with the time."""
    world = World()
    world.telegram.refusals[ANNA] = [3600]
    answers = await world.all(world.send(ANNA), world.send(ANNA))
    await world.all(world.clock.sleep(600))
    answers += await world.all(world.send(ANNA))
    assert [type(answer) for answer in answers] == [RetryAfter] * 3
    assert answers[2].retry_after.total_seconds() == 3001
    assert world.telegram.times(ANNA) == [0], "and Telegram was not asked again"
    await world.all(world.clock.sleep(2990))
    assert await world.all(world.send(ANNA)) == [True]


async def test_another_error_is_the_callers() -> None:
    """Only 429 is the pacer's business, and an error leaves the chat free."""
    world = World()

    async def broken() -> bool:
        raise BadRequest("message is not modified")

    with pytest.raises(BadRequest):
        await world.pacer.process_request(
            broken, (), {}, "editMessageText", {"chat_id": ANNA}, None
        )
    assert await world.all(world.send(ANNA)) == [True]


async def test_a_caller_that_gives_up_makes_room() -> None:
    """A thousand cancelled calls leave no thousand places reserved behind them."""
    world = World()
    calls = [asyncio.ensure_future(world.send(chat)) for chat in range(1, 1001)]
    await world.clock.settle()
    assert len(world.telegram.came) == 28
    for call in calls[28:]:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await world.all(world.send(2000))
    assert world.telegram.times(2000) == [1]


async def test_a_caller_that_gives_up_in_the_queue_of_its_chat_holds_up_nobody() -> None:
    """The next in the same chat moves up."""
    world = World(group=1)
    calls = [asyncio.ensure_future(world.send(STAFF, text=str(i))) for i in range(4)]
    await world.clock.settle()
    calls[1].cancel()
    calls[2].cancel()
    await world.clock.run(asyncio.gather(*calls, return_exceptions=True))
    assert [(time, text) for time, _, text in world.telegram.came] == [(0, "0"), (60, "3")]


async def test_chats_at_rest_are_forgotten() -> None:
    """A year of patients does not fill the memory."""
    world = World(room=50)
    for chat in range(1, 2001):
        await world.clock.run(world.send(chat))
    assert len(world.pacer._chats) <= 150


async def test_a_chat_with_a_call_under_way_is_remembered() -> None:
    """However full the memory: the next call of the chat still waits its turn."""
    world = World(room=1)
    await world.all(
        world.send(ANNA, latency=20),
        *(world.after(number, world.send(100 + number)) for number in range(1, 10)),
        world.after(10, world.send(ANNA)),
    )
    assert world.telegram.times(ANNA) == [0, 20]


async def test_a_chat_that_is_not_at_rest_is_remembered() -> None:
    """Forgetting must not forgive: a refused chat and a full group keep their time."""
    world = World(room=1)
    world.telegram.refusals[ANNA] = [50]
    await world.all(world.send(ANNA, retries=0))
    await world.all(*(world.send(STAFF) for _ in range(18)))
    for chat in range(100, 300):
        await world.clock.run(world.send(chat))
    await world.all(world.send(ANNA), world.send(STAFF))
    assert world.telegram.times(ANNA) == [0, 50.25]
    assert world.telegram.times(STAFF)[-1] - world.telegram.times(STAFF)[0] >= 60


async def test_it_paces_a_real_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot's ExtBot hands its calls over as the pacer expects them."""
    world = World()
    asked: list[str] = []

    class Answering(BaseRequest):
        read_timeout = 1.0

        async def initialize(self) -> None:
            """Nothing to open."""

        async def shutdown(self) -> None:
            """Nothing to close."""

        async def do_request(self, url: str, *_: Any, **__: Any) -> tuple[int, bytes]:
            asked.append(url.rpartition("/")[2])
            return 200, b'{"ok":true,"result":true}'

    bot: ExtBot[int] = ExtBot("1:x", request=Answering(), rate_limiter=world.pacer)
    actions = [bot.pin_chat_message(ANNA, number) for number in range(7)]
    await world.clock.run(asyncio.gather(*actions, bot.set_my_name("x")))
    assert sorted(asked) == ["pinChatMessage"] * 7 + ["setMyName"]
    assert world.clock.time == 2


# What holds for whatever happens.

PEOPLE, GROUPS = [ANNA, BO, CHEN], [STAFF, OTHER_STAFF]


@dataclass(frozen=True)
class Plan:
    """One call: when it is made, to whom, how much, how long it takes, how often refused."""

    at: float
    chat: int
    cost: int
    latency: float
    cancelled: float | None


plans = st.builds(
    Plan,
    at=st.sampled_from([0.0, 0.0, 0.4, 1.0, 2.5, 30.0, 61.0]),
    chat=st.sampled_from(PEOPLE + GROUPS),
    cost=st.sampled_from([1, 1, 1, 1, 3, 5]),
    latency=st.sampled_from([0.0, 0.04, 0.7, 3.0]),
    cancelled=st.sampled_from([None, None, None, None, 0.01, 0.5, 6.0]),
)
refusals = st.dictionaries(
    st.sampled_from(PEOPLE + GROUPS), st.lists(st.integers(1, 40), max_size=4)
)


@dataclass
class Outcome:
    came: list[tuple[float, int, int, int]]
    """Time, chat, number of the plan, cost."""
    refused_until: list[tuple[float, float, int]]
    """From when until when no call of a chat may come."""
    done: dict[int, float]


def happen(plan: list[Plan], refused: dict[int, list[int]], **limits: Any) -> Outcome:
    """Do all that is planned; everybody must come to an end."""

    async def story() -> Outcome:
        clock = Clock()
        pacer = Pacer(now=clock.now, sleep=clock.sleep, **limits)
        outcome = Outcome([], [], {})
        waits = {chat: list(seconds) for chat, seconds in refused.items()}

        async def one(number: int, planned: Plan) -> None:
            async def call() -> bool:
                clock.used += 1
                outcome.came.append((clock.time, planned.chat, number, planned.cost))
                if planned.latency:
                    await clock.sleep(planned.latency)
                if waits.get(planned.chat):
                    wait = waits[planned.chat].pop(0)
                    outcome.refused_until.append((clock.time, clock.time + wait, planned.chat))
                    raise RetryAfter(wait)
                return True

            if planned.at:
                await clock.sleep(planned.at)
            data = {"chat_id": planned.chat, "message_ids": list(range(planned.cost))}
            try:
                await pacer.process_request(call, (), {}, "copyMessages", data, None)
            except RetryAfter:
                pass
            finally:
                outcome.done[number] = clock.time

        async def impatient(task: asyncio.Task[None], planned: Plan) -> None:
            assert planned.cancelled is not None
            await clock.sleep(planned.at + planned.cancelled)
            task.cancel()

        tasks = [asyncio.create_task(one(number, planned)) for number, planned in enumerate(plan)]
        cancels = [
            asyncio.create_task(impatient(task, planned))
            for task, planned in zip(tasks, plan, strict=True)
            if planned.cancelled is not None
        ]
        await clock.run(asyncio.gather(*tasks, *cancels, return_exceptions=True))
        assert all(chat.calls == 0 for chat in pacer._chats.values())
        return outcome

    return asyncio.run(story())


def most_in(span: float, came: list[tuple[float, int]]) -> int:
    """The most messages in any half-open span of so many seconds."""
    return max(
        (
            sum(cost for time, cost in came[first:] if time < start + span - A_LITTLE)
            for first, (start, _) in enumerate(came)
        ),
        default=0,
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(plans, max_size=60), refusals)
def test_no_limit_is_ever_passed(plan: list[Plan], refused: dict[int, list[int]]) -> None:
    """Whatever is sent, refused and cancelled: no person, group or second gets too much."""
    came = happen(plan, refused, overall=9).came
    assert most_in(1, [(time, cost) for time, _, _, cost in came]) <= 9
    for group in GROUPS:
        assert most_in(60, [(time, cost) for time, to, _, cost in came if to == group]) <= 18
    for person in PEOPLE:
        theirs = [(time, cost) for time, to, _, cost in came if to == person]
        for first, (start, _) in enumerate(theirs):
            for last in range(first, len(theirs)):
                span = theirs[last][0] - start
                assert sum(cost for _, cost in theirs[first : last + 1]) <= 5 + span + A_LITTLE


@settings(max_examples=150, deadline=None)
@given(st.lists(plans, max_size=60), refusals)
def test_the_order_of_a_chat_is_kept(plan: list[Plan], refused: dict[int, list[int]]) -> None:
    """Of two calls of one chat the later one starts when the earlier one has ended."""
    outcome = happen(plan, refused, room=1)
    for chat in PEOPLE + GROUPS:
        asked = [number for number, planned in enumerate(plan) if planned.chat == chat]
        asked.sort(key=lambda number: plan[number].at)  # stable, as they were made
        came = [(time, number) for time, to, number, _ in outcome.came if to == chat]
        places = [asked.index(number) for _, number in came]
        assert places == sorted(places)
        for (_, earlier), (time, later) in itertools.pairwise(came):
            assert earlier == later or outcome.done[earlier] <= time


@settings(max_examples=150, deadline=None)
@given(st.lists(plans, max_size=60), refusals)
def test_a_refusal_is_obeyed(plan: list[Plan], refused: dict[int, list[int]]) -> None:
    """No call of a chat comes before the time its 429 named."""
    outcome = happen(plan, refused)
    for since, until, chat in outcome.refused_until:
        assert not [time for time, to, _, _ in outcome.came if to == chat and since < time < until]


@settings(max_examples=150, deadline=None)
@given(st.lists(plans, max_size=50), st.lists(st.integers(1, 110), min_size=1, max_size=6))
def test_a_refused_chat_never_delays_another(plan: list[Plan], waits: list[int]) -> None:
    """The others' calls come at the same moments as if that chat had not been refused."""
    with_refusals = happen(plan, {ANNA: waits, STAFF: waits}, overall=10**6)
    without = happen(plan, {}, overall=10**6)

    def others(outcome: Outcome) -> Counter[tuple[float, int, int]]:
        return Counter(
            (round(time, 6), chat, number)
            for time, chat, number, _ in outcome.came
            if chat not in {ANNA, STAFF}
        )

    assert others(with_refusals) == others(without)


steps = st.lists(st.tuples(st.floats(0, 3), st.integers(1, 4), st.integers(0, 9)), max_size=60)


@settings(max_examples=400)
@given(st.integers(1, 6), steps)
def test_a_window_lets_go_as_early_as_it_may(
    most: int, taken: list[tuple[float, int, int]]
) -> None:
    """In order, never too much in a span and never later than needed, also after giving back."""
    window, now = Window(most, 2.0), 0.0
    held: list[tuple[float, int]] = []
    for pause, wanted, given_back in taken:
        now, cost = now + pause, min(wanted, most)
        latest = max((start for start, _ in held), default=0.0)
        earliest = max(now, latest)
        candidates = sorted({earliest, *(old + 2.0 for old, _ in held if old + 2.0 > earliest)})
        expected = next(
            time
            for time in candidates
            if sum(many for old, many in held if old + 2.0 > time) + cost <= most
        )
        assert window.take(now, cost) == expected
        held.append((expected, cost))
        if given_back < len(held) and held[given_back - len(held)][0] > now:
            window.give_back(*held.pop(given_back - len(held)))
    assert len(window._starts) <= sum(cost for start, cost in held if start + 2.0 > now)
    assert window.at_rest(now + 10**6)


def test_more_than_fits_at_once_goes_when_everything_may() -> None:
    """An album larger than the budget is not stuck for ever, nor later than a full budget."""
    bucket, window = Bucket(5, 1.0), Window(5, 10.0)
    assert bucket.take(0.0) == window.take(0.0) == 0.0
    assert bucket.take(1.0, 9) == 1.0
    assert bucket.take(2.0) == 6.0
    assert window.take(1.0, 9) == 10.0
    assert window.take(11.0) == 20.0


@given(st.integers(1, 6), steps)
def test_a_bucket_lets_go_as_early_as_it_may(
    burst: int, taken: list[tuple[float, int, int]]
) -> None:
    """It fills one drop every half second, up to its burst, and is never below empty."""
    bucket, now, drops, since = Bucket(burst, 0.5), 0.0, float(burst), 0.0
    for pause, wanted, _ in taken:
        now, cost = max(now + pause, since), min(wanted, burst)
        drops = min(burst, drops + (now - since) / 0.5)
        wait = max(0.0, (cost - drops) * 0.5)
        start = bucket.take(now, cost)
        assert start == pytest.approx(now + wait, abs=1e-9)
        drops, since = min(burst, drops + wait / 0.5) - cost, now + wait
    assert bucket.at_rest(since + burst)


async def test_it_keeps_time_on_the_real_clock() -> None:
    """With the clock of the machine: no faster than allowed, and hardly slower."""
    pacer = Pacer(burst=2, every=0.05, overall=10**6)
    loop, came = asyncio.get_running_loop(), []

    async def call() -> bool:
        came.append(loop.time())
        return True

    await asyncio.gather(
        *(
            pacer.process_request(call, (), {}, "sendMessage", {"chat_id": 1}, None)
            for _ in "12345678"
        )
    )
    assert came[-1] - came[0] >= 6 * 0.05 - 0.005
    assert came[-1] - came[0] < 3.0
