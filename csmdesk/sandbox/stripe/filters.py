"""The tests that Stripe's list parameters ask for."""

from __future__ import annotations

from collections.abc import Callable

from csmdesk.sandbox.shapes import Subscription
from csmdesk.sandbox.stripe import lists
from csmdesk.sandbox.stripe.lists import Row
from csmdesk.sandbox.wire import Json, Request

ENDED = frozenset({"canceled", "incomplete_expired"})


def type_matches(event: str, wanted: str) -> bool:
    return event == wanted or (wanted.endswith(".*") and event.startswith(wanted[:-1]))


def plain_filters(request: Request, row: Json) -> bool:
    """`active`, `currency`, `product`, `type` of the price list."""
    for name in ("active", "currency", "product", "type"):
        wanted = request.first(name)
        if wanted is not None and str(row.get(name)).lower() != wanted.lower():
            return False
    return True


def subscription_filter(
    request: Request, created: Callable[[int | None], bool]
) -> Callable[[Row], bool]:
    status, customer = request.first("status"), request.first("customer")
    price, method = request.first("price"), request.first("collection_method")
    starts = lists.bounds(request, "current_period_start")
    ends = lists.bounds(request, "current_period_end")

    def passes(row: Row) -> bool:
        owner, found = row
        return (
            status_passes(found, status)
            and created(found.created_at)
            and customer in (None, owner.stripe_id)
            and method in (None, "charge_automatically")
            and (price is None or any(i.price.stripe_id == price for i in found.items))
            and all(starts(i.period_start) and ends(i.period_end) for i in found.items)
        )

    return passes


def status_passes(row: Subscription, status: str | None) -> bool:
    """Without a status the canceled ones stay out: the classic trap."""
    if status is None:
        return row.status not in ENDED
    if status in {"all", "ended"}:
        return status == "all" or row.status in ENDED
    return row.status == status


def invoice_filter(
    request: Request, created: Callable[[int | None], bool]
) -> Callable[[Row], bool]:
    status, customer = request.first("status"), request.first("customer")
    subscription, method = request.first("subscription"), request.first("collection_method")
    due = lists.bounds(request, "due_date")
    return lambda row: (
        status in (None, row[1].status)
        and created(row[1].created_at)
        and customer in (None, row[0].stripe_id)
        and subscription in (None, row[1].subscription_id)
        and method in (None, "charge_automatically")
        and due(row[1].due_at)
    )
