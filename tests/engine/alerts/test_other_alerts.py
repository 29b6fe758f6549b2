"""Cancellation, tasks, capacity, growth, renewal, onboarding: how they open and close."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from csmdesk.domain.columns import Columns
from csmdesk.domain.findings import HIGH, LOW, MEDIUM, Task
from csmdesk.engine.alerts import cancellation, capacity, churn_task, growth, onboarding, renewal
from csmdesk.engine.rules.rule import Context
from tests.engine.alerts.world import DAY, IDS, Walk, day_of
from tests.engine.build import usage_of


def task(rule: str, severity: int, category: str = "Churn Risk", **more: Any) -> Task:
    values: dict[str, Any] = {
        "task_id": f"{rule}-1",
        "rule": rule,
        "customer_id": IDS[0],
        "subject": "customer",
        "category": category,
        "severity": severity,
        "active": True,
        "text": "Last login 47 days ago.",
        "evidence": "{}",
        "first_seen": DAY,
        "last_seen": DAY,
        "opened_on": DAY,
        "resolved_on": None,
        "episode": 1,
        "due_on": DAY,
        "state": "ok",
        "checked_on": DAY,
        "streak": 0,
        **more,
    }
    return Task(**values)


def test_cancellation() -> None:
    walk = Walk(cancellation.KIND)
    walk.step(day_of({"set_to_cancel": True, "cancel_at": DAY + 11}))
    assert walk.alert.text == "Cancellation scheduled: service ends 1 Dec 2026."
    walk.step(day_of({"set_to_cancel": True, "cancel_at": DAY + 11}, day=DAY + 1))
    assert walk.open
    old = day_of({}, day=DAY + 2)
    sources = tuple(replace(one, fresh_on=DAY) for one in old.facts.sources)
    walk.step(replace(old, facts=replace(old.facts, sources=sources)))
    assert walk.open  # billing was not read: nothing closes
    walk.step(day_of({}, day=DAY + 2))
    assert not walk.open


@pytest.mark.parametrize(
    ("severity", "category", "opens"),
    [(HIGH, "Churn Risk", True), (MEDIUM, "Churn Risk", False), (HIGH, "Commercial", False)],
)
def test_churn_task_opens(severity: int, category: str, opens: bool) -> None:
    walk = Walk(churn_task.KIND)
    walk.step(day_of(), [task("no_login", severity, category)])
    assert walk.open is opens


@pytest.mark.parametrize("after", [{"severity": MEDIUM}, {"active": False}])
def test_churn_task_closes(after: dict[str, Any]) -> None:
    walk = Walk(churn_task.KIND)
    high = task("no_login", HIGH)
    walk.step(day_of(), [high])
    assert (walk.alert.subject, walk.alert.text) == (high.task_id, high.text)
    walk.step(day_of(day=DAY + 1), [structs.replace(high, **after)])
    assert not walk.open


def test_capacity_upsell() -> None:
    walk, full = Walk(capacity.KIND), task("capacity", MEDIUM, "Commercial")
    walk.step(day_of(chi=70), [full])
    walk.step(day_of(chi=90), [structs.replace(full, severity=LOW)])
    assert not walk.newest
    walk.step(day_of(chi=71), [full])
    assert walk.alert.type == "Upsell"
    walk.step(day_of(day=DAY + 1, chi=66), [structs.replace(full, severity=LOW)])
    assert walk.open
    walk.step(day_of(day=DAY + 2, chi=65), [full])
    assert not walk.open
    walk.step(day_of(day=DAY + 3, chi=80), [full])
    assert (walk.open, walk.alert.episode) == (True, 2)
    walk.step(day_of(day=DAY + 4, chi=80), [structs.replace(full, active=False)])
    assert not walk.open


def users(now: int, base: int) -> dict[str, int]:
    return {"active_users": now, "active_users_base": base}


def growing(ctx: Context, sums: tuple[int, int] = (-1, -1)) -> Context:
    """Adds the sums of daily users; -1 is missing."""
    missing = -(2**63)
    data: dict[str, Any] = dict(ctx.measures)
    for name, value in zip(("user_days_30", "user_days_base"), sums, strict=True):
        data[name] = np.array([missing if value < 0 else value], np.int64)
    return replace(ctx, measures=Columns(data, 1))


@pytest.mark.parametrize(
    ("now", "base", "opens"), [(8, 5, True), (7, 5, False), (9, 4, False), (16, 10, True)]
)
def test_growth_opens(now: int, base: int, opens: bool) -> None:
    walk = Walk(growth.KIND)
    walk.step(growing(day_of(users(now, base))))
    assert walk.open is opens


def test_growth_closes_below_forty_percent() -> None:
    walk = Walk(growth.KIND)
    walk.step(growing(day_of(users(16, 10))))
    assert walk.alert.text == "Active users up 60 %: 10 to 16 in 90 days."
    walk.step(growing(day_of(users(14, 10), day=DAY + 1)))
    assert walk.open
    walk.step(growing(day_of({}, day=DAY + 2)))
    assert walk.open  # unknown
    walk.step(growing(day_of(users(13, 10), day=DAY + 3)))
    assert not walk.open


@pytest.mark.parametrize(("busiest", "opens"), [(5, True), (4, False)])
def test_growth_by_daily_users_where_persons_are_not_kept(busiest: int, opens: bool) -> None:
    usage = usage_of(["c0"], daily=[(0, DAY - 100, 9, busiest)])
    walk = Walk(growth.KIND)
    walk.step(growing(day_of(usage=usage), (165, 90)))
    assert walk.open is opens
    if opens:
        assert walk.alert.text == "Active users up 83 %: 3 to 5.5 a day in 90 days."


def due(days: int) -> dict[str, Any]:
    return {"renewal_on": DAY + days, "renewal_subscription": "s1", "acv": 500_000}


@pytest.mark.parametrize(("days", "opens"), [(-1, False), (0, True), (29, True), (30, False)])
def test_renewal_opens(days: int, opens: bool) -> None:
    walk = Walk(renewal.KIND)
    walk.step(day_of(due(days)))
    assert walk.open is opens


def test_renewal_closes_when_moved_or_ended() -> None:
    for row, is_open in ((due(20 + 30), True), (due(20 + 31), False), ({"active": False}, False)):
        walk = Walk(renewal.KIND)
        walk.step(day_of(due(20)))
        assert walk.alert.text == "Renews 10 Dec 2026 in 20 days, $5,000."
        walk.step(day_of(row, day=DAY + 1))
        assert walk.open is is_open


def test_small_moves_of_a_renewal_add_up() -> None:
    for days, is_open in ((30, True), (31, False)):
        walk = Walk(renewal.KIND)
        walk.step(day_of(due(10)))
        walk.step(day_of(due(10 + 15), day=DAY + 1))
        assert walk.alert.text == "Renews 15 Dec 2026 in 24 days, $5,000."
        walk.step(day_of(due(10 + days), day=DAY + 2))
        assert walk.open is is_open


def test_a_renewal_that_passed_says_so() -> None:
    walk = Walk(renewal.KIND)
    walk.step(day_of(due(1)))
    walk.step(day_of(due(1), day=DAY + 1))
    assert walk.alert.text == "Renews 21 Nov 2026 (today), $5,000."
    walk.step(day_of(due(1), day=DAY + 3))
    assert walk.open
    assert walk.alert.text == "Renewal date 21 Nov 2026 passed 2 days ago, $5,000."


@pytest.mark.parametrize(
    ("tenure", "silent", "opens"),
    [(6, None, False), (7, None, True), (40, 6, False), (40, 7, True), (90, 30, False)],
)
def test_onboarding_opens(tenure: int, silent: int | None, opens: bool) -> None:
    login: dict[str, Any] = {"never_logged_in": True}
    if silent is not None:
        login = {"last_login_on": DAY - silent}
    walk = Walk(onboarding.KIND)
    walk.step(day_of({"tenure": tenure, **login}))
    assert walk.open is opens


def test_onboarding_closes_with_a_login() -> None:
    walk = Walk(onboarding.KIND)
    walk.step(day_of({"tenure": 9, "never_logged_in": True}))
    assert walk.alert.text == "New customer without a login for 9 days."
    walk.step(day_of({"tenure": 10}, day=DAY + 1))
    assert walk.open  # logins are not known
    walk.step(day_of({"tenure": 11, "last_login_on": DAY + 1}, day=DAY + 2))
    assert not walk.open


def test_a_false_alarm_closes_until_the_condition_has_ended_once() -> None:
    walk, leaving = Walk(cancellation.KIND), {"set_to_cancel": True}
    walk.step(day_of(leaving))
    verdict = {walk.alert.alert_id: "false_alarm"}
    walk.step(day_of(leaving, day=DAY + 1), verdicts=verdict)
    assert (walk.open, walk.alert.closed_on) == (False, DAY + 1)
    walk.step(day_of(leaving, day=DAY + 2), verdicts=verdict)
    assert not walk.open
    walk.step(day_of({}, day=DAY + 3), verdicts=verdict)
    walk.step(day_of(leaving, day=DAY + 4), verdicts=verdict)
    assert (walk.open, walk.alert.episode) == (True, 2)
    walk.step(day_of(leaving, day=DAY + 5))  # the verdict was on the first episode
    assert walk.open
    walk.step(day_of(leaving, day=DAY + 6), verdicts=verdict)
    assert (walk.open, walk.alert.closed_on) == (False, DAY + 6)


def test_a_task_that_is_a_false_alarm_closes_its_alert_and_opens_none() -> None:
    walk, high = Walk(churn_task.KIND), task("no_login", HIGH)
    verdict = {high.task_id: "false_alarm"}
    walk.step(day_of(), [high])
    walk.step(day_of(day=DAY + 1), [high], verdict)
    assert (walk.open, walk.alert.closed_on) == (False, DAY + 1)
    walk.step(day_of(day=DAY + 2), [structs.replace(high, active=False)], verdict)
    walk.step(
        day_of(day=DAY + 3), [structs.replace(high, episode=2)]
    )  # the verdict was on the first
    assert (walk.open, walk.alert.episode) == (True, 2)
    other = Walk(churn_task.KIND)
    other.step(day_of(), [high], verdict)
    assert not other.newest


def test_churn_closes_and_left_out_customers_open_none() -> None:
    walk = Walk(cancellation.KIND)
    walk.step(day_of({"set_to_cancel": True}))
    walk.step(day_of({"set_to_cancel": True, "status": "Churned"}, day=DAY + 1))
    assert not walk.open
    for status in ("Churned", "Paused"):
        other = Walk(cancellation.KIND)
        other.step(day_of({"set_to_cancel": True, "status": status}))
        assert not other.newest
