"""Contacts: people at customers. Those of no company are none of ours."""

from __future__ import annotations

from csmdesk.domain.facts import Contact, Fact
from csmdesk.sync.connectors.hubspot.links import Linked
from csmdesk.sync.connectors.hubspot.objects import Kind
from csmdesk.sync.connectors.hubspot.setup import Setup
from csmdesk.sync.connectors.hubspot.wire import SYSTEM
from csmdesk.sync.decode import day, instant

ROLES = {
    "CHAMPION": "champion",
    "DECISION_MAKER": "decision_maker",
    "BUDGET_HOLDER": "budget_holder",
    "ADMIN": "admin",
    "END_USER": "end_user",
}


def _facts(linked: Linked, _: Setup) -> list[Fact]:
    row = linked.row
    values = row.properties
    company = values.get("associatedcompanyid")
    if not company:
        return []
    email = values.get("email") or None
    parts = (values.get("firstname"), values.get("lastname"))
    role = (values.get("hs_buying_role") or "").split(";")[0].strip().upper()
    return [
        Contact(
            source=SYSTEM,
            source_id=row.id,
            account_id=company,
            name=" ".join(part for part in parts if part) or email or f"Contact {row.id}",
            email=email,
            title=values.get("jobtitle") or None,
            role=ROLES.get(role),
            user_key=email,
            created_at=instant(values.get("createdate")),
            last_seen_at=instant(values.get("last_seen_at")),
            left_on=day(values.get("left_company_on")),
            bounced=values.get("hs_email_bounce") not in (None, "", "0"),
        )
    ]


KIND = Kind(
    name="contacts",
    title="contacts",
    table="contact",
    essential=True,
    modified="lastmodifieddate",
    properties=(
        "firstname",
        "lastname",
        "email",
        "jobtitle",
        "hs_buying_role",
        "createdate",
        "last_seen_at",
        "left_company_on",
        "hs_email_bounce",
        "associatedcompanyid",
    ),
    facts=_facts,
)
