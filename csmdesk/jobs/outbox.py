"""Edits of CRM fields sent to the CRM, after a sync and never twice. docs/writeback.md tells the order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from csmdesk.domain.cancel import CancelToken, Progress, Report
from csmdesk.domain.errors import SourceError
from csmdesk.domain.texts import plural
from csmdesk.jobs.outbox_notes import NoteChannel
from csmdesk.jobs.session import Session
from csmdesk.jobs.sink import StoreSink
from csmdesk.jobs.sources import connectors
from csmdesk.store import outbox, outbox_notes
from csmdesk.store.outbox import CONFIRMED, CONFLICT, REFUSED, SENDING, Outgoing, Place
from csmdesk.sync.client import HttpClient
from csmdesk.sync.stream import Context
from csmdesk.sync.writer import EditableConnector, Editor, Values, Write, same_value, write_batch

GONE = "The record is no longer in the CRM."


@dataclass(slots=True)
class SendOutcome:
    """`waiting`, `conflicts`: what is left after this run."""

    sent: int = 0
    waiting: int = 0
    conflicts: int = 0
    refused: list[str] = field(default_factory=list)
    errors: list[SourceError] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        return [*self.refused, *(error.sentence() for error in self.errors)]

    @property
    def told(self) -> str:
        """A sentence where there is something to tell."""
        parts = [f"{plural(self.sent, 'edit')} sent to the CRM."] if self.sent else []
        if self.conflicts:
            parts.append(f"{plural(self.conflicts, 'conflict')} to decide: `csmdesk quality`.")
        return " ".join(parts)

    def summary(self) -> dict[str, int]:
        return {"sent": self.sent, "waiting": self.waiting, "conflicts": self.conflicts}


def send_edits(session: Session, day: int, cancel: CancelToken, report: Report) -> SendOutcome:
    """Send what waits, system by system; one that does not answer keeps its edits for the next run."""
    outcome = SendOutcome()
    with session.store.read() as conn:
        sources = {one.source for one in outbox.rows(conn)}
        sources |= {one.source for one in outbox_notes.to_send(conn)}
    found = connectors(session, day)[0] if sources else []
    for connector in found:
        if connector.system in sources and isinstance(connector, EditableConnector):
            report(Progress("outbox", f"Edits to {connector.title}", 0))
            try:
                _send(session, connector, cancel, outcome)
            except SourceError as error:
                outcome.errors.append(error)
    with session.store.read() as conn:
        outcome.waiting, outcome.conflicts = outbox.counts(conn)
        outcome.waiting += len(outbox_notes.to_send(conn))
    return outcome


def _send(
    session: Session, connector: EditableConnector, cancel: CancelToken, outcome: SendOutcome
) -> None:
    client = HttpClient(connector.api(), cancel, session.patience)
    try:
        channel = _Channel(session, connector.system, connector.writer(), client, outcome)
        with session.store.read() as conn:
            waiting = outbox.rows(conn, connector.system)
        records: dict[str, list[Outgoing]] = {}
        for one in waiting:
            if one.state != CONFIRMED:  # conflicts too: the CRM may have changed its mind
                records.setdefault(one.account_id, []).append(one)
        ids = list(records)
        for start in range(0, len(ids), channel.writer.batch):
            cancel.check()
            channel.send({one: records[one] for one in ids[start : start + channel.writer.batch]})
        channel.read_back()
        with session.store.read() as conn:
            notes = outbox_notes.to_send(conn, connector.system)
        if notes:
            way = NoteChannel(session, connector.activity_writer(), client)
            outcome.refused += way.send(notes)
            outcome.sent += way.sent
    finally:
        client.close()


@dataclass(frozen=True, slots=True)
class _Channel:
    """The way to one system."""

    session: Session
    system: str
    writer: Editor
    client: HttpClient
    outcome: SendOutcome

    def send(self, records: dict[str, list[Outgoing]]) -> None:
        """Compare with what the CRM holds now, keep what is about to be sent, send, settle."""
        fields = sorted({one.field for rows in records.values() for one in rows})
        now = self.writer.current(self.client, list(records), fields)
        checked = [
            _checked(one, now.get(account)) for account, rows in records.items() for one in rows
        ]
        going = self._keep(checked)
        errors = self._written(going)
        for part in _apart(going, errors):
            errors |= dict.fromkeys((one.place for one in part), "") | self._written(part)
        refused = {one.place: errors[one.place] for one in going if errors.get(one.place)}
        with self.session.store.write() as conn:
            outbox.settle(conn, going, refused)
        self.outcome.sent += len(going) - len(refused)
        self.outcome.refused += [
            f"{self.system} {account}: {why}"
            for account, why in dict.fromkeys((place[1], why) for place, why in refused.items())
        ]

    def _written(self, rows: Sequence[Outgoing]) -> dict[Place, str]:
        """Send rows, all of a record together; why those that were refused were."""
        by_record: dict[str, Values] = {}
        for one in rows:
            by_record.setdefault(one.account_id, {})[one.field] = one.value
        writes = [Write(account, values) for account, values in by_record.items()]
        results = write_batch(self.writer, self.client, writes) if writes else []
        errors = {one.record_id: one.error for one in results if one.error}
        return {one.place: errors[one.account_id] for one in rows if one.account_id in errors}

    def _keep(self, checked: Sequence[Outgoing]) -> list[Outgoing]:
        """Write down the outcome of the comparison; the rows that are to be sent now.

        A row that the person changed since it was read waits for the next run.
        """
        with self.session.store.write() as conn:
            kept = []
            for one in checked:
                now = outbox.row_at(conn, one.place)
                if now is not None and now.value == one.value:
                    kept.append(one)
            outbox.put(conn, kept)
        return [one for one in kept if one.state == SENDING]

    def read_back(self) -> None:
        """Facts of the records that took an edit; then the edit need not be shown over them."""
        with self.session.store.read() as conn:
            confirmed = [one for one in outbox.rows(conn, self.system) if one.state == CONFIRMED]
        ids = sorted({one.account_id for one in confirmed})
        zone = self.session.zone
        sink = StoreSink(self.session.store, window_open=self.session.window_open, zone=zone)
        context = Context(
            self.client, lambda stream: sink.cursor(self.system, stream), lambda _: [], zone
        )
        for start in range(0, len(ids), self.writer.batch):
            part = ids[start : start + self.writer.batch]
            for page in self.writer.reread(context, part):
                sink.page(self.system, page.of, page, context.server_now(self.session.now()))
            with self.session.store.write() as conn:
                outbox.clear(conn, [one for one in confirmed if one.account_id in part])


def _apart(going: Sequence[Outgoing], errors: Mapping[Place, str]) -> list[list[Outgoing]]:
    """What was refused together with other fields of its record, field by field: one value that the
    CRM does not take holds back no other."""
    refused = [one for one in going if one.place in errors]
    records = Counter(one.account_id for one in refused)
    parts: dict[str, list[Outgoing]] = {}
    for one in refused:
        if records[one.account_id] > 1:
            parts.setdefault(one.field, []).append(one)
    return list(parts.values())


def _checked(row: Outgoing, now: Values | None) -> Outgoing:
    """The row after the three-way comparison with what the CRM holds `now`."""
    if now is None:
        return replace(row, state=REFUSED, error=GONE)
    theirs = now.get(row.field)
    if same_value(theirs, row.value):
        return replace(row, state=CONFIRMED, sent=None, theirs=None, error="")
    unanswered = row.state == SENDING and same_value(theirs, row.sent)
    if same_value(theirs, row.base) or unanswered:
        return replace(row, state=SENDING, sent=row.value, base=theirs, theirs=None, error="")
    return replace(row, state=CONFLICT, theirs=theirs, sent=None)
