"""Renewal date and yearly contract value of each customer (definitions.md section 3)."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.fields import contract_dates, stated_amounts
from csmdesk.engine.metrics.standing import Standing
from csmdesk.engine.money.exact import first_of_run
from csmdesk.engine.money.intervals import add_months
from csmdesk.engine.money.prepared import Prepared
from csmdesk.engine.money.rates import sum_converted
from csmdesk.engine.money.terms import Terms, build_terms, renewal_dates

_YEAR = 12


def terms_on(ready: Prepared, facts: Facts, settings: Settings, now: Standing) -> Terms:
    """Terms of all subscriptions by the item rows in force."""
    planned = facts.tables["subscription"].ints("next_billing_on")[ready.ledger.heads.row]
    minimum = settings.renewals.min_term_months
    return build_terms(ready.ledger, now.rows, planned, now.is_counted, minimum)


def contract_columns(
    ready: Prepared,
    facts: Facts,
    settings: Settings,
    now: Standing,
    day: int,
    mrr: Ints,
    native: Ints,
    currency: list[str | None],
) -> dict[str, object]:
    """renewal_on, contract_on (the CRM's date as of `day`, MISSING for none), term_days,
    renewal_subscription, acv, acv_native, acv_currency, acv_derived."""
    terms = terms_on(ready, facts, settings, now)
    return {
        **_renewal(ready, facts, now, terms, day),
        **_acv(ready, facts, day, mrr, native, currency),
    }


def _first_per_customer(customer: Ints, rows: Ints, count: int) -> Ints:
    """First of `rows` (already in order of preference within a customer) per customer, else -1."""
    order = rows[np.argsort(customer[rows], kind="stable")]
    first = order[first_of_run(customer[order])] if len(order) else order
    result = np.full(count, -1, dtype=np.int64)
    result[customer[first]] = first
    return result


def _renewal(
    ready: Prepared, facts: Facts, now: Standing, terms: Terms, day: int
) -> dict[str, object]:
    """The CRM's contract date, else the earliest renewal of a subscription with a term.

    The term of a CRM date is that of the customer's renewing subscription, a year without one. A
    churned customer has no renewal.
    """
    heads = ready.ledger.heads
    dates, lengths = renewal_dates(terms, day)
    due = np.flatnonzero(dates != MISSING)
    by_date = _first_per_customer(
        heads.customer, due[np.argsort(dates[due], kind="stable")], facts.count
    )
    live = np.flatnonzero(now.is_counted)
    oldest = _first_per_customer(
        heads.customer, live[np.argsort(heads.started[live], kind="stable")], facts.count
    )
    subscription = np.where(by_date >= 0, by_date, oldest)
    stated = contract_dates(facts, ready.fields, day)
    churned: Bools = (now.first_counted != MISSING) & (now.counted == 0)
    derived = np.full(facts.count, MISSING, dtype=np.int64)
    length = derived.copy()
    some = np.flatnonzero(by_date >= 0)
    derived[some], length[some] = dates[by_date[some]], lengths[by_date[some]]
    renewal = np.where(churned, MISSING, np.where(stated != MISSING, stated, derived))
    year = np.flatnonzero((renewal != MISSING) & (length == MISSING))
    back = np.full(len(year), -_YEAR, dtype=np.int64)
    length[year] = renewal[year] - add_months(renewal[year], back)
    ids = facts.tables["subscription"].texts("source_id")
    rows = heads.row
    return {
        "renewal_on": renewal,
        "contract_on": stated,
        "term_days": np.where(renewal == MISSING, MISSING, length),
        "renewal_subscription": [
            ids[rows[index]] if index >= 0 and date != MISSING else None
            for index, date in zip(subscription.tolist(), renewal.tolist(), strict=True)
        ],
    }


def _acv(
    ready: Prepared,
    facts: Facts,
    day: int,
    mrr: Ints,
    native: Ints,
    currency: list[str | None],
) -> dict[str, object]:
    """The CRM's yearly value of `day`, converted on it, else twelve times the MRR, marked derived."""
    stated = stated_amounts(facts, ready.fields, day)
    derived: Bools = stated == MISSING
    place = {code: index for index, code in enumerate(ready.currencies)}
    own = np.array([place.get(code or "", MISSING) for code in currency], dtype=np.int64)
    unit = np.where(ready.acv_currency != MISSING, ready.acv_currency, own)
    reporting = place.get(facts.rates.reporting.upper(), MISSING)
    unit = np.where(unit != MISSING, unit, reporting)
    slot = np.flatnonzero(~derived)
    days = np.full(len(slot), day, dtype=np.int64)
    converted, lost = sum_converted(
        slot, facts.count, stated[slot], unit[slot], days, 1, ready.rates
    )
    names = [ready.currencies[index] if index != MISSING else None for index in unit.tolist()]
    return {
        "acv": np.where(derived, _YEAR * mrr, np.where(lost, MISSING, converted)),
        "acv_native": np.where(derived, _YEAR * native, stated),
        "acv_currency": [
            own_code if is_derived else name
            for own_code, is_derived, name in zip(currency, derived.tolist(), names, strict=True)
        ],
        "acv_derived": derived,
        "acv_lost": lost,
    }
