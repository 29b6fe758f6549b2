"""On any day each alert kind is open somewhere, and was closed somewhere in the last 180 days."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import numpy as np
import pytest

from csmdesk.sandbox.world import World
from tests.sandbox.health_oracle import Course, course
from tests.sandbox.world_oracle import View, day_of, view

DAYS = (date(2026, 1, 2), date(2026, 11, 21), date(2030, 6, 17))
LAST = 180


@pytest.fixture(scope="module", params=DAYS, ids=str)
def world(request: pytest.FixtureRequest) -> World:
    return World(7, 214, request.param)


def _of(world: World, *parts: str) -> list[int]:
    return [index for index in range(world.count) if world.role(index).part in parts]


@pytest.fixture(scope="module")
def courses(world: World) -> list[Course]:
    return [course(world, index) for index in _of(world, "crisis", "collapse")]


def test_health_drops(courses: list[Course]) -> None:
    """A fall in the last three weeks is open; one before a recovery, long enough ago, is closed."""
    falls = [(one, n) for one in courses for n in one.falls()]
    assert any(n >= len(one.chi) - 21 for one, n in falls)
    recovered = [
        (one, n)
        for one, n in falls
        if len(one.chi) - LAST <= n and max(one.chi[n + 1 :], default=0) > one.chi[n] + 25
    ]
    assert recovered


def test_the_poor_band_is_entered_and_left(courses: list[Course]) -> None:
    states = [one.poor()[-LAST:] for one in courses]
    assert any(state[-1] for state in states)
    assert any(a and not b for state in states for a, b in itertools.pairwise(state))


def test_activity_drops(world: World) -> None:
    """The rank of 30-day usage falls by more than 25 within a week, and comes back."""
    first = world.today - timedelta(days=LAST + 40)
    length = LAST + 40
    last = world.today - timedelta(days=1)
    active = [n for n in range(world.count) if any(c.mrr(last) for c in world.contracts(n))]
    table = np.zeros((len(active), length))
    for row, index in enumerate(active):
        daily = world.usage_daily(index, first, world.today)
        table[row, (daily.day - np.datetime64(first)).astype(int)] = daily.events
    sums = np.cumsum(np.pad(table, ((0, 0), (1, 0))), axis=1)
    month = sums[:, 30:] - sums[:, :-30]
    rank = 100 * (month[:, None, :] > month[None, :, :]).sum(axis=1) // (len(active) - 1)
    drop = np.lib.stride_tricks.sliding_window_view(rank, 8, axis=1)
    down = drop[:, :, :7].max(axis=2) - drop[:, :, 7] > 25
    assert down[:, -30:].any()
    assert down[:, : LAST - 60].any()


def test_cancellations(world: World) -> None:
    last = world.today - timedelta(days=1)
    contracts = [c for n in range(world.count) for c in world.contracts(n)]
    running = [c for c in contracts if c.decided and c.ended and c.decided <= last < c.ended]
    wavering = [c for c in contracts if any(a <= last < b for a, b in c.withdrawn)]
    assert running or wavering
    since = world.today - timedelta(days=LAST)
    assert any(
        c.decided and c.ended and c.decided < c.ended and since <= c.ended <= last
        for c in contracts
    )


def test_renewals(world: World) -> None:
    accounts = list(world.accounts())
    due = [a.company.renewal_date for a in accounts if a.company.renewal_date]
    assert any(0 <= (on - world.today).days < 30 for on in due)
    since = world.today - timedelta(days=LAST)
    moved = [
        change
        for account in accounts
        for change in account.company.history
        if change.field == "renewal_date" and change.value and day_of(change.at) >= since
    ]
    assert len(moved) > 10


def test_onboarding_without_a_login(world: World) -> None:
    """New customers who stay away for more than a week: one still, and one who came back."""
    waiting, returned = 0, 0
    for index in range(world.plan.old, world.count):
        begun = world.contracts(index)[0].anchor
        used = world.usage_daily(index, begun, world.today).day.astype(object).tolist()
        early = [day for day in used if (day - begun).days < 90]
        if not early:
            continue
        waiting += (world.today - begun).days < 90 and (world.today - early[-1]).days >= 7
        gaps = [(b, (b - a).days) for a, b in itertools.pairwise(early)]
        returned += any(gap >= 7 and (world.today - day).days <= LAST for day, gap in gaps)
    assert waiting
    assert returned


@pytest.fixture(scope="module")
def booming(world: World) -> list[View]:
    return [view(world, world.account(index), days=400) for index in _of(world, "booms")]


def test_growth(world: World, booming: list[View]) -> None:
    """Active users of 30 days +60 % on those of D-119 … D-90, and later below +40 %."""
    states = []
    for v in booming:
        days = [world.today - timedelta(days=k) for k in range(LAST, -1, -1)]
        grown = [v.distinct(day) / max(1, v.distinct(day, 30, 89)) for day in days]
        states.append(grown)
    assert any(grown[-1] >= 1.6 for grown in states)
    assert any(a >= 1.6 and min(grown[n:]) < 1.4 for grown in states for n, a in enumerate(grown))


def test_capacity_fills_and_empties(world: World) -> None:
    full = [view(world, world.account(n)) for n in _of(world, "nearly_full", "over_full")]
    assert all(v.distinct(world.today) / v.seats >= 0.8 for v in full)
    filling = [view(world, world.account(n), days=260) for n in _of(world, "fills_up")]
    emptied = 0
    for v in filling:
        days = [world.today - timedelta(days=k) for k in range(LAST, -1, -1)]
        share = [v.distinct(day) / v.seats for day in days]
        emptied += any(s >= 0.8 and min(share[n:]) < 0.75 for n, s in enumerate(share))
    assert emptied
