"""`csmdesk run` and `csmdesk sync`: what the schedule runs."""

from __future__ import annotations

from typing import Annotated

import typer

from csmdesk.cli.context import Context, day_option, progress_bars
from csmdesk.domain.cancel import CancelToken
from csmdesk.jobs import run as jobs
from csmdesk.jobs import sync as syncing


def run(
    context: typer.Context,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="Run as of this day.")
    ] = None,
    no_sync: Annotated[bool, typer.Option("--no-sync", help="Engine only.")] = False,
) -> None:
    """Sync the sources, then run the engine; prints a summary."""
    cli: Context = context.obj
    with cli.session() as session, progress_bars() as report:
        day = day_option(as_of)
        summary = jobs.run(session, CancelToken(), report, day=day, sync=not no_sync)
    _outcome(cli, summary)


def sync(
    context: typer.Context,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Only this source.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again.")] = False,
) -> None:
    """Read the sources into the local cache."""
    cli: Context = context.obj
    with cli.session() as session, progress_bars() as report:
        summary = syncing.sync(session, CancelToken(), report, source=source, full=full)
    _outcome(cli, summary)


def _outcome(cli: Context, summary: dict[str, object]) -> None:
    problems = summary.get("problems")
    assert isinstance(problems, list)
    if cli.json:
        cli.json_out(summary)
    else:
        cli.say(str(summary["text"]))
    for problem in problems:
        cli.say(problem)
    if problems:
        raise typer.Exit(1)
