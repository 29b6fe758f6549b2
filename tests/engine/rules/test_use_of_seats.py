"""Rules 3 and 9 by hand: seats and other units that run out, seats that nobody uses."""

from __future__ import annotations

from typing import Any

import pytest

from csmdesk.domain.days import MISSING
from csmdesk.engine.metrics.units import UnitUse
from csmdesk.engine.rules import capacity, seats_unused
from csmdesk.engine.rules.rule import Context
from tests.engine.build import DAY
from tests.engine.rules.world import context, later, measures, run, severities


def seats(used: int, bought: int, former: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "active_users": used,
        "active_users_prev": former,
        "seats": bought,
        "seats_30": bought,
        "tenure": 400,
        "products": ("Analytics",),
        **more,
    }


@pytest.mark.parametrize(
    ("used", "bought", "former", "severity"),
    [
        (59, 100, 10, None),
        (60, 100, 56, None),  # only 4 points above D-30
        (60, 100, 55, 1),
        (79, 100, 79, None),
        (80, 100, 80, 2),
        (100, 100, 100, 2),
        (101, 100, 100, 3),
        (5, 0, 0, None),  # no seats
    ],
)
def test_capacity_rungs(used: int, bought: int, former: int, severity: int | None) -> None:
    found = severities(run(capacity.RULE, context([seats(used, bought, former)])))
    assert found == ({} if severity is None else {("c0", "seats"): severity})


def test_capacity_text() -> None:
    task = run(capacity.RULE, context([seats(41, 42)])).tasks[0]
    assert task.text == "Analytics: 41 of 42 (98 %)."


def test_capacity_unknown_users() -> None:
    unknown = {"seats": 10, "seats_30": 10}
    assert not run(capacity.RULE, context([unknown])).tasks
    ctx = context([seats(90, 100, 90)])
    kept = run(capacity.RULE, later(ctx, run(capacity.RULE, ctx), measures=measures([unknown])))
    assert [(task.active, task.state, task.checked_on) for task in kept.tasks] == [
        (True, "stale", DAY)
    ]


def after_days(ctx: Context, rows: list[dict[str, Any]], rule: Any = capacity.RULE) -> list[bool]:
    """Whether the one task is active after each further day with these measures."""
    found, active = run(rule, ctx), []
    for row in rows:
        ctx = later(ctx, found, measures=measures([row]), before=measures([row]))
        found = run(rule, ctx)
        tasks = {**ctx.previous.tasks, **{task.task_id: task for task in found.tasks}}
        active.append(next(iter(tasks.values())).active)
    return active


def test_capacity_clears_after_seven_days_with_margin() -> None:
    ctx = context([seats(90, 100, 90)])
    near, free = seats(76, 100, 76), seats(74, 100, 90)
    assert after_days(ctx, [near] * 9) == [True] * 9  # within 5 points of 80 %
    assert after_days(ctx, [free] * 7) == [True] * 6 + [False]
    assert after_days(ctx, [free] * 5 + [near] + [free] * 7) == [True] * 12 + [False]


def scans(used: int, limit: int, before: int = 0, former: int = 1_000) -> dict[str, Any]:
    return {"unit_use": (UnitUse("pack", "Scan Pack", used, limit, before, former),)}


@pytest.mark.parametrize(
    ("used", "limit", "before", "former", "severity"),
    [
        (599, 1_000, 0, 1_000, None),
        (600, 1_000, 551, 1_000, None),  # 4.9 points above D-30
        (600, 1_000, 550, 1_000, 1),
        (600, 1_000, 0, MISSING, None),  # not sold then: nothing to compare with
        (800, 1_000, 800, 1_000, 2),
        (1_000, 1_000, 0, 1_000, 2),
        (1_001, 1_000, 0, 1_000, 3),
        (MISSING, 1_000, 0, 1_000, None),
        (5, 0, 0, 0, None),
    ],
)
def test_unit_rungs(used: int, limit: int, before: int, former: int, severity: int | None) -> None:
    found = severities(run(capacity.RULE, context([scans(used, limit, before, former)])))
    assert found == ({} if severity is None else {("c0", "pack"): severity})


def test_unit_text_and_clearing() -> None:
    ctx = context([scans(1_840, 2_000)])
    assert run(capacity.RULE, ctx).tasks[0].text == "Scan Pack: 1,840 of 2,000 (92 %)."
    near, free = scans(1_510, 2_000), scans(1_400, 2_000, 1_400)
    assert after_days(ctx, [near] * 8) == [True] * 8
    assert after_days(ctx, [free] * 7) == [True] * 6 + [False]
    assert after_days(ctx, [scans(100, 3_000)]) == [False]  # the limit was raised
    assert after_days(ctx, [{}]) == [False]  # no longer sold
    assert after_days(ctx, [scans(MISSING, 2_000)] * 9) == [True] * 9


def test_capacity_clears_at_once_when_the_limit_is_raised() -> None:
    ctx = context([seats(90, 100, 90)])
    assert after_days(ctx, [seats(90, 150, 90, seats_30=100)]) == [False]


@pytest.mark.parametrize(
    ("used", "bought", "renewal", "severity"),
    [
        (75, 100, None, None),
        (74, 100, None, 1),
        (50, 100, None, 1),
        (49, 100, None, 2),
        (49, 100, 90, 2),
        (49, 100, 89, 3),
        (74, 100, 89, 1),
        (25, 100, None, 2),
        (24, 100, None, 3),
        (1, 4, None, None),  # fewer than 5 seats
        (0, 5, None, 3),
    ],
)
def test_seats_rungs(used: int, bought: int, renewal: int | None, severity: int | None) -> None:
    row = seats(used, bought)
    if renewal is not None:
        row["renewal_on"] = DAY + renewal
    found = severities(run(seats_unused.RULE, context([row])))
    assert found == ({} if severity is None else {("c0", "customer"): severity})


def test_seats_text_tenure_and_debounce() -> None:
    task = run(seats_unused.RULE, context([seats(9, 42)])).tasks[0]
    assert task.text == "9 of 42 seats active (21 %)."
    assert not run(seats_unused.RULE, context([seats(9, 42, tenure=60)])).tasks
    first_day = context([seats(9, 42)], before=[seats(40, 42)])
    assert not run(seats_unused.RULE, first_day).tasks


def test_seats_clear_with_margin_for_seven_days() -> None:
    ctx = context([seats(9, 100)])
    assert after_days(ctx, [seats(79, 100)] * 9, seats_unused.RULE) == [True] * 9
    assert after_days(ctx, [seats(80, 100)] * 7, seats_unused.RULE) == [True] * 6 + [False]
    assert after_days(ctx, [seats(3, 4)], seats_unused.RULE) == [False]  # too few seats to judge


def test_seats_fall_to_low_while_they_wait() -> None:
    ctx = context([seats(9, 100)])
    found = run(
        seats_unused.RULE,
        later(ctx, run(seats_unused.RULE, ctx), measures=measures([seats(77, 100)])),
    )
    assert [(task.severity, task.text) for task in found.tasks] == [
        (1, "77 of 100 seats active (77 %).")
    ]
    assert [event.kind for event in found.events] == ["severity"]
