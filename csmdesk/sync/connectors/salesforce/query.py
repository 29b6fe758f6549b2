"""Any object as a stream: rows in the order in which they changed, deleted ones among them.

A first load and a later sync ask the same question: what has changed since the mark, the mark's own
second included, a few minutes of overlap before it. So a load that broke off goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.domain.facts import Fact
from csmdesk.sync.client import Pending
from csmdesk.sync.connectors.salesforce import wire
from csmdesk.sync.connectors.salesforce.beside import Beside
from csmdesk.sync.connectors.salesforce.setup import Setup
from csmdesk.sync.connectors.salesforce.wire import Record, Row
from csmdesk.sync.decode import Decoded, Rows, milliseconds
from csmdesk.sync.errors import Refused
from csmdesk.sync.sink import Cursor, Page, swept_pages
from csmdesk.sync.stream import Context, Mark

OVERLAP = 5 * 60 * 1000  # rows of a long transaction show up late
Facts = Callable[[Row, Setup], list[Fact]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One object. `fields`: ours -> theirs; `swept`: all its ids are compared once a day, since
    those of purged rows are told nowhere; `merges`: a row that was merged into another stays as an
    archived fact, which says so; `beside`: rows of another object that tell more of these."""

    name: str
    title: str
    sobject: str
    table: str
    essential: bool
    fields: Mapping[str, str]
    facts: Facts
    stamp: str = wire.STAMP
    where: str = ""
    deletable: bool = True
    swept: bool = False
    custom: bool = False
    merges: bool = False
    beside: Beside | None = None

    def selected(self, setup: Setup) -> tuple[dict[str, str], str]:
        """The fields that exist, and the beginning of every query."""
        fields = setup.existing(self.sobject, self.fields)
        names = dict.fromkeys(("Id", self.stamp, *fields.values()))
        if self.deletable:
            names["IsDeleted"] = None
        if "MasterRecordId" in setup.fields.get(self.sobject, ()):
            names["MasterRecordId"] = None
        if self.custom:
            names |= dict.fromkeys(setup.custom)
        return fields, f"SELECT {', '.join(names)} FROM {self.sobject}"  # noqa: S608 - names that Salesforce told


