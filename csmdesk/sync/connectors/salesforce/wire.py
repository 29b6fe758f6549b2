"""Salesforce's paths and answers, as far as they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from typing import Any, TypeAlias

import msgspec

from csmdesk.domain.errors import BadAnswer
from csmdesk.sync.client import HttpClient, Pending
from csmdesk.sync.decode import Rows, instant
from csmdesk.sync.errors import Refused

SYSTEM = "salesforce"
VERSION = "v62.0"
API = "/services/data"
MANY = 200  # ids of one query, and the most records of one update
STAMP = "SystemModstamp"

Record: TypeAlias = dict[str, Any]


class QueryPage(msgspec.Struct, rename="camel"):
    """A batch of a query; rows are decoded one by one."""

    records: list[msgspec.Raw]
    done: bool = True
    next_records_url: str | None = None
    total_size: int = 0


class Field(msgspec.Struct, rename="camel"):
    name: str
    label: str = ""
    type: str = ""
    custom: bool = False
    updateable: bool = False
    nillable: bool = True
    external_id: bool = False


class Describe(msgspec.Struct):
    fields: list[Field]


def described(client: HttpClient, api: str, sobject: str) -> list[Field]:
    """The fields of an object that this person may see."""
    return client.get(f"{api}/sobjects/{sobject}/describe", Describe).fields


def seen(client: HttpClient, api: str, sobject: str) -> list[Field]:
    """The same, nothing where the org or the person has no such object."""
    try:
        return described(client, api, sobject)
    except Refused as error:
        if error.status != 404:
            raise
        return []


def next_page(client: HttpClient, page: QueryPage) -> Pending[QueryPage]:
    path = page.next_records_url or ""
    if not path.startswith(f"{API}/"):  # never send the token anywhere else
        raise BadAnswer(SYSTEM, "Salesforce: a query's next page has no usable address.")
    return client.begin("GET", path, QueryPage)


def answers(
    client: HttpClient, api: str, soql: str, *, deleted: bool = False
) -> Iterator[list[Record]]:
    """The records of a query, page by page; `deleted`: those in the recycle bin too."""
    path = f"{api}/queryAll" if deleted else f"{api}/query"
    page = client.get(path, QueryPage, [("q", soql)])
    while True:
        yield [record for record, _ in Rows(Record).decode(page.records)]
        if page.done:
            return
        page = next_page(client, page).result()


def every(client: HttpClient, api: str, soql: str, *, deleted: bool = False) -> Iterator[Record]:
    """All records of a query."""
    return chain.from_iterable(answers(client, api, soql, deleted=deleted))


def quoted(ids: Iterable[str]) -> str:
    """Ids as a query lists them."""
    return ", ".join(f"'{one}'" for one in ids)


def moment(seconds: int) -> str:
    """An instant as queries and records have it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Row:
    """A record under CSMDesk's names: `fields` says which of the record's feeds which."""

    def __init__(self, record: Record, fields: dict[str, str]) -> None:
        self.id: str = record["Id"]
        self.record = record
        self._fields = fields

    def has(self, name: str) -> bool:
        """Whether any field feeds this one of ours."""
        return bool(self._fields.get(name))

    def value(self, name: str) -> Any:
        place = self._fields.get(name)
        return self.record.get(place) if place else None

    def text(self, name: str) -> str | None:
        """The value as text, None for nothing. ValueError when it is no text."""
        value = self.value(name)
        if value is None or isinstance(value, str):
            return value or None
        raise ValueError(f"{self._fields[name]} is not a text")

    def number(self, name: str) -> str | None:
        """A number as exact decimal text: JSON's 73.0 is 73."""
        value = self.value(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"{self._fields[name]} is not a number")
        exact = Decimal(repr(value))
        return f"{exact.to_integral_value() if exact == exact.to_integral_value() else exact:f}"

    def instant(self, name: str) -> int | None:
        return instant(self.text(name))

    def flag(self, name: str) -> bool:
        return self.value(name) is True
