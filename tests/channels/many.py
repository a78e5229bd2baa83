"""Thousands of hostile updates in a second, the same in every run of the same tests."""

import copy
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.channels.updates import (
    IDS,
    PERSON,
    PLANTED,
    PRIVATE,
    TRICKS,
    WRONG,
    Json,
    broken,
    messages,
    taps,
    updates,
)


def some(number: int, kind: st.SearchStrategy[Json]) -> list[Json]:
    """The same examples in every run of the same tests."""
    found: list[Json] = []

    @settings(
        max_examples=number,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(kind)
    def gather(update: Json) -> None:
        found.append(update)

    gather()
    return found


def many(number: int, seed: int = 1) -> list[Json]:
    """At most `number` from the Bot API's types and forged buttons; the others are made of these
    by taking out, exchanging and spoiling parts, which is a hundred times as quick."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is secret
    first = copy.deepcopy(_from_the_types())
    first += [{"callback_query": _tap_of(data)} for data in forged(300, chance)]
    parts: dict[str, list[Any]] = {}
    for update in first:
        for inside, key in _places(update):
            if isinstance(key, str):
                parts.setdefault(key, []).append(inside[key])
    found = chance.sample(first, min(number, len(first)))
    while len(found) < number:
        update = copy.deepcopy(chance.choice(first))
        for _ in range(chance.randint(1, 4)):
            _spoil(update, parts, chance)
        found.append(update)
    return found


@cache
def _from_the_types() -> list[Json]:
    whole = st.builds(lambda one: {"message": one}, messages())
    return [
        *some(250, updates()),
        *some(250, whole),
        *some(100, st.builds(lambda one: {"callback_query": one}, taps())),
        *some(200, broken(updates())),
        *some(100, broken(whole)),
    ]


def forged(number: int, chance: random.Random) -> list[str]:
    """Callback data that nearly is, or once was, or never will be ours."""
    found = []
    for _ in range(number):
        tag = chance.choice(("en", "zh-Hans", "zh-Hant", "xx", "EN", "en-", PLANTED[:6], ""))
        place = chance.choice(PLACES)
        detail = chance.choice(
            ("", ":", ":1", ":99", ":US", ":EU!", ":delete", ":deleted", ":." * 9)
        )
        data = f"v1:{tag}:{place}{detail}{chance.choice(('', '', '!'))}"
        for _ in range(chance.choice((0, 0, 1, 3))):
            where = chance.randrange(len(data) + 1)
            sign = chance.choice(("\x00", "\ud800", "\u202e", ":", "!", "%s", "{0}", "v", "9", ""))
            data = data[:where] + sign + data[where + chance.randint(0, 2) :]
        found.append(data)
    return found


PLACES = (
    *("menu", "language", "emergency", "despair", "privacy", "my-data", "mydata", "my-case"),
    *("help", "rest", "onward", "costs", "basics", "how", "nowhere", "", "__class__", "../menu"),
)


def _tap_of(data: str) -> Json:
    message = {"message_id": 7, "chat": PRIVATE, "date": 1}
    return {"id": "1", "from": PERSON, "chat_instance": "1", "data": data, "message": message}


def _places(update: Json) -> Iterator[tuple[Any, Any]]:
    """Every place in an update: what it is in, and its key there."""
    waiting: list[Any] = [update]
    while waiting:
        inside = waiting.pop()
        for key in list(inside) if isinstance(inside, dict) else range(len(inside)):
            yield inside, key
            if isinstance(inside[key], dict | list):
                waiting.append(inside[key])


def _spoil(update: Json, parts: dict[str, list[Any]], chance: random.Random) -> None:
    places = list(_places(update))
    if not places:
        return
    inside, key = chance.choice(places)
    there = inside[key]
    match chance.randrange(6):
        case 0:
            del inside[key]
        case 1:
            inside[key] = copy.deepcopy(chance.choice(WRONG))
        case 2 if isinstance(there, str):
            inside[key] = chance.choice(TRICKS)
        case 3 if isinstance(there, str):
            inside[key] = there + "".join(chr(chance.randrange(0x110000)) for _ in range(9))
        case 4 if isinstance(there, int):
            inside[key] = chance.choice(IDS)
        case 5 if isinstance(inside, list):
            inside.extend(copy.deepcopy(there) for _ in range(40))
        case _:
            # What stands under this name elsewhere, or under any name.
            kind = key if key in parts else chance.choice(list(parts))
            inside[key] = copy.deepcopy(chance.choice(parts[kind]))
