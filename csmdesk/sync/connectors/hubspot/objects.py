"""Any object type of the CRM as a stream: first load by list, then changes by search, sweep by list.

Activities have no list: they are read and swept by search.

Changes are read by keyset (modified, then id), one page after the other from the last row seen:
neither the cap of 10,000 results a search nor rows that move while we page lose anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from csmdesk.domain.facts import Fact
from csmdesk.sync.client import Pending
from csmdesk.sync.connectors.hubspot import search, wire
from csmdesk.sync.connectors.hubspot.links import Linked, linked_rows
from csmdesk.sync.connectors.hubspot.setup import Setup
from csmdesk.sync.connectors.hubspot.wire import Row
from csmdesk.sync.decode import Rows
from csmdesk.sync.errors import Refused
from csmdesk.sync.sink import Cursor, Listing, Page, swept_pages
from csmdesk.sync.stream import Context, Mark

OVERLAP = 5 * 60 * 1000  # the search index lags a few moments behind writes
_RETRIES = 50  # problem rows asked for again on one run

Facts = Callable[[Linked, Setup], list[Fact]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type. `links`: types whose associated ids are needed; `table`: what a sweep clears,
    of one `row_kind` where a table holds several.

    `listed`: there is a list endpoint (activities have a search only).
    """

    name: str
    title: str
    table: str
    essential: bool
    properties: tuple[str, ...]
    facts: Facts
    modified: str = "hs_lastmodifieddate"
    history: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    listed: bool = True
    row_kind: str = ""
    custom: bool = False

    def wanted(self, setup: Setup) -> list[str]:
        custom = setup.custom if self.custom else []
        return list(dict.fromkeys((*self.properties, self.modified, *custom)))


