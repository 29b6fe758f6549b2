"""Invoices as facts, and what their lines say about price and quantity over time.

definitions.md section 3: price × quantity of each line holds from its period start, proration
lines included for their price and quantity, never for their amount.
"""

from __future__ import annotations

from fractions import Fraction

from csmdesk.domain.days import SECONDS_A_DAY, add_months
from csmdesk.domain.facts import Fact, Invoice, SubscriptionChange
from csmdesk.sync.connectors.chargebee import wire
from csmdesk.sync.connectors.chargebee.amounts import exact, priced, quantity
from csmdesk.sync.connectors.chargebee.subscriptions import PriceOf, item_id
from csmdesk.sync.decode import Days

_STATUSES = {"posted": "open", "payment_due": "open", "not_paid": "open", "voided": "void"}
_TRIED = frozenset({"success", "failure", "late_failure"})
_RECURRING = {
    "plan_item_price": "plan",
    "addon_item_price": "addon",
    "charge_item_price": "charge",
    "plan": "plan",
    "addon": "addon",
}
_BY_UNIT = frozenset({"flat_fee", "per_unit"})
_TERM_MONTHS = {"month": 1, "year": 12}
_TERM_DAYS = {"day": 1, "week": 7}
_SUMMER_TIME = 2 * 3600  # terms end at a time of day of the site's zone


def facts(row: wire.Invoice, price_of: PriceOf, days: Days) -> list[Fact]:
    """The invoice and the changes that its lines tell; what is pending is none yet."""
    if row.status == "pending":
        return []
    lines = (one for line in row.line_items for one in change(row, line, price_of, days))
    return [invoice(row, days), *lines]


def invoice(row: wire.Invoice, days: Days) -> Invoice:
    """`amount_due` at Chargebee is what is left to pay; here it is what was to be paid."""
    written_off = row.updated_at if row.write_off_amount and not row.paid_at else None
    return Invoice(
        source=wire.SYSTEM,
        source_id=row.id,
        account_id=row.customer_id,
        number=row.id,
        currency=row.currency_code.upper(),
        amount_due=row.amount_paid + row.amount_due + row.write_off_amount,
        amount_paid=row.amount_paid,
        issued_on=days.of(row.date),
        due_on=days.or_none(row.due_date),
        paid_on=days.or_none(row.paid_at),
        voided_on=days.or_none(row.voided_at or written_off),
        status=_STATUSES.get(row.status, row.status),
        attempts=sum(payment.txn_status in _TRIED for payment in row.linked_payments),
        subscription_id=row.subscription_id,
        metered=sum(_net(row, line) for line in row.line_items if line.metered),
    )


def _net(row: wire.Invoice, line: wire.Line) -> int:
    """The amount of a line less its discounts and the tax within it."""
    within = line.tax_amount if row.price_type == "tax_inclusive" else 0
    return line.amount - line.discount_amount - within


def change(row: wire.Invoice, line: wire.Line, price_of: PriceOf, days: Days) -> list[Fact]:
    """What a line says about its item from the line's first day on."""
    subscription = line.subscription_id or row.subscription_id
    kind = _RECURRING.get(line.entity_type)
    if kind is None or subscription is None:
        return []
    price = price_of(line.entity_id)
    if not price.period_unit:
        return []  # charged once
    told = _unit(line, price, row.currency_code, days)
    if told is None:
        return []
    count = quantity(line.quantity, line.quantity_in_decimal)
    (numerator, denominator), whole = priced(told, count)
    return [
        SubscriptionChange(
            source=wire.SYSTEM,
            source_id=line.id,
            subscription_id=subscription,
            item_id=item_id(subscription, kind, line.entity_id),
            product_id=price.item_id or price.id,
            changed_on=days.of(line.date_from),
            known_on=days.of(row.date),
            unit_num=numerator,
            unit_den=denominator,
            quantity=whole,
            interval=price.period_unit,
            interval_count=price.period,
            metered=line.metered,
        )
    ]


def _unit(line: wire.Line, price: wire.Price, currency: str, days: Days) -> Fraction | None:
    """The price of one unit of a whole term.

    A line of a part of a term has the part's price, and one of a trial none: there the price list
    tells. None when neither does (a price by tiers, in part).
    """
    count = quantity(line.quantity, line.quantity_in_decimal)
    whole = _whole_term(line, price, days) and (line.amount or line.unit_amount)
    if not whole and not line.metered:
        listed = exact(price.price, price.price_in_decimal, currency)
        return listed if price.pricing_model in _BY_UNIT else None
    if line.pricing_model in _BY_UNIT:
        return exact(line.unit_amount, line.unit_amount_in_decimal, currency)
    amount = exact(line.amount, line.amount_in_decimal, currency)
    return amount / count if amount is not None and count else None


def _whole_term(line: wire.Line, price: wire.Price, days: Days) -> bool:
    """Whether a line bills one full term."""
    first = days.of(line.date_from)
    if price.period_unit in _TERM_DAYS:
        length = _TERM_DAYS[price.period_unit] * price.period
    else:
        length = add_months(first, _TERM_MONTHS.get(price.period_unit, 1) * price.period) - first
    return line.date_to - line.date_from >= length * SECONDS_A_DAY - _SUMMER_TIME


def ended(
    note: wire.CreditNote,
    line: wire.Line,
    subscription: wire.Subscription,
    price: wire.Price,
    days: Days,
) -> list[Fact]:
    """A credit for an add-on that the subscription has no more: gone from that day on."""
    own = item_id(subscription.id, "addon", line.entity_id)
    if any(one.item_price_id == line.entity_id for one in subscription.items):
        return []  # its quantity changed; the invoice beside it says how it goes on
    return [
        SubscriptionChange(
            source=wire.SYSTEM,
            source_id=line.id,
            subscription_id=subscription.id,
            item_id=own,
            product_id=price.item_id or price.id,
            changed_on=days.of(line.date_from),
            known_on=days.of(note.date),
            unit_num=0,
            quantity=0,
            interval=price.period_unit or "month",
            interval_count=price.period or 1,
        )
    ]
