"""Scores into the CRM: changed values only, in batches, each settled before the next.

Before a record's first write its former values are read and kept, and before every batch what is
about to be sent. So a run that was cut off anywhere is completed by the next one: updates are by id
and may be repeated, and undo knows both what was there and what may be there now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec

from csmdesk.domain.cancel import CancelToken, Progress, Report
from csmdesk.domain.errors import BadInput, SourceError
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.settings import Settings
from csmdesk.domain.texts import plural
from csmdesk.engine.figures.scores import SCORE_FIELDS, SCORED_AT, scores_to_write
from csmdesk.jobs.lock import workspace_lock
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot import build_portfolio
from csmdesk.jobs.sources import connectors
from csmdesk.store import findings
from csmdesk.store import write_back as stored
from csmdesk.store.database import Connection
from csmdesk.store.write_back import Entry, Held, Values
from csmdesk.sync.client import HttpClient
from csmdesk.sync.stream import Connector
from csmdesk.sync.writer import (
    WritableConnector,
    Write,
    Writer,
    Written,
    same_value,
    write_batch,
)

T = TypeVar("T")


@dataclass(slots=True)
class WriteOutcome:
    """`at`: when it began, the same in every entry of the log; `refused`: a row per record that its
    system did not take; `errors` ended a whole system."""

    at: int
    verb: str = "written"
    written: int = 0
    left_alone: int = 0
    requests: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    errors: list[SourceError] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        text = f"{plural(self.written, 'CRM record')} {self.verb}."
        if self.refused:
            text += f" {plural(len(self.refused), 'record')} refused; the next run tries again."
        if self.left_alone:
            text += f" {plural(self.left_alone, 'record')} changed in the CRM since: left alone."
        return {
            "written": self.written,
            "left_alone": self.left_alone,
            "requests": self.requests,
            "refused": self.refused,
            "problems": [error.sentence() for error in self.errors],
            "text": text,
        }


def write_back(
    session: Session, cancel: CancelToken, report: Report, *, once: bool = False
) -> dict[str, Any]:
    """Write today's scores as the last run stored them, under the workspace's lock. `once`: a person
    asked for this write alone, whether every run writes or not."""
    if not (once or session.settings.write_back.enabled):
        raise BadInput(
            "Writing scores to the CRM is turned off.",
            "Set enabled = true under [write_back] in workspace.toml; --dry-run shows what it does.",
        )
    with workspace_lock(session):
        return write_scores(session, todays_portfolio(session), cancel, report).summary()


def todays_portfolio(session: Session) -> Portfolio:
    """The portfolio of today's run; BadInput while today was not scored."""
    with session.store.read() as conn:
        last = findings.last_run(conn)
    if last is None or last.day < session.today():
        raise BadInput(
            "Today has not been scored yet.",
            "Run the engine first: File > Run the engine now, or “csmdesk run”.",
        )
    return build_portfolio(session, last.day)


def write_scores(
    session: Session, portfolio: Portfolio, cancel: CancelToken, report: Report
) -> WriteOutcome:
    """Write the portfolio's scores to every connected system that takes them."""
    wanted = scores_to_write(portfolio)
    outcome = WriteOutcome(session.now())

    def write(target: _Target) -> None:
        with session.store.read() as conn:
            records = stored.crm_records(conn, target.system)
        rows = changed(records, target.known, wanted)
        if rows:
            target.writer.prepare(target.client)
        for batch in _batches(target, rows, report, f"Scores to {target.title}"):
            target.write(batch)

    _each(session, portfolio.day, cancel, outcome, write)
    return outcome


def undo(session: Session, cancel: CancelToken, report: Report) -> dict[str, Any]:
    """Write the former values back and turn write-back off; records that somebody changed in the
    CRM since are left alone."""
    outcome = WriteOutcome(session.now(), "restored")

    def restore(target: _Target) -> None:
        ids = list(target.known)
        for batch in _batches(target, ids, report, f"Former values to {target.title}"):
            target.restore(batch)

    with workspace_lock(session):
        if session.settings.write_back.enabled:
            turn(session, on=False)
        _each(session, session.today(), cancel, outcome, restore)
    return outcome.summary()


def turn(session: Session, *, on: bool) -> None:
    """Whether every run ends by writing its scores."""

    def turned(settings: Settings) -> Settings:
        written = msgspec.structs.replace(settings.write_back, enabled=on)
        return msgspec.structs.replace(settings, write_back=written)

    session.change_settings(turned)


def _each(
    session: Session,
    day: int,
    cancel: CancelToken,
    outcome: WriteOutcome,
    work: Callable[[_Target], None],
) -> None:
    """Do the work on every system that can be written to; one that fails does not stop the others."""
    found, lost = connectors(session, day)
    outcome.errors += lost
    for connector in writable(found):
        with session.store.read() as conn:
            known = stored.held(conn, connector.system)
        try:
            client = HttpClient(connector.api(), cancel, session.patience)
        except SourceError as error:
            outcome.errors.append(error)
            continue
        try:
            work(_Target(session, connector, connector.writer(), client, known, outcome))
        except SourceError as error:
            outcome.errors.append(error)
        finally:
            outcome.requests += client.requests
            client.close()


