"""Companies, contacts and conversations as Intercom objects; instants are epoch seconds."""

from __future__ import annotations

from csmdesk.sandbox.shapes import Account, Contact, Conversation, Owner
from csmdesk.sandbox.wire import Json
from csmdesk.sandbox.world.ids import intercom_id

APP_ID = "csmdesk1"
# Every second company says its CRM id; the others join by key, domain or name.
_SAYS_CRM_ID = 2
_PRIORITY = {"priority": "high", "not_priority": "none"}


def company_id(account: Account) -> str:
    return intercom_id("company", account.index)


def company_json(account: Account) -> Json:
    company = account.company
    attributes = {}
    if account.index % _SAYS_CRM_ID == 0:
        attributes["hubspot_id"] = company.hubspot_id
    seen = [contact.last_seen_at for contact in account.contacts if contact.last_seen_at]
    answer: Json = {
        "type": "company",
        "id": company_id(account),
        "app_id": APP_ID,
        "name": company.name,
        "website": company.domain,
        "industry": company.industry,
        "plan": {},
        "remote_created_at": company.created_at,
        "created_at": company.created_at,
        "updated_at": max([company.updated_at, *seen]),
        "monthly_spend": 0,
        "session_count": 0,
        "user_count": len(account.contacts),
        "custom_attributes": attributes,
        "tags": {"type": "tag.list", "tags": []},
        "segments": {"type": "segment.list", "segments": []},
    }
    if company.account_key is not None:
        answer["company_id"] = company.account_key
    if seen:
        answer["last_request_at"] = max(seen)
    return answer


def contact_json(account: Account, contact: Contact) -> Json:
    path = f"/contacts/{contact.intercom_id}"
    company = {
        "type": "company",
        "id": company_id(account),
        "url": f"/companies/{company_id(account)}",
    }
    return {
        "type": "contact",
        "id": contact.intercom_id,
        "workspace_id": APP_ID,
        "external_id": contact.email,
        "role": "user",
        "email": contact.email,
        "email_domain": contact.email.rpartition("@")[2],
        "phone": None,
        "name": f"{contact.first_name} {contact.last_name}",
        "owner_id": None,
        "has_hard_bounced": contact.bounced,
        "marked_email_as_spam": False,
        "unsubscribed_from_emails": False,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "signed_up_at": contact.created_at,
        "last_seen_at": contact.last_seen_at,
        "last_replied_at": None,
        "last_contacted_at": None,
        "last_email_opened_at": None,
        "last_email_clicked_at": None,
        "custom_attributes": {},
        "tags": _empty(f"{path}/tags"),
        "notes": _empty(f"{path}/notes"),
        "companies": _list(f"{path}/companies", [company]),
    }


def _list(url: str, rows: list[Json]) -> Json:
    return {"type": "list", "data": rows, "url": url, "total_count": len(rows), "has_more": False}


def _empty(url: str) -> Json:
    return _list(url, [])


def conversation_json(account: Account, row: Conversation) -> Json:
    contact = account.contacts[row.contact]
    author = {
        "type": "user",
        "id": contact.intercom_id,
        "name": f"{contact.first_name} {contact.last_name}",
        "email": contact.email,
    }
    reference = {
        "type": "contact",
        "id": contact.intercom_id,
        "external_id": contact.email,
    }
    answered = row.first_reply_at is not None
    return {
        "type": "conversation",
        "id": row.intercom_id,
        "title": row.subject,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "waiting_since": None if answered or row.state == "closed" else row.created_at,
        "snoozed_until": None,
        "open": row.state == "open",
        "state": row.state,
        "read": True,
        "priority": _PRIORITY[row.priority],
        "company": company_json(account),
        "tags": {"type": "tag.list", "tags": []},
        "conversation_rating": _rating(row, reference),
        "source": {
            "type": "conversation",
            "id": f"{row.intercom_id}-0",
            "delivered_as": "customer_initiated",
            "subject": row.subject,
            "body": row.body,
            "author": author,
            "attachments": [],
            "url": None,
            "redacted": False,
        },
        "contacts": {"type": "contact.list", "contacts": [reference]},
        "teammates": {"type": "admin.list", "teammates": []},
        "custom_attributes": {},
        "first_contact_reply": {
            "created_at": row.created_at,
            "type": "conversation",
            "url": None,
        },
        "statistics": _statistics(row),
        "ai_agent_participated": False,
    }


def _rating(row: Conversation, contact: Json) -> Json | None:
    if row.rating is None:
        return None
    rated_at = row.closed_at or row.updated_at
    return {
        "rating": row.rating,
        "remark": "",
        "created_at": rated_at,
        "updated_at": rated_at,
        "contact": contact,
    }


def _statistics(row: Conversation) -> Json:
    """Only what has happened: the contract knows no null here."""
    answer: Json = {
        "type": "conversation_statistics",
        "first_contact_reply_at": row.created_at,
        "last_contact_reply_at": row.created_at,
        "count_reopens": 0,
        "count_assignments": 0,
        "count_conversation_parts": 1 + (row.first_reply_at is not None),
    }
    if row.first_reply_at is not None:
        answer["first_admin_reply_at"] = row.first_reply_at
        answer["last_admin_reply_at"] = row.first_reply_at
        answer["time_to_admin_reply"] = row.first_reply_at - row.created_at
    if row.closed_at is not None:
        answer["first_close_at"] = row.closed_at
        answer["last_close_at"] = row.closed_at
        answer["time_to_first_close"] = row.closed_at - row.created_at
        answer["time_to_last_close"] = row.closed_at - row.created_at
    return answer


def admin_json(owner: Owner) -> Json:
    return {
        "type": "admin",
        "id": str(owner.user_id),
        "name": f"{owner.first_name} {owner.last_name}",
        "email": owner.email,
        "away_mode_enabled": False,
        "away_mode_reassign": False,
        "has_inbox_seat": True,
        "team_ids": [],
    }
