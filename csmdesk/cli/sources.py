"""`csmdesk connect`, `disconnect` and `sources`: which systems feed this workspace."""

from __future__ import annotations

import getpass
import sys
import webbrowser
from typing import Annotated

import typer

from csmdesk.cli.context import Context
from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import Source
from csmdesk.domain.systems import system_named
from csmdesk.jobs import sources as jobs
from csmdesk.jobs.lock import workspace_lock
from csmdesk.jobs.signing_in import sign_in
from csmdesk.jobs.source_fields import question
from csmdesk.jobs.source_status import source_rows
from csmdesk.sync.connectors import CONNECTORS

SHOWN = ("source", "state", "complete_on", "rows_left_out", "permissions_missing", "error")
"""What a person sees of a source; --json has all of it."""


def connect(
    context: typer.Context,
    system: Annotated[str, typer.Argument(help=f"{', '.join(CONNECTORS)}.")],
    base_url: Annotated[str, typer.Option(help="Another address than the system's own.")] = "",
    project_id: Annotated[str, typer.Option(help="The project's number (PostHog, Mixpanel).")] = "",
    site: Annotated[
        str, typer.Option(help="Your part of the address: acme of acme.chargebee.com.")
    ] = "",
    client_id: Annotated[
        str, typer.Option(help="The registered app as which you sign in (Zendesk, Salesforce).")
    ] = "",
    login_domain: Annotated[
        str, typer.Option(help="Where to sign in to Salesforce, such as test.salesforce.com.")
    ] = "",
    session_only: Annotated[
        bool, typer.Option("--session", help="Keep the key nowhere; run --ask-key asks for it.")
    ] = False,
) -> None:
    """Connect a system: tests the key that is typed (or piped) in and keeps it in the keyring, or
    opens the browser for you to sign in."""
    cli: Context = context.obj
    source = Source(
        system=system,
        base_url=base_url,
        project_id=project_id,
        site=site,
        client_id=client_id,
        login_domain=login_domain,
    )
    if system_named(system).signs_in:
        _sign_in(cli, source, session_only=session_only)
        return
    key = ask_key(system)
    with cli.session() as session:
        title = jobs.connect(session, source, key, session_only=session_only)
    follow = f" --ask-key {system}" if session_only else ""
    cli.say(f"{title} is connected. Run “csmdesk run{follow}” to read it.")


def _sign_in(cli: Context, source: Source, *, session_only: bool) -> None:
    if session_only:
        raise BadInput(
            "A sign-in cannot be kept for a session of the command line: it ends with this command.",
            "Leave out --session, or sign in with the window.",
        )

    def browse(address: str) -> None:
        cli.say("Sign in with the browser (Ctrl+C cancels). If it does not open by itself:")
        cli.say(address)
        webbrowser.open(address)

    with cli.session() as session:
        title = sign_in(session, source, browse, CancelToken())
        asked = question(session, source.system, CancelToken())
    cli.say(f"{title} is connected. Run “csmdesk run” to read it.")
    if asked:
        cli.say(asked)


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
            with workspace_lock(session):
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
            cli.show(source_rows(session), "Sources", SHOWN)
