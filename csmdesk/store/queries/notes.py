"""One note as it was written, and who of the CRM wrote it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from csmdesk.store.edits.plan import read_row
from csmdesk.store.sql import fetch


def note_row(conn: Connection, note_id: str) -> dict[str, Any] | None:
    return read_row(conn, "work_note", (note_id,))


def owner_of(conn: Connection, source: str, email: str) -> str | None:
    """The CRM's active user with this e-mail."""
    sql = (
        "SELECT source_id FROM fact_person WHERE source = ? AND archived = 0 "
        "AND lower(email) = lower(?) ORDER BY 1 LIMIT 1"
    )
    found = fetch(conn, sql, (source, email))
    return found[0][0] if found else None
