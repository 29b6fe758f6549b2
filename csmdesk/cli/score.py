"""`csmdesk score --as-of DAY OUT.csv`: every score with its exact points, recomputed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from csmdesk.cli.context import Context, day_option
from csmdesk.jobs.score import write_scores


def score(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT.csv")],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY")] = None,
) -> None:
    """Recompute the scores of a day from the facts known on it and write them as CSV."""
    cli: Context = context.obj
    with cli.reading() as session:
        day = day_option(as_of)
        count = write_scores(session, session.today() if day is None else day, out)
    if cli.json:
        cli.json_out({"rows": count, "file": str(out)})
    else:
        cli.say(f"{count} customers written to {out}.")
