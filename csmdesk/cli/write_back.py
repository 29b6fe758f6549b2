"""`csmdesk write-back`: today's scores into the CRM, what that would change, and the way back."""

from __future__ import annotations

from typing import Annotated

import typer

from csmdesk.cli.context import Context, progress_bars
from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import BadInput
from csmdesk.jobs import write_back as jobs
from csmdesk.jobs.outgoing import plan

SHOWN = ("source", "record", "customer", "field", "before", "after")


def write_back(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would be written; asks no system.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Write the former values back and turn write-back off.")
    ] = False,
) -> None:
    """Write changed scores (CHI, band, three reasons) to the CRM's companies."""
    cli: Context = context.obj
    if dry_run and undo:
        raise BadInput("--dry-run and --undo do not go together.", "Leave one of them out.")
    with cli.reading() as session, progress_bars() as report:
        if dry_run:
            found = plan(session, jobs.todays_portfolio(session), CancelToken())
            cli.show(found.rows, "To be written", SHOWN)
            return
        work = jobs.undo if undo else jobs.write_back
        summary = work(session, CancelToken(), report)
    for row in summary["refused"]:
        cli.say(f"{row['source']} {row['record']}: {row['why']}")
    cli.outcome(summary)
