"""Pages of Chargebee lists: an index of what changed when, walked by an opaque offset."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias

import msgspec

from csmdesk.sandbox.chargebee import bills, errors, objects
from csmdesk.sandbox.chargebee.books import Books, Row
from csmdesk.sandbox.state import State
from csmdesk.sandbox.wire import Json, Request

_DEFAULT_LIMIT, _MOST = 10, 100
_SORTS = frozenset({"sort_by[asc]", "sort_by[desc]"})
Key: TypeAlias = tuple[int, str, int]
"""Stamp, id, account: what a list is sorted by and where its row is."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object. `stamp` names its field of change, `values` those that can be chosen."""

    name: str
    rows: Callable[[Books], Iterator[Row]]
    stamp: str = "updated_at"
    values: frozenset[str] = frozenset()


KINDS = {
    "customers": Kind("customer", objects.customers),
    "subscriptions": Kind(
        "subscription", objects.subscriptions, values=frozenset({"customer_id", "status"})
    ),
    "invoices": Kind(
        "invoice",
        bills.invoices,
        values=frozenset({"customer_id", "subscription_id", "status"}),
    ),
    "credit_notes": Kind(
        "credit_note", bills.credit_notes, values=frozenset({"customer_id", "subscription_id"})
    ),
    "events": Kind("event", objects.events, "occurred_at", frozenset({"event_type"})),
}


@dataclass(slots=True)
class Index:
    """The rows of one world in the order in which they changed, built when first asked for.

    `deleted`: id -> when; a deleted object stays, marked, for those who ask to see it.
    """

    state: State
    catalog: int
    deleted: dict[str, int] = field(default_factory=dict)
    _of: object = None
    _keys: dict[str, list[Key]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def keys(self, name: str) -> list[Key]:
        with self._lock:
            if self._of is not self.state.world:
                self._of, self._keys = self.state.world, {}
            if name not in self._keys:
                found = [
                    (self.deleted.get(row.id, row.stamp), row.id, index)
                    for index in range(self.state.count)
                    for row in self.rows(name, index)
                ]
                self._keys[name] = sorted(found)
            return self._keys[name]

    def rows(self, name: str, index: int) -> Iterator[Row]:
        """The rows of one account."""
        if not self.state.billed(index):
            return iter(())
        world = self.state.world
        billing = self.state.account(index).billing
        books = Books.of(index, billing, world.contracts(index), world.today, self.catalog)
        return KINDS[name].rows(books)

    def body(self, name: str, index: int, object_id: str) -> Json:
        """One object as it is now; KeyError when the account has none of that id."""
        for row in self.rows(name, index):
            if row.id == object_id:
                gone = self.deleted.get(object_id)
                return row.body if gone is None else _gone(row.body, gone)
        raise KeyError(object_id)

    def delete(self, object_id: str) -> None:
        """Delete an object now, as a person at the vendor would."""
        self.deleted[object_id] = self.state.stamp() // 1000
        self._of = None


def _gone(body: Json, at: int) -> Json:
    return body | {"deleted": True, "updated_at": at, "resource_version": at * 1000}


def page(index: Index, name: str, request: Request) -> tuple[list[Json], str | None]:
    """One page of a list and the offset of the next."""
    kind = KINDS[name]
    keep = _filter(kind, request)
    keys = index.keys(name)
    upwards = request.first("sort_by[asc]") == kind.stamp
    position = _position(keys, request, kind, upwards)
    chosen: list[Json] = []
    limit = limit_of(request)
    step = 1 if upwards else -1
    last: Key | None = None
    while 0 <= position < len(keys):
        if len(chosen) == limit:
            assert last is not None
            return chosen, msgspec.json.encode([f"{last[0]}000", last[1]]).decode()
        stamp, object_id, account = keys[position]
        position += step
        if not _within(stamp, request, kind):
            continue
        body = index.body(name, account, object_id)
        if keep(body):
            chosen.append(body)
            last = (stamp, object_id, account)
    return chosen, None


def _position(keys: list[Key], request: Request, kind: Kind, upwards: bool) -> int:
    """Where the page begins: behind the offset's row, else at the list's beginning."""
    offset = request.first("offset")
    if offset is None:
        after = request.first(f"{kind.stamp}[after]")
        if upwards and after is not None:
            return bisect_right(keys, (_integer(after, kind.stamp) + 1, "", -1))
        return 0 if upwards else len(keys) - 1
    try:
        stamp, object_id = msgspec.json.decode(offset, type=tuple[str, str])
        place = int(stamp) // 1000
    except (msgspec.MsgspecError, ValueError) as error:
        raise errors.refuse("offset : the value is invalid", "offset") from error
    if upwards:
        return bisect_right(keys, (place, object_id, len(keys)))
    return bisect_right(keys, (place, object_id, -1)) - 1


def _within(stamp: int, request: Request, kind: Kind) -> bool:
    after, before = (request.first(f"{kind.stamp}[{end}]") for end in ("after", "before"))
    return (after is None or stamp > _integer(after, kind.stamp)) and (
        before is None or stamp < _integer(before, kind.stamp)
    )


def _filter(kind: Kind, request: Request) -> Callable[[Json], bool]:
    """The tests that the parameters ask for; 400 for one that the sandbox does not know."""
    chosen: dict[str, list[Any]] = {}
    known = _SORTS | {"limit", "offset", "include_deleted"}
    known |= {f"{kind.stamp}[after]", f"{kind.stamp}[before]"}
    for parameter, values in request.query.items():
        name, _, test = parameter.partition("[")
        if parameter in known:
            continue
        if name not in kind.values | {"id"} or test not in ("is]", "in]"):
            raise errors.refuse(f"{parameter} : the parameter is not known", parameter)
        chosen[name] = [values[0]] if test == "is]" else _list(values[0], parameter)
    deleted = request.first("include_deleted") == "true"
    return lambda body: (
        (deleted or not body.get("deleted"))
        and all(body.get(name) in values for name, values in chosen.items())
    )


def _list(text: str, parameter: str) -> list[str]:
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.MsgspecError as error:
        raise errors.refuse(f"{parameter} : not a list", parameter) from error


def limit_of(request: Request) -> int:
    text = request.first("limit")
    if text is None:
        return _DEFAULT_LIMIT
    if not text.isdigit() or not 1 <= int(text) <= _MOST:
        raise errors.refuse(f"limit : must be from 1 to {_MOST}", "limit")
    return int(text)


def _integer(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise errors.refuse(f"{name} : the value is invalid", name) from error
