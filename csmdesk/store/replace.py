"""Replacing the rows of a day so that running the day again starts where the first run did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from csmdesk.store.sql import chunks, delete_sql, fetch, many, marks, upsert_sql

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    count: int
    customers: frozenset[str]


def replace_day(
    conn: Connection, table: Table, before: Table, rows: Sequence[Row], again: bool
) -> Replaced:
    """Make `rows` the day's result on top of the state before the day.

    `again`: the day was run already; rows that it changed and this run does not name go back to
    what they were. Returns how many rows of `table` end up different.
    """
    width = len(table.primary_key)
    if not again:
        conn.exec_driver_sql(f"DELETE FROM {before.name}")
    kept = {row[:width]: row for row in fetch(conn, f"SELECT * FROM {before.name}")}
    wanted: dict[Row, Row | None] = {row[:width]: row for row in rows}
    for key, row in kept.items():
        wanted.setdefault(key, row[:-1] if row[-1] else None)
    current = _current(conn, table, sorted({key[0] for key in wanted}), width)
    new = [key for key in wanted if key not in kept]
    images = [(*(current.get(key) or wanted[key] or ()), int(key in current)) for key in new]
    writes = [row for key, row in wanted.items() if row is not None and current.get(key) != row]
    gone = [key for key, row in wanted.items() if row is None and key in current]
    many(conn, upsert_sql(before), images)
    many(conn, upsert_sql(table), writes)
    many(conn, delete_sql(table), gone)
    at = [column.name for column in table.columns].index("customer_id")
    customers = {row[at] for row in writes} | {current[key][at] for key in gone}
    return Replaced(len(writes) + len(gone), frozenset(customers))


def _current(conn: Connection, table: Table, ids: list[str], width: int) -> dict[Row, Row]:
    first = next(iter(table.primary_key)).name
    found: dict[Row, Row] = {}
    for part in chunks(ids):
        sql = f"SELECT * FROM {table.name} WHERE {first} IN ({marks(len(part))})"
        found.update((row[:width], row) for row in fetch(conn, sql, tuple(part)))
    return found
