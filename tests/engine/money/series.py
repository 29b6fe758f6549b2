"""MRR over time, told by the engine's own ledger."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.money.exact import distinct, first_of_run, key_day, key_owner, keys
from csmdesk.engine.money.mrr import mrr_hits, rate_hits
from csmdesk.engine.money.prepared import Prepared, prepare


def mrr_series(
    facts: Facts, settings: Settings, first: int, last: int, prepared: Prepared | None = None
) -> Columns:
    """M(d) of every customer from `first` to `last`, as known on `last`, where it changes.

    Columns customer, day, mrr (reporting minor units), sorted by (customer, day); each row holds
    until the customer's next. Every customer has a row on `first`.
    """
    ready = prepared if prepared is not None else prepare(facts, settings)
    ledger = ready.ledger
    view = ledger.view(last)
    start = keys(np.arange(facts.count), first)
    changes = (mrr_hits(ledger, view, first, last), rate_hits(ledger, view, first, last))
    hits = distinct(np.concatenate([start, *changes]))
    customer, day = key_owner(hits), key_day(hits)
    amount, _ = ledger.mrr(view, customer, day, day)
    told = first_of_run(customer) | first_of_run(amount)
    data = {"customer": customer[told], "day": day[told], "mrr": amount[told]}
    return Columns(data, int(told.sum()))
