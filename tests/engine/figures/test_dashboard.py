"""Counters with their change, filters, rows, alerts: on five customers (Mara's and Tom's)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.errors import BadInput
from csmdesk.domain.findings import HIGH, LOW, MEDIUM
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.engine.figures.alerts import notifications, open_alerts
from csmdesk.engine.figures.dashboard import Dashboard, Filters, dashboard
from csmdesk.engine.figures.tasks import open_mask
from tests.engine.build import DAY
from tests.engine.figures.test_customers import ints, portfolio

SINCE = DAY - 1  # a Thursday: the working day before Friday

# id, customer, rule, category, severity, state, active, due, snoozed until, finished on, opened on
TASKS: list[tuple[Any, ...]] = [
    ("t1", 0, "no_login", "Churn Risk", HIGH, "not started", 1, DAY + 2, MISSING, MISSING, DAY),
    ("t2", 1, "usage_drop", "Churn Risk", MEDIUM, "started", 1, DAY - 1, MISSING, MISSING, DAY - 9),
    ("t3", 1, "capacity", "Commercial", LOW, "finished", 1, DAY + 7, MISSING, DAY, DAY - 9),
    ("t4", 2, "capacity", "Commercial", HIGH, "not started", 1, DAY, DAY + 3, MISSING, DAY - 9),
    (
        "t5",
        3,
        "contact_gap",
        "Company Risk",
        HIGH,
        "in progress",
        1,
        DAY,
        MISSING,
        MISSING,
        DAY - 9,
    ),
    ("t6", 3, "no_login", "Churn Risk", MEDIUM, "not started", 0, DAY, MISSING, MISSING, DAY - 9),
    ("t7", 0, "capacity", "Commercial", HIGH, "finished", 1, DAY, MISSING, DAY - 3, DAY - 9),
]
# task, day, kind, severity
EVENTS: list[tuple[int, int, str, int]] = [
    (0, DAY, "opened", HIGH),
    *((place, DAY - 9, "opened", MEDIUM) for place in range(1, 7)),
    (2, DAY - 2, "severity", LOW),
    (3, DAY - 2, "severity", HIGH),
    (4, DAY, "severity", HIGH),
    (5, DAY, "resolved", MEDIUM),
    (6, DAY - 8, "severity", HIGH),
]
ALERTS: list[tuple[Any, ...]] = [
    ("a1", 1, "health_drop", "Risk", 0, DAY - 13, MISSING, 0),
    ("a2", 1, "renewal", "Renewal", 1, DAY - 14, MISSING, 1),
    ("a3", 1, "growth", "Upsell", 3, DAY - 2, DAY - 1, 0),
    ("a3", 2, "growth", "Upsell", 3, DAY, MISSING, 0),
]


def desk() -> Portfolio:
    columns = list(zip(*TASKS, strict=True))
    count = len(TASKS)
    tasks: dict[str, Any] = {
        "id": list(columns[0]),
        "customer": ints(list(columns[1])),
        "rule": list(columns[2]),
        "category": list(columns[3]),
        "severity": ints(list(columns[4])),
        "shown_state": list(columns[5]),
        "active": ints(list(columns[6])),
        "due_on": ints(list(columns[7])),
        "snooze_until": ints(list(columns[8])),
        "finished_on": ints(list(columns[9])),
        # All that slept or was finished by Thursday already slept then, and was High.
        "snooze_before": ints(list(columns[8])),
        "snooze_severity_before": ints([HIGH] * count),
        "finished_before": ints([on if on <= SINCE else MISSING for on in columns[9]]),
        "finished_severity_before": ints([HIGH] * count),
        "opened_on": ints(list(columns[10])),
        "first_seen": ints(list(columns[10])),
        "checked_on": ints([DAY] * count),
        "state": ["ok", "stale", *["ok"] * (count - 2)],
        "text": [f"text {key}" for key in columns[0]],
        "comment": [None] * count,
        "assignee": ["Zoe", *[None] * (count - 1)],
    }
    events: dict[str, Any] = {
        "task": ints([row[0] for row in EVENTS]),
        "day": ints([row[1] for row in EVENTS]),
        "kind": [row[2] for row in EVENTS],
        "severity": ints([row[3] for row in EVENTS]),
        "episode": ints([1] * len(EVENTS)),
    }
    names = ("id", "episode", "kind", "type", "customer", "opened_on", "closed_on", "action_step")
    alerts: dict[str, Any] = {
        name: list(values) if name in ("id", "kind", "type") else ints(list(values))
        for name, values in zip(names, zip(*ALERTS, strict=True), strict=True)
    }
    alerts["text"] = ["text"] * len(ALERTS)
    return replace(
        portfolio(),
        tasks=Columns(tasks, count),
        task_events=Columns(events, len(EVENTS)),
        alerts=Columns(alerts, len(ALERTS)),
    )


def shown(scope: Scope | None = None, **filters: str) -> list[str]:
    return [row["id"] for row in board(scope, **filters).rows]


def board(scope: Scope | None = None, **filters: str) -> Dashboard:
    return dashboard(desk(), scope or Scope(DAY), Filters(**filters))


def test_open_is_active_not_finished_not_snoozed() -> None:
    assert np.flatnonzero(open_mask(desk().tasks, DAY)).tolist() == [0, 1, 4]
    assert np.flatnonzero(open_mask(desk().tasks, DAY + 3)).tolist() == [0, 1, 3, 4]


def test_counters_and_their_change() -> None:
    """On Thursday t2 and t5 were Medium, t3 was Low and t6 Medium; t4 slept, t7 was finished."""
    assert [(one.key, one.count, one.change) for one in board().counters] == [
        ("high", 2, 2),
        ("medium", 1, -2),
        ("low", 0, -1),
        ("total", 3, -1),
    ]
    assert (board().since, board().new, board().resolved) == (SINCE, 1, 1)


def changed(**columns: dict[int, Any]) -> list[int]:
    """The change of each counter with these values of task columns instead."""
    made = desk()
    data = dict(made.tasks.data)
    for name, values in columns.items():
        column = list(data[name])
        for row, value in values.items():
            column[row] = value
        data[name] = ints(column) if isinstance(data[name], np.ndarray) else column
    found = replace(made, tasks=Columns(data, made.tasks.length))
    return [one.change for one in dashboard(found, Scope(DAY)).counters]


def test_what_was_done_today_is_a_change_since_the_working_day_before() -> None:
    """Work is compared as it stood then: snoozing, waking, finishing and reopening all show."""
    assert changed() == [2, -2, -1, -1]
    assert changed(snooze_before={3: MISSING}) == [1, -2, -1, -2], "t4 was put to sleep today"
    assert changed(snooze_until={3: MISSING}) == [3, -2, -1, 0], "t4 was woken today"
    assert changed(shown_state={6: "not started"}) == [3, -2, -1, 0], "t7 was reopened today"


def test_work_of_a_lower_severity_hid_nothing_once_it_rose() -> None:
    """t7 rose to High the day after it opened, t4 two days ago: neither hid from then on."""
    risen = changed(shown_state={6: "not started"}, finished_severity_before={6: MEDIUM})
    assert risen == [2, -2, -1, -1]
    woken = changed(snooze_until={3: MISSING}, snooze_severity_before={3: MEDIUM})
    assert woken == [2, -2, -1, -1]


def test_counters_follow_the_scope_and_not_the_filters() -> None:
    mara = board(Scope(DAY, csm="Mara"), priority="low")
    assert [(one.count, one.change) for one in mara.counters] == [(1, 1), (1, 0), (0, -1), (2, 0)]
    assert (mara.new, mara.resolved, mara.customers) == (1, 0, 3)
    assert not mara.rows


def test_rows_by_severity_then_due_date() -> None:
    assert shown() == ["t5", "t1", "t2"]
    assert shown(Scope(DAY, csm="Mara")) == ["t1", "t2"]
    assert shown(Scope(DAY, csm="Nobody")) == []


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"priority": "High"}, ["t5", "t1"]),
        ({"category": "churn risk"}, ["t1", "t2"]),
        ({"type": "usage_drop"}, ["t2"]),
        ({"status": "all"}, ["t4", "t5", "t7", "t1", "t2", "t6", "t3"]),
        ({"status": "snoozed"}, ["t4"]),
        ({"status": "finished"}, ["t7", "t3"]),
        ({"status": "resolved"}, ["t6"]),
        ({"status": "started"}, ["t2"]),
        ({"due": "overdue"}, ["t2"]),
        ({"due": "today"}, ["t5"]),
        ({"due": "7 days"}, ["t5", "t1"]),
    ],
)
def test_filters(filters: dict[str, str], ids: list[str]) -> None:
    assert shown(**filters) == ids


def test_a_filter_that_is_none_is_refused() -> None:
    for filters in ({"priority": "urgent"}, {"status": "done"}, {"due": "soon"}):
        with pytest.raises(BadInput, match=next(iter(filters.values()))):
            board(**filters)


def test_a_row() -> None:
    assert board(type="usage_drop").rows == [
        {
            "id": "t2",
            "rule": "usage_drop",
            "category": "Churn Risk",
            "severity": "Medium",
            "status": "started",
            "customer_id": "b",
            "customer": "Birch",
            "text": "text t2",
            "due_on": "2026-11-19",
            "first_seen": "2026-11-11",
            "active": True,
            "chi": 50,
            "assignee": "Mara",
            "snooze_until": None,
            "comment": None,
            "stale_since": "2026-11-20",
        }
    ]
    assert board(type="no_login").rows[0]["assignee"] == "Zoe"
    assert board(type="contact_gap").rows[0]["chi"] is None


def test_alert_lists_and_notifications() -> None:
    def keys(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
        return [(row["id"], row["episode"]) for row in rows]

    assert keys(open_alerts(desk(), Scope(DAY))) == [("a3", 2), ("a1", 1), ("a2", 1)]
    assert keys(notifications(desk(), Scope(DAY))) == [("a3", 2), ("a3", 1), ("a1", 1)]
    assert keys(open_alerts(desk(), Scope(DAY, csm="Tom"))) == [("a3", 2)]
    first = notifications(desk(), Scope(DAY, csm="Mara"))[0]
    assert (first["label"], first["opened_on"], first["closed_on"]) == (
        "Churn risk",
        "2026-11-07",
        None,
    )
