"""Service metrics: tickets open on a day (definitions.md sections 1 and 5)."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.grouping import count_by, rows_known

CRITICAL = frozenset({"urgent", "high"})
CLOSED = frozenset({"closed", "solved", "resolved"})


def service_metrics(facts: Facts, settings: Settings, day: int) -> Columns:
    """critical_open and open_tickets per customer; MISSING where no support account is joined."""
    table = facts.tables["ticket"]
    solved = table.ints("solved_at_day")
    shut = np.array([(status or "").lower() in CLOSED for status in table["status"]], dtype=bool)
    # A closed ticket without a date of closing has nothing to say when; it does not count as open.
    still = np.where(solved == MISSING, ~shut, solved > day)
    is_open = rows_known(table, "created_at_day", day) & still
    urgent = np.array(
        [(priority or "").lower() in CRITICAL for priority in table["priority"]], dtype=bool
    )
    customer = table.ints("customer")
    joined = facts.joined("support")
    counts = {
        "critical_open": count_by(customer[is_open & urgent], facts.count),
        "open_tickets": count_by(customer[is_open], facts.count),
    }
    return Columns(
        {name: np.where(joined, count, MISSING) for name, count in counts.items()}, facts.count
    )
