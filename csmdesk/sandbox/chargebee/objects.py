"""Customers, subscriptions and events as Chargebee objects.

Ids are those of the world's bills: Chargebee takes the ids that a merchant gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain

from csmdesk.sandbox.chargebee import catalogue
from csmdesk.sandbox.chargebee.bills import changed_at, status_of
from csmdesk.sandbox.chargebee.books import Books, Row, base
from csmdesk.sandbox.shapes import BillingCustomer, Invoice, Item, Subscription
from csmdesk.sandbox.wire import Json
from csmdesk.sandbox.world.clock import at
from csmdesk.sandbox.world.contract import Contract

_STATUSES = {"trialing": "in_trial", "canceled": "cancelled"}


def customers(books: Books) -> Iterator[Row]:
    for owner in books.owners:
        body = base("customer", owner.stripe_id, owner.created_at) | {
            "first_name": "Billing",
            "last_name": "Desk",
            "email": owner.email,
            "company": owner.name,
            "auto_collection": "on",
            "net_term_days": 0,
            "allow_direct_debit": False,
            "created_at": owner.created_at,
            "taxability": "taxable",
            "pii_cleared": "active",
            "card_status": "no_card",
            "promotional_credits": 0,
            "refundable_credits": 0,
            "excess_payments": 0,
            "unbilled_charges": 0,
            **{f"cf_{name}": value for name, value in owner.metadata.items()},
        }
        if owner.subscriptions:
            body["preferred_currency_code"] = owner.subscriptions[0].currency.upper()
        yield Row(owner.stripe_id, owner.created_at, body)


def subscriptions(books: Books) -> Iterator[Row]:
    for owner in books.owners:
        for row in owner.subscriptions:
            bills = [bill for bill in owner.invoices if bill.subscription_id == row.stripe_id]
            contract = books.contracts[row.stripe_id]
            moments = chain(
                _turns(contract, books.last), (changed_at(b, books.last) for b in bills)
            )
            stamp = max(moments, default=row.created_at)
            body = base("subscription", row.stripe_id, stamp)
            body |= (
                _head(owner, row) | _dues(bills, books.last) | _ending(row, contract, books.last)
            )
            body |= _parts_1(row) if books.catalog == 1 else _parts_2(row)
            body |= _discounts(row, contract, books.last)
            yield Row(row.stripe_id, stamp, body)


def _turns(contract: Contract, last: date) -> Iterator[int]:
    """When the object itself changed, up to `last`."""
    days = contract.turning_days() | set(chain.from_iterable(contract.withdrawn))
    days |= set(contract.boundaries(last + timedelta(days=1)))
    days |= {contract.decided} if contract.decided else set()
    return (at(day, 12, 1) for day in days if day <= last)


def _head(owner: BillingCustomer, row: Subscription) -> Json:
    first = row.items[0]
    body: Json = {
        "customer_id": owner.stripe_id,
        "currency_code": row.currency.upper(),
        "billing_period": first.price.interval_count,
        "billing_period_unit": first.price.interval,
        "auto_collection": "on",
        "created_at": row.created_at,
        "started_at": row.start_at,
        "activated_at": row.trial_end or row.start_at,
        "current_term_start": first.period_start,
        "current_term_end": first.period_end,
        "has_scheduled_changes": False,
        "has_scheduled_advance_invoices": False,
        "decommissioned": False,
        "base_currency_code": "USD",
        "exchange_rate": 1.0,
    }
    if row.trial_end:
        body |= {"trial_start": row.trial_start, "trial_end": row.trial_end}
    return body


def _dues(bills: list[Invoice], last: date) -> Json:
    open_bills = [bill for bill in bills if status_of(bill, last) in ("payment_due", "not_paid")]
    if not open_bills:
        return {}
    return {
        "due_invoices_count": len(open_bills),
        "due_since": min(bill.due_at or bill.created_at for bill in open_bills),
        "total_dues": sum(bill.amount_due - bill.amount_paid for bill in open_bills),
    }


def _ending(row: Subscription, contract: Contract, last: date) -> Json:
    """Status with the dates that belong to it: a cancellation may lie ahead."""
    decided = {"cancel_schedule_created_at": row.canceled_at} if row.canceled_at else {}
    if row.ended_at:
        return {"status": "cancelled", "cancelled_at": row.ended_at, **decided}
    pause = next(((a, b) for a, b in contract.pauses if contract.paused(last) and a <= last), None)
    if row.paused and pause:
        resume = {"resume_date": row.resumes_at} if row.resumes_at else {}
        return {"status": "paused", "pause_date": at(pause[0]), **resume}
    if row.cancel_at:
        return {"status": "non_renewing", "cancelled_at": row.cancel_at, **decided}
    going_on = {"next_billing_at": row.items[0].period_end}
    return {"status": _STATUSES.get(row.status, "active"), **going_on}


def _parts_2(row: Subscription) -> Json:
    return {"subscription_items": [_item(item) for item in row.items]}


def _item(item: Item) -> Json:
    body: Json = {
        "object": "subscription_item",
        "item_price_id": item.price.stripe_id,
        "item_type": catalogue.item_type(item.price),
        "free_quantity": 0,
    }
    if item.price.metered:
        return body | {"metered_quantity": "0"}
    return body | {
        "quantity": item.quantity,
        "amount": _amount(item),
        **catalogue.amounts(item.price, "unit_price"),
    }


def _amount(item: Item) -> int:
    return round(float(item.price.unit_amount_decimal) * item.quantity)


def _parts_1(row: Subscription) -> Json:
    """The plan in the fields of the subscription, the rest as add-ons."""
    plan = next(item for item in row.items if not item.price.metered)
    unit = catalogue.amounts(plan.price, "plan_unit_price")
    addons = [
        {"object": "addon", "id": item.price.stripe_id} for item in row.items if item.price.metered
    ]
    return {
        "plan_id": plan.price.stripe_id,
        "plan_quantity": plan.quantity,
        "plan_amount": _amount(plan),
        "plan_free_quantity": 0,
        **unit,
        **({"addons": addons} if addons else {}),
    }


def _discounts(row: Subscription, contract: Contract, last: date) -> Json:
    """Shares are coupons, amounts are given to the subscription itself."""
    coupons: list[Json] = []
    own: list[Json] = []
    for place, deduction in enumerate(contract.deductions):
        if deduction.since > max(last, contract.anchor):
            continue
        till = {"apply_till": at(deduction.until)} if deduction.until else {}
        if deduction.percent is None:
            body = catalogue.discount_json(row.stripe_id, place, deduction, row.currency)
            own.append(body | till | {"created_at": at(deduction.since)})
            continue
        count = sum(deduction.since <= day for day in contract.boundaries(last + timedelta(days=1)))
        body = {"object": "coupon", "coupon_id": catalogue.coupon_id(deduction)}
        coupons.append(body | till | {"applied_count": count})
    return {
        **({"coupons": coupons} if coupons else {}),
        **({"discounts": own} if own else {}),
    }


def events(books: Books) -> Iterator[Row]:
    """Pauses and resumptions: all that a reader needs beside the objects themselves."""
    for subscription, contract in books.contracts.items():
        for first, end in contract.pauses:
            for kind, day in (("paused", first), ("resumed", end)):
                if day is None or day > books.last or (contract.ended and day >= contract.ended):
                    continue
                name = f"ev_{subscription}_{kind}_{day:%Y%m%d}"
                content = {"subscription": {"id": subscription, "object": "subscription"}}
                body: Json = {
                    "object": "event",
                    "id": name,
                    "occurred_at": at(day, 12, 1),
                    "source": "api",
                    "webhook_status": "not_configured",
                    "event_type": f"subscription_{kind}",
                    "api_version": "v2",
                    "content": content,
                }
                yield Row(name, at(day, 12, 1), body)
