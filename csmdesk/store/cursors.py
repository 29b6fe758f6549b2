"""Sync state: cursors, bad rows, and the result of each source's last read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from csmdesk.domain.source_status import Rate, Reading
from csmdesk.store.schema.sync import CURSOR, PROBLEM, SOURCE_STATE
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
    reading: Reading

    @property
    def error(self) -> str:
        return self.reading.error


@dataclass(frozen=True, slots=True)
class StoredStream:
    """How far a stream has come: `complete` when nothing of it is pending, `at` epoch seconds."""

    source: str
    stream: str
    complete: bool
    at: int


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


def set_source_result(conn: Connection, source: str, at: int, reading: Reading) -> None:
    """Note how the read of a source ended; one without an error was complete. The request budget
    stays as it was last told."""
    before = next((one for one in source_state(conn) if one.source == source), None)
    whole = before.complete_at if before is not None else None
    complete_at = whole if reading.error else at
    rate = reading.rate or (before.reading.rate if before is not None else None)
    row = (
        *(source, at, complete_at, reading.error, int(reading.key_refused)),
        *("\n".join(reading.lacking), reading.requests),
        *((rate.left, rate.most, rate.seconds) if rate is not None else (None, None, None)),
    )
    conn.exec_driver_sql(upsert_sql(SOURCE_STATE), row)


def source_state(conn: Connection) -> list[StoredSource]:
    columns = ", ".join(column.name for column in SOURCE_STATE.columns)
    return [_stored(*row) for row in fetch(conn, f"SELECT {columns} FROM source_state ORDER BY 1")]


def _stored(
    source: str,
    read_at: int,
    complete_at: int | None,
    error: str,
    key_refused: int,
    lacking: str,
    requests: int,
    *rate: int | None,
) -> StoredSource:
    left, most, seconds = rate
    told = None
    if left is not None and most is not None and seconds is not None:
        told = Rate(left, most, seconds)
    reading = Reading(
        error, bool(key_refused), tuple(lacking.split("\n") if lacking else ()), requests, told
    )
    return StoredSource(source, read_at, complete_at, reading)


def stream_states(conn: Connection) -> list[StoredStream]:
    sql = "SELECT source, stream, complete, at FROM sync_cursor ORDER BY 1, 2"
    return [StoredStream(a, b, bool(c), d) for a, b, c, d in fetch(conn, sql)]
