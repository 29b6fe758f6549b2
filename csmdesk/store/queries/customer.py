"""Everything about one customer, for its tab: a few indexed reads, newest first, limited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING, start_of_day
from csmdesk.domain.settings import Settings
from csmdesk.domain.usage import Usage
from csmdesk.store.identity import resolve
from csmdesk.store.load_customers import CustomerBook
from csmdesk.store.load_tables import days_of, typed_column
from csmdesk.store.load_usage import load_usage
from csmdesk.store.outbox_notes import TAKEN
from csmdesk.store.schema.facts import SHAPES, Shape
from csmdesk.store.snapshot import SnapshotRows, snapshot_rows
from csmdesk.store.sql import chunks, fetch, marks, quoted, turned

LIMIT = 500
Account = tuple[str, str]
Term = tuple[str, list[str]]
"""A condition and its bound values."""

_NEWEST = {
    "contact": "last_seen_at",
    "subscription": "started_on",
    "subscription_item": "since",
    "subscription_change": "changed_on",
    "status_change": "changed_on",
    "discount": "starts_on",
    "invoice": "issued_on",
    "order": "ordered_on",
    "entitlement": "since",
    "ticket": "created_at",
    "nps_answer": "answered_at",
    "activity": "at",
    "deal": "created_at",
    "agent": "last_seen_at",
    "field_change": "at",
}
_HAPPENED = {**_NEWEST, "contact": "created_at", "agent": None, "discount": None, "product": None}
"""The date that decides whether a row exists on a past day; None: it always does."""

_ORPHANED = "coalesce(account_id, '') = '' AND "
"""No account of its own, said so that SQLite looks up the contact and not all such rows."""


@dataclass(frozen=True, slots=True)
class CustomerRows:
    """`accounts`: (source, account id). `tables`: its rows of each fact table and its products
    (columns as in `Facts.tables` without customer and subscription), newest first, at most LIMIT.
    `usage`: as in `Facts`, this customer being row 0. `work`: its tasks, alerts, tags, notes."""

    customer_id: str
    accounts: tuple[Account, ...]
    tables: dict[str, Columns]
    usage: Usage
    work: SnapshotRows


def customer_rows(conn: Connection, customer_id: str, day: int, settings: Settings) -> CustomerRows:
    """The customer as of `day`: nothing that happened later. Merged ids are followed."""
    customer = resolve(conn, customer_id)
    accounts = _accounts(conn, customer)
    zone = ZoneInfo(settings.time_zone)
    end = start_of_day(day + 1, zone) - 1
    tables: dict[str, Columns] = {}
    for name in _NEWEST:
        shape = SHAPES[name]
        if shape.has("account_id"):
            owned = _owned("account_id", accounts)
            if shape.has("contact_id"):
                owned += _owned("contact_id", _keys(tables["contact"]), _ORPHANED)
        else:
            owned = _owned("subscription_id", _keys(tables["subscription"]))
        tables[name] = _table(conn, shape, owned, day, end, zone)
    tables["product"] = _table(conn, SHAPES["product"], _products(tables), day, end, zone)
    return CustomerRows(
        customer_id=customer,
        accounts=accounts,
        tables=tables,
        usage=load_usage(conn, _book(customer, accounts), settings.features, accounts),
        work=snapshot_rows(conn, day, customer),
    )


def _accounts(conn: Connection, customer: str) -> tuple[Account, ...]:
    sql = (
        "SELECT i.source, i.source_id FROM identity i JOIN fact_account a "
        "ON a.source = i.source AND a.source_id = i.source_id AND a.archived = 0 "
        "WHERE i.customer_id = ? ORDER BY 1, 2"
    )
    return tuple((row[0], row[1]) for row in fetch(conn, sql, (customer,)))


def _book(customer: str, accounts: tuple[Account, ...]) -> CustomerBook:
    known: dict[str, dict[str, int]] = {}
    for source, account in accounts:
        known.setdefault(source, {})[account] = 0
    joined = Columns({"joined_usage": np.array([bool(accounts)])}, 1)
    return CustomerBook((customer,), {customer: 0}, joined, known, {})


def _keys(table: Columns) -> tuple[Account, ...]:
    return tuple(zip(table["source"], table["source_id"], strict=True))


def _products(tables: dict[str, Columns]) -> list[Term]:
    items = (tables["subscription_item"], tables["subscription_change"])
    keys = {
        key for table in items for key in zip(table["source"], table["product_id"], strict=True)
    }
    return _owned("source_id", tuple(sorted(keys)))


def _owned(column: str, keys: tuple[Account, ...], also: str = "") -> list[Term]:
    """Conditions, one of which holds for the rows of these keys; each is one index lookup.

    A bare `source = ?` would make SQLite walk the source's whole primary key instead.
    """
    return [
        (f"({also}{column} IN ({marks(len(part))}) AND source || '' = ?)", [*part, source])
        for source in sorted({key[0] for key in keys})
        for part in chunks([key[1] for key in keys if key[0] == source])
    ]


def _table(
    conn: Connection, shape: Shape, owned: list[Term], day: int, end: int, zone: ZoneInfo
) -> Columns:
    # Nothing but indexed terms may stand in the OR: SQLite would scan the table otherwise.
    where = " OR ".join(term for term, _ in owned) or "FALSE"
    bound: list[Any] = [value for _, values in owned for value in values]
    conditions = [f"({where})"]
    happened = _HAPPENED[shape.name]
    if happened is not None:
        kind = next(field.kind for field in shape.fields if field.name == happened)
        conditions.append(f'("{happened}" IS NULL OR "{happened}" <= ?)')
        bound.append(end if kind == "Instant" else day)
    if shape.name == "activity":
        conditions.append(f"NOT EXISTS ({TAKEN.format(table=shape.table.name)})")
    if shape.has("archived"):
        conditions.append("archived = 0")
    sql = (
        f"SELECT {quoted(shape.names)} FROM {shape.table.name} WHERE {' AND '.join(conditions)} "
        f'ORDER BY "{_NEWEST.get(shape.name, "source")}" DESC, source, source_id LIMIT {LIMIT}'
    )
    rows = fetch(conn, sql, tuple(bound))
    columns = dict(zip(shape.names, turned(rows, len(shape.names)), strict=True))
    data: dict[str, Any] = {}
    for field in shape.fields:
        data[field.name] = typed_column(field, columns[field.name])
        if field.name == "last_seen_at":  # a later one says nothing of the day
            data[field.name] = np.where(data[field.name] > end, MISSING, data[field.name])
        if field.kind == "Instant":
            data[f"{field.name}_day"] = days_of(data[field.name], zone)
    return Columns(data, len(rows))
