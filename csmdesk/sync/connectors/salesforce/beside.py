"""Rows of another object that tell more of those that are read: the contracts of accounts, the
messages of e-mail tasks. Asked for with each page, by the ids of its rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.salesforce import wire
from csmdesk.sync.connectors.salesforce.wire import Record


def _any(_: Record) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Beside:
    """`by`: their field that names our row; `only`: what else they must say, field and text; `of`:
    which of our rows may have any; `follows`: ours is read again when one of them has changed."""

    sobject: str
    by: str
    fields: tuple[str, ...]
    only: tuple[str, str] | None = None
    of: Callable[[Record], bool] = _any
    follows: bool = False

    def add(
        self, client: HttpClient, api: str, there: Collection[str], records: Sequence[Record]
    ) -> None:
        """Put them into our records, under the name of their object. `there`: the fields that the
        org has; without those that are needed nothing is asked."""
        if not self._known(there):
            return
        ours = {str(record["Id"]): record for record in records if self.of(record)}
        names = ", ".join(dict.fromkeys((self.by, *(one for one in self.fields if one in there))))
        only = f" AND {self.only[0]} = '{self.only[1]}'" if self.only else ""
        ids = list(ours)
        for start in range(0, len(ids), wire.MANY):
            where = f"{self.by} IN ({wire.quoted(ids[start : start + wire.MANY])}){only}"
            soql = f"SELECT {names} FROM {self.sobject} WHERE {where}"  # noqa: S608 - names and ids of Salesforce
            for row in wire.every(client, api, soql):
                owner = ours.get(str(row.get(self.by)))
                if owner is not None:
                    owner.setdefault(self.sobject, []).append(row)

    def changed(
        self, client: HttpClient, api: str, there: Collection[str], since: int
    ) -> Iterator[list[str]]:
        """Ids of our rows of which some of theirs have changed or gone since, in batches."""
        if not self.follows or not self._known(there):
            return
        soql = f"SELECT {self.by} FROM {self.sobject} WHERE {wire.STAMP} >= {wire.moment(since)}"  # noqa: S608 - ours
        told = (row.get(self.by) for row in wire.every(client, api, soql, deleted=True))
        ids = sorted({str(one) for one in told if one})
        for start in range(0, len(ids), wire.MANY):
            yield ids[start : start + wire.MANY]

    def _known(self, there: Collection[str]) -> bool:
        return {self.by, *((self.only[0],) if self.only else ())} <= set(there)
