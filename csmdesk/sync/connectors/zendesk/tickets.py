"""Tickets, with their metrics: when the first answer came and when they were solved."""

from __future__ import annotations

from csmdesk.domain.facts import Fact, Ticket
from csmdesk.sync.connectors.zendesk import wire
from csmdesk.sync.connectors.zendesk.export import Kind
from csmdesk.sync.decode import instant, required_instant

DELETED = "deleted"
STATUSES = {"solved": "closed", "hold": "pending"}
SCORES = {"good": 5, "bad": 1}
"""Zendesk asks for a thumb, not for stars."""


def _facts(row: wire.Ticket) -> list[Fact]:
    if row.status == DELETED:
        return []
    metrics = row.metric_set or wire.Metrics()
    created_at = required_instant(row.created_at)
    updated_at = required_instant(row.updated_at)
    status = STATUSES.get(row.status, row.status)
    minutes = metrics.reply_time_in_minutes.calendar if metrics.reply_time_in_minutes else None
    solved_at = instant(metrics.solved_at) or updated_at
    return [
        Ticket(
            source=wire.SYSTEM,
            source_id=str(row.id),
            account_id=None if row.organization_id is None else str(row.organization_id),
            contact_id=None if row.requester_id is None else str(row.requester_id),
            subject=row.subject or "",
            priority=row.priority or "normal",
            status=status,
            created_at=created_at,
            first_reply_at=None if minutes is None else created_at + 60 * minutes,
            solved_at=solved_at if status == "closed" else None,
            csat=SCORES.get(row.satisfaction_rating.score or "")
            if row.satisfaction_rating
            else None,
            body=row.description or None,
        )
    ]


KIND = Kind(
    "tickets",
    "ticket",
    wire.Ticket,
    lambda row: row.id,
    _facts,
    params=(("include", "metric_sets"),),
)
