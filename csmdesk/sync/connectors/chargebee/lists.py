"""Chargebee's lists in the order of change: the same question loads everything and what is new.

An offset is good for the run that got it; a run that was cut off goes on at the newest stamp it
stored. Rows that change while we page move to the end and are read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.chargebee import wire
from csmdesk.sync.errors import Refused

OVERLAP = 5 * 60
Param = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RawPage:
    """The objects of a page, taken out of their wrappers."""

    rows: list[msgspec.Raw]
    last: bool


def overlap_params(stamp: str, newest: int) -> list[Param]:
    """In order of change, from a little before the newest row known; `after` leaves its second out."""
    since = newest - OVERLAP - 1
    order = [("sort_by[asc]", stamp)]
    return [*order, (f"{stamp}[after]", str(since))] if since > 0 else order


def pages_of(client: HttpClient, many: str, one: str, params: Sequence[Param]) -> Iterator[RawPage]:
    """Every page of a list; the next is on its way while one is worked on.

    Begins again, once, when Chargebee does not know its own offset any more.
    """
    path = f"{wire.API}/{many}"
    asked = [("limit", str(wire.PAGE)), *params]
    coming = client.begin("GET", path, wire.RawList, asked)
    offset, began_again = "", False
    while True:
        try:
            raw = coming.result()
        except Refused as error:
            if error.status != 400 or not offset or began_again:
                raise
            offset, began_again = "", True
            coming = client.begin("GET", path, wire.RawList, asked)
            continue
        offset = raw.next_offset
        if offset:
            coming = client.begin("GET", path, wire.RawList, [*asked, ("offset", offset)])
        yield RawPage([wire.unwrapped(row, one) for row in raw.rows], not offset)
        if not offset:
            return
