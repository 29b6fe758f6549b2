"""Subscriptions with their items and recurring discounts as facts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from csmdesk.domain.days import add_months
from csmdesk.domain.facts import (
    Discount,
    Fact,
    StatusChange,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
)
from csmdesk.sync.connectors.chargebee import wire
from csmdesk.sync.connectors.chargebee.amounts import Exact, exact, millionths, priced, quantity
from csmdesk.sync.decode import Days

PriceOf = Callable[[str], wire.Price]
CouponOf = Callable[[str], wire.Coupon]
_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


def item_id(subscription: str, item_type: str, price: str) -> str:
    """A subscription has one plan, whatever its price; an add-on is known by its price."""
    return f"{subscription}:plan" if item_type == "plan" else f"{subscription}:{price}"


def facts(row: wire.Subscription, price_of: PriceOf, coupon_of: CouponOf, days: Days) -> list[Fact]:
    """The subscription, its items as they stand now, its discounts, and a pause that holds."""
    coupons = ((one, coupon_of(one.coupon_id)) for one in row.coupons)
    return [
        head(row, days),
        *items(row, price_of, days),
        *(found for one, coupon in coupons for found in _coupon(row, one, coupon, days)),
        *(found for one in row.discounts for found in _discount(row, one, days)),
        *_pause(row, days),
    ]


def head(row: wire.Subscription, days: Days) -> Subscription:
    """A cancellation may lie ahead: then the subscription runs on until `cancelled_at`."""
    over = row.status == "cancelled"
    decided = row.cancel_schedule_created_at or (row.cancelled_at if over else None)
    due = row.status in ("active", "non_renewing") and row.due_invoices_count > 0
    return Subscription(
        source=wire.SYSTEM,
        source_id=row.id,
        account_id=row.customer_id,
        status="past_due" if due else row.status,
        currency=row.currency_code.upper(),
        started_on=days.of(row.start),
        trial_end=days.or_none(row.trial_end),
        next_billing_on=days.or_none(row.next_billing_at or (None if over else row.cancelled_at)),
        cancel_at=None if over else days.or_none(row.cancelled_at),
        cancelled_on=days.or_none(decided or (row.updated_at if row.cancelled_at else None)),
        ended_on=days.or_none(row.cancelled_at) if over else None,
        paused=row.status == "paused",
    )


def items(row: wire.Subscription, price_of: PriceOf, days: Days) -> list[Fact]:
    """Each recurring item as it stands, and the same as a change known since the row's stamp."""
    found: list[Fact] = []
    since = days.of(row.updated_at or row.created_at)
    tiered = {tier.item_price_id for tier in row.item_tiers}
    for item in row.items:
        price = price_of(item.item_price_id)
        interval = item.billing_period_unit or price.period_unit or row.billing_period_unit
        metered = item.metered_quantity is not None
        if item.item_type == "charge" and not price.period_unit:
            continue  # charged once
        own = item_id(row.id, item.item_type, item.item_price_id)
        (numerator, denominator), count = _priced(row, item, item.item_price_id in tiered)
        product = price.item_id or price.id
        length = item.billing_period or price.period or row.billing_period
        found.append(
            SubscriptionItem(
                source=wire.SYSTEM,
                source_id=own,
                subscription_id=row.id,
                product_id=product,
                since=days.of(row.start) if item.item_type == "plan" else since,
                unit_num=numerator,
                unit_den=denominator,
                quantity=count,
                interval=interval,
                interval_count=length,
                metered=metered,
            )
        )
        if metered:
            continue
        found.append(
            SubscriptionChange(
                source=wire.SYSTEM,
                source_id=f"{own}:{since}",
                subscription_id=row.id,
                item_id=own,
                product_id=product,
                changed_on=since,
                known_on=since,
                unit_num=numerator,
                unit_den=denominator,
                quantity=count,
                interval=interval,
                interval_count=length,
            )
        )
    return found


def _priced(row: wire.Subscription, item: wire.Item, tiered: bool) -> tuple[Exact, int]:
    """Price of one and quantity; where the price depends on the quantity, what all come to."""
    currency = row.currency_code
    unit = exact(item.unit_price, item.unit_price_in_decimal, currency)
    count = quantity(1 if item.quantity is None else item.quantity, item.quantity_in_decimal)
    if unit is not None and not tiered and not item.free_quantity:
        return priced(unit, count)
    amount = exact(item.amount, item.amount_in_decimal, currency)
    if amount is None or not count:
        return (0, 1), int(count)
    return priced(amount / count, count)


def _coupon(
    row: wire.Subscription, given: wire.Applied, coupon: wire.Coupon, days: Days
) -> list[Fact]:
    """A coupon that recurs. It says until when it holds and how often it was applied, not since when."""
    if coupon.duration_type == "one_time" or not coupon.included_in_mrr:
        return []
    found = Discount(
        source=wire.SYSTEM,
        source_id=f"{row.id}:{coupon.id}",
        subscription_id=row.id,
        starts_on=_coupon_start(row, given, coupon, days),
        ends_on=days.or_none(given.apply_till),
        percent_millionths=_share(coupon.discount_percentage),
        amount_off=coupon.discount_amount,
    )
    return [found] if found.percent_millionths or found.amount_off else []


def _coupon_start(
    row: wire.Subscription, given: wire.Applied, coupon: wire.Coupon, days: Days
) -> int:
    """Counted back from its end, or by the terms for which it was applied; never before the start."""
    first = days.of(row.activated_at or row.start)
    if given.apply_till and (coupon.period or coupon.duration_month):
        length = coupon.period or coupon.duration_month or 0
        start = _back(days.of(given.apply_till), coupon.period_unit, length)
    elif given.applied_count and row.current_term_start:
        terms = (given.applied_count - 1) * row.billing_period
        start = _back(days.of(row.current_term_start), row.billing_period_unit, terms)
    else:
        start = days.of(row.current_term_end or row.start)
    return max(first, start)


def _back(day: int, unit: str, count: int) -> int:
    if unit in _DAYS:
        return day - _DAYS[unit] * count
    return add_months(day, -_MONTHS.get(unit, 1) * count)


def _share(percent: float | None) -> int | None:
    return None if percent is None else millionths(percent)


def _discount(row: wire.Subscription, given: wire.Discount, days: Days) -> list[Fact]:
    """A discount given to this subscription; one of a single item is told as the amount it takes off."""
    if given.duration_type == "one_time" or not given.included_in_mrr:
        return []
    share, amount = given.percentage, given.amount
    if share is not None and given.apply_on == "specific_item_price":
        whole = sum(i.amount or 0 for i in row.items if i.item_price_id == given.item_price_id)
        share, amount = None, round(Fraction(str(share)) * whole / 100)
    return [
        Discount(
            source=wire.SYSTEM,
            source_id=given.id,
            subscription_id=row.id,
            starts_on=days.of(given.created_at),
            ends_on=days.or_none(given.apply_till),
            percent_millionths=_share(share),
            amount_off=amount,
        )
    ]


def _pause(row: wire.Subscription, days: Days) -> list[Fact]:
    """A pause that holds, on its own day; those that are over come from events."""
    if row.status != "paused" or row.pause_date is None:
        return []
    on = days.of(row.pause_date)
    return [status_change(row.id, f"{row.id}:{row.pause_date}", on, "paused")]


def status_change(subscription: str, own_id: str, day: int, status: str) -> StatusChange:
    return StatusChange(
        source=wire.SYSTEM,
        source_id=own_id,
        subscription_id=subscription,
        changed_on=day,
        known_on=day,
        status=status,
    )
