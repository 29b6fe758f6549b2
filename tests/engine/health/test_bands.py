"""Hysteresis, activity rank and markers, day by day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace as replace_settings

from csmdesk.domain.findings import GOOD, NEUTRAL, NO_BAND, POOR, Health, HistoryDay
from csmdesk.domain.settings import FactorSettings, HealthLimits, Model, Settings
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.bands import activity_rank
from csmdesk.engine.health.factors import KEYS
from csmdesk.engine.health.history import history_day
from tests.engine.build import DAY, facts
from tests.engine.health.given import measures

# The risk score is the CHI: one factor of weight 100, score = 100 - value.
_ONE = {key: FactorSettings(weight=0) for key in KEYS} | {
    "csm_risk": FactorSettings(weight=100, curve=((0, 100), (100, 0)))
}
PLAIN = Settings(models=(Model(factors=_ONE),))


def on(
    day: int, chi: int, history: list[HistoryDay], settings: Settings = PLAIN, **given: Any
) -> Health:
    values = {"risk_score": 100 - chi, "trend_num": None, **given}
    return assess(facts(["acme"]), measures(**values), settings, day, history)


def held_through(scores: list[int | None]) -> list[int]:
    """Held band after each of consecutive days; None = a day without data (no band)."""
    history: list[HistoryDay] = []
    held = []
    for place, chi in enumerate(scores):
        thin = {"joined_crm": False, "last_login_on": None, "active_users": None,
                "modules_used_14": None, "jobs_14": None, "critical_open": None,
                "nps_count": 0, "nps_newest_on": None, "joined_billing": False,
                "risk_score": None} if chi is None else {}  # fmt: skip
        health = on(DAY + place, chi or 0, history, **thin)
        history.append(history_day(health))
        held.append(int(health.held_band[0]))
    return held


@pytest.mark.parametrize(
    ("scores", "held"),
    [
        ([80], [GOOD]),
        ([29], [POOR]),
        ([80, 70, 66], [GOOD, GOOD, GOOD]),  # good stays above 65
        ([80, 65], [GOOD, GOOD]),  # one day is not enough
        ([80, 65, 65], [GOOD, GOOD, NEUTRAL]),
        ([80, 65, 66], [GOOD, GOOD, GOOD]),  # the candidate came back
        ([80, 65, 66, 65], [GOOD, GOOD, GOOD, GOOD]),
        ([29, 34, 34, 34], [POOR, POOR, POOR, POOR]),  # poor stays below 35
        ([29, 35, 35], [POOR, POOR, NEUTRAL]),
        ([80, 54], [GOOD, NEUTRAL]),  # jump of 26
        ([80, 55], [GOOD, GOOD]),  # jump of 25
        ([80, 20], [GOOD, POOR]),
        ([60, 71, 71], [NEUTRAL, NEUTRAL, GOOD]),
        ([40, 29, 29, 40, 40], [NEUTRAL, NEUTRAL, POOR, POOR, NEUTRAL]),
        ([80, None, 40, 40], [GOOD, GOOD, GOOD, NEUTRAL]),  # no data keeps it
        ([None, 40], [NO_BAND, NEUTRAL]),
    ],
)
def test_hysteresis(scores: list[int | None], held: list[int]) -> None:
    assert held_through(scores) == held


@pytest.mark.parametrize(
    ("limits", "scores", "held", "marker"),
    [
        ({}, (80, 60), GOOD, 0),
        ({"jump_points": 19}, (80, 60), NEUTRAL, 0),
        ({"marker_points": 19}, (80, 60), GOOD, -1),
        ({"marker_points": 20}, (80, 60), GOOD, 0),
        ({"sticky_points": 11}, (80, 60, 60), GOOD, 0),
        ({"sticky_points": 10}, (80, 60, 60), NEUTRAL, 0),
        ({"marker_points": 19, "marker_days": 1}, (80, 60, 60), NEUTRAL, 0),
    ],
)
def test_configured_limits(
    limits: dict[str, int], scores: tuple[int, ...], held: int, marker: int
) -> None:
    settings = replace_settings(PLAIN, health=HealthLimits(**limits))
    history: list[HistoryDay] = []
    for place, chi in enumerate(scores):
        health = on(DAY + place, chi, history, settings)
        history.append(history_day(health))
    assert (int(health.held_band[0]), int(health.health_marker[0])) == (held, marker)


def past(day: int, chi: int, **given: Any) -> HistoryDay:
    return history_day(on(day, chi, [], **given))


@pytest.mark.parametrize(
    ("history", "now", "marker"),
    [
        ([(1, 80)], 54, -1),
        ([(1, 80)], 55, 0),  # strictly greater
        ([(7, 80)], 50, -1),
        ([(8, 80)], 50, 0),  # out of the window
        ([(1, 40)], 66, 1),
        ([(3, 100), (2, 20)], 60, -1),  # down wins
        ([(1, 60)], 60, 0),
    ],
)
def test_health_marker(history: list[tuple[int, int]], now: int, marker: int) -> None:
    days = [past(DAY - ago, chi) for ago, chi in history]
    assert int(on(DAY, now, days).health_marker[0]) == marker


def test_no_marker_across_a_model_version_or_another_set_of_factors() -> None:
    before = past(DAY - 1, 90)
    assert int(on(DAY, 40, [before]).health_marker[0]) == -1
    assert int(on(DAY, 40, [replace(before, model=("older",))]).health_marker[0]) == 0
    assert int(on(DAY, 40, [before], jobs_14=None).health_marker[0]) == 0
    assert int(on(DAY, 40, [replace(before, factors=KEYS[::-1])]).health_marker[0]) == 0


def test_history_of_other_customers_is_joined_by_id() -> None:
    old = history_day(
        assess(
            facts(["a", "b"]), measures(2, risk_score=[5, 60], trend_num=None), PLAIN, DAY - 1, ()
        )
    )
    now = measures(3, risk_score=[60, 60, 5], trend_num=None)
    health = assess(facts(["a", "b", "new"]), now, PLAIN, DAY, (old,))
    assert health.health_marker.tolist() == [-1, 0, 0]
    assert health.held_band.tolist() == [NEUTRAL, NEUTRAL, GOOD]


def test_a_day_without_customers_tells_nothing() -> None:
    nobody = history_day(assess(facts([]), measures(0), PLAIN, DAY - 1, ()))
    health = on(DAY, 40, [nobody])
    assert (int(health.health_marker[0]), int(health.held_band[0])) == (0, NEUTRAL)


def test_activity_rank() -> None:
    events = np.array([*range(19), 5, -1], dtype=np.int64)
    active = np.ones(21, dtype=np.bool_)
    rank = activity_rank(events, active, 20)
    assert rank[0] == 0
    assert rank[5] == rank[19] == 100 * 5 // 19
    assert rank[18] == 100  # everyone else uses it less
    assert rank[20] == -1  # usage unknown
    active[0] = False
    assert activity_rank(events, active, 20).tolist() == [-1] * 21
    assert activity_rank(events, active, 19)[1] == 0


def test_activity_marker() -> None:
    count = 20
    ids = facts([f"c{i:02}" for i in range(count)])
    low_last = measures(count, events_30=list(range(count)))
    before = history_day(assess(ids, low_last, Settings(), DAY - 1, ()))
    moved = list(range(count))
    moved[19], moved[0] = 0, 19
    health = assess(ids, measures(count, events_30=moved), Settings(), DAY, (before,))
    assert health.activity_marker.tolist() == [1, *[0] * 18, -1]
    assert not health.health_marker.any()
