"""What a source no longer has: all ids that it lists are noted, the rows beyond them taken away.

The ids wait in a table, so that a sweep of millions holds no more memory than one page of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from csmdesk.store import facts
from csmdesk.store.schema.facts import SHAPES
from csmdesk.store.schema.sync import LISTED
from csmdesk.store.sql import fetch, many


def begin(conn: Connection, source: str, table: str, kind: str = "") -> bool:
    """Forget what was noted of the source; whether it has rows here that a listing may lack."""
    conn.exec_driver_sql(f"DELETE FROM {LISTED.name} WHERE source = ?", (source,))
    where, params = _rows(source, kind)
    return bool(fetch(conn, f"SELECT 1 FROM {SHAPES[table].table.name} {where} LIMIT 1", params))


def note(conn: Connection, source: str, ids: Iterable[str]) -> None:
    """The source still has these."""
    sql = f"INSERT OR IGNORE INTO {LISTED.name} (source, source_id) VALUES (?, ?)"
    many(conn, sql, [(source, one) for one in ids])


def end(conn: Connection, source: str, table: str, kind: str = "") -> int:
    """Archive or delete the rows that were not listed; returns how many.

    No id at all is more likely a hidden permission than an emptied system: nothing is taken away.
    """
    of_source = f"FROM {LISTED.name} WHERE source = ?"
    if not fetch(conn, f"SELECT 1 {of_source} LIMIT 1", (source,)):
        return 0
    where, params = _rows(source, kind)
    name = SHAPES[table].table.name
    where += (
        f" AND NOT EXISTS (SELECT 1 FROM {LISTED.name} l "
        f"WHERE l.source = {name}.source AND l.source_id = {name}.source_id)"
    )
    gone = facts.archive_where(conn, table, where, params)
    conn.exec_driver_sql(f"DELETE {of_source}", (source,))
    return gone


def _rows(source: str, kind: str) -> tuple[str, tuple[str, ...]]:
    """Those of the source; where a table holds several kinds, those of one."""
    if kind:
        return "WHERE source = ? AND kind = ?", (source, kind)
    return "WHERE source = ?", (source,)
