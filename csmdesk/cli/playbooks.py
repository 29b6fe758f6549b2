"""`csmdesk playbooks`: who is in which playbook, and where each enrolment stands."""

from __future__ import annotations

from typing import Annotated

import typer

from csmdesk.cli.context import Context, day_option
from csmdesk.cli.report import checked_scope
from csmdesk.domain.errors import BadInput
from csmdesk.engine.figures.playbooks import enrolment_rows, pending_steps
from csmdesk.engine.playbooks.states import COMPLETED, LEFT, STATES
from csmdesk.jobs.snapshot import build_portfolio

KEYS = ("playbook", "customer", "state", "enrolled_on", "next_due_on", "steps_handled", "steps")
STEP_KEYS = ("due_on", "title", "playbook", "customer")
ALL = "all"


def playbooks(
    context: typer.Context,
    state: Annotated[
        str, typer.Option(help=f"active (default), {', '.join((*STATES, COMPLETED, LEFT))}, all.")
    ] = "active",
    steps: Annotated[bool, typer.Option("--steps", help="Pending steps by due date.")] = False,
    csm: Annotated[str, typer.Option(metavar="NAME")] = "",
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY")] = None,
) -> None:
    """List enrolments in playbooks with their state, or with --steps what is to be done next."""
    cli: Context = context.obj
    every = (*STATES, COMPLETED, LEFT)
    choices = {"active": STATES, ALL: every, **{one: (one,) for one in every}}
    if state.lower() not in choices:
        raise BadInput(f"There is no state “{state}”.", f"Use one of: {', '.join(choices)}.")
    with cli.reading() as session:
        day = day_option(as_of)
        portfolio = build_portfolio(session, session.today() if day is None else day)
    scope = checked_scope(portfolio, csm, "")
    if steps:
        cli.show(pending_steps(portfolio, scope), "Steps", STEP_KEYS)
    else:
        cli.show(enrolment_rows(portfolio, scope, choices[state.lower()]), "Playbooks", KEYS)
