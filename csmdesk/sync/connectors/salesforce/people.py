"""Contacts, and the org's users, of whom some are CSMs."""

from __future__ import annotations

from collections.abc import Mapping

from csmdesk.domain.facts import Contact, Fact, Person
from csmdesk.sync.connectors.salesforce.query import Kind
from csmdesk.sync.connectors.salesforce.setup import Setup
from csmdesk.sync.connectors.salesforce.wire import SYSTEM, Row
from csmdesk.sync.decode import day

CONTACT_FIELDS: dict[str, str] = {
    "contact_role": "Buying_Role__c",
    "contact_last_seen_at": "Last_Seen_At__c",
    "contact_left_on": "Left_Company_On__c",
}
"""What Salesforce has no field for by itself; a workspace overrides them one by one."""
ROLES = frozenset({"champion", "decision_maker", "budget_holder", "admin", "end_user"})


def _contact(row: Row, _: Setup) -> list[Fact]:
    account = row.text("account")
    if account is None:
        return []
    email = row.text("email")
    role = (row.text("contact_role") or "").split(";")[0].strip().lower().replace(" ", "_")
    return [
        Contact(
            source=SYSTEM,
            source_id=row.id,
            account_id=account,
            name=row.text("name") or email or f"Contact {row.id}",
            email=email,
            title=row.text("title"),
            role=role if role in ROLES else None,
            user_key=email,
            created_at=row.instant("created_at"),
            last_seen_at=row.instant("contact_last_seen_at"),
            left_on=day(row.text("contact_left_on")),
            bounced=row.text("bounced_at") is not None,
        )
    ]


def contacts(fields: Mapping[str, str]) -> Kind:
    """Contacts of accounts; those of no account are none of ours."""
    return Kind(
        name="contacts",
        title="contacts",
        sobject="Contact",
        table="contact",
        essential=True,
        fields={
            "account": "AccountId",
            "name": "Name",
            "email": "Email",
            "title": "Title",
            "created_at": "CreatedDate",
            "bounced_at": "EmailBouncedDate",
            **{name: fields[name] for name in CONTACT_FIELDS},
        },
        facts=_contact,
        swept=True,
    )


def _person(row: Row, _: Setup) -> list[Fact]:
    email = row.text("email")
    return [
        Person(
            source=SYSTEM,
            source_id=row.id,
            name=row.text("name") or email or row.id,
            email=email,
            archived=not row.flag("active"),
        )
    ]


USERS = Kind(
    name="users",
    title="users",
    sobject="User",
    table="person",
    essential=True,
    fields={"name": "Name", "email": "Email", "active": "IsActive"},
    facts=_person,
    where="UserType = 'Standard'",  # not the machines and portal guests
    deletable=False,
)
