"""The CRM as clients see it: the world's rows under an overlay of what clients wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from threading import RLock
from typing import Any

from csmdesk.sandbox.hubspot import errors, index
from csmdesk.sandbox.hubspot.kinds import Kind, Properties
from csmdesk.sandbox.hubspot.schema import Schema
from csmdesk.sandbox.hubspot.values import iso
from csmdesk.sandbox.shapes import Account
from csmdesk.sandbox.state import State
from csmdesk.sandbox.wire import Json

PORTAL_ID = 62515
_ALWAYS = ("hs_object_id", "createdate")


@dataclass(slots=True)
class Edit:
    """What clients wrote to one object, oldest first: property, epoch milliseconds, value."""

    written: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def updated_at(self) -> int:
        return self.written[-1][1]


class Crm:
    """Reads rows through the overlay and writes to it; safe for several threads."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.schema = Schema()
        self.lock = RLock()
        self.writes = 0
        self._edits: dict[tuple[str, str], Edit] = {}
        self._columns: tuple[object, dict[str, index.Columns]] | None = None

    def locate(self, kind: Kind, object_id: str) -> tuple[Account, Any] | None:
        """The account and row of an id, None when there is none (yet)."""
        found = self.state.world.index_of_hubspot(object_id)
        if found is None:
            return None
        account = self.state.account(found)
        for row in kind.rows(account):
            if row.hubspot_id == object_id:
                return account, row
        return None

    def properties(self, kind: Kind, account: Account, row: Any) -> Properties:
        """Every property of a row, with what clients wrote on top."""
        values = kind.properties(account, row)
        edit = self._edits.get((kind.name, row.hubspot_id))
        if edit is not None:
            for name, at, value in edit.written:
                if at >= _changed_at(account, kind, name):
                    values[name] = value or None
            values[kind.modified] = max(iso(edit.updated_at), values[kind.modified] or "")
        return values

    def edited(self, kind: Kind) -> dict[int, int]:
        """Object id -> epoch milliseconds of the last write, of one object type."""
        with self.lock:
            return {
                int(object_id): edit.updated_at
                for (name, object_id), edit in self._edits.items()
                if name == kind.name
            }

    def check(self, kind: Kind, object_id: str, values: dict[str, object]) -> None:
        """Refuse a write that the definitions or the account's own validation rules do not allow."""
        self.schema.check_values(kind, values)
        if object_id in self.state.ruled:
            raise errors.invalid(
                f"Company {object_id}: a validation rule of this account is broken"
            )

    def update(self, kind: Kind, object_id: str, values: dict[str, str]) -> None:
        """Write properties (already checked); an empty string clears, as at HubSpot."""
        if not values:
            return
        now = self.state.stamp()
        with self.lock:
            edit = self._edits.setdefault((kind.name, object_id), Edit())
            edit.written += [(name, now, value) for name, value in values.items()]
            self.writes += 1

    def columns(self, kind: Kind) -> index.Columns:
        """The search index of one object type, of the world as it is today."""
        with self.lock:
            world = self.state.world
            if self._columns is None or self._columns[0] is not world:
                self._columns = (world, index.build(self.state))
            return self._columns[1][kind.name]

    def forget_index(self) -> None:
        """Rows were added or taken away: the next search builds its index again."""
        self._columns = None
        self.writes += 1

    def history(self, kind: Kind, account: Account, row: Any, name: str) -> list[Json]:
        """Dated values of a property, newest first."""
        dated = [
            (change.at * 1000, change.value, "CRM_UI")
            for change in account.company.history
            if kind.name == "companies" and change.field == name
        ]
        if not dated:
            value = kind.properties(account, row).get(name)
            if value is not None:
                dated = [(kind.created(row) * 1000, value, "CRM_UI")]
        edit = self._edits.get((kind.name, row.hubspot_id))
        if edit is not None:
            dated += [(at, value, "API") for prop, at, value in edit.written if prop == name]
        dated.sort(key=itemgetter(0))
        return [
            {"value": value, "timestamp": iso(at), "sourceType": source}
            for at, value, source in reversed(dated)
        ]

    def render(
        self,
        kind: Kind,
        account: Account,
        row: Any,
        wanted: Sequence[str] = (),
        with_history: Sequence[str] = (),
    ) -> Json:
        """A row as the object endpoints answer it; unknown property names are ignored."""
        values = self.properties(kind, account, row)
        names = dict.fromkeys((*_ALWAYS, kind.modified, *wanted)) if wanted else kind.defaults
        known = self.schema.properties[kind.name]
        answer: Json = {
            "id": row.hubspot_id,
            "properties": {
                name: values.get(name) for name in sorted(names) if name in known or name in values
            },
            "createdAt": iso(kind.created(row) * 1000),
            "updatedAt": values[kind.modified],
            "archived": kind.name == "companies" and account.company.archived,
            "url": f"https://app.hubspot.com/contacts/{PORTAL_ID}/record/"
            f"{kind.type_id}/{row.hubspot_id}",
        }
        if answer["archived"]:
            answer["archivedAt"] = values[kind.modified]
        if with_history:
            answer["propertiesWithHistory"] = {
                name: self.history(kind, account, row, name) for name in with_history
            }
        return answer


def _changed_at(account: Account, kind: Kind, name: str) -> int:
    """When the vendor's people last changed a dated property, epoch milliseconds."""
    if kind.name != "companies":
        return 0
    changes = [change.at for change in account.company.history if change.field == name]
    return max(changes, default=0) * 1000
