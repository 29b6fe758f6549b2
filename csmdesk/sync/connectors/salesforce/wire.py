"""Salesforce's paths and answers, as far as they are read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

from csmdesk.sync.client import HttpClient
from csmdesk.sync.decode import instant

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


def moment(seconds: int) -> str:
    """An instant as queries and records have it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Row:
    """A record under CSMDesk's names: `fields` says which of the record's feeds which."""

    def __init__(self, record: Record, fields: dict[str, str]) -> None:
        self.id: str = record["Id"]
        self.record = record
        self._fields = fields

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
