"""E-mails, calls, meetings and notes: one kind of object each, one kind of fact."""

from __future__ import annotations

from csmdesk.domain.facts import Activity, Fact
from csmdesk.sync.connectors.hubspot.links import Linked
from csmdesk.sync.connectors.hubspot.objects import Facts, Kind
from csmdesk.sync.connectors.hubspot.setup import Setup
from csmdesk.sync.connectors.hubspot.wire import SYSTEM, Properties
from csmdesk.sync.decode import required_instant

_DIRECTIONS = {
    "INCOMING_EMAIL": "in",
    "EMAIL": "out",
    "FORWARDED_EMAIL": "in",
    "INBOUND": "in",
    "OUTBOUND": "out",
}
# A disposition is a name, or the id that every account has for "connected".
_CONNECTED = {"connected", "f240bbac-87c9-4f6e-bf70-924b57d47db7"}


def _held(kind: str, values: Properties) -> bool:
    if kind == "call":
        return (values.get("hs_call_disposition") or "").lower() in _CONNECTED
    return kind == "meeting" and values.get("hs_meeting_outcome") == "COMPLETED"


def _facts(kind: str, direction: str, subject: str, body: str) -> Facts:
    def facts(linked: Linked, _: Setup) -> list[Fact]:
        row = linked.row
        values = row.properties
        return [
            Activity(
                source=SYSTEM,
                source_id=row.id,
                account_id=linked.first("companies"),
                kind=kind,
                at=required_instant(values.get("hs_timestamp")),
                direction=_DIRECTIONS.get(values.get(direction) or ""),
                held=_held(kind, values),
                author=values.get("hubspot_owner_id") or None,
                contact_id=linked.first("contacts"),
                subject=values.get(subject) or None,
                body=values.get(body) or None,
            )
        ]

    return facts


def _kind(name: str, kind: str, direction: str, outcome: str, subject: str, body: str) -> Kind:
    places = (direction, outcome, subject, body)
    return Kind(
        name=name,
        title={"emails": "e-mails"}.get(name, name),
        table="activity",
        essential=False,
        properties=("hs_timestamp", "hubspot_owner_id", *(place for place in places if place)),
        facts=_facts(kind, direction, subject, body),
        links=("companies", "contacts"),
        listed=False,
        row_kind=kind,
    )


KINDS = (
    _kind("meetings", "meeting", "", "hs_meeting_outcome", "hs_meeting_title", "hs_meeting_body"),
    _kind(
        "calls", "call", "hs_call_direction", "hs_call_disposition", "hs_call_title", "hs_call_body"
    ),
    _kind("emails", "email", "hs_email_direction", "", "hs_email_subject", "hs_email_text"),
    _kind("notes", "note", "", "", "", "hs_note_body"),
)
