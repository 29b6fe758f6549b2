"""The metadata keys that an account gives its customers: Stripe has no list of them."""

from __future__ import annotations

import msgspec

from csmdesk.domain.source_fields import OwnField
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.stripe import wire

_CUSTOMERS = 100
_LONGEST = 60


class _Customers(msgspec.Struct):
    data: list[wire.Customer]


def own_fields(client: HttpClient) -> list[OwnField]:
    """Keys of the newest customers, each with the first value seen: one request."""
    answer = client.get("/v1/customers", _Customers, (("limit", str(_CUSTOMERS)),))
    seen: dict[str, str] = {}
    for customer in answer.data:
        for name, value in customer.metadata.items():
            seen.setdefault(name, value[:_LONGEST])
    return [OwnField(name, name, "text", seen[name], custom=True) for name in sorted(seen)]
