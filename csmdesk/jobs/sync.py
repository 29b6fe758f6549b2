"""The sync job: every connected system into the store, then who is who."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from csmdesk.domain.cancel import CancelToken, Report
from csmdesk.domain.days import start_of_day
from csmdesk.domain.errors import AuthError, SourceError, Unreachable
from csmdesk.domain.source_status import Reading
from csmdesk.domain.systems import system_named
from csmdesk.domain.texts import plural
from csmdesk.jobs.lock import workspace_lock
from csmdesk.jobs.outbox import SendOutcome, send_edits
from csmdesk.jobs.session import Session
from csmdesk.jobs.sink import StoreSink
from csmdesk.jobs.sources import connectors, write_demo_rates
from csmdesk.store import cursors, identity
from csmdesk.store.zones import keep_zone
from csmdesk.sync.run import Phase, SyncResult, sync_source


@dataclass
class SyncOutcome:
    """Results per source; `problems` are sentences with a remedy, `offline` = nothing answered."""

    results: list[SyncResult] = field(default_factory=list)
    edits: SendOutcome = field(default_factory=SendOutcome)

    def add(self, result: SyncResult) -> None:
        """One more result; that of a source's second phase is added to its first."""
        known = {one.source: one for one in self.results}.get(result.source)
        if known is None:
            self.results.append(result)
            return
        for name in ("changed", "rows", "pages", "requests", "problems"):
            setattr(known, name, getattr(known, name) + getattr(result, name))
        known.streams += result.streams
        known.lacking += result.lacking
        known.rate = result.rate or known.rate
        known.error = known.error or result.error

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
            text += f" {plural(refused, 'row')} could not be read and will be tried again"
            text += " (`csmdesk sources --left-out` lists them)."
        if self.edits.told:
            text += f" {self.edits.told}"
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
            "edits": self.edits.summary(),
            "problems": [*(error.sentence() for error in self.errors), *self.edits.problems],
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
    with workspace_lock(session):
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
    after: SyncOutcome | None = None,
) -> SyncOutcome:
    """Read the sources one after the other; a failing one is noted and the others go on.

    `after`: what an earlier phase of this run came to. Sources that failed in it are left for the
    next run; the outcome tells both.
    """
    outcome = SyncOutcome() if after is None else after
    failed = {result.source for result in outcome.results if result.error is not None}
    sink = StoreSink(
        session.store, window_open=session.window_open, cancel=cancel, zone=session.zone
    )
    if session.settings.demo:
        write_demo_rates(session, day)
    now = session.now()
    if session.settings.demo:  # whose sandbox may stand at a later day than the clock
        now = max(now, start_of_day(day, session.zone))
    found, lost = connectors(session, day, source)
    for error in (one for one in lost if one.source not in failed):
        title = system_named(error.source).title
        _note(session, outcome, SyncResult(error.source, title, error=error), phase, now)
    for connector in (one for one in found if one.system not in failed):
        with session.store.write() as conn:
            keep_zone(conn, connector.system, str(session.zone))
        result = sync_source(
            connector,
            sink,
            cancel,
            report,
            now=now,
            phase=phase,
            full=full,
            patience=session.patience,
            zone=session.zone,
        )
        _note(session, outcome, result, phase, now)
    with session.store.write() as conn:
        identity.assign(conn)
    if phase != "essential" and not outcome.offline:
        outcome.edits = send_edits(session, day, cancel, report)
    return outcome


def _note(
    session: Session, outcome: SyncOutcome, result: SyncResult, phase: Phase, now: int
) -> None:
    """Keep how the read of a source ended; the essential part of a first load is not all of it."""
    outcome.add(result)
    if phase == "essential" and result.error is None:
        return
    whole = next(one for one in outcome.results if one.source == result.source)
    error = whole.error
    reading = Reading(
        error=error.sentence() if error is not None else "",
        key_refused=isinstance(error, AuthError),
        lacking=tuple(whole.lacking),
        requests=whole.requests,
        rate=whole.rate,
    )
    with session.store.write() as conn:
        cursors.set_source_result(conn, result.source, now, reading)
