"""Users of organizations as contacts. Agents, and people of no organization, are none of ours."""

from __future__ import annotations

from csmdesk.domain.facts import Contact, Fact
from csmdesk.sync.connectors.zendesk import wire
from csmdesk.sync.connectors.zendesk.export import Kind
from csmdesk.sync.decode import instant


def _facts(row: wire.User) -> list[Fact]:
    if not row.active or row.role != "end-user" or row.organization_id is None:
        return []
    email = row.email or None
    return [
        Contact(
            source=wire.SYSTEM,
            source_id=str(row.id),
            account_id=str(row.organization_id),
            name=row.name or email or f"User {row.id}",
            email=email,
            user_key=email or row.external_id,
            created_at=instant(row.created_at),
            last_seen_at=instant(row.last_login_at),
        )
    ]


KIND = Kind("users", "contact", wire.User, lambda row: row.id, _facts)
