"""Rows updated since, by a search of contacts or conversations; its order is not promised.

So the mark moves only when the search is through; a run that breaks off goes on with the search's
own cursor, and when that has expired begins the same search again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from csmdesk.domain.errors import BadAnswer
from csmdesk.domain.facts import Fact
from csmdesk.sync.client import Pending
from csmdesk.sync.connectors.intercom import wire
from csmdesk.sync.decode import Decoded, Rows, T
from csmdesk.sync.errors import Refused
from csmdesk.sync.sink import Cursor, Page
from csmdesk.sync.stream import Context, Mark

OVERLAP = 5 * 60
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

    def is_new(self, row_id: str, stamp: int) -> bool:
        """Whether a row has changed since it was last read; notes it."""
        new = self.done.is_new(row_id, stamp)
        self.coming.add(row_id, stamp, self.now)
        return new

    def cursor(self) -> Cursor:
        """What to store once the rows of this page are written."""
        if self.after:
            return {"mark": self.done.state(), "coming": self.coming.state(), "after": self.after}
        return {"mark": self.coming.state(), "coming": None, "after": ""}


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
        yield Step(rows, done, coming, after, context.server_now())
        if not after:
            return


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
    bad = {problem.source_id for problem in rows.problems}
    yield Page(cursor=None, facts=facts, problems=rows.problems, fixed=frozenset(ids) - bad)


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
