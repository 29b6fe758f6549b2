"""`csmdesk quality`: the data-quality inbox, and the decisions that empty it."""

from __future__ import annotations

from typing import Annotated

import typer

from csmdesk.cli.context import Context
from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import BadInput
from csmdesk.jobs import edits
from csmdesk.jobs import quality as jobs

COLUMNS = ("kind", "what", "why", "source", "key")


def quality(
    context: typer.Context,
    join: Annotated[
        tuple[str, str] | None,
        typer.Option("--join", metavar="ACCOUNT CUSTOMER", help="Join source:id to a customer."),
    ] = None,
    merge: Annotated[
        tuple[str, str] | None,
        typer.Option("--merge", metavar="CUSTOMER CUSTOMER", help="They are one; the older stays."),
    ] = None,
    apart: Annotated[
        tuple[str, str] | None,
        typer.Option("--apart", metavar="CUSTOMER CUSTOMER", help="They are not the same."),
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", metavar="ACCOUNT", help="Its own customer again.")
    ] = None,
    mine: Annotated[
        str | None, typer.Option("--mine", metavar="KEY", help="Decide a CRM conflict for mine.")
    ] = None,
    theirs: Annotated[
        str | None, typer.Option("--theirs", metavar="KEY", help="Take the CRM's value.")
    ] = None,
    accept: Annotated[
        tuple[str, str] | None,
        typer.Option("--accept", metavar="KEY REASON", help="Records may disagree, and why."),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the newest edit back.")] = False,
) -> None:
    """What is wrong with the data and wants a person; without an option the list."""
    cli: Context = context.obj
    wanted = [
        Edit("join", (join[0],), {"customer": join[1]}) if join else None,
        Edit("merge", merge) if merge else None,
        Edit("apart", apart) if apart else None,
        Edit("split", (split,)) if split else None,
        Edit("crm_mine", (mine,)) if mine else None,
        Edit("crm_theirs", (theirs,)) if theirs else None,
        Edit("accept", (accept[0],), {"reason": accept[1]}) if accept else None,
    ]
    decided = [edit for edit in wanted if edit is not None]
    if len(decided) + undo > 1:
        raise BadInput("One decision at a time.", "Each is a step of its own to undo.")
    with cli.reading() as session:
        if not decided and not undo:
            cli.show(jobs.quality_rows(session), "Data quality", COLUMNS)
            return
        at, day = session.now(), session.today()
        applied = (
            edits.undo(session, at, day) if undo else edits.apply(session, decided[0], at, day)
        )
    if applied is None:
        raise BadInput("There is nothing to undo.")
    cli.say(f"{applied.text}. “csmdesk quality --undo” takes it back.")
