"""Factors of weight 0: computed and kept, and nothing of the default model moves by them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from csmdesk.domain.findings import NO_BAND, HistoryDay
from csmdesk.domain.settings import FactorSettings, Model, Settings
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.explain import weighed_rows
from csmdesk.engine.health.factors import BY_KEY, KEYS
from csmdesk.engine.health.frozen import as_stored
from csmdesk.engine.health.history import factor_rows, history_day
from csmdesk.engine.health.model import resolve
from tests.engine.build import DAY, facts
from tests.engine.health.given import measures

EXTRA = ("key_volume", "renewal_proximity")
FORMER = tuple(key for key in KEYS if key not in EXTRA)
BAD: dict[str, Any] = {"key_trend_num": 0, "key_events_28": 0, "renewal_on": DAY}
GONE: dict[str, Any] = {"key_trend_num": None, "key_trend_den": None, "renewal_on": None}
WEIGHED = Settings(
    models=(
        Model(
            factors={
                "renewal_proximity": FactorSettings(weight=20),
                "overdue": FactorSettings(weight=0),
                "mrr_change": FactorSettings(weight=0),
            }
        ),
    )
)


def before_they_came(day: HistoryDay) -> HistoryDay:
    """The day as a version stored it that did not know the two factors."""
    names = ("has", "num", "den", "score", "points")
    cut: dict[str, Any] = {
        name: factor_rows(getattr(day, name), day.factors, FORMER, 0) for name in names
    }
    return replace(day, factors=FORMER, **cut)


def test_they_take_no_point_and_are_in_no_breakdown() -> None:
    health = assess(facts(["acme"]), measures(**BAD), Settings(), DAY, ())
    assert (int(health.chi[0]), int(health.coverage[0])) == (100, 10_000)
    rows = [KEYS.index(key) for key in EXTRA]
    assert health.has[rows, 0].all()
    assert not health.points[rows].any()
    assert [health.factors[row] for row in weighed_rows(health)] == list(FORMER)


def test_a_model_that_weighs_them_counts_and_shows_them() -> None:
    health = assess(facts(["acme"]), measures(**BAD), WEIGHED, DAY, ())
    row = KEYS.index("renewal_proximity")
    assert (int(health.chi[0]), int(health.points[row, 0])) == (80, 20)
    shown = [health.factors[row] for row in weighed_rows(health)]
    assert shown == [*FORMER, "renewal_proximity"]


def test_they_give_nobody_a_band() -> None:
    """Adoption alone has data, and a renewal date: still data in one pillar only."""
    thin: dict[str, Any] = {
        "joined_billing": False, "critical_open": None, "jobs_14": None, "failed_14": None,
        "nps_count": 0, "nps_newest_on": None, "joined_crm": False, "risk_score": None,
    }  # fmt: skip
    health = assess(facts(["acme"]), measures(**thin), Settings(), DAY, ())
    assert int(health.band[0]) == NO_BAND
    assert int(assess(facts(["acme"]), measures(**thin), WEIGHED, DAY, ()).band[0]) != NO_BAND


def test_markers_live_through_their_coming_and_going() -> None:
    day = history_day(assess(facts(["acme"]), measures(**GONE), Settings(), DAY - 1, ()))
    low = measures(last_login_on=DAY - 60, active_users=0, modules_used_14=0)
    for earlier in (day, before_they_came(day)):
        health = assess(facts(["acme"]), low, Settings(), DAY, (earlier,))
        assert int(health.health_marker[0]) == -1


def test_no_marker_when_a_weighed_one_came() -> None:
    day = history_day(assess(facts(["acme"]), measures(**GONE), WEIGHED, DAY - 1, ()))
    low = measures(last_login_on=DAY - 60, active_users=0, modules_used_14=0)
    assert int(assess(facts(["acme"]), low, WEIGHED, DAY, (day,)).health_marker[0]) == 0


def test_a_day_stored_before_they_came_is_told_as_it_was() -> None:
    stored = before_they_came(
        history_day(assess(facts(["acme"]), measures(overdue_days=30), Settings(), DAY, ()))
    )
    now = assess(facts(["acme"]), measures(), Settings(), DAY, ())
    told = as_stored(now, stored, (), Settings())
    assert (int(now.chi[0]), int(told.chi[0])) == (100, int(stored.chi[0]))
    assert told.factors == KEYS
    assert told.points[:11].tolist() == stored.points.tolist()
    assert not told.has[11:].any()
    assert int(told.chi[0]) + int(told.points.sum()) + int(told.cap_points[0]) == 100


def test_a_day_with_a_factor_that_is_gone_is_recomputed() -> None:
    health = assess(facts(["acme"]), measures(), Settings(), DAY, ())
    stored = replace(history_day(health), factors=("luck", *KEYS[1:]), chi=np.array([3], np.int16))
    assert int(as_stored(health, stored, (), Settings()).chi[0]) == 100


def test_their_curves_mark_no_version_until_they_weigh() -> None:
    curve = FactorSettings(curve=((0, 10), (60, 100)))
    (plain,), (own,) = (
        resolve(Settings(models=(Model(factors=factors),)))
        for factors in ({}, {"renewal_proximity": curve})
    )
    assert plain.version == own.version == "Default v1 (4bbf33)"
    assert all(BY_KEY[key].weight == 0 for key in EXTRA)
