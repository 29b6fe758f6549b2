"""Rows that belong to another row of their source: which are there, and how they end."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from csmdesk.store.schema.facts import SHAPES
from csmdesk.store.sql import chunks, fetch, marks


def child_ids(
    conn: Connection, table: str, source: str, column: str, parents: Iterable[str]
) -> set[str]:
    """Ids of the source's rows in `table` whose `column` names one of `parents`."""
    shape = SHAPES[table]
    _known(table, column)
    found: set[str] = set()
    for part in chunks(sorted(parents)):
        sql = (
            f'SELECT source_id FROM {shape.table.name} WHERE "{column}" IN ({marks(len(part))}) '
            f"AND source || '' = ?"  # bare, SQLite would walk all rows of the source
        )
        found.update(row[0] for row in fetch(conn, sql, (*part, source)))
    return found


def end_children(
    conn: Connection, table: str, source: str, ids: Iterable[str], column: str, day: int
) -> int:
    """Set the day in `column` to `day` where it is empty or later; returns how many rows changed."""
    shape = SHAPES[table]
    _known(table, column)
    changed = 0
    for part in chunks(sorted(ids)):
        sql = (
            f'UPDATE {shape.table.name} SET "{column}" = ? WHERE source = ? '
            f'AND ("{column}" IS NULL OR "{column}" > ?) AND source_id IN ({marks(len(part))})'
        )
        changed += conn.exec_driver_sql(sql, (day, source, day, *part)).rowcount
    return changed


def _known(table: str, column: str) -> None:
    if column not in SHAPES[table].names:
        raise ValueError(f"{table} has no column {column}")
