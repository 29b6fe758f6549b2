"""Streams of Chargebee: which catalog the site has, its price list, and what customers have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

import msgspec

from csmdesk.sync.connectors.chargebee import customers, wire
from csmdesk.sync.connectors.chargebee.lists import OVERLAP, overlap_params, pages_of
from csmdesk.sync.connectors.chargebee.objects import Good, Kind
from csmdesk.sync.decode import Rows
from csmdesk.sync.errors import Refused
from csmdesk.sync.sink import Page
from csmdesk.sync.stream import Context, Mark

T = TypeVar("T", bound=Any)
_RETRIES = 50  # problem rows asked for again on one run

PRODUCTS = {"v1": (("plans", "plan"), ("addons", "addon")), "v2": (("items", "item"),)}
PRICES = {"v1": PRODUCTS["v1"], "v2": (("item_prices", "item_price"),)}
COUPONS = dict.fromkeys(PRODUCTS, (("coupons", "coupon"),))
"""The lists of a site by its product catalog: path and wrapper."""


class CatalogStream:
    """Asked first: the catalog decides which lists there are."""

    key = "configurations"
    title = "site"
    essential = True

    def pages(self, context: Context) -> Iterator[Page]:
        found = context.client.get(f"{wire.API}/configurations", wire.Configurations)
        version = next((one.product_catalog_version for one in found.configurations), "v2")
        yield Page(cursor={"catalog": version}, complete=True)


class _PriceList(Generic[T]):
    """A short list: as a whole first, then what changed; as a whole again after unusable rows."""

    essential = True
    lists: Mapping[str, tuple[tuple[str, str], ...]]
    key: str

    def _changed(self, context: Context, rows: Rows[T], newest: int) -> list[tuple[T, msgspec.Raw]]:
        stored = context.cursor_of("configurations")
        catalog = str(stored["catalog"]) if stored else "v2"
        params = overlap_params("updated_at", 0 if context.problems_of(self.key) else newest)
        return [
            pair
            for many, one in self.lists[catalog]
            for page in pages_of(context.client, many, one, params)
            for pair in rows.decode(page.rows)
        ]


class ProductStream(_PriceList[wire.Article]):
    """Items, or plans and add-ons, as products."""

    key = "products"
    title = "products"
    lists = PRODUCTS

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        rows = Rows(wire.Article)
        found = self._changed(context, rows, stored["newest"] if stored else 0)
        newest = max(
            [row.updated_at for row, _ in found], default=stored["newest"] if stored else 0
        )
        gone = frozenset(row.id for row, _ in found if row.deleted)
        facts = rows.facts([pair for pair in found if not pair[0].deleted], customers.product)
        yield Page(
            cursor={"newest": newest},
            complete=True,
            facts=facts,
            gone={"product": gone},
            problems=rows.problems,
            fixed=frozenset(context.problems_of(self.key))
            & {row.id for row, _ in found} - rows.bad,
        )


class BookStream(_PriceList[T]):
    """Prices or coupons by id, kept in the cursor: subscriptions and lines only name them."""

    def __init__(
        self, key: str, lists: Mapping[str, tuple[tuple[str, str], ...]], kind: type[T]
    ) -> None:
        self.key = key
        self.title = key
        self.lists = lists
        self._kind = kind

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key) or {"newest": 0, "book": {}}
        rows = Rows(self._kind)
        found = self._changed(context, rows, stored["newest"])
        book = stored["book"] | {row.id: msgspec.to_builtins(row) for row, _ in found}
        newest = max([row.updated_at for row, _ in found], default=stored["newest"])
        yield Page(
            cursor={"newest": newest, "book": book},
            complete=True,
            problems=rows.problems,
            fixed=frozenset(context.problems_of(self.key)) & book.keys(),
        )


class ListStream(Generic[T]):
    """Rows in the order in which they changed: the first load and every later one alike."""

    essential = True

    def __init__(self, kind: Kind[T]) -> None:
        self.key = kind.many
        self.title = kind.title
        self._kind = kind

    def pages(self, context: Context) -> Iterator[Page]:
        kind = self._kind
        yield from self._again(context)
        mark = Mark.load(OVERLAP, context.cursor_of(self.key))
        params = [*overlap_params(kind.stamp, mark.newest), *kind.params]
        for page in pages_of(context.client, kind.many, kind.one, params):
            rows = Rows(kind.row)
            good = rows.decode(page.rows)
            fresh = [pair for pair in good if mark.is_new(pair[0].id, self._stamp(pair[0]))]
            for row, _ in fresh:
                mark.add(row.id, self._stamp(row), context.server_now())
            yield self._page(context, rows, fresh, mark.state(), complete=page.last)

    def _stamp(self, row: T) -> int:
        return int(getattr(row, self._kind.stamp))

    def _again(self, context: Context) -> Iterator[Page]:
        """Ask again for objects that could not be used last time."""
        ids = context.to_ask_again(self.key, _RETRIES)
        if not ids:
            return
        raw: list[msgspec.Raw] = []
        missing: set[str] = set()
        for one in ids:
            try:
                path = f"{wire.API}/{self.key}/{one}"
                found = context.client.get(path, wire.Wrapper)
                raw.append(wire.unwrapped(found, self._kind.one))
            except Refused as error:
                if error.status != 404:
                    raise
                missing.add(one)
        rows = Rows(self._kind.row)
        page = self._page(context, rows, rows.decode(raw), None)
        gone = {table: ids | missing for table, ids in page.gone.items()}
        yield replace(page, gone=gone, fixed=frozenset(ids) - rows.bad)

    def _page(
        self,
        context: Context,
        rows: Rows[T],
        good: Good[T],
        cursor: dict[str, Any] | None,
        *,
        complete: bool = False,
    ) -> Page:
        kind = self._kind
        there = [pair for pair in good if not getattr(pair[0], "deleted", False)]
        kind.prepare(context, there)
        facts = rows.facts(there, lambda row: kind.facts(context, row))
        gone = frozenset(row.id for row, _ in good if getattr(row, "deleted", False))
        kept = [pair for pair in there if pair[0].id not in rows.bad]
        return Page(
            cursor=cursor,
            complete=complete,
            facts=facts,
            children=kind.children(context, kept),
            gone={kind.table: gone} if kind.table and gone else {},
            problems=rows.problems,
        )
