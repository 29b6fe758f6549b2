"""Contacts, and which company each of them works for."""

from __future__ import annotations

from collections.abc import Iterator

from csmdesk.domain.facts import Contact, Fact
from csmdesk.sync.connectors.intercom import search, wire
from csmdesk.sync.decode import Decoded, Rows
from csmdesk.sync.sink import Page
from csmdesk.sync.stream import Context

_MOST_KNOWN = 50_000


class Employers:
    """Contact id -> company id, of those that this run has seen or asked for lately."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}

    def note(self, contact: wire.Contact) -> None:
        self._know(contact.id, contact.company)

    def company(self, contact_id: str | None) -> str | None:
        return self._known.get(contact_id) if contact_id else None

    def learn(self, context: Context, ids: set[str]) -> None:
        """Ask for contacts not seen in this run."""
        missing = sorted(ids - self._known.keys())
        for start in range(0, len(missing), wire.SEARCH_PAGE):
            part = missing[start : start + wire.SEARCH_PAGE]
            for one in part:
                self._know(one, None)
            rows = Rows(wire.Contact)
            for contact, _ in rows.decode(search.by_ids(context, "contacts", part)):
                self.note(contact)

    def _know(self, contact_id: str, company: str | None) -> None:
        self._known[contact_id] = company
        if len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]


class ContactStream:
    """Contacts of companies; a lead without a company is none of ours."""

    key = "contacts"
    title = "contacts"
    essential = True

    def __init__(self, employers: Employers) -> None:
        self._employers = employers

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        yield from search.again(context, self.key, wire.Contact, self._all)
        for step in search.updated(context, self.key, stored):
            rows = Rows(wire.Contact)
            good = rows.decode(step.raw)
            fresh = [pair for pair in good if step.is_new(pair[0].id, pair[0].updated_at)]
            facts = self._all(rows, fresh)
            gone = frozenset(row.id for row, _ in fresh if row.company is None)
            yield Page(
                cursor=step.cursor(),
                complete=not step.after,
                facts=facts,
                gone={"contact": gone},
                problems=rows.problems,
            )
        yield from search.sweep(context, self.key, "contact")

    def _all(self, rows: Rows[wire.Contact], pairs: Decoded[wire.Contact]) -> list[Fact]:
        return rows.facts(pairs, self._facts)

    def _facts(self, row: wire.Contact) -> list[Fact]:
        self._employers.note(row)
        if row.company is None:
            return []
        email = row.email or None
        return [
            Contact(
                source=wire.SYSTEM,
                source_id=row.id,
                account_id=row.company,
                name=row.name or email or row.external_id or row.id,
                email=email,
                user_key=row.external_id or email,
                created_at=row.created_at,
                last_seen_at=row.last_seen_at,
                bounced=row.has_hard_bounced,
            )
        ]
