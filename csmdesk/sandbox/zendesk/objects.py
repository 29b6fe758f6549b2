"""Organizations, users and tickets as Zendesk objects; instants are ISO with a Z."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from csmdesk.sandbox.shapes import Account, Contact, Owner, Ticket
from csmdesk.sandbox.wire import Json
from csmdesk.sandbox.world.ids import zendesk_id

# Every second organization says its CRM id; the others join by key, domain or name.
_SAYS_CRM_ID = 2
_AGENT = 9_900_000_000_000
_SETTLED = 28 * 86_400  # a solved ticket is closed for good after four weeks
_GOOD = 4  # stars of the world from which a customer would press "good"


def iso(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def organization_json(account: Account, base: str) -> Json:
    company = account.company
    own_id = zendesk_id("organization", company.hubspot_id)
    says = account.index % _SAYS_CRM_ID == 0
    return {
        "url": f"{base}/api/v2/organizations/{own_id}.json",
        "id": own_id,
        "name": company.name,
        "external_id": company.account_key,
        "domain_names": [company.domain],
        "created_at": iso(company.created_at),
        "updated_at": iso(company.updated_at),
        "details": None,
        "notes": None,
        "group_id": None,
        "shared_tickets": False,
        "shared_comments": False,
        "tags": [],
        "organization_fields": {"hubspot_id": company.hubspot_id} if says else {},
    }


def user_json(account: Account, contact: Contact, base: str) -> Json:
    user = _user(zendesk_id("user", contact.hubspot_id), base)
    return user | {
        "name": f"{contact.first_name} {contact.last_name}",
        "email": contact.email,
        "external_id": contact.email,
        "created_at": iso(contact.created_at),
        "updated_at": iso(contact.updated_at),
        "last_login_at": iso(contact.last_seen_at),
        "organization_id": zendesk_id("organization", account.company.hubspot_id),
        "role": "end-user",
    }


def agent_json(owner: Owner, created_at: int, base: str) -> Json:
    return _user(_AGENT + owner.user_id, base) | {
        "name": f"{owner.first_name} {owner.last_name}",
        "email": owner.email,
        "external_id": None,
        "created_at": iso(created_at),
        "updated_at": iso(created_at),
        "last_login_at": None,
        "organization_id": None,
        "role": "agent",
        "active": not owner.archived,
    }


def _user(own_id: int, base: str) -> Json:
    return {
        "url": f"{base}/api/v2/users/{own_id}.json",
        "id": own_id,
        "active": True,
        "verified": True,
        "suspended": False,
        "shared": False,
        "locale": "en-US",
        "time_zone": "Etc/UTC",
        "tags": [],
        "phone": None,
        "user_fields": {},
    }


def ticket_json(account: Account, row: Ticket, base: str, now: int) -> Json:
    own_id = zendesk_id("ticket", row.hubspot_id)
    contact = account.contacts[row.contact or 0]
    requester = zendesk_id("user", contact.hubspot_id)
    return {
        "url": f"{base}/api/v2/tickets/{own_id}.json",
        "id": own_id,
        "external_id": None,
        "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
        "generated_timestamp": row.updated_at,
        "type": None,
        "subject": row.subject,
        "raw_subject": row.subject,
        "description": row.body,
        "priority": row.priority.lower() if row.priority != "MEDIUM" else "normal",
        "status": _status(row, now),
        "requester_id": requester,
        "submitter_id": requester,
        "assignee_id": None,
        "organization_id": zendesk_id("organization", account.company.hubspot_id),
        "group_id": None,
        "is_public": True,
        "due_at": None,
        "tags": [],
        "custom_fields": [],
        "satisfaction_rating": _rating(row, own_id),
        "metric_set": _metrics(row, own_id, base),
    }


def _status(row: Ticket, now: int) -> str:
    if row.closed_at is not None:
        return "closed" if row.closed_at < now - _SETTLED else "solved"
    return "new" if row.first_reply_at is None else "pending"


def _rating(row: Ticket, own_id: int) -> Json:
    if row.closed_at is None:
        return {"score": "unoffered"}
    if row.csat is None:
        return {"score": "offered"}
    score = "good" if row.csat >= _GOOD else "bad"
    return {"id": own_id + 1, "score": score, "comment": ""}


def _metrics(row: Ticket, own_id: int, base: str) -> Json:
    """What is known of the ticket's course; minutes are whole."""
    return {
        "url": f"{base}/api/v2/ticket_metrics/{own_id + 2}.json",
        "id": own_id + 2,
        "ticket_id": own_id,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
        "replies": int(row.first_reply_at is not None),
        "reopens": 0,
        "reply_time_in_minutes": _minutes(row, row.first_reply_at),
        "full_resolution_time_in_minutes": _minutes(row, row.closed_at),
        "solved_at": iso(row.closed_at),
    }


def _minutes(row: Ticket, until: int | None) -> dict[str, Any]:
    minutes = None if until is None else (until - row.created_at) // 60
    return {"calendar": minutes, "business": minutes}
