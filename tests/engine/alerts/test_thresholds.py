"""A workspace's own thresholds of alerts, and those it cannot use."""

from __future__ import annotations

from typing import Any

import pytest

from csmdesk.domain.errors import BadSetting
from csmdesk.domain.settings import Settings
from csmdesk.engine.alerts import KINDS, growth, health_drop, onboarding, renewal
from csmdesk.engine.alerts.kind import Kind
from csmdesk.engine.alerts.lifecycle import alert_limits
from tests.engine.alerts.test_other_alerts import growing
from tests.engine.alerts.world import DAY, Walk, day_of, score_day

USERS = {"active_users": 17, "active_users_base": 10}
RENEWS = {"renewal_on": DAY + 40, "renewal_subscription": "s1", "acv": 500_000}
NEW = {"tenure": 20, "last_login_on": DAY - 5}


@pytest.mark.parametrize(
    ("kind", "row", "key", "value", "opens"),
    [
        (growth.KIND, USERS, "opens_percent", 60, True),
        (growth.KIND, USERS, "opens_percent", 70, True),
        (growth.KIND, USERS, "opens_percent", 70.5, False),
        (growth.KIND, USERS, "least_users", 11, False),
        (renewal.KIND, RENEWS, "within_days", 30, False),
        (renewal.KIND, RENEWS, "within_days", 41, True),
        (renewal.KIND, RENEWS, "within_days", 40, False),
        (onboarding.KIND, NEW, "silent_days", 7, False),
        (onboarding.KIND, NEW, "silent_days", 5, True),
    ],
)
def test_own_thresholds_decide(
    kind: Kind, row: dict[str, Any], key: str, value: float, opens: bool
) -> None:
    walk = Walk(kind)
    ctx = day_of(row, settings=Settings(alerts={kind.id: {key: value}}))
    walk.step(growing(ctx))
    assert bool(walk.newest) == opens


def test_days_until_a_regained_drop_closes() -> None:
    for days in (1, 2):
        walk = Walk(health_drop.KIND)
        settings = Settings(alerts={"health_drop": {"close_days": days}})
        history = [score_day(DAY - 1, 80)]
        walk.step(day_of(chi=40, markers=(-1, 0), history=history, settings=settings))
        assert walk.open
        for later in range(1, days + 1):
            assert walk.open
            walk.step(day_of(chi=80, day=DAY + later, settings=settings))
        assert not walk.open


@pytest.mark.parametrize(
    ("alerts", "path", "value"),
    [
        ({"grow": {"x": 1.0}}, ("alerts", "grow"), "no alert"),
        ({"growth": {"x": 1.0}}, ("alerts", "growth", "x"), "no threshold"),
        ({"growth": {"opens_percent": -1.0}}, ("alerts", "growth", "opens_percent"), "-1"),
        ({"band_poor": {"close_days": 1.0}}, ("alerts", "band_poor", "close_days"), "no threshold"),
    ],
)
def test_refusals(alerts: dict[str, dict[str, float]], path: tuple[str, ...], value: str) -> None:
    with pytest.raises(BadSetting) as refused:
        alert_limits(KINDS, Settings(alerts=alerts))
    assert refused.value.path == path
    assert value in refused.value.value
