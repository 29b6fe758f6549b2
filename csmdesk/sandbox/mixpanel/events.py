"""Single events, put together from the world's three views of usage: they agree event by event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from csmdesk.sandbox.wire import Json
from csmdesk.sandbox.world import World
from csmdesk.sandbox.world.clock import at

ACCOUNT = "account_id"
"""The group key of the sandbox's project."""
_DAY = 86_400
Counts: TypeAlias = dict[str, dict[str, int]]


def lines(world: World, first: date, end: date) -> Iterator[bytes]:
    """JSON lines of every event, an account at a time."""
    for index in _indices(world):
        rows = list(_of_account(world, index, first, end))
        if rows:
            yield b"\n".join(msgspec.json.encode(row) for row in rows) + b"\n"


def _indices(world: World) -> Iterator[int]:
    yield from range(world.count)
    yield from (-1 - number for number in range(len(world.unjoined_groups)))


def _of_account(world: World, index: int, first: date, end: date) -> Iterator[Json]:
    """The people of a day and its features, dealt to each other in order."""
    people = world.usage_users(index, first, end)
    used = world.usage_features(index, first, end)
    who = _by_day(people.day, people.person.tolist(), people.events.tolist())
    names = list(
        zip(used.feature.tolist(), used.module.tolist(), used.failed.tolist(), strict=True)
    )
    what = _by_day(used.day, names, used.events.tolist())
    key = world.usage_key(index)
    for day, events in what.items():
        persons = [person for person, count in who[day] for _ in range(count)]
        begin = at(day, 0)
        number = 0
        for (feature, module, failed), count in events:
            for n in range(count):
                yield {
                    "event": feature,
                    "properties": {
                        "time": begin + number * (_DAY // (len(persons) + 1)),
                        "distinct_id": persons[number],
                        "$insert_id": f"{key}-{day:%y%m%d}-{number}",
                        ACCOUNT: key,
                        "module": module,
                        "status": "failed" if n < failed else "ok",
                    },
                }
                number += 1


def _by_day(days: Any, values: list[Any], counts: list[int]) -> dict[date, list[tuple[Any, int]]]:
    found: dict[date, list[tuple[Any, int]]] = {}
    for day, value, count in zip(days.tolist(), values, counts, strict=True):
        found.setdefault(day, []).append((value, count))
    return found


def segmented(world: World, event: str, first: date, end: date, *, failed: bool) -> Counts:
    """How often an event (or its failures) happened, by account and day."""
    return _tables(world, first, end)[failed].get(event, {})


@lru_cache(maxsize=2)
def _tables(world: World, first: date, end: date) -> tuple[dict[str, Counts], dict[str, Counts]]:
    """Counts and failures of every event: a client asks for one event after the other."""
    counts: dict[str, Counts] = {}
    failures: dict[str, Counts] = {}
    for index in _indices(world):
        key = world.usage_key(index)
        used = world.usage_features(index, first, end)
        days = [str(day) for day in used.day.tolist()]
        for day, event, count, failed in zip(
            days, used.feature.tolist(), used.events.tolist(), used.failed.tolist(), strict=True
        ):
            counts.setdefault(event, {}).setdefault(key, {})[day] = count
            if failed:
                failures.setdefault(event, {}).setdefault(key, {})[day] = failed
    return counts, failures
