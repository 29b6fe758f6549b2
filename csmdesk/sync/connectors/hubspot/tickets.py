"""Tickets of the CRM's own help desk."""

from __future__ import annotations

from csmdesk.domain.facts import Fact, Ticket
from csmdesk.sync.connectors.hubspot.links import Linked
from csmdesk.sync.connectors.hubspot.objects import Kind
from csmdesk.sync.connectors.hubspot.setup import Setup
from csmdesk.sync.connectors.hubspot.wire import SYSTEM
from csmdesk.sync.decode import instant, required_instant

PRIORITIES = {"LOW": "low", "MEDIUM": "normal", "HIGH": "high", "URGENT": "urgent"}
_STATUSES = {"1": "new", "2": "pending", "3": "open"}


def _facts(linked: Linked, setup: Setup) -> list[Fact]:
    row = linked.row
    values = row.properties
    stage = values.get("hs_pipeline_stage") or ""
    closed = stage in setup.closed
    closed_at = instant(values.get("closed_date")) or instant(values.get("hs_lastmodifieddate"))
    csat = values.get("csat_score")
    return [
        Ticket(
            source=SYSTEM,
            source_id=row.id,
            account_id=linked.first("companies"),
            contact_id=linked.first("contacts"),
            subject=values.get("subject") or "",
            priority=PRIORITIES.get((values.get("hs_ticket_priority") or "").upper(), "normal"),
            status="closed" if closed else _STATUSES.get(stage, "open"),
            created_at=required_instant(values.get("createdate")),
            first_reply_at=instant(values.get("first_agent_reply_date")),
            solved_at=closed_at if closed else None,
            csat=int(float(csat)) if csat else None,
            body=values.get("content") or None,
        )
    ]


KIND = Kind(
    name="tickets",
    title="tickets",
    table="ticket",
    essential=True,
    properties=(
        "subject",
        "content",
        "hs_ticket_priority",
        "hs_pipeline_stage",
        "createdate",
        "first_agent_reply_date",
        "closed_date",
        "csat_score",
    ),
    facts=_facts,
    links=("companies", "contacts"),
)
