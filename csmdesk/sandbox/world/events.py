"""Stripe's events of the last days: what happened, when, to which object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from csmdesk.sandbox.shapes import Invoice, StripeEvent
from csmdesk.sandbox.world.clock import at
from csmdesk.sandbox.world.contract import Contract
from csmdesk.sandbox.world.ids import stripe_id
from csmdesk.sandbox.world.invoices import RETRY_DAYS, position_of

KEPT_DAYS = 31  # Stripe keeps events for 30 days; older ones are not made
_CREATED, _UPDATED, _DELETED = 0, 1, 2  # parts of a subscription's event ids
_OF_CUSTOMER, _OF_INVOICE = 0xFFFF0, 0x80000  # positions of other objects' events
_SUBSCRIPTION = "customer.subscription"


def events_of(
    index: int,
    customer: tuple[str, int, int],
    subscriptions: Iterable[tuple[str, Contract]],
    invoices: Sequence[Invoice],
    today: date,
) -> tuple[StripeEvent, ...]:
    """The events of a billing customer (id, created at, its position), oldest first."""
    own_id, created, position = customer
    since, end = at(today - timedelta(days=KEPT_DAYS), 0), at(today, 0)
    event_id = stripe_id("evt", index, _OF_CUSTOMER + position)
    made = [StripeEvent(event_id, "customer.created", created, "customer", own_id)]
    for subscription_id, contract in subscriptions:
        made.extend(_of_subscription(index, subscription_id, contract, today))
    for bill in invoices:
        if bill.created_at >= since or bill.status == "open" or (bill.paid_at or 0) >= since:
            made.extend(_of_invoice(index, bill))
    kept = (event for event in made if since <= event.at < end)
    return tuple(sorted(kept, key=lambda event: (event.at, event.stripe_id)))


def _of_subscription(
    index: int, own_id: str, contract: Contract, today: date
) -> Iterator[StripeEvent]:
    """Created, deleted, and at most one update a day."""
    updates: dict[date, dict[str, object]] = {}
    for day, before in _updates(contract, today):
        if contract.ended is None or day < contract.ended:
            updates.setdefault(day, before)
    steps = [(_UPDATED, "updated", day, before) for day, before in updates.items()]
    steps.append((_CREATED, "created", contract.start, {}))
    if contract.ended:
        steps.append((_DELETED, "deleted", contract.ended, {}))
    for part, step, day, before in steps:
        event_id = stripe_id("evt", index, position_of(contract, day), part)
        when = at(day, 12, 1)
        yield StripeEvent(event_id, f"{_SUBSCRIPTION}.{step}", when, "subscription", own_id, before)


def _updates(contract: Contract, today: date) -> Iterator[tuple[date, dict[str, object]]]:
    """The days on which the object changed, with the attributes that it had before."""
    if contract.trial_days:
        yield contract.anchor, {"status": "trialing"}
    for before, after in zip(contract.changes, contract.changes[1:], strict=False):
        yield after.day, {"quantity": before.quantity}
    for first, end in contract.pauses:
        yield first, {"pause_collection": None}
        if end:
            yield end, {"pause_collection": {"behavior": "void"}}
    for first, end in contract.withdrawn:
        yield first, {"cancel_at_period_end": False}
        yield end, {"cancel_at_period_end": True}
    if contract.decided and contract.ended and contract.decided < contract.ended:
        yield contract.decided, {"cancel_at": None}
    for deduction in contract.deductions:
        if deduction.until:
            yield deduction.until, {"discounts": []}
    for day in contract.boundaries(today):
        yield day, {"latest_invoice": None}


def _of_invoice(index: int, bill: Invoice) -> Iterator[StripeEvent]:
    """Each step of a bill; a payment after a failure also changes its subscription's status."""
    position = _OF_INVOICE + int(bill.stripe_id[-5:], 16)
    failures = bill.attempt_count - (1 if bill.paid_at is not None else 0)
    steps = [
        ("created", bill.created_at),
        ("finalized", bill.finalized_at),
        ("paid", bill.paid_at),
        ("voided", bill.voided_at),
        *(("payment_failed", failed_at(bill, n)) for n in range(max(0, failures))),
    ]
    for part, (step, when) in enumerate(steps):
        if when is not None:
            event_id = stripe_id("evt", index, position, part)
            yield StripeEvent(event_id, f"invoice.{step}", when, "invoice", bill.stripe_id)
    changes = [failed_at(bill, 0)] if failures > 0 else []
    if failures > 0 and bill.paid_at is not None:
        changes.append(bill.paid_at)
    for n, when in enumerate(changes):
        event_id = stripe_id("evt", index, position, 20 + n)
        owner = bill.subscription_id or ""
        before: dict[str, object] = {"status": "past_due" if n else "active"}
        yield StripeEvent(
            event_id, f"{_SUBSCRIPTION}.updated", when + 60, "subscription", owner, before
        )


def failed_at(bill: Invoice, attempt: int) -> int:
    """When an attempt (from 0) to collect a bill failed."""
    return bill.created_at + 86400 * RETRY_DAYS[attempt] + 3600
