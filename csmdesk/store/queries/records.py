"""The records of all sources that make up a customer, and why each belongs to it."""

from __future__ import annotations

from sqlalchemy import Connection

from csmdesk.domain.page import Record
from csmdesk.domain.systems import system_named
from csmdesk.store.identity import customer_id
from csmdesk.store.sql import fetch

_HOW = {
    "anchor": "makes the customer",
    "id": "shares an id",
    "domain": "same domain",
    "name": "same name",
    "person": "placed by a person",
}


def customer_records(conn: Connection, customer: str) -> tuple[Record, ...]:
    """By the rank of their systems; the one that the customer is known by cannot be split off."""
    rows = fetch(
        conn,
        "SELECT i.source, i.source_id, a.name, i.how FROM identity i JOIN fact_account a "
        "ON a.source = i.source AND a.source_id = i.source_id AND a.archived = 0 "
        "WHERE i.customer_id = ?",
        (customer,),
    )
    rows.sort(key=lambda row: (system_named(row[0]).rank, row[0], row[1]))
    return tuple(
        Record(
            key=f"{source}:{key}",
            source=system_named(source).title,
            name=name or key,
            how=_HOW.get(how, how),
            apart=len(rows) > 1 and customer_id(source, key) != customer,
        )
        for source, key, name, how in rows
    )