class ObjectStream:
    """Companies, contacts, tickets, deals or one kind of activity."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.key = kind.name
        self.title = kind.title
        self.essential = kind.essential

    def pages(self, context: Context) -> Iterator[Page]:
        setup = Setup.of(context)
        stored = context.cursor_of(self.key)
        yield from self._again(context, setup)
        if self.kind.listed and (stored is None or "mark" not in stored or stored.get("after")):
            yield from self._load(context, setup, stored)
            return
        mark = Mark.load(OVERLAP, stored["mark"] if stored else None)
        yield from self._changes(context, setup, mark, stored)
        today = context.server_day()
        if stored is not None and today is not None and stored["swept"] != today:
            # What is archived, merged away or erased is in no search for changes.
            cursor = {"after": "", "mark": mark.state(), "swept": today}
            yield from swept_pages(self.kind.table, self._ids(context), cursor, self.kind.row_kind)

    # --- first load -------------------------------------------------------------------------

    def _load(self, context: Context, setup: Setup, stored: Cursor | None) -> Iterator[Page]:
        after = str(stored["after"]) if stored else ""
        mark = Mark.load(OVERLAP, stored["mark"] if stored else None)
        # One that goes on where it broke off says nothing about what it listed before.
        whole, first = not after, True
        coming = self._list_page(context, setup, after)
        while True:
            try:
                raw = coming.result()
            except Refused as error:
                if error.status != 400 or not after:
                    raise
                after, mark = "", Mark(OVERLAP)  # the cursor has expired: begin again
                whole, first = True, True
                coming = self._list_page(context, setup, after)
                continue
            after = raw.after
            if after:
                coming = self._list_page(context, setup, after)
            if mark.ceiling is None:
                mark.ceiling = context.server_now() * 1000 or None
            rows = Rows(Row)
            good = rows.decode(raw.results)
            ids = {row.id for row, _ in good} | {one.source_id for one in rows.problems}
            good = [pair for pair in good if self._note(mark, pair, rows)]
            facts = rows.facts(good, lambda row: self.kind.facts(Linked.of_list(row), setup))
            cursor = {"after": after, "mark": mark.state(), "swept": context.server_day()}
            last = not after
            listing = self._listing(ids, first, last)
            yield Page(
                cursor=cursor,
                complete=last,
                facts=facts,
                listing=listing if whole else None,
                problems=rows.problems,
            )
            first = False
            if last:
                return

    def _listing(self, ids: set[str], first: bool, last: bool) -> Listing:
        kind = self.kind
        return Listing(table=kind.table, kind=kind.row_kind, ids=ids, first=first, last=last)

    def _list_page(self, context: Context, setup: Setup, after: str) -> Pending[wire.RawPage]:
        kind = self.kind
        most = wire.HISTORY_PAGE if kind.history else wire.LIST_PAGE
        params = [("limit", str(most)), ("properties", ",".join(kind.wanted(setup)))]
        if kind.history:
            params.append(("propertiesWithHistory", ",".join(kind.history)))
        if kind.links:
            params.append(("associations", ",".join(kind.links)))
        if after:
            params.append(("after", after))
        return context.client.begin("GET", f"{wire.OBJECTS}/{kind.name}", wire.RawPage, params)

    def _note(self, mark: Mark, pair: search.Pair, rows: Rows[Row]) -> bool:
        """Move the mark over a row; one with an unreadable stamp is a problem."""
        stamp = search.stamp_of(self.kind, pair, rows)
        if stamp is not None:
            mark.add(pair[0].id, stamp)
        return stamp is not None

    # --- changes ----------------------------------------------------------------------------

    def _changes(
        self, context: Context, setup: Setup, mark: Mark, stored: Cursor | None
    ) -> Iterator[Page]:
        """Rows modified since the mark; without a stored one all of them, so that others are gone."""
        mark.settle()
        first = True
        for found in search.changed(context.client, self.kind, self.kind.wanted(setup), mark):
            facts = self._mapped(context, setup, found.rows, found.fresh)
            # A contact that left its company is none of ours any more.
            ours = {fact.source_id for fact in facts} | found.rows.bad
            gone = frozenset(row.id for row, _ in found.fresh) - ours
            day = stored["swept"] if stored else context.server_day()
            yield Page(
                cursor={"after": "", "mark": mark.state(), "swept": day},
                complete=found.last,
                facts=facts,
                gone={self.kind.table: gone},
                listing=self._listing(ours, first, found.last) if stored is None else None,
                problems=found.rows.problems,
            )
            first = False

    def _mapped(
        self, context: Context, setup: Setup, rows: Rows[Row], fresh: Sequence[search.Pair]
    ) -> list[Fact]:
        """Facts of changed rows: with history read again where needed, with their links."""
        pairs = list(fresh)
        if self.kind.history:
            pairs = rows.decode(self._read(context, setup, [row.id for row, _ in pairs]))
        links = linked_rows(
            context.client, self.kind.name, self.kind.links, [row for row, _ in pairs]
        )
        return rows.facts(pairs, lambda row: self.kind.facts(links[row.id], setup))

    def _read(self, context: Context, setup: Setup, ids: Sequence[str]) -> list[msgspec.Raw]:
        found: list[msgspec.Raw] = []
        for start in range(0, len(ids), wire.HISTORY_PAGE):
            body: dict[str, object] = {
                "inputs": [{"id": one} for one in ids[start : start + wire.HISTORY_PAGE]],
                "properties": self.kind.wanted(setup),
            }
            if self.kind.history:
                body["propertiesWithHistory"] = list(self.kind.history)
            path = f"{wire.OBJECTS}/{self.kind.name}/batch/read"
            found += context.client.post(path, wire.RawPage, body).results
        return found

    # --- problems and sweep -----------------------------------------------------------------

    def _again(self, context: Context, setup: Setup) -> Iterator[Page]:
        """Ask again for rows that could not be used last time."""
        ids = context.to_ask_again(self.key, _RETRIES)
        if not ids:
            return
        yield self.reread(context, setup, ids)

    def reread(self, context: Context, setup: Setup, ids: Sequence[str]) -> Page:
        """These rows as they are now, past the lagging index of the search."""
        rows = Rows(Row)
        raw = self._read(context, setup, ids) if self.kind.listed else []
        if not self.kind.listed:
            raw = search.by_ids(context.client, self.kind, self.kind.wanted(setup), ids)
        facts = self._mapped(context, setup, rows, rows.decode(raw))
        fixed = frozenset(ids) - rows.bad
        return Page(cursor=None, facts=facts, problems=rows.problems, fixed=fixed, of=self.key)

    def _ids(self, context: Context) -> Iterator[list[str]]:
        """All ids that still exist, answer by answer."""
        if not self.kind.listed:
            yield from search.all_ids(context.client, self.kind)
            return
        after = ""
        while True:
            params = [("limit", str(wire.LIST_PAGE)), ("properties", self.kind.modified)]
            params += [("after", after)] if after else []
            page = context.client.get(f"{wire.OBJECTS}/{self.kind.name}", wire.IdPage, params)
            yield [row.id for row in page.results]
            after = page.after
            if not after:
                return
