"""Organizations: by time what changed since, and once a day the ids of all that still exist.

Pages by time repeat their last second, and a change need not move `updated_at`: what comes is
written, and is what was there already when nothing has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from csmdesk.domain.errors import BadAnswer
from csmdesk.domain.facts import Account, Fact
from csmdesk.sync.connectors.zendesk import wire
from csmdesk.sync.decode import Rows, day
from csmdesk.sync.joins import crm_joins
from csmdesk.sync.sink import Page, swept_pages
from csmdesk.sync.stream import Context, Mark

OVERLAP = 5 * 60


class OrganizationStream:
    key = "organizations"
    title = "organizations"
    essential = True

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        yield from self._again(context)
        mark = Mark.load(OVERLAP, stored["mark"] if stored else None)
        swept = stored["swept"] if stored else None
        yield from self._changes(context, mark, swept)
        today = context.server_day()
        if stored is not None and today is not None and swept != today:
            cursor = {"mark": mark.state(), "swept": today}
            yield from swept_pages("account", self._ids(context), cursor)

    def _changes(self, context: Context, mark: Mark, swept: int | None) -> Iterator[Page]:
        start = max(wire.FIRST, mark.since)
        while True:
            params = [("start_time", str(start))]
            page = context.client.get(f"{wire.EXPORTS}/organizations", wire.TimePage, params)
            rows = Rows(wire.Organization)
            facts = rows.facts(rows.decode(page.organizations), self._account)
            end = page.end_time or start
            mark.newest = max(mark.newest, end)
            day_ = swept if swept is not None else context.server_day()
            yield Page(
                cursor={"mark": mark.state(), "swept": day_},
                complete=page.end_of_stream,
                facts=facts,
                problems=rows.problems,
            )
            if page.end_of_stream:
                return
            if end <= start:
                raise BadAnswer(wire.SYSTEM, "Zendesk: the export of organizations does not go on.")
            start = end

    def _again(self, context: Context) -> Iterator[Page]:
        """Ask again for rows that could not be used last time."""
        ids = context.to_ask_again(self.key, wire.MANY)
        if not ids:
            return
        path = f"{wire.ORGANIZATIONS}/show_many"
        answer = context.client.get(path, wire.Organizations, [("ids", ",".join(ids))])
        rows = Rows(wire.Organization)
        facts = rows.facts(rows.decode(answer.organizations), self._account)
        yield Page(
            cursor=None, facts=facts, problems=rows.problems, fixed=frozenset(ids) - rows.bad
        )

    def _ids(self, context: Context) -> Iterator[list[str]]:
        after = ""
        while True:
            params = [("page[size]", str(wire.LIST_PAGE))]
            params += [("page[after]", after)] if after else []
            page = context.client.get(wire.ORGANIZATIONS, wire.IdPage, params)
            yield [str(row.id) for row in page.organizations]
            after = page.meta.after_cursor or ""
            if not page.meta.has_more or not after:
                return

    def _account(self, row: wire.Organization) -> list[Fact]:
        joins = [f"key:{row.external_id}"] if row.external_id else []
        told = {**(row.organization_fields or {}), "external_id": row.external_id}
        joins += crm_joins(told, self._fields)
        return [
            Account(
                source=wire.SYSTEM,
                source_id=str(row.id),
                name=row.name or f"Organization {row.id}",
                domain=row.domain_names[0].lower() if row.domain_names else None,
                joins=tuple(joins),
                created_on=day(row.created_at),
            )
        ]
