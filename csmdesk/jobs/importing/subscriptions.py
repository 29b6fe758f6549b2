"""Subscriptions and their history as facts."""

from __future__ import annotations

from fractions import Fraction

from csmdesk.domain.facts import (
    Discount,
    Fact,
    StatusChange,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
)
from csmdesk.jobs.importing import values as v
from csmdesk.jobs.importing.known import SOURCE, Known
from csmdesk.jobs.importing.rows import account_of, currency_of
from csmdesk.jobs.importing.values import BadCell, Row

_LARGEST = 2**63 - 1
"""What a database keeps of a whole number."""


def parts(own_id: str) -> dict[str, str]:
    """Tables and ids of a subscription's parts."""
    return {"subscription_item": f"{own_id}:item", "discount": f"{own_id}:discount"}


def change_parts(own_id: str) -> dict[str, str]:
    """Table and id of the status that a change may come with."""
    return {"status_change": own_id}


def subscription(row: Row, known: Known) -> list[Fact]:
    """The head, its one item and its discount. What it counts are its seats: those it states, else
    its quantity, else the capacity of the customer's entitlement to the product."""
    own_id, product = v.need(row, "subscription_id"), v.need(row, "product")
    account, currency = account_of(row, known), currency_of(row, known)
    started, status = v.needed_day(row, "started_on"), row.get("status", "").lower() or "active"
    seats, quantity = v.number(row, "seats", 0), v.number(row, "quantity", 0)
    count = next(
        (one for one in (seats, quantity, known.seats.get((account, product))) if one is not None),
        None,
    )
    head = Subscription(
        source=SOURCE,
        source_id=own_id,
        account_id=account,
        status=status,
        currency=currency,
        started_on=started,
        trial_end=v.day(row, "trial_end"),
        next_billing_on=v.day(row, "next_billing_on"),
        cancel_at=v.day(row, "cancel_at"),
        cancelled_on=v.day(row, "cancelled_on"),
        ended_on=v.day(row, "ended_on"),
        paused=status == "paused",
        seats=seats,
    )
    unit = _unit(v.needed_price(row, "amount", currency), count)
    discounts = _discount(row, own_id, started)
    interval = v.choice(row, "interval", v.INTERVALS, "month")
    item = SubscriptionItem(
        source=SOURCE,
        source_id=parts(own_id)["subscription_item"],
        subscription_id=own_id,
        product_id=known.products.sold(product, count),
        since=started,
        unit_num=unit[0],
        unit_den=unit[1],
        quantity=count or 1,
        interval=interval,
        interval_count=v.number(row, "interval_count", 1) or 1,
        metered=v.flag(row, "metered"),
    )
    known.items[own_id] = item
    known.currencies[own_id] = currency
    known.statuses.add(status)
    return [head, item, *discounts]


def _unit(amount: Fraction, count: int | None) -> tuple[int, int]:
    """Numerator and denominator of what one costs when all cost `amount`."""
    unit = amount.numerator, amount.denominator * (count or 1)
    if max(map(abs, unit)) > _LARGEST:
        raise BadCell("amount", "has too many digits for this quantity")
    return unit


def _discount(row: Row, own_id: str, started: int) -> list[Fact]:
    share = v.percent_millionths(row, "discount_percent")
    if not share:
        return []
    discount = Discount(
        source=SOURCE,
        source_id=parts(own_id)["discount"],
        subscription_id=own_id,
        starts_on=started,
        ends_on=v.day(row, "discount_ends_on"),
        percent_millionths=share,
    )
    return [discount]


def change_id(row: Row) -> str:
    """The file has no column for it: a subscription changes once a day."""
    return f"{v.need(row, 'subscription_id')}:{v.needed_day(row, 'changed_on')}"


def change(row: Row, known: Known) -> list[Fact]:
    """Amount, quantity and status from a day on; an empty cell keeps what held before.

    Rows come in the order of their days. Quantity 0 means that nothing is served any more.
    """
    own_id = v.need(row, "subscription_id")
    item = known.items.get(own_id)
    if item is None:
        raise BadCell("subscription_id", f"“{own_id}” is not in subscriptions")
    on = v.needed_day(row, "changed_on")
    first = Fraction(item.unit_num * item.quantity, item.unit_den), item.quantity
    amount_before, quantity_before = known.changed.get(own_id, first)
    amount = v.price(row, "amount", known.currencies[own_id])
    seats, quantity = v.number(row, "seats", 0), v.number(row, "quantity", 0)
    count = next(one for one in (seats, quantity, quantity_before) if one is not None)
    whole = amount_before if amount is None else amount
    unit = _unit(whole, count)
    known.changed[own_id] = whole, count
    moved = SubscriptionChange(
        source=SOURCE,
        source_id=change_id(row),
        subscription_id=own_id,
        item_id=item.source_id,
        product_id=item.product_id,
        changed_on=on,
        known_on=on,
        unit_num=unit[0],
        unit_den=unit[1],
        quantity=count,
        interval=item.interval,
        interval_count=item.interval_count,
        metered=item.metered,
    )
    return [moved, *_status(row, known, own_id, on)]


def _status(row: Row, known: Known, own_id: str, on: int) -> list[Fact]:
    status = row.get("status", "").lower()
    if not status:
        return []
    known.statuses.add(status)
    return [
        StatusChange(
            source=SOURCE,
            source_id=f"{own_id}:{on}",
            subscription_id=own_id,
            changed_on=on,
            known_on=on,
            status=status,
        )
    ]
