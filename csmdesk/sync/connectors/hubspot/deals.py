"""Deals: what is being sold to a customer or prospect."""

from __future__ import annotations

from csmdesk.domain.facts import Deal, Fact
from csmdesk.domain.money import to_minor
from csmdesk.sync.connectors.hubspot.links import Linked
from csmdesk.sync.connectors.hubspot.objects import Kind
from csmdesk.sync.connectors.hubspot.setup import Setup
from csmdesk.sync.connectors.hubspot.wire import SYSTEM
from csmdesk.sync.decode import day, instant


def _facts(linked: Linked, setup: Setup) -> list[Fact]:
    row = linked.row
    values = row.properties
    stage = values.get("dealstage") or ""
    amount = values.get("amount")
    currency = (values.get("deal_currency_code") or setup.currency).upper() or None
    return [
        Deal(
            source=SYSTEM,
            source_id=row.id,
            account_id=linked.first("companies"),
            name=values.get("dealname") or f"Deal {row.id}",
            stage=setup.stages.get(stage) or stage or None,
            amount=to_minor(amount, currency) if amount and currency else None,
            currency=currency,
            created_at=instant(values.get("createdate")),
            close_on=day(values.get("closedate")),
        )
    ]


KIND = Kind(
    name="deals",
    title="deals",
    table="deal",
    essential=False,
    properties=(
        "dealname",
        "dealstage",
        "amount",
        "deal_currency_code",
        "createdate",
        "closedate",
    ),
    facts=_facts,
    links=("companies",),
)
