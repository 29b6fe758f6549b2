"""Customers, subscriptions, items, invoices, lines and events as Stripe objects.

`Shape` says which API version the caller pinned and what it asked to expand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from csmdesk.sandbox.shapes import (
    BillingCustomer,
    Invoice,
    InvoiceLine,
    Item,
    Product,
    StripeEvent,
    Subscription,
)
from csmdesk.sandbox.stripe.prices import discount_json, plan_json, price_json, product_json
from csmdesk.sandbox.wire import Json

VERSION = "2026-10-28.endive"


@dataclass(frozen=True, slots=True)
class Shape:
    """`legacy`: before 2025-03-31, when periods were on the subscription."""

    legacy: bool = False
    expand: frozenset[str] = frozenset()
    products: Mapping[str, Product] = field(default_factory=dict)


def listing(url: str, rows: list[Json]) -> Json:
    """A list inside an object, complete."""
    return {
        "object": "list",
        "data": rows,
        "has_more": False,
        "total_count": len(rows),
        "url": url,
    }


def customer_json(row: BillingCustomer, shape: Shape) -> Json:
    answer: Json = {
        "id": row.stripe_id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": row.created_at,
        "currency": row.subscriptions[0].currency if row.subscriptions else None,
        "default_source": None,
        "delinquent": row.delinquent,
        "description": None,
        "discount": None,
        "email": row.email,
        "invoice_prefix": row.stripe_id[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": row.metadata,
        "name": row.name,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    if "subscriptions" in shape.expand:
        live = [s for s in row.subscriptions if s.status != "canceled"]
        answer["subscriptions"] = listing(
            f"/v1/customers/{row.stripe_id}/subscriptions",
            [subscription_json(row, subscription, shape) for subscription in live],
        )
    return answer


def item_json(subscription: Subscription, item: Item, shape: Shape) -> Json:
    product = None
    if shape.expand & {"items.data.price.product", "price.product"}:
        product = product_json(shape.products[item.price.product_id], shape.legacy)
    answer: Json = {
        "id": item.stripe_id,
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": item.created_at,
        "discounts": [],
        "metadata": {},
        "plan": plan_json(item.price),
        "price": price_json(item.price, product),
        "subscription": subscription.stripe_id,
        "tax_rates": [],
    }
    if not item.price.metered:
        answer["quantity"] = item.quantity
    if not shape.legacy:
        answer |= {
            "current_period_start": item.period_start,
            "current_period_end": item.period_end,
        }
    return answer


def subscription_json(owner: BillingCustomer, row: Subscription, shape: Shape) -> Json:
    invoices = [i for i in owner.invoices if i.subscription_id == row.stripe_id]
    latest = max(invoices, key=lambda i: (i.created_at, i.stripe_id), default=None)
    answer: Json = {
        "id": row.stripe_id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"enabled": False, "liability": None},
        "billing_cycle_anchor": row.start_at,
        "billing_thresholds": None,
        "cancel_at": row.cancel_at,
        "cancel_at_period_end": row.cancel_at_period_end,
        "canceled_at": row.canceled_at,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": row.created_at,
        "currency": row.currency,
        "customer": owner.stripe_id,
        "days_until_due": None,
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "ended_at": row.ended_at,
        "items": listing(
            f"/v1/subscription_items?subscription={row.stripe_id}",
            [item_json(row, item, shape) for item in row.items],
        ),
        "latest_invoice": latest.stripe_id if latest else None,
        "livemode": False,
        "metadata": row.metadata,
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": (
            {"behavior": "void", "resumes_at": row.resumes_at} if row.paused else None
        ),
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": row.start_at,
        "status": row.status,
        "test_clock": None,
        "transfer_data": None,
        "trial_end": row.trial_end,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": row.trial_start,
    }
    if "customer" in shape.expand:
        answer["customer"] = customer_json(owner, Shape(shape.legacy))
    if "latest_invoice" in shape.expand and latest is not None:
        answer["latest_invoice"] = invoice_json(owner, latest, Shape(shape.legacy))
    return answer | _version_part(owner, row, shape)


def _version_part(owner: BillingCustomer, row: Subscription, shape: Shape) -> Json:
    """What moved or came with 2025-03-31."""
    objects = [
        discount_json(discount, owner.stripe_id, row.stripe_id, shape.legacy)
        for discount in row.discounts
    ]
    if not shape.legacy:
        expanded = "discounts" in shape.expand
        return {
            "discounts": objects if expanded else [one.stripe_id for one in row.discounts],
            "billing_mode": {"type": "classic", "flexible": None},
            "billing_schedules": [],
            "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        }
    return {
        "discount": objects[0] if objects else None,
        "current_period_start": min(item.period_start for item in row.items),
        "current_period_end": max(item.period_end for item in row.items),
    }


def line_json(invoice: Invoice, line: InvoiceLine, legacy: bool) -> Json:
    answer: Json = {
        "id": line.stripe_id,
        "object": "line_item",
        "amount": line.amount,
        "currency": invoice.currency,
        "description": line.description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice.stripe_id,
        "livemode": False,
        "metadata": {},
        "period": {"start": line.period_start, "end": line.period_end},
        "quantity": line.quantity,
    }
    if legacy:
        return answer | {
            "type": "subscription" if line.item_id else "invoiceitem",
            "proration": line.proration,
            "price": price_json(line.price) if line.price else None,
            "subscription": line.subscription_id,
            **({"subscription_item": line.item_id} if line.item_id else {}),
        }
    return answer | {
        "subtotal": line.amount,
        "taxes": [],
        "parent": _line_parent(line),
        "pricing": _pricing(line),
    }


def _line_parent(line: InvoiceLine) -> Json:
    proration = {"proration": line.proration, "proration_details": {"credited_items": None}}
    if line.item_id is None:
        details = {"invoice_item": line.stripe_id.replace("il_", "ii_", 1), **proration}
        return {
            "type": "invoice_item_details",
            "invoice_item_details": details | {"subscription": line.subscription_id},
            "subscription_item_details": None,
        }
    return {
        "type": "subscription_item_details",
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None,
            "subscription": line.subscription_id,
            "subscription_item": line.item_id,
            **proration,
        },
    }


def _pricing(line: InvoiceLine) -> Json | None:
    if line.price is None:
        return None
    return {
        "type": "price_details",
        "price_details": {"price": line.price.stripe_id, "product": line.price.product_id},
        "unit_amount_decimal": line.price.unit_amount_decimal,
    }


def invoice_json(owner: BillingCustomer, row: Invoice, shape: Shape) -> Json:
    lines = [line_json(row, line, shape.legacy) for line in row.lines]
    answer: Json = {
        "id": row.stripe_id,
        "object": "invoice",
        "account_country": "US",
        "account_name": "CSMDesk sandbox",
        "amount_due": row.amount_due,
        "amount_paid": row.amount_paid,
        "amount_remaining": row.amount_due - row.amount_paid,
        "amount_shipping": 0,
        "attempt_count": row.attempt_count,
        "attempted": row.attempt_count > 0,
        "auto_advance": row.status == "open",
        "automatic_tax": {"enabled": False, "status": None},
        "billing_reason": row.billing_reason,
        "collection_method": "charge_automatically",
        "created": row.created_at,
        "currency": row.currency,
        "customer": owner.stripe_id,
        "customer_email": owner.email,
        "customer_name": owner.name,
        "default_tax_rates": [],
        "description": None,
        "due_date": row.due_at,
        "lines": listing(f"/v1/invoices/{row.stripe_id}/lines", lines),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": row.number,
        "payment_settings": {"payment_method_options": None, "payment_method_types": None},
        "period_end": max((line.period_end for line in row.lines), default=row.created_at),
        "period_start": min((line.period_start for line in row.lines), default=row.created_at),
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": row.status,
        "status_transitions": {
            "finalized_at": row.finalized_at,
            "marked_uncollectible_at": None,
            "paid_at": row.paid_at,
            "voided_at": row.voided_at,
        },
    } | _sums(owner, row)
    if "customer" in shape.expand:
        answer["customer"] = customer_json(owner, Shape(shape.legacy))
    return answer | (_old_invoice(row) if shape.legacy else _new_invoice(row))


def _sums(owner: BillingCustomer, row: Invoice) -> Json:
    """The lines before and after the discount; a credit leaves a total below zero, due 0."""
    subtotal = sum(line.amount for line in row.lines)
    off = max(subtotal - row.amount_due, 0)
    discounts = [
        discount.stripe_id
        for subscription in owner.subscriptions
        for discount in subscription.discounts
        if off
        and subscription.stripe_id == row.subscription_id
        and discount.start <= row.created_at < (discount.end or row.created_at + 1)
    ]
    return {
        "subtotal": subtotal,
        "total": subtotal - off,
        "discounts": discounts,
        "total_discount_amounts": [{"amount": off, "discount": d} for d in discounts[:1]],
    }


def _old_invoice(row: Invoice) -> Json:
    return {
        "subscription": row.subscription_id,
        "paid": row.status == "paid",
        "paid_out_of_band": False,
        "total_tax_amounts": [],
    }


def _new_invoice(row: Invoice) -> Json:
    parent = None
    if row.subscription_id is not None:
        details = {"metadata": {}, "subscription": row.subscription_id}
        parent = {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": details,
        }
    return {
        "amount_overpaid": 0,
        "issuer": {"type": "self"},
        "parent": parent,
        "total_taxes": [],
    }


def event_json(row: StripeEvent, current: Json) -> Json:
    """`current` is the object as it is now: only its id is to be trusted by a reader."""
    data: Json = {"object": current}
    if row.previous:
        data["previous_attributes"] = row.previous
    return {
        "id": row.stripe_id,
        "object": "event",
        "api_version": VERSION,
        "created": row.at,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None},
        "type": row.type,
    }
