"""What an account's objects are made from, and what all objects have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from csmdesk.sandbox.shapes import BillingCustomer
from csmdesk.sandbox.wire import Json
from csmdesk.sandbox.world.billing import subscription_id
from csmdesk.sandbox.world.contract import Contract


@dataclass(frozen=True, slots=True)
class Row:
    """An object of one account: when it last changed and what it is."""

    id: str
    stamp: int
    body: Json


@dataclass(frozen=True, slots=True)
class Books:
    """What an account's objects are made from; `last` is the last visible day."""

    owners: tuple[BillingCustomer, ...]
    contracts: dict[str, Contract]
    last: date
    catalog: int

    @classmethod
    def of(
        cls, index: int, owners: tuple[BillingCustomer, ...], contracts: tuple[Contract, ...],
        today: date, catalog: int,
    ) -> Books:  # fmt: skip
        begun = {one.stripe_id for owner in owners for one in owner.subscriptions}
        named = {subscription_id(index, contract): contract for contract in contracts}
        kept = {name: contract for name, contract in named.items() if name in begun}
        return cls(owners, kept, today - timedelta(days=1), catalog)


def base(kind: str, object_id: str, stamp: int) -> Json:
    return {
        "object": kind,
        "id": object_id,
        "updated_at": stamp,
        "resource_version": stamp * 1000,
        "deleted": False,
        "channel": "web",
    }
