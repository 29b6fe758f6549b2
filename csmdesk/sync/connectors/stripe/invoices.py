"""Invoices as facts, and what their lines say about price, quantity and pauses over time.

definitions.md section 3: price × quantity of each line holds from its period start, proration
lines included for their price and quantity, never for their amount.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.domain.facts import Fact, Invoice, StatusChange, SubscriptionChange
from csmdesk.sync.connectors.stripe import wire
from csmdesk.sync.connectors.stripe.amounts import minor, unit_price
from csmdesk.sync.connectors.stripe.prices import Terms, terms_of
from csmdesk.sync.decode import Days

# Collection paused with behaviour "void" voids an invoice right when it is finalised;
# a person voids one later.
_VOIDED_BY_PAUSE = SECONDS_A_DAY

PriceOf = Callable[[str | wire.Price], wire.Price]


@dataclass(frozen=True, slots=True)
class _Billed:
    """A line that bills a subscription item."""

    line: wire.Line
    subscription: str
    item: str
    terms: Terms
    unit: tuple[int, int]
    proration: bool

    @property
    def start(self) -> int:
        return self.line.period.start

    @property
    def credit(self) -> bool:
        return self.proration and self.line.amount < 0


def facts(row: wire.Invoice, lines: list[wire.Line], price_of: PriceOf, days: Days) -> list[Fact]:
    """The invoice (when a customer is billed), its changes and its status."""
    billed = [found for line in lines if (found := _billed(row, line, price_of))]
    return [
        *_invoice(row, billed, days),
        *_changes(row, billed, days),
        *_status(row, billed, days),
    ]


def _invoice(row: wire.Invoice, billed: list[_Billed], days: Days) -> list[Fact]:
    if row.customer is None:
        return []
    told = row.status_transitions
    return [
        Invoice(
            source=wire.SYSTEM,
            source_id=row.id,
            account_id=row.customer,
            number=row.number or row.id,
            currency=row.currency.upper(),
            amount_due=minor(row.amount_due, row.currency),
            amount_paid=minor(row.amount_paid, row.currency),
            issued_on=days.of(told.finalized_at or row.created),
            due_on=days.or_none(row.due_date),
            paid_on=days.or_none(told.paid_at),
            voided_on=days.or_none(told.voided_at or told.marked_uncollectible_at),
            status=row.status or "draft",
            attempts=row.attempt_count,
            subscription_id=row.subscription_id,
            metered=sum(minor(o.line.net, row.currency) for o in billed if o.terms.metered),
        )
    ]


def _billed(row: wire.Invoice, line: wire.Line, price_of: PriceOf) -> _Billed | None:
    details = line.details
    subscription = details.subscription or row.subscription_id
    named = line.pricing.price_details if line.pricing else None
    price = named.price if named else line.price
    if details.subscription_item is None or subscription is None or price is None:
        return None
    found = price_of(price)
    terms = terms_of(found, row.currency)
    if terms is None:
        return None
    unit = _unit(row, line, terms)
    return _Billed(line, subscription, details.subscription_item, terms, unit, details.proration)


def _unit(row: wire.Invoice, line: wire.Line, terms: Terms) -> tuple[int, int]:
    """The price of one unit: as the line says, else the price's, else what the line comes to."""
    told = line.pricing.unit_amount_decimal if line.pricing else None
    if told is not None and terms.unit is not None:
        return unit_price(told, row.currency)
    if terms.unit is not None:
        return terms.unit
    quantity = line.quantity or 0
    return (minor(line.amount, row.currency), quantity) if quantity > 0 else (0, 1)


def _changes(row: wire.Invoice, billed: list[_Billed], days: Days) -> list[Fact]:
    debits = {(one.item, one.start) for one in billed if not one.credit}
    found: list[Fact] = []
    for one in billed:
        if one.credit and (one.item, one.start) in debits:
            continue  # the debit beside it says how it goes on
        if one.proration and one.terms.unit is None and not one.credit:
            continue  # a part of a period says nothing about a price by quantity
        found.append(
            SubscriptionChange(
                source=wire.SYSTEM,
                source_id=one.line.id,
                subscription_id=one.subscription,
                item_id=one.item,
                product_id=one.terms.product,
                changed_on=days.of(one.start),
                known_on=days.of(row.created),
                unit_num=one.unit[0],
                unit_den=one.unit[1],
                quantity=0 if one.credit else one.line.quantity or 0,
                interval=one.terms.interval,
                interval_count=one.terms.interval_count,
                metered=one.terms.metered,
            )
        )
    return found


def _status(row: wire.Invoice, billed: list[_Billed], days: Days) -> list[Fact]:
    """Paused from the start of a period whose bill was voided at once, active from any other."""
    regular = [one for one in billed if not one.proration and not one.terms.metered]
    if not regular:
        return []
    first = min(regular, key=lambda one: one.start)
    voided = row.status_transitions.voided_at
    paused = row.status == "void" and (voided or row.created) - row.created <= _VOIDED_BY_PAUSE
    trial = first.line.amount == 0 and first.unit[0] != 0
    if trial and not paused:
        return []
    return [
        StatusChange(
            source=wire.SYSTEM,
            source_id=row.id,
            subscription_id=first.subscription,
            changed_on=days.of(first.start),
            known_on=days.of(row.created),
            status="paused" if paused else "active",
        )
    ]
