"""Service metrics: tickets open on a day (definitions.md sections 1 and 5)."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.grouping import count_by, rows_known
from csmdesk.engine.metrics.rows import EventRows, event_rows


def service_metrics(
    facts: Facts, settings: Settings, day: int, events: EventRows | None = None
) -> Columns:
    """critical_open and open_tickets per customer; MISSING where no support account is joined."""
    sorts = events if events is not None else event_rows(facts)
    table = facts.tables["ticket"]
    solved = table.ints("solved_at_day")
    # A closed ticket without a date of closing has nothing to say when; it does not count as open.
    still = np.where(solved == MISSING, ~sorts.shut, solved > day)
    is_open = rows_known(table, "created_at_day", day) & still
    customer = table.ints("customer")
    joined = facts.joined("support")
    counts = {
        "critical_open": count_by(customer[is_open & sorts.critical], facts.count),
        "open_tickets": count_by(customer[is_open], facts.count),
    }
    return Columns(
        {name: np.where(joined, count, MISSING) for name, count in counts.items()}, facts.count
    )
