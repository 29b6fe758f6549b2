"""Writing scores to Salesforce's accounts: into custom fields that an administrator has made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from csmdesk.domain.errors import SourceError
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.salesforce import wire
from csmdesk.sync.connectors.salesforce.wire import Record, Row
from csmdesk.sync.decode import Rows
from csmdesk.sync.writer import Values, Write, Written

SCORES: dict[str, str] = {
    "chi": "CSM_Health_Score__c",
    "band": "CSM_Health_Band__c",
    "reason_1": "CSM_Health_Reason_1__c",
    "reason_2": "CSM_Health_Reason_2__c",
    "reason_3": "CSM_Health_Reason_3__c",
    "scored_at": "CSM_Health_Scored_At__c",
}
"""Score field -> account field. A workspace overrides them one by one."""

_NUMBERS = ("int", "double", "currency", "percent")


class _Error(msgspec.Struct):
    message: str = ""


class _Saved(msgspec.Struct):
    """A SaveResult; they come in the order of the records."""

    success: bool = False
    errors: list[_Error] = []


class AccountWriter:
    """`api`: the path with its version; `scores`: CSMDesk's names -> account fields."""

    batch = 200

    def __init__(self, api: str, scores: Mapping[str, str]) -> None:
        self._api = api
        self._scores = dict(scores)
        self._types: dict[str, str] = {}

    def prepare(self, client: HttpClient) -> None:
        there = {field.name: field for field in self._described(client)}
        lacking = [
            name
            for name in self._scores.values()
            if name not in there or not there[name].updateable
        ]
        if lacking:
            raise SourceError(
                wire.SYSTEM,
                f"Salesforce: these fields of the account are missing, or may not be written: "
                f"{', '.join(lacking)}.",
                "Ask an administrator to make them, or name others in [sources.writes].",
            )

    def current(
        self, client: HttpClient, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[str, Values]:
        names = {field: self._scores[field] for field in fields}
        found: dict[str, Values] = {}
        for start in range(0, len(ids), wire.MANY):
            wanted = ", ".join(f"'{one}'" for one in ids[start : start + wire.MANY])
            chosen = ", ".join(("Id", *names.values()))
            soql = f"SELECT {chosen} FROM Account WHERE Id IN ({wanted})"  # noqa: S608 - ids and names of Salesforce
            page = client.get(f"{self._api}/query", wire.QueryPage, [("q", soql)])
            for record, _ in Rows(Record).decode(page.records):
                row = Row(record, names)
                found[row.id] = {field: _text(row, field) for field in names}
        return found

    def write(self, client: HttpClient, rows: Sequence[Write]) -> list[Written]:
        if not self._types:
            self._described(client)
        records = [
            {
                "attributes": {"type": "Account"},
                "id": row.record_id,
                **{self._scores[one]: self._value(one, text) for one, text in row.values.items()},
            }
            for row in rows
        ]
        body = {"allOrNone": False, "records": records}
        path = f"{self._api}/composite/sobjects"
        saved = client.begin("PATCH", path, list[_Saved], body=body).result()
        return [
            Written(row.record_id, _error(saved[place] if place < len(saved) else None))
            for place, row in enumerate(rows)
        ]

    def _described(self, client: HttpClient) -> list[wire.Field]:
        path = f"{self._api}/sobjects/Account/describe"
        fields = client.get(path, wire.Describe).fields
        self._types = {field.name: field.type for field in fields}
        return fields

    def _value(self, field: str, text: str | None) -> Any:
        """The text as JSON of the field's type."""
        if text is None or self._types.get(self._scores[field]) not in _NUMBERS:
            return text
        return int(text) if text.lstrip("-").isdigit() else float(text)


def _text(row: Row, field: str) -> str | None:
    value = row.value(field)
    return row.number(field) if isinstance(value, int | float) else row.text(field)


def _error(saved: _Saved | None) -> str:
    if saved is None:
        return "It was not confirmed."
    if saved.success:
        return ""
    return "; ".join(one.message for one in saved.errors if one.message) or "It was refused."
