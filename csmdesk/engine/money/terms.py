"""Terms of subscriptions and the renewal dates that follow (definitions.md section 3).

A subscription's renewal dates are its term boundaries: started_on + k × term, clamped to the
month's end, up to next_billing_on. Billing that runs from the trial's end, or from a later change,
is counted back from next_billing_on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.engine.money.intervals import (
    boundary,
    first_boundary,
    monthly,
    on_grid,
    term,
)
from csmdesk.engine.money.ledger import Ledger


@dataclass(frozen=True)
class Terms:
    """Per subscription on one day: its term (months or days, 0/0 none), whether that is long enough
    to raise a renewal, the anchor of its boundaries and the number of the last one known."""

    months: Ints
    days: Ints
    renews: Bools
    anchor: Ints
    last: Ints


def build_terms(
    ledger: Ledger, rows: Ints, next_billing: Ints, counted: Bools, min_months: int
) -> Terms:
    """`rows`: item rows in force; `next_billing`: per subscription, MISSING none."""
    months, days, long_enough = _lengths(ledger, rows, min_months)
    started, trial_end = ledger.heads.started, ledger.heads.trial_end
    unplanned = next_billing == MISSING
    by_start = unplanned | on_grid(started, months, days, next_billing)
    by_trial = ~by_start & on_grid(trial_end, months, days, next_billing)
    anchor = np.where(by_start, started, np.where(by_trial, trial_end, next_billing))
    planned = np.where(unplanned, anchor, next_billing)
    last = first_boundary(anchor, months, days, planned)
    last = np.where(unplanned, 1 << 40, last)
    return Terms(months, days, long_enough & counted, anchor, last)


def _lengths(ledger: Ledger, rows: Ints, min_months: int) -> tuple[Ints, Ints, Bools]:
    """(months, days) of the longest term among the items in force of each subscription, and
    whether that is at least `min_months` (a term of n weeks has n × 12/52 months)."""
    log = ledger.items
    worth = [monthly(name, number) for name, number in log.intervals]
    order = sorted(range(len(worth)), key=lambda index: worth[index], reverse=True)
    rank = np.zeros(len(worth), dtype=np.int64)
    rank[order] = np.arange(1, len(worth) + 1)
    row = rows[rows >= 0]
    row = row[(log.quantity[row] > 0) & ~log.metered[row]]
    longest = np.zeros(ledger.heads.count, dtype=np.int64)
    np.maximum.at(longest, log.head[row], rank[log.interval[row]])
    terms = [(0, 0), *(term(*log.intervals[index]) for index in order)]
    months = np.array([months for months, _ in terms], dtype=np.int64)
    days = np.array([days for _, days in terms], dtype=np.int64)
    enough = [False, *(worth[index] * min_months <= 1 for index in order)]
    return months[longest], days[longest], np.array(enough, dtype=np.bool_)[longest]


def renewal_dates(terms: Terms, day: int) -> tuple[Ints, Ints]:
    """(next renewal date on or after `day`, days of the term that ends then), MISSING where the
    subscription raises none. A planned date that has passed stays as it is."""
    rows = np.flatnonzero(terms.renews)
    anchor, months, days = terms.anchor[rows], terms.months[rows], terms.days[rows]
    k = first_boundary(anchor, months, days, np.full(len(rows), day, dtype=np.int64))
    k = np.minimum(np.where(terms.last[rows] > 0, np.maximum(k, 1), k), terms.last[rows])
    date = boundary(anchor, months, days, k)
    renewal = np.full(len(terms.renews), MISSING, dtype=np.int64)
    length = renewal.copy()
    renewal[rows] = date
    length[rows] = date - boundary(anchor, months, days, k - 1)
    return renewal, length
