"""The CRM object types: where their rows are in an account and what properties they have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from csmdesk.sandbox.hubspot.values import day, iso_seconds
from csmdesk.sandbox.shapes import Account, Activity, Company, Contact, Deal, Ticket

Properties: TypeAlias = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type. `modified` is the property that a change moves."""

    name: str
    type_id: str
    modified: str
    defaults: tuple[str, ...]
    rows: Callable[[Account], Sequence[Any]]
    created: Callable[[Any], int]
    properties: Callable[[Account, Any], Properties]


def _company(account: Account, row: Company) -> Properties:
    return {
        "name": row.name,
        "domain": row.domain,
        "createdate": iso_seconds(row.created_at),
        "hs_lastmodifieddate": iso_seconds(row.updated_at),
        "hs_object_id": row.hubspot_id,
        "hubspot_owner_id": row.owner_id,
        "industry": row.industry,
        "lifecyclestage": "customer" if account.billing else "opportunity",
        "csm_tier": row.tier,
        "csm_stage": row.stage,
        "success_program": row.success_program,
        "renewal_date": day(row.renewal_date),
        "annual_contract_value": row.acv,
        "contract_currency": row.currency,
        "account_key": row.account_key,
        "csm_assigned_on": day(row.assigned_on),
        "csm_tags": ";".join(row.tags) or None,
        "account_flag": row.flag,
        "hs_parent_company_id": row.parent_hubspot_id,
        **row.extra,
    }


def _contact(account: Account, row: Contact) -> Properties:
    return {
        "firstname": row.first_name,
        "lastname": row.last_name,
        "email": row.email,
        "jobtitle": row.title,
        "hs_buying_role": row.buying_role,
        "createdate": iso_seconds(row.created_at),
        "lastmodifieddate": iso_seconds(row.updated_at),
        "hs_object_id": row.hubspot_id,
        "last_seen_at": iso_seconds(row.last_seen_at),
        "left_company_on": day(row.left_on),
        "hs_email_bounce": "1" if row.bounced else None,
        "associatedcompanyid": account.company.hubspot_id,
    }


def _ticket_stage(row: Ticket) -> str:
    """1 new, 2 waiting on contact, 3 waiting on us, 4 closed."""
    if row.closed_at is not None:
        return "4"
    if row.first_reply_at is None:
        return "1"
    return "3" if row.updated_at > row.first_reply_at else "2"


def _ticket(account: Account, row: Ticket) -> Properties:
    return {
        "subject": row.subject,
        "content": row.body,
        "hs_ticket_priority": row.priority,
        "hs_ticket_category": None,
        "hs_pipeline": "0",
        "hs_pipeline_stage": _ticket_stage(row),
        "createdate": iso_seconds(row.created_at),
        "hs_lastmodifieddate": iso_seconds(row.updated_at),
        "hs_object_id": row.hubspot_id,
        "first_agent_reply_date": iso_seconds(row.first_reply_at),
        "closed_date": iso_seconds(row.closed_at),
        "csat_score": None if row.csat is None else str(row.csat),
        "hubspot_owner_id": account.company.owner_id,
    }


def _deal(account: Account, row: Deal) -> Properties:
    return {
        "dealname": row.name,
        "dealstage": row.stage,
        "pipeline": "default",
        "amount": row.amount,
        "deal_currency_code": row.currency,
        "createdate": iso_seconds(row.created_at),
        "hs_lastmodifieddate": iso_seconds(row.updated_at),
        "hs_object_id": row.hubspot_id,
        "closedate": day(row.close_date),
        "hubspot_owner_id": account.company.owner_id,
    }


def _activity(account: Account, row: Activity) -> Properties:
    common: Properties = {
        "hs_timestamp": iso_seconds(row.at),
        "hs_createdate": iso_seconds(row.at),
        "hs_lastmodifieddate": iso_seconds(row.updated_at),
        "hs_object_id": row.hubspot_id,
        "hubspot_owner_id": row.owner_id,
    }
    return common | _ACTIVITY_PARTS[row.kind](row)


_ACTIVITY_PARTS: dict[str, Callable[[Activity], Properties]] = {
    "email": lambda row: {
        "hs_email_direction": "INCOMING_EMAIL" if row.direction == "in" else "EMAIL",
        "hs_email_subject": row.subject,
        "hs_email_text": row.body,
    },
    "call": lambda row: {
        "hs_call_direction": "INBOUND" if row.direction == "in" else "OUTBOUND",
        "hs_call_disposition": row.outcome,
        "hs_call_title": row.subject,
        "hs_call_body": row.body,
    },
    "meeting": lambda row: {
        "hs_meeting_outcome": row.outcome,
        "hs_meeting_title": row.subject,
        "hs_meeting_body": row.body,
    },
    "note": lambda row: {"hs_note_body": row.body},
}


def _activities(kind: str) -> Callable[[Account], Sequence[Activity]]:
    return lambda account: [
        row for row in account.activities if row.kind == kind and row.system in ("", "hubspot")
    ]


def _created(row: Any) -> int:
    return int(row.created_at)


def _at(row: Any) -> int:
    return int(row.at)


_ACTIVITY_DEFAULTS = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id")

KINDS: tuple[Kind, ...] = (
    Kind(
        "companies",
        "0-2",
        "hs_lastmodifieddate",
        ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
        lambda account: (account.company,),
        _created,
        _company,
    ),
    Kind(
        "contacts",
        "0-1",
        "lastmodifieddate",
        ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
        lambda account: account.contacts,
        _created,
        _contact,
    ),
    Kind(
        "deals",
        "0-3",
        "hs_lastmodifieddate",
        (
            "amount",
            "closedate",
            "createdate",
            "dealname",
            "dealstage",
            "hs_lastmodifieddate",
            "hs_object_id",
            "pipeline",
        ),
        lambda account: account.deals,
        _created,
        _deal,
    ),
    Kind(
        "tickets",
        "0-5",
        "hs_lastmodifieddate",
        (
            "content",
            "createdate",
            "hs_lastmodifieddate",
            "hs_object_id",
            "hs_pipeline",
            "hs_pipeline_stage",
            "hs_ticket_category",
            "hs_ticket_priority",
            "subject",
        ),
        lambda account: account.tickets,
        _created,
        _ticket,
    ),
    *(
        Kind(
            name,
            type_id,
            "hs_lastmodifieddate",
            _ACTIVITY_DEFAULTS,
            _activities(kind),
            _at,
            _activity,
        )
        for name, kind, type_id in (
            ("emails", "email", "0-49"),
            ("calls", "call", "0-48"),
            ("meetings", "meeting", "0-47"),
            ("notes", "note", "0-46"),
        )
    ),
)

_SINGULAR = {"companies": "company"}


def _names(kind: Kind) -> tuple[str, ...]:
    return kind.name, kind.type_id, _SINGULAR.get(kind.name, kind.name[:-1])


BY_NAME: dict[str, Kind] = {name: kind for kind in KINDS for name in _names(kind)}
