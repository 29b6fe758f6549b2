"""Writing to Salesforce's accounts: scores into fields that an administrator has made, and a
person's edits into those that feed ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from csmdesk.domain.days import SECONDS_A_DAY, iso_day
from csmdesk.domain.errors import SourceError
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.salesforce import accounts, contracts, wire
from csmdesk.sync.connectors.salesforce.query import QueryStream
from csmdesk.sync.connectors.salesforce.setup import Setup
from csmdesk.sync.connectors.salesforce.wire import Record, Row
from csmdesk.sync.sink import Page
from csmdesk.sync.stream import Context
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
_KINDS = {"owner_id": ("reference",), "renewal_on": ("date", "datetime")}
"""Edited fields that must be of a certain type to be written: a CSM is a user, no name of one."""
_OTHERWISE = "Choose another one under “Fields…” on the Sources page"
_REMEDIES = {
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "Choose one of the values that the field has there.",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A rule of your org asks for this: see to it there.",
    "INSUFFICIENT_ACCESS_OR_READONLY": "Ask an administrator for the right to edit the account.",
    "INACTIVE_OWNER_OR_USER": "Choose a user who is active.",
    "UNABLE_TO_LOCK_ROW": "Somebody was saving it; the next synchronisation tries again.",
}
"""Code of a refusal -> what to do."""


class _Error(msgspec.Struct, rename="camel"):
    message: str = ""
    status_code: str = ""


class _Saved(msgspec.Struct):
    """A SaveResult; they come in the order of the records."""

    success: bool = False
    errors: list[_Error] = []


class AccountWriter:
    """`api`: the path with its version; `scores`, `fields`: CSMDesk's names -> account fields;
    `accounts`, `history`: the streams that read them."""

    batch = wire.MANY

    def __init__(
        self,
        api: str,
        scores: Mapping[str, str],
        fields: Mapping[str, str],
        accounts: QueryStream,
        history: QueryStream,
    ) -> None:
        self._api = api
        self.scores = dict(scores)
        self._names = {**fields, **scores}
        self._accounts = accounts
        self._history = history
        self._told: dict[str, wire.Field] = {}
        self._terms: list[str] | None = None  # fields of contracts

    def prepare(self, client: HttpClient) -> None:
        there = self._there(client)
        lacking = [
            name for name in self.scores.values() if name not in there or not there[name].updateable
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
        """A field that the org does not have holds nothing; writing it is refused."""
        there = self._there(client)
        names = {one: self._names[one] for one in fields if self._names[one] in there}
        chosen = ", ".join(dict.fromkeys(("Id", *names.values())))
        soql = f"SELECT {chosen} FROM Account WHERE Id IN ({wire.quoted(ids)})"  # noqa: S608 - ids and names of Salesforce
        records = list(wire.every(client, self._api, soql))
        found = {}
        for row in (Row(record, names) for record in records):
            found[row.id] = {one: _text(row, one) for one in fields}
        if "renewal_on" in fields:
            for record, ends in self._contracts(client, records):
                day = accounts.renewal_on(Row(record, names), ends)
                found[record["Id"]]["renewal_on"] = None if day is None else iso_day(day)
        return found

    def _contracts(
        self, client: HttpClient, records: Sequence[Record]
    ) -> Iterator[tuple[Record, Row]]:
        """Accounts, each with its contract: a date of it is shown where the account has none."""
        if self._terms is None:
            self._terms = [one.name for one in wire.seen(client, self._api, contracts.SOBJECT)]
        contracts.beside(self._names).add(client, self._api, self._terms, records)
        return ((record, contracts.latest(record, self._names)) for record in records)

    def reread(self, context: Context, ids: Sequence[str]) -> Sequence[Page]:
        """With their latest history, which tells what a field is where it is tracked."""
        setup = Setup.of(context)
        pages = [self._accounts.reread(context, setup, ids)]
        if setup.fields.get(self._history.kind.sobject):
            since = context.server_now() - SECONDS_A_DAY
            pages.append(self._history.reread(context, setup, ids, by="AccountId", since=since))
        return pages

    def write(self, client: HttpClient, rows: Sequence[Write]) -> list[Written]:
        there = self._there(client)
        refused = {row.record_id: self._unfit(row) for row in rows}
        going = [row for row in rows if not refused[row.record_id]]
        if going:
            records = [self._record(there, row) for row in going]
            path = f"{self._api}/composite/sobjects"
            body = {"allOrNone": False, "records": records}
            saved = client.begin("PATCH", path, list[_Saved], body=body).result()
            for place, row in enumerate(going):
                refused[row.record_id] = _error(saved[place] if place < len(saved) else None)
        return [Written(row.record_id, refused[row.record_id]) for row in rows]

    def _there(self, client: HttpClient) -> dict[str, wire.Field]:
        """The fields of accounts, asked once."""
        if not self._told:
            self._told = {one.name: one for one in wire.described(client, self._api, "Account")}
        return self._told

    def _unfit(self, row: Write) -> str:
        """Why a record cannot be written as it is wanted, "" when it can."""
        return next((why for one in row.values.items() if (why := self._misfit(*one))), "")

    def _misfit(self, field: str, text: str | None) -> str:
        place = self._names[field]
        known = self._told.get(place)
        if known is None:
            named = f"has no field “{place}”, or it may not be seen" if place else "feeds no field"
            return f"{field}: Salesforce {named}. {_OTHERWISE}."
        label = known.label or place
        if not known.updateable:
            return f"“{label}” may not be changed. {_OTHERWISE}, or ask an administrator."
        if field in _KINDS and known.type not in _KINDS[field]:
            return f"“{label}” takes no {' or '.join(_KINDS[field])}. {_OTHERWISE}."
        if text is None and not known.nillable:
            return f"“{label}” cannot be empty. Undo the edit, or choose a value."
        return ""

    def _record(self, there: Mapping[str, wire.Field], row: Write) -> Record:
        """A record as Salesforce wants it: every text as JSON of its field's type."""
        record: Record = {"attributes": {"type": "Account"}, "id": row.record_id}
        for field, text in row.values.items():
            known = there[self._names[field]]
            record[known.name] = _value(text, known.type)
        return record


def _value(text: str | None, kind: str) -> Any:
    if text is not None and kind in _NUMBERS:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    if text is not None and kind == "datetime" and "T" not in text:
        return f"{text}T00:00:00Z"
    return text


def _text(row: Row, field: str) -> str | None:
    value = row.value(field)
    return row.number(field) if isinstance(value, int | float) else row.text(field)


def _error(saved: _Saved | None) -> str:
    if saved is None:
        return "It was not confirmed."
    if saved.success:
        return ""
    told = (" ".join(filter(None, (e.message, _REMEDIES.get(e.status_code)))) for e in saved.errors)
    return "; ".join(filter(None, told)) or "It was refused."
