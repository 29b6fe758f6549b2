"""Which sources are connected, what they tell and how fresh they are."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from csmdesk.domain.days import MISSING, day_of_instant
from csmdesk.domain.inputs import SourceState
from csmdesk.domain.settings import Settings
from csmdesk.domain.systems import system_named
from csmdesk.store.cursors import StoredSource, source_state
from csmdesk.store.sql import fetch

_PROOF = {
    "billing": ("fact_subscription", "fact_invoice"),
    "usage": ("usage_cells",),
    "support": ("fact_ticket",),
}


def connected_sources(conn: Connection, settings: Settings) -> tuple[SourceState, ...]:
    """Configured sources and those that have accounts (imported files), by name."""
    read = {state.source: state for state in source_state(conn)}
    names = {source.system for source in settings.sources} | set(read)
    names |= {row[0] for row in fetch(conn, "SELECT DISTINCT source FROM fact_account")}
    own = {kind for name in names for kind in system_named(name).kinds}
    zone = ZoneInfo(settings.time_zone)
    return tuple(_state(conn, name, own, read.get(name), zone) for name in sorted(names))


def _state(
    conn: Connection, name: str, own: Iterable[str], read: StoredSource | None, zone: ZoneInfo
) -> SourceState:
    system = system_named(name)
    spare = [kind for kind in system.also if kind not in own and _has_rows(conn, name, kind)]
    fresh = MISSING
    if read is not None and read.complete_at is not None:
        fresh = day_of_instant(read.complete_at, zone)
    return SourceState(
        name=name,
        title=system.title,
        kinds=(*system.kinds, *spare),
        fresh_on=fresh,
        read_at=read.read_at if read else 0,
        failed=bool(read and read.error),
        error=read.error if read else "",
    )


def _has_rows(conn: Connection, source: str, kind: str) -> bool:
    return any(
        conn.exec_driver_sql(f"SELECT 1 FROM {table} WHERE source = ? LIMIT 1", (source,)).first()
        for table in _PROOF[kind]
    )
