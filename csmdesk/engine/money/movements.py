"""MRR movements per customer and day (definitions.md section 4), found by change points.

B(d) = round(native mrr(d-1) × rate(d)); FX(d) = B(d) - M(d-1), not 0 only where a rate changes;
movement = M(d) - B(d), not 0 only where native MRR changes, named by the first rule that holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.money.exact import (
    distinct,
    expand,
    first_of_run,
    key_day,
    key_owner,
    keys,
    last_at,
    spans,
)
from csmdesk.engine.money.ledger import Ledger
from csmdesk.engine.money.mrr import mrr_hits, rate_hits
from csmdesk.engine.money.prepared import Prepared, prepare
from csmdesk.engine.money.statuses import CANCELLED, FREE, PAUSED
from csmdesk.engine.money.view import View, counted

CHURN, FX = "churn", "fx"
KINDS = ("new", "reactivation", "expansion", "contraction", CHURN, FX)
_NEW, _REACTIVATION, _EXPANSION, _CONTRACTION, _CHURN, _FX = range(6)
_NEVER = 1 << 40


@dataclass(frozen=True)
class _Rows:
    """Movements as arrays: kind is an index into KINDS."""

    customer: Ints
    day: Ints
    kind: Ints
    amount: Ints
    gap: Ints
    memo: Ints


def movements(
    facts: Facts, settings: Settings, first: int, last: int, prepared: Prepared | None = None
) -> Columns:
    """Movements and FX dated first … last, as known on `last`, sorted by (day, customer, kind).

    Columns: customer (row index), day, kind (text of KINDS), amount (reporting minor units, signed),
    gap_days (reactivation: days without MRR, else MISSING), memo. A pause that ends in cancellation
    is a churn of amount 0 whose memo is the (negative) MRR lost at the pause; memo is 0 elsewhere.
    """
    ready = prepared if prepared is not None else prepare(facts, settings)
    ledger = ready.ledger
    view = ledger.view(last)
    moved = _moved(ledger, view, first, last)
    logos = _logo_churn(ledger, view, first, last)
    exchange = _exchange(ledger, view, first, last)
    parts = (moved, logos, exchange)
    customer, day, kind, amount, gap, memo = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("customer", "day", "kind", "amount", "gap", "memo")
    )
    order = np.lexsort((kind, customer, day))
    return Columns(
        {
            "customer": customer[order],
            "day": day[order],
            "kind": [KINDS[code] for code in kind[order].tolist()],
            "amount": amount[order],
            "gap_days": gap[order],
            "memo": memo[order],
        },
        len(order),
    )


def _moved(ledger: Ledger, view: View, first: int, last: int) -> _Rows:
    """Movement of every (customer, day) on which native MRR changed."""
    hits = mrr_hits(ledger, view, first, last)
    customer, day = key_owner(hits), key_day(hits)
    after, _ = ledger.mrr(view, customer, day, day)
    before, _ = ledger.mrr(view, customer, day - 1, day)
    real = np.flatnonzero(after != before)
    customer, day, after, before = customer[real], day[real], after[real], before[real]
    since = _zero_since(ledger, view, customer, day)
    began = _first_paid(ledger, view)[customer] >= day
    resumed = _pausing(ledger, view, customer, day - 1)
    suspended = _pausing(ledger, view, customer, day)
    up = np.where(began, _NEW, np.where(resumed, _EXPANSION, _REACTIVATION))
    down = np.where(suspended, _CONTRACTION, _CHURN)
    sign = np.where(after > before, _EXPANSION, _CONTRACTION)
    kind = np.where(before == 0, up, np.where(after == 0, down, sign))
    gap = np.where(kind == _REACTIVATION, day - since, MISSING)
    return _Rows(customer, day, kind, after - before, gap, np.zeros_like(day))


def _first_paid(ledger: Ledger, view: View) -> Ints:
    """First day with native MRR above 0 per customer, far in the future for never."""
    result = np.full(ledger.customers, _NEVER, dtype=np.int64)
    paid = view.mrr.key[view.mrr.value > 0]
    np.minimum.at(result, ledger.groups.customer[key_owner(paid)], key_day(paid))
    return result


def _zero_since(ledger: Ledger, view: View, customer: Ints, day: Ints) -> Ints:
    """Day of the last change of MRR before `day`: where it is 0, the day on which it became so."""
    first, length = spans(ledger.groups.customer, ledger.customers)
    slot, group = expand(first[customer], length[customer])
    place = last_at(view.mrr.key, group, (day - 1)[slot])
    result = np.full(len(customer), -_NEVER, dtype=np.int64)
    some = place >= 0
    np.maximum.at(result, slot[some], key_day(view.mrr.key[place[some]]))
    return result


def _any_status(ledger: Ledger, view: View, customer: Ints, day: Ints) -> tuple[Bools, Bools]:
    """(some subscription Paused or Free, some subscription counted) per (customer, day)."""
    first, length = spans(ledger.heads.customer, ledger.customers)
    slot, head = expand(first[customer], length[customer])
    code = view.status.at(head, day[slot])
    suspended, paying = (np.zeros(len(customer), dtype=np.bool_) for _ in range(2))
    suspended[slot[(code == PAUSED) | (code == FREE)]] = True
    paying[slot[counted(code)]] = True
    return suspended, paying


def _pausing(ledger: Ledger, view: View, customer: Ints, day: Ints) -> Bools:
    return _any_status(ledger, view, customer, day)[0]


def _logo_churn(ledger: Ledger, view: View, first: int, last: int) -> _Rows:
    """Suspensions (the MRR went to 0 by a pause or a free plan) that end in cancellation.

    Only the first end after the MRR was lost counts, and only if nothing is left that could resume.
    """
    status = view.status
    same = ~first_of_run(key_owner(status.key))
    before = np.where(same, np.roll(status.value, 1), 0)
    ends = ((before == PAUSED) | (before == FREE)) & (status.value == CANCELLED)
    ends &= key_day(status.key) <= last
    key = status.key[ends]
    hits = distinct(keys(ledger.heads.customer[key_owner(key)], key_day(key)))
    customer, day = key_owner(hits), key_day(hits)
    now, _ = ledger.mrr(view, customer, day, day)
    was, _ = ledger.mrr(view, customer, day - 1, day)
    since = _zero_since(ledger, view, customer, day)
    suspended, paying = _any_status(ledger, view, customer, day)
    lost = (now == 0) & (was == 0) & (since > -_NEVER) & ~suspended & ~paying
    customer, day, since = customer[lost], day[lost], since[lost]
    by_pause = _pausing(ledger, view, customer, since)
    customer, day, since = customer[by_pause], day[by_pause], since[by_pause]
    once = first_of_run(keys(customer, since)) & (day >= first)
    customer, day, since = customer[once], day[once], since[once]
    memo, _ = ledger.mrr(view, customer, since - 1, since)
    zero = np.zeros_like(day)
    return _Rows(customer, day, zero + _CHURN, zero, zero + MISSING, -memo)


def _exchange(ledger: Ledger, view: View, first: int, last: int) -> _Rows:
    """FX of every (customer, day) on which the rate of a currency it pays in changes."""
    hit = rate_hits(ledger, view, first, last)
    customer, day = key_owner(hit), key_day(hit)
    same_day, _ = ledger.mrr(view, customer, day - 1, day)
    day_before, _ = ledger.mrr(view, customer, day - 1, day - 1)
    moved = np.flatnonzero(same_day != day_before)
    amount, day = (same_day - day_before)[moved], day[moved]
    zero = np.zeros_like(day)
    return _Rows(customer[moved], day, zero + _FX, amount, zero + MISSING, zero)
