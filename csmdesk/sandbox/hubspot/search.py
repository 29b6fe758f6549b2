"""`POST /crm/objects/…/{kind}/search`: filters, sorts, and the cap of 10,000 results.

Ids and instants are compared in the index's columns; only what those leave over is rendered
and compared by value. The order of a search is kept for its next pages.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from csmdesk.sandbox.hubspot import errors
from csmdesk.sandbox.hubspot.crm import Crm
from csmdesk.sandbox.hubspot.index import Columns, Int64s
from csmdesk.sandbox.hubspot.kinds import Kind, Properties
from csmdesk.sandbox.hubspot.matching import COMPARE, NEEDS_VALUE, OPERATORS, matches
from csmdesk.sandbox.hubspot.objects import kind_of
from csmdesk.sandbox.hubspot.values import number
from csmdesk.sandbox.wire import Json, Request, Response

CAP = 10_000
_MOST_GROUPS, _MOST_IN_A_GROUP, _MOST_FILTERS = 5, 10, 25
_SEARCHES_KEPT = 8


class Filter(msgspec.Struct):
    propertyName: str
    operator: str
    value: str | None = None
    highValue: str | None = None
    values: list[str] = []


class Group(msgspec.Struct):
    filters: list[Filter]


class Sort(msgspec.Struct):
    propertyName: str
    direction: Literal["ASCENDING", "DESCENDING"] = "ASCENDING"


class Search(msgspec.Struct):
    filterGroups: list[Group] = []
    sorts: list[Sort | str] = []
    properties: list[str] = []
    query: str = ""
    limit: int = 10
    after: str | int | None = None


@dataclass(frozen=True, slots=True)
class _Table:
    """The index with the overlay's instants in its `updated`."""

    columns: Columns
    updated: Int64s

    def column(self, kind: Kind, name: str) -> Int64s | None:
        created = "createdate" if kind.created.__name__ == "_created" else "hs_timestamp"
        if name == "hs_object_id":
            return self.columns.ids
        if name == kind.modified:
            return self.updated
        return self.columns.created if name == created else None


