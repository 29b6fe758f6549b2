"""Which company and contact an object belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.hubspot import wire
from csmdesk.sync.connectors.hubspot.wire import Row


@dataclass(frozen=True, slots=True)
class Linked:
    """A row with the ids it is associated with, by type; the first is the primary one."""

    row: Row
    ids: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of_list(cls, row: Row) -> Linked:
        """A list answer carries the associations itself."""
        ids = {name: [link.id for link in part.results] for name, part in row.associations.items()}
        return cls(row, ids)

    def first(self, name: str) -> str | None:
        found = self.ids.get(name)
        return found[0] if found else None


def linked_rows(
    client: HttpClient, name: str, types: Sequence[str], rows: Sequence[Row]
) -> dict[str, Linked]:
    """The rows by id with their associations, read in batches; one without any is no error."""
    linked = {row.id: Linked(row) for row in rows}
    for target in types:
        for start in range(0, len(rows), wire.LINK_BATCH):
            body = {"inputs": [{"id": row.id} for row in rows[start : start + wire.LINK_BATCH]]}
            path = f"{wire.ASSOCIATIONS}/{name}/{target}/batch/read"
            for link in client.post(path, wire.LinkPage, body).results:
                ids = [str(to.toObjectId) for to in link.to]
                if link.origin.id in linked:
                    linked[link.origin.id].ids[target] = ids
    return linked
