"""Rows updated since, by a search of contacts or conversations; its order is not promised.

So the mark moves only when the search is through; a run that breaks off goes on with the search's
own cursor, and when that has expired begins the same search again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.domain.errors import BadAnswer
from csmdesk.domain.facts import Fact
from csmdesk.sync.client import Pending
from csmdesk.sync.connectors.intercom import wire
from csmdesk.sync.decode import Decoded, Rows, T, row_id
from csmdesk.sync.errors import Refused
from csmdesk.sync.sink import Cursor, Page, swept_pages
from csmdesk.sync.stream import Context, Mark

OVERLAP = 5 * 60
SWEEP_DAYS = 7
_RETRIES = 100  # problem rows asked for again on one run


@dataclass(slots=True)
class Step:
    """One page: its raw rows, and the marks to take the rows into account with."""

    raw: list[msgspec.Raw]
    done: Mark
    coming: Mark
    after: str
    now: int
    """The server's time, epoch seconds."""
    swept: int
    """The day on which all ids were compared last."""

    def is_new(self, row_id: str, stamp: int) -> bool:
        """Whether a row has changed since it was last read; notes it."""
        new = self.done.is_new(row_id, stamp)
        self.coming.add(row_id, stamp, self.now)
        return new

    def cursor(self) -> Cursor:
        """What to store once the rows of this page are written."""
        told: Cursor = {"after": self.after, "swept": self.swept}
        if self.after:
            return told | {"mark": self.done.state(), "coming": self.coming.state()}
        return told | {"mark": self.coming.state(), "coming": None}


def updated(context: Context, key: str, stored: Cursor | None) -> Iterator[Step]:
    """Pages of rows updated since the mark of the cursor."""
    done = Mark.load(OVERLAP, stored["mark"] if stored else None)
    after = str(stored["after"]) if stored else ""
    coming = _coming(stored if after else None, done)
    answer = _ask(context, key, done.since, after)
    while True:
        try:
            page = answer.result()
        except Refused as error:
            if error.status != 400 or not after:
                raise
            after, coming = "", _coming(None, done)
            answer = _ask(context, key, done.since, after)
            continue
        rows = page.rows
        if rows is None:
            raise BadAnswer(wire.SYSTEM, f"Intercom: an answer holds no {key}.")
        if coming.ceiling is None:
            coming.ceiling = context.server_now() or None
        after = page.pages.after if page.pages else ""
        if after:
            answer = _ask(context, key, done.since, after)
        now = context.server_now()
        swept = stored.get("swept", 0) if stored else now // SECONDS_A_DAY
        yield Step(rows, done, coming, after, now, swept)
        if not after:
            return


def sweep(context: Context, key: str, table: str) -> Iterator[Page]:
    """Once a week, when all changes are read: all ids that still exist, for no search tells of what
    was deleted or merged into another."""
    stored, today = context.cursor_of(key), context.server_day()
    if stored is None or today is None or today - stored["swept"] < SWEEP_DAYS:
        return
    yield from swept_pages(table, _ids(context, key), stored | {"swept": today})


def _ids(context: Context, key: str) -> Iterator[list[str]]:
    after, more = "", True
    while more:
        page = _ask(context, key, 1, after).result()
        yield [row_id(raw) for raw in page.rows or []]
        after = page.pages.after if page.pages else ""
        more = bool(after)


def again(
    context: Context,
    key: str,
    kind: type[T],
    facts_of: Callable[[Rows[T], Decoded[T]], list[Fact]],
) -> Iterator[Page]:
    """Ask again for rows that could not be used last time."""
    ids = context.to_ask_again(key, _RETRIES)
    if not ids:
        return
    rows = Rows(kind)
    facts = facts_of(rows, rows.decode(by_ids(context, key, ids)))
    yield Page(cursor=None, facts=facts, problems=rows.problems, fixed=frozenset(ids) - rows.bad)


def by_ids(context: Context, key: str, ids: list[str]) -> list[msgspec.Raw]:
    """Rows of these ids, as far as they still exist."""
    query = {"field": "id", "operator": "IN", "value": ids[: wire.SEARCH_PAGE]}
    body = {"query": query, "pagination": {"per_page": wire.SEARCH_PAGE}}
    return context.client.post(f"/{key}/search", wire.RawList, body).rows or []


def _coming(stored: Cursor | None, done: Mark) -> Mark:
    if stored is not None and stored["coming"]:
        return Mark.load(OVERLAP, stored["coming"])
    return Mark(OVERLAP, done.edge, None, dict(done.seen))


def _ask(context: Context, key: str, since: int, after: str) -> Pending[wire.RawList]:
    pagination: dict[str, object] = {"per_page": wire.SEARCH_PAGE}
    if after:
        pagination["starting_after"] = after
    query = {"field": "updated_at", "operator": ">", "value": since - 1}
    body = {"query": query, "pagination": pagination}
    return context.client.begin("POST", f"/{key}/search", wire.RawList, body=body)
