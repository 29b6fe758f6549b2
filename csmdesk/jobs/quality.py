"""The data-quality inbox: what the store knows, and sources that have not been read for long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import SourceState
from csmdesk.domain.quality import KINDS, Issue
from csmdesk.domain.texts import days_ago
from csmdesk.jobs.session import Session
from csmdesk.store.database import Connection
from csmdesk.store.quality import Names, stored_issues
from csmdesk.store.sources import connected_sources

STALE_DAYS = 2
"""A source that was not read whole for longer makes an issue."""


def issues(conn: Connection, sources: Sequence[SourceState], today: int) -> list[Issue]:
    """Everything that wants a person, most pressing kind first."""
    found = [*_stale(sources, today), *stored_issues(conn)]
    order = {kind: place for place, kind in enumerate(KINDS)}
    return sorted(found, key=lambda one: order[one.kind])


def _stale(sources: Sequence[SourceState], today: int) -> Iterator[Issue]:
    for source in sources:
        if source.failed:
            text = source.error
        elif source.fresh_on != MISSING and today - source.fresh_on > STALE_DAYS:
            text = f"Last read whole {days_ago(source.fresh_on, today)}."
        else:
            continue
        yield Issue("stale", source.name, source.title, text, source.title)


def quality_rows(session: Session) -> list[dict[str, Any]]:
    """The inbox for the command line."""
    with session.store.read() as conn:
        sources = connected_sources(conn, session.settings)
        found = issues(conn, sources, session.today())
        names = Names(conn)
        told = {
            one: f"{one} {names.told(one, '')}".strip() for row in found for one in row.customers
        }
    return [
        {
            "kind": one.kind,
            "key": one.key,
            "what": one.title,
            "why": one.text,
            "source": one.source,
            "account": one.account,
            "customers": [told[customer] for customer in one.customers],
        }
        for one in found
    ]
