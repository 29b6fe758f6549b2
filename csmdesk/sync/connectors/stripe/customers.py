"""Customers and products of Stripe as facts."""

from __future__ import annotations

from collections.abc import Mapping

from csmdesk.domain.facts import Account, Fact, Product
from csmdesk.sync import domains
from csmdesk.sync.connectors.stripe import wire
from csmdesk.sync.decode import Days
from csmdesk.sync.joins import crm_joins


def account(row: wire.Customer, fields: Mapping[str, str], days: Days) -> list[Fact]:
    return [
        Account(
            source=wire.SYSTEM,
            source_id=row.id,
            name=row.name or row.email or row.id,
            domain=domains.of_email(row.email),
            joins=crm_joins(row.metadata, fields),
            created_on=days.or_none(row.created),
            currency=row.currency.upper() if row.currency else None,
        )
    ]


def product(row: wire.Product) -> list[Fact]:
    modules = (part.strip() for part in row.metadata.get("modules", "").split(","))
    return [
        Product(
            source=wire.SYSTEM,
            source_id=row.id,
            name=row.name or row.id,
            modules=tuple(part for part in modules if part),
            unit=row.metadata.get("unit") or "seat",
            capacity_per_unit=int(row.metadata.get("capacity_per_unit") or 1),
        )
    ]
