"""Small findings and portfolios for the store's tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from csmdesk.domain.columns import Columns
from csmdesk.domain.facts import Account
from csmdesk.domain.findings import Alert, Findings, Health, RuleState, Task, TaskEvent
from csmdesk.store import facts, identity

D = 20_000
FACTORS = ("last_login", "overdue")


def company(number: int, **fields: Any) -> Account:
    return Account(
        source="hubspot",
        source_id=str(number),
        name=f"Company {number}",
        domain=f"c{number}.example",
        **fields,
    )


def customer(number: int) -> str:
    return identity.customer_id("hubspot", str(number))


def with_customers(conn: Connection, count: int) -> list[str]:
    facts.upsert(conn, [company(number) for number in range(count)])
    identity.assign(conn)
    return [customer(number) for number in range(count)]


def health(day: int, ids: Sequence[str], chi: Sequence[int]) -> Health:
    n, f = len(ids), len(FACTORS)
    wide = np.arange(f * n, dtype=np.int64).reshape(f, n)
    return Health(
        day=day,
        ids=tuple(ids),
        model=("Default 1",),
        model_index=np.zeros(n, np.int8),
        factors=FACTORS,
        chi=np.array(chi, np.int16),
        band=np.ones(n, np.int8),
        held_band=np.ones(n, np.int8),
        coverage=np.full(n, 10_000, np.int64),
        num=wide * 1_000_000_007,
        den=wide + 1,
        has=wide % 2 == 0,
        score=wide * 10_000,
        points=wide,
        weight=wide + 5,
        weight_total=np.full(n, 100, np.int64),
        pillars=np.full((4, n), -1, np.int64),
        cap=np.full(n, -1, np.int8),
        cap_points=np.zeros(n, np.int64),
        rank=np.full(n, -1, np.int16),
        health_marker=np.zeros(n, np.int8),
        activity_marker=np.zeros(n, np.int8),
        active=np.ones(n, bool),
    )


def task(task_id: str, customer_id: str, day: int, **fields: Any) -> Task:
    base: dict[str, Any] = {
        "task_id": task_id,
        "rule": "no_login",
        "customer_id": customer_id,
        "subject": "customer",
        "category": "Churn Risk",
        "severity": 2,
        "active": True,
        "text": "Last login 40 days ago.",
        "evidence": "{}",
        "first_seen": day,
        "last_seen": day,
        "opened_on": day,
        "resolved_on": None,
        "episode": 1,
        "due_on": day + 3,
        "state": "ok",
        "checked_on": day,
        "streak": 0,
    }
    return Task(**{**base, **fields})


def event(task_id: str, day: int, kind: str = "opened", **fields: Any) -> TaskEvent:
    base: dict[str, Any] = {"episode": 1, "severity": 2, "text": "Last login 40 days ago."}
    base["due_on"] = day + 3
    return TaskEvent(task_id=task_id, day=day, kind=kind, **{**base, **fields})


def alert(alert_id: str, customer_id: str, day: int, **fields: Any) -> Alert:
    base: dict[str, Any] = {
        "episode": 1,
        "kind": "health_drop",
        "type": "Risk",
        "subject": "customer",
        "closed_on": None,
        "text": "Health fell.",
        "evidence": "{}",
    }
    return Alert(alert_id=alert_id, customer_id=customer_id, opened_on=day, **{**base, **fields})


def findings(
    day: int,
    ids: Sequence[str],
    chi: Sequence[int],
    tasks: Sequence[Task] = (),
    events: Sequence[TaskEvent] = (),
    alerts: Sequence[Alert] = (),
) -> Findings:
    measures = Columns(
        {
            "mrr": np.arange(len(ids), dtype=np.int64),
            "active": np.ones(len(ids), bool),
            "products": [("Scanner", "Portal")] * len(ids),
            "status": ["Active", None, *["Trial"] * len(ids)][: len(ids)],
        },
        len(ids),
    )
    return Findings(
        day=day,
        health=health(day, ids, chi),
        measures=measures,
        tasks=tuple(tasks),
        task_events=tuple(events),
        alerts=tuple(alerts),
        rules=(RuleState("no_login", True), RuleState("capacity", False, "no source")),
        notices=("Usage fell everywhere.",),
    )
