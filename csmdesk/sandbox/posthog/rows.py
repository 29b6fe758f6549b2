"""The rows of a query, account by account in the order of their keys: bounded memory.

Account keys have six digits, so their order as strings is the order of the accounts; the
unjoined groups (`legacy_…`) come after them. Nothing is kept between pages: the key of the
last row says where to go on, and only that account is looked at again. The world counts use by
day: all of a day's happened at noon UTC.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from csmdesk.sandbox.posthog.hogql import Query
from csmdesk.sandbox.state import State
from csmdesk.sandbox.world import World

# How long PostHog keeps events of this project, by query.
KEPT_DAYS = {"daily": 280, "features": 280, "users": 90, "surveys": 3650}

Rows = list[tuple[Any, ...]]
_NOON = time(12, tzinfo=UTC)
_PLACE = itemgetter(3, 0)  # of an answer: when, then its id


def blocks(state: State, query: Query) -> Iterator[Rows]:
    """The rows after the query's key, one block an account, until there are LIMIT and one."""
    wanted = query.limit + 1
    source = _surveys(state, query) if query.name == "surveys" else _grouped(state, query)
    for rows in source:
        if len(rows) >= wanted:
            yield rows[:wanted]
            return
        wanted -= len(rows)
        yield rows


def _grouped(state: State, query: Query) -> Iterator[Rows]:
    world = state.world
    kept = min(KEPT_DAYS[query.name], state.history or KEPT_DAYS[query.name])
    oldest = world.today - timedelta(days=kept)
    first, end = max(_day(query.first), oldest), min(_day(query.end), world.today)
    if first >= end:
        return
    for index in _indices(world, query.after):
        rows = _rows(world, query.name, index, first, end, query.zone)
        if query.after is not None and rows and rows[0][0] == query.after[0]:
            size = len(query.after)
            rows = [row for row in rows if row[:size] > query.after]
        if rows:
            yield rows


def _indices(world: World, after: Sequence[str] | None) -> Iterator[int]:
    """Accounts upwards, then the unjoined groups -1, -2 …, from the key's account on."""
    start = 0
    if after is not None:
        found = world.index_of_account_key(after[0])
        start = _first_from(world, after[0]) if found is None else found
    yield from range(start, world.count)
    for number, key in enumerate(world.unjoined_groups):
        if after is None or key >= after[0]:
            yield -1 - number


def _first_from(world: World, key: str) -> int:
    """The first account whose key is not before `key`, which is no account's."""
    low, high = 0, world.count
    while low < high:
        middle = (low + high) // 2
        if world.usage_key(middle) < key:
            low = middle + 1
        else:
            high = middle
    return low


def _rows(world: World, name: str, index: int, first: date, end: date, zone: ZoneInfo) -> Rows:
    key = world.usage_key(index)
    columns: list[list[Any]]
    if name == "daily":
        daily = world.usage_daily(index, first, end)
        columns = [daily.events.tolist(), daily.users.tolist()]
        days = daily.day
    elif name == "features":
        used = world.usage_features(index, first, end)
        columns = [used.feature.tolist(), used.module.tolist()]
        columns += [used.events.tolist(), used.failed.tolist()]
        days = used.day
    else:
        people = world.usage_users(index, first, end)
        columns = [people.person.tolist(), people.events.tolist()]
        days = people.day
    texts = [_told(day, zone) for day in days.tolist()]
    return list(zip([key] * len(texts), texts, *columns, strict=True))


def _day(moment: datetime) -> date:
    """The first day of the world whose noon is not before a bound."""
    there = moment.astimezone(UTC)
    return there.date() + timedelta(days=there.timetz() > _NOON)


@lru_cache(maxsize=4096)
def _told(day: date, zone: ZoneInfo) -> str:
    """A day of the world as the query's zone has it."""
    return datetime.combine(day, _NOON).astimezone(zone).date().isoformat()


def _surveys(state: State, query: Query) -> Iterator[Rows]:
    """The answers after the query's key in one block, by time; sorted once for all pages."""
    answers = _all_surveys(state, state.world)
    start = bisect_left(answers, (_instant(query.first.astimezone(UTC)),), key=_PLACE)
    if query.after is not None:
        start = max(start, bisect_right(answers, query.after, key=_PLACE))
    end = bisect_left(answers, (_instant(query.end.astimezone(UTC)),), key=_PLACE)
    yield answers[start : max(min(end, start + query.limit + 1), start)]


@lru_cache(maxsize=1)
def _all_surveys(state: State, world: World) -> Rows:
    rows = [
        (
            answer.uuid,
            world.usage_key(account.index),
            account.contacts[answer.contact].email,
            _instant(datetime.fromtimestamp(answer.at, UTC)),
            str(answer.score),
            answer.comment,
        )
        for account in state.accounts()
        for answer in account.nps
    ]
    return sorted(rows, key=_PLACE)


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
