"""Prices and coupons by id, as their stream stored them: subscriptions and lines only name them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.chargebee import wire
from csmdesk.sync.sink import Cursor

T = TypeVar("T", wire.Price, wire.Coupon)


@dataclass(slots=True)
class Book(Generic[T]):
    """Entries known so far; one that is missing is fetched once. `many` is the path, `one` the wrapper."""

    many: str
    one: str
    kind: type[T]
    known: dict[str, T] = field(default_factory=dict)

    def load(self, cursor: Cursor | None) -> None:
        """Add what the stream stored."""
        for name, row in (cursor["book"] if cursor else {}).items():
            if name not in self.known:
                self.known[name] = msgspec.convert(row, self.kind)

    def get(self, client: HttpClient, name: str) -> T:
        if name not in self.known:
            path = f"{wire.API}/{self.many}/{name}"
            found = wire.unwrapped(client.get(path, wire.Wrapper), self.one)
            self.known[name] = msgspec.json.decode(found, type=self.kind)
        return self.known[name]
