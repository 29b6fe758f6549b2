"""What happens at an account: cases, opportunities, tasks and events."""

from __future__ import annotations

from collections.abc import Mapping

from csmdesk.domain.facts import Activity, Deal, Fact, Ticket
from csmdesk.domain.money import to_minor
from csmdesk.sync.connectors.salesforce.beside import Beside
from csmdesk.sync.connectors.salesforce.query import Facts, Kind
from csmdesk.sync.connectors.salesforce.setup import Setup
from csmdesk.sync.connectors.salesforce.wire import SYSTEM, Record, Row
from csmdesk.sync.decode import day, required_instant

WORK_FIELDS: dict[str, str] = {
    "case_first_reply_at": "First_Reply_At__c",
    "case_csat": "CSAT__c",
    "email_direction": "Email_Direction__c",
}
"""What Salesforce has no field for by itself; a workspace overrides them one by one."""
_PRIORITIES = {
    "low": "low",
    "medium": "normal",
    "high": "high",
    "urgent": "urgent",
    "critical": "urgent",
}
MESSAGE = "EmailMessage"
_DIRECTIONS = {"inbound": "in", "outbound": "out"}


def _case(row: Row, _: Setup) -> list[Fact]:
    closed = row.flag("closed")
    csat = row.number("case_csat")
    closed_at = row.instant("closed_at") or row.instant("changed_at")
    status = "new" if (row.text("status") or "").lower() == "new" else "open"
    return [
        Ticket(
            source=SYSTEM,
            source_id=row.id,
            account_id=row.text("account"),
            contact_id=row.text("contact"),
            subject=row.text("subject") or "",
            priority=_PRIORITIES.get((row.text("priority") or "").lower(), "normal"),
            status="closed" if closed else status,
            created_at=required_instant(row.text("created_at")),
            first_reply_at=row.instant("case_first_reply_at"),
            solved_at=closed_at if closed else None,
            csat=round(float(csat)) if csat else None,
            body=row.text("body"),
        )
    ]


def _opportunity(currency: str) -> Facts:
    def facts(row: Row, _: Setup) -> list[Fact]:
        code = (row.text("currency") or currency).upper() or None
        amount = row.number("amount")
        return [
            Deal(
                source=SYSTEM,
                source_id=row.id,
                account_id=row.text("account"),
                name=row.text("name") or f"Opportunity {row.id}",
                stage=row.text("stage"),
                amount=to_minor(amount, code) if amount and code else None,
                currency=code,
                created_at=row.instant("created_at"),
                close_on=day(row.text("close_on")),
            )
        ]

    return facts


def _task(row: Row, _: Setup) -> list[Fact]:
    """E-mails, calls, and other tasks once they are done: a note of what was done."""
    kind = {"email": "email", "call": "call"}.get((row.text("subtype") or "").lower(), "note")
    if kind == "note" and not row.flag("closed"):
        return []
    called = _DIRECTIONS.get((row.text("call_type") or "").lower())
    mailed = _DIRECTIONS.get((row.text("email_direction") or "").lower()) or _mailed(row.record)
    disposition = (row.text("disposition") or "").lower()
    return [
        _activity(
            row,
            kind,
            row.text("done_at") or row.text("created_at"),
            direction={"call": called, "email": mailed}.get(kind),
            held=kind == "call" and disposition.startswith("connected"),
        )
    ]


def _mailed(record: Record) -> str:
    """Which way an e-mail went, by the message that it is of; one that nobody kept was sent."""
    return "in" if any(one.get("Incoming") is True for one in record.get(MESSAGE, ())) else "out"


def _event(row: Row, _: Setup) -> list[Fact]:
    """A meeting counts from its beginning on; one that is called off is deleted."""
    return [_activity(row, "meeting", row.text("starts_at"), direction=None, held=True)]


def _activity(row: Row, kind: str, at: str | None, *, direction: str | None, held: bool) -> Fact:
    return Activity(
        source=SYSTEM,
        source_id=row.id,
        account_id=row.text("account"),
        kind=kind,
        at=required_instant(at),
        direction=direction,
        held=held,
        author=row.text("owner"),
        contact_id=row.text("who"),
        subject=row.text("subject"),
        body=row.text("body"),
    )


_OF_ACTIVITIES = {
    "account": "AccountId",
    "who": "WhoId",
    "owner": "OwnerId",
    "subject": "Subject",
    "body": "Description",
    "created_at": "CreatedDate",
}


def cases(fields: Mapping[str, str]) -> Kind:
    return Kind(
        name="cases",
        title="cases",
        sobject="Case",
        table="ticket",
        essential=True,
        fields={
            "account": "AccountId",
            "contact": "ContactId",
            "subject": "Subject",
            "body": "Description",
            "priority": "Priority",
            "status": "Status",
            "closed": "IsClosed",
            "created_at": "CreatedDate",
            "closed_at": "ClosedDate",
            "changed_at": "SystemModstamp",
            "case_first_reply_at": fields["case_first_reply_at"],
            "case_csat": fields["case_csat"],
        },
        facts=_case,
        swept=True,
    )


def opportunities(currency: str) -> Kind:
    return Kind(
        name="opportunities",
        title="opportunities",
        sobject="Opportunity",
        table="deal",
        essential=False,
        fields={
            "account": "AccountId",
            "name": "Name",
            "stage": "StageName",
            "amount": "Amount",
            "currency": "CurrencyIsoCode",
            "created_at": "CreatedDate",
            "close_on": "CloseDate",
        },
        facts=_opportunity(currency),
        swept=True,
    )


def tasks(fields: Mapping[str, str]) -> Kind:
    return Kind(
        name="tasks",
        title="tasks",
        sobject="Task",
        table="activity",
        essential=False,
        fields={
            **_OF_ACTIVITIES,
            "subtype": "TaskSubtype",
            "closed": "IsClosed",
            "call_type": "CallType",
            "disposition": "CallDisposition",
            "done_at": "CompletedDateTime",
            "email_direction": fields["email_direction"],
        },
        facts=_task,
        beside=Beside(
            MESSAGE,
            "ActivityId",
            ("Incoming",),
            of=lambda record: (
                record.get("TaskSubtype") == "Email" and not record.get(fields["email_direction"])
            ),
        ),
    )


EVENTS = Kind(
    name="events",
    title="events",
    sobject="Event",
    table="activity",
    essential=False,
    fields={**_OF_ACTIVITIES, "starts_at": "StartDateTime"},
    facts=_event,
    where="IsChild = false",  # a copy for each further person who was invited
)
