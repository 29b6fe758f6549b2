"""Pages of Stripe lists, newest first, found without sorting all customers.

Customers are numbered in the order they came, so a list walks them from the newest one
downwards, and within a customer newest first. A cursor is the id of a row, and an id tells
its customer: a page costs its own rows, whatever the number of customers. Only the order
between rows of different customers differs from Stripe's strict order of creation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from csmdesk.sandbox.shapes import BillingCustomer
from csmdesk.sandbox.state import State
from csmdesk.sandbox.stripe import errors
from csmdesk.sandbox.wire import Json, Request

Row: TypeAlias = tuple[BillingCustomer, Any]
_DEFAULT_LIMIT, _MOST = 10, 100
_BOUNDS = ("gt", "gte", "lt", "lte")


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of object: its rows of a billing customer, and the name in messages."""

    name: str
    rows: Callable[[BillingCustomer], Sequence[Any]]
    born: Callable[[Any], int]


SOURCES = {
    "customers": Source("customer", lambda owner: (owner,), lambda row: int(row.created_at)),
    "subscriptions": Source(
        "subscription", lambda owner: owner.subscriptions, lambda row: int(row.created_at)
    ),
    "invoices": Source("invoice", lambda owner: owner.invoices, lambda row: int(row.created_at)),
    "events": Source("event", lambda owner: owner.events, lambda row: int(row.at)),
}


def rows_of(state: State, source: Source, index: int) -> list[Row]:
    """The rows of one account, newest first."""
    if not state.billed(index):
        return []
    found: list[Row] = [
        (owner, row) for owner in state.account(index).billing for row in source.rows(owner)
    ]
    found.sort(key=lambda pair: (source.born(pair[1]), pair[1].stripe_id), reverse=True)
    return found


def find(state: State, source: Source, object_id: str) -> Row | None:
    """A row by its id."""
    index = state.world.index_of_stripe(object_id)
    if index is None:
        return None
    for owner, row in rows_of(state, source, index):
        if row.stripe_id == object_id:
            return owner, row
    return None


def page(
    state: State,
    source: Source,
    request: Request,
    keep: Callable[[Row], bool],
    among: Sequence[int] | None = None,
) -> tuple[list[Row], bool]:
    """One page and whether more follows; `among` limits the walk to those accounts."""
    limit = _limit(request)
    after, before = request.first("starting_after"), request.first("ending_before")
    if after and before:
        raise errors.refuse("You may only specify one of starting_after and ending_before")
    down = before is None
    walked = _walk(state, source, after or before, down, among)
    found = list(islice((row for row in walked if keep(row)), limit + 1))
    chosen = found[:limit]
    return (chosen if down else chosen[::-1]), len(found) > limit


def _walk(
    state: State, source: Source, cursor: str | None, down: bool, among: Sequence[int] | None
) -> Iterator[Row]:
    """Rows after the cursor in the list's order, or before it going backwards."""
    start, skip = (None, False) if cursor is None else (_index(state, source, cursor), True)
    for index in _indices(state, start, down, among):
        rows = rows_of(state, source, index)
        for row in rows if down else reversed(rows):
            if skip and index == start:
                skip = row[1].stripe_id != cursor
                continue
            yield row


def _index(state: State, source: Source, cursor: str) -> int:
    """The account of a cursor; 400 when there is no such row."""
    index = state.world.index_of_stripe(cursor)
    if index is None or find(state, source, cursor) is None:
        raise errors.missing(source.name, cursor, "starting_after", 400)
    return index


def _indices(
    state: State, start: int | None, down: bool, among: Sequence[int] | None
) -> Iterator[int]:
    ordered: Sequence[int]
    if among is not None:
        ordered = sorted(among, reverse=down)
    elif down:
        ordered = range(state.count - 1, -1, -1)[0 if start is None else -start - 1 :]
    else:
        ordered = range(start or 0, state.count)
    for index in ordered:
        if start is None or (index <= start if down else index >= start):
            yield index


def simple_page(request: Request, name: str, rows: list[Json]) -> tuple[list[Json], bool]:
    """A page of a short list that is there as a whole, newest first."""
    limit, after = _limit(request), request.first("starting_after")
    before = request.first("ending_before")
    ids = [row["id"] for row in rows]
    for cursor in (after, before):
        if cursor is not None and cursor not in ids:
            raise errors.missing(name, cursor, "starting_after", 400)
    if before is not None:
        end = ids.index(before)
        return rows[max(end - limit, 0) : end], end > limit
    start = 0 if after is None else ids.index(after) + 1
    return rows[start : start + limit], start + limit < len(rows)


def _limit(request: Request) -> int:
    text = request.first("limit")
    if text is None:
        return _DEFAULT_LIMIT
    if not text.isdigit() or not 1 <= int(text) <= _MOST:
        raise errors.refuse(f"Invalid limit: must be from 1 to {_MOST}", None, "limit")
    return int(text)


def bounds(request: Request, name: str) -> Callable[[int | None], bool]:
    """The test `name=…` or `name[gt|gte|lt|lte]=…` asks for; True for all without it."""
    given = {key: request.first(f"{name}[{key}]" if key else name) for key in (*_BOUNDS, "")}
    limits = {key: _integer(text, name) for key, text in given.items() if text is not None}

    def passes(value: int | None) -> bool:
        if value is None:
            return not limits
        return (
            value > limits.get("gt", value - 1)
            and value >= limits.get("gte", value)
            and value < limits.get("lt", value + 1)
            and value <= limits.get("lte", value)
            and value == limits.get("", value)
        )

    return passes


def _integer(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise errors.refuse(
            f"Invalid integer: {text}", "parameter_invalid_integer", name
        ) from error
