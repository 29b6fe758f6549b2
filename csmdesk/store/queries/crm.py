"""A customer's records in the CRM: what can be edited from here, where it is kept, what it shows now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from csmdesk.domain.days import iso_day
from csmdesk.domain.systems import RANKS, SYSTEMS
from csmdesk.store import outbox
from csmdesk.store.outbox import EDITABLE
from csmdesk.store.sql import fetch, marks

_SYSTEMS = tuple(name for name, system in SYSTEMS.items() if system.rank == RANKS["crm"])


@dataclass(frozen=True, slots=True)
class CrmRecord:
    """`values`: the editable fields as they are shown, edits on their way included."""

    source: str
    account_id: str
    values: dict[str, str | None]

    @property
    def editable(self) -> bool:
        return SYSTEMS[self.source].editable


def crm_record(conn: Connection, customer: str) -> CrmRecord | None:
    """The customer's first record in a CRM that takes edits, None when it has none."""
    return next((one for one in _records(conn, customer) if one.editable), None)


def crm_fields(conn: Connection, customer: str) -> dict[str, CrmRecord]:
    """Field -> the record that an edit of it belongs to; {} where no CRM takes edits."""
    records = _records(conn, customer)
    if not any(one.editable for one in records):
        return {}
    return {name: _kept(records, name) for name in EDITABLE}


def _kept(records: Sequence[CrmRecord], name: str) -> CrmRecord:
    """The record whose value is shown. Where that one takes no edits, one that is shown before it,
    so that the edit is; there may be none such."""
    first: CrmRecord | None = None
    for one in records:
        if first is None and one.editable:
            first = one
        if one.values[name]:
            return one if one.editable or first is None else first
    assert first is not None, "asked for a customer with a CRM that takes edits"
    return first


def _records(conn: Connection, customer: str) -> list[CrmRecord]:
    """In the order in which the portfolio merges them: the first that has a value shows it."""
    sql = (
        f"SELECT a.source, a.source_id, {', '.join(f'a.{one}' for one in EDITABLE)} FROM identity i "
        "JOIN fact_account a ON a.source = i.source AND a.source_id = i.source_id "
        f"WHERE a.archived = 0 AND i.customer_id = ? AND i.source IN ({marks(len(_SYSTEMS))}) "
        "ORDER BY 1, 2"
    )
    records = []
    for source, account, *told in fetch(conn, sql, (customer, *_SYSTEMS)):
        values = dict(zip(EDITABLE, told, strict=True))
        if values["renewal_on"] is not None:
            values["renewal_on"] = iso_day(values["renewal_on"])
        waiting = outbox.rows(conn, source)
        values |= {one.field: one.value for one in waiting if one.account_id == account}
        records.append(CrmRecord(source, account, values))
    return records


def crm_owners(conn: Connection, source: str) -> list[tuple[str, str]]:
    """Id and name of the CRM's active users, by name."""
    sql = "SELECT source_id, name FROM fact_person WHERE source = ? AND archived = 0 ORDER BY 2, 1"
    return [(row[0], row[1]) for row in fetch(conn, sql, (source,))]
