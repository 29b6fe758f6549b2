"""The overview: one display-ready row per customer, read by the first frame without numpy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.portfolio import Portfolio
from csmdesk.store.schema.findings import (
    OVERVIEW,
    OVERVIEW_LISTS,
    OVERVIEW_NUMBERS,
    OVERVIEW_TEXTS,
    TOTALS,
)
from csmdesk.store.sql import delete_sql, fetch, many, upsert_changed, upsert_sql

SPARK_DAYS = 90


def write_overview(
    conn: Connection, portfolio: Portfolio, totals: Mapping[str, object] | None = None
) -> int:
    """Make the overview say what the portfolio says; returns how many customer rows differ.

    `totals`: figures of the Customers page by name, as the page computes them.
    """
    changed = upsert_changed(conn, OVERVIEW, _rows(portfolio))
    shown = set(portfolio.customers["id"])
    gone = [row for row in fetch(conn, "SELECT id FROM overview") if row[0] not in shown]
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
    """Rows of the table; their position is the page's own order: active customers, worst first."""
    table = portfolio.customers
    spark = np.ascontiguousarray(portfolio.chi_history[-SPARK_DAYS:].T.astype(np.int8))
    data: dict[str, Iterable[Any]] = {
        "id": table["id"],
        "position": _positions(table),
        "spark": (line.tobytes() for line in spark),
        **{name: (value or "" for value in table[name]) for name in OVERVIEW_TEXTS},
        **{name: _listed(table[name]) for name in OVERVIEW_LISTS},
        **{name: _plain(table[name]) for name in OVERVIEW_NUMBERS},
    }
    return list(zip(*(data[column.name] for column in OVERVIEW.columns), strict=True))


def _positions(table: Columns) -> list[int]:
    chi, active = (np.asarray(table[name], np.int64).tolist() for name in ("chi", "active"))
    names = [(name or "").casefold() for name in table["name"]]
    keys = [
        (not here, score < 0, score, not name, name)
        for here, score, name in zip(active, chi, names, strict=True)
    ]
    position = [0] * len(keys)
    for place, row in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
        position[row] = place
    return position


def _listed(values: Sequence[tuple[str, ...]]) -> list[str]:
    told = {one: json.dumps(one, ensure_ascii=False) for one in set(values)}
    return [told[one] for one in values]


def _plain(values: Any) -> list[int | None]:
    listed = np.asarray(values, np.int64).tolist()
    return [None if value == MISSING else value for value in listed]
