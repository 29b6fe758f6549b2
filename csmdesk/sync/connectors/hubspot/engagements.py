"""Notes and logged activities as HubSpot's engagements, each with a property that holds our mark."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

import msgspec

from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.hubspot import wire
from csmdesk.sync.connectors.hubspot.definitions import GROUP, make
from csmdesk.sync.errors import Refused
from csmdesk.sync.writer import Logged

MARK = "csmdesk_id"
_TYPES = {"note": "notes", "call": "calls", "meeting": "meetings", "email": "emails"}
_TO_COMPANY = {"notes": 190, "calls": 182, "meetings": 188, "emails": 186}
"""HubSpot's numbers of the association of an engagement with its company."""
_CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"  # the disposition "connected" of every account
_DIRECTIONS = {
    "call": {"in": "INBOUND", "out": "OUTBOUND"},
    "email": {"in": "INCOMING_EMAIL", "out": "EMAIL"},
}
_NOT_FOUND = 404


class _Property(msgspec.Struct):
    name: str


class Engagements:
    """Made, found by our mark, and removed."""

    def prepare(self, client: HttpClient, kind: str) -> None:
        name = _TYPES[kind]
        try:
            client.get(f"{wire.PROPERTIES}/{name}/{MARK}", _Property)
        except Refused as error:
            if error.status != _NOT_FOUND:
                raise
            make(client, name, "groups", {"name": GROUP, "label": "CSMDesk"})
            body = {"name": MARK, "label": "CSMDesk id", "groupName": GROUP}
            make(client, name, "", {**body, "type": "string", "fieldType": "text"})

    def find(self, client: HttpClient, kind: str, mark: str) -> str | None:
        filters = [{"propertyName": MARK, "operator": "EQ", "value": mark}]
        body = {"filterGroups": [{"filters": filters}], "limit": 1}
        page = client.post(f"{wire.OBJECTS}/{_TYPES[kind]}/search", wire.IdPage, body)
        return page.results[0].id if page.results else None

    def create(self, client: HttpClient, logged: Logged) -> str:
        name = _TYPES[logged.kind]
        link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _TO_COMPANY[name]}
        body = {
            "properties": properties(logged),
            "associations": [{"to": {"id": logged.record_id}, "types": [link]}],
        }
        return client.once("POST", f"{wire.OBJECTS}/{name}", wire.Link, body=body).id

    def remove(self, client: HttpClient, kind: str, crm_id: str) -> None:
        try:
            client.delete(f"{wire.OBJECTS}/{_TYPES[kind]}/{crm_id}")
        except Refused as error:
            if error.status != _NOT_FOUND:
                raise


def properties(logged: Logged) -> dict[str, Any]:
    """The properties of an engagement; HubSpot shows long texts as HTML, so they are escaped."""
    body = escape(logged.body).replace("\n", "<br>")
    at = datetime.fromtimestamp(logged.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told: dict[str, Any] = {"hs_timestamp": at, MARK: logged.mark}
    if logged.owner_id:
        told["hubspot_owner_id"] = logged.owner_id
    direction = _DIRECTIONS.get(logged.kind, {}).get(logged.direction or "out", "")
    if logged.kind == "note":
        head = f"<b>{escape(logged.subject)}</b><br>" if logged.subject else ""
        told |= {"hs_note_body": head + body}
    elif logged.kind == "call":
        told |= {"hs_call_title": logged.subject, "hs_call_body": body}
        told |= {"hs_call_direction": direction}
        told |= {"hs_call_disposition": _CONNECTED} if logged.held else {}
    elif logged.kind == "meeting":
        told |= {"hs_meeting_title": logged.subject, "hs_meeting_body": body}
        told |= {"hs_meeting_outcome": "COMPLETED"} if logged.held else {}
    else:
        told |= {"hs_email_subject": logged.subject, "hs_email_text": logged.body}
        told |= {"hs_email_direction": direction}
    return told
