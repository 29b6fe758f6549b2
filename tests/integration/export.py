"""The sandbox's world as a folder of files in the import format, as a vendor would export it."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from csmdesk.domain.money import minor_units
from csmdesk.domain.usage import KEEP_DAYS, KEEP_USER_DAYS
from csmdesk.sandbox.shapes import Account, Invoice, Subscription
from csmdesk.sandbox.world import World
from csmdesk.sandbox.world.billing import subscription_id
from csmdesk.sandbox.world.catalog import PRODUCT_BY_ID
from csmdesk.sandbox.world.contract import Contract

Cells = dict[str, object]
PRIORITIES = {"LOW": "low", "MEDIUM": "normal", "HIGH": "high", "URGENT": "urgent"}
ROLES = {"CHAMPION", "DECISION_MAKER", "BUDGET_HOLDER", "ADMIN", "END_USER"}


def write_world(world: World, folder: Path) -> None:
    """Write every file of the format that the world has rows for."""
    tables: dict[str, list[Cells]] = defaultdict(list)
    owners = {owner.owner_id: owner.email for owner in world.owners}
    for account in world.accounts():
        tables["customers"].append(_customer(account, owners))
        tables["contacts"] += _contacts(account)
        for table, rows in _money(world, account).items():
            tables[table] += rows
        tables["tickets"] += _tickets(account)
        tables["nps"] += _nps(account)
        tables["activities"] += _activities(account, owners)
        tables["usage"] += _usage(world, account)
    folder.mkdir()
    for name, rows in tables.items():
        _write(folder / f"{name}.csv", rows)


def _write(path: Path, rows: list[Cells]) -> None:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _moment(seconds: int | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _day(seconds: int | None) -> str:
    return _moment(seconds)[:10]


def _major(amount: Fraction, currency: str) -> str:
    """Exact decimal text; prices of the world are finite decimals."""
    value = amount / minor_units(currency)
    whole = value * 10**8
    assert whole.denominator == 1
    return f"{whole.numerator // 10**8}.{whole.numerator % 10**8:08d}"


def _customer(account: Account, owners: dict[str, str]) -> Cells:
    row = account.company
    return {
        "customer_id": row.hubspot_id,
        "name": row.name,
        "domain": row.domain,
        "owner": owners.get(row.owner_id or "", ""),
        "tier": row.tier,
        "success_program": row.success_program,
        "stage": row.stage,
        "created_on": _day(row.created_at),
        "assigned_on": row.assigned_on or "",
        "acv": row.acv or "",
        "currency": row.currency,
        "renewal_on": row.renewal_date or "",
        "parent_id": row.parent_hubspot_id or "",
        "industry": row.industry,
        "tags": ";".join(row.tags),
        "flag": row.flag or "",
    }


def _contacts(account: Account) -> Iterator[Cells]:
    for row in account.contacts:
        yield {
            "contact_id": row.hubspot_id,
            "customer_id": account.company.hubspot_id,
            "name": f"{row.first_name} {row.last_name}",
            "email": row.email,
            "title": row.title,
            "role": (row.buying_role or "").lower(),
            "created_on": _moment(row.created_at),
            "last_seen_at": _moment(row.last_seen_at),
            "is_champion": "yes" if row.buying_role == "CHAMPION" else "no",
            "left_on": row.left_on or "",
        }


def _money(world: World, account: Account) -> dict[str, list[Cells]]:
    tables: dict[str, list[Cells]] = defaultdict(list)
    contracts = {subscription_id(account.index, one): one for one in world.contracts(account.index)}
    who = account.company.hubspot_id
    for customer in account.billing:
        for subscription in customer.subscriptions:
            contract = contracts[subscription.stripe_id]
            tables["subscriptions"].append(_subscription(who, subscription, contract))
            tables["subscriptions"] += _metered(who, subscription)
            tables["subscription_changes"] += _changes(world.today, subscription, contract)
            tables["entitlements"] += _entitlements(who, subscription, contract, world.today)
        for invoice in customer.invoices:
            tables["invoices"].append(
                {
                    "invoice_id": invoice.stripe_id,
                    "customer_id": who,
                    "number": invoice.number,
                    "amount_due": _major(Fraction(invoice.amount_due), invoice.currency),
                    "amount_paid": _major(Fraction(invoice.amount_paid), invoice.currency),
                    "currency": invoice.currency,
                    "issued_on": _day(invoice.finalized_at or invoice.created_at),
                    "due_on": _day(invoice.due_at),
                    "paid_on": _day(invoice.paid_at),
                    "status": invoice.status,
                    "attempts": invoice.attempt_count,
                    "metered_amount": _major(Fraction(_used(invoice)), invoice.currency),
                }
            )
    return tables


def _used(invoice: Invoice) -> int:
    """What of an invoice is billed by use."""
    return sum(line.amount for line in invoice.lines if line.price and line.price.metered)


def _subscription(who: str, row: Subscription, contract: Contract) -> Cells:
    item = row.items[0]
    product = PRODUCT_BY_ID[item.price.product_id]
    return {
        "subscription_id": row.stripe_id,
        "customer_id": who,
        "product": product.name,
        "status": "paused" if row.paused else row.status,
        "quantity": item.quantity,
        "amount": _amount(contract, contract.start),
        "currency": row.currency.upper(),
        "interval": item.price.interval,
        "interval_count": item.price.interval_count,
        "started_on": _day(row.start_at),
        "next_billing_on": _day(item.period_end),
        "cancel_at": _day(row.cancel_at) or (_day(item.period_end) * row.cancel_at_period_end),
        "cancelled_on": _day(row.canceled_at),
        "ended_on": _day(row.ended_at),
        "trial_end": _day(row.trial_end),
        "seats": item.quantity if product.unit == "seat" else "",
        **_discount(contract),
    }


def _discount(contract: Contract) -> Cells:
    """The percentage of a discount that holds from the start; others are in the amounts."""
    if not _plain_discount(contract):
        return {}
    [deduction] = contract.deductions
    return {
        "discount_percent": deduction.percent or "",
        "discount_ends_on": deduction.until or "",
    }


def _plain_discount(contract: Contract) -> bool:
    return (
        [
            deduction.percent is not None and deduction.duration != "once"
            for deduction in contract.deductions
            if deduction.since <= contract.start
        ]
        == [True] * len(contract.deductions)
        != []
    )


def _metered(who: str, row: Subscription) -> Iterator[Cells]:
    """What is billed by use, as a subscription of its own beside the fixed one."""
    for item in row.items[1:]:
        assert item.price.metered
        yield {
            "subscription_id": item.stripe_id,
            "customer_id": who,
            "product": PRODUCT_BY_ID[item.price.product_id].name,
            "status": "paused" if row.paused else row.status,
            "amount": _major(Fraction(item.price.unit_amount_decimal), row.currency),
            "currency": row.currency.upper(),
            "interval": item.price.interval,
            "started_on": _day(row.start_at),
            "cancelled_on": _day(row.canceled_at),
            "ended_on": _day(row.ended_at),
            "trial_end": _day(row.trial_end),
            "metered": "yes",
        }


def _amount(contract: Contract, day: date) -> str:
    """What one interval costs by the price, quantity and discounts in force on a day."""
    open_ended = Contract(
        contract.number,
        contract.start,
        0,
        contract.months,
        contract.changes,
        deductions=() if _plain_discount(contract) else contract.deductions,
    )
    return _major(open_ended.mrr(day) * contract.months, contract.currency)


def _changes(today: date, row: Subscription, contract: Contract) -> Iterator[Cells]:
    for day in sorted(day for day in contract.turning_days() if day < today):
        if contract.ended is not None and day >= contract.ended:
            break
        yield {
            "subscription_id": row.stripe_id,
            "changed_on": day,
            "amount": _amount(contract, day),
            "quantity": contract.at(day).quantity,
            "status": ("paused" if contract.paused(day) else "active") * bool(contract.pauses),
        }


def _entitlements(who: str, row: Subscription, contract: Contract, today: date) -> Iterator[Cells]:
    """The modules of the products, while they are paid for."""
    paused = [first for first, end in contract.pauses if first < today <= (end or today)]
    for product in (PRODUCT_BY_ID[item.price.product_id] for item in row.items):
        for module in product.modules:
            yield {
                "customer_id": who,
                "product": product.name,
                "module": module,
                "unit": product.unit,
                "since": _day(row.start_at),
                "until": _day(row.ended_at) or (paused[0] if paused else ""),
            }


def _tickets(account: Account) -> Iterator[Cells]:
    who = account.company.hubspot_id
    for row in account.tickets:
        yield {
            "ticket_id": row.hubspot_id,
            "customer_id": who,
            "subject": row.subject,
            "priority": PRIORITIES[row.priority],
            "status": "open" if row.closed_at is None else "closed",
            "created_at": _moment(row.created_at),
            "first_reply_at": _moment(row.first_reply_at),
            "solved_at": _moment(row.closed_at),
            "csat": "" if row.csat is None else row.csat,
            "body": row.body,
        }
    for talk in account.conversations:
        yield {
            "ticket_id": talk.intercom_id,
            "customer_id": who,
            "subject": talk.subject,
            "priority": "high" if talk.priority == "priority" else "normal",
            "status": talk.state,
            "created_at": _moment(talk.created_at),
            "first_reply_at": _moment(talk.first_reply_at),
            "solved_at": _moment(talk.closed_at),
            "csat": "" if talk.rating is None else talk.rating,
            "body": talk.body,
        }


def _nps(account: Account) -> Iterator[Cells]:
    for row in account.nps:
        yield {
            "response_id": row.uuid,
            "customer_id": account.company.hubspot_id,
            "contact_id": account.contacts[row.contact].hubspot_id,
            "score": row.score,
            "answered_on": _moment(row.at),
            "comment": row.comment,
        }


def _activities(account: Account, owners: dict[str, str]) -> Iterator[Cells]:
    """Calls that nobody answered are left out: a call of the format is one that took place."""
    for row in account.activities:
        if row.kind == "call" and row.outcome != "connected":
            continue
        person = None if row.contact is None else account.contacts[row.contact].hubspot_id
        yield {
            "activity_id": row.hubspot_id,
            "customer_id": account.company.hubspot_id,
            "kind": row.kind,
            "direction": row.direction or "",
            "at": _moment(row.at),
            "author": owners.get(row.owner_id or "", ""),
            "contact_id": person or "",
            "subject": row.subject,
            "body": row.body,
        }


def _usage(world: World, account: Account) -> Iterator[Cells]:
    """By feature for 280 days; in the last 90 each count is dealt to the persons of its day."""
    first = world.today - timedelta(days=KEEP_DAYS)
    persons_from = world.today - timedelta(days=KEEP_USER_DAYS)
    daily = world.usage_daily(account.index, first, world.today)
    users = dict(zip(daily.day.tolist(), daily.users.tolist(), strict=True))
    used = world.usage_users(account.index, persons_from, world.today)
    people: dict[date, list[list[object]]] = defaultdict(list)
    for day, person, events in zip(
        used.day.tolist(), used.person.tolist(), used.events.tolist(), strict=True
    ):
        people[day].append([person, events])
    rows = world.usage_features(account.index, first, world.today)
    for day, feature, module, events, failed in zip(
        rows.day.tolist(),
        rows.feature.tolist(),
        rows.module.tolist(),
        rows.events.tolist(),
        rows.failed.tolist(),
        strict=True,
    ):
        for person, count, bad in _dealt(people.get(day, []), events, failed):
            yield {
                "customer_id": account.company.hubspot_id,
                "day": day,
                "feature": feature,
                "count": count,
                "users": users[day],
                "user_id": person,
                "module": module,
                "failed": bad,
            }


def _dealt(
    people: list[list[object]], events: int, failed: int
) -> Iterable[tuple[object, int, int]]:
    """Parts of a count, taken from what is left of the day's persons."""
    if not people:
        return [("", events, failed)]
    parts: list[tuple[object, int, int]] = []
    while events:
        left = people[0][1]
        assert isinstance(left, int)
        count = min(left, events)
        bad = min(failed, count)
        parts.append((people[0][0], count, bad))
        events, failed = events - count, failed - bad
        people[0][1] = left - count
        if left == count and len(people) > 1:
            people.pop(0)
    return parts
