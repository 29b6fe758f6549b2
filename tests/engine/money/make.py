"""Short words for the facts of money tests."""

from __future__ import annotations

from typing import Any

from csmdesk.domain.days import parse_day
from csmdesk.domain.facts import (
    Discount,
    Fact,
    StatusChange,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
)
from csmdesk.domain.inputs import Facts
from csmdesk.domain.settings import Settings
from csmdesk.engine.money.ledger import build_ledger
from csmdesk.engine.money.movements import movements

SOURCE = "billing"


def d(text: str) -> int:
    return parse_day(text)


def sub(key: str, account: str, started: int, **values: Any) -> Subscription:
    return Subscription(
        source=SOURCE,
        source_id=key,
        account_id=account,
        started_on=started,
        **{"status": "active", "currency": "USD", **values},
    )


def item(subscription: str, since: int, cents: int, quantity: int = 1, **values: Any) -> Fact:
    name = values.pop("name", "item")
    return SubscriptionItem(
        source=SOURCE,
        source_id=f"{subscription}-{name}",
        subscription_id=subscription,
        since=since,
        unit_num=cents,
        quantity=quantity,
        **{"product_id": "core", **values},
    )


def change(subscription: str, on: int, cents: int, quantity: int = 1, **values: Any) -> Fact:
    name = values.pop("name", "item")
    known = values.pop("known", on)
    return SubscriptionChange(
        source=SOURCE,
        source_id=f"{subscription}-{name}-{on}-{known}",
        subscription_id=subscription,
        item_id=f"{subscription}-{name}",
        changed_on=on,
        known_on=known,
        unit_num=cents,
        quantity=quantity,
        **{"product_id": "core", **values},
    )


def status(subscription: str, on: int, name: str, known: int | None = None) -> Fact:
    return StatusChange(
        source=SOURCE,
        source_id=f"{subscription}-{on}-{name}",
        subscription_id=subscription,
        changed_on=on,
        known_on=on if known is None else known,
        status=name,
    )


def discount(subscription: str, starts: int, ends: int | None, **values: Any) -> Fact:
    return Discount(
        source=SOURCE,
        source_id=f"{subscription}-{starts}-discount",
        subscription_id=subscription,
        starts_on=starts,
        ends_on=ends,
        **values,
    )


def mrr(built: Facts, day: int, customer: int = 0) -> int:
    """M(day) as known on that day."""
    ledger = build_ledger(built, Settings())
    return int(ledger.mrr_on(ledger.view(day), day)[0][customer])


def moves(built: Facts, first: int, last: int) -> list[tuple[int, str, int]]:
    """(day, kind, amount) of all movements, FX included."""
    table = movements(built, Settings(), first, last)
    return list(
        zip(
            table.ints("day").tolist(),
            [kind or "" for kind in table.texts("kind")],
            table.ints("amount").tolist(),
            strict=True,
        )
    )
