"""Connecting a system by signing in with the browser. For the command line and the Sources page.

`sign_in(session, source, browse, cancel)` blocks until the person is back from the browser (five
minutes at most): call it on a thread that may wait, never on the window's. `browse(address)` is
called once, on that thread, to show the page: hand the address to the window and return.
`source` needs what cannot be guessed (`client_id`, Zendesk's `site`); what is left empty is taken
from the source of that system that is configured already, so that signing in again needs nothing
but `Source(system="zendesk")`.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import BadInput, SourceError
from csmdesk.domain.settings import Source
from csmdesk.domain.systems import system_named
from csmdesk.jobs import sources
from csmdesk.jobs.session import Session
from csmdesk.sync.connectors import CONNECTORS, SIGN_INS
from csmdesk.sync.oauth.sign_in import sign_in as with_browser


def sign_in(
    session: Session,
    source: Source,
    browse: Callable[[str], None],
    cancel: CancelToken,
    *,
    session_only: bool = False,
) -> str:
    """Sign in, keep it, test it, and add the source to the workspace; returns its system's title.

    Raises Cancelled, BadInput (a setting is missing), NoKeyring, or SourceError (refused, nobody
    came back, no port free, the test failed), each with its remedy.
    """
    sources.refuse_demo(session)
    system = source.system
    title = system_named(system).title
    if system not in SIGN_INS:
        raise BadInput(f"{title} is connected with a key.", f"Run “csmdesk connect {system}”.")
    before = sources.configured(session.settings, system)
    source = _completed(source, before)
    provider = SIGN_INS[system](source)
    tokens = with_browser(provider, browse, cancel, patience=session.patience)
    keep = session.secrets.keep_for_session if session_only else session.secrets.store
    keep(system, tokens.text())
    connector = CONNECTORS[system](source, sources.signed_in(session, source))
    try:
        sources.probe(connector, session.patience, cancel)
    except SourceError:
        if before is None:  # else what was kept replaces a sign-in that the new one ended
            session.secrets.delete(system)
        raise
    sources.keep_source(session, source)
    return title


def _completed(source: Source, before: Source | None) -> Source:
    """What is not given is as it was."""
    if before is None:
        return source
    given = {name: value for name, value in msgspec.structs.asdict(source).items() if value}
    return msgspec.structs.replace(before, **given)
