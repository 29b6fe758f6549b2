"""What the worker can be asked to do: one line a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from csmdesk.domain.cancel import CancelToken, Progress, Report
from csmdesk.domain.systems import system_named
from csmdesk.domain.texts import number, plural
from csmdesk.engine.schedule import is_due
from csmdesk.jobs import run as running
from csmdesk.jobs import write_back as writing
from csmdesk.jobs.lock import workspace_lock
from csmdesk.jobs.run import Show
from csmdesk.jobs.session import Session
from csmdesk.jobs.settings import open_checked
from csmdesk.jobs.snapshot import build_portfolio, keep_overview
from csmdesk.jobs.sources import erase
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
    """Sync and score. `sync` false: score alone; `source`: read only this one; `full`: all of it."""
    return running.run(
        session,
        cancel,
        report,
        sync=args.get("sync", True),
        source=args.get("source"),
        full=args.get("full", False),
        show=show,
    )


def run_if_due(
    session: Session, args: dict[str, Any], cancel: CancelToken, report: Report, show: Show
) -> dict[str, Any]:
    """Run when today's scheduled run is owed (start-up, wake-up, the schedule's minute).

    When another process has done it since the run at `seen` (epoch seconds), show what it came to.
    """
    with session.store.read() as conn:
        last = stored.last_run(conn)
    now = datetime.fromtimestamp(session.now(), session.zone)
    ran = datetime.fromtimestamp(last.at, session.zone) if last is not None else None
    if not is_due(ran, now, session.settings.schedule):
        newer = last is not None and last.at > args.get("seen", last.at)
        return snapshot(session, {}, cancel, report, show) if newer else {}
    return run(session, args, cancel, report, show)


def reload(
    session: Session, _args: dict[str, Any], _cancel: CancelToken, _report: Report, _show: Show
) -> dict[str, Any]:
    """Read the settings again: a person changed them in the window."""
    session.workspace = open_checked(session.workspace.folder, demo=session.settings.demo)
    return {}


def erase_source(
    session: Session, args: dict[str, Any], cancel: CancelToken, report: Report, show: Show
) -> dict[str, Any]:
    """Delete what was read from the disconnected system `source`, then score without it."""
    title = system_named(args["source"]).title
    report(Progress("erase", f"Erasing what {title} told", 0))
    with workspace_lock(session):
        count = erase(session, args["source"])
    summary = running.run(session, cancel, report, sync=False, show=show)
    return summary | {"text": f"{plural(count, 'row')} of {title} erased. {summary['text']}"}


def import_files(
    session: Session, args: dict[str, Any], cancel: CancelToken, report: Report, show: Show
) -> dict[str, Any]:
    """Import the folder `folder`, or `files` as the import dialog describes them, then score."""
    from csmdesk.jobs.importing import job, look  # need pandas, which other jobs do without
    from csmdesk.jobs.importing.mapping import mappings_of

    mirror = args.get("mirror", False)
    if "folder" in args:
        imported = job.import_folder(session, Path(args["folder"]), cancel, report, mirror=mirror)
    else:
        places, mapped = look.places_of(args["files"]), look.mapping_document(args["files"])
        imported = job.import_places(
            session, places, mappings_of(mapped), cancel, report, mirror=mirror
        )
    summary = running.run(session, cancel, report, sync=False, show=show)
    rows = sum(table.added + table.changed for table in imported.tables)
    told = [f"{plural(rows, 'row')} imported, {number(len(imported.refused))} refused."]
    text = " ".join([*told, *imported.messages, summary["text"]])
    return summary | {"text": text, "imported": imported.as_json()}


def look_at_files(
    session: Session, args: dict[str, Any], cancel: CancelToken, report: Report, _show: Show
) -> dict[str, Any]:
    """What importing `paths` would do, under what a person has `given` so far."""
    from csmdesk.jobs.importing.look import look

    paths = [Path(path) for path in args["paths"]]
    return {"files": look(session, paths, args.get("given", {}), cancel, report)}


def save_mapping(
    _session: Session, args: dict[str, Any], _cancel: CancelToken, _report: Report, _show: Show
) -> dict[str, Any]:
    """Keep how `files` are read in the mapping file `path`, for the command line and next time."""
    from csmdesk.jobs.importing.look import mapping_document
    from csmdesk.jobs.importing.mapping import write_mapping

    write_mapping(Path(args["path"]), mapping_document(args["files"]))
    return {"text": f"The mapping is kept in {args['path']}."}


def write_back(
    session: Session, args: dict[str, Any], cancel: CancelToken, report: Report, _show: Show
) -> dict[str, Any]:
    """Write today's scores to the CRM (`once`: although runs do not), or with `undo` the values that
    were there before."""
    if args.get("undo"):
        return writing.undo(session, cancel, report)
    return writing.write_back(session, cancel, report, once=args.get("once", False))


def outgoing(
    session: Session, _args: dict[str, Any], cancel: CancelToken, report: Report, _show: Show
) -> dict[str, Any]:
    """What would be written to the CRM, what waits to be sent, and what was written."""
    from csmdesk.jobs.outgoing import outgoing

    return outgoing(session, cancel, report)


JOBS: dict[str, Job] = {
    "snapshot": snapshot,
    "run": run,
    "run_if_due": run_if_due,
    "reload": reload,
    "import": import_files,
    "look": look_at_files,
    "save_mapping": save_mapping,
    "erase": erase_source,
    "write_back": write_back,
    "outgoing": outgoing,
}
