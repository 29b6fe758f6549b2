"""`csmdesk tasks`: the task list with the Dashboard's filters."""

from __future__ import annotations

from typing import Annotated

import typer

from csmdesk.cli.context import Context, day_option
from csmdesk.cli.report import TASK_KEYS, checked_scope
from csmdesk.engine.figures.dashboard import Filters, dashboard
from csmdesk.jobs.snapshot import build_portfolio


def tasks(
    context: typer.Context,
    priority: Annotated[str, typer.Option(help="High, Medium or Low.")] = "",
    category: Annotated[str, typer.Option(help="Commercial, Churn Risk, …")] = "",
    status: Annotated[
        str, typer.Option(help="open (default), not started, started, in progress, finished, all.")
    ] = "open",
    csm: Annotated[str, typer.Option(metavar="NAME")] = "",
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY")] = None,
) -> None:
    """List tasks."""
    cli: Context = context.obj
    with cli.reading() as session:
        day = day_option(as_of)
        portfolio = build_portfolio(session, session.today() if day is None else day)
    filters = Filters(priority=priority, category=category, status=status)
    board = dashboard(portfolio, checked_scope(portfolio, csm, ""), filters)
    cli.show(board.rows, "Tasks", TASK_KEYS)