class Searcher:
    """Runs searches and remembers the row order of the last few."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._lock = Lock()
        self._orders: OrderedDict[bytes, tuple[object, NDArray[np.int64]]] = OrderedDict()

    def search(self, request: Request, parts: dict[str, str]) -> Response:
        kind = kind_of(parts)
        search = _parsed(request)
        check_names(self._crm, kind, search)
        start = _start(search)
        order = self._order(kind, search)
        columns = self._crm.columns(kind)
        rows: list[Json] = []
        for number_ in order[start : start + search.limit]:
            account = self._crm.state.account(int(columns.account[number_]))
            row = kind.rows(account)[int(columns.position[number_])]
            rows.append(self._crm.render(kind, account, row, search.properties))
        answer: Json = {"total": len(order), "results": rows}
        if start + len(rows) < len(order) and rows:
            answer["paging"] = {"next": {"after": str(start + len(rows))}}
        return Response(200, answer)

    def _order(self, kind: Kind, search: Search) -> NDArray[np.int64]:
        key = msgspec.json.encode([kind.name, search.filterGroups, search.sorts, search.query])
        return self._remembered(key, lambda: self._compute(kind, search))

    def _remembered(
        self, key: bytes, compute: Callable[[], NDArray[np.int64]]
    ) -> NDArray[np.int64]:
        version = (self._crm.state.world, self._crm.writes)
        with self._lock:
            kept = self._orders.get(key)
            if kept is not None and kept[0] == version:
                self._orders.move_to_end(key)
                return kept[1]
        order = compute()
        with self._lock:
            self._orders[key] = (version, order)
            if len(self._orders) > _SEARCHES_KEPT:
                self._orders.popitem(last=False)
        return order

    def _compute(self, kind: Kind, search: Search) -> NDArray[np.int64]:
        table = self._table(kind)
        size = len(table.columns.ids)
        chosen = np.zeros(size, np.bool_)
        for group in search.filterGroups or [Group([])]:
            chosen |= self._group(kind, table, group)
        if search.query:
            chosen &= self._by_value(
                kind, table, chosen, lambda values: _says(values, search.query)
            )
        sorts = [_sort(item) for item in search.sorts]
        if all(table.column(kind, sort.propertyName) is not None for sort in sorts):
            order = self._sorted(kind, table, sorts)
            return order[chosen[order]]
        rows = np.flatnonzero(chosen)
        return rows[self._ranked(kind, table, rows, sorts)]

    def _sorted(self, kind: Kind, table: _Table, sorts: list[Sort]) -> NDArray[np.int64]:
        """All rows sorted by columns alone: done once, a client that pages asks again and again."""
        key = msgspec.json.encode([kind.name, sorts])
        rows = np.arange(len(table.columns.ids))
        return self._remembered(key, lambda: self._ranked(kind, table, rows, sorts))

    def _ranked(
        self, kind: Kind, table: _Table, rows: NDArray[np.int64], sorts: list[Sort]
    ) -> NDArray[np.int64]:
        """Places in `rows` in the order asked for, ties by id."""
        keys = [table.columns.ids[rows]]
        for sort in reversed(sorts):
            ranks = self._ranks(kind, table, rows, sort.propertyName)
            keys.append(-ranks if sort.direction == "DESCENDING" else ranks)
        return np.lexsort(keys)

    def _table(self, kind: Kind) -> _Table:
        columns = self._crm.columns(kind)
        edited = self._crm.edited(kind)
        if not edited:
            return _Table(columns, columns.updated)
        updated = columns.updated.copy()
        for row in np.flatnonzero(np.isin(columns.ids, list(edited))):
            updated[row] = max(edited[int(columns.ids[row])], int(updated[row]))
        return _Table(columns, updated)

    def _group(self, kind: Kind, table: _Table, group: Group) -> NDArray[np.bool_]:
        chosen = np.ones(len(table.columns.ids), np.bool_)
        left: list[Filter] = []
        for item in group.filters:
            column = table.column(kind, item.propertyName)
            mask = None if column is None else _mask(column, item)
            if mask is None:
                left.append(item)
            else:
                chosen &= mask
        if not left:
            return chosen
        types = self._crm.schema.properties[kind.name]
        numeric = {i.propertyName: types[i.propertyName]["type"] in _NUMERIC for i in left}

        def passes(values: Properties) -> bool:
            return all(
                matches(
                    values.get(i.propertyName),
                    i.operator,
                    i.value or "",
                    i.highValue or "",
                    i.values,
                    numeric[i.propertyName],
                )
                for i in left
            )

        return self._by_value(kind, table, chosen, passes)

    def _by_value(
        self,
        kind: Kind,
        table: _Table,
        among: NDArray[np.bool_],
        passes: Callable[[Properties], bool],
    ) -> NDArray[np.bool_]:
        chosen = np.zeros(len(among), np.bool_)
        for row in np.flatnonzero(among):
            chosen[row] = passes(self._values(kind, table, int(row)))
        return chosen

    def _values(self, kind: Kind, table: _Table, row: int) -> Properties:
        account = self._crm.state.account(int(table.columns.account[row]))
        found: Any = kind.rows(account)[int(table.columns.position[row])]
        return self._crm.properties(kind, account, found)

    def _ranks(self, kind: Kind, table: _Table, rows: NDArray[np.int64], name: str) -> Int64s:
        column = table.column(kind, name)
        if column is not None:
            return column[rows]
        texts = [self._values(kind, table, int(row)).get(name) or "" for row in rows]
        numbers = [number(text) for text in texts]
        keys = np.array(texts if None in numbers else numbers)
        return np.unique(keys, return_inverse=True)[1].astype(np.int64)


_NUMERIC = frozenset({"number", "date", "datetime"})


def _mask(column: Int64s, item: Filter) -> NDArray[np.bool_] | None:
    """The filter on a column of numbers, None when it has to be compared by value."""
    low, high = number(item.value or ""), number(item.highValue or "")
    if item.operator in COMPARE and low is not None:
        return np.asarray(COMPARE[item.operator](column, low), np.bool_)
    if item.operator == "BETWEEN" and low is not None and high is not None:
        return np.asarray((column >= low) & (column <= high), np.bool_)
    if item.operator == "IN" and all(value.isdigit() for value in item.values):
        return np.isin(column, [int(value) for value in item.values])
    return None


def _says(values: Properties, query: str) -> bool:
    wanted = query.casefold()
    return any(value is not None and wanted in value.casefold() for value in values.values())


def _sort(item: Sort | str) -> Sort:
    if isinstance(item, Sort):
        return item
    return Sort(item.lstrip("-"), "DESCENDING" if item.startswith("-") else "ASCENDING")


def _start(search: Search) -> int:
    """The first row of the page; 400 beyond the cap."""
    text = str(search.after or "0")
    if not text.isdigit():
        raise errors.invalid("The paging cursor is invalid or has expired")
    if int(text) + search.limit > CAP:
        raise errors.invalid(f"Paging beyond {CAP} results is not supported by the search endpoint")
    return int(text)


def _parsed(request: Request) -> Search:
    try:
        search = msgspec.convert(request.json_object(), Search)
    except msgspec.ValidationError as error:
        raise errors.invalid(f"Invalid input JSON: {error}") from error
    sizes = [len(group.filters) for group in search.filterGroups]
    if (
        len(sizes) > _MOST_GROUPS
        or sum(sizes) > _MOST_FILTERS
        or max(sizes, default=0) > _MOST_IN_A_GROUP
    ):
        raise errors.invalid("Too many filters or filter groups")
    if not 0 <= search.limit <= 200:
        raise errors.invalid("limit must be a number from 0 to 200")
    for item in (item for group in search.filterGroups for item in group.filters):
        if item.operator not in OPERATORS:
            raise errors.invalid(f"Unknown operator {item.operator}")
        if item.operator in NEEDS_VALUE and item.value is None:
            raise errors.invalid(f"operator {item.operator} requires a value")
        if item.operator in {"IN", "NOT_IN"} and not item.values:
            raise errors.invalid(f"operator {item.operator} requires values")
    return search


def check_names(crm: Crm, kind: Kind, search: Search) -> None:
    """Filters and sorts may only name properties that exist."""
    named = [item.propertyName for group in search.filterGroups for item in group.filters]
    named += [_sort(item).propertyName for item in search.sorts]
    for name in named:
        if name not in crm.schema.properties[kind.name]:
            raise errors.invalid(f"There was a problem with the request: unknown property {name}")
