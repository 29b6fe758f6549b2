"""Invoices and credit notes as Chargebee objects: what remains of old terms is a note of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from csmdesk.sandbox.chargebee import catalogue
from csmdesk.sandbox.chargebee.books import Books, Row, base
from csmdesk.sandbox.shapes import BillingCustomer, Invoice, InvoiceLine
from csmdesk.sandbox.wire import Json
from csmdesk.sandbox.world.clock import at
from csmdesk.sandbox.world.events import failed_at


def status_of(bill: Invoice, last: date) -> str:
    if bill.status in ("void", "paid"):
        return "voided" if bill.status == "void" else "paid"
    if bill.attempt_count:
        return "payment_due"
    due = bill.due_at or bill.created_at
    return "payment_due" if due < at(last + timedelta(days=1), 0) else "posted"


def changed_at(bill: Invoice, last: date) -> int:
    """When an invoice last changed: a step of its life, a failed payment, or the day it fell due."""
    failures = bill.attempt_count - (bill.paid_at is not None)
    moments = [bill.created_at, bill.finalized_at, bill.paid_at, bill.voided_at]
    moments += [failed_at(bill, n) for n in range(max(0, failures))]
    if bill.status == "open" and bill.due_at and bill.due_at < at(last + timedelta(days=1), 0):
        moments.append(bill.due_at)
    return max(moment for moment in moments if moment is not None)


def _charges(bill: Invoice) -> tuple[list[InvoiceLine], list[InvoiceLine]]:
    """The lines of the invoice, and those that Chargebee puts on a credit note instead."""
    charges = [line for line in bill.lines if line.amount >= 0]
    return charges, [line for line in bill.lines if line.amount < 0]


def invoices(books: Books) -> Iterator[Row]:
    for owner in books.owners:
        for bill in owner.invoices:
            stamp = changed_at(bill, books.last)
            body = base("invoice", bill.stripe_id, stamp) | _sums(owner, bill, books)
            yield Row(bill.stripe_id, stamp, body)


def _sums(owner: BillingCustomer, bill: Invoice, books: Books) -> Json:
    charges, credited = _charges(bill)
    sub_total = sum(line.amount for line in charges)
    credit = min(-sum(line.amount for line in credited), sub_total)
    status = status_of(bill, books.last)
    off = sub_total - credit - bill.amount_due
    body: Json = {
        "customer_id": owner.stripe_id,
        "subscription_id": bill.subscription_id,
        "recurring": True,
        "status": status,
        "date": bill.finalized_at or bill.created_at,
        "net_term_days": 0,
        "price_type": "tax_exclusive",
        "currency_code": bill.currency.upper(),
        "tax": 0,
        "sub_total": sub_total,
        "total": sub_total - off,
        "credits_applied": credit,
        "amount_adjusted": 0,
        "amount_paid": bill.amount_paid,
        "amount_due": 0 if status == "voided" else bill.amount_due - bill.amount_paid,
        "write_off_amount": 0,
        "first_invoice": bill.billing_reason == "subscription_create",
        "has_advance_charges": False,
        "term_finalized": True,
        "is_gifted": False,
        "generated_at": bill.created_at,
        "line_items": [_line(owner, line, books.catalog) for line in charges],
        "linked_payments": _payments(bill),
    }
    if off:
        kind = "document_level_coupon"
        body["discounts"] = [{"object": "discount", "amount": off, "entity_type": kind}]
    for name, moment in (("due_date", bill.due_at), ("paid_at", bill.paid_at)):
        body |= {name: moment} if moment else {}
    return body | ({"voided_at": bill.voided_at} if bill.voided_at else {})


def _payments(bill: Invoice) -> list[Json]:
    failures = bill.attempt_count - (bill.paid_at is not None)
    tries = [("failure", failed_at(bill, n)) for n in range(max(0, failures))]
    tries += [("success", bill.paid_at)] if bill.paid_at and bill.attempt_count else []
    return [
        {
            "txn_id": f"txn_{bill.stripe_id}_{n}",
            "applied_amount": float(bill.amount_due) if status == "success" else 0.0,
            "applied_at": moment,
            "txn_status": status,
            "txn_date": moment,
            "txn_amount": bill.amount_due,
        }
        for n, (status, moment) in enumerate(tries)
    ]


def _line(owner: BillingCustomer, line: InvoiceLine, catalog: int) -> Json:
    """A line of part of a period has the part's price: only the price list tells the whole one."""
    price = line.price
    assert price is not None
    amount = abs(line.amount)
    kind = catalogue.item_type(price)
    unit = catalogue.amounts(price, "unit_amount")
    if line.proration or line.amount == 0:
        unit = {"unit_amount": amount // max(line.quantity, 1)}
    return {
        "object": "line_item",
        "id": line.stripe_id,
        "subscription_id": line.subscription_id,
        "customer_id": owner.stripe_id,
        "date_from": line.period_start,
        "date_to": line.period_end,
        "unit_amount": round(float(price.unit_amount_decimal)),
        **unit,
        "quantity": line.quantity,
        "amount": amount,
        "pricing_model": "per_unit",
        "is_taxed": False,
        "tax_amount": 0,
        "discount_amount": 0,
        "item_level_discount_amount": 0,
        "metered": price.metered,
        "description": line.description,
        "entity_type": kind if catalog == 1 else f"{kind}_item_price",
        "entity_id": price.stripe_id,
    }


def credit_notes(books: Books) -> Iterator[Row]:
    """What remained of the old terms when a subscription changed within its period."""
    for owner in books.owners:
        for bill in owner.invoices:
            _, credited = _charges(bill)
            if credited:
                note = f"CN-{bill.number}"
                body = base("credit_note", note, bill.created_at)
                total = -sum(line.amount for line in credited)
                body |= _note(owner, bill, total)
                body["line_items"] = [_line(owner, line, books.catalog) for line in credited]
                yield Row(note, bill.created_at, body)


def _note(owner: BillingCustomer, bill: Invoice, total: int) -> Json:
    return {
        "customer_id": owner.stripe_id,
        "subscription_id": bill.subscription_id,
        "reference_invoice_id": bill.stripe_id,
        "type": "adjustment",
        "reason_code": "subscription_change",
        "status": "adjusted",
        "date": bill.created_at,
        "price_type": "tax_exclusive",
        "currency_code": bill.currency.upper(),
        "total": total,
        "sub_total": total,
        "amount_allocated": total,
        "amount_refunded": 0,
        "amount_available": 0,
        "generated_at": bill.created_at,
        "create_reason_code": "Subscription Change",
        "round_off_amount": 0,
        "fractional_correction": 0,
    }
