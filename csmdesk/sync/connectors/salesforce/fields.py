"""The org's own fields, for a person to choose from: of accounts first, then of other objects."""

from __future__ import annotations

from typing import Any

from csmdesk.domain.source_fields import OwnField
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.salesforce import wire
from csmdesk.sync.connectors.salesforce.wire import Record

_OBJECTS = ("Account", "Contract", "Contact", "Case", "Task")
_KINDS = {
    "string": "text",
    "email": "text",
    "phone": "text",
    "url": "text",
    "reference": "text",
    "picklist": "choice",
    "multipicklist": "choice",
    "double": "number",
    "currency": "number",
    "int": "number",
    "percent": "number",
    "date": "date",
    "datetime": "date",
    "boolean": "yes or no",
}
_MOST = 80  # fields of one question for examples: its address must stay short
_SEEN = 20  # records that may have one
_LONGEST = 60


def own_fields(client: HttpClient, api: str) -> list[OwnField]:
    """Fields with an example each. One that several objects have is the accounts'."""
    found: dict[str, OwnField] = {}
    for sobject in _OBJECTS:
        told = wire.seen(client, api, sobject)
        usable = [field for field in told if field.type in _KINDS and field.name not in found]
        usable.sort(key=lambda field: not field.custom)
        examples = _examples(client, api, sobject, [field.name for field in usable[:_MOST]])
        for field in usable:
            label = field.label or field.name
            found[field.name] = OwnField(
                field.name,
                label if sobject == "Account" else f"{sobject}: {label}",
                _KINDS[field.type],
                examples.get(field.name, ""),
                field.custom,
            )
    return list(found.values())


def _examples(client: HttpClient, api: str, sobject: str, names: list[str]) -> dict[str, str]:
    if not names:
        return {}
    soql = f"SELECT {', '.join(names)} FROM {sobject} LIMIT {_SEEN}"  # noqa: S608 - told names
    records = list(wire.every(client, api, soql))
    return {name: text for name in names if (text := _first(records, name))}


def _first(records: list[Record], name: str) -> str:
    """The first value that there is."""
    values: list[Any] = [record.get(name) for record in records]
    return next((str(value)[:_LONGEST] for value in values if value not in (None, "")), "")
