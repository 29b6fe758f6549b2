"""Renders contracts as Stripe has them: customers, subscriptions, invoices, events.

Only what happened before 00:00 UTC of `today` is there. A line's price × quantity holds from its
period start; a change inside a period bills a pair of proration lines (credit first) that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from csmdesk.sandbox.shapes import (
    BillingCustomer,
    Company,
    Discount,
    Invoice,
    Item,
    Subscription,
)
from csmdesk.sandbox.world.clock import add_months, at, next_boundary, plus
from csmdesk.sandbox.world.contract import Contract, Deduction
from csmdesk.sandbox.world.events import events_of
from csmdesk.sandbox.world.ids import stripe_id
from csmdesk.sandbox.world.invoices import invoices_of
from csmdesk.sandbox.world.roles import Role


@dataclass(frozen=True, slots=True)
class _Named:
    """One billing customer: its position, what it is called, and its contracts."""

    position: int
    name: str
    metadata: dict[str, str]
    contracts: Sequence[Contract]


def billing_of(
    role: Role, contracts: Sequence[Contract], company: Company, today: date
) -> tuple[BillingCustomer, ...]:
    """The billing customers of an account; none before its first contract."""
    begun = [contract for contract in contracts if contract.start < today]
    if not begun:
        return ()
    return tuple(
        _customer(role, named, company, today)
        for named in _names(role, begun, company)
        if named.contracts
    )


def _names(role: Role, begun: list[Contract], company: Company) -> list[_Named]:
    linked = {"hubspot_company_id": company.hubspot_id}
    if role.part == "billed_twice":
        return [
            _Named(0, company.name, linked, begun[:1]),
            _Named(1, f"{company.name} (old account)", linked, begun[1:]),
        ]
    if role.part == "other_name":
        return [_Named(0, f"{company.name.split()[0]} Holdings plc", linked, begun)]
    joins_by_domain = role.part == "plain" and role.number % 6 == 4
    return [_Named(0, company.name, {} if joins_by_domain else linked, begun)]


def _customer(role: Role, named: _Named, company: Company, today: date) -> BillingCustomer:
    invoices: list[Invoice] = []
    subscriptions: list[Subscription] = []
    created = at(named.contracts[0].start, 11)
    own_id = stripe_id("cus", role.index, named.position)
    for contract in named.contracts:
        bills = invoices_of(role.index, contract, today)
        invoices.extend(bills)
        subscriptions.append(_subscription(role.index, contract, bills, today))
    pairs = [(subscription_id(role.index, contract), contract) for contract in named.contracts]
    return BillingCustomer(
        own_id,
        named.name,
        f"billing@{company.domain}",
        created,
        named.metadata,
        any(bill.status == "open" and bill.attempt_count > 0 for bill in invoices),
        tuple(subscriptions),
        tuple(sorted(invoices, key=lambda bill: (bill.created_at, bill.stripe_id))),
        events_of(role.index, (own_id, created, named.position), pairs, invoices, today),
    )


def subscription_id(index: int, contract: Contract) -> str:
    """The Stripe id of a contract."""
    return stripe_id("sub", index, contract.number)


def _subscription(
    index: int, contract: Contract, bills: Sequence[Invoice], today: date
) -> Subscription:
    last = today - timedelta(days=1)
    known = contract.decided is not None and contract.decided <= last
    ended = contract.ended is not None and contract.ended <= last
    scheduled = contract.ended if known else _wavering(contract, last)
    decided = contract.decided if known else _wavering_since(contract, last)
    pause = next(
        ((a, b) for a, b in contract.pauses if a <= last and (b is None or last < b)), None
    )
    trial_end = at(contract.anchor) if contract.trial_days else None
    return Subscription(
        subscription_id(index, contract),
        _status(contract, bills, last, ended=ended),
        contract.currency,
        _items(index, contract, last),
        at(contract.start),
        at(contract.start),
        trial_start=at(contract.start) if contract.trial_days else None,
        trial_end=trial_end,
        cancel_at=at(scheduled) if scheduled and not ended else None,
        cancel_at_period_end=bool(scheduled)
        and not ended
        and _at_boundary(contract, last, scheduled),
        canceled_at=at(decided) if decided else None,
        ended_at=at(contract.ended) if ended and contract.ended else None,
        paused=pause is not None and not ended,
        resumes_at=at(pause[1]) if pause and pause[1] and not ended else None,
        discounts=_discounts(index, contract, last),
        metadata={"plan_note": "signed by order form"} if contract.agreed >= 12 else {},
    )


def _at_boundary(contract: Contract, last: date, scheduled: date | None) -> bool:
    return scheduled == next_boundary(contract.anchor, contract.months, last)


def _wavering_since(contract: Contract, last: date) -> date | None:
    return next((a for a, b in contract.withdrawn if a <= last < b), None)


def _wavering(contract: Contract, last: date) -> date | None:
    """The period end at which a customer who wavers now would leave."""
    since = _wavering_since(contract, last)
    return next_boundary(contract.anchor, contract.months, plus(since, 50)) if since else None


def _status(contract: Contract, bills: Sequence[Invoice], last: date, *, ended: bool) -> str:
    if ended:
        return "canceled"
    if contract.trial_days and last < contract.anchor:
        return "trialing"
    if any(bill.status == "open" and bill.attempt_count > 0 for bill in bills):
        return "past_due"
    return "active"


def _items(index: int, contract: Contract, last: date) -> tuple[Item, ...]:
    """The items as they stand on `last`, with their running period."""
    day = min(last, contract.ended - timedelta(days=1)) if contract.ended else last
    held = contract.at(max(day, contract.start))
    if day < contract.anchor:
        begin, end = contract.start, contract.anchor
    else:
        end = next_boundary(contract.anchor, contract.months, day)
        begin = _period_begin(contract, end)
    parts = [(0, held.price, held.quantity)]
    if contract.metered:
        parts.append((1, contract.metered, 1))
    return tuple(
        Item(
            item_id(index, contract, part), price, quantity, at(contract.start), at(begin), at(end)
        )
        for part, price, quantity in parts
    )


def item_id(index: int, contract: Contract, part: int = 0) -> str:
    """The Stripe id of a subscription item."""
    return stripe_id("si", index, contract.number, part)


def _period_begin(contract: Contract, end: date) -> date:
    """The boundary before `end`, counted from the anchor so that month ends stay month ends."""
    months = (end.year - contract.anchor.year) * 12 + end.month - contract.anchor.month
    return add_months(contract.anchor, months - contract.months)


def _discounts(index: int, contract: Contract, last: date) -> tuple[Discount, ...]:
    """All deductions so far; an ended one keeps its end, so that its past can be told."""
    return tuple(
        Discount(
            stripe_id("di", index, contract.number, place),
            coupon_id(deduction, contract.currency),
            float(deduction.percent) if deduction.percent is not None else None,
            deduction.amount,
            contract.currency if deduction.amount is not None else None,
            deduction.duration,
            at(deduction.since),
            at(deduction.until) if deduction.until else None,
        )
        for place, deduction in enumerate(contract.deductions)
        if deduction.since <= max(last, contract.anchor)
    )


def coupon_id(deduction: Deduction, currency: str) -> str:
    """The coupon behind a deduction; equal deductions share it."""
    if deduction.percent is not None:
        return f"PCT{deduction.percent}{deduction.duration.upper()}"
    return f"AMT{deduction.amount}{currency.upper()}{deduction.duration.upper()}"
