"""The CRM's rows as Salesforce records, and what their fields are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from csmdesk.sandbox.shapes import Account, Activity, Company, Contact, Deal, Owner, Ticket
from csmdesk.sandbox.wire import Json
from csmdesk.sandbox.world.ids import salesforce_id, salesforce_user

NOBODY = salesforce_user("0")
"""Owns what no person owns: at Salesforce every record has an owner."""
MARK = "CSMDesk_Id__c"
"""The external id of activities that an administrator made for a program to write into."""
HEALTH = (
    "CSM_Health_Score__c",
    "CSM_Health_Band__c",
    "CSM_Health_Reason_1__c",
    "CSM_Health_Reason_2__c",
    "CSM_Health_Reason_3__c",
    "CSM_Health_Scored_At__c",
)
"""Fields that an administrator made for a program to write into."""
_STAGES = {"closedwon": "Closed Won", "contractsent": "Negotiation/Review"}
_SUBTYPES = {"email": "Email", "call": "Call", "note": "Task"}
_DIRECTIONS = {"in": "Inbound", "out": "Outbound", None: None}
_HOUR = 3_600


def stamp(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _of(account: Account) -> str:
    return salesforce_id("Account", account.company.hubspot_id)


def _who(account: Account, place: int | None) -> str | None:
    if place is None or not account.contacts:
        return None
    return salesforce_id("Contact", account.contacts[place].hubspot_id)


def _user(owner_id: str | None) -> str:
    return NOBODY if owner_id is None else salesforce_user(owner_id)


def account_row(account: Account, _: object) -> Json:
    company = account.company
    parent = company.parent_hubspot_id
    return {
        "Name": company.name,
        "Website": f"https://www.{company.domain}",
        "Industry": company.industry,
        "ParentId": salesforce_id("Account", parent) if parent else None,
        "OwnerId": _user(company.owner_id),
        "CreatedDate": stamp(company.created_at),
        "CurrencyIsoCode": company.currency,
        "MasterRecordId": None,
        "CSM_Tier__c": company.tier,
        "CSM_Stage__c": company.stage,
        "Success_Program__c": company.success_program,
        "Annual_Contract_Value__c": float(company.acv) if company.acv else None,
        "Renewal_Date__c": _day(company.renewal_date),
        "CSM_Assigned_On__c": _day(company.assigned_on),
        "CSM_Tags__c": ";".join(company.tags) or None,
        "Account_Flag__c": company.flag,
        "Account_Key__c": company.account_key,
        **dict.fromkeys(HEALTH),
        "Region__c": ("EMEA", "AMER", "APAC")[account.index % 3],
    }


def contract_row(account: Account, row: Company) -> Json:
    """The contract in force: it ends when the account renews."""
    ends = row.renewal_date
    assert ends is not None, "accounts that renew have contracts"
    begun = ends - timedelta(days=364)
    return {
        "AccountId": _of(account),
        "ContractNumber": row.hubspot_id[2:],
        "Status": "Activated",
        "StatusCode": "Activated",
        "StartDate": _day(begun),
        "EndDate": _day(ends),
        "ContractTerm": 12,
        "CurrencyIsoCode": row.currency,
        "CreatedDate": stamp(row.created_at),
        "Contract_Value__c": float(row.acv) if row.acv else None,
    }


def contact_row(account: Account, row: Contact) -> Json:
    return {
        "AccountId": _of(account),
        "FirstName": row.first_name,
        "LastName": row.last_name,
        "Name": f"{row.first_name} {row.last_name}",
        "Email": row.email,
        "EmailBouncedDate": stamp(row.updated_at) if row.bounced else None,
        "Title": row.title,
        "CreatedDate": stamp(row.created_at),
        "MasterRecordId": None,
        "Buying_Role__c": (row.buying_role or "").replace("_", " ").title() or None,
        "Last_Seen_At__c": stamp(row.last_seen_at),
        "Left_Company_On__c": _day(row.left_on),
    }


def user_row(_: Account, owner: Owner) -> Json:
    return {
        "Name": f"{owner.first_name} {owner.last_name}",
        "Email": owner.email,
        "IsActive": not owner.archived,
        "UserType": "Standard",
    }


def case_row(account: Account, row: Ticket) -> Json:
    closed = row.closed_at is not None
    return {
        "AccountId": _of(account),
        "ContactId": _who(account, row.contact),
        "CaseNumber": row.hubspot_id[2:],
        "Subject": row.subject,
        "Description": row.body,
        "Priority": row.priority.title(),
        "Status": "Closed" if closed else "New" if row.first_reply_at is None else "Working",
        "IsClosed": closed,
        "CreatedDate": stamp(row.created_at),
        "ClosedDate": stamp(row.closed_at),
        "First_Reply_At__c": stamp(row.first_reply_at),
        "CSAT__c": None if row.csat is None else float(row.csat),
    }


def opportunity_row(account: Account, row: Deal) -> Json:
    return {
        "AccountId": _of(account),
        "Name": row.name,
        "StageName": _STAGES[row.stage],
        "Amount": float(row.amount),
        "CurrencyIsoCode": row.currency,
        "CreatedDate": stamp(row.created_at),
        "CloseDate": _day(row.close_date),
    }


def task_row(account: Account, row: Activity) -> Json:
    call = row.kind == "call"
    return _activity(account, row) | {
        "TaskSubtype": _SUBTYPES[row.kind],
        "Status": "Completed",
        "IsClosed": True,
        "CallType": _DIRECTIONS[row.direction] if call else None,
        "CallDisposition": (row.outcome or "").replace("_", " ").capitalize() or None,
        "CompletedDateTime": stamp(row.at),
        "ActivityDate": (stamp(row.at) or "")[:10],
        "Email_Direction__c": _DIRECTIONS[row.direction] if row.kind == "email" else None,
    }


def message_row(account: Account, row: Activity) -> Json:
    """What an e-mail was; its task was made for it."""
    incoming = row.direction == "in"
    return {
        "ActivityId": salesforce_id("Task", row.hubspot_id),
        "ParentId": None,
        "RelatedToId": _of(account),
        "Incoming": incoming,
        "Status": "Read" if incoming else "Sent",
        "Subject": row.subject,
        "TextBody": row.body,
        "MessageDate": stamp(row.at),
        "CreatedDate": stamp(row.at),
    }


def event_row(account: Account, row: Activity) -> Json:
    return _activity(account, row) | {
        "IsChild": False,
        "StartDateTime": stamp(row.at),
        "EndDateTime": stamp(row.at + _HOUR),
        "DurationInMinutes": _HOUR // 60,
    }


def _activity(account: Account, row: Activity) -> Json:
    return {
        "AccountId": _of(account),
        "WhatId": _of(account),
        "WhoId": _who(account, row.contact),
        "OwnerId": _user(row.owner_id),
        "Subject": row.subject,
        "Description": row.body,
        "CreatedDate": stamp(row.at),
        MARK: None,
    }
