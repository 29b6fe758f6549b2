"""The systems of a workspace: connecting, forgetting, and the connectors that read them."""

from __future__ import annotations

from typing import Any

import msgspec

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.days import day_date, month_start, next_month
from csmdesk.domain.demo_rates import CURRENCIES, rate
from csmdesk.domain.errors import AuthError, BadInput
from csmdesk.domain.settings import Settings, Source
from csmdesk.domain.systems import DEMO, system_named
from csmdesk.jobs.session import Session
from csmdesk.store import cursors, facts, identity, rates
from csmdesk.sync.api import Patience
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors import CONNECTORS, SIGN_INS
from csmdesk.sync.credentials import Credentials, PastedKey
from csmdesk.sync.oauth.signed_in import SignedIn
from csmdesk.sync.stream import Connector

RATES_BACK_DAYS = 1_100
"""The demo's exchange rates reach as far back as its subscriptions."""


def connectors(
    session: Session, day: int, only: str | None = None
) -> tuple[list[Connector], list[AuthError]]:
    """Connectors of the configured systems (in the demo: the sandbox's) in the order they read,
    and the systems whose key is gone.

    `only` names one of them; BadInput when it is not connected.
    """
    if session.settings.demo:
        return [one for one in _demo_connectors(session, day) if only in (None, one.system)], []
    chosen, lost = _connectors(session, only)
    if only is not None and not chosen and not lost:
        title = system_named(only).title
        if any(source.system == only for source in session.settings.sources):
            raise BadInput(f"{title} is paused.", "Resume it on the Sources page.")
        raise BadInput(f"{title} is not connected.", f"Run “csmdesk connect {only}”.")
    return chosen, lost


def _connectors(session: Session, only: str | None) -> tuple[list[Connector], list[AuthError]]:
    made: list[Connector] = []
    lost: list[AuthError] = []
    for source in session.settings.sources:
        if source.paused or only not in (None, source.system):
            continue
        try:
            made.append(_connector(session, source))
        except AuthError as error:
            lost.append(error)
    return made, lost


def _connector(session: Session, source: Source) -> Connector:
    return CONNECTORS[source.system](source, _credentials(session, source))


def _credentials(session: Session, source: Source) -> Credentials:
    system = source.system
    key = session.secrets.get(system)
    if key is None:
        noun = "sign-in" if system in SIGN_INS else "key"
        raise AuthError(
            system,
            f"There is no {noun} for {system_named(system).title} in this computer's keyring.",
            f"Connect it again: “csmdesk connect {system}”.",
        )
    return signed_in(session, source) if system in SIGN_INS else PastedKey(key)


def signed_in(session: Session, source: Source) -> SignedIn:
    """The sign-in of a source, as it is kept."""
    entry = session.secrets.entry(source.system)
    return SignedIn(SIGN_INS[source.system](source), entry, session.patience)


def _demo_connectors(session: Session, day: int) -> list[Connector]:
    endpoints = session.demo_sandbox(day).endpoints
    made = []
    for system in DEMO:
        place = endpoints[system]
        source = Source(system=system, base_url=place.base_url, project_id=place.project_id)
        made.append(CONNECTORS[system](source, PastedKey(place.key)))
    return made


def write_demo_rates(session: Session, day: int) -> None:
    """The demo's exchange rates up to `day`, one step a month, into the rate table."""
    rows = []
    month = month_start(day - RATES_BACK_DAYS)
    while month <= day:
        for currency in CURRENCIES:
            value = rate(currency, day_date(month))
            rows.append((currency, month, value.numerator, value.denominator))
        month = next_month(month)
    with session.store.write() as conn:
        rates.set_rates(conn, rows)


