"""What the worker can be asked to do: one line a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from csmdesk.domain.cancel import CancelToken, Report
from csmdesk.domain.texts import number, plural
from csmdesk.engine.schedule import is_due
from csmdesk.jobs import run as running
from csmdesk.jobs.run import Show
from csmdesk.jobs.session import Session
from csmdesk.jobs.settings import open_checked
from csmdesk.jobs.snapshot import build_portfolio, keep_overview
from csmdesk.store import findings as stored

Job = Callable[[Session, dict[str, Any], CancelToken, Report, Show], dict[str, Any]]


def snapshot(
    session: Session, args: dict[str, Any], _cancel: CancelToken, _report: Report, show: Show
) -> dict[str, Any]:
    """Show the portfolio as of a day (today); nothing while the workspace has no run yet."""
    with session.store.read() as conn:
        if stored.last_run(conn) is None:
            return {}
    portfolio = build_portfolio(session, args.get("day", session.today()))
    show(portfolio)
    if portfolio.day == session.today():
        keep_overview(session, portfolio)
    return {}


def run(
    session: Session, args: dict[str, Any], cancel: CancelToken, report: Report, show: Show
) -> dict[str, Any]:
    return running.run(session, cancel, report, sync=args.get("sync", True), show=show)


def run_if_due(
    session: Session, args: dict[str, Any], cancel: CancelToken, report: Report, show: Show
) -> dict[str, Any]:
    """Run when today's scheduled run is owed (start-up, wake-up, the schedule's minute)."""
    with session.store.read() as conn:
        last = stored.last_run(conn)
    now = datetime.fromtimestamp(session.now(), session.zone)
    ran = datetime.fromtimestamp(last.at, session.zone) if last is not None else None
    if not is_due(ran, now, session.settings.schedule):
        return {}
    return run(session, args, cancel, report, show)


def reload(
    session: Session, args: dict[str, Any], _cancel: CancelToken, _report: Report, _show: Show
) -> dict[str, Any]:
    """Read the settings again (a system was connected) and take `keys` given for the session."""
    session.workspace = open_checked(session.workspace.folder, demo=session.settings.demo)
    for system, key in args.get("keys", {}).items():
        session.secrets.keep_for_session(system, key)
    return {}


def import_files(
    session: Session, args: dict[str, Any], cancel: CancelToken, report: Report, show: Show
) -> dict[str, Any]:
    """Import the folder `folder`, then score what it holds."""
    from csmdesk.jobs.importing import import_folder  # needs pandas, which other jobs do without

    imported = import_folder(session, Path(args["folder"]), cancel, report)
    summary = running.run(session, cancel, report, sync=False, show=show)
    rows = sum(table.added + table.changed for table in imported.tables)
    told = [f"{plural(rows, 'row')} imported, {number(len(imported.refused))} refused."]
    return summary | {"text": " ".join([*told, *imported.messages, summary["text"]])}


JOBS: dict[str, Job] = {
    "snapshot": snapshot,
    "run": run,
    "run_if_due": run_if_due,
    "reload": reload,
    "import": import_files,
}
