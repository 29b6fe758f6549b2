"""Rows of all accounts in the order in which they last changed, under what was edited meanwhile."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from threading import Lock
from typing import Any, Generic, TypeVar

from csmdesk.sandbox.shapes import Account
from csmdesk.sandbox.state import State
from csmdesk.sandbox.wire import Json

Id = TypeVar("Id", int, str)
_at = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done to a row at `at`; `into`: the row that it was merged into."""

    at: int
    values: Json = field(default_factory=dict)
    deleted: bool = False
    into: Any = None


@dataclass(frozen=True, slots=True)
class Entry(Generic[Id]):
    """Where a row is, and since when it is as it is."""

    at: int
    id: Id
    account: int
    position: int


class Timeline(Generic[Id]):
    """One kind of row; made on the first question of a world and after an edit."""

    def __init__(
        self,
        state: State,
        rows: Callable[[Account], Sequence[Any]],
        id_of: Callable[[Any], Id],
        changed: Callable[[Any], int] = lambda row: int(row.updated_at),
    ) -> None:
        self._state = state
        self._rows = rows
        self._id_of: Callable[[Any], Id] = id_of
        self._changed = changed
        self._lock = Lock()
        self._made: tuple[object, int, list[Entry[Id]]] | None = None
        self._edits: dict[Id, Edit] = {}
        self._version = 0

    def edit(self, row_id: Id, edit: Edit) -> None:
        with self._lock:
            self._edits[row_id] = edit
            self._version += 1

    def edit_of(self, row_id: Id) -> Edit | None:
        with self._lock:
            return self._edits.get(row_id)

    def edits(self) -> dict[Id, Edit]:
        with self._lock:
            return dict(self._edits)

    def entries(self) -> list[Entry[Id]]:
        """All rows, those that changed last at the end; ties by id."""
        with self._lock:
            world = self._state.world
            if self._made is None or self._made[:2] != (world, self._version):
                self._made = (world, self._version, self._ordered())
            return self._made[2]

    def since(self, at: int, after: Id | None = None, until: int | None = None) -> list[Entry[Id]]:
        """Rows that changed at `at` or later; of those at `at` only ids beyond `after`, if given.
        `until`: none that changed later."""
        entries = self.entries()
        end = len(entries) if until is None else bisect_right(entries, until, key=_at)
        if after is None:
            return entries[bisect_left(entries, at, key=_at) : end]
        start = bisect_right(entries, (at, after), key=lambda entry: (entry.at, entry.id))
        return entries[start:end]

    def find(self, row_id: Id, account: int | None) -> tuple[Account, Any] | None:
        """The account and row of an id, given the account that the id names."""
        if account is None or account >= self._state.count:
            return None
        owner = self._state.account(account)
        found = next((row for row in self._rows(owner) if self._id_of(row) == row_id), None)
        return None if found is None else (owner, found)

    def row(self, entry: Entry[Id]) -> tuple[Account, Any]:
        account = self._state.account(entry.account)
        return account, self._rows(account)[entry.position]

    def _ordered(self) -> list[Entry[Id]]:
        made: list[Entry[Id]] = []
        for number in range(self._state.count):
            account = self._state.account(number)
            for position, row in enumerate(self._rows(account)):
                row_id = self._id_of(row)
                edit = self._edits.get(row_id)
                at = max(self._changed(row), edit.at) if edit else self._changed(row)
                made.append(Entry(at, row_id, number, position))
        return sorted(made, key=lambda entry: (entry.at, entry.id))