def connect(
    session: Session,
    source: Source,
    key: str,
    *,
    session_only: bool = False,
    cancel: CancelToken | None = None,
) -> str:
    """Test a key, keep it and add the source to the workspace; returns its system's title.

    The key goes into the keyring, or with `session_only` into this process's memory alone. A system
    that was connected before keeps its fields.
    """
    title = check(session, source, key, cancel=cancel)
    keep = session.secrets.keep_for_session if session_only else session.secrets.store
    keep(source.system, key)
    before = configured(session.settings, source.system)
    if before is not None and not source.fields:
        source = msgspec.structs.replace(source, fields=before.fields)
    keep_source(session, source)
    return title


def check(session: Session, source: Source, key: str, *, cancel: CancelToken | None = None) -> str:
    """Ask a system whether it takes this key; keeps nothing. Returns the system's title."""
    refuse_demo(session)
    if source.system not in CONNECTORS:
        raise BadInput(
            f"“{source.system}” is no system that CSMDesk reads.",
            f"Known: {', '.join(CONNECTORS)}.",
        )
    if source.system in SIGN_INS:
        raise BadInput(
            f"{system_named(source.system).title} takes no key: you sign in with the browser.",
            f"Run “csmdesk connect {source.system}”.",
        )
    if not key:
        raise BadInput("No key was given.", "Type it when asked, or pipe it in.")
    connector = CONNECTORS[source.system](source, PastedKey(key))
    probe(connector, session.patience, cancel)
    return connector.title


def connector_of(session: Session, system: str) -> Connector:
    """The connector of one connected system (in the demo: the sandbox's), paused or not."""
    if session.settings.demo:
        return next(
            one for one in _demo_connectors(session, session.today()) if one.system == system
        )
    return _connector(session, connected(session, system))


def probe(
    connector: Connector, patience: Patience | None = None, cancel: CancelToken | None = None
) -> None:
    """One small request that fails with a clear sentence when key or address is wrong."""
    client = HttpClient(connector.api(), cancel or CancelToken(), patience)
    try:
        connector.probe(client)
    finally:
        client.close()


def configured(settings: Settings, system: str) -> Source | None:
    return next((source for source in settings.sources if source.system == system), None)


def pause(session: Session, system: str, *, paused: bool) -> None:
    """Leave a system out of every sync, or take it in again; key and rows stay."""
    source = connected(session, system)
    keep_source(session, msgspec.structs.replace(source, paused=paused))


def disconnect(session: Session, system: str) -> None:
    """Forget a system's key and configuration; its rows stay readable until they are erased."""
    connected(session, system)
    session.secrets.delete(system)

    def without(settings: Settings) -> Settings:
        left = tuple(source for source in settings.sources if source.system != system)
        return msgspec.structs.replace(settings, sources=left)

    session.change_settings(without)


def erase(session: Session, system: str) -> int:
    """Delete what was read from a system; a person's work stays. Returns how many rows."""
    with session.store.write() as conn:
        count = facts.delete_source(conn, system)
        identity.assign(conn)
    return count


def connected(session: Session, system: str) -> Source:
    """The settings of a connected system; BadInput when it is none."""
    refuse_demo(session)
    source = configured(session.settings, system)
    if source is None:
        raise BadInput(f"{system_named(system).title} is not connected.")
    return source


def refuse_demo(session: Session) -> None:
    if session.settings.demo:
        raise BadInput(
            "The demo workspace takes no real systems.", "Leave out --demo to connect your own."
        )


def keep_source(session: Session, source: Source) -> None:
    """Put a source in its place among the settings, or at their end when it is new."""

    def placed(settings: Settings) -> Settings:
        sources = list(settings.sources)
        places = [place for place, one in enumerate(sources) if one.system == source.system]
        if places:
            sources[places[0]] = source
        else:
            sources.append(source)
        return msgspec.structs.replace(settings, sources=tuple(sources))

    session.change_settings(placed)


def left_out_rows(session: Session) -> list[dict[str, Any]]:
    """One row per source row that could not be used: source, stream, id, and why."""
    with session.store.read() as conn:
        found = cursors.problems(conn)
    return [
        {"source": one.source, "stream": one.stream, "id": one.source_id, "why": one.message}
        for one in found
    ]
