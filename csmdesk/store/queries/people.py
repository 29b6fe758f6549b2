"""Names of the CRM's users, who are owners and authors."""

from __future__ import annotations

from sqlalchemy import Connection

from csmdesk.store.sql import fetch


def people_names(conn: Connection) -> dict[tuple[str, str], str]:
    """(source, id of the user) -> name; archived users still wrote what they wrote."""
    rows = fetch(conn, "SELECT source, source_id, name FROM fact_person")
    return {(source, key): name for source, key, name in rows}
