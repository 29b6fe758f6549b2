"""Committed churn: the MRR of subscriptions that are set to cancel (definitions.md section 3)."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.engine.money.prepared import Prepared
from csmdesk.engine.money.rates import sum_converted
from csmdesk.engine.money.view import counted


def committed_mrr(facts: Facts, prepared: Prepared, day: int) -> Ints:
    """Per customer, reporting minor units: what counts on `day` and whose cancellation was decided
    by then. Rounded once per customer, so that it is M(day) when all subscriptions are leaving."""
    ledger = prepared.ledger
    heads, view = ledger.heads, ledger.view(day)
    decided = facts.tables["subscription"].ints("cancelled_on")[heads.row]
    leaving = (decided != MISSING) & (decided <= day) & counted(ledger.status_on(view, day))
    rows = np.flatnonzero(leaving)
    amount, _ = sum_converted(
        heads.customer[rows],
        facts.count,
        view.heads_mrr.at(rows, day),
        heads.currency[rows],
        np.full(len(rows), day, dtype=np.int64),
        ledger.values.scale,
        ledger.rates,
    )
    return amount
