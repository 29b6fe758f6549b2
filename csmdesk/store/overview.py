"""The overview: one display-ready row per customer, read by the first frame without numpy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import Connection

from csmdesk.domain.days import MISSING
from csmdesk.domain.portfolio import Portfolio
from csmdesk.store.schema.findings import OVERVIEW, TOTALS
from csmdesk.store.sql import delete_sql, fetch, many, upsert_sql

SPARK_DAYS = 90


def write_overview(
    conn: Connection, portfolio: Portfolio, totals: Mapping[str, object] | None = None
) -> int:
    """Make the overview say what the portfolio says; returns how many customer rows differ.

    `totals`: figures of the Customers page by name, as the page computes them.
    """
    rows = {row[0]: row for row in _rows(portfolio)}
    columns = ", ".join(column.name for column in OVERVIEW.columns)
    stored = {row[0]: row for row in fetch(conn, f"SELECT {columns} FROM overview")}
    changed = [row for key, row in rows.items() if stored.get(key) != row]
    gone = [(key,) for key in stored if key not in rows]
    many(conn, upsert_sql(OVERVIEW), changed)
    many(conn, delete_sql(OVERVIEW), gone)
    told: dict[str, object] = {
        **(totals or {}),
        "day": portfolio.day,
        "currency": portfolio.currency,
        "preview": portfolio.preview,
        "built_at": portfolio.built_at,
        "rows": portfolio.customers.length,
    }
    conn.exec_driver_sql("DELETE FROM totals")
    many(conn, upsert_sql(TOTALS), [(name, json.dumps(value)) for name, value in told.items()])
    return len(changed) + len(gone)


def _rows(portfolio: Portfolio) -> list[tuple[Any, ...]]:
    table = portfolio.customers
    count = table.length
    chi = np.asarray(table["chi"], np.int64)
    active = np.asarray(table["active"], np.int64)
    names = [name or "" for name in table["name"]]
    order = sorted(range(count), key=lambda at: (1 - active[at], chi[at] < 0, chi[at], names[at]))
    position = np.empty(count, np.int64)
    position[order] = np.arange(count)
    spark = np.ascontiguousarray(portfolio.chi_history[-SPARK_DAYS:].T.astype(np.int8))
    return list(
        zip(
            table["id"],
            names,
            chi.tolist(),
            _plain(table["band"]),
            *([value or "" for value in table[name]] for name in ("tier", "status", "csm")),
            [json.dumps(tags, ensure_ascii=False) for tags in table["tags"]],
            _plain(table["acv"]),
            [portfolio.currency] * count,
            _plain(table["renewal_on"]),
            _plain(table["open_tasks"]),
            *(_plain(table[name]) for name in ("mrr", "used", "capacity")),
            [line.tobytes() for line in spark],
            position.tolist(),
            strict=True,
        )
    )


def _plain(values: Any) -> list[int | None]:
    listed = np.asarray(values, np.int64).tolist()
    return [None if value == MISSING else value for value in listed]
