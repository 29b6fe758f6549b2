"""Rule 2, payment_overdue: an open invoice is past due. Subject: invoice."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.money import rate_on, to_minor
from csmdesk.domain.texts import money
from csmdesk.engine.money.prepared import CLOSED
from csmdesk.engine.rules.limits import Limits, known, rungs
from csmdesk.engine.rules.rule import COMMERCIAL, HOLDS, NONE, UNKNOWN, Context, Hit, Rule
from csmdesk.engine.rules.wording import days_text

LIMITS = {"low_days": 1, "medium_days": 15, "high_days": 30, "many": 2, "attempts": 3}


def check(ctx: Context, limits: Limits) -> list[Hit]:
    invoices = ctx.facts.tables["invoice"]
    owed = _owed(invoices, ctx.day)
    late = np.where(owed, ctx.day - _due(invoices), 0)
    large, unpriced = _large(ctx, invoices, owed & (late >= limits.whole("low_days")))
    level = _levels(invoices, np.where(large, late, 0), limits, ctx.facts.count)
    watched = ctx.watched(RULE.id)
    hits = []
    customers, ids = invoices.ints("customer"), invoices["source_id"]
    for place in np.flatnonzero(owed).tolist():
        row, subject = int(customers[place]), ids[place]
        if level[place]:
            hits.append(_hit(ctx, limits, invoices, place, int(late[place]), int(level[place])))
        elif (row, subject) in watched:  # still owed: it clears when paid, void or written off
            clear = UNKNOWN if unpriced[place] else HOLDS
            hits.append(Hit(row, subject, NONE, clear=clear))
    return hits


def _owed(invoices: Columns, day: int) -> Bools:
    """Issued by D, and neither paid nor voided by then."""
    paid, voided = invoices.ints("paid_on"), invoices.ints("voided_on")
    owed = known(invoices.ints("customer")) & (invoices.ints("issued_on") <= day)
    owed &= (voided == MISSING) | (voided > day)
    settled = invoices.ints("amount_paid") >= invoices.ints("amount_due")
    owed &= np.where(paid == MISSING, ~settled, paid > day)
    undated = np.flatnonzero(owed & (paid == MISSING) & (voided == MISSING))
    dead = [at for at in undated.tolist() if (invoices["status"][at] or "").lower() in CLOSED]
    owed[dead] = False
    return np.asarray(owed)


def _due(invoices: Columns) -> Ints:
    """Due date; an invoice that names none is due when issued."""
    due = invoices.ints("due_on")
    return np.where(due == MISSING, invoices.ints("issued_on"), due)


def open_amount(invoices: Columns, place: int, day: int) -> int:
    """What was open on `day`, in minor units of the invoice's currency."""
    due = int(invoices.ints("amount_due")[place])
    paid_on = int(invoices.ints("paid_on")[place])
    return due if paid_on > day else due - int(invoices.ints("amount_paid")[place])


def _large(ctx: Context, invoices: Columns, late: Bools) -> tuple[Bools, Bools]:
    """Late invoices of at least the floor, and those whose currency has no rate."""
    reporting = ctx.facts.rates.reporting
    floor = to_minor(ctx.settings.money.overdue_floor, reporting)
    large, unpriced = np.zeros(len(late), np.bool_), np.zeros(len(late), np.bool_)
    rates: dict[str, Fraction | None] = {}
    for place in np.flatnonzero(late).tolist():
        currency = invoices["currency"][place]
        if currency not in rates:
            rates[currency] = rate_on(ctx.facts.rates, currency, ctx.day)
        rate = rates[currency]
        unpriced[place] = rate is None
        large[place] = rate is not None and open_amount(invoices, place, ctx.day) * rate >= floor
    return large, unpriced


def _levels(invoices: Columns, late: Ints, limits: Limits, customers: int) -> Ints:
    overdue = late >= limits.whole("low_days")
    owners = invoices.ints("customer")
    count = np.bincount(owners[overdue], minlength=customers)
    many = np.zeros(len(late), np.bool_)
    many[overdue] = count[owners[overdue]] >= limits.whole("many")
    failed = invoices.ints("attempts") >= limits.whole("attempts")
    return rungs(
        overdue,
        low=overdue,
        medium=late >= limits.whole("medium_days"),
        high=(late >= limits.whole("high_days")) | many | failed,
    )


def _hit(
    ctx: Context, limits: Limits, invoices: Columns, place: int, late: int, severity: int
) -> Hit:
    currency, number = invoices["currency"][place], invoices["number"][place]
    amount = open_amount(invoices, place, ctx.day)
    values = {
        "invoice": number,
        "amount": amount,
        "currency": currency,
        "due_on": iso_day(ctx.day - late),
        "days": late,
        "attempts": int(invoices.ints("attempts")[place]),
    }
    return Hit(
        int(invoices.ints("customer")[place]),
        invoices["source_id"][place],
        severity,
        f"Invoice {number}: {money(amount, currency)} overdue {days_text(late)}.",
        ctx.evidence(("billing",), values, limits.shown(*LIMITS)),
    )


RULE = Rule(
    id="payment_overdue",
    number=2,
    category=COMMERCIAL,
    title="Payment overdue",
    sources=("billing",),
    check=check,
    limits=LIMITS,
)
