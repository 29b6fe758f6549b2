"""Notes and logged activities on their way to the CRM, where nothing keeps us from making one twice.

| state | means |
| --- | --- |
| queued | to be made |
| sending | may have been made: the CRM is asked for our mark before it is made again |
| sent | made; kept, so that the activity read back is not shown beside the note |
| withdrawn | removed here: to be removed there |
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from csmdesk.store.queries.crm import crm_record
from csmdesk.store.schema.outgoing import OUTBOX_NOTE
from csmdesk.store.sql import delete_sql, fetch, upsert_sql

QUEUED, SENDING, SENT, WITHDRAWN = "queued", "sending", "sent", "withdrawn"

TAKEN = (
    "SELECT 1 FROM outbox_note o WHERE o.source = {table}.source AND o.crm_id = {table}.source_id"
)
"""Whether an activity of the CRM is one of ours: what a person wrote here is shown instead."""


@dataclass(frozen=True, slots=True)
class OutgoingNote:
    """See `schema.outgoing.OUTBOX_NOTE`."""

    note_id: str
    source: str
    account_id: str
    kind: str
    mark: str
    crm_id: str = ""
    state: str = QUEUED
    error: str = ""
    tried_at: int | None = None


_COLUMNS = tuple(column.name for column in OUTBOX_NOTE.columns)
_ROW = attrgetter(*_COLUMNS)


def to_send(conn: Connection, source: str | None = None) -> list[OutgoingNote]:
    """Everything that is not settled; of one source when it is named."""
    where, bound = (" AND source = ?", (source,)) if source else ("", ())
    sql = f"SELECT {', '.join(_COLUMNS)} FROM outbox_note WHERE state <> ?{where} ORDER BY note_id"
    return [OutgoingNote(*row) for row in fetch(conn, sql, (SENT, *bound))]


def put(conn: Connection, row: OutgoingNote) -> None:
    conn.exec_driver_sql(upsert_sql(OUTBOX_NOTE), _ROW(row))


def drop(conn: Connection, note_id: str) -> None:
    conn.exec_driver_sql(delete_sql(OUTBOX_NOTE), (note_id,))


def written(conn: Connection, note: dict[str, Any]) -> None:
    """A note was written, or is there again."""
    known = _known(conn, str(note["note_id"]))
    if known is not None:
        if known.state == WITHDRAWN:
            put(conn, replace(known, state=SENT if known.crm_id else SENDING))
        return
    record = crm_record(conn, str(note["customer_id"]))
    if record is None:
        return
    said = f"{note['author']}|{note['at']}|{note['note_id']}|{record.account_id}|{note['body']}"
    mark = blake2b(said.encode(), digest_size=12).hexdigest()
    row = OutgoingNote(
        str(note["note_id"]), record.source, record.account_id, str(note["kind"]), mark
    )
    put(conn, row)


def removed(conn: Connection, note: dict[str, Any]) -> None:
    """A note was removed: never sent, or to be removed from the CRM too."""
    known = _known(conn, str(note["note_id"]))
    if known is None:
        return
    if known.state == QUEUED:
        drop(conn, known.note_id)
    else:
        put(conn, replace(known, state=WITHDRAWN))


def settle(conn: Connection, row: OutgoingNote, *, crm_id: str = "", error: str = "") -> None:
    """It was made, as `crm_id`, or refused. What was withdrawn meanwhile stays withdrawn."""
    now = _known(conn, row.note_id) or row
    if error:
        state = QUEUED if now.state == SENDING else now.state
        put(conn, replace(now, state=state, error=error))
    else:
        state = SENT if now.state == SENDING else now.state
        put(conn, replace(now, state=state, crm_id=crm_id, error=""))


def _known(conn: Connection, note_id: str) -> OutgoingNote | None:
    sql = f"SELECT {', '.join(_COLUMNS)} FROM outbox_note WHERE note_id = ?"
    found = fetch(conn, sql, (note_id,))
    return OutgoingNote(*found[0]) if found else None
