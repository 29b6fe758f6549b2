"""What the Sources page shows: every system that can be read, and the imported files."""

from __future__ import annotations

from typing import Any

from csmdesk.domain import source_status as told
from csmdesk.domain.days import day_of_instant, iso_day
from csmdesk.domain.settings import Source
from csmdesk.domain.source_status import (
    IMPORT,
    THINGS,
    Outward,
    Reading,
    RefusedRow,
    SourceStatus,
    StreamStatus,
)
from csmdesk.domain.systems import DEMO, system_named
from csmdesk.jobs.importing.report import read_refused
from csmdesk.jobs.session import Session
from csmdesk.jobs.sources import configured
from csmdesk.store import cursors, facts
from csmdesk.store.cursors import StoredSource
from csmdesk.store.queries.outgoing import outward
from csmdesk.store.sources import connected_sources
from csmdesk.sync.connectors import CONNECTORS


def source_statuses(session: Session) -> tuple[SourceStatus, ...]:
    """One per system that has a connector, connected ones first; imported files come last."""
    with session.store.read() as conn:
        states = {state.name: state for state in connected_sources(conn, session.settings)}
        read = {state.source: state for state in cursors.source_state(conn)}
        streams = cursors.stream_states(conn)
        problems = cursors.problems(conn)
        counts = facts.row_counts(conn)
        written = outward(conn)
    made = []
    for name in (*(DEMO if session.settings.demo else CONNECTORS), IMPORT):
        refused = [
            RefusedRow(one.stream, one.source_id, one.message)
            for one in problems
            if one.source == name
        ]
        if name == IMPORT:
            refused = _refused_files(session)
        source, stored = configured(session.settings, name), read.get(name)
        made.append(
            SourceStatus(
                system=name,
                title=system_named(name).title,
                kinds=states[name].kinds if name in states else system_named(name).kinds,
                state=_state(session, name, source, stored),
                configured=source is not None,
                read_at=stored.read_at if stored is not None else 0,
                complete_at=(stored.complete_at or 0) if stored is not None else 0,
                reading=stored.reading if stored is not None else Reading(),
                rows={thing: counts.get(name, {}).get(thing, 0) for thing in THINGS},
                streams=tuple(
                    StreamStatus(
                        one.stream,
                        one.at,
                        one.complete,
                        sum(row.stream == one.stream for row in refused),
                    )
                    for one in streams
                    if one.source == name
                ),
                refused=tuple(refused),
                outward=written.get(name, Outward()),
                writes_scores=session.settings.write_back.enabled,
                base_url=source.base_url if source is not None else "",
                asked={one: getattr(source, one, "") for one in _asked(name)},
            )
        )
    return tuple(sorted(made, key=_rank))


def _asked(name: str) -> tuple[str, ...]:
    system = system_named(name)
    return (*system.asks, *system.may_ask)


def _rank(status: SourceStatus) -> int:
    return 2 if status.system == IMPORT else int(status.state == told.NOT_CONNECTED)


def _state(session: Session, name: str, source: Source | None, stored: StoredSource | None) -> str:
    if source is None and not session.settings.demo and name != IMPORT:
        return told.NOT_CONNECTED
    if source is not None and source.paused:
        return told.PAUSED
    if source is not None and session.secrets.get(name) is None:
        return told.NO_KEY
    if stored is None:
        return told.NOT_CONNECTED if name == IMPORT else told.NEVER_READ
    return told.FAILED if stored.error else told.CURRENT


def _refused_files(session: Session) -> list[RefusedRow]:
    return [
        RefusedRow(file, f"line {line}", f"{column}: {reason}" if column else reason)
        for file, line, column, reason in read_refused(session.workspace.exports)
    ]


def source_rows(session: Session) -> list[dict[str, Any]]:
    """One row per source that is connected or has told something, for the command line."""
    zone = session.zone
    return [
        {
            "source": status.system,
            "title": status.title,
            "state": status.state,
            "kinds": list(status.kinds),
            "complete_on": iso_day(day_of_instant(status.complete_at, zone))
            if status.complete_at
            else None,
            "stored": {thing: count for thing, count in status.rows.items() if count},
            "rows_left_out": len(status.refused),
            "requests": status.reading.requests,
            "rate_left": f"{rate.left} of {rate.most} in {rate.seconds} s" if rate else None,
            "permissions_missing": list(status.reading.lacking),
            "error": status.reading.error or None,
        }
        for status in source_statuses(session)
        for rate in (status.reading.rate,)
        if status.state != told.NOT_CONNECTED or any(status.rows.values())
    ]
