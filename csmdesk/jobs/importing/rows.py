"""Which facts a row of each import file becomes. A bad cell raises `BadCell`."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from csmdesk.domain import facts
from csmdesk.domain.facts import Fact
from csmdesk.jobs.importing import values as v
from csmdesk.jobs.importing.values import BadCell, Row

SOURCE = "import"


@dataclass
class Known:
    """What rows of one file need from another: currency of the workspace, subscriptions so far."""

    currency: str
    customers: set[str] = field(default_factory=set)
    items: dict[str, facts.SubscriptionItem] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    changed: dict[str, tuple[Fraction, int]] = field(default_factory=dict)


def _account_of(row: Row, known: Known) -> str:
    customer = v.need(row, "customer_id")
    if customer not in known.customers:
        raise BadCell("customer_id", f"“{customer}” is not in customers")
    return customer


def _currency(row: Row, known: Known) -> str:
    code = (row.get("currency") or known.currency).upper()
    if len(code) != 3 or not code.isalpha():
        raise BadCell("currency", f"“{code}” is no ISO 4217 code")
    return code


CUSTOMER_COLUMNS = (
    "customer_id name domain owner tier success_program stage created_on assigned_on acv currency"
    " renewal_on parent_id industry churned_on tags"
)


def customer(row: Row, known: Known) -> list[Fact]:
    customer_id, owner = v.need(row, "customer_id"), v.text(row, "owner")
    currency = _currency(row, known)
    extra = {
        key: value for key, value in row.items() if key not in CUSTOMER_COLUMNS.split() and value
    }
    account = facts.Account(
        source=SOURCE,
        source_id=customer_id,
        name=v.need(row, "name"),
        domain=v.text(row, "domain"),
        created_on=v.day(row, "created_on"),
        owner_id=owner,
        tier=v.text(row, "tier"),
        stage=v.text(row, "stage"),
        success_program=v.text(row, "success_program"),
        acv=v.money(row, "acv", currency),
        currency=currency,
        renewal_on=v.day(row, "renewal_on"),
        industry=v.text(row, "industry"),
        parent_id=v.text(row, "parent_id"),
        assigned_on=v.day(row, "assigned_on"),
        churned_on=v.day(row, "churned_on"),
        tags=tuple(tag for part in row.get("tags", "").split(";") if (tag := part.strip())),
        properties=extra,
    )
    known.customers.add(customer_id)
    if owner is None:
        return [account]
    return [account, facts.Person(source=SOURCE, source_id=owner, name=owner, email=owner)]


def contact(row: Row, known: Known) -> list[Fact]:
    contact_id, email = v.need(row, "contact_id"), v.text(row, "email")
    champion = v.flag(row, "is_champion")
    role = "champion" if champion else v.text(row, "role")
    fact = facts.Contact(
        source=SOURCE,
        source_id=contact_id,
        account_id=_account_of(row, known),
        name=v.text(row, "name") or email or contact_id,
        email=email,
        title=v.text(row, "title"),
        role=role.lower() if role else None,
        user_key=contact_id,
        created_at=v.instant(row, "created_on"),
        last_seen_at=v.instant(row, "last_seen_at"),
        left_on=v.day(row, "left_on"),
    )
    return [fact]


def subscription(row: Row, known: Known) -> list[Fact]:
    subscription_id, product = v.need(row, "subscription_id"), v.need(row, "product")
    account, currency = _account_of(row, known), _currency(row, known)
    started = v.needed_day(row, "started_on")
    seats = v.number(row, "seats", 0)
    quantity = seats or v.number(row, "quantity", 0) or 1
    head = facts.Subscription(
        source=SOURCE,
        source_id=subscription_id,
        account_id=account,
        status=row.get("status", "").lower() or "active",
        currency=currency,
        started_on=started,
        trial_end=v.day(row, "trial_end"),
        next_billing_on=v.day(row, "next_billing_on"),
        cancel_at=v.day(row, "cancel_at"),
        cancelled_on=v.day(row, "cancelled_on"),
        ended_on=v.day(row, "ended_on"),
        paused=row.get("status", "").lower() == "paused",
        seats=seats,
    )
    item = facts.SubscriptionItem(
        source=SOURCE,
        source_id=f"{subscription_id}:item",
        subscription_id=subscription_id,
        product_id=product,
        since=started,
        unit_num=v.needed_money(row, "amount", currency),
        unit_den=quantity,
        quantity=quantity,
        interval=v.choice(row, "interval", v.INTERVALS, "month"),
        interval_count=v.number(row, "interval_count", 1) or 1,
        metered=v.flag(row, "metered"),
    )
    known.items[subscription_id] = item
    known.currencies[subscription_id] = currency
    made: list[Fact] = [head, item, facts.Product(source=SOURCE, source_id=product, name=product)]
    return made + _discount(row, subscription_id, started)


def _discount(row: Row, subscription_id: str, started: int) -> list[Fact]:
    share = v.percent_millionths(row, "discount_percent")
    if not share:
        return []
    discount = facts.Discount(
        source=SOURCE,
        source_id=f"{subscription_id}:discount",
        subscription_id=subscription_id,
        starts_on=started,
        ends_on=v.day(row, "discount_ends_on"),
        percent_millionths=share,
    )
    return [discount]


def subscription_change(row: Row, known: Known) -> list[Fact]:
    """Amount, quantity and status from a day on; an empty cell keeps what held before."""
    subscription_id = v.need(row, "subscription_id")
    item = known.items.get(subscription_id)
    if item is None:
        raise BadCell("subscription_id", f"“{subscription_id}” is not in subscriptions")
    on, currency = v.needed_day(row, "changed_on"), known.currencies[subscription_id]
    before, quantity_before = known.changed.get(
        subscription_id, (Fraction(item.unit_num), item.quantity)
    )
    amount = v.money(row, "amount", currency)
    whole = before if amount is None else Fraction(amount)
    quantity = v.number(row, "seats", 0) or v.number(row, "quantity", 0) or quantity_before
    known.changed[subscription_id] = (whole, quantity)
    made: list[Fact] = [
        facts.SubscriptionChange(
            source=SOURCE,
            source_id=f"{subscription_id}:{on}",
            subscription_id=subscription_id,
            item_id=item.source_id,
            product_id=item.product_id,
            changed_on=on,
            known_on=on,
            unit_num=whole.numerator,
            unit_den=whole.denominator * quantity,
            quantity=quantity,
            interval=item.interval,
            interval_count=item.interval_count,
            metered=item.metered,
        )
    ]
    status = v.text(row, "status")
    if status:
        made.append(
            facts.StatusChange(
                source=SOURCE,
                source_id=f"{subscription_id}:{on}:status",
                subscription_id=subscription_id,
                changed_on=on,
                known_on=on,
                status=status.lower(),
            )
        )
    return made


def entitlement(row: Row, known: Known) -> list[Fact]:
    account, product = _account_of(row, known), v.need(row, "product")
    module = v.text(row, "module")
    fact = facts.Entitlement(
        source=SOURCE,
        source_id=f"{account}:{product}:{module or ''}",
        account_id=account,
        product=product,
        module=module,
        capacity=v.number(row, "capacity", 0),
        unit=v.text(row, "unit"),
        since=v.day(row, "since"),
        until=v.day(row, "until"),
    )
    return [fact]


def invoice(row: Row, known: Known) -> list[Fact]:
    currency = _currency(row, known)
    status = row.get("status", "").lower() or "open"
    issued, paid_on = v.day(row, "issued_on"), v.day(row, "paid_on")
    due = v.day(row, "due_on")
    first = issued if issued is not None else due
    if first is None:
        raise BadCell("issued_on", "is empty, and due_on too: one of them is required")
    closed = status in ("void", "uncollectible", "written off")
    fact = facts.Invoice(
        source=SOURCE,
        source_id=v.need(row, "invoice_id"),
        account_id=_account_of(row, known),
        number=v.text(row, "number") or v.need(row, "invoice_id"),
        currency=currency,
        amount_due=v.needed_money(row, "amount_due", currency),
        amount_paid=v.money(row, "amount_paid", currency) or 0,
        issued_on=first,
        due_on=due,
        paid_on=paid_on if paid_on is not None or status != "paid" else due or first,
        voided_on=first if closed else None,
        status=status,
        attempts=v.number(row, "attempts", 0) or 0,
    )
    return [fact]


def order(row: Row, known: Known) -> list[Fact]:
    currency = _currency(row, known)
    fact = facts.Order(
        source=SOURCE,
        source_id=v.need(row, "order_id"),
        account_id=_account_of(row, known),
        number=v.text(row, "number") or v.need(row, "order_id"),
        amount=v.needed_money(row, "amount", currency),
        currency=currency,
        ordered_on=v.needed_day(row, "ordered_on"),
        status=v.text(row, "status"),
    )
    return [fact]


def ticket(row: Row, known: Known) -> list[Fact]:
    fact = facts.Ticket(
        source=SOURCE,
        source_id=v.need(row, "ticket_id"),
        account_id=_account_of(row, known),
        subject=row.get("subject", ""),
        priority=v.choice(row, "priority", ("low", "normal", "high", "urgent"), "normal"),
        status=row.get("status", "").lower() or "open",
        created_at=v.needed_instant(row, "created_at"),
        first_reply_at=v.instant(row, "first_reply_at"),
        solved_at=v.instant(row, "solved_at"),
        csat=v.number(row, "csat", 1, 5),
        body=v.text(row, "body"),
    )
    return [fact]


def nps(row: Row, known: Known) -> list[Fact]:
    fact = facts.NpsAnswer(
        source=SOURCE,
        source_id=v.need(row, "response_id"),
        account_id=_account_of(row, known),
        contact_key=v.text(row, "contact_id"),
        score=v.needed_number(row, "score", 0, 10),
        answered_at=v.needed_instant(row, "answered_on"),
        comment=v.text(row, "comment"),
    )
    return [fact]


def activity(row: Row, known: Known) -> list[Fact]:
    kind = v.choice(row, "kind", ("email", "call", "meeting", "note"), "note")
    direction = v.choice(row, "direction", ("in", "out", ""), "")
    fact = facts.Activity(
        source=SOURCE,
        source_id=v.need(row, "activity_id"),
        account_id=_account_of(row, known),
        kind=kind,
        at=v.needed_instant(row, "at"),
        direction=direction or None,
        held=kind in ("call", "meeting"),
        author=v.text(row, "author"),
        contact_id=v.text(row, "contact_id"),
        subject=v.text(row, "subject"),
        body=v.text(row, "body"),
    )
    return [fact]


def agent(row: Row, known: Known) -> list[Fact]:
    fact = facts.Agent(
        source=SOURCE,
        source_id=v.need(row, "agent_id"),
        account_id=_account_of(row, known),
        product=v.text(row, "product"),
        last_seen_at=v.instant(row, "last_seen_at"),
        status=v.text(row, "status"),
    )
    return [fact]
