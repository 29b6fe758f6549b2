"""First load of one kind of object: its list, newest first, resumable by the last id."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from csmdesk.sync.client import Pending
from csmdesk.sync.connectors.stripe import wire
from csmdesk.sync.connectors.stripe.objects import TABLES, Objects, expansions
from csmdesk.sync.decode import Rows
from csmdesk.sync.errors import Refused
from csmdesk.sync.sink import Listing, Page
from csmdesk.sync.stream import Context

_RETRIES = 50  # problem rows asked for again on one run


class _Id(msgspec.Struct):
    id: str


def generation(context: Context) -> int:
    """Which load the lists belong to: the event stream begins a new one when it lost its place."""
    stored = context.cursor_of("events")
    return int(stored["anchor"]) if stored else 0


def list_page(context: Context, kind: str, after: str) -> Pending[wire.RawList]:
    params = [("limit", str(wire.PAGE)), *expansions(context.client, kind, "data.")]
    params += [("status", "all")] if kind == "subscriptions" else []
    params += [("starting_after", after)] if after else []
    return context.client.begin("GET", f"/v1/{kind}", wire.RawList, params)


class ListStream:
    """Products, customers, subscriptions or invoices, until loaded; then the events tell."""

    essential = True

    def __init__(self, kind: str, title: str, objects: Objects) -> None:
        self.key = kind
        self.title = title
        self._objects = objects

    def pages(self, context: Context) -> Iterator[Page]:
        anchor = generation(context)
        stored = context.cursor_of(self.key)
        yield from self._again(context)
        same = stored is not None and stored["anchor"] == anchor
        if stored is not None and same and stored["done"]:
            return
        after = str(stored["after"]) if stored is not None and same else ""
        # One that goes on where it broke off says nothing about what it listed before.
        whole, first = not after, True
        coming = list_page(context, self.key, after)
        while True:
            try:
                raw = coming.result()
            except Refused as error:
                if error.status != 400 or not after:
                    raise
                after, whole, first = "", True, True  # the row we stood at is gone: begin again
                coming = list_page(context, self.key, after)
                continue
            after = msgspec.json.decode(raw.data[-1], type=_Id).id if raw.data else ""
            done = not raw.has_more
            if not done:
                coming = list_page(context, self.key, after)
            batch = self._objects.batch(context, self.key, raw.data)
            listing = Listing(table=TABLES[self.key], ids=batch.ids, first=first, last=done)
            yield Page(
                cursor={"anchor": anchor, "after": after, "done": done},
                complete=done,
                facts=batch.facts,
                children=batch.children,
                listing=listing if whole else None,
                problems=batch.problems,
            )
            first = False
            if done:
                return

    def _again(self, context: Context) -> Iterator[Page]:
        """Ask again for objects that could not be used last time."""
        ids = context.to_ask_again(self.key, _RETRIES)
        if ids:
            yield one_by_one(context, self._objects, self.key, ids, {})


def one_by_one(
    context: Context, objects: Objects, kind: str, ids: list[str], changed: dict[str, int]
) -> Page:
    """Fetch objects by id; one that is not there any more is gone."""
    raw: list[msgspec.Raw] = []
    missing: set[str] = set()
    for one in ids:
        try:
            path = f"/v1/{kind}/{one}"
            raw.append(context.client.get(path, msgspec.Raw, expansions(context.client, kind, "")))
        except Refused as error:
            if error.status != 404:
                raise
            missing.add(one)
    batch = objects.batch(context, kind, raw, changed)
    bad = {problem.source_id for problem in batch.problems}
    return Page(
        cursor=None,
        of=kind,
        facts=batch.facts,
        children=batch.children,
        gone={TABLES[kind]: frozenset(missing | batch.gone)},
        problems=batch.problems,
        fixed=frozenset(ids) - bad,
    )


class PriceStream:
    """All prices, kept in the cursor: they never change, and lines name them by id."""

    key = "prices"
    title = "prices"
    essential = True

    def pages(self, context: Context) -> Iterator[Page]:
        anchor = generation(context)
        stored = context.cursor_of(self.key)
        if stored is not None and stored["anchor"] == anchor:
            return
        prices: dict[str, object] = {}
        rows = Rows(wire.Price)
        after = ""
        while True:
            raw = list_page(context, self.key, after).result()
            for price, _ in rows.decode(raw.data):
                prices[price.id] = msgspec.to_builtins(price)
            if not raw.has_more or not raw.data:
                break
            after = msgspec.json.decode(raw.data[-1], type=_Id).id
        cursor = {"anchor": anchor, "prices": prices}
        yield Page(cursor=cursor, complete=True, problems=rows.problems)
