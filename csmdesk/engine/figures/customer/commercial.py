"""Sub-tab Commercial: what the customer pays, owes and will renew."""

from __future__ import annotations

from collections import Counter

from csmdesk.domain.days import MISSING, last_month, month_starts, next_month
from csmdesk.domain.facts import Invoice, Subscription
from csmdesk.domain.money import exponent
from csmdesk.domain.page import Cell, Field, Fields, Head, Series, Tab, Table
from csmdesk.domain.texts import month_text, plural
from csmdesk.engine.figures.customer.context import CustomerContext, count_cell, text_cell
from csmdesk.engine.figures.customer.header import header
from csmdesk.engine.money.prepared import CLOSED

MONTHS = 24
INVOICES = 36
STATUS_TONES = {"Active": "good", "Past due": "poor", "Trial": "info", "Paused": "neutral"}


def tab(context: CustomerContext) -> Tab:
    main = (_subscriptions(context), _invoices(context), _movements(context), _orders(context))
    return Tab("commercial", "Commercial", "", main, (_now(context), _mrr(context)))


def _now(context: CustomerContext) -> Fields:
    shown = {field.key: field for field in header(context)}
    measures = context.measure
    overdue = measures("overdue_amount")
    days = measures("overdue_days")
    owed = context.money_cell(overdue, tone="poor") if overdue > 0 else Cell("nothing", 0, "good")
    if overdue > 0:
        owed = Cell(f"{owed.text}, {plural(days, 'day')}", overdue, "poor")
    products = context.portfolio.customers["products"][context.at]
    fields = (
        shown["acv"],
        shown["mrr"],
        Field("arr", "ARR", context.money_cell(context.number("arr"))),
        Field("metered", "Metered", _metered(context)),
        shown["renewal"],
        Field("products", "Products", text_cell(", ".join(products))),
        Field("seats", "Contracted seats", count_cell(measures("seats"))),
        Field("overdue", "Overdue", owed),
        Field("cancellation", "Cancellation", _cancellation(context)),
    )
    return Fields("now", "Contract", fields)


def _metered(context: CustomerContext) -> Cell:
    """What was billed by use in the last complete month."""
    month = month_text(last_month(context.day)[0])
    if context.number("metered_lost"):
        return Cell(
            "no rate", None, "poor", f"{month}: no exchange rate for the day of an invoice."
        )
    billed = context.money_cell(context.number("metered"))
    if billed.value is None:
        return billed
    return Cell(f"{billed.text} in {month}", billed.value, tip="Billed for use, not part of MRR.")


def _cancellation(context: CustomerContext) -> Cell:
    if not context.number("committed_churn"):
        return Cell("none", None, "good")
    at = context.measure("cancel_at")
    when = context.day_cell(at)
    return Cell(f"service ends {when.text}", when.value, "poor", when.tip)


def _mrr(context: CustomerContext) -> Series:
    """MRR at the end of each of the last 24 months, from today's MRR back through the movements."""
    portfolio = context.portfolio
    rows = (portfolio.movements.ints("customer") == context.at).nonzero()[0]
    days = portfolio.movements.ints("day")[rows].tolist()
    amounts = portfolio.movements.ints("amount")[rows].tolist()
    now = context.number("mrr")
    starts = month_starts(context.day, MONTHS)
    ends = [min(next_month(start) - 1, context.day) for start in starts]
    unit = 10 ** exponent(portfolio.currency)
    closing = [
        (now - sum(amount for day, amount in zip(days, amounts, strict=True) if day > end)) / unit
        for end in ends
    ]
    return Series(
        "mrr",
        "MRR, 24 months",
        tuple(starts),
        (("MRR", tuple(closing)),),
        kind="bars",
        unit=portfolio.currency,
        empty="No subscription yet",
    )


def _subscriptions(context: CustomerContext) -> Table:
    heads = (
        Head("product", "Product"),
        Head("status", "Status", width=90),
        Head("quantity", "Quantity", right=True, width=80),
        Head("price", "Price", right=True, width=130),
        Head("started", "Started", width=100),
        Head("next", "Next billing", width=100),
        Head("ends", "Ends", width=100),
    )
    names = {product.source_id: product.name for product in context.rows.products}
    items: dict[str, list[tuple[str, int, str]]] = {}
    currencies = {one.source_id: one.currency for one in context.rows.subscriptions}
    for item in context.rows.items:
        currency = currencies.get(item.subscription_id, context.portfolio.currency)
        whole = item.unit_num * item.quantity // item.unit_den
        every = (
            item.interval if item.interval_count == 1 else f"{item.interval_count} {item.interval}s"
        )
        price = f"{context.money_cell(whole, currency).text} / {every}"
        name = names.get(item.product_id, item.product_id)
        items.setdefault(item.subscription_id, []).append((name, item.quantity, price))
    rows, kinds = [], _status_types(context)
    for one in sorted(
        context.rows.subscriptions, key=lambda s: (_over(s, context.day), -s.started_on)
    ):
        own = items.get(one.source_id, [])
        rows.append(
            (
                text_cell(", ".join(name for name, _, _ in own)),
                _status(one, kinds.get(one.source_id, "Not started"), context.day),
                count_cell(sum(quantity for _, quantity, _ in own) if own else MISSING),
                text_cell(", ".join(price for _, _, price in own)),
                context.day_cell(one.started_on),
                context.day_cell(None if _over(one, context.day) else one.next_billing_on),
                context.day_cell(one.ended_on if one.ended_on is not None else one.cancel_at),
            )
        )
    return Table("subscriptions", "Subscriptions", heads, tuple(rows), "No subscription yet.")


