"""What an edit verb gives: rows of work tables as they shall be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import BadInput
from csmdesk.store.schema import work
from csmdesk.store.sql import chunks, fetch, marks

Key = tuple[Any, ...]
Row = dict[str, Any]

TABLES: dict[str, Table] = {one.name: one for one in work.OF_CUSTOMERS}
"""What people write about customers."""

IDENTITY_TABLES: dict[str, Table] = {
    one.name: one for one in (work.CUSTOMER, work.IDENTITY, work.CUSTOMER_ALIAS, work.WORK_APART)
}
"""Who is who."""

WRITABLE = TABLES | IDENTITY_TABLES
"""The tables that edits may write; the audit log names them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The row `key` of `table` shall be `row`, or not be (None)."""

    table: str
    key: Key
    row: Row | None


@dataclass(frozen=True, slots=True)
class Plan:
    """`text` in the imperative, with a capital: "Tag 12 customers"."""

    text: str
    wanted: list[Wanted]


@dataclass(frozen=True, slots=True)
class Moment:
    """Who edits, when (epoch seconds), on which day of the workspace, as which audit row."""

    conn: Connection
    who: str
    at: int
    day: int
    audit_id: int


Verb = Callable[[Moment, Edit], Plan]


def read_row(conn: Connection, table: str, key: Key) -> Row | None:
    """A row of a work table by its primary key."""
    where = " AND ".join(f"{column.name} = ?" for column in WRITABLE[table].primary_key)
    found = fetch(conn, f"SELECT * FROM {table} WHERE {where}", key)
    names = (column.name for column in WRITABLE[table].columns)
    return dict(zip(names, found[0], strict=True)) if found else None


def blank(table: str, key: Key) -> Row:
    """A row of which only the key is known."""
    row: Row = dict.fromkeys(column.name for column in WRITABLE[table].columns)
    row.update(zip((column.name for column in WRITABLE[table].primary_key), key, strict=True))
    return row


def counted(noun: str, count: int) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def text_arg(args: Mapping[str, object], name: str, *, required: bool = False) -> str:
    value = args.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise BadInput(f"“{name}” must be a text that is not empty.")
    return value.strip()


def int_arg(args: Mapping[str, object], name: str) -> int | None:
    """A whole number or None (also when it is not given)."""
    value = args.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise BadInput(f"“{name}” must be a whole number.")
    return value


def choice_arg(args: Mapping[str, object], name: str, choices: tuple[str, ...]) -> str:
    value = args.get(name)
    if not isinstance(value, str) or value not in choices:
        raise BadInput(f"“{name}” must be one of {', '.join(choices)}.")
    return value


def known_customers(moment: Moment, targets: tuple[str, ...]) -> tuple[str, ...]:
    """The targets, once each; BadInput names one that is no customer."""
    wanted = tuple(dict.fromkeys(targets))
    known: set[str] = set()
    for part in chunks(wanted):
        sql = f"SELECT customer_id FROM customer WHERE customer_id IN ({marks(len(part))})"
        known.update(row[0] for row in fetch(moment.conn, sql, tuple(part)))
    for one in wanted:
        if one not in known:
            raise BadInput(f"There is no customer {one}.")
    return wanted
