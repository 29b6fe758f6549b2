"""Changed rows of an object type by keyset: modified ascending, ties by id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import msgspec

from csmdesk.domain.errors import BadAnswer
from csmdesk.sync.client import HttpClient, Pending
from csmdesk.sync.connectors.hubspot import wire
from csmdesk.sync.connectors.hubspot.wire import Row
from csmdesk.sync.decode import Rows, milliseconds
from csmdesk.sync.decode import row_id as id_of
from csmdesk.sync.stream import Mark

_MOST_IDS = 100  # values of one IN filter
_GATHERED = 5  # search pages that share one reading of associations
Pair: TypeAlias = tuple[Row, msgspec.Raw]
Filter: TypeAlias = dict[str, Any]


class Searchable(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def modified(self) -> str: ...


@dataclass(slots=True)
class Found:
    """Some search pages: the rows not seen before, `rows` with their problems; `last` at the end."""

    fresh: list[Pair]
    rows: Rows[Row]
    last: bool


def changed(client: HttpClient, kind: Searchable, wanted: list[str], mark: Mark) -> Iterator[Found]:
    """Rows modified since the mark, oldest first; the mark moves along."""
    keyset = _Keyset(kind.modified, mark.since)
    coming = _ask(client, kind, wanted, keyset.filters(), keyset.sort())
    more = True
    while more:
        found = Found([], Rows(Row), False)
        for _ in range(_GATHERED):
            page = coming.result()
            _take(kind, page, mark, found, keyset)
            more = keyset.advance(len(page.results))
            if not more:
                break
            coming = _ask(client, kind, wanted, keyset.filters(), keyset.sort())
        found.last = not more
        yield found


def by_ids(
    client: HttpClient, kind: Searchable, wanted: list[str], ids: Sequence[str]
) -> list[msgspec.Raw]:
    """Rows of these ids, as far as they still exist."""
    filters = [{"propertyName": "hs_object_id", "operator": "IN", "values": list(ids)[:_MOST_IDS]}]
    return _ask(client, kind, wanted, filters, "hs_object_id").result().results


def all_ids(client: HttpClient, kind: Searchable) -> Iterator[list[str]]:
    """The ids of all rows that still exist, answer by answer."""
    last = "0"
    while True:
        filters = [{"propertyName": "hs_object_id", "operator": "GT", "value": last}]
        found = _ask(client, kind, [], filters, "hs_object_id").result()
        ids = [id_of(raw) for raw in found.results]
        yield ids
        if len(ids) < wire.SEARCH_PAGE:
            return
        last = ids[-1]


@dataclass(slots=True)
class _Keyset:
    """Where the search stands. In a tie (a whole page of one stamp) ids take over."""

    modified: str
    lower: int
    tie_id: int | None = None
    last_stamp: int = 0
    last_id: int = 0

    def filters(self) -> list[Filter]:
        stamp = str(self.lower)
        if self.tie_id is None:
            return [{"propertyName": self.modified, "operator": "GTE", "value": stamp}]
        return [
            {"propertyName": self.modified, "operator": "EQ", "value": stamp},
            {"propertyName": "hs_object_id", "operator": "GT", "value": str(self.tie_id)},
        ]

    def sort(self) -> str:
        return self.modified if self.tie_id is None else "hs_object_id"

    def note(self, row_id: str, stamp: int) -> None:
        self.last_stamp = stamp
        self.last_id = int(row_id)

    def advance(self, rows: int) -> bool:
        """Move past a page of so many rows; False when there is nothing more."""
        full = rows >= wire.SEARCH_PAGE
        if self.tie_id is not None:
            self.tie_id = self.last_id if full else None
            self.lower += not full
            return True
        if full and self.last_stamp > self.lower:
            self.lower = self.last_stamp
        elif full:
            self.tie_id = 0
        return full


def _ask(
    client: HttpClient, kind: Searchable, wanted: list[str], filters: list[Filter], sort: str
) -> Pending[wire.RawPage]:
    body = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
        "properties": wanted,
        "limit": wire.SEARCH_PAGE,
    }
    path = f"{wire.OBJECTS}/{kind.name}/search"
    return client.begin("POST", path, wire.RawPage, body=body)


def stamp_of(kind: Searchable, pair: Pair, rows: Rows[Row]) -> int | None:
    """When a row was modified, epoch milliseconds; an unreadable stamp is a problem of the row."""
    row, raw = pair
    try:
        return milliseconds(row.properties.get(kind.modified) or "")
    except ValueError:
        rows.fail(row.id, f"{kind.modified} is not a date", raw)
        return None


def _take(kind: Searchable, page: wire.RawPage, mark: Mark, found: Found, keyset: _Keyset) -> None:
    moved = False
    for pair in found.rows.decode(page.results):
        stamp = stamp_of(kind, pair, found.rows)
        if stamp is None:
            continue
        row_id = pair[0].id
        keyset.note(row_id, stamp)
        moved = True
        if mark.is_new(row_id, stamp):
            found.fresh.append(pair)
        mark.add(row_id, stamp)
    if not moved and len(page.results) >= wire.SEARCH_PAGE:
        raise BadAnswer(
            wire.SYSTEM,
            f"HubSpot: not one of {len(page.results)} {kind.name} can be read.",
            "`csmdesk sources --left-out` lists them.",
        )
