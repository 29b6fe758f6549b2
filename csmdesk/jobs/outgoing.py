"""What is on its way to the CRM and what was written to it, told without asking any system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from csmdesk.domain.cancel import CancelToken, Progress, Report
from csmdesk.domain.errors import BadInput
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.systems import system_named
from csmdesk.engine.figures.scores import scores_to_write
from csmdesk.jobs.session import Session
from csmdesk.jobs.sources import connectors
from csmdesk.jobs.write_back import changed, todays_portfolio, writable
from csmdesk.store import write_back as stored
from csmdesk.store.database import Connection
from csmdesk.store.edits.crm import NAMES
from csmdesk.store.outbox import Outgoing
from csmdesk.store.outbox_notes import OutgoingNote, to_send
from csmdesk.store.quality import Names, owner_of, people
from csmdesk.store.queries import outgoing as queries
from csmdesk.store.write_back import Held, Values
from csmdesk.sync.writer import WritableConnector

Row = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """What a write of scores would change: `rows`, one a field; `left_out`, one a customer that has
    nothing to be written, with the reason; `unchanged`: records that hold today's score already."""

    rows: list[Row] = field(default_factory=list)
    left_out: list[Row] = field(default_factory=list)
    unchanged: int = 0


def outgoing(session: Session, cancel: CancelToken, report: Report) -> dict[str, Any]:
    """Scores to write, edits that wait, and the writes of the last months, for the window.

    `problem`: why no score can be written now, "" when one can.
    """
    report(Progress("outgoing", "Comparing today's scores with what was written", 0))
    with session.store.read() as conn:
        edits, writes = list(_edits(conn)), queries.score_writes(conn)
        held = sum(one.records for one in queries.outward(conn).values())
    found, problem = Plan(), ""
    try:
        portfolio = todays_portfolio(session)
    except BadInput as error:
        problem = error.sentence()
    else:
        cancel.check()
        found = plan(session, portfolio, cancel)
    return {
        "on": session.settings.write_back.enabled,
        "rows": found.rows,
        "left_out": found.left_out,
        "unchanged": found.unchanged,
        "edits": edits,
        "writes": [
            {
                "at": one.at,
                "system": system_named(one.source).title,
                "records": one.records,
                "refused": one.refused,
                "why": one.why,
            }
            for one in writes
        ],
        "held": held,
        "problem": problem,
    }


def plan(session: Session, portfolio: Portfolio, cancel: CancelToken) -> Plan:
    """Every field that a write-back would change, and who is left out."""
    wanted = scores_to_write(portfolio)
    names = dict(zip(portfolio.customers["id"], portfolio.customers["name"], strict=True))
    made, reached = Plan(), set()
    targets = writable(connectors(session, portfolio.day)[0])
    for connector in targets:
        cancel.check()
        with session.store.read() as conn:
            records = stored.crm_records(conn, connector.system)
            known = stored.held(conn, connector.system)
        _add(made, connector, records, known, wanted, names)
        reached |= set(records.values())
    titles = " or ".join(connector.title for connector in targets)
    made.left_out += [
        {
            "source": "",
            "record": "",
            "customer_id": one,
            "customer": name,
            "why": f"It has no record in {titles}.",
        }
        for one, name in names.items()
        if targets and one not in reached
    ]
    return made


def _add(
    made: Plan,
    connector: WritableConnector,
    records: dict[str, str],
    known: dict[str, Held],
    wanted: dict[str, Values],
    names: dict[str, str],
) -> None:
    """Add one system's records to the plan."""
    properties, writes = connector.writer().scores, changed(records, known, wanted)
    for write in writes:
        held = known.get(write.record_id, Held())
        before = held.former | held.sent
        customer = records[write.record_id]
        about = {"source": connector.system, "record": write.record_id}
        about |= {"customer_id": customer, "customer": names.get(customer) or ""}
        made.rows += [
            {
                **about,
                "field": one,
                "property": properties[one],
                "before": before.get(one),
                "known": one in before,
                "after": text,
                "why": held.error,
            }
            for one, text in write.values.items()
        ]
    going = {write.record_id for write in writes}
    for one, customer in records.items():
        if one in going:
            continue
        if one in known or any(wanted.get(customer, {}).values()):
            made.unchanged += 1
            continue
        about = {"source": connector.system, "record": one}
        about |= {"customer_id": customer, "customer": names.get(customer) or ""}
        made.left_out.append({**about, "why": "It has no score yet."})


def _edits(conn: Connection) -> Iterator[Row]:
    """A person's edits that the CRM does not hold yet."""
    names, csms = Names(conn), people(conn)

    def about(one: Outgoing | OutgoingNote) -> Row:
        customer = owner_of(conn, one.source, one.account_id)
        return {
            "source": one.source,
            "record": one.account_id,
            "customer_id": customer,
            "customer": names.told(customer, one.account_id),
            "state": one.state,
            "why": one.error,
        }

    for one in queries.waiting_edits(conn):
        mine, theirs = (
            csms.get((one.source, text), text) if text else None
            for text in (one.value, one.theirs or one.base)
        )
        yield {**about(one), "field": NAMES[one.field], "before": theirs, "after": mine}
    for note in to_send(conn):
        yield {**about(note), "field": note.kind, "before": None, "after": None}
