"""Owners: the CRM's users, of whom some are CSMs. Archived ones still own companies."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from csmdesk.domain.facts import Fact, Person
from csmdesk.sync.connectors.hubspot import wire
from csmdesk.sync.decode import Rows
from csmdesk.sync.sink import Page
from csmdesk.sync.stream import Context


class _Owner(msgspec.Struct, rename="camel"):
    id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    archived: bool = False


def _person(owner: _Owner) -> list[Fact]:
    name = " ".join(part for part in (owner.first_name, owner.last_name) if part)
    return [
        Person(
            source=wire.SYSTEM,
            source_id=owner.id,
            name=name or owner.email or owner.id,
            email=owner.email,
            archived=owner.archived,
        )
    ]


class OwnerStream:
    """All owners, archived ones too, once a day: the list is short and has no "updated since"."""

    key = "owners"
    title = "owners"
    essential = True

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        if stored is not None and stored["day"] == context.server_day():
            return
        rows = Rows(_Owner)
        facts: list[Fact] = []
        for archived in ("false", "true"):
            after = ""
            while True:
                params = [("limit", "100"), ("archived", archived)]
                params += [("after", after)] if after else []
                page = context.client.get(wire.OWNERS, wire.RawPage, params)
                facts += rows.facts(rows.decode(page.results), _person)
                after = page.after
                if not after:
                    break
        day = context.server_day() or 0
        yield Page(cursor={"day": day}, complete=True, facts=facts, problems=rows.problems)
