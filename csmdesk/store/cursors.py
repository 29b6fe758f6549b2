"""Sync state: cursors, bad rows, and the result of each source's last read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from csmdesk.store.schema.sync import CURSOR, PROBLEM
from csmdesk.store.sql import fetch, upsert_sql


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that could not be used; `raw` is what the source sent, shortened by the caller."""

    source: str
    stream: str
    source_id: str
    message: str
    raw: str


@dataclass(frozen=True, slots=True)
class StoredSource:
    """`read_at`: last attempt, `complete_at`: last complete read or None; epoch seconds."""

    source: str
    read_at: int
    complete_at: int | None
    error: str


def get_cursor(conn: Connection, source: str, stream: str) -> dict[str, object] | None:
    """Where a stream stands; None before its first page."""
    sql = "SELECT value FROM sync_cursor WHERE source = ? AND stream = ?"
    row = conn.exec_driver_sql(sql, (source, stream)).first()
    if row is None:
        return None
    value: dict[str, object] = json.loads(row[0])
    return value


def set_cursor(
    conn: Connection,
    source: str,
    stream: str,
    value: Mapping[str, object],
    *,
    complete: bool,
    at: int,
) -> None:
    """Note where a stream stands, in the transaction of its rows. `complete`: nothing is pending."""
    text = json.dumps(dict(value), sort_keys=True)
    conn.exec_driver_sql(upsert_sql(CURSOR), (source, stream, text, int(complete), at))


def add_problem(
    conn: Connection, source: str, stream: str, source_id: str, message: str, raw: str
) -> None:
    conn.exec_driver_sql(upsert_sql(PROBLEM), (source, stream, source_id, message, raw))


def clear_problem(conn: Connection, source: str, stream: str, source_id: str) -> None:
    sql = "DELETE FROM sync_problem WHERE source = ? AND stream = ? AND source_id = ?"
    conn.exec_driver_sql(sql, (source, stream, source_id))


def problems(conn: Connection) -> list[Problem]:
    sql = "SELECT source, stream, source_id, message, raw FROM sync_problem ORDER BY 1, 2, 3"
    return [Problem(*row) for row in fetch(conn, sql)]


def set_source_result(conn: Connection, source: str, at: int, error: str = "") -> None:
    """Note how the read of a source ended; an empty error means that it was complete."""
    conn.exec_driver_sql(
        "INSERT INTO source_state (source, read_at, complete_at, error) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (source) DO UPDATE SET read_at = excluded.read_at, error = excluded.error, "
        "complete_at = coalesce(excluded.complete_at, source_state.complete_at)",
        (source, at, None if error else at, error),
    )


def source_state(conn: Connection) -> list[StoredSource]:
    sql = "SELECT source, read_at, complete_at, error FROM source_state ORDER BY source"
    return [StoredSource(*row) for row in fetch(conn, sql)]
