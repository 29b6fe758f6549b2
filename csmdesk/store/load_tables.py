"""Fact tables as columns, every row with its customer, sorted by customer, source and id."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Connection

from csmdesk.domain.columns import Columns, Ints
from csmdesk.domain.days import MISSING, SECONDS_A_DAY, start_of_day
from csmdesk.store.load_customers import CustomerBook
from csmdesk.store.schema.facts import SHAPES, Field, Shape
from csmdesk.store.sql import fetch, ints, quoted, turned

WORK_SOURCE = "work"
"""Source of activities that a CSM logged here."""
LEFT_OUT = MISSING + 1
_EARLIEST, _LATEST = -60_000_000_000, 250_000_000_000  # instants that the calendar can hold
Row = tuple[Any, ...]
_WORDS = {
    "activity": ("author", "subject", "body"),
    "ticket": ("subject", "body"),
    "nps_answer": ("comment",),
}
"""Long texts that no figure needs: a customer's page reads its own."""


@dataclass(slots=True)
class _Read:
    """The stored rows of one table, with where each belongs. `fields`: those that were read."""

    shape: Shape
    fields: tuple[Field, ...]
    rows: list[Row]
    customer: Ints
    subscription: Ints | None = None

    def values(self, name: str) -> list[Any]:
        at = [field.name for field in self.fields].index(name)
        return [row[at] for row in self.rows]


def load_tables(conn: Connection, book: CustomerBook, zone: tzinfo) -> dict[str, Columns]:
    """All tables of `domain.facts.FACTS` but `account`. Archived rows are left out, but for persons:
    an archived owner still owns companies, or once did. Rows of archived accounts and of unknown
    subscriptions are left out; rows of accounts without a customer have customer MISSING."""
    tables: dict[str, Columns] = {}
    parents: dict[tuple[str, str], int] = {}
    contacts: dict[tuple[str, str], str] = {
        (row[0], row[1]): row[2]
        for row in fetch(conn, "SELECT source, source_id, account_id FROM fact_contact")
    }
    names = sorted(
        (name for name in SHAPES if name != "account"), key=lambda one: one != "subscription"
    )
    for name in names:
        shape = SHAPES[name]
        read = _read(conn, shape)
        if shape.has("account_id"):
            read.customer = _customers(read, book, contacts)
        elif shape.has("subscription_id"):
            read.subscription = _subscriptions(read, parents)
            owner = tables["subscription"].ints("customer")
            read.customer = _through(owner, read.subscription)
        tables[name] = _columns(read, zone)
        if name == "subscription":
            keys = zip(tables[name]["source"], tables[name]["source_id"], strict=True)
            parents = {key: at for at, key in enumerate(keys)}
    return tables


def _read(conn: Connection, shape: Shape) -> _Read:
    left_out = _WORDS.get(shape.name, ())
    read = tuple(field for field in shape.fields if field.name not in left_out)
    names = [field.name for field in read]
    alive = " WHERE archived = 0" if shape.has("archived") and shape.name != "person" else ""
    sql = f"SELECT {quoted(names)} FROM {shape.table.name}{alive} ORDER BY source, source_id"
    rows = fetch(conn, sql)
    if shape.name == "activity":
        rows += _logged(conn, names)
    if shape.name == "field_change":
        rows += _edited(conn, names)
    return _Read(shape, read, rows, np.full(len(rows), MISSING, np.int64))


def _logged(conn: Connection, names: Sequence[str]) -> list[Row]:
    """What CSMs logged here, as activities; the customer stands in `account_id`."""
    told = {"source": f"'{WORK_SOURCE}'", "source_id": "note_id", "account_id": "customer_id"}
    columns = ", ".join(told.get(name, name) for name in names)
    return fetch(conn, f"SELECT {columns} FROM work_note ORDER BY note_id")


def _edited(conn: Connection, names: Sequence[str]) -> list[Row]:
    """Edits on their way to the CRM, as the newest of a field's dated values."""
    told = {"source_id": "'edit:' || field"}
    columns = ", ".join(told.get(name, f'"{name}"') for name in names)
    return fetch(conn, f"SELECT {columns} FROM outbox ORDER BY source, account_id, field")


def _customers(read: _Read, book: CustomerBook, contacts: dict[tuple[str, str], str]) -> Ints:
    """Customer of every row through its account, or through its contact when it names none."""
    accounts: list[str | None] = read.values("account_id")
    sources = read.values("source")
    if read.shape.has("contact_id"):
        accounts = [
            contacts.get((source, contact)) if account is None and contact else account
            for source, account, contact in zip(
                sources, accounts, read.values("contact_id"), strict=True
            )
        ]
    found: list[int] = []
    start = 0
    for source, run in groupby(sources):
        end = start + sum(1 for _ in run)
        at = dict.fromkeys(book.archived.get(source, ()), LEFT_OUT)
        at.update(book.index if source == WORK_SOURCE else book.accounts.get(source, {}))
        found.extend([at.get(one, MISSING) for one in accounts[start:end]])  # type: ignore[arg-type]
        start = end
    return np.array(found, np.int64)


def _subscriptions(read: _Read, parents: dict[tuple[str, str], int]) -> Ints:
    keys = zip(read.values("source"), read.values("subscription_id"), strict=True)
    return np.fromiter((parents.get(key, LEFT_OUT) for key in keys), np.int64, len(read.customer))


def _through(owner: Ints, subscription: Ints) -> Ints:
    out = np.full(len(subscription), LEFT_OUT, np.int64)
    known = subscription >= 0
    out[known] = owner[subscription[known]]
    return out


def _columns(read: _Read, zone: tzinfo) -> Columns:
    kept = np.flatnonzero(read.customer != LEFT_OUT)
    order = kept[np.argsort(read.customer[kept], kind="stable")]
    # Sorting the rows once is much cheaper than sorting every column.
    rows = list(map(read.rows.__getitem__, order.tolist()))
    data: dict[str, Any] = {}
    for field, values in zip(read.fields, turned(rows, len(read.fields)), strict=True):
        data[field.name] = typed_column(field, values)
        if field.kind == "Instant":
            data[f"{field.name}_day"] = days_of(data[field.name], zone)
    data["customer"] = read.customer[order]
    if read.subscription is not None:
        data["subscription"] = read.subscription[order]
    return Columns(data, len(order))


def typed_column(field: Field, values: tuple[Any, ...]) -> Any:
    """A stored column as the engine reads it."""
    if field.numeric:
        return ints(values)
    if field.kind == "bool":
        return np.fromiter(values, bool, len(values))
    if not field.packed:
        return list(values)
    shape: type = tuple if field.kind == "Names" else dict
    parsed = {text: shape(json.loads(text)) for text in set(values)}
    return [parsed[text] for text in values]


def days_of(instants: Ints, zone: tzinfo) -> Ints:
    """Calendar day, in `zone`, of every instant; MISSING stays."""
    known = instants != MISSING
    seconds = np.clip(instants[known], _EARLIEST, _LATEST)
    out = np.full(len(instants), MISSING, np.int64)
    utc_days = seconds // SECONDS_A_DAY
    if zone is UTC or str(zone) == "UTC" or not len(seconds):
        out[known] = utc_days
        return out
    # No zone is a whole day off: the local day is the UTC day or one of its neighbours.
    near = np.unique(utc_days)
    days = np.unique(np.concatenate((near - 1, near, near + 1)))
    starts = np.fromiter((start_of_day(day, zone) for day in days.tolist()), np.int64, len(days))
    out[known] = days[np.searchsorted(starts, seconds, side="right") - 1]
    return out
