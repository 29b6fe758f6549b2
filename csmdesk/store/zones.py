"""The zone in which the days of a source's rows are told: that of the workspace when it was read."""

from __future__ import annotations

from sqlalchemy import Connection

from csmdesk.store.schema.facts import USAGE_CELLS, USAGE_COVERAGE
from csmdesk.store.schema.sync import CURSOR, SOURCE_ZONE
from csmdesk.store.sql import fetch, upsert_sql

_BEFORE = "UTC"
"""Of rows that were read when nobody wrote the zone down."""


def keep_zone(conn: Connection, source: str, zone: str) -> None:
    """From now on the source is read in this zone. Where it was another one, the source is read from
    the start again: an instant in the evening may be another day, and usage is kept by days."""
    told = fetch(conn, f"SELECT zone FROM {SOURCE_ZONE.name} WHERE source = ?", (source,))
    if told and told[0][0] == zone:
        return
    conn.exec_driver_sql(upsert_sql(SOURCE_ZONE), (source, zone))
    if not told and zone == _BEFORE:
        return
    for table in (CURSOR, USAGE_CELLS, USAGE_COVERAGE):
        conn.exec_driver_sql(f"DELETE FROM {table.name} WHERE source = ?", (source,))
