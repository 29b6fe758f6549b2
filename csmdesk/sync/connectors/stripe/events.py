"""What changed since: events tell which objects to fetch again, never what is in them.

Events are kept for 30 days and rendered in the API version of their own time.
"""

from __future__ import annotations

from collections.abc import Iterator

from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.sync.connectors.stripe import wire
from csmdesk.sync.connectors.stripe.lists import one_by_one
from csmdesk.sync.connectors.stripe.objects import Objects, last_event_days
from csmdesk.sync.sink import Page
from csmdesk.sync.stream import Context, Mark

OVERLAP = 5 * 60
TOO_OLD = 25 * SECONDS_A_DAY
_AT_ONCE = 50  # objects fetched for one page

KINDS = {
    "product": "products",
    "customer": "customers",
    "customer.subscription": "subscriptions",
    "invoice": "invoices",
}
_TYPES = {
    "product": ("created", "updated", "deleted"),
    "customer": ("created", "updated", "deleted"),
    "customer.subscription": ("created", "updated", "deleted", "paused", "resumed"),
    "invoice": (
        "created",
        "updated",
        "finalized",
        "paid",
        "payment_failed",
        "voided",
        "marked_uncollectible",
        "deleted",
    ),
}
TYPES = tuple(f"{kind}.{what}" for kind, whats in _TYPES.items() for what in whats)


class EventStream:
    """Runs first: it notes where events stand before the first load, later it brings changes."""

    key = "events"
    title = "changes"
    essential = True

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        if stored is None:
            yield self._anchor(context)
            return
        mark = Mark.load(OVERLAP, stored["mark"])
        events = self._since(context, mark)
        now = context.server_now(mark.newest)
        if now - stored["read_at"] > TOO_OLD:
            yield self._anchor(context)  # events may be lost: the lists are loaded again
            return
        fresh = [event for event in events if mark.is_new(event.id, event.created)]
        yield from self._objects_of(context, fresh)
        for event in fresh:
            mark.add(event.id, event.created)
        cursor = {"mark": mark.state(), "anchor": stored["anchor"], "read_at": now}
        yield Page(cursor=cursor, complete=True)

    def _anchor(self, context: Context) -> Page:
        """Begin at the newest event, whatever any clock says."""
        mark = Mark(OVERLAP)
        newest = context.client.get("/v1/events", wire.EventList, _params(("limit", "1"))).data
        for event in newest:
            mark.add(event.id, event.created)
        # What lies within the overlap is in the lists that are loaded after this.
        for event in self._since(context, mark) if newest else ():
            mark.add(event.id, event.created)
        now = context.server_now(mark.newest)
        cursor = {"mark": mark.state(), "anchor": now, "read_at": now}
        return Page(cursor=cursor, complete=True)

    def _since(self, context: Context, mark: Mark) -> list[wire.Event]:
        found: list[wire.Event] = []
        while True:
            params = _params(("limit", str(wire.PAGE)), ("created[gte]", str(mark.since)))
            params += [("starting_after", found[-1].id)] if found else []
            page = context.client.get("/v1/events", wire.EventList, params)
            found += page.data
            if not page.has_more or not page.data:
                return found

    def _objects_of(self, context: Context, events: list[wire.Event]) -> Iterator[Page]:
        days = last_event_days(events, context.days)
        for name, kind in KINDS.items():
            ids = sorted(
                {
                    event.data.object.id
                    for event in events
                    if event.type.rpartition(".")[0] == name and event.data.object.id
                }
            )
            for start in range(0, len(ids), _AT_ONCE):
                part = ids[start : start + _AT_ONCE]
                yield one_by_one(context, self._objects, kind, part, days)


def _params(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [*(("types[]", kind) for kind in TYPES), *more]
