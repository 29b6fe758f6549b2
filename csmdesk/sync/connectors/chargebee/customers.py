"""Customers and products of Chargebee as facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from csmdesk.domain.facts import Account, Fact, Product
from csmdesk.sync import domains
from csmdesk.sync.connectors.chargebee import wire
from csmdesk.sync.decode import Days
from csmdesk.sync.joins import crm_joins


def joins_in(raw: msgspec.Raw, fields: Mapping[str, str]) -> tuple[str, ...]:
    """From custom fields (cf_…), which Chargebee puts beside its own."""
    return crm_joins(msgspec.json.decode(raw, type=dict[str, Any]), fields)


def account(row: wire.Customer, joins: tuple[str, ...], days: Days) -> list[Fact]:
    person = f"{row.first_name} {row.last_name}".strip()
    return [
        Account(
            source=wire.SYSTEM,
            source_id=row.id,
            name=row.company or person or row.email or row.id,
            domain=domains.of_email(row.email),
            joins=joins,
            created_on=days.or_none(row.created_at),
            currency=row.preferred_currency_code.upper() or None,
        )
    ]


def product(row: wire.Article) -> list[Fact]:
    modules = (part.strip() for part in str(row.notes.get("modules", "")).split(","))
    return [
        Product(
            source=wire.SYSTEM,
            source_id=row.id,
            name=row.name or row.id,
            modules=tuple(part for part in modules if part),
            unit=row.unit or "seat",
            capacity_per_unit=int(row.notes.get("capacity_per_unit") or 1),
        )
    ]
