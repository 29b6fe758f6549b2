"""Counts of open tasks and alerts per customer, from the tables of a portfolio."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import HIGH
from csmdesk.engine.figures.tasks import open_mask


def with_counts(customers: Columns, tasks: Columns, alerts: Columns, day: int) -> Columns:
    """The customers with their open tasks and alerts counted again."""
    count = customers.length
    is_open = open_mask(tasks, day)
    owner = tasks.ints("customer")
    severe = is_open & (tasks.ints("severity") == HIGH)
    alert_open = alerts.ints("closed_on") == MISSING
    alert_owner, types = alerts.ints("customer"), np.array(alerts.texts("type"), dtype=object)

    def counted(rows: Ints) -> Ints:
        return np.bincount(rows[rows >= 0], minlength=count).astype(np.int64)

    return Columns(
        {
            **customers.data,
            "open_tasks": counted(owner[is_open]),
            "high_tasks": counted(owner[severe]),
            "at_risk": (counted(alert_owner[alert_open & (types == "Risk")]) > 0).astype(np.int64),
            "upsell": (counted(alert_owner[alert_open & (types == "Upsell")]) > 0).astype(np.int64),
        },
        count,
    )
