"""Which field of a system feeds which field here: asked of the system, kept in the settings."""

from __future__ import annotations

import msgspec

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import BadInput
from csmdesk.domain.source_fields import FieldTable
from csmdesk.jobs.session import Session
from csmdesk.jobs.sources import connected, connector_of, keep_source
from csmdesk.sync.client import HttpClient
from csmdesk.sync.fields import Asks, ListsFields


def field_table(session: Session, system: str, cancel: CancelToken) -> FieldTable:
    """The account's own fields, and what feeds what now."""
    connector = connector_of(session, system)
    if not isinstance(connector, ListsFields):
        raise BadInput(f"{connector.title} has no fields to choose.")
    client = HttpClient(connector.api(), cancel, session.patience)
    try:
        own = connector.own_fields(client)
    finally:
        client.close()
    own.sort(key=lambda one: one.label.casefold())
    return FieldTable(system, dict(connector.mapping), dict(connector.defaults), tuple(own))


def question(session: Session, system: str, cancel: CancelToken) -> str:
    """What a system leaves open that a person must say, "" for nothing; asked of the system."""
    connector = connector_of(session, system)
    if not isinstance(connector, Asks):
        return ""
    client = HttpClient(connector.api(), cancel, session.patience)
    try:
        return connector.question(client)
    finally:
        client.close()


def save(session: Session, table: FieldTable) -> None:
    """Keep what differs from the connector's own choice under `[sources.fields]`."""
    source = connected(session, table.system)
    chosen = {
        field: place for field, place in table.now.items() if place != table.defaults.get(field, "")
    }
    keep_source(session, msgspec.structs.replace(source, fields=chosen))
