"""Prices by id: an invoice line names its price only, the interval is in the price."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.stripe import wire
from csmdesk.sync.connectors.stripe.amounts import unit_price
from csmdesk.sync.sink import Cursor


@dataclass(frozen=True, slots=True)
class Terms:
    """What one unit costs for one interval; `unit` None when it depends on the quantity."""

    product: str
    unit: tuple[int, int] | None
    interval: str
    interval_count: int
    metered: bool


def terms_of(price: wire.Price, currency: str) -> Terms | None:
    """The terms of a recurring price, None for a one-off one."""
    if price.recurring is None:
        return None
    flat = price.unit_amount_decimal is not None and price.transform_quantity is None
    return Terms(
        price.product_id,
        unit_price(price.unit_amount_decimal or "0", currency) if flat else None,
        price.recurring.interval,
        price.recurring.interval_count,
        price.recurring.usage_type == "metered",
    )


@dataclass(slots=True)
class PriceBook:
    """Prices known so far; one that is missing is fetched once."""

    known: dict[str, wire.Price] = field(default_factory=dict)

    def load(self, cursor: Cursor | None) -> None:
        """Add what an earlier run stored."""
        stored = cursor["prices"] if cursor else {}
        for price_id, row in stored.items():
            self.known[price_id] = msgspec.convert(row, wire.Price)

    def get(self, client: HttpClient, price: str | wire.Price) -> wire.Price:
        if isinstance(price, wire.Price):
            return price
        if price not in self.known:
            self.known[price] = client.get(f"/v1/prices/{price}", wire.Price)
        return self.known[price]
