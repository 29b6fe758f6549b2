"""Edits of CRM fields on their way to the CRM: queued with the edit, shown over the fact, settled.

A row lives from the edit until the CRM's own answer has been read back:

| state | means |
| --- | --- |
| queued | to be sent |
| sending | sent, or about to be; the answer is not known |
| conflict | the CRM holds neither what it held when the person edited nor what they want: they decide |
| refused | the CRM did not take it; tried again |
| confirmed | the CRM took it; the fact is not read back yet |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from sqlalchemy import Connection

from csmdesk.store.schema.outgoing import OUTBOX
from csmdesk.store.sql import delete_sql, fetch, many, upsert_sql

QUEUED, SENDING, CONFLICT, REFUSED, CONFIRMED = (
    "queued",
    "sending",
    "conflict",
    "refused",
    "confirmed",
)
EDITABLE = ("owner_id", "tier", "stage", "renewal_on")
"""Account fields that a person may edit here."""

Place = tuple[str, str, str]
"""Source, account id, field."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One field of one record on its way."""

    source: str
    account_id: str
    field: str
    value: str | None
    base: str | None
    sent: str | None = None
    theirs: str | None = None
    state: str = QUEUED
    error: str = ""
    at: int = 0
    ahead: int = 0

    @property
    def place(self) -> Place:
        return self.source, self.account_id, self.field


_COLUMNS = tuple(column.name for column in OUTBOX.columns)
_ROW = attrgetter(*_COLUMNS)


def rows(conn: Connection, source: str | None = None) -> list[Outgoing]:
    """Everything on its way, by place; of one source alone when it is named."""
    where, bound = (" WHERE source = ?", (source,)) if source else ("", ())
    sql = f"SELECT {', '.join(_COLUMNS)} FROM outbox{where} ORDER BY 1, 2, 3"
    return [Outgoing(*row) for row in fetch(conn, sql, bound)]


def row_at(conn: Connection, place: Place) -> Outgoing | None:
    sql = f"SELECT {', '.join(_COLUMNS)} FROM outbox WHERE source = ? AND account_id = ? AND field = ?"
    found = fetch(conn, sql, place)
    return Outgoing(*found[0]) if found else None


def put(conn: Connection, changed: Iterable[Outgoing]) -> None:
    many(conn, upsert_sql(OUTBOX), [_ROW(one) for one in changed])


def drop(conn: Connection, places: Iterable[Place]) -> None:
    many(conn, delete_sql(OUTBOX), list(places))


def queue(conn: Connection, place: Place, target: str | None, known: str | None, at: int) -> None:
    """A person wants `target` in the CRM, of which they knew that it holds `known`."""
    row = row_at(conn, place)
    if row is None:
        row = Outgoing(*place, value=known, base=known)
    after = wanted(row, target, known)
    if after is None:
        drop(conn, [place])
    else:
        put(conn, [replace(after, at=at)])


def wanted(row: Outgoing, target: str | None, known: str | None) -> Outgoing | None:
    """The row after another wish; None when nothing is left to send."""
    if row.state == SENDING:
        return replace(row, value=target)
    if row.state == CONFIRMED:
        if target == row.value:
            return row
        return replace(row, value=target, base=row.value, state=QUEUED, ahead=1)
    if target == row.base:
        return replace(row, value=target, state=CONFIRMED, error="") if row.ahead else None
    if row.state == CONFLICT:
        if target == row.theirs:
            return None
        if known != row.theirs:
            return replace(row, value=target)
    base = row.theirs if row.state == CONFLICT else row.base
    return replace(row, value=target, base=base, theirs=None, state=QUEUED, error="")


def settle(conn: Connection, sent: Sequence[Outgoing], errors: Mapping[Place, str]) -> None:
    """Keep what became of rows that were sent; `errors`: why those that are in it were refused.

    A row that the person changed meanwhile is queued again, from what the CRM is known to hold now.
    """
    changed = []
    for one in sent:
        now = row_at(conn, one.place)
        assert now is not None, "a row that is being sent stays until it is settled"
        error = errors.get(one.place, "")
        state = REFUSED if error else CONFIRMED
        base, ahead = (now.base, now.ahead) if error else (one.value, 1)
        after = replace(now, base=base, sent=None, error=error, ahead=ahead)
        changed.append(replace(after, state=state if now.value == one.value else QUEUED))
    put(conn, changed)


def clear(conn: Connection, confirmed: Iterable[Outgoing]) -> None:
    """These were read back as facts; what the person changed since stays on its way."""
    drop(conn, [one.place for one in confirmed if row_at(conn, one.place) == one])


def overlay(conn: Connection) -> dict[tuple[str, str], dict[str, str | None]]:
    """(source, account id) -> field -> what a person wants there: shown over the fact."""
    found: dict[tuple[str, str], dict[str, str | None]] = {}
    for one in rows(conn):
        found.setdefault((one.source, one.account_id), {})[one.field] = one.value
    return found


def unsent(conn: Connection) -> dict[str, tuple[str, ...]]:
    """Customer -> its fields that the CRM does not hold yet."""
    sql = (
        "SELECT i.customer_id, o.field FROM outbox o JOIN identity i ON i.source = o.source "
        "AND i.source_id = o.account_id WHERE o.state <> ? ORDER BY 1, 2"
    )
    found: dict[str, tuple[str, ...]] = {}
    for customer, field in fetch(conn, sql, (CONFIRMED,)):
        found[customer] = (*found.get(customer, ()), field)
    return found


def counts(conn: Connection) -> tuple[int, int]:
    """Edits that wait to be sent, and conflicts that wait for a person."""
    states = [one.state for one in rows(conn)]
    return len(states) - states.count(CONFIRMED), states.count(CONFLICT)