def _over(one: Subscription, day: int) -> bool:
    return one.ended_on is not None and one.ended_on <= day


def _status_types(context: CustomerContext) -> dict[str, str]:
    """The status type of each subscription on the day, by the workspace's mapping."""
    table = context.portfolio.subscriptions
    rows = (table.ints("customer") == context.at).nonzero()[0].tolist()
    return {table["subscription"][row]: table["status_type"][row] for row in rows}


def _status(one: Subscription, kind: str, day: int) -> Cell:
    if _over(one, day):
        return Cell("Ended", "ended", "", pill=True)
    if one.cancel_at is not None and one.cancelled_on is not None and one.cancelled_on <= day:
        return Cell("Ending", "ending", "poor", pill=True)
    return Cell(kind, one.status, STATUS_TONES.get(kind, ""), pill=True)


def _invoices(context: CustomerContext) -> Table:
    heads = (
        Head("number", "Invoice"),
        Head("issued", "Issued", width=110),
        Head("due", "Due", width=110),
        Head("amount", "Amount", right=True, width=120),
        Head("status", "Status", width=150),
    )
    invoices = context.rows.invoices[:INVOICES]
    rows = tuple(
        (
            text_cell(one.number),
            context.day_cell(one.issued_on),
            context.day_cell(one.due_on),
            context.money_cell(one.amount_due, one.currency),
            _invoice_status(one, context.day),
        )
        for one in invoices
    )
    kinds = Counter(row[4].value for row in rows)
    note = f"{plural(kinds['overdue'], 'invoice')} overdue" if kinds["overdue"] else ""
    return Table("invoices", "Invoices", heads, rows, "No invoice yet.", note=note)


def _invoice_status(one: Invoice, day: int) -> Cell:
    if one.paid_on is not None and one.paid_on <= day:
        return Cell("Paid", "paid", "good", pill=True)
    if one.voided_on is not None and one.voided_on <= day:
        return Cell("Void", "void", "", pill=True)
    if one.paid_on is None and one.voided_on is None and one.status.lower() in CLOSED:
        return Cell(one.status.replace("_", " ").capitalize(), one.status, "", pill=True)
    due = one.due_on if one.due_on is not None else one.issued_on
    if due < day:
        late = day - due
        return Cell(f"Overdue {plural(late, 'day')}", "overdue", "poor", pill=True)
    return Cell("Open", "open", "info", pill=True)


def _movements(context: CustomerContext) -> Table:
    movements = context.portfolio.movements
    rows = (movements.ints("customer") == context.at).nonzero()[0].tolist()
    rows = [row for row in rows if movements["kind"][row] != "fx"]
    heads = (
        Head("day", "Day", width=110),
        Head("kind", "Movement"),
        Head("amount", "MRR", right=True, width=120),
    )
    tones = {"churn": "poor", "contraction": "poor"}
    cells = []
    for row in reversed(rows):
        kind, amount = movements["kind"][row], int(movements["amount"][row])
        gap, memo = int(movements["gap_days"][row]), int(movements["memo"][row])
        told = kind.capitalize() + (f" after {plural(gap, 'day')}" if gap != MISSING else "")
        money = ("+" if amount > 0 else "") + context.money_cell(amount).text
        if memo:
            told, money = f"{told}, paused before", f"{context.money_cell(memo).text} at the pause"
        cells.append(
            (
                context.day_cell(int(movements["day"][row])),
                Cell(told, kind, tones.get(kind, "good")),
                Cell(money, amount),
            )
        )
    return Table(
        "movements", "MRR movements", heads, tuple(cells), "MRR has not moved in two years."
    )


def _orders(context: CustomerContext) -> Table:
    heads = (
        Head("number", "Order"),
        Head("ordered", "Ordered", width=110),
        Head("amount", "Amount", right=True, width=120),
        Head("status", "Status", width=150),
    )
    rows = tuple(
        (
            text_cell(one.number),
            context.day_cell(one.ordered_on),
            context.money_cell(one.amount, one.currency),
            text_cell(one.status),
        )
        for one in context.rows.orders
    )
    return Table("orders", "Orders", heads, rows, "No orders: no connected source has any.")
