"""Users and tickets by incremental export: a cursor that goes on where the last run stopped.

The export holds back the newest minute, so nothing changes behind its cursor and no overlap is
needed; rows that are gone come with a mark of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from csmdesk.domain.errors import BadAnswer
from csmdesk.domain.facts import Fact
from csmdesk.sync.client import Pending
from csmdesk.sync.connectors.zendesk import wire
from csmdesk.sync.decode import Rows
from csmdesk.sync.errors import Refused
from csmdesk.sync.sink import Page
from csmdesk.sync.stream import Context

T = TypeVar("T")
_OVERLAP = 5 * 60  # seconds read again when a cursor has expired


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What is exported. `facts` is empty for a row that is none of ours, or gone."""

    name: str
    table: str
    wire: type[T]
    row_id: Callable[[T], int]
    facts: Callable[[T], list[Fact]]
    params: tuple[tuple[str, str], ...] = ()


class ExportStream(Generic[T]):
    """One kind; its cursor keeps the export's own, and the server's time in case that expires."""

    essential = True

    def __init__(self, kind: Kind[T]) -> None:
        self.kind = kind
        self.key = self.title = kind.name

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        yield from self._again(context)
        after, began = (stored["after"], stored["began"]) if stored else ("", 0)
        answer = self._ask(context, after, began)
        while True:
            try:
                page = answer.result()
            except Refused as error:
                if error.status not in (400, 422) or not after:
                    raise
                after = ""  # the cursor has expired: by time from where it stood
                answer = self._ask(context, after, began)
                continue
            if page.rows is None:
                raise BadAnswer(wire.SYSTEM, f"Zendesk: an answer holds no {self.kind.name}.")
            after = page.after_cursor or after
            if page.end_of_stream:
                began = context.server_now()
            else:
                answer = self._ask(context, after, began)
            cursor = {"after": after, "began": began}
            told = self._page(Rows(self.kind.wire), page)
            yield replace(told, cursor=cursor, complete=page.end_of_stream)
            if page.end_of_stream:
                return

    def _ask(self, context: Context, after: str, began: int) -> Pending[wire.CursorPage]:
        start = str(max(wire.FIRST, began - _OVERLAP))
        params = [("cursor", after) if after else ("start_time", start), *self.kind.params]
        path = f"{wire.EXPORTS}/{self.kind.name}/cursor"
        return context.client.begin("GET", path, wire.CursorPage, params)

    def _page(self, rows: Rows[T], answer: wire.CursorPage) -> Page:
        """Facts of the rows of an answer, and which are none of ours any more."""
        good = rows.decode(answer.rows or [])
        facts = rows.facts(good, self.kind.facts)
        ours = {fact.source_id for fact in facts} | rows.bad
        gone = frozenset(str(self.kind.row_id(row)) for row, _ in good) - ours
        return Page(cursor=None, facts=facts, gone={self.kind.table: gone}, problems=rows.problems)

    def _again(self, context: Context) -> Iterator[Page]:
        """Ask again for rows that could not be used last time."""
        ids = context.to_ask_again(self.key, wire.MANY)
        if not ids:
            return
        path = f"{wire.API}/{self.kind.name}/show_many"
        params = [("ids", ",".join(ids)), *self.kind.params]
        rows = Rows(self.kind.wire)
        page = self._page(rows, context.client.get(path, wire.CursorPage, params))
        yield replace(page, fixed=frozenset(ids) - rows.bad)