def writable(found: Sequence[Connector]) -> list[WritableConnector]:
    """Those whose system takes scores."""
    return [one for one in found if isinstance(one, WritableConnector)]


def _batches(
    target: _Target, rows: Sequence[T], report: Report, text: str
) -> Iterator[Sequence[T]]:
    """The rows in batches, with progress and a look at the cancel token before each."""
    for start in range(0, len(rows), target.writer.batch):
        report(Progress("write_back", text, start, len(rows)))
        target.client.cancel.check()
        yield rows[start : start + target.writer.batch]


def changed(
    records: dict[str, str], known: dict[str, Held], wanted: dict[str, Values]
) -> list[Write]:
    """The fields of every record that differ from what was confirmed last. A customer that lost its
    score is emptied; one that never had one is not touched. The moment alone is no change."""
    rows = []
    for account, customer in records.items():
        values = wanted.get(customer) or dict.fromkeys(SCORE_FIELDS)
        sent = known[account].sent if account in known else {}
        differ = {one: text for one, text in values.items() if sent.get(one) != text}
        if differ.keys() - {SCORED_AT}:
            rows.append(Write(account, differ))
    return rows


@dataclass(frozen=True, slots=True)
class _Target:
    """One system that is written to, and what it is known to hold."""

    session: Session
    connector: WritableConnector
    writer: Writer
    client: HttpClient
    known: dict[str, Held]
    outcome: WriteOutcome

    @property
    def system(self) -> str:
        return self.connector.system

    @property
    def title(self) -> str:
        return self.connector.title

    def write(self, batch: Sequence[Write]) -> None:
        """Keep the former values and the plan, send, keep what became of it."""
        planned = {row.record_id: self.known.get(row.record_id) or Held() for row in batch}
        unknown = [
            row.record_id for row in batch if planned[row.record_id].unsure_of(row.values.keys())
        ]
        now = self.writer.current(self.client, unknown, SCORE_FIELDS) if unknown else {}
        gone = f"It is no longer in {self.title}."
        lost = [Written(one, gone) for one in unknown if one not in now]
        for one in lost:
            del planned[one.record_id]
        send = [row for row in batch if row.record_id in planned]
        for row in send:
            held = planned[row.record_id].read(now.get(row.record_id, {}))
            planned[row.record_id] = replace(held, pending=dict(row.values))
        with self.session.store.write() as conn:
            stored.keep(conn, self.system, planned)
        results = write_batch(self.writer, self.client, send) if send else []
        at = self.session.now()
        settled = {one.record_id: planned[one.record_id].settled(one.error, at) for one in results}
        with self.session.store.write() as conn:
            stored.keep(conn, self.system, settled)
            self._note(conn, results, {one: (h.sent, h.pending) for one, h in planned.items()})
        self._count([*results, *lost])

    def restore(self, ids: Sequence[str]) -> None:
        """Write the former values where ours still stand."""
        now = self.writer.current(self.client, ids, SCORE_FIELDS)
        rows, done = [], []
        for one in ids:
            back, foreign = _back(self.known[one], now.get(one))
            self.outcome.left_alone += foreign
            if back:
                rows.append(Write(one, back))
            else:
                done.append(one)
        results = write_batch(self.writer, self.client, rows) if rows else []
        done += [one.record_id for one in results if not one.error]
        told = {row.record_id: (now[row.record_id], dict(row.values)) for row in rows}
        with self.session.store.write() as conn:
            stored.forget(conn, self.system, done)
            self._note(conn, results, told)
        self._count(results)

    def _note(
        self, conn: Connection, results: Sequence[Written], told: dict[str, tuple[Values, Values]]
    ) -> None:
        """`told`: what each record held before, and what was sent."""
        entries = []
        for one in results:
            before, after = told[one.record_id]
            was = {field: before.get(field) for field in after}
            entries.append(Entry(self.system, one.record_id, was, after, one.error))
        stored.note(conn, entries, self.outcome.at)

    def _count(self, results: Sequence[Written]) -> None:
        for one in results:
            if one.error:
                told = {"source": self.system, "record": one.record_id, "why": one.error}
                self.outcome.refused.append(told)
            else:
                self.outcome.written += 1


def _back(held: Held, now: Values | None) -> tuple[Values, bool]:
    """The former values of the fields that still hold ours, and whether others hold neither: changed
    by somebody. Nothing of a record that is gone."""
    back: Values = {}
    foreign = False
    if now is None:
        return back, foreign
    for one, former in held.former.items():
        value = now.get(one)
        if same_value(value, former):
            continue
        ours = (held.sent.get(one), held.pending.get(one))
        if any(same_value(value, text) for text in ours):
            back[one] = former
        else:
            foreign = True
    return back, foreign
