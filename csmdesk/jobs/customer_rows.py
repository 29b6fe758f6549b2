"""A customer's stored columns as the typed rows that its page is made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from csmdesk.domain import facts
from csmdesk.domain.columns import Columns
from csmdesk.domain.customer import CustomerRows, CustomerUsage, Note, RiskEntry, SentimentEntry
from csmdesk.domain.days import MISSING
from csmdesk.domain.systems import system_named
from csmdesk.domain.usage import Usage
from csmdesk.store.queries.customer import CustomerRows as StoredRows

T = TypeVar("T")


def typed_rows(stored: StoredRows, people: Mapping[tuple[str, str], str]) -> CustomerRows:
    """The same rows as fact objects; the newest risk and sentiment entry of several.

    `people`: names of the CRM's users, shown as authors instead of their ids.
    """
    table = stored.tables

    def of(name: str, cls: type[T]) -> tuple[T, ...]:
        return rows_of(cls, table[name])

    risk, sentiment = stored.work.risk, stored.work.sentiment
    return CustomerRows(
        customer_id=stored.customer_id,
        contacts=one_per_person(of("contact", facts.Contact)),
        subscriptions=of("subscription", facts.Subscription),
        items=of("subscription_item", facts.SubscriptionItem),
        products=of("product", facts.Product),
        entitlements=of("entitlement", facts.Entitlement),
        invoices=of("invoice", facts.Invoice),
        orders=of("order", facts.Order),
        tickets=of("ticket", facts.Ticket),
        activities=tuple(
            dataclasses.replace(one, author=people.get((one.source, one.author or ""), one.author))
            for one in of("activity", facts.Activity)
        ),
        nps=of("nps_answer", facts.NpsAnswer),
        deals=of("deal", facts.Deal),
        notes=rows_of(Note, stored.work.notes, note_id="id"),
        risk=newest(rows_of(RiskEntry, risk)),
        sentiment=newest(rows_of(SentimentEntry, sentiment)),
        usage=_usage(stored.usage),
    )


def rows_of(cls: type[T], columns: Columns, **renamed: str) -> tuple[T, ...]:
    """Instances of a dataclass from columns named like its fields."""
    assert dataclasses.is_dataclass(cls)
    names = [field.name for field in dataclasses.fields(cls)]
    lists = [_plain(columns[renamed.get(name, name)]) for name in names]
    return tuple(
        cls(**dict(zip(names, values, strict=True))) for values in zip(*lists, strict=True)
    )


def one_per_person(contacts: tuple[facts.Contact, ...]) -> tuple[facts.Contact, ...]:
    """Contacts of several systems with one e-mail as one person: the CRM's row, with what only the
    others know (last seen, left, bounced)."""
    merged: dict[str, facts.Contact] = {}
    for one in sorted(contacts, key=lambda contact: system_named(contact.source).rank):
        key = (one.email or "").casefold() or f"{one.source}:{one.source_id}"
        known = merged.get(key)
        if known is None:
            merged[key] = one
            continue
        seen = [s for s in (known.last_seen_at, one.last_seen_at) if s is not None]
        merged[key] = dataclasses.replace(
            known,
            title=known.title or one.title,
            role=known.role or one.role,
            user_key=known.user_key or one.user_key,
            last_seen_at=max(seen, default=None),
            left_on=known.left_on if known.left_on is not None else one.left_on,
            bounced=known.bounced or one.bounced,
        )
    return tuple(sorted(merged.values(), key=lambda contact: -(contact.last_seen_at or 0)))


def newest(entries: tuple[Any, ...]) -> Any:
    """The entry set last, None without any."""
    return max(entries, key=lambda entry: entry.set_on, default=None)


def _plain(column: Any) -> list[Any]:
    if not isinstance(column, np.ndarray):
        return list(column)
    values: list[Any] = column.tolist()
    if column.dtype == np.bool_:
        return values
    return [None if value == MISSING else value for value in values]


def _usage(usage: Usage) -> CustomerUsage:
    named = tuple(
        (usage.feature_names[at], usage.feature_modules[at]) for at in usage.feature_name.tolist()
    )
    return CustomerUsage(
        first_day=usage.first_day,
        covered_from=usage.covered_from,
        users_covered_from=usage.users_covered_from,
        joined=bool(usage.joined[0]),
        events=usage.events[0],
        users=usage.users[0],
        features=named,
        feature_events=usage.feature_events,
        feature_failed=usage.feature_failed,
        persons=usage.person_keys,
        person_first_day=usage.person_first_day,
        person_events=usage.person_events,
    )
