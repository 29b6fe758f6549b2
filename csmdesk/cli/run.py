"""`csmdesk run` and `csmdesk sync`: what the schedule runs."""

from __future__ import annotations

from typing import Annotated

import typer

from csmdesk.cli.context import Context, day_option, progress_bars
from csmdesk.cli.sources import ask_key as ask_key_of
from csmdesk.domain.cancel import CancelToken
from csmdesk.jobs import run as jobs
from csmdesk.jobs import sync as syncing
from csmdesk.jobs.session import Session

ASK_KEY = typer.Option(
    "--ask-key", metavar="SYSTEM", help="Ask for this system's key and use it for this run only."
)


def run(
    context: typer.Context,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="Run as of this day.")
    ] = None,
    no_sync: Annotated[bool, typer.Option("--no-sync", help="Engine only.")] = False,
    ask_key: Annotated[list[str] | None, ASK_KEY] = None,
) -> None:
    """Sync the sources, then run the engine; prints a summary."""
    cli: Context = context.obj
    keys = asked(ask_key)
    with cli.session() as session, progress_bars() as report:
        keep(session, keys)
        day = day_option(as_of)
        summary = jobs.run(session, CancelToken(), report, day=day, sync=not no_sync)
    cli.outcome(summary)


def sync(
    context: typer.Context,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Only this source.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again.")] = False,
    ask_key: Annotated[list[str] | None, ASK_KEY] = None,
) -> None:
    """Read the sources into the local cache."""
    cli: Context = context.obj
    keys = asked(ask_key)
    with cli.session() as session, progress_bars() as report:
        keep(session, keys)
        summary = syncing.sync(session, CancelToken(), report, source=source, full=full)
    cli.outcome(summary)


def asked(systems: list[str] | None) -> dict[str, str]:
    """The keys of the named systems, typed before any progress bar is drawn."""
    return {system: ask_key_of(system) for system in systems or ()}


def keep(session: Session, keys: dict[str, str]) -> None:
    for system, key in keys.items():
        session.secrets.keep_for_session(system, key)
