"""Usage: three views of the same events, the same for every window and every today."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from csmdesk.sandbox.world import World

TODAY = date(2026, 11, 21)
FIRST = TODAY - timedelta(days=280)
SAMPLE = (*range(0, 214, 7), -1)


@pytest.fixture(scope="module")
def world() -> World:
    return World(7, 214, TODAY)


@pytest.mark.parametrize("index", SAMPLE)
def test_days_features_and_people_agree(world: World, index: int) -> None:
    daily = world.usage_daily(index, FIRST, TODAY)
    features = world.usage_features(index, FIRST, TODAY)
    people = world.usage_users(index, FIRST, TODAY)
    days, place = np.unique(features.day, return_inverse=True)
    assert np.array_equal(days, daily.day)
    assert np.array_equal(np.bincount(place, features.events, len(days)), daily.events)
    days, place, users = np.unique(people.day, return_inverse=True, return_counts=True)
    assert np.array_equal(days, daily.day)
    assert np.array_equal(users, daily.users)
    assert np.array_equal(np.bincount(place, people.events, len(days)), daily.events)
    assert (features.events > 0).all()
    assert (features.failed <= features.events).all()
    pairs = set(zip(people.day.tolist(), people.person.tolist(), strict=True))
    assert len(pairs) == len(people.day)


def test_rows_are_sorted(world: World) -> None:
    features = world.usage_features(3, FIRST, TODAY)
    keys = list(zip(features.day.tolist(), features.feature.tolist(), strict=True))
    assert keys == sorted(keys)
    people = world.usage_users(3, FIRST, TODAY)
    pairs = list(zip(people.day.tolist(), people.person.tolist(), strict=True))
    assert pairs == sorted(pairs)


@pytest.mark.parametrize("index", [0, 5, 60, 190])
def test_a_window_is_a_part_of_a_longer_one(world: World, index: int) -> None:
    later = World(7, 214, TODAY + timedelta(days=77))
    wide = later.usage_features(index, FIRST, later.today)
    narrow = world.usage_features(index, FIRST + timedelta(days=31), TODAY)
    kept = (wide.day >= np.datetime64(FIRST + timedelta(days=31))) & (
        wide.day < np.datetime64(TODAY)
    )
    for name in ("day", "feature", "module", "events", "failed"):
        assert np.array_equal(getattr(wide, name)[kept], getattr(narrow, name))
    people = later.usage_users(index, FIRST, later.today)
    known = people.day < np.datetime64(TODAY)
    assert np.array_equal(people.person[known], world.usage_users(index, FIRST, TODAY).person)


def test_the_running_day_is_not_there(world: World) -> None:
    for index in range(0, 214, 20):
        daily = world.usage_daily(index, FIRST, TODAY + timedelta(days=9))
        assert (daily.day < np.datetime64(TODAY)).all()


def test_a_group_that_joins_nobody_has_usage(world: World) -> None:
    assert len(world.unjoined_groups) == 2
    assert world.usage_key(-1) == world.unjoined_groups[0]
    assert world.index_of_account_key(world.unjoined_groups[0]) is None
    assert len(world.usage_daily(-2, FIRST, TODAY).day) > 30


def test_weekends_are_quiet(world: World) -> None:
    events = np.zeros(7)
    for index in range(0, 214, 3):
        daily = world.usage_daily(index, FIRST, TODAY)
        weekday = (daily.day.astype(np.int64) + 3) % 7
        events += np.bincount(weekday, daily.events, 7)
    assert events[5:].mean() < 0.5 * events[:5].mean()
