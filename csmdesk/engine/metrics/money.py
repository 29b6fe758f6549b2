"""Money metrics: what subscriptions, invoices and the contract say of each customer on one day."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.contract import contract_columns
from csmdesk.engine.metrics.standing import (
    Standing,
    products_of,
    seats_of,
    standing_on,
    status_titles,
)
from csmdesk.engine.money.exact import first_of_run, round_half_even
from csmdesk.engine.money.ledger import Ledger
from csmdesk.engine.money.metered import metered_charges
from csmdesk.engine.money.prepared import Prepared, prepare
from csmdesk.engine.money.rates import sum_converted
from csmdesk.engine.money.view import View

COMPARED_DAYS = 30


def money_metrics(
    facts: Facts, settings: Settings, day: int, prepared: Prepared | None = None
) -> Columns:
    """Money of every customer as of `day`; rows as `facts.ids`.

    Reporting minor units: mrr, mrr_90 and mrr_30 (90 and 30 days before, as known on `day`), acv
    (MISSING without a rate), overdue_amount. Native minor units of `currency` (of the customer's
    largest subscriptions when there are several): mrr_native; of `acv_currency`: acv_native.
    subscriptions_30 and seats_30 are the figures as of 30 days before. `missing_rate` marks
    customers with an amount that could not be converted: it is left out of these sums. metered and
    metered_lost: see `money.metered`.
    """
    ready = prepared if prepared is not None else prepare(facts, settings)
    ledger, view = ready.ledger, ready.ledger.view(day)
    now = standing_on(ready, facts, day)
    counted_then, seats_then = _counts(ready, facts, day - COMPARED_DAYS, None)
    seats = _counts(ready, facts, day, now)[1]
    mrr, lost = ledger.mrr_on(view, day)
    data: dict[str, object] = {"mrr": mrr}
    for back in (90, COMPARED_DAYS):
        data[f"mrr_{back}"], more = ledger.mrr_on(view, day - back)
        lost = lost | more
    currency, native = _native(ledger, view, day)
    data |= {
        "mrr_native": native,
        "status": status_titles(now, facts.count, ledger),
        "counted": now.counted,
        "subscriptions_30": counted_then,
        "ever_counted": now.first_counted != MISSING,
        "active": now.counted > 0,
        "tenure": np.where(now.first_counted == MISSING, MISSING, day - now.first_counted),
        "seats": seats,
        "seats_30": seats_then,
        "products": products_of(ready, now, facts.count),
    }
    data |= _cancellation(facts, ledger, now, day)
    data |= _overdue(ready, facts.count, day)
    data |= metered_charges(ready.charges, ready.rates, facts.joined("billing"), day)
    data |= contract_columns(ready, facts, settings, now, day, mrr, native, currency)
    data["currency"] = [
        own if own is not None else stated
        for own, stated in zip(currency, facts.customers.texts("acv_currency"), strict=True)
    ]
    overdue_lost = data.pop("overdue_lost")
    acv_lost = data.pop("acv_lost")
    data["missing_rate"] = lost | np.asarray(overdue_lost) | np.asarray(acv_lost)
    return Columns(data, facts.count)


def _counts(
    ready: Prepared, facts: Facts, day: int, standing: Standing | None
) -> tuple[Ints, Ints]:
    """(counted subscriptions, seats) per customer as of a day, remembered for the day after 30."""
    known = ready.past.get(day)
    if known is None:
        stand = standing if standing is not None else standing_on(ready, facts, day)
        known = stand.counted, seats_of(ready, facts, stand)
        while len(ready.past) > 2 * COMPARED_DAYS:  # at first each day adds two
            ready.past.pop(next(iter(ready.past)))
        ready.past[day] = known
    return known


def _native(ledger: Ledger, view: View, day: int) -> tuple[list[str | None], Ints]:
    """Native currency of each customer (None: no subscription began yet) and its MRR in it."""
    groups = ledger.groups
    begun = np.zeros(len(groups.customer), dtype=np.bool_)
    begun[groups.of_head[ledger.heads.started <= day]] = True
    slot = np.arange(len(groups.customer))
    value = view.mrr.at(slot, day)
    days = np.full(len(slot), day, dtype=np.int64)
    worth, _ = sum_converted(
        slot, len(slot), value, groups.currency, days, ledger.values.scale, ledger.rates
    )
    order = np.lexsort((-worth, groups.customer))
    order = order[begun[order]]
    best = order[first_of_run(groups.customer[order])] if len(order) else order
    native = np.zeros(ledger.customers, dtype=np.int64)
    native[groups.customer[best]] = round_half_even(value[best], ledger.values.scale)
    names: list[str | None] = [None] * ledger.customers
    codes = ledger.heads.currencies
    chosen = zip(groups.customer[best].tolist(), groups.currency[best].tolist(), strict=True)
    for customer, currency in chosen:
        names[customer] = codes[currency] or None
    return names, native


def _cancellation(facts: Facts, ledger: Ledger, now: Standing, day: int) -> dict[str, object]:
    """Committed churn: a counted subscription whose cancellation was decided by `day`."""
    heads, table = ledger.heads, facts.tables["subscription"]
    decided = table.ints("cancelled_on")[heads.row]
    planned = table.ints("cancel_at")[heads.row]
    rows = np.flatnonzero((decided != MISSING) & (decided <= day) & now.is_counted)
    last = np.iinfo(np.int64).max
    when = np.where(planned[rows] == MISSING, last, planned[rows])
    order = rows[np.lexsort((decided[rows], when, heads.customer[rows]))]
    first = order[first_of_run(heads.customer[order])] if len(order) else order
    leaving = np.zeros(facts.count, dtype=np.bool_)
    leaving[heads.customer[first]] = True
    at, known = (np.full(facts.count, MISSING, dtype=np.int64) for _ in range(2))
    at[heads.customer[first]] = planned[first]
    known[heads.customer[first]] = decided[first]
    return {"set_to_cancel": leaving, "cancel_at": at, "cancel_known_on": known}


def _overdue(ready: Prepared, count: int, day: int) -> dict[str, object]:
    """Open invoices past due: age of the oldest, sum in reporting minor units, how many."""
    dues = ready.dues
    is_open = (dues.issued <= day) & (dues.due < day) & (dues.closed > day)
    rows = np.flatnonzero(is_open)
    customer = dues.customer[rows]
    days = np.zeros(count, dtype=np.int64)
    np.maximum.at(days, customer, day - dues.due[rows])
    amount, lost = sum_converted(
        customer,
        count,
        dues.rest[rows],
        dues.currency[rows],
        np.full(len(rows), day, dtype=np.int64),
        1,
        ready.rates,
    )
    return {
        "overdue_days": days,
        "overdue_amount": amount,
        "overdue_count": np.bincount(customer, minlength=count).astype(np.int64),
        "overdue_lost": lost,
    }
