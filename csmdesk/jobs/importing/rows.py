"""Which facts a row of each import file becomes. A bad cell raises `BadCell`."""

from __future__ import annotations

from csmdesk.domain import facts
from csmdesk.domain.facts import Fact
from csmdesk.jobs.importing import values as v
from csmdesk.jobs.importing.known import SOURCE, Known
from csmdesk.jobs.importing.values import BadCell, Row
from csmdesk.sync.domains import of_website


def account_of(row: Row, known: Known) -> str:
    customer = v.need(row, "customer_id")
    if customer not in known.customers:
        raise BadCell("customer_id", f"“{customer}” is not in customers")
    return customer


def currency_of(row: Row, known: Known) -> str:
    code = (row.get("currency") or known.currency).upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise BadCell("currency", f"“{code}” is no ISO 4217 code")
    return code


CUSTOMER_COLUMNS = (
    "customer_id name domain owner tier success_program stage created_on assigned_on acv currency"
    " renewal_on parent_id industry churned_on tags"
)
FLAGS = ("internal", "demo")
"""What a further column `flag` may say; any other word in it is a custom property."""


def customer(row: Row, known: Known) -> list[Fact]:
    customer_id, owner = v.need(row, "customer_id"), v.text(row, "owner")
    currency = currency_of(row, known)
    flag = v.word(row, "flag")
    named = {*CUSTOMER_COLUMNS.split(), *(("flag",) if flag in FLAGS else ())}
    extra = {key: value for key, value in row.items() if key not in named and value}
    account = facts.Account(
        source=SOURCE,
        source_id=customer_id,
        name=v.need(row, "name"),
        domain=of_website(row.get("domain")),
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
        flag=flag if flag in FLAGS else None,
    )
    known.customers.add(customer_id)
    if owner is None:
        return [account]
    return [account, facts.Person(source=SOURCE, source_id=owner, name=owner, email=owner)]


def contact(row: Row, known: Known) -> list[Fact]:
    contact_id, email = v.need(row, "contact_id"), v.text(row, "email")
    account = account_of(row, known)
    role = "champion" if v.flag(row, "is_champion") else v.word(row, "role")
    fact = facts.Contact(
        source=SOURCE,
        source_id=contact_id,
        account_id=account,
        name=v.text(row, "name") or email or contact_id,
        email=email,
        title=v.text(row, "title"),
        role=role or None,
        user_key=contact_id,
        created_at=v.instant(row, "created_on"),
        last_seen_at=v.instant(row, "last_seen_at"),
        left_on=v.day(row, "left_on"),
    )
    if email:
        known.contacts[account, email.lower()] = contact_id
    return [fact]


def entitlement_id(row: Row) -> str:
    """The file has no column for it."""
    required = v.need(row, "customer_id"), v.need(row, "product")
    return ":".join((*required, row.get("module", ""), row.get("since", "")))


def entitlement(row: Row, known: Known) -> list[Fact]:
    account, product = account_of(row, known), v.need(row, "product")
    module, unit = v.text(row, "module"), v.word(row, "unit")
    since, until = v.day(row, "since"), v.day(row, "until")
    fact = facts.Entitlement(
        source=SOURCE,
        source_id=entitlement_id(row),
        account_id=account,
        product=product,
        module=module,
        capacity=v.number(row, "capacity", 0),
        unit=unit or None,
        since=since,
        until=until,
    )
    known.entitle(account, product, module, unit, fact.capacity, since, until)
    return [fact]


WRITTEN_OFF = ("void", "voided", "uncollectible", "written_off")
"""The format has no day for it: such an invoice was never due."""


def invoice(row: Row, known: Known) -> list[Fact]:
    currency = currency_of(row, known)
    issued, paid_on = v.day(row, "issued_on"), v.day(row, "paid_on")
    due = v.day(row, "due_on")
    status = v.word(row, "status") or ("open" if paid_on is None else "paid")
    first = issued if issued is not None else due
    if first is None:
        raise BadCell("issued_on", "is empty, and due_on too: one of them is required")
    if status == "paid" and paid_on is None:
        paid_on = first if due is None else min(due, max(first, known.today))
    fact = facts.Invoice(
        source=SOURCE,
        source_id=v.need(row, "invoice_id"),
        account_id=account_of(row, known),
        number=v.text(row, "number") or v.need(row, "invoice_id"),
        currency=currency,
        amount_due=v.needed_money(row, "amount_due", currency),
        amount_paid=v.money(row, "amount_paid", currency) or 0,
        issued_on=first,
        due_on=due,
        paid_on=paid_on,
        voided_on=first if status in WRITTEN_OFF else None,
        status=status,
        attempts=v.number(row, "attempts", 0) or 0,
        metered=v.money(row, "metered_amount", currency),
    )
    return [fact]


def order(row: Row, known: Known) -> list[Fact]:
    currency = currency_of(row, known)
    fact = facts.Order(
        source=SOURCE,
        source_id=v.need(row, "order_id"),
        account_id=account_of(row, known),
        number=v.text(row, "number") or v.need(row, "order_id"),
        amount=v.money(row, "amount", currency) or 0,
        currency=currency,
        ordered_on=v.day(row, "ordered_on"),
        status=v.text(row, "status"),
    )
    return [fact]


def ticket(row: Row, known: Known) -> list[Fact]:
    fact = facts.Ticket(
        source=SOURCE,
        source_id=v.need(row, "ticket_id"),
        account_id=account_of(row, known),
        subject=row.get("subject", ""),
        priority=v.choice(
            row,
            "priority",
            ("low", "normal", "high", "urgent"),
            "normal",
            medium="normal",
            critical="urgent",
        ),
        status=v.word(row, "status") or ("closed" if row.get("solved_at") else "open"),
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
        account_id=account_of(row, known),
        contact_key=v.text(row, "contact_id"),
        score=v.needed_number(row, "score", 0, 10),
        answered_at=v.needed_instant(row, "answered_on"),
        comment=v.text(row, "comment"),
    )
    return [fact]


def activity(row: Row, known: Known) -> list[Fact]:
    kind = v.choice(row, "kind", ("email", "call", "meeting", "note"), "note", e_mail="email")
    direction = v.choice(row, "direction", ("in", "out", ""), "", inbound="in", outbound="out")
    fact = facts.Activity(
        source=SOURCE,
        source_id=v.need(row, "activity_id"),
        account_id=account_of(row, known),
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
        account_id=account_of(row, known),
        product=v.text(row, "product"),
        last_seen_at=v.instant(row, "last_seen_at"),
        status=v.text(row, "status"),
    )
    return [fact]
