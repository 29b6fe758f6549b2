"""Small helpers for bulk SQL: quoting, chunks, and rows as columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, Table

from csmdesk.domain.columns import Ints
from csmdesk.domain.days import MISSING

T = TypeVar("T")
CHUNK = 500
"""Bound variables in one IN list."""
_AT_ONCE = 50
"""Rows of one INSERT: with hundreds, binding them costs more than calls do."""


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def marks(count: int) -> str:
    return ",".join("?" * count)


def quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def upsert_sql(table: Table, rows: int = 1) -> str:
    """INSERT of all columns of so many rows, each in place of the row of the same primary key."""
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    rest = [name for name in names if name not in keys]
    values = ", ".join([f"({marks(len(names))})"] * rows)
    insert = f"INSERT INTO {table.name} ({quoted(names)}) VALUES {values}"
    if not rest:
        return f"{insert} ON CONFLICT ({quoted(keys)}) DO NOTHING"
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    return f"{insert} ON CONFLICT ({quoted(keys)}) DO UPDATE SET {sets}"


def upsert_changed(conn: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Write whole rows; returns the last key column of those that are new or differ.

    The others are not touched. No two rows may have one key.
    """
    changed: list[Any] = []
    for part in chunks(rows, _AT_ONCE):
        sql = _changed_sql(table, len(part))
        changed += [row[0] for row in fetch(conn, sql, tuple(chain.from_iterable(part)))]
    return changed


@lru_cache(maxsize=256)
def _changed_sql(table: Table, rows: int) -> str:
    """The same text again and again, so that the driver finds its statement at once."""
    keys = [column.name for column in table.primary_key]
    rest = [column.name for column in table.columns if column.name not in keys]
    new = ", ".join(f'excluded."{name}"' for name in rest)
    where = f'WHERE ({quoted(rest)}) IS NOT ({new}) RETURNING "{keys[-1]}"'
    return f"{upsert_sql(table, rows)} {where}"


def delete_sql(table: Table) -> str:
    """DELETE of the row with this primary key."""
    where = " AND ".join(f'"{column.name}" = ?' for column in table.primary_key)
    return f"DELETE FROM {table.name} WHERE {where}"


def many(conn: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run one statement for every row; nothing for none."""
    if rows:
        conn.exec_driver_sql(sql, list(rows))


def fetch(conn: Connection, sql: str, params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All rows as plain tuples, by the driver's own cursor: numpy and `zip` are slow over
    SQLAlchemy's rows, and making its result costs more than a small query."""
    cursor = conn.connection.cursor()
    try:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()  # type: ignore[assignment]
    finally:
        cursor.close()
    return rows


def rows(conn: Connection, sql: str, params: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The same one by one, where all of them together would be too many."""
    cursor = conn.connection.cursor()
    try:
        cursor.execute(sql, params)
        yield from cursor  # type: ignore[misc]
    finally:
        cursor.close()


def turned(rows: list[tuple[Any, ...]], width: int) -> list[tuple[Any, ...]]:
    """Rows as columns; `width` empty columns when there is no row."""
    return list(zip(*rows, strict=True)) if rows else [()] * width


def ints(values: Sequence[int | None]) -> Ints:
    """int64 array; None becomes MISSING."""
    try:
        return np.fromiter(values, np.int64, len(values))
    except TypeError:
        filled = (MISSING if value is None else value for value in values)
        return np.fromiter(filled, np.int64, len(values))
