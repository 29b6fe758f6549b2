"""Rules 4 and 5 by hand: silence and falling use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from csmdesk.engine.rules import no_login, usage_drop
from tests.engine.build import DAY
from tests.engine.rules.world import (
    context,
    history_day,
    later,
    measures,
    previous,
    run,
    severities,
)

IDS = ("0" * 16,)


@pytest.mark.parametrize(
    ("days", "renewal", "severity"),
    [
        (14, None, None),
        (15, None, None),
        (16, None, 1),
        (31, None, 2),
        (46, None, 3),
        (16, 90, 1),
        (16, 89, 3),
        (14, 10, None),
        (31, -4, 3),
    ],
)
def test_no_login_rungs(days: int, renewal: int | None, severity: int | None) -> None:
    """15 days is over 14 on D but not yet on D-1: the rule waits a day."""
    row: dict[str, Any] = {"last_login_on": DAY - days, "login_gap": 3}
    if renewal is not None:
        row["renewal_on"] = DAY + renewal
    found = severities(run(no_login.RULE, context([row])))
    assert found == ({} if severity is None else {("c0", "customer"): severity})


def test_no_login_texts() -> None:
    rows = [
        {"last_login_on": DAY - 47, "login_gap": 3},
        {"last_login_on": DAY - 47},
        {"never_logged_in": True, "tenure": 50},
    ]
    found = run(no_login.RULE, context(rows))
    assert {task.customer_id[-1]: task.text for task in found.tasks} == {
        "0": "Last login 47 days ago (usually every 3 days).",
        "1": "Last login 47 days ago.",
        "2": "No login since the start 50 days ago.",
    }


def test_no_login_unknown_neither_fires_nor_clears() -> None:
    assert not run(no_login.RULE, context([{}])).tasks
    ctx = context([{"last_login_on": DAY - 47}])
    kept = run(no_login.RULE, later(ctx, run(no_login.RULE, ctx), measures=measures([{}])))
    assert [(task.active, task.state) for task in kept.tasks] == [(True, "stale")]


def test_a_login_clears() -> None:
    ctx = context([{"last_login_on": DAY - 47}])
    seen = measures([{"last_login_on": DAY}])
    cleared = run(no_login.RULE, later(ctx, run(no_login.RULE, ctx), measures=seen))
    assert [task.active for task in cleared.tasks] == [False]


def usage(recent: int, base: int, median: int = 1_000_000, **more: Any) -> dict[str, Any]:
    """Events of 4 and of 8 weeks; the ratio is 2 x recent / base over the median."""
    num, den = 2 * recent * 1_000_000, base * median
    return {
        "events_28": recent,
        "events_56": base,
        "trend_num": num,
        "trend_den": den,
        "trend_adjusted": num * 1_000_000 // den,
        "trend_median": median,
        **more,
    }


def past(ratios: list[tuple[int, int]]) -> list[Any]:
    """History of the days before D, oldest first, with these trend ratios."""
    return [
        history_day(
            IDS,
            DAY - len(ratios) + place,
            [50],
            factors=("usage_trend",),
            num=np.array([[num]], np.int64),
            den=np.array([[den]], np.int64),
            has=np.array([[True]]),
        )
        for place, (num, den) in enumerate(ratios)
    ]


@pytest.mark.parametrize(
    ("recent", "base", "severity"),
    [(45, 100, None), (35, 100, None), (34, 100, 2), (25, 100, 2), (24, 100, 3)],
)
def test_usage_drop_rungs(recent: int, base: int, severity: int | None) -> None:
    found = severities(run(usage_drop.RULE, context([usage(recent, base)])))
    assert found == ({} if severity is None else {("c0", "customer"): severity})


@pytest.mark.parametrize(("days", "hit"), [(14, True), (13, False)])
def test_low_needs_fourteen_days_on_both_days(days: int, hit: bool) -> None:
    """Fires when the 14 days up to D-1 were low as well: 14 stored days and today."""
    earlier = previous(history=past([(95, 100)] * 3 + [(89, 100)] * days))
    found = severities(run(usage_drop.RULE, context([usage(44, 100)], earlier=earlier)))
    assert found == ({("c0", "customer"): 1} if hit else {})


def test_a_missing_day_breaks_the_row() -> None:
    earlier = previous(history=[one for one in past([(89, 100)] * 20) if one.day != DAY - 5])
    assert not run(usage_drop.RULE, context([usage(44, 100)], earlier=earlier)).tasks


def test_the_portfolio_is_divided_out() -> None:
    """A third down while everybody is: no task; the text of a real one names the portfolio."""
    assert not run(usage_drop.RULE, context([usage(34, 100, 700_000)])).tasks
    task = run(usage_drop.RULE, context([usage(192, 1_000, 800_000)])).tasks[0]
    assert task.severity == 3
    assert task.text == "Usage down 62 %: 125 to 48 a week. Portfolio down 20 %."


def test_usage_drop_text() -> None:
    task = run(usage_drop.RULE, context([usage(124, 400)])).tasks[0]
    assert task.text == "Usage down 38 %: 50 to 31 a week."


@pytest.mark.parametrize(
    ("recent", "text"),
    [
        (168, "Active users down 50 %: 10 to 5 in 30 days."),  # usage is down by 16 % alone
        (80, "Usage down 60 %: 50 to 20 a week."),
    ],
)
def test_the_text_tells_what_makes_it_high(recent: int, text: str) -> None:
    row = usage(recent, 400, active_users=5, active_users_prev=10)
    (task,) = run(usage_drop.RULE, context([row])).tasks
    assert (task.severity, task.text) == (3, text)


@pytest.mark.parametrize(("users", "before", "hit"), [(5, 10, True), (6, 10, False), (0, 0, False)])
def test_halved_users(users: int, before: int, hit: bool) -> None:
    row = usage(50, 100, active_users=users, active_users_prev=before)
    found = run(usage_drop.RULE, context([row]))
    assert severities(found) == ({("c0", "customer"): 3} if hit else {})
    if hit:
        assert found.tasks[0].text == "Active users down 50 %: 10 to 5 in 30 days."


def test_usage_drop_clears_after_seven_good_days() -> None:
    ctx = context([usage(24, 100)])
    found = run(usage_drop.RULE, ctx)
    states = []
    for _ in range(7):
        good = measures([usage(45, 100)])
        ctx = later(ctx, found, measures=good, before=good)
        found = run(usage_drop.RULE, ctx)
        states.append(found.tasks[0].active)
    assert states == [True] * 6 + [False]


def test_users_must_come_back_too() -> None:
    low = usage(50, 100, active_users=5, active_users_prev=10)
    ctx = context([low])
    found = run(usage_drop.RULE, ctx)
    for users, streak in ((6, 0), (7, 1)):
        row = measures([usage(50, 100, active_users=users, active_users_prev=10)])
        ctx = later(ctx, found, measures=row, before=row)
        found = run(usage_drop.RULE, ctx)
        assert next(iter(found.tasks)).streak == streak


def test_missing_trend_keeps_the_task() -> None:
    ctx = context([usage(24, 100)])
    kept = run(usage_drop.RULE, later(ctx, run(usage_drop.RULE, ctx), measures=measures([{}])))
    assert [(task.active, task.state, task.text) for task in kept.tasks] == [
        (True, "stale", "Usage down 52 %: 12 to 6 a week.")
    ]


def test_an_outage_rests_the_rule_and_raises_one_notice() -> None:
    ctx = context([usage(24, 100, 590_000), usage(5, 100, 590_000)])
    found = run(usage_drop.RULE, ctx)
    assert not found.tasks
    assert not found.states[0].checked
    assert found.notices == (
        "Usage of the whole portfolio is down 41 % (4 weeks vs prior 8): usage rules rest today.",
    )
