"""What was written to other systems, and what a person's edits still have to tell them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from csmdesk.domain.source_status import Outward
from csmdesk.store import outbox, outbox_notes
from csmdesk.store.outbox import Outgoing
from csmdesk.store.sql import fetch


@dataclass(frozen=True, slots=True)
class ScoreWrite:
    """One write of scores as the log keeps it. `why`: what the system said of a refused record."""

    at: int
    source: str
    records: int
    refused: int
    why: str


def score_writes(conn: Connection) -> list[ScoreWrite]:
    """Every write that the log still has, newest first."""
    rows = fetch(
        conn,
        "SELECT at, source, count(*), sum(error <> ''), max(error) FROM write_log "
        "GROUP BY at, source ORDER BY at DESC, source",
    )
    return [ScoreWrite(*row) for row in rows]


def outward(conn: Connection) -> dict[str, Outward]:
    """By source; none for one that was never written to."""
    scores = {
        row[0]: (row[1], row[2], row[3])
        for row in fetch(
            conn,
            "SELECT source, count(at), max(coalesce(at, 0)), sum(error <> '') FROM write_back "
            "GROUP BY source",
        )
    }
    waiting: dict[str, list[str]] = {}
    for one in waiting_edits(conn):
        waiting.setdefault(one.source, []).append(one.state)
    for note in outbox_notes.to_send(conn):
        waiting.setdefault(note.source, []).append(note.state)
    return {
        source: Outward(
            *scores.get(source, (0, 0, 0)),
            len(waiting.get(source, ())),
            waiting.get(source, []).count(outbox.CONFLICT),
        )
        for source in scores.keys() | waiting.keys()
    }


def waiting_edits(conn: Connection) -> list[Outgoing]:
    """Edits that the CRM does not hold yet."""
    return [one for one in outbox.rows(conn) if one.state != outbox.CONFIRMED]
