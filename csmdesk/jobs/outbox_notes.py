"""Notes and logged activities to the CRM: made once, whatever happens on the way.

An activity cannot be made again without doubling it. So each carries a mark of ours; where an answer
never came, the CRM is searched for the mark before it is made again, and not before its search index
has had time to know it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from csmdesk.jobs.session import Session
from csmdesk.store import outbox_notes as stored
from csmdesk.store.outbox_notes import SENDING, WITHDRAWN, OutgoingNote
from csmdesk.store.queries.notes import note_row, owner_of
from csmdesk.sync.client import HttpClient
from csmdesk.sync.errors import Refused
from csmdesk.sync.writer import ActivityWriter, Logged

LAG = 300
"""Seconds after which a search surely knows what was made."""


@dataclass(slots=True)
class NoteChannel:
    """The way of notes to one system; `sent` and `refused` count this run."""

    session: Session
    writer: ActivityWriter
    client: HttpClient
    sent: int = 0

    def send(self, waiting: list[OutgoingNote]) -> list[str]:
        """Send what waits; sentences of what was refused."""
        refused = []
        for kind in dict.fromkeys(one.kind for one in waiting):
            self.writer.prepare(self.client, kind)
        for one in waiting:
            self.client.cancel.check()
            try:
                self._one(one)
            except Refused as error:
                with self.session.store.write() as conn:
                    stored.settle(conn, one, error=error.message)
                refused.append(error.sentence())
        return refused

    def _one(self, row: OutgoingNote) -> None:
        unsure = row.state == SENDING or (row.state == WITHDRAWN and not row.crm_id)
        if unsure:
            if self.session.now() - (row.tried_at or 0) < LAG:
                return
            crm_id = self.writer.find(self.client, row.kind, row.mark) or ""
            row = replace(row, crm_id=crm_id)
            if crm_id and row.state == SENDING:
                self._settle(row, crm_id)
                return
        if row.state == WITHDRAWN:
            if row.crm_id:
                self.writer.remove(self.client, row.kind, row.crm_id)
            with self.session.store.write() as conn:
                stored.drop(conn, row.note_id)
        else:
            self._make(row)

    def _make(self, row: OutgoingNote) -> None:
        """Write down that it is about to be made, then make it."""
        with self.session.store.write() as conn:
            note = note_row(conn, row.note_id)
            if note is None:  # removed since it was read; the next run settles it
                return
            owner = owner_of(conn, row.source, str(note["author"]))
            stored.put(conn, replace(row, state=SENDING, tried_at=self.session.now()))
        logged = Logged(
            record_id=row.account_id,
            mark=row.mark,
            kind=row.kind,
            at=int(note["at"]),
            subject=str(note["subject"]),
            body=str(note["body"]),
            direction=note["direction"],
            held=bool(note["held"]),
            owner_id=owner,
        )
        self._settle(row, self.writer.create(self.client, logged))

    def _settle(self, row: OutgoingNote, crm_id: str) -> None:
        with self.session.store.write() as conn:
            stored.settle(conn, row, crm_id=crm_id)
        self.sent += 1
