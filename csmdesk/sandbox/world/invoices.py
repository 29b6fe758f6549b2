"""The bills of a contract: periods, proration pairs, discounts, payment, voids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from csmdesk.sandbox.shapes import Invoice, InvoiceLine, Price
from csmdesk.sandbox.world import catalog
from csmdesk.sandbox.world.clock import add_months, at, next_boundary, plus
from csmdesk.sandbox.world.contract import Change, Contract, amount_of, reduce_by
from csmdesk.sandbox.world.ids import stripe_id

RETRY_DAYS = (0, 3, 8, 14)  # when a card is tried
_ORIGIN = date(2015, 1, 1)


def invoices_of(index: int, contract: Contract, today: date) -> list[Invoice]:
    """All bills created before `today`, oldest first."""
    bills = [_trial(index, contract)] if contract.trial_days and contract.start < today else []
    for k, begin in enumerate(contract.boundaries(today)):
        end = add_months(contract.anchor, (k + 1) * contract.months)
        bills.append(_period(index, contract, begin, end, today))
    for before, after in zip(contract.changes, contract.changes[1:], strict=False):
        if contract.anchor < after.day < today and not contract.paused(after.day):
            bills.append(_proration(index, contract, before, after, today))
    return sorted(bills, key=lambda bill: bill.created_at)


def position_of(contract: Contract, day: date) -> int:
    """The number of a day's objects of one contract, for their ids."""
    return (contract.number % 16) * 0x4000 + (day - _ORIGIN).days


def _line(
    index: int, contract: Contract, day: date, part: int, price: Price, quantity: int,
    amount: int, begin: date, end: date, *, proration: bool = False, item: int = 0,
) -> InvoiceLine:  # fmt: skip
    name = catalog.PRODUCT_BY_ID[price.product_id].name
    text = f"{quantity} × {name}"
    if proration:
        text = f"{'Remaining' if amount >= 0 else 'Unused'} time on {text} after {day:%d %b %Y}"
    return InvoiceLine(
        stripe_id("il", index, position_of(contract, day), part),
        stripe_id("sub", index, contract.number),
        stripe_id("si", index, contract.number, item),
        price,
        text,
        amount,
        quantity,
        at(begin),
        at(end),
        proration,
    )


def _full(price: Price, quantity: int) -> Fraction:
    return amount_of(price.unit_amount_decimal) * quantity


def _trial(index: int, contract: Contract) -> Invoice:
    held = contract.changes[0]
    line = _line(
        index,
        contract,
        contract.start,
        0,
        held.price,
        held.quantity,
        0,
        contract.start,
        contract.anchor,
    )
    return _bill(
        index, contract, contract.start, (line,), 0, "subscription_create", plus(contract.start, 1)
    )


def _period(index: int, contract: Contract, begin: date, end: date, today: date) -> Invoice:
    held = contract.at(begin)
    full = _full(held.price, held.quantity)
    lines = [_line(index, contract, begin, 0, held.price, held.quantity, round(full), begin, end)]
    due = full
    for deduction in contract.deductions:
        if deduction.since <= begin and (deduction.until is None or begin < deduction.until):
            due = reduce_by(due, deduction)
    if contract.metered and begin > contract.anchor:
        used = 200 + (begin.toordinal() * 37 + index * 11) % 900
        amount = round(_full(contract.metered, used))
        since = add_months(begin, -contract.months)
        lines.append(
            _line(index, contract, begin, 1, contract.metered, used, amount, since, begin, item=1)
        )
        due += amount
    first = begin == contract.start
    reason = "subscription_create" if first else "subscription_cycle"
    return _bill(index, contract, begin, tuple(lines), round(due), reason, today)


def _proration(
    index: int, contract: Contract, before: Change, after: Change, today: date
) -> Invoice:
    end = next_boundary(contract.anchor, contract.months, after.day)
    months = (end.year - contract.anchor.year) * 12 + end.month - contract.anchor.month
    begin = add_months(contract.anchor, months - contract.months)
    share = Fraction((end - after.day).days, (end - begin).days)
    credit = round(_full(before.price, before.quantity) * share)
    charge = round(_full(after.price, after.quantity) * share)
    lines = (
        _line(
            index,
            contract,
            after.day,
            2,
            before.price,
            before.quantity,
            -credit,
            after.day,
            end,
            proration=True,
        ),
        _line(
            index,
            contract,
            after.day,
            3,
            after.price,
            after.quantity,
            charge,
            after.day,
            end,
            proration=True,
        ),
    )
    due = max(0, charge - credit)
    return _bill(index, contract, after.day, lines, due, "subscription_update", today)


def _bill(
    index: int,
    contract: Contract,
    day: date,
    lines: Sequence[InvoiceLine],
    due: int,
    reason: str,
    today: date,
) -> Invoice:
    """A bill created on `day` as it stands at 00:00 UTC of `today`."""
    position = position_of(contract, day)
    created = at(day)
    voided = contract.paused(day)
    paid, attempts = _payment(contract, day, due, today)
    last = today - timedelta(days=1)
    finalized = created + 3600 if day <= last else None
    status = "void" if voided else "paid" if paid is not None else "open"
    net = contract.paying.net
    return Invoice(
        stripe_id("in", index, position),
        f"{index:06d}-{position:05d}",
        stripe_id("sub", index, contract.number),
        contract.currency,
        created,
        at(plus(day, net), 12) if net else None,
        finalized,
        None if voided else paid,
        created + 3600 if voided else None,
        status,
        due,
        due if status == "paid" else 0,
        0 if voided else attempts,
        reason,
        tuple(lines),
    )


def _payment(contract: Contract, day: date, due: int, today: date) -> tuple[int | None, int]:
    """(instant paid or None, attempts made) as known at 00:00 UTC of `today`."""
    paying = contract.paying
    if due == 0:
        return at(day, 13), 0
    if paying.card_fails:
        tries = sum(plus(day, wait) < today for wait in RETRY_DAYS)
        paid_on = plus(day, paying.late)
        return (at(paid_on, 14), tries + 1) if paid_on < today else (None, tries)
    if not paying.net:
        return at(day, 13), 1
    paid_on = max(day, plus(day, paying.net + paying.late))
    return (at(paid_on, 14), 0) if paid_on < today else (None, 0)
