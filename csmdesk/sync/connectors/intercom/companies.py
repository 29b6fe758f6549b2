"""Companies. There is no "updated since": all of them are read, once a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from csmdesk.domain.errors import Unreachable
from csmdesk.domain.facts import Account, Fact
from csmdesk.sync import domains
from csmdesk.sync.connectors.intercom import wire
from csmdesk.sync.decode import Days, Rows
from csmdesk.sync.errors import Refused
from csmdesk.sync.joins import crm_joins
from csmdesk.sync.sink import Listing, Page
from csmdesk.sync.stream import Context

SCROLL_LIVES = 61.0  # seconds: an app has one scroll, which dies after a minute unused
_SCROLLS = 4


class CompanyStream:
    """By page up to 10,000 companies, beyond that by the one scroll an app may have open.

    Neither can be resumed in a later run (pages shift, a scroll dies in a minute), so a load that
    broke off begins again; what it wrote is written again without a change.
    """

    key = "companies"
    title = "companies"
    essential = True

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        # Asked on every run: it tells the server's day, and at once whether the key works.
        context.client.get("/me", msgspec.Raw)
        today = context.server_day() or 0
        if stored is not None and stored["day"] == today:
            return
        before = stored["day"] if stored else -1
        first = True
        for raw in self._raw_pages(context):
            yield self._page(raw, before, first, context.days)
            first = False
        last = Listing(table="account", first=first, last=True)
        yield Page(cursor={"day": today}, complete=True, listing=last)

    def _raw_pages(self, context: Context) -> Iterator[list[msgspec.Raw]]:
        number = most = 0
        while True:
            number += 1
            size = wire.COMPANY_PAGE
            params = [("page", str(number)), ("per_page", str(size)), ("order", "asc")]
            path = "/companies/list"
            page = context.client.begin("POST", path, wire.CompanyList, params).result()
            total = page.total_count or 0
            if total > wire.LIST_CAP:
                yield from self._scrolled(context)
                return
            if total < most:  # one was deleted, and those behind it moved up: begin again
                number, most = 0, total
                continue
            most = total
            yield page.data
            if number * size >= total or not page.data:
                return

    def _scrolled(self, context: Context) -> Iterator[list[msgspec.Raw]]:
        """All of a scroll. One that fails is over, so it begins again once the old one has died."""
        for left in reversed(range(_SCROLLS)):
            try:
                yield from self._scroll(context)
                return
            except (Refused, Unreachable):
                if not left:
                    raise
            context.cancel.wait(SCROLL_LIVES)

    def _scroll(self, context: Context) -> Iterator[list[msgspec.Raw]]:
        """Each question moves the scroll on, so none is asked twice."""
        scroll = ""
        while True:
            params = [("scroll_param", scroll)] if scroll else []
            page = context.client.once("GET", "/companies/scroll", wire.CompanyList, params)
            if not page.data:
                return
            if not page.scroll_param:
                raise Refused(wire.SYSTEM, "Intercom ended the list of companies early.", 400)
            scroll = page.scroll_param
            yield page.data

    def _page(self, raw: list[msgspec.Raw], before: int, first: bool, days: Days) -> Page:
        rows = Rows(wire.Company)
        good = rows.decode(raw)
        facts = rows.facts(good, lambda row: self._account(row, days))
        ids = {row.id for row, _ in good} | rows.bad
        listing = Listing(table="account", ids=ids, first=first)
        return Page(cursor={"day": before}, facts=facts, listing=listing, problems=rows.problems)

    def _account(self, row: wire.Company, days: Days) -> list[Fact]:
        joins = [f"key:{row.company_id}"] if row.company_id else []
        joins += crm_joins(row.custom_attributes, self._fields)
        return [
            Account(
                source=wire.SYSTEM,
                source_id=row.id,
                name=row.name or row.company_id or row.id,
                domain=domains.of_website(row.website),
                joins=tuple(joins),
                created_on=days.or_none(row.created_at),
                industry=row.industry or None,
            )
        ]
