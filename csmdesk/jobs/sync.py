"""The sync job: every connected system into the store, then who is who."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from csmdesk.domain.cancel import CancelToken, Report
from csmdesk.domain.days import start_of_day
from csmdesk.domain.errors import AuthError, SourceError, Unreachable
from csmdesk.domain.texts import plural
from csmdesk.jobs.lock import workspace_lock
from csmdesk.jobs.session import Session
from csmdesk.jobs.sink import StoreSink
from csmdesk.jobs.sources import connectors, write_demo_rates
from csmdesk.store import cursors, identity
from csmdesk.sync.run import Phase, SyncResult, sync_source


@dataclass
class SyncOutcome:
    """Results per source; `problems` are sentences with a remedy, `offline` = nothing answered."""

    results: list[SyncResult] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return sum(result.changed for result in self.results)

    @property
    def requests(self) -> int:
        return sum(result.requests for result in self.results)

    @property
    def errors(self) -> list[SourceError]:
        return [result.error for result in self.results if result.error is not None]

    @property
    def offline(self) -> bool:
        errors = self.errors
        return bool(errors) and all(isinstance(error, Unreachable) for error in errors)

    def summary(self) -> dict[str, Any]:
        refused = sum(result.problems for result in self.results)
        text = f"{plural(self.changed, 'row')} changed, {plural(self.requests, 'request')}."
        if refused:
            text += f" {plural(refused, 'row')} could not be read and will be tried again."
        return {
            "changed": self.changed,
            "requests": self.requests,
            "rows_left_out": refused,
            "sources": [
                {
                    "source": result.source,
                    "changed": result.changed,
                    "rows": result.rows,
                    "requests": result.requests,
                    "error": result.error.sentence() if result.error is not None else None,
                }
                for result in self.results
            ],
            "problems": [error.sentence() for error in self.errors],
            "offline": self.offline,
            "text": text,
        }


def sync(
    session: Session,
    cancel: CancelToken,
    report: Report,
    *,
    source: str | None = None,
    full: bool = False,
) -> dict[str, Any]:
    """Read every source (or one) under the workspace's lock; returns the summary."""
    with workspace_lock(session.workspace.folder):
        return read_sources(
            session, session.today(), cancel, report, source=source, full=full
        ).summary()


def read_sources(
    session: Session,
    day: int,
    cancel: CancelToken,
    report: Report,
    *,
    phase: Phase = "all",
    source: str | None = None,
    full: bool = False,
) -> SyncOutcome:
    """Read the sources one after the other; a failing one is noted and the others go on."""
    outcome = SyncOutcome()
    sink = StoreSink(session.store, window_open=session.window_open)
    if session.settings.demo:
        write_demo_rates(session, day)
    now = (
        max(session.now(), start_of_day(day, session.zone))
        if session.settings.demo
        else session.now()
    )
    try:
        found = connectors(session, day, source)
    except AuthError as error:
        outcome.results.append(SyncResult(error.source, error.source, error=error))
        found = []
    for connector in found:
        result = sync_source(connector, sink, cancel, report, now=now, phase=phase, full=full)
        outcome.results.append(result)
        if phase != "essential" or result.error is not None:
            with session.store.write() as conn:
                message = result.error.sentence() if result.error is not None else ""
                cursors.set_source_result(conn, connector.system, session.now(), message)
    with session.store.write() as conn:
        identity.assign(conn)
    return outcome
