"""The morning's run: sync, then engine, then the snapshot that the window shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from csmdesk.domain.cancel import CancelToken, Report
from csmdesk.domain.collector import collector_paused
from csmdesk.domain.days import iso_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.findings import Previous
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.scope import Scope
from csmdesk.domain.texts import plural
from csmdesk.engine.figures.dashboard import dashboard
from csmdesk.engine.run import prepare_run, run_day
from csmdesk.jobs.engine import run_engine
from csmdesk.jobs.lock import workspace_lock
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import keep_overview, portfolio_of
from csmdesk.jobs.sync import SyncOutcome, read_sources
from csmdesk.jobs.write_back import write_scores
from csmdesk.store import findings as stored
from csmdesk.store.load import load_facts

Show = Callable[[Portfolio], None]


def run(
    session: Session,
    cancel: CancelToken,
    report: Report,
    *,
    day: int | None = None,
    sync: bool = True,
    source: str | None = None,
    full: bool = False,
    show: Show | None = None,
) -> dict[str, Any]:
    """Sync and score up to `day` (today). A new workspace shows a preview before the back-fill.

    `source` names the only system to read; `full` reads from the start what was read before.

    Returns the summary that the command line prints; `problems` lists sources that failed.
    """
    day = session.today() if day is None else day
    if day > session.today() and not session.settings.demo:
        raise BadInput(f"{iso_day(day)} is in the future.", "Name today or leave out --as-of.")
    began = session.clock()
    with workspace_lock(session):
        outcome = SyncOutcome()
        if sync:
            outcome = _read(session, day, cancel, report, show, source, full)
        with collector_paused():
            engine = run_engine(session, day, cancel, report)
            portfolio = portfolio_of(session, day, engine.facts, engine.prepared, engine.findings)
            keep_overview(session, portfolio)
        if show is not None:
            show(portfolio)
        summary = outcome.summary()
        # The CRM shows today's scores: a day that was made up for is not written.
        if session.settings.write_back.enabled and day >= session.today():
            written = write_scores(session, portfolio, cancel, report).summary()
            summary["problems"] = [*summary["problems"], *written["problems"]]
            summary["write_back"] = written
    board = dashboard(portfolio, Scope(day))
    counts = {counter.key: counter.count for counter in board.counters}
    seconds = session.clock() - began
    active = int(portfolio.customers["active"].sum())
    summary["text"] = (
        f"{plural(portfolio.customers.length, 'customer')} scored ({active} active), "
        f"{plural(engine.days, 'day')} in {seconds:.1f} s. "
        f"Open tasks: {counts['high']} high, {counts['medium']} medium, {counts['low']} low. "
        f"Sync: {summary['text']}"
    )
    if "write_back" in summary:
        summary["text"] += f" Write-back: {summary['write_back']['text']}"
    return summary | {
        "day": day,
        "customers": portfolio.customers.length,
        "days_run": engine.days,
        "findings_changed": engine.changed,
        "open_tasks": counts,
        "seconds": round(seconds, 3),
    }


def _read(
    session: Session,
    day: int,
    cancel: CancelToken,
    report: Report,
    show: Show | None,
    source: str | None,
    full: bool,
) -> SyncOutcome:
    """Sync; on a new workspace what scores need comes first and is shown at once."""
    with session.store.read() as conn:
        first = stored.last_run(conn) is None
    if not first:
        return read_sources(session, day, cancel, report, source=source, full=full)
    read = partial(read_sources, session, day, cancel, report, source=source, full=full)
    essential = read(phase="essential")
    _preview(session, day, show)
    return read(phase="rest", after=essential)


@collector_paused()
def _preview(session: Session, day: int, show: Show | None) -> None:
    """Today's scores from account-level usage, kept nowhere but in the overview table."""
    with session.store.read() as conn:
        facts = load_facts(conn, session.settings, day - 1)
    if not facts.count:
        return
    inputs = prepare_run(facts, session.settings)
    findings = run_day(facts, session.settings, day, Previous({}, {}, ()), inputs)
    portfolio = portfolio_of(session, day, facts, inputs.money, findings, preview=True)
    keep_overview(session, portfolio)
    if show is not None:
        show(portfolio)
