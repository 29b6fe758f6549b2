"""From Chargebee's objects to facts: one mapping for each list, with the price book of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from csmdesk.domain.facts import Fact
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.chargebee import customers, invoices, subscriptions, wire
from csmdesk.sync.connectors.chargebee.book import Book
from csmdesk.sync.errors import Refused
from csmdesk.sync.sink import Children
from csmdesk.sync.stream import Context

T = TypeVar("T")
Good = Sequence[tuple[T, msgspec.Raw]]


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """One list: path, wrapper, row type, field of change, table of the rows that can be deleted.

    `prepare` sees the rows of a page together before `facts` maps them one by one.
    """

    many: str
    one: str
    title: str
    row: type[T]
    facts: Callable[[Context, T], list[Fact]]
    stamp: str = "updated_at"
    table: str = ""
    params: tuple[tuple[str, str], ...] = ()
    prepare: Callable[[Context, Good[T]], None] = lambda _, __: None
    children: Callable[[Context, Good[T]], list[Children]] = lambda _, __: []


@dataclass(slots=True)
class Objects:
    """The mappings of one run; `fields` names the custom fields with a CRM's id."""

    fields: Mapping[str, str]
    prices: Book[wire.Price] = field(
        default_factory=lambda: Book("item_prices", "item_price", wire.Price)
    )
    coupons: Book[wire.Coupon] = field(
        default_factory=lambda: Book("coupons", "coupon", wire.Coupon)
    )
    _joins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _now: dict[str, wire.Subscription] = field(default_factory=dict)

    def kinds(self) -> tuple[Kind[Any], ...]:
        deleted = (("include_deleted", "true"),)
        return (
            Kind(
                "customers",
                "customer",
                "customers",
                wire.Customer,
                lambda context, row: customers.account(row, self._joins[row.id], context.days),
                table="account",
                params=deleted,
                prepare=self._joins_of,
            ),
            Kind(
                "subscriptions",
                "subscription",
                "subscriptions",
                wire.Subscription,
                self._subscription,
                table="subscription",
                params=deleted,
                children=_children,
            ),
            Kind(
                "invoices",
                "invoice",
                "invoices",
                wire.Invoice,
                self._invoice,
                table="invoice",
                params=deleted,
            ),
            Kind(
                "credit_notes",
                "credit_note",
                "credit notes",
                wire.CreditNote,
                self._credit_note,
                params=deleted,
                prepare=self._subscriptions_of,
            ),
            Kind(
                "events",
                "event",
                "pauses",
                wire.Event,
                _event,
                "occurred_at",
                params=(("event_type[in]", _listed(_STATUS_OF)),),
            ),
        )

    def _price(self, context: Context, name: str) -> wire.Price:
        self.prices.load(context.cursor_of("prices"))
        try:
            return self.prices.get(context.client, name)
        except Refused as error:
            if error.status != 404:
                raise
            return self.prices.known.setdefault(name, wire.Price(name))  # deleted from the list

    def _joins_of(self, _: Context, page: Good[wire.Customer]) -> None:
        self._joins = {row.id: customers.joins_in(raw, self.fields) for row, raw in page}

    def _subscription(self, context: Context, row: wire.Subscription) -> list[Fact]:
        self.coupons.load(context.cursor_of("coupons"))
        return subscriptions.facts(
            row,
            lambda name: self._price(context, name),
            lambda name: self.coupons.get(context.client, name),
            context.days,
        )

    def _invoice(self, context: Context, row: wire.Invoice) -> list[Fact]:
        return invoices.facts(row, lambda name: self._price(context, name), context.days)

    def _credit_note(self, context: Context, row: wire.CreditNote) -> list[Fact]:
        found: list[Fact] = []
        for line in _addon_lines(row):
            subscription = self._now.get(line.subscription_id or "")
            if subscription is not None:
                price = self._price(context, line.entity_id)
                found += invoices.ended(row, line, subscription, price, context.days)
        return found

    def _subscriptions_of(self, context: Context, page: Good[wire.CreditNote]) -> None:
        """The subscriptions whose add-ons were credited, as they are now: one question a page."""
        named = {line.subscription_id for note, _ in page for line in _addon_lines(note)}
        wanted = sorted(name for name in named - self._now.keys() if name)
        if wanted:
            self._now |= _fetched(context.client, wanted)


_STATUS_OF = {"subscription_paused": "paused", "subscription_resumed": "active"}


def _event(context: Context, row: wire.Event) -> list[Fact]:
    name, status = row.content.subscription.id, _STATUS_OF.get(row.event_type)
    if not name or status is None:
        return []
    return [subscriptions.status_change(name, row.id, context.days.of(row.occurred_at), status)]


def _addon_lines(note: wire.CreditNote) -> list[wire.Line]:
    if note.status == "voided":
        return []
    return [line for line in note.line_items if line.entity_type in ("addon", "addon_item_price")]


def _listed(names: Iterable[str]) -> str:
    return msgspec.json.encode(list(names)).decode()


def _fetched(client: HttpClient, ids: list[str]) -> dict[str, wire.Subscription]:
    params = [("limit", str(wire.PAGE)), ("id[in]", _listed(ids))]
    raw = client.get(f"{wire.API}/subscriptions", wire.RawList, params)
    named = [wire.unwrapped(row, "subscription") for row in raw.rows]
    rows = [msgspec.json.decode(row, type=wire.Subscription) for row in named]
    return {row.id: row for row in rows}


def _children(context: Context, good: Good[wire.Subscription]) -> list[Children]:
    """Items and discounts of these subscriptions are those that they name."""
    today = context.today() or 0
    parents = frozenset(row.id for row, _ in good)
    items = frozenset(
        subscriptions.item_id(row.id, item.item_type, item.item_price_id)
        for row, _ in good
        for item in row.items
    )
    given = {f"{row.id}:{one.coupon_id}" for row, _ in good for one in row.coupons}
    given |= {one.id for row, _ in good for one in row.discounts}
    return [
        Children("subscription_item", "subscription_id", parents, items),
        Children("discount", "subscription_id", parents, frozenset(given), "ends_on", today),
    ]
