"""M(d) over time, by change points, and the subscriptions behind it."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.engine.money.exact import distinct, key_day, key_owner, keys
from csmdesk.engine.money.ledger import Ledger
from csmdesk.engine.money.prepared import Prepared
from csmdesk.engine.money.rates import sum_converted
from csmdesk.engine.money.statuses import TITLES
from csmdesk.engine.money.view import View


def mrr_hits(ledger: Ledger, view: View, first: int, last: int) -> Ints:
    """Keys (customer, day) in first … last on which native MRR changes."""
    steps = view.mrr.key
    dated = key_day(steps)
    inside = steps[(dated >= first) & (dated <= last)]
    return distinct(keys(ledger.groups.customer[key_owner(inside)], key_day(inside)))


def rate_hits(ledger: Ledger, view: View, first: int, last: int) -> Ints:
    """Keys (customer, day) in first … last on which the rate of a currency changes in which the
    customer had MRR the day before."""
    hits: list[Ints] = [np.zeros(0, dtype=np.int64)]
    for currency in range(len(ledger.heads.currencies)):
        dates = ledger.rates.changes(currency, first, last)
        groups = np.flatnonzero(ledger.groups.currency == currency)
        day, group = np.repeat(dates, len(groups)), np.tile(groups, len(dates))
        paying = view.mrr.at(group, day - 1) != 0
        hits.append(keys(ledger.groups.customer[group[paying]], day[paying]))
    return distinct(np.concatenate(hits))


def subscription_columns(facts: Facts, prepared: Prepared, day: int) -> Columns:
    """Subscriptions that began by `day`, as known then: customer, subscription (source id),
    status_type (text), started_on, cancelled_on, ended_on (MISSING: not yet), mrr (reporting minor
    units, rounded by itself: a customer's MRR is rounded once over all of them)."""
    ledger = prepared.ledger
    heads, view, table = ledger.heads, ledger.view(day), facts.tables["subscription"]
    rows = np.flatnonzero(heads.started <= day)
    days = np.full(len(rows), day, dtype=np.int64)
    value = view.heads_mrr.at(rows, day)
    amount, _ = sum_converted(
        np.arange(len(rows)),
        len(rows),
        value,
        heads.currency[rows],
        days,
        ledger.values.scale,
        ledger.rates,
    )
    ids, source_row = table.texts("source_id"), heads.row[rows]
    dates = {}
    for name in ("cancelled_on", "ended_on"):
        dated = table.ints(name)[source_row]
        dates[name] = np.where(dated <= day, dated, MISSING)
    codes = view.status.at(rows, day)
    return Columns(
        {
            "customer": heads.customer[rows],
            "subscription": [ids[row] for row in source_row.tolist()],
            "status_type": [TITLES[code] for code in codes.tolist()],
            "started_on": heads.started[rows],
            **dates,
            "mrr": amount,
        },
        len(rows),
    )
