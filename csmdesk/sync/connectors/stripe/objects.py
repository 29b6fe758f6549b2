"""From Stripe's objects to pages of facts, the same for lists and for single objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from csmdesk.domain.facts import Fact
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.stripe import customers, invoices, subscriptions, wire
from csmdesk.sync.connectors.stripe.prices import PriceBook
from csmdesk.sync.decode import Days, Rows
from csmdesk.sync.sink import Children, Problem
from csmdesk.sync.stream import Context

TABLES = {
    "products": "product",
    "customers": "account",
    "subscriptions": "subscription",
    "invoices": "invoice",
}
_EXPAND = ("discounts", "discounts.source.coupon")


def expansions(client: HttpClient, kind: str, prefix: str) -> list[tuple[str, str]]:
    """`expand[]` parameters: a subscription's discounts are ids otherwise (once one whole object)."""
    old = client.api.headers["Stripe-Version"] < wire.BASIL
    return (
        [("expand[]", prefix + one) for one in _EXPAND]
        if kind == "subscriptions" and not old
        else []
    )


@dataclass(slots=True)
class Batch:
    """What some objects of one kind come to."""

    facts: list[Fact] = field(default_factory=list)
    children: list[Children] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)


class Objects:
    """Maps objects to facts; keeps the price book of a run."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields
        self._prices = PriceBook()

    def batch(
        self,
        context: Context,
        kind: str,
        raw: Iterable[msgspec.Raw],
        changed: Mapping[str, int] | None = None,
    ) -> Batch:
        """Facts of raw objects; `changed`: subscription id -> day of the newest event about it."""
        if not self._prices.known:
            self._prices.load(context.cursor_of("prices"))
        read = {
            "products": self._products,
            "customers": self._customers,
            "invoices": self._invoices,
        }.get(kind)
        if read is not None:
            return read(context, raw)
        return self._subscriptions(context, raw, changed or {})

    def _products(self, _: Context, raw: Iterable[msgspec.Raw]) -> Batch:
        rows = Rows(wire.Product)
        good = rows.decode(raw)
        alive = [pair for pair in good if not pair[0].deleted]
        facts = rows.facts(alive, customers.product)
        return _batch(
            rows, {row.id for row, _ in good}, facts, {r.id for r, _ in good if r.deleted}
        )

    def _customers(self, context: Context, raw: Iterable[msgspec.Raw]) -> Batch:
        rows, days = Rows(wire.Customer), context.days
        good = rows.decode(raw)
        alive = [pair for pair in good if not pair[0].deleted]
        facts = rows.facts(alive, lambda row: customers.account(row, self._fields, days))
        return _batch(
            rows, {row.id for row, _ in good}, facts, {r.id for r, _ in good if r.deleted}
        )

    def _subscriptions(
        self, context: Context, raw: Iterable[msgspec.Raw], changed: Mapping[str, int]
    ) -> Batch:
        rows = Rows(wire.Subscription)
        good = rows.decode(raw)
        client, days = context.client, context.days
        today = context.today() or 0

        def facts_of(row: wire.Subscription) -> list[Fact]:
            self._complete_items(client, row)
            facts = subscriptions.facts(row, _discounts(client, row), days)
            if row.id in changed:
                facts += subscriptions.changes_on(row, changed[row.id])
            return facts

        facts = rows.facts(good, facts_of)
        batch = _batch(rows, {row.id for row, _ in good}, facts)
        parents = frozenset(batch.ids - rows.bad)
        items = frozenset(item.id for row, _ in good for item in row.items.data)
        given = {one.id for row, _ in good for one in row.given}
        batch.children = [
            Children("subscription_item", "subscription_id", parents, items),
            Children("discount", "subscription_id", parents, frozenset(given), "ends_on", today),
        ]
        return batch

    def _complete_items(self, client: HttpClient, row: wire.Subscription) -> None:
        """Items beyond the first ten come by pages of their own."""
        while row.items.has_more:
            last = row.items.data[-1].id
            params = [("subscription", row.id), ("limit", "100"), ("starting_after", last)]
            page = client.get("/v1/subscription_items", wire.ItemList, params)
            row.items.data += page.data
            row.items.has_more = page.has_more

    def _invoices(self, context: Context, raw: Iterable[msgspec.Raw]) -> Batch:
        rows, client, days = Rows(wire.Invoice), context.client, context.days
        good = rows.decode(raw)

        def facts_of(row: wire.Invoice) -> list[Fact]:
            lines = _lines(client, row)
            return invoices.facts(row, lines, lambda price: self._prices.get(client, price), days)

        facts = rows.facts(good, facts_of)
        return _batch(rows, {row.id for row, _ in good}, facts)


def _batch(
    rows: Rows[wire.Product] | Rows[wire.Customer] | Rows[wire.Subscription] | Rows[wire.Invoice],
    ids: set[str],
    facts: list[Fact],
    gone: set[str] | None = None,
) -> Batch:
    known = ids | rows.bad
    return Batch(facts=facts, problems=rows.problems, ids=known, gone=gone or set())


def _lines(client: HttpClient, row: wire.Invoice) -> list[wire.Line]:
    """All lines; an invoice carries the first ten only."""
    lines, more = list(row.lines.data), row.lines.has_more
    while more and lines:
        params = [("limit", "100"), ("starting_after", lines[-1].id)]
        page = client.get(f"/v1/invoices/{row.id}/lines", wire.LineList, params)
        lines += page.data
        more = page.has_more
    return lines


def _discounts(client: HttpClient, row: wire.Subscription) -> list[wire.Discount]:
    """The discounts as objects; a coupon that came as an id is fetched."""
    found = []
    for given in row.given:
        if given.source is not None and isinstance(given.source.coupon, str):
            given.source.coupon = client.get(f"/v1/coupons/{given.source.coupon}", wire.Coupon)
        found.append(given)
    return found


def last_event_days(events: Iterable[wire.Event], days: Days) -> dict[str, int]:
    """Object id -> day of its newest event."""
    newest: dict[str, int] = {}
    for event in events:
        object_id = event.data.object.id
        newest[object_id] = max(days.of(event.created), newest.get(object_id, 0))
    return newest