class QueryStream:
    """One kind of record."""

    def __init__(self, api: str, kind: Kind) -> None:
        self.kind = kind
        self.key = kind.name
        self.title = kind.title
        self.essential = kind.essential
        self._api = api

    def pages(self, context: Context) -> Iterator[Page]:
        setup = Setup.of(context)
        if not setup.fields.get(self.kind.sobject):
            return  # the setup failed, or told that there is no such object
        stored = context.cursor_of(self.key)
        yield from self._again(context, setup)
        mark = Mark.load(OVERLAP, stored["mark"] if stored else None)
        swept = stored["swept"] if stored else None
        rest = {"swept": swept}
        beside = self.kind.beside
        if beside is not None and beside.follows and setup.fields.get(beside.sobject):
            if stored is not None:
                yield from self._followed(context, setup, beside, stored.get("followed", 0))
            rest["followed"] = context.server_now()
        yield from self._changes(context, setup, mark, rest)
        today = context.server_day()
        if self.kind.swept and stored is not None and today is not None and swept != today:
            cursor = {"mark": mark.state(), **rest, "swept": today}
            yield from swept_pages(self.kind.table, self._ids(context), cursor)

    # --- changes ----------------------------------------------------------------------------

    def _followed(
        self, context: Context, setup: Setup, beside: Beside, since: int
    ) -> Iterator[Page]:
        """Our rows of which rows beside them have changed, though they have not themselves."""
        there = setup.fields[beside.sobject]
        since = max(0, since - SECONDS_A_DAY)  # told by a clock, and rows show up late
        for ids in beside.changed(context.client, self._api, there, since):
            yield self.reread(context, setup, ids)

    def _changes(self, context: Context, setup: Setup, mark: Mark, rest: Cursor) -> Iterator[Page]:
        """`rest`: what the cursor keeps beside the mark."""
        fields, select = self.kind.selected(setup)
        answer, asked_at = self._since(context, select, mark), mark.newest
        while True:
            try:
                page = answer.result()
            except Refused as error:
                if error.status != 400 or mark.newest == asked_at:
                    raise
                # The locator has expired: ask anew from the mark, which moved with the rows.
                answer, asked_at = self._since(context, select, mark), mark.newest
                continue
            more = not page.done
            if more:
                answer = wire.next_page(context.client, page)
            rows = Rows(Record)
            fresh = self._fresh(rows, page, mark)
            mapped = self._page(context, rows, fresh, fields, setup)
            day = context.server_day() if rest["swept"] is None else rest["swept"]
            cursor = {"mark": mark.state(), **rest, "swept": day}
            yield replace(mapped, cursor=cursor, complete=not more)
            if not more:
                return

    def _since(self, context: Context, select: str, mark: Mark) -> Pending[wire.QueryPage]:
        stamp = self.kind.stamp
        where = f"{stamp} >= {wire.moment(mark.since // 1000)}"
        where += f" AND {self.kind.where}" if self.kind.where else ""
        return self._ask(context, f"{select} WHERE {where} ORDER BY {stamp}, Id")

    def _ask(self, context: Context, soql: str) -> Pending[wire.QueryPage]:
        """Deleted rows too; of objects that know none it is a plain query."""
        path = f"{self._api}/queryAll" if self.kind.deletable else f"{self._api}/query"
        return context.client.begin("GET", path, wire.QueryPage, [("q", soql)])

    def _fresh(
        self, rows: Rows[Record], page: wire.QueryPage, mark: Mark
    ) -> list[tuple[Record, msgspec.Raw]]:
        """The rows of a page that have changed since they were last read; the mark moves along."""
        fresh = []
        for record, raw in rows.decode(page.records):
            try:
                row_id, stamp = str(record["Id"]), milliseconds(record[self.kind.stamp])
            except (KeyError, TypeError, ValueError):
                told = record.get("Id")
                rows.fail(told if isinstance(told, str) else "", "its date is none", raw)
                continue
            if mark.is_new(row_id, stamp):
                fresh.append((record, raw))
            mark.add(row_id, stamp)
        return fresh

    def _page(
        self,
        context: Context,
        rows: Rows[Record],
        records: Decoded[Record],
        fields: dict[str, str],
        setup: Setup,
    ) -> Page:
        """Facts of the records, and which are gone or none of ours any more."""
        kept = [pair for pair in records if self._stays(pair[0])]
        if (beside := self.kind.beside) is not None:
            there = setup.fields.get(beside.sobject, ())
            beside.add(context.client, self._api, there, [record for record, _ in kept])
        facts = rows.facts(kept, lambda record: self.kind.facts(Row(record, fields), setup))
        ours = {fact.source_id for fact in facts} | rows.bad
        gone = frozenset(str(record["Id"]) for record, _ in records) - ours
        return Page(cursor=None, facts=facts, gone={self.kind.table: gone}, problems=rows.problems)

    def _stays(self, record: Record) -> bool:
        merged = self.kind.merges and record.get("MasterRecordId")
        return bool(merged) or not record.get("IsDeleted")

    # --- problems and sweep -----------------------------------------------------------------

    def _again(self, context: Context, setup: Setup) -> Iterator[Page]:
        """Ask again for rows that could not be used last time."""
        ids = [one for one in context.to_ask_again(self.key, wire.MANY) if one.isalnum()]
        if ids:
            yield self.reread(context, setup, ids)

    def reread(
        self, context: Context, setup: Setup, ids: Sequence[str], by: str = "Id", since: int = 0
    ) -> Page:
        """Rows of these ids (at most `MANY`) as they are now; `since`: only what changed later."""
        fields, select = self.kind.selected(setup)
        changed = f" AND {self.kind.stamp} >= {wire.moment(since)}" if since else ""
        page = self._ask(context, f"{select} WHERE {by} IN ({wire.quoted(ids)}){changed}").result()
        rows = Rows(Record)
        mapped = self._page(context, rows, rows.decode(page.records), fields, setup)
        fixed = frozenset(ids) - rows.bad if by == "Id" else frozenset()
        return replace(mapped, fixed=fixed, of=self.key)

    def _ids(self, context: Context) -> Iterator[list[str]]:
        """All ids that still exist, answer by answer; of a purged row nothing else tells."""
        soql = f"SELECT Id FROM {self.kind.sobject} ORDER BY Id"  # noqa: S608 - ours
        for records in wire.answers(context.client, self._api, soql):
            yield [record["Id"] for record in records]
