"""Subscriptions with their items and recurring discounts as facts."""

from __future__ import annotations

from csmdesk.domain.facts import Discount, Fact, Subscription, SubscriptionChange, SubscriptionItem
from csmdesk.sync.connectors.stripe import wire
from csmdesk.sync.connectors.stripe.amounts import millionths, minor
from csmdesk.sync.connectors.stripe.prices import terms_of
from csmdesk.sync.decode import Days


def facts(row: wire.Subscription, discounts: list[wire.Discount], days: Days) -> list[Fact]:
    """The subscription, its items as they stand now, and its recurring discounts."""
    given = (found for one in discounts for found in discount(row, one, days))
    return [head(row, days), *items(row, days), *given]


def head(row: wire.Subscription, days: Days) -> Subscription:
    ends = row.cancel_at or (row.period_end if row.cancel_at_period_end else None)
    return Subscription(
        source=wire.SYSTEM,
        source_id=row.id,
        account_id=row.customer,
        status=row.status,
        currency=row.currency.upper(),
        started_on=days.of(row.start_date),
        trial_end=days.or_none(row.trial_end),
        next_billing_on=days.or_none(row.period_end),
        cancel_at=days.or_none(ends),
        cancelled_on=days.or_none(row.canceled_at),
        ended_on=days.or_none(row.ended_at),
        paused=row.pause_collection is not None,
    )


def items(row: wire.Subscription, days: Days) -> list[Fact]:
    found: list[Fact] = []
    for item in row.items.data:
        terms = terms_of(item.price, row.currency)
        if terms is None:
            continue
        numerator, denominator = terms.unit or (0, 1)
        found.append(
            SubscriptionItem(
                source=wire.SYSTEM,
                source_id=item.id,
                subscription_id=row.id,
                product_id=terms.product,
                since=days.of(item.created),
                unit_num=numerator,
                unit_den=denominator,
                quantity=item.quantity or 0,
                interval=terms.interval,
                interval_count=terms.interval_count,
                metered=terms.metered,
            )
        )
    return found


def changes_on(row: wire.Subscription, changed_on: int) -> list[Fact]:
    """The items as of the day of the newest event about the subscription.

    The next invoice may be months away; until then only this says when the present quantity began.
    Prices that depend on the quantity are left to the invoice.
    """
    found: list[Fact] = []
    for item in row.items.data:
        terms = terms_of(item.price, row.currency)
        if terms is None or terms.unit is None or terms.metered:
            continue
        found.append(
            SubscriptionChange(
                source=wire.SYSTEM,
                source_id=f"{item.id}:{changed_on}",
                subscription_id=row.id,
                item_id=item.id,
                product_id=terms.product,
                changed_on=changed_on,
                known_on=changed_on,
                unit_num=terms.unit[0],
                unit_den=terms.unit[1],
                quantity=item.quantity or 0,
                interval=terms.interval,
                interval_count=terms.interval_count,
            )
        )
    return found


def discount(row: wire.Subscription, given: wire.Discount, days: Days) -> list[Fact]:
    """A discount that recurs; one that counts once is none of MRR's."""
    coupon = given.terms
    if not isinstance(coupon, wire.Coupon) or coupon.duration not in ("repeating", "forever"):
        return []
    percent, amount = coupon.percent_off, coupon.amount_off
    return [
        Discount(
            source=wire.SYSTEM,
            source_id=given.id,
            subscription_id=row.id,
            starts_on=days.of(given.start),
            ends_on=days.or_none(given.end),
            percent_millionths=None if percent is None else millionths(percent),
            amount_off=None if amount is None else minor(amount, row.currency),
        )
    ]
