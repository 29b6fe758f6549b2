"""Writing facts: upserts that tell which rows really changed, deletes and sweeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from csmdesk.domain.facts import Fact
from csmdesk.store.schema.facts import (
    BY_CLASS,
    SHAPES,
    USAGE_CELLS,
    USAGE_COVERAGE,
    USAGE_NAME,
    Shape,
)
from csmdesk.store.schema.sync import CURSOR, LISTED, PROBLEM, SOURCE_STATE, SOURCE_ZONE
from csmdesk.store.sql import chunks, fetch, marks, upsert_changed

Row = tuple[Any, ...]


def upsert(conn: Connection, rows: Sequence[Fact]) -> set[str]:
    """Write facts of any classes; the last of several rows with one key wins.

    Returns the `source_id`s of rows that are new or differ from what was stored; the others
    are not touched.
    """
    changed: set[str] = set()
    for cls in dict.fromkeys(map(type, rows)):
        shape = BY_CLASS[cls]
        told = map(_encoder(shape), [row for row in rows if type(row) is cls])
        newest = {row[:2]: row for row in told}
        changed.update(upsert_changed(conn, shape.table, list(newest.values())))
    return changed


def archive(conn: Connection, table: str, source: str, source_ids: Iterable[str]) -> int:
    """The source no longer has these rows: mark them where the class can say so, else delete.

    Returns how many were there.
    """
    count = 0
    for part in chunks(list(source_ids)):
        where = f"WHERE source = ? AND source_id IN ({marks(len(part))})"
        count += archive_where(conn, table, where, (source, *part))
    return count


def archive_where(conn: Connection, table: str, where: str, params: tuple[str, ...]) -> int:
    """The same of the rows of a WHERE clause."""
    shape = SHAPES[table]
    name = shape.table.name
    if shape.has("archived"):
        sql = f"UPDATE {name} SET archived = 1 {where} AND archived = 0"
    else:
        sql = f"DELETE FROM {name} {where}"
    return conn.exec_driver_sql(sql, params).rowcount


def present_ids(conn: Connection, table: str, source: str) -> set[str]:
    """Ids of the rows that the source had when last read (archived ones left out)."""
    shape = SHAPES[table]
    alive = " AND archived = 0" if shape.has("archived") else ""
    sql = f"SELECT source_id FROM {shape.table.name} WHERE source = ?{alive}"
    return {row[0] for row in fetch(conn, sql, (source,))}


def values(conn: Connection, table: str, source: str, *names: str) -> list[Row]:
    """Some columns of the rows that the source had when last read."""
    shape = SHAPES[table]
    alive = " AND archived = 0" if shape.has("archived") else ""
    columns = ", ".join(f'"{shape.table.columns[name].name}"' for name in names)
    return fetch(
        conn, f"SELECT {columns} FROM {shape.table.name} WHERE source = ?{alive}", (source,)
    )


def row_counts(conn: Connection) -> dict[str, dict[str, int]]:
    """Source -> fact table -> rows that it has; of usage, the accounts that have any."""
    found: dict[str, dict[str, int]] = {}
    for name, shape in SHAPES.items():
        alive = " WHERE archived = 0" if shape.has("archived") else ""
        sql = f"SELECT source, count(*) FROM {shape.table.name}{alive} GROUP BY source"
        for source, count in fetch(conn, sql):
            found.setdefault(source, {})[name] = count
    sql = "SELECT source, count(DISTINCT account_id) FROM usage_cells GROUP BY source"
    for source, count in fetch(conn, sql):
        found.setdefault(source, {})["usage"] = count
    return found


def delete_source(conn: Connection, source: str) -> int:
    """Forget all facts and sync state of a source; work and findings stay. Returns fact rows."""
    count = 0
    tables = [shape.table for shape in SHAPES.values()]
    others = [
        *(USAGE_CELLS, USAGE_NAME, USAGE_COVERAGE),
        *(CURSOR, LISTED, PROBLEM, SOURCE_STATE, SOURCE_ZONE),
    ]
    for table in tables + others:
        sql = f"DELETE FROM {table.name} WHERE source = ?"
        gone = conn.exec_driver_sql(sql, (source,)).rowcount
        count += gone if table in tables else 0
    return count


def _encoder(shape: Shape) -> Callable[[Fact], Row]:
    values: Callable[[Fact], Row] = attrgetter(*shape.names)
    packed = [index for index, field in enumerate(shape.fields) if field.packed]
    if not packed:
        return values

    def encode(fact: Fact) -> Row:
        row = list(values(fact))
        for index in packed:
            row[index] = json.dumps(
                row[index], ensure_ascii=False, sort_keys=True, separators=(",", ":")
            )
        return tuple(row)

    return encode
