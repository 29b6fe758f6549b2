"""Pages of a synchronisation into the store: rows and cursor in one transaction.

With a window open a page is written in small parts, so that a person's edit never waits long; the
cursor comes with the last one, and a page that is written again after a crash changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, tzinfo
from typing import cast

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.days import day_of_instant
from csmdesk.domain.facts import Fact
from csmdesk.domain.usage import UsageBatch
from csmdesk.store import children, cursors, facts, listed, usage
from csmdesk.store.database import Connection, Store
from csmdesk.sync.sink import Children, Cursor, Listing, Page

ROWS_BESIDE_A_WINDOW = 500
CELLS_BESIDE_A_WINDOW = 10_000


class StoreSink:
    """The sink of `sync` on the store."""

    def __init__(
        self,
        store: Store,
        *,
        window_open: bool = False,
        cancel: CancelToken | None = None,
        zone: tzinfo = UTC,
    ) -> None:
        """`zone`: the workspace's, whose running day of usage is not complete yet."""
        self._store = store
        self._zone = zone
        self._cancel = cancel or CancelToken()
        self._window_open = window_open
        self._comparing = False  # whether the listing that runs may lack rows that we have

    def cursor(self, source: str, stream: str) -> Cursor | None:
        with self._store.read() as conn:
            return cursors.get_cursor(conn, source, stream)

    def problem_ids(self, source: str, stream: str) -> list[str]:
        with self._store.read() as conn:
            found = cursors.problems(conn)
        return [one.source_id for one in found if (one.source, one.stream) == (source, stream)]

    def page(self, source: str, stream: str, page: Page, at: int) -> int:
        """Write the page; returns rows and usage cells that are new or differ."""
        today = day_of_instant(at, self._zone)
        changed = 0
        rows, batches = page.facts, page.usage
        listing = page.listing
        if listing is not None and listing.first:
            with self._store.write() as conn:
                self._comparing = listed.begin(conn, source, listing.table, listing.kind)
        if self._window_open:
            *early, rows = _parts(page.facts)
            for part in early:
                self._cancel.check()
                with self._store.write() as conn:
                    changed += len(facts.upsert(conn, part))
            slices = list(_slices(page.usage))
            for batch in slices[:-1]:
                self._cancel.check()
                with self._store.write() as conn:
                    changed += usage.fold(conn, batch, today)
            batches = slices[-1:]
        self._cancel.check()
        with self._store.write() as conn:
            changed += len(facts.upsert(conn, rows))
            changed += sum(usage.fold(conn, batch, today) for batch in batches)
            changed += _removed(conn, source, page)
            if listing is not None and self._comparing:
                changed += _compared(conn, source, listing)
            _note_problems(conn, source, page.of or stream, page)
            if page.cursor is not None:
                cursors.set_cursor(conn, source, stream, page.cursor, complete=page.complete, at=at)
        return changed


def _parts(rows: list[Fact]) -> Iterator[list[Fact]]:
    for start in range(0, max(len(rows), 1), ROWS_BESIDE_A_WINDOW):
        yield rows[start : start + ROWS_BESIDE_A_WINDOW]


def _slices(batches: list[UsageBatch]) -> Iterator[UsageBatch]:
    """The batches cut to a bounded number of cells."""
    columns = [one.name for one in fields(UsageBatch) if one.name not in ("source", "kind")]
    for batch in batches:
        for start in range(0, len(batch.days), CELLS_BESIDE_A_WINDOW):
            part = slice(start, start + CELLS_BESIDE_A_WINDOW)
            whole = {name: cast("list[int] | None", getattr(batch, name)) for name in columns}
            cut = {name: None if rows is None else rows[part] for name, rows in whole.items()}
            yield replace(batch, **cut)  # type: ignore[arg-type]


def _removed(conn: Connection, source: str, page: Page) -> int:
    """Take away what the source no longer has; returns how many rows."""
    changed = 0
    for table, ids in page.gone.items():
        changed += facts.archive(conn, table, source, sorted(ids))
    for family in page.children:
        changed += _orphans(conn, source, family)
    return changed


def _compared(conn: Connection, source: str, listing: Listing) -> int:
    """Note what the source has; with the last part, take away what it has not."""
    listed.note(conn, source, listing.ids)
    return listed.end(conn, source, listing.table, listing.kind) if listing.last else 0


def _orphans(conn: Connection, source: str, family: Children) -> int:
    there = children.child_ids(conn, family.table, source, family.column, family.parents)
    gone = there - family.kept
    if family.ended:
        return children.end_children(conn, family.table, source, gone, family.ended, family.day)
    return facts.archive(conn, family.table, source, sorted(gone))


def _note_problems(conn: Connection, source: str, stream: str, page: Page) -> None:
    for source_id in page.fixed:
        cursors.clear_problem(conn, source, stream, source_id)
    for problem in page.problems:
        cursors.add_problem(conn, source, stream, problem.source_id, problem.message, problem.raw)
