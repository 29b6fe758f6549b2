"""`csmdesk connect`, `disconnect` and `sources`: which systems feed this workspace."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from csmdesk.cli.context import Context
from csmdesk.domain.settings import Source
from csmdesk.jobs import sources as jobs
from csmdesk.jobs.lock import workspace_lock


def connect(
    context: typer.Context,
    system: Annotated[
        str, typer.Argument(help="hubspot, stripe, chargebee, posthog, mixpanel or intercom.")
    ],
    base_url: Annotated[str, typer.Option(help="Another address than the system's own.")] = "",
    project_id: Annotated[str, typer.Option(help="The project's number (PostHog, Mixpanel).")] = "",
    site: Annotated[
        str, typer.Option(help="Your part of the address: acme of acme.chargebee.com.")
    ] = "",
    session_only: Annotated[
        bool, typer.Option("--session", help="Keep the key nowhere; run --ask-key asks for it.")
    ] = False,
) -> None:
    """Connect a system: tests the key that is typed (or piped) in and keeps it in the keyring."""
    cli: Context = context.obj
    key = ask_key(system)
    with cli.session() as session:
        source = Source(system=system, base_url=base_url, project_id=project_id, site=site)
        title = jobs.connect(session, source, key, session_only=session_only)
    follow = f" --ask-key {system}" if session_only else ""
    cli.say(f"{title} is connected. Run “csmdesk run{follow}” to read it.")


def ask_key(system: str) -> str:
    """A key typed unseen on a terminal, or the next line of a pipe; never an argument."""
    typed = sys.stdin.isatty()
    return (getpass.getpass(f"Key for {system}: ") if typed else sys.stdin.readline()).strip()


def disconnect(
    context: typer.Context,
    system: Annotated[str, typer.Argument()],
    erase: Annotated[bool, typer.Option("--erase", help="Erase its data too.")] = False,
) -> None:
    """Forget a system's key; its data stays readable unless --erase is given."""
    cli: Context = context.obj
    with cli.session() as session:
        jobs.disconnect(session, system)
        if erase:
            with workspace_lock(session.workspace.folder):
                jobs.erase(session, system)
    cli.say(f"{system} is disconnected.")


def sources(
    context: typer.Context,
    left_out: Annotated[
        bool, typer.Option("--left-out", help="The rows that could not be used, and why.")
    ] = False,
) -> None:
    """The connected systems, when each was last read, and what went wrong."""
    cli: Context = context.obj
    with cli.session() as session:
        if left_out:
            cli.show(jobs.left_out_rows(session), "Rows left out")
        else:
            cli.show(jobs.source_rows(session), "Sources")
