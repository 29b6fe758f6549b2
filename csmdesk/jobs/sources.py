"""The systems of a workspace: connecting, forgetting, and the connectors that read them."""

from __future__ import annotations

from typing import Any

import msgspec

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.days import MISSING, day_date, month_start, next_month
from csmdesk.domain.demo_rates import CURRENCIES, rate
from csmdesk.domain.errors import AuthError, BadInput
from csmdesk.domain.settings import Settings, Source
from csmdesk.domain.systems import system_named
from csmdesk.jobs.session import Session
from csmdesk.store import cursors, facts, rates
from csmdesk.store.sources import connected_sources
from csmdesk.sync.api import Patience
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors import CONNECTORS
from csmdesk.sync.credentials import PastedKey
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
        raise BadInput(
            f"{system_named(only).title} is not connected.", f"Run “csmdesk connect {only}”."
        )
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
    key = session.secrets.get(source.system)
    if key is None:
        title = system_named(source.system).title
        raise AuthError(
            source.system,
            f"There is no key for {title} in this computer's keyring.",
            f"Connect it again: “csmdesk connect {source.system}”.",
        )
    return CONNECTORS[source.system](source, PastedKey(key))


def _demo_connectors(session: Session, day: int) -> list[Connector]:
    endpoints = session.demo_sandbox(day).endpoints
    made = []
    for system, connector in CONNECTORS.items():
        place = endpoints[system]
        source = Source(system=system, base_url=place.base_url, project_id=place.project_id)
        made.append(connector(source, PastedKey(place.key)))
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
    system: str,
    key: str,
    base_url: str,
    project_id: str,
    *,
    session_only: bool = False,
) -> str:
    """Test a key, keep it and add the system to the workspace; returns its title.

    The key goes into the keyring, or with `session_only` into this process's memory alone.
    """
    if session.settings.demo:
        raise BadInput(
            "The demo workspace takes no real systems.", "Leave out --demo to connect your own."
        )
    if system not in CONNECTORS:
        raise BadInput(
            f"“{system}” is no system that CSMDesk reads.", f"Known: {', '.join(CONNECTORS)}."
        )
    if not key:
        raise BadInput("No key was given.", "Type it when asked, or pipe it in.")
    source = Source(system=system, base_url=base_url, project_id=project_id)
    connector = CONNECTORS[system](source, PastedKey(key))
    probe(connector, session.patience)
    keep = session.secrets.keep_for_session if session_only else session.secrets.store
    keep(system, key)
    others = tuple(other for other in session.settings.sources if other.system != system)
    _save(session, msgspec.structs.replace(session.settings, sources=(*others, source)))
    return connector.title


def probe(connector: Connector, patience: Patience | None = None) -> None:
    """One small request that fails with a clear sentence when key or address is wrong."""
    client = HttpClient(connector.api(), CancelToken(), patience)
    try:
        connector.probe(client)
    finally:
        client.close()


def disconnect(session: Session, system: str, *, erase: bool) -> None:
    """Forget a system's key and configuration; its rows stay readable unless `erase`."""
    if all(source.system != system for source in session.settings.sources):
        raise BadInput(f"{system_named(system).title} is not connected.")
    session.secrets.delete(system)
    left = tuple(source for source in session.settings.sources if source.system != system)
    _save(session, msgspec.structs.replace(session.settings, sources=left))
    if erase:
        with session.store.write() as conn:
            facts.delete_source(conn, system)


def _save(session: Session, settings: Settings) -> None:
    session.workspace = session.workspace.saved(settings)


def source_rows(session: Session) -> list[dict[str, Any]]:
    """One row per source: name, kinds, when it was last read whole, what went wrong."""
    with session.store.read() as conn:
        states = connected_sources(conn, session.settings)
        left_out = cursors.problems(conn)
    return [
        {
            "source": state.name,
            "title": state.title,
            "kinds": list(state.kinds),
            "complete_on": None
            if state.fresh_on == MISSING
            else day_date(state.fresh_on).isoformat(),
            "rows_left_out": sum(problem.source == state.name for problem in left_out),
            "error": state.error or None,
        }
        for state in states
    ]


def left_out_rows(session: Session) -> list[dict[str, Any]]:
    """One row per source row that could not be used: source, stream, id, and why."""
    with session.store.read() as conn:
        found = cursors.problems(conn)
    return [
        {"source": one.source, "stream": one.stream, "id": one.source_id, "why": one.message}
        for one in found
    ]
