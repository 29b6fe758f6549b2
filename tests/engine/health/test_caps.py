"""Caps: the lowest binds, the cap line takes the rest, missing measures bind nothing."""

from __future__ import annotations

from typing import Any

import pytest

from csmdesk.domain.settings import HealthLimits, Model, Settings
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.explain import why_not_100
from tests.engine.build import DAY, facts
from tests.engine.health.given import measures

SILENT = {"events_28": 0, "trend_num": 0}
FALLING = {"trend_num": 39, "trend_den": 100}


@pytest.mark.parametrize(
    ("given", "cap", "limit"),
    [
        ({"set_to_cancel": True}, -1, 100),
        ({"set_to_cancel": True, **FALLING}, 0, 29),
        ({"set_to_cancel": True, "events_28": 0, "trend_num": None}, 0, 29),
        ({"events_28": 0, "trend_num": None}, 1, 69),
        ({"events_28": 0, "trend_num": None, "tenure": 28}, 1, 69),
        ({"events_28": 0, "trend_num": None, "tenure": 27}, -1, 100),
        ({"events_28": None, "trend_num": None}, -1, 100),
        (FALLING, 2, 69),
        ({"trend_num": 40, "trend_den": 100}, -1, 100),
        ({"counted": 0}, 3, 69),
        ({**FALLING, "counted": 0}, 2, 69),
    ],
)
def test_cap(given: dict[str, Any], cap: int, limit: int) -> None:
    health = assess(facts(["acme"]), measures(**given), Settings(), DAY, ())
    assert int(health.cap[0]) == cap
    if cap >= 0:
        assert int(health.chi[0]) == limit
    assert int(health.chi[0]) + int(health.points.sum()) + int(health.cap_points[0]) == 100


@pytest.mark.parametrize(
    ("settings", "given", "chi"),
    [
        (Settings(models=(Model(caps={"no_usage": 40}),)), SILENT, 40),
        (
            Settings(models=(Model(caps={"no_usage": 100}),)),
            {"events_28": 0, "trend_num": None},
            100,
        ),
        (Settings(health=HealthLimits(low_trend=0.39)), FALLING, None),
        (Settings(health=HealthLimits(low_trend=0.5)), {"trend_num": 49, "trend_den": 100}, 69),
    ],
)
def test_configured_caps(settings: Settings, given: dict[str, Any], chi: int | None) -> None:
    table = measures(**given)
    health = assess(facts(["acme"]), table, settings, DAY, ())
    if chi is None:
        assert int(health.cap[0]) == -1
        return
    assert int(health.chi[0]) == chi
    told = [line.text for line in why_not_100(health, table, settings, (), 0) if line.key == "cap"]
    assert all(text.endswith(f"capped at {chi}") for text in told)


def test_without_billing_the_last_cap_is_unknown() -> None:
    here = facts(["acme"], connected=("crm", "usage", "support"))
    health = assess(here, measures(counted=0, joined_billing=False), Settings(), DAY, ())
    assert int(health.cap[0]) == -1


def test_a_score_below_the_cap_is_not_capped() -> None:
    low = measures(
        counted=0, last_login_on=DAY - 60, active_users=0, modules_used_14=0, overdue_days=100
    )
    health = assess(facts(["acme"]), low, Settings(), DAY, ())
    assert (int(health.cap[0]), int(health.cap_points[0])) == (-1, 0)


def test_the_cap_line_is_sorted_among_the_factors() -> None:
    table = measures(counted=0, overdue_days=15, overdue_amount=100_000)
    health = assess(facts(["acme"]), table, Settings(), DAY, ())
    lines = why_not_100(health, table, Settings(), (), 0)
    assert [(line.key, line.points) for line in lines] == [("cap", 26), ("overdue", 5)]
    assert lines[0].text == "No counted subscription: capped at 69"
