"""Exchange rates: a table that people edit or import."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from csmdesk.domain.errors import BadInput
from csmdesk.store.schema.facts import FX_RATE
from csmdesk.store.sql import fetch, many, upsert_sql


def set_rates(conn: Connection, rows: Iterable[tuple[str, int, int, int]]) -> int:
    """Write rates (currency, from_day, num, den): minor units of the reporting currency for one
    minor unit, from that day on. Returns how many are new or differ."""
    wanted = {(row[0], row[1]): row for row in rows}
    for currency, _, num, den in wanted.values():
        if num <= 0 or den <= 0:
            raise BadInput(f"The rate of {currency} must be above zero.")
    stored = {
        row[:2]: row for row in fetch(conn, "SELECT currency, from_day, num, den FROM fx_rate")
    }
    changed = [row for key, row in wanted.items() if stored.get(key) != row]
    many(conn, upsert_sql(FX_RATE), changed)
    return len(changed)
