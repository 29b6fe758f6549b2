"""Conversations as tickets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from csmdesk.domain.facts import Fact, Ticket
from csmdesk.sync.connectors.intercom import search, wire
from csmdesk.sync.connectors.intercom.contacts import Employers
from csmdesk.sync.decode import Decoded, Rows
from csmdesk.sync.sink import Page
from csmdesk.sync.stream import Context

# Versions before 2.16 know "priority" and "not_priority" only.
PRIORITIES = {"low": "low", "high": "high", "urgent": "urgent", "priority": "high"}


class ConversationStream:
    """Conversations, each with the company it is about, else its first contact's company."""

    key = "conversations"
    title = "conversations"
    essential = True

    def __init__(self, employers: Employers) -> None:
        self._employers = employers

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        facts_of = partial(self._facts, context)
        yield from search.again(context, self.key, wire.Conversation, facts_of)
        for step in search.updated(context, self.key, stored):
            rows = Rows(wire.Conversation)
            good = rows.decode(step.raw)
            fresh = [pair for pair in good if step.is_new(pair[0].id, pair[0].updated_at)]
            facts = facts_of(rows, fresh)
            yield Page(
                cursor=step.cursor(),
                complete=not step.after,
                facts=facts,
                problems=rows.problems,
            )
        yield from search.sweep(context, self.key, "ticket")

    def _facts(
        self,
        context: Context,
        rows: Rows[wire.Conversation],
        pairs: Decoded[wire.Conversation],
    ) -> list[Fact]:
        unknown = {_contact(row) for row, _ in pairs if row.company is None} - {None}
        self._employers.learn(context, {one for one in unknown if one})
        return rows.facts(pairs, self._ticket)

    def _ticket(self, row: wire.Conversation) -> list[Fact]:
        contact = _contact(row)
        statistics = row.statistics or wire.Statistics()
        closed = row.state == "closed"
        source = row.source or wire.Source()
        return [
            Ticket(
                source=wire.SYSTEM,
                source_id=row.id,
                account_id=row.company.id if row.company else self._employers.company(contact),
                contact_id=contact,
                subject=row.title or source.subject or "",
                priority=PRIORITIES.get(row.priority or "", "normal"),
                status=row.state,
                created_at=row.created_at,
                first_reply_at=statistics.first_admin_reply_at,
                solved_at=(statistics.last_close_at or row.updated_at) if closed else None,
                csat=row.conversation_rating.rating if row.conversation_rating else None,
                body=source.body or None,
            )
        ]


def _contact(row: wire.Conversation) -> str | None:
    found = row.contacts.contacts if row.contacts else []
    return found[0].id if found else None
